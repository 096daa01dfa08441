"""The booklet: folded and stapled, its pages come in order, in either direction, and nothing is lost on the way to half the size."""

import time
from collections.abc import Iterator
from functools import cache
from io import BytesIO

import pikepdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packbuilder.imposition import SHEETS, impose, order_pages
from packbuilder.printer import Press, print_pdf
from packbuilder.readback import read_glyphs

A4, LETTER = (841.89, 595.28), (792.0, 612.0)  # lying, in points
TITLE = "Your pack: ملفك, 你的资料"


def fold(sides: list[tuple[int, int]], is_rtl: bool) -> Iterator[int]:
    """Turns the leaves of a folded pile, as a reader does.

    Sheets are printed on both sides and turned on the short edge, so the left half of a front has the right half of its back behind
    it. They lie in each other, the first outermost. A left-to-right reader starts with the right halves.
    """
    sheets = list(zip(sides[::2], sides[1::2], strict=True))
    near, far = (0, 1) if is_rtl else (1, 0)
    for front, back in sheets:
        yield front[near]
        yield back[1 - near]
    for front, back in reversed(sheets):
        yield back[1 - far]
        yield front[far]


@given(st.integers(1, 400), st.booleans())
def test_a_folded_booklet_is_read_from_the_first_page_to_the_last(count: int, is_rtl: bool) -> None:
    sides = list(order_pages(count, is_rtl))
    assert len(sides) == 2 * -(-count // 4), "no sheet too many"
    assert list(fold(sides, is_rtl)) == [*range(1, count + 1), *[0] * (-count % 4)], "each page once, and blank ones at the end alone"


@pytest.mark.parametrize(
    ("count", "is_rtl", "sides"),
    [
        (1, False, [(0, 1), (0, 0)]),
        (4, False, [(4, 1), (2, 3)]),
        (4, True, [(1, 4), (3, 2)]),
        (8, False, [(8, 1), (2, 7), (6, 3), (4, 5)]),
        (6, True, [(1, 0), (0, 2), (3, 6), (5, 4)]),
    ],
)
def test_the_sides_of_a_few_booklets(count: int, is_rtl: bool, sides: list[tuple[int, int]]) -> None:
    """Checked by hand with paper."""
    assert list(order_pages(count, is_rtl)) == sides


# The PDF

NAMES = ("one", "two", "three", "four", "five", "six")
STYLE = (
    "body { font: 20pt Atkinson Hyperlegible Next } section { position: relative; height: 100% } section + section { break-before: page }"
    " p { position: absolute; margin: 0 } .top { top: 0; left: 0 } .end { bottom: 0; right: 0 }"
)


@cache
def make_pages(paper: str, press: Press, count: int = 6) -> bytes:
    """Pages that have their name in the first and the last corner, without any margin."""
    sections = "".join(f'<section><p class="top">{name}</p><p class="end">{name}</p></section>' for name in NAMES[:count])
    html = (
        f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><title>{TITLE}</title><style>@page {{ size: {paper}; margin: 0 }} html, body'
        f" {{ margin: 0; height: 100% }} {STYLE}</style></head><body>{sections}</body></html>"
    )
    proof = print_pdf(html, press, "booklet.pdf")
    assert not proof.problems and len(proof.document.pages) == count
    return proof.pdf


def halves(pdf: bytes) -> list[tuple[str, str]]:
    """The words of the left and of the right half of each side."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found = []
        for page in document:
            width, height = page.get_size()
            text = page.get_textpage()
            left, right = (text.get_text_bounded(start, 0, start + width / 2, height).split() for start in (0, width / 2))
            found.append((" ".join(sorted(left)), " ".join(sorted(right))))
        return found
    finally:
        document.close()


@pytest.mark.parametrize("is_rtl", [False, True], ids=["left to right", "right to left"])
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_each_half_carries_the_words_of_its_page(paper: str, is_rtl: bool, press: Press) -> None:
    names = ["", *(f"{name} {name}" for name in NAMES)]
    wanted = [(names[left], names[right]) for left, right in order_pages(6, is_rtl)]
    assert halves(impose(make_pages(paper, press), paper, is_rtl)) == wanted


@pytest.mark.parametrize(("paper", "size"), [("A4", A4), ("Letter", LETTER)])
def test_a_booklet_is_printed_on_the_same_paper_lying(paper: str, size: tuple[float, float], press: Press) -> None:
    assert SHEETS[paper] == pytest.approx(size, abs=0.01)
    with pikepdf.open(BytesIO(impose(make_pages(paper, press), paper, False))) as sheets:
        assert len(sheets.pages) == 4, "six pages go on two sheets"
        for page in sheets.pages:
            assert [float(value) for value in page.MediaBox] == pytest.approx([0, 0, *size], abs=0.01)


@pytest.mark.parametrize(("paper", "scale"), [("A4", 0.7071), ("Letter", 396 / 612)])
def test_a_page_is_made_smaller_as_a_whole_and_stays_inside_its_half(paper: str, scale: float, press: Press) -> None:
    """Half of A4 has the shape of A4; on half of Letter the page is as wide as the half, and stands in the middle of its height."""
    width, height = SHEETS[paper]
    first = read_glyphs(make_pages(paper, press))[0]
    # On the first side page one is on the right.
    [side, *_] = read_glyphs(impose(make_pages(paper, press), paper, False))
    glyphs = [glyph for glyph in side if glyph.left >= width / 2]
    assert [glyph.char for glyph in glyphs] == [glyph.char for glyph in first]
    rest = (height - scale * width) / 2  # a page is as tall as the sheet is wide
    for before, after in zip(first, glyphs, strict=True):
        assert after.left == pytest.approx(width / 2 + scale * before.left, abs=0.3)
        assert after.right == pytest.approx(width / 2 + scale * before.right, abs=0.3)
        assert after.middle == pytest.approx(rest + scale * before.middle, abs=0.3)
        assert width / 2 - 0.1 <= after.left < after.right <= width + 0.1 and 0 < after.middle < height


def test_the_same_pages_give_the_same_bytes(press: Press) -> None:
    """Also a second later: what writes the file would make its mark from the clock if it were let."""
    pages = make_pages("A4", press)
    first = impose(pages, "A4", False)
    time.sleep(1.05)
    assert impose(pages, "A4", False) == first != impose(pages, "A4", True)


def test_a_booklet_keeps_its_title_and_its_language_and_tells_the_printer_how_to_turn(press: Press) -> None:
    with pikepdf.open(BytesIO(impose(make_pages("A4", press), "A4", True))) as sheets:
        assert str(sheets.docinfo["/Title"]) == TITLE and str(sheets.Root.Lang) == "ar"
        assert sheets.Root.ViewerPreferences.Duplex == "/DuplexFlipShortEdge" and sheets.Root.ViewerPreferences.DisplayDocTitle
        assert "/CreationDate" not in sheets.docinfo and "/ModDate" not in sheets.docinfo, "no clock in it"


def test_a_booklet_does_not_claim_to_be_made_for_screen_readers(press: Press) -> None:
    """Its pages have no tags any more; the pack itself has them."""
    with pikepdf.open(BytesIO(make_pages("A4", press))) as pages:
        assert "/StructTreeRoot" in pages.Root and "/MarkInfo" in pages.Root
    with pikepdf.open(BytesIO(impose(make_pages("A4", press), "A4", False))) as sheets:
        assert "/StructTreeRoot" not in sheets.Root and "/MarkInfo" not in sheets.Root
        with sheets.open_metadata() as metadata:
            assert "pdfuaid:part" not in metadata


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_what_is_over_of_the_last_sheet_is_blank(count: int, press: Press) -> None:
    found = [half for side in halves(impose(make_pages("A4", press, count), "A4", False)) for half in side]
    assert len(found) == 4 * -(-count // 4) and sorted(filter(None, found)) == sorted(f"{name} {name}" for name in NAMES[:count])
