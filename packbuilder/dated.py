"""Schedule -> facts: the dates and hours of a plan as a reader of one locale writes them.

Why the patterns are taken apart here: Babel keeps the weekdays and months that stand alone in one place for all languages, and once
one language has filled it, others print its words (python-babel/babel issue 1234). Those inside a date are not touched by that, so
these are used throughout. Months are words, digits 0-9, and no page from right to left can turn a number or a date round.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, get_datetime_format

from packbuilder.language import local_form
from packbuilder.model import PrintedFact, Schedule
from packbuilder.phrase import IN_LETTERS, NBSP, tells_month

Pieces = tuple[tuple[str, bool], ...]

LONG, YEAR, WEEKDAY, DAY = "full", "yMMMEd", "MMMEd", "MMMd"
# Spaces that the fonts lack, and marks of direction: pieces are isolated instead.
SPACES = str.maketrans({"\u202f": NBSP, "\u2009": " ", "\u200e": "", "\u200f": ""})
BETWEEN = " · "
MOST_BAGS = 9
NUMBER = re.compile(r"([+-]?[0-9](?:[0-9:.]*[0-9])?)")
QUOTED = re.compile(r"('[^']*')")


def plan_facts(schedule: Schedule, locale: str, region: str) -> dict[str, PrintedFact]:
    """Every fact of a plan by name. What was not said has no fact, so a line to write on is printed.

    `plan_start`, `plan_stop` and `plan_next` are in full and may run over two lines; the same with `_day` at the end, like all
    others of a single date, stay on one. `plan_bags` is left out when it would hold more than nine dates; `plan_bag_<day>` are then
    still there. Two bags of one day stand in one fact.
    """
    form = local_form(locale, region)

    def day(when: date, style: str) -> Pieces:
        return isolate(write_date(when, style, form))

    def long_day(when: date) -> Pieces:
        return loosen(write_date(when, LONG, form))

    def hour(when: datetime) -> Pieces:
        return isolate(write_hour(when, form, region)) + tell_apart(when)

    def joined(when: datetime, on: Pieces) -> Pieces:
        return fill(str(get_datetime_format("medium", form)), hour(when), on)

    def span(first: date, last: date) -> Pieces:
        return fill(form.interval_formats[None], day(first, WEEKDAY), day(last, WEEKDAY)) if first != last else day(first, WEEKDAY)

    start, stop, step = schedule.start, schedule.stop, schedule.step
    found: dict[str, Pieces] = {
        "plan_start": joined(start, long_day(start)),
        "plan_start_day": one_line(joined(start, day(start, YEAR))),
        "plan_start_hour": hour(start),
        "plan_stop": joined(stop, long_day(stop)),
        "plan_stop_day": one_line(joined(stop, day(stop, YEAR))),
        "plan_stop_hour": hour(stop),
    }
    if schedule.plan.cycle is not None:
        found["plan_cycle"] = isolate(str(schedule.plan.cycle))
    if schedule.hospital_until:
        found["plan_hospital"] = span(start.date(), schedule.hospital_until)
    changes = [one for one in schedule.days if one.bags]
    if 0 < len(changes) <= MOST_BAGS:
        found["plan_bags"] = chain(day(one.date, WEEKDAY) for one in changes)
    if step:
        found["plan_step_day"] = day(step, WEEKDAY)
    if schedule.next_start:
        last = schedule.next_start - timedelta(1)
        found["plan_break"] = span(stop.date(), last)
        found["plan_break_until"] = day(last, YEAR)
        found["plan_next"] = long_day(schedule.next_start)
        found["plan_next_day"] = day(schedule.next_start, YEAR)
    for one in schedule.days[:7]:
        found[f"plan_weekday_{one.number}"] = isolate(write(one.date, "EEE", form))
    for one in schedule.days:
        found[f"plan_day_{one.number}"] = day(one.date, DAY)
        found[f"plan_date_{one.number}"] = day(one.date, WEEKDAY)
        if one.bags:
            found[f"plan_bag_{one.number}"] = chain(hour(bag) for bag in one.bags)
    return {name: PrintedFact(name, pieces) for name, pieces in found.items()}


# Words


def write(when: date, pattern: str, form: Locale) -> str:
    """A date or hour by a CLDR pattern, with no space at which a line may break, and no word that stands alone (see above)."""
    inside = "".join(part if part.startswith("'") else part.replace("c", "E").replace("L", "M") for part in QUOTED.split(pattern))
    return format_datetime(when, inside, locale=form).translate(SPACES).replace(" ", NBSP)


def write_date(day: date, style: str, form: Locale) -> str:
    """A date in one of the styles above: `Tuesday, 1 December 2026`, `Tue, 1 Dec 2026`, `Tue 1 Dec`, `1 Dec`.

    In ISO form where a language has no words for months.
    """
    text = write(day, find_pattern(day, style, form), form)
    return text if tells_month(text) else day.isoformat()


def find_pattern(day: date, style: str, form: Locale) -> str:
    """The pattern of a style. Czech, Finnish, Bulgarian, Lithuanian and others put a mere number for the month where a date is short:
    they get the long one, with the short name of the month, because `12. 1.` is another day in another country. Chinese puts a word
    beside the number: `1月12日`.
    """
    skeletons = form.datetime_skeletons
    pattern = str((form.date_formats[style] if style == LONG else skeletons[style]).pattern)
    shortest = str(skeletons[DAY].pattern)
    if IN_LETTERS.search(pattern) or (not IN_LETTERS.search(shortest) and tells_month(write(day, shortest, form))):
        return pattern
    if style in (LONG, YEAR):
        return str(form.date_formats["full" if style == YEAR else "long"].pattern)
    return str(skeletons.get(style.replace("MMM", "MMMM"), skeletons[style]).pattern).replace("MMMM", "MMM")


def write_hour(moment: datetime, form: Locale, region: str) -> str:
    """`10:30`, or `10:30 AM` where people have half days."""
    style = "hm" if has_half_days(form, region) else "Hm"
    return write(moment, form.datetime_skeletons[style].pattern, form)


def has_half_days(form: Locale, region: str) -> bool:
    """Whether a country counts to twelve twice: its own custom, unless the reader's language has one for that country."""
    try:
        at_home = form if form.territory == region else Locale.parse(f"und_{region}")
    except UnknownLocaleError:
        at_home = form
    return any(letter in "hK" for letter in QUOTED.sub("", at_home.time_formats["short"].pattern))


# Pieces


def isolate(text: str) -> Pieces:
    """A date or hour that no page turns round: whole, or in a script from right to left its numbers alone."""
    if not any(unicodedata.bidirectional(char) in ("R", "AL") for char in text):
        return ((text, True),)
    return tuple((part, NUMBER.fullmatch(part) is not None) for part in NUMBER.split(text) if part)


def tell_apart(moment: datetime) -> Pieces:
    """What follows an hour that comes twice that night: its offset, as it was typed; else nothing."""
    if moment.replace(fold=1 - moment.fold).utcoffset() == moment.utcoffset():
        return ()
    return ((f"{NBSP}(", False), (format_datetime(moment, "xxx"), True), (")", False))


def loosen(text: str) -> Pieces:
    """A long date that may break after its commas."""
    parts = re.split(rf"([,،]){NBSP}", text)
    return tuple(piece for part in parts for piece in (((f"{part} ", False),) if part in (",", "،") else isolate(part)))


def fill(pattern: str, *items: Pieces) -> Pieces:
    """A CLDR pattern such as `{1}, {0}` with its dates and hours; a line may break where it has a space."""
    parts = re.split(r"\{([01])\}", pattern.replace("'", "").translate(SPACES))
    return tuple(piece for place, part in enumerate(parts) for piece in (items[int(part)] if place % 2 else ((part, False),)) if piece[0])


def chain(items: Iterable[Pieces]) -> Pieces:
    """Several dates or hours in a row; a line may break between them."""
    return tuple(piece for number, item in enumerate(items) for piece in (((BETWEEN, False), *item) if number else item))


def one_line(pieces: Pieces) -> Pieces:
    """The same without a place to break."""
    return isolate("".join(text for text, _ in pieces).replace(" ", NBSP))
