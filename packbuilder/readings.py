"""How hard each block and pack is to read, in every language that is printed, and the rules about it.

Why apart from `checks`: what is measured here is told also where nothing is wrong (`check --json`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from packbuilder.assemble import choose_blocks
from packbuilder.catalog import Translations, make_translator
from packbuilder.forms import FOR_STAFF, PANELS
from packbuilder.markup import PICTURE, PLACEHOLDER, SILENT, fold, render_block
from packbuilder.model import Block, Library, Pack, Passage, Place, Problem, Site
from packbuilder.readability import Reading, measure

PROSE = frozenset({"p", "li", "td", "title"})
PLAIN_READERS = frozenset({"adult", "parent"})
PACK_INFLESZ = 65.0
PACK_GRADE, BLOCK_GRADE, FIRST_GRADE = 6.0, 8.0, 5.0
LONGEST_SENTENCE, MEAN_SENTENCE = 25, 14.0
# Blocks whose text is a form or a list of names; their grade says nothing.
UNGRADED = frozenset({"about", "bag-log", "diary", "plan-sheet", "alarm-table"})


def one_of_each_region(sites: Iterable[Site]) -> list[Site]:
    """For rules about the text one site of each country is enough; the one with the most optional values shows most."""
    best: dict[str, Site] = {}
    for site in sites:
        if site.region not in best or len(site.home) > len(best[site.region].home):
            best[site.region] = site
    return list(best.values())


def prose(passages: Iterable[Passage]) -> list[str]:
    """The sentences that are read, without headings; a placeholder counts as one short word."""
    return [
        fold(PLACEHOLDER.sub(" ten ", PICTURE.sub(" ", passage.message.text)).replace("**", ""))
        for passage in passages
        if passage.tag in PROSE and not PICTURE.fullmatch(passage.message.text)
    ]


def check_grade(block: Block, passages: Sequence[Passage]) -> Iterator[Problem]:
    """One block: an easy one may balance a hard one in its pack, and still nobody understands the hard one."""
    if block.name in UNGRADED:
        return
    reading = measure(prose(passages))
    limit = FIRST_GRADE if block.name == "call-now" or block.name in PANELS else BLOCK_GRADE
    if block.stem not in FOR_STAFF and reading.words >= 20 and reading.grade > limit:
        yield Problem("GRADE", block.place, f"reading grade {reading.grade:.1f}, at most {limit:g}", "shorter words and sentences")
    if reading.longest > LONGEST_SENTENCE:
        yield Problem(
            "LONG_SENTENCE",
            block.place,
            f"{reading.longest} words: {reading.longest_text[:60]!r}",
            f"at most {LONGEST_SENTENCE}: make two of it",
        )


def pack_reading(chosen: Iterable[Block], parsed: Mapping[str, tuple[str, tuple[Passage, ...]]]) -> Reading:
    return measure(text for block in chosen for text in prose(parsed[block.stem][1]))


def check_pack_grade(
    pack: Pack, site: Site, chosen: Sequence[Block], parsed: Mapping[str, tuple[str, tuple[Passage, ...]]]
) -> Iterator[Problem]:
    reading = pack_reading(chosen, parsed)
    if pack.audience in PLAIN_READERS and reading.grade > PACK_GRADE:
        yield Problem(
            "GRADE",
            pack.place,
            f"{pack.audience} in {site.region}: reading grade {reading.grade:.1f}, at most {PACK_GRADE:g}",
            "shorter words and sentences",
        )
    if pack.audience in PLAIN_READERS and reading.mean > MEAN_SENTENCE:
        yield Problem(
            "GRADE",
            pack.place,
            f"{pack.audience} in {site.region}: {reading.mean:.1f} words a sentence, at most {MEAN_SENTENCE:g}",
            "shorter sentences",
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """How hard a pack, or one block of it (`block`), is to read in one language. Chinese counts characters as words."""

    locale: str
    audience: str
    region: str
    block: str
    sentences: int
    words: int
    mean_sentence: float
    longest_sentence: int
    grade: float | None = None
    inflesz: float | None = None

    def __str__(self) -> str:
        score = f"Flesch-Kincaid grade {self.grade}, " if self.grade is not None else f"INFLESZ {self.inflesz}, " if self.inflesz else ""
        unit = "characters" if self.locale.startswith("zh") else "words"
        return f"{self.audience} pack, {self.region}, {self.locale}: {score}{self.mean_sentence} {unit} a sentence, {self.words} {unit}"


def measure_all(library: Library, sites: Sequence[Site], catalogs: Mapping[str, Translations]) -> list[Measured]:
    """Every pack and each of its blocks, in every language that a site of the country lists."""
    parsed = {block.stem: render_block(block, SILENT)[1] for block in library.blocks.values()}
    rows = []
    for locale in sorted({locale for site in sites for locale in site.locales}):
        find = make_translator(locale, catalogs)
        for site in one_of_each_region(site for site in sites if locale in site.locales):
            for pack in library.packs.values():
                texts = {block.stem: translate_prose(parsed[block.stem], find) for block in choose_blocks(library, pack, site)[0]}
                rows.append(measure_one(locale, pack, site, "", [text for part in texts.values() for text in part]))
                rows += [measure_one(locale, pack, site, stem, part) for stem, part in texts.items()]
    return rows


def translate_prose(passages: Iterable[Passage], find: Callable[[str, str], str | None]) -> list[str]:
    """The sentences of a block in another language, as far as they are translated."""
    said = ((passage, find(passage.message.context, passage.message.text)) for passage in passages)
    return prose(replace(passage, message=replace(passage.message, text=text)) for passage, text in said if text)


def measure_one(locale: str, pack: Pack, site: Site, block: str, texts: Iterable[str]) -> Measured:
    language = locale.partition("-")[0]
    reading = measure(texts, language)
    return Measured(
        locale=locale,
        audience=pack.audience,
        region=site.region,
        block=block,
        sentences=reading.sentences,
        words=reading.words,
        mean_sentence=round(reading.mean, 1),
        longest_sentence=reading.longest,
        grade=round(reading.grade, 1) if language == "en" else None,
        inflesz=round(reading.inflesz, 1) if language == "es" else None,
    )


def check_translated_readings(rows: Iterable[Measured]) -> Iterator[Problem]:
    """A Spanish pack for patients must be as easy to read as a translation can be (writing.md). English is held block by block above."""
    for row in rows:
        if not row.block and row.audience in PLAIN_READERS and row.inflesz is not None and row.inflesz < PACK_INFLESZ:
            yield Problem(
                "INFLESZ",
                Place(f"locales/{row.locale}.po"),
                f"{row.audience} in {row.region}: INFLESZ {row.inflesz:g}, at least {PACK_INFLESZ:g}",
                "shorter words and sentences: check --json shows each block",
            )
