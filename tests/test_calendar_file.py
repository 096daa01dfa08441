"""The calendar file, read back with a library that did not write it: the same moments, in the reader's words, and no name."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import vobject
from dates import HOUR, LONDON, LORD_HOWE, NEW_YORK, RIYADH, SYDNEY, at, dated, day, library
from workshop import small_library, small_site

from packbuilder.calendar_file import make_calendar
from packbuilder.model import Audience, Edition, PrintedFact, Schedule
from packbuilder.phrase import Reader, make_resolver

WORDS = {
    "title": "Plan of the drip",
    "start": "Drip starts",
    "bag": "Bag change",
    "step": "Dose may go up",
    "hospital": "Days in hospital",
    "stop": "Drip ends",
    "break": "Break",
    "next": "Next cycle: not before",
    "call": "Call {phone_24h} if the temperature is {call_temperature}",
}
ARABIC = {name: f"كلمة {name}" for name in WORDS} | {"call": "اتصل {phone_24h} إذا {call_temperature}"}
CHINESE = {name: f"{'输液计划变更' * 9} {name}" for name in WORDS}
NAMES = WORDS.keys() - {"title", "call"}
FULL = {"cycle": 1, "bag_days": "3,4", "break_days": 14, "hospital_days": 3}


def edition_of(schedule: Schedule | None, locale: str = "en-GB", audience: Audience = "adult") -> Edition:
    return Edition(small_site(), small_library().packs[audience], locale, "standard", "pack", schedule)


def facts_of(edition: Edition) -> dict[str, PrintedFact]:
    resolve = make_resolver(Reader(small_library(), edition.site, edition.audience, edition.locale), lambda context, source: source)
    return {name: fact for name in ("phone_24h", "call_temperature") if (fact := resolve(name))}


def write(schedule: Schedule, words: dict[str, str] = WORDS, **edition: Any) -> bytes:
    chosen = edition_of(schedule, **edition)
    return make_calendar(chosen, words, facts_of(chosen))


def read(calendar: bytes) -> Any:
    """As another program reads it."""
    [found] = vobject.readComponents(calendar.decode("utf-8"))
    return found


def events(calendar: bytes, summary: str = "") -> list[Any]:
    return [event for event in read(calendar).vevent_list if summary in ("", event.summary.value)]


def starts(calendar: bytes, summary: str) -> list[datetime | date]:
    return [event.dtstart.value for event in events(calendar, summary)]


def unfolded(calendar: bytes) -> list[str]:
    return calendar.decode("utf-8").replace("\r\n ", "").split("\r\n")


PLANS = [
    (LONDON, "2026-12-01T10:30", FULL),
    (LONDON, "2027-03-20T10:30", FULL),
    (LONDON, "2027-10-10T00:15", FULL),
    (LONDON, "2027-10-31T01:30+00:00", {"bag_hours": "96", "break_days": 56}),
    (NEW_YORK, "2027-03-10T23:30", FULL),
    (NEW_YORK, "2027-10-20T06:00", {"bag_days": "1"}),
    (SYDNEY, "2027-03-20T10:30", {"bag_days": "7", "cycle": 2}),
    (LORD_HOWE, "2027-09-20T10:30", FULL),
    (RIYADH, "2028-02-01T00:00", FULL),
]


@pytest.mark.parametrize(("zone", "start", "words"), PLANS)
def test_another_reader_finds_the_same_moments(zone: str, start: str, words: dict[str, Any]) -> None:
    schedule = dated(start, zone, **words)
    written = write(schedule)
    bags = [bag.astimezone(UTC) for one in schedule.days for bag in one.bags]
    assert starts(written, "Drip starts") == [schedule.start.astimezone(UTC)]
    assert starts(written, "Bag change") == bags and bags
    assert starts(written, "Drip ends") == [schedule.start.astimezone(UTC) + 672 * HOUR]
    assert starts(written, "Dose may go up") == ([schedule.step] if schedule.step else [])
    assert starts(written, "Days in hospital") == ([schedule.start.date()] if schedule.hospital_until else [])
    assert starts(written, "Break") == ([schedule.stop.date()] if schedule.next_start else [])
    assert starts(written, "Next cycle: not before") == ([schedule.next_start] if schedule.next_start else [])
    assert all(event.summary.value in WORDS.values() for event in events(written)), "and nothing else"


def test_the_moments_are_those_that_a_calendar_on_the_wall_has() -> None:
    """By hand, once, over the change of the clocks."""
    written = write(dated("2027-03-20T10:30", **FULL))
    assert starts(written, "Bag change") == [at(f"2027-{moment}Z") for moment in (
        "03-23T10:30", "03-27T10:30", "03-30T10:30", "04-03T10:30", "04-06T10:30", "04-10T10:30", "04-13T10:30",
    )]  # fmt: skip
    assert starts(written, "Drip ends") == [at("2027-04-17T11:30+01:00")]
    assert "DTSTART:20270417T103000Z" in unfolded(written)


def test_whole_days_end_before_the_next_begins() -> None:
    """RFC 5545, 3.6.1: the end of an event is not part of it."""
    written = write(dated("2026-12-30T10:30", **FULL))
    spans = {event.summary.value: (event.dtstart.value, event.dtend.value) for event in events(written) if hasattr(event, "dtend")}
    assert spans == {
        "Days in hospital": (day("2026-12-30"), day("2027-01-02")),
        "Dose may go up": (day("2027-01-06"), day("2027-01-07")),
        "Break": (day("2027-01-27"), day("2027-02-10")),
        "Next cycle: not before": (day("2027-02-10"), day("2027-02-11")),
    }
    assert "DTSTART;VALUE=DATE:20261230" in unfolded(written)


def test_what_was_not_said_is_not_in_the_calendar() -> None:
    written = write(dated("2026-12-01T10:30", cycle=2, hospital_days=0))
    assert [event.summary.value for event in events(written)] == ["Drip starts", "Drip ends"]


def test_only_bag_changes_and_the_end_ring_an_hour_before() -> None:
    written = write(dated("2026-12-01T10:30", **FULL))
    rings = {event.summary.value: event.valarm for event in events(written) if hasattr(event, "valarm")}
    assert rings.keys() == {"Bag change", "Drip ends"}
    assert sum(hasattr(event, "valarm") for event in events(written)) == 8
    for summary, alarm in rings.items():
        assert (alarm.action.value, alarm.trigger.value, alarm.description.value) == ("DISPLAY", timedelta(hours=-1), summary)


def test_every_entry_says_whom_to_call() -> None:
    for event in events(write(dated("2026-12-01T10:30", **FULL))):
        assert event.description.value.replace("\u00a0", " ") == (
            "Call 020 7946 0123 if the temperature is above 37.5 °C (99.5 °F), or 37.2 °C (99.0 °F) or above for 2 hours, "
            "or below 36.0 °C (96.8 °F)"
        )
        assert (event.transp.value, getattr(event, "class").value) == ("TRANSPARENT", "PRIVATE")


def test_a_child_has_the_childs_rule() -> None:
    written = write(dated("2026-12-01T10:30"), audience="parent")
    assert {event.description.value.replace("\u00a0", " ") for event in events(written)} == {
        "Call 020 7946 0123 if the temperature is 38.0 °C (100.4 °F) or above, or below 36.0 °C (96.8 °F)"
    }


def test_in_arabic_the_numbers_stay_in_their_order() -> None:
    """Plain text has no `dir`: only the isolates of Unicode keep `020 7946 0123` from being read as `0123 7946 020`."""
    [event] = events(write(dated("2026-12-01T10:30"), ARABIC, locale="ar"), "كلمة stop")
    said = event.description.value
    assert "\u2066020 7946 0123\u2069" in said
    assert not any(char.isdigit() for char in re.sub("\u2066[^\u2066\u2069]*\u2069", "", said).replace("2 hours", ""))
    assert said.count("\u2066") == said.count("\u2069") == 4
    assert not set("\u2066\u2069") & set(write(dated("2026-12-01T10:30")).decode("utf-8")), "elsewhere they are not needed"


def test_words_of_every_script_come_through_the_folding() -> None:
    """RFC 5545, 3.1: lines of at most 75 octets that end with CRLF, and no character cut in two."""
    for words, locale in ((WORDS, "en-GB"), (ARABIC, "ar"), (CHINESE, "zh-Hans")):
        written = write(dated("2026-12-01T10:30", **FULL), words, locale=locale)
        lines = written.split(b"\r\n")
        assert lines.pop() == b"" and b"\n" not in b"".join(lines)
        assert max(map(len, lines)) <= 75 and all(line.decode("utf-8") for line in lines)
        assert {event.summary.value for event in events(written)} == {words[name] for name in NAMES}
        assert read(written).x_wr_calname.value == words["title"]
        assert all(f"SUMMARY;LANGUAGE={locale}:" in line for line in unfolded(written) if line.startswith("SUMMARY"))


def test_commas_semicolons_and_line_breaks_in_a_word_are_kept() -> None:
    written = write(dated("2026-12-01T10:30"), WORDS | {"stop": "Ends; late, or\nsoon \\ now"})
    assert starts(written, "Ends; late, or\nsoon \\ now")


def test_the_file_is_complete_as_the_standard_wants_it() -> None:
    written = write(dated("2026-12-01T10:30", **FULL))
    calendar = read(written)
    assert (calendar.version.value, calendar.prodid.value) == ("2.0", "-//blinatumomab-packs//Dated plan//EN")
    for event in calendar.vevent_list:
        assert event.dtstamp.value == at("2026-12-01T10:30Z")
        assert event.uid.value.endswith("@blinatumomab-packs.invalid")
    assert unfolded(written)[0] == "BEGIN:VCALENDAR"
    assert not any(line.startswith(("METHOD", "ATTENDEE", "ORGANIZER", "LOCATION", "TZID")) for line in unfolded(written))


def uids(schedule: Schedule, **edition: Any) -> list[str]:
    return [event.uid.value for event in events(write(schedule, **edition))]


def test_a_plan_imported_twice_replaces_itself() -> None:
    """Also when an hour was put right; another cycle, reader or language has entries of its own."""
    plan = uids(dated("2026-12-01T10:30", **FULL))
    assert len(set(plan)) == len(plan) == 13
    assert uids(dated("2026-12-02T09:00", **FULL)) == plan
    others = [
        uids(dated("2026-12-01T10:30", **{**FULL, "cycle": 2})),
        uids(dated("2026-12-01T10:30", **FULL), audience="parent"),
        uids(dated("2026-12-01T10:30", **FULL), locale="es"),
    ]
    assert not any(set(plan) & set(other) for other in others)


def test_the_same_plan_gives_the_same_bytes() -> None:
    schedule = dated("2026-12-01T10:30", **FULL)
    assert write(schedule) == write(replace(schedule)) == write(dated("2026-12-01 10:30", **FULL))


def test_nobody_and_no_place_is_named() -> None:
    seen = " ".join(f"{event.summary.value} {event.description.value}" for event in events(write(dated("2026-12-01T10:30", **FULL))))
    site = small_site()
    assert not [name for name in (site.name, site.ward, "linatumomab") if name in seen]


def test_an_edition_without_dates_has_no_calendar() -> None:
    edition = edition_of(None)
    with pytest.raises(ValueError, match="has no dates"):
        make_calendar(edition, WORDS, facts_of(edition))


def test_the_facts_of_the_words_are_those_that_are_printed() -> None:
    """A message with a fact that nobody gave is a bug, never an empty place."""
    with pytest.raises(KeyError):
        make_calendar(edition_of(dated("2026-12-01T10:30")), WORDS, {})
    assert library().facts["infusion_days"].number == 28
