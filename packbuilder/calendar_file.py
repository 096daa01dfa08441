"""Schedule -> a calendar file that telephones take (iCalendar, RFC 5545). It names no patient, and shows no drug and no ward.

Why UTC: a moment in UTC is the same moment on every telephone, which shows it in local time, and the file needs no rules of a time
zone that the telephone may know otherwise. What has a date alone is a DATE: it stays on its day wherever it is read.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from icalendar import Alarm, Calendar, Event

from packbuilder.language import direction
from packbuilder.markup import PLACEHOLDER
from packbuilder.model import Edition, PrintedFact, Schedule

Name = Literal["start", "bag", "step", "hospital", "stop", "break", "next"]

PRODUCT = "-//blinatumomab-packs//Dated plan//EN"
DOMAIN = "blinatumomab-packs.invalid"  # RFC 2606: nobody's
NOTICE = timedelta(hours=1)
# LEFT-TO-RIGHT ISOLATE and its end (UAX 9): plain text has no other way to keep a telephone number in its order.
ISOLATE, END = "\u2066", "\u2069"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the calendar: a moment, or dates from `begin` until before `end`. `number` counts those of a name from 1."""

    name: Name
    begin: datetime | date
    end: date | None = None
    number: int = 1
    rings: bool = False


def make_calendar(edition: Edition, words: Mapping[str, str], facts: Mapping[str, PrintedFact]) -> bytes:
    """The plan of an edition, in the reader's words; CRLF and folded. Same input, same bytes.

    `words` are translated messages, their placeholders still in them: `title` for the calendar, a `Name` for each thing that
    happens, and `call`, whom to ring when, which every entry carries. They are filled from `facts`. An entry keeps its UID when its
    moment changes, so a corrected plan replaces the one of the same cycle. Raises `ValueError` for an edition without a schedule.
    """
    schedule = edition.schedule
    if schedule is None:
        raise ValueError(f"{edition.path} has no dates")
    is_mirrored = direction(edition.locale) == "rtl"
    said = {name: fill(text, facts, is_mirrored) for name, text in words.items()}
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", said["title"])
    for entry in list_entries(schedule):
        calendar.add_component(make_event(entry, edition, schedule, said))
    return bytes(calendar.to_ical())


def list_entries(schedule: Schedule) -> Iterator[Entry]:
    """Everything that a patient has to know the day of, by kind."""
    day = timedelta(1)
    bags = [bag for one in schedule.days for bag in one.bags]
    yield Entry("start", schedule.start)
    if schedule.hospital_until:
        yield Entry("hospital", schedule.start.date(), schedule.hospital_until + day)
    yield from (Entry("bag", bag, number=number, rings=True) for number, bag in enumerate(bags, start=1))
    if schedule.step:
        yield Entry("step", schedule.step, schedule.step + day)
    yield Entry("stop", schedule.stop, rings=True)
    if schedule.next_start:
        yield Entry("break", schedule.stop.date(), schedule.next_start)
        yield Entry("next", schedule.next_start, schedule.next_start + day)


def make_event(entry: Entry, edition: Edition, schedule: Schedule, said: Mapping[str, str]) -> Event:
    """One entry. It takes no time of its own: how long a bag change lasts, nobody has said."""
    event = Event()
    event.add("uid", make_uid(entry, edition, schedule))
    # The start, for want of a clock (same input, same bytes).
    event.add("dtstamp", schedule.start.astimezone(UTC))
    event.add("summary", said[entry.name], parameters={"LANGUAGE": edition.locale})
    event.add("description", said["call"], parameters={"LANGUAGE": edition.locale})
    event.add("class", "PRIVATE")
    if isinstance(entry.begin, datetime):
        event.add("dtstart", entry.begin.astimezone(UTC))
    else:
        event.add("dtstart", entry.begin)
        event.add("dtend", entry.end)
    event.add("transp", "TRANSPARENT")
    if entry.rings:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", said[entry.name])
        alarm.add("trigger", -NOTICE)
        event.add_component(alarm)
    return event


def make_uid(entry: Entry, edition: Edition, schedule: Schedule) -> str:
    """The same for the same entry of a cycle whatever its date, so that a second import replaces the first."""
    parts = (edition.site.id, edition.audience, edition.locale, str(schedule.plan.cycle or ""), entry.name, str(entry.number))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32] + f"@{DOMAIN}"


def fill(text: str, facts: Mapping[str, PrintedFact], is_mirrored: bool) -> str:
    """A message as plain text with its facts, each number in its own order also where the words run from right to left."""
    return PLACEHOLDER.sub(
        lambda match: "".join(
            f"{ISOLATE}{piece}{END}" if isolated and is_mirrored else piece for piece, isolated in facts[match.group(1)].pieces
        ),
        text,
    )
