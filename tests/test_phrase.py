"""Facts: decided once from the site file, written as a reader of the locale writes them, and safe on a right-to-left page."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from babel import Locale
from workshop import SMALL_SITE_TEXT, change_toml, site_from, small_library, small_site, translated

from packbuilder.catalog import make_translator
from packbuilder.markup import PLACEHOLDER
from packbuilder.model import AUDIENCES, Audience, FeverRule, PrintedFact, Site
from packbuilder.phrase import (
    FEVER_PHRASES,
    IN_LETTERS,
    PLAN_NAMES,
    Reader,
    make_resolver,
    print_date,
    print_number,
    print_temperature,
    site_placeholders,
    to_fahrenheit,
)

NBSP = "\u00a0"


def reader(locale: str = "en-GB", region: str = "GB", audience: Audience = "adult", **site: object) -> Reader:
    return Reader(small_library(), replace(small_site(), region=region, **site), audience, locale)  # type: ignore[arg-type]


def resolve(name: str, of: Reader, words: dict[str, str] | None = None) -> PrintedFact | None:
    catalogs = {of.locale: translated(words)} if words else {}
    return make_resolver(of, make_translator(of.locale, catalogs))(name)


def text_of(name: str, of: Reader, words: dict[str, str] | None = None) -> str:
    fact = resolve(name, of, words)
    assert fact
    return fact.text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("celsius", "fahrenheit"),
    [("37.5", "99.5"), ("38.0", "100.4"), ("36.0", "96.8"), ("38.3", "100.9"), ("35.0", "95.0"), ("37.0", "98.6"), ("37.8", "100.0"),
     ("38.5", "101.3"), ("39.0", "102.2"), ("37.2", "99.0"), ("36.5", "97.7"), ("37.25", "99.1"), ("37.75", "100.0")],
)  # fmt: skip
def test_fahrenheit_is_computed_and_never_typed(celsius: str, fahrenheit: str) -> None:
    assert to_fahrenheit(Decimal(celsius)) == Decimal(fahrenheit)
    assert str(to_fahrenheit(Decimal(celsius))) == fahrenheit, "one decimal, always"


@pytest.mark.parametrize(
    ("locale", "region", "expected"),
    [
        ("en-GB", "GB", "37.5 °C (99.5 °F)"),
        ("en-US", "US", "99.5 °F (37.5 °C)"),
        ("es-US", "US", "99.5 °F (37.5 °C)"),
        ("en-GB", "IE", "37.5 °C (99.5 °F)"),
        ("en-US", "PR", "99.5 °F (37.5 °C)"),
        ("pl", "GB", "37,5 °C (99,5 °F)"),
        ("de", "DE", "37,5 °C (99,5 °F)"),
        ("ar", "GB", "37.5 °C (99.5 °F)"),
        ("fa", "GB", "37.5 °C (99.5 °F)"),
        ("bgn", "GB", "37.5 °C (99.5 °F)"),
        ("bn", "GB", "37.5 °C (99.5 °F)"),
        ("zh-Hans", "GB", "37.5 °C (99.5 °F)"),
    ],
)
def test_the_units_of_the_country_come_first_with_the_readers_decimal_mark(locale: str, region: str, expected: str) -> None:
    printed = print_temperature(Decimal("37.5"), reader(locale, region))
    assert printed.replace(NBSP, " ") == expected
    assert f"{NBSP}°" in printed, "a number is never parted from its unit"


FAHRENHEIT_FIRST = {
    "United States", "Puerto Rico", "Guam", "U.S. Virgin Islands", "American Samoa", "Northern Mariana Islands", "Bahamas", "Belize",
    "Cayman Islands", "Palau", "Micronesia", "Marshall Islands", "Liberia",
}  # fmt: skip


def test_each_country_has_the_scale_of_its_own_thermometers_first() -> None:
    countries = {code: name for code, name in Locale("en").territories.items() if len(code) == 2}
    first = {name for code, name in countries.items() if print_temperature(Decimal("38"), reader("en-GB", code)).startswith("100.4")}
    assert first == FAHRENHEIT_FIRST


@pytest.mark.parametrize("locale", ["ar", "ar-EG", "fa", "ur", "hi", "bn", "ne", "mr", "my"])
def test_digits_are_those_that_staff_can_read(locale: str) -> None:
    """0-9 in every language: a nurse must be able to check what she hands out."""
    printed = print_temperature(Decimal("38.0"), reader(locale)) + print_number(Decimal("2026.4"), reader(locale))
    assert {char for char in printed if char.isdigit()} <= set("0123456789")


@pytest.mark.parametrize(
    ("number", "locale", "expected"),
    [("28", "en-GB", "28"), ("5.4", "en-GB", "5.4"), ("5.4", "pl", "5,4"), ("5.4", "ar", "5.4"), ("0.2", "de", "0,2"),
     ("2026", "en-GB", "2026"),
     ("10000", "en-US", "10000"), ("10000", "es", "10000"),
     ("5.4", "bgn", "5.4"), ("10000.5", "bgn-PK", "10000.5"), ("28", "bgn", "28")],
)  # fmt: skip
def test_numbers_have_the_readers_decimal_mark_and_no_mark_for_thousands(number: str, locale: str, expected: str) -> None:
    assert print_number(Decimal(number), reader(locale)) == expected


@pytest.mark.parametrize(
    ("locale", "region", "expected"),
    [
        ("en-GB", "GB", "20 Jan 2026"),
        ("en-US", "US", "Jan 20, 2026"),
        ("pl", "GB", "20 sty 2026"),
        ("es", "US", "20 ene 2026"),
        ("de", "GB", "20. Jan. 2026"),
        ("de", "AT", "20. Jän. 2026"),
        ("zh-Hans", "GB", "2026年1月20日"),
        # Their short dates have a number for the month.
        ("cs", "GB", "20. ledna 2026"),
        ("fi", "GB", "20. tammikuuta 2026"),
        # The names of months are numbers in the digits of Tibetan; CLDR has no names of months, and would print M01.
        ("dz", "GB", "2026-01-20"),
        ("bgn", "GB", "2026-01-20"),
        ("vai-Latn", "GB", "2026-01-20"),
        ("vi", "GB", "20 thg 1, 2026"),
        ("ko", "GB", "2026년 1월 20일"),
    ],
)
def test_a_date_is_written_as_its_reader_writes_it_with_the_month_in_letters(locale: str, region: str, expected: str) -> None:
    """11/12/2026 is another day in another country. In Chinese the words for year, month and day stand beside the numbers."""
    assert print_date(date(2026, 1, 20), locale, region) == expected


@pytest.mark.parametrize(
    ("pattern", "is_word"), [("d MMM y", True), ("d. MMMM", True), ("d LLL", True), ("d. M.", False), ("MM-dd", False)]
)
def test_a_pattern_of_cldr_says_whether_its_month_is_in_letters(pattern: str, is_word: bool) -> None:
    """Persian has the month that stands alone (LLL) in its short dates."""
    assert bool(IN_LETTERS.search(pattern)) == is_word


def test_a_month_that_is_a_bare_number_makes_no_date() -> None:
    """Dzongkha has words for its months, but for the short one of December."""
    assert print_date(date(2046, 12, 12), "dz", "GB") == "2046-12-12"


def test_an_author_may_write_these_values_of_a_hospital() -> None:
    """Whoever takes one away breaks blocks that others have written. A nurse reads the fever rule of adults and of children."""
    people = "phone_24h phone_day pump_help emergency_number interpreter formats_contact feedback"
    place = "hospital ward pump_model owner bag_change home_bathing home_body_fluids"
    plan = "plan_start plan_stop plan_hospital plan_bags plan_break plan_break_until"
    fever = ["fever_rule", "call_temperature", "low_rule", "fever_high", "fever_low_limit"]
    both = [f"{name}_{who}" for name in fever for who in ("adult", "child")]
    for audience in AUDIENCES:
        wanted = [*f"{people} {place} {plan}".split(), *(both if audience == "nurse" else fever)]
        assert sorted(site_placeholders(audience)) == sorted(wanted)


def test_each_phrase_of_the_fever_rule_has_its_parts() -> None:
    """`checks` asks for just these: without its number a phrase would tell nobody when to call."""
    phrases = {name: fact.text for name, fact in small_library().facts.items() if name.startswith(("fever_", "call_with_"))}
    held = {name: sorted(PLACEHOLDER.findall(text)) for name, text in phrases.items()}
    assert held == {name: sorted(parts) for name, parts in FEVER_PHRASES.items()}


# The fever policy of a site: four combinations of a low and a lasting rule, with both ways to say "at least"

POLICIES = {
    ("above", False, False): "above 38.0 °C (100.4 °F)",
    ("above", True, False): "above 38.0 °C (100.4 °F), or below 36.0 °C (96.8 °F)",
    ("above", False, True): "above 38.0 °C (100.4 °F), or 37.5 °C (99.5 °F) or above for 1 hour",
    ("above", True, True): "above 38.0 °C (100.4 °F), or 37.5 °C (99.5 °F) or above for 1 hour, or below 36.0 °C (96.8 °F)",
    ("at-or-above", False, False): "38.0 °C (100.4 °F) or above",
    ("at-or-above", True, False): "38.0 °C (100.4 °F) or above, or below 36.0 °C (96.8 °F)",
    ("at-or-above", False, True): "38.0 °C (100.4 °F) or above, or 37.5 °C (99.5 °F) or above for 1 hour",
    ("at-or-above", True, True): "38.0 °C (100.4 °F) or above, or 37.5 °C (99.5 °F) or above for 1 hour, or below 36.0 °C (96.8 °F)",
}


def policy(rule: str, low: bool, lasting: bool) -> FeverRule:
    return FeverRule(
        Decimal("38.0"),
        "above" if rule == "above" else "at-or-above",
        Decimal("36.0") if low else None,
        Decimal("37.5") if lasting else None,
        1 if lasting else None,
    )


@pytest.mark.parametrize(("rule", "low", "lasting"), list(product(("above", "at-or-above"), (False, True), (False, True))))
def test_every_fever_policy_is_said_in_full(rule: str, low: bool, lasting: bool) -> None:
    site = {"fever": {"adult": policy(rule, low, lasting), "child": policy("above", False, False)}}
    adult = reader(**site)
    assert text_of("call_temperature", adult) == POLICIES[rule, low, lasting]
    assert text_of("fever_rule", adult) == POLICIES[rule, False, False]
    assert (resolve("low_rule", adult) is not None) is low
    assert text_of("call_temperature_adult", reader(audience="nurse", **site)) == POLICIES[rule, low, lasting]


def test_an_adult_reads_the_adult_rule_and_a_parent_the_childs() -> None:
    assert text_of("fever_rule", reader(audience="adult")) == "above 37.5 °C (99.5 °F)"
    assert text_of("fever_rule", reader(audience="parent")) == "38.0 °C (100.4 °F) or above"


def test_a_nurse_reads_both_rules_and_no_third() -> None:
    nurse = reader(audience="nurse")
    assert text_of("fever_rule_adult", nurse) == "above 37.5 °C (99.5 °F)"
    assert text_of("fever_rule_child", nurse) == "38.0 °C (100.4 °F) or above"
    assert text_of("call_temperature_child", nurse) == "38.0 °C (100.4 °F) or above, or below 36.0 °C (96.8 °F)"
    assert resolve("fever_rule", nurse) is None and resolve("call_temperature", nurse) is None


@pytest.mark.parametrize("audience", ["adult", "parent"])
def test_a_patient_reads_one_rule_only(audience: Audience) -> None:
    names = [f"{name}_{who}" for name in ("fever_rule", "call_temperature", "low_rule") for who in ("adult", "child")]
    assert [resolve(name, reader(audience=audience)) for name in names] == [None] * 6


def test_the_american_rule_starts_with_fahrenheit() -> None:
    assert text_of("call_temperature", reader("en-US", "US", "parent")) == "100.4 °F (38.0 °C) or above, or below 96.8 °F (36.0 °C)"


# Phrases: the words follow the page, the numbers stay as they are


def test_only_the_numbers_of_a_phrase_are_isolated() -> None:
    fact = resolve("call_temperature", reader(audience="parent"))
    assert fact
    isolated = [text for text, alone in fact.pieces if alone]
    words = [text for text, alone in fact.pieces if not alone]
    assert [text.replace(NBSP, " ") for text in isolated] == ["38.0 °C (100.4 °F)", "36.0 °C (96.8 °F)"]
    assert "".join(words) == " or above, or below "
    assert not any(char.isdigit() for text in words for char in text)


def test_a_translated_phrase_may_turn_its_words_round_and_keeps_its_numbers() -> None:
    words = {
        "{fever_high} or above": "min. {fever_high}",
        "below {fever_low_limit}": "{fever_low_limit} max.",
        "{fever_rule}, or {low_rule}": "{low_rule} / {fever_rule}",
    }
    assert text_of("call_temperature", reader("pl", audience="parent"), words) == "36,0 °C (96,8 °F) max. / min. 38,0 °C (100,4 °F)"


@pytest.mark.parametrize(
    ("untranslated", "flagged"),
    [
        ("", set()),
        ("{fever_rule}, or {low_rule}", {"call_temperature"}),
        ("{fever_high} or above", {"call_temperature", "fever_rule"}),
        ("below {fever_low_limit}", {"call_temperature", "low_rule"}),
    ],
)
def test_a_phrase_is_translated_only_when_each_part_of_it_is(untranslated: str, flagged: set[str]) -> None:
    """One English word in a rule must show as a draft, however deep it stands."""
    catalog = {key: entry for key, entry in translated({}).items() if entry.source != untranslated}
    find = make_resolver(reader("pl", audience="parent"), make_translator("pl", {"pl": catalog}))
    facts = {name: find(name) for name in ("call_temperature", "fever_rule", "low_rule", "fever_high", "phone_24h", "drip_days")}
    found = {name for name, fact in facts.items() if fact and fact.untranslated}
    assert (
        None not in facts.values() and flagged <= found <= {"call_temperature", "fever_rule", "low_rule"} and bool(found) == bool(flagged)
    )
    assert facts["call_temperature"] and facts["call_temperature"].text.count("°C") == 2, "it is said all the same"


def test_a_phrase_with_a_name_that_nothing_fills_prints_it_as_it_stands() -> None:
    """`check` refuses it; until then it must show on the page rather than vanish."""
    library = small_library()
    phrase = replace(library.facts["fever_above"], name="sip", text="Drink {zebra} now")
    of = replace(reader(), library=replace(library, facts={**library.facts, "sip": phrase}))
    assert resolve("sip", of) == PrintedFact("sip", (("Drink ", False), ("{zebra}", False), (" now", False)))


def test_the_hours_of_a_lasting_rule_are_said_in_the_readers_language() -> None:
    assert "for 2 hours" in text_of("call_temperature", reader())
    fact = resolve("call_temperature", reader())
    assert fact and [text for text, alone in fact.pieces if not alone] == [
        "above ",
        ", or ",
        " or above for ",
        "2 hours",
        ", or ",
        "below ",
    ]
    assert "2 godziny" in text_of("call_temperature", reader("pl"))


def test_a_phrase_may_hold_other_words_in_another_country() -> None:
    library = small_library()
    phrase = replace(library.facts["fever_above"], name="sip", text="{drip_days} sips", by_region={"US": "{drip_days} ounces"})
    other = replace(library, facts={**library.facts, "sip": phrase})
    british, american = (replace(reader(region=region), library=other) for region in ("GB", "US"))
    assert text_of("sip", british) == "28 sips"
    assert text_of("sip", american) == "28 ounces"


# What the site leaves open


@pytest.mark.parametrize(
    "name",
    [
        "phone_day",
        "pump_help",
        "interpreter",
        "formats_contact",
        "feedback",
        "pump_model",
        "bag_change",
        "home_bathing",
        "home_body_fluids",
    ],
)
def test_an_optional_value_that_is_not_given_is_none(name: str, tmp_path: Path) -> None:
    """`None` becomes a line for the pen."""
    optional = ["contact.phone_day", "contact.pump_help", "contact.interpreter", "contact.formats", "contact.feedback",
                "home.pump_model", "home.bag_change", "home.bathing", "home.body_fluids"]  # fmt: skip
    bare, problems = site_from(change_toml(SMALL_SITE_TEXT, "\n".join(f"without {key}" for key in optional)), tmp_path)
    assert bare, problems
    assert resolve(name, reader()) is not None
    assert resolve(name, Reader(small_library(), bare, "adult", "en-GB")) is None


def test_a_telephone_number_can_be_dialled() -> None:
    fact = resolve("phone_24h", reader())
    assert fact == PrintedFact("phone_24h", (("020 7946 0123", True),), "+442079460123")
    assert resolve("feedback", reader()) == PrintedFact("feedback", (("leaflets@northfield.example", True),)), "an address cannot"


@pytest.mark.parametrize(
    ("name", "text"),
    [("hospital", "Northfield Hospital"), ("ward", "Day Unit"), ("owner", "Leaflet group"), ("pump_model", "pump A"),
     ("drip_days", "28"), ("small_dose", "5.4"), ("advice_line", "111"), ("fever_high", "37.5\u00a0°C (99.5\u00a0°F)"),
     ("fever_low_limit", "36.0\u00a0°C (96.8\u00a0°F)")],
)  # fmt: skip
def test_a_value_is_printed_alone_under_its_own_name(name: str, text: str) -> None:
    assert resolve(name, reader()) == PrintedFact(name, ((text, True),))


@pytest.mark.parametrize("who", ["adult", "child"])
def test_a_limit_of_a_nurse_is_named_after_its_patient(who: str) -> None:
    """The read-back looks for the names on the page."""
    high = resolve(f"fever_high_{who}", reader(audience="nurse"))
    assert high and (high.name, high.text[:4]) == (f"fever_high_{who}", {"adult": "37.5", "child": "38.0"}[who])
    rule = resolve(f"call_temperature_{who}", reader(audience="nurse"))
    assert rule and rule.name == f"call_temperature_{who}"


@pytest.mark.parametrize("name", ["bag_change", "home_bathing", "home_body_fluids"])
def test_the_hospitals_own_words_are_translated_and_flow_with_the_page(name: str) -> None:
    own = {
        "bag_change": "A nurse comes to your home.",
        "home_bathing": "Shower with the pump kept dry.",
        "home_body_fluids": "Wear gloves.",
    }
    assert resolve(name, reader()) == PrintedFact(name, ((own[name], False),))
    assert resolve(name, reader("pl"), {own[name]: "Tak."}) == PrintedFact(name, (("Tak.", False),))
    assert resolve(name, reader("pl")) == PrintedFact(name, ((own[name], False),), untranslated=True)
    other = reader("pl", id="other-gb")
    assert resolve(name, other, {own[name]: "Tak."}) == PrintedFact(name, ((own[name], False),), untranslated=True), "each site its own"


def test_a_name_that_is_not_known_is_none() -> None:
    assert resolve("zebra", reader()) is None


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_placeholder_of_an_audience_is_filled_by_a_full_site(audience: Audience) -> None:
    rule = policy("above", True, True)
    full: Site = replace(small_site(), fever={"adult": rule, "child": rule})
    names = site_placeholders(audience)
    assert len(set(names)) == len(names)
    assert [name for name in names if resolve(name, Reader(small_library(), full, audience, "en-GB")) is None] == list(PLAN_NAMES)


def test_a_date_of_a_plan_is_no_fact_of_a_site() -> None:
    """Only `dated` knows it; without a schedule a line to write on is printed."""
    assert PLAN_NAMES and all(name in site_placeholders("nurse") and resolve(name, reader()) is None for name in PLAN_NAMES)
