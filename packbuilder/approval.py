"""What may be printed without a draft mark: the digest of an edition's text, and the reasons why it is still a draft.

Why the digest is of the resolved text: a signature must lapse when a word, a fact, a site value or a translation
changes, and must not lapse when the layout, the paper or the format does.
"""

import hashlib
from collections.abc import Iterable

from packbuilder.model import Message, Site, State


def digest_text(lines: Iterable[str]) -> str:
    """SHA-256 over the lines of an edition in print order."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def decide_state(site: Site, missing: tuple[Message, ...], signed: bool) -> tuple[State, tuple[str, ...]]:
    """Release, or draft with every reason."""
    reasons = []
    if site.sample:
        reasons.append("the hospital is a sample")
    if missing:
        reasons.append(f"{len(missing)} messages have no translation")
    if not signed:
        reasons.append("nobody has signed this text yet")
    return ("draft" if reasons else "release"), tuple(reasons)
