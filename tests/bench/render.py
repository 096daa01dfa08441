"""How long a build takes beside other ways to print the same pages: `python tests/bench/render.py` in the project's environment.

Everything is measured in one run on one machine, and only ratios are meant to be compared; see README.md beside this file for the
method and the last results. Takes some ten minutes; `--quick` takes the British site in English alone.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
FLOOR = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from packbuilder.printer import VARIANT, make_press
templates = Path(sys.argv[1]) / "templates"
press = make_press(templates)
from weasyprint import HTML
start = time.perf_counter()
for path in sys.argv[2:]:
    html = HTML(string=Path(path).read_text(encoding="utf-8"), base_url=(templates / "x").as_uri(), url_fetcher=press.fetcher)
    html.write_pdf(stylesheets=list(press.stylesheets), font_config=press.fonts, pdf_variant=VARIANT)
print(time.perf_counter() - start)
"""


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def build(project: Path, output: Path, *options: str) -> dict[str, int]:
    """One build, and how many files it printed and kept."""
    command = [PYTHON, "-m", "packbuilder", "build", "--json", "--today", "2026-11-20", "--output", str(output), *options]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    document = json.loads(done.stdout)
    assert document["ok"], document["problems"][:3]
    return {
        "printed": sum(row["rendered"] for row in document["artifacts"]),
        "kept": sum(not row["rendered"] for row in document["artifacts"]),
    }


def copy_project(folder: Path) -> Path:
    for room in ("handouts", "locales", "templates", "packbuilder"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def measure(folder: Path, quick: bool) -> list[tuple[str, float, str]]:
    """Rows of (what, seconds, note)."""
    project = copy_project(folder / "project")
    some = ("--site", "example-gb", "--locale", "en-GB") if quick else ()
    rows = []

    def add(what: str, run: Callable[[], object], note: str = "") -> None:
        found: list[object] = []
        seconds = timed(lambda: found.append(run()))
        rows.append((what, seconds, note or (str(found[0]) if found[0] is not None else "")))
        print(f"{seconds:8.2f} s  {what}  {rows[-1][2]}", file=sys.stderr, flush=True)

    html = folder / "html"
    build(project, folder / "first", "--keep-html", str(html), *some)
    pages = sorted(html.rglob("*.html"))
    environment = os.environ | {"FONTCONFIG_FILE": str(font_config(folder, project))}
    found = subprocess.run([PYTHON, "-c", FLOOR, str(project), *map(str, pages)], capture_output=True, text=True, check=True)
    rows.append(("floor: bare warm WeasyPrint, one process, no checks", float(found.stdout), f"{len(pages)} files"))
    print(rows[-1], file=sys.stderr)
    add("ours, cold, 1 job", lambda: build(project, folder / "one", "--jobs", "1", *some))
    add("ours, cold, 2 jobs", lambda: build(project, folder / "two", "--jobs", "2", *some))
    add("ours, nothing changed", lambda: build(project, folder / "two", "--jobs", "2", *some))
    if not quick:
        change(project / "locales/es.po", "Llámenos si hay sangrado, moretones", "Llámenos si tiene sangrado, moretones")
        add("ours, one message of one locale changed", lambda: build(project, folder / "two", "--jobs", "2"))
        change(project / "handouts/sites/example-gb.toml", "leaflets@alderbrook.example", "packs@alderbrook.example")
        add("ours, one site value changed", lambda: build(project, folder / "two", "--jobs", "2"))
    weasyprint = shutil.which("weasyprint", path=str(Path(PYTHON).parent))
    sheet, base = project / "templates/print.css", (project / "templates/x").as_uri()

    def command(path: Path) -> None:
        options = ["-s", str(sheet), "-u", base, "--pdf-variant", "pdf/ua-1", str(path), str(folder / "out.pdf")]
        subprocess.run([str(weasyprint), *options], env=environment, check=True, capture_output=True)

    add("the weasyprint command, once a file", lambda: [command(path) for path in pages] and None)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium:

        def chrome(path: Path) -> None:
            options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={folder / 'out.pdf'}"]
            subprocess.run([chromium, *options, path.as_uri()], check=True, capture_output=True, timeout=120)

        for path in pages:
            # Chromium takes its style sheet from the page.
            path.write_text(
                path.read_text(encoding="utf-8").replace("</head>", f'<link rel="stylesheet" href="{sheet.as_uri()}"></head>', 1),
                encoding="utf-8",
            )
        add("headless Chromium, once a file (no PDF/UA checks, other layout)", lambda: [chrome(path) for path in pages] and None)
    one = ("--site", "example-gb", "--audience", "adult", "--locale", "en-GB")
    add("one pack and its card, cold, command to file", lambda: build(project, folder / "alone", *one))
    mine = [path for path in pages if path.match("example-gb/en-GB/*adult*")]
    add("the weasyprint command on the same two files", lambda: [command(path) for path in mine] and None)
    return rows


def font_config(folder: Path, project: Path) -> Path:
    """Our fonts alone, as our own printer sees them."""
    path = folder / "fonts.conf"
    path.write_text(f"<fontconfig><dir>{project / 'templates/fonts'}</dir><cachedir>{folder / 'fontcache'}</cachedir></fontconfig>")
    return path


def show(rows: list[tuple[str, float, str]]) -> str:
    """The table, with each time as a ratio to the floor."""
    floor = rows[0][1]
    lines = ["| what | seconds | of the floor | |", "|---|---|---|---|"]
    lines += [f"| {what} | {seconds:.1f} | {seconds / floor:.2f} | {note} |" for what, seconds, note in rows]
    times = {what: seconds for what, seconds, _ in rows}
    pairs = [
        ("2 jobs of 1 job", "ours, cold, 2 jobs", "ours, cold, 1 job"),
        ("the weasyprint command of ours, 2 jobs", "the weasyprint command, once a file", "ours, cold, 2 jobs"),
        ("ours, 1 job, of the floor", "ours, cold, 1 job", rows[0][0]),
        (
            "one pack of the weasyprint command",
            "one pack and its card, cold, command to file",
            "the weasyprint command on the same two files",
        ),
    ]
    lines += ["", "| ratio | |", "|---|---|"]
    lines += [f"| {name} | {times[one] / times[two]:.2f} |" for name, one, two in pairs]
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    with tempfile.TemporaryDirectory() as place:
        print(show(measure(Path(place), parser.parse_args().quick)))
