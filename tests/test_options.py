"""Options of `build`: how much is built (shards, a folder of sites), and what is told (quiet, lines, annotations).

With made-up prints: what is on the paper is held elsewhere.
"""

import json
import re
from pathlib import Path

import pytest
from workshop import SMALL_SITE_TEXT, Command, change_file, snapshot

from packbuilder.cli import annotate
from packbuilder.model import Place, Problem

SITE = "handouts/sites/small-gb.toml"
NAMES = ("adult-card", "adult", "nurse", "parent-card", "parent")
ALL = {f"small-gb/en-GB/blinatumomab-{name}-en-GB.pdf" for name in NAMES}


def add_site(folder: Path, name: str) -> Path:
    """Another hospital like the small one."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(SMALL_SITE_TEXT.replace("small-gb", name), encoding="utf-8")
    return path


def made(command: Command, *options: str) -> dict[str, bool]:
    """Each edition that a build names, and whether it was printed."""
    run = command("build", "--json", *options)
    assert run.code == 0 and run.err == "", run
    paths = [row["path"] for row in run.document["artifacts"]]
    assert len(paths) == len(set(paths))
    return {row["path"]: row["rendered"] for row in run.document["artifacts"]}


def listed(command: Command) -> set[str]:
    return {entry["path"] for entry in json.loads((command.output / "manifest.json").read_bytes())["artifacts"]}


# Shards


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_shards_print_every_edition_exactly_once_and_keep_each_other(count: int, fast: Command) -> None:
    add_site(fast.project.root / "handouts/sites", "other-gb")
    shards = [made(fast, "--shard", f"{number}/{count}") for number in range(1, count)]
    before = snapshot(fast.output)
    shards.append(made(fast, "--shard", f"{count}/{count}"))
    everything = ALL | {path.replace("small-gb", "other-gb") for path in ALL}
    assert sorted(path for shard in shards for path in shard) == sorted(everything)
    assert all(rendered for shard in shards for rendered in shard.values()), "no shard prints what is another's"
    assert listed(fast) == everything
    kept = snapshot(fast.output)
    assert all(kept[path] == before[path] for shard in shards[:-1] for path in shard)
    index = kept["index.html"].decode()
    assert all(f'href="{path}"' in index for path in everything)
    assert set(made(fast).values()) == {False}, "after all shards there is nothing left to print"


def test_a_pack_and_its_card_are_in_one_shard(fast: Command) -> None:
    """They share the sizes of the card's panels, which are found once for both."""
    for number in range(1, 4):
        audiences = {path.split("blinatumomab-")[1].split("-")[0] for path in made(fast, "--shard", f"{number}/3")}
        assert len(audiences) == 1
    assert listed(fast) == ALL


@pytest.mark.parametrize("text", ["0/2", "3/2", "-1/2", "1/0", "1", "", "/", "1/", "a/b", "1/2/3", "1.5/2"])
def test_a_shard_that_is_none_is_a_wrong_command(text: str, fast: Command) -> None:
    run = fast("build", f"--shard={text}")
    assert run.code == 2 and run.out == "" and "--shard" in run.err and "Traceback" not in run.err
    assert not fast.output.exists()


# A folder of sites


def test_a_folder_of_sites_is_built_instead_of_those_of_the_project(fast: Command) -> None:
    folder = fast.project.root / "region"
    for name in ("a-gb", "b-gb", "c-gb"):
        add_site(folder, name)
    (folder / "README.md").write_text("not a site", encoding="utf-8")
    wanted = {path.replace("small-gb", name) for path in ALL for name in ("a-gb", "b-gb", "c-gb")}
    assert set(made(fast, "--sites", str(folder))) == wanted == listed(fast)
    assert {path.relative_to(fast.output).as_posix() for path in fast.output.rglob("*.pdf")} == wanted


def test_a_hospital_that_left_the_folder_leaves_the_output(fast: Command) -> None:
    folder = fast.project.root / "region"
    add_site(folder, "a-gb")
    second = add_site(folder, "b-gb")
    made(fast, "--sites", str(folder))
    second.unlink()
    assert set(made(fast, "--sites", str(folder)).values()) == {False}
    assert {path.split("/")[0] for path in listed(fast)} == {"a-gb"} and not list(fast.output.glob("b-gb/**/*.pdf"))


def test_the_shards_of_a_folder_keep_each_other(fast: Command) -> None:
    folder = fast.project.root / "region"
    for name in ("a-gb", "b-gb"):
        add_site(folder, name)
    shards = [made(fast, "--sites", str(folder), "--shard", f"{number}/2") for number in (1, 2)]
    assert listed(fast) == set(shards[0]) | set(shards[1]) and len(listed(fast)) == 10


@pytest.mark.parametrize("there", [True, False], ids=["empty", "missing"])
def test_a_folder_without_site_files_is_named(there: bool, fast: Command) -> None:
    folder = fast.project.root / "region"
    if there:
        folder.mkdir()
    run = fast("build", "--sites", str(folder))
    assert run.code == 1 and "UNKNOWN_SITE" in run.err and str(folder) in run.err and not fast.output.exists()


def test_a_mistake_in_one_file_of_the_folder_is_named_and_nothing_is_written(fast: Command) -> None:
    folder = fast.project.root / "region"
    add_site(folder, "a-gb")
    wrong = add_site(folder, "b-gb")
    wrong.write_text(wrong.read_text(encoding="utf-8").replace('paper = "A4"', 'paper = "A5"'), encoding="utf-8")
    run = fast("build", "--sites", str(folder))
    assert run.code == 1 and "b-gb.toml:7" in run.err and not fast.output.exists()


# What is told


def test_quiet_says_nothing(fast: Command) -> None:
    for _ in range(2):
        run = fast("build", "--quiet")
        assert (run.code, run.out, run.err) == (0, "", "")
    assert listed(fast) == ALL


def test_quiet_still_names_what_is_wrong(fast: Command) -> None:
    change_file(fast.project, SITE, 'paper = "A4"', 'paper = "A5"')
    run = fast("build", "--quiet")
    assert run.code == 1 and run.out == "" and f"{SITE}:7" in run.err and "1 problem." in run.err


def test_where_nobody_looks_on_each_print_is_a_line(fast: Command) -> None:
    change_file(fast.project, "handouts/blocks/call-now.nurse.md", "at once", "at once when the pump trips")
    run = fast("build")
    lines = [re.fullmatch(r"\[(\d)/5\] (\S+): (.+)", line) for line in run.err.split("\n") if line.startswith("[")]
    found = [line.groups() for line in lines if line]
    assert run.code == 1 and len(found) == len(lines) == 5
    assert [number for number, *_ in found] == ["1", "2", "3", "4", "5"]
    assert {path for _, path, _ in found} == ALL
    assert {said for _, path, said in found if "-nurse-" in path} == {"not published"}
    assert {said for _, path, said in found if "-nurse-" not in path} == {"0.1 s"}
    assert not re.search(r"^\[\d/", run.out, re.MULTILINE), "the progress is no result"
    again = fast("build")
    assert len(re.findall(r"^\[\d/5\] \S+: unchanged$", again.err, re.MULTILINE)) == 4


def annotations(said: str) -> list[str]:
    return [line for line in said.split("\n") if line.startswith("::")]


def spoil(command: Command) -> None:
    change_file(command.project, "handouts/blocks/fever.md", "Keep warm", "Keep warm for 9 {day}")
    change_file(command.project, SITE, 'paper = "A4"', 'paper = "100%"')


def test_on_github_every_problem_is_an_annotation_at_its_line(fast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(fast)
    assert not annotations(fast("build").err)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run = fast("build")
    found = annotations(run.err)
    assert run.code == 1 and run.out == "" and not fast.output.exists()
    assert [line.split("::")[1] for line in found] == [
        "error file=handouts/blocks/fever.md,line=6,title=TYPED_NUMBER",
        "error file=handouts/blocks/fever.md,line=6,title=UNKNOWN_FACT",
        f"error file={SITE},line=7,title=SITE_VALUE",
    ]
    assert "'100%25'" in found[2] and "'100%'" not in found[2]
    assert all(line.partition("::")[2].partition("::")[2] for line in found), "each says what is wrong"


@pytest.mark.parametrize("wrong", [True, False])
def test_on_github_the_document_is_still_alone_on_standard_output(wrong: bool, fast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    if wrong:
        spoil(fast)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    run = fast("build", "--json")
    assert run.document["ok"] is not wrong
    assert run.err.strip().split("\n") == annotations(run.err) if wrong else run.err == ""
    assert len(annotations(run.err)) == len(run.document["problems"])


def test_an_annotation_escapes_what_would_end_it() -> None:
    problem = Problem("CODE", Place("a, b: 100%.md", 3), "two\r\nlines: 100 %::", "mend it", "warning")
    assert annotate(problem) == "::warning file=a%2C b%3A 100%25.md,line=3,title=CODE::CODE two%0D%0Alines: 100 %25:: (mend it)"
    assert annotate(Problem("CODE", Place("a.md"), "all of it")) == "::error file=a.md,line=1,title=CODE::CODE all of it"
