"""Every form on paper, from the small project: without fault, on as many pages of the right size as it should have, in both directions.

What the read-back catches is in `test_readback.py`; what the shipped texts look like in `test_edition.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from workshop import (
    LONG,
    SMALL_SITE_TEXT,
    assert_clean,
    change_toml,
    echo_catalog,
    make_real,
    pages_of,
    site_from,
    small,
    small_library,
    small_site,
    translated,
    write,
)

from packbuilder.assemble import plan_editions
from packbuilder.boxes import Frame, collect_panels, page_sizes
from packbuilder.companions import phone_path, picture_path
from packbuilder.edition import print_edition
from packbuilder.forms import SHAPES, kinds_of, panel_height, panels_of, shape_of
from packbuilder.model import FORMATS, Artifact, Edition, Format, Site
from packbuilder.printer import Press, lay_out
from packbuilder.typeset import make_environment, typeset

MM = 72 / 25.4  # points
A4, PHONE = (210.0, 297.0), (90.0, 195.0)  # mm
LOCALES = ("en-GB", "ar")
# Pages and their size in mm; None: as many as the text takes.
PAPER: dict[Format, tuple[int | None, tuple[float, float]]] = {
    "large-print": (None, A4),
    "booklet": (None, (297.0, 210.0)),
    "call-now": (1, A4),
    "staff": (None, A4),
    "single-cards": (2, A4),
    "fridge-card": (1, A4),
    "large-card": (1, A4),
    "phone-card": (1, PHONE),
}


@cache
def printed(form: Format, locale: str) -> Artifact:
    """One form of a pack of the small project. Arabic says all in the source's words, on a page from right to left."""
    audience, catalogs = ("adult", {}) if locale == "en-GB" else ("parent", {locale: echo_catalog()})
    [kind] = kinds_of(small_library().packs[audience], form)
    return print_edition(write(audience, locale, kind, format_=form, catalogs=catalogs), small())


def words(form: Format, locale: str = "en-GB") -> str:
    return " ".join(pages_of(printed(form, locale).pdf))


def test_no_form_is_left_out() -> None:
    """The standard pack and its card are printed in many other tests."""
    assert set(PAPER) == set(FORMATS) - {"standard"}


CASES = [(form, locale) for form in PAPER for locale in LOCALES if form != "staff" or locale != "en-GB"]
MANY_PAGES = [("large-print", "ar"), ("booklet", "ar")]  # the same in English stand for them in the default suite


@pytest.mark.parametrize(
    ("form", "locale"), [pytest.param(*case, marks=LONG if case in MANY_PAGES else (), id="-".join(case)) for case in CASES]
)
def test_every_form_prints_without_fault(form: Format, locale: str) -> None:
    artifact = printed(form, locale)
    assert_clean(artifact)
    count, size = PAPER[form]
    edition = artifact.edition
    with pikepdf.open(BytesIO(artifact.pdf)) as pdf:
        assert len(pdf.pages) == artifact.entry["pages"] == (count or len(pdf.pages))
        for page in pdf.pages:
            box = [float(value) / MM for value in page.MediaBox]
            assert box == pytest.approx([0, 0, *size], abs=0.05)
        assert str(pdf.Root.Lang) == locale and "A small pack" in str(pdf.docinfo["/Title"])
        with pdf.open_metadata() as metadata:
            # A booklet's pages have no tags, so it must not say that a screen reader can have it.
            assert metadata.get("pdfuaid:part") == (None if form == "booklet" else "1")
    entry = artifact.entry
    assert (entry["format"], entry["path"], entry["state"]) == (form, edition.path, "draft")
    assert entry["path"].endswith(f"-{locale}-{form}.pdf")
    assert entry["facts"]["phone_24h"] == "020 7946 0123"
    assert set(artifact.companions) == {picture_path(edition), *([phone_path(edition)] if form == "phone-card" else [])}


def test_the_call_now_sheet_is_page_one_alone() -> None:
    text = words("call-now")
    assert "Call us, day or night" in text and "020 7946 0123" in text and "above 37.5 °C (99.5 °F)" in text
    assert not re.search("What is a fever|Can I have a bath|About this pack|I have the drug", text)


def test_large_print_has_the_whole_pack_and_its_card() -> None:
    text = words("large-print")
    for wanted in ("Call us, day or night", "What is a fever?", "Can I have a bath?", "About this pack", "Your card", "I have the drug"):
        assert wanted in text


def test_a_booklet_has_the_pack_in_large_print_without_the_card() -> None:
    artifact = printed("booklet", "en-GB")
    assert 'class="large-print booklet"' in artifact.html
    text = words("booklet")
    for wanted in ("Call us, day or night", "What is a fever?", "Can I have a bath?", "About this pack"):
        assert wanted in text
    assert "I have the drug" not in text and "Your card" not in text, "a card of half the size could not be read"
    assert artifact.entry["pages"] % 2 == 0, "two sides of each sheet"


def test_each_card_says_what_a_card_is_for() -> None:
    copies = {form: shape_of(form).copies["A4"] for form in SHAPES}
    for form, count in copies.items():
        text = words(form)
        assert text.count("above 37.5 °C (99.5 °F)") == count and text.count("Call 999 for a fit.") == count
        assert text.count("Do not flush") == (count if "staff" in panels_of(form) else 0)
    assert copies == {"single-cards": 10, "fridge-card": 2, "large-card": 1, "phone-card": 1}


def test_on_a_phone_there_is_no_line_to_write_on() -> None:
    assert "pen-line" in printed("single-cards", "en-GB").html and words("single-cards").count("Name") == 10
    assert 'class="pen-line"' not in printed("phone-card", "en-GB").html and "Name" not in words("phone-card")


def test_a_released_card_bears_no_mark_on_any_panel() -> None:
    written = replace(write("adult", kind="card", site=make_real(), format_="phone-card"), state="release", reasons=())
    artifact = print_edition(written, small())
    assert_clean(artifact)
    assert not re.search("SAMPLE|DRAFT|Draft", " ".join(pages_of(artifact.pdf)))


# Where the cards stand on the sheet

AMERICAN = (
    'region = "US"\npaper = "Letter"\ncontact.phone_24h = "(202) 555-0123"\ncontact.phone_day = "(202) 555-0145"\n'
    'contact.pump_help = "(202) 555-0199"\ncontact.interpreter = "(202) 555-0160"\ncontact.emergency = "911"'
)
SHEETS = {"A4": A4, "Letter": (215.9, 279.4)}  # mm
MARGIN = 4.0  # mm


def site_on(paper: str, folder: Path) -> Site:
    site, problems = site_from(change_toml(SMALL_SITE_TEXT, AMERICAN if paper == "Letter" else ""), folder)
    assert site and not problems, problems
    return site


def frames_of(form: Format, site: Site, press: Press, locale: str = "en-GB") -> tuple[list[Frame], list[tuple[float, float]]]:
    """The panels on their sheets, and the size of each sheet, in mm."""
    catalogs = {locale: echo_catalog()} if locale == "ar" else {}
    written = write("adult", locale, "card", site, format_=form, catalogs=catalogs)
    html = typeset(written, make_environment(small().templates), dict.fromkeys(written.panels, 8.0))
    document, _, _ = lay_out(html, press, written.edition.path)
    frames = [
        replace(frame, left=frame.left / MM, right=frame.right / MM, top=frame.top / MM, bottom=frame.bottom / MM)
        for frame in collect_panels(document)
    ]
    return frames, [(width / MM, height / MM) for width, height in page_sizes(document)]


WAYS = [("A4", "ar"), ("Letter", "en-US")]
SHEETS_OF = [(form, *way) for form in SHAPES for way in (*WAYS, *((("A4", "en-GB"), ("Letter", "ar")) if form == "single-cards" else ()))]


@pytest.mark.parametrize(("form", "paper", "locale"), SHEETS_OF)
def test_cards_have_their_size_and_stand_where_a_printer_prints(
    form: Format, paper: str, locale: str, press: Press, tmp_path: Path
) -> None:
    shape = shape_of(form)
    frames, sizes = frames_of(form, site_on(paper, tmp_path), press, locale)
    assert len(frames) == shape.copies[paper] * len(shape.panels) and len(sizes) == shape.sides
    width, height = PHONE if form == "phone-card" else SHEETS[paper]
    margin = 0.0 if form == "phone-card" else MARGIN
    for frame in frames:
        assert sizes[frame.page - 1] == pytest.approx((width, height), abs=0.05)
        assert frame.right - frame.left == pytest.approx(shape.width, abs=0.05)
        assert frame.bottom - frame.top == pytest.approx(panel_height(shape, frame.name), abs=0.05)
        assert frame.left >= margin - 0.01 and frame.right <= width - margin + 0.01
        assert frame.top >= margin and frame.bottom <= height - margin
    assert not list(overlaps(frames))
    # In the middle of the width, and on both sides at the same places: turned on the long edge, a back lies behind its front.
    left, right = min(frame.left for frame in frames), width - max(frame.right for frame in frames)
    assert left == pytest.approx(right, abs=0.5)
    if shape.sides == 2:
        sides = [{(round(frame.left, 1), round(frame.top, 1)) for frame in frames if frame.page == page} for page in (1, 2)]
        assert sides[0] == sides[1] and len(sides[0]) == shape.copies[paper]
        assert [{frame.name for frame in frames if frame.page == page} for page in (1, 2)] == [{name} for name in shape.panels]


def overlaps(frames: list[Frame]) -> Iterator[tuple[Frame, Frame]]:
    for index, one in enumerate(frames):
        for two in frames[index + 1 :]:
            across = min(one.right, two.right) - max(one.left, two.left)
            if one.page == two.page and across > 0.05 and min(one.bottom, two.bottom) - max(one.top, two.top) > 0.05:
                yield one, two


# The staff's copy

POLISH = {"What is a fever?": "Co to jest gorączka?", "Keep warm": "Proszę się ogrzać", "Call {phone_24h} now if": "Teraz {phone_24h}, gdy"}


@pytest.fixture(scope="module")
def staff_copy() -> Artifact:
    """Polish for the reader, beside the English of the staff: numbers are written in another way in each."""
    return print_edition(write("adult", "pl", format_="staff", catalogs={"pl": translated(POLISH)}), small())


def cells_of(html: str) -> list[tuple[str, str]]:
    """The rows of the staff copy: what the staff read, and what the reader reads."""
    rows = re.findall(r"<tr class=[^>]*><td lang=\"en-GB\" dir=\"ltr\">(.*?)</td>\s*<td>(.*?)</td></tr>", html, re.DOTALL)
    return [tuple(" ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in row) for row in rows]  # type: ignore[misc]


def test_the_staffs_copy_has_both_languages_side_by_side(staff_copy: Artifact) -> None:
    assert_clean(staff_copy)
    rows = dict(cells_of(staff_copy.html))
    for source, target in POLISH.items():
        assert rows[source.replace("{phone_24h}", "020 7946 0123")] == target.replace("{phone_24h}", "020 7946 0123")
    text = " ".join(pages_of(staff_copy.pdf))
    assert "Co to jest gorączka?" in text and "What is a fever?" in text
    assert "English (United Kingdom)" in staff_copy.html and "polski" in staff_copy.html


def test_the_values_of_both_languages_are_filled_in(staff_copy: Artifact) -> None:
    [(ours, theirs)] = [row for row in cells_of(staff_copy.html) if row[0].startswith("the heat is")]
    assert ours.startswith("the heat is above 37.5 °C (99.5 °F), or 37.2 °C (99.0 °F) or above for 2 hours")
    assert theirs.startswith("the heat is above 37,5 °C (99,5 °F), or 37,2 °C (99,0 °F) or above for 2 godziny")
    text = " ".join(pages_of(staff_copy.pdf))
    assert "37.5 °C" in text and "37,5 °C" in text


def test_no_name_of_a_placeholder_is_left_in_the_staffs_copy(staff_copy: Artifact) -> None:
    rows = cells_of(staff_copy.html)
    assert len(rows) > 20
    assert not re.search(r"\{\w+\}", staff_copy.html.partition("</head>")[2])
    assert not any("{" in cell for row in rows for cell in row)


def test_a_hospitals_own_sentence_stands_in_the_staffs_copy(staff_copy: Artifact) -> None:
    ours = [row[0] for row in cells_of(staff_copy.html)]
    assert "Shower with the pump kept dry." in ours and "The battery is low." in ours


def test_what_is_not_translated_is_named_in_the_staffs_copy() -> None:
    """Half a translation is a draft, and the nurse who explains it must see what the reader does not have."""
    some = {key: entry for key, entry in translated(POLISH).items() if entry.source in POLISH}
    html = typeset(write("adult", "pl", format_="staff", catalogs={"pl": some}), make_environment(small().templates))
    rows = dict(cells_of(html))
    assert rows["What is a fever?"] == POLISH["What is a fever?"] and rows["Can I have a bath?"] == "not translated"


def planned(site: Site, *formats: str) -> list[Edition]:
    return list(plan_editions([site], small_library(), formats=formats))


@pytest.mark.parametrize(
    ("staff", "locales", "wanted"),
    [
        ("en-GB", ("en-GB", "en-US", "pl"), {"pl"}),
        ("pl", ("en-GB", "pl"), {"en-GB"}),
        ("es", ("es", "es-MX", "ar"), {"ar"}),
        ("zh-Hans", ("zh-Hans", "zh-Hant"), {"zh-Hant"}),
    ],
)
def test_nobody_needs_a_copy_in_the_language_that_they_read(staff: str, locales: tuple[str, ...], wanted: set[str]) -> None:
    editions = planned(replace(small_site(), staff_locale=staff, locales=locales), "staff")
    assert {edition.locale for edition in editions} == wanted
    assert {edition.audience for edition in editions} == {"adult", "parent"} and {edition.kind for edition in editions} == {"pack"}


def test_all_forms_together_are_planned_with_a_path_each() -> None:
    site = replace(small_site(), locales=("en-GB", "pl"), formats=FORMATS)
    paths = [edition.path for edition in planned(site)]
    assert len(set(paths)) == len(paths) == 2 * (2 * 9 + 2) + 2, "ten prints for each reader and language, one fewer in the staff's own"
