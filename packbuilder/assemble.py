"""Choose, translate, fill: (site, audience, locale) -> Manuscript. Pure; nothing is laid out here."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from packbuilder.catalog import Translations, make_translator
from packbuilder.content import choose_block
from packbuilder.dated import plan_facts
from packbuilder.forms import FOLDED, FOR_STAFF, PANELS, kinds_of
from packbuilder.language import is_source_language, shares_language
from packbuilder.markup import PICTURE, PLACEHOLDER, Voice, render_block, render_inline
from packbuilder.messages import has_words
from packbuilder.model import (
    FORMATS,
    WORKING,
    Block,
    Edition,
    Format,
    Library,
    Manuscript,
    Message,
    Pack,
    Pair,
    PrintedFact,
    Problem,
    Section,
    Site,
)
from packbuilder.phrase import SITE_TEXTS, Reader, make_resolver, site_placeholders
from packbuilder.translation import is_critical

STAFF = "-staff"


def plan_editions(
    sites: Iterable[Site], library: Library, audiences: Sequence[str] = (), locales: Sequence[str] = (), formats: Sequence[str] = ()
) -> tuple[Edition, ...]:
    """Every edition that the sites ask for; empty filters mean all."""
    return tuple(
        Edition(site, pack, locale, format_, kind)
        for site in sites
        for pack in library.packs.values()
        if not audiences or pack.audience in audiences
        for locale in site.locales
        if not locales or locale in locales
        for format_ in choose_formats(site, formats)
        for kind in kinds_of(pack, format_)
        if format_ != "staff" or not shares_language(locale, site.staff_locale)
    )


def choose_formats(site: Site, asked: Sequence[str]) -> tuple[Format, ...]:
    """What the site prints, or what was asked for; working papers only when asked for."""
    known: tuple[Format, ...] = (*FORMATS, *WORKING)
    return tuple(name for name in known if name in asked) if asked else site.formats


def choose_blocks(library: Library, pack: Pack, site: Site) -> tuple[tuple[Block, ...], tuple[Problem, ...]]:
    """The files of a pack for one site in print order; a required block without a file is an error."""
    chosen, problems = [], []
    for entry in pack.entries:
        if (entry.needs and not site.gives(entry.needs)) or (entry.unless and site.gives(entry.unless)):
            continue
        block = choose_block(library.blocks, entry.block, pack.audience, site.region)
        if block:
            chosen.append(block)
        elif entry.block in pack.required:
            problems.append(
                Problem(
                    "MISSING_BLOCK",
                    pack.place,
                    f"{pack.audience} in {site.region} must have the block {entry.block!r}, and no file fits",
                    f"write handouts/blocks/{entry.block}.{pack.audience}.md",
                )
            )
    return tuple(chosen), tuple(problems)


def choose_panels(library: Library, pack: Pack, site: Site) -> dict[str, Block]:
    """The panels of all cards, by name."""
    found = {name: choose_block(library.panels, name, pack.audience, site.region) for name in PANELS if pack.has_card}
    return {name: block for name, block in found.items() if block}


def assemble(
    edition: Edition, library: Library, template_messages: Sequence[Message], catalogs: Mapping[str, Translations]
) -> tuple[Manuscript, tuple[Problem, ...]]:
    """Every word of an edition. The text is that of the whole pack and card, so that one approval covers both.

    Its digest and its state come later, from what is printed (`prepare`).
    """
    site, pack, locale = edition.site, edition.pack, edition.locale
    missing: dict[tuple[str, str], Message] = {}
    facts: dict[str, PrintedFact] = {}
    blocks, problems = choose_blocks(library, pack, site)

    def make_voice(code: str, suffix: str = "") -> Voice:
        find = make_translator(code, catalogs)

        def translate(context: str, source: str) -> str | None:
            text = find(context, source)
            if text is None:
                missing.setdefault((context, source), Message(context, source, pack.place))
            return text

        resolve = make_resolver(Reader(library, site, pack.audience, code), translate)
        dates = plan_facts(edition.schedule, code, site.region) if edition.schedule else {}
        facts.update({name: fact for name, fact in dates.items() if not suffix})
        return Voice(
            translate, remember(lambda name: dates.get(name) or resolve(name), facts, suffix), shows_evidence=edition.format == "review"
        )

    voice = make_voice(locale)
    staff = make_voice(site.staff_locale, STAFF) if site.staff_locale != locale else voice
    sections = tuple(make_section(block, voice) for block in blocks)
    chosen = choose_panels(library, pack, site)
    panels = {name: make_section(block, staff if name in FOR_STAFF else voice) for name, block in chosen.items()}
    words = [*template_messages, *site_messages(site), Message("packs", pack.title, pack.place)]
    phrases = {(message.context, message.text): render_inline(message.context, message.text, voice) for message in words}
    title = voice.translate("packs", pack.title) or pack.title
    for name in (*site_placeholders(pack.audience), *library.facts):
        if name not in library.facts or site.region in (library.facts[name].regions or (site.region,)):
            voice.resolve(name)
    pairs: tuple[Pair, ...] = ()
    if edition.format == "proof" or (edition.format == "review" and not is_source_language(locale)):
        pairs = tuple(make_pairs((*sections, *panels.values()), words, voice))
    elif edition.format == "staff":
        pairs = tuple(make_pairs((*sections, *(panels[name] for name in FOLDED if name in panels)), site_messages(site), voice, staff))
    return Manuscript(
        edition=edition,
        title=title,
        source_title=pack.title,
        sections=sections,
        panels=panels,
        phrases=phrases,
        facts=facts,
        missing=tuple(missing.values()),
        pairs=pairs,
    ), problems


def make_pairs(sections: Iterable[Section], words: Iterable[Message], voice: Voice, staff: Voice | None = None) -> Iterator[Pair]:
    """Every message once in print order, the translation as it prints; beside it the source with its placeholders as names.

    With `staff` there stands beside it what the staff read, with its values filled in: nobody compares there, somebody explains.
    """
    names = Voice(lambda _context, source: source, lambda name: PrintedFact("", ((f"{{{name}}}", True),)))
    read_by_staff = Voice(lambda _context, text: text, staff.resolve) if staff else names
    as_it_stands = Voice(lambda _context, text: text, voice.resolve)
    passages = [(passage.message, passage.tag, passage.evidence) for section in sections for passage in section.passages]
    seen: set[tuple[str, str]] = set()
    for message, tag, evidence in [*passages, *((message, "label", ()) for message in words)]:
        key = (message.context, message.text)
        if key in seen or not (has_words(message.text) or (staff and is_own_sentence(message.text))):
            continue
        seen.add(key)
        translated = voice.translate(*key)
        yield Pair(
            context=message.context,
            tag=tag,
            source=render_inline(message.context, show_picture((staff and staff.translate(*key)) or message.text), read_by_staff),
            target=render_inline(message.context, show_picture(translated), as_it_stands) if translated else "",
            placeholders=tuple(PLACEHOLDER.findall(message.text)),
            critical=is_critical(message.text),
            evidence=evidence,
        )


def is_own_sentence(text: str) -> bool:
    """Whether a message is nothing but a sentence of the hospital's own: `{home_bathing}`."""
    match = PLACEHOLDER.fullmatch(text)
    return match is not None and match[1] in SITE_TEXTS


def show_picture(text: str) -> str:
    """The sentence of a picture as text: in a side-by-side layout there is nothing to look at."""
    return PICTURE.sub(r"\1", text)


def for_edition(manuscript: Manuscript, edition: Edition) -> Manuscript:
    """The same words for another kind or format."""
    return replace(manuscript, edition=edition)


def make_section(block: Block, voice: Voice) -> Section:
    html, passages = render_block(block, voice)
    return Section(block.stem, block.name, html, passages)


def site_messages(site: Site) -> list[Message]:
    """The alarm table of the hospital, in its own words."""
    return [Message(f"site.{site.id}", text, site.place) for alarm in site.alarms for text in (alarm.means, alarm.do)]


def remember(
    resolve: Callable[[str], PrintedFact | None], seen: dict[str, PrintedFact], suffix: str
) -> Callable[[str], PrintedFact | None]:
    """Keeps what was resolved, so that the read-back knows what must be on the paper.

    The staff's panel may write a number in another way than the reader's pages, so its facts go under names of their own.
    """

    def resolve_and_note(name: str) -> PrintedFact | None:
        fact = resolve(name)
        if fact is None:
            return None
        named = replace(fact, name=fact.name + suffix)
        seen.setdefault(named.name, named)
        return named

    return resolve_and_note


def used_facts(html: str) -> set[str]:
    """The names of all facts in a piece of HTML."""
    return {part.partition('"')[0] for part in html.split('data-fact="')[1:]} | set(PLACEHOLDER.findall(html))
