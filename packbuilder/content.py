"""`packs.toml`, `blocks/`, `card/`, `facts.toml`, `evidence.toml` -> Library.

Audience and region live in a block's file name, so a block is chosen whole before it is parsed: conditions inside a text
are what breaks in every tool that has them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from packbuilder.drawing import read_pictures
from packbuilder.model import (
    AUDIENCES,
    Block,
    Decision,
    Evidence,
    Fact,
    Library,
    Pack,
    PackEntry,
    Place,
    Problem,
    Project,
    Source,
)
from packbuilder.telephone import is_region
from packbuilder.textfile import TomlFile, read_text, read_toml, shown_path, suggest

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# A block is one topic: the longest has 3,200 characters. A list in a list in a care card is the deepest that can still be read; far
# more of either would keep the Markdown parser busy for hours.
MOST_CHARACTERS, DEEPEST = 20_000, 4
LEVEL = re.compile(r"(?:[-+*]|\d+[.)]) +|> ?")
DEPTH = re.compile(rf" *(?:{LEVEL.pattern})*")
EVIDENCE_ID = re.compile(r"[A-Z](?:\d{2}|-[A-Z]+)")
# In ASCII: a digit or a letter of another script may look the same, and cannot be dialled or typed.
TOKENS = {"phone": re.compile(r"[+(]?[0-9][0-9A-Z ().+-]*"), "web": re.compile(r"[A-Za-z0-9][A-Za-z0-9./:?=&#%~@_-]*")}
FACT_KEYS = {"value", "text", "by_region", "unit", "kind", "evidence", "regions", "note", "derived"}
EVIDENCE_KINDS = ("fact", "gap", "anchor", "own")
DECISION_KEYS = {"topic", "handled", "decision", "site_keys", "says", "elsewhere", "addresses"}
HANDLED = ("site", "indication", "country", "patient", "printed", "strictest", "not-printed")
HELD = re.compile(r"\{([a-z][a-z0-9_]*)\}")
LISTS = frozenset({"required", "screen", "evidence", "regions", "sources", "audiences", "addresses", "site_keys"})
EVIDENCE_KEYS = {
    "kind", "statement", "sources", "source_notes", "audiences", "audience_note", "regions", "not_printed", "addresses", "note",
}  # fmt: skip


def read_library(project: Project) -> tuple[Library, tuple[Problem, ...]]:
    """All of `handouts/` but the sites. What can't be read is missing from the library and named in the problems."""
    handouts, root = project.handouts, project.root
    problems: list[Problem] = []

    def toml(name: str) -> TomlFile:
        file, broken = read_toml(handouts / name, root)
        problems.extend(broken)
        return file

    packs = read_packs(toml("packs.toml"), problems)
    facts, literals = read_facts(toml("facts.toml"), problems)
    evidence_file = toml("evidence.toml")
    sources = read_sources(evidence_file, problems)
    evidence = read_evidence(evidence_file, sources, problems)
    decisions = read_decisions(toml("decisions.toml"), sources, problems) if (handouts / "decisions.toml").exists() else {}
    evidence |= {row.id: as_evidence(row) for row in decisions.values()}
    pictures, wrong = read_pictures(project)
    problems += wrong
    library = Library(
        packs=packs,
        blocks=read_blocks(handouts / "blocks", root, problems),
        panels=read_blocks(handouts / "card", root, problems),
        facts=facts,
        literals=literals,
        evidence=evidence,
        sources=sources,
        decisions=decisions,
        pictures=pictures,
    )
    return library, tuple(problems)


def read_blocks(folder: Path, root: Path, problems: list[Problem]) -> dict[str, Block]:
    """Every Markdown file of a folder by its stem."""
    blocks: dict[str, Block] = {}
    for path in sorted(folder.glob("*.md")):
        place = Place(shown_path(path, root))
        if path.is_symlink():
            problems.append(Problem("SYMBOLIC_LINK", place, "is a link to another file", "put the file itself here"))
            continue
        name, *suffixes = path.name.removesuffix(".md").split(".")
        audience = suffixes.pop(0) if suffixes and suffixes[0] in AUDIENCES else ""
        region = suffixes.pop(0).upper() if suffixes and re.fullmatch(r"[a-z]{2}", suffixes[0]) else ""
        if suffixes or not NAME.fullmatch(name) or (region and not is_region(region)):
            problems.append(
                Problem(
                    "BLOCK_NAME",
                    place,
                    f"the name {path.name!r} is not understood",
                    f"write <block>[.{'|'.join(AUDIENCES)}][.<country>].md, all in lower case",
                )
            )
            continue
        text, broken = read_text(path, root)
        broken = broken or tuple(check_size(text, place.path))
        problems.extend(broken)
        if not broken:
            stem = path.name.removesuffix(".md")
            blocks[stem] = Block(stem, name, audience, region, text, place)
    return blocks


def check_size(text: str, path: str) -> Iterator[Problem]:
    """What must not reach the parser: a block that is no longer one topic, lists and quotes within each other without end."""
    if len(text) > MOST_CHARACTERS:
        message = f"has {len(text)} characters, at most {MOST_CHARACTERS}"
        yield Problem("LONG_BLOCK", Place(path, 1), message, "a block is one topic: make two of it")
    for number, line in enumerate(text.split("\n"), start=1):
        marks = DEPTH.match(line.expandtabs(4))
        start = marks.group() if marks else ""
        depth = (len(start) - len(start.lstrip())) // 4 + len(LEVEL.findall(start))
        if depth > DEEPEST:
            yield Problem("NESTED", Place(path, number), f"goes down {depth} levels, at most {DEEPEST}", "write a plain list")
            return


def choose_block(blocks: Mapping[str, Block], name: str, audience: str, region: str) -> Block | None:
    """The most specific file that fits: audience and region, then audience, then region, then plain."""
    country = region.lower()
    for stem in (f"{name}.{audience}.{country}", f"{name}.{audience}", f"{name}.{country}", name):
        if stem in blocks:
            return blocks[stem]
    return None


def check_keys(file: TomlFile, table: str, values: Mapping[str, Any], known: Iterable[str], problems: list[Problem]) -> None:
    for key in values:
        if key not in known:
            problems.append(Problem("UNKNOWN_KEY", file.place(f"{table}.{key}"), f"{key}: is not known", suggest(key, list(known))))
        elif key in LISTS and not is_list(values[key]):
            problems.append(Problem("NO_LIST", file.place(f"{table}.{key}"), f"{key}: is not a list of texts", f'write {key} = ["…", "…"]'))


def is_list(value: Any) -> bool:
    """Whether a value is a list of texts. One that is not would count as empty, and what it asks for would be lost."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def texts(value: Any) -> tuple[str, ...]:
    return tuple(value) if is_list(value) else ()


def read_packs(file: TomlFile, problems: list[Problem]) -> dict[str, Pack]:
    packs: dict[str, Pack] = {}
    for name, table in file.values.items():
        place = file.place(name)
        audience = next((known for known in AUDIENCES if known == name), None)
        if audience is None or not isinstance(table, dict):
            problems.append(Problem("UNKNOWN_AUDIENCE", place, f"{name}: is not an audience", suggest(name, list(AUDIENCES))))
            continue
        check_keys(file, name, table, ("title", "card", "blocks", "required", "screen"), problems)
        entries = []
        blocks = table.get("blocks", [])
        for item in blocks if isinstance(blocks, list) else ():
            if isinstance(item, str):
                entries.append(PackEntry(item, place=file.place_of(f'"{item}"', f"{name}.blocks")))
            elif isinstance(item, dict) and isinstance(item.get("block"), str) and set(item) <= {"block", "needs", "unless"}:
                place_of_entry = file.place_of(f'"{item["block"]}"', f"{name}.blocks")
                entries.append(PackEntry(item["block"], str(item.get("needs", "")), str(item.get("unless", "")), place_of_entry))
            else:
                problems.append(
                    Problem(
                        "PACK_ENTRY",
                        file.place(f"{name}.blocks"),
                        f"{item!r} is not a block",
                        'write "name" or { block = "name", needs = "home.bathing" }',
                    )
                )
        names = [entry.block for entry in entries]
        problems += [
            Problem("PACK_ENTRY", entry.place, f"{name}: the block {entry.block!r} stands there twice", "take one of the two out")
            for number, entry in enumerate(entries)
            if entry.block in names[:number]
        ]
        if not isinstance(table.get("card", False), bool):
            problems.append(Problem("PACK_CARD", file.place(f"{name}.card"), f"{name}: card is not a yes or a no", "write card = true"))
        if not entries or not isinstance(table.get("title"), str):
            problems.append(Problem("PACK_EMPTY", place, f"{name}: needs a title and blocks", 'write title = "…" and blocks = ["…"]'))
            continue
        required, screen = texts(table.get("required", [])), texts(table.get("screen", []))
        packs[name] = Pack(audience, table["title"], tuple(entries), required, bool(table.get("card")), place, screen)
    return packs


def read_facts(file: TomlFile, problems: list[Problem]) -> tuple[dict[str, Fact], tuple[str, ...]]:
    facts: dict[str, Fact] = {}
    literals: tuple[str, ...] = ()
    for name, table in file.values.items():
        place = file.place(name)
        if name == "literals":
            literals = texts(table)
            # One without a letter would let that number be typed anywhere.
            if not is_list(table) or not all(any(char.isalpha() for char in literal) for literal in literals):
                hint = 'write literals = ["CD19", "24-hour"]'
                problems.append(Problem("LITERAL", place, "literals: must be a list of texts with letters in them", hint))
            continue
        if not isinstance(table, dict) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            problems.append(
                Problem("FACT_NAME", place, f"{name}: is not a fact", "write a line [name] in small letters and its values below")
            )
            continue
        check_keys(file, name, table, FACT_KEYS, problems)
        value, text = table.get("value"), table.get("text")
        by_region = table.get("by_region", {})
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
        is_token = isinstance(value, str) and table.get("kind") in TOKENS and TOKENS[table["kind"]].fullmatch(value) is not None
        is_told = isinstance(by_region, dict) and all(is_region(key) and isinstance(words, str) for key, words in by_region.items())
        if (is_number or is_token) == isinstance(text, str) or not is_told:
            problems.append(
                Problem(
                    "FACT_VALUE",
                    place,
                    f"{name}: has no usable value",
                    'write value = 28, or value = "111" with kind = "phone", or text = "…"',
                )
            )
            continue
        facts[name] = Fact(
            name=name,
            kind="number" if is_number else "phrase" if text is not None else "web" if table["kind"] == "web" else "phone",
            place=place,
            number=Decimal(value) if is_number and value is not None else Decimal(0),
            text=text if isinstance(text, str) else value if isinstance(value, str) else "",
            by_region=by_region,
            unit=str(table.get("unit", "")),
            evidence=texts(table.get("evidence", [])),
            regions=texts(table.get("regions", [])),
            note=str(table.get("note", "")),
            derived=str(table.get("derived", "")),
        )
    phrases = {name for name, fact in facts.items() if fact.kind == "phrase"}
    for name in sorted(phrases):
        for inner in sorted(
            phrases & {found for text in (facts[name].text, *facts[name].by_region.values()) for found in HELD.findall(text)}
        ):
            hint = "write its words out"
            problems.append(Problem("FACT_PHRASE", facts[name].place, f"{name}: holds {{{inner}}}, which is a phrase itself", hint))
    return facts, literals


def read_sources(file: TomlFile, problems: list[Problem]) -> dict[str, Source]:
    sources = {}
    listed = file.values.get("sources", {})
    if not isinstance(listed, dict):
        problems.append(Problem("SOURCE_VALUE", file.place("sources"), "sources: must be tables", "write [sources.key] and name = …"))
        return {}
    for key, table in listed.items():
        if not isinstance(table, dict) or "name" not in table:
            problems.append(Problem("SOURCE_VALUE", file.place(f"sources.{key}"), f"{key}: needs a name", 'write name = "…"'))
        else:
            sources[key] = Source(key, str(table["name"]), str(table.get("country", "")), str(table.get("date", "")))
    return sources


def read_evidence(file: TomlFile, sources: Mapping[str, Source], problems: list[Problem]) -> dict[str, Evidence]:
    rows: dict[str, Evidence] = {}
    listed = file.values.get("facts", {})
    if not isinstance(listed, dict):
        problems.append(Problem("EVIDENCE_VALUE", file.place("facts"), "facts: must be tables", "write [facts.I04] and statement = …"))
        return {}
    for id_, table in listed.items():
        key = f"facts.{id_}"
        say: Callable[[str, str, str], None] = lambda code, message, hint: problems.append(  # noqa: E731
            Problem(code, file.place(key), f"{id_}: {message}", hint)  # noqa: B023
        )
        if not EVIDENCE_ID.fullmatch(id_) or not isinstance(table, dict) or not isinstance(table.get("statement"), str):
            say("EVIDENCE_VALUE", "is not an evidence row", 'ids look like I04 or X01; each row needs statement = "…"')
            continue
        check_keys(file, key, table, EVIDENCE_KEYS, problems)
        row = Evidence(
            id=id_,
            statement=table["statement"],
            place=file.place(key),
            kind=str(table.get("kind", "fact")),
            sources=texts(table.get("sources", [])),
            audiences=texts(table.get("audiences", [])),
            regions=texts(table.get("regions", [])),
            not_printed=str(table.get("not_printed", "")),
            notes=tuple(str(table[name]) for name in ("source_notes", "audience_note", "note") if name in table),
            addresses=texts(table.get("addresses", [])),
        )
        for source in set(row.sources) - set(sources):
            say("UNKNOWN_SOURCE", f"the source {source!r} is not known", suggest(source, list(sources)))
        for audience in set(row.audiences) - set(AUDIENCES):
            say("UNKNOWN_AUDIENCE", f"the audience {audience!r} is not known", suggest(audience, list(AUDIENCES)))
        if row.kind not in EVIDENCE_KINDS:
            say("EVIDENCE_VALUE", f"the kind {row.kind!r} is not known", suggest(row.kind, list(EVIDENCE_KINDS)))
        if row.kind == "fact" and bool(row.audiences) == bool(row.not_printed):
            say("EVIDENCE_VALUE", "needs either audiences or not_printed", "say who must read it, or why nobody may")
        if row.kind == "fact" and not row.sources:
            say("EVIDENCE_VALUE", "has no source", "name at least one")
        rows[id_] = row
    return rows


def read_decisions(file: TomlFile, sources: Mapping[str, Source], problems: list[Problem]) -> dict[str, Decision]:
    """Where the sources disagree, and what is printed."""
    rows: dict[str, Decision] = {}
    for id_, table in file.values.items():
        place = file.place(id_)
        if not EVIDENCE_ID.fullmatch(id_) or not isinstance(table, dict) or not all(table.get(key) for key in ("topic", "decision")):
            problems.append(
                Problem("DECISION_VALUE", place, f"{id_}: is not a decision", 'write [X01] with topic = "…", handled = "…", decision = "…"')
            )
            continue
        check_keys(file, id_, table, DECISION_KEYS, problems)
        told = table.get("says", {})
        says = {key: str(words) for key, words in told.items()} if isinstance(told, dict) else {}
        if not isinstance(told, dict):
            problems.append(Problem("DECISION_VALUE", place, f"{id_}: says: is not a table", 'write says.leaflet = "…"'))
        # Without any source evidence.toml could not be read; that is said once, and not again for each decision.
        for source in says.keys() - sources.keys() if sources else ():
            problems.append(Problem("UNKNOWN_SOURCE", place, f"{id_}: the source {source!r} is not known", suggest(source, list(sources))))
        if table.get("handled") not in HANDLED:
            problems.append(
                Problem(
                    "DECISION_VALUE",
                    place,
                    f"{id_}: handled = {table.get('handled')!r} is not known",
                    suggest(str(table.get("handled")), list(HANDLED)),
                )
            )
        rows[id_] = Decision(
            id=id_,
            topic=str(table["topic"]),
            handled=str(table.get("handled", "")),
            decision=str(table["decision"]),
            place=place,
            says=says,
            elsewhere=str(table.get("elsewhere", "")),
            addresses=texts(table.get("addresses", [])),
            site_keys=texts(table.get("site_keys", [])),
        )
    return rows


def as_evidence(row: Decision) -> Evidence:
    """A decision as a row that a block may cite."""
    return Evidence(row.id, f"{row.topic}: {row.decision}", row.place, "conflict", tuple(row.says), addresses=row.addresses)
