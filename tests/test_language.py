"""Language codes and glossaries: what a locale is called, which way it runs, and what it has agreed on."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import SHIPPED

from packbuilder.content import read_library
from packbuilder.glossary import Glossary
from packbuilder.language import LONGER, MIRRORED, babel_locale, direction, english_name, is_source_language, own_name, pseudo_translate
from packbuilder.messages import extract, extract_templates
from packbuilder.model import Place, Translation
from packbuilder.translation import check_translation

PROTECTED = re.compile(r"\{[^{}\s]*\}|!\[|\]\([^)]*\)|\*\*|\d+")


@pytest.mark.parametrize(
    ("code", "runs", "english", "own"),
    [
        ("en-GB", "ltr", "English (United Kingdom)", "English (United Kingdom)"),
        ("es", "ltr", "Spanish", "español"),
        ("ar", "rtl", "Arabic", "العربية"),
        ("fa", "rtl", "Persian", "فارسی"),
        ("ur", "rtl", "Urdu", "اردو"),
        ("he", "rtl", "Hebrew", "עברית"),
        ("zh-Hans", "ltr", "Chinese (Simplified)", "中文 (简体)"),
    ],
)
def test_a_language_has_its_direction_and_its_names(code: str, runs: str, english: str, own: str) -> None:
    assert (direction(code), english_name(code).replace(" Han", ""), own_name(code)) == (runs, english, own)


def test_the_pseudo_locales_show_both_directions() -> None:
    assert (direction(LONGER), direction(MIRRORED)) == ("ltr", "rtl")


@pytest.mark.parametrize(("code", "expected"), [("en-GB", True), ("en-US", True), ("en", True), ("es", False), ("eng", False)])
def test_the_source_language_is_english_of_any_country(code: str, expected: bool) -> None:
    assert is_source_language(code) is expected


@pytest.mark.parametrize("code", ["xx", "english", "", "en_GB", "../es"])
def test_a_code_that_is_not_known_raises(code: str) -> None:
    with pytest.raises(ValueError):
        babel_locale(code)


@given(st.lists(st.sampled_from(["Call", "{phone_24h}", "**now**", "![a bag](bag)", "24", "CD19", "é"]), min_size=1).map(" ".join))
def test_a_pseudo_translation_is_longer_and_keeps_what_a_translation_must_keep(source: str) -> None:
    text = pseudo_translate(source)
    assert len(text) > len(source)
    assert PROTECTED.findall(text) == PROTECTED.findall(source)
    assert not re.search(r"Call|bag\b(?!\))", text), "English words show that they did not come through a message"


def test_no_pseudo_locale_is_shipped() -> None:
    root = Path(__file__).resolve().parent.parent
    assert not list((root / "locales").glob("qps*"))
    assert not any("qps" in path.read_text(encoding="utf-8") for path in (root / "handouts" / "sites").glob("*.toml"))


@pytest.mark.parametrize("code", ["pl", "zh-Hans", "ar"])
def test_a_pseudo_locale_is_written_like_the_source(code: str) -> None:
    """Numbers and dates of a pseudo-locale are British; a real language has its own."""
    assert str(babel_locale(LONGER)) == str(babel_locale(MIRRORED)) == "en_GB"
    assert str(babel_locale(code)) == code.replace("-", "_")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Call us now", "Çáll úš ñów óñé"),
        ("![A bag](pump-line-bag)", "![Á bág óñé twó](pump-line-bag)"),
        ("![](icon-drop) Drink", "![](icon-drop) Dríñk óñé twó"),
        ("**Do not** call {phone_24h}", "**Dó ñót** çáll {phone_24h} óñé twó"),
    ],
)
def test_a_pseudo_translation_reads_like_its_source(source: str, text: str) -> None:
    assert pseudo_translate(source) == text


@given(
    st.text(alphabet=" abcdefghijklmnopqrstuvwxyz.,", min_size=20, max_size=200).filter(
        lambda text: text.strip() == text and "  " not in text
    )
)
def test_a_pseudo_translation_is_about_two_fifths_longer(source: str) -> None:
    assert 1.2 <= len(pseudo_translate(source)) / len(source) <= 1.7


def test_every_message_of_the_project_passes_the_rules_in_pseudo_words() -> None:
    """Else a fault of the pseudo-locale would hide a fault of a page."""
    library, problems = read_library(SHIPPED)
    assert not problems
    for message in extract(library, extract_templates(SHIPPED.templates, SHIPPED.root)):
        entry = Translation("fever", message.text, pseudo_translate(message.text), False, Place("qps.po", 1))
        assert check_translation(entry, Glossary(), False) == [], message.text
