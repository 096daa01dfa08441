"""Prints that another build left: kept, and never quietly once they say what the hospital no longer says.

Through the command line on the small project. What is printed is made up, so that only the publishing takes time.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from workshop import Command, change_file, small_library, small_site

from packbuilder.model import Contact, Library, Place, Site
from packbuilder.older import digest_values

SITE, FACTS = "handouts/sites/small-gb.toml", "handouts/facts.toml"
SOME = ("--audience", "nurse", "--force")


def build(fast: Command, *options: str, code: int = 0) -> list[dict[str, object]]:
    """The warnings of a build; of a print that failed, its error too."""
    run = fast("build", "--today", "2026-11-20", "--json", *options)
    assert run.code == code, run
    problems: list[dict[str, object]] = run.document["problems"]
    return problems


def listed(fast: Command) -> set[str]:
    return {entry["path"] for entry in json.loads((fast.output / "manifest.json").read_bytes())["artifacts"]}


def marked(fast: Command) -> int:
    """How many documents the front page calls out of date, in the list that it prints."""
    return (fast.output / "index.html").read_text(encoding="utf-8").count("Out of date</td>")


def second_hospital(fast: Command) -> Path:
    path = fast.project.root / "handouts/sites/other-gb.toml"
    path.write_text((fast.project.root / SITE).read_text(encoding="utf-8").replace("small-gb", "other-gb"), encoding="utf-8")
    return path


CHANGES = {
    "the telephone number": (SITE, "020 7946 0123", "020 7946 0124"),
    "the fever limit": (SITE, "high_c = 37.5", "high_c = 38.0"),
    "the words of the rule": (SITE, 'rule = "above"', 'rule = "at-or-above"'),
    "a sentence of the hospital": (SITE, "bathing = ", "bathing = 'Ask us.' # "),
    "a number of the facts": (FACTS, "value = 28", "value = 29"),
    "words of the facts": (FACTS, 'text = "above {fever_high}"', 'text = "over {fever_high}"'),
}


@pytest.mark.parametrize("title", CHANGES)
def test_older_prints_are_kept_and_told_when_what_they_say_has_changed(title: str, fast: Command) -> None:
    assert build(fast) == []
    before = listed(fast)
    change_file(fast.project, *CHANGES[title])
    [problem] = build(fast, *SOME)
    assert (problem["code"], problem["severity"], problem["path"]) == ("OUTDATED", "warning", SITE)
    assert "4 older prints were" in str(problem["message"]) and "python3 build.py" in str(problem["hint"])
    assert listed(fast) == before
    assert marked(fast) == 4
    assert [one["code"] for one in build(fast, *SOME)] == ["OUTDATED"], "it is said until they are printed again"
    assert build(fast) == [] and marked(fast) == 0


QUIET = {
    "a comment": (SITE, "[contact]", "# ring it each month\n[contact]"),
    "another form": (SITE, 'formats = ["standard"]', 'formats = ["standard", "large-print"]'),
    "the words of a block": ("handouts/blocks/fever.md", "fever", "high fever"),
}


@pytest.mark.parametrize("title", QUIET)
def test_what_the_hospital_and_the_facts_do_not_say_makes_nothing_out_of_date(title: str, fast: Command) -> None:
    """A text that was corrected is another text: what was signed before is still what was signed."""
    build(fast)
    change_file(fast.project, *QUIET[title])
    assert build(fast, *SOME, "--locale", "en-GB") == []
    assert marked(fast) == 0


def test_nothing_is_offered_to_print_that_is_out_of_date(fast: Command) -> None:
    build(fast)
    change_file(fast.project, *CHANGES["the telephone number"])
    build(fast, *SOME)
    page = (fast.output / "index.html").read_text(encoding="utf-8")
    tiles = {tile.partition('data-audience="')[2].partition('"')[0]: tile for tile in page.split("<article")[1:]}
    assert {audience for audience, tile in tiles.items() if "Print" in tile} == {"nurse"}
    assert "Printed before the hospital" in page


def test_an_older_print_that_stands_in_for_one_that_failed_is_told(fast: Command) -> None:
    build(fast)
    change_file(fast.project, *CHANGES["the telephone number"])
    change_file(fast.project, "handouts/blocks/call-now.nurse.md", "at once", "at once when the pump trips")
    assert {one["code"]: one["severity"] for one in build(fast, code=1)} == {"PRINTER": "error", "OUTDATED": "warning"}
    assert marked(fast) == 1


def test_each_hospital_is_looked_at_by_itself(fast: Command) -> None:
    second_hospital(fast)
    build(fast)
    change_file(fast.project, "handouts/sites/other-gb.toml", "020 7946 0123", "020 7946 0124")
    [problem] = build(fast, "--site", "small-gb", "--force")
    assert (problem["path"], marked(fast)) == ("handouts/sites/other-gb.toml", 5)


def test_prints_of_a_hospital_whose_file_is_half_written_stay_and_are_told(fast: Command) -> None:
    """Somebody is at work on it. Its ward must not lose its packs, and nobody can tell now whether they are right."""
    path = second_hospital(fast)
    build(fast)
    before = listed(fast)
    path.write_text('id = "other-gb"\nname = ', encoding="utf-8")
    [problem] = build(fast, "--site", "small-gb", "--force")
    assert (problem["code"], problem["path"]) == ("OUTDATED", "handouts/sites/other-gb.toml")
    assert (listed(fast), marked(fast)) == (before, 5)


def test_prints_of_a_hospital_that_lies_elsewhere_stay_too(fast: Command, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One audience after the other, of a site file that is named by its path."""
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "other-gb.toml"
    second_hospital(fast).rename(elsewhere)
    for audience in ("adult", "nurse"):
        build(fast, "--site", str(elsewhere), "--audience", audience)
    assert len(listed(fast)) == 3


def test_without_a_stock_nobody_can_tell(fast: Command) -> None:
    build(fast)
    (fast.output / ".stock.json").unlink()
    assert [one["code"] for one in build(fast, *SOME)] == ["OUTDATED"]


def test_a_part_of_the_work_after_the_other_is_up_to_date(fast: Command) -> None:
    for part in ("1/2", "2/2"):
        assert build(fast, "--shard", part) == []
    assert len(listed(fast)) == 5 and marked(fast) == 0


def change_fact(library: Library, **changes: object) -> Library:
    return replace(library, facts={**library.facts, "drip_days": replace(library.facts["drip_days"], **changes)})  # type: ignore[arg-type]


SAID: Mapping[str, tuple[Site, Library]] = {
    "the name": (replace(small_site(), name="Southfield Hospital"), small_library()),
    "the country": (replace(small_site(), region="IE"), small_library()),
    "a contact": (replace(small_site(), contacts={**small_site().contacts, "feedback": Contact("us")}), small_library()),
    "the home pathway": (replace(small_site(), home_pathway=not small_site().home_pathway), small_library()),
    "a fact's number": (small_site(), change_fact(small_library(), number=Decimal("28.5"))),
    "a fact's words in a country": (small_site(), change_fact(small_library(), by_region={"GB": "28"})),
}
UNSAID: Mapping[str, tuple[Site, Library]] = {
    "where it is written": (replace(small_site(), place=Place("elsewhere.toml", 9)), small_library()),
    "the forms": (replace(small_site(), formats=("standard", "large-print")), small_library()),
    "the order of its contacts": (replace(small_site(), contacts=dict(reversed(small_site().contacts.items()))), small_library()),
    "the evidence of a fact": (small_site(), change_fact(small_library(), evidence=("I04",), place=Place("facts.toml", 99))),
}


@pytest.mark.parametrize("title", [*SAID, *UNSAID])
def test_the_digest_is_of_what_is_said(title: str) -> None:
    site, library = {**SAID, **UNSAID}[title]
    assert (digest_values(site, library) != digest_values(small_site(), small_library())) == (title in SAID)
