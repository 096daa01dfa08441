"""The words of a page: whatever a reader can see or dial is in them, and nothing that only lays them out."""

import re
from html import escape

import pytest
import tinyhtml5  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from workshop import SHIPPED, echo_catalog, write

from packbuilder.model import Manuscript
from packbuilder.typeset import make_environment, typeset, typeset_plain
from packbuilder.wording import compare_words, printed_text

PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "a paragraph, an item, a cell and a heading are a line each": (
        "<h1>Call</h1><p>Now</p><ul><li>One</li><li>Two</li></ul><table><tr><th>A</th><td>B</td></tr></table>",
        ("Call", "Now", "One", "Two", "A", "B"),
    ),
    "white space is folded": ("<p>Call\n   us\u00a0 now </p>", ("Call us now",)),
    "bold does not part a word": ("<p><strong>D</strong>rink <b>now</b>.</p>", ("Drink now.",)),
    "a line break parts words": ("<p>One<br>Two<br/>Three</p>", ("One", "Two", "Three")),
    "the head and the style are no words": ("<head><title>T</title></head><style>p { color: red }</style><body><p>Go</p></body>", ("Go",)),
    "an entity is the character that it stands for": ("<p>Tom &amp; Jerry &lt; 2</p>", ("Tom & Jerry < 2",)),
    "a picture is its sentence": ('<figure><img src="a.svg" alt="A bag &amp; a pump"></figure>', ("A bag & a pump",)),
    "a picture without a sentence is nothing": ('<p>Go <img src="a.svg" alt=""></p>', ("Go",)),
    "a number is also what it dials": ('<p>Ring <a href="tel:+44123">0123</a></p>', ("Ring tel:+44123 0123",)),
    "a place in the same document is nothing": ('<p><a href="#fever">Fever</a></p>', ("Fever",)),
    "an address is words": ('<p><a href="https://x.example">us</a></p>', ("https://x.example us",)),
    "classes, colours and names of facts are nothing": (
        '<p class="x" style="color: red" id="y"><bdi dir="ltr" data-fact="days">28</bdi></p>',
        ("28",),
    ),
    "an empty page has no line": ("<body><p> </p></body>", ()),
}


@pytest.mark.parametrize("title", PAGES)
def test_the_words_of_a_page(title: str) -> None:
    html, lines = PAGES[title]
    assert printed_text(html) == lines


MANUSCRIPTS = {
    "adult": lambda: write("adult"),
    "nurse": lambda: write("nurse"),
    "parent in Arabic": lambda: write("parent", "ar", catalogs={"ar": echo_catalog()}),
    "parent without a translation": lambda: write("parent", "pl"),
}


def squeeze(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("who", MANUSCRIPTS)
def test_every_word_that_the_printer_reads_is_signed(who: str) -> None:
    """Held against the parser of the printer: a tag that our reading does not know must not swallow a sentence."""
    html = typeset_plain(MANUSCRIPTS[who](), make_environment(SHIPPED.templates))
    silent = re.sub(r'\s(?:alt|href)="[^"]*"', "", html)
    body = tinyhtml5.parse(silent, namespace_html_elements=False).find("body")
    assert body is not None
    assert squeeze(" ".join(printed_text(silent))) == squeeze("".join(body.itertext()))


def lines_of(manuscript: Manuscript) -> tuple[str, ...]:
    return printed_text(typeset_plain(manuscript, make_environment(SHIPPED.templates)))


@pytest.mark.parametrize("audience", ["adult", "parent"])
@pytest.mark.parametrize("locale", ["en-GB", "ar"])
def test_every_line_of_the_card_is_in_the_signed_text(audience: str, locale: str) -> None:
    """One signature covers both: on the card there is nothing that the signer of the pack did not read. The foot is written in below."""
    catalogs = {"ar": echo_catalog()}
    signed = lines_of(write(audience, locale, catalogs=catalogs))
    card = write(audience, locale, "card", catalogs=catalogs)
    html = typeset(card, make_environment(SHIPPED.templates), dict.fromkeys(card.panels, 9.0))
    feet = re.compile(r'<div class="(?:foot|foot-short|marks) running">.*?</div></div>|<p class="panel-foot">.*?</p>', re.DOTALL)
    found = printed_text(feet.sub("", html).replace('<div class="marks running">', "<div>"))
    marks = {"SAMPLE · DRAFT · not for patients"}
    assert len(found) > 20 and [line for line in found if line not in (*signed, *marks)] == []


@pytest.mark.parametrize("state", ["draft", "release"])
def test_the_signed_text_holds_no_mark_no_signature_and_no_digest(state: str) -> None:
    """Else signing a text would change it."""
    manuscript = write("adult")
    text = " ".join(lines_of(manuscript))
    assert not {"SAMPLE", "DRAFT", "Draft:", "Approved:", manuscript.digest[:8]} & set(text.split())


# How two texts differ

CHANGES: dict[str, tuple[tuple[str, ...], tuple[str, ...], list[str]]] = {
    "nothing": (("Call us now.",), ("Call us now.",), []),
    "nothing at all": ((), (), []),
    "another word": (("Call us today if hot.",), ("Call us now if hot.",), ["Call us [-today-] {+now+} if hot."]),
    "a word more": (("Call us.",), ("Call us now.",), ["Call [-us.-] {+us now.+}"]),
    "a word less": (("Do not wait.",), ("Do wait.",), ["Do [-not-] wait."]),
    "a new text": ((), ("Call us.",), ["{+Call us.+}"]),
    "a line more": (("One.",), ("One.", "Two."), ["One. {+Two.+}"]),
}


@pytest.mark.parametrize("title", CHANGES)
def test_a_change_is_shown_with_the_words_around_it(title: str) -> None:
    old, new, shown = CHANGES[title]
    assert list(compare_words(old, new)) == shown


def test_two_changes_far_apart_are_shown_apart_and_what_lies_between_is_not() -> None:
    old = ["one", *(f"word{number}" for number in range(40)), "two"]
    new = ["uno", *(f"word{number}" for number in range(40)), "dos"]
    first, last = compare_words([" ".join(old)], [" ".join(new)])
    assert first.startswith("[-one-] {+uno+} word0") and last.endswith("word39 [-two-] {+dos+}")
    assert "word20" not in first + last


WORDS = st.lists(st.sampled_from(["call", "us", "not", "now", "28"]), max_size=12).map(" ".join)


@given(WORDS, WORDS)
def test_no_change_of_a_word_is_hidden(old: str, new: str) -> None:
    shown = list(compare_words([old], [new]))
    assert bool(shown) == (old != new)
    gone, come = (re.findall(pattern, " ".join(shown)) for pattern in (r"\[-(.*?)-\]", r"\{\+(.*?)\+\}"))
    assert len(old.split()) - len(new.split()) == len(" ".join(gone).split()) - len(" ".join(come).split())


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12), max_size=6))
def test_the_words_of_paragraphs_are_those_paragraphs(texts: list[str]) -> None:
    html = "".join(f"<p>{escape(text)}</p>" for text in texts)
    assert printed_text(html) == tuple(line for line in (" ".join(text.split()) for text in texts) if line)
