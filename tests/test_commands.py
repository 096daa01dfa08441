"""The commands that print no pack. `approve` records a signature only for a text that may be signed, and says first what has changed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from workshop import (
    TODAY,
    Command,
    Run,
    change_file,
    change_toml,
    list_languages,
    small_library,
    snapshot,
    write_po,
)

from packbuilder.commands import Request, approve, count_status
from packbuilder.model import Approval, Place, Project
from packbuilder.register import read_register, read_signed_text, register_path

SITE = "handouts/sites/small-gb.toml"
REGISTER = "handouts/approvals.toml"
ENGLISH = Request("small-gb", "adult", "en-GB", "clinical", "A. Person, consultant", "", None, TODAY)
POLISH = replace(ENGLISH, locale="pl", role="translation", by="Ewa Lis")


@pytest.fixture
def project(small_project: Project) -> Project:
    """The small project with a whole Polish translation. It may be signed though it is a sample: it is only never released."""
    list_languages(small_project, "en-GB", "pl")
    write_po(small_project, "pl", translator="Jan Nowak <jan@example.org>")
    return small_project


@pytest.fixture
def command(project: Project, monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(project, monkeypatch)


def yes(approval: Approval, changes: Sequence[str]) -> bool:
    return True


def never(approval: Approval, changes: Sequence[str]) -> bool:
    raise AssertionError("nobody may be asked to sign what is refused")


def record(request: Request, project: Project) -> str:
    """Signs, and gives what the person is told."""
    outcome = approve(request, project, yes)
    assert outcome.ok and not outcome.problems, outcome.problems
    [note] = outcome.notes
    return note


def shown(request: Request, project: Project) -> list[str]:
    """What is shown before a signature. Nothing is recorded."""
    seen: list[str] = []

    def look(approval: Approval, changes: Sequence[str]) -> bool:
        seen.extend(changes)
        return False

    assert approve(request, project, look).ok
    return seen


# A signature


def test_a_signature_is_recorded_for_the_text_that_is_printed(project: Project) -> None:
    note = record(ENGLISH, project)
    [approval], problems = read_register(project)
    assert not problems
    assert (approval.by, approval.title, approval.role, approval.date) == ("A. Person", "consultant", "clinical", TODAY)
    text = read_signed_text(approval, project)
    assert text and "Leave the pump alone." in text and "LOW BATTERY" in text and "Do not flush this line." in text, "pack, alarms and card"
    assert note == f"Recorded in {REGISTER}: A. Person, consultant, until 2028-03-02, for the text {approval.digest[:8]}."


def test_a_translation_is_signed_in_its_own_words(project: Project) -> None:
    record(POLISH, project)
    [approval], _ = read_register(project)
    text = " ".join(read_signed_text(approval, project) or ())
    assert approval.role == "translation" and approval.locale == "pl" and "Léávé thé púmp álóñé" in text


def test_a_second_person_signs_the_same_text_beside_the_first(project: Project) -> None:
    record(ENGLISH, project)
    record(replace(ENGLISH, by="B. Person"), project)
    approvals, _ = read_register(project)
    assert [one.by for one in approvals] == ["A. Person", "B. Person"] and len({one.digest for one in approvals}) == 1


def test_the_same_signature_twice_records_nothing(project: Project) -> None:
    record(ENGLISH, project)
    before = snapshot(project.root)
    outcome = approve(ENGLISH, project, never)
    assert outcome.ok and outcome.notes == ("A. Person has signed this text already. Nothing was recorded.",)
    assert snapshot(project.root) == before


def test_the_same_person_may_sign_for_longer(project: Project) -> None:
    record(replace(ENGLISH, review=TODAY.replace(year=2027)), project)
    record(ENGLISH, project)
    assert [one.review.year for one in read_register(project)[0]] == [2027, 2028]


def test_somebody_who_says_no_records_nothing(project: Project) -> None:
    before = snapshot(project.root)
    outcome = approve(ENGLISH, project, lambda approval, changes: False)
    assert outcome.ok and outcome.notes == ("Nothing was recorded.",) and snapshot(project.root) == before


def test_only_the_register_and_the_kept_text_are_written(project: Project) -> None:
    before = snapshot(project.root)
    record(ENGLISH, project)
    assert set(snapshot(project.root)) - set(before) == {REGISTER, "handouts/approved/small-gb.adult.en-GB.txt"}
    assert {name: data for name, data in snapshot(project.root).items() if name in before} == before


# What has changed


def test_a_text_that_nobody_signed_is_to_be_read_as_a_whole(project: Project) -> None:
    [line] = shown(ENGLISH, project)
    assert re.fullmatch(r"This text was never signed before\. It has \d{3} words: read all of it\.", line)


def test_each_change_since_the_last_signature_is_shown_word_by_word(project: Project) -> None:
    record(ENGLISH, project)
    change_file(project, "handouts/blocks/fever.md", "feel hot", "feel very warm")
    change_file(project, "handouts/facts.toml", "value = 28", "value = 29")
    head, *changes = shown(replace(ENGLISH, by="B. Person"), project)
    assert head == "1 change since A. Person signed on 2026-03-02:"
    assert len(changes) == 1 and "drip runs for [-28-] {+29+} days." in changes[0] and "feel [-hot.-] {+very warm.+} We" in changes[0]


def test_changes_far_apart_are_counted_and_shown_apart(project: Project) -> None:
    record(ENGLISH, project)
    change_file(project, "handouts/blocks/call-now.md", "Leave the pump alone", "Leave it alone")
    change_file(project, "handouts/blocks/about.md", "The ward wrote it", "The team wrote it")
    head, *changes = shown(ENGLISH, project)
    assert head.startswith("2 changes since") and len(changes) == 2
    assert "[-the pump-] {+it+}" in changes[0] and "[-ward-] {+team+}" in changes[1]


def test_another_signer_of_the_same_text_reads_that_nothing_has_changed(project: Project) -> None:
    record(ENGLISH, project)
    assert shown(replace(ENGLISH, by="B. Person"), project) == ["Nothing has changed since A. Person signed on 2026-03-02."]


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "altered"])
def test_without_the_kept_text_all_of_it_is_to_be_read(lost: bool, project: Project) -> None:
    """An altered copy could hide a change."""
    record(ENGLISH, project)
    kept = project.handouts / "approved" / "small-gb.adult.en-GB.txt"
    if lost:
        kept.unlink()
    else:
        kept.write_text(kept.read_text(encoding="utf-8").replace("28 days", "29 days"), encoding="utf-8")
    change_file(project, "handouts/facts.toml", "value = 28", "value = 29")
    assert shown(ENGLISH, project) == ["The text that A. Person signed on 2026-03-02 is not kept: read all of it."]


def test_a_change_is_measured_against_the_same_text_of_the_same_hospital(project: Project) -> None:
    record(ENGLISH, project)
    assert "never signed before" in shown(replace(ENGLISH, audience="nurse"), project)[0]
    assert "never signed before" in shown(POLISH, project)[0]


# What is refused

Edit = Callable[[Project], None]


def nothing(project: Project) -> None:
    pass


def change_site(changes: str) -> Edit:
    def edit(project: Project) -> None:
        path = project.root / SITE
        path.write_text(change_toml(path.read_text(encoding="utf-8"), changes), encoding="utf-8")

    return edit


def lose_a_translation(project: Project) -> None:
    write_po(project, "pl", {"Keep warm": ""})


def doubt_a_translation(project: Project) -> None:
    write_po(project, "pl", fuzzy=frozenset({"Keep warm", "A fit"}))


def block_the_folder(project: Project) -> None:
    (project.handouts / "approved").write_text("not a folder", encoding="utf-8")


def break_the_register(project: Project) -> None:
    register_path(project).write_text("# who\n\n[[approval]]\nsite = small-gb\n", encoding="utf-8")


def unknown_role_in_the_register(project: Project) -> None:
    record(ENGLISH, project)
    change_file(project, REGISTER, 'role = "clinical"', 'role = "manager"')


REFUSALS: dict[str, tuple[Request, Edit, str, str]] = {
    "a message without a translation": (
        POLISH, lose_a_translation, "APPROVAL_MISSING", "1 message has no translation: 'Keep warm' (translate locales/pl.po first",
    ),
    "messages that are doubted": (POLISH, doubt_a_translation, "APPROVAL_MISSING", "2 messages have no translation"),
    "a reviser of the source": (replace(ENGLISH, role="translation"), nothing, "APPROVAL_ROLE", "write --role clinical"),
    "a clinician of a translation": (replace(POLISH, role="clinical"), nothing, "APPROVAL_ROLE", "write --role translation"),
    "the only translator": (
        replace(POLISH, by="Jan Nowak, MA"), nothing, "APPROVAL_REVISER", "the only translator that locales/pl.po names",
    ),
    "a review past the site's limit": (
        replace(ENGLISH, review=TODAY.replace(year=2028, day=3)), nothing, "APPROVAL_REVIEW", "choose 2028-03-02 or earlier",
    ),
    "a review past a shorter limit": (
        replace(ENGLISH, review=TODAY.replace(month=10)), change_site("review.months = 6"), "APPROVAL_REVIEW", "months = 6",
    ),
    "a review in the past": (replace(ENGLISH, review=TODAY.replace(day=1)), nothing, "APPROVAL_REVIEW", "is not after 2026-03-02"),
    "nobody": (replace(ENGLISH, by=" "), nothing, "APPROVAL_PERSON", "no person is named"),
    "a hospital that is not there": (replace(ENGLISH, site="small-gbb"), nothing, "UNKNOWN_SITE", "did you mean small-gb?"),
    "a language that the hospital does not list": (replace(ENGLISH, locale="es"), nothing, "UNKNOWN_LOCALE", "known: en-GB, pl"),
    "an audience that is not there": (replace(ENGLISH, audience="nurses"), nothing, "UNKNOWN_AUDIENCE", "did you mean nurse?"),
    "a mistake in the text": (
        ENGLISH, lambda project: change_file(project, "handouts/blocks/fever.md", "Keep warm", "Keep warm for 9 hours"),
        "TYPED_NUMBER", "handouts/blocks/fever.md:6",
    ),
    "a sentence without evidence": (
        ENGLISH, lambda project: change_file(project, "handouts/blocks/fever.md", "Keep warm [^S02]", "Keep warm"),
        "UNSUPPORTED", "handouts/blocks/fever.md:6",
    ),
    "a mistake in the site file": (ENGLISH, change_site("fever.adult.high_c = 100.4"), "SITE_FEVER", "looks like °F"),
    "a mistake in the translation": (
        POLISH, lambda project: write_po(project, "pl", {"Call {phone_24h} first.": "Najpierw 999"}), "PO_DIGITS", "locales/pl.po:",
    ),
    "a required block that is gone": (
        ENGLISH, lambda project: change_file(project, "handouts/packs.toml", 'required = ["call-now", "card"]', 'required = ["call"]'),
        "UNKNOWN_BLOCK", "'call'",
    ),
    "a damaged register": (ENGLISH, break_the_register, "BROKEN_TOML", "handouts/approvals.toml:4"),
    "a role in the register that is not known": (ENGLISH, unknown_role_in_the_register, "APPROVAL_ROLE", "handouts/approvals.toml:3"),
}  # fmt: skip


@pytest.mark.parametrize("title", REFUSALS)
def test_a_signature_is_refused_and_nothing_is_recorded(title: str, project: Project) -> None:
    request, edit, code, words = REFUSALS[title]
    edit(project)
    before = snapshot(project.root)
    outcome = approve(request, project, never)
    assert not outcome.ok and not outcome.notes and snapshot(project.root) == before
    found = [problem for problem in outcome.problems if problem.code == code]
    assert found and any(words in str(problem) for problem in found), [str(problem) for problem in outcome.problems]
    assert all(problem.hint for problem in outcome.problems)


def test_a_register_that_cannot_be_written_is_said_plainly(project: Project) -> None:
    block_the_folder(project)
    outcome = approve(ENGLISH, project, yes)
    assert [(problem.code, problem.place, problem.hint) for problem in outcome.problems] == [
        ("UNWRITABLE", Place("handouts"), "nothing was recorded")
    ]
    assert not register_path(project).exists()


def test_every_reason_is_given_at_once(project: Project) -> None:
    lose_a_translation(project)
    outcome = approve(replace(POLISH, role="clinical", by="", review=TODAY), project, never)
    assert {problem.code for problem in outcome.problems} == {"APPROVAL_MISSING", "APPROVAL_ROLE", "APPROVAL_PERSON", "APPROVAL_REVIEW"}


def test_a_second_translator_may_revise_the_first(project: Project) -> None:
    write_po(project, "pl", translator="Jan Nowak <jan@example.org>")
    change_file(project, "locales/pl.po", 'msgid ""', '# Ewa Lis <ewa@example.org>, 2025.\nmsgid ""')
    record(replace(POLISH, by="Jan Nowak"), project)
    record(replace(POLISH, by="Ewa Lis"), project)
    assert len(read_register(project)[0]) == 2


def test_the_translator_of_what_a_region_falls_back_to_is_no_reviser(project: Project) -> None:
    """`pl-PL` prints what stands in pl.po, so whoever translated that has not revised this."""
    list_languages(project, "en-GB", "pl-PL")
    outcome = approve(replace(POLISH, locale="pl-PL", by="Jan Nowak"), project, never)
    assert [problem.code for problem in outcome.problems] == ["APPROVAL_REVISER"]


def test_a_warning_holds_up_no_signature(project: Project) -> None:
    """A translation that is long for the card is measured in mm when it is printed."""
    record(POLISH, project)


def test_the_english_behind_a_translation_can_be_signed_though_the_hospital_prints_none(project: Project) -> None:
    """A hospital may give its patients Polish alone. Its clinicians still sign what that was translated from."""
    list_languages(project, "pl")
    record(ENGLISH, project)
    record(POLISH, project)
    assert {share.pack: share.approved for share in count_status(project, TODAY)[0] if share.locale == "pl"}["adult"] == 1


def test_an_audience_that_has_no_pack_is_named(project: Project) -> None:
    packs = project.handouts / "packs.toml"
    packs.write_text(packs.read_text(encoding="utf-8").partition("[nurse]")[0], encoding="utf-8")
    (project.handouts / "blocks" / "call-now.nurse.md").unlink()
    evidence = project.handouts / "evidence.toml"
    evidence.write_text(evidence.read_text(encoding="utf-8").replace(', "nurse"]', "]"), encoding="utf-8")
    outcome = approve(replace(ENGLISH, audience="nurse"), project, never)
    assert not outcome.ok and outcome.problems, "silence would look like a signature"


# On the command line


def asked(command: Command, *more: str) -> Run:
    return command("approve", "--site", "small-gb", "--audience", "adult", "--locale", "en-GB", "--role", "clinical", *more)


WRONG_COMMANDS: dict[str, tuple[str, ...]] = {
    "a role that is not known": ("--role", "manager", "--by", "A. Person"),
    "an audience that is not known": ("--audience", "nurses", "--by", "A. Person"),
    "nobody named": (),
    "a review date that is none": ("--by", "A. Person", "--review", "next year"),
    "a day that is none": ("--by", "A. Person", "--today", "2026-02-30"),
}


@pytest.mark.parametrize("title", WRONG_COMMANDS)
def test_a_wrong_command_gives_2_and_records_nothing(title: str, command: Command) -> None:
    run = asked(command, *WRONG_COMMANDS[title])
    assert run.code == 2 and run.out == "" and "Traceback" not in run.err
    assert not register_path(command.project).exists()


def test_a_role_that_is_not_known_lists_the_known_ones(command: Command) -> None:
    run = asked(command, "--role", "manager", "--by", "A. Person")
    assert all(word in run.err for word in ("manager", "clinical", "translation"))


def test_a_refusal_gives_1_and_says_what_to_do(command: Command) -> None:
    run = asked(command, "--by", "A. Person", "--role", "translation", "--yes")
    assert run.code == 1 and "APPROVAL_ROLE" in run.err and "write --role clinical" in run.err
    assert not register_path(command.project).exists()


def test_what_is_signed_is_shown_and_recorded(command: Command) -> None:
    run = asked(command, "--by", "A. Person, consultant", "--yes", "--today", "2026-03-02")
    assert run.code == 0 and run.err == ""
    assert "never signed before" in run.out
    assert "A. Person, consultant: clinical approval of small-gb, adult, en-GB" in run.out
    assert f"Recorded in {REGISTER}: A. Person, consultant, until 2028-03-02" in run.out


@pytest.mark.parametrize(("answer", "recorded"), [("yes", True), (" Y ", True), ("no", False), ("", False), ("yess", False)])
def test_where_somebody_can_answer_only_a_yes_is_a_signature(
    answer: str, recorded: bool, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    run = asked(command, "--by", "A. Person")
    assert run.code == 0 and register_path(command.project).exists() is recorded
    assert ("Nothing was recorded." in run.out) is not recorded


# The other commands on signatures


def test_it_is_warned_before_a_review_date_and_that_is_no_error(command: Command) -> None:
    record(ENGLISH, command.project)
    record(POLISH, command.project)
    run = command("check", "--today", "2028-02-01", "--json")
    assert run.code == 0 and run.document["ok"] is True
    found = [row for row in run.document["problems"] if row["code"] == "REVIEW_DUE"]
    assert [(row["path"], row["line"], row["severity"]) for row in found] == [(REGISTER, 3, "warning"), (REGISTER, 14, "warning")]
    assert found[0]["message"] == "small-gb, adult, en-GB: to be reviewed by 2028-03-02, in 30 days" and "A. Person" in found[0]["hint"]


@pytest.mark.parametrize(
    ("today", "days", "warned"),
    [("2028-01-01", "", False), ("2028-01-02", "", True), ("2028-02-01", "29", False), ("2028-02-01", "30", True)],
)
def test_how_long_before_can_be_said(today: str, days: str, warned: bool, command: Command) -> None:
    record(ENGLISH, command.project)
    run = command("check", "--today", today, *(("--days", days) if days else ()))
    assert run.code == 0 and ("REVIEW_DUE" in run.err) is warned


def test_a_signature_that_no_longer_holds_is_not_warned_of(command: Command) -> None:
    record(ENGLISH, command.project)
    change_file(command.project, "handouts/facts.toml", "value = 28", "value = 29")
    assert "REVIEW_DUE" not in command("check", "--today", "2028-02-01").err


def test_the_state_of_the_languages_counts_what_is_signed(command: Command) -> None:
    write_po(command.project, "en-GB")
    for request in (ENGLISH, POLISH, replace(ENGLISH, audience="nurse")):
        record(request, command.project)
    rows = command("status", "--json", "--today", "2026-03-02").document["status"]
    assert {row["pack"]: row["approved"] for row in rows if row["locale"] == "pl"} == {"adult": 1, "parent": 0, "nurse": 0}
    later = command("status", "--json", "--today", "2028-03-03").document["status"]
    assert all(row["approved"] == 0 for row in later), "a signature that ended is none"


def test_a_damaged_register_fails_check_with_its_line(command: Command) -> None:
    break_the_register(command.project)
    run = command("check")
    assert run.code == 1 and f"{REGISTER}:4: BROKEN_TOML" in run.err


# How hard the texts are to read


def readings(command: Command, *locales: str) -> list[dict[str, object]]:
    list_languages(command.project, "en-GB", *locales)
    run = command("check", "--json")
    assert run.code == 0, run.document["problems"]
    return list(run.document["readability"])


def test_check_measures_each_pack_and_each_block_in_each_language(command: Command) -> None:
    rows = readings(command, "pl")
    packs = {(row["locale"], row["audience"]) for row in rows if not row["block"]}
    assert packs == {(locale, audience) for locale in ("en-GB", "pl") for audience in ("adult", "parent", "nurse")}
    blocks = {row["block"] for row in rows if row["audience"] == "adult" and row["locale"] == "pl"}
    assert blocks == {"", "call-now", "fever", "alarm-table", "bathing", "travel.gb", "about", "card"}
    assert all(row["region"] == "GB" for row in rows)


def test_a_row_of_a_reading_holds_its_counts(command: Command) -> None:
    rows = readings(command)
    card = next(row for row in rows if row["block"] == "card" and row["audience"] == "adult")
    assert (card["sentences"], card["words"], card["mean_sentence"], card["longest_sentence"]) == (5, 31, 6.2, 7)
    assert isinstance(card["grade"], float) and card["inflesz"] is None
    whole = next(row for row in rows if not row["block"] and row["audience"] == "adult")
    parts = [row for row in rows if row["block"] and row["audience"] == "adult"]
    for key in ("words", "sentences"):
        assert whole[key] == sum(int(str(row[key])) for row in parts)


def test_a_grade_is_given_for_english_inflesz_for_spanish_and_lengths_for_all(command: Command) -> None:
    write_po(command.project, "es")
    rows = readings(command, "pl", "es")
    given = {
        locale: ({row["grade"] is not None for row in rows if row["locale"] == locale},
                 {row["inflesz"] is not None for row in rows if row["locale"] == locale})
        for locale in ("en-GB", "pl", "es")
    }  # fmt: skip
    assert given == {"en-GB": ({True}, {False}), "pl": ({False}, {False}), "es": ({False}, {True})}
    assert all(float(str(row["mean_sentence"])) > 0 for row in rows if row["sentences"])


def test_a_spanish_pack_that_is_hard_to_read_fails_check(command: Command) -> None:
    """Nurses may be told in long words; patients may not (writing.md)."""
    hard = "La administración ininterrumpida necesita monitorización hematológica extraordinariamente individualizada"
    write_po(command.project, "es", {passage: f"{hard}." for passage in ("Leave the pump alone.", "A fit", "the pump stops", "Keep warm")})
    list_languages(command.project, "en-GB", "es")
    run = command("check", "--json")
    found = [row for row in run.document["problems"] if row["code"] == "INFLESZ"]
    assert run.code == 1 and {row["path"] for row in found} == {"locales/es.po"}
    assert [row["message"].split(":")[0] for row in found] == ["adult in GB", "parent in GB"]
    assert all("at least 65" in row["message"] and "check --json" in row["hint"] for row in found)


def test_the_sum_of_each_pack_for_patients_is_on_the_screen(command: Command) -> None:
    run = command("check")
    lines = [line for line in run.out.split("\n") if "a sentence" in line]
    names = [f"{who} pack, GB, {code}" for code in ("en-GB", "pl") for who in ("adult", "parent")]
    assert [line.partition(":")[0] for line in lines] == names
    assert "Flesch-Kincaid grade" in lines[0] and "grade" not in lines[2]
    assert f"{len(small_library().evidence)} evidence rows" in run.out


def test_a_file_of_a_site_elsewhere_can_be_signed_for(project: Project, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "ward-gb.toml"
    other.parent.mkdir()
    text = (project.root / SITE).read_text(encoding="utf-8")
    other.write_text(text.replace('id = "small-gb"', 'id = "ward-gb"'), encoding="utf-8")
    record(replace(ENGLISH, site=str(other)), project)
    assert [one.site for one in read_register(project)[0]] == ["ward-gb"]
    assert [path.name for path in (project.handouts / "approved").iterdir()] == ["ward-gb.adult.en-GB.txt"]
