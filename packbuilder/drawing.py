"""`templates/pictures/` -> the drawings that a block may ask for, and what is wrong with any of them.

Why so strict: an SVG can load files, hold text that nobody proves, or unfold a few lines into a day's work (nested `use`, gradients
that repeat, entities). A drawing for paper needs none of it: shapes, lines and groups, in a file of a few kilobytes. The printer
asks here too, for whatever else a page would load.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.parsers import expat

from packbuilder.model import Place, Problem, Project
from packbuilder.textfile import refuse_file, shown_path

SHAPES = frozenset({"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
SAID = frozenset({"title", "desc"})
MEASURES = frozenset(
    ["viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "d", "points", "transform",
     "stroke-width", "stroke-miterlimit", "stroke-dasharray", "stroke-opacity", "fill-opacity", "opacity"]
)  # fmt: skip
NAMES = frozenset({"fill", "fill-rule", "stroke", "stroke-linecap", "stroke-linejoin", "version", "class", "id", "role"})
MOST_BYTES, MOST_SHAPES, DEEPEST = 100_000, 2_000, 10
LARGEST, FINEST_DASH, MOST_SHOWN = 100_000, 0.05, 5
KNOWN = MEASURES | NAMES
SPACE = "http://www.w3.org/2000/svg "
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
LENGTH = re.compile(rf"\s*{NUMBER.pattern}(?:mm|cm|in|pt|pc|px|em|%)?\s*")
# How the measures that are no single length are spelt; the rest of their grammar is the printer's.
SPELT = {
    "d": re.compile(r"[MmZzLlHhVvCcSsQqTtAaeE0-9+.,\s-]*"),
    "points": re.compile(r"[eE0-9+.,\s-]*"),
    "viewBox": re.compile(r"[eE0-9+.,\s-]*"),
    "transform": re.compile(r"(?:\s*[A-Za-z]+\([eE0-9+.,\s-]*\),?)*\s*"),
    "stroke-dasharray": re.compile(rf"none|(?:{LENGTH.pattern},?)*"),
}
VIEW = re.compile(rf"\s*{NUMBER.pattern}(?:[\s,]+{NUMBER.pattern}){{3}}\s*")
# What else people may take for a picture here.
RASTER = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".eps", ".pdf", ".svgz"})
HINT = "draw it with paths, circles and rectangles, and nothing else"

Finding = tuple[int, str]


def read_pictures(project: Project) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """The names of all pictures: drawings (`.svg`), and pictures made of text and values (`.html`)."""
    names: set[str] = set()
    problems: list[Problem] = []
    for path in sorted((project.templates / "pictures").glob("*.*")):
        shown = shown_path(path, project.root)
        if path.suffix == ".html":
            names.add(path.stem)
        elif path.suffix == ".svg":
            names.add(path.stem)
            problems += read_drawing(path, project.root, shown)
        elif path.suffix.lower() in RASTER:
            problems.append(Problem("PICTURE", Place(shown), f"is a {path.suffix} file", "a picture is a drawing in an .svg file"))
    return frozenset(names), tuple(problems)


def read_drawing(path: Path, root: Path, shown: str) -> Iterator[Problem]:
    """What is wrong with one drawing, with its lines."""
    try:
        refused = refuse_file(path, root, shown)
        found = [] if refused else check_drawing(path.read_bytes())
    except OSError as error:
        yield Problem("UNREADABLE", Place(shown), f"cannot be read: {(error.strerror or 'unreadable').lower()}", "check the file")
        return
    if refused:
        yield refused
    yield from (Problem("PICTURE", Place(shown, line), message, HINT) for line, message in found)


def check_drawing(data: bytes) -> list[Finding]:
    """Everything in an SVG file that a drawing for paper does not need, as (line, message). Nothing that it names is loaded."""
    if len(data) > MOST_BYTES:
        return [(1, f"has {len(data) // 1000} kB, at most {MOST_BYTES // 1000}")]
    found: list[Finding] = []
    inside: list[str] = []
    shapes = 0
    parser = expat.ParserCreate(namespace_separator=" ")

    def say(message: str) -> None:
        found.append((parser.CurrentLineNumber, message))

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal shapes
        shapes += 1
        name = name.removeprefix(SPACE)
        if not inside and name != "svg":
            say(f"is no drawing: it starts with <{short(name)}>")
        elif inside and name == "svg":
            say("holds a drawing in a drawing")
        elif name not in SHAPES | SAID:
            say(f"<{short(name)}> does not belong in a drawing")
        if shapes == MOST_SHAPES + 1 or len(inside) == DEEPEST:
            say(f"has more than {MOST_SHAPES} shapes, or groups more than {DEEPEST} deep")
        for wrong in check_attributes(name, attributes):
            say(wrong)
        inside.append(name)

    def end(_name: str) -> None:
        inside.pop()

    def words(text: str) -> None:
        if text.strip() and not SAID & set(inside):
            say(f"holds text: {text.strip()[:40]!r}")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = words
    parser.StartDoctypeDeclHandler = stop
    parser.ProcessingInstructionHandler = lambda target, _: say(f"<?{target[:40]}?> does not belong in a drawing")
    try:
        parser.Parse(data, True)
    except Unfolds:
        say("has a document type, which may unfold without end")
    except expat.ExpatError as error:
        found.append((error.lineno, f"cannot be read: {expat.ErrorString(error.code)}"))
    except (LookupError, ValueError):
        found.append((1, "cannot be read: save it as UTF-8"))
    return found[:MOST_SHOWN]


class Unfolds(Exception):
    """A document type: nothing behind it is read."""


def stop(*_: object) -> None:
    raise Unfolds


def short(name: str) -> str:
    """A name for a message, without its namespace, which may hold anything."""
    return name.rpartition(" ")[2][:40]


def check_attributes(name: str, attributes: Mapping[str, str]) -> Iterator[str]:
    """Names that are not known, addresses, and numbers that no paper has room for."""
    if name == "svg" and not is_view(attributes):
        yield "has no size: viewBox holds four numbers, the last two above 0"
    for key, value in attributes.items():
        if key.startswith("aria-"):
            continue
        numbers = [abs(float(number)) for number in NUMBER.findall(value)] if key in MEASURES else []
        if key not in KNOWN:
            yield f"{short(key)}= does not belong in a drawing"
        elif "(" in value and key != "transform":
            yield f"{key}= names something outside of it"
        elif key in MEASURES and not SPELT.get(key, LENGTH).fullmatch(value):
            yield f"{key}= is no measure: {value[:40]!r}"
        elif max(numbers, default=0) > LARGEST:
            yield f"{key}= holds a number above {LARGEST}"
        elif key == "stroke-dasharray" and any(0 < number < FINEST_DASH for number in numbers):
            yield f"{key}= holds dashes that no eye can see"


def is_view(attributes: Mapping[str, str]) -> bool:
    """Whether a drawing spans an area."""
    view = attributes.get("viewBox", "0 0 {width} {height}".format(**{"width": "0", "height": "0"} | dict(attributes)))
    return VIEW.fullmatch(view) is not None and all(float(side) > 0 for side in NUMBER.findall(view)[2:])
