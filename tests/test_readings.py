"""How hard the texts are to read: measured in the words that are printed, and held at the limits of the standards."""

from dataclasses import replace
from typing import Any

import pytest
from workshop import ROOT, SHIPPED, block_text, small_library, small_site, translated

from packbuilder import readings
from packbuilder.catalog import read_catalog
from packbuilder.content import read_library
from packbuilder.markup import SILENT, render_block
from packbuilder.model import Place
from packbuilder.readability import Reading
from packbuilder.readings import Measured, check_translated_readings, measure_all, measure_one, one_of_each_region

# A block, and a pack


@pytest.mark.parametrize(
    ("words", "grade", "found"),
    [(20, 5.0, []), (20, 5.1, ["call-now"]), (19, 99.0, []), (20, 8.0, ["call-now"]), (20, 8.1, ["call-now", "fever"])],
)
def test_the_grade_of_a_block_may_reach_its_limit_and_counts_from_twenty_words(
    words: int, grade: float, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "measure", lambda *_: counted(words, grade))
    blocks = [small_library().blocks[stem] for stem in ("call-now", "fever")]
    assert [block.name for block in blocks for problem in readings.check_grade(block, ()) if problem.code == "GRADE"] == found


@pytest.mark.parametrize("name", ["about", "bag-log", "diary", "plan-sheet", "alarm-table"])
def test_a_form_or_a_list_of_names_has_no_grade(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "measure", lambda *_: counted(200, 20.0))
    block = small_library().blocks["fever"]
    assert [problem.code for problem in readings.check_grade(block, ())] == ["GRADE"]
    assert list(readings.check_grade(replace(block, name=name), ())) == []


def test_what_is_read_as_a_sentence_is_measured_and_a_heading_is_not() -> None:
    text = """## Title\n\nOne **two**. [^I04]\n\n![A picture](pump-line-bag)\n\n- Three. ![](icon-drop) {drip_days} times. [^I04]\n
| Head |\n|---|\n| Four [^I04] |\n\n!!! tell "Five"\n    Six. [^I04]\n"""
    _, passages = render_block(block_text(small_library(), "fever", text).blocks["fever"], SILENT)
    assert readings.prose(passages) == ["One two.", "Three. ten times.", "Four", "Five", "Six."]


@pytest.mark.parametrize(("grade", "mean", "found"), [(6.0, 14.0, 0), (6.01, 14.0, 1), (6.0, 14.01, 1), (6.01, 14.01, 2)])
def test_a_whole_pack_may_reach_its_limits(grade: float, mean: float, found: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "measure", lambda *_: counted(100, grade, mean))
    packs = small_library().packs
    said = {who: len(list(readings.check_pack_grade(packs[who], small_site(), [], {}))) for who in packs}
    assert said == {"adult": found, "parent": found, "nurse": 0}


def counted(words: int, grade: float, mean: float = 10.0) -> Reading:
    """A reading with round figures, which no text would have."""

    class Round(Reading):
        grade = property(lambda _: grade)  # type: ignore[assignment]
        mean = property(lambda _: mean)  # type: ignore[assignment]

    return Round(words, 2, 40, 10, "One.")


# In each language


def measured(locale: str, text: str = "", audience: str = "adult") -> Measured:
    """The reading of a whole pack, with another sentence for one message."""
    site = replace(small_site(), locales=(locale,))
    catalogs = {locale: translated({"Leave the pump alone.": text} if text else {})}
    return next(row for row in measure_all(small_library(), [site], catalogs) if row.audience == audience and not row.block)


def test_a_pack_is_measured_in_the_words_that_its_reader_gets() -> None:
    assert measured("es").words == measured("en-GB").words
    assert measured("es", "Uno dos tres cuatro cinco.").words == measured("es").words + 1
    assert measured("es", "Una frase. Otra frase.").sentences == measured("es").sentences + 1


def test_only_english_has_a_grade_and_only_spanish_an_inflesz() -> None:
    assert [(measured(code).grade is None, measured(code).inflesz is None) for code in ("en-GB", "en-US", "es", "es-MX", "pl", "ar")] == [
        (False, True), (False, True), (True, False), (True, False), (True, True), (True, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "texts", "row", "said"),
    [
        (
            "en-GB",
            ("Call us now.", "Wait here. Rest now."),
            ("GB", 3, 7, 2.3, 3, -2.9, None),
            "Flesch-Kincaid grade -2.9, 2.3 words a sentence, 7 words",
        ),
        (
            "es",
            ("Llame ya mismo.", "Espere aquí. Descanse en casa."),
            ("GB", 3, 8, 2.7, 3, None, 79.6),
            "INFLESZ 79.6, 2.7 words a sentence, 8 words",
        ),
        ("zh-Hans", ("不要动泵。", "等。休息。"), ("GB", 3, 7, 2.3, 4, None, None), "2.3 characters a sentence, 7 characters"),
        ("pl", ("Zadzwoń teraz.",), ("GB", 1, 2, 2.0, 2, None, None), "2.0 words a sentence, 2 words"),
    ],
)
def test_a_text_is_counted_in_the_way_of_its_language(locale: str, texts: tuple[str, ...], row: tuple[Any, ...], said: str) -> None:
    """English and Spanish have a scale of their own; Chinese counts characters."""
    region, sentences, words, mean, longest, grade, inflesz = row
    found = measure_one(locale, small_library().packs["parent"], small_site(), "fever", texts)
    assert found == Measured(locale, "parent", region, "fever", sentences, words, mean, longest, grade, inflesz)
    assert str(found) == f"parent pack, {region}, {locale}: {said}"


def test_what_is_not_translated_is_not_measured() -> None:
    """A pack half in English would say nothing about either language."""
    site = replace(small_site(), locales=("es",))
    only = {key: entry for key, entry in translated({}).items() if key[1] == "Keep warm"}
    rows = {(row.audience, row.block): row for row in measure_all(small_library(), [site], {"es": only})}
    assert rows["adult", "fever"].words == 2 and rows["adult", "card"].words == 0
    assert rows["adult", "card"].inflesz == 100.0, "no words are no fault"


def spanish(score: float, **changes: object) -> Measured:
    row = Measured("es", "adult", "GB", "", 40, 400, 10.0, 25, inflesz=score)
    return replace(row, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (spanish(65.0), False),
        (spanish(64.9), True),
        (spanish(40.0, audience="parent"), True),
        (spanish(40.0, audience="nurse"), False),
        (spanish(40.0, block="fever"), False),
        (spanish(40.0, locale="es-MX"), True),
        (Measured("pl", "adult", "GB", "", 4, 400, 100.0, 200), False),
        (Measured("en-GB", "adult", "GB", "", 4, 400, 100.0, 200, grade=20.0), False),
    ],
)
def test_a_spanish_pack_for_patients_must_reach_the_scale(row: Measured, found: bool) -> None:
    """English is held block by block where it is written; other languages only by the length of their sentences."""
    problems = list(check_translated_readings([row]))
    assert [problem.code for problem in problems] == ["INFLESZ"] * found
    assert all(problem.place == Place(f"locales/{row.locale}.po") and "at least 65" in problem.message for problem in problems)
    assert all(problem.hint == "shorter words and sentences: check --json shows each block" for problem in problems)


def test_the_shipped_spanish_packs_are_easy_to_read() -> None:
    library = read_library(SHIPPED)[0]
    site = replace(small_site(), locales=("es",))
    rows = measure_all(library, [site], {"es": read_catalog(SHIPPED.locales / "es.po", ROOT)[0]})
    packs = {row.audience: row for row in rows if not row.block}
    assert list(check_translated_readings(rows)) == []
    assert packs["adult"].inflesz and packs["adult"].inflesz > 70 and packs["adult"].words > 3000, "it was really measured"
    assert {row.block for row in rows if row.audience == "nurse"} >= {"", "call-now.nurse", "dose-table.nurse", "triage.nurse"}


def test_the_fullest_site_of_each_country_stands_for_it() -> None:
    full = small_site()
    bare, abroad = replace(full, id="bare", home={}), replace(full, id="abroad", region="IE")
    assert one_of_each_region([bare, full, abroad]) == [full, abroad]
    assert one_of_each_region([full, bare]) == [full]
    assert one_of_each_region([bare, replace(bare, id="other")]) == [bare], "of two alike the first"
