"""What is printed already, and whether it is still good: the key of each print, and the stamp of a whole order.

Why two of them: a key says that one PDF would come out the same, so only what changed is rendered; a stamp says that nothing at all
has changed since an order was done, so not even the texts are read. Both live in `.stock.json` beside the manifest; without that file,
or with one that is not ours, everything is printed anew.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from packbuilder.toolchain import tools_digest

NAME = ".stock.json"
VERSION = 3
SHEET = "print.css"
ASSET = re.compile(r"""(?:src="|url\(\s*["']?)((?:pictures|fonts)/[^"')]+)""")


@dataclass(frozen=True, slots=True)
class Kept:
    """A print in the folder: the key of what it was made from, and the digests of the PDF and of each file that goes with it.

    `values` is the digest of what its hospital and the facts said then (`older`).
    `shown` is what the front page says of it beyond its manifest entry (`frontpage.Shown`), for a build that does not read its text.
    """

    key: str
    sha256: str
    pages: int
    values: str
    companions: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stock:
    """The prints by their paths. `stamps`: order -> inputs and the sha256 of every file that it made."""

    keys: Mapping[str, Kept] = field(default_factory=dict)
    stamps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_stock(output: Path) -> Stock:
    try:
        data = json.loads((output / NAME).read_text(encoding="utf-8"))
        if data["version"] == VERSION and data.pop("sum") == sum_of(data):
            return Stock({path: Kept(**row) for path, row in data["keys"].items()}, dict(data["stamps"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    return Stock()


def stock_bytes(stock: Stock) -> bytes:
    keys = {path: asdict(kept) for path, kept in stock.keys.items()}
    document = {"version": VERSION, "keys": keys, "stamps": stock.stamps}
    return json.dumps(document | {"sum": sum_of(document)}, sort_keys=True).encode()


def sum_of(document: Mapping[str, Any]) -> str:
    """The digest of a stock that it carries itself: one that a disk or a hand has changed counts as none."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def is_good(path: str, kept: Kept, output: Path) -> bool:
    """Whether a print and all that goes with it are in the folder as they were made."""
    return all(file_digest(output / name) == wanted for name, wanted in {path: kept.sha256, **kept.companions}.items())


def print_key(html: str, look: str, templates: Path) -> str:
    """The digest of all that a print is made from: its HTML, style sheet, fonts and pictures, and the tools."""
    parts = [html, look, tools_digest(), *(asset_digest(templates / name) for name in sorted(set(ASSET.findall(html))))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def look_digest(templates: Path) -> str:
    """The digest of the style sheet, of every picture that it names, and of all fonts."""
    sheet = (templates / SHEET).read_text(encoding="utf-8")
    names = sorted({f"{templates / name}" for name in ASSET.findall(sheet)} | {str(path) for path in (templates / "fonts").glob("*.ttf")})
    return hashlib.sha256("\n".join([sheet, *(asset_digest(Path(name)) for name in names)]).encode()).hexdigest()


def asset_digest(path: Path) -> str:
    """The digest of one file of the look; a file that is not there is named by the printer."""
    return file_digest(path) or "missing"


def digest_inputs(folders: Iterable[Path], files: Iterable[Path]) -> dict[Path, str]:
    """Every file that could be read for an order with its digest, or "" where it cannot be read: the readers say why."""
    found = {path for folder in folders for path in find_files(folder)}
    return {path: file_digest(path) for path in sorted(found | set(files))}


def find_files(folder: Path) -> Iterator[Path]:
    """The files of a room. What an editor or a file manager keeps there for itself is none, and what goes away meanwhile neither."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            is_file = os.path.isfile(path)  # noqa: PTH113 (this one is false, and no error, where nobody may look)
            if is_file and not name.startswith(".") and not name.endswith((".part", "~", ".swp")):
                yield path


def inputs_digest(inputs: Mapping[Path, str]) -> str:
    """The digest of everything that could be read, and of the tools. Names count: a block's name says who reads it."""
    total = hashlib.sha256(tools_digest().encode())
    for path, digest in inputs.items():
        total.update(f"\0{path}\0{digest}".encode())
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file; empty when it is not there."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
