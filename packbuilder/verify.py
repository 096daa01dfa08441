"""Holds a published PDF against its manifest entry, long after it was made and without its sources."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packbuilder.model import Place, Problem
from packbuilder.readback import read_glyphs

DIGITS = re.compile(r"\d[\d.,-]*\d|\d")


def verify_entry(entry: Mapping[str, Any], output: Path) -> Iterator[Problem]:
    """Missing, changed, cut short, or not showing its facts."""
    path = output / entry["path"]
    place = Place(path.as_posix())
    try:
        pdf = path.read_bytes()
    except OSError:
        yield Problem("MISSING_FILE", place, "is in the manifest and not in the folder", "build again")
        return
    if hashlib.sha256(pdf).hexdigest() != entry["sha256"]:
        yield Problem("CHANGED_FILE", place, "is not the file that was built", "do not use it; build again")
        return
    try:
        pages = read_glyphs(pdf)
    except RuntimeError:  # PDFium's own
        yield Problem("CHANGED_FILE", place, "is no PDF, although the manifest lists it", "do not use it; build again")
        return
    if len(pages) != entry.get("pages"):
        yield Problem("PAGES", place, f"has {len(pages)} pages, not {entry.get('pages')}", "build again")
    text = "".join(glyph.char for page in pages for glyph in page)
    for name, printed in dict(entry.get("facts") or {}).items():
        # A right-to-left line comes back word by word from its end, so the groups of digits are looked for one by one. That they
        # stand in the right order was proven when the file was made, and the digest above says that it is still that file.
        for group in DIGITS.findall(printed):
            if group not in text:
                yield Problem("LOST_FACT", place, f"{name} is not on the paper: {printed!r}", "do not use it; build again")
