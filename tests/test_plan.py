"""The words of a plan: what is understood, and what is refused with which advice."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from dates import library, read
from hypothesis import given
from hypothesis import strategies as st

from packbuilder.model import Place, Plan
from packbuilder.plan import NEEDED, read_plan

TYPED = "2026-12-01T10:30"
START = datetime(2026, 12, 1, 10, 30)
LIKE_THIS = "write year, month, day and hour, such as 2026-12-01T10:30"
BAG_DAYS = "a bag lasts 1, 2, 3, 4 or 7 days; write one, or several with commas between"
BAG_HOURS = "a bag lasts 24, 48, 72, 96 or 168 hours; write one, or several with commas between"
MIDNIGHT = "write 00:00 to 23:59; midnight is 00:00 of the day that begins"
LATIN = "type it with the digits 0 to 9"


@pytest.mark.parametrize(
    ("words", "plan"),
    [
        ({}, Plan(START)),
        ({"start": "2026-12-01 10:30"}, Plan(START)),
        ({"start": "  2026-12-01T10:30\n"}, Plan(START)),
        ({"start": "2026-12-01T10:30:00"}, Plan(START)),
        ({"start": "2028-02-29T00:00"}, Plan(datetime(2028, 2, 29))),
        ({"start": "2026-12-01T10:30+01:00"}, Plan(START.replace(tzinfo=timezone(timedelta(hours=1))))),
        ({"start": "2026-12-01T10:30-03:30"}, Plan(START.replace(tzinfo=timezone(timedelta(hours=-3.5))))),
        ({"start": "2026-12-01T10:30+14:00"}, Plan(START.replace(tzinfo=timezone(timedelta(hours=14))))),
        ({"cycle": "1"}, Plan(START, cycle=1)),
        ({"cycle": 9}, Plan(START, cycle=9)),
        ({"cycle": " 2 "}, Plan(START, cycle=2)),
        ({"cycle": ""}, Plan(START)),
        ({"bag_days": "3,4"}, Plan(START, bags=(72, 96))),
        ({"bag_days": "3،4"}, Plan(START, bags=(72, 96))),
        ({"bag_days": "3，4"}, Plan(START, bags=(72, 96))),
        ({"bag_days": "3, 4"}, Plan(START, bags=(72, 96))),
        ({"bag_days": "7"}, Plan(START, bags=(168,))),
        ({"bag_days": 4}, Plan(START, bags=(96,))),
        ({"bag_days": "1,2,3"}, Plan(START, bags=(24, 48, 72))),
        ({"bag_days": "7,7,7,7"}, Plan(START, bags=(168,) * 4)),
        ({"bag_hours": "96"}, Plan(START, bags=(96,))),
        ({"bag_hours": "24,48,72,96,168"}, Plan(START, bags=(24, 48, 72, 96, 168))),
        ({"break_days": "14"}, Plan(START, break_days=14)),
        ({"break_days": 56}, Plan(START, break_days=56)),
        ({"hospital_days": "0"}, Plan(START, hospital_days=0)),
        ({"hospital_days": 28}, Plan(START, hospital_days=28)),
        (
            {"cycle": 1, "bag_days": "3,4", "break_days": "14", "hospital_days": "3"},
            Plan(START, cycle=1, bags=(72, 96), break_days=14, hospital_days=3),
        ),
    ],
)
def test_a_plan_is_read_as_it_is_meant(words: dict[str, Any], plan: Plan) -> None:
    assert read(**{"start": TYPED, **words}) == (plan, ())


SLIPS = [
    ({"start": ""}, "--start: PLAN_START is missing (write the date and the hour at which the drip starts, such as 2026-12-01T10:30)"),
    ({"start": None}, "--start: PLAN_START is missing (write the date and the hour at which the drip starts, such as 2026-12-01T10:30)"),
    ({"start": "2026-12-01"}, f"--start: PLAN_START '2026-12-01' has no hour ({LIKE_THIS})"),
    ({"start": "2026-12-1"}, f"--start: PLAN_START '2026-12-1' has no hour ({LIKE_THIS})"),
    ({"start": "2026-12-01T"}, f"--start: PLAN_START '2026-12-01T' has no hour ({LIKE_THIS})"),
    ({"start": "26-12-01T10:30"}, f"--start: PLAN_START '26-12-01T10:30' has a year of two digits ({LIKE_THIS})"),
    ({"start": "01/12/26 10:30"}, f"--start: PLAN_START '01/12/26 10:30' has a year of two digits ({LIKE_THIS})"),
    ({"start": "1.12.26"}, f"--start: PLAN_START '1.12.26' has a year of two digits ({LIKE_THIS})"),
    ({"start": "01/12/2026 10:30"}, f"--start: PLAN_START '01/12/2026 10:30' is not a date and an hour ({LIKE_THIS})"),
    ({"start": "tomorrow"}, f"--start: PLAN_START 'tomorrow' is not a date and an hour ({LIKE_THIS})"),
    ({"start": "2026-12-01T9:30"}, f"--start: PLAN_START '2026-12-01T9:30' is not a date and an hour ({LIKE_THIS})"),
    ({"start": "2026-12-01T10:30Z"}, f"--start: PLAN_START '2026-12-01T10:30Z' is not a date and an hour ({LIKE_THIS})"),
    ({"start": "2026-12-01T10:30 am"}, f"--start: PLAN_START '2026-12-01T10:30 am' is not a date and an hour ({LIKE_THIS})"),
    ({"start": "2026–12–01T10:30"}, f"--start: PLAN_START '2026–12–01T10:30' is not a date and an hour ({LIKE_THIS})"),
    ({"start": "x" * 99}, f"--start: PLAN_START '{'x' * 40}…' is not a date and an hour ({LIKE_THIS})"),
    ({"start": "2026-02-30T10:30"}, "--start: PLAN_START 2026-02-30 is not in the calendar (that month has 28 days)"),
    ({"start": "2027-02-29T10:30"}, "--start: PLAN_START 2027-02-29 is not in the calendar (that month has 28 days)"),
    ({"start": "2028-02-30T10:30"}, "--start: PLAN_START 2028-02-30 is not in the calendar (that month has 29 days)"),
    ({"start": "2026-11-31T10:30"}, "--start: PLAN_START 2026-11-31 is not in the calendar (that month has 30 days)"),
    ({"start": "2026-12-00T10:30"}, "--start: PLAN_START 2026-12-00 is not in the calendar (that month has 31 days)"),
    ({"start": "2026-13-01T10:30"}, "--start: PLAN_START 2026-13-01 is not in the calendar (write year, month, day, such as 2026-12-01)"),
    ({"start": "0000-12-01T10:30"}, "--start: PLAN_START 0000-12-01 is not in the calendar (write year, month, day, such as 2026-12-01)"),
    ({"start": "2026-12-01T24:10"}, f"--start: PLAN_START there is no hour 24:10 ({MIDNIGHT})"),
    ({"start": "2026-12-01T24:00"}, f"--start: PLAN_START there is no hour 24:00 ({MIDNIGHT})"),
    ({"start": "2026-12-01T10:60"}, f"--start: PLAN_START there is no hour 10:60 ({MIDNIGHT})"),
    ({"start": "2026-12-01T10:30:15"}, "--start: PLAN_START '2026-12-01T10:30:15' has seconds (write hours and minutes alone)"),
    (
        {"start": "2026-12-01T10:30+15:00"},
        "--start: PLAN_START no clock on earth is at +15:00 (leave it out, or write hours and minutes, such as +01:00)",
    ),
    (
        {"start": "2026-12-01T10:30-01:60"},
        "--start: PLAN_START no clock on earth is at -01:60 (leave it out, or write hours and minutes, such as +01:00)",
    ),
    ({"start": "٢٠٢٦-١٢-٠١T١٠:٣٠"}, f"--start: PLAN_START '٢٠٢٦-١٢-٠١T١٠:٣٠' has other digits than 0 to 9 ({LATIN})"),
    ({"start": "２０２６-12-01T10:30"}, f"--start: PLAN_START '２０２６-12-01T10:30' has other digits than 0 to 9 ({LATIN})"),
    ({"cycle": "0"}, "--cycle: PLAN_CYCLE '0' is not the number of a cycle (write a number from 1 to 9, or leave it out)"),
    ({"cycle": 10}, "--cycle: PLAN_CYCLE '10' is not the number of a cycle (write a number from 1 to 9, or leave it out)"),
    ({"cycle": "-1"}, "--cycle: PLAN_CYCLE '-1' is not the number of a cycle (write a number from 1 to 9, or leave it out)"),
    ({"cycle": "two"}, "--cycle: PLAN_CYCLE 'two' is not the number of a cycle (write a number from 1 to 9, or leave it out)"),
    ({"cycle": "١"}, f"--cycle: PLAN_CYCLE '١' has other digits than 0 to 9 ({LATIN})"),
    ({"bag_days": "3", "bag_hours": "72"}, "--bag-hours: PLAN_BAGS stands beside --bag-days (give one of them)"),
    ({"bag_days": "0"}, f"--bag-days: PLAN_BAGS '0' is not the length of a bag ({BAG_DAYS})"),
    ({"bag_days": "5"}, f"--bag-days: PLAN_BAGS '5' is not the length of a bag ({BAG_DAYS})"),
    ({"bag_days": "6"}, f"--bag-days: PLAN_BAGS '6' is not the length of a bag ({BAG_DAYS})"),
    ({"bag_days": "8"}, f"--bag-days: PLAN_BAGS '8' is not the length of a bag ({BAG_DAYS})"),
    ({"bag_days": "72"}, f"--bag-days: PLAN_BAGS '72' is not the length of a bag ({BAG_DAYS})"),
    ({"bag_days": "three"}, f"--bag-days: PLAN_BAGS 'three' is not the length of a bag ({BAG_DAYS})"),
    ({"bag_days": "3.5"}, f"--bag-days: PLAN_BAGS '3.5' is not the length of a bag ({BAG_DAYS})"),
    ({"bag_days": "3,0,4"}, f"--bag-days: PLAN_BAGS '3,0,4' is not a row of bags ({BAG_DAYS})"),
    ({"bag_days": "3,"}, f"--bag-days: PLAN_BAGS '3,' is not a row of bags ({BAG_DAYS})"),
    ({"bag_days": "3 4"}, f"--bag-days: PLAN_BAGS '3 4' is not the length of a bag ({BAG_DAYS})"),
    ({"bag_days": "٣"}, f"--bag-days: PLAN_BAGS '٣' has other digits than 0 to 9 ({LATIN})"),
    ({"bag_days": "7,7,7,7,7"}, "--bag-days: PLAN_BAGS '7,7,7,7,7' goes on after the drip (the drip runs 28 days)"),
    ({"bag_hours": "4"}, f"--bag-hours: PLAN_BAGS '4' is not the length of a bag ({BAG_HOURS})"),
    ({"bag_hours": "120"}, f"--bag-hours: PLAN_BAGS '120' is not the length of a bag ({BAG_HOURS})"),
    ({"bag_hours": "72,x"}, f"--bag-hours: PLAN_BAGS '72,x' is not a row of bags ({BAG_HOURS})"),
    ({"break_days": "15"}, "--break: PLAN_BREAK '15' is not the days of a break (write 14 or 56, or leave it out)"),
    ({"break_days": "0"}, "--break: PLAN_BREAK '0' is not the days of a break (write 14 or 56, or leave it out)"),
    ({"break_days": "１４"}, f"--break: PLAN_BREAK '１４' has other digits than 0 to 9 ({LATIN})"),
    ({"hospital_days": "29"}, "--hospital-days: PLAN_HOSPITAL '29' is not a number of days within the drip "
                              "(write a number from 0 to 28, or leave it out)"),
    ({"hospital_days": "3.5"}, "--hospital-days: PLAN_HOSPITAL '3.5' is not a number of days within the drip "
                               "(write a number from 0 to 28, or leave it out)"),
    ({"hospital_days": "٣"}, f"--hospital-days: PLAN_HOSPITAL '٣' has other digits than 0 to 9 ({LATIN})"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "message"), SLIPS)
def test_a_slip_is_refused_with_what_to_type_instead(words: dict[str, Any], message: str) -> None:
    plan, problems = read(**{"start": TYPED, **words})
    assert plan is None
    assert [str(problem) for problem in problems] == [message]


def test_everything_wrong_is_said_at_once() -> None:
    plan, problems = read(start="2026-02-30T24:10:05", cycle="0", bag_days="5", break_days="1", hospital_days="99")
    assert plan is None
    assert [problem.message.partition(" is not")[0] for problem in problems] == [
        "2026-02-30", "there is no hour 24:10", "'2026-02-30T24:10:05' has seconds", "'0'", "'5'", "'1'", "'99'",
    ]  # fmt: skip
    assert all(problem.severity == "error" and problem.hint for problem in problems)


def test_a_plan_needs_its_facts_as_whole_numbers() -> None:
    """The lengths of drip, break and bags belong to the clinicians; without them there is no plan, and no guess."""
    facts = {**library().facts, "infusion_days": replace(library().facts["infusion_days"], number=library().facts["rate_three"].number)}
    del facts["step_day"]
    plan, problems = read_plan(TYPED, None, "", "", None, None, replace(library(), facts=facts))
    assert plan is None
    assert [(problem.code, problem.place) for problem in problems] == [
        ("PLAN_FACT", library().facts["infusion_days"].place),
        ("PLAN_FACT", Place("handouts/facts.toml")),
    ]
    assert {name for name in NEEDED if any(repr(name) in problem.message for problem in problems)} == {"infusion_days", "step_day"}


def test_other_facts_allow_other_bags_and_breaks() -> None:
    facts = {**library().facts, **{name: replace(library().facts[name], number=library().facts["liver_enzyme_times"].number)
                                   for name in ("bag_days_most", "break_days")}}  # fmt: skip
    plan, problems = read_plan(TYPED, None, "5", "", "5", None, replace(library(), facts=facts))
    assert plan and not problems
    assert (plan.bags, plan.break_days) == ((120,), 5)


@given(st.lists(st.text() | st.from_regex(r"[0-9T:+,\- ]{0,25}"), min_size=6, max_size=6))
def test_no_words_make_it_fall_over(words: list[str]) -> None:
    plan, problems = read_plan(*words, library=library())
    assert (plan is None) == bool(problems)


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59)), st.integers(-14 * 60, 14 * 60) | st.none(), st.sampled_from("T "))
def test_every_minute_that_there_is_can_be_typed(moment: datetime, offset: int | None, between: str) -> None:
    start = moment.replace(second=0, microsecond=0, tzinfo=None if offset is None else timezone(timedelta(minutes=offset)))
    plan, problems = read(start=start.isoformat(between, "minutes"))
    assert plan and not problems
    assert (plan.start, plan.start.utcoffset()) == (start, start.utcoffset())
