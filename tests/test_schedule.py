"""The dates of a cycle: elapsed hours, whatever the hospital's clocks do meanwhile."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import cycle as endless
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dates import AZORES, HOUR, LONDON, LORD_HOWE, NEW_YORK, RIYADH, SYDNEY, at, dated, day, library, read, schedule_of
from hypothesis import given
from hypothesis import strategies as st
from workshop import small_library, small_site

from packbuilder.model import Plan, Schedule
from packbuilder.schedule import make_schedule

# In 2027 the clocks change: in London on 28 March and 31 October, in New York on 14 March and 7 November, in Sydney and on Lord Howe
# (by half an hour) on 4 April and 3 October, in Riyadh never.
STOPS = [
    (LONDON, "2026-12-01T10:30", "2026-12-29T10:30+00:00", 28),
    (LONDON, "2026-12-20T10:30", "2027-01-17T10:30+00:00", 28),
    (LONDON, "2028-02-10T10:30", "2028-03-09T10:30+00:00", 28),
    (LONDON, "2028-02-29T10:30", "2028-03-28T11:30+01:00", 28),
    (LONDON, "2027-02-10T10:30", "2027-03-10T10:30+00:00", 28),
    (LONDON, "2026-12-01T00:00", "2026-12-29T00:00+00:00", 28),
    (LONDON, "2026-12-01T23:59", "2026-12-29T23:59+00:00", 28),
    (LONDON, "2027-03-10T10:30", "2027-04-07T11:30+01:00", 28),
    (LONDON, "2027-10-10T10:30", "2027-11-07T09:30+00:00", 28),
    (LONDON, "2027-02-28T00:30", "2027-03-28T00:30+00:00", 28),
    (LONDON, "2027-02-28T01:30", "2027-03-28T02:30+01:00", 28),
    (LONDON, "2027-10-03T00:30", "2027-10-31T00:30+01:00", 28),
    (LONDON, "2027-10-03T01:30", "2027-10-31T01:30+01:00", 28),
    (LONDON, "2027-10-03T02:30", "2027-10-31T01:30+00:00", 28),
    (NEW_YORK, "2026-12-01T10:30", "2026-12-29T10:30-05:00", 28),
    (NEW_YORK, "2027-03-01T10:30", "2027-03-29T11:30-04:00", 28),
    (NEW_YORK, "2027-03-15T10:30", "2027-04-12T10:30-04:00", 28),
    (LONDON, "2027-03-15T10:30", "2027-04-12T11:30+01:00", 28),
    (NEW_YORK, "2027-10-20T10:30", "2027-11-17T09:30-05:00", 28),
    (SYDNEY, "2027-03-20T10:30", "2027-04-17T09:30+10:00", 28),
    (SYDNEY, "2027-09-20T10:30", "2027-10-18T11:30+11:00", 28),
    (LORD_HOWE, "2027-03-20T10:30", "2027-04-17T10:00+10:30", 28),
    (LORD_HOWE, "2027-09-20T10:30", "2027-10-18T11:00+11:00", 28),
    (RIYADH, "2027-03-10T10:30", "2027-04-07T10:30+03:00", 28),
    # Near midnight an hour more or less is another date.
    (LONDON, "2027-10-10T00:15", "2027-11-06T23:15+00:00", 27),
    (LONDON, "2027-10-10T00:00", "2027-11-06T23:00+00:00", 27),
    (LONDON, "2027-03-10T23:30", "2027-04-08T00:30+01:00", 29),
    (LORD_HOWE, "2027-03-20T00:15", "2027-04-16T23:45+10:30", 27),
]


@pytest.mark.parametrize(("zone", "start", "stop", "drip_days"), STOPS)
def test_the_drip_stops_672_hours_after_it_began(zone: str, start: str, stop: str, drip_days: int) -> None:
    schedule = dated(start, zone)
    assert schedule.stop.isoformat(timespec="minutes") == stop, "as the hospital's clock shows it"
    assert schedule.start.isoformat(timespec="minutes")[:16] == start
    assert at(stop) - schedule.start.astimezone(UTC) == 672 * HOUR
    assert [one.number for one in schedule.days if one.is_drip] == list(range(1, drip_days + 1))
    assert schedule.days[drip_days].date == schedule.stop.date(), "the day after the last drip day is the day of the stop"


@pytest.mark.parametrize(
    ("bags", "changes"),
    [
        ({}, []),
        ({"bag_days": "3,4"}, [72, 168, 240, 336, 408, 504, 576]),
        ({"bag_days": "4,3"}, [96, 168, 264, 336, 432, 504, 600]),
        ({"bag_days": "7"}, [168, 336, 504]),
        ({"bag_days": "7,7,7,7"}, [168, 336, 504]),
        ({"bag_days": "4"}, [96, 192, 288, 384, 480, 576]),
        ({"bag_hours": "96"}, [96, 192, 288, 384, 480, 576]),
        ({"bag_hours": "168"}, [168, 336, 504]),
        ({"bag_days": "1,2,3"}, [24, 72, 144, 168, 216, 288, 312, 360, 432, 456, 504, 576, 600, 648]),
        ({"bag_hours": "24"}, list(range(24, 672, 24))),
        ({"bag_hours": "48,24"}, [48, 72, 120, 144, 192, 216, 264, 288, 336, 360, 408, 432, 480, 504, 552, 576, 624, 648]),
        ({"bag_days": "2,7"}, [48, 216, 264, 432, 480, 648]),
    ],
)
def test_bags_are_changed_in_turn_until_the_drip_stops(bags: dict[str, str], changes: list[int]) -> None:
    """The bag that would be due at the very stop is not hung."""
    assert hours_of(dated("2026-12-01T10:30", **bags)) == changes
    assert hours_of(dated("2027-10-10T10:30", **bags)) == changes, "the clocks go back meanwhile"


def hours_of(schedule: Schedule) -> list[float]:
    return [(bag - schedule.start.astimezone(UTC)) / HOUR for bag in moments(schedule)]


def moments(schedule: Schedule) -> list[datetime]:
    return [bag.astimezone(UTC) for one in schedule.days for bag in one.bags]


def clocks(schedule: Schedule) -> dict[int, list[str]]:
    """The hours of the bag changes on the hospital's clock by day of the plan."""
    return {one.number: [f"{bag:%d %H:%M}" for bag in one.bags] for one in schedule.days if one.bags}


def test_a_bag_change_is_on_the_day_and_hour_that_the_clock_shows() -> None:
    assert clocks(dated("2027-03-20T10:30", bag_days="3,4")) == {
        4: ["23 10:30"], 8: ["27 10:30"], 11: ["30 11:30"], 15: ["03 11:30"], 18: ["06 11:30"], 22: ["10 11:30"], 25: ["13 11:30"],
    }  # fmt: skip
    assert clocks(dated("2027-10-30T23:30", bag_days="3,4"))[4] == ["02 22:30"]


def test_in_autumn_a_day_can_have_two_bag_changes() -> None:
    autumn = clocks(dated("2027-10-30T00:15", bag_days="1"))
    assert autumn[2] == ["31 00:15", "31 23:15"]
    assert autumn[3] == ["01 23:15"]


def test_in_spring_a_day_can_pass_without_its_bag_change() -> None:
    spring = clocks(dated("2027-03-26T23:30", bag_days="1"))
    assert spring[2] == ["27 23:30"]
    assert 3 not in spring, "the next is an hour later on the clock, after midnight"
    assert spring[4] == ["29 00:30"]


@pytest.mark.parametrize(
    ("zone", "start", "changes"),
    [
        (LONDON, "2026-12-01T10:30", {}),
        (LONDON, "2027-03-10T10:30", {"2027-03-28": "forward"}),
        (LONDON, "2027-10-10T10:30", {"2027-10-31": "back"}),
        (LONDON, "2027-10-31T10:30", {"2027-10-31": "back"}),
        (LONDON, "2027-11-01T10:30", {}),
        (LONDON, "2027-02-15T10:30", {"2027-03-28": "forward"}),
        (LONDON, "2027-02-14T10:30", {}),
        (NEW_YORK, "2027-03-10T10:30", {"2027-03-14": "forward"}),
        (NEW_YORK, "2027-10-10T10:30", {"2027-11-07": "back"}),
        (SYDNEY, "2027-03-20T10:30", {"2027-04-04": "back"}),
        (SYDNEY, "2027-09-20T10:30", {"2027-10-03": "forward"}),
        (LORD_HOWE, "2027-03-20T10:30", {"2027-04-04": "back"}),
        (LORD_HOWE, "2027-09-20T10:30", {"2027-10-03": "forward"}),
        (RIYADH, "2027-03-10T10:30", {}),
        # On the Azores at midnight: the first hour of the day is left out, or comes twice.
        (AZORES, "2027-03-20T10:30", {"2027-03-28": "forward"}),
        (AZORES, "2027-10-10T10:30", {"2027-10-31": "back"}),
    ],
)
def test_the_night_on_which_the_clocks_change_is_marked(zone: str, start: str, changes: dict[str, str]) -> None:
    assert {one.date.isoformat(): one.clock for one in dated(start, zone).days if one.clock} == changes


@pytest.mark.parametrize(
    ("cycle", "step"), [(None, "2026-12-08"), (1, "2026-12-08"), (2, None), (9, None)],
)  # fmt: skip
def test_the_dose_may_go_up_on_day_8_of_the_first_cycle_alone(cycle: int | None, step: str | None) -> None:
    schedule = dated("2026-12-01T10:30", cycle=cycle)
    assert schedule.step == (day(step) if step else None)
    assert not step or schedule.days[7].date == schedule.step


@pytest.mark.parametrize(
    ("days", "until"), [(None, None), (0, None), (1, "2026-12-30"), (3, "2027-01-01"), (28, "2027-01-26")],
)  # fmt: skip
def test_days_in_hospital_count_from_the_first(days: int | None, until: str | None) -> None:
    schedule = dated("2026-12-30T23:30", hospital_days=days)
    assert schedule.hospital_until == (day(until) if until else None)
    assert [one.number for one in schedule.days if one.in_hospital] == list(range(1, (days or 0) + 1))


@pytest.mark.parametrize(
    ("start", "break_days", "next_start"),
    [
        ("2026-12-01T10:30", None, None),
        ("2026-12-01T10:30", 14, "2027-01-12"),
        ("2026-12-01T10:30", 56, "2027-02-23"),
        ("2028-01-31T10:30", 14, "2028-03-13"),
        # An hour more or less does not move the date.
        ("2027-10-10T00:15", 14, "2027-11-21"),
        ("2027-03-10T23:30", 14, "2027-04-21"),
    ],
)
def test_the_next_cycle_starts_no_earlier_than_day_43(start: str, break_days: int | None, next_start: str | None) -> None:
    schedule = dated(start, break_days=break_days)
    assert schedule.next_start == (day(next_start) if next_start else None)
    if break_days == 14:
        assert schedule.next_start == schedule.days[-1].date + timedelta(1)


# A start that the clock does not show, or shows twice

SLIPS = [
    (
        LONDON,
        "2027-03-28T01:30",
        "2027-03-28T01:30 does not exist in Europe/London: the clocks go forward then",
        "write an hour that the clocks show, such as 2027-03-28T00:30 or 2027-03-28T02:30",
    ),
    (
        LONDON,
        "2027-03-28T01:30+01:00",
        "2027-03-28T01:30 does not exist in Europe/London: the clocks go forward then",
        "write an hour that the clocks show, such as 2027-03-28T00:30 or 2027-03-28T02:30",
    ),
    (
        NEW_YORK,
        "2027-03-14T02:00",
        "2027-03-14T02:00 does not exist in America/New_York: the clocks go forward then",
        "write an hour that the clocks show, such as 2027-03-14T01:00 or 2027-03-14T03:00",
    ),
    (
        SYDNEY,
        "2027-10-03T02:59",
        "2027-10-03T02:59 does not exist in Australia/Sydney: the clocks go forward then",
        "write an hour that the clocks show, such as 2027-10-03T01:59 or 2027-10-03T03:59",
    ),
    (
        LORD_HOWE,
        "2027-10-03T02:15",
        "2027-10-03T02:15 does not exist in Australia/Lord_Howe: the clocks go forward then",
        "write an hour that the clocks show, such as 2027-10-03T01:45 or 2027-10-03T02:45",
    ),
    (
        AZORES,
        "2027-03-28T00:30",
        "2027-03-28T00:30 does not exist in Atlantic/Azores: the clocks go forward then",
        "write an hour that the clocks show, such as 2027-03-27T23:30 or 2027-03-28T01:30",
    ),
    (
        LONDON,
        "2027-10-31T01:30",
        "2027-10-31T01:30 comes twice in Europe/London: the clocks go back then",
        "write 2027-10-31T01:30+01:00 for the first, 2027-10-31T01:30+00:00 for the second",
    ),
    (
        NEW_YORK,
        "2027-11-07T01:00",
        "2027-11-07T01:00 comes twice in America/New_York: the clocks go back then",
        "write 2027-11-07T01:00-04:00 for the first, 2027-11-07T01:00-05:00 for the second",
    ),
    (
        LORD_HOWE,
        "2027-04-04T01:45",
        "2027-04-04T01:45 comes twice in Australia/Lord_Howe: the clocks go back then",
        "write 2027-04-04T01:45+11:00 for the first, 2027-04-04T01:45+10:30 for the second",
    ),
    (
        LONDON,
        "2027-10-31T01:30+02:00",
        "the clocks of Europe/London are not at +02:00 then",
        "write 2027-10-31T01:30+01:00 or 2027-10-31T01:30+00:00",
    ),
    (LONDON, "2026-12-01T10:30+01:00", "the clocks of Europe/London are not at +01:00 then", "write 2026-12-01T10:30+00:00"),
    (NEW_YORK, "2026-12-01T10:30-04:00", "the clocks of America/New_York are not at -04:00 then", "write 2026-12-01T10:30-05:00"),
]


@pytest.mark.parametrize(("zone", "start", "message", "hint"), SLIPS)
def test_a_start_that_the_clock_does_not_show_once_is_refused(zone: str, start: str, message: str, hint: str) -> None:
    assert refused(start, zone) == ("--start", "PLAN_START", message, hint)


@pytest.mark.parametrize(
    ("today", "start"),
    [("2026-12-01", "2027-12-03T10:30"), ("2026-12-01", "2025-11-29T10:30"), ("2026-12-01", "0001-01-01T00:00"),
     ("2026-12-01", "9999-12-31T23:59"), ("2026-12-01", "2062-12-01T10:30+00:00")],
)  # fmt: skip
def test_a_start_more_than_a_year_away_is_a_slip_of_the_pen(today: str, start: str) -> None:
    assert refused(start, LONDON, day(today)) == (
        "--start", "PLAN_START", f"{start[:10]} is more than a year away from today, {today}", "look at the year",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("today", "start"),
    [("2026-12-01", "2027-12-01T10:30"), ("2026-12-01", "2025-12-01T10:30"),
     ("2027-12-01", "2028-12-01T10:30"), ("2026-12-01", "2026-12-01T00:00")],
)  # fmt: skip
def test_a_start_a_year_away_is_not(today: str, start: str) -> None:
    plan, _ = read(start=start)
    assert plan
    schedule, problems = make_schedule(plan, small_site(), library(), day(today))
    assert schedule and not problems


def refused(start: str, zone: str, today: date | None = None) -> tuple[str, str, str, str]:
    plan, problems = read(start=start)
    assert plan and not problems, problems
    schedule, problems = make_schedule(plan, replace(small_site(), time_zone=zone), library(), today or plan.start.date())
    [problem] = problems
    assert schedule is None
    return problem.place.path, problem.code, problem.message, problem.hint


@pytest.mark.parametrize(
    ("zone", "start", "utc"),
    [
        (LONDON, "2027-10-31T01:30+01:00", "2027-10-31T00:30+00:00"),
        (LONDON, "2027-10-31T01:30+00:00", "2027-10-31T01:30+00:00"),
        (NEW_YORK, "2027-11-07T01:30-04:00", "2027-11-07T05:30+00:00"),
        (NEW_YORK, "2027-11-07T01:30-05:00", "2027-11-07T06:30+00:00"),
        (LORD_HOWE, "2027-04-04T01:45+11:00", "2027-04-03T14:45+00:00"),
        (LORD_HOWE, "2027-04-04T01:45+10:30", "2027-04-03T15:15+00:00"),
        (LONDON, "2026-12-01T10:30+00:00", "2026-12-01T10:30+00:00"),
        (LONDON, "2027-03-28T00:59", "2027-03-28T00:59+00:00"),
        (LONDON, "2027-03-28T02:00", "2027-03-28T01:00+00:00"),
        (LONDON, "2027-10-31T00:59", "2027-10-30T23:59+00:00"),
        (LONDON, "2027-10-31T02:00", "2027-10-31T02:00+00:00"),
    ],
)
def test_an_offset_says_which_of_the_two_hours_is_meant(zone: str, start: str, utc: str) -> None:
    schedule = dated(start, zone)
    assert schedule.start.astimezone(UTC) == at(utc)
    assert schedule.stop.astimezone(UTC) == at(utc) + 672 * HOUR
    assert f"{schedule.start:%Y-%m-%dT%H:%M}" == start[:16]


def test_without_its_facts_there_is_no_schedule() -> None:
    plan, _ = read(start="2026-12-01T10:30")
    assert plan
    schedule, problems = make_schedule(plan, small_site(), small_library(), plan.start.date())
    assert schedule is None
    assert {problem.code for problem in problems} == {"PLAN_FACT"}


# Whatever is planned

ZONES = st.sampled_from([LONDON, NEW_YORK, SYDNEY, LORD_HOWE, RIYADH, AZORES, "Asia/Kathmandu", "Asia/Beirut", "America/Santiago"])
MINUTES = st.integers(0, 3 * 365 * 24 * 60)
BAGS = st.lists(st.sampled_from([24, 48, 72, 96, 168]), max_size=4).map(tuple)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Any minute of three years, in any zone, said with its offset."""
    zone = draw(ZONES)
    moment = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(MINUTES))).astimezone(ZoneInfo(zone))
    start = moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()))
    return schedule_of(Plan(start, bags=draw(BAGS), break_days=14, hospital_days=draw(st.integers(0, 28))), zone)


@given(schedules())
def test_whatever_the_clocks_do_the_drip_takes_672_hours(schedule: Schedule) -> None:
    assert schedule.stop.astimezone(UTC) - schedule.start.astimezone(UTC) == 672 * HOUR
    assert schedule.start.astimezone(UTC) == schedule.plan.start
    assert abs((schedule.stop.date() - schedule.start.date()).days - 28) <= 1


@given(schedules())
def test_every_bag_hangs_for_its_time_and_none_is_changed_at_the_stop(schedule: Schedule) -> None:
    changes = [schedule.start.astimezone(UTC), *moments(schedule)]
    pattern = endless(schedule.plan.bags or (672,))
    assert all(later - earlier == next(pattern) * HOUR for earlier, later in pairwise(changes))
    rest = schedule.stop.astimezone(UTC) - changes[-1]
    assert timedelta() < rest <= next(pattern) * HOUR, "the last bag is enough"


@given(schedules())
def test_the_days_are_42_dates_in_a_row_each_with_its_own_bags(schedule: Schedule) -> None:
    assert [one.number for one in schedule.days] == list(range(1, 43))
    assert [one.date for one in schedule.days] == [schedule.start.date() + timedelta(number) for number in range(42)]
    assert all(bag.date() == one.date for one in schedule.days for bag in one.bags)
    assert all(bag.utcoffset() == bag.astimezone(schedule.start.tzinfo).utcoffset() for one in schedule.days for bag in one.bags)
    assert [one.is_drip for one in schedule.days] == [one.date < schedule.stop.date() for one in schedule.days]


@given(schedules())
def test_a_day_on_which_the_clocks_change_is_longer_or_shorter(schedule: Schedule) -> None:
    """Counted another way: the seconds between two midnights."""
    zone = schedule.start.tzinfo
    for one in schedule.days:
        begins, ends = (datetime(d.year, d.month, d.day, tzinfo=zone).timestamp() for d in (one.date, one.date + timedelta(1)))
        assert one.clock == ("" if ends - begins == 86400 else "forward" if ends - begins < 86400 else "back")
