"""Rules of a translation: no slip of a translator or a tool prints a wrong number, loses a "not", or breaks a page."""

import pytest

from packbuilder.glossary import Glossary
from packbuilder.model import Place, Translation
from packbuilder.translation import check_translation, is_critical

GLOSSARY = Glossary(terms={"pump": ("bomba",)}, negations=("no", "nunca"), keep=("CD19", "Blincyto"), avoid={"droga": "medicamento"})


def judge(source: str, text: str, fuzzy: bool = False, context: str = "fever", comments: str = "", glossary: Glossary = GLOSSARY) -> set[str]:
    entry = Translation(context, source, text, fuzzy, Place("locales/es.po", 7), comments)
    problems = check_translation(entry, glossary, same_language=False)
    assert all(problem.place == entry.place and problem.hint for problem in problems)
    return {problem.code for problem in problems}


CASES: dict[str, tuple[str, str, set[str]]] = {
    "a good translation": ("Call {phone_24h} **now**, in 24 hours", "Llame al {phone_24h} **ya**, en 24 horas", set()),
    "its own order of words": ("{a} before {b}", "{b} tras {a}", set()),
    "no translation": ("Call {phone_24h}", "", set()),
    "a lost placeholder": ("Call {phone_24h} now", "Llame ya", {"PO_PLACEHOLDER"}),
    "a placeholder with a slip": ("Call {phone_24h} now", "Llame al {phone_24} ya", {"PO_PLACEHOLDER"}),
    "a translated placeholder": ("Call {phone_24h} now", "Llame al {telefono_24h} ya", {"PO_PLACEHOLDER"}),
    "a placeholder too many": ("Call {phone_24h} now", "Llame al {phone_24h} {phone_24h}", {"PO_PLACEHOLDER"}),
    "a placeholder from nowhere": ("Call now", "Llame al {phone_24h}", {"PO_PLACEHOLDER"}),
    "a placeholder with a blank": ("Call {phone_24h} now", "Llame al { phone_24h } ya", {"PO_PLACEHOLDER", "PO_DIGITS"}),
    "a placeholder without its end": ("Call {phone_24h} now", "Llame al {phone_24h ya", {"PO_PLACEHOLDER", "PO_DIGITS"}),
    "a changed digit": ("in 24 hours", "en 25 horas", {"PO_DIGITS"}),
    "two digits that changed places": ("in 24 hours", "en 42 horas", {"PO_DIGITS"}),
    "digits that moved from one number to another": ("24 hours or 36 hours", "26 horas o 34 horas", {"PO_DIGITS"}),
    "a lost digit": ("in 24 hours", "en 2 horas", {"PO_DIGITS"}),
    "a number that was added": ("in a day", "en 24 horas", {"PO_DIGITS"}),
    "Arabic-Indic digits": ("in 24 hours", "خلال ٢٤ ساعة", {"PO_DIGITS"}),
    "full-width digits": ("in 24 hours", "２４小时", {"PO_DIGITS"}),
    "two numbers that changed places": ("24 hours with CD19", "CD19 en 24 horas", set()),
    "a lost picture": ("![](icon-drop) Drink", "Beba", {"PO_PICTURE"}),
    "another picture": ("![](icon-drop) Drink", "![](icon-pen) Beba", {"PO_PICTURE"}),
    "the words of a picture": ("![A bag](pump-line-bag)", "![Una bolsa](pump-line-bag)", set()),
    "a lost bold mark": ("Call **now**", "Llame **ya", {"PO_BOLD"}),
    "no bold": ("Call **now**", "Llame ya", {"PO_BOLD"}),
    "HTML": ("Call now", "Llame <b>ya</b>", {"PO_LINK"}),
    "an entity": ("Call now", "Llame&nbsp;ya", {"PO_LINK"}),
    "an evidence mark": ("Call now", "Llame ya [^I04]", {"PO_LINK", "PO_DIGITS"}),
    "a link": ("Call now", "Llame [ya](x)", {"PO_LINK", "PO_PICTURE"}),
    "italics": ("Call now", "Llame *ya*", {"PO_ITALIC"}),
    "code": ("Call now", "Llame `ya`", {"PO_MARKUP"}),
    "a line break": ("Call now", "Llame\nya", {"PO_SPACE"}),
    "a blank at the end": ("Call now", "Llame ya ", {"PO_SPACE"}),
    "the English text": ("Call us now", "Call us now", {"PO_COPY"}),
    "a name that stays": ("CD19", "CD19", set()),
    "a lost not": ("Do not bathe", "Báñese", {"PO_NEGATION"}),
    "a not that is there": ("Do not bathe", "No se bañe", set()),
    "a term of the glossary": ("The pump stops", "La bomba se para", set()),
    "another word for a term": ("The pump stops", "El aparato se para", {"PO_TERM"}),
    "a word that the language avoids": ("The drug", "La droga", {"PO_WORD"}),
}


@pytest.mark.parametrize("title", CASES)
def test_a_translation_is_judged(title: str) -> None:
    source, text, expected = CASES[title]
    assert judge(source, text) == expected


def test_a_fuzzy_translation_is_not_judged_because_it_is_not_printed() -> None:
    assert judge("Call {phone_24h}", "Llame", fuzzy=True) == set()


def test_a_not_may_be_confirmed_by_a_person() -> None:
    assert judge("Do not bathe", "Evite el baño") == {"PO_NEGATION"}
    assert judge("Do not bathe", "Evite el baño", comments="negation-checked") == set()


def test_a_text_for_the_card_must_not_grow_too_long() -> None:
    assert judge("Call us now if you are hot", "Llame " * 20, context="inside-left") >= {"PO_LENGTH"}
    assert "PO_LENGTH" not in judge("Call us now if you are hot", "Llame " * 20 + "ya", context="fever")


@pytest.mark.parametrize(
    ("text", "critical"),
    [("Do not flush", True), ("Never wait", True), ("Call {phone_24h}", True), ("You can't drive", True), ("Name {pen_line}", False), ("Keep warm", False),
     ("A note about nothing", True), ("Another knot", False)],
)  # fmt: skip
def test_a_message_with_a_value_or_a_negation_is_critical(text: str, critical: bool) -> None:
    assert is_critical(text) is critical
