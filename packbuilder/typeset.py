"""Manuscript -> HTML (Jinja2, StrictUndefined, autoescape). Nothing of a block is ever read as a template."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import groupby, pairwise
from operator import attrgetter
from pathlib import Path
from traceback import extract_tb
from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from packbuilder.forms import FOLDED, PANELS, SHAPES, panels_of, shape_of
from packbuilder.language import direction, english_name, is_source_language, own_name
from packbuilder.markup import fact_element
from packbuilder.messages import template_context
from packbuilder.model import SOURCE_LOCALE, WORKING, Format, Manuscript, Place, Problem, Section
from packbuilder.phrase import FAHRENHEIT_FIRST, print_date
from packbuilder.textfile import shown_path

FIGURE = re.compile(r'<figure(?: class="untranslated")? data-alt="([^"]*)" data-picture="([^"]*)"(?: lang="([^"]*)")?></figure>')
MEND = "mend it, or take the one that came with the project"
BILINGUAL = (*WORKING, "staff")
HEADLESS = frozenset({"single-cards", "phone-card"})  # cards without a heading over them: their own is the first of the page
PEN_ROW = re.compile(r'<p class="pens">.*?</p>', re.DOTALL)
SHORT_ITEM = 40  # characters that fit on one line of half the measure
HEADING = re.compile(r"<h([12])[^>]*>(.*?)</h\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section as the page template sees it."""

    name: str
    stem: str
    title: Markup
    html: Markup
    untranslated: bool


def make_environment(templates: Path) -> Environment:
    """One environment for all editions of a process, its templates parsed once; the words come with each render.

    A template reaches these words and nothing of the program behind them: what a designer fetches from elsewhere is no code of ours.
    """
    return environment_of(templates.resolve())


@functools.cache
def environment_of(templates: Path) -> Environment:
    """Kept by the real place of the room: two projects that share one through a link share its parsed templates."""
    loader = FileSystemLoader(templates)
    return SandboxedEnvironment(loader=loader, undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def explain(error: Exception, templates: Path, root: Path) -> Problem | None:
    """What a template did wrong, with its line; None for an error of the program itself, or of a machine without memory."""
    if isinstance(error, MemoryError):
        return None
    frames = extract_tb(error.__traceback__)
    inside = [frame for frame in frames if frame.filename.endswith(".html")]
    if isinstance(error, TemplateNotFound) and not inside:
        return Problem("TEMPLATE", Place(shown_path(templates / str(error.name), root)), "is missing", MEND)
    if not inside or Path(frames[-1].filename).parent == Path(__file__).parent:
        return None
    place = Place(shown_path(Path(inside[-1].filename), root), inside[-1].lineno or 0)
    why = f"there is no {error.name}" if isinstance(error, TemplateNotFound) else str(error) or type(error).__name__
    return Problem("TEMPLATE", place, f"cannot be used: {why}", MEND)


def typeset(
    manuscript: Manuscript, env: Environment, panel_sizes: Mapping[str, float] | None = None, tight: bool = False, bare: bool = False
) -> str:
    """The page of an edition as HTML. `panel_sizes` are the type sizes of the card's panels in pt, from `fit`.

    `tight` sets page one closer, for a language that needs more room than the page has. `bare` leaves out marks and feet, to measure.
    """
    edition = manuscript.edition
    words = make_words(manuscript, panel_sizes or {}) | {"tight": tight, "bare": bare}
    if edition.format in BILINGUAL:
        return typeset_working(manuscript, env, words)
    sections = [draw_pictures(section, env, words) for section in manuscript.sections if is_in(section.name, edition.format)]
    panels = draw_panels(manuscript, env, words)
    if edition.format in SHAPES:
        template = "phone-card.html" if edition.format == "phone-card" else "cards.html"
    else:
        template = "card.html" if edition.kind == "card" else "pack.html"
    return env.get_template(template).render(words, sections=sections, panels=panels)


def is_in(section: str, form: Format) -> bool:
    """Whether a form has a section of the pack: the call-now sheet is page one alone, and a card in a booklet would be too small."""
    return section == "call-now" if form == "call-now" else form != "booklet" or section != "card"


def typeset_working(manuscript: Manuscript, env: Environment, words: Mapping[str, Any]) -> str:
    """Both languages side by side, or the text with its evidence."""
    groups = [(context, list(pairs)) for context, pairs in groupby(manuscript.pairs, attrgetter("context"))]
    parts = [section for section in manuscript.sections if section.name != "card"]
    pages = [] if groups else [draw_pictures(section, env, words) for section in (*parts, *manuscript.panels.values())]
    template = "staff.html" if manuscript.edition.format == "staff" else "working.html"
    return env.get_template(template).render(
        words, groups=groups, sections=pages, panels={}, panel_names=PANELS, dossier=manuscript.dossier
    )


def draw_panels(manuscript: Manuscript, env: Environment, words: Mapping[str, Any]) -> dict[str, Chapter]:
    """The panels that a form prints. On a screen nobody can write, so there the lines for the pen are left out."""
    form = manuscript.edition.format
    chapters = {name: draw_pictures(manuscript.panels[name], env, words) for name in panels_of(form) if name in manuscript.panels}
    if form != "phone-card":
        return chapters
    return {name: replace(chapter, html=Markup(PEN_ROW.sub("", chapter.html))) for name, chapter in chapters.items()}


def typeset_plain(manuscript: Manuscript, env: Environment) -> str:
    """The plain pack without marks, signatures and digest: what a signature is for (see `wording`)."""
    plain = replace(manuscript, state="release", digest="", approvals=(), reasons=())
    words = make_words(plain, {}) | {"tight": False, "bare": True}
    cards = [draw_pictures(section, env, words).html for name, section in plain.panels.items() if name not in FOLDED]
    return typeset(plain, env, dict.fromkeys(plain.panels, 0.0)).replace("</body>", "".join(cards) + "</body>")


def typeset_panels(manuscript: Manuscript, tries: Sequence[tuple[str, float]], env: Environment) -> str:
    """Panels of the card, each at a type size in pt, to be measured."""
    words = make_words(manuscript, {}) | {"tight": False, "bare": True}
    panels = draw_panels(manuscript, env, words)
    return env.get_template("panel.html").render(words, panels=panels, tries=tries)


def make_words(manuscript: Manuscript, panel_sizes: Mapping[str, float]) -> dict[str, Any]:
    """All that a template may use: `say`, `fact`, and plain values. No site text is ever marked safe unescaped."""
    edition = manuscript.edition
    site = edition.site

    @pass_context
    def say(context: Context, source: str) -> Markup:
        return Markup(manuscript.phrases[template_context(str(context.name)), " ".join(source.split())])

    def site_say(source: str) -> Markup:
        return Markup(manuscript.phrases[f"site.{site.id}", source])

    def fact(name: str) -> Markup:
        printed = manuscript.facts.get(name)
        return Markup(tostring(fact_element(printed), encoding="unicode")) if printed else Markup("")

    def qr(name: str) -> str:
        return draw_qr(f"tel:{site.contacts[name].dial}")

    return {
        "say": say,
        "site_say": site_say,
        "fact": fact,
        "qr": qr,
        "has_fact": lambda name: name in manuscript.facts,
        "fever": site.fever["child" if edition.audience == "parent" else "adult"],
        "fahrenheit": site.region in FAHRENHEIT_FIRST,
        "site": site,
        "audience": edition.audience,
        "format": edition.format,
        "schedule": edition.schedule,
        "dated": edition.schedule is not None,
        "shape": shape_of(edition.format),
        "kind": edition.kind,
        "lang": edition.locale,
        "source_lang": SOURCE_LOCALE,
        "staff_lang": site.staff_locale,
        "staff_dir": direction(site.staff_locale),
        "dir": direction(edition.locale),
        "title": manuscript.title,
        "source_title": manuscript.source_title,
        "is_translation": not is_source_language(edition.locale),
        "language_name": english_name(edition.locale),
        "own_language": own_name(edition.locale),
        "staff_language": own_name(site.staff_locale),
        "audience_name": edition.audience.capitalize(),
        "document_code": edition.document_code,
        "digest": manuscript.digest[:8],
        "whole_digest": manuscript.digest,
        "state": manuscript.state,
        "reasons": {reason.code: reason.text for reason in manuscript.reasons},
        "approvals": manuscript.approvals if manuscript.state == "release" else (),
        "approved_on": manuscript.approved_on,
        "review_by": manuscript.review_by,
        "date": lambda day: print_date(day, edition.locale, site.region),
        "panel_sizes": panel_sizes,
    }


@functools.cache
def known_templates(env: Environment) -> frozenset[str]:
    return frozenset(env.list_templates())


@functools.lru_cache(maxsize=64)
def draw_qr(content: str) -> str:
    """A QR code as the address of a picture. Kept: a site's number is drawn on every pack and card."""
    return str(segno.make(content, error="m", micro=False).svg_data_uri(border=2, dark="#000", light="#fff"))


def draw_pictures(section: Section, env: Environment, words: Mapping[str, Any]) -> Chapter:
    """Puts each drawing where the block asks for it, from `templates/pictures/`."""

    def draw(match: re.Match[str]) -> str:
        alt, name, untranslated = match.groups()
        if f"pictures/{name}.html" in known_templates(env):
            inner = env.get_template(f"pictures/{name}.html").render(words, alt=unescape(alt))
        else:
            inner = Markup('<img src="pictures/{}.svg" alt="{}"/>').format(name, unescape(alt))
        mark = f' untranslated" lang="{untranslated}' if untranslated else ""
        long = " long" if "card-digits long" in inner else ""
        return f'<figure class="picture picture-{name}{long}{mark}">{inner}</figure>'

    html = FIGURE.sub(draw, set_details(section.html, is_review=words["format"] == "review"))
    if words["kind"] == "card":
        # A card is a document of its own: its first heading must be of level one (PDF/UA-1, 7.4.2).
        down = 2 if words["format"] in HEADLESS else 1
        html = re.sub(r"(</?h)([234])\b", lambda match: f"{match.group(1)}{max(int(match.group(2)) - down, 1)}", html)
    heading = HEADING.search(html)
    title = Markup(re.sub(r"</?a\b[^>]*>", "", heading.group(2))) if heading else Markup("")
    return Chapter(section.name, section.stem, title, Markup(html), bool(heading and "untranslated" in heading.group(0).partition(">")[0]))


def set_details(html: str, is_review: bool = False) -> str:
    """Classes that a style sheet cannot find out for itself: lists of short items (two columns save half a page), bare pen lines.

    In the reviewer's edition each message has its evidence beside it, and lists stay in one column.
    """
    root = fromstring(f"<section>{html}</section>")
    if is_review:
        show_evidence(root)
    for items in () if is_review else root.iter("ul"):
        texts = [" ".join("".join(item.itertext()).split()) for item in items]
        if len(texts) >= 4 and all(len(text) <= SHORT_ITEM and item.find(".//ul") is None for text, item in zip(texts, items, strict=True)):
            add_class(items, "short")
    for paragraph in root.iter("p"):
        if len(paragraph) == 1 and paragraph[0].get("class") == "pen-line" and not "".join(paragraph.itertext()).strip():
            add_class(paragraph, "pen-row")
    note_contents(root)
    return "".join(tostring(child, encoding="unicode", short_empty_elements=False) for child in root)


def note_contents(root: Element) -> None:
    """Says of an element what stands in it or behind it. A style sheet could ask with `:has()`, at a tenth of the time of a pack."""
    for parent in root.iter():
        kinds = {part.get("class", "").partition(" ")[0] for part in parent.iter("span")} if parent.tag in ("ul", "table") else set()
        for kind, name in (("icon", "icons"), ("tick-box", "ticks"), ("pen-line", "pens")):
            if kind in kinds and (parent.tag, name) not in (("ul", "pens"), ("table", "icons"), ("table", "ticks")):
                add_class(parent, name)
        if parent.tag == "p" and any(child.get("class") == "pen-line" for child in parent):
            add_class(parent, "pens")
        for before, after in pairwise(parent):
            if before.tag == "p" and (after.tag in ("figure", "ul", "ol", "table") or "admonition" in after.get("class", "").split()):
                add_class(before, "leads")
    for table in root.iter("table"):
        for cell in table.iter("td"):
            if len(cell) == 1 and cell[0].get("class") == "tick-box":
                add_class(cell, "tick")
                table.set("class", " ".join(dict.fromkeys([*table.get("class", "").split(), "ticks"])))


def add_class(element: Element, name: str) -> None:
    element.set("class", f"{element.get('class', '')} {name}".strip())


def show_evidence(root: Element) -> None:
    """Turns the evidence marks of a section into notes in the margin; a table gets a column for them."""
    for table in list(root.iter("table")):
        for row in table.iter("tr"):
            is_head = row[0].tag == "th"
            ids = " ".join(dict.fromkeys(id_ for cell in row for id_ in cell.attrib.pop("data-evidence", "").split()))
            note = Element("th" if is_head else "td", {"class": "ids-cell"})
            if is_head:
                note.text = "Evidence"
            else:
                write_ids(note, ids, "–")
            row.append(note)
    for parent in list(root.iter()):
        for child in list(parent):
            if "data-evidence" not in child.attrib:
                continue
            ids = child.attrib.pop("data-evidence")
            if (not ids and child.tag in ("h1", "h2", "h3", "h4", "figure")) or "admonition-title" in child.get("class", ""):
                continue
            note = Element("span", {"class": "ids"})
            write_ids(note, ids, "no evidence")
            if child.tag == "figure":
                note.tag = "div"
                parent.insert(list(parent).index(child), note)
            else:
                note.tail, child.text = child.text, None
                child.insert(0, note)


def write_ids(note: Element, ids: str, without: str) -> None:
    """Evidence ids, none of them broken at its hyphen."""
    note.text = "" if ids else without
    for id_ in ids.split():
        part = SubElement(note, "span", {"class": "id"})
        part.text, part.tail = id_, " "
