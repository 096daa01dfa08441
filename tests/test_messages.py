"""Extraction: every message of the project once, with what a translator must know to translate it well."""

from collections import Counter

import pytest
from workshop import ROOT, SHIPPED, small_library, small_site, template_messages

from packbuilder.content import read_library
from packbuilder.messages import extract, extract_templates, has_words, template_context
from packbuilder.model import Message


def found(context: str, text: str) -> Message:
    messages = extract(small_library(), template_messages(), [small_site()])
    return next(message for message in messages if (message.context, message.text) == (context, text))


def test_every_message_is_there_once() -> None:
    messages = extract(read_library(SHIPPED)[0], extract_templates(SHIPPED.templates, ROOT))
    twice = [key for key, count in Counter((message.context, message.text) for message in messages).items() if count > 1]
    assert messages and twice == []


@pytest.mark.parametrize(
    ("context", "text", "comment"),
    [
        ("fever", "The drip runs for {drip_days} days. Tell us if you feel hot. We want to know.", "{drip_days} prints 28 (days)."),
        ("fever", "What is a fever?", "For everybody. heading."),
        ("call-now.nurse", "Who", "For nurses. table heading."),
        ("call-now", "Call {phone_24h} now if", "{phone_24h} prints a value of the hospital."),
        ("call-now", "Call {phone_24h} now if", "For everybody. title of a care card."),
        ("fever", "Walk {pen_line}", "{pen_line}: a pen line for the pen."),
        ("back", "**Do not flush** this line.", "CRITICAL: holds a value or a negation."),
        ("facts", "above {fever_high}", "CRITICAL: holds a value or a negation."),
        ("packs", "A small pack", "Title of a pack."),
        ("site.small-gb", "Call us now.", "The hospital's own words: Northfield Hospital."),
        ("site.small-gb", "Shower with the pump kept dry.", "The hospital's own words: Northfield Hospital."),
    ],
)
def test_a_translator_is_told_who_reads_it_and_what_it_prints(context: str, text: str, comment: str) -> None:
    assert comment in found(context, text).comments


def test_a_message_of_a_template_names_its_file() -> None:
    draft = next(message for message in template_messages() if message.text == "DRAFT")
    assert draft.place.path.startswith("templates/") and draft.place.line > 0
    assert draft.context == template_context(draft.place.path)


def test_every_word_that_a_template_says_is_a_constant() -> None:
    """`say(x)` with anything but a text in quotes could not be extracted."""
    import re

    for path in SHIPPED.templates.rglob("*.html"):
        for call in re.findall(r"\bsay\(([^)]{0,20})", path.read_text(encoding="utf-8")):
            assert call.startswith(('"', "'")), f"{path.name}: say({call}"


@pytest.mark.parametrize(
    ("text", "expected"), [("Call", True), ("{phone_24h}", False), ("{a}: {b}", False), ("24", False), ("**{a}** or", True), ("中文", True)]
)
def test_only_what_has_words_is_a_message(text: str, expected: bool) -> None:
    assert has_words(text) is expected


@pytest.mark.parametrize(("template", "context"), [("pictures/cycle-bar.html", "cycle-bar"), ("pack.html", "pack")])
def test_the_context_of_a_template(template: str, context: str) -> None:
    assert template_context(template) == context
