"""The sheets that are filled in by hand, measured as they are laid out: room for a pen, a week a page, the limit where it counts.

A hand needs lines 8 mm apart and boxes 4 mm wide (issue 6). A booklet is printed at half its size, so it is measured as it comes out.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from workshop import LONG, SHIPPED, boxes_of, classes_of, shipped_pack

from packbuilder.boxes import collect_runs
from packbuilder.model import Manuscript, Problem
from packbuilder.printer import lay_out, make_press
from packbuilder.typeset import make_environment, typeset

PX = 25.4 / 96  # in mm
LINE, BOX = 8.0, 4.0
ROUNDING = 0.02
SHEETS = ("plan-sheet", "diary", "bag-log")
# Half of A4 is A5 upright, half of Letter is 139.7 mm wide: the side that shrinks most.
HALF = {"A4": 148 / 210, "Letter": 139.7 / 215.9}
# A4 and Letter, from left to right and from right to left. The lines of a booklet are the same on all pages of a paper.
ALL = [
    (*edition, form)
    for edition in (
        ("example-gb", "adult", "en-GB"), ("example-gb", "parent", "ar"), ("example-us", "adult", "en-US"), ("example-us", "parent", "ar"),
    )
    for form in ("standard", "large-print", "booklet")
    if form != "booklet" or edition[2] in ("en-GB", "ar")
]  # fmt: skip
EVERY_RUN = {"example-gb-adult-en-GB-booklet", "example-gb-parent-ar-standard", "example-us-adult-en-US-large-print"}
EDITIONS = [pytest.param(one, id="-".join(one), marks=() if "-".join(one) in EVERY_RUN else LONG) for one in ALL]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written, in mm from the top left of the page. `bottom` is the line. `own` are the elements of its label."""

    page: int
    name: str
    left: float
    right: float
    top: float
    bottom: float
    own: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Laid-out pages of one edition."""

    manuscript: Manuscript
    document: Any
    tree: Any
    problems: tuple[Problem, ...]

    @property
    def scale(self) -> float:
        """How much smaller it is printed than it is laid out."""
        edition = self.manuscript.edition
        return HALF[edition.site.paper] if edition.format == "booklet" else 1.0


@cache
def lay(site: str, audience: str, locale: str, form: str, *names: str) -> Sheet:
    """The named sections of a pack; without a name those with a line or a box for the pen."""
    manuscript = shipped_pack(site, audience, locale, form)
    chosen = [one for one in manuscript.sections if one.name in names or (not names and ("pen-line" in one.html or "tick-box" in one.html))]
    part = replace(manuscript, sections=tuple(chosen), panels={})
    html = typeset(part, make_environment(SHIPPED.templates), tight="tight" in names)
    return Sheet(manuscript, *lay_out(html, make_press(SHIPPED.templates), "sheet"))


def sheets(*edition: str) -> Sheet:
    return lay(*edition, *SHEETS)


WRITTEN_ON = {"pen-line", "space", "date-line", "temp-line", "rule", "cell-head"}


def places(sheet: Sheet) -> list[Place]:
    """Every line for a pen: those of the templates, and the empty cells of the bag log."""
    found = []
    for page, box in boxes_of(sheet.document):
        kinds = classes_of(box) & WRITTEN_ON
        is_row = type(box).__name__ == "TableCellBox" and box.element_tag == "td" and not "".join(box.element.itertext()).strip()
        blank = is_row and len(box.element) == 0
        if blank or (kinds and type(box).__name__ in ("BlockBox", "InlineBlockBox", "FlexBox")):
            left, top = box.border_box_x() * PX, box.border_box_y() * PX
            own = frozenset(id(part) for part in box.element.iter())
            found.append(
                Place(page, min(kinds, default="row"), left, left + box.border_width() * PX, top, top + box.border_height() * PX, own)
            )
    return found


def words(sheet: Sheet) -> list[Place]:
    """The ink of all text: a line box is taller than its letters, in Arabic by half. Letters end a quarter of their size below the line."""
    found = []
    for page, box in boxes_of(sheet.document):
        if type(box).__name__ == "TextBox" and box.text.strip():
            left, base, size = box.position_x * PX, (box.position_y + box.baseline) * PX, box.style["font_size"] * PX
            found.append(
                Place(page, box.text, left, left + box.width * PX, base - 0.75 * size, base + 0.25 * size, frozenset({id(box.element)}))
            )
    return found


def room_above(place: Place, others: list[Place], text: list[Place]) -> float:
    """How far up from its line a pen may go, in mm: to the next line, to words, or to the border of its own cell."""
    lines, near = (
        [one for one in some if min(place.right, one.right) - max(place.left, one.left) > 1 and not one.own & place.own]
        for some in (others, text)
    )
    if any(one.top < place.bottom - 0.5 and one.bottom > place.bottom + 0.5 for one in near):
        return 0.0  # words lie across the line
    floors = [one.bottom for one in (*lines, *near) if one.bottom < place.bottom - 0.1]
    # A line that is a part of its cell must itself be tall: above it stands a border.
    if place.name in ("temp-line", "rule", "cell-head", "row", "date-line"):
        floors.append(place.top)
    return place.bottom - max(floors, default=place.bottom - 99)


def assert_room(sheet: Sheet) -> list[Place]:
    assert sheet.problems == ()
    found, text = places(sheet), words(sheet)
    tight = []
    for page in {place.page for place in found}:
        lines, near = ([one for one in some if one.page == page] for some in (found, text))
        for place in lines:
            room = room_above(place, lines, near) * sheet.scale
            if room < LINE - ROUNDING:
                tight.append((page, place.name, round(place.left), round(place.bottom), round(room, 2)))
    assert not tight, tight[:10]
    return found


def assert_boxes(sheet: Sheet) -> None:
    """The white inside of each box."""
    sizes = {
        (round(box.width * PX * sheet.scale, 2), round(box.height * PX * sheet.scale, 2))
        for _, box in boxes_of(sheet.document)
        if "tick-box" in classes_of(box)
    }
    assert sizes and all(min(size) >= BOX - ROUNDING for size in sizes), sizes


@pytest.mark.parametrize("edition", EDITIONS)
def test_lines_to_write_on_are_far_enough_apart(edition: tuple[str, ...]) -> None:
    found = assert_room(sheets(*edition))
    names = {place.name for place in found}
    assert names >= {"space", "date-line", "temp-line", "rule", "cell-head", "row"}
    weeks = 4
    assert sum(place.name == "temp-line" for place in found) == weeks * 7 * 2
    assert sum(place.name == "cell-head" for place in found) == 42


@pytest.mark.parametrize("edition", EDITIONS)
def test_boxes_to_tick_are_large_enough(edition: tuple[str, ...]) -> None:
    assert_boxes(sheets(*edition))


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_week_of_the_diary_is_one_page(edition: tuple[str, ...]) -> None:
    sheet = sheets(*edition)
    pages: dict[int, set[int]] = {}
    for page, box in boxes_of(sheet.document):
        if box.element_tag == "table" and "diary" in classes_of(box):
            pages.setdefault(id(box.element), set()).add(page)
    assert len(pages) == 4 and all(len(on) == 1 for on in pages.values()), pages
    assert len({page for on in pages.values() for page in on}) == 4


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_plan_and_the_log_are_one_page_each(edition: tuple[str, ...]) -> None:
    """In a booklet the lines are half as high again, and the boxes of the plan have a page to themselves."""
    sheet = sheets(*edition)
    on: dict[str, set[int]] = {}
    for page, box in boxes_of(sheet.document):
        for name in ("plan", "log") if box.element_tag == "table" else ("block-plan-sheet", "block-bag-log"):
            if name in classes_of(box):
                on.setdefault(name, set()).add(page)
    booklet = edition[3] == "booklet"
    assert {name: len(pages) for name, pages in on.items()} == {
        "plan": 1, "log": 1, "block-plan-sheet": 2 if booklet else 1, "block-bag-log": 1,
    }  # fmt: skip


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_limit_stands_at_the_head_of_the_thermometer_column(edition: tuple[str, ...]) -> None:
    sheet = sheets(*edition)
    wanted = "".join(sheet.manuscript.facts["call_temperature"].text.split())
    runs = collect_runs(sheet.document)
    heads = [element for element in sheet.tree.iter() if element.tag == "th" and "c-temp" in element.get("class", "")]
    assert len(heads) == 4
    for head in heads:
        parts = {id(part) for part in head.iter()}
        own = [run for run in runs if run.element in parts]
        assert len({run.page for run in own}) == 1
        assert wanted in "".join("".join(run.text for run in own).split())


# The whole pack


@pytest.mark.parametrize(("audience", "form"), [("adult", "booklet"), ("parent", "standard")])
def test_every_line_and_box_of_a_pack_has_room_for_a_pen(audience: str, form: str) -> None:
    sheet = lay("example-gb", audience, "en-GB", form)
    assert {place.name for place in assert_room(sheet)} == {"pen-line"}
    if audience == "parent":
        assert_boxes(sheet)


@pytest.mark.parametrize("form", ["standard", "large-print", "booklet"])
@pytest.mark.parametrize("tight", ["", "tight"])
def test_the_lines_of_page_one_have_room_for_a_pen(form: str, tight: str) -> None:
    found = assert_room(lay("example-gb", "adult", "en-GB", form, "call-now", tight))
    assert [place.name for place in found] == ["space"] * 3
