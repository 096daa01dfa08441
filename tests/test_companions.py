"""What goes with a PDF: where it stands, what the phone card says where nobody can see it, and dates only for a plan that has some."""

import re
from dataclasses import replace
from functools import cache
from io import BytesIO

import pikepdf
import pytest
from dates import dated, library
from PIL import Image
from workshop import echo_catalog, make_rooms, pages_of, plan, sign, small, small_library, small_site, translated, write

from packbuilder.catalog import Translations
from packbuilder.companions import calendar_path, calendar_words, make_companions, phone_path, picture_path, show
from packbuilder.edition import print_edition
from packbuilder.forms import kinds_of
from packbuilder.frontpage import Shown
from packbuilder.model import FORMATS, Edition, Format, Manuscript
from packbuilder.picture import WIDTH
from packbuilder.prepare import prepare
from packbuilder.typeset import make_environment, typeset

ENV = make_environment(small().templates)
NUMBER, RULE = "020 7946 0123", "above 37.5 °C (99.5 °F)"
START = "2026-12-01T10:30"


def write_dated(locale: str = "en-GB", catalogs: dict[str, Translations] | None = None) -> Manuscript:
    """The adult pack of the small project with the dates of one cycle."""
    schedule = dated(START, cycle=1, bag_days="3,4", break_days=14, hospital_days=3)
    edition = replace(plan(small_site(), "adult", locale, library=library()), schedule=schedule)
    [manuscript], problems = prepare([edition], make_rooms(library(), catalogs=catalogs), ENV, schedule.plan.start.date())
    assert not problems
    return manuscript


def phone_card(locale: str = "en-GB", audience: str = "adult") -> Manuscript:
    catalogs = {locale: echo_catalog()} if locale == "ar" else {}
    return write(audience, locale, "card", format_="phone-card", catalogs=catalogs)


def html_of(manuscript: Manuscript) -> str:
    return typeset(manuscript, ENV, dict.fromkeys(manuscript.panels, 10.0))


@cache
def make_pdf() -> bytes:
    """A page as tall as a telephone."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(90 * 72 / 25.4, 195 * 72 / 25.4))
        data = BytesIO()
        pdf.save(data)
    return data.getvalue()


# Where they stand


@pytest.mark.parametrize(
    ("form", "picture"),
    [
        ("standard", "small-gb/pl/pictures/blinatumomab-adult-pl.png"),
        ("booklet", "small-gb/pl/pictures/blinatumomab-adult-pl-booklet.png"),
        ("fridge-card", "small-gb/pl/pictures/blinatumomab-adult-pl-fridge-card.png"),
    ],
)
def test_the_picture_of_a_first_page_has_the_name_of_its_pdf(form: Format, picture: str) -> None:
    assert picture_path(plan(small_site(), "adult", "pl", kinds_of(small_library().packs["adult"], form)[0], format_=form)) == picture


def test_the_card_for_a_phone_and_the_calendar_stand_beside_their_pdf() -> None:
    card = plan(small_site(), "adult", "pl", "card", format_="phone-card")
    assert phone_path(card) == "small-gb/pl/blinatumomab-adult-pl-phone-card.png"
    pack = replace(plan(small_site(), "adult", "pl"), schedule=dated(START))
    assert calendar_path(pack) == "small-gb/pl/blinatumomab-adult-pl-2026-12-01T1030.ics"
    assert picture_path(pack) == "small-gb/pl/pictures/blinatumomab-adult-pl-2026-12-01T1030.png"


def test_no_two_files_have_the_same_name() -> None:
    editions = [
        Edition(small_site(), pack, "en-GB", form, kind, schedule)
        for pack in small_library().packs.values()
        for form in FORMATS
        for kind in kinds_of(pack, form)
        for schedule in (None, dated(START), dated("2026-12-02T10:30"))
    ]
    paths = [path for edition in editions for path in (edition.path, picture_path(edition), phone_path(edition), calendar_path(edition))]
    assert len(set(paths)) == len(paths) > 100


# What is made


def test_a_pack_has_a_picture_of_its_first_page_and_nothing_else() -> None:
    manuscript = write()
    made = make_companions(manuscript, make_pdf(), ENV)
    assert list(made) == [picture_path(manuscript.edition)]
    assert Image.open(BytesIO(made[picture_path(manuscript.edition)])).width == WIDTH


def test_the_card_for_a_phone_is_a_picture_as_wide_as_its_screen() -> None:
    """1080 points across, and as tall as the screens that people carry."""
    artifact = print_edition(phone_card(), small())
    assert not artifact.problems
    assert set(artifact.companions) == {picture_path(artifact.edition), phone_path(artifact.edition)}
    picture = Image.open(BytesIO(artifact.companions[phone_path(artifact.edition)]))
    assert (picture.format, picture.width) == ("PNG", 1080) and abs(picture.height - 2340) <= 1
    assert len(artifact.companions[phone_path(artifact.edition)]) < 200_000, "small enough to be sent"


def test_only_a_plan_with_dates_has_a_calendar() -> None:
    manuscript = write_dated()
    made = make_companions(manuscript, make_pdf(), ENV)
    assert list(made) == [picture_path(manuscript.edition), calendar_path(manuscript.edition)]
    calendar = made[calendar_path(manuscript.edition)].decode().replace("\r\n ", "")
    assert calendar.startswith("BEGIN:VCALENDAR") and "DTSTART:20261201T103000Z" in calendar and NUMBER in calendar
    assert "{" not in calendar, "every value is filled in"
    assert make_companions(manuscript, make_pdf(), ENV) == made, "same input, same bytes"


# The words of the calendar

WORDS = {"title", "start", "bag", "step", "hospital", "stop", "break", "next", "call"}


def test_the_calendar_says_what_happens_and_whom_to_call() -> None:
    words = calendar_words(write(), ENV)
    assert set(words) == WORDS and all(words.values())
    assert NUMBER in words["call"] and RULE in words["call"]
    assert not any(re.search(r"[<>{}&]", text) for text in words.values())


def test_the_calendar_speaks_the_readers_language() -> None:
    words = calendar_words(write("adult", "pl", catalogs={"pl": translated({"Bag change": "Zmiana worka"})}), ENV)
    assert words["bag"] == "Zmiana worka" and "37,5 °C" in words["call"]


def test_in_a_right_to_left_language_every_number_of_the_calendar_keeps_its_order() -> None:
    """Plain text has no markup: FSI, LRI and PDI are characters (UAX 9)."""
    words = calendar_words(write("adult", "ar", catalogs={"ar": echo_catalog()}), ENV)
    assert f"\u2066{NUMBER}\u2069" in words["call"] and "\u206637.5 °C (99.5 °F)\u2069" in words["call"]
    assert "\u2066" not in calendar_words(write(), ENV)["call"], "where nothing is turned round no mark is needed"


# What the front page says


def test_the_front_page_shows_the_picture_of_every_pdf_and_what_else_there_is() -> None:
    assert show(write(), html_of(write())) == Shown(
        title="A small pack", code="NF-BLIN-ADULT-en-GB", picture="small-gb/en-GB/pictures/blinatumomab-adult-en-GB.png"
    )
    written = write_dated()
    shown = show(written, html_of(written))
    assert (shown.start, shown.calendar) == ("2026-12-01T10:30+00:00", calendar_path(written.edition))
    assert shown.picture == picture_path(written.edition) and not (shown.phone or shown.words)


def test_the_dates_of_a_signature_are_shown() -> None:
    real = replace(small_site(), sample=False)
    shown = show(write(site=real, approvals=[sign(write(site=real))]), "")
    assert (shown.approved, shown.review) == ("2026-03-02", "2027-03-02")


@pytest.mark.parametrize(("audience", "rule"), [("adult", RULE), ("parent", "38.0 °C (100.4 °F) or above")])
def test_the_words_of_a_phone_card_hold_the_number_and_the_rule(audience: str, rule: str) -> None:
    """Who cannot see the picture hears, or copies, the same."""
    written = phone_card(audience=audience)
    shown = show(written, html_of(written))
    assert shown.phone == phone_path(written.edition)
    lines = shown.words.split("\n")
    for wanted in (
        NUMBER,
        rule,
        "Call 999 for a fit.",
        "Do not flush this line.",
        f"Call {NUMBER} first.",
        "The pump stops",
    ):
        assert any(wanted in line for line in lines), wanted


def test_the_words_of_a_phone_card_are_those_that_an_eye_reads() -> None:
    """`Call tel:999 999` would send somebody to a number that is not there; the foot of a panel is for the ward."""
    written = phone_card()
    lines = show(written, html_of(written)).words.split("\n")
    assert not any("tel:" in line or "+44" in line for line in lines), lines
    assert not any(written.digest[:8] in line for line in lines if "NF-BLIN" not in line), lines
    # Each number as often as on the paper.
    [paper] = pages_of(print_edition(written, small()).pdf)
    assert " ".join(lines).count(NUMBER) == paper.count(NUMBER) == 2


def test_in_a_right_to_left_language_every_number_of_the_words_keeps_its_order() -> None:
    """As plain text the groups of a number would change places: 0123 7946 020 (UAX 9, W2 and N1)."""
    written = phone_card("ar")
    words = show(written, html_of(written)).words
    assert words.count(f"\u2066{NUMBER}\u2069") == words.count(NUMBER) == 2, words
