"""The values that travel down the pipeline.

Why: every step is a pure function from these to these, so that a build can be read, tested and cached step by step.
Everything is frozen; mappings are handed over as plain `Mapping`s and never changed after they are made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

Audience = Literal["adult", "parent", "nurse"]
Format = Literal["standard", "large-print", "proof"]
Kind = Literal["pack", "card"]
Severity = Literal["error", "warning"]
State = Literal["draft", "release"]

AUDIENCES: tuple[Audience, ...] = ("adult", "parent", "nurse")
FORMATS: tuple[Format, ...] = ("standard", "large-print")
# Working papers, side by side in two languages: made when asked for, never listed in a site file.
BILINGUAL: tuple[Format, ...] = ("proof",)
SOURCE_LOCALE = "en-GB"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a path as the user would type it, and a line counted from 1 (0: the file as a whole)."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person must know. User mistakes are values, never exceptions, so that all are shown at once.

    A site file's problems carry their `key`, which the message then starts with: a nurse lead looks for the key, not for a code.
    """

    code: str
    place: Place
    message: str
    hint: str = ""
    severity: Severity = "error"
    key: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        code = "" if self.key else f"{self.code} "
        return f"{self.place}: {code}{self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Fact:
    """A named value of facts.toml: a number, a token such as a telephone number, or a phrase with placeholders."""

    name: str
    kind: Literal["number", "phone", "web", "phrase"]
    place: Place
    number: Decimal = Decimal(0)
    text: str = ""
    by_region: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    evidence: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A document that evidence was taken from."""

    key: str
    name: str
    country: str
    date: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of evidence.toml. `audiences` must each cite it, unless `not_printed` says why nobody may."""

    id: str
    statement: str
    place: Place
    kind: str = "fact"
    sources: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    not_printed: str = ""
    decision: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One Markdown file. `stem` (`fever.parent`) is also its message context."""

    stem: str
    name: str
    audience: str
    region: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class PackEntry:
    """A place in the print order; `needs` names the site value without which the block is left out."""

    block: str
    needs: str = ""
    place: Place = Place("handouts/packs.toml")


@dataclass(frozen=True, slots=True)
class Pack:
    """What one audience gets."""

    audience: Audience
    title: str
    entries: tuple[PackEntry, ...]
    required: tuple[str, ...]
    has_card: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Library:
    """The room `handouts/` without its sites."""

    packs: Mapping[str, Pack]
    blocks: Mapping[str, Block]
    panels: Mapping[str, Block]
    facts: Mapping[str, Fact]
    literals: tuple[str, ...]
    evidence: Mapping[str, Evidence]
    sources: Mapping[str, Source]
    pictures: frozenset[str]


@dataclass(frozen=True, slots=True)
class FeverRule:
    """A hospital's own temperature policy, in degrees Celsius. There is no default (conflict X01)."""

    high_c: Decimal
    rule: Literal["above", "at-or-above"]
    low_c: Decimal | None = None
    sustained_c: Decimal | None = None
    sustained_hours: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach someone. `dial` is the number in E.164 form when `text` is a telephone number, else empty."""

    text: str
    dial: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One row of the pump's alarm table, in the hospital's own words."""

    screen: str
    means: str
    do: str


@dataclass(frozen=True, slots=True)
class Site:
    """A hospital's own details and policy, checked."""

    id: str
    name: str
    ward: str
    region: str
    paper: str
    locales: tuple[str, ...]
    staff_locale: str
    formats: tuple[Format, ...]
    time_zone: str
    sample: bool
    contacts: Mapping[str, Contact]
    fever: Mapping[str, FeverRule]
    home: Mapping[str, str]
    alarms: tuple[Alarm, ...]
    document_prefix: str
    owner: str
    review_months: int
    place: Place

    def gives(self, name: str) -> bool:
        """Whether the site file has this optional value, named as in packs.toml: `home.bathing`."""
        section, _, key = name.partition(".")
        if name == "home.alarms":
            return bool(self.alarms)
        return key in (self.home if section == "home" else self.contacts)


@dataclass(frozen=True, slots=True)
class Message:
    """A piece of text that a translator sees: the inline Markdown of one block element."""

    context: str
    text: str
    place: Place
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Translation:
    """One entry of a PO file, as read."""

    context: str
    source: str
    text: str
    fuzzy: bool
    place: Place
    comments: str = ""


@dataclass(frozen=True, slots=True)
class PrintedFact:
    """A fact as a reader sees it. Pieces are (text, isolated): isolated ones run left to right on any page."""

    name: str
    pieces: tuple[tuple[str, bool], ...]
    dial: str = ""
    untranslated: bool = False

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Passage:
    """One message at its place in a block, with the evidence that stands behind it."""

    tag: str
    message: Message
    evidence: tuple[str, ...]
    printed: str


@dataclass(frozen=True, slots=True)
class Section:
    """A block as HTML."""

    stem: str
    name: str
    html: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """What can be built: a pack or a card of one site, audience, locale and format."""

    site: Site
    pack: Pack
    locale: str
    format: Format
    kind: Kind

    @property
    def audience(self) -> Audience:
        return self.pack.audience

    @property
    def file_name(self) -> str:
        card = "card-" if self.kind == "card" else ""
        form = "" if self.format == "standard" else f"-{self.format}"
        return f"blinatumomab-{self.audience}-{card}{self.locale}{form}.pdf"

    @property
    def path(self) -> str:
        """Relative to the output folder, with forward slashes."""
        return f"{self.site.id}/{self.locale}/{self.file_name}"


@dataclass(frozen=True, slots=True)
class Pair:
    """A message in both languages, as inline HTML, for the side-by-side layouts. `target` is empty where nothing is translated."""

    context: str
    tag: str
    source: str
    target: str
    placeholders: tuple[str, ...]
    critical: bool
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An edition with every word decided and nothing laid out.

    `facts` holds every fact by name as printed; `missing` the messages that have no translation;
    `digest` is of the resolved text alone, so that layout, paper and format never touch an approval.
    """

    edition: Edition
    title: str
    source_title: str
    sections: tuple[Section, ...]
    panels: Mapping[str, Section]
    phrases: Mapping[tuple[str, str], str]
    facts: Mapping[str, PrintedFact]
    missing: tuple[Message, ...]
    digest: str
    state: State
    reasons: tuple[str, ...]
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Artifact:
    """A finished, checked PDF with its manifest entry, or the problems that keep it from being published."""

    edition: Edition
    entry: Mapping[str, Any]
    pdf: bytes
    html: str
    problems: tuple[Problem, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Project:
    """Where the rooms are."""

    root: Path

    @property
    def handouts(self) -> Path:
        return self.root / "handouts"

    @property
    def templates(self) -> Path:
        return self.root / "templates"

    @property
    def locales(self) -> Path:
        return self.root / "locales"
