"""Helpers for tests of dated plans: the shipped facts, and schedules of the small site in any time zone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from workshop import SHIPPED, small_library, small_site

from packbuilder.content import read_library
from packbuilder.model import Library, Plan, Problem, Schedule
from packbuilder.plan import read_plan
from packbuilder.schedule import make_schedule

HOUR = timedelta(hours=1)
LONDON, NEW_YORK, SYDNEY, LORD_HOWE, RIYADH, AZORES = (
    "Europe/London", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Riyadh", "Atlantic/Azores",
)  # fmt: skip
WORDS = {"start": "", "cycle": None, "bag_days": "", "bag_hours": "", "break_days": None, "hospital_days": None}


@cache
def library() -> Library:
    """The small library with the numbers that are printed."""
    shipped, _ = read_library(SHIPPED)
    return replace(small_library(), facts=shipped.facts)


def read(**words: Any) -> tuple[Plan | None, tuple[Problem, ...]]:
    """A plan from some of its words."""
    return read_plan(**{**WORDS, **words}, library=library())


def schedule_of(plan: Plan, zone: str = LONDON) -> Schedule:
    """A plan in a time zone, made on the day of its start."""
    schedule, problems = make_schedule(plan, replace(small_site(), time_zone=zone), library(), plan.start.date())
    assert schedule and not problems, problems
    return schedule


def dated(start: str, zone: str = LONDON, **words: Any) -> Schedule:
    """The schedule of a plan that is typed."""
    plan, problems = read(start=start, **words)
    assert plan and not problems, problems
    return schedule_of(plan, zone)


def at(text: str) -> datetime:
    """A moment with its offset, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)
