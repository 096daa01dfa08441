"""Every rule about the content as a small function: blocks, packs, facts, evidence. How hard a text is to read stands in `readings`.

Why a rule for each: a code that can be looked up, a place, and a sentence that says what to do. Rules never stop at the
first mistake, and they look at the source text, before anything is printed.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from xml.etree.ElementTree import fromstring

from packbuilder.assemble import choose_blocks, choose_panels
from packbuilder.evidence import is_unsupported
from packbuilder.forms import PANELS
from packbuilder.markup import CARE_CARDS, EVIDENCE_MARK, MARKS, PICTURE, PLACEHOLDER, SILENT, fold, render_block
from packbuilder.model import AUDIENCES, Block, Fact, Library, Pack, Passage, Place, Problem, Site
from packbuilder.phrase import FEVER_PHRASES, site_placeholders
from packbuilder.readings import PLAIN_READERS, check_grade, check_pack_grade, one_of_each_region
from packbuilder.site import KEYS
from packbuilder.textfile import suggest

LIST_NUMBER = re.compile(r"^(\s*)([0-9]{1,2})\.\s")
CARD_MARK = re.compile(r"^\s*!!!\s*\w+")
LONGEST_LIST = 7


def check_library(library: Library, sites: Sequence[Site], complete: bool = True) -> list[Problem]:
    """All rules over all blocks, panels, packs and evidence.

    `complete` says that every file could be read: only then does a fact without a citation mean that somebody forgot it.
    """
    problems: list[Problem] = []
    parsed: dict[str, tuple[str, tuple[Passage, ...]]] = {}
    for block in (*library.blocks.values(), *library.panels.values()):
        raw = list(check_source(block, library))
        problems.extend(raw)
        html, passages = render_block(block, SILENT)
        parsed[block.stem] = html, passages
        problems.extend(check_passages(block, passages, library))
        problems.extend(check_structure(block, html, passages))
        # These rows and cards have been named; what is lost with them need not be named twice.
        if not {"TABLE_ROW", "CARE_CARD"} & {problem.code for problem in raw}:
            problems.extend(check_lost(block, passages))
        if block.audience in PLAIN_READERS or not block.audience:
            problems.extend(check_grade(block, passages))
    problems.extend(check_packs(library))
    problems.extend(check_facts(library))
    names = {block.name for block in library.blocks.values()}
    for site in one_of_each_region(sites):
        for pack in library.packs.values():
            chosen, missing = choose_blocks(library, pack, site)
            problems.extend(missing)
            used = [*chosen, *choose_panels(library, pack, site).values()]
            passages = tuple(passage for block in used for passage in parsed[block.stem][1])
            if complete and all(entry.block in names for entry in pack.entries):
                problems.extend(check_coverage(pack, site, passages, library))
            problems.extend(check_pack_grade(pack, site, chosen, parsed))
    return list(dict.fromkeys(problems))


def check_source(block: Block, library: Library) -> Iterator[Problem]:
    """Line by line: what must not stand in the text at all."""
    table_width, before = 0, ""
    counted = Counter[str]()
    for number, line in enumerate(block.text.split("\n"), start=1):
        place = Place(block.place.path, number)
        if match := re.search(r"<[A-Za-z/!?]|&#?\w+;", line):
            yield Problem("RAW_HTML", place, f"{match.group()!r} starts HTML", "write Markdown only; type the character itself")
        bare = PICTURE.sub("", EVIDENCE_MARK.sub("", line))
        if match := re.search(r"\]\s*[(\[]|^\s*\[[^\]]*\]:", bare):
            yield Problem("LINK", place, "links cannot be followed on paper", "name the place, or use a fact of kind web")
        # A space, or what stands on both sides could become one of the words in which a number is allowed.
        rest = PLACEHOLDER.sub(" ", line)
        if match := re.search(r"[{}]", rest):
            yield Problem("BRACE", place, f"{match.group()!r} does not belong to a placeholder", "write {name}, in small letters")
        for literal in library.literals:
            rest = rest.replace(literal, " ")
        rest = PICTURE.sub(r"\1", EVIDENCE_MARK.sub("", rest))
        if (item := LIST_NUMBER.match(line)) and (not before.strip() or LIST_NUMBER.match(before)):
            rest = LIST_NUMBER.sub("", rest)
            # Any other number would be one that is typed, such as a temperature; Markdown counts on from the first alone.
            indent, here = item.group(1), int(item.group(2))
            if here not in (1, counted[indent] + 1):
                hint = f"write 1. or {counted[indent] + 1}." if counted[indent] else "start with 1."
                yield Problem("LIST_NUMBER", place, f"the list does not count on: {here}. stands here", hint)
            counted[indent] = here
        if numeral := next((char for char in rest if char.isnumeric()), None):
            number_typed = re.search(r"\d+", rest)
            shown = number_typed.group() if number_typed else numeral
            yield Problem("TYPED_NUMBER", place, f"the number {shown!r} is typed", "make it a fact in facts.toml and write {its_name}")
        if "`" in line:
            yield Problem("CODE", place, "` sets type for programs", "use quotation marks")
        if re.search(r"(?<![*\w])\*(?![*\s])[^*]+\*(?!\*)|(?<![\w_])_[^_\s][^_]*_(?![\w_])", line):
            yield Problem("ITALIC", place, "italics are hard to read", "use **bold** or plain text")
        if match := re.search(r"\b[A-Z]{3,}(?:\s+[A-Z]{3,})+\b", rest):
            yield Problem(
                "CAPITALS", place, f"{match.group()!r} is set in capitals", "write it in small letters, in bold if it must stand out"
            )
        if line.lstrip().startswith("|"):
            width = len(re.findall(r"(?<!\\)\|", line.strip())) - 1
            if table_width and width != table_width:
                yield Problem(
                    "TABLE_ROW", place, f"this row has {width} cells, the table {table_width}", "give each row the same number of cells"
                )
            table_width = table_width or width
        else:
            table_width = 0
        if match := re.match(r"\s*!!!\s*(\S*)(.*)", line):
            if match.group(1) not in CARE_CARDS:
                yield Problem("CARE_CARD", place, f"{match.group(1)!r} is not a care card", suggest(match.group(1), list(CARE_CARDS)))
            elif not re.fullmatch(r'\s*".+"\s*', match.group(2)):
                yield Problem("CARE_CARD", place, "a care card needs its title", f'write !!! {match.group(1)} "Title"')
        before = line


def check_passages(block: Block, passages: Sequence[Passage], library: Library) -> Iterator[Problem]:
    """Placeholders, pictures and evidence of each message."""
    for passage in filter(is_unsupported, passages):
        yield Problem(
            "UNSUPPORTED",
            passage.message.place,
            f"nothing stands behind {passage.message.text[:50]!r}",
            "end it with the evidence, such as [^I04]; a label or a courtesy cites O-FORM, O-SELF, O-SITE, O-LEAD or O-CARE",
        )
    readers = [name for name in AUDIENCES if block.audience == name or (not block.audience and is_used(block, library.packs.get(name)))]
    for passage in passages:
        place, text = passage.message.place, passage.message.text
        for name in PLACEHOLDER.findall(text):
            fact = library.facts.get(name)
            known = {*library.facts, *MARKS, *(name for who in readers for name in site_placeholders(who))}
            if name not in known:
                yield Problem("UNKNOWN_FACT", place, f"{{{name}}} is not known", suggest(name, sorted(known)))
            elif fact and fact.regions and block.region not in fact.regions:
                countries = " or ".join(f".{region.lower()}" for region in fact.regions)
                yield Problem(
                    "FACT_REGION",
                    place,
                    f"{{{name}}} is only for {', '.join(fact.regions)}",
                    f"use it in a block whose name ends in {countries}",
                )
        for alt, picture in PICTURE.findall(text):
            if picture not in library.pictures:
                yield Problem("UNKNOWN_PICTURE", place, f"there is no picture {picture!r}", suggest(picture, sorted(library.pictures)))
            elif not alt and not picture.startswith("icon-"):
                yield Problem(
                    "ALT_TEXT", place, f"the picture {picture!r} needs a sentence that says the same", "write ![the sentence](name)"
                )
            elif alt and (passage.tag != "p" or not PICTURE.fullmatch(text)):
                yield Problem(
                    "ALT_TEXT",
                    place,
                    f"the sentence of the picture {picture!r} would not be printed here",
                    "give the picture a paragraph of its own; an icon within a line is written ![](name)",
                )
        for id_ in passage.evidence:
            row = library.evidence.get(id_)
            if row is None:
                yield Problem("UNKNOWN_EVIDENCE", place, f"{id_} is not in evidence.toml", suggest(id_, sorted(library.evidence)))
            elif row.not_printed:
                yield Problem("NOT_PRINTED", place, f"{id_} must not be printed: {row.not_printed}", "take the sentence out")
            elif row.regions and block.region not in row.regions:
                yield Problem(
                    "EVIDENCE_REGION", place, f"{id_} holds only in {', '.join(row.regions)}", "move it to a block for that country"
                )


def is_used(block: Block, pack: Pack | None) -> bool:
    return pack is not None and (
        block.name in pack.screen or any(entry.block == block.name for entry in pack.entries) or (pack.has_card and block.name in PANELS)
    )


def check_structure(block: Block, html: str, passages: Sequence[Passage]) -> Iterator[Problem]:
    """Heading levels and the length of lists."""
    levels = [(int(passage.tag[1]), passage.message.place) for passage in passages if re.fullmatch(r"h\d", passage.tag)]
    first = 1 if block.name == "call-now" else 3 if block.name in PANELS else 2
    if not levels or levels[0][0] != first:
        place = levels[0][1] if levels else Place(block.place.path, 1)
        yield Problem("HEADING", place, f"the first heading must have level {first}", f"start with {'#' * first} and the heading")
    for (before, _), (level, place) in pairwise(levels):
        if level > before + 1 or level < first:
            yield Problem("HEADING", place, f"a heading of level {level} follows one of level {before}", "go down one level at a time")
    for items in fromstring(f"<block>{html}</block>").iter("ul"):
        if len(items) > LONGEST_LIST:
            first_words = fold("".join(items[0].itertext()))[:40]
            yield Problem(
                "LONG_LIST",
                block.place,
                f"the list that starts with {first_words!r} has {len(items)} items",
                f"at most {LONGEST_LIST}: split it",
            )


def check_lost(block: Block, passages: Sequence[Passage]) -> Iterator[Problem]:
    """Words that Markdown drops without telling, such as a cell too many in a row: what is in no message is on no page."""
    kept = "".join(char for passage in passages for char in passage.message.text if char.isalpha())
    for number, line in enumerate(block.text.split("\n"), start=1):
        words = "".join(char for char in EVIDENCE_MARK.sub("", CARD_MARK.sub("", line)) if char.isalpha())
        if not kept.startswith(words):
            hint = "put a blank line before and after each table, list and care card"
            yield Problem("LOST_TEXT", Place(block.place.path, number), f"not all of this line would be printed: {fold(line)[:50]}", hint)
            return
        kept = kept[len(words) :]


def check_packs(library: Library) -> Iterator[Problem]:
    """Names in packs.toml that lead nowhere, and blocks that nobody prints."""
    names = {block.name for block in library.blocks.values()}
    for pack in library.packs.values():
        for entry in pack.entries:
            if entry.block not in names:
                yield Problem(
                    "UNKNOWN_BLOCK",
                    entry.place if entry.place.line else pack.place,
                    f"{pack.audience}: there is no block {entry.block!r}",
                    suggest(entry.block, sorted(names)),
                )
            for value in filter(None, (entry.needs, entry.unless)):
                section, _, key = value.partition(".")
                if key not in KEYS.get(section, {}):
                    yield Problem(
                        "UNKNOWN_NEED",
                        entry.place,
                        f"{entry.block}: no site file can give {value!r}",
                        suggest(value, [f"home.{key}" for key in KEYS["home"]]),
                    )
        for name in pack.screen:
            if name not in names:
                yield Problem("UNKNOWN_BLOCK", pack.place, f"{pack.audience}: there is no block {name!r}", suggest(name, sorted(names)))
        for name in pack.required:
            if name not in {entry.block for entry in pack.entries}:
                yield Problem(
                    "UNKNOWN_BLOCK",
                    pack.place,
                    f"{pack.audience}: {name!r} is required and not among the blocks",
                    "add it to blocks, or take it out of required",
                )
    for block in library.blocks.values():
        if not any(is_used(block, pack) for pack in library.packs.values() if block.audience in ("", pack.audience)):
            yield Problem("UNUSED_BLOCK", block.place, "no pack prints this block", "add it to packs.toml, or delete it")


def check_facts(library: Library) -> Iterator[Problem]:
    """Evidence of each fact, and the phrases of the fever rule that no site can print without."""
    for name in FEVER_PHRASES:
        if name not in library.facts or library.facts[name].kind != "phrase":
            yield Problem("MISSING_PHRASE", Place("handouts/facts.toml", 1), f"{name}: is missing", f'write [{name}] and text = "…"')
    known = {*library.facts, *(name for audience in AUDIENCES for name in site_placeholders(audience))}
    for fact in library.facts.values():
        for text in (fact.text, *fact.by_region.values()) if fact.kind == "phrase" else ():
            yield from check_phrase(fact, text, known, library.literals)
        unknown = [id_ for id_ in fact.evidence if id_ not in library.evidence]
        for id_ in unknown:
            yield Problem(
                "UNKNOWN_EVIDENCE", fact.place, f"{fact.name}: {id_} is not in evidence.toml", suggest(id_, sorted(library.evidence))
            )
        if not fact.evidence:
            yield Problem("FACT_EVIDENCE", fact.place, f"{fact.name}: has no evidence", 'write evidence = ["I04"]')
        elif fact.kind in ("number", "phone") and not unknown and not fact.derived and not is_said(fact, library):
            shown = fact.text or f"{fact.number:f}"
            message = f"{fact.name}: {shown} does not stand in {' or '.join(fact.evidence)}"
            yield Problem("FACT_NUMBER", fact.place, message, 'correct it, or say how it follows from them: derived = "…"')


def is_said(fact: Fact, library: Library) -> bool:
    """Whether a value stands in what it cites, which a slip of a finger changes only in one of the two places.

    Of a decision counts all that the sources say. A North American number may stand there with its 1 or without (issue 7).
    """
    rows = [library.evidence[id_] for id_ in fact.evidence]
    decisions = [library.decisions[id_] for id_ in fact.evidence if id_ in library.decisions]
    words = " ".join(
        [text for row in rows for text in (row.statement, *row.notes)]
        + [text for decision in decisions for text in (*decision.says.values(), decision.elsewhere)]
    )
    if fact.kind == "phone":
        return bare_number(fact.text) in map(bare_number, re.findall(r"[0-9][0-9A-Z-]*", words))
    return re.search(rf"(?<![\d.,]){re.escape(f'{fact.number:f}')}(?![.,]?\d)", words) is not None


def bare_number(text: str) -> str:
    """`1-800-FDA-1088` and `800-FDA-1088` as one."""
    signs = re.sub(r"[^0-9A-Z]", "", text)
    return signs.removeprefix("1") if len(signs) == 11 else signs


def check_phrase(fact: Fact, text: str, known: Collection[str], literals: Iterable[str]) -> Iterator[Problem]:
    """What a phrase holds: the fever rule just its parts, any other what is known; and no number that is typed."""
    held, wanted = PLACEHOLDER.findall(text), FEVER_PHRASES.get(fact.name)
    if wanted and sorted(held) != sorted(wanted):
        parts = " and ".join(f"{{{name}}}" for name in wanted)
        yield Problem("FEVER_PHRASE", fact.place, f"{fact.name}: must hold {parts}, once, and nothing else", f"write {parts}")
    for name in held if not wanted else ():
        if name not in known:
            yield Problem("UNKNOWN_FACT", fact.place, f"{fact.name}: {{{name}}} is not known", suggest(name, sorted(known)))
    rest = PLACEHOLDER.sub(" ", text)
    if match := re.search(r"[{}]", rest):
        yield Problem(
            "BRACE", fact.place, f"{fact.name}: {match.group()!r} does not belong to a placeholder", "write {name}, in small letters"
        )
    for literal in literals:
        rest = rest.replace(literal, " ")
    if numeral := next((char for char in rest if char.isnumeric()), None):
        yield Problem("TYPED_NUMBER", fact.place, f"{fact.name}: the number {numeral!r} is typed", "make it a fact of its own")


def check_coverage(pack: Pack, site: Site, passages: Iterable[Passage], library: Library) -> Iterator[Problem]:
    """Every printable fact is cited for each audience that it is marked for."""
    cited = {id_ for passage in passages for id_ in passage.evidence}
    for row in library.evidence.values():
        if pack.audience in row.audiences and site.region in (row.regions or (site.region,)) and row.id not in cited:
            yield Problem(
                "NOT_CITED",
                row.place,
                f"{row.id}: no block of the {pack.audience} pack in {site.region} cites it",
                f"write it and cite it, or give not_printed a reason: {row.statement[:50]}",
            )
