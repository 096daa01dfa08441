"""The seam from end to end: extracted, written as a PO file, read again and built, a text that says the same is the same page."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st
from oracles import po_of, put, share
from workshop import block_text, panel_text, plan, small_library, small_site

from packbuilder.assemble import assemble
from packbuilder.catalog import Translations, read_catalog, write_catalog
from packbuilder.messages import extract
from packbuilder.model import Library, Manuscript, Message, Place, Site, Translation

# What PO files, Markdown, HTML and regular expressions each have to spell in a way of their own.
PIECES = st.sampled_from(
    ["call", "us", "don’t", '"now"', "\\", "\\n", "\\\\", "\\*", "100%", "%s", "#, fuzzy", "#~", "msgid", '""', "&", "&amp;", "&lt;", "<",
     ">", "<b>", "$", "{phone_24h}", "{drip_days}", "{fever_rule}", "{pen_line}", "**{phone_24h}**", "**never**", "![](icon-drop)", "(see",
     "[1]", "é", "łódź", "立即", "اتصل", "{", "}", "{Phone}", "~", "^", "=", "'", "|", "\\|", "python-format", "24-hour",
     "\u200d", "\U0001f600"]
)  # fmt: skip
SENTENCE = st.lists(PIECES, min_size=1, max_size=7).map(lambda pieces: "Say " + " ".join(pieces))
SHAPES = st.sampled_from(
    ["{}", "## {}", "- {}", "1. {}", '!!! urgent "{}"\n    {}', "| {} | {} |\n|---|---|\n| {} | {} |", "> {}", "- {}\n    - {}"]
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A block of any shape and any words."""
    shapes = draw(st.lists(SHAPES, min_size=1, max_size=5))
    return "\n\n".join(shape.format(*(draw(SENTENCE) for _ in range(4))) for shape in shapes) + "\n"


WORLDS = st.tuples(texts(), texts(), SENTENCE, SENTENCE)


def small_world(block: str, panel: str, phrase: str, own: str) -> tuple[Library, Site]:
    """The small project with other words in a block, on the card, in a phrase and from the hospital."""
    library = panel_text(block_text(small_library(), "about", block), "call", panel)
    rule = replace(library.facts["fever_above"], text=phrase.replace("{fever_rule}", "") + " {fever_high}")
    site = replace(small_site(), id="other-gb", home={**small_site().home, "bathing": own})
    return replace(library, facts={**library.facts, "fever_above": rule}), site


def through_a_file(messages: Iterable[Message], code: str) -> Translations:
    """A catalogue in which each message says what it says, as a translator's program would write it."""
    unique = list({(one.context, one.text): one for one in messages}.values())
    old = po_of((one.context, one.text, one.text) for one in unique)
    with TemporaryDirectory() as folder:
        path = put(write_catalog(code, unique, old).encode(), Path(folder), f"locales/{code}.po")
        translations, problems = read_catalog(path, Path(folder))
    assert not problems
    return translations


def build(library: Library, site: Site, catalogs: dict[str, Translations]) -> Manuscript:
    manuscript, problems = assemble(plan(site, "adult", "es", library=library), library, (), catalogs)
    assert not problems
    return manuscript


@given(WORLDS)
@share(0.08)
def test_a_file_that_says_the_same_builds_the_same_pages(world: tuple[str, str, str, str]) -> None:
    library, site = small_world(*world)
    messages = extract(library, (), [site])
    echo = {(one.context, one.text): Translation(one.context, one.text, one.text, False, Place("es.po", 1)) for one in messages}
    built = build(library, site, {"es": through_a_file(messages, "es")})
    assert built == build(library, site, {"es": echo})
    assert not built.missing and "untranslated" not in "".join(section.html for section in (*built.sections, *built.panels.values()))


@given(WORLDS)
@share(0.08)
def test_whatever_has_no_translation_is_known_and_marked(world: tuple[str, str, str, str]) -> None:
    """Extraction and building see the same messages: without a catalogue, what is missing has been extracted."""
    library, site = small_world(*world)
    extracted = {(one.context, one.text) for one in extract(library, (), [site])}
    bare = build(library, site, {})
    missing = {(one.context, one.text) for one in bare.missing}
    assert missing <= extracted
    for section in (*bare.sections, *bare.panels.values()):
        words = [passage for passage in section.passages if (passage.message.context, passage.message.text) in missing]
        assert section.html.count('lang="en-GB"') == len(words), section.html
