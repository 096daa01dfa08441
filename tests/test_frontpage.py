"""The ward's front page: everything in its place, named as a nurse names it, and no word that cannot be translated."""

import re
from html import unescape
from typing import Any

import pytest
from frontpages import SITES, STEPS, make_all, make_entry, render_page, render_steps
from workshop import SHIPPED

from packbuilder.checks import check_passages, check_source, check_structure
from packbuilder.content import read_library
from packbuilder.frontpage import Document, FrontPage, Shown, SiteLine, Tile, address, arrange, make_steps
from packbuilder.markup import SILENT, Voice, render_block
from packbuilder.phrase import Reader, make_resolver
from packbuilder.site import read_site

NO_WORDS = re.compile(r"<style\b.*?</style>|<script\b.*?</script>|<[^>]*>", re.DOTALL)
SPOKEN = re.compile(r'\s(?:alt|aria-label|title|placeholder)="([^"]*)"')


def places(page: FrontPage) -> list[tuple[str, str, str]]:
    """Hospital, locale and reader of each tile, in their order."""
    return [(hospital.id, row.locale, tile.audience) for hospital in page.hospitals for row in hospital.rows for tile in row.tiles]


def only_tile(page: FrontPage) -> Tile:
    [hospital] = page.hospitals
    [row] = hospital.rows
    [tile] = row.tiles
    return tile


def show(locale: str = "en-GB", beside: Shown | None = None, **changes: Any) -> Document:
    """One document as the page shows it."""
    entry = make_entry(**changes)
    return only_tile(arrange([entry], {entry["path"]: beside or Shown()}, SITES, locale)).first


def languages(page: FrontPage) -> list[str]:
    return [language.name for language in page.languages]


# Order


def test_hospitals_stand_as_the_ward_names_them_then_languages_by_name_then_readers() -> None:
    entries = [
        make_entry(site, locale, audience)
        for audience in ("nurse", "parent", "adult")
        for site, locale in [("cedar-us", "es"), ("alder-gb", "zh-Hans"), ("alder-gb", "ar"), ("alder-gb", "en-GB")]
    ]
    readers = ("adult", "parent", "nurse")
    assert places(arrange(entries, {}, SITES, "en-GB")) == [
        (site, locale, audience)
        for site, locale in [("alder-gb", "en-GB"), ("alder-gb", "ar"), ("alder-gb", "zh-Hans"), ("cedar-us", "es")]
        for audience in readers
    ]


def test_the_language_of_the_staff_comes_first_and_names_the_others() -> None:
    entries = [make_entry(locale=locale) for locale in ("en-GB", "ar", "es", "pl")]
    assert languages(arrange(entries, {}, SITES, "pl")) == ["polski", "angielski", "arabski", "hiszpański"]


def test_a_tile_begins_with_the_pack_and_then_has_what_is_given_most() -> None:
    entries, shown = make_all("alder-gb", ("es",))
    page = arrange(entries[::-1], shown, SITES, "en-GB")
    tile = page.hospitals[0].rows[0].tiles[1]
    assert (tile.first.form, tile.first.kind) == ("standard", "pack")
    assert [(document.form, document.kind) for document in tile.near] == [("standard", "card")]
    forms = ["large-print", "booklet", "call-now", "single-cards", "fridge-card", "large-card", "phone-card", "staff"]
    assert [document.form for document in tile.further] == forms


def test_plans_with_dates_come_last_the_first_start_first() -> None:
    names = {"late.pdf": "2027-01-05T09:00", "early.pdf": "2026-12-01T10:30", "pack.pdf": ""}
    entries = [make_entry(path=path) for path in names] + [make_entry(form="staff")]
    shown = {path: Shown(start=start) for path, start in names.items()}
    tile = only_tile(arrange(entries, shown, SITES, "en-GB"))
    assert [document.start for document in tile.documents] == ["", "", "1 Dec 2026 10:30", "5 Jan 2027 09:00"]
    assert tile.first.href == "pack.pdf"


def test_a_form_that_the_page_does_not_know_comes_last_under_its_own_name() -> None:
    entries = [make_entry(form="braille"), make_entry(form="staff"), make_entry()]
    tile = only_tile(arrange(entries, {}, SITES, "en-GB"))
    assert [document.form for document in tile.documents] == ["standard", "staff", "braille"]
    assert ">braille<" in render_page(entries, {}, SITES)


@pytest.mark.parametrize("form", ["proof", "review"])
def test_a_working_paper_is_not_for_the_ward(form: str) -> None:
    page = arrange([make_entry(), make_entry(form=form)], {}, SITES, "en-GB")
    assert [document.form for document in only_tile(page).documents] == ["standard"]


def test_the_same_entries_in_any_order_give_the_same_page() -> None:
    entries, shown = make_all("alder-gb")
    assert render_page(entries, shown, SITES) == render_page(entries[::-1], shown, SITES)


# Names


def test_a_language_is_named_without_its_country_across_hospitals() -> None:
    page = arrange([make_entry("alder-gb", "en-GB"), make_entry("cedar-us", "en-US")], {}, SITES, "en-GB")
    assert [(language.key, language.own) for language in page.languages] == [("en", "English")]
    assert [row.locale for hospital in page.hospitals for row in hospital.rows] == ["en-GB", "en-US"]


def test_two_countries_of_one_language_in_one_hospital_keep_their_names() -> None:
    page = arrange([make_entry(locale="en-GB"), make_entry(locale="en-US"), make_entry(locale="fr-CA")], {}, SITES, "en-GB")
    assert [language.key for language in page.languages] == ["en-GB", "en-US", "fr"]
    assert languages(page) == ["English (United Kingdom)", "English (United States)", "French"]


def test_a_language_is_known_by_its_own_name_in_the_staffs_and_in_english() -> None:
    language = arrange([make_entry(locale="ar")], {}, SITES, "es").languages[0]
    assert (language.own, language.name, language.english, language.dir) == ("العربية", "árabe", "Arabic", "rtl")


def test_a_hospital_that_only_the_manifest_knows_comes_last_by_the_name_on_its_papers() -> None:
    page = arrange([make_entry("aaa-gb"), make_entry("cedar-us")], {}, SITES, "en-GB")
    assert [hospital.line.name for hospital in page.hospitals] == ["Cedar Clinic", "Hospital aaa-gb"]


# Documents


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/es/b.pdf", "a/es/b.pdf"),
        ("a b/c#d.pdf", "a%20b/c%23d.pdf"),
        ("a/50%?.pdf", "a/50%25%3F.pdf"),
        ("c:x.pdf", "c%3Ax.pdf"),
        ("ü/é.pdf", "%C3%BC/%C3%A9.pdf"),
        ("", ""),
    ],
)
def test_a_path_is_an_address_that_every_browser_opens(path: str, expected: str) -> None:
    assert address(path) == expected


def test_every_address_of_a_document_is_encoded() -> None:
    beside = Shown(picture="a b.png", phone="c d.png", calendar="e f.ics")
    document = show(beside=beside, path="g h.pdf")
    assert (document.href, document.picture, document.phone, document.calendar) == ("g%20h.pdf", "a%20b.png", "c%20d.png", "e%20f.ics")


@pytest.mark.parametrize(
    ("locale", "site", "expected"),
    [("en-GB", "alder-gb", "20 Nov 2028"), ("en-US", "cedar-us", "Nov 20, 2028"), ("es", "alder-gb", "20 nov 2028")],
)
def test_a_review_date_is_written_for_the_staff(locale: str, site: str, expected: str) -> None:
    assert show(locale, Shown(review="2028-11-20"), site=site).review == expected


def test_a_card_for_the_phone_opens_its_picture_and_has_no_paper_to_print() -> None:
    beside = Shown(phone="a/card.png", words="Call 020\n\nNo flush\n")
    document = show(beside=beside, form="phone-card", kind="card")
    assert document.opens == "a/card.png" and document.is_picture and document.words == ("Call 020", "No flush")
    html = render_page([make_entry(form="phone-card", kind="card")], {make_entry(form="phone-card", kind="card")["path"]: beside}, SITES)
    assert 'class="button print"' not in html and "<span>No flush</span>" in html


def test_a_card_for_the_phone_without_its_picture_is_a_document_like_others() -> None:
    document = show(form="phone-card", kind="card")
    assert document.opens == document.href and not document.is_picture


@pytest.mark.parametrize(
    ("changes", "differs"),
    [({}, False), ({"pages": 3}, False), ({"digest": "f" * 64}, True), ({"state": "release"}, True), ({"sample": True}, True)],
)
def test_a_form_of_another_text_or_state_says_so(changes: dict[str, Any], differs: bool) -> None:
    tile = only_tile(arrange([make_entry(), make_entry(form="large-print", **changes)], {}, SITES, "en-GB"))
    assert tile.differs(tile.documents[1]) is differs


@pytest.mark.parametrize(
    ("changes", "states", "words"),
    [
        ({}, {"draft"}, ["Draft, not for patients"]),
        ({"state": "release"}, {"release"}, ["Approved until", "20 Nov 2028"]),
        ({"sample": True}, {"draft", "sample"}, ["Sample", "Draft, not for patients"]),
    ],
)
def test_the_state_is_said_in_words_and_explained(changes: dict[str, Any], states: set[str], words: list[str]) -> None:
    entry = make_entry(**changes)
    shown = {entry["path"]: Shown(review="2028-11-20" if "release" in states else "")}
    assert arrange([entry], shown, SITES, "en-GB").states == states
    html = render_page([entry], shown, SITES)
    tile = html.partition("<article")[2].partition("</article>")[0]
    assert [word for word in words if word not in tile] == []
    assert ("made up" in html) is ("sample" in states)
    assert html.count("<dt>") == len(states)


# The page


def test_a_form_that_is_out_of_date_says_so_beside_one_that_is_not_and_is_not_printed() -> None:
    pack, card = make_entry(state="release"), make_entry(kind="card", state="release")
    html = render_page([pack, card], {}, SITES, outdated=[card["path"]]).partition("<article")[2].partition("</article>")[0]
    assert html.count('class="mark outdated"') == html.count('class="mark approved"') == 1
    assert f'href="{card["path"]}"' in html
    assert [path for path in (pack["path"], card["path"]) if f'href="{path}" target="_blank"' in html] == [pack["path"]]


def test_the_page_of_a_folder_without_prints_says_that_nothing_was_found() -> None:
    html = render_page([], {}, {})
    assert '<div class="nothing" id="nothing">' in html and "<article" not in html


def test_every_document_stands_once_in_the_list_for_paper() -> None:
    entries, shown = make_all("alder-gb")
    rows = render_page(entries, shown, SITES).partition('<div class="paper">')[2].split("<tr>")[2:]
    assert len(rows) == len(entries)
    spanish = [row for row in rows if "ALD-BLIN-PARENT-es" in row]
    assert len(spanish) == 10
    assert all("Parent of a child" in row and "Approved" in row and "20 Nov 2028" in row and "A4" in row for row in spanish[:7])


@pytest.mark.parametrize("more", [True, False])
def test_the_page_leads_only_to_pages_that_are_there(more: bool) -> None:
    html = render_page([make_entry()], {}, SITES, more=more)
    found = [name for name in ("before-cycle-1.html#site-alder-gb", "status.html", "evidence.html") if f'href="{name}"' in html]
    assert len(found) == (3 if more else 0)


def test_what_a_hospital_is_called_is_text_and_never_html() -> None:
    html = render_page([make_entry()], {make_entry()["path"]: Shown(title="<b>x</b>")}, {"alder-gb": SiteLine("A & <i>B</i>", '"C"')})
    assert "<i>" not in html and "<b>x" not in html
    assert "A &amp; &lt;i&gt;B&lt;/i&gt;" in html


def test_every_word_of_the_pages_can_be_translated() -> None:
    """With a sign in place of each message, no letters are left but those of the data."""
    entries, shown = make_all("alder-gb", ("ar", "es"))
    data = {"alder-gb": SiteLine("+", "+", "+")}
    shown = {
        path: Shown(picture="1.png", phone="2.png" * ("phone" in path), calendar="3.ics", review=beside.review)
        for path, beside in shown.items()
    }
    for html in (
        render_page(entries, shown, data, "ar", lambda _: "§"),
        render_steps([make_steps("alder-gb", data["alder-gb"], "<h2>+</h2><ol><li>+</li></ol>", "ar")], "ar", lambda _: "§"),
    ):
        assert "§" in html
        said = [unescape(NO_WORDS.sub(" ", html)), *map(unescape, SPOKEN.findall(html))]
        known = r"A4|español|[0-9a-f]{8}"
        left = [word for text in said for word in re.findall(r"[A-Za-z]+", re.sub(known, "", text))]
        assert left == []


def test_words_that_have_no_translation_do_not_break_an_attribute() -> None:
    html = render_page([make_entry()], {}, SITES, say=lambda words: f'<span class="untranslated" lang="en-GB">{words}</span>')
    assert 'aria-label="Find a pack"' in html
    assert not re.search(r'="[^"<>]*<', html.partition("</style>")[2].partition("<script>")[0])


# Before cycle 1


def test_the_heading_of_the_block_becomes_the_heading_of_the_page() -> None:
    steps = make_steps("alder-gb", SITES["alder-gb"], STEPS, "ar")
    assert (steps.anchor, steps.line.name, steps.dir, steps.heading) == ("site-alder-gb", "Alder Hospital", "rtl", "Before the first cycle")
    assert steps.html.startswith("<h3>Choose</h3>")
    assert make_steps("alder-gb", SITES["alder-gb"], "<p>Look.</p>", "en-GB").html == "<p>Look.</p>"


@pytest.mark.parametrize(
    ("site", "values"),
    [
        ("example-gb", ["020 7946 0123", "020 7946 0160", "999", "37.5 °C", "38.0 °C", "36.0 °C"]),
        ("example-us", ["(202) 555-0123", "(202) 555-0160", "911", "100.4 °F"]),
    ],
)
def test_the_steps_carry_each_hospitals_own_numbers(site: str, values: list[str]) -> None:
    library, problems = read_library(SHIPPED)
    line, wrong = read_site(SHIPPED.handouts / "sites" / f"{site}.toml", SHIPPED.root)
    assert line and not problems and not wrong
    resolve = make_resolver(Reader(library, line, "nurse", line.staff_locale), lambda _, source: source)
    html, _ = render_block(library.blocks["before-cycle.nurse"], Voice(lambda _, source: source, resolve))
    words = unescape(NO_WORDS.sub("", html)).replace("\u00a0", " ")
    assert [value for value in values if value not in words] == []
    assert "pen-line" not in html and words.count("Nobody flushes the line") == 1


def test_the_steps_keep_the_rules_of_every_block() -> None:
    library, problems = read_library(SHIPPED)
    assert not problems
    block = library.blocks["before-cycle.nurse"]
    html, passages = render_block(block, SILENT)
    found = [*check_source(block, library), *check_passages(block, passages, library), *check_structure(block, html, passages)]
    assert found == []
    assert all(passage.evidence for passage in passages if passage.tag in ("li", "p"))
