"""The command line: exit codes, all problems at once in order, one JSON document, nothing written when something is wrong."""

import json
import re
from pathlib import Path

import pytest
from workshop import ENTRY_KEYS, SMALL_SITE_TEXT, Command, Run, change_file, change_toml, copy_shipped_project, snapshot

from packbuilder import publish
from packbuilder.model import Project

Built = tuple[Project, Run]
SITE = "handouts/sites/small-gb.toml"
NURSE = ("build", "--audience", "nurse", "--jobs", "1")


def change(command: Command, path: str, found: str, instead: str) -> None:
    change_file(command.project, path, found, instead)


# A build that goes well


def test_a_build_makes_every_print_that_the_site_asks_for(built: Built) -> None:
    project, run = built
    assert run.code == 0, run
    assert {path.relative_to(project.root / "output").as_posix() for path in (project.root / "output").rglob("*.pdf")} == {
        f"small-gb/en-GB/blinatumomab-{name}-en-GB.pdf" for name in ("adult", "adult-card", "parent", "parent-card", "nurse")
    }


def test_json_is_one_document_with_the_keys_of_the_contract(built: Built) -> None:
    _, run = built
    assert run.err == ""
    document = run.document
    assert {"ok", "problems", "artifacts"} <= set(document) and document["ok"] is True and document["problems"] == []
    assert len(document["artifacts"]) == 5
    for artifact in document["artifacts"]:
        assert set(artifact) == {*ENTRY_KEYS, "rendered", "seconds"}
        assert artifact["rendered"] is True and artifact["seconds"] > 0
        assert artifact["state"] == "draft" and artifact["sample"] is True and artifact["reasons"]
        assert artifact["pages"] >= 1 and re.fullmatch(r"[0-9a-f]{64}", artifact["sha256"])


def test_the_manifest_holds_the_same_entries_as_the_document(built: Built) -> None:
    project, run = built
    manifest = json.loads((project.root / "output" / "manifest.json").read_text(encoding="utf-8"))
    told = [{key: value for key, value in artifact.items() if key in ENTRY_KEYS} for artifact in run.document["artifacts"]]
    assert manifest == {"version": 1, "artifacts": told}


def test_a_card_and_a_pack_share_their_digest_because_they_share_their_text(built: Built) -> None:
    _, run = built
    digests = {(entry["audience"], entry["kind"]): entry["digest"] for entry in run.document["artifacts"]}
    assert digests["adult", "pack"] == digests["adult", "card"] != digests["parent", "pack"]


def test_the_facts_in_the_manifest_are_those_on_the_paper(built: Built) -> None:
    _, run = built
    facts = {(entry["audience"], entry["kind"]): entry["facts"] for entry in run.document["artifacts"]}
    assert facts["adult", "pack"]["phone_24h"] == "020 7946 0123" and facts["adult", "pack"]["emergency_number"] == "999"
    assert "call_temperature" in facts["parent", "card"] and "drip_days" not in facts["parent", "card"]
    assert {"call_temperature_adult", "call_temperature_child"} <= set(facts["nurse", "pack"])


def test_the_index_links_to_every_print(built: Built) -> None:
    project, run = built
    page = (project.root / "output" / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{entry["path"]}"' in page for entry in run.document["artifacts"])


def test_the_html_is_kept_when_asked_for(built: Built) -> None:
    project, _ = built
    assert len(list((project.root / "html").rglob("*.html"))) == 5


def test_no_command_means_build(command: Command) -> None:
    run = command("--audience", "nurse", "--jobs", "1")
    assert run.code == 0 and (command.output / "manifest.json").exists()
    assert "blinatumomab-nurse-en-GB.pdf" in run.out


def test_a_build_twice_gives_the_same_folder(command: Command) -> None:
    assert command(*NURSE).code == 0
    before = snapshot(command.output)
    assert command(*NURSE).code == 0
    assert snapshot(command.output) == before


def test_a_build_of_some_keeps_the_others(built: Built, command: Command) -> None:
    import shutil

    shutil.copytree(built[0].root / "output", command.output)
    change(command, SITE, "020 7946 0123", "020 7946 0124")
    assert command(*NURSE).code == 0
    entries = json.loads((command.output / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    numbers = {(entry["audience"], entry["kind"]): entry["facts"]["phone_24h"] for entry in entries}
    assert len(numbers) == 5
    assert {number for (audience, _), number in numbers.items() if audience == "nurse"} == {"020 7946 0124"}
    assert {number for (audience, _), number in numbers.items() if audience != "nurse"} == {"020 7946 0123"}


# A build that finds problems


def test_problems_come_all_at_once_sorted_by_path_and_line(command: Command) -> None:
    change(command, "handouts/blocks/fever.md", "feel hot", "feel *hot*")
    change(command, "handouts/blocks/fever.md", "Keep warm", "Keep warm for 9 {day}")
    change(command, "handouts/blocks/call-now.md", "Leave the pump", "Leave <b> the pump")
    change(command, SITE, 'paper = "A4"', 'paper = "A5"')
    run = command(*NURSE)
    assert run.code == 1 and run.out == ""
    lines = run.err.strip().split("\n")
    places = [re.match(r"(\S+?):(\d+): (\S+) .+ \(.+\)$", line) for line in lines[:-1]]
    assert all(places), run.err
    found = [(place.group(1), int(place.group(2)), place.group(3)) for place in places if place]
    assert found == sorted(found)
    assert found == [
        ("handouts/blocks/call-now.md", 12, "RAW_HTML"),
        ("handouts/blocks/fever.md", 3, "ITALIC"),
        ("handouts/blocks/fever.md", 6, "TYPED_NUMBER"),
        ("handouts/blocks/fever.md", 6, "UNKNOWN_FACT"),
        (SITE, 7, "paper:"),
    ]
    assert lines[-1].startswith("5 problems")


def test_json_reports_problems_in_the_same_order(command: Command) -> None:
    change(command, "handouts/blocks/fever.md", "Keep warm", "Keep warm for 9 {day}")
    change(command, SITE, 'paper = "A4"', 'paper = "A5"')
    run = command(*NURSE, "--json")
    assert run.code == 1 and run.err == ""
    assert run.document["ok"] is False and run.document["artifacts"] == []
    problems = run.document["problems"]
    assert [set(problem) for problem in problems] == [{"code", "severity", "path", "line", "message", "hint"}] * 3
    assert [(problem["path"], problem["line"], problem["code"]) for problem in problems] == [
        ("handouts/blocks/fever.md", 6, "TYPED_NUMBER"),
        ("handouts/blocks/fever.md", 6, "UNKNOWN_FACT"),
        (SITE, 7, "SITE_VALUE"),
    ]


@pytest.mark.parametrize("old", [False, True], ids=["an empty folder", "a folder with prints"])
def test_with_a_problem_in_any_room_nothing_is_written(old: bool, command: Command) -> None:
    if old:
        assert command(*NURSE).code == 0
    before = snapshot(command.project.root)
    file = command.project.root / SITE
    good = file.read_bytes()
    file.write_text(change_toml(SMALL_SITE_TEXT, "fever.child.high_c = 100.4"), encoding="utf-8")
    assert command(*NURSE).code == 1
    file.write_bytes(good)
    assert snapshot(command.project.root) == before


def test_a_print_that_fails_is_not_published_and_the_others_are(command: Command) -> None:
    """The older print of the one that failed stays, with its entry."""
    assert command(*NURSE).code == 0
    before = (command.output / "small-gb/en-GB/blinatumomab-nurse-en-GB.pdf").read_bytes()
    change(command, "handouts/blocks/call-now.nurse.md", "at once", "at once \U00012000")
    change(
        command,
        "handouts/packs.toml",
        'card = true\nblocks = ["call-now", "fever", "card"]',
        'card = false\nblocks = ["call-now", "fever"]',
    )
    run = command("build", "--audience", "nurse", "--audience", "parent", "--jobs", "1", "--json")
    assert run.code == 1 and {problem["code"] for problem in run.document["problems"]} == {"MISSING_GLYPH"}
    assert [entry["audience"] for entry in run.document["artifacts"]] == ["parent"]
    assert (command.output / "small-gb/en-GB/blinatumomab-nurse-en-GB.pdf").read_bytes() == before
    manifest = json.loads((command.output / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(entry["audience"] for entry in manifest["artifacts"]) == ["nurse", "parent"]


def test_a_release_refuses_drafts_and_writes_nothing(command: Command) -> None:
    run = command(*NURSE, "--release")
    assert run.code == 1 and not command.output.exists()
    assert "NOT_RELEASED" in run.err and "nobody has signed the text yet" in run.err and "sample" in run.err


def test_a_release_that_is_refused_keeps_what_is_there(command: Command) -> None:
    assert command(*NURSE).code == 0
    before = snapshot(command.output)
    assert command(*NURSE, "--release").code == 1
    assert snapshot(command.output) == before


def test_a_folder_that_cannot_be_written_is_said_plainly(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert command(*NURSE).code == 0
    before = snapshot(command.output)

    def refuse(path: Path, data: bytes) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(publish, "write_beside", refuse)
    run = command(*NURSE, "--force")
    assert run.code == 1
    assert "OUTPUT" in run.err and "permission denied" in run.err and "--output" in run.err and "Traceback" not in run.err
    assert snapshot(command.output) == before


def test_a_file_in_the_place_of_the_output_folder_is_said_plainly(command: Command) -> None:
    command.output.write_text("mine", encoding="utf-8")
    run = command(*NURSE)
    assert run.code == 1 and "OUTPUT" in run.err
    assert command.output.read_text(encoding="utf-8") == "mine"


def test_no_site_at_all_is_a_problem(command: Command) -> None:
    (command.project.root / SITE).unlink()
    run = command("build", "--jobs", "1")
    assert run.code == 1 and run.err


def test_two_files_with_one_id_are_named(command: Command) -> None:
    second = command.project.root / "elsewhere" / "small-gb.toml"
    second.parent.mkdir()
    second.write_text(SMALL_SITE_TEXT, encoding="utf-8")
    run = command(*NURSE, "--site", "small-gb", "--site", str(second))
    assert run.code == 1 and "SITE_TWICE" in run.err


def test_a_language_without_its_file_is_named_with_what_to_run(command: Command) -> None:
    change(command, SITE, 'locales = ["en-GB"]', 'locales = ["en-GB", "pl"]')
    run = command(*NURSE)
    assert run.code == 1 and "NO_LOCALE" in run.err and "messages pl" in run.err


# A command that is wrong


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("build", "--audience", "nurses"), ("nurses", "adult", "parent", "nurse")),
        (("build", "--format", "huge"), ("huge", "standard", "large-print")),
        (("build", "--jobs", "0"), ("--jobs",)),
        (("build", "--jobs", "many"), ("--jobs",)),
        (("bild",), ("bild", "build", "check")),
        (("build", "--what"), ("--what",)),
        (("--what",), ("--what",)),
        (("build", "--site"), ("--site",)),
    ],
    ids=" ".join,
)
def test_a_wrong_command_says_what_is_known_and_gives_2(argv: tuple[str, ...], words: tuple[str, ...], command: Command) -> None:
    run = command(*argv)
    assert run.code == 2 and run.out == ""
    assert all(word in run.err for word in words) and "Traceback" not in run.err
    assert not command.output.exists()


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (("--site", "small-gbb"), "UNKNOWN_SITE", "did you mean small-gb?"),
        (("--site", "qwertz"), "UNKNOWN_SITE", "known: small-gb"),
        (("--locale", "en-GG"), "UNKNOWN_LOCALE", "did you mean en-GB?"),
        (("--locale", "qwertz"), "UNKNOWN_LOCALE", "known: en-GB"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_an_unknown_name_lists_the_known_ones(argv: tuple[str, ...], code: str, words: str, command: Command) -> None:
    run = command(*NURSE, *argv)
    assert run.code == 1 and not command.output.exists()
    assert code in run.err and words in run.err


@pytest.mark.parametrize("argv", [("--help",), ("build", "--help"), ("--version",)], ids=" ".join)
def test_help_is_no_problem(argv: tuple[str, ...], command: Command) -> None:
    run = command(*argv)
    assert run.code == 0 and run.out and run.err == ""


def test_several_unknown_names_are_reported_at_once(command: Command) -> None:
    run = command(*NURSE, "--site", "qwertz", "--locale", "xx")
    assert "UNKNOWN_SITE" in run.err and "UNKNOWN_LOCALE" in run.err


# The other commands


def test_check_is_quiet_about_a_good_project_and_writes_nothing(command: Command) -> None:
    before = snapshot(command.project.root)
    run = command("check", "--json")
    assert (run.code, run.err) == (0, "") and run.document["ok"] and run.document["problems"] == []
    assert snapshot(command.project.root) == before


def test_check_finds_what_a_build_finds(command: Command) -> None:
    change(command, "handouts/blocks/fever.md", "Keep warm", "Keep warm for 9 {day}")
    found = [command(*argv, "--json").document["problems"] for argv in (("check",), NURSE)]
    assert found[0] == found[1] != []


def test_messages_makes_a_file_that_check_accepts_and_a_second_run_leaves_alone(command: Command) -> None:
    assert command("messages", "pl").code == 0
    path = command.project.locales / "pl.po"
    before = path.read_bytes()
    assert command("messages").code == 0 and path.read_bytes() == before
    assert command("check").code == 0


def test_check_names_a_file_out_of_step_and_a_build_goes_on(command: Command) -> None:
    assert command("messages", "pl").code == 0
    change(command, "handouts/blocks/fever.md", "Keep warm", "Keep very warm")
    run = command("check")
    assert run.code == 1 and "PO_OUT_OF_STEP" in run.err and "locales/pl.po" in run.err
    assert command(*NURSE).code == 0


def test_check_names_a_file_with_nothing_but_its_header(command: Command) -> None:
    assert command("messages", "pl").code == 0
    path = command.project.locales / "pl.po"
    path.write_text(path.read_text(encoding="utf-8").split("\n\n")[0] + "\n", encoding="utf-8")
    run = command("check")
    assert run.code == 1 and "PO_OUT_OF_STEP" in run.err


def test_messages_leaves_a_damaged_file_as_it_is(command: Command) -> None:
    assert command("messages", "pl").code == 0
    path = command.project.locales / "pl.po"
    path.write_text(path.read_text(encoding="utf-8") + 'msgid "x\nmsgstr ""\n', encoding="utf-8")
    before = path.read_bytes()
    run = command("messages")
    assert run.code == 1 and "PO_LINE" in run.err and "locales/pl.po" in run.err
    assert path.read_bytes() == before


def test_messages_refuses_a_code_that_is_no_language(command: Command) -> None:
    run = command("messages", "xx-not-a-language")
    assert run.code in (1, 2) and "xx-not-a-language" in run.err
    assert not list(command.project.locales.iterdir())


def test_a_translation_with_a_wrong_digit_stops_the_build(command: Command) -> None:
    change(command, SITE, 'locales = ["en-GB"]', 'locales = ["en-GB", "pl"]')
    assert command("messages", "pl").code == 0
    path = command.project.locales / "pl.po"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('msgid "Call {phone_24h} first."\nmsgstr ""', 'msgid "Call {phone_24h} first."\nmsgstr "Najpierw 999"'),
        encoding="utf-8",
    )
    run = command(*NURSE)
    assert run.code == 1 and not command.output.exists()
    assert {"PO_PLACEHOLDER", "PO_DIGITS"} <= set(re.findall(r"locales/pl\.po:\d+: ([A-Z_]+)", run.err))


def test_the_shipped_rooms_pass_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that can be known without printing is right in what we ship."""
    run = Command(copy_shipped_project(tmp_path), monkeypatch)("check")
    assert run.code == 0, run.err[:4000]
