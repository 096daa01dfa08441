"""What `approve` may record: one signature for one text, or the reasons why not. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from packbuilder.approval import add_months, role_for
from packbuilder.model import Approval, Manuscript, Place, Problem, Role
from packbuilder.textfile import HIDDEN

REGISTER = Place("handouts/approvals.toml")
TITLES = {"clinical": "clinical reviewer", "translation": "translation reviser"}


def plan_approval(
    manuscript: Manuscript, role: Role, by: str, title: str, today: date, review: date | None, translators: Sequence[str]
) -> tuple[Approval | None, tuple[Problem, ...]]:
    """The signature to record, or every reason against it. `by` may carry the title: "A. Person, consultant"."""
    name, _, rest = (" ".join(part.split()) for part in by.partition(","))
    site, edition = manuscript.edition.site, manuscript.edition
    last = add_months(today, site.review_months)
    approval = Approval(
        site=site.id,
        audience=edition.audience,
        locale=edition.locale,
        role=role,
        by=name,
        title=" ".join(title.split()) or rest or TITLES[role],
        date=today,
        review=review or last,
        digest=manuscript.digest,
    )
    problems = tuple(check_approval(approval, manuscript, last, translators))
    return (None if problems else approval), problems


def check_approval(approval: Approval, manuscript: Manuscript, last: date, translators: Sequence[str]) -> Iterator[Problem]:
    """Every reason why a signature is refused. `last` is the latest review date that the site allows."""
    place = Place(f"{approval.site} {approval.audience} {approval.locale}")
    months = manuscript.edition.site.review_months
    right = role_for(approval.locale)
    if not approval.by or HIDDEN.search(approval.by + approval.title):
        yield Problem("APPROVAL_PERSON", place, "no person is named", 'write --by "Name, title"')
    if manuscript.missing:
        count = len(manuscript.missing)
        yield Problem(
            "APPROVAL_MISSING",
            place,
            f"{count} message{'s have' if count > 1 else ' has'} no translation: {manuscript.missing[0].text[:60]!r}",
            f"translate locales/{approval.locale}.po first; an unfinished text cannot be signed",
        )
    if approval.role != right:
        texts = {"clinical": "a clinician signs the text in the source language", "translation": "this is a translation"}
        yield Problem("APPROVAL_ROLE", place, f"{approval.role} does not fit {approval.locale}: {texts[right]}", f"write --role {right}")
    if approval.role == "translation" and set(map(str.casefold, translators)) == {approval.by.casefold()}:
        yield Problem(
            "APPROVAL_REVISER",
            place,
            f"{approval.by} is the only translator that locales/{approval.locale}.po names",
            "a second person must revise a translation",
        )
    if approval.review > last:
        yield Problem(
            "APPROVAL_REVIEW",
            place,
            f"the review date {approval.review} lies beyond {months} months",
            f"choose {last} or earlier; the site file says months = {months}",
        )
    elif approval.review <= approval.date:
        yield Problem("APPROVAL_REVIEW", place, f"the review date {approval.review} is not after {approval.date}", "choose a later day")


def named_translators(header: str) -> tuple[str, ...]:
    """The people that a PO file's head names: `Last-Translator: Name <address>`, and comments `# Name <address>, 2026.`."""
    found = re.findall(r'^"Last-Translator: (.*?)(?:\\n)?"$', header, re.MULTILINE)
    found += re.findall(r"^# ([^<:\n]+) <[^>\n]*>", header, re.MULTILINE)
    names = (" ".join(re.sub(r"<.*", "", text).split()) for text in found)
    return tuple(dict.fromkeys(name for name in names if name and name != "FULL NAME"))


def due_reviews(manuscripts: Iterable[Manuscript], today: date, days: int) -> Iterator[Problem]:
    """A warning for each signature in force that ends within some days, and for each text whose signature has ended."""
    seen: set[object] = set()
    for manuscript in manuscripts:
        edition = manuscript.edition
        what = f"{edition.site.id}, {edition.audience}, {edition.locale}"
        for reason in manuscript.reasons:
            if reason.code.endswith("review-past") and (what, reason) not in seen:
                seen.add((what, reason))
                yield Problem("REVIEW_PAST", REGISTER, f"{what}: {reason.text}", "read it and sign again; it prints as a draft", "warning")
        for approval in manuscript.approvals:
            left = (approval.review - today).days
            if left <= days and approval not in seen:
                seen.add(approval)
                yield Problem(
                    "REVIEW_DUE",
                    approval.place,
                    f"{approval.site}, {approval.audience}, {approval.locale}: to be reviewed by {approval.review}, in {left} days",
                    f"read it and sign again; after that day it prints as a draft (signed by {approval.by})",
                    "warning",
                )
