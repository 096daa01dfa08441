"""Approval: a text is a draft with every reason named, until each signature that it needs holds for these very words on this very day."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import SHIPPED, TODAY, make_real, plan, sign, small_site

from packbuilder.approval import add_months, digest_text, judge, role_for, source_locale
from packbuilder.model import Approval, Manuscript, Message, Place, Site

LOST = Message("fever", "Call us", Place("handouts/blocks/fever.md", 3))
ENGLISH, POLISH, OLD = ("a" * 64, "b" * 64, "c" * 64)
YEAR = timedelta(days=365)


def text(locale: str = "en-GB", site: Site | None = None, missing: tuple[Message, ...] = (), audience: str = "adult") -> Manuscript:
    """A manuscript as far as a judge looks at it."""
    edition = plan(site or make_real(), audience, locale)
    digest = ENGLISH if locale.startswith("en") else POLISH
    return Manuscript(edition, "", "", (), {}, {}, {}, missing, digest=digest)


CLINICAL, REVISED = sign(text()), sign(text("pl"))


def judged(manuscript: Manuscript, *approvals: Approval, today: date = TODAY) -> Manuscript:
    return judge(manuscript, manuscript.digest, ENGLISH, approvals, today)


def codes_of(manuscript: Manuscript) -> list[str]:
    return [reason.code for reason in manuscript.reasons]


# Every reason on its own, and together

CASES: dict[str, tuple[Callable[[], Manuscript], list[str]]] = {
    "signed": (lambda: judged(text(), CLINICAL), []),
    "a translation and its source, both signed": (lambda: judged(text("pl"), CLINICAL, REVISED), []),
    "signed twice": (lambda: judged(text(), CLINICAL, replace(CLINICAL, by="B. Person")), []),
    "signed on the last day": (lambda: judged(text(), CLINICAL, today=CLINICAL.review), []),
    "a sample": (lambda: judged(text(site=small_site()), CLINICAL), ["sample"]),
    "a message without a translation": (lambda: judged(text("pl", missing=(LOST,)), CLINICAL, REVISED), ["missing"]),
    "nobody": (lambda: judged(text()), ["unsigned"]),
    "nobody for the translation": (lambda: judged(text("pl"), CLINICAL), ["translation-unsigned"]),
    "nobody for the source": (lambda: judged(text("pl"), REVISED), ["source-unsigned"]),
    "nobody for both": (lambda: judged(text("pl")), ["source-unsigned", "translation-unsigned"]),
    "another text": (lambda: judged(text(), replace(CLINICAL, digest=OLD)), ["lapsed"]),
    "another translation": (lambda: judged(text("pl"), CLINICAL, replace(REVISED, digest=OLD)), ["translation-lapsed"]),
    "another source behind the translation": (lambda: judged(text("pl"), replace(CLINICAL, digest=OLD), REVISED), ["source-lapsed"]),
    "the review is past": (lambda: judged(text(), CLINICAL, today=CLINICAL.review + timedelta(days=1)), ["review-past"]),
    "the review of the source is past": (
        lambda: judged(text("pl"), replace(CLINICAL, review=TODAY), REVISED, today=TODAY + timedelta(days=1)),
        ["source-review-past"],
    ),
    "the review of the translation is past": (
        lambda: judged(text("pl"), CLINICAL, replace(REVISED, review=TODAY), today=TODAY + timedelta(days=1)),
        ["translation-review-past"],
    ),
    "signed, and the clock stands before that day": (lambda: judged(text(), CLINICAL, today=TODAY - YEAR), ["unsigned"]),
    "the clock is before both signatures": (
        lambda: judged(
            text("pl"), replace(CLINICAL, date=TODAY - YEAR), REVISED, replace(REVISED, date=TODAY + YEAR), today=TODAY - timedelta(days=1)
        ),
        ["translation-unsigned"],
    ),
    "signed today for a review that was yesterday": (
        lambda: judged(text(), replace(CLINICAL, review=TODAY - timedelta(days=1)), today=TODAY),
        ["review-past"],
    ),
    "another hospital's": (lambda: judged(text(), replace(CLINICAL, site="other-gb")), ["unsigned"]),
    "another audience's": (lambda: judged(text(), replace(CLINICAL, audience="parent")), ["unsigned"]),
    "another language's": (lambda: judged(text("pl"), CLINICAL, replace(REVISED, locale="es")), ["translation-unsigned"]),
    "the digest of another language": (lambda: judged(text("pl"), CLINICAL, replace(REVISED, digest=ENGLISH)), ["translation-lapsed"]),
    "a reviser under the source": (lambda: judged(text(), replace(CLINICAL, role="translation")), ["unsigned"]),
    "a clinician under the translation": (
        lambda: judged(text("pl"), CLINICAL, replace(REVISED, role="clinical")),
        ["translation-unsigned"],
    ),
    "everything at once": (
        lambda: judged(text("pl", small_site(), (LOST, LOST)), replace(CLINICAL, digest=OLD)),
        ["sample", "missing", "source-lapsed", "translation-unsigned"],
    ),
}


@pytest.mark.parametrize("title", CASES)
def test_a_text_is_released_only_when_nothing_is_against_it(title: str) -> None:
    make, expected = CASES[title]
    manuscript = make()
    assert codes_of(manuscript) == expected
    assert manuscript.state == ("draft" if expected else "release")
    assert all(reason.text for reason in manuscript.reasons)


SENTENCES = {
    "a sample": "the hospital is a sample",
    "a message without a translation": "1 message has no translation",
    "everything at once": "2 messages have no translation",
    "nobody": "nobody has signed the text yet",
    "nobody for the source": "nobody has signed the en-GB text behind this translation yet",
    "nobody for the translation": "nobody has signed the translation yet",
    "another text": "the text has changed since A. Person signed it on 2026-03-02",
    "another source behind the translation": "the en-GB text behind this translation has changed since A. Person signed it on 2026-03-02",
    "signed, and the clock stands before that day": "the text is signed from 2026-03-02 on, and today is 2025-03-02: is the clock right?",
    "the clock is before both signatures": "the translation is signed from 2026-03-02 on, and today is 2026-03-01: is the clock right?",
    "the review is past": "the text was to be reviewed by 2027-03-02",
}


@pytest.mark.parametrize("title", SENTENCES)
def test_a_reason_says_what_is_missing_who_signed_and_when(title: str) -> None:
    assert SENTENCES[title] in [reason.text for reason in CASES[title][0]().reasons]


def test_a_newer_signature_for_the_same_text_takes_the_place_of_one_that_ended() -> None:
    ended = replace(CLINICAL, date=TODAY - 2 * YEAR, review=TODAY - YEAR)
    assert judged(text(), ended, CLINICAL).state == "release"
    assert judged(text(), CLINICAL, ended).state == "release", "in whatever order they stand"


def test_a_text_that_is_as_it_was_is_signed_again() -> None:
    """A word is changed and changed back: the old signature holds, also after a newer one for the other words."""
    assert judged(text(), CLINICAL, replace(CLINICAL, digest=OLD, date=TODAY + YEAR)).state == "release"


def test_only_the_signatures_that_were_needed_are_named_on_the_page() -> None:
    others = (replace(CLINICAL, audience="nurse"), replace(CLINICAL, digest=OLD), replace(REVISED, locale="es"))
    assert judged(text("pl"), *others, CLINICAL, REVISED).approvals == (CLINICAL, REVISED)
    assert judged(text(), *others, CLINICAL, REVISED).approvals == (CLINICAL,)


def test_a_release_is_approved_from_the_last_signature_and_ends_with_the_first() -> None:
    later = replace(REVISED, date=TODAY + timedelta(days=9), review=TODAY + timedelta(days=100))
    assert judged(text("pl"), CLINICAL, later).state == "draft", "a signature of tomorrow does not hold today"
    manuscript = judge(text("pl"), text("pl").digest, CLINICAL.digest, (CLINICAL, later), later.date)
    assert (manuscript.approved_on, manuscript.review_by) == (later.date, later.review)
    draft = judged(text("pl"), CLINICAL)
    assert (draft.approved_on, draft.review_by) == (None, None), "a draft shows no date that looks like an approval"


def test_of_several_signatures_that_ended_the_last_to_end_is_named() -> None:
    sooner = replace(CLINICAL, by="Z. Person", date=TODAY, review=TODAY + YEAR)
    later = replace(CLINICAL, by="A. Person", date=TODAY - YEAR, review=TODAY + timedelta(days=700))
    for heap in ((sooner, later), (later, sooner)):
        [reason] = judged(text(), *heap, today=TODAY + 2 * YEAR).reasons
        assert reason.text == f"the text was to be reviewed by {later.review}"


def test_of_several_signatures_for_other_words_the_newest_is_named() -> None:
    newest = replace(CLINICAL, digest=OLD, by="A. Newest", date=TODAY + timedelta(days=9), review=TODAY + timedelta(days=30))
    oldest = replace(CLINICAL, digest=OLD, by="Z. Oldest")
    for heap in ((newest, oldest), (oldest, newest)):
        [reason] = judged(text(), *heap).reasons
        assert reason.text == "the text has changed since A. Newest signed it on 2026-03-11"


def test_the_text_that_was_judged_is_the_one_that_goes_into_the_manifest() -> None:
    """The digest of an edition without signatures is what somebody signs next."""
    assert judge(text(), OLD, ENGLISH, (), TODAY).digest == OLD


@given(st.sets(st.integers(0, 5)), st.booleans(), st.booleans(), st.integers(-2, 800))
def test_no_heap_of_other_signatures_makes_a_release(kinds: set[int], english: bool, revised: bool, days: int) -> None:
    others = [
        replace(CLINICAL, digest=OLD), replace(CLINICAL, site="other-gb"), replace(CLINICAL, audience="nurse"),
        replace(REVISED, role="clinical"), replace(REVISED, digest=ENGLISH), replace(REVISED, digest=OLD),
    ]  # fmt: skip
    heap = [others[number] for number in kinds] + [CLINICAL] * english + [REVISED] * revised
    today = TODAY + timedelta(days=days)
    assert (judged(text("pl"), *heap, today=today).state == "release") == (english and revised and today <= CLINICAL.review)


def test_each_reason_has_its_own_words_on_the_page() -> None:
    """A reason that no template knows would leave the last page without the why."""
    page = (SHIPPED.templates / "version.html").read_text(encoding="utf-8")
    foot = (SHIPPED.templates / "foot-approval.html").read_text(encoding="utf-8")
    for code in {code for _, expected in CASES.values() for code in expected}:
        assert f'"{code}" in reasons' in page and f'"{code}"' in foot, code


# Who signs what


@pytest.mark.parametrize(
    ("locales", "staff", "source"),
    [
        (("en-GB", "pl"), "en-GB", "en-GB"),
        (("pl", "en-GB"), "en-GB", "en-GB"),
        (("en-US", "es"), "en-US", "en-US"),
        (("es",), "en-US", "en-US"),
        (("es",), "es", "en-GB"),
        (("es", "en-US"), "es", "en-US"),
    ],
)
def test_a_clinician_signs_the_hospitals_own_english(locales: tuple[str, ...], staff: str, source: str) -> None:
    assert source_locale(replace(small_site(), locales=locales, staff_locale=staff)) == source


@pytest.mark.parametrize(("locale", "role"), [("en-GB", "clinical"), ("en-US", "clinical"), ("es", "translation"), ("ar", "translation")])
def test_clinicians_sign_the_source_language_and_revisers_every_other(locale: str, role: str) -> None:
    assert role_for(locale) == role


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 3, 2), 24, date(2028, 3, 2)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 5, 31), 36, date(2029, 5, 31)),
    ],
)
def test_a_review_falls_on_the_same_day_or_on_the_last_of_a_shorter_month(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


# The digest

LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20), max_size=5)


def words(lines: list[str]) -> list[str]:
    return [word for line in lines for word in line.split()]


@given(LINES, LINES)
def test_two_texts_share_a_digest_only_when_their_words_are_the_same(one: list[str], two: list[str]) -> None:
    assert (digest_text(one) == digest_text(two)) == (words(one) == words(two))


def test_where_a_line_ends_does_not_count_and_where_a_word_ends_does() -> None:
    assert digest_text(["Call us", "now"]) == digest_text(["Call", "  us now "]) != digest_text(["Callus now"])
    assert digest_text(["now call us"]) != digest_text(["call us now"])


def test_a_signature_of_an_older_version_of_the_program_still_holds() -> None:
    """Approvals are stored with the digest: another way to reckon it would lapse every one of them."""
    assert digest_text(["Call us", "now"]) == hashlib.sha256(b"Call us now").hexdigest()


def test_no_two_of_many_texts_share_a_digest() -> None:
    texts = [(word, more) for word in ("call", "do not call", "37.5", "38.5") for more in ("", "now", "now.")]
    assert all(digest_text(one) != digest_text(two) for one, two in combinations(texts, 2))
