"""The plan sheet and the diary with the dates of a cycle, and without: what stands in which box. Their size is measured in `test_pens`."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import pytest
import tinyhtml5  # type: ignore[import-untyped]
from workshop import SHIPPED, boxes_of, classes_of, shipped_pack

from packbuilder.model import Plan
from packbuilder.printer import lay_out, make_press
from packbuilder.typeset import make_environment, typeset

Words = tuple[str, ...]

WHOLE = Plan(datetime(2026, 12, 1, 10, 30), cycle=1, bags=(72, 96), break_days=14, hospital_days=9)
BARE = Plan(datetime(2026, 12, 1, 10, 30))
LATER = replace(WHOLE, cycle=2, hospital_days=7)
AUTUMN = replace(WHOLE, start=datetime(2026, 10, 20, 10, 30))  # the clocks of London go back on 25 October, day 6
LATE = replace(WHOLE, start=datetime(2026, 10, 20, 0, 30))  # so the drip ends at half past eleven on the evening of day 28
LONG = replace(WHOLE, start=datetime(2026, 10, 18, 10, 30), bags=(24,), hospital_days=28)  # as much as a plan can hold


@cache
def page(
    plan: Plan | None = None, form: str = "standard", locale: str = "en-GB", section: str = "plan-sheet", site: str = "example-gb"
) -> str:
    manuscript = shipped_pack(site, "adult", locale, form, plan)
    part = replace(manuscript, sections=tuple(one for one in manuscript.sections if one.name == section), panels={})
    return typeset(part, make_environment(SHIPPED.templates))


def tree(html: str) -> Any:
    return tinyhtml5.parse(html, namespace_html_elements=False)


def text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def having(root: Any, name: str) -> list[Any]:
    return [element for element in root.iter() if isinstance(element.tag, str) and name in (element.get("class") or "").split()]


def cells(*args: Any, **more: Any) -> list[str]:
    """The boxes of the plan as text, day 1 first."""
    found = [text(cell) for cell in having(tree(page(*args, **more)), "cell")]
    assert len(found) == 42
    return found


def heads(root: Any, kind: str) -> list[str]:
    [table, *_] = having(root, kind)
    return [text(head) for head in table.iter("th")]


def fields(plan: Plan | None, form: str = "standard") -> dict[str, str]:
    """The fields below the plan: the label and what is filled in."""
    found = {}
    for field in having(tree(page(plan, form)), "field"):
        [label] = having(field, "label")
        found[text(label)] = " ".join(map(text, having(field, "value"))) or ("line" if having(field, "space") else "")
    return found


# Without dates


def test_without_dates_there_are_day_numbers_and_lines_to_write_on() -> None:
    found = cells()
    assert [one.split()[0] for one in found] == [str(day) for day in range(1, 43)]
    assert [day for day, one in enumerate(found, start=1) if "bag" in one] == list(range(1, 29))
    assert (found[0], found[7], found[28], found[29]) == (
        "1 bag Drip starts", "8 bag Dose may go up", "29 Drip ends at the hour it began", "30 Break",
    )  # fmt: skip
    assert set(fields(None).values()) == {"line"}
    assert len(having(tree(page()), "date-line")) == 7


def test_without_dates_nothing_of_a_plan_is_said() -> None:
    assert not any(word in page(None, form) for form in ("standard", "large-print") for word in ("Hospital<", "Clocks change", "plan_"))


# With dates


def test_the_heads_carry_the_weekdays_and_the_boxes_the_dates() -> None:
    assert heads(tree(page(WHOLE)), "plan") == ["Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"]
    found = cells(WHOLE)
    assert [one.split()[:3] for one in (found[0], found[30], found[31], found[41])] == [
        ["1", "1", "Dec"], ["31", "31", "Dec"], ["32", "1", "Jan"], ["42", "11", "Jan"],
    ]  # fmt: skip
    assert not having(tree(page(WHOLE)), "date-line")


def test_a_box_to_tick_stands_on_the_days_of_a_bag_change_with_the_hour() -> None:
    found = {day: one for day, one in enumerate(cells(WHOLE), start=1) if "bag" in one}
    assert list(found) == [4, 8, 11, 15, 18, 22, 25]
    assert found[4] == "4 4 Dec bag 10:30"
    assert len(having(tree(page(WHOLE)), "tick-box")) == 7


def test_the_hour_of_a_bag_moves_with_the_clocks() -> None:
    found = cells(AUTUMN)
    assert (found[3], found[5], found[7]) == ("4 23 Oct bag 10:30", "6 25 Oct Clocks change", "8 27 Oct bag 09:30 Dose may go up")


def test_without_a_bag_pattern_the_nurse_marks_the_days() -> None:
    found = cells(BARE)
    assert [day for day, one in enumerate(found, start=1) if "bag" in one] == list(range(1, 29))
    assert found[3] == "4 4 Dec bag"


def test_the_start_and_the_end_carry_their_hours() -> None:
    found = cells(WHOLE)
    assert (found[0], found[28], found[29]) == ("1 1 Dec Drip starts 10:30", "29 29 Dec Drip ends 10:30", "30 30 Dec Break")


def test_a_drip_may_end_on_day_28() -> None:
    found = cells(LATE)
    assert found[27].endswith("Drip ends 23:30") and found[28].endswith("Break")
    assert sum("Drip ends" in one for one in found) == sum("Break" in one for one in found) == 1


@pytest.mark.parametrize(("plan", "days"), [(WHOLE, [8]), (BARE, [8]), (LATER, [])], ids=["first cycle", "not said", "second cycle"])
def test_the_dose_step_is_shown_in_the_first_cycle_only(plan: Plan, days: list[int]) -> None:
    assert [day for day, one in enumerate(cells(plan), start=1) if "Dose may go up" in one] == days


@pytest.mark.parametrize(
    ("plan", "spans"), [(WHOLE, [7, 2]), (LATER, [7]), (LONG, [7, 7, 7, 7]), (BARE, [])], ids=["9 days", "7 days", "28 days", "not said"]
)
def test_hospital_days_are_marked_with_the_word(plan: Plan, spans: list[int]) -> None:
    bars = [bar for bar in having(tree(page(plan)), "stay") if bar.tag == "td"]
    assert [int(bar.get("colspan")) for bar in bars] == spans and {text(bar) for bar in bars} <= {"Hospital"}


def test_the_fields_are_filled_and_what_was_not_said_stays_a_line() -> None:
    assert fields(WHOLE) == {
        "Drip starts": "Tuesday, 1 December 2026, 10:30",
        "Drip ends": "Tuesday, 29 December 2026, 10:30",
        "Days in hospital": "Tue 1 Dec – Wed 9 Dec",
        "Next cycle: not before": "Tuesday, 12 January 2027",
    }
    assert [value for value in fields(BARE).values() if value == "line"] == ["line", "line"]


def test_the_rows_of_the_diary_carry_weekday_and_date() -> None:
    root = tree(page(WHOLE, section="diary"))
    rows = [
        next(text(cell) for cell in row.iter("td"))
        for table in having(root, "diary")
        for row in table.iter("tr")
        if row.find("td") is not None
    ]
    assert (len(rows), rows[0], rows[27]) == (28, "1 Tue 1 Dec", "28 Mon 28 Dec")
    assert not having(root, "date-line") and len(having(tree(page(section="diary")), "date-line")) == 28


def test_a_reader_gets_dates_in_the_own_language() -> None:
    assert heads(tree(page(WHOLE, locale="zh-Hans")), "plan")[0] == "周二"
    assert cells(WHOLE, locale="ar")[0].startswith("1 1 ديسمبر")


# Large print: a box is too narrow for words


def key(plan: Plan | None, form: str = "large-print") -> str:
    [found] = having(tree(page(plan, form)), "plan-key")
    return text(found).replace("\u00a0", " ")


def test_in_large_print_the_words_stand_below_the_plan() -> None:
    assert key(None) == "1 Drip starts 8 Dose may go up 29 Drip ends at the hour it began 30 Break"
    assert cells(None, "large-print")[7] == "8 bag"


def test_in_large_print_hospital_and_the_hour_of_the_bag_are_said_once() -> None:
    assert key(WHOLE) == "1–9 Hospital bag: 10:30 8 Dose may go up 30 Break"
    assert cells(WHOLE, "large-print")[3] == "4 4 Dec"
    # One for each change, and one that explains them.
    assert len(having(tree(page(WHOLE, "large-print")), "tick-box")) == 8


def test_in_large_print_a_new_hour_of_the_bag_is_said_with_its_day() -> None:
    assert "bag: 10:30 · from 27 Oct 09:30" in key(AUTUMN)


# On paper


@pytest.mark.parametrize(
    ("site", "locale", "form"),
    [
        ("example-gb", "en-GB", "standard"),
        ("example-gb", "ar", "large-print"),
        ("example-us", "es", "standard"),
        ("example-us", "ar", "standard"),
        ("example-us", "es", "booklet"),
    ],
)
def test_a_plan_with_all_that_it_can_hold_is_one_page(site: str, locale: str, form: str) -> None:
    """28 days in hospital, a bag a day, the clocks changed on day 8: the longest languages on the shortest paper."""
    start = LONG.start if site == "example-gb" else datetime(2026, 10, 25, 10, 30)
    html = page(replace(LONG, start=start), form, locale, site=site)
    document, _, problems = lay_out(html, make_press(SHIPPED.templates), "plan")
    assert problems == () and len(document.pages) == 1
    drawn = [box for _, box in boxes_of(document) if "cell" in classes_of(box) and type(box).__name__ == "BlockBox"]
    assert len(drawn) == 42
    # No word passes its box.
    for _, box in boxes_of(document):
        if type(box).__name__ == "TableCellBox" and box.element_tag == "td":
            for part in box.descendants():
                if type(part).__name__ == "TextBox" and part.text.strip():
                    assert (
                        part.position_x >= box.position_x - 1 and part.position_x + part.width <= box.position_x + box.margin_width() + 1
                    ), part.text
