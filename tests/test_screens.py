"""The pages for the screen: in the staff's language, each hospital with its own values, and no way that leads nowhere."""

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from workshop import (
    ROOT,
    SHIPPED,
    block_text,
    echo_catalog,
    make_rooms,
    small,
    small_library,
    small_site,
    template_messages,
    translated,
    write,
)

from packbuilder.catalog import Translations
from packbuilder.companions import phone_path, picture_path, show
from packbuilder.content import read_library
from packbuilder.evidence import make_matrix
from packbuilder.model import Library, Manuscript, Place, Site, Translation
from packbuilder.publish import describe
from packbuilder.rooms import Rooms
from packbuilder.screens import (
    DATA,
    EVIDENCE,
    FRONT,
    STATUS,
    STEPS,
    describe_site,
    draw_front_page,
    draw_overviews,
    draw_steps,
    has_steps,
    screen_words,
    staff_language,
)
from packbuilder.site import read_site
from packbuilder.typeset import make_environment, typeset

ENV = make_environment(small().templates)
OTHER = "020 7946 0999"


def other_site() -> Site:
    """A second hospital with its own number and its own limit."""
    contacts = dict(small_site().contacts)
    contacts["phone_24h"] = replace(contacts["phone_24h"], text=OTHER, dial="+442079460999")
    del contacts["interpreter"]
    fever = {who: replace(rule, high_c=rule.high_c + 1) for who, rule in small_site().fever.items()}
    return replace(small_site(), id="other-gb", name="Southfield Hospital", ward="Ward Two", contacts=contacts, fever=fever)


def with_steps() -> Library:
    """The small library with a page of steps for its nurses."""
    library = block_text(
        small_library(), "about", "## Before the drip\n\n1. Ring {phone_24h}\n2. Adult: {call_temperature_adult}\n3. Sign\n"
    )
    nurse = replace(library.packs["nurse"], screen=("about",))
    return replace(library, packs={**library.packs, "nurse": nurse})


def only(source: str, text: str, code: str = "pl") -> dict[str, Translations]:
    """A catalogue that translates one message, wherever it stands."""
    return {code: {key: entry for key, entry in translated({source: text}).items() if key[1] == source}}


# Which language


@pytest.mark.parametrize(
    ("locales", "wanted"),
    [
        ([], "en-GB"),
        (["pl"], "pl"),
        (["pl", "pl"], "pl"),
        (["en-US", "en-US"], "en-US"),
        (["pl", "en-GB"], "en-GB"),
        (["pl", "es"], "en-GB"),
        (["ar"], "ar"),
    ],
)
def test_the_pages_speak_the_language_that_all_staff_share(locales: list[str], wanted: str) -> None:
    assert staff_language(replace(small_site(), id=str(number), staff_locale=code) for number, code in enumerate(locales)) == wanted


# Their words


def say(words: dict[str, Any], source: str, template: str = "index.html") -> str:
    """What a template prints for one of its words."""
    return str(words["say"](ENV.get_template(template).new_context({}), source))


def test_a_word_is_said_in_the_staffs_language() -> None:
    words = screen_words("pl", make_rooms(catalogs=only("Approved", "Zatwierdzone")), "index")
    assert say(words, "Approved") == "Zatwierdzone" and (words["lang"], words["dir"]) == ("pl", "ltr")


def test_a_word_without_a_translation_stays_in_english() -> None:
    """A nurse finds her way all the same; a page for a patient would be a draft."""
    words = screen_words("pl", make_rooms(catalogs=only("Approved", "Zatwierdzone")), "index")
    assert say(words, "Draft") == "Draft"
    assert say(screen_words("ar", make_rooms(), "index"), "Approved") == "Approved"


def test_a_word_over_several_lines_of_a_template_is_one_message() -> None:
    assert say(screen_words("en-GB", make_rooms(), "index"), "Blinatumomab\n   packs") == "Blinatumomab packs"


def test_a_word_that_no_translator_has_seen_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        say(screen_words("en-GB", make_rooms(), "index"), "Typed in passing")


def test_a_translation_cannot_bring_markup_into_the_page() -> None:
    words = screen_words("pl", make_rooms(catalogs=only("Approved", "<script>x</script> & more")), "index")
    assert "<script" not in say(words, "Approved") and "&amp; more" in say(words, "Approved")


def test_every_shared_template_has_its_words() -> None:
    """What `index.html` includes says its words under its own name."""
    contexts = {message.context for message in template_messages() if message.context.startswith("screen-")}
    words = screen_words("en-GB", make_rooms(), "index")
    for message in template_messages():
        if message.context in contexts:
            assert say(words, message.text, f"{message.context}.html")
    assert contexts


# The front page


def prints(*manuscripts: Manuscript) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Manifest entries and what stands beside them, as a build makes them."""
    entries, shown = [], {}
    for manuscript in manuscripts:
        html = typeset(manuscript, ENV, dict.fromkeys(manuscript.panels, 8.0))
        entries.append(describe(manuscript, html, "0" * 64, 1))
        shown[manuscript.edition.path] = show(manuscript, html)
    return entries, shown


def addresses(page: str) -> set[str]:
    """Every file that a page leads to or shows."""
    found = {address.partition("#")[0] for address in re.findall(r'(?:href|src)="([^"]+)"', page)}
    return {address for address in found if address and not address.startswith(("data:", "tel:"))}


def test_the_front_page_leads_to_what_was_printed_and_to_nothing_else() -> None:
    card, pack = write("adult", kind="card", format_="phone-card"), write("nurse")
    page = draw_front_page(*prints(pack, card), make_rooms(with_steps()), ENV, False)
    wanted = {pack.edition.path, picture_path(pack.edition), picture_path(card.edition), phone_path(card.edition)}
    assert addresses(page) - {card.edition.path} == wanted


def test_after_a_whole_build_it_leads_to_the_other_pages_too() -> None:
    pack = write("nurse")
    alone = addresses(draw_front_page(*prints(pack), make_rooms(with_steps()), ENV, False))
    whole = addresses(draw_front_page(*prints(pack), make_rooms(with_steps()), ENV, True))
    assert whole - alone == {STEPS, STATUS, EVIDENCE} and not alone - whole
    without = addresses(draw_front_page(*prints(pack), make_rooms(), ENV, True))
    assert whole - without == {STEPS}, "where no pack names steps there is no page of them"


def test_the_front_page_names_the_hospital_and_speaks_its_staffs_language() -> None:
    site = replace(small_site(), staff_locale="pl")
    rooms = make_rooms(sites=[site], catalogs=only("Blinatumomab packs", "Pakiety blinatumomabu"))
    page = draw_front_page(*prints(write("nurse", site=site)), rooms, ENV, False)
    assert '<html lang="pl" dir="ltr">' in page and "Pakiety blinatumomabu" in page
    assert "Northfield Hospital" in page and "Day Unit" in page


def test_the_front_page_of_an_arabic_ward_runs_from_right_to_left() -> None:
    site = replace(small_site(), staff_locale="ar")
    page = draw_front_page(*prints(write("nurse", site=site)), make_rooms(sites=[site], catalogs={"ar": echo_catalog()}), ENV, False)
    assert '<html lang="ar" dir="rtl">' in page
    assert f'<bdi dir="ltr">{small_site().contacts["interpreter"].text}</bdi>' in page, "the groups of a number stay in their order"


def test_a_hospital_is_named_as_its_file_names_it() -> None:
    line = describe_site(small_site())
    assert (line.name, line.ward, line.interpreter) == ("Northfield Hospital", "Day Unit", "020 7946 0160")
    assert describe_site(other_site()).interpreter == ""


# What to do before cycle 1


def sections(page: str) -> dict[str, str]:
    """The part of each hospital."""
    return {part.partition('"')[0]: part for part in page.split('<section class="site" id="')[1:]}


def test_each_hospitals_steps_have_its_own_number_and_its_own_limit() -> None:
    rooms = make_rooms(with_steps(), [small_site(), other_site()])
    found = {name: " ".join(re.sub(r"<[^>]*>", "", part).split()) for name, part in sections(draw_steps(rooms, ENV)).items()}
    assert set(found) == {"site-small-gb", "site-other-gb"}
    assert "Ring 020 7946 0123" in found["site-small-gb"] and "above 37.5 °C" in found["site-small-gb"]
    assert f"Ring {OTHER}" in found["site-other-gb"] and "above 38.5 °C" in found["site-other-gb"]
    assert OTHER not in found["site-small-gb"] and "0123" not in found["site-other-gb"]


def test_the_steps_are_in_the_language_of_the_hospitals_staff() -> None:
    site = replace(small_site(), staff_locale="pl")
    words = Translation("about", "Before the drip", "Przed kroplówką", False, Place("locales/pl.po", 1))
    rooms = make_rooms(with_steps(), [site], {"pl": {("about", "Before the drip"): words}})
    page = draw_steps(rooms, ENV)
    assert '<html lang="pl"' in page and "Przed kroplówką" in page and "Before the drip" not in page
    assert "above 37,5" in " ".join(page.replace("\u00a0", " ").split()).replace('<bdi class="fact" dir="ltr">', "")


def test_only_a_pack_that_names_steps_has_a_page_of_them() -> None:
    assert has_steps(make_rooms(with_steps())) and not has_steps(make_rooms())
    library = with_steps()
    nobody = replace(library, packs={name: pack for name, pack in library.packs.items() if name != "nurse"})
    assert not has_steps(make_rooms(nobody))


@cache
def shipped() -> Rooms:
    library, problems = read_library(SHIPPED)
    assert not problems
    sites = [read_site(path, ROOT)[0] for path in sorted((SHIPPED.handouts / "sites").glob("*.toml"))]
    return make_rooms(library, [site for site in sites if site])


def test_the_shipped_steps_are_complete_for_each_hospital() -> None:
    rooms = shipped()
    assert has_steps(rooms)
    page = draw_steps(rooms, ENV)
    parts = sections(page)
    assert set(parts) == {f"site-{site.id}" for site in rooms.sites}
    for site in rooms.sites:
        part = parts[f"site-{site.id}"]
        assert site.contacts["phone_24h"].text in part and site.contacts["emergency_number"].text in part
        assert part.count("<li") >= 10 and not re.search(r"\{\w+\}", part)
    assert addresses(page) == {FRONT}, "nothing but the way back"


def test_the_shipped_front_page_is_drawn() -> None:
    rooms = shipped()
    manuscript = write("nurse", site=rooms.sites[0], library=rooms.library)
    page = draw_front_page(*prints(manuscript), rooms, ENV, True)
    assert rooms.sites[0].name in page and STEPS in addresses(page)
    assert not re.search(r"\{\{|\{%|\{\w+\}", page.partition("</style>")[2].partition("<script>")[0])


# The state of the languages, and the evidence


def test_the_overviews_say_how_far_each_language_is_and_where_each_fact_stands() -> None:
    rooms = make_rooms(catalogs={"pl": echo_catalog()})
    pages = draw_overviews(rooms, [], ENV)
    assert set(pages) == {STATUS, EVIDENCE, DATA}
    assert "pl" in pages[STATUS] and "Polish" in pages[STATUS]
    assert json.loads(pages[DATA]) == json.loads(json.dumps(make_matrix(rooms.library, rooms.sites)))
    for row in json.loads(pages[DATA])["facts"]:
        assert row["id"] in pages[EVIDENCE]
