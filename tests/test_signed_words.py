"""What a signature is for: every word that a page shows, and nothing else. A second reader of HTML says what a page shows.

Its answer has no white space: where a line or a word ends is looked at elsewhere (`test_wording`).
"""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import share
from workshop import SHIPPED, block_text, echo_catalog, make_real, make_rooms, plan, small, small_library, template_messages

from packbuilder.approval import digest_text
from packbuilder.content import read_library
from packbuilder.language import pseudo_translate
from packbuilder.markup import SILENT, render_block
from packbuilder.messages import extract
from packbuilder.model import Block, Contact, FeverRule, Library, Message, Place, Site
from packbuilder.prepare import write_text
from packbuilder.rooms import Rooms
from packbuilder.typeset import make_environment, typeset_plain
from packbuilder.wording import printed_text

ENV = make_environment(SHIPPED.templates)


class Shown(HTMLParser):
    """The words of a page, the sentences of its pictures, and what its links dial."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.hidden = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in ("head", "style", "script", "title")
        self.pieces += [value or "" for key, value in attrs if key == "alt" or (key == "href" and tag == "a" and value and value[0] != "#")]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("head", "style", "script", "title")

    def handle_data(self, data: str) -> None:
        self.pieces += [data] if not self.hidden else []


def shown(html: str) -> str:
    return "".join("".join(Shown(html).pieces).split())


def edit(text: str, dice: Random) -> str:
    """Another word in a text, one less, one more, two that changed places, another letter or digit."""
    words = text.split(" ")
    at = dice.randrange(len(words))
    match dice.randrange(5):
        case 0:
            words.insert(at, dice.choice(["not", "never", "1", "call", "é"]))
        case 1 if len(words) > 1:
            del words[at]
        case 2 if len(words) > 1:
            words[at - 1], words[at] = words[at], words[at - 1]
        case 3 if re.search(r"\d", text):
            return re.sub(r"\d", lambda digit: str((int(digit.group()) + 1) % 10), text, count=1)
        case _:
            words[at] = "x" + words[at]
    return " ".join(words)


# A page of one block

LINES = st.lists(
    st.sampled_from(["Call us", "do not wait", "&", "<", ">", '"', "&amp;", "a<b>c", "![](icon-drop)", "**now**", "é", "- so", "|"]),
    min_size=1, max_size=6,
).map("\n\n".join)  # fmt: skip


def page_of(text: str) -> str:
    return render_block(Block("topic", "topic", "", "", text, Place("topic.md")), SILENT)[0]


@given(LINES, st.randoms(use_true_random=False))
@share(1)
def test_two_pages_share_a_digest_only_when_they_show_the_same(text: str, dice: Random) -> None:
    one, two = page_of(text), page_of(edit(text, dice))
    assert "".join("".join(printed_text(one)).split()) == shown(one), "what is signed is what is shown"
    assert (digest_text(printed_text(one)) == digest_text(printed_text(two))) == (shown(one) == shown(two))


# A whole text, with one word of it changed


@cache
def messages() -> tuple[Message, ...]:
    return extract(small_library(), template_messages(), [make_real()])


def rooms_of(library: Library | None = None, site: Site | None = None, changes: dict[tuple[str, str], str] | None = None) -> Rooms:
    """The small project, in Polish with its own words said otherwise."""
    spoken = {
        key: replace(entry, text=pseudo_translate(entry.source)) for key, entry in echo_catalog(library, [site or make_real()]).items()
    }
    spoken |= {key: replace(spoken[key], text=text) for key, text in (changes or {}).items()}
    return make_rooms(library, [site or make_real()], {"pl": spoken})


def judge(rooms: Rooms, audience: str) -> tuple[str, str]:
    """The digest of a text, and what its pages show."""
    manuscript = write_text(plan(rooms.sites[0], audience, "pl", library=rooms.library), rooms, ENV).manuscript
    return manuscript.digest, shown(typeset_plain(manuscript, ENV))


@cache
def unchanged(audience: str) -> tuple[str, str]:
    return judge(rooms_of(), audience)


AUDIENCES = st.sampled_from(["adult", "parent", "nurse"])


@given(st.integers(0, 10_000), AUDIENCES, st.randoms(use_true_random=False))
@share(0.08)
def test_a_word_that_is_shown_is_signed_and_no_other(number: int, audience: str, dice: Random) -> None:
    message = messages()[number % len(messages())]
    text = edit(pseudo_translate(message.text), dice)
    assume(text.split() != pseudo_translate(message.text).split())
    digest, page = judge(rooms_of(changes={(message.context, message.text): text}), audience)
    before, page_before = unchanged(audience)
    assert (digest != before) == (page != page_before), (message, text)


def test_the_sentence_of_a_picture_is_signed() -> None:
    """It is all that somebody hears who cannot see."""
    bag, box = (
        judge(rooms_of(block_text(small_library(), "about", f"## The drip\n\n![A {thing} and a pump](pump-line-bag)\n")), "adult")
        for thing in ("bag", "box")
    )
    assert bag[0] != box[0] and bag[1] != box[1]


SITE_CHANGES: dict[str, Callable[[Site], Site]] = {
    "the number": lambda site: replace(site, contacts={**site.contacts, "phone_24h": Contact("020 7946 0129", "+442079460129")}),
    "what the number dials": lambda site: replace(site, contacts={**site.contacts, "phone_24h": Contact("020 7946 0123", "+442079460129")}),
    "the name": lambda site: replace(site, name="Southfield Hospital"),
    "the ward": lambda site: replace(site, ward="Night Unit"),
    "a limit": lambda site: replace(site, fever=dict.fromkeys(("adult", "child"), FeverRule(site.fever["adult"].high_c, "above"))),
    "an alarm": lambda site: replace(site, alarms=(replace(site.alarms[0], screen="HIGH BATTERY"), *site.alarms[1:])),
    "the rule for a bath": lambda site: replace(site, home={**site.home, "bathing": "No bath."}),
}


@pytest.mark.parametrize("what", SITE_CHANGES)
def test_a_value_of_the_hospital_that_is_shown_is_signed(what: str) -> None:
    digest, page = judge(rooms_of(site=SITE_CHANGES[what](make_real())), "adult")
    assert digest != unchanged("adult")[0] and page != unchanged("adult")[1]


# What no page shows


def shuffled(mapping: Any, dice: Random) -> dict[Any, Any]:
    items = list(mapping.items())
    dice.shuffle(items)
    return dict(items)


@given(st.randoms(use_true_random=False), AUDIENCES)
@share(0.04)
def test_the_order_in_which_files_were_read_does_not_count(dice: Random, audience: str) -> None:
    """And what only stands beside the text does not either: notes, units, evidence, places, the blocks of another country."""
    library = small_library()
    mixed = {
        field.name: shuffled(getattr(library, field.name), dice) for field in fields(library) if field.name not in ("literals", "pictures")
    }
    mixed["facts"] = {
        name: replace(fact, note="another", unit="another", evidence=(), place=Place("x")) for name, fact in mixed["facts"].items()
    }
    mixed["evidence"] = {name: replace(row, statement="another", sources=()) for name, row in mixed["evidence"].items()}
    mixed["blocks"] = {stem: replace(block, text="Other.") if block.region == "US" else block for stem, block in mixed["blocks"].items()}
    site = replace(make_real(), paper="Letter", formats=("booklet",), time_zone="Asia/Tokyo", place=Place("y"), locales=("pl", "en-GB"))
    site = replace(site, contacts=shuffled(site.contacts, dice), home=shuffled(site.home, dice))
    rooms = rooms_of(replace(library, **mixed), site)
    rooms = replace(rooms, catalogs={"pl": shuffled(rooms.catalogs["pl"], dice)}, template_messages=rooms.template_messages)
    assert judge(rooms, audience)[0] == unchanged(audience)[0]


def test_a_folder_that_lists_its_files_backwards_gives_the_same_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file system promises an order."""
    before = read_library(small())
    listed = Path.glob
    monkeypatch.setattr(Path, "glob", lambda *given: iter(sorted(listed(*given), reverse=True)))
    assert read_library(small()) == before
