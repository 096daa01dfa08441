"""The desk's questions: nothing that was typed is changed, nothing impossible is offered, each problem is said at its field."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dates import LONDON, LORD_HOWE, NEW_YORK, RIYADH, library
from hypothesis import given
from hypothesis import strategies as st
from workshop import TODAY, small_library, small_site

from packbuilder.assemble import plan_editions
from packbuilder.choices import (
    EMPTY,
    FORMS,
    Choice,
    Offer,
    Slip,
    find_missing,
    is_twice,
    make_offer,
    make_order,
    pick,
    place_problem,
    read_choice,
)
from packbuilder.model import Place, Problem, Site
from packbuilder.orders import DateWords, Order

FULL = Choice("small-gb", "adult", "en-GB")
START = "2026-12-01T10:30"


def order(**words: Any) -> Order:
    return make_order(replace(FULL, **words), Path("sites/small-gb.toml"), LONDON, Path("output"), TODAY)


def offer(choice: Choice = EMPTY, *sites: Site, reader: str = "en-GB", dated: bool = True) -> Offer:
    return make_offer(choice, {site.id: site for site in sites or (MANY,)}, library() if dated else small_library(), reader)


MANY = replace(small_site(), locales=("zh-Hans", "ar", "en-GB", "es"))
OTHER = replace(small_site(), id="other-us", name="Other", locales=("en-US", "pl"), staff_locale="en-US")

# What was typed


def test_words_are_taken_as_they_were_typed_and_others_are_left_out() -> None:
    words = {"audience": " adult ", "bags": "3,4", "name": "A. Person", "start": "", "show": "1"}
    assert read_choice(words, ("one", "two")) == Choice(audience="adult", bags="3,4")


def test_nobody_has_to_choose_the_only_hospital() -> None:
    assert read_choice({}, ("one",)).site == "one"
    assert read_choice({}, ("one", "two")).site == ""
    assert read_choice({"site": "two"}, ("one", "two")).site == "two"


def test_a_long_answer_is_not_cut_for_it_would_be_another_plan() -> None:
    bags = ",".join(["1"] * 500)
    assert read_choice({"bags": bags}, ()).bags == bags


WORDS = st.builds(Choice, *[st.text("ab3,:T-é", max_size=9)] * 3, st.sampled_from(list(FORMS)), *[st.text("ab3,:T-é", max_size=9)] * 7)


@given(WORDS)
def test_an_address_carries_a_choice_word_for_word(choice: Choice) -> None:
    carried = replace(choice, unit=choice.unit or "days")
    assert read_choice(carried.query, ()) == carried


@pytest.mark.parametrize(
    ("choice", "missing"),
    [
        (EMPTY, ["site", "audience", "locale"]),
        (Choice("x", "adult"), ["locale"]),
        (Choice(audience="adult", locale="es"), ["site"]),
        (FULL, []),
    ],
)
def test_what_would_leave_more_than_one_pack_is_missing(choice: Choice, missing: list[str]) -> None:
    assert find_missing(choice) == tuple(Slip(name, "MISSING") for name in missing)


# As an order


def test_a_choice_without_dates_asks_for_one_text_in_one_form() -> None:
    asked = order(form="large-print", unit="hours")
    assert asked == Order(
        Path("output"), TODAY, sites=("sites/small-gb.toml",), audiences=("adult",), locales=("en-GB",), formats=("large-print",)
    )


@pytest.mark.parametrize(
    ("words", "dates"),
    [
        ({"start": START}, DateWords(START)),
        ({"start": START, "bags": "3,4"}, DateWords(START, bag_days="3,4")),
        ({"start": START, "bags": "96", "unit": "hours"}, DateWords(START, bag_hours="96")),
        ({"start": START, "cycle": "2", "pause": "14", "stay": "3"}, DateWords(START, "2", "", "", "14", "3")),
        # Somebody who typed any of it wants dates: that the start is missing is then said.
        ({"bags": "7"}, DateWords("", bag_days="7")),
        ({"start": "nonsense", "stay": "-1"}, DateWords("nonsense", hospital_days="-1")),
        ({"start": "2026-10-25T01:30", "which": "first"}, DateWords("2026-10-25T01:30+01:00")),
        ({"start": "2026-10-25T01:30", "which": "second"}, DateWords("2026-10-25T01:30+00:00")),
        ({"start": "2026-10-25T01:30"}, DateWords("2026-10-25T01:30")),
        # An answer to a question that is no longer asked is none.
        ({"start": START, "which": "second"}, DateWords(START)),
    ],
)
def test_dates_go_into_the_order_as_they_were_typed(words: dict[str, str], dates: DateWords) -> None:
    assert order(**words).dates == dates


def test_an_unknown_form_is_handed_on_and_means_no_edition() -> None:
    assert order(form="proof").formats == ("proof",)
    assert pick(replace(FULL, form="proof"), ()) is None


def test_a_form_means_the_pack_or_the_card_of_a_format() -> None:
    editions = plan_editions([small_site()], small_library(), ("adult",), ("en-GB",), ("standard",))
    found = {form: pick(replace(FULL, form=form), editions) for form in ("standard", "card", "booklet")}
    assert {form: edition and edition.kind for form, edition in found.items()} == {"standard": "pack", "card": "card", "booklet": None}


@pytest.mark.parametrize(
    ("start", "zone", "twice"),
    [
        ("2026-10-25T01:30", LONDON, True),
        ("2026-10-25T01:00", LONDON, True),
        ("2026-10-25T00:59", LONDON, False),
        ("2026-10-25T02:00", LONDON, False),
        ("2026-11-01T01:30", NEW_YORK, True),
        ("2026-04-05T01:45", LORD_HOWE, True),  # half an hour
        ("2026-03-29T01:30", LONDON, False),  # left out that night
        ("2026-10-25T01:30+01:00", LONDON, False),  # said already
        ("2026-10-25T01:30", RIYADH, False),
        ("2026-10-25", LONDON, False),
        ("nonsense", LONDON, False),
        ("", LONDON, False),
    ],
)
def test_an_hour_that_the_clock_shows_twice_is_found(start: str, zone: str, twice: bool) -> None:
    assert is_twice(start, zone) is twice


# Problems


def problem(code: str, path: str) -> Problem:
    return Problem(code, Place(path), "is wrong", "mend it")


@pytest.mark.parametrize(
    ("found", "choice", "slip"),
    [
        (problem("PLAN_START", "--start"), Choice(start="x"), Slip("start", "PLAN_START", "is wrong", "mend it")),
        (problem("PLAN_START", "--start"), EMPTY, Slip("start", "NO_START")),
        (problem("PLAN_START", "--start"), Choice(start="2026-10-25T01:30"), Slip("start", "TWICE")),
        (problem("PLAN_FORMAT", "--start"), Choice(start=START), Slip("start", "PLAN_FORMAT")),
        (problem("PLAN_CYCLE", "--cycle"), EMPTY, Slip("cycle", "PLAN_CYCLE", "is wrong", "mend it")),
        (problem("PLAN_BAGS", "--bag-days"), EMPTY, Slip("bags", "PLAN_BAGS", "is wrong", "mend it")),
        (problem("PLAN_BAGS", "--bag-hours"), EMPTY, Slip("bags", "PLAN_BAGS", "is wrong", "mend it")),
        (problem("PLAN_BREAK", "--break"), EMPTY, Slip("pause", "PLAN_BREAK", "is wrong", "mend it")),
        (problem("PLAN_HOSPITAL", "--hospital-days"), EMPTY, Slip("stay", "PLAN_HOSPITAL", "is wrong", "mend it")),
        (problem("UNKNOWN_LOCALE", "xx"), EMPTY, Slip("locale", "UNKNOWN_LOCALE")),
        (problem("NOTHING", "handouts/sites"), EMPTY, Slip("form", "NOTHING")),
        (
            problem("MISSING_KEY", "handouts/sites/a.toml"),
            EMPTY,
            Slip("", "MISSING_KEY", "handouts/sites/a.toml: MISSING_KEY is wrong (mend it)"),
        ),
    ],
)
def test_a_problem_is_shown_at_its_field_or_whole_where_it_has_none(found: Problem, choice: Choice, slip: Slip) -> None:
    assert place_problem(found, choice, LONDON) == slip


# What there is to choose from


def test_languages_are_those_of_the_hospital_its_own_first() -> None:
    found = offer(Choice(site="small-gb"), MANY, OTHER).languages
    assert [(code, language.own, language.name) for code, language in found] == [
        ("en-GB", "English", "English"),
        ("ar", "العربية", "Arabic"),
        ("zh-Hans", "中文 (简体)", "Chinese (Simplified)"),
        ("es", "español", "Spanish"),
    ]
    assert offer(Choice(site="small-gb"), MANY, reader="ar").languages[0][0] == "ar"


def test_as_long_as_no_hospital_is_chosen_the_languages_of_all_are_there() -> None:
    assert {code for code, _ in offer(EMPTY, MANY, OTHER).languages} == {*MANY.locales, *OTHER.locales}
    assert {code for code, _ in offer(Choice(site="other-us"), MANY, OTHER).languages} == set(OTHER.locales)


@pytest.mark.parametrize(
    ("choice", "forms"),
    [
        (Choice(audience="adult", locale="es"), list(FORMS)),
        (Choice(audience="parent", locale="en-GB"), [form for form in FORMS if form != "staff"]),
        (Choice(audience="nurse", locale="es"), ["standard", "large-print"]),
        (Choice(audience="nurse"), ["standard", "large-print"]),
        (EMPTY, list(FORMS)),
    ],
)
def test_only_forms_that_exist_are_offered(choice: Choice, forms: list[str]) -> None:
    assert [form.key for form in offer(choice).forms] == forms


def test_only_packs_of_patients_and_families_can_have_dates() -> None:
    assert {form.key for form in offer(Choice(audience="parent")).forms if form.dated} == {"standard", "large-print", "booklet"}
    assert not any(form.dated for form in offer(Choice(audience="nurse")).forms)


def test_numbers_to_choose_from_are_those_of_the_library() -> None:
    found = offer()
    assert found.pauses == (14, 56)
    assert found.bag_days == (1, 2, 3, 4, 7)
    assert found.bag_hours == (24, 48, 72, 96, 168)
    assert found.cycles == tuple(range(1, 10))


def test_a_library_without_the_numbers_of_a_plan_offers_no_dates() -> None:
    found = offer(dated=False)
    assert not any(form.dated for form in found.forms) and found.forms
    assert (found.pauses, found.bag_days, found.bag_hours) == ((), (), ())


def test_audiences_are_those_of_the_library_in_the_order_of_the_front_page() -> None:
    assert offer().audiences == ("adult", "parent", "nurse")
