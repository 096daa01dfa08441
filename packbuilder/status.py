"""How far each language is, pack by pack: translated, to be checked (fuzzy), missing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from packbuilder.catalog import Translations
from packbuilder.checks import is_used
from packbuilder.language import english_name, is_source_language, own_name
from packbuilder.model import Library, Manuscript, Message, Pack


@dataclass(frozen=True, slots=True)
class Share:
    """The messages of one pack in one language. `approved` counts signed editions."""

    locale: str
    language: str
    own_name: str
    pack: str
    total: int
    translated: int
    fuzzy: int
    missing: int
    approved: int = 0

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all."""
        return self.translated * 100 // self.total if self.total else 100


def count_approved(manuscripts: Iterable[Manuscript]) -> dict[tuple[str, str], int]:
    """How many hospitals have a text signed, by language and audience. A sample can be signed, though never released."""
    signed = {
        (manuscript.edition.locale, manuscript.edition.audience, manuscript.edition.site.id)
        for manuscript in manuscripts
        if all(reason.code == "sample" for reason in manuscript.reasons) and manuscript.approvals
    }
    return Counter((locale, audience) for locale, audience, _ in signed)


def count_shares(
    library: Library, messages: Sequence[Message], catalogs: Mapping[str, Translations], approved: Mapping[tuple[str, str], int]
) -> list[Share]:
    """One row for each language and pack, in the order of the codes."""
    return [
        replace(
            count_share(code, pack, list(messages_of(pack, library, messages)), translations),
            approved=approved.get((code, pack.audience), 0),
        )
        for code, translations in sorted(catalogs.items())
        for pack in library.packs.values()
    ]


def messages_of(pack: Pack, library: Library, messages: Iterable[Message]) -> Iterable[Message]:
    """What a pack may print: its blocks for every country, its card, and the words of templates and facts."""
    own = {
        block.stem
        for block in (*library.blocks.values(), *library.panels.values())
        if block.audience in ("", pack.audience) and is_used(block, pack)
    }
    others = {block.stem for block in (*library.blocks.values(), *library.panels.values())} - own
    # A template may be named like a block (card): only messages of a block belong to its packs.
    return (message for message in messages if message.context not in others or not message.place.path.endswith(".md"))


def count_share(code: str, pack: Pack, messages: Sequence[Message], translations: Translations) -> Share:
    translated = fuzzy = missing = 0
    for message in messages:
        entry = translations.get((message.context, message.text))
        if entry and entry.text and entry.fuzzy:
            fuzzy += 1
        elif (entry and entry.text) or (entry and is_source_language(code)):
            translated += 1
        else:
            missing += 1
    return Share(code, english_name(code), own_name(code), pack.audience, len(messages), translated, fuzzy, missing)


def as_rows(shares: Iterable[Share]) -> list[dict[str, Any]]:
    """For `--json` and the HTML form."""
    return [asdict(share) | {"percent": share.percent} for share in shares]
