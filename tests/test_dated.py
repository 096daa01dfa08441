"""The dates of a plan as readers write them: one line where it must be one, digits in their order, no word of another language."""

import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from dates import LONDON, LORD_HOWE, NEW_YORK, dated
from workshop import ROOT

from packbuilder.dated import DAY, LONG, WEEKDAY, YEAR, Pieces, has_half_days, plan_facts, write_date
from packbuilder.language import local_form
from packbuilder.model import Schedule

NBSP = "\u00a0"
FULL = {"cycle": 1, "bag_days": "3,4", "break_days": 14, "hospital_days": 3}
SHIPPED = [
    ("en-GB", "GB"),
    ("en-US", "US"),
    ("es", "GB"),
    ("es", "US"),
    ("pl", "GB"),
    ("ar", "GB"),
    ("ar", "US"),
    ("zh-Hans", "GB"),
    ("zh-Hans", "US"),
]


def winter(**words: object) -> Schedule:
    return dated("2026-12-01T10:30", **(words or FULL))


def texts(schedule: Schedule, locale: str = "en-GB", region: str = "GB") -> dict[str, str]:
    """What a reader sees; a space that holds a line together is `~`."""
    facts = plan_facts(schedule, locale, region)
    assert all(fact.name == name and not fact.dial and not fact.untranslated for name, fact in facts.items())
    return {name: fact.text.replace(NBSP, "~") for name, fact in facts.items()}


def pieces(name: str, locale: str, schedule: Schedule | None = None, region: str = "GB") -> Pieces:
    return tuple((text.replace(NBSP, "~"), alone) for text, alone in plan_facts(schedule or winter(), locale, region)[name].pieces)


LOOKS = {
    ("en-GB", "GB"): {
        "plan_start": "Tuesday, 1~December~2026, 10:30",
        "plan_start_day": "Tue,~1~Dec~2026,~10:30",
        "plan_start_hour": "10:30",
        "plan_stop": "Tuesday, 29~December~2026, 10:30",
        "plan_stop_day": "Tue,~29~Dec~2026,~10:30",
        "plan_stop_hour": "10:30",
        "plan_cycle": "1",
        "plan_hospital": "Tue~1~Dec – Thu~3~Dec",
        "plan_bags": "Fri~4~Dec · Tue~8~Dec · Fri~11~Dec · Tue~15~Dec · Fri~18~Dec · Tue~22~Dec · Fri~25~Dec",
        "plan_step_day": "Tue~8~Dec",
        "plan_break": "Tue~29~Dec – Mon~11~Jan",
        "plan_break_until": "Mon,~11~Jan~2027",
        "plan_next": "Tuesday, 12~January~2027",
        "plan_next_day": "Tue,~12~Jan~2027",
        "plan_weekday_1": "Tue",
        "plan_weekday_7": "Mon",
        "plan_day_1": "1~Dec",
        "plan_day_42": "11~Jan",
        "plan_date_1": "Tue~1~Dec",
        "plan_date_28": "Mon~28~Dec",
        "plan_bag_4": "10:30",
    },
    ("en-US", "US"): {
        "plan_start": "Tuesday, December~1, 2026, 10:30~AM",
        "plan_start_day": "Tue,~Dec~1,~2026,~10:30~AM",
        "plan_stop_hour": "10:30~AM",
        "plan_hospital": "Tue,~Dec~1 – Thu,~Dec~3",
        "plan_break": "Tue,~Dec~29 – Mon,~Jan~11",
        "plan_next_day": "Tue,~Jan~12,~2027",
        "plan_day_1": "Dec~1",
        "plan_date_1": "Tue,~Dec~1",
    },
    ("es", "GB"): {
        "plan_start": "martes, 1~de~diciembre~de~2026, 10:30",
        "plan_start_day": "mar,~1~dic~2026,~10:30",
        "plan_hospital": "mar,~1~dic – jue,~3~dic",
        "plan_weekday_1": "mar",
        "plan_day_1": "1~dic",
    },
    ("es", "US"): {
        "plan_start": "martes, 1~de~diciembre~de~2026, 10:30~a.m.",
        "plan_start_day": "mar,~1~de~dic~de~2026,~10:30~a.m.",
        "plan_bag_4": "10:30~a.m.",
        "plan_day_1": "1~dic",
    },
    ("pl", "GB"): {
        "plan_start": "wtorek, 1~grudnia~2026, 10:30",
        "plan_start_day": "wt.,~1~gru~2026,~10:30",
        "plan_hospital": "wt.,~1~gru – czw.,~3~gru",
        "plan_weekday_1": "wt.",
    },
    ("ar", "GB"): {
        "plan_start": "الثلاثاء، 1~ديسمبر~2026، 10:30",
        "plan_start_day": "الثلاثاء،~1~ديسمبر~2026،~10:30",
        "plan_hospital": "الثلاثاء،~1~ديسمبر – الخميس،~3~ديسمبر",
        "plan_weekday_1": "الثلاثاء",
        "plan_day_1": "1~ديسمبر",
    },
    ("ar", "US"): {"plan_start_hour": "10:30~ص", "plan_start": "الثلاثاء، 1~ديسمبر~2026، 10:30~ص"},
    ("zh-Hans", "GB"): {
        "plan_start": "2026年12月1日星期二 10:30",
        "plan_start_day": "2026年12月1日周二~10:30",
        "plan_hospital": "12月1日周二 – 12月3日周四",
        "plan_weekday_1": "周二",
        "plan_day_1": "12月1日",
    },
    ("zh-Hans", "US"): {"plan_start_hour": "上午10:30"},
    ("qps-ploc", "GB"): {"plan_start_day": "Tue,~1~Dec~2026,~10:30"},
}


@pytest.mark.parametrize(("locale", "region"), LOOKS)
def test_dates_look_as_their_readers_write_them(locale: str, region: str) -> None:
    found = texts(winter(), locale, region)
    assert {name: found[name] for name in LOOKS[locale, region]} == LOOKS[locale, region]


def test_every_day_of_the_cycle_has_its_dates() -> None:
    found = texts(winter())
    assert [found[f"plan_weekday_{number}"] for number in range(1, 8)] == ["Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"]
    assert [found[f"plan_day_{number}"] for number in (1, 31, 32, 42)] == ["1~Dec", "31~Dec", "1~Jan", "11~Jan"]
    assert {name for name in found if re.fullmatch(r"plan_(?:day|date)_\d+", name)} == {
        f"plan_{kind}_{number}" for kind in ("day", "date") for number in range(1, 43)
    }
    assert "plan_weekday_8" not in found


def test_what_was_not_said_has_no_fact() -> None:
    """So a line to write on is printed."""
    found = texts(winter(cycle=2))
    assert not found.keys() & {
        "plan_hospital",
        "plan_bags",
        "plan_step_day",
        "plan_break",
        "plan_break_until",
        "plan_next",
        "plan_next_day",
    }
    assert found["plan_cycle"] == "2"
    assert "plan_cycle" not in texts(winter(hospital_days=0)) and "plan_hospital" not in texts(winter(hospital_days=0))


def test_one_day_in_hospital_is_one_date() -> None:
    assert texts(winter(hospital_days=1))["plan_hospital"] == "Tue~1~Dec"


@pytest.mark.parametrize(
    ("bag_days", "dates"), [("7", 3), ("4", 6), ("3", 9), ("3,4", 7), ("2,4", 9), ("2,3,3", None), ("2,3", None), ("2", None), ("1", None)],
)  # fmt: skip
def test_at_most_nine_bag_changes_are_listed(bag_days: str, dates: int | None) -> None:
    found = texts(winter(bag_days=bag_days))
    assert ("plan_bags" in found) == (dates is not None)
    assert dates is None or len(found["plan_bags"].split(" · ")) == dates
    assert sum(name.startswith("plan_bag_") for name in found) == {"2,3,3": 10, "2,3": 11, "2": 13, "1": 27}.get(bag_days, dates)


def test_a_bag_change_has_the_hour_of_its_own_day() -> None:
    found = texts(dated("2027-10-29T10:30", bag_days="1"))
    assert [found[f"plan_bag_{number}"] for number in (2, 3, 4)] == ["10:30", "09:30", "09:30"], "the clocks went back on day 3"
    assert texts(dated("2027-10-30T00:15", bag_days="1"))["plan_bag_2"] == "00:15 · 23:15"


@pytest.mark.parametrize(
    ("schedule", "locale", "region", "expected"),
    [
        (dated("2027-10-31T01:30+01:00"), "en-GB", "GB", ("01:30~(+01:00)", "00:30")),
        (dated("2027-10-31T01:30+00:00"), "pl", "GB", ("01:30~(+00:00)", "01:30")),
        (dated("2027-10-03T02:30"), "zh-Hans", "GB", ("02:30", "01:30~(+00:00)")),
        (dated("2027-11-07T01:30-04:00", NEW_YORK), "en-US", "US", ("1:30~AM~(-04:00)", "12:30~AM")),
        (dated("2027-04-04T01:45+10:30", LORD_HOWE), "en-AU", "AU", ("1:45~am~(+10:30)", "1:45~am")),
    ],
)
def test_an_hour_that_comes_twice_carries_its_offset(schedule: Schedule, locale: str, region: str, expected: tuple[str, str]) -> None:
    """As the one who typed the plan had to write it."""
    found = texts(schedule, locale, region)
    assert (found["plan_start_hour"], found["plan_stop_hour"]) == expected
    assert expected[0] in found["plan_start"] and expected[0] in found["plan_start_day"]


@pytest.mark.parametrize(
    ("locale", "region", "half_days"),
    [
        ("en-GB", "GB", False), ("ar", "GB", False), ("zh-Hans", "GB", False), ("en-US", "GB", False),
        ("en-US", "US", True), ("pl", "US", True), ("zh-Hans", "US", True), ("en-GB", "US", True),
        ("en-CA", "CA", True), ("fr-CA", "CA", False), ("ar", "SA", True), ("en-AU", "AU", True), ("es", "ES", False), ("de", "DE", False),
        # Ascension is no country of CLDR: the reader's own custom.
        ("en-GB", "AC", False), ("en-US", "AC", True),
    ],
)  # fmt: skip
def test_the_country_decides_whether_people_count_to_twelve_twice(locale: str, region: str, half_days: bool) -> None:
    assert has_half_days(local_form(locale, region), region) is half_days


def test_every_country_that_a_site_may_name_has_a_custom() -> None:
    assert {has_half_days(local_form("en", region), region) for region in phonenumbers.SUPPORTED_REGIONS} == {True, False}


# Direction


@pytest.mark.parametrize("name", ["plan_start_day", "plan_day_1", "plan_date_1", "plan_bag_4", "plan_next_day", "plan_start_hour"])
@pytest.mark.parametrize("locale", ["en-GB", "es", "pl", "zh-Hans", "qps-plocm"])
def test_a_short_date_from_left_to_right_is_one_piece(name: str, locale: str) -> None:
    [(text, alone)] = pieces(name, locale)
    assert alone and " " not in text


def test_a_long_date_may_break_between_its_parts_alone() -> None:
    assert pieces("plan_start", "en-GB") == (
        ("Tuesday", True), (", ", False), ("1~December~2026", True), (", ", False), ("10:30", True),
    )  # fmt: skip
    assert pieces("plan_hospital", "en-GB") == (("Tue~1~Dec", True), (" – ", False), ("Thu~3~Dec", True))
    assert pieces("plan_start", "zh-Hans") == (("2026年12月1日星期二", True), (" ", False), ("10:30", True))


def test_in_arabic_the_numbers_are_isolated_and_the_words_follow_the_page() -> None:
    assert pieces("plan_start", "ar") == (
        ("الثلاثاء", False), ("، ", False), ("1", True), ("~ديسمبر~", False), ("2026", True), ("، ", False), ("10:30", True),
    )  # fmt: skip
    assert pieces("plan_date_1", "ar") == (("الثلاثاء،~", False), ("1", True), ("~ديسمبر", False))
    assert pieces("plan_start_hour", "ar", region="US") == (("10:30", True), ("~ص", False))
    twice = dated("2027-10-03T02:30")
    hour = (("01:30", True), ("~(", False), ("+00:00", True), (")", False))
    assert (
        pieces("plan_stop_day", "ar", twice)[-4:] == pieces("plan_stop", "ar", twice)[-4:] == pieces("plan_stop_hour", "ar", twice) == hour
    )


@pytest.mark.parametrize("locale", ["ar", "fa", "ur", "he", "ps", "ckb", "hi", "bn", "ne", "mr", "my", "th", "km", "ti", "am", "vi", "ja"])
@pytest.mark.parametrize("region", ["GB", "US"])
def test_digits_are_those_that_staff_can_read_and_none_of_them_can_turn(locale: str, region: str) -> None:
    for fact in plan_facts(winter(), locale, region).values():
        assert {char for char in fact.text if char.isdigit()} <= set("0123456789")
        assert not any(char.isdigit() for text, alone in fact.pieces if not alone for char in text)
        assert not set(fact.text) & {"\u202f", "\u2009", "\u200e", "\u200f"}, "neither in the fonts nor needed"


@pytest.mark.parametrize(("locale", "region"), SHIPPED)
def test_months_are_words(locale: str, region: str) -> None:
    """No country can take the day for the month. Chinese has its own sign beside each number."""
    found = texts(winter(), locale, region)
    assert all(re.search(r"[^\W\d]", found[f"plan_day_{number}"]) for number in range(1, 43))


NUMBERED = {
    "cs": ("pondělí~12.~ledna~2026", "po~12.~led", "12.~led"),
    "fi": ("maanantaina~12.~tammikuuta~2026", "ma~12.~tammi", "12.~tammi"),
    "bg": ("понеделник,~12~януари~2026~г.", "пн,~12~яну", "12~яну"),
    "lt": ("2026~m.~sausio~12~d.,~pirmadienis", "saus.~12~d.,~pr", "saus.~12~d."),
    "prg": ("panadīli,~2026~mettas~12.~rags", "pan,~12.~rag", "12.~rag"),
    "vi": ("Th~2,~12~thg~1,~2026", "Th~2,~12~thg~1", "12~thg~1"),
    "ja": ("2026年1月12日(月)", "1月12日(月)", "1月12日"),
    "bgn": ("2026-01-12", "2026-01-12", "2026-01-12"),  # CLDR has no names of months
    "dz": ("2026-01-12", "2026-01-12", "2026-01-12"),  # they are numbers in the digits of Tibetan
}


@pytest.mark.parametrize("code", NUMBERED)
def test_a_month_is_never_a_mere_number(code: str) -> None:
    """CLDR writes short dates of some languages as `12. 1.` or `01-12`."""
    form = local_form(code, "GB")
    found = tuple(write_date(date(2026, 1, 12), style, form).replace(NBSP, "~") for style in (YEAR, WEEKDAY, DAY))
    assert found == NUMBERED[code]


def test_a_long_date_is_in_words_where_the_fullest_one_is_not() -> None:
    assert write_date(date(2026, 1, 12), LONG, local_form("bal-Latn", "GB")).replace(NBSP, "~") == "12~Janwari,~2026"


# What Babel keeps for all languages together

LEAK = """
from datetime import date
from babel import Locale
from babel.dates import format_skeleton
from packbuilder.dated import DAY, WEEKDAY, write, write_date

day = date(2026, 12, 1)
for first in ("ur", "lo"):
    Locale(first).days["stand-alone"]["abbreviated"], Locale(first).months["stand-alone"]["abbreviated"]
assert format_skeleton("E", day, locale="pl") != "wt.", "mended in Babel: packbuilder.dated.write can be simpler now"

for code, weekday, month in (("pl", "wt.", "gru"), ("fa", "سه‌شنبه", "دسامبر"), ("ru", "вт", "дек."), ("en_GB", "Tue", "Dec")):
    form = Locale.parse(code)
    assert write(day, "ccc", form) == weekday, write(day, "ccc", form)
    assert write(day, "LLL", form) == month, write(day, "LLL", form)
    assert weekday in write_date(day, WEEKDAY, form) and month in write_date(day, WEEKDAY, form), write_date(day, WEEKDAY, form)
    assert month in write_date(day, DAY, form), write_date(day, DAY, form)
"""


def test_no_language_prints_the_words_of_another() -> None:
    """Babel has one table of weekdays that stand alone; the first language without its own fills it for all. In a process of its own,
    because what it fills stays filled."""
    done = subprocess.run([sys.executable, "-c", LEAK], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_aware_moment_is_written_as_its_own_clock_shows_it() -> None:
    start = winter().start
    assert start.tzinfo == ZoneInfo(LONDON)
    summer = dated("2027-06-01T10:30")
    assert summer.start.utcoffset() == timedelta(hours=1)
    assert texts(summer)["plan_start"] == "Tuesday, 1~June~2027, 10:30"
    assert isinstance(summer.start, datetime)
