"""Opens the finished PDF and proves what is on the paper before anybody can print it (design, section 8).

Expectations come from the manuscript, positions from the box tree, and what is printed from the PDF's own glyphs, read
with a library that did not write it. A PDF that fails is not published.
"""

import re
from collections.abc import Iterable, Mapping
from ctypes import c_double
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf
import pypdfium2
from pypdfium2 import raw

from packbuilder.assemble import STAFF
from packbuilder.boxes import Run, collect_panels, collect_runs, page_sizes
from packbuilder.forms import panels_of, shape_of
from packbuilder.imposition import order_pages
from packbuilder.language import direction
from packbuilder.model import WORKING, Manuscript, Place, PrintedFact, Problem
from packbuilder.printer import Proof

SLACK = 0.75  # pt: rounding of positions, and side bearings of glyphs
CRITICAL = {
    "adult": ("phone_24h", "emergency_number", "call_temperature"),
    "parent": ("phone_24h", "emergency_number", "call_temperature"),
    "nurse": ("phone_24h", "call_temperature_adult", "call_temperature_child"),
}
PAGE_ONE = "call-now"
LARGE = ("large-print", "booklet")


class Glyph(NamedTuple):
    """A character of the PDF and its box in points from the top left. A tuple: a pack has forty thousand of them."""

    char: str
    left: float
    right: float
    middle: float


def read_back(proof: Proof, manuscript: Manuscript, fonts: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with a print, each as a Problem that names the edition."""
    runs = collect_runs(proof.document)
    sizes = page_sizes(proof.document)
    glyphs = read_glyphs(proof.pdf)
    found = [
        *check_words(proof.tree, runs),
        *check_edges(runs, sizes),
        *check_collisions(runs),
        *check_facts(proof.tree, runs, glyphs, manuscript.facts),
        *check_presence(proof, runs, manuscript),
        *check_marks(runs, manuscript, len(sizes)),
        *check_fonts(proof.pdf, fonts),
    ]
    path = manuscript.edition.path
    return tuple(Problem(code, Place(path), message, "this PDF is not published: " + hint) for code, message, hint in found)


def read_back_booklet(pages: bytes, sheets: bytes, manuscript: Manuscript) -> tuple[Problem, ...]:
    """What is wrong with an imposed booklet: each side must carry just the characters of its two pages, each in its own half."""
    edition = manuscript.edition
    before, after = read_glyphs(pages), read_glyphs(sheets)
    width = page_widths(sheets)
    places = list(order_pages(len(before), direction(edition.locale) == "rtl"))
    found: list[Finding] = []
    if len(after) != len(places):
        found.append(("BOOKLET", f"has {len(after)} sides, not {len(places)}", "report this as a bug"))
    for number, (side, pair) in enumerate(zip(after, places, strict=False), start=1):
        middle = width[number - 1] / 2
        for half, page in enumerate(pair):
            got = sorted(glyph.char for glyph in side if ((glyph.left + glyph.right) / 2 >= middle) == bool(half))
            if got != (sorted(glyph.char for glyph in before[page - 1]) if page else []):
                found.append(("BOOKLET", f"side {number} does not carry page {page} in its place", "report this as a bug"))
    hint = "this PDF is not published: "
    return tuple(Problem(code, Place(edition.path), message, hint + what) for code, message, what in found)


Finding = tuple[str, str, str]


def squeeze(text: str) -> str:
    return "".join(text.split())


def own_text(element: Any) -> str:
    """The words that stand directly in an element, without white space."""
    return squeeze((element.text or "") + "".join(child.tail or "" for child in element))


def check_words(tree: Any, runs: Iterable[Run]) -> list[Finding]:
    """Every word of the manuscript is in the box tree, in its element, once; repeated heads and feet may come again."""
    printed: dict[int, str] = {}
    for run in runs:
        if run.is_text:
            printed[run.element] = printed.get(run.element, "") + squeeze(run.text)
    found: list[Finding] = []
    body = next(element for element in tree if element.tag == "body")
    for element in body.iter():
        wanted = own_text(element) if isinstance(element.tag, str) else ""
        got = printed.get(id(element))
        if wanted and (not got or got != wanted * (len(got) // len(wanted))):
            shown = " ".join((element.text or "").split())[:60] or wanted[:60]
            found.append(("LOST_WORDS", f"a part of this text is not on the paper: {shown!r}", "give it more room"))
    return found


def check_edges(runs: Iterable[Run], sizes: list[tuple[float, float]]) -> list[Finding]:
    """Nothing passes its page, and nothing is hidden by a box around it."""
    found: list[Finding] = []
    for run in runs:
        width, height = sizes[run.page - 1]
        over = max(-run.left, -run.top, run.right - width, run.bottom - height)
        if over > SLACK:
            found.append(
                ("PAST_PAGE", f"page {run.page}: {run.text or 'a picture'!r} passes the edge by {over / 72 * 25.4:.1f} mm", "shorten it")
            )
        if run.cut > SLACK:
            found.append(
                ("CUT_OFF", f"page {run.page}: {run.text or 'a picture'!r} is hidden by {run.cut / 72 * 25.4:.1f} mm", "give it more room")
            )
    return found


def check_collisions(runs: list[Run]) -> list[Finding]:
    """No two pieces of text, and no text and picture, lie on top of each other."""
    found: list[Finding] = []
    by_page: dict[int, list[Run]] = {}
    for run in runs:
        if not run.is_text or run.text.strip():
            by_page.setdefault(run.page, []).append(run)
    for page, items in by_page.items():
        items.sort(key=lambda run: run.top)
        for index, one in enumerate(items):
            for two in items[index + 1 :]:
                if two.top >= one.bottom:
                    break
                # A line box is taller than its letters: lines may touch, letters may not.
                height = min(one.bottom, two.bottom) - max(one.top, two.top)
                width = min(one.right, two.right) - max(one.left, two.left)
                if width > SLACK * 2 and height > 0.45 * min(one.bottom - one.top, two.bottom - two.top):
                    names = " and ".join(repr(run.text.strip()[:30]) if run.is_text else "a picture" for run in (one, two))
                    found.append(("COLLISION", f"page {page}: {names} lie on top of each other", "give them more room"))
    return found


def read_glyphs(pdf: bytes) -> list[list[Glyph]]:
    """The characters of each page with their boxes, as PDFium sees them."""
    pages: list[list[Glyph]] = []
    # The library's own wrapper makes four numbers anew for each character, which doubles the time.
    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            height = page.get_height()
            text = page.get_textpage()
            handle, glyphs = text.raw, []
            for index in range(text.count_chars()):
                char = chr(raw.FPDFText_GetUnicode(handle, index))
                if char.isspace():
                    continue
                raw.FPDFText_GetCharBox(handle, index, left, right, bottom, top)
                glyphs.append(Glyph(char, left.value, right.value, height - (top.value + bottom.value) / 2))
            pages.append(glyphs)
            text.close()
            page.close()
    finally:
        document.close()
    return pages


def page_widths(pdf: bytes) -> list[float]:
    """Width of each page in points."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [float(document.get_page_size(index)[0]) for index in range(len(document))]
    finally:
        document.close()


def read_run(glyphs: Iterable[Glyph], left: float, top: float, right: float, bottom: float, turned: bool) -> str:
    """What stands in a rectangle, in the order in which an eye reads it. The top rim of a line box belongs to the line above."""
    rim = (bottom - top) * 0.12
    inside = [
        glyph
        for glyph in glyphs
        if left - SLACK <= (glyph.left + glyph.right) / 2 <= right + SLACK and top + rim <= glyph.middle <= bottom - rim / 3
    ]
    inside.sort(key=lambda glyph: glyph.left, reverse=turned)
    return "".join(glyph.char for glyph in inside)


def fact_elements(tree: Any) -> Iterable[tuple[Any, str, int]]:
    """Each isolated number of the page with the name of its fact and its place among the fact's isolated pieces."""
    for holder in tree.iter():
        if name := holder.get("data-fact"):
            yield from ((piece, name, index) for index, piece in enumerate(holder.iter("bdi")))


def check_facts(tree: Any, runs: list[Run], glyphs: list[list[Glyph]], facts: Mapping[str, PrintedFact]) -> list[Finding]:
    """Each number is printed exactly as the manuscript has it, its glyphs running left to right on any page."""
    by_element: dict[int, list[Run]] = {}
    for run in runs:
        by_element.setdefault(run.element, []).append(run)
    found: list[Finding] = []
    for element, name, index in fact_elements(tree):
        own = [run for part in element.iter() for run in by_element.get(id(part), ()) if run.is_text]
        fact = facts.get(name)
        wanted_pieces = [squeeze(text) for text, isolated in fact.pieces if isolated] if fact else []
        if index >= len(wanted_pieces):
            found.append(("WRONG_FACT", f"{name} is on the paper and not in the manuscript", "report this as a bug"))
            continue
        wanted = wanted_pieces[index]
        for page in sorted({run.page for run in own}):
            lines: dict[tuple[float, bool], list[Run]] = {}
            for run in own:
                if run.page == page:
                    lines.setdefault((round(run.top, 1), run.turned), []).append(run)
            got = [
                read_run(glyphs[page - 1], min(r.left for r in line), line[0].top, max(r.right for r in line), line[0].bottom, turned)
                for (_, turned), line in sorted(lines.items())
            ]
            # A running head or a second copy prints the same element again; anything else must be the fact itself.
            if not got or any(face_brackets(text) != face_brackets(wanted) for text in got):
                found.append(
                    ("WRONG_FACT", f"page {page}: {name} must read {wanted!r} and reads {' / '.join(got)!r}", "report this as a bug")
                )
    return found


def face_brackets(text: str) -> str:
    """With all brackets facing one way: PDFium turns some of them in a line that it takes for right-to-left. Places still count."""
    return text.translate(str.maketrans(")]", "(["))


def check_presence(proof: Proof, runs: list[Run], manuscript: Manuscript) -> list[Finding]:
    """The critical facts stand on page one of a pack, and on every panel of every card; the call-now page is one page."""
    pages_of: dict[int, set[int]] = {}
    for run in runs:
        pages_of.setdefault(run.element, set()).add(run.page)
    found: list[Finding] = []
    places: dict[str, set[int]] = {}
    for holder in proof.tree.iter():
        if name := holder.get("data-fact"):
            pages = {page for part in holder.iter() for page in pages_of.get(id(part), ())}
            places.setdefault(name, set()).update(pages)
    edition = manuscript.edition
    if edition.format in (*WORKING, "staff"):
        return found
    if edition.kind == "pack":
        large = edition.format in LARGE
        for name in CRITICAL[edition.audience]:
            # In large print the danger signs fill page one; what to dial for the worst may head the page behind it.
            if not {1, 2 if large and name == "emergency_number" else 1} & places.get(name, set()):
                found.append(("MISSING_FACT", f"{name} is not on page one", "put it into the call-now block"))
        spread = pages_of_section(proof, PAGE_ONE)
        if spread != {1} and not (large and spread == {1, 2}):
            found.append(("CALL_NOW", f"the call-now block stands on pages {sorted(spread)}, not on page one alone", "shorten it"))
    panels = collect_panels(proof.document)
    shape = shape_of(edition.format)
    if panels_of(edition.format, edition.pack.has_card):
        for name, wanted in shape.panels.items():
            copies, number = [panel for panel in panels if panel.name == name], shape.copies[edition.site.paper]
            if len(copies) != number:
                found.append(("MISSING_PANEL", f"the panel {name!r} is there {len(copies)} times, not {number}", "report this as a bug"))
            for panel in copies:
                for fact in wanted:
                    if not any(
                        id(element) in panel.elements
                        for element, found_name, _ in fact_elements(proof.tree)
                        if found_name.removesuffix(STAFF) == fact
                    ):
                        found.append(("MISSING_FACT", f"{fact} is not on the panel {name!r}", "put it into handouts/card"))
    sheets = {panel.page for panel in panels}
    if panels and (len(sheets) != shape.sides or (edition.kind == "card" and len(proof.document.pages) != shape.sides)):
        where = f"the card stands on pages {sorted(sheets)}, and not on {shape.sides} alone"
        found.append(("CARD_SHEET", where, "shorten its instructions"))
    for panel in panels:
        for run in runs:
            if run.page == panel.page and run.element in panel.elements:
                over = max(panel.left - run.left, panel.top - run.top, run.right - panel.right, run.bottom - panel.bottom)
                if over > SLACK:
                    found.append(
                        (
                            "PAST_PANEL",
                            f"{run.text or 'a picture'!r} passes the panel {panel.name!r} by {over / 72 * 25.4:.1f} mm",
                            "shorten it",
                        )
                    )
    return found


def pages_of_section(proof: Proof, name: str) -> set[int]:
    """The pages on which a section of the pack stands."""
    section = next((element for element in proof.tree.iter() if element.get("id") == name), None)
    parts = {id(part) for part in section.iter()} if section is not None else set()
    return {run.page for run in collect_runs(proof.document) if run.element in parts}


def is_one_page(proof: Proof, name: str) -> bool:
    """Whether a section stands on page one and nowhere else."""
    return pages_of_section(proof, name) == {1}


def check_marks(runs: list[Run], manuscript: Manuscript, pages: int) -> list[Finding]:
    """Draft and sample marks are on every page or on none."""
    words = {"SAMPLE": manuscript.edition.site.sample, "DRAFT": manuscript.state == "draft"}
    margins: dict[int, str] = {}
    for run in runs:
        if run.in_margin:
            margins[run.page] = margins.get(run.page, "") + squeeze(run.text)
    found: list[Finding] = []
    for word, wanted in words.items():
        html = next((text for (_, source), text in manuscript.phrases.items() if source == word), word)
        phrase = squeeze(unescape(re.sub(r"<[^>]*>", "", html)))
        # A mark without words stands nowhere, and not everywhere.
        marked = {page for page, text in margins.items() if phrase and phrase in text}
        if marked != (set(range(1, pages + 1)) if wanted else set()):
            found.append(("MARKS", f"the mark {word} is on pages {sorted(marked)} of {pages}", "report this as a bug"))
    return found


def check_fonts(pdf: bytes, folder: Path) -> list[Finding]:
    """Only bundled fonts are embedded, and every font is."""
    allowed = {normal_name(path.stem) for path in folder.glob("*.ttf")}
    found: list[Finding] = []
    with pikepdf.open(BytesIO(pdf)) as document:
        names = {str(font.BaseFont) for page in document.pages for font in fonts_of(page)}
    for name in sorted(names):
        if normal_name(name.partition("+")[2] or name) not in allowed:
            found.append(("FOREIGN_FONT", f"the font {name} is not one of ours", "use the fonts in templates/fonts"))
    return found


def fonts_of(page: Any) -> list[Any]:
    fonts = page.get("/Resources").get("/Font")
    return [] if fonts is None else list(fonts.values())


def normal_name(name: str) -> str:
    """`/ABCDEF+Atkinson-Hyperlegible-Next-Bold` and `AtkinsonHyperlegibleNext-Bold.ttf` as one name."""
    return re.sub(r"regular$", "", re.sub(r"[^a-z0-9]", "", name.lower()))
