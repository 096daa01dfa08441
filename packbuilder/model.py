"""The values that travel down the pipeline.

Why: every step is a pure function from these to these, so that a build can be read, tested and cached step by step.
Everything is frozen; mappings are handed over as plain `Mapping`s and never changed after they are made.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

Audience = Literal["adult", "parent", "nurse"]
Format = Literal[
    "standard", "large-print", "booklet", "call-now", "staff", "single-cards", "fridge-card", "large-card", "phone-card", "proof", "review"
]
Role = Literal["clinical", "translation"]
Kind = Literal["pack", "card"]
Severity = Literal["error", "warning"]
State = Literal["draft", "release"]

AUDIENCES: tuple[Audience, ...] = ("adult", "parent", "nurse")
FORMATS: tuple[Format, ...] = (
    "standard", "large-print", "booklet", "call-now", "staff", "single-cards", "fridge-card", "large-card", "phone-card",
)  # fmt: skip
# One card each, beside the folded one that comes with the standard pack.
CARDS: tuple[Format, ...] = ("single-cards", "fridge-card", "large-card", "phone-card")
# Working papers for translators and reviewers: made when asked for, never listed in a site file, never given to patients.
WORKING: tuple[Format, ...] = ("proof", "review")
ROLES: tuple[Role, ...] = ("clinical", "translation")
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
    """A named value of facts.toml: a number, a token such as a telephone number, or a phrase with placeholders.

    `derived` says how the value follows from its evidence, where it does not stand there as it is.
    """

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
    derived: str = ""


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
    notes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A conflict between the sources, and what is printed (decisions.toml). Cited like evidence, by the same id.

    `handled` says who settles it; with "site" it is the hospital, in the keys named by `site_keys`.
    """

    id: str
    topic: str
    handled: str
    decision: str
    place: Place
    says: Mapping[str, str] = field(default_factory=dict)
    elsewhere: str = ""
    addresses: tuple[str, ...] = ()
    site_keys: tuple[str, ...] = ()


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
    """A place in the print order. The block is left out without the site value that `needs` names, or with the one of `unless`."""

    block: str
    needs: str = ""
    unless: str = ""
    place: Place = Place("handouts/packs.toml")


@dataclass(frozen=True, slots=True)
class Pack:
    """What one audience gets. The blocks of `screen` stand on the ward's pages for the screen and are never printed."""

    audience: Audience
    title: str
    entries: tuple[PackEntry, ...]
    required: tuple[str, ...]
    has_card: bool
    place: Place
    screen: tuple[str, ...] = ()


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
    decisions: Mapping[str, Decision]
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
    home_pathway: bool
    document_prefix: str
    owner: str
    review_months: int
    place: Place

    def gives(self, name: str) -> bool:
        """Whether the site file has this optional value, named as in packs.toml: `home.bathing`."""
        section, _, key = name.partition(".")
        if name == "home.alarms":
            return bool(self.alarms)
        if name == "home.pathway":
            return self.home_pathway
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
class Plan:
    """One cycle as the ward gives it. Never a name: dates alone say nothing about who they are for (issue 6).

    `start` is the hospital's own clock; it carries an offset only where that clock shows the hour twice. `bags` are hours of the
    bags in turn, again from the first after the last. None: not said, so a line to write on is printed.
    """

    start: datetime.datetime
    cycle: int | None = None
    bags: tuple[int, ...] = ()
    break_days: int | None = None
    hospital_days: int | None = None


@dataclass(frozen=True, slots=True)
class PlanDay:
    """A day of the plan. `is_drip`: the drip still runs when that day ends, so the day on which it stops is not one.

    `bags` are the moments of that day at which a bag is changed; `clock` says which way the clocks change.
    """

    number: int
    date: datetime.date
    is_drip: bool
    in_hospital: bool
    bags: tuple[datetime.datetime, ...] = ()
    clock: Literal["", "forward", "back"] = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plan worked out in the hospital's time zone. All moments are aware; `stop` is 28 times 24 hours after `start`.

    Two moments of one zone compare and subtract as their clocks show them: go to UTC first.
    """

    plan: Plan
    start: datetime.datetime
    stop: datetime.datetime
    days: tuple[PlanDay, ...]
    step: datetime.date | None
    hospital_until: datetime.date | None
    next_start: datetime.date | None


@dataclass(frozen=True, slots=True)
class Edition:
    """What can be built: a pack or a card of one site, audience, locale and format; with a schedule, for one cycle's dates."""

    site: Site
    pack: Pack
    locale: str
    format: Format
    kind: Kind
    schedule: Schedule | None = None

    @property
    def audience(self) -> Audience:
        return self.pack.audience

    @property
    def file_name(self) -> str:
        card = "card-" if self.kind == "card" and self.format == "standard" else ""
        form = "" if self.format == "standard" else f"-{self.format}"
        dates = f"-{self.schedule.plan.start:%Y-%m-%dT%H%M}" if self.schedule else ""
        return f"blinatumomab-{self.audience}-{card}{self.locale}{form}{dates}.pdf"

    @property
    def path(self) -> str:
        """Relative to the output folder, with forward slashes."""
        return f"{self.site.id}/{self.locale}/{self.file_name}"

    @property
    def document_code(self) -> str:
        """What the foot of each page says, for a nurse who can't read the rest."""
        return f"{self.site.document_prefix}-BLIN-{self.audience.upper()}-{self.locale}"


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
class Approval:
    """A signature: who found which text fit to print, from `date` until `review`. It holds only for the text of its digest."""

    site: str
    audience: str
    locale: str
    role: Role
    by: str
    title: str
    date: datetime.date
    review: datetime.date
    digest: str
    place: Place = Place("handouts/approvals.toml")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an edition is a draft: a code for the templates, and a sentence for the manifest and the screen."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """What stands behind a text, for its reviewers: rows of plain words, in the order of the page."""

    cited: tuple[Mapping[str, Any], ...]
    decisions: tuple[Mapping[str, Any], ...]
    facts: tuple[Mapping[str, str], ...]
    policy: tuple[Mapping[str, str], ...]
    not_printed: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Manuscript:
    """An edition with every word decided and nothing laid out.

    `facts` holds every fact by name as printed; `missing` the messages that have no translation; `digest` is of the printed
    text alone, so that layout, paper and format never touch an approval. `approvals` are those that hold for this text.
    """

    edition: Edition
    title: str
    source_title: str
    sections: tuple[Section, ...]
    panels: Mapping[str, Section]
    phrases: Mapping[tuple[str, str], str]
    facts: Mapping[str, PrintedFact]
    missing: tuple[Message, ...]
    digest: str = ""
    state: State = "draft"
    reasons: tuple[Reason, ...] = ()
    approvals: tuple[Approval, ...] = ()
    pairs: tuple[Pair, ...] = ()
    dossier: Dossier | None = None

    @property
    def approved_on(self) -> datetime.date | None:
        """The day from which this text is approved: that of the last signature that it needed."""
        return max((approval.date for approval in self.approvals), default=None) if self.state == "release" else None

    @property
    def review_by(self) -> datetime.date | None:
        """The day on which the first of its signatures ends."""
        return min((approval.review for approval in self.approvals), default=None) if self.state == "release" else None


@dataclass(frozen=True, slots=True)
class Artifact:
    """A finished, checked PDF with its manifest entry, or the problems that keep it from being published.

    `companions` go with it, path by path: a picture of its first page, the picture for a phone, the calendar file.
    """

    edition: Edition
    entry: Mapping[str, Any]
    pdf: bytes
    html: str
    problems: tuple[Problem, ...]
    seconds: float
    rendered: bool = True
    companions: Mapping[str, bytes] = field(default_factory=dict)


class ClusterFailed(Exception):
    """The cluster can't be used. The text is for the user."""


class WorkersFailed(Exception):
    """No process that prints could be started, or all were lost. The text is for the user."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What printing one text may take: seconds, and megabytes of address space for the whole process."""

    seconds: float = 180
    megabytes: int = 4096


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
