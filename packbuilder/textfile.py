"""Reads UTF-8 text and TOML so that every mistake has a place.

Why: `tomllib` gives values without positions and stops at the first mistake; a nurse lead needs the line of the key. What no
hand-out needs, such as a line of a million letters, is refused here, before anything spends hours on it.
"""

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from packbuilder.model import Place, Problem

# Characters that change or hide what a reader sees: controls, bidi embeddings and isolates, zero-width marks, letters without a shape,
# variation selectors, marks that are struck through or drawn around a letter, the BOM, and what a program leaves for a letter that it has
# damaged (U+FFFD). Of those without a width only ZWNJ and ZWJ stay allowed: several scripts need them.
NEVER = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u0334-\u0338\u034f\u0488\u0489\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u20d0-\u20ff\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Three accents on a letter are the most that any language needs; a pile of them covers the line above.
HIDDEN = re.compile(f"[{NEVER}]|(?<=[\u0300-\u036f]{{3}})[\u0300-\u036f]")
UNPRINTABLE = re.compile(f"[{NEVER}\t\n\ud800-\udfff]")
# Far above all that is needed (the longest catalogue has 0.4 MB, the longest line 850 characters), far below what keeps a machine busy.
MOST_BYTES, MOST_LINE, MOST_TEXT = 2 * 2**20, 4_000, 4_000
MOST_VALUES, DEEPEST = 20_000, 6
BEFORE, BEHIND = 15, 3  # digits before and behind the decimal mark; paper has no more of them behind it
ROOMS = (("handouts",), ("locales",), ("templates",), ("templates", "fonts"))
MOST_SHOWN = 20  # problems of one kind in one file
TABLE = re.compile(r"^\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """Parsed TOML with the lines of its keys (`contact.phone_24h` -> 12). Decimals are exact, never floats."""

    path: str
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)
    source: str = ""

    def place(self, key: str = "") -> Place:
        """The line of a key, else of the nearest table around it, else the file."""
        while key:
            if key in self.lines:
                return Place(self.path, self.lines[key])
            key = key.rpartition(".")[0]
        return Place(self.path, 1 if self.values else 0)

    def place_of(self, text: str, key: str) -> Place:
        """The first line at or below a key that holds this text, for items of a list."""
        start = self.place(key)
        for number, line in enumerate(self.source.split("\n"), start=1):
            if number >= start.line and text in line:
                return Place(self.path, number)
        return start


def shown_path(path: Path, root: Path) -> str:
    """The path as a user of this project would type it, with forward slashes. A control character in a name is spelt out."""
    here, top = plain_path(path), plain_path(root)
    if not here.is_relative_to(top):
        here, top = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    shown = here.relative_to(top) if here.is_relative_to(top) else path
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", shown.as_posix())


def plain_path(path: Path) -> Path:
    """The whole path without `..`, and with its links as they are."""
    return Path(os.path.normpath(path.absolute()))


def leads_out(path: Path, root: Path) -> bool:
    """Whether a link takes a file of the project out of it.

    A whole room, or the folder of the fonts, may be a link: who set up the project put it where it is.
    """
    here, top = plain_path(path), plain_path(root)
    if not here.is_relative_to(top):
        return False  # not ours: somebody named it on the command line
    parts, real = here.relative_to(top).parts, Path(os.path.realpath(here))
    rooms = [top, *(top.joinpath(*parts[:depth]) for depth in (1, 2) if parts[:depth] in ROOMS)]
    return not any(real.is_relative_to(os.path.realpath(room)) for room in rooms)


def read_text(path: Path, root: Path) -> tuple[str, tuple[Problem, ...]]:
    """The text of a file with LF line ends, or "" and the reasons why it can't be used."""
    shown = shown_path(path, root)
    try:
        refused = refuse_file(path, root, shown)
        raw = b"" if refused else path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        return "", (Problem("UNREADABLE", Place(shown), f"cannot be read: {reason.lower()}", "check the file"),)
    if refused:
        return "", (refused,)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return "", (
            Problem(
                "NOT_UTF8",
                Place(shown, line),
                f"byte 0x{raw[error.start]:02x} is not UTF-8 text",
                "save the file as UTF-8 in your editor",
            ),
        )
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    places = ((match.group(), Place(shown, text.count("\n", 0, match.start()) + 1)) for match in HIDDEN.finditer(text))
    long = ((len(line), Place(shown, number)) for number, line in enumerate(text.split("\n"), start=1) if len(line) > MOST_LINE)
    problems = tuple(hidden(char, place) for char, place in islice(places, MOST_SHOWN)) + tuple(
        Problem("UNREADABLE", place, f"this line has {length} characters, at most {MOST_LINE}", "break it into lines")
        for length, place in islice(long, MOST_SHOWN)
    )
    return ("" if problems else text), problems


def refuse_file(path: Path, root: Path, shown: str) -> Problem | None:
    """What must not even be opened: a pipe or a device, a file that a link fetches from elsewhere, one that is far too large."""
    status = path.stat()
    if leads_out(path, root):
        return Problem("UNREADABLE", Place(shown), "is a link that leads out of the project", "put the file itself here")
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        return Problem("UNREADABLE", Place(shown), "cannot be read: is not a file", "check the file")
    if status.st_size > MOST_BYTES:
        size, most = status.st_size / 2**20, MOST_BYTES / 2**20
        return Problem("UNREADABLE", Place(shown), f"has {size:.1f} MB, at most {most:g}", "is this the right file?")
    return None


def hidden(char: str, place: Place) -> Problem:
    message = f"the invisible character U+{ord(char):04X} could change what is printed"
    return Problem("HIDDEN_CHARACTER", place, message, "delete it and type the text again")


def key_lines(text: str) -> dict[str, int]:
    """Where each table and key stands. Keys inside multi-line values are not looked for."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if match := TABLE.match(line):
            table = match.group(1).replace('"', "").replace(" ", "")
            lines.setdefault(table, number)
        elif match := KEY.match(line):
            key = re.sub(r"[\"'\s]", "", match.group(1))
            lines.setdefault(f"{table}.{key}" if table else key, number)
    return lines


def read_toml(path: Path, root: Path) -> tuple[TomlFile, tuple[Problem, ...]]:
    """A TOML file, or an empty one and what is wrong with it."""
    shown = shown_path(path, root)
    text, problems = read_text(path, root)
    if problems:
        return TomlFile(shown, {}), problems
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        line = max(enumerate(text.split("\n"), start=1), key=lambda row: row[1].count("[") + row[1].count("{"))[0]
        problem = Problem("TOO_DEEP", Place(shown, line), "holds brackets within brackets without end", "write it as the examples do")
        return TomlFile(shown, {}), (problem,)
    except ValueError as error:
        found = re.search(r"at line (\d+)", str(error))
        # An unclosed string or list is only noticed at the end of the file: no line is better than a wrong one.
        line = int(found.group(1)) if found else text.count("\n") + 1
        reason = re.sub(r"\s*\(at (?:line \d+, column \d+|end of document)\)", "", str(error))
        reason = "the closing quotation mark is missing" if "'\\n'" in reason else reason[:1].lower() + reason[1:]
        problem = Problem(
            "BROKEN_TOML",
            Place(shown, line),
            f"this line cannot be read: {reason}",
            'every value is written key = "text", key = 37.5, key = true or key = ["a", "b"]',
        )
        return TomlFile(shown, {}), (problem,)
    file = TomlFile(shown, values, key_lines(text), text)
    problems = tuple(islice(check_values(file), MOST_SHOWN))
    return (TomlFile(shown, {}) if problems else file), problems


def check_values(file: TomlFile) -> Iterator[Problem]:
    """Values that no hand-out needs, also where they are spelt with a backslash, which no editor shows as what it means."""
    waiting: list[tuple[str, int, Any]] = [("", 0, file.values)]
    count = 0
    while waiting:
        key, depth, value = waiting.pop()
        place, count = file.place(key), count + 1
        if count > MOST_VALUES:
            yield Problem("TOO_LARGE", place, f"has more than {MOST_VALUES} values", "is this the right file?")
            return
        if depth > DEEPEST:
            yield Problem("TOO_DEEP", place, f"{key[:40]}: holds tables within tables without end", "write it as the examples do")
        elif isinstance(value, Mapping):
            for name, inner in value.items():
                yield from (hidden(char, place) for char in UNPRINTABLE.findall(name)[:1])
                waiting.append((f"{key}.{name}" if key else name, depth + 1, inner))
        elif isinstance(value, list):
            waiting += [(key, depth + 1, inner) for inner in value]
        elif isinstance(value, str):
            yield from (hidden(char, place) for char in HIDDEN.findall(value)[:1])
            if len(value) > MOST_TEXT:
                yield Problem("TOO_LONG", place, f"{key}: has {len(value)} characters, at most {MOST_TEXT}", "shorten it")
        elif isinstance(value, int | Decimal) and is_endless(value):
            hint = f"write at most {BEFORE} digits before the point and {BEHIND} behind it"
            yield Problem("NUMBER", place, f"{key}: is not a number that can be printed", hint)


def is_endless(number: int | Decimal) -> bool:
    """Whether a number has more digits than are ever printed. What is no number at all, the reader of each file refuses."""
    exact = Decimal(number)
    exponent = exact.as_tuple().exponent
    return isinstance(exponent, int) and (exponent < -BEHIND or exact.adjusted() >= BEFORE)


def suggest(word: str, known: list[str]) -> str:
    """`did you mean x?`, or the list of what is known."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else "known: " + ", ".join(sorted(known))
