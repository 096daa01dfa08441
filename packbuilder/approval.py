"""What may be printed without a draft mark: the digest of a text, and the reasons why an edition is still a draft.

Why the digest is of the printed text: a signature must lapse when a word, a fact, a site value or a translation changes, and
must not lapse when the layout, the paper or the format does. Pure: today's date and the signatures are handed in.
"""

import calendar
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from packbuilder.language import is_source_language
from packbuilder.model import SOURCE_LOCALE, Approval, Manuscript, Reason, Role, Site


def digest_text(lines: Iterable[str]) -> str:
    """SHA-256 over the words of an edition in print order. Where a line ends is layout, so white space counts as one space."""
    return hashlib.sha256(" ".join(word for line in lines for word in line.split()).encode()).hexdigest()


def source_locale(site: Site) -> str:
    """The locale in which a clinician of this hospital signs: its own form of the source language (`en-US`), else the source."""
    return next((code for code in (*site.locales, site.staff_locale) if is_source_language(code)), SOURCE_LOCALE)


def role_for(locale: str) -> Role:
    """Who signs a text: clinicians the source language, a translation reviser every other."""
    return "clinical" if is_source_language(locale) else "translation"


def judge(manuscript: Manuscript, digest: str, source_digest: str, approvals: Sequence[Approval], today: date) -> Manuscript:
    """The manuscript with its state: release, or draft with every reason.

    `source_digest` is of the same pack in `source_locale`: a translation is released only when that text is signed too.
    """
    edition = manuscript.edition
    site, locale = edition.site, edition.locale
    reasons = []
    if site.sample:
        reasons.append(Reason("sample", "the hospital is a sample"))
    if manuscript.missing:
        count = len(manuscript.missing)
        reasons.append(Reason("missing", f"{count} message{'s have' if count > 1 else ' has'} no translation"))
    own = [one for one in approvals if (one.site, one.audience) == (site.id, edition.audience)]
    needed = [(source_locale(site), source_digest)]
    needed = [(locale, digest)] if is_source_language(locale) else [*needed, (locale, digest)]
    valid: list[Approval] = []
    for code, wanted in needed:
        given = [one for one in own if (one.locale, one.role) == (code, role_for(code))]
        good = [one for one in given if one.digest == wanted and one.date <= today <= one.review]
        valid += good
        if not good:
            reasons.append(explain(code, locale, given, wanted, today))
    return replace(
        manuscript, digest=digest, state="draft" if reasons else "release", reasons=tuple(reasons), approvals=tuple(valid)
    )  # fmt: skip


def explain(code: str, locale: str, given: Sequence[Approval], digest: str, today: date) -> Reason:
    """Why the signatures for one text do not hold: there is none, none yet, they ended, or the text has changed since."""
    kind = "" if is_source_language(locale) else "translation-" if code == locale else "source-"
    what = {"": "text", "translation-": "translation", "source-": f"{code} text behind this translation"}[kind]
    ended = [one for one in given if one.digest == digest]
    if ended and (first := min(one.date for one in ended)) > today:
        return Reason(
            f"{kind}unsigned", f"the {what} is signed from {first.isoformat()} on, and today is {today.isoformat()}: is the clock right?"
        )
    if ended:
        last = max(ended, key=lambda one: one.review)
        return Reason(f"{kind}review-past", f"the {what} was to be reviewed by {last.review.isoformat()}")
    if given:
        last = max(given, key=lambda one: one.date)
        return Reason(f"{kind}lapsed", f"the {what} has changed since {last.by} signed it on {last.date.isoformat()}")
    return Reason(f"{kind}unsigned", f"nobody has signed the {what} yet")


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, calendar.monthrange(day.year + year, month + 1)[1]))
