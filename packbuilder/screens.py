"""The pages for the screen: the ward's front page, what to do before cycle 1, the state of the translations, the evidence.

They are read by staff, so they speak the staff's language: that of all listed hospitals if they share one, else the source.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from packbuilder.assemble import assemble
from packbuilder.catalog import make_translator
from packbuilder.evidence import make_matrix
from packbuilder.frontpage import Shown, SiteLine, arrange, make_steps
from packbuilder.language import direction
from packbuilder.markup import Voice, render_inline
from packbuilder.messages import extract, template_context
from packbuilder.model import SOURCE_LOCALE, Edition, Manuscript, PackEntry, Site
from packbuilder.publish import to_json
from packbuilder.rooms import Rooms
from packbuilder.status import as_rows, count_approved, count_shares
from packbuilder.typeset import draw_pictures, make_words

SHARED = "screen-"  # templates that several pages include
FRONT, STEPS, STATUS, EVIDENCE, DATA = "index.html", "before-cycle-1.html", "status.html", "evidence.html", "evidence.json"


def staff_language(sites: Iterable[Site]) -> str:
    """The language of the front page."""
    codes = {site.staff_locale for site in sites}
    return codes.pop() if len(codes) == 1 else SOURCE_LOCALE


def screen_words(locale: str, rooms: Rooms, template: str) -> dict[str, Any]:
    """What a page for the screen may use. A message without a translation stays in English: a nurse finds her way all the same."""
    find = make_translator(locale, rooms.catalogs)
    voice = Voice(lambda context, source: find(context, source) or source, lambda _name: None)
    phrases = {
        (message.context, message.text): render_inline(message.context, message.text, voice)
        for message in rooms.template_messages
        if message.context == template or message.context.startswith(SHARED)
    }

    @pass_context
    def say(context: Context, source: str) -> Markup:
        return Markup(phrases[template_context(str(context.name)), " ".join(source.split())])

    return {"say": say, "lang": locale, "dir": direction(locale)}


def draw_front_page(
    entries: Sequence[Mapping[str, Any]],
    shown: Mapping[str, Shown],
    rooms: Rooms,
    env: Environment,
    whole: bool,
    outdated: Collection[str] = (),
) -> str:
    """`index.html`. Only a whole build makes the other pages, so only then something leads to them."""
    locale = staff_language(rooms.sites)
    page = arrange(entries, shown, {site.id: describe_site(site) for site in rooms.sites}, locale, outdated)
    words = screen_words(locale, rooms, template_context(FRONT))
    return env.get_template(FRONT).render(words, page=page, has_status=whole, has_evidence=whole, has_steps=whole and has_steps(rooms))


def describe_site(site: Site) -> SiteLine:
    """How a hospital is named, and whom its nurses ring for an interpreter."""
    interpreter = site.contacts.get("interpreter")
    return SiteLine(site.name, site.ward, interpreter.text if interpreter else "")


def has_steps(rooms: Rooms) -> bool:
    """Whether the nurses' pack names blocks for the screen."""
    return "nurse" in rooms.library.packs and bool(rooms.library.packs["nurse"].screen)


def draw_steps(rooms: Rooms, env: Environment) -> str:
    """`before-cycle-1.html`: each hospital's steps with its own number and its own limits."""
    nurse = rooms.library.packs["nurse"]
    pack = replace(nurse, entries=tuple(PackEntry(name) for name in nurse.screen), required=(), has_card=False)
    steps = []
    for site in rooms.sites:
        edition = Edition(site, pack, site.staff_locale, "standard", "pack")
        manuscript, _ = assemble(edition, rooms.library, rooms.template_messages, rooms.catalogs)
        words = make_words(manuscript, {})
        html = "".join(draw_pictures(section, env, words).html for section in manuscript.sections)
        steps.append(make_steps(site.id, describe_site(site), html, site.staff_locale))
    words = screen_words(staff_language(rooms.sites), rooms, template_context(STEPS))
    return env.get_template(STEPS).render(words, steps=steps)


def draw_overviews(rooms: Rooms, signed: Sequence[Manuscript], env: Environment) -> dict[str, str]:
    """How far each language is, and which fact stands where."""
    messages = extract(rooms.library, rooms.template_messages, rooms.sites)
    shares = count_shares(rooms.library, messages, rooms.catalogs, count_approved(signed))
    matrix = make_matrix(rooms.library, rooms.sites)
    return {
        STATUS: env.get_template(STATUS).render(rows=as_rows(shares)),
        EVIDENCE: env.get_template(EVIDENCE).render(matrix=matrix),
        DATA: to_json(matrix),
    }
