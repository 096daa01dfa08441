"""Content: a block is chosen by its file name alone, and every file of the room is read strictly, with lines."""

from pathlib import Path

import pytest
from workshop import SHIPPED, codes, copy_small_project, small_library

from packbuilder.content import choose_block, read_library
from packbuilder.model import Block, Place, Problem, Project

STEMS = ("fever", "fever.adult", "fever.us", "fever.adult.us", "travel.gb", "wash.parent", "wash.us")


def blocks(*stems: str) -> dict[str, Block]:
    return {stem: Block(stem, stem.split(".")[0], "", "", "", Place(stem)) for stem in stems}


@pytest.mark.parametrize(
    ("name", "audience", "region", "expected"),
    [
        ("fever", "adult", "US", "fever.adult.us"),
        ("fever", "adult", "GB", "fever.adult"),
        ("fever", "parent", "US", "fever.us"),
        ("fever", "parent", "GB", "fever"),
        ("fever", "nurse", "FR", "fever"),
        ("travel", "adult", "GB", "travel.gb"),
        ("travel", "adult", "US", None),
        ("wash", "parent", "US", "wash.parent"),
        ("wash", "adult", "US", "wash.us"),
        ("wash", "adult", "GB", None),
        ("bath", "adult", "GB", None),
    ],
)
def test_the_file_that_fits_best_wins(name: str, audience: str, region: str, expected: str | None) -> None:
    """Audience and region, then audience, then region, then plain."""
    found = choose_block(blocks(*STEMS), name, audience, region)
    assert (found.stem if found else None) == expected


def read_with(folder: Path, path: str, text: str | bytes) -> tuple[Project, tuple[Problem, ...]]:
    """The problems of the small project with one file written anew."""
    project = copy_small_project(folder)
    target = project.handouts / path
    target.write_bytes(text if isinstance(text, bytes) else text.encode())
    if path == "evidence.toml":
        # The decisions cite its sources, so they go with it.
        (project.handouts / "decisions.toml").unlink()
    return project, read_library(project)[1]


def test_a_file_name_says_who_reads_it(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    for name in ("topic.md", "topic.parent.md", "topic.us.md", "topic.nurse.gb.md"):
        (project.handouts / "blocks" / name).write_text("## Title\n", encoding="utf-8")
    library, problems = read_library(project)
    assert not problems
    found = {stem: (block.name, block.audience, block.region) for stem, block in library.blocks.items() if block.name == "topic"}
    assert found == {
        "topic": ("topic", "", ""),
        "topic.parent": ("topic", "parent", ""),
        "topic.us": ("topic", "", "US"),
        "topic.nurse.gb": ("topic", "nurse", "GB"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "fever.teenager.md",
        "fever.adults.md",
        "fever.gb.adult.md",
        "fever.adult.gbr.md",
        "fever.adult.gb.x.md",
        "fever.GB.md",
        "Fever.md",
        "fe ver.md",
        "fever_adult.md",
        "fever.adult.uk.md",
        "fever.xx.md",
    ],
)
def test_a_suffix_that_is_not_known_is_an_error(name: str, tmp_path: Path) -> None:
    """Above all `uk`, which is not the code of a country: such a block would never be printed."""
    _, problems = read_with(tmp_path, f"blocks/{name}", "## Title\n")
    assert [(problem.code, problem.place) for problem in problems] == [("BLOCK_NAME", Place(f"handouts/blocks/{name}"))]
    assert problems[0].hint


def test_a_link_in_the_place_of_a_block_is_refused(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    (project.handouts / "blocks" / "other.md").symlink_to(project.handouts / "blocks" / "fever.md")
    library, problems = read_library(project)
    assert codes(problems) == {"SYMBOLIC_LINK"} and "other" not in library.blocks


WRONG: dict[str, tuple[str, str | bytes, str, int, str]] = {
    "a block that is not UTF-8": ("blocks/fever.md", b"## Title\n\nF\xe9ver\n", "NOT_UTF8", 3, "UTF-8"),
    "a hidden character in a block": ("blocks/fever.md", "## Title\n\nFe\u200bver\n", "HIDDEN_CHARACTER", 3, "U+200B"),
    "a hidden character in a panel": ("card/front.md", "### Title\u2066\n", "HIDDEN_CHARACTER", 1, "U+2066"),
    "a pack that is not TOML": ("packs.toml", "[adult]\ntitle = A pack\n", "BROKEN_TOML", 2, "key ="),
    "a pack for nobody": ("packs.toml", '[adults]\ntitle = "x"\nblocks = ["fever"]\n', "UNKNOWN_AUDIENCE", 1, "did you mean adult?"),
    "a pack without blocks": ("packs.toml", '[adult]\ntitle = "x"\n', "PACK_EMPTY", 1, "blocks"),
    "a pack without its title": ("packs.toml", '[adult]\nblocks = ["fever"]\n', "PACK_EMPTY", 1, "title"),
    "a slip in a pack's key": ("packs.toml", '[adult]\ntitle = "x"\nblocks = ["fever"]\nrequird = []\n', "UNKNOWN_KEY", 4, "required"),
    "a block of a pack that is a number": ("packs.toml", '[adult]\ntitle = "x"\nblocks = ["fever", 3]\n', "PACK_ENTRY", 3, "needs"),
    "a pack whose blocks are a number": ("packs.toml", '[adult]\ntitle = "x"\nblocks = 3\n', "PACK_EMPTY", 1, "blocks"),
    "a pack whose blocks are one name": ("packs.toml", '[adult]\ntitle = "x"\nblocks = "fever"\n', "PACK_EMPTY", 1, "blocks"),
    "a fact without a value": ("facts.toml", '[days]\nunit = "days"\n', "FACT_VALUE", 1, "value = 28"),
    "a fact with two values": ("facts.toml", '[days]\nvalue = 3\ntext = "three"\n', "FACT_VALUE", 1, "value = 28"),
    "a fact that is a text and no phrase": ("facts.toml", '[line]\nvalue = "111"\n', "FACT_VALUE", 1, "kind"),
    "a fact that is a yes": ("facts.toml", "[days]\nvalue = true\n", "FACT_VALUE", 1, "value = 28"),
    "a fact that is not a number": ("facts.toml", "[days]\nvalue = nan\n", "FACT_VALUE", 1, "value = 28"),
    "a slip in a fact's key": ("facts.toml", "[days]\nvalue = 3\nunti = 'days'\n", "UNKNOWN_KEY", 3, "did you mean unit?"),
    "a fact with a capital": ("facts.toml", "[Days]\nvalue = 3\n", "FACT_NAME", 1, "small letters"),
    "a fact outside a section": ("facts.toml", "days = 3\n", "FACT_NAME", 1, "[name]"),
    "words by country that are one word": ("facts.toml", '[days]\ntext = "days"\nby_region = "GB"\n', "FACT_VALUE", 1, ""),
    "evidence without a statement": ("evidence.toml", "[facts.I04]\nsources = []\n", "EVIDENCE_VALUE", 1, "statement"),
    "evidence with an odd id": ("evidence.toml", '[facts.fever]\nstatement = "x"\n', "EVIDENCE_VALUE", 1, "I04"),
    "evidence for nobody": (
        "evidence.toml",
        '[sources.a]\nname = "A"\n[facts.I04]\nstatement = "x"\nsources = ["a"]\n',
        "EVIDENCE_VALUE",
        3,
        "who must read it",
    ),
    "evidence for readers and not to be printed": (
        "evidence.toml",
        '[sources.a]\nname = "A"\n[facts.I04]\nstatement = "x"\nsources = ["a"]\naudiences = ["adult"]\nnot_printed = "no"\n',
        "EVIDENCE_VALUE",
        3,
        "who must read it",
    ),
    "evidence without a source": ("evidence.toml", '[facts.I04]\nstatement = "x"\naudiences = ["adult"]\n', "EVIDENCE_VALUE", 1, "source"),
    "evidence from a source that is not known": (
        "evidence.toml",
        '[sources.leaflet]\nname = "A"\n[facts.I04]\nstatement = "x"\nsources = ["leaflt"]\naudiences = ["adult"]\n',
        "UNKNOWN_SOURCE",
        3,
        "did you mean leaflet?",
    ),
    "evidence for a reader that is not known": (
        "evidence.toml",
        '[sources.a]\nname = "A"\n[facts.I04]\nstatement = "x"\nsources = ["a"]\naudiences = ["nurses"]\n',
        "UNKNOWN_AUDIENCE",
        3,
        "did you mean nurse?",
    ),
    "a source without a name": ("evidence.toml", "[sources.a]\ndate = '2026'\n", "SOURCE_VALUE", 1, "name"),
    "sources that are a word": ("evidence.toml", 'sources = "a"\n', "SOURCE_VALUE", 1, ""),
    "a decision without a topic": ("decisions.toml", '[X01]\nhandled = "site"\ndecision = "x"\n', "DECISION_VALUE", 1, "topic ="),
    "a decision with nothing decided": ("decisions.toml", '\n[X01]\ntopic = "x"\nhandled = "site"\n', "DECISION_VALUE", 2, "decision ="),
    "a decision with an odd id": (
        "decisions.toml", '[fever]\ntopic = "x"\nhandled = "site"\ndecision = "x"\n', "DECISION_VALUE", 1, "X01",
    ),
    "a decision outside a section": ("decisions.toml", 'X01 = "x"\n', "DECISION_VALUE", 1, "X01"),
    "a decision that nobody settles": (
        "decisions.toml", '[X01]\ntopic = "x"\nhandled = "sites"\ndecision = "x"\n', "DECISION_VALUE", 1, "did you mean site?",
    ),
    "a decision without the one who settles it": ("decisions.toml", '[X01]\ntopic = "x"\ndecision = "x"\n', "DECISION_VALUE", 1, "known:"),
    "a decision about a source that is not known": (
        "decisions.toml", '[X01]\ntopic = "x"\nhandled = "site"\ndecision = "x"\nsays.leaflt = "x"\n', "UNKNOWN_SOURCE", 1,
        "did you mean leaflet?",
    ),
    "a slip in a decision's key": (
        "decisions.toml", '[X01]\ntopic = "x"\nhandled = "site"\ndecision = "x"\ntopics = "x"\n', "UNKNOWN_KEY", 5, "did you mean topic?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", WRONG)
def test_a_mistake_in_the_room_is_named_with_its_line(title: str, tmp_path: Path) -> None:
    path, text, code, line, words = WRONG[title]
    _, problems = read_with(tmp_path, path, text)
    assert [(problem.code, problem.place) for problem in problems] == [(code, Place(f"handouts/{path}", line))]
    assert words in f"{problems[0].message} ({problems[0].hint})" and problems[0].hint


@pytest.mark.parametrize("name", ["packs.toml", "facts.toml", "evidence.toml"])
def test_a_file_that_is_gone_is_a_problem_and_no_crash(name: str, tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    (project.handouts / name).unlink()
    _, problems = read_library(project)
    assert [(problem.code, problem.place.path) for problem in problems] == [("UNREADABLE", f"handouts/{name}")]


def test_a_project_may_have_no_decisions(tmp_path: Path) -> None:
    """Then a citation of one is unknown, as any other."""
    project = copy_small_project(tmp_path)
    (project.handouts / "decisions.toml").unlink()
    library, problems = read_library(project)
    assert not problems and library.decisions == {} and "X01" not in library.evidence


def test_a_decision_may_be_cited_like_evidence() -> None:
    row, cited = small_library().decisions["X01"], small_library().evidence["X01"]
    assert (row.handled, row.site_keys, dict(row.says)) == ("site", ("fever.adult.high_c",), {"leaflet": "no number"})
    assert (cited.kind, cited.statement, cited.sources) == ("conflict", "Fever number: The hospital sets the number.", ("leaflet",))
    assert cited.audiences == () and cited.place == Place("handouts/decisions.toml", 1)


def test_mistakes_in_several_files_are_all_reported(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    (project.handouts / "packs.toml").write_text("[adults]\n", encoding="utf-8")
    (project.handouts / "facts.toml").write_text("[days]\n", encoding="utf-8")
    (project.handouts / "blocks" / "fever.uk.x.md").write_text("", encoding="utf-8")
    _, problems = read_library(project)
    assert codes(problems) == {"UNKNOWN_AUDIENCE", "FACT_VALUE", "BLOCK_NAME"}


def test_numbers_are_exact() -> None:
    """5.4 is 5.4 and not 5.4000000000000003553."""
    assert str(small_library().facts["small_dose"].number) == "5.4"


def test_a_file_from_windows_reads_the_same(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    path = project.handouts / "blocks" / "fever.md"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    library, problems = read_library(project)
    assert not problems
    assert library.blocks["fever"] == small_library().blocks["fever"]


def test_the_shipped_room_is_read_without_a_problem() -> None:
    library, problems = read_library(SHIPPED)
    assert problems == ()
    assert set(library.packs) == {"adult", "parent", "nurse"}
    assert len(library.decisions) >= 28 and {"X01", "X02", "X06", "X07", "X15"} <= set(library.decisions)
    assert {
        "fever_above",
        "fever_at_or_above",
        "fever_low",
        "fever_lasting",
        "call_with_low",
        "call_with_lasting",
        "call_with_both",
    } <= set(library.facts)
