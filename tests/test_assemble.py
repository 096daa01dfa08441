"""Choosing, translating, filling: what each reader gets, as readable goldens, and what a hospital's choices change.

`golden/outline.txt` makes every block that a reader gets or misses a visible difference. After a change that is meant, run
`python3 build.py test --update-golden`, read the difference, and commit it with its cause.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from workshop import (
    SHIPPED,
    SMALL_SITE_TEXT,
    change_toml,
    echo_catalog,
    panel_text,
    plan,
    site_from,
    small_library,
    small_site,
    translated,
    write,
)

from packbuilder.assemble import assemble, choose_blocks, choose_panels, for_edition, plan_editions, used_facts
from packbuilder.content import choose_block, read_library
from packbuilder.model import Contact, Library, Pack, Site
from packbuilder.typeset import make_environment, typeset_plain
from packbuilder.wording import printed_text

Golden = Callable[[str, str], None]
REGIONS = ("GB", "US", "IE")  # IE stands for every country without a text of its own


def outline(library: Library) -> str:
    """Which file each pack prints in each country; `-` where no file fits."""
    lines = []
    for pack in library.packs.values():
        for region in REGIONS:
            lines.append(f"{pack.audience} in {region}: {pack.title}")
            for entry in pack.entries:
                found = choose_block(library.blocks, entry.block, pack.audience, region)
                needs = f" (if the site gives {entry.needs})" if entry.needs else ""
                unless = f" (unless the site gives {entry.unless})" if entry.unless else ""
                lines.append(f"    {entry.block}: {found.place.path if found else '-'}{needs}{unless}")
            panels = choose_panels(library, pack, replace(small_site(), region=region))
            lines += [f"    card, {name}: {block.place.path}" for name, block in panels.items()]
            for name in pack.screen:
                found = choose_block(library.blocks, name, pack.audience, region)
                lines.append(f"    on the screen, {name}: {found.place.path if found else '-'}")
            lines += [f"    with the pathway off: {change}" for change in pathway_off(library, pack, region)] + [""]
    return "\n".join(lines)


def pathway_off(library: Library, pack: Pack, region: str) -> Iterator[str]:
    """What a hospital leaves out, and prints instead, when nobody goes home with the pump running."""
    on, off = (
        [block.stem for block in choose_blocks(library, pack, replace(small_site(), region=region, home_pathway=value))[0]]
        for value in (True, False)
    )
    yield from (f"without {stem}" for stem in on if stem not in off)
    yield from (f"and {stem} after {off[index - 1]}" for index, stem in enumerate(off) if stem not in on)


@cache
def shipped_library() -> Library:
    library, problems = read_library(SHIPPED)
    assert not problems
    return library


def test_what_each_reader_gets_in_each_country(golden: Golden) -> None:
    golden("outline.txt", outline(shipped_library()))


@pytest.mark.parametrize(("audience", "locale"), [("adult", "en-GB"), ("parent", "pl"), ("nurse", "ar")])
def test_the_words_of_a_small_pack(audience: str, locale: str, golden: Golden) -> None:
    """One half translated: what is missing is boxed, what is there is filled with its facts."""
    words = {"What is a fever?": "FEVER?", "the pump stops": "PUMP, NOW", "Keep warm": "WARM"}
    some = {key: entry for key, entry in translated(words).items() if entry.text in words.values() or "{" in entry.text}
    manuscript = write(audience, locale, catalogs={locale: some})
    sections = [*manuscript.sections, *manuscript.panels.values()]
    golden(f"{audience}-{locale}.html", "\n".join(f"<!-- {section.stem} -->\n{section.html}\n" for section in sections))


# Which blocks


def stems(audience: str, site: Site, library: Library | None = None) -> list[str]:
    library = library or small_library()
    return [block.stem for block in choose_blocks(library, library.packs[audience], site)[0]]


def test_blocks_come_in_the_order_of_the_pack() -> None:
    assert stems("adult", small_site()) == ["call-now", "fever", "alarm-table", "bathing", "travel.gb", "about", "card"]
    assert stems("parent", small_site()) == ["call-now", "fever", "card"]
    assert stems("nurse", small_site()) == ["call-now.nurse", "fever"]


def test_another_country_gets_its_own_block_or_none() -> None:
    assert "travel.adult.us" in stems("adult", replace(small_site(), region="US"))
    assert not any(stem.startswith("travel") for stem in stems("adult", replace(small_site(), region="IE")))


def test_a_block_that_needs_a_value_waits_for_it(tmp_path: Path) -> None:
    site, _ = site_from(change_toml(SMALL_SITE_TEXT, "without home.bathing"), tmp_path)
    assert site and "bathing" not in stems("adult", site)


def test_a_required_block_without_a_file_is_an_error() -> None:
    library = small_library()
    packs = {**library.packs, "adult": replace(library.packs["adult"], required=("travel",))}
    _, problems = choose_blocks(replace(library, packs=packs), packs["adult"], replace(small_site(), region="IE"))
    assert [(problem.code, "'travel'" in problem.message) for problem in problems] == [("MISSING_BLOCK", True)]


def test_a_pack_without_a_card_has_no_panels() -> None:
    assert choose_panels(small_library(), small_library().packs["nurse"], small_site()) == {}
    assert write("nurse").panels == {}


# Which editions


def test_every_edition_that_a_site_asks_for_is_planned() -> None:
    site = replace(small_site(), locales=("en-GB", "pl"), formats=("standard", "large-print"))
    paths = {edition.path for edition in plan_editions([site], small_library())}
    assert paths == {
        f"small-gb/{locale}/blinatumomab-{name}.pdf"
        for locale in ("en-GB", "pl")
        for name in (
            f"adult-{locale}", f"adult-card-{locale}", f"adult-{locale}-large-print", f"parent-{locale}", f"parent-card-{locale}",
            f"parent-{locale}-large-print", f"nurse-{locale}", f"nurse-{locale}-large-print",
        )
    }  # fmt: skip


def test_filters_narrow_the_plan() -> None:
    site = replace(small_site(), locales=("en-GB", "pl"), formats=("standard", "large-print"))
    found = plan_editions([site], small_library(), audiences=["nurse"], locales=["pl"], formats=["large-print"])
    assert [edition.path for edition in found] == ["small-gb/pl/blinatumomab-nurse-pl-large-print.pdf"]


# Which words


def test_a_complete_text_of_a_sample_is_a_draft_with_its_reasons() -> None:
    manuscript = write("adult")
    assert manuscript.state == "draft" and manuscript.missing == ()
    assert [reason.text for reason in manuscript.reasons] == ["the hospital is a sample", "nobody has signed the text yet"]


def test_a_missing_translation_is_counted_and_makes_a_draft() -> None:
    manuscript = write("nurse", "pl")
    assert manuscript.missing
    assert f"{len(manuscript.missing)} messages have no translation" in [reason.text for reason in manuscript.reasons]
    assert len({(message.context, message.text) for message in manuscript.missing}) == len(manuscript.missing)


def test_a_complete_translation_misses_nothing() -> None:
    assert write("adult", "pl", catalogs={"pl": echo_catalog()}).missing == ()


def test_a_fuzzy_translation_is_never_printed() -> None:
    fuzzy = {key: replace(entry, fuzzy=True, text="WRONG RULE") for key, entry in echo_catalog().items()}
    manuscript = write("adult", "pl", catalogs={"pl": fuzzy})
    assert "WRONG RULE" not in "".join(section.html for section in (*manuscript.sections, *manuscript.panels.values()))
    assert "WRONG RULE" not in "".join((manuscript.title, *manuscript.phrases.values(), *(fact.text for fact in manuscript.facts.values())))
    assert manuscript.missing


def test_a_regional_translation_falls_back_to_its_language_and_never_to_another() -> None:
    words = translated({"Leave the pump alone.": "BASE"})
    for locale, expected in (("es-MX", "BASE"), ("es", "BASE"), ("pt", "Leave")):
        html = "".join(section.html for section in write("adult", locale, catalogs={"es": words}).sections)
        assert expected in html
        assert ("untranslated" in html) is (locale == "pt")


def test_the_staffs_panel_is_in_the_staffs_language_and_the_others_in_the_readers() -> None:
    words = translated({"**Do not flush** this line.": "**X** Y", "I feel sick": "SICK"})
    manuscript = write("adult", "es", "card", catalogs={"es": words})
    assert "<strong>Do not flush</strong>" in manuscript.panels["back"].html
    assert "SICK" in manuscript.panels["inside-left"].html


def test_the_staffs_panel_never_gets_the_readers_numbers_wrong() -> None:
    """The reader's decimal mark must not stand on the staff's panel, nor the other way round."""
    library = panel_text(small_library(), "back", "### For staff\n\nFever: {call_temperature}, {phone_24h}\n")
    catalog = echo_catalog(library)
    manuscript = write("parent", "pl", "card", library=library, catalogs={"pl": catalog})
    assert "38.0" in manuscript.panels["back"].html and "38,0" in manuscript.panels["inside-left"].html


def test_a_phrase_of_the_fever_rule_without_translation_is_boxed_where_it_stands() -> None:
    """English words in the middle of a translated sentence, in the sentence that matters most."""
    words = {key: entry for key, entry in echo_catalog().items() if entry.source != "{fever_high} or above"}
    manuscript = write("parent", "pl", catalogs={"pl": words})
    assert [message.text for message in manuscript.missing] == ["{fever_high} or above"]
    assert "untranslated" in manuscript.sections[0].html


def test_the_facts_of_a_manuscript_are_those_that_it_prints() -> None:
    manuscript = write("nurse")
    printed = used_facts("".join(section.html for section in manuscript.sections))
    assert {"phone_24h", "call_temperature_adult", "call_temperature_child", "drip_days"} <= printed <= set(manuscript.facts)


# What a hospital chooses


def text_of(site: Site, audience: str = "adult", library: Library | None = None) -> str:
    """All that a reader gets, as plain words."""
    manuscript = write(audience, site=site, library=library)
    return " ".join(printed_text(typeset_plain(manuscript, make_environment(SHIPPED.templates))))


def with_rule(who: str, **changes: object) -> Site:
    rule = replace(small_site().fever[who], **changes)  # type: ignore[arg-type]
    return replace(small_site(), fever={**small_site().fever, who: rule})


NO_LOW: dict[str, object] = {"low_c": None}
NO_LASTING: dict[str, object] = {"sustained_c": None, "sustained_hours": None}
RULES: dict[str, tuple[dict[str, object], str]] = {
    "above": ({"rule": "above", **NO_LOW, **NO_LASTING}, "above 37.5 °C (99.5 °F)"),
    "at or above": ({"rule": "at-or-above", **NO_LOW, **NO_LASTING}, "37.5 °C (99.5 °F) or above"),
    "with a low temperature": ({"low_c": Decimal("36.0"), **NO_LASTING}, "above 37.5 °C (99.5 °F), or below 36.0 °C (96.8 °F)"),
    "with a rule that lasts": (NO_LOW, "above 37.5 °C (99.5 °F), or 37.2 °C (99.0 °F) or above for 2 hours"),
    "with both": ({}, "above 37.5 °C (99.5 °F), or 37.2 °C (99.0 °F) or above for 2 hours, or below 36.0 °C (96.8 °F)"),
}


@pytest.mark.parametrize("title", RULES)
def test_the_fever_rule_is_printed_as_the_hospital_chose_it(title: str) -> None:
    changes, printed = RULES[title]
    text = text_of(with_rule("adult", **changes))
    assert text.count(f"the heat is {printed} the pump stops") == 1, "on page one"
    assert text.count(f"I am {printed} I feel sick") == 2, "and on both wallet cards"
    assert text.count(f"I am {printed} I shiver") == text.count(f"I am {printed} The pump stops") == 1, "and on every other card"
    assert ("below" in text) == ("below" in printed) and ("for 2 hours" in text) == ("for 2 hours" in printed)


def test_an_adults_and_a_childs_rule_are_apart() -> None:
    """Each reads its own; a nurse reads both and whose they are."""
    site = with_rule("adult", high_c=Decimal("38.3"), **NO_LOW, **NO_LASTING)
    adult, parent, nurse = (text_of(site, audience) for audience in ("adult", "parent", "nurse"))
    assert "above 38.3 °C" in adult and "38.0 °C" not in adult
    assert "38.0 °C (100.4 °F) or above" in parent and "38.3" not in parent
    assert "Adult above 38.3 °C (100.9 °F) Child 38.0 °C (100.4 °F) or above" in nurse


@pytest.mark.parametrize(("block", "key"), [("bathing", "bathing"), ("body-fluids", "body_fluids")])
@pytest.mark.parametrize("audience", ["adult", "parent"])
def test_a_rule_that_only_a_hospital_can_give_is_printed_only_when_it_does(block: str, key: str, audience: str) -> None:
    library = shipped_library()
    without = replace(small_site(), home={name: text for name, text in small_site().home.items() if name != key})
    assert block in stems(audience, small_site(), library) and block not in stems(audience, without, library)


SWITCHED = {
    "adult": ({"going-home.adult", "bag-log"}, {"staying-in.adult"}),
    "parent": ({"your-jobs.parent", "who-must-know.parent", "bag-log"}, {"staying-in.parent", "who-must-know-hospital.parent"}),
    "nurse": ({"discharge.nurse"}, {"end-of-drip.nurse"}),
}


@pytest.mark.parametrize("audience", SWITCHED)
def test_where_nobody_goes_home_with_the_pump_other_pages_take_the_place_of_home(audience: str) -> None:
    on, off = (set(stems(audience, replace(small_site(), home_pathway=value), shipped_library())) for value in (True, False))
    assert (on - off, off - on) == SWITCHED[audience]


@pytest.mark.parametrize("audience", ["adult", "parent"])
@pytest.mark.parametrize("region", ["GB", "US"])
def test_the_24_hour_number_comes_before_the_emergency_number(region: str, audience: str) -> None:
    """On page one and on the card: the team knows the drip, the emergency number does not."""
    site = replace(small_site(), region=region, contacts={**small_site().contacts, "emergency_number": Contact("911", "911")})
    manuscript = write(audience, "en-US" if region == "US" else "en-GB", site=site, library=shipped_library())
    page = typeset_plain(manuscript, make_environment(SHIPPED.templates))
    start = page.index('<section class="block block-call-now"')
    first = page[start : page.index("</section>", start)]
    for html in (first, manuscript.panels["inside-right"].html):
        assert 0 < html.index('data-fact="phone_24h"') < html.index('data-fact="emergency_number"')


HOSPITAL_DAYS = {"hospital_days_first", "hospital_days_second", "hospital_days_short", "premed_hours"}


@pytest.mark.parametrize("region", ["GB", "US", "IE"])
def test_hospital_days_and_premedication_by_indication_are_for_nurses_alone(region: str) -> None:
    """A patient would read the days of another indication as a promise."""
    library = shipped_library()
    site = replace(small_site(), region=region)
    for audience, pack in library.packs.items():
        blocks = (*choose_blocks(library, pack, site)[0], *choose_panels(library, pack, site).values())
        text = " ".join(block.text for block in blocks)
        used = {name for name in HOSPITAL_DAYS if f"{{{name}}}" in text}
        assert used == (HOSPITAL_DAYS if audience == "nurse" else set()), audience
    nurse = " ".join(block.text for block in choose_blocks(library, library.packs["nurse"], site)[0])
    assert "{read_year}" in nurse, "it says when the source was read"


# One text, many editions


def test_one_text_serves_every_kind_and_format() -> None:
    manuscript = write("adult")
    edition = plan(small_site(), "adult", "en-GB", "card")
    assert for_edition(manuscript, edition) == write("adult", kind="card")


def test_assembling_twice_gives_the_same() -> None:
    edition = plan(small_site(), "adult", "en-GB")
    assert assemble(edition, small_library(), (), {}) == assemble(edition, small_library(), (), {})
