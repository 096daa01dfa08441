"""The words of a command line or a form -> Plan: when a cycle starts, and how it is given.

Why one reader for both: the same slip must be refused in both places. Nothing is repaired, everything wrong is said at once.
Lengths of drip, break and bag are facts of the library, never typed here.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from packbuilder.model import Library, Place, Plan, Problem

Word = str | int | None

BAG_HOURS = ("bag_hours_one", "bag_hours_two", "bag_hours_three", "bag_hours_four")
NEEDED = ("infusion_days", "cycle_days", "step_day", "break_days", "long_break_days", "bag_days_most", *BAG_HOURS)
# Two induction and three consolidation cycles (S08), and later ones (X04, X05): none has two digits, so a second is a slip.
CYCLES = range(1, 10)
COMMA = re.compile("[,،，、]")  # also those of an Arabic and of a Chinese keyboard
FURTHEST_OFFSET = timedelta(hours=14)  # Kiritimati, the furthest of the tz database
EXAMPLE = "2026-12-01T10:30"
START = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(?:([+-])([0-9]{2}):([0-9]{2}))?")
DATE_ALONE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[T ]*")
SHORT_YEAR = re.compile(r"[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{1,2}(?![0-9]).*", re.DOTALL)


def read_plan(
    start: str | None, cycle: Word, bag_days: Word, bag_hours: Word, break_days: Word, hospital_days: Word, library: Library
) -> tuple[Plan | None, tuple[Problem, ...]]:
    """A plan from the words of a command line or a form, or None and all that is wrong with them; "" and None are not given.

    Bags last what S17 names: 24, 48, 72 or 96 hours, or 7 days. A break has one of the two lengths of X04. A cycle is 1 to 9
    (`CYCLES`), the days in hospital 0 (none) to the whole drip. Whether the start fits the hospital's clock, `make_schedule` says.
    """
    facts, problems = read_numbers(library)
    if problems:
        return None, problems
    found: list[Problem] = []
    begins = read_start(clean(start), found)
    plan_cycle = read_number(cycle, "--cycle", "PLAN_CYCLE", CYCLES, "the number of a cycle", found)
    bags = read_bags(clean(bag_days), clean(bag_hours), facts, found)
    breaks = sorted({facts["break_days"], facts["long_break_days"]})
    pause = read_number(break_days, "--break", "PLAN_BREAK", breaks, "the days of a break", found)
    stay = range(facts["infusion_days"] + 1)
    in_hospital = read_number(hospital_days, "--hospital-days", "PLAN_HOSPITAL", stay, "a number of days within the drip", found)
    if begins is None or found:
        return None, tuple(found)
    return Plan(begins, plan_cycle, bags, pause, in_hospital), ()


def wrong(option: str, code: str, message: str, hint: str) -> Problem:
    return Problem(code, Place(option), message, hint)


def clean(word: Word) -> str:
    return "" if word is None else str(word).strip()


def quote(text: str) -> str:
    """What was typed, cut where it is too long to be a plan."""
    return repr(text if len(text) <= 40 else text[:40] + "…")


def foreign_digits(text: str, option: str, code: str) -> Problem | None:
    """Python reads digits of every script; staff who check the sheet do not."""
    if all(char in "0123456789" for char in text if char.isdigit()):
        return None
    return wrong(option, code, f"{quote(text)} has other digits than 0 to 9", "type it with the digits 0 to 9")


def read_numbers(library: Library) -> tuple[Mapping[str, int], tuple[Problem, ...]]:
    """The facts that a plan is made of, in days or hours."""
    numbers = {name: library.facts[name].number for name in NEEDED if name in library.facts}
    problems = tuple(
        Problem(
            "PLAN_FACT",
            library.facts[name].place if name in numbers else Place("handouts/facts.toml"),
            f"a dated plan needs the fact {name!r} as a whole number",
            f"write [{name}] with its value",
        )
        for name in NEEDED
        if name not in numbers or numbers[name] < 1 or numbers[name] % 1
    )
    return {name: int(number) for name, number in numbers.items()}, problems


def read_start(text: str, found: list[Problem]) -> datetime | None:
    """The date and hour as typed, with an offset when one was typed."""
    problems = list(check_start(text))
    found += problems
    match = START.fullmatch(text)
    if problems or not match:
        return None
    year, month, day, hour, minute = map(int, match.group(1, 2, 3, 4, 5))
    return datetime(year, month, day, hour, minute, tzinfo=timezone(offset_of(match)) if match.group(7) else None)


def offset_of(match: re.Match[str]) -> timedelta:
    offset = timedelta(hours=int(match.group(8)), minutes=int(match.group(9)))
    return -offset if match.group(7) == "-" else offset


def check_start(text: str) -> Sequence[Problem]:
    """All that is wrong with a date and hour before any clock is asked."""

    def slip(message: str, hint: str) -> Problem:
        return wrong("--start", "PLAN_START", message, hint)

    if not text:
        return [slip("is missing", f"write the date and the hour at which the drip starts, such as {EXAMPLE}")]
    if foreign := foreign_digits(text, "--start", "PLAN_START"):
        return [foreign]
    match = START.fullmatch(text)
    if match is None:
        hint = f"write year, month, day and hour, such as {EXAMPLE}"
        if DATE_ALONE.fullmatch(text):
            return [slip(f"{quote(text)} has no hour", hint)]
        if SHORT_YEAR.fullmatch(text):
            return [slip(f"{quote(text)} has a year of two digits", hint)]
        return [slip(f"{quote(text)} is not a date and an hour", hint)]
    year, month, day, hour, minute = map(int, match.group(1, 2, 3, 4, 5))
    problems = []
    if not year or not 1 <= month <= 12:
        problems.append(slip(f"{text[:10]} is not in the calendar", f"write year, month, day, such as {EXAMPLE[:10]}"))
    elif not 1 <= day <= monthrange(year, month)[1]:
        problems.append(slip(f"{text[:10]} is not in the calendar", f"that month has {monthrange(year, month)[1]} days"))
    if hour > 23 or minute > 59:
        problems.append(slip(f"there is no hour {text[11:16]}", "write 00:00 to 23:59; midnight is 00:00 of the day that begins"))
    if int(match.group(6) or 0):
        problems.append(slip(f"{quote(text)} has seconds", "write hours and minutes alone"))
    if match.group(7) and (abs(offset_of(match)) > FURTHEST_OFFSET or int(match.group(9)) > 59):
        problems.append(slip(f"no clock on earth is at {text[-6:]}", "leave it out, or write hours and minutes, such as +01:00"))
    return problems


def read_number(word: Word, option: str, code: str, allowed: Sequence[int], what: str, found: list[Problem]) -> int | None:
    """A whole number out of those that exist, or None and a problem more."""
    text = clean(word)
    if not text:
        return None
    if foreign := foreign_digits(text, option, code):
        found.append(foreign)
    elif re.fullmatch("[0-9]{1,3}", text) and int(text) in allowed:
        return int(text)
    else:
        known = f"a number from {allowed[0]} to {allowed[-1]}" if isinstance(allowed, range) else list_numbers(allowed)
        found.append(wrong(option, code, f"{quote(text)} is not {what}", f"write {known}, or leave it out"))
    return None


def list_numbers(numbers: Iterable[int]) -> str:
    *others, last = map(str, sorted(numbers))
    return f"{', '.join(others)} or {last}" if others else last


def read_bags(days: str, hours: str, facts: Mapping[str, int], found: list[Problem]) -> tuple[int, ...]:
    """The hours of the bags in turn; () when nothing was said or when it cannot be used."""
    if days and hours:
        found.append(wrong("--bag-hours", "PLAN_BAGS", "stands beside --bag-days", "give one of them"))
        return ()
    option, text, unit, name = ("--bag-days", days, 24, "days") if days else ("--bag-hours", hours, 1, "hours")
    if not text:
        return ()
    if foreign := foreign_digits(text, option, "PLAN_BAGS"):
        found.append(foreign)
        return ()
    lengths = {facts[fact] for fact in BAG_HOURS} | {facts["bag_days_most"] * 24}
    items = [item.strip() for item in COMMA.split(text)]
    bags = tuple(int(item) * unit for item in items if re.fullmatch("[0-9]{1,3}", item) and int(item) * unit in lengths)
    if len(bags) < len(items):
        known = list_numbers({length // unit for length in lengths if length % unit == 0})
        message = f"{quote(text)} is not a row of bags" if len(items) > 1 else f"{quote(text)} is not the length of a bag"
        found.append(wrong(option, "PLAN_BAGS", message, f"a bag lasts {known} {name}; write one, or several with commas between"))
        return ()
    if sum(bags[:-1]) >= facts["infusion_days"] * 24:
        found.append(wrong(option, "PLAN_BAGS", f"{quote(text)} goes on after the drip", f"the drip runs {facts['infusion_days']} days"))
        return ()
    return bags
