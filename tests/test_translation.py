"""Rules of a translation: no slip of a translator or a tool prints a wrong number, loses a "not", or breaks a page.

The rules stand in `fixtures/translation-rules.md`, where anyone can add a case.
"""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from xml.etree.ElementTree import Element

import pytest
import tinyhtml5  # type: ignore[import-untyped]
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from workshop import (
    ROOT,
    Case,
    Command,
    assert_clean,
    list_languages,
    read_cases,
    small,
    translated,
    write,
    write_po,
)

from packbuilder.edition import print_edition
from packbuilder.glossary import Glossary
from packbuilder.language import pseudo_translate
from packbuilder.messages import has_words
from packbuilder.model import Kind, Manuscript, Message, Place, Translation
from packbuilder.translation import check_translation, check_untouched, is_critical
from packbuilder.typeset import make_environment, typeset

GLOSSARY = Glossary(
    terms={"pump": ("bomba",), "bag": ("bolsa", "bolsas"), "line": ("vía",)},
    negations=("no", "nunca", "不"),
    keep=("CD19", "Blincyto", "Example Trust"),
    avoid={"droga": "medicamento"},
)
PLACE = Place("locales/es.po", 7)
PLACEHOLDER = re.compile(r"\{[a-z][a-z0-9_]*\}")


def entry(source: str, text: str, fuzzy: bool = False, context: str = "fever", comments: str = "") -> Translation:
    return Translation(context, source, text, fuzzy, PLACE, comments)


def judge(translation: Translation, glossary: Glossary = GLOSSARY, same_language: bool = False) -> list[str]:
    problems = check_translation(translation, glossary, same_language)
    assert all(problem.place == PLACE and problem.message and problem.hint for problem in problems), "each says where, what and what to do"
    return [problem.code for problem in problems]


def parse_case(case: Case) -> Translation:
    """The entry of a PO file that a case of the fixture file stands for."""
    lines = dict(line.split(":", 1) for line in case.text.split("\n") if line)
    values = {key: text.strip() for key, text in lines.items()}
    assert {"en", "tr"} <= set(values) <= {"en", "tr", "context", "note", "fuzzy"}, f"{case.title}: {sorted(values)}"
    text = values["tr"]
    if text.startswith('"'):
        text = text[1:-1].replace(r"\n", "\n").replace(r"\r", "\r").replace(r"\t", "\t")
    return entry(values["en"], text, "fuzzy" in values, values.get("context", "fever"), values.get("note", ""))


@pytest.mark.parametrize("case", read_cases("translation-rules.md"))
def test_a_translation_is_judged(case: Case) -> None:
    assert set(judge(parse_case(case))) == set(case.expected)


def codes_of_the_rules() -> set[str]:
    return set(re.findall(r'"(PO_[A-Z]+)"', (ROOT / "packbuilder" / "translation.py").read_text(encoding="utf-8")))


def test_every_rule_has_a_case_that_fails_on_it_alone() -> None:
    alone = {param.values[0].expected[0] for param in read_cases("translation-rules.md") if len(param.values[0].expected) == 1}
    assert alone == codes_of_the_rules()


def test_every_code_stands_in_the_translators_guide() -> None:
    guide = (ROOT / "locales" / "README.md").read_text(encoding="utf-8")
    told = {code for row in re.findall(r"^\| (`[^|]*`) \|", guide, re.MULTILINE) for code in re.findall(r"`([A-Z_0-9]+)`", row)}
    source = "".join((ROOT / "packbuilder" / name).read_text(encoding="utf-8") for name in ("catalog.py", "translation.py"))
    assert set(re.findall(r'"(PO_[A-Z_]+)"', source)) == {code for code in told if code.startswith("PO_")}


@pytest.mark.parametrize("source", ["Do not bathe", "Call us", "The pump stops"])
def test_another_spelling_of_english_may_copy_and_needs_no_term(source: str) -> None:
    assert judge(entry(source, source), same_language=True) == []


def test_another_spelling_of_english_keeps_values_digits_and_markup() -> None:
    found = judge(entry("**Call** {phone_24h} in 24 hours", "Call us in 25 hours, droga"), same_language=True)
    assert found == ["PO_PLACEHOLDER", "PO_DIGITS", "PO_BOLD", "PO_WORD"]


def test_a_language_without_a_glossary_is_checked_for_all_that_needs_none() -> None:
    assert judge(entry("Do not open the pump", "Ouvrez la pompe"), Glossary()) == []
    assert judge(entry("Do not open the pump in 24 hours", "Ouvrez la pompe"), Glossary()) == ["PO_DIGITS"]


def test_all_faults_of_one_translation_are_reported_at_once() -> None:
    found = judge(entry("**Do not** open the pump {phone_24h} in 24 hours", "Abra el aparato en 25 horas, droga "))
    assert set(found) == {"PO_PLACEHOLDER", "PO_DIGITS", "PO_BOLD", "PO_SPACE", "PO_NEGATION", "PO_TERM", "PO_WORD"}


@pytest.mark.parametrize(
    ("text", "critical"),
    [("Do not flush", True), ("Never wait", True), ("Call {phone_24h}", True), ("You can't drive", True),
     ("Name {pen_line}", False), ("Keep warm", False),
     ("A note about nothing", True), ("Another knot", False), ("Page {page_number} of {page_count}", False)],
)  # fmt: skip
def test_a_message_with_a_value_or_a_negation_is_critical(text: str, critical: bool) -> None:
    assert is_critical(text) is critical


# A region that prints the source as it stands


def untouched(text: str, source: str, context: str = "fever", foreign: frozenset[str] = frozenset()) -> list[str]:
    messages = [Message(context, source, Place("handouts/blocks/fever.md", 3))]
    found = {(context, source): replace(entry(source, text, context=context), place=Place("locales/en-US.po", 9))}
    problems = list(check_untouched("en-US", messages, found, Glossary(avoid={"tumour": "tumor"}), foreign))
    assert all(problem.place == Place("locales/en-US.po", 9) and problem.hint for problem in problems)
    return [problem.code for problem in problems]


def test_a_word_of_the_source_that_a_region_does_not_use_is_named() -> None:
    assert untouched("", "A tumour grows") == ["PO_WORD"]
    assert untouched("", "Tumour cells") == ["PO_WORD"]


def test_a_text_that_the_region_has_changed_or_never_prints_is_not_named() -> None:
    assert untouched("A tumor grows", "A tumour grows") == []
    assert untouched("", "A tumour grows", context="fever.gb", foreign=frozenset({"fever.gb"})) == []
    assert untouched("", "Contumour") == []


# Whatever a translator types: what passes every rule is right, and can be printed


SOURCE = "**Call {phone_24h}** if {call_temperature}, or after 24 hours, or 36, with CD19"


@st.composite
def slips(draw: st.DrawFn) -> str:
    """The source with a few slips of the hand: a character lost, doubled, changed, or in another place; a few other words."""
    text = draw(st.sampled_from([SOURCE, pseudo_translate(SOURCE), SOURCE.replace("Call", "Llame").replace("hours", "horas")]))
    for _ in range(draw(st.integers(0, 3))):
        at, to = draw(st.integers(0, len(text) - 1)), draw(st.integers(0, len(text) - 1))
        new = draw(st.sampled_from(["", text[at] * 2, text[to], "2", "4", "٢", "２", "{", "}", "_", "*", " ", "ñ", "{phone_24h}", "CD19"]))
        text = text[:at] + new + text[at + 1 :]
        if draw(st.booleans()):
            text = text[:to] + text[to : to + 2][::-1] + text[to + 2 :]
    return text


def numbers(text: str) -> Counter[str]:
    """Whole numbers, in any digits, outside placeholders."""
    return Counter(re.findall(r"\d+", PLACEHOLDER.sub(" ", text)))


@given(slips() | st.text(alphabet="{}phone_24h**CD19 ", max_size=40))
@settings(max_examples=400)
def test_a_translation_that_passes_keeps_every_placeholder_and_every_number(text: str) -> None:
    if text and not judge(entry(SOURCE, text), Glossary()):
        assert Counter(PLACEHOLDER.findall(text)) == Counter(PLACEHOLDER.findall(SOURCE))
        assert numbers(text) == numbers(SOURCE)


NOISE = [
    "ñandú",
    "اتصل",
    "立即",
    "&",
    "[",
    "]",
    "(",
    ")",
    "!",
    "#",
    "$",
    "- ",
    "1. ".strip("1"),
    ">",
    "|",
    "~~",
    "^",
    "...",
    ":",
    "'",
    '"',
    "%",
    "«",
    "/",
    "\\",
]
WORDS = {
    "Call {phone_24h} now if": ["{phone_24h}"],
    "![](icon-thermometer) the heat is **{call_temperature}**": ["![](icon-thermometer)", "**{call_temperature}**"],
    "The drip runs for {drip_days} days. Tell us if you feel hot. We want to know.": ["{drip_days}"],
    "Call {emergency_number} first for": ["{emergency_number}"],
    "Drink {small_dose} mugs": ["{small_dose}"],
    "{fever_rule}, or {lasting_rule}, or {low_rule}": ["{low_rule}", "{fever_rule}", "{lasting_rule}"],
    "above {fever_high}": ["{fever_high}"],
    "24 hours: {phone_24h}": ["24", "{phone_24h}"],
    "Leave the pump alone.": [],
}


@st.composite
def translations(draw: st.DrawFn, source: str) -> str:
    """What the source must keep, in any order, between words and characters that mean something to Markdown or HTML."""
    parts = list(draw(st.permutations(WORDS[source])))
    for word in draw(st.lists(st.sampled_from(NOISE), min_size=1, max_size=4)):
        parts.insert(draw(st.integers(0, len(parts))), word)
    return draw(st.sampled_from(["", " "])).join(parts).strip()


def shown_facts(html: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """Every fact of a page with its numbers. A phrase may say its numbers in another order."""
    found: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for holder in parse_page(html).iter():
        if name := holder.get("data-fact"):
            pieces = [holder] if holder.tag == "bdi" else list(holder.iter("bdi"))
            found[name, tuple(sorted("".join(piece.itertext()) for piece in pieces))] += 1
    return found


def free_text(html: str) -> str:
    """The words of a page without what stands in `<bdi>`: facts, and the code of the document."""
    return re.sub("<[^>]*>", " ", re.sub(r"<bdi\b.*?</bdi>|<style>.*?</style>", " ", html))


def parse_page(html: str) -> Element:
    """The page as the printer reads it."""
    tree: Element = tinyhtml5.parse(html, namespace_html_elements=False)
    return tree


@cache
def page_of_the_source(locale: str) -> str:
    return page(translate_all(locale, {}))


def translate_all(locale: str, changes: dict[str, str], audience: str = "adult") -> Manuscript:
    return write(audience, locale, catalogs={locale: translated(changes)})


def page(manuscript: Manuscript) -> str:
    return typeset(manuscript, make_environment(small().templates), dict.fromkeys(manuscript.panels, 8.0))


@given(st.sampled_from(["ar", "pl"]), st.fixed_dictionaries({source: translations(source) for source in WORDS}))
@settings(max_examples=25)
def test_whatever_passes_the_rules_builds_with_each_fact_as_often_as_in_the_source(locale: str, words: dict[str, str]) -> None:
    passing = {source: text for source, text in words.items() if not judge(entry(source, text), Glossary())}
    assume(passing)
    html = page(translate_all(locale, passing))
    assert shown_facts(html) == shown_facts(page_of_the_source(locale))
    assert not re.search("[{}]", free_text(html)), "no placeholder is left, and none was made"
    assert numbers(free_text(html)) == numbers(free_text(page_of_the_source(locale))), "no number was typed, and none was lost"


ORDERLY = {
    "Ring {phone_24h} at once.": "«{phone_24h}» & ya: 'ñ' [día/noche]",
    "The drip runs for {drip_days} days. Tell us if you feel hot. We want to know.": "Días: {drip_days} (~)",
    "{fever_rule}, or {lasting_rule}, or {low_rule}": "{low_rule} / {lasting_rule} / {fever_rule}",
    "Drink {small_dose} mugs": "{small_dose}!",
}


@pytest.mark.parametrize("locale", ["ar", "pl"])
def test_its_facts_are_on_the_paper(locale: str) -> None:
    assert not any(judge(entry(source, text), Glossary()) for source, text in ORDERLY.items())
    artifact = print_edition(translate_all(locale, ORDERLY, "nurse"), small())
    assert_clean(artifact)
    assert artifact.entry["facts"]["phone_24h"] == "020 7946 0123"


# What is missing, and what is only a hint


def build_nurse(command: Command) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The reasons of each draft, and the HTML, by locale."""
    list_languages(command.project, "en-GB", "pl", "es")
    html = command.project.root / "html"
    run = command("build", "--audience", "nurse", "--json", "--jobs", "1", "--keep-html", str(html))
    assert run.code == 0, run
    pages = {path.parent.name: path.read_text(encoding="utf-8") for path in html.rglob("*.html")}
    return {entry["locale"]: entry["reasons"] for entry in run.document["artifacts"]}, pages


def test_a_missing_message_makes_only_that_locale_a_draft_and_is_boxed(command: Command) -> None:
    write_po(command.project, "es", {"Keep warm": ""})
    write_po(command.project, "pl", {})
    reasons, pages = build_nurse(command)
    assert "1 message has no translation" in reasons["es"]
    assert not any("no translation" in reason for locale in ("en-GB", "pl") for reason in reasons[locale])
    assert re.search(r'<li class="untranslated"[^>]*lang="en-GB"[^>]*>Keep warm</li>', pages["es"])
    assert pages["es"].count("untranslated") == 1 and "untranslated" not in pages["en-GB"] + pages["pl"]


def test_a_hint_is_never_printed(command: Command) -> None:
    write_po(
        command.project,
        "es",
        {"Keep warm": "ABRIGO NO REVISADO", "above {fever_high}": "POR DEBAJO DE {fever_high}"},
        frozenset({"Keep warm", "above {fever_high}"}),
    )
    write_po(command.project, "pl", {})
    reasons, pages = build_nurse(command)
    assert "2 messages have no translation" in reasons["es"]
    assert "ABRIGO" not in pages["es"] and "POR DEBAJO" not in pages["es"]
    assert "Keep warm" in pages["es"]


# English that stays is marked, wherever it stands


def english_outside_a_box(html: str) -> list[str]:
    """Words in Latin letters that stand in no box, are no fact, and are not what every page prints in English: its foot."""
    found: list[str] = []

    def walk(element: Element, excused: bool) -> None:
        names = set((element.get("class") or "").split())
        for_staff = element.get("lang") == "en-GB" and "panel" in names
        excused = excused or for_staff or element.tag in ("head", "bdi") or bool(names & {"untranslated", "foot", "foot-short"})
        texts = [element.text, *(child.tail for child in element)]
        found.extend(" ".join(text.split()) for text in texts if text and not excused and re.search("[A-Za-z]{2}", text))
        for child in element:
            walk(child, excused)

    walk(parse_page(html), False)
    return found


@pytest.mark.parametrize("audience", ["adult", "parent", "nurse"])
def test_a_page_without_any_translation_boxes_every_english_word(audience: str) -> None:
    """Titles, words of templates, sentences under pictures and phrases of the fever rule too."""
    assert english_outside_a_box(page(write(audience, "ar"))) == []


@pytest.mark.parametrize("kind", ["pack", "card"])
def test_a_box_is_closed_where_it_was_opened(kind: Kind) -> None:
    """An open box would swallow what follows it, a telephone number perhaps."""
    html = page(write("adult", "ar", kind=kind))
    for tag in ("p", "span", "div", "li", "td", "th"):
        assert len(re.findall(rf"<{tag}\b[^>/]*>", html)) == html.count(f"</{tag}>"), f"<{tag}> is opened more often than it is closed"


@pytest.mark.parametrize("kind", ["pack", "card"])
def test_the_title_of_a_document_is_plain_text(kind: Kind) -> None:
    html = page(write("adult", "ar", kind=kind))
    title = html[html.index("<title>") + len("<title>") : html.index("</title>")]
    assert "<" not in title, "markup in a title is read out letter by letter"


def test_every_message_without_a_translation_is_counted() -> None:
    manuscript = write("nurse", "ar")
    assert {message.text for message in manuscript.missing} >= {
        passage.message.text for passage in manuscript.sections[0].passages if has_words(passage.message.text)
    }
    assert manuscript.state == "draft"


def test_a_wrong_translation_holds_up_its_language_before_anything_is_written(command: Command) -> None:
    write_po(command.project, "es", {"Ring {phone_24h} at once.": "Llame al 020 7946 0132"})
    list_languages(command.project, "en-GB", "es")
    run = command("build", "--audience", "nurse", "--locale", "es", "--jobs", "1", "--json")
    found = [row for row in run.document["problems"] if row["code"].startswith("PO_")]
    assert run.code == 1 and {row["code"] for row in found} == {"PO_PLACEHOLDER", "PO_DIGITS"}
    assert all(row["path"] == "locales/es.po" and row["line"] > 3 and row["hint"] for row in found)
    assert not command.output.exists()
    assert command("build", "--audience", "nurse", "--locale", "en-GB", "--jobs", "1").code == 0
