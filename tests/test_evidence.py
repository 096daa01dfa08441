"""Evidence: a reviewer sees what stands behind each sentence, what was decided, what the hospital chose, and what is not printed.

The reviewer's edition is a print like any other: nothing of it may be lost, cut off or wrong.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tinyhtml5  # type: ignore[import-untyped]
from workshop import (
    LONG,
    ROOT,
    SHIPPED,
    Run,
    assert_clean,
    block_text,
    echo_catalog,
    make_real,
    pages_of,
    sign,
    small,
    small_library,
    small_site,
    translated,
    write,
)

from packbuilder.content import read_library
from packbuilder.edition import print_edition
from packbuilder.evidence import NOT_GIVEN, is_unsupported, make_matrix, show_facts, show_policy
from packbuilder.markup import SILENT, render_block
from packbuilder.model import Block, Contact, Dossier, Library, Manuscript, Passage, Place, PrintedFact, Project, Site
from packbuilder.site import KEYS, read_site
from packbuilder.typeset import make_environment, typeset

ENV = make_environment(SHIPPED.templates)


@cache
def shipped() -> tuple[Library, tuple[Site, ...]]:
    library, problems = read_library(SHIPPED)
    sites = [read_site(path, ROOT)[0] for path in sorted((SHIPPED.handouts / "sites").glob("*.toml"))]
    assert not problems
    return library, tuple(site for site in sites if site)


# What needs evidence


@pytest.mark.parametrize(
    ("text", "unsupported"),
    [
        ("A drug helps.", ["A drug helps."]),
        ("A drug helps. [^I04]", []),
        ("- A drug helps.\n- So does rest. [^I04]", ["A drug helps."]),
        ("| Who | When |\n|---|---|\n| You | Now [^I04] |", ["You"]),
        ("## What is it?", []),
        ("![A bag](pump-line-bag)", []),
        ("{pen_line}", []),
        ("{phone_24h}", []),
        ("Call {phone_24h}", ["Call {phone_24h}"]),
        ('!!! urgent "Call now"\n    - you feel hot', ["you feel hot"]),
    ],
)
def test_a_sentence_an_item_and_a_cell_need_a_mark(text: str, unsupported: list[str]) -> None:
    passages: tuple[Passage, ...] = render_block(Block("x", "x", "", "", text, Place("x")), SILENT)[1]
    assert [passage.message.text for passage in passages if is_unsupported(passage)] == unsupported


# The dossier of an edition


@cache
def review(audience: str = "adult", locale: str = "en-GB") -> Manuscript:
    return write(audience, locale, format_="review", catalogs={"pl": echo_catalog()})


def dossier(manuscript: Manuscript) -> Dossier:
    assert manuscript.dossier
    return manuscript.dossier


def test_every_fact_that_is_cited_is_there_with_its_sources_and_places() -> None:
    rows = {row["id"]: row for row in dossier(review()).cited}
    assert set(rows) == {"I04", "S02"}, "our own words and decisions are not facts"
    assert rows["I04"]["statement"] == "A fever needs a call" and rows["I04"]["sources"] == ["A leaflet"]
    assert set(rows["I04"]["places"]) >= {"call-now", "fever", "inside-left", "{fever_above}"}
    assert "travel.adult.us" not in rows["S02"]["places"], "another country's block is not in this pack"


def test_every_decision_is_there_whether_it_is_cited_or_not() -> None:
    rows = {row["id"]: row for row in dossier(review()).decisions}
    assert set(rows) == set(small_library().decisions) == {"X01", "X02"}
    assert rows["X01"]["says"] == [("A leaflet", "no number")] and rows["X01"]["elsewhere"] == "Another leaflet says 37.5"
    assert (rows["X01"]["places"], rows["X02"]["places"]) == (["call-now"], [])


def test_the_reviewer_is_told_how_a_value_follows_from_its_evidence() -> None:
    library = small_library()
    days = replace(library.facts["drip_days"], derived="four weeks of seven")
    [row] = show_facts(replace(library, facts={"drip_days": days}), {"drip_days": PrintedFact("drip_days", (("28", True),))}, {"drip_days"})
    assert row["unit"] == "days; four weeks of seven"


def test_every_value_is_there_as_it_is_printed_with_its_unit_and_evidence() -> None:
    rows = {row["name"]: row for row in dossier(review()).facts}
    assert rows["drip_days"] == {"name": "drip_days", "text": "28", "unit": "days", "evidence": "S02"}
    assert rows["phone_24h"] == {"name": "phone_24h", "text": "020 7946 0123", "unit": "site file", "evidence": ""}
    assert rows["fever_high"]["text"] == "37.5\u00a0°C (99.5\u00a0°F)"
    assert {row["name"]: row for row in dossier(review(locale="pl")).facts}["small_dose"]["text"] == "5,4", "as this reader sees it"


def test_what_is_known_and_not_printed_is_there_with_its_reason() -> None:
    assert dossier(review()).not_printed == ({"id": "Z01", "statement": "This must not be said", "reason": "it is out of date"},)


def policy(site: Site) -> dict[str, str]:
    return {row["key"]: row["value"] for row in show_policy(site)}


EVERY_KEY = {
    f"{table}.{key}" if table else key
    for table, keys in {**KEYS, "fever.child": KEYS["fever.adult"]}.items()
    for key in keys
}  # fmt: skip


def test_every_key_of_a_site_file_is_there() -> None:
    rows = list(show_policy(small_site()))
    assert {row["key"] for row in rows} == EVERY_KEY and len(rows) == len(EVERY_KEY)
    assert all(row["purpose"] and row["value"] for row in rows), "the small site gives every value"
    assert next(row for row in rows if row["key"] == "fever.child.high_c")["purpose"].count("a child") == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "Northfield Hospital"),
        ("region", "GB"),
        ("locales", "en-GB"),
        ("formats", "standard"),
        ("sample", "yes"),
        ("contact.phone_24h", "020 7946 0123"),
        ("contact.emergency", "999"),
        ("contact.formats", "leaflets@northfield.example"),
        ("fever.adult.high_c", "37.5 °C"),
        ("fever.adult.rule", "above"),
        ("fever.adult.sustained_hours", "2"),
        ("fever.child.rule", "at-or-above"),
        ("fever.child.low_c", "36.0 °C"),
        ("home.pathway", "people go home with the pump"),
        ("home.alarms", "2 messages"),
        ("home.bathing", "Shower with the pump kept dry."),
        ("review.months", "24"),
        ("review.owner", "Leaflet group"),
    ],
)
def test_a_choice_of_the_hospital_is_shown_as_it_made_it(key: str, value: str) -> None:
    assert policy(small_site())[key] == value


def test_what_a_hospital_left_open_is_named_as_such() -> None:
    rule = replace(small_site().fever["adult"], low_c=None, sustained_c=None, sustained_hours=None)
    only = {"phone_24h": Contact("1", "1"), "emergency_number": Contact("999", "999")}
    bare = replace(
        small_site(), contacts=only, fever={**small_site().fever, "adult": rule}, home={}, alarms=(), sample=False, home_pathway=False
    )
    found = policy(bare)
    open_keys = {"contact.phone_day", "contact.interpreter", "fever.adult.low_c", "fever.adult.sustained_c", "home.alarms", "home.bathing"}
    assert {key for key, value in found.items() if value == NOT_GIVEN} >= open_keys
    assert found["fever.child.low_c"] == "36.0 °C" and found["sample"] == "no"
    assert found["home.pathway"] == "nobody goes home with the pump"
    assert set(found) == EVERY_KEY


# The reviewer's edition of the source language


def page(manuscript: Manuscript) -> Any:
    """The page as the printer reads it."""
    return tinyhtml5.parse(typeset(manuscript, ENV), namespace_html_elements=False)


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def with_class(root: Any, name: str) -> list[Any]:
    return [element for element in root.iter() if name in (element.get("class") or "").split()]


def notes_of(root: Any) -> dict[str, list[str]]:
    """Block -> the notes in its margin and in its tables' columns, in their order."""
    return {
        words(with_class(section, "file")[0]).rpartition(": ")[2]: [
            words(note) for note in section.iter() if {"ids", "ids-cell"} & set((note.get("class") or "").split()) and note.tag != "th"
        ]
        for section in with_class(root, "beside")
    }


def test_each_paragraph_has_its_evidence_beside_it() -> None:
    notes = notes_of(page(review()))
    panels = ["front", "back", "inside-left", "inside-right", "single", "staff", "call"]
    assert list(notes) == ["call-now", "fever", "alarm-table", "bathing", "travel.gb", "about", *panels]
    assert notes["call-now"] == ["I04 X01", "I04", "I04", "I04"]
    assert notes["fever"] == ["S02 I04", "S02", "S02", "O-FORM S02", "O-FORM S02"]


def test_a_table_has_a_column_for_its_evidence() -> None:
    table = next(element for element in page(review("nurse")).iter("table"))
    rows = [[words(cell) for cell in row] for row in table.iter("tr")]
    assert rows[0] == ["Who", "When", "Evidence"]
    assert [(row[0], row[-1]) for row in rows[1:]] == [("Adult", "O-FORM I04"), ("Child", "O-FORM I04")]


def test_a_sentence_without_evidence_says_so() -> None:
    library = block_text(small_library(), "fever", "## What is a fever?\n\nStay in bed.\n\n| A | B |\n|---|---|\n| One | Two |\n")
    notes = notes_of(page(write(library=library, format_="review")))
    assert notes["fever"] == ["no evidence", "–"]


@pytest.mark.parametrize("audience", ["adult", "parent", "nurse"])
def test_no_mark_of_a_shipped_pack_is_left_out(audience: str) -> None:
    """In tables, care cards and under pictures too, and each where its sentence is."""
    library, (site, *_) = shipped()
    manuscript = write(audience, site=site, library=library, format_="review")
    notes = notes_of(page(manuscript))
    for section in (*manuscript.sections, *manuscript.panels.values()):
        if section.name != "card":
            cited = {id_ for passage in section.passages for id_ in passage.evidence}
            assert cited == {id_ for note in notes[section.stem] for id_ in note.split()}, section.stem
    assert not any("no evidence" in note for own in notes.values() for note in own)


@pytest.mark.parametrize("audience", ["adult", "parent", "nurse"])
def test_behind_the_text_stands_everything_that_a_reviewer_must_see(audience: str) -> None:
    manuscript = review(audience)
    [end] = with_class(page(manuscript), "dossier")
    text, behind = words(end), dossier(manuscript)
    for row in (*behind.cited, *behind.decisions, *behind.not_printed):
        assert row["id"] in text and all(words_ in text for words_ in (row.get("statement", ""), row.get("decision", "")))
    for fact in behind.facts:
        assert fact["name"] in text and " ".join(fact["text"].split()) in text
    for key in EVERY_KEY:
        assert key in text, key
    assert "Z01" in text and "it is out of date" in text
    assert manuscript.digest in text, "the signature page names the text that is signed"
    assert f"build.py approve --site small-gb --audience {audience} --locale en-GB --role clinical" in text
    assert {"Consultant", "Pharmacist", "Signature"} <= set(text.split()) and "24 months" in text


def test_a_hospital_with_no_signature_yet_reads_why_it_is_a_draft() -> None:
    foot = words(with_class(page(review()), "foot")[0])
    assert "Draft: made-up hospital not signed" in foot and review().digest[:8] in foot


# The reviewer's edition of a translation


def test_a_translation_stands_beside_its_source_with_the_evidence() -> None:
    catalogs = {"pl": translated({"Keep warm": "Ciepło", "A fit": "Drgawki"})}
    root = page(write("adult", "pl", format_="review", catalogs=catalogs))
    rows = [[words(cell) for cell in row] for table in with_class(root, "proof") for row in table.iter("tr")]
    found = {row[1]: row[2] for row in rows}
    assert found["Keep warm S02"] == "Ciepło" and found["A fit I04"] == "Drgawki"
    drip = "The drip runs for {drip_days} days. Tell us if you feel hot. We want to know."
    assert found[f"{drip} S02 I04"] == drip.replace("{drip_days}", "28"), "the name on the left, the value on the right"
    text = words(with_class(root, "dossier")[0])
    assert "I am not the translator" in text and "--locale pl --role translation" in text and "Translation reviser" in text


def test_a_message_without_a_translation_is_named_on_the_reviewers_page() -> None:
    assert "not translated" in words(page(write("nurse", "ar", format_="review")))


# On paper


@pytest.mark.parametrize("locale", ["en-GB", pytest.param("pl", marks=LONG)])
def test_the_reviewers_edition_prints_without_fault(locale: str) -> None:
    manuscript = review("adult", locale)
    artifact = print_edition(manuscript, small())
    assert_clean(artifact)
    pages = pages_of(artifact.pdf)
    text = " ".join(pages)
    for wanted in ("I04", "X01", "S02", "O-FORM", "Z01", "Fever number", "A leaflet", "home.body_fluids", manuscript.digest):
        assert wanted in text or wanted in text.replace(" ", ""), wanted
    assert all(manuscript.digest[:8] in page and "NF-BLIN-ADULT" in page for page in pages)
    assert artifact.entry["state"] == "draft" and artifact.entry["path"].endswith("-review.pdf")


def test_a_signed_text_gives_the_reviewer_no_mark() -> None:
    """The next review starts from a page that says when this one ends."""
    site = make_real()
    approval = sign(write("nurse", site=site))
    manuscript = write("nurse", site=site, format_="review", approvals=[approval])
    assert manuscript.state == "release"
    assert "Approved: 2 Mar 2026 · Review by: 2 Mar 2027" in words(with_class(page(manuscript), "foot")[0])


# The matrix


def matrix(library: Library | None = None) -> dict[str, Any]:
    return make_matrix(library or small_library(), [small_site()])


def test_a_fact_is_shown_with_each_block_that_cites_it_audience_by_audience() -> None:
    rows = {row["id"]: row for row in matrix()["facts"]}
    panels = ["back", "inside-left", "inside-right", "single", "staff", "call"]
    assert rows["I04"]["blocks"]["adult"] == ["call-now", "fever", *panels]
    assert rows["I04"]["blocks"]["nurse"] == ["call-now.nurse", "fever"]
    assert rows["S02"]["blocks"]["facts"] == ["drip_days", "small_dose", "advice_line"]
    assert rows["Z01"]["blocks"] == {} and rows["Z01"]["not_printed"] == "it is out of date"
    assert rows["X01"]["kind"] == "conflict" and list(rows) == sorted(rows)


def test_a_source_is_shown_with_the_facts_that_rest_on_it() -> None:
    [source] = matrix()["sources"]
    assert (source["key"], source["name"], source["facts"]) == ("leaflet", "A leaflet", ["G20", "I04", "S02", "X01", "X02", "Z01"])


def test_the_shipped_texts_have_no_sentence_without_evidence_and_no_fact_that_is_not_printed() -> None:
    found = make_matrix(*shipped())
    assert found["unsupported"] == [] and found["not_cited"] == []
    assert len(found["facts"]) > 250 and all(row["facts"] or row["key"] for row in found["sources"])


def test_a_mark_that_is_taken_out_shows_up_with_its_place() -> None:
    text = small_library().blocks["fever"].text
    [row] = matrix(block_text(small_library(), "fever", text.replace("Keep warm [^S02]", "Keep warm")))["unsupported"]
    assert row == {"block": "fever", "path": "handouts/blocks/fever.md", "line": 6, "text": "Keep warm"}


def test_a_citation_that_is_taken_out_shows_up_for_each_audience_that_is_not_told() -> None:
    library = block_text(small_library(), "fever", small_library().blocks["fever"].text.replace("S02", "O-FORM"))
    assert [(row["id"], row["audience"]) for row in matrix(library)["not_cited"]] == [("S02", "parent")], "an adult reads it in travel.gb"


def test_a_fact_of_another_country_is_missed_only_where_a_site_is_there() -> None:
    american = replace(small_site(), id="small-us", region="US")
    without = replace(small_library(), blocks={key: block for key, block in small_library().blocks.items() if key != "travel.adult.us"})
    assert make_matrix(without, [small_site()])["not_cited"] == []
    assert [(row["id"], row["audience"]) for row in make_matrix(without, [small_site(), american])["not_cited"]] == [("G20", "adult")]


def test_a_build_of_everything_writes_the_matrix_as_a_page_and_as_data(built: tuple[Project, Run]) -> None:
    output: Path = built[0].root / "output"
    data = json.loads((output / "evidence.json").read_text(encoding="utf-8"))
    assert data == json.loads(json.dumps(matrix())) and data["version"] == 1
    text = (output / "evidence.html").read_text(encoding="utf-8")
    assert all(f'id="{row["id"]}"' in text for row in data["facts"])
    assert text.count("None.") == 2, "no sentence without evidence, and no fact that is not printed"


MISSED: dict[str, Callable[[Library], Library]] = {
    "Sentences without evidence": lambda library: block_text(library, "bathing", "## Can I have a bath?\n\nNever swim.\n"),
    "Facts that must be printed and are not": lambda library: block_text(library, "call-now.nurse", "# Call\n"),
}


def test_the_page_names_what_is_missing() -> None:
    library = small_library()
    for change in MISSED.values():
        library = change(library)
    text = ENV.get_template("evidence.html").render(matrix=matrix(block_text(library, "fever", "## Fever\n")))
    assert "handouts/blocks/bathing.md:3: Never swim." in text
    assert "I04, nurse: A fever needs a call" in text and "None." not in text
