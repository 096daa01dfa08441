"""Every edition that was asked for, with its words, the digest of its printed text, and its state.

Each text is assembled once for all its kinds and formats. A translation also needs the source-language text of its site, because
its state hangs on that signature.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from jinja2 import Environment

from packbuilder.approval import digest_text, judge, source_locale
from packbuilder.assemble import assemble, for_edition
from packbuilder.evidence import make_dossier
from packbuilder.model import WORKING, Edition, Manuscript, Problem
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
    plain = replace(edition, kind="pack", format="standard")
    manuscript, problems = assemble(plain, rooms.library, rooms.template_messages, rooms.catalogs)
    lines = printed_text(typeset_plain(manuscript, env))
    return Text(replace(manuscript, digest=digest_text(lines)), lines, problems)


def prepare(editions: Sequence[Edition], rooms: Rooms, env: Environment, today: date) -> tuple[list[Manuscript], list[Problem]]:
    """The manuscripts of all editions in their order, each with its state."""
    texts: dict[tuple[str, str, str], Text] = {}
    judged: dict[tuple[str, str, str, str], Manuscript] = {}
    problems: list[Problem] = []

    def text_of(edition: Edition, locale: str) -> Text:
        key = (edition.site.id, edition.audience, locale)
        if key not in texts:
            texts[key] = write_text(replace(edition, locale=locale), rooms, env)
            problems.extend(texts[key].problems)
        return texts[key]

    manuscripts = []
    for edition in editions:
        working = edition.format if edition.format in WORKING else ""
        key = (edition.site.id, edition.audience, edition.locale, working)
        if key not in judged:
            text = text_of(edition, edition.locale).manuscript
            source = text_of(edition, source_locale(edition.site)).manuscript
            words = assemble(edition, rooms.library, rooms.template_messages, rooms.catalogs)[0] if working else text
            judged[key] = judge(words, text.digest, source.digest, rooms.approvals, today)
            if working == "review":
                judged[key] = replace(judged[key], dossier=make_dossier(judged[key], rooms.library))
        manuscripts.append(for_edition(judged[key], edition))
    return manuscripts, problems
