"""Reads UTF-8 text and TOML so that every mistake has a place.

Why: `tomllib` gives values without positions and stops at the first mistake; a nurse lead needs the line of the key.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from packbuilder.model import Place, Problem

# Characters that change or hide what a reader sees: controls, bidi embeddings and isolates, zero-width marks, the BOM.
# ZWNJ and ZWJ stay allowed: several scripts need them.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
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
    """The path as a user of this project would type it, with forward slashes."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def read_text(path: Path, root: Path) -> tuple[str, tuple[Problem, ...]]:
    """The text of a file with LF line ends, or "" and the reasons why it can't be used."""
    shown = shown_path(path, root)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unreadable"
        return "", (Problem("UNREADABLE", Place(shown), f"cannot be read: {reason.lower()}", "check the file"),)
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
    problems = tuple(
        Problem(
            "HIDDEN_CHARACTER",
            Place(shown, text.count("\n", 0, match.start()) + 1),
            f"the invisible character U+{ord(match.group()):04X} could change what is printed",
            "delete it and type the text again",
        )
        for match in HIDDEN.finditer(text)
    )
    return ("" if problems else text), problems


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
    except (tomllib.TOMLDecodeError, RecursionError) as error:
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
    return TomlFile(shown, values, key_lines(text), text), ()


def suggest(word: str, known: list[str]) -> str:
    """`did you mean x?`, or the list of what is known."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else "known: " + ", ".join(sorted(known))
