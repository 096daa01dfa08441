"""What `approve` may record: every refusal with what to do, the latest review date, and the warning before a signature ends."""

import calendar
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import TODAY, make_real, plan, sign

from packbuilder.model import Manuscript, Message, Place, Problem, Role
from packbuilder.signing import add_months, due_reviews, named_translators, plan_approval

LOST = Message("fever", "Call us at once", Place("handouts/blocks/fever.md", 3))
DIGEST = "d" * 64
LATEST = date(2028, 3, 2)  # the small site says 24 months


def text(locale: str = "en-GB", missing: tuple[Message, ...] = ()) -> Manuscript:
    return Manuscript(plan(make_real(), "adult", locale), "", "", (), {}, {}, {}, missing, digest=DIGEST)


def refused(
    manuscript: Manuscript,
    role: Role = "clinical",
    by: str = "A. Person, consultant",
    title: str = "",
    review: date | None = None,
    translators: tuple[str, ...] = (),
) -> list[tuple[str, str]]:
    """The codes of all refusals with what each says and what to do."""
    approval, problems = plan_approval(manuscript, role, by, title, TODAY, review, translators)
    assert (approval is None) == bool(problems)
    assert all(problem.hint and problem.place.path == f"small-gb adult {manuscript.edition.locale}" for problem in problems)
    return [(problem.code, f"{problem.message} ({problem.hint})") for problem in problems]


# What is recorded


def test_a_signature_names_everything_that_it_is_for() -> None:
    approval, problems = plan_approval(text(), "clinical", "A. Person, consultant haematologist", "", TODAY, None, ())
    assert approval and not problems
    assert (approval.site, approval.audience, approval.locale, approval.role) == ("small-gb", "adult", "en-GB", "clinical")
    assert (approval.by, approval.title) == ("A. Person", "consultant haematologist")
    assert (approval.date, approval.review, approval.digest) == (TODAY, LATEST, DIGEST)


@pytest.mark.parametrize(
    ("role", "by", "title", "expected"),
    [
        ("clinical", "A. Person, consultant", "", ("A. Person", "consultant")),
        ("clinical", "A. Person", "consultant", ("A. Person", "consultant")),
        ("clinical", "A. Person, MD, FRCP", "", ("A. Person", "MD, FRCP")),
        ("clinical", "A. Person, MD", "consultant", ("A. Person", "consultant")),
        ("clinical", "  A.   Person ", "", ("A. Person", "clinical reviewer")),
        ("translation", "Zażółć Gęślą", "", ("Zażółć Gęślą", "translation reviser")),
    ],
)
def test_a_person_has_a_name_and_a_title(role: Role, by: str, title: str, expected: tuple[str, str]) -> None:
    approval, _ = plan_approval(text("en-GB" if role == "clinical" else "pl"), role, by, title, TODAY, None, ())
    assert approval and (approval.by, approval.title) == expected


# What is refused

REFUSALS: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {
    "a text with a message that has no translation": (
        refused(text("pl", (LOST,)), "translation"),
        [("APPROVAL_MISSING", "1 message has no translation: 'Call us at once' (translate locales/pl.po first")],
    ),
    "a text with several": (
        refused(text("pl", (LOST, LOST)), "translation"),
        [("APPROVAL_MISSING", "2 messages have no translation")],
    ),
    "a reviser of the source language": (
        refused(text(), "translation"),
        [("APPROVAL_ROLE", "translation does not fit en-GB: a clinician signs the text in the source language (write --role clinical)")],
    ),
    "a clinician of a translation": (
        refused(text("pl"), "clinical"),
        [("APPROVAL_ROLE", "clinical does not fit pl: this is a translation (write --role translation)")],
    ),
    "a clinician of another spelling of English is right": (refused(text("en-US"), "clinical"), []),
    "nobody": (refused(text(), by=""), [("APPROVAL_PERSON", 'no person is named (write --by "Name, title")')]),
    "spaces": (refused(text(), by="  "), [("APPROVAL_PERSON", "no person")]),
    "a title alone": (refused(text(), by=", consultant"), [("APPROVAL_PERSON", "no person")]),
    "a name that hides a character": (refused(text(), by="A.\u200bPerson"), [("APPROVAL_PERSON", "no person")]),
    "a title that turns the line round": (refused(text(), title="\u202enurse"), [("APPROVAL_PERSON", "no person")]),
    "a reviser who is the only translator": (
        refused(text("pl"), "translation", "Jan Nowak, MA", translators=("Jan Nowak",)),
        [("APPROVAL_REVISER", "Jan Nowak is the only translator that locales/pl.po names (a second person must revise")],
    ),
    "a reviser who is the only translator, in other letters": (
        refused(text("pl"), "translation", " JAN  nowak", translators=("Jan Nowak",)),
        [("APPROVAL_REVISER", "the only translator")],
    ),
    "a reviser who is the only translator, named twice": (
        refused(text("pl"), "translation", "Jan Nowak", translators=("Jan Nowak", "jan nowak")),
        [("APPROVAL_REVISER", "the only translator")],
    ),
    "a reviser beside a second translator is right": (
        refused(text("pl"), "translation", "Jan Nowak", translators=("Jan Nowak", "Ewa Lis")),
        [],
    ),
    "a reviser who did not translate is right": (refused(text("pl"), "translation", "Ewa Lis", translators=("Jan Nowak",)), []),
    "a reviser of a file that names nobody is right": (refused(text("pl"), "translation", "Ewa Lis"), []),
    "a clinician who is also the translator is right": (refused(text("en-US"), by="Jan Nowak", translators=("Jan Nowak",)), []),
    "a review a day too late": (
        refused(text(), review=LATEST + timedelta(days=1)),
        [
            (
                "APPROVAL_REVIEW",
                "the review date 2028-03-03 lies beyond 24 months (choose 2028-03-02 or earlier; the site file says months = 24)",
            )
        ],
    ),
    "a review on the last day is right": (refused(text(), review=LATEST), []),
    "a review yesterday": (
        refused(text(), review=TODAY - timedelta(days=1)),
        [("APPROVAL_REVIEW", "the review date 2026-03-01 is not after 2026-03-02 (choose a later day)")],
    ),
    "a review today": (refused(text(), review=TODAY), [("APPROVAL_REVIEW", "is not after 2026-03-02")]),
    "a review tomorrow is right": (refused(text(), review=TODAY + timedelta(days=1)), []),
    "all at once": (
        refused(text("pl", (LOST,)), "clinical", "", review=TODAY),
        [
            ("APPROVAL_PERSON", ""),
            ("APPROVAL_MISSING", ""),
            ("APPROVAL_ROLE", ""),
            ("APPROVAL_REVIEW", ""),
        ],
    ),
}


@pytest.mark.parametrize("title", REFUSALS)
def test_a_signature_is_refused_with_every_reason(title: str) -> None:
    found, expected = REFUSALS[title]
    assert [code for code, _ in found] == [code for code, _ in expected]
    assert all(words in said for (_, said), (_, words) in zip(found, expected, strict=True)), found


def test_the_sites_own_months_are_the_limit() -> None:
    site = replace(make_real(), review_months=6)
    manuscript = replace(text(), edition=plan(site, "adult", "en-GB"))
    approval, _ = plan_approval(manuscript, "clinical", "A. Person", "", TODAY, None, ())
    assert approval and approval.review == date(2026, 9, 2)
    assert [code for code, _ in refused(manuscript, review=date(2026, 9, 3))] == ["APPROVAL_REVIEW"]


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 2), 24, date(2028, 3, 2)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 31), 36, date(2029, 12, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_some_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 36))
def test_months_are_months_whatever_the_day(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and later.day == calendar.monthrange(later.year, later.month)[1])


# Who translated

HEADERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "nobody": ('msgid ""\nmsgstr ""\n"Language: pl\\n"\n', ()),
    "an empty line of a new file": ('"Last-Translator: \\n"\n', ()),
    "the line that tools leave": ('"Last-Translator: FULL NAME <EMAIL@ADDRESS>\\n"\n', ()),
    "the last translator": ('"Last-Translator: Jan Nowak <jan@example.org>\\n"\n', ("Jan Nowak",)),
    "without an address": ('"Last-Translator: Jan  Nowak\\n"\n', ("Jan Nowak",)),
    "those of the comments": (
        "# Polish\n# Ewa Lis <ewa@example.org>, 2025.\n# Jan Nowak <jan@example.org>, 2026.\n#\n",
        ("Ewa Lis", "Jan Nowak"),
    ),
    "the same in both": ('# Jan Nowak <jan@example.org>, 2026.\n"Last-Translator: Jan Nowak <jan@example.org>\\n"\n', ("Jan Nowak",)),
    "two": ('# Ewa Lis <ewa@example.org>, 2025.\n"Last-Translator: Jan Nowak <jan@example.org>\\n"\n', ("Jan Nowak", "Ewa Lis")),
}


@pytest.mark.parametrize("title", HEADERS)
def test_the_translators_are_those_that_the_head_of_the_file_names(title: str) -> None:
    header, names = HEADERS[title]
    assert named_translators(header) == names


# Before a signature ends


def released(review: date, audience: str = "adult", locale: str = "en-GB") -> Manuscript:
    manuscript = replace(text(locale), edition=plan(make_real(), audience, locale))
    return replace(manuscript, approvals=(sign(manuscript, review=review, place=Place("handouts/approvals.toml", 3)),))


def due(*manuscripts: Manuscript, days: int = 60) -> list[Problem]:
    return list(due_reviews(manuscripts, TODAY, days))


@pytest.mark.parametrize(("left", "days", "warned"), [(61, 60, False), (60, 60, True), (1, 60, True), (0, 60, True), (30, 29, False)])
def test_it_is_warned_some_days_before_a_review(left: int, days: int, warned: bool) -> None:
    found = due(released(TODAY + timedelta(days=left)), days=days)
    assert [problem.code for problem in found] == ["REVIEW_DUE"] * warned


def test_the_warning_says_which_when_and_who_and_is_no_error() -> None:
    [problem] = due(released(date(2026, 4, 1)))
    assert problem.severity == "warning" and problem.place == Place("handouts/approvals.toml", 3)
    assert problem.message == "small-gb, adult, en-GB: to be reviewed by 2026-04-01, in 30 days"
    assert "A. Person" in problem.hint


def test_one_signature_is_named_once_however_many_prints_hang_on_it() -> None:
    one = released(date(2026, 4, 1))
    card = replace(one, edition=replace(one.edition, kind="card"))
    other = released(date(2026, 4, 1), "nurse")
    assert len(due(one, card, one, other)) == 2
