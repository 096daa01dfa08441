"""Markdown drops some words without telling. Whatever of a block would not be printed is named with its line, and nothing else is."""

from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from workshop import SHIPPED

from packbuilder.checks import check_library, check_lost
from packbuilder.content import read_library
from packbuilder.markup import SILENT, fold, render_block, render_inline
from packbuilder.model import Block, Place
from packbuilder.site import MARKS

HEAD = "## Title\n\n"
LOST = {
    "a cell too many without bars": (HEAD + "Day | Do\n---|---\nOne | Rest | Never run\n", 5),
    "a row behind a heading mark": (HEAD + "| Day |\n|---|\n| One |\n## | Two |\n", 6),
    "a cell too many in a care card": ('!!! tell "Title"\n    Day | Do\n    ---|---\n    One | Rest | Never run\n', 4),
    "a word between a care card and its title": ('!!! tell soon "Title"\n    Words.\n', 1),
}
WHOLE = {
    "a table without bars": HEAD + "Day | Do\n---|---\nOne | Rest\n",
    "a cell that is missing": HEAD + "Day | Do\n---|---\nOne\n",
    "a list in a list, a quotation, an icon, a fact": HEAD
    + "- One\n    - two **three**\n\n> Four\n\n![](icon-drop) Five {phone_24h} [^I04]\n",
    "a care card": '!!! tell "Title [^I04]"\n    1. One\n    2. Two\n',
    "nothing": "",
}


def lost(text: str) -> list[int]:
    block = Block("topic", "topic", "", "", text, Place("topic.md"))
    return [problem.place.line for problem in check_lost(block, render_block(block, SILENT)[1])]


@pytest.mark.parametrize("title", LOST)
def test_words_that_would_not_be_printed_are_named(title: str) -> None:
    text, line = LOST[title]
    assert lost(text) == [line]


@pytest.mark.parametrize("title", WHOLE)
def test_a_text_that_is_printed_whole_is_fine(title: str) -> None:
    assert lost(WHOLE[title]) == []


def test_check_names_it_once() -> None:
    """A row of the wrong width is named for its width alone."""
    library, problems = read_library(SHIPPED)
    assert not problems
    text = HEAD + "| Day |\n|---|\n| One | Never run |\n\nA | B\n---|---\nC | D | E\n"
    block = Block("topic", "topic", "nurse", "", text, Place("handouts/blocks/topic.nurse.md"))
    for start, expected in ((text, {"TABLE_ROW"}), (text.replace(" | Never run", ""), {"LOST_TEXT"})):
        changed = {"topic": Block("topic", "topic", "nurse", "", start, block.place)}
        found = check_library(replace(library, blocks=changed), [])
        assert {problem.code for problem in found if problem.place.path == block.place.path} & {"TABLE_ROW", "LOST_TEXT"} == expected


@given(st.text("#!*_-+>|=:. 0159aAé[]()^&<;\"'~/\\{}`$@%,\u00a0\u200d", min_size=1, max_size=14))
def test_what_a_hospital_may_write_is_printed_sign_by_sign(text: str) -> None:
    """In the alarm table its words go through Markdown, like every message. What that would leave out is refused in the site file."""
    assume(fold(text) and not MARKS.search(text))
    cell = fromstring(f"<td>{render_inline('site.small-gb', text, SILENT)}</td>")
    assert not list(cell) and cell.text == fold(text)
