"""The pseudo-locales: what does not come through a message, does not fit when it grows, or does not mirror is found before a translator is.

`qps-ploc` has accents and is two fifths longer; `qps-plocm` is the same on a right-to-left page. Both are made in memory.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from multiprocessing import get_context
from typing import Any
from unittest.mock import patch
from xml.etree.ElementTree import Element

import pytest
import tinyhtml5  # type: ignore[import-untyped]
from workshop import ROOT, SHIPPED

from packbuilder import edition
from packbuilder.assemble import assemble
from packbuilder.boxes import collect_runs, page_sizes
from packbuilder.content import read_library
from packbuilder.forms import kinds_of
from packbuilder.language import LONGER, MIRRORED, own_name
from packbuilder.messages import extract_templates
from packbuilder.model import CARDS, Edition, Format, Kind, Library, Manuscript, Message, Site
from packbuilder.printer import Proof, print_pdf
from packbuilder.site import read_site
from packbuilder.typeset import make_environment, typeset

Name = tuple[str, str, str, Kind]  # site, audience, locale, kind
SITES = ("example-gb", "example-us")
EVERY: list[Name] = [
    (site, audience, locale, kind)
    for site in SITES
    for audience in ("adult", "parent", "nurse")
    for locale in (LONGER, MIRRORED)
    for kind in (("pack",) if audience == "nurse" else ("pack", "card"))
]
# Printing takes seconds. These show each page of each template and both sheets of paper; the HTML of all is looked at.
PRINTED: list[Name] = [
    ("example-gb", "adult", LONGER, "pack"),
    ("example-gb", "adult", MIRRORED, "pack"),
    ("example-gb", "parent", LONGER, "pack"),
    ("example-gb", "nurse", MIRRORED, "pack"),
    ("example-us", "nurse", LONGER, "pack"),
    ("example-gb", "adult", LONGER, "card"),
    ("example-gb", "adult", MIRRORED, "card"),
    ("example-us", "parent", MIRRORED, "card"),
]


@cache
def rooms() -> tuple[Library, dict[str, Site], tuple[Message, ...]]:
    library, problems = read_library(SHIPPED)
    assert not problems
    sites = {name: read_site(SHIPPED.handouts / "sites" / f"{name}.toml", ROOT)[0] for name in SITES}
    return library, {name: site for name, site in sites.items() if site}, extract_templates(SHIPPED.templates, ROOT)


def write(name: Name, form: Format = "standard") -> Manuscript:
    site, audience, locale, kind = name
    library, sites, words = rooms()
    assert kind in kinds_of(library.packs[audience], form)
    manuscript, problems = assemble(Edition(sites[site], library.packs[audience], locale, form, kind), library, words, {})
    assert not problems and not manuscript.missing
    return manuscript


# Every word comes through a message


# The letters that get an accent in a pseudo-locale. A word that has one of them without it did not come through a message.
PLAIN = re.compile("[aceinosuyzACEINOSUYZ]")


def is_excused(element: Element) -> bool:
    """What a page prints in the source's letters on purpose.

    `<bdi>`: facts, screens of the pump, the code and digest of the document. The foot's `what`: the English title, for staff. The
    panels of the cards that are for staff, and their column of the staff copy. Scales of the thermometer: figures with °C. Rules of the
    style sheet.
    """
    classes = set((element.get("class") or "").split())
    staff = (classes & {"panel-back", "panel-staff"} or element.tag in ("td", "th")) and element.get("lang") in ("en-GB", "en-US")
    return element.tag in ("bdi", "style") or staff or bool(classes & {"what", "scale"})


def plain_words(element: Element, in_short_foot: bool = False) -> Iterator[str]:
    """Pieces of text below an element that did not come through a message."""
    if is_excused(element):
        return
    short_foot = in_short_foot or "foot-short" in (element.get("class") or "")
    pieces = [(element.text, element), *((child.tail, element) for child in element)]
    for text, owner in pieces:
        title_for_staff = short_foot and owner.tag == "span" and owner.get("class") is None
        if text and PLAIN.search(text) and not title_for_staff:
            yield " ".join(text.split())
    for attribute in ("alt", "title", "aria-label", "content"):
        value = element.get(attribute, "")
        if element.tag != "meta" and PLAIN.search(value):
            yield f"{attribute}: {value}"
    for child in element:
        yield from plain_words(child, short_foot)


def page_of(name: Name, form: Format = "standard") -> str:
    manuscript = write(name, form)
    return typeset(manuscript, make_environment(SHIPPED.templates), dict.fromkeys(manuscript.panels, 8.0))


@pytest.mark.parametrize("name", EVERY, ids="-".join)
def test_every_word_of_a_page_comes_through_a_message(name: Name) -> None:
    tree = tinyhtml5.parse(page_of(name), namespace_html_elements=False)
    found = [text for part in tree for text in plain_words(part)]
    assert found == []


FORMS: list[tuple[Format, Kind]] = [("call-now", "pack"), ("staff", "pack"), *((form, "card") for form in CARDS)]


@pytest.mark.parametrize(("form", "kind"), FORMS)
def test_every_word_of_the_other_forms_comes_through_a_message(form: Format, kind: Kind) -> None:
    """Large print and the booklet are of the same templates as the pack."""
    tree = tinyhtml5.parse(page_of(("example-gb", "adult", LONGER, kind), form), namespace_html_elements=False)
    found = [text for part in tree for text in plain_words(part)]
    # A language is called as it calls itself, and this one is English in disguise.
    assert [text for text in found if text != own_name(LONGER)] == []


def test_a_word_typed_into_a_template_would_be_found() -> None:
    tree = tinyhtml5.parse(page_of(EVERY[0]).replace("</h1>", "</h1><p>Typed</p><img alt='A bag'>", 1), namespace_html_elements=False)
    assert [text for part in tree for text in plain_words(part)] == ["Typed", "alt: A bag"]


# Everything fits


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in points, with the tag and class of the element that it belongs to, and its text."""

    page: int
    tag: str
    names: str
    text: str
    left: float
    right: float
    top: float
    in_margin: bool = False


@dataclass(frozen=True, slots=True)
class Print:
    """A print as plain values: what was found wrong, and where things stand."""

    problems: tuple[str, ...]
    pages: tuple[tuple[float, float], ...]
    runs: tuple[Box, ...]
    icons: tuple[tuple[Box, Box], ...]  # an icon and the first line of its text
    rows: tuple[tuple[Box, ...], ...]  # the cells of each table row in the order of the text


def print_one(name: Name) -> Print:
    """What a worker does: one edition as the build prints it, with its boxes."""
    proofs: list[Proof] = []

    def keep(*args: Any) -> Proof:
        proofs.append(print_pdf(*args))
        return proofs[-1]

    with patch.object(edition, "print_pdf", keep):
        artifact = edition.print_edition(write(name), SHIPPED)
    problems = tuple(map(str, artifact.problems))
    if not proofs:
        return Print(problems, (), (), (), ())
    document, tree = proofs[-1].document, proofs[-1].tree
    return Print(
        problems, tuple(page_sizes(document)), tuple(find_runs(document, tree)), tuple(find_icons(document)), tuple(find_rows(document))
    )


def find_runs(document: Any, tree: Any) -> Iterator[Box]:
    elements = {id(element): element for element in tree.iter()}
    for run in collect_runs(document):
        element = elements.get(run.element)
        tag, names = ("", "") if element is None else (str(element.tag), element.get("class") or "")
        yield Box(run.page, tag, names, run.text, run.left, run.right, run.top, run.in_margin)


def as_box(box: Any, page: int, text: str = "") -> Box:
    left, width = box.border_box_x() * 0.75, box.border_width() * 0.75
    names = "" if box.element is None else box.element.get("class") or ""
    return Box(page, box.element_tag or "", names, text, left, left + width, box.position_y * 0.75)


def find_icons(document: Any) -> Iterator[tuple[Box, Box]]:
    """Each icon of a list, with the room that the text beside it takes."""
    for number, page in enumerate(document.pages, start=1):
        items = [box for box in page._page_box.descendants() if box.element_tag == "li" and type(box).__name__ == "BlockBox"]
        for item in items:
            inside = list(item.descendants())
            icons = [
                box
                for box in inside
                if "icon" in (getattr(box.element, "attrib", {}).get("class") or "").split() and hasattr(box, "border_width")
            ]
            texts = [box for box in inside if type(box).__name__ == "TextBox" and box.text.strip()]
            if icons and texts:
                left, right = min(box.position_x for box in texts), max(box.position_x + box.width for box in texts)
                yield as_box(icons[0], number), Box(number, "li", "", texts[0].text, left * 0.75, right * 0.75, texts[0].position_y * 0.75)


def find_rows(document: Any) -> Iterator[tuple[Box, ...]]:
    for number, page in enumerate(document.pages, start=1):
        for row in page._page_box.descendants():
            if type(row).__name__ == "TableRowBox":
                yield tuple(as_box(cell, number) for cell in row.children)


@pytest.fixture(scope="session")
def prints(own_temporary_folder: None, takes_long: None) -> dict[Name, Print]:
    """The prints, by two workers; the slow ones first."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        return dict(zip(PRINTED, pool.map(print_one, PRINTED), strict=True))


@pytest.mark.parametrize("name", PRINTED, ids="-".join)
def test_a_text_two_fifths_longer_fits_and_reads_right(name: Name, prints: dict[Name, Print]) -> None:
    assert prints[name].problems == ()


# Everything mirrors

ADULT: Name = ("example-gb", "adult", MIRRORED, "pack")
NURSE: Name = ("example-gb", "nurse", MIRRORED, "pack")
CARD: Name = ("example-gb", "adult", MIRRORED, "card")


def runs_of(name: Name, prints: dict[Name, Print], page: int = 1) -> list[Box]:
    return [run for run in prints[name].runs if run.page == page]


@pytest.mark.parametrize("name", [ADULT, NURSE])
def test_the_code_for_the_telephone_stands_left_of_the_number(name: Name, prints: dict[Name, Print]) -> None:
    runs = runs_of(name, prints)
    [code] = [run for run in runs if run.tag == "img"]
    number = max((run for run in runs if re.fullmatch(r"[\d ()-]{8,}", run.text)), key=lambda run: run.right - run.left)
    assert code.right < number.left


def test_on_a_left_to_right_page_it_stands_right_of_the_number(prints: dict[Name, Print]) -> None:
    """The same look at a page that is not mirrored: else the test above would prove nothing."""
    runs = runs_of(("example-gb", "adult", LONGER, "pack"), prints)
    [code] = [run for run in runs if run.tag == "img"]
    number = max((run for run in runs if re.fullmatch(r"[\d ()-]{8,}", run.text)), key=lambda run: run.right - run.left)
    assert number.right < code.left


@pytest.mark.parametrize(("locale", "mirrored"), [(MIRRORED, True), (LONGER, False)])
def test_an_icon_stands_where_a_line_begins(locale: str, mirrored: bool, prints: dict[Name, Print]) -> None:
    icons = prints["example-gb", "adult", locale, "pack"].icons
    assert len([icon for icon, _ in icons if icon.page == 1]) >= 5
    for icon, text in icons:
        assert (icon.left > text.right) if mirrored else (icon.right < text.left), text.text


@pytest.mark.parametrize("name", [ADULT, NURSE])
def test_the_first_column_of_a_table_is_the_rightmost(name: Name, prints: dict[Name, Print]) -> None:
    rows = [row for row in prints[name].rows if len(row) > 1]
    assert len(rows) > 10
    for row in rows:
        assert [cell.left for cell in row] == sorted((cell.left for cell in row), reverse=True)


def test_the_first_column_of_a_left_to_right_table_is_the_leftmost(prints: dict[Name, Print]) -> None:
    for row in prints["example-us", "nurse", LONGER, "pack"].rows:
        assert [cell.left for cell in row] == sorted(cell.left for cell in row)


@pytest.mark.parametrize("name", [ADULT, NURSE])
def test_the_number_of_the_page_stands_at_the_left_of_the_foot_on_every_page(name: Name, prints: dict[Name, Print]) -> None:
    for page, (width, _) in enumerate(prints[name].pages, start=1):
        foot = [run for run in runs_of(name, prints, page) if run.in_margin]
        count = [run for run in foot if run.names == "where"]
        title = [run for run in foot if run.names == "what"]
        assert count and min(run.left for run in count) < width * 0.15, f"page {page}"
        # The sheet of the card has a shorter foot.
        if title:
            assert max(run.right for run in title) > width * 0.85, f"page {page}: the title begins at the right"
            assert min(run.left for run in count) < min(run.left for run in title)


def test_the_words_of_a_page_begin_at_the_right(prints: dict[Name, Print]) -> None:
    """Headings and paragraphs start at the right edge of the text, on every page."""
    width = prints[ADULT].pages[0][0]
    heads = [run for run in prints[ADULT].runs if run.tag in ("h1", "h2") and not run.in_margin]
    firsts: dict[tuple[int, float], float] = {}
    for run in heads:
        firsts[run.page, round(run.top)] = max(run.right, firsts.get((run.page, round(run.top)), 0.0))
    assert len(firsts) > 15
    assert all(right > width - 65 for right in firsts.values())


def test_a_mark_of_a_list_stands_right_of_its_text(prints: dict[Name, Print]) -> None:
    """A bullet is drawn for the list item, right before its words."""
    runs = [run for run in prints[ADULT].runs if not run.in_margin and run.text.strip()]
    pairs = [(mark, text) for mark, text in pairwise(runs) if mark.text.strip() in ("•", "◦") and not mark.tag]
    assert len(pairs) > 20
    wrong = [text.text for mark, text in pairs if abs(mark.top - text.top) < 4 and mark.left < text.right]
    assert wrong == []


def test_the_booklet_of_a_card_opens_the_other_way(prints: dict[Name, Print]) -> None:
    """The inside panel that is read first stands at the right."""
    runs = runs_of(CARD, prints)
    calls = [run for run in runs if re.sub(r"\D", "", run.text) == "999"]
    numbers = [run for run in runs if run.tag == "img" and not run.names.startswith("fold")]
    assert calls and numbers, "the panels are there"
    whole = prints[CARD].pages[0][0]
    first = [run for run in runs if "°C" in run.text]
    assert first and all(run.left > whole / 2 for run in first), "when to call: inside, first panel"
    assert all(run.right < whole / 2 for run in calls if run.tag in ("a", "bdi")), "whom to call: inside, second panel"


def test_numbers_are_never_mirrored(prints: dict[Name, Print]) -> None:
    texts = {run.text.strip() for run in prints[ADULT].runs}
    assert "020 7946 0123" in texts and not any("3210" in text for text in texts)
