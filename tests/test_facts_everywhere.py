"""Numbers in every language that a hospital may choose: what is printed is read back as the same value, by rules of our own.

A reader knows the digits 0-9, one decimal mark (a point or a comma) and no mark for thousands.
"""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from babel import localedata
from hypothesis import given
from hypothesis import strategies as st
from oracles import share
from workshop import small_library, small_site

from packbuilder.dated import DAY, LONG, WEEKDAY, YEAR, write_date
from packbuilder.language import babel_locale, direction, local_form
from packbuilder.model import FeverRule, PrintedFact
from packbuilder.phrase import Reader, make_resolver, print_date, print_number
from packbuilder.site import LANGUAGE

NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
# Marks of direction and spaces; a minus cannot be here.
SILENT = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u00a0\u202f "), "")


@cache
def languages() -> tuple[str, ...]:
    """Every code that a site file may hold, without those of a country, which are tried with one language each."""
    codes = (name.replace("_", "-") for name in localedata.locale_identifiers())
    return tuple(
        sorted(code for code in codes if LANGUAGE.fullmatch(code) and code != "root" and not re.search(r"-(?:[A-Z]{2}|\d{3})$", code))
    )


REGIONS = st.sampled_from(
    ["GB", "US", "DE", "PL", "IE", "CH", "IN", "EG", "SA", "IR", "CN", "MX", "ES", "BR", "ZA", "PR", "FR", "PK", "BD", "MM"]
)
# Those that write numbers in digits of their own, or from right to left, as often as all others together.
CODES = st.sampled_from(["ar", "fa", "bn", "mr", "ne", "my", "ckb", "ps", "as", "ks", "dz", "he", "pl"]) | st.sampled_from(languages())
TENTHS = st.integers(370, 395).map(lambda tenths: Decimal(tenths) / 10)


def read_numbers(text: str) -> list[Decimal]:
    """All numbers of a text, in order; anything that only looks like a digit is none."""
    assert not [char for char in text if char.isnumeric() and char not in "0123456789" and not char.isalpha()], text
    assert not [char for char in text if char.isdecimal() and not char.isascii()], text
    return [Decimal(number.replace(",", ".")) for number in NUMBER.findall(text)]


def words_are_safe(fact: PrintedFact) -> bool:
    """No digit stands outside of an isolated piece, and no piece holds a mark that could turn another."""
    return not any(char.isdigit() for text, alone in fact.pieces if not alone for char in text)


def test_no_language_has_a_decimal_mark_that_is_neither_point_nor_comma(takes_long: None) -> None:
    """Every locale that CLDR knows, those of a country as well: what is drawn at random meets a rare one late."""
    codes = [code for name in localedata.locale_identifiers() if LANGUAGE.fullmatch(code := name.replace("_", "-"))]
    printed = {code: print_number(Decimal("12345.5"), Reader(small_library(), small_site(), "adult", code)) for code in codes}
    assert len(printed) > 1000
    assert not {code: number for code, number in printed.items() if number not in ("12345.5", "12345,5")}


@given(CODES, REGIONS, st.integers(0, 10**15 - 1), st.integers(0, 3))
@share(1)
def test_a_number_is_read_back_as_it_was_decided(code: str, region: str, digits: int, places: int) -> None:
    number = Decimal(digits).scaleb(-places)
    reader = Reader(small_library(), replace(small_site(), region=region), "adult", code)
    printed = print_number(number, reader)
    assert read_numbers(printed) == [number], (code, printed)
    assert not re.search(r"[0-9]", NUMBER.sub("", printed.translate(SILENT), count=1)), "one number, whole"


@given(
    CODES,
    REGIONS,
    TENTHS,
    st.sampled_from([None, "36.0", "35.5", "34.1"]),
    st.booleans(),
    st.integers(1, 24),
    st.sampled_from(["above", "at-or-above"]),
)
@share(0.5)
def test_a_fever_rule_is_read_back_in_both_units(
    code: str, region: str, high: Decimal, low: str | None, lasting: bool, hours: int, rule: str
) -> None:
    """Every limit once, °F beside its °C to one decimal, hours as a number or, where a language has a word for them, without one."""
    limit = high - Decimal("0.3")
    policy = FeverRule(high, rule, Decimal(low) if low else None, limit if lasting else None, hours if lasting else None)  # type: ignore[arg-type]
    site = replace(small_site(), region=region, fever={"adult": policy, "child": policy})
    fact = make_resolver(Reader(small_library(), site, "adult", code), lambda _context, source: source)("call_temperature")
    assert fact
    isolated = [text for text, alone in fact.pieces if alone]
    told = [sorted(read_numbers(text)) for text in isolated]
    wanted = [one for one in (high, limit if lasting else None, Decimal(low) if low else None) if one]
    assert told == [[one, round_half_up(one * 9 / 5 + 32)] for one in wanted], (code, fact.text)
    for text in isolated:
        assert re.fullmatch(r"(.*)\u00a0°(C|F) \((.*)\u00a0°(?!\2)[CF]\)", text), text
        assert len(read_numbers(text.partition("(")[0])) == 1
    rest = read_numbers("".join(text for text, alone in fact.pieces if not alone))
    assert rest in ([[Decimal(hours)], []] if lasting else [[]]), (code, fact.text)
    assert rest or not lasting or hours <= 2, f"{code} has no number for {hours} hours: {fact.text}"


def round_half_up(number: Decimal) -> Decimal:
    tenths = int(number * 10)
    return Decimal(tenths + (1 if number * 10 - tenths >= Decimal("0.5") else 0)) / 10


@given(CODES, REGIONS, st.dates(date(2020, 1, 1), date(2099, 12, 31)))
@share(0.5)
def test_a_date_is_read_back_as_that_day(code: str, region: str, day: date) -> None:
    """The day and the year are there. A month that is no word can only stand between the year and the day."""
    printed = print_date(day, code, region)
    months = babel_locale(code).months["format"]
    names = [months[width][day.month] for width in ("wide", "abbreviated")]
    words = [re.escape(name) for name in names if any(map(str.isalpha, name))]
    without = re.sub("|".join(words), " ", printed) if words else printed
    numbers = [int(number) for number in read_numbers(re.sub(r"[.,]", " ", without))]
    assert numbers in ([day.day, day.year], [day.year, day.day], [day.year, day.month, day.day]), (code, printed)
    assert printed == day.isoformat() or any(char.isalpha() for char in printed.replace("M", "")), "a month is a word, or the date is ISO"


@given(CODES, REGIONS, st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.sampled_from([LONG, YEAR, WEEKDAY, DAY]))
@share(0.5)
def test_a_date_of_a_plan_tells_its_day_and_its_month(code: str, region: str, day: date, style: str) -> None:
    """The month is a word, or has one beside its number, without the weekday; or the date is ISO."""
    form = local_form(code, region)
    printed = write_date(day, style, form)
    assert not re.search(r"\bM[0-9]", printed), (code, printed)
    if printed != day.isoformat():
        numbers = [int(number) for number in read_numbers(re.sub(r"[.,]", " ", printed))]
        assert day.day in numbers and (style in (WEEKDAY, DAY) or day.year in numbers), (code, printed)
        alone = write_date(day, DAY, form)
        assert alone == day.isoformat() or any(map(str.isalpha, alone)), (code, alone)


def test_one_language_does_not_lend_its_months_to_another() -> None:
    """Dhivehi has none in CLDR. Babel would then print `20 M01 2026` in Arabic, in the same process."""
    for code in ("dv", "ar", "ur"):
        printed = print_date(date(2026, 1, 20), code, "GB")
    assert print_date(date(2026, 1, 20), "ar", "GB") == "20 يناير 2026" and "M01" not in printed


@given(
    CODES, st.sampled_from(["phone_24h", "emergency_number", "drip_days", "small_dose", "fever_high"]), st.sampled_from(["adult", "parent"])
)
@share(0.3)
def test_a_value_stands_alone_on_a_page_of_any_direction(code: str, name: str, audience: str) -> None:
    """One piece, isolated, with nothing in it that could turn the line around it."""
    fact = make_resolver(Reader(small_library(), small_site(), audience, code), lambda _context, source: source)(name)  # type: ignore[arg-type]
    assert fact and [alone for _, alone in fact.pieces] == [True] and words_are_safe(fact)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", fact.text)
    assert direction(code) in ("ltr", "rtl")
