"""Choosing, translating, filling: what each reader gets, as readable goldens, and when a signature on it lapses.

`golden/outline.txt` makes every block that a reader gets or misses a visible difference. After a change that is meant, run
`python3 build.py test --update-golden`, read the difference, and commit it with its cause.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from workshop import (
    SHIPPED,
    SMALL_SITE_TEXT,
    block_text,
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
from packbuilder.model import Library, Manuscript, Site

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
                lines.append(f"    {entry.block}: {found.place.path if found else '-'}{needs}")
            panels = choose_panels(library, pack, replace(small_site(), region=region))
            lines += [f"    card, {name}: {block.place.path}" for name, block in panels.items()] + [""]
    return "\n".join(lines)


def test_what_each_reader_gets_in_each_country(golden: Golden) -> None:
    golden("outline.txt", outline(read_library(SHIPPED)[0]))


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
    assert stems("adult", small_site()) == ["call-now", "fever", "bathing", "travel.gb", "card"]
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
    assert manuscript.reasons == ("the hospital is a sample", "nobody has signed this text yet")


def test_a_missing_translation_is_counted_and_makes_a_draft() -> None:
    manuscript = write("nurse", "pl")
    assert manuscript.missing and f"{len(manuscript.missing)} messages have no translation" in manuscript.reasons
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


# The digest: what a signature is bound to


def digest(manuscript: Manuscript) -> str:
    return manuscript.digest


def other_site(changes: str, folder: Path) -> Site:
    site, problems = site_from(change_toml(SMALL_SITE_TEXT, changes), folder)
    assert site, problems
    return site


def edited(found: str, instead: str) -> Library:
    """The small library with other words in one block."""
    text = small_library().blocks["fever"].text
    assert found in text
    return block_text(small_library(), "fever", text.replace(found, instead))


def another_number() -> Library:
    days = replace(small_library().facts["drip_days"], number=Decimal(29))
    return replace(small_library(), facts={**small_library().facts, "drip_days": days})


def another_title() -> Library:
    pack = replace(small_library().packs["adult"], title="Another")
    return replace(small_library(), packs={**small_library().packs, "adult": pack})


def another_panel() -> Library:
    return panel_text(small_library(), "front", small_library().panels["front"].text.replace("the drug", "a drug"))


LAPSES = {
    "a word of a block": lambda folder: write(library=edited("hot", "warm")),
    "a word of a panel": lambda folder: write(library=another_panel()),
    "the 24-hour number": lambda folder: write(site=other_site('contact.phone_24h = "020 7946 0124"', folder)),
    "the fever limit": lambda folder: write(site=other_site("fever.adult.high_c = 37.6", folder)),
    "the fever rule": lambda folder: write(site=other_site('fever.adult.rule = "at-or-above"', folder)),
    "the ward's own rule": lambda folder: write(site=other_site('home.bathing = "Do not bathe."', folder)),
    "an alarm": lambda folder: write(site=other_site('home.alarms = [{ screen = "AIR", means = "Air.", do = "Run." }]', folder)),
    "a fact": lambda folder: write(library=another_number()),
    "the title": lambda folder: write(library=another_title()),
}  # fmt: skip


@pytest.mark.parametrize("what", LAPSES)
def test_a_signature_lapses_with(what: str, tmp_path: Path) -> None:
    assert digest(LAPSES[what](tmp_path)) != digest(write())


STAYS = {
    "another paper": lambda folder: write(site=other_site('paper = "Letter"', folder)),
    "another format": lambda folder: write(format_="large-print"),
    "the card": lambda folder: write(kind="card"),
    "an evidence mark": lambda folder: write(library=edited("[^S02 I04]", "")),
    "another line break": lambda folder: write(library=edited("hot.\nWe", "hot. We")),
    "another time zone": lambda folder: write(site=other_site('time_zone = "Europe/Dublin"', folder)),
    "a translation of another language": lambda folder: write(catalogs={"pl": echo_catalog()}),
}  # fmt: skip


@pytest.mark.parametrize("what", STAYS)
def test_a_signature_stays_with(what: str, tmp_path: Path) -> None:
    assert digest(STAYS[what](tmp_path)) == digest(write())


def test_a_translation_has_its_own_digest_and_a_word_in_it_changes_it() -> None:
    one = digest(write(locale="pl", catalogs={"pl": translated({"Keep warm": "Ciepło"})}))
    two = digest(write(locale="pl", catalogs={"pl": translated({"Keep warm": "Zimno"})}))
    assert len({one, two, digest(write())}) == 3


def test_one_text_serves_every_kind_and_format() -> None:
    manuscript = write("adult")
    edition = plan(small_site(), "adult", "en-GB", "card")
    assert for_edition(manuscript, edition) == write("adult", kind="card")


def test_assembling_twice_gives_the_same() -> None:
    edition = plan(small_site(), "adult", "en-GB")
    assert assemble(edition, small_library(), (), {}) == assemble(edition, small_library(), (), {})
