"""Waits for a save, and keeps a page in the browser fresh without a server.

Why a script that is loaded again and again: a page opened from a folder may not read other files, but it may load a script;
this one says which print is the newest.
"""

import time
from collections.abc import Sequence
from html import escape
from pathlib import Path

from packbuilder.model import Project

INTERVAL = 0.2  # seconds between two looks at the folders
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Preview</title>
<style>html, body {{ margin: 0; height: 100% }} iframe {{ border: 0; width: 100%; height: 100% }}</style></head>
<body><iframe id="paper" src="{path}" title="The newest print"></iframe>
<script>
let newest = "";
function follow(stamp) {{
  if (newest && stamp !== newest) document.getElementById("paper").src = "{path}?" + stamp;
  newest = stamp;
}}
setInterval(() => {{
  const script = document.createElement("script");
  script.src = "stamp.js?" + Date.now();
  script.onload = () => script.remove();
  document.head.append(script);
}}, 500);
</script></body></html>
"""


def snapshot(project: Project) -> dict[Path, int]:
    """The time of the last change of every file that a print is made from."""
    rooms = (project.handouts, project.locales, project.templates)
    found: dict[Path, int] = {}
    for room in rooms:
        for path in room.rglob("*"):
            try:
                if path.is_file() and not path.name.endswith((".part", "~", ".swp")):
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


def show_preview(paths: Sequence[str], output: Path) -> Path:
    """A page in `output/preview` that shows the first of these prints and follows each new one."""
    folder = output / "preview"
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "index.html"
    page.write_text(PAGE.format(path=escape("../" + min(paths, key=len), quote=True)), encoding="utf-8")
    (folder / "stamp.js").write_text(f'follow("{time.time_ns()}");\n', encoding="utf-8")
    return page
