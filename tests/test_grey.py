"""The print in grey: wards print without colour. Real pages are rendered as a grey printer sees them, and once in pure black and white.

Text 4.5 : 1 on what is behind it, large type 3 : 1; borders and fills that say something 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11). Fills are told
apart by more than a shade: each is solid, hatched or white when nothing but black is left.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image
from workshop import SHIPPED, boxes_of, classes_of, shipped_pack

from packbuilder.boxes import Run, collect_runs
from packbuilder.model import Manuscript
from packbuilder.printer import Press, lay_out, print_pdf
from packbuilder.typeset import make_environment, typeset

DPI = 200  # a border of 0.6 pt is more than one point of the picture wide, so one row of them is all ink
PT = DPI / 72
PX = DPI / 96
TEXT, LARGE, SHAPE = 4.5, 3.0, 3.0
LARGE_PT, LARGE_BOLD_PT = 18.0, 14.0
# How much of the box of a word is ink, from a thin "i" to bold Chinese.
LEAST_INK, MOST_INK = 0.015, 0.5

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Print:
    """Pages as a printer without colour sees them, with what was laid out on them."""

    document: Any
    pages: tuple[Image.Image, ...]

    def cut(self, page: int, rectangle: Rectangle) -> Image.Image:
        """A piece of a page; the rectangle is in points of the picture."""
        left, top, right, bottom = rectangle
        return self.pages[page - 1].crop((round(left), round(top), max(round(right), round(left) + 1), max(round(bottom), round(top) + 1)))


def print_grey(html: str, press: Press) -> Print:
    proof = print_pdf(html, press, "grey")
    assert proof.problems == ()
    document = pypdfium2.PdfDocument(proof.pdf)
    try:
        pages = tuple(page.render(scale=PT, grayscale=True).to_pil().convert("L") for page in document)
    finally:
        document.close()
    return Print(proof.document, pages)


def print_sections(manuscript: Manuscript, press: Press, *names: str) -> Print:
    chosen = tuple(section for section in manuscript.sections if section.name in names)
    assert [section.name for section in chosen] == list(names)
    part = replace(manuscript, sections=chosen, panels=manuscript.panels if "card" in names else {})
    return print_grey(typeset(part, make_environment(SHIPPED.templates), dict.fromkeys(part.panels, 8.0)), press)


PAGES = {
    "adult": ("adult", "en-GB", ("call-now", "your-plan", "alarms", "alarm-table", "crs", "plan-sheet", "diary", "bag-log", "card")),
    "parent": ("parent", "en-GB", ("teenager",)),
    "nurse": ("nurse", "en-GB", ("call-now", "dose-table", "bag-change", "triage", "discharge")),
    "arabic": ("adult", "ar", ("call-now", "card")),
}


@pytest.fixture(scope="session")
def prints(press: Press) -> dict[str, Print]:
    """The pages that hold every kind of thing that is printed, once."""
    return {
        name: print_sections(shipped_pack("example-gb", audience, locale), press, *sections)
        for name, (audience, locale, sections) in PAGES.items()
    }


# Measuring


def luminance(grey: float) -> float:
    """WCAG 2.2, relative luminance of a shade from 0 to 255."""
    part = grey / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: float, two: float) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_and_ground(piece: Image.Image) -> tuple[int, int]:
    """The shade of the letters and of what they stand on: the most common one, and the one furthest from it that is more than a speck."""
    counts = piece.histogram()
    ground = max(range(256), key=counts.__getitem__)
    speck = max(2, sum(counts) // 500)
    found = [ground, ground]
    for number, shades in enumerate((range(256), range(255, -1, -1))):
        seen = 0
        for shade in shades:
            seen += counts[shade]
            if seen >= speck:
                found[number] = shade
                break
    return max(found, key=lambda shade: contrast(shade, ground)), ground


def black_share(piece: Image.Image) -> float:
    """How much of a piece is black when no grey is left."""
    counts = piece.histogram()
    return sum(counts[:128]) / sum(counts)


def sizes_of(document: Any) -> dict[int, tuple[float, float]]:
    """The smallest type of each element in pt, and its weight."""
    sizes: dict[int, tuple[float, float]] = {}
    for _, box in boxes_of(document):
        if type(box).__name__ == "TextBox":
            size = (box.style["font_size"] * 0.75, box.style["font_weight"])
            sizes[id(box.element)] = min(size, sizes.get(id(box.element), size))
    return sizes


def words_of(shown: Print) -> Iterator[tuple[Run, Rectangle]]:
    """Every piece of text with a letter or digit in it, and where it stands in the picture."""
    for run in collect_runs(shown.document):
        if run.is_text and any(char.isalnum() for char in run.text):
            yield run, (run.left * PT, run.top * PT, run.right * PT, run.bottom * PT)


def pale_words(shown: Print) -> list[str]:
    sizes, found = sizes_of(shown.document), []
    for run, rectangle in words_of(shown):
        size, weight = sizes.get(run.element, (0.0, 400.0))
        wanted = LARGE if size >= (LARGE_BOLD_PT if weight >= 700 else LARGE_PT) else TEXT
        got = contrast(*ink_and_ground(shown.cut(run.page, rectangle)))
        if got < wanted:
            found.append(f"page {run.page}: {run.text[:40]!r} {got:.1f} : 1")
    return found


def swallowed_words(shown: Print) -> list[str]:
    """Text of which black and white alone leave nothing, or a blot."""
    found = []
    for run, rectangle in words_of(shown):
        black = black_share(shown.cut(run.page, rectangle))
        ink = min(black, 1 - black)
        if not LEAST_INK <= ink <= MOST_INK:
            found.append(f"page {run.page}: {run.text[:40]!r} {ink:.3f}")
    return found


BORDERED = {
    "care card": lambda box, kinds: "admonition" in kinds and "info" not in kinds,
    "table cell": lambda box, kinds: box.element_tag in ("td", "th") and type(box).__name__ == "TableCellBox",
    "line for a pen": lambda box, kinds: kinds & {"pen-line", "space", "date-line", "temp-line", "rule", "cell-head"},
    "box to tick": lambda box, kinds: "tick-box" in kinds,
    "limit of the diary": lambda box, kinds: "call-limit" in kinds,
    "tube of the thermometer": lambda box, kinds: "tube" in kinds,
    "row of bars": lambda box, kinds: kinds & {"bar-row", "cycle-row"},
}


def borders_of(box: Any) -> Iterator[tuple[str, Rectangle]]:
    """The sides of a box that are drawn, as rectangles in points of the picture with a little of what lies beside them."""
    left, top = box.border_box_x() * PX, box.border_box_y() * PX
    right, bottom = left + box.border_width() * PX, top + box.border_height() * PX
    beside = 1.0 / 25.4 * DPI  # a millimetre; where two cells meet, the border stands on the edge and may be as wide as the other cell's
    sides = {
        "top": (left, top, right, top),
        "bottom": (left, bottom, right, bottom),
        "left": (left, top, left, bottom),
        "right": (right, top, right, bottom),
    }
    for side, (x1, y1, x2, y2) in sides.items():
        width = box.style[f"border_{side}_width"]
        if not width or box.style[f"border_{side}_style"] in ("none", "hidden"):
            continue
        wide = width * PX + beside
        if side in ("top", "bottom"):
            yield side, (x1 + (x2 - x1) * 0.2, y1 - wide, x1 + (x2 - x1) * 0.8, y1 + wide)
        else:
            yield side, (x1 - wide, y1 + (y2 - y1) * 0.2, x1 + wide, y1 + (y2 - y1) * 0.8)


def border_contrast(piece: Image.Image, across: bool) -> float:
    """The strongest line through a piece against the lightest: each row (or column) of points counts as its middle shade."""
    flat = piece.resize((1, piece.height), Image.Resampling.BOX) if across else piece.resize((piece.width, 1), Image.Resampling.BOX)
    shades = flat.tobytes()
    return contrast(min(shades), max(shades))


def measure_borders(shown: Print) -> Iterator[tuple[str, str, float]]:
    turned = {id(part) for _, box in boxes_of(shown.document) if "turned" in classes_of(box) for part in box.element.iter()}
    for page, box in boxes_of(shown.document):
        if id(box.element) in turned:
            continue
        kinds = classes_of(box)
        for name, fits in BORDERED.items():
            if fits(box, kinds):
                for side, rectangle in borders_of(box):
                    got = border_contrast(shown.cut(page, rectangle), side in ("top", "bottom"))
                    yield name, f"page {page}: {side} of {name} {got:.1f} : 1", got


# Text


@pytest.mark.parametrize("name", PAGES)
def test_all_text_stands_out_in_grey(prints: dict[str, Print], name: str) -> None:
    assert sum(1 for _ in words_of(prints[name])) > 50
    assert pale_words(prints[name])[:10] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_text_is_lost_in_black_and_white(prints: dict[str, Print], name: str) -> None:
    assert swallowed_words(prints[name])[:10] == []


# Borders


def test_borders_stand_out_in_grey(prints: dict[str, Print]) -> None:
    seen: Counter[str] = Counter()
    pale = []
    for name in ("adult", "parent", "nurse"):
        for kind, where, got in measure_borders(prints[name]):
            seen[kind] += 1
            if got < SHAPE:
                pale.append(f"{name}, {where}")
    assert set(seen) == set(BORDERED), seen
    assert not pale, pale[:10]


# Fills


SOLID, HATCHED, WHITE = "solid", "hatched", "white"
FILLS = {
    "zone": HATCHED,  # of the thermometer: where to call
    "day drip": SOLID,  # of the cycle
    "day drip step": HATCHED,
    "day rest": WHITE,
    "bar much": SOLID,  # when an effect tends to come
    "bar some": HATCHED,
    "bar rare": WHITE,
}


def fills_of(shown: Print) -> Iterator[tuple[str, str, Image.Image]]:
    """The inside of each fill that means something: its classes, how it looks in black and white, and the piece."""
    for page, box in boxes_of(shown.document):
        name = " ".join(kind for kind in (box.element.get("class") or "").split() if kind not in ("high", "low"))
        if name in FILLS and type(box).__name__ not in ("TextBox", "LineBox"):
            left, top = (box.border_box_x() + box.border_width() * 0.15) * PX, (box.border_box_y() + box.border_height() * 0.2) * PX
            piece = shown.cut(page, (left, top, left + box.border_width() * 0.7 * PX, top + box.border_height() * 0.6 * PX))
            black = black_share(piece)
            yield name, SOLID if black > 0.95 else WHITE if black < 0.05 else HATCHED, piece


def test_fills_are_told_apart_without_grey(prints: dict[str, Print]) -> None:
    seen = {(name, look) for name, look, _ in fills_of(prints["adult"])}
    assert seen == set(FILLS.items())


def test_hatching_is_neither_nearly_white_nor_nearly_black(prints: dict[str, Print]) -> None:
    shares = {name: black_share(piece) for name, look, piece in fills_of(prints["adult"]) if look == HATCHED}
    assert all(0.15 < share < 0.85 for share in shares.values()), shares


def test_the_thermometer_is_white_where_nobody_need_call(prints: dict[str, Print]) -> None:
    [(page, tube)] = [(page, box) for page, box in boxes_of(prints["adult"].document) if "tube" in classes_of(box)]
    left, top = (tube.border_box_x() + tube.border_width() * 0.2) * PX, (tube.border_box_y() + tube.border_height() * 0.3) * PX
    between = (left, top, left + tube.border_width() * 0.18 * PX, top + tube.border_height() * 0.4 * PX)  # 36.2 to 37.3 °C
    assert black_share(prints["adult"].cut(page, between)) == 0.0


def test_solid_fills_stand_out_from_white(prints: dict[str, Print]) -> None:
    shades = [piece.resize((1, 1), Image.Resampling.BOX).tobytes()[0] for _, look, piece in fills_of(prints["adult"]) if look == SOLID]
    assert shades and all(contrast(shade, 255) >= SHAPE for shade in shades)


def test_the_days_of_the_drip_have_a_dark_band_and_the_others_none(prints: dict[str, Print]) -> None:
    looks: dict[str, set[str]] = {"drip": set(), "rest": set()}
    for page, box in boxes_of(prints["adult"].document):
        kind = classes_of(box) & {"drip", "rest"}
        if box.element_tag == "td" and type(box).__name__ == "TableCellBox" and kind:
            left, top = (box.border_box_x() + box.border_width() * 0.2) * PX, box.border_box_y() * PX
            # The band is 4 pt high and stands on the edge, half of it in either cell: a thin border fills a part of it only.
            band = prints["adult"].cut(page, (left, top - 2 * PT + 1, left + box.border_width() * 0.6 * PX, top + 2 * PT - 1))
            looks[min(kind)].add(SOLID if black_share(band) > 0.95 else WHITE)
    assert looks["drip"] == {SOLID}
    # The first row of the rest lies under the last band.
    assert WHITE in looks["rest"]


# The measure itself


BAD = """<html lang="en"><head><title>x</title></head><body><section class="block">
<p style="color: {ink} !important; background: {ground}">Call the ward now</p>
<table><tbody><tr><td style="border: .6pt solid {border} !important">One</td></tr></tbody></table>
<p>Name <span class="pen-line" style="border-color: {border} !important"></span></p></section></body></html>"""


def show(press: Press, ink: str = "#1a1a1a", ground: str = "#ffffff", border: str = "#767676") -> Print:
    return print_grey(BAD.format(ink=ink, ground=ground, border=border), press)


def test_a_plain_page_is_found_good(press: Press) -> None:
    shown = show(press)
    borders = list(measure_borders(shown))
    assert pale_words(shown) == swallowed_words(shown) == []
    assert {name for name, *_ in borders} == {"table cell", "line for a pen"} and all(got >= SHAPE for *_, got in borders)


@pytest.mark.parametrize(("ink", "ground"), [("#999999", "#ffffff"), ("#ffffff", "#b0b0b0"), ("#3a7d44", "#d05050")])
def test_pale_text_is_found(press: Press, ink: str, ground: str) -> None:
    """The last are green on red: far apart in colour, one and the same in grey."""
    [found] = pale_words(show(press, ink, ground))
    assert "Call the ward now" in found


@pytest.mark.parametrize(("ink", "ground"), [("#333333", "#777777"), ("#cccccc", "#888888")])
def test_text_that_goes_under_in_black_and_white_is_found(press: Press, ink: str, ground: str) -> None:
    [found] = swallowed_words(show(press, ink, ground))
    assert "Call the ward now" in found


def test_a_pale_border_is_found(press: Press) -> None:
    found = {name for name, _, got in measure_borders(show(press, border="#c9c9c9")) if got < SHAPE}
    assert found == {"table cell", "line for a pen"}


def test_the_layout_is_what_is_rendered(press: Press) -> None:
    """The measure looks where the boxes say: a black square stands where its box is."""
    html = (
        '<html lang="en"><head><title>x</title></head><body><div style="width: 20mm; height: 20mm; background: #000"></div></body></html>'
    )
    shown = print_grey(html, press)
    document, _, _ = lay_out(html, press, "grey")
    [(page, box)] = [(page, box) for page, box in boxes_of(document) if box.element_tag == "div"]
    left, top = box.border_box_x() * PX, box.border_box_y() * PX
    assert black_share(shown.cut(page, (left + 1, top + 1, left + box.border_width() * PX - 1, top + box.border_height() * PX - 1))) == 1.0
    assert black_share(shown.cut(page, (left - 9, top - 9, left - 2, top - 2))) == 0.0
