"""The register of signatures: what is written is read back, a slip in it is named with its line, and nothing is half written."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packbuilder import register as module
from packbuilder.approval import digest_text
from packbuilder.model import Approval, Place, Problem, Project, Role
from packbuilder.register import (
    HEAD,
    add_approval,
    read_register,
    read_signed_text,
    register_path,
    signed_text_path,
    write_approval,
)
from packbuilder.textfile import HIDDEN

TEXT = ("Call us, day or night", "Leave the pump alone.")
DIGEST = digest_text(TEXT)
ONE = Approval(
    "small-gb", "adult", "en-GB", "clinical", "A. Person", "consultant", date(2026, 3, 2), date(2028, 3, 2), DIGEST,
    Place("handouts/approvals.toml", 3),
)  # fmt: skip
LINES = [line for line in write_approval(ONE).split("\n") if line]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "handouts").mkdir()
    return Project(tmp_path)


def read(project: Project, text: str | bytes) -> tuple[tuple[Approval, ...], tuple[Problem, ...]]:
    register_path(project).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_register(project)


def test_no_register_is_no_signature(project: Project) -> None:
    assert read_register(project) == ((), ())


def test_a_register_with_nothing_but_its_head_is_no_signature(project: Project) -> None:
    assert read(project, HEAD) == ((), ())


def test_a_signature_is_read_as_it_was_written(project: Project) -> None:
    add_approval(ONE, TEXT, project)
    assert read_register(project) == ((ONE,), ())
    assert register_path(project).read_text(encoding="utf-8") == HEAD + write_approval(ONE)


def test_signatures_come_in_the_order_in_which_they_were_given_each_with_its_line(project: Project) -> None:
    add_approval(ONE, TEXT, project)
    add_approval(replace(ONE, by="B. Person", audience="nurse"), TEXT, project)
    approvals, problems = read_register(project)
    assert not problems
    assert [(one.by, one.audience, one.place.line) for one in approvals] == [("A. Person", "adult", 3), ("B. Person", "nurse", 14)]
    lines = register_path(project).read_text(encoding="utf-8").split("\n")
    assert all(lines[one.place.line - 1] == "[[approval]]" for one in approvals)


def test_what_stands_in_the_register_stays_as_it_is(project: Project) -> None:
    """Comments too, and a signature that no longer holds: the register is a record."""
    before = HEAD + "\n# signed in the ward's meeting\n" + write_approval(ONE)
    register_path(project).write_text(before, encoding="utf-8")
    add_approval(replace(ONE, by="B. Person"), TEXT, project)
    assert register_path(project).read_text(encoding="utf-8") == before + write_approval(replace(ONE, by="B. Person"))


ODD_NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


@given(ODD_NAMES, ODD_NAMES, st.sampled_from(["clinical", "translation"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_person_is_called_the_register_stays_whole(project: Project, by: str, title: str, role: Role) -> None:
    """Quotation marks, backslashes, line breaks: no name can end its line or start another key."""
    approvals, problems = read(project, HEAD + write_approval(replace(ONE, by=by, title=title, role=role)) + write_approval(ONE))
    assert approvals and (approvals[-1].by, approvals[-1].digest) == ("A. Person", DIGEST)
    if len(approvals) == 2:
        assert not problems and approvals[0].role == role
        seen = [HIDDEN.sub("", " ".join(text.split())) for text in (by, title)]
        assert [approvals[0].by, approvals[0].title] == seen
    else:
        assert {problem.code for problem in problems} == {"APPROVAL_VALUE"}, "a name with nothing to see in it"


def entry(**changes: str) -> str:
    """A register with one signature, some of its lines written otherwise; "" takes a line out."""
    lines = [changes.get(line.partition(" = ")[0], line) for line in LINES]
    return "# who signed\n\n" + "\n".join(line for line in lines if line) + "\n"


WRONG: dict[str, tuple[str, int, str, str]] = {
    "a line that is not TOML": (entry(by="by = A. Person"), 8, "BROKEN_TOML", "key ="),
    "a slip in a key": (entry() + 'reveiw = "x"\n', 3, "UNKNOWN_KEY", "did you mean review?"),
    "a key outside a signature": ('sites = "small-gb"\n' + entry(), 1, "UNKNOWN_KEY", "[[approval]]"),
    "a role that is not known": (entry(role='role = "clinicla"'), 3, "APPROVAL_ROLE", "did you mean clinical?"),
    "another role": (entry(role='role = "manager"'), 3, "APPROVAL_ROLE", "known: clinical, translation"),
    "nobody's name": (entry(by='by = ""'), 3, "APPROVAL_VALUE", "by: is missing"),
    "a name that is missing": (entry(by=""), 3, "APPROVAL_VALUE", "by: is missing"),
    "a digest that is missing": (entry(digest=""), 3, "APPROVAL_VALUE", "digest: is missing"),
    "a digest written by hand": (entry(digest='digest = "1234abcd"'), 3, "APPROVAL_VALUE", "do not write it by hand"),
    "a digest in capitals": (entry(digest=f'digest = "{DIGEST.upper()}"'), 3, "APPROVAL_VALUE", "digest"),
    "a date as text": (entry(date='date = "2026-03-02"'), 3, "APPROVAL_VALUE", "date: is missing or cannot be used"),
    "a date with a time": (entry(review="review = 2028-03-02T09:00:00"), 3, "APPROVAL_VALUE", "such as 2026-11-20"),
    "a date that is a number": (entry(date="date = 2026"), 3, "APPROVAL_VALUE", "such as 2026-11-20"),
    "a review before the signature": (entry(review="review = 2026-03-01"), 3, "APPROVAL_VALUE", "review: is not after date"),
    "a review on the day of the signature": (entry(review="review = 2026-03-02"), 3, "APPROVAL_VALUE", "review: is not after date"),
    "a site that leads to another folder": (entry(site='site = "../../etc"'), 3, "APPROVAL_VALUE", "is not a name"),
    "a signature that is a number": ("approval = [3]\n", 1, "APPROVAL_VALUE", "site: is missing"),
    "one signature that is not a list": (entry().replace("[[approval]]", "[approval]"), 3, "APPROVAL_VALUE", "[[approval]]"),
    "a hidden character": (entry(by='by = "A.\u200b Person"'), 8, "HIDDEN_CHARACTER", "U+200B"),
}


@pytest.mark.parametrize("title", WRONG)
def test_a_slip_in_the_register_is_named_with_its_line_and_counts_for_nothing(title: str, project: Project) -> None:
    text, line, code, words = WRONG[title]
    approvals, problems = read(project, text)
    first = problems[0]
    assert (first.code, first.place) == (code, Place("handouts/approvals.toml", line))
    assert words in f"{first.message} ({first.hint})" and first.hint
    assert all(problem.severity == "error" for problem in problems), "a build must not go on as if nobody had signed"
    assert not approvals or title == "a key outside a signature"


def test_a_register_that_is_not_utf8_is_named(project: Project) -> None:
    approvals, problems = read(project, entry(by='by = "Jos\u00e9"').encode("latin-1"))
    assert not approvals and [(problem.code, problem.place.line) for problem in problems] == [("NOT_UTF8", 8)]


def test_one_slip_does_not_take_the_others_away(project: Project) -> None:
    other = write_approval(replace(ONE, by="B. Person"))
    approvals, problems = read(project, entry(role='role = "x"') + other + "\n" + entry(date=""))
    assert [one.by for one in approvals] == ["B. Person"]
    assert [(problem.code, problem.place.line) for problem in problems] == [("APPROVAL_ROLE", 3), ("APPROVAL_VALUE", 27)]


# The text behind a signature


def test_the_text_that_was_signed_is_kept(project: Project) -> None:
    add_approval(ONE, TEXT, project)
    assert read_signed_text(ONE, project) == TEXT
    assert signed_text_path(ONE, project).relative_to(project.root).as_posix() == "handouts/approved/small-gb.adult.en-GB.txt"


def test_the_last_text_of_a_site_audience_and_language_is_kept(project: Project) -> None:
    later = replace(ONE, digest=digest_text(["Other words"]))
    add_approval(ONE, TEXT, project)
    add_approval(later, ["Other words"], project)
    add_approval(replace(ONE, audience="nurse"), TEXT, project)
    assert read_signed_text(later, project) == ("Other words",)
    assert read_signed_text(ONE, project) is None, "what it was for is no longer kept"


@pytest.mark.parametrize("damage", ["lost", "a word changed", "not UTF-8"])
def test_a_kept_text_that_is_not_the_signed_one_is_not_used(damage: str, project: Project) -> None:
    add_approval(ONE, TEXT, project)
    path = signed_text_path(ONE, project)
    if damage == "lost":
        path.unlink()
    else:
        path.write_bytes(b"\xff\xfe" if damage == "not UTF-8" else path.read_bytes().replace(b"alone", b"on"))
    assert read_signed_text(ONE, project) is None
    assert read_register(project) == ((ONE,), ()), "the signature itself holds by its digest"


def test_the_register_is_whole_when_the_disk_fails(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    add_approval(ONE, TEXT, project)
    before = register_path(project).read_bytes()

    def fail(path: Path, text: str) -> None:
        if path.name == "approvals.toml":
            path.with_name(path.name + ".part").write_text(text[:20], encoding="utf-8")
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "replace_file", fail)
    with pytest.raises(OSError, match="No space"):
        add_approval(replace(ONE, by="B. Person"), TEXT, project)
    assert register_path(project).read_bytes() == before
    assert read_register(project) == ((ONE,), ())
