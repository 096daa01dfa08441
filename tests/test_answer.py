"""What becomes of a choice at the desk: one print, or everything that is in the way, in the words of the page."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from dates import LONDON, dated
from desks import PICTURE, SIZE, make_desk_project, open_counter, printing_fast
from workshop import TODAY, change_file

from packbuilder.answer import PICTURE as FIRST_PAGE
from packbuilder.answer import Result, decide, echo_start, file_of, find_slips, make_answer, say_dates
from packbuilder.choices import Choice, make_offer
from packbuilder.counter import Counter
from packbuilder.dated import MOST_BAGS
from packbuilder.model import Place, Problem

START = "2026-04-01T10:30"
FULL = {"site": "small-gb", "audience": "adult", "locale": "en-GB"}


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """Shared: nothing here changes a file."""
    with printing_fast():
        yield open_counter(make_desk_project(tmp_path_factory.mktemp("answer")))


def ask(counter: Counter, is_sent: bool = True, **words: str) -> Result:
    return decide(Choice(**words), counter.visit(), counter, TODAY, lambda: False, is_sent)


def words_of(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html).replace("\u00a0", " ")


def test_a_whole_choice_is_printed(counter: Counter) -> None:
    result = ask(counter, **FULL)
    assert result.artifact and result.artifact.pdf and result.asked and not result.slips
    assert result.artifact.edition.file_name == "blinatumomab-adult-en-GB.pdf"


def test_what_is_not_chosen_yet_is_no_mistake_until_the_form_is_sent(counter: Counter) -> None:
    assert ask(counter, is_sent=False, site="small-gb") == Result()
    assert [slip.field for slip in ask(counter, site="small-gb").slips] == ["audience", "locale"]


@pytest.mark.parametrize(
    ("words", "slips"),
    [
        ({"site": "../../etc/passwd"}, [("site", "UNKNOWN_SITE")]),
        ({"locale": "fr"}, [("locale", "UNKNOWN_LOCALE")]),
        ({"audience": "doctor"}, [("form", "NOTHING")]),
        ({"form": "proof"}, [("form", "NOTHING")]),
        ({"form": "review"}, [("form", "NOTHING")]),
        ({"form": "staff"}, [("form", "NOTHING")]),
        ({"audience": "nurse", "form": "booklet"}, [("form", "NOTHING")]),
        ({"audience": "nurse", "start": START}, [("start", "PLAN_FORMAT")]),
        ({"form": "card", "start": START}, [("start", "PLAN_FORMAT")]),
        ({"form": "call-now", "start": START}, [("start", "PLAN_FORMAT")]),
        ({"bags": "3,4"}, [("start", "NO_START")]),
        ({"start": "2026-02-30T10:00", "cycle": "12", "bags": "5", "pause": "15", "stay": "29"},
         [("start", "PLAN_START"), ("cycle", "PLAN_CYCLE"), ("bags", "PLAN_BAGS"), ("pause", "PLAN_BREAK"), ("stay", "PLAN_HOSPITAL")]),
        ({"start": "2031-04-01T10:30"}, [("start", "PLAN_START")]),
        ({"start": "2026-10-25T01:30"}, [("start", "TWICE")]),
        ({"start": "2026-03-29T01:30"}, [("start", "PLAN_START")]),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field_and_not_printed(counter: Counter, words: dict[str, str], slips: list[tuple[str, str]]) -> None:
    result = ask(counter, **{**FULL, **words})
    assert [(slip.field, slip.code) for slip in result.slips] == slips
    assert result.artifact is None


@pytest.mark.parametrize(("which", "offset"), [("first", "+01:00"), ("second", "+00:00")])
def test_an_hour_that_comes_twice_is_printed_once_it_is_told_apart(counter: Counter, which: str, offset: str) -> None:
    result = ask(counter, **FULL, start="2026-10-25T01:30", which=which)
    assert result.artifact and result.artifact.edition.schedule
    assert result.artifact.edition.schedule.start.isoformat().endswith(offset)


def test_what_a_check_finds_keeps_the_pdf_from_everybody(tmp_path_factory: pytest.TempPathFactory) -> None:
    project = make_desk_project(tmp_path_factory.mktemp("wrong"))
    change_file(project, "handouts/blocks/about.md", "Tell us", "Where the pump trips, tell us")
    with printing_fast():
        result = ask(open_counter(project), **FULL)
    assert [(slip.field, slip.code) for slip in result.slips] == [("", "PRINTER")]
    assert result.artifact is None and result.asked is None


def test_a_mistake_in_the_texts_is_told_whole_with_its_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    project = make_desk_project(tmp_path_factory.mktemp("texts"))
    change_file(project, "handouts/blocks/about.md", "[^O-FORM]", "[^I99]")
    with printing_fast():
        [slip] = ask(open_counter(project), **FULL).slips
    assert slip.field == "" and slip.message.startswith("handouts/blocks/about.md:3: ") and "I99" in slip.message


def test_a_warning_keeps_nobody_from_printing() -> None:
    warning = Problem("REVIEW_SOON", Place("handouts/approvals.toml"), "ends soon", severity="warning")
    assert find_slips([warning], Choice(), LONDON) == ()
    assert len(find_slips([replace(warning, severity="error")] * 2, Choice(), LONDON)) == 1


# The page's words


def answer_to(counter: Counter, locale: str = "en-GB", **words: str) -> Any:
    choice = Choice(**FULL, **words)
    result = ask(counter, **FULL, **words)
    assert result.asked and result.artifact, result.slips
    house = counter.visit()
    offer = make_offer(choice, house.sites, house.rooms.library, locale)
    return make_answer(choice, offer, result.asked, result.artifact, PICTURE, locale)


def test_addresses_carry_the_whole_choice(counter: Counter) -> None:
    answer = answer_to(counter, start=START, bags="3,4")
    query = "?site=small-gb&audience=adult&locale=en-GB&start=2026-04-01T10%3A30&bags=3%2C4"
    assert answer.pdf == f"/print/blinatumomab-adult-en-GB-2026-04-01T1030.pdf{query}"
    assert answer.calendar == f"/print/blinatumomab-adult-en-GB-2026-04-01T1030.ics{query}"
    assert answer.picture == f"/print/{FIRST_PAGE}{query}"
    assert answer.phone == "" and answer.size == SIZE


def test_a_pack_without_dates_has_no_calendar(counter: Counter) -> None:
    answer = answer_to(counter)
    assert answer.calendar == "" and answer.dates == {}


def test_the_card_for_a_phone_is_a_picture_with_its_words(counter: Counter) -> None:
    answer = answer_to(counter, form="phone-card")
    assert answer.phone.startswith("/print/blinatumomab-adult-en-GB-phone-card.png?")
    assert answer.document.is_picture and any("020 7946 0123" in line for line in answer.document.words)


def test_the_state_is_that_of_the_manuscript(counter: Counter) -> None:
    document = answer_to(counter).document
    assert (document.state, document.sample, document.pages, document.paper) == ("draft", True, 1, "A4")


def test_dates_are_said_in_the_words_of_the_staff() -> None:
    schedule = dated("2026-12-01T10:30", cycle="1", bag_days="3,4", break_days="14", hospital_days="3")
    english = {name: words_of(html) for name, html in say_dates(schedule, "en-GB", "GB").items()}
    assert english["plan_start"] == "Tuesday, 1 December 2026, 10:30"
    assert english["plan_stop"] == "Tuesday, 29 December 2026, 10:30"
    assert english["plan_step_day"] == "Tue 8 Dec"
    assert english["plan_bags"] == "Fri 4 Dec · Tue 8 Dec · Fri 11 Dec · Tue 15 Dec · Fri 18 Dec · Tue 22 Dec · Fri 25 Dec"
    assert english["plan_next"] == "Tuesday, 12 January 2027"
    assert words_of(say_dates(schedule, "es", "GB")["plan_start"]).startswith("martes, 1 de diciembre de 2026")


def test_more_bag_changes_than_can_be_listed_are_counted() -> None:
    words = say_dates(dated("2026-12-01T10:30", bag_days="1"), "en-GB", "GB")
    assert words_of(words["plan_bags"]) == "27" and MOST_BAGS < 27
    assert "plan_bags" not in say_dates(dated("2026-12-01T10:30"), "en-GB", "GB")


@pytest.mark.parametrize(
    ("start", "locale", "region", "words"),
    [
        ("2026-12-01T10:30", "en-GB", "GB", "Tuesday, 1 December 2026, 10:30"),
        ("2026-12-01T10:30", "en-US", "US", "Tuesday, December 1, 2026, 10:30 AM"),
        ("2026-12-01T10:30", "es", "GB", "martes, 1 de diciembre de 2026, 10:30"),
        ("2031-12-01T10:30", "en-GB", "GB", "Monday, 1 December 2031, 10:30"),
        ("", "en-GB", "GB", ""),
        ("01/12/2026", "en-GB", "GB", ""),
    ],
)
def test_what_was_understood_of_the_start_is_said_in_words(start: str, locale: str, region: str, words: str) -> None:
    assert echo_start(Choice(start=start), locale, region).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("blinatumomab-adult-en-GB-2026-04-01T1030.pdf", b"%PDF-"),
        ("blinatumomab-adult-en-GB-2026-04-01T1030.ics", b"small-gb/en-GB/blinatumomab-adult-en-GB-2026-04-01T1030.ics"),
        ("blinatumomab-adult-en-GB-2026-04-01T1030.png", None),
        ("blinatumomab-adult-en-GB.pdf", None),
        ("../manifest.json", None),
        ("", None),
    ],
)
def test_a_file_is_given_under_its_own_name_only(counter: Counter, name: str, begins: bytes | None) -> None:
    artifact = ask(counter, **FULL, start=START).artifact
    assert artifact
    data = file_of(name, artifact)
    assert data is None if begins is None else data is not None and data.startswith(begins)


def test_london_is_the_zone_of_the_small_hospital(counter: Counter) -> None:
    """What the hours above rest on."""
    assert counter.visit().sites["small-gb"].time_zone == LONDON
