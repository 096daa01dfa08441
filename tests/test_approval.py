"""Approval: a text is a draft with every reason named, until nothing is left to say against it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import small_site

from packbuilder.approval import decide_state, digest_text
from packbuilder.model import Message, Place

LOST = (Message("fever", "Call us", Place("handouts/blocks/fever.md", 3)),)


@pytest.mark.parametrize(
    ("sample", "missing", "signed", "reasons"),
    [
        (False, (), True, ()),
        (True, (), True, ("sample",)),
        (False, LOST, True, ("1 messages have no translation",)),
        (False, (), False, ("nobody has signed",)),
        (True, LOST, False, ("sample", "no translation", "nobody has signed")),
    ],
)
def test_a_text_is_released_only_when_nothing_is_against_it(
    sample: bool, missing: tuple[Message, ...], signed: bool, reasons: tuple[str, ...]
) -> None:
    state, found = decide_state(replace(small_site(), sample=sample), missing, signed)
    assert state == ("draft" if reasons else "release")
    assert len(found) == len(reasons) and all(word in reason for word, reason in zip(reasons, found, strict=True))


@given(
    st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8"))),
    st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8"))),
)
def test_two_texts_share_a_digest_only_when_they_are_the_same(one: list[str], two: list[str]) -> None:
    assert (digest_text(one) == digest_text(two)) == ("\n".join(one) == "\n".join(two))
