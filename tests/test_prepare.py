"""Every edition gets its state: what is signed stays signed until a word, a value or a translation changes, and not one day longer.

Here all rooms are values in memory. `test_commands` and `test_production` show the same on files.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from workshop import (
    SHIPPED,
    TODAY,
    block_text,
    echo_catalog,
    make_real,
    make_rooms,
    panel_text,
    plan,
    sign,
    small_library,
    small_site,
    translated,
    write,
)

from packbuilder.approval import digest_text
from packbuilder.assemble import plan_editions
from packbuilder.catalog import Translations
from packbuilder.model import AUDIENCES, Approval, Contact, Library, Manuscript, Message, PackEntry, Place, Role, Site
from packbuilder.prepare import prepare, write_text
from packbuilder.rooms import Rooms
from packbuilder.signing import plan_approval
from packbuilder.typeset import make_environment

ENV = make_environment(SHIPPED.templates)
YEAR = timedelta(days=365)


def real_site() -> Site:
    return make_real(replace(small_site(), locales=("en-GB", "pl"), formats=("standard", "large-print")))


def rooms_with(
    library: Library | None = None, site: Site | None = None, catalogs: Mapping[str, Translations] | None = None
) -> Rooms:  # fmt: skip
    return make_rooms(library, [site or real_site()], {"pl": echo_catalog()} if catalogs is None else catalogs)


def manuscripts_of(rooms: Rooms, env: Environment = ENV, today: date = TODAY) -> list[Manuscript]:
    manuscripts, problems = prepare(plan_editions(rooms.sites, rooms.library), rooms, env, today)
    assert not problems
    return manuscripts


@cache
def signatures() -> tuple[Approval, ...]:
    """Every text of the hospital, signed by those who must."""
    return tuple({sign(manuscript): None for manuscript in manuscripts_of(rooms_with())})


def drafts(rooms: Rooms, env: Environment = ENV, today: date = TODAY, signed: tuple[Approval, ...] | None = None) -> dict[str, set[str]]:
    """Text (audience and language) -> the reasons why its editions are drafts; a text that is released is not there."""
    found: dict[str, set[str]] = {}
    states: dict[str, set[str]] = {}
    for manuscript in manuscripts_of(replace(rooms, approvals=signatures() if signed is None else signed), env, today):
        name = f"{manuscript.edition.audience} {manuscript.edition.locale}"
        states.setdefault(name, set()).add(manuscript.state)
        if manuscript.state == "draft":
            found.setdefault(name, set()).update(reason.code for reason in manuscript.reasons)
    assert all(len(state) == 1 for state in states.values()), "pack, card and large print stand and fall together"
    assert len(states) == 6
    return found


# What a signature is bound to


def edited(found: str, instead: str, stem: str = "fever") -> Library:
    """The small library with other words in one block."""
    text = small_library().blocks[stem].text
    assert found in text
    return block_text(small_library(), stem, text.replace(found, instead))


def with_fact(name: str, **changes: object) -> Library:
    facts = {**small_library().facts, name: replace(small_library().facts[name], **changes)}  # type: ignore[arg-type]
    return replace(small_library(), facts=facts)


def with_contact(name: str, text: str, dial: str = "") -> Rooms:
    return rooms_with(site=replace(real_site(), contacts={**real_site().contacts, name: Contact(text, dial)}))


def with_fever(who: str, **changes: object) -> Rooms:
    rule = replace(real_site().fever[who], **changes)  # type: ignore[arg-type]
    return rooms_with(site=replace(real_site(), fever={**real_site().fever, who: rule}))


def with_home(key: str, text: str) -> Rooms:
    return rooms_with(site=replace(real_site(), home={**real_site().home, key: text}))


def with_alarm(**changes: str) -> Rooms:
    first, *others = real_site().alarms
    return rooms_with(site=replace(real_site(), alarms=(replace(first, **changes), *others)))


def with_title() -> Library:
    pack = replace(small_library().packs["adult"], title="Another pack")
    return replace(small_library(), packs={**small_library().packs, "adult": pack})


def in_polish(changes: Mapping[str, str]) -> Rooms:
    return rooms_with(catalogs={"pl": translated(changes)})


def without_polish(source: str) -> Rooms:
    return rooms_with(catalogs={"pl": {key: entry for key, entry in echo_catalog().items() if key[1] != source}})


def fuzzy_polish(source: str) -> Rooms:
    return rooms_with(catalogs={"pl": {key: replace(entry, fuzzy=key[1] == source) for key, entry in echo_catalog().items()}})


def changed(*audiences: str) -> dict[str, set[str]]:
    """A change of the source text: it reaches the translation, whose own words stay as they were for every other value."""
    english = {f"{audience} en-GB": {"lapsed"} for audience in audiences}
    return english | {f"{audience} pl": {"source-lapsed", "translation-lapsed"} for audience in audiences}


def reworded(*audiences: str) -> dict[str, set[str]]:
    """Other words of the source: their translation is missing too."""
    return {name: codes | {"missing"} if name.endswith("pl") else codes for name, codes in changed(*audiences).items()}


LAPSES: dict[str, tuple[Callable[[], Rooms], dict[str, set[str]]]] = {
    "a word of a block that all packs print": (lambda: rooms_with(edited("feel hot", "feel warm")), reworded(*AUDIENCES)),
    "a word of a block of one pack": (lambda: rooms_with(edited("have a bath", "take a bath", "bathing")), reworded("adult")),
    "a word of a panel of the card": (
        lambda: rooms_with(panel_text(small_library(), "front", small_library().panels["front"].text.replace("the drug", "a drug"))),
        reworded("adult", "parent"),
    ),
    "a block more": (lambda: rooms_with(block_more()), changed("nurse")),
    "a number in facts.toml": (lambda: rooms_with(with_fact("drip_days", number=Decimal(29))), changed(*AUDIENCES)),
    "a telephone number in facts.toml": (lambda: rooms_with(with_fact("advice_line", text="119")), changed("adult")),
    "the 24-hour number": (lambda: with_contact("phone_24h", "020 7946 0124", "+442079460124"), changed(*AUDIENCES)),
    "only what the number dials": (lambda: with_contact("phone_24h", "020 7946 0123", "+442079460124"), changed(*AUDIENCES)),
    "the emergency number": (lambda: with_contact("emergency_number", "112", "112"), changed("adult", "parent")),
    "an adult's temperature": (lambda: with_fever("adult", high_c=Decimal("37.6")), changed("adult", "nurse")),
    "a child's temperature": (lambda: with_fever("child", high_c=Decimal("38.1")), changed("parent", "nurse")),
    "above, or at or above": (lambda: with_fever("adult", rule="at-or-above"), changed("adult", "nurse")),
    "a low temperature that is no longer given": (lambda: with_fever("child", low_c=None), changed("parent", "nurse")),
    "the owner of the text": (lambda: rooms_with(site=replace(real_site(), owner="Another group")), changed("adult")),
    "the code of the document": (lambda: rooms_with(site=replace(real_site(), document_prefix="XX")), changed(*AUDIENCES)),
    "what the screen of the pump says": (lambda: with_alarm(screen="LOW BATT"), changed("adult")),
    "the order of the alarms": (
        lambda: rooms_with(site=replace(real_site(), alarms=tuple(reversed(real_site().alarms)))),
        changed("adult"),
    ),
    "the ward's own rule, not yet translated": (
        lambda: with_home("bathing", "Do not bathe."),
        reworded("adult"),
    ),
    "the title": (lambda: rooms_with(with_title()), reworded("adult")),
    "a translation in every pack": (
        lambda: in_polish({"Keep warm": "Ciepło"}),
        {f"{audience} pl": {"translation-lapsed"} for audience in AUDIENCES},
    ),
    "a translation in one pack": (lambda: in_polish({"Can I have a bath?": "Kąpiel?"}), {"adult pl": {"translation-lapsed"}}),
    "a translation of a phrase of the fever rule": (
        lambda: in_polish({"{fever_high} or above": "{fever_high} lub więcej"}),
        {"parent pl": {"translation-lapsed"}, "nurse pl": {"translation-lapsed"}},
    ),
    "a message whose translation is lost": (
        lambda: without_polish("Can I have a bath?"),
        {"adult pl": {"missing"}},
    ),
    "a translation that is doubted": (lambda: fuzzy_polish("Can I have a bath?"), {"adult pl": {"missing"}}),
    "a hospital that becomes a sample": (
        lambda: rooms_with(site=replace(real_site(), sample=True)),
        {f"{audience} {locale}": {"sample"} for audience in AUDIENCES for locale in ("en-GB", "pl")},
    ),
}  # fmt: skip


def block_more() -> Library:
    library = small_library()
    pack = library.packs["nurse"]
    return replace(library, packs={**library.packs, "nurse": replace(pack, entries=(*pack.entries, PackEntry("bathing")))})


def test_a_hospital_with_every_signature_has_no_draft() -> None:
    assert drafts(rooms_with()) == {}
    assert len(signatures()) == 6


@pytest.mark.parametrize("what", LAPSES)
def test_exactly_the_editions_whose_text_changed_fall_back_to_draft(what: str) -> None:
    change, expected = LAPSES[what]
    assert drafts(change()) == expected


def reset_type() -> Rooms:
    """Line breaks and bold letters, in both languages."""
    text = small_library().blocks["fever"].text.replace("hot.\nWe", "hot. We").replace("| Walk", "| **Walk**")
    library = block_text(small_library(), "fever", text)
    return rooms_with(library, catalogs={"pl": echo_catalog(library)})


def change_elsewhere() -> Rooms:
    """Another country's block, another language, the evidence behind a fact, a number that no block prints."""
    library = edited("Ask us first", "Ask us before", "travel.adult.us")
    days = replace(library.facts["drip_days"], evidence=("I04",), note="seen")
    contacts = {**real_site().contacts, "pump_help": Contact("0808 157 0111", "+448081570111")}
    catalogs = {"pl": echo_catalog(), "es": translated({"Keep warm": "Abrigo"})}
    return rooms_with(replace(library, facts={**library.facts, "drip_days": days}), replace(real_site(), contacts=contacts), catalogs)


STAYS: dict[str, Callable[[], Rooms]] = {
    "another paper, time zone and time to the next review": lambda: rooms_with(
        site=replace(real_site(), paper="Letter", time_zone="Europe/Dublin", review_months=6)
    ),
    "an evidence mark more": lambda: rooms_with(edited("Keep warm [^S02]", "Keep warm [^S02 I04]")),
    "an evidence mark less": lambda: rooms_with(edited("[^S02 I04]", "")),
    "other line breaks and bold letters": reset_type,
    "what is printed elsewhere": change_elsewhere,
}


@pytest.mark.parametrize("what", STAYS)
def test_a_signature_stays_with(what: str) -> None:
    assert drafts(STAYS[what]()) == {}


def test_a_change_that_is_taken_back_brings_the_release_back() -> None:
    once = edited("feel hot", "feel warm")
    assert drafts(rooms_with(block_text(once, "fever", once.blocks["fever"].text.replace("feel warm", "feel hot")))) == {}


# The templates: their words count, their boxes do not


def other_templates(**changes: tuple[str, str]) -> Environment:
    """The templates with one of them changed."""
    files = {name: (SHIPPED.templates / name).read_text(encoding="utf-8") for name in ENV.list_templates(extensions=["html"])}
    for stem, (found, instead) in changes.items():
        assert found in files[f"{stem}.html"]
        files[f"{stem}.html"] = files[f"{stem}.html"].replace(found, instead)
    options = {"undefined": ENV.undefined, "autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    return Environment(loader=DictLoader(files), **options)  # type: ignore[arg-type]


def test_another_wrapper_in_a_template_changes_no_signature() -> None:
    env = other_templates(
        pack=('<section class="block block-{{ section.name }}"', '<div class="wide"></div>\n<section class="block-{{ section.name }}"'),
        house=('<div class="house">', '<div class="house" style="color: red"><div>'),
        contents=("batch((chapters | length + 1) // 2)", "batch(chapters | length)"),
    )
    assert drafts(rooms_with(), env) == {}


def test_a_word_of_a_template_is_signed_like_any_other() -> None:
    """Here even one that never came to the translators."""
    env = other_templates(contents=('<section class="block contents">', '<section class="block contents">Read this first.'))
    assert drafts(rooms_with(), env) == {
        f"{audience} {locale}": {"lapsed"} if locale == "en-GB" else {"source-lapsed", "translation-lapsed"}
        for audience in ("adult", "parent")
        for locale in ("en-GB", "pl")
    }


def test_a_message_of_a_template_is_signed_in_both_languages() -> None:
    env = other_templates(house=("For parents and carers", "For parents"))
    rooms = rooms_with()
    messages = (*rooms.template_messages, Message("house", "For parents", Place("templates/house.html", 2)))
    assert drafts(replace(rooms, template_messages=messages), env) == reworded("parent")


# Time, hospitals and people


@pytest.mark.parametrize(("days", "past"), [(0, False), (365, False), (366, True), (3650, True)])
def test_a_signature_ends_the_day_after_its_review_date(days: int, past: bool) -> None:
    found = drafts(rooms_with(), today=TODAY + timedelta(days=days))
    assert set(found) == ({f"{audience} {locale}" for audience in AUDIENCES for locale in ("en-GB", "pl")} if past else set())
    assert all(codes & {"review-past", "source-review-past"} for codes in found.values())


def test_the_signature_of_another_hospital_does_not_count() -> None:
    other = replace(real_site(), id="other-gb")
    rooms = replace(rooms_with(), sites=(real_site(), other))
    found = prepare(plan_editions(rooms.sites, rooms.library), replace(rooms, approvals=signatures()), ENV, TODAY)[0]
    assert {(one.edition.site.id, one.state) for one in found} == {("small-gb", "release"), ("other-gb", "draft")}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_signature_for_one_audience_releases_that_one_alone(audience: str) -> None:
    signed = tuple(one for one in signatures() if one.audience == audience)
    found = drafts(rooms_with(), signed=signed)
    assert {name.split()[0] for name in found} == set(AUDIENCES) - {audience}


def test_a_signed_translation_waits_for_its_source() -> None:
    found = drafts(rooms_with(), signed=tuple(one for one in signatures() if one.locale == "pl"))
    assert {codes for codes in map(frozenset, found.values())} == {frozenset({"unsigned"}), frozenset({"source-unsigned"})}
    assert len(found) == 6


def test_a_signed_source_releases_no_translation() -> None:
    found = drafts(rooms_with(), signed=tuple(one for one in signatures() if one.locale == "en-GB"))
    assert found == {f"{audience} pl": {"translation-unsigned"} for audience in AUDIENCES}


# Another spelling of English


def american(word: str = "") -> Rooms:
    """A hospital in the United States that prints American English and Spanish."""
    site = make_real(replace(small_site(), region="US", locales=("en-US", "es"), staff_locale="en-US"))
    catalogs = {"en-US": translated({"Keep warm": word or "Keep warm"}), "es": echo_catalog()}
    return make_rooms(None, [site], catalogs)


def test_a_word_of_american_english_lapses_with_the_translations_behind_it() -> None:
    signed = {sign(manuscript): None for manuscript in manuscripts_of(american())}
    same = manuscripts_of(replace(american(), approvals=tuple(signed)))
    other = manuscripts_of(replace(american("Stay warm"), approvals=tuple(signed)))
    assert {one.state for one in same} == {"release"}
    reasons = {(one.edition.locale, tuple(reason.code for reason in one.reasons)) for one in other}
    assert reasons == {("en-US", ("lapsed",)), ("es", ("source-lapsed",))}


def test_the_clinician_of_another_country_signs_the_words_of_that_country() -> None:
    """A signature under the British text does not release what stands behind the Spanish of an American hospital."""
    british = replace(sign(write(site=american().sites[0], locale="en-GB")), locale="en-GB")
    spanish = next(one for one in manuscripts_of(american()) if one.edition.locale == "es" and one.edition.audience == "adult")
    found = manuscripts_of(replace(american(), approvals=(british, sign(spanish))))
    assert {reason.code for one in found if one.edition.audience == "adult" for reason in one.reasons} == {"unsigned", "source-unsigned"}


# One text for all its editions


def test_the_digest_is_of_the_lines_that_are_signed() -> None:
    text = write_text(plan(real_site(), "adult", "en-GB"), rooms_with(), ENV)
    assert text.manuscript.digest == digest_text(text.lines)
    assert not text.problems and "Call us, day or night" in text.lines


@pytest.mark.parametrize("format_", ["standard", "large-print", "proof", "review"])
def test_every_format_has_the_digest_of_its_text(format_: str) -> None:
    """A working paper too: the reviewer types what stands on its last page."""
    assert write(format_=format_).digest == write().digest  # type: ignore[arg-type]
    assert write(locale="pl", format_=format_).digest == write(locale="pl").digest != write().digest  # type: ignore[arg-type]


def test_the_card_has_the_digest_of_its_pack() -> None:
    assert write(kind="card").digest == write().digest


def test_only_the_reviewers_edition_carries_what_stands_behind_the_text() -> None:
    assert write(format_="review").dossier and not write(format_="proof").dossier and not write().dossier


def test_manuscripts_come_in_the_order_of_the_editions() -> None:
    editions = plan_editions([real_site()], small_library())
    assert [one.edition for one in prepare(editions, rooms_with(), ENV, TODAY)[0]] == list(editions)


def test_a_text_with_a_required_block_missing_is_a_problem_once() -> None:
    library = small_library()
    adult = replace(library.packs["adult"], required=("call-now", "travel"))
    rooms = rooms_with(replace(library, packs={**library.packs, "adult": adult}), site=replace(real_site(), region="IE"))
    problems = prepare(plan_editions(rooms.sites, rooms.library), rooms, ENV, TODAY)[1]
    assert {problem.code for problem in problems} == {"MISSING_BLOCK"}


# Whatever is edited and signed, in whatever order


@dataclass(frozen=True, slots=True)
class World:
    """What a hospital may change. Each number stands for other words, another value, another translation."""

    block: int = 0
    phone: int = 0
    limit: int = 0
    polish: int = 0
    days: int = 0

    def source_of(self, audience: str) -> tuple[object, ...]:
        """What the English text of an audience is made of. A bath is for adults; a child has a limit of its own."""
        return (self.phone, self.block) if audience == "adult" else (self.phone, self.limit)

    def polish_of(self, audience: str) -> tuple[object, ...]:
        return (*self.source_of(audience), self.polish)


BATHS = ("have a bath", "take a bath", "have a wash")
PHONES = ("020 7946 0123", "020 7946 0124", "020 7946 0125")
LIMITS = ("38.0", "38.1", "38.5")
WARMTHS = ("Ciepło", "Zimno", "")


@cache
def rooms_of(block: int, phone: int, limit: int, polish: int) -> Rooms:
    """Rooms for a world. An empty translation is a missing one."""
    library = edited(BATHS[0], BATHS[block], "bathing")
    words = {"Keep warm": WARMTHS[polish]}
    catalog = {
        key: replace(entry, text=words.get(entry.source, entry.text))
        for key, entry in echo_catalog(library).items()
    }  # fmt: skip
    number = Contact(PHONES[phone], "+44" + PHONES[phone].replace(" ", "")[1:])
    fever = {**real_site().fever, "child": replace(real_site().fever["child"], high_c=Decimal(LIMITS[limit]))}
    site = replace(real_site(), contacts={**real_site().contacts, "phone_24h": number}, fever=fever, formats=("standard",))
    return make_rooms(library, [site], {"pl": catalog})


TEXTS = [(audience, locale) for audience in ("adult", "parent") for locale in ("en-GB", "pl")]
Step = tuple[str, int] | tuple[str, str, str, Role]
EDITS = st.tuples(st.sampled_from(["block", "phone", "limit", "polish"]), st.integers(0, 2))
WAITS = st.tuples(st.just("days"), st.sampled_from([0, 100, 730, 731, 2000]))
ROLES_ASKED: list[Role] = ["clinical", "translation"]
SIGNS = st.builds(lambda text, role: ("sign", *text, role), st.sampled_from(TEXTS), st.sampled_from(ROLES_ASKED))
WELL_SIGNED: list[Step] = [
    ("sign", audience, locale, "clinical" if locale == "en-GB" else "translation") for audience, locale in TEXTS
]  # fmt: skip


@dataclass(slots=True)
class Record:
    """What was signed, kept apart from the program: the values that a text was made of, with the day on which that ends."""

    signed: list[tuple[str, str, tuple[object, ...], int]] = field(default_factory=list)

    def holds(self, audience: str, locale: str, world: World) -> bool:
        values = world.source_of(audience) if locale == "en-GB" else world.polish_of(audience)
        mine = [end for who, code, made_of, end in self.signed if (who, code, made_of) == (audience, locale, values)]
        return any(world.days <= end for end in mine)

    def releases(self, audience: str, locale: str, world: World) -> bool:
        """Both languages must be signed, and a translation with a hole in it never is."""
        return self.holds(audience, "en-GB", world) and (locale == "en-GB" or self.holds(audience, locale, world))


@cache
def text_of(block: int, phone: int, limit: int, polish: int, audience: str, locale: str) -> Manuscript:
    """What lies before a signer."""
    rooms = rooms_of(block, phone, limit, polish)
    return write_text(plan(rooms.sites[0], audience, locale, library=rooms.library), rooms, ENV).manuscript


@given(st.builds(lambda signed, more: [*WELL_SIGNED * signed, *more], st.booleans(), st.lists(EDITS | WAITS | SIGNS, max_size=6)))
@example([*WELL_SIGNED])
@example([*WELL_SIGNED, ("block", 1), ("block", 0)])
@example([*WELL_SIGNED, ("polish", 1), ("sign", "adult", "pl", "translation"), ("polish", 0)])
@example([*WELL_SIGNED, ("days", 731), WELL_SIGNED[0]])
@example([("polish", 2), *WELL_SIGNED])
@settings(max_examples=20)
def test_nothing_is_released_but_what_was_signed(steps: list[Step]) -> None:
    """Whatever is edited, taken back, waited for and signed: a release is the very text that each needed person signed, in its time.

    And nothing that was so signed is a draft: a program that never releases would pass the first half.
    """
    world, record = World(), Record()
    approvals: list[Approval] = []
    for step in [*steps, ("look", 0)]:
        rooms = replace(rooms_of(world.block, world.phone, world.limit, world.polish), approvals=tuple(approvals))
        if step[0] == "sign":
            _, audience, locale, role = step  # type: ignore[misc]
            text = text_of(world.block, world.phone, world.limit, world.polish, audience, locale)
            today = TODAY + timedelta(days=world.days)
            approval, refused = plan_approval(text, role, "A. Person", "", today, None, ())
            right = role == ("clinical" if locale == "en-GB" else "translation")
            whole = locale == "en-GB" or WARMTHS[world.polish] != ""
            assert bool(approval) == (right and whole) == (not refused)
            if approval:
                approvals.append(approval)
                values = world.source_of(audience) if locale == "en-GB" else world.polish_of(audience)
                record.signed.append((audience, locale, values, world.days + (approval.review - today).days))
        elif step[0] == "look":
            editions = [plan(rooms.sites[0], audience, locale, library=rooms.library) for audience, locale in TEXTS]
            for manuscript in prepare(editions, rooms, ENV, TODAY + timedelta(days=world.days))[0]:
                edition = manuscript.edition
                released = record.releases(edition.audience, edition.locale, world)
                assert (manuscript.state == "release") == released, (edition.path, manuscript.reasons)
                assert bool(manuscript.reasons) != released and bool(manuscript.approved_on) == released
        elif step[0] == "days":
            world = replace(world, days=world.days + int(step[1]))
        else:
            world = replace(world, **{str(step[0]): int(step[1])})  # type: ignore[arg-type]
