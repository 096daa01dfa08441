"""Read-back: a wrong print is caught, whatever went wrong between the manuscript and the paper, and a good one is let through.

Each case breaks one thing in a page that is otherwise right, as a faulty template, style sheet, font or layout engine would.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from workshop import (
    ROOT,
    SMALL_SITE_TEXT,
    assert_clean,
    block_text,
    change_toml,
    codes,
    echo_catalog,
    panel_text,
    site_from,
    small,
    small_library,
    write,
)

from packbuilder.edition import print_edition
from packbuilder.fit import fit_card
from packbuilder.forms import SHAPES
from packbuilder.imposition import impose
from packbuilder.model import FORMATS, Library, Limits, Manuscript, PackEntry, PrintedFact, Problem
from packbuilder.pool import print_all
from packbuilder.printer import Press, print_pdf
from packbuilder.readback import PAGE_ONE, pages_of_section, read_back, read_back_booklet
from packbuilder.typeset import make_environment, typeset

FONTS = ROOT / "templates" / "fonts"
CUNEIFORM = "\U00012000"  # no font of ours will ever have it
Edit = Callable[[str], str]
ANY = ""  # the case must be found; under which code is open


@cache
def cardless() -> Library:
    """The small library without cards: a pack of two pages, quick to print."""
    library = small_library()
    packs = {
        name: replace(pack, has_card=False, entries=tuple(entry for entry in pack.entries if entry.block != "card"))
        for name, pack in library.packs.items()
    }
    return replace(library, packs=packs)


def with_entry(library: Library, block: str, text: str) -> Library:
    """The library with one more block at the end of the adult pack."""
    pack = library.packs["adult"]
    longer = replace(pack, entries=(*pack.entries, PackEntry(block)))
    example = replace(library.blocks["fever"], stem=block, name=block, text=text)
    return replace(library, packs={**library.packs, "adult": longer}, blocks={**library.blocks, block: example})


@cache
def manuscript(name: str) -> Manuscript:
    if name == "card":
        return write("adult", kind="card")
    if name == "right-to-left":
        return write("nurse", "ar", catalogs={"ar": echo_catalog()})
    if name in SHAPES:
        return write("adult", kind="card", format_=name)  # type: ignore[arg-type]
    if name == "staff":
        return write("adult", "ar", library=cardless(), catalogs={"ar": echo_catalog(cardless())}, format_="staff")
    if name in FORMATS:
        return write("adult", library=cardless(), format_=name)  # type: ignore[arg-type]
    return write("adult", library=cardless())


@cache
def page(which: str, press: Press) -> str:
    """The HTML of one of the manuscripts. Lists in columns take most of the time of a layout and are left to other tests."""
    env = make_environment(small().templates)
    written = manuscript(which)
    return style("ul { columns: auto !important }")(typeset(written, env, fit_card(written, env, press)[0]))


def read(html: str, manuscript: Manuscript, press: Press) -> tuple[Problem, ...]:
    """All that is found in a print of this HTML: what WeasyPrint said, and what was read back."""
    proof = print_pdf(html, press, manuscript.edition.path)
    return (*proof.problems, *read_back(proof, manuscript, FONTS))


def swap(pattern: str, replacement: str, count: int = 0) -> Edit:
    """An edit of the HTML that must find something to change."""

    def edit(html: str) -> str:
        changed, found = re.subn(pattern, replacement, html, count=count)
        assert found, f"{pattern!r} is not on the page: the template has changed"
        return changed

    return edit


def style(rules: str) -> Edit:
    """An edit that adds style rules."""
    return swap("</head>", f"<style>{rules}</style></head>")


def fact(name: str) -> str:
    """A pattern for a fact in the HTML, in three groups: opening tags, words, closing tags."""
    return rf'(<bdi[^>]*data-fact="{name}"[^>]*>(?:<a[^>]*>)?)([^<]*)((?:</a>)?</bdi>)'


def reverse_number(html: str) -> str:
    changed, found = re.subn(fact("phone_24h"), lambda match: match[1] + match[2][::-1] + match[3], html)
    assert found
    return changed


BROKEN: list[tuple[str, str, Edit, str]] = [
    ("a wrong digit in a telephone number", "pack", swap(fact("phone_24h"), r"\g<1>020 7946 0132\3"), "WRONG_FACT"),
    ("one digit too few", "pack", swap(fact("phone_24h"), r"\g<1>020 7946 012\3", 1), "WRONG_FACT"),
    ("one digit too many", "pack", swap(fact("phone_24h"), r"\g<1>020 7946 01233\3", 1), "WRONG_FACT"),
    ("a wrong temperature", "pack", swap("37.5\u00a0°C", "38.5\u00a0°C", 1), "WRONG_FACT"),
    ("a temperature without its decimal point", "pack", swap("37.5\u00a0°C", "375\u00a0°C", 1), "WRONG_FACT"),
    ("a number written backwards", "pack", reverse_number, "WRONG_FACT"),
    ("a wrong emergency number", "pack", swap(fact("emergency_number"), r"\g<1>990\3"), "WRONG_FACT"),
    (
        "a fact that the manuscript does not have",
        "pack",
        swap("Leave the pump", '<bdi dir="ltr" data-fact="made_up">12</bdi> Leave the pump'),
        "WRONG_FACT",
    ),
    ("numbers that a right-to-left page turns round", "right-to-left", swap(r'(<bdi[^>]*?) dir="ltr"', r"\1"), "WRONG_FACT"),
    (
        "one number that a right-to-left page turns round",
        "right-to-left",
        swap(r'(<bdi[^>]*data-fact="phone_24h"[^>]*?) dir="ltr"', r"\1", 1),
        "WRONG_FACT",
    ),
    ("a number drawn mirrored", "pack", style(".fact { unicode-bidi: bidi-override !important; direction: rtl !important }"), "WRONG_FACT"),
    (
        "a number over two lines",
        "pack",
        style(".number-panel .fact { display: inline-block; width: 30mm; white-space: normal !important }"),
        "WRONG_FACT",
    ),
    ("a number that is not drawn", "pack", style(".admonition .fact { visibility: hidden }"), "WRONG_FACT"),
    ("a number that is cut off", "pack", style(".number-panel .number { overflow: hidden; width: 30mm }"), ANY),
    ("a line that is left out", "pack", style("li:last-child { display: none !important }"), "LOST_WORDS"),
    (
        "lines that do not fit and are thrown away",
        "pack",
        style("p { max-lines: 1 !important; continue: discard !important; width: 30mm }"),
        "LOST_WORDS",
    ),
    ("words from nowhere", "pack", swap("Leave the pump", '<span style="display: none">Never</span> Leave the pump'), "LOST_WORDS"),
    ("text over other text", "pack", style(".block-fever p { position: relative; top: 9mm }"), "COLLISION"),
    ("a fixed height with text that goes on", "pack", style(".block-fever p { height: 3mm; width: 60mm }"), "COLLISION"),
    ("a fixed height that cuts a line off", "pack", style(".block-fever p { height: 3mm; width: 60mm; overflow: hidden }"), "COLLISION"),
    ("a picture over text", "pack", style(".block-call-now img { position: relative; left: -60mm }"), "COLLISION"),
    (
        "an icon under words",
        "pack",
        swap("Keep warm", '<span class="icon icon-drop" style="position: absolute"></span>Keep warm', 1),
        "COLLISION",
    ),
    ("text past the edge of the page", "pack", style(".block-fever p { position: relative; left: -40mm }"), "PAST_PAGE"),
    ("text past the foot of the page", "pack", style(".block-fever p { position: relative; top: 280mm }"), "PAST_PAGE"),
    ("a character that no font has", "pack", swap("Keep warm", f"Keep warm {CUNEIFORM}"), "MISSING_GLYPH"),
    ("a picture that is not there", "pack", swap("Leave the pump", '<img src="pictures/none.svg" alt="none"/> Leave the pump'), "PRINTER"),
    (
        "a picture from the network",
        "pack",
        swap("Leave the pump", '<img src="https://example.org/x.png" alt="none"/> Leave the pump'),
        "PRINTER",
    ),
    (
        "a picture from outside the templates",
        "pack",
        swap("Leave the pump", '<img src="../handouts/packs.toml" alt="none"/> Leave the pump'),
        "PRINTER",
    ),
    ("a style rule with a slip", "pack", style("p { colour: red }"), "PRINTER"),
    ("no marks on the first page", "pack", style("@page :first { @top-center { content: none !important } }"), "MARKS"),
    ("no marks from the second page on", "pack", style("@page :nth(n+2) { @top-center { content: none !important } }"), "MARKS"),
    ("no marks at all", "pack", style(".marks { display: none !important }"), "MARKS"),
    ("a sample that does not say so", "pack", swap("SAMPLE · ", ""), "MARKS"),
    ("a draft that does not say so", "pack", swap(" · DRAFT", ""), "MARKS"),
    ("a call-now page that goes over", "pack", style(".block-call-now .emergency { margin-top: 190mm !important }"), "CALL_NOW"),
    (
        "a call-now page that comes second",
        "pack",
        style(".block-call-now { break-before: page } body::before { content: 'x'; display: block }"),
        "CALL_NOW",
    ),
    ("a call-now page that is not there", "pack", swap('id="call-now"', 'id="call-later"'), "CALL_NOW"),
    ("no 24-hour number on page one", "pack", swap(fact("phone_24h"), ""), "MISSING_FACT"),
    ("no emergency number on page one", "pack", swap(fact("emergency_number"), ""), "MISSING_FACT"),
    ("no fever rule on page one", "pack", swap(r'<span[^>]*data-fact="call_temperature">.*?</span>', ""), "MISSING_FACT"),
    ("a panel without the number", "card", swap(fact("phone_24h"), "", 1), "MISSING_FACT"),
    ("a panel without the fever rule", "card", swap(r'<span[^>]*data-fact="call_temperature">.*?</span>', "", 1), "MISSING_FACT"),
    ("a sheet with one card", "card", style(".wallet ~ .wallet { display: none !important }"), "MISSING_PANEL"),
    ("a panel with another name", "card", swap("panel-front", "panel-fron", 1), "MISSING_PANEL"),
    ("a wrong digit on the card", "card", swap(fact("phone_24h"), r"\g<1>020 7946 0124\3", 1), "WRONG_FACT"),
    ("text past the panel", "card", style(".panel-inside-left ul { position: relative; top: 40mm }"), "PAST_PANEL"),
    ("a panel whose text is cut off", "card", style(".panel { overflow: hidden } .panel-inside-left ul { font-size: 30pt }"), "PAST_PANEL"),
    ("a panel of which a line is cut off", "card", style(".panel-inside-left ul { height: 4mm; overflow: hidden }"), ANY),
    (
        "a paragraph at the end of a page that is cut off",
        "pack",
        style(".block:last-child p { height: 4mm; width: 30mm; overflow: hidden }"),
        ANY,
    ),
]


# The other forms. Each is let through without the mistake, see below.
TWO_PAGES = style(".block-call-now .emergency { break-before: page }")
BROKEN += [
    (
        "ten cards of which one is not there",
        "single-cards",
        style(".cards > .panel:last-child { display: none !important }"),
        "MISSING_PANEL",
    ),
    ("cards to laminate without their other side", "single-cards", style(".cards-sheet ~ .cards-sheet { display: none }"), "CARD_SHEET"),
    ("two sides on one sheet", "phone-card", style(".panel-staff { break-before: page }"), "CARD_SHEET"),
    ("one card for the fridge", "fridge-card", style(".cards > .panel:last-child { display: none !important }"), "MISSING_PANEL"),
    ("a large card that is not there", "large-card", style(".cards { display: none !important }"), "MISSING_PANEL"),
    ("a large card too many", "large-card", swap(r'(?s)(<div class="panel panel-call".*?</p>\s*</div>)', r"\1\1", 1), "MISSING_PANEL"),
    ("a phone card without the words for staff", "phone-card", style(".panel-staff { display: none !important }"), "MISSING_PANEL"),
    (
        "words for staff without the number",
        "phone-card",
        swap(r"(?s)(panel-staff(?:.(?!</ul>))*?)<bdi[^>]*phone_24h.*?</bdi>", r"\1", 1),
        "MISSING_FACT",
    ),
    ("a fridge card without the emergency number", "fridge-card", swap(fact("emergency_number"), "", 1), "MISSING_FACT"),
    ("a large card without the fever rule", "large-card", swap(r'<span[^>]*data-fact="call_temperature">.*?</span>', ""), "MISSING_FACT"),
    ("a wrong digit on the card of a phone", "phone-card", swap(fact("phone_24h"), r"\g<1>020 7946 0124\3", 1), "WRONG_FACT"),
    ("text past a card for the fridge", "fridge-card", style(".panel-call ul { position: relative; top: 80mm }"), "PAST_PANEL"),
    ("a large card over two pages", "large-card", style(".cards-sheet > h1 { margin-top: 100mm }"), ANY),
    ("a call-now sheet over two pages", "call-now", TWO_PAGES, "CALL_NOW"),
    (
        "large print with danger signs on three pages",
        "large-print",
        style(".block-call-now .admonition { break-before: page }"),
        "CALL_NOW",
    ),
    ("large print without an emergency number", "large-print", swap(fact("emergency_number"), ""), "MISSING_FACT"),
    ("large print with an emergency number on a late page", "large-print", style(".block-call-now .emergency { display: none }"), ANY),
    (
        "large print whose fever rule comes second",
        "large-print",
        style(".block-call-now .urgent { break-before: page } .block-call-now .emergency { display: block }"),
        "MISSING_FACT",
    ),
    ("a draft of large print that does not say so", "large-print", swap(" · DRAFT", ""), "MARKS"),
    ("a wrong digit in the staff's language", "staff", swap(fact("phone_24h-staff"), r"\g<1>020 7946 0124\3", 1), "WRONG_FACT"),
    ("a sentence of the staff copy that is not there", "staff", style("table.staff tr:nth-child(2) td { display: none }"), "LOST_WORDS"),
    (
        "a number of the staff copy turned round",
        "staff",
        swap(r'(<bdi[^>]*data-fact="phone_24h"[^>]*?) dir="ltr"', r"\1"),
        "WRONG_FACT",
    ),
]


@pytest.mark.parametrize(("which", "edit", "code"), [pytest.param(*row, id=title) for title, *row in BROKEN])
def test_a_wrong_print_is_caught(which: str, edit: Edit, code: str, press: Press) -> None:
    written = manuscript(which)
    found = read(edit(page(which, press)), written, press)
    assert codes(found) and code in {ANY, *codes(found)}, [str(problem) for problem in found]
    assert all(problem.place.path == written.edition.path for problem in found), "a problem names the PDF that it is in"


@pytest.mark.parametrize("which", ["pack", "right-to-left", "card", "large-print", "call-now", "staff", *SHAPES])
def test_the_same_page_without_the_mistake_is_let_through(which: str, press: Press) -> None:
    assert read(page(which, press), manuscript(which), press) == ()


def test_in_large_print_the_danger_signs_may_take_a_second_page(press: Press) -> None:
    """18 pt is the promise, and what to dial for the worst may head the page behind (design, section 7)."""
    found = read(TWO_PAGES(page("large-print", press)), manuscript("large-print"), press)
    assert found == ()
    proof = print_pdf(TWO_PAGES(page("large-print", press)), press, "large.pdf")
    assert pages_of_section(proof, PAGE_ONE) == {1, 2}


# The booklet


@cache
def booklet_pages(press: Press) -> bytes:
    """The pages of a booklet before they are put on sheets: one side of the second sheet stays blank."""
    library = with_entry(cardless(), "extra", "## More\n\n" + "Call {phone_24h} and keep warm. " * 60 + "\n")
    proof = print_pdf(typeset(write("adult", library=library, format_="booklet"), make_environment(small().templates)), press, "b.pdf")
    assert not proof.problems and 4 < len(proof.document.pages) < 8
    return proof.pdf


def change_pages(pdf: bytes, change: Callable[[pikepdf.Pdf], object]) -> bytes:
    """Another PDF of the same pages."""
    with pikepdf.open(BytesIO(pdf)) as document:
        change(document)
        data = BytesIO()
        document.save(data)
    return data.getvalue()


def swap_pages(document: pikepdf.Pdf) -> None:
    document.pages.insert(0, document.pages[1])
    del document.pages[2]


def drop_page(document: pikepdf.Pdf) -> None:
    del document.pages[-1]


def blank_page(document: pikepdf.Pdf) -> None:
    document.pages[1].Contents = document.make_stream(b"")


def turn_half(document: pikepdf.Pdf) -> None:
    page = document.pages[0]
    page.contents_add(b"q -1 0 0 -1 841.89 595.28 cm", prepend=True)
    page.contents_add(b"Q")


IMPOSED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("two sides swapped", lambda pages: change_pages(impose(pages, "A4", False), swap_pages)),
    ("a side that is not there", lambda pages: change_pages(impose(pages, "A4", False), drop_page)),
    ("a side too many", lambda pages: change_pages(impose(pages, "A4", False), lambda sheets: sheets.add_blank_page())),
    ("a side upside down", lambda pages: change_pages(impose(pages, "A4", False), turn_half)),
    ("a page that is not there", lambda pages: impose(change_pages(pages, blank_page), "A4", False)),
    ("two pages swapped", lambda pages: impose(change_pages(pages, swap_pages), "A4", False)),
    ("the last page left out", lambda pages: impose(change_pages(pages, drop_page), "A4", False)),
    ("a booklet that opens the other way", lambda pages: impose(pages, "A4", True)),
]


@pytest.mark.parametrize("make", [pytest.param(make, id=title) for title, make in IMPOSED])
def test_a_booklet_that_cannot_be_read_in_order_is_caught(make: Callable[[bytes], bytes], press: Press) -> None:
    pages = booklet_pages(press)
    written = manuscript("booklet")
    found = read_back_booklet(pages, make(pages), written)
    assert codes(found) == {"BOOKLET"} and {problem.place.path for problem in found} == {written.edition.path}


def test_a_good_booklet_is_let_through_in_both_directions(press: Press) -> None:
    pages = booklet_pages(press)
    written = manuscript("booklet")
    mirrored = replace(written, edition=replace(written.edition, locale="ar"))
    assert read_back_booklet(pages, impose(pages, "A4", False), written) == ()
    assert read_back_booklet(pages, impose(pages, "A4", True), mirrored) == ()


@pytest.mark.parametrize("name", ["phone_24h", "emergency_number", "call_temperature"])
def test_a_print_that_differs_from_its_manuscript_is_caught(name: str, press: Press) -> None:
    """The paper is held against the manuscript, not against the HTML that it was made from."""
    written = manuscript("pack")
    pieces = tuple((text.replace("9", "8"), isolated) for text, isolated in written.facts[name].pieces)
    assert pieces != written.facts[name].pieces
    other = replace(written, facts={**written.facts, name: PrintedFact(name, pieces)})
    assert "WRONG_FACT" in codes(read(page("pack", press), other, press))


def test_a_released_text_must_not_say_draft(press: Press) -> None:
    written = replace(manuscript("pack"), state="release", reasons=())
    assert "MARKS" in codes(read(page("pack", press), written, press))


def test_a_real_hospital_must_not_say_sample(press: Press) -> None:
    written = manuscript("pack")
    real = replace(written, edition=replace(written.edition, site=replace(written.edition.site, sample=False)))
    assert "MARKS" in codes(read(page("pack", press), real, press))


def test_a_panel_in_letters_too_large_is_caught(press: Press) -> None:
    written = manuscript("card")
    html = typeset(written, make_environment(small().templates), dict.fromkeys(written.panels, 30.0))
    assert "PAST_PANEL" in codes(read(html, written, press))


def test_a_font_that_is_not_ours_is_caught(press: Press) -> None:
    """Our own letters under another name stand for any font that a page brings along."""
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    font = TTFont(FONTS / "AtkinsonHyperlegibleNext-Regular.ttf")
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = "ForeignSans"
    data = BytesIO()
    font.save(data)
    source = "data:font/ttf;base64," + base64.b64encode(data.getvalue()).decode()
    rules = f'@font-face {{ font-family: "Foreign Sans"; src: url({source}) }} h2 {{ font-family: "Foreign Sans" !important }}'
    # The printer's own fetcher would not even load it.
    open_press = replace(press, fonts=FontConfiguration(), fetcher=URLFetcher())
    found = read(style(rules)(page("pack", press)), manuscript("pack"), open_press)
    assert "FOREIGN_FONT" in codes(found)


def test_a_print_with_a_problem_holds_no_pdf() -> None:
    library = block_text(cardless(), "fever", f"## What is a fever?\n\nKeep {CUNEIFORM} warm.\n")
    artifact = print_edition(write("adult", library=library), small())
    assert codes(artifact.problems) == {"MISSING_GLYPH"}
    assert artifact.pdf == b"", "it cannot be published by mistake"


# Good prints that look unusual. A false alarm would teach people to work around the read-back.

LONG_TABLE = "## A long table\n\n| Day | What to do, with {phone_24h} |\n|---|---|\n" + "| One | Call {phone_24h} {pen_line} |\n" * 60
LONG_TEXT = "## A long text\n\n" + "Call {phone_24h} if it is {call_temperature}, day and night, and keep on calling. " * 60 + "\n"
LONG_LIST = "## A long list\n\n" + "- Call {phone_24h} **now** for {drip_days} days\n" * 70
UNUSUAL = {
    "a table head that comes again on each page": LONG_TABLE,
    "a paragraph over two pages": LONG_TEXT,
    "a list over two pages": LONG_LIST,
    "the same fact twice in a line": "## Twice\n\nCall {phone_24h}, or {phone_24h}, or **{phone_24h}**.\n",
    "a fact in a heading": "## Call {phone_24h} for {drip_days} days\n\nAt any time.\n",
    "quotation marks and dashes": "## Marks\n\n“Good” – it’s ‘fine’ — 2 × 3 … é ñ ü\n",
    "an ampersand and a less-than sign": "## Marks & signs\n\nTom & Jerry, if 1 < 2.\n",
    "a very long word": "## Words\n\nPneumonoultramicroscopicsilicovolcanoconiosis-and-so-on-and-on-and-on.\n",
    "icons in a list": "## Icons\n\n- ![](icon-drop) one\n- ![](icon-pen) two\n- three\n",
    "icons in a list of short items, which has its own bullets": "## Icons\n\n" + "- ![](icon-drop) short words\n" * 6,
    "places for the pen": "## Pen\n\nName {pen_line}\n\n| Done | When |\n|---|---|\n| {tick_box} | {pen_line} |\n",
}


@pytest.mark.parametrize("title", UNUSUAL)
def test_a_good_but_unusual_print_is_let_through(title: str) -> None:
    assert_clean(print_edition(write("adult", library=with_entry(cardless(), "extra", UNUSUAL[title])), small()))


@pytest.mark.parametrize("audience", ["adult", "parent", "nurse"])
def test_each_audience_prints_in_large_print(audience: str) -> None:
    assert_clean(print_edition(write(audience, library=cardless(), format_="large-print"), small()))


def test_a_pack_with_its_card_prints_on_letter_paper_in_the_other_units(tmp_path: Path) -> None:
    changes = 'region = "US"\npaper = "Letter"\ncontact.phone_24h = "(202) 555-0123"\ncontact.phone_day = "(202) 555-0145"\n'
    changes += 'contact.pump_help = "(202) 555-0199"\ncontact.interpreter = "(202) 555-0160"\ncontact.emergency = "911"'
    site, problems = site_from(change_toml(SMALL_SITE_TEXT, changes), tmp_path)
    assert site, problems
    artifact = print_edition(write("adult", "en-US", site=site), small())
    assert_clean(artifact)
    assert artifact.entry["facts"]["call_temperature"].startswith("above 99.5\u00a0°F")


def test_a_card_of_a_right_to_left_language_prints() -> None:
    assert_clean(print_edition(write("parent", "ar", kind="card", catalogs={"ar": echo_catalog()}), small()))


def test_a_pack_of_a_right_to_left_language_prints() -> None:
    assert_clean(print_edition(write("parent", "ar", library=cardless(), catalogs={"ar": echo_catalog(cardless())}), small()))


def test_the_staffs_panel_may_print_a_number_as_the_staff_write_it() -> None:
    library = panel_text(small_library(), "back", "### For staff\n\n- Fever: {call_temperature}\n- Call {phone_24h}\n")
    assert_clean(print_edition(write("parent", "pl", "card", library=library, catalogs={"pl": echo_catalog(library)}), small()))


def test_an_untranslated_sentence_is_boxed_and_still_readable() -> None:
    artifact = print_edition(write("nurse", "ar"), small())
    assert_clean(artifact)
    assert 'class="untranslated"' in artifact.html
    assert artifact.entry["state"] == "draft"


def test_the_same_manuscript_gives_the_same_bytes_also_in_another_process() -> None:
    written = [write("nurse"), write("parent", kind="card")]
    here = [print_edition(one, small()) for one in written]
    there = {artifact.edition.path: artifact for artifact in print_all([(one,) for one in written], small(), 2, Limits())}
    for one in here:
        two = there[one.edition.path]
        assert_clean(one)
        assert one.pdf == two.pdf
        assert one.entry == two.entry
