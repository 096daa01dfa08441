"""Plan -> Schedule: a cycle with its dates, on the hospital's clock.

Why elapsed hours: the drip runs for 28 times 24 hours whatever the clocks do meanwhile, so all sums are made in UTC and only their
results are read off the hospital's clock.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from packbuilder.model import Library, Plan, PlanDay, Problem, Schedule, Site
from packbuilder.plan import read_numbers, wrong

# A year with its leap day: nobody plans further ahead, so a start beyond it is a slip in the year.
DAYS_AHEAD = 366


def make_schedule(plan: Plan, site: Site, library: Library, today: date) -> tuple[Schedule | None, tuple[Problem, ...]]:
    """The cycle with its dates on the hospital's clock, or None and why that clock cannot show such a start.

    Days of the plan are dates: day 1 is the date of the start, whatever its hour. `is_drip` is said of the days at whose end the
    drip still runs, 1 to 28 as a rule, so the date of `stop` is the day after the last of them; when the clocks change, a start
    near midnight moves that by a day. A bag due at the very moment of the stop is not hung. The next cycle starts no earlier than as
    many dates after day 1 as drip and break have days: a cycle of 42 days is followed by day 43, also when an hour was lost or won.
    The dose step is dated in cycle 1 and where the cycle is not said (S15; later cycles have none, S16).
    """
    facts, problems = read_numbers(library)
    if problems:
        return None, problems
    zone = ZoneInfo(site.time_zone)
    start = find_start(plan.start, zone, today)
    if isinstance(start, Problem):
        return None, (start,)
    begin, hours = start.astimezone(UTC), facts["infusion_days"] * 24
    stop = (begin + timedelta(hours=hours)).astimezone(zone)
    bags = tuple((begin + timedelta(hours=due)).astimezone(zone) for due in hours_of_changes(plan.bags, hours))
    first = start.date()
    hospital_until = first + timedelta(plan.hospital_days - 1) if plan.hospital_days else None
    dates = [first + timedelta(number) for number in range(facts["cycle_days"])]
    days = tuple(
        PlanDay(
            number=number,
            date=day,
            is_drip=day < stop.date(),
            in_hospital=hospital_until is not None and day <= hospital_until,
            bags=tuple(bag for bag in bags if bag.date() == day),
            clock=clock_change(day, zone),
        )
        for number, day in enumerate(dates, start=1)
    )
    step = first + timedelta(facts["step_day"] - 1) if plan.cycle in (1, None) else None
    next_start = first + timedelta(facts["infusion_days"] + plan.break_days) if plan.break_days is not None else None
    return Schedule(plan, start, stop, days, step, hospital_until, next_start), ()


def find_start(clock: datetime, zone: ZoneInfo, today: date) -> datetime | Problem:
    """The moment at which the hospital's clock shows this, in its zone, or why there is none or more than one."""

    def slip(message: str, hint: str) -> Problem:
        return wrong("--start", "PLAN_START", message, hint)

    if abs((clock.date() - today).days) > DAYS_AHEAD:
        return slip(f"{clock.date()} is more than a year away from today, {today}", "look at the year")
    shown, offset = clock.replace(tzinfo=None), clock.utcoffset()
    # In the hour that is left out, fold 0 reads the clock of before and so lands behind it (PEP 495).
    readings = [shown.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone) for fold in (0, 1)]
    moments = {moment.utcoffset(): moment for moment in readings if moment.replace(tzinfo=None) == shown}
    if not moments:
        after, before = map(show_clock, readings)
        return slip(
            f"{show_clock(shown)} does not exist in {zone.key}: the clocks go forward then",
            f"write an hour that the clocks show, such as {before} or {after}",
        )
    known = [show_clock(moment) + show_offset(moment) for moment in moments.values()]
    if offset is None and len(moments) > 1:
        return slip(
            f"{show_clock(shown)} comes twice in {zone.key}: the clocks go back then",
            f"write {known[0]} for the first, {known[1]} for the second",
        )
    if offset is not None and offset not in moments:
        return slip(f"the clocks of {zone.key} are not at {show_offset(clock)} then", f"write {' or '.join(known)}")
    return moments[offset] if offset is not None else readings[0]


def show_clock(moment: datetime) -> str:
    """As it is typed."""
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")


def show_offset(moment: datetime) -> str:
    """`+01:00`, as it is typed."""
    text = f"{moment:%z}"
    return f"{text[:3]}:{text[3:5]}"


def hours_of_changes(bags: Sequence[int], hours: int) -> Sequence[int]:
    """The hours after the start at which a bag is changed, all of them before the drip ends."""
    changes: list[int] = []
    due = bags[0] if bags else hours
    while due < hours:
        changes.append(due)
        due += bags[len(changes) % len(bags)]
    return changes


def clock_change(day: date, zone: ZoneInfo) -> Literal["", "forward", "back"]:
    """Which way the clocks change between the beginning and the end of a date."""
    before, after = (datetime.combine(day + timedelta(later), time(), zone).utcoffset() or timedelta() for later in (0, 1))
    return "" if before == after else "forward" if after > before else "back"
