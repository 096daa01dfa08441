"""Every edition that was asked for, with its words, the digest of its printed text, and its state.

Each text is assembled once for all its kinds and formats. A translation also needs the source-language text of its site, because
its state hangs on that signature. One text at a time, so that many hospitals need no more memory than one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from itertools import groupby

from jinja2 import Environment

from packbuilder.approval import digest_text, judge, source_locale
from packbuilder.assemble import assemble, for_edition
from packbuilder.evidence import make_dossier
from packbuilder.model import WORKING, Edition, Manuscript, Message, Problem
from packbuilder.rooms import Rooms
from packbuilder.typeset import typeset_plain
from packbuilder.wording import printed_text


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one site, audience and locale, with the lines that a signature is for."""

    manuscript: Manuscript
    lines: tuple[str, ...]
    problems: tuple[Problem, ...] = ()


def write_text(edition: Edition, rooms: Rooms, env: Environment) -> Text:
    """Assembles a text and takes its printed words from the plain pack, whatever the kind and format asked for."""
    plain = replace(edition, kind="pack", format="standard", schedule=None)
    manuscript, problems = assemble(plain, rooms.library, rooms.template_messages, rooms.catalogs)
    html = typeset_plain(manuscript, env)
    lines = printed_text(html)
    missing = tuple(message for message in manuscript.missing if is_printed(message, manuscript, html))
    return Text(replace(manuscript, digest=digest_text(lines), missing=missing), lines, problems)


def is_printed(message: Message, manuscript: Manuscript, html: str) -> bool:
    """Whether a message without a translation stands on these pages: a word that only another pack prints holds up nobody."""
    if message.context.startswith("site."):
        return escape(message.text, quote=False) in html
    phrase = manuscript.phrases.get((message.context, message.text))
    return phrase is None or message.context == "packs" or phrase in html


def prepare_texts(
    editions: Iterable[Edition], rooms: Rooms, env: Environment, today: date
) -> Iterator[tuple[tuple[Manuscript, ...], tuple[Problem, ...]]]:
    """The editions of one text after the other, each with its state. Editions of a site and audience must stand together."""
    for _, of_audience in groupby(editions, lambda edition: (edition.site.id, edition.audience)):
        texts: dict[str, Text] = {}
        for locale, group in groupby(of_audience, lambda edition: edition.locale):
            members = list(group)
            for code in (locale, source_locale(members[0].site)):
                if code not in texts:
                    texts[code] = write_text(replace(members[0], locale=code), rooms, env)
            source = texts[source_locale(members[0].site)].manuscript.digest
            text = texts[locale]
            judged = judge(text.manuscript, text.manuscript.digest, source, rooms.approvals, today)
            yield tuple(finish(edition, judged, rooms) for edition in members), text.problems


def finish(edition: Edition, judged: Manuscript, rooms: Rooms) -> Manuscript:
    """The judged words for one kind and format; a working paper and a dated one are assembled anew, with what is theirs alone."""
    if edition.format not in (*WORKING, "staff") and not edition.schedule:
        return for_edition(judged, edition)
    words = assemble(edition, rooms.library, rooms.template_messages, rooms.catalogs)[0]
    words = replace(words, digest=judged.digest, state=judged.state, reasons=judged.reasons, approvals=judged.approvals)
    return replace(words, dossier=make_dossier(words, rooms.library)) if edition.format == "review" else words


def prepare(editions: Sequence[Edition], rooms: Rooms, env: Environment, today: date) -> tuple[list[Manuscript], list[Problem]]:
    """The manuscripts of all editions, and what is wrong with any."""
    manuscripts: list[Manuscript] = []
    problems: list[Problem] = []
    for group, wrong in prepare_texts(editions, rooms, env, today):
        manuscripts += group
        problems += wrong
    return manuscripts, problems
