"""`templates/fonts/` -> what is wrong with the fonts that are printed with.

Why: a damaged font prints blank or odd shapes in place of letters that the PDF still names rightly, and for one that is missing
another steps in. Neither is seen when a print is read back. Each table of a TrueType file carries its own sum (OpenType, "Calculating
checksums"), so that a single changed byte can be found.
"""

import functools
import re
import struct
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path

from packbuilder.model import Place, Problem, Project
from packbuilder.textfile import shown_path

TRUETYPE = (b"\x00\x01\x00\x00", b"true")
WEIGHTS = ("Regular", "Bold")
OTHERS = frozenset({".otf", ".ttc", ".otc", ".woff", ".woff2", ".pfa", ".pfb", ".dfont"})
FAMILIES = re.compile(r"font-family:([^;}]*)")
HINT = "fetch it again: templates/fonts is part of the project"


def check_fonts(project: Project) -> Iterator[Problem]:
    """Fonts that are damaged, of a kind that we don't print with, or missing beside the style sheet that names them.

    A folder without any is left to the printer, which starts nothing then.
    """
    folder = project.templates / "fonts"
    files = sorted(path for path in folder.glob("*") if path.is_file())
    stems = {path.stem for path in files if path.suffix == ".ttf"}
    for path in files:
        place = Place(shown_path(path, project.root))
        if path.suffix.lower() in OTHERS:
            yield Problem(
                "FONT", place, f"is a {path.suffix} font", "store it as .ttf: others cost time, or make the PDF depend on the clock"
            )
        elif path.suffix == ".ttf" and (wrong := look_at(path.resolve(), path.stat().st_mtime_ns, path.stat().st_size)):
            yield Problem("FONT", place, f"is damaged: {wrong}", HINT)
    for family in sorted(named_families(project.templates / "print.css")) if stems else ():
        for weight in WEIGHTS:
            if f"{family}-{weight}" not in stems:
                name = f"{family}-{weight}.ttf"
                yield Problem("FONT", Place(shown_path(folder / name, project.root)), "is missing, and print.css names it", HINT)


def named_families(sheet: Path) -> set[str]:
    """The families of a style sheet as their files are called: `Noto Sans SC` is NotoSansSC."""
    try:
        rules = FAMILIES.findall(sheet.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    return {name.replace(" ", "") for rule in rules for name in re.findall(r'"([^"]*)"', rule)}


@functools.lru_cache(maxsize=64)
def look_at(path: Path, _saved: int, _size: int) -> str:
    """What is wrong with a font file, or "". Kept as long as the file is as it was: the sums of all fonts take a tenth of a second."""
    try:
        return find_fault(path.read_bytes())
    except OSError as error:
        return (error.strerror or "unreadable").lower()


def find_fault(data: bytes) -> str:
    """The first table of a TrueType file that is cut short or does not have the sum that it carries; "" when all is well."""
    if data[:4] not in TRUETYPE:
        return "it is no TrueType font"
    count = int.from_bytes(data[4:6], "big")
    for number in range(count):
        row = data[12 + 16 * number : 28 + 16 * number]
        if len(row) < 16:
            return "it ends too early"
        tag, wanted, start, length = struct.unpack(">4sLLL", row)
        table = bytearray(data[start : start + length])
        if len(table) < length:
            return "it ends too early"
        if tag == b"head":
            table[8:12] = bytes(4)  # the sum of the whole file stands here, and does not count
        if add_words(table) != wanted:
            return f"its table {tag.decode('latin-1').strip()!r} has been changed"
    return "" if count else "it holds no tables"


def add_words(table: bytearray) -> int:
    """The sum of a table: its 32-bit words, most significant byte first, filled up with zeros."""
    words = array("I", bytes(table) + bytes(-len(table) % 4))
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF
