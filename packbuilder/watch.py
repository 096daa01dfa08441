"""Waits for a save, and keeps a page in the browser fresh without a server.

Why a script that is loaded again and again: a page opened from a folder may not read other files, but it may load a script;
this one says which print is the newest.
"""

import re
import time
from collections.abc import Sequence
from html import escape
from pathlib import Path

from packbuilder.model import Manuscript, Project
from packbuilder.stock import find_files

INTERVAL = 0.2  # seconds between two looks at the folders
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Preview</title>
<style>html, body {{ margin: 0; height: 100% }} body {{ display: flex }} iframe {{ border: 0; flex: 1; height: 100% }}</style></head>
<body><iframe id="changed" src="changed.pdf" title="What changed last"></iframe>
<iframe id="paper" src="{path}" title="The whole print"></iframe>
<script>
const newest = {{}};
function follow(stamps) {{
  for (const [name, stamp] of Object.entries(stamps)) {{
    const frame = document.getElementById(name);
    if (newest[name] && stamp !== newest[name]) frame.src = frame.src.split("?")[0] + "?" + stamp;
    newest[name] = stamp;
  }}
}}
setInterval(() => {{
  const script = document.createElement("script");
  script.src = "stamp.js?" + Date.now();
  script.onload = () => script.remove();
  document.head.append(script);
}}, 300);
</script></body></html>
"""


def snapshot(project: Project) -> dict[Path, int]:
    """The time of the last change of every file that a print is made from."""
    rooms = (project.handouts, project.locales, project.templates)
    found: dict[Path, int] = {}
    for room in rooms:
        for path in find_files(room):
            try:
                found[path] = path.stat().st_mtime_ns
            except OSError:
                continue  # saved by replacing: it is there again at the next look
    return found


def wait_for_change(project: Project, seen: dict[Path, int]) -> dict[Path, int]:
    """Returns when a file has changed since `seen`; with nothing seen yet, since now."""
    before = seen or snapshot(project)
    while (now := snapshot(project)) == before:
        time.sleep(INTERVAL)
    return now


def changed_stems(before: Manuscript | None, now: Manuscript) -> set[str]:
    """The sections that read differently from the last time."""
    old = {section.stem: section.html for section in before.sections} if before else {}
    return {section.stem for section in now.sections if old and old.get(section.stem) != section.html}


def show_changed(pdf: bytes, output: Path) -> None:
    """The changed sections, on screen before the whole pack is printed."""
    folder = output / "preview"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "changed.pdf").write_bytes(pdf)
    write_stamp(folder, "changed")


def show_preview(paths: Sequence[str], output: Path) -> Path:
    """A page in `output/preview` that shows the pack, the shortest of these paths, and follows each new print."""
    folder = output / "preview"
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "index.html"
    page.write_text(PAGE.format(path=escape("../" + min(paths, key=len), quote=True)), encoding="utf-8")
    write_stamp(folder, "paper")
    return page


def write_stamp(folder: Path, name: str) -> None:
    """Tells the open page that one of its frames has something new."""
    path = folder / "stamp.js"
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    stamps = dict(re.findall(r'"(\w+)": "(\d+)"', known)) | {name: str(time.time_ns())}
    path.write_text("follow({" + ", ".join(f'"{key}": "{stamp}"' for key, stamp in stamps.items()) + "});\n", encoding="utf-8")
