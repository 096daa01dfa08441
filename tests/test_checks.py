"""Content rules: what would be wrong, unclear or unproven on paper is found in the text, with its line, before it is printed.

The rules for a text stand in `fixtures/content-rules.md`, where anyone can add a case.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from workshop import (
    SHIPPED,
    SMALL_SITE_TEXT,
    Case,
    block_text,
    change_toml,
    codes,
    copy_small_project,
    panel_text,
    read_cases,
    site_from,
    small_library,
    small_site,
)

from packbuilder.checks import check_library
from packbuilder.content import read_library
from packbuilder.model import Block, Evidence, Fact, Library, PackEntry, Place, Problem


def alone(text: str) -> tuple[Library, str]:
    """A library with a single block, and that block's path."""
    first, _, rest = text.partition("\n")
    stem, text = (first.removeprefix("file: "), rest) if first.startswith("file: ") else ("topic.adult", text)
    name, audience, region = (*stem.split("."), "", "")[:3]
    block = Block(stem, name, audience, region.upper(), text, Place(f"handouts/blocks/{stem}.md"))
    library = small_library()
    packs = {who: replace(pack, entries=(PackEntry(name),), required=()) for who, pack in library.packs.items()}
    pictures = frozenset(path.stem for path in (SHIPPED.templates / "pictures").glob("*.*"))
    return replace(library, packs=packs, blocks={stem: block}, panels={}, pictures=pictures), block.place.path


@pytest.mark.parametrize("case", read_cases("content-rules.md"))
def test_a_text_is_judged_line_by_line(case: Case) -> None:
    library, path = alone(case.text)
    left = check_library(library, [])
    for expected in case.expected:
        head, _, words = expected.partition(": ")
        line, code = head.split()
        found = next((one for one in left if code in ("ANY", one.code) and one.place == Place(path, int(line))), None)
        assert found, f"{expected} is not among {[str(problem) for problem in left]}"
        left.remove(found)
        assert words in f"{found.message} ({found.hint})"
        assert found.hint, "it says what to do"
    assert not left, "nothing else is reported"


def test_each_rule_is_told_in_full_sentences(golden: Callable[[str, str], None]) -> None:
    """What an author reads, mistake by mistake: read the golden as one."""
    told = ""
    for title, case in ((param.id, param.values[0]) for param in read_cases("content-rules.md")):
        told += f"{title}\n" + "".join(f"    {problem}\n" for problem in check_library(alone(case.text)[0], []))
    golden("content-rules.txt", told)


# Packs, facts and evidence


def check(library: Library) -> list[Problem]:
    return check_library(library, [small_site()])


def without_block(library: Library, stem: str) -> Library:
    return replace(library, blocks={key: block for key, block in library.blocks.items() if key != stem})


def test_the_small_project_has_no_problem() -> None:
    assert check(small_library()) == []


def entries(*more: PackEntry, **changes: Any) -> Library:
    """The small library with more in its adult pack."""
    library = small_library()
    pack = library.packs["adult"]
    return replace(library, packs={**library.packs, "adult": replace(pack, entries=(*pack.entries, *more), **changes)})


def facts(**changes: Fact) -> Library:
    return replace(small_library(), facts={**small_library().facts, **changes})


def phrase(name: str, text: str, **by_region: str) -> Library:
    return facts(**{name: replace(small_library().facts["fever_above"], name=name, text=text, by_region=by_region)})


def cited(**changes: Any) -> Library:
    """The small library with one more row of evidence."""
    row = Evidence("K09", "Small bleeds come first, and they come from the nose or the gums", Place("handouts/evidence.toml", 7), **changes)
    return replace(small_library(), evidence={**small_library().evidence, "K09": row})


LINE = Place("handouts/packs.toml", 9)
HARD = "The hospital team is always available to answer every question about treatment. [^S02 I04]\n"
LONG = "You can sit and eat and talk and walk and read and rest and sing and hum and nap. [^S02 I04]\n"
SLIPS: dict[str, Callable[[], Library]] = {
    "a slip in the name of a block": lambda: entries(PackEntry("feverr", place=LINE)),
    "a slip in the name of a block, in a pack without lines": lambda: entries(PackEntry("feverr", place=Place("handouts/packs.toml"))),
    "a slip in the name of a block for the screen": lambda: entries(screen=("fever", "abuot")),
    "a slip in what a block needs": lambda: entries(PackEntry("fever", needs="home.bath", place=LINE)),
    "a slip in what a block gives way to": lambda: entries(PackEntry("fever", unless="home.pathwey", place=LINE)),
    "a need without a section": lambda: entries(PackEntry("fever", needs="bathing", place=LINE)),
    "a need of another section is fine": lambda: entries(PackEntry("fever", needs="contact.phone_day", place=LINE)),
    "a need that every site has": lambda: entries(PackEntry("fever", needs="paper", place=LINE)),
    "a required block that is not listed": lambda: entries(required=("call-now", "alarms")),
    "a block that no pack prints": lambda: replace(entries(), blocks={**small_library().blocks, "spare": spare("spare")}),
    "a block for the screen is used": lambda: replace(
        entries(screen=("spare",)), blocks={**small_library().blocks, "spare": spare("spare")}
    ),
    "a block of a pack without cards": lambda: replace(
        entries(), blocks={**small_library().blocks, "front.nurse": spare("front", "nurse")}
    ),
    "a phrase of the fever rule that is a number": lambda: facts(
        fever_low=replace(small_library().facts["drip_days"], name="fever_low", place=Place("handouts/facts.toml", 3))
    ),
    "a fever rule without its number": lambda: phrase("fever_above", "too hot"),
    "a fever rule that says its number twice": lambda: phrase("fever_above", "above {fever_high}, yes, {fever_high}"),
    "a fever rule with the wrong limit": lambda: phrase("fever_low", "below {fever_high}"),
    "a fever rule of two parts without the second": lambda: phrase("fever_lasting", "{fever_lasting_limit} or above"),
    "a fever rule with a number of its own": lambda: phrase("fever_above", "above {fever_high} or ٣8"),
    "a fever rule of another country without its number": lambda: phrase("fever_above", "above {fever_high}", IE="too hot"),
    "a phrase with a slip, a brace and a number": lambda: phrase("sip", "{drip_day} sips of CD19, { and 28"),
    "a phrase with a value of the nurse's is fine": lambda: phrase("sip", "{drip_days} sips above {fever_high_adult}, CD19"),
    "a fact without evidence": lambda: facts(drip_days=replace(small_library().facts["drip_days"], evidence=())),
    "a fact with evidence that is not there": lambda: facts(drip_days=replace(small_library().facts["drip_days"], evidence=("I04", "S03"))),
    "a fact with another number than its evidence": lambda: facts(
        drip_days=replace(small_library().facts["drip_days"], number=Decimal("2.8"), evidence=("I04", "S02"))
    ),
    "a row that nobody cites": lambda: cited(sources=("leaflet",), audiences=("adult", "nurse")),
    "a row that nobody cites, for two countries": lambda: cited(sources=("leaflet",), audiences=("parent",), regions=("IE", "GB")),
    "a row for another country": lambda: cited(sources=("leaflet",), audiences=("parent",), regions=("IE",)),
    "hard words in a whole pack": lambda: block_text(small_library(), "fever", "## Title\n\n" + HARD * 40),
    "long sentences in a whole pack": lambda: block_text(small_library(), "fever", "## Title\n\n" + LONG * 40),
    "hard words on a panel": lambda: panel_text(small_library(), "inside-left", "### Title\n\n" + HARD * 2),
    "hard words on the panel for staff": lambda: panel_text(small_library(), "back", "### Title\n\n" + HARD * 2),
    "a panel that starts with another heading": lambda: panel_text(small_library(), "front", "## Title\n\nFor weeks. [^S02]\n"),
    "hard words in a block of names and numbers": lambda: block_text(small_library(), "about", "## Title\n\n" + HARD * 2),
}


def spare(name: str, audience: str = "") -> Block:
    stem = f"{name}.{audience}".rstrip(".")
    return replace(small_library().blocks["fever"], stem=stem, name=name, audience=audience, place=Place(f"handouts/blocks/{stem}.md"))


def test_each_slip_in_packs_and_facts_is_told_in_full_sentences(golden: Callable[[str, str], None]) -> None:
    """Also what is no slip: a title with nothing below it."""
    told = "".join(f"{title}\n" + "".join(f"    {problem}\n" for problem in check(make())) for title, make in SLIPS.items())
    golden("library-rules.txt", told)


def test_what_holds_in_two_countries_is_told_with_both() -> None:
    library = small_library()
    fact, row = library.facts["drip_days"], library.evidence["I04"]
    both = replace(
        library,
        facts={**library.facts, "drip_days": replace(fact, regions=("GB", "IE"))},
        evidence={**library.evidence, "I04": replace(row, regions=("GB", "IE"))},
    )
    found = check_library(block_text(both, "fever", "## Fever\n\nCall for {drip_days} days. [^I04]\n"), [])
    fever = sorted(str(problem) for problem in found if problem.place.path == library.blocks["fever"].place.path)
    assert fever == [
        "handouts/blocks/fever.md:3: EVIDENCE_REGION I04 holds only in GB, IE (move it to a block for that country)",
        "handouts/blocks/fever.md:3: FACT_REGION {drip_days} is only for GB, IE (use it in a block whose name ends in .gb or .ie)",
    ]


def test_a_block_that_no_pack_prints_is_named() -> None:
    library = small_library()
    spare = replace(library.blocks["fever"], stem="spare", name="spare", place=Place("handouts/blocks/spare.md"))
    [problem] = check(replace(library, blocks={**library.blocks, "spare": spare}))
    assert (problem.code, problem.place.path) == ("UNUSED_BLOCK", "handouts/blocks/spare.md")


def test_a_block_for_readers_whose_pack_does_not_list_it_is_named() -> None:
    library = small_library()
    spare = replace(library.blocks["bathing"], stem="bathing.nurse", audience="nurse", place=Place("handouts/blocks/bathing.nurse.md"))
    [problem] = check(replace(library, blocks={**library.blocks, "bathing.nurse": spare}))
    assert (problem.code, problem.place.path) == ("UNUSED_BLOCK", "handouts/blocks/bathing.nurse.md")


def test_a_slip_in_a_pack_is_named_with_what_was_meant() -> None:
    library = small_library()
    pack = library.packs["adult"]
    wrong = replace(library, packs={**library.packs, "adult": replace(pack, entries=(*pack.entries, PackEntry("feverr")))})
    [problem] = check(wrong)
    assert problem.code == "UNKNOWN_BLOCK" and problem.place == pack.place
    assert "feverr" in problem.message and problem.hint == "did you mean fever?"


def test_a_slip_in_what_a_block_needs_is_named() -> None:
    library = small_library()
    pack = library.packs["adult"]
    entries = tuple(replace(entry, needs="home.bath") if entry.block == "bathing" else entry for entry in pack.entries)
    found = check(replace(library, packs={**library.packs, "adult": replace(pack, entries=entries)}))
    assert codes(found) == {"UNKNOWN_NEED"}
    assert found[0].hint == "did you mean home.bathing?"


def test_a_slip_in_what_a_block_gives_way_to_is_named() -> None:
    library = small_library()
    pack = library.packs["adult"]
    entries = tuple(replace(entry, needs="", unless="home.pathwey") if entry.block == "bathing" else entry for entry in pack.entries)
    [problem] = check(replace(library, packs={**library.packs, "adult": replace(pack, entries=entries)}))
    assert (problem.code, problem.hint) == ("UNKNOWN_NEED", "did you mean home.pathway?")


def test_a_required_block_must_be_among_the_blocks() -> None:
    library = small_library()
    pack = library.packs["adult"]
    found = check(replace(library, packs={**library.packs, "adult": replace(pack, required=("call-now", "alarms"))}))
    assert [(problem.code, "alarms" in problem.message) for problem in found] == [("UNKNOWN_BLOCK", True)]


def test_a_required_block_without_a_file_that_fits_is_an_error() -> None:
    library = small_library()
    pack = library.packs["adult"]
    american = replace(library.blocks["fever"], stem="fever.us", region="US")
    wrong = replace(without_block(library, "fever"), packs={**library.packs, "adult": replace(pack, required=("fever",))})
    found = check(replace(wrong, blocks={**wrong.blocks, "fever.us": american}))
    missing = [problem for problem in found if problem.code == "MISSING_BLOCK"]
    assert [(problem.place, "fever.adult.md" in problem.hint) for problem in missing] == [(pack.place, True)]


def test_every_fact_for_a_reader_must_be_cited_in_their_pack() -> None:
    library = small_library()
    row = Evidence("K09", "Small bleeds come first", Place("handouts/evidence.toml", 7), sources=("leaflet",), audiences=("adult", "nurse"))
    found = check(replace(library, evidence={**library.evidence, "K09": row}))
    assert [(problem.code, problem.place) for problem in found] == [("NOT_CITED", row.place)] * 2
    assert "adult pack in GB" in found[0].message and "nurse pack in GB" in found[1].message


def test_a_fact_of_another_country_need_not_be_cited() -> None:
    library = small_library()
    row = Evidence("K09", "Small bleeds", Place("handouts/evidence.toml", 7), sources=("leaflet",), audiences=("adult",), regions=("FR",))
    assert check(replace(library, evidence={**library.evidence, "K09": row})) == []


def test_a_citation_counts_only_where_the_block_is_printed() -> None:
    """An American block does not prove that a British reader is told."""
    library = small_library()
    row = replace(library.evidence["G20"], regions=())
    found = check(replace(library, evidence={**library.evidence, "G20": row}))
    assert [(problem.code, problem.message.split(":")[0]) for problem in found] == [("NOT_CITED", "G20")]


def test_a_citation_on_the_card_counts() -> None:
    library = small_library()
    row = replace(library.evidence["S02"], audiences=("adult",))
    front = replace(library.panels["front"], text="### I have the drug\n\nIt runs. [^S02]\n")
    moved = block_text(replace(library, panels={**library.panels, "front": front}), "fever", "## Fever\n\nCall. [^I04]\n")
    assert check(replace(moved, evidence={**library.evidence, "S02": row})) == []


def test_a_fact_needs_evidence_that_is_there() -> None:
    library = small_library()
    days = library.facts["drip_days"]
    without = check(replace(library, facts={**library.facts, "drip_days": replace(days, evidence=())}))
    wrong = check(replace(library, facts={**library.facts, "drip_days": replace(days, evidence=("S03",))}))
    assert [(problem.code, problem.place) for problem in without] == [("FACT_EVIDENCE", days.place)]
    assert [(problem.code, problem.hint) for problem in wrong] == [("UNKNOWN_EVIDENCE", "did you mean S02?")]


def held_against(statement: str, name: str, **changes: Any) -> Library:
    """The small library, with one fact changed and alone to be looked for, in another statement."""
    library = small_library()
    row = replace(library.evidence["S02"], statement=statement, notes=("Of one leaflet.",))
    facts = {key: replace(fact, **(changes if key == name else {"derived": "x"})) for key, fact in library.facts.items()}
    return replace(library, facts=facts, evidence={**library.evidence, "S02": row})


SAID = {
    "the number as it stands": ("28", "for 28 days", True),
    "a number with its decimals": ("5.4", "of 5.4 mg", True),
    "at the end of a sentence": ("28", "for 28.", True),
    "the first of a range": ("28", "28-29 days", True),
    "a slip of a finger": ("29", "for 28 days", False),
    "a digit too few": ("2", "for 28 days", False),
    "a digit too many": ("128", "for 28 days", False),
    "behind a decimal point": ("4", "of 5.4 mg", False),
    "behind a decimal comma": ("4", "of 5,4 mg", False),
    "before a decimal point": ("5", "of 5.4 mg", False),
    "before a decimal comma": ("5", "of 5,4 mg", False),
    "a lost decimal point": ("54", "of 5.4 mg", False),
    "thousands": ("1", "of 1,000 people", False),
    "no number at all": ("28", "for some weeks", False),
}


@pytest.mark.parametrize("title", SAID)
def test_a_number_must_stand_in_the_evidence_that_it_cites(title: str) -> None:
    """It is typed twice, in two files: a slip changes one of them."""
    number, statement, is_fine = SAID[title]
    found = [str(problem) for problem in check(held_against(statement, "drip_days", number=Decimal(number)))]
    told = f"{small_library().facts['drip_days'].place}: FACT_NUMBER drip_days: {number} does not stand in S02 "
    assert found == ([] if is_fine else [told + '(correct it, or say how it follows from them: derived = "…")'])


CALLED = {
    "the same": ("111", "ring 111", True),
    "without its 1": ("1-800-222-1222", "Poison line 800-222-1222", True),
    "with its 1": ("800-222-1222", "Poison line 1-800-222-1222", True),
    "with a word in it": ("1-800-FDA-1088", "ring 1-800-FDA-1088", True),
    "another word in it": ("1-800-FDA-1088", "ring 1-800-ABC-1088", False),
    "a short number without its 1": ("1222", "ring 222", False),
    "two digits exchanged": ("1-800-222-1222", "Poison line 800-222-2122", False),
    "its end alone": ("111", "ring 0111", False),
    "eleven digits, of which the first 1 is taken for the country": ("10800222122", "ring 0800222122", True),
    "eleven digits that start with another": ("20800222122", "ring 0800222122", False),
}


@pytest.mark.parametrize("title", CALLED)
def test_a_telephone_number_must_stand_in_the_evidence_that_it_cites(title: str) -> None:
    number, statement, is_fine = CALLED[title]
    found = check(held_against(statement, "advice_line", text=number))
    assert [problem.code for problem in found] == ["FACT_NUMBER"] * (not is_fine)


def test_a_number_may_stand_in_what_the_sources_of_a_decision_say_or_in_a_note() -> None:
    library = small_library()
    decision = library.decisions["X02"]
    days = replace(library.facts["drip_days"], number=Decimal(77), evidence=("S02", "X02"))
    for changed in (
        replace(library, decisions={"X02": replace(decision, says={"leaflet": "77 days"})}),
        replace(library, decisions={"X02": replace(decision, elsewhere="77 days in France")}),
        replace(library, evidence={**library.evidence, "S02": replace(library.evidence["S02"], notes=("in France 77", "5.4, 111"))}),
    ):
        facts = {**library.facts, "drip_days": days}
        assert check(replace(changed, facts=facts)) == []
    assert codes(check(replace(library, facts={**library.facts, "drip_days": days}))) == {"FACT_NUMBER"}


def test_a_number_that_follows_from_the_evidence_says_how() -> None:
    library = small_library()
    weeks = replace(library.facts["drip_days"], number=Decimal(4), derived="28 days are 4 weeks")
    assert check(replace(library, facts={**library.facts, "drip_days": weeks})) == []


def test_a_pack_as_a_whole_must_be_easy_to_read() -> None:
    library = small_library()
    hard = "## Title\n\n" + "The hospital team is always available to answer every question about treatment. " * 40
    found = check(block_text(library, "fever", hard + "[^S02 I04]\n"))
    whole = [problem for problem in found if problem.code == "GRADE" and problem.place == library.packs["adult"].place]
    assert whole and "at most 6" in whole[0].message


def test_what_nobody_cites_is_told_only_when_every_file_and_every_block_could_be_read() -> None:
    """Else the one that is missing may be where it is cited."""
    uncited = cited(sources=("leaflet",), audiences=("adult",))
    assert codes(check_library(uncited, [small_site()], complete=True)) == {"NOT_CITED"}
    assert check_library(uncited, [small_site()], complete=False) == []
    slip = replace(uncited, packs={**uncited.packs, "adult": entries(PackEntry("feverr")).packs["adult"]})
    assert codes(check(slip)) == {"UNKNOWN_BLOCK"}


@pytest.mark.parametrize(("stem", "count"), [("fever", 7), ("call-now.nurse", 3), ("card", 1), ("travel.adult.us", 1)])
def test_a_mark_that_is_taken_out_is_named_with_its_line(stem: str, count: int) -> None:
    """In the text of every reader and country, also where no site prints it."""
    block = small_library().blocks[stem]
    bare = re.sub(r" \[\^[^]]*\]", "", block.text)
    found = check_library(block_text(small_library(), stem, bare), [])
    assert {problem.place.path for problem in found} == {block.place.path} and codes(found) == {"UNSUPPORTED"}
    assert len(found) == count, "a cell that holds a value alone claims nothing"


def test_a_mark_of_the_card_that_is_taken_out_is_named() -> None:
    back = small_library().panels["back"]
    library = replace(small_library(), panels={**small_library().panels, "back": replace(back, text=back.text.replace(" [^O-SITE]", ""))})
    assert [(problem.code, problem.place) for problem in check(library)] == [("UNSUPPORTED", Place("handouts/card/back.md", 4))]


def test_a_mistake_in_a_panel_of_the_card_is_found() -> None:
    library = small_library()
    front = replace(library.panels["front"], text="### I have the drug\n\nfor 28 days, {zebra} [^S02]\n")
    found = check(replace(library, panels={**library.panels, "front": front}))
    assert codes(found) == {"TYPED_NUMBER", "UNKNOWN_FACT"}
    assert {problem.place for problem in found} == {Place("handouts/card/front.md", 3)}


@pytest.mark.parametrize("phrase", ["fever_above", "fever_at_or_above", "fever_low", "fever_lasting", "call_with_both", "call_with_low"])
def test_a_phrase_of_the_fever_rule_that_is_gone_is_a_problem_and_no_crash(phrase: str, tmp_path: Path) -> None:
    """Whoever renames it in facts.toml must be told; without it no temperature can be printed."""
    project = copy_small_project(tmp_path)
    facts = project.handouts / "facts.toml"
    facts.write_text(facts.read_text(encoding="utf-8").replace(f"[{phrase}]", f"[{phrase}_old]"), encoding="utf-8")
    library, problems = read_library(project)
    found = [*problems, *check_library(library, [small_site()])]
    assert any(phrase in f"{problem.message} {problem.hint}" for problem in found), found


def test_one_site_of_each_country_is_enough_and_the_fullest_is_taken(tmp_path: Path) -> None:
    """Rules about the text are not reported once for each hospital."""
    bare, problems = site_from(change_toml(SMALL_SITE_TEXT, "without home.bathing"), tmp_path)
    assert bare, problems
    library = small_library()
    row = Evidence("K09", "Small bleeds", Place("handouts/evidence.toml", 7), sources=("leaflet",), audiences=("adult",))
    found = check_library(replace(library, evidence={**library.evidence, "K09": row}), [bare, small_site()])
    assert [problem.code for problem in found] == ["NOT_CITED"]
