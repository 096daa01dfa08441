"""The ward's front page: what was printed, arranged as a nurse looks for it.

She knows who it is for and which language they read, so hospital, language and reader lead to one tile: the pack first, then its
other forms. Pure: from manifest entries, and what stands beside them, to the values that `index.html` and `before-cycle-1.html` set.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from packbuilder.language import direction, english_name, name_in, own_name, without_country
from packbuilder.model import AUDIENCES, WORKING
from packbuilder.phrase import print_date

# What a patient is given most often stands first; the staff's copy last.
ORDER = (
    ("pack", "standard"),
    ("card", "standard"),
    ("pack", "large-print"),
    ("pack", "booklet"),
    ("pack", "call-now"),
    ("card", "single-cards"),
    ("card", "fridge-card"),
    ("card", "large-card"),
    ("card", "phone-card"),
    ("pack", "staff"),
)
ALWAYS_SEEN = 2  # the pack and the folded card; further forms stand behind one button, so that tiles stay short
HEADING = re.compile(r"\s*<h2\b[^>]*>(.*?)</h2>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page says of a PDF beyond its manifest entry.

    `title` is in the PDF's language; dates are ISO or ""; `start` is the moment of a dated plan. `picture` (the first page), `phone`
    and `calendar` are paths relative to the output folder, or "". `words` is all that the phone card says, line by line.
    """

    title: str = ""
    code: str = ""
    approved: str = ""
    review: str = ""
    picture: str = ""
    phone: str = ""
    words: str = ""
    calendar: str = ""
    start: str = ""


@dataclass(frozen=True, slots=True)
class SiteLine:
    """How a hospital is named, and whom a ward rings when a language is not there."""

    name: str
    ward: str = ""
    interpreter: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One PDF. Addresses are percent-encoded; dates are printed in the page's language; `version` is the start of the text's digest.

    `state` is that of the manifest, or "outdated": it says what its hospital no longer says (`older`).
    """

    form: str
    kind: str
    href: str
    title: str
    code: str
    version: str
    paper: str
    pages: int
    state: str
    sample: bool
    approved: str
    review: str
    start: str
    picture: str
    phone: str
    words: tuple[str, ...]
    calendar: str

    @property
    def is_picture(self) -> bool:
        """A card for the screen of a phone: it has no paper."""
        return self.form == "phone-card" and bool(self.phone)

    @property
    def opens(self) -> str:
        """What stands behind "Open"."""
        return self.phone if self.is_picture else self.href


@dataclass(frozen=True, slots=True)
class Tile:
    """All documents of one hospital, language and reader. `key` is unique on the page."""

    key: str
    audience: str
    documents: tuple[Document, ...]

    @property
    def first(self) -> Document:
        return self.documents[0]

    @property
    def near(self) -> tuple[Document, ...]:
        return self.documents[1:ALWAYS_SEEN]

    @property
    def further(self) -> tuple[Document, ...]:
        return self.documents[ALWAYS_SEEN:]

    def differs(self, document: Document) -> bool:
        """Whether a form is of another text or state than the first one, and so must say its own."""
        marks = attrgetter("version", "state", "sample", "review")
        return bool(marks(document) != marks(self.first))


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its own name, in the page's language, and in English, which is how staff may look for it.

    `key` is without the country, unless a hospital prints for readers of two.
    """

    key: str
    own: str
    name: str
    english: str
    dir: str


@dataclass(frozen=True, slots=True)
class Row:
    """The tiles of one language, a reader each."""

    locale: str
    language: Language
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Hospital:
    """A section of the page."""

    id: str
    line: SiteLine
    sample: bool
    rows: tuple[Row, ...]

    @property
    def anchor(self) -> str:
        return anchor(self.id)

    @property
    def listed(self) -> Iterator[tuple[Language, Tile, Document]]:
        """Every document, for the list on paper."""
        return ((row.language, tile, document) for row in self.rows for tile in row.tiles for document in tile.documents)


@dataclass(frozen=True, slots=True)
class FrontPage:
    """All of `index.html`. `audiences`, `languages` and `states` hold what there is to choose from and to explain, once each."""

    hospitals: tuple[Hospital, ...]
    audiences: tuple[str, ...]
    languages: tuple[Language, ...]
    states: frozenset[str]
    tiles: int


@dataclass(frozen=True, slots=True)
class Steps:
    """What a hospital's nurses do before cycle 1, in their language: the heading of the block, and the rest of it."""

    anchor: str
    line: SiteLine
    locale: str
    dir: str
    heading: Markup
    html: Markup


def arrange(
    entries: Sequence[Mapping[str, Any]],
    shown: Mapping[str, Shown],
    sites: Mapping[str, SiteLine],
    locale: str,
    outdated: Collection[str] = (),
) -> FrontPage:
    """The front page for staff who read `locale`.

    Hospitals come in the order of `sites`, then those that only the manifest knows. Working papers of translators and reviewers are
    left out: they are never given to patients (issue 6).
    """
    given = [mark_outdated(entry) if entry["path"] in outdated else entry for entry in entries if entry["format"] not in WORKING]
    order = {id_: number for number, id_ in enumerate([*sites, *sorted({entry["site"] for entry in given} - set(sites))])}
    languages = {code: make_language(key, locale) for code, key in name_keys(given).items()}
    by_place = sorted(
        given,
        key=lambda entry: (
            order[entry["site"]],
            rank(languages[entry["locale"]], locale),
            entry["locale"],
            AUDIENCES.index(entry["audience"]),
            place(entry, shown.get(entry["path"], Shown()).start),
        ),
    )
    hospitals = tuple(
        make_hospital(id_, list(group), languages, shown, sites, locale)
        for id_, group in groupby(by_place, key=lambda entry: str(entry["site"]))
    )
    tiles = [tile for hospital in hospitals for row in hospital.rows for tile in row.tiles]
    return FrontPage(
        hospitals,
        tuple(audience for audience in AUDIENCES if any(tile.audience == audience for tile in tiles)),
        tuple(sorted(set(languages.values()), key=lambda language: rank(language, locale))),
        frozenset(mark for tile in tiles for document in tile.documents for mark in (document.state, "sample" * document.sample) if mark),
        len(tiles),
    )


def mark_outdated(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of a print that nobody should hand out any more, signed or not."""
    return {**entry, "state": "outdated"}


def place(entry: Mapping[str, Any], start: str) -> tuple[str, int, str]:
    """Where a form stands in its tile. Plans with dates come last, the first start first."""
    form = (entry["kind"], entry["format"])
    return start, ORDER.index(form) if form in ORDER else len(ORDER), entry["path"]


def name_keys(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """How each locale is named: as its language alone, where no hospital has two locales of that."""
    seen = {(entry["site"], entry["locale"]) for entry in entries}
    count = Counter((site, without_country(code)) for site, code in seen)
    twice = {language for (_, language), number in count.items() if number > 1}
    return {code: code if without_country(code) in twice else without_country(code) for _, code in seen}


def rank(language: Language, locale: str) -> tuple[bool, str, str]:
    """The page's own language first, the others by their names in it."""
    return language.key not in (locale, without_country(locale)), language.name.casefold(), language.key


def make_language(key: str, reader: str) -> Language:
    return Language(key, own_name(key), name_in(key, without_country(reader)), english_name(key), direction(key))


def make_hospital(
    id_: str,
    entries: Sequence[Mapping[str, Any]],
    languages: Mapping[str, Language],
    shown: Mapping[str, Shown],
    sites: Mapping[str, SiteLine],
    locale: str,
) -> Hospital:
    """A hospital that this build did not read is named as its own papers name it."""
    line = sites.get(id_) or SiteLine(str(entries[0].get("facts", {}).get("hospital", id_)))
    rows = []
    for code, group in groupby(entries, key=lambda entry: str(entry["locale"])):
        tiles = tuple(
            Tile(
                f"{anchor(id_)}-{code}-{audience}",
                audience,
                tuple(make_document(entry, shown.get(entry["path"], Shown()), locale) for entry in members),
            )
            for audience, members in groupby(group, key=lambda entry: str(entry["audience"]))
        )
        rows.append(Row(code, languages[code], tiles))
    return Hospital(id_, line, any(entry["sample"] for entry in entries), tuple(rows))


def make_document(entry: Mapping[str, Any], beside: Shown, locale: str) -> Document:
    """An entry as the page shows it."""
    region = str(entry["region"])
    start = datetime.fromisoformat(beside.start) if beside.start else None
    return Document(
        form=str(entry["format"]),
        kind=str(entry["kind"]),
        href=address(entry["path"]),
        title=beside.title,
        code=beside.code,
        version=str(entry["digest"])[:8],
        paper=str(entry["paper"]),
        pages=int(entry["pages"]),
        state=str(entry["state"]),
        sample=bool(entry["sample"]),
        approved=say_day(beside.approved, locale, region),
        review=say_day(beside.review, locale, region),
        start=f"{print_date(start.date(), locale, region)} {start:%H:%M}" if start else "",
        picture=address(beside.picture),
        phone=address(beside.phone),
        words=tuple(line for line in beside.words.split("\n") if line.strip()),
        calendar=address(beside.calendar),
    )


def say_day(iso: str, locale: str, region: str) -> str:
    return print_date(date.fromisoformat(iso), locale, region) if iso else ""


def address(path: str) -> str:
    """A path below the output folder as a relative address. Also a colon is encoded: `a:b` would name a scheme (RFC 3986, 4.2)."""
    return quote(path)


def anchor(id_: str) -> str:
    """Where a hospital stands on a page: `#site-example-gb`."""
    return f"site-{id_}"


def make_steps(id_: str, line: SiteLine, html: str, locale: str = "") -> Steps:
    """A hospital's steps from the block as HTML in `locale` ("": that of the page).

    Its own heading is the page's, for there is one page for all hospitals.
    """
    heading = HEADING.match(html)
    rest = html[heading.end() :] if heading else html
    return Steps(anchor(id_), line, locale, direction(locale) if locale else "", Markup(heading.group(1) if heading else ""), Markup(rest))
