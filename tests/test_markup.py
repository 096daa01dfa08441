"""The message seam: extraction and building see the same messages, structure stays in the source, only words travel.

This is the contract with the translators. A change that breaks one of these tests makes their work out of date.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import SHIPPED

from packbuilder.content import read_library
from packbuilder.markup import SILENT, Voice, fact_element, fold, plain_text, render_block, render_inline, split_evidence
from packbuilder.model import Block, Library, Passage, Place, PrintedFact

FACTS = {
    "phone_24h": PrintedFact("phone_24h", (("020 7946 0123", True),), "+442079460123"),
    "drip_days": PrintedFact("drip_days", (("28", True),)),
    "call_temperature": PrintedFact("call_temperature", (("above ", False), ("38.0 °C", True), (", or below ", False), ("36.0 °C", True))),
    "home_bathing": PrintedFact("home_bathing", (("Keep it dry.", False),)),
}


def block(text: str, stem: str = "topic") -> Block:
    return Block(stem, stem.partition(".")[0], "", "", text, Place(f"handouts/blocks/{stem}.md"))


def voice(words: Mapping[str, str | None] | None = None) -> Voice:
    """A voice that says the source's words, but for some, and knows a few facts."""
    return Voice(lambda _context, source: (words or {}).get(source, source), FACTS.get)


def render(text: str, words: Mapping[str, str | None] | None = None) -> str:
    return render_block(block(text), voice(words))[0]


def messages(text: str) -> list[str]:
    return [passage.message.text for passage in render_block(block(text), SILENT)[1]]


def elements(html: str) -> list[Element]:
    return list(fromstring(f"<block>{html}</block>").iter())[1:]


def rebuild(source: Block) -> tuple[str, str]:
    """A block's HTML as it stands, and once more from nothing but its extracted messages."""
    extracted = {(passage.message.context, passage.message.text) for passage in render_block(source, SILENT)[1]}

    def translate(context: str, text: str) -> str | None:
        return text if (context, text) in extracted else None

    return render_block(source, voice())[0], render_block(source, Voice(translate, FACTS.get))[0]


# Over all shipped texts


def shipped() -> Library:
    library, problems = read_library(SHIPPED)
    assert not problems
    return library


ALL_SHIPPED = [*shipped().blocks.values(), *shipped().panels.values()]


@pytest.mark.parametrize("source", ALL_SHIPPED, ids=lambda block: block.stem)
def test_a_translation_that_says_the_same_gives_the_same_page(source: Block) -> None:
    plain, again = rebuild(source)
    assert again == plain
    assert "untranslated" not in again


@pytest.mark.parametrize("source", ALL_SHIPPED, ids=lambda block: block.stem)
def test_a_message_starts_on_the_line_that_it_names(source: Block) -> None:
    lines = ["", *source.text.split("\n")]
    for passage in render_block(source, SILENT)[1]:
        first = passage.message.text.split()[0]
        assert first[:12] in lines[passage.message.place.line], passage.message


@pytest.mark.parametrize("source", ALL_SHIPPED, ids=lambda block: block.stem)
def test_every_word_of_a_text_is_in_a_message(source: Block) -> None:
    """What is not in a message would stay English on a translated page."""
    html, passages = render_block(source, Voice(lambda _context, _source: "\u2020", lambda _name: None))
    left = fromstring(f"<block>{html}</block>")
    words = " ".join("".join(left.itertext()).split())
    assert passages
    assert not re.search(r"[A-Za-z]{2}", words), f"not in any message: {words}"


# Over generated texts

WORD = st.sampled_from(["call", "us", "your", "team", "**now**", "{drip_days}", "{phone_24h}", "{call_temperature}", "don’t", "hot & cold",
                        "5<6", "<b>bold</b>", "**{drip_days}** days", "![](icon-drop)", "café", "wait.", "(day)", "24-hour"])  # fmt: skip
MARKS = st.sampled_from(["", "", " [^I04]", " [^I04 X01]", "[^S02]"])


@dataclass(frozen=True)
class Piece:
    """Some lines of Markdown, and the messages in them with the line each starts on (from 0)."""

    lines: tuple[str, ...]
    expected: tuple[tuple[int, str], ...]


@st.composite
def sentence(draw: st.DrawFn) -> str:
    return " ".join(["Say", *draw(st.lists(WORD, min_size=1, max_size=6))])


@st.composite
def paragraph(draw: st.DrawFn, indent: str = "") -> Piece:
    text, mark = draw(sentence()), draw(MARKS)
    broken = "".join(draw(st.sampled_from([" ", " ", f"\n{indent}", "  "])) if char == " " else char for char in text)
    return Piece(tuple(f"{indent}{broken}{mark}".split("\n")), ((0, text),))


@st.composite
def heading(draw: st.DrawFn) -> Piece:
    text = draw(sentence())
    return Piece(("#" * draw(st.integers(1, 4)) + f" {text}{draw(MARKS)}",), ((0, text),))


@st.composite
def bullets(draw: st.DrawFn, indent: str = "") -> Piece:
    texts = draw(st.lists(sentence(), min_size=1, max_size=4))
    sign = draw(st.sampled_from(["-", "1."]))
    return Piece(tuple(f"{indent}{sign} {text}{draw(MARKS)}" for text in texts), tuple(enumerate(texts)))


@st.composite
def table(draw: st.DrawFn) -> Piece:
    width = draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(sentence(), min_size=width, max_size=width), min_size=2, max_size=4))
    lines = ["| " + " | ".join(text + draw(MARKS) for text in row) + " |" for row in rows]
    numbered = [(number + (number > 0), text) for number, row in enumerate(rows) for text in row]
    return Piece((lines[0], "|---" * width + "|", *lines[1:]), tuple(numbered))


@st.composite
def care_card(draw: st.DrawFn) -> Piece:
    title = draw(sentence())
    inner = draw(st.one_of(paragraph("    "), bullets("    ")))
    strength = draw(st.sampled_from(["emergency", "urgent", "tell", "info"]))
    return Piece((f'!!! {strength} "{title}"', *inner.lines), ((0, title), *((number + 1, text) for number, text in inner.expected)))


@st.composite
def document(draw: st.DrawFn) -> Piece:
    lines: list[str] = []
    expected: list[tuple[int, str]] = []
    for piece in draw(st.lists(st.one_of(paragraph(), heading(), bullets(), table(), care_card()), min_size=1, max_size=6)):
        expected += [(number + len(lines) + 1, text) for number, text in piece.expected]
        lines += [*piece.lines, ""]
    return Piece(tuple(lines), tuple(expected))


@given(document())
def test_any_text_gives_its_messages_with_their_lines(text: Piece) -> None:
    passages = render_block(block("\n".join(text.lines)), SILENT)[1]
    assert [(passage.message.place.line, passage.message.text) for passage in passages] == list(text.expected)


@given(document())
def test_any_text_can_be_built_again_from_its_messages(text: Piece) -> None:
    plain, again = rebuild(block("\n".join(text.lines)))
    assert again == plain


@given(document())
def test_any_text_gives_a_page_of_known_elements_only(text: Piece) -> None:
    known = {
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "div",
        "strong",
        "bdi",
        "span",
        "a",
    }
    assert {element.tag for element in elements(render("\n".join(text.lines)))} <= known


@given(document())
def test_any_text_prints_every_placeholder_once_for_each_time_it_stands_there(text: Piece) -> None:
    source = "\n".join(text.lines)
    printed = [element.get("data-fact") for element in elements(render(source)) if element.get("data-fact")]
    assert sorted(map(str, printed)) == sorted(re.findall(r"\{(\w+)\}", source))


# One promise each


def test_reflowing_a_paragraph_changes_no_message() -> None:
    short = "One two three four five.\n\n- six seven eight\n"
    broken = "One two\nthree   four\nfive.\n\n- six seven\n  eight\n"
    assert messages(short) == messages(broken) == ["One two three four five.", "six seven eight"]


def test_structure_stays_in_the_source() -> None:
    text = '## A heading\n\nA paragraph.\n\n- an item\n\n| a head |\n|---|\n| a cell |\n\n!!! urgent "A title"\n    Inside.\n'
    assert messages(text) == ["A heading", "A paragraph.", "an item", "a head", "a cell", "A title", "Inside."]
    assert [passage.tag for passage in render_block(block(text), SILENT)[1]] == ["h2", "p", "li", "th", "td", "title", "p"]


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5, 6])
def test_a_heading_of_any_level_is_a_message_without_its_marks(level: int) -> None:
    assert messages("#" * level + " Words here [^I04]\n") == ["Words here"]


@pytest.mark.parametrize(
    ("text", "message", "evidence"),
    [
        ("A fact. [^I04]", "A fact.", ("I04",)),
        ("A fact. [^I04 X01]", "A fact.", ("I04", "X01")),
        ("A fact.[^I04]", "A fact.", ("I04",)),
        ("One. [^I04] Two. [^X01]", "One. Two.", ("I04", "X01")),
        ("A fact.\n[^I04]", "A fact.", ("I04",)),
        ("No mark.", "No mark.", ()),
    ],
)
def test_evidence_marks_never_touch_a_message(text: str, message: str, evidence: tuple[str, ...]) -> None:
    assert split_evidence(text) == (message, evidence)
    assert messages(text) == [message]
    assert "[^" not in render(text)


def test_the_context_of_a_message_is_the_stem_of_its_file() -> None:
    passages: tuple[Passage, ...] = render_block(block("Words.", "fever.parent.us"), SILENT)[1]
    assert passages[0].message.context == "fever.parent.us"


def test_the_same_words_twice_have_their_own_lines() -> None:
    passages = render_block(block("## Call us\n\nText.\n\n- Call us\n- Call us\n"), SILENT)[1]
    assert [passage.message.place.line for passage in passages] == [1, 3, 5, 6]


# Placeholders


def test_a_fact_is_isolated_and_runs_left_to_right() -> None:
    [element] = [element for element in elements(render("For {drip_days} days.")) if element.tag == "bdi"]
    assert element.attrib == {"dir": "ltr", "class": "fact", "data-fact": "drip_days"}
    assert "".join(element.itertext()) == "28"


def test_a_telephone_number_can_be_dialled() -> None:
    [element] = [element for element in elements(render("Call {phone_24h}.")) if element.tag == "a"]
    assert element.get("href") == "tel:+442079460123" and element.text == "020 7946 0123"


def test_a_phrase_isolates_its_numbers_and_nothing_else() -> None:
    [phrase] = [element for element in elements(render("If {call_temperature}.")) if element.get("data-fact")]
    assert phrase.tag == "span" and phrase.get("class") == "phrase" and phrase.get("dir") is None
    assert [(child.tag, child.get("dir"), child.text) for child in phrase] == [("bdi", "ltr", "38.0 °C"), ("bdi", "ltr", "36.0 °C")]
    assert "".join(phrase.itertext()) == "above 38.0 °C, or below 36.0 °C"


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_fact_says_exactly_its_text(fact: PrintedFact) -> None:
    assert "".join(fact_element(fact).itertext()) == fact.text


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Name {pen_line}", "pen-line"), ("Done {tick_box}", "tick-box"), ("Page {page_number}", "page-number"),
     ("of {page_count}", "page-count"),
     ("Call {not_given}", "pen-line")],
)  # fmt: skip
def test_a_place_for_the_pen_is_printed_also_for_what_the_site_leaves_open(text: str, kind: str) -> None:
    [element] = [element for element in elements(render(text)) if element.tag == "span"]
    assert element.get("class") == kind and not "".join(element.itertext())


def test_a_value_of_a_site_is_never_read_as_markup() -> None:
    name = "Ward **7** <b>& {phone_24h} ![](icon-drop) &nbsp; &lt; R&D;"
    facts = {"ward": PrintedFact("ward", ((name, True),))}
    html, _ = render_block(block("Go to {ward}."), Voice(lambda _context, source: source, facts.get))
    [element] = [element for element in elements(html) if element.tag == "bdi"]
    assert element.text == name
    assert len(elements(html)) == 2


# Translations


def test_the_words_of_a_translation_take_the_place_of_the_source() -> None:
    html = render(
        "## Call us\n\n- **Now** for {drip_days} days [^I04]\n",
        {"Call us": "Llámenos", "**Now** for {drip_days} days": "{drip_days} días, **ya**"},
    )
    assert "Llámenos" in html and "Call us" not in html
    assert re.sub("<[^>]*>", "", html).split() == ["Llámenos", "28", "días,", "ya"]
    assert "<strong>ya</strong>" in html


def test_a_missing_translation_is_boxed_and_marked_as_english() -> None:
    for text in ("Call us", "## Call us", "- Call us", '!!! urgent "Call us"\n    Now.', "| Call us | b |\n|---|---|\n| c | d |"):
        [element] = [element for element in elements(render(text, {"Call us": None})) if "untranslated" in (element.get("class") or "")]
        assert (element.text, element.get("lang"), element.get("dir")) == ("Call us", "en-GB", "ltr")


def test_a_missing_translation_of_a_template_is_boxed_without_breaking_the_line() -> None:
    """It may stand in the middle of a line, where a paragraph of its own would break the page."""
    html = render_inline("marks", "Call us", voice({"Call us": None}))
    assert "untranslated" in html and 'lang="en-GB"' in html
    assert "<p" not in html


@pytest.mark.parametrize(
    "text",
    ["38. Call us", "2026. Stop", "1. Stop. 2. Call us", "# Stop", "#65# is sent", "- Stop", "+ 5 ml", "> 5 ml", "---", "*** 5 ***",
     "= = =", '!!! urgent "Call us"', "!!! stop: ring 020 7946 0123", "| 5 | 6 |", "a  \n- b", "|5|\n|-|\n|6|", "5\n---", "     5"],
)  # fmt: skip
def test_one_sentence_is_printed_as_it_is_typed_whatever_it_starts_with(text: str) -> None:
    for html in (render_inline("site.x", text, voice()), render_inline("site.x", "Words.", voice({"Words.": fold(text)}))):
        assert [element.tag for element in elements(f"<td>{html}</td>")] == ["td"]
        assert "".join(elements(f"<td>{html}</td>")[0].itertext()) == fold(text)


def test_a_missing_translation_of_a_pictures_words_is_marked_too() -> None:
    html = render("![A pump](pump-line-bag)", {"![A pump](pump-line-bag)": None})
    [figure] = [element for element in elements(html) if element.tag == "figure"]
    assert "untranslated" in (figure.get("class") or "")


@pytest.mark.parametrize("text", ["<b>x</b>", "<script>x</script>", "a <!-- b --> c", "<img src='x'/>", "a < b > c", "<div>\nx\n</div>"])
def test_raw_html_is_printed_as_it_is_typed(text: str) -> None:
    for html in (render(text), render("Words.", {"Words.": text})):
        assert {element.tag for element in elements(html)} == {"p"}
        assert fold("".join(elements(html)[0].itertext())) == fold(text)


@pytest.mark.parametrize("text", ["R&D", "a & b", "a &nbsp; b", "&lt;b&gt;", "&copy;", "&#60;b&#62;", "AT&T;"])
def test_an_ampersand_is_printed_as_it_is_typed(text: str) -> None:
    """An entity must neither print another character nor break the page."""
    for html in (render(text), render("Words.", {"Words.": text})):
        assert "".join(elements(html)[0].itertext()) == text


@pytest.mark.parametrize(
    "text", ["[us](https://x.example)", "<https://x.example>", "[us][1]\n\n[1]: https://x.example", "![x](https://x.example/y.png) z"]
)
def test_no_text_makes_a_link_or_fetches_a_picture(text: str) -> None:
    assert not {"a", "img"} & {element.tag for element in elements(render(text))}


def test_words_in_code_marks_still_print_their_facts() -> None:
    """Whatever becomes of the marks: a placeholder must never be printed as such."""
    assert "{" not in render("Call `{phone_24h}` now.")


# Pictures


def test_a_picture_alone_in_its_paragraph_becomes_a_figure_with_its_words() -> None:
    [figure] = elements(render("![Call {phone_24h} & wait](pump-line-bag)"))
    assert (figure.tag, figure.attrib) == ("figure", {"data-alt": "Call 020 7946 0123 & wait", "data-picture": "pump-line-bag"})


def test_an_icon_before_a_word_is_decoration() -> None:
    [_, icon] = elements(render("![](icon-drop) Drink."))
    assert (icon.tag, icon.get("class"), icon.text) == ("span", "icon icon-drop", None)


def test_plain_text_is_what_a_reader_hears() -> None:
    assert plain_text("**Call** {phone_24h}, {not_given} ![a pump](x) {pen_line}", voice()) == "Call 020 7946 0123, … a pump"
