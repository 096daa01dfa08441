"""What stands behind the text: the dossier of one edition for its reviewers, and the matrix of all facts, blocks and sources.

Pure: rows of plain words that the templates `review.html` and `evidence.html`, and `evidence.json`, set as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from packbuilder.assemble import choose_blocks, choose_panels, used_facts
from packbuilder.markup import SILENT, render_block
from packbuilder.messages import has_words
from packbuilder.model import Block, Dossier, Evidence, Library, Manuscript, Pack, Passage, PrintedFact, Section, Site
from packbuilder.phrase import CONTACTS, FEVER_NAMES, SITE_NAMES, SITE_TEXTS
from packbuilder.site import KEYS

SENTENCES = frozenset({"p", "li", "td"})
NOT_GIVEN = "not given: left out, or a line to write on"


def is_unsupported(passage: Passage) -> bool:
    """A sentence, item or cell without a mark. A picture counts with the paragraph beside it; a heading claims nothing."""
    text = passage.message.text
    return passage.tag in SENTENCES and not passage.evidence and has_words(text) and not text.startswith("!")


def make_dossier(manuscript: Manuscript, library: Library) -> Dossier:
    """Everything that a reviewer of this edition must be able to see: what is cited, decided, set by the hospital, and left out."""
    sections = (*manuscript.sections, *manuscript.panels.values())
    used = used_facts("".join(section.html for section in sections)) | set(manuscript.facts)
    places = cited_in(sections, library, manuscript.facts)
    rows = [library.evidence[id_] for id_ in sorted(places) if id_ in library.evidence]
    return Dossier(
        cited=tuple(show_evidence(row, library, places[row.id]) for row in rows if row.kind not in ("conflict", "own")),
        decisions=tuple(show_decision(id_, library, places.get(id_, ())) for id_ in sorted(library.decisions)),
        facts=tuple(show_facts(library, manuscript.facts, used)),
        policy=tuple(show_policy(manuscript.edition.site)),
        not_printed=tuple(
            {"id": row.id, "statement": row.statement, "reason": row.not_printed} for row in library.evidence.values() if row.not_printed
        ),
    )


def cited_in(sections: Iterable[Section], library: Library, facts: Mapping[str, PrintedFact]) -> dict[str, tuple[str, ...]]:
    """Where each evidence id is cited: stems of blocks, and names of facts that are printed."""
    places: dict[str, dict[str, None]] = {}
    for section in sections:
        for passage in section.passages:
            for id_ in passage.evidence:
                places.setdefault(id_, {})[section.stem] = None
    for name in facts:
        for id_ in library.facts[name].evidence if name in library.facts else ():
            places.setdefault(id_, {})[f"{{{name}}}"] = None
    return {id_: tuple(stems) for id_, stems in places.items()}


def show_evidence(row: Evidence, library: Library, places: Sequence[str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "statement": row.statement,
        "sources": [library.sources[key].name.partition(",")[0] for key in row.sources if key in library.sources],
        "addresses": list(row.addresses),
        "notes": list(row.notes),
        "places": list(places),
    }


def show_decision(id_: str, library: Library, places: Sequence[str]) -> dict[str, Any]:
    row = library.decisions[id_]
    return {
        "id": id_,
        "topic": row.topic,
        "handled": row.handled,
        "decision": row.decision,
        "says": [(library.sources[key].name.partition(",")[0], words) for key, words in row.says.items() if key in library.sources],
        "elsewhere": row.elsewhere,
        "addresses": list(row.addresses),
        "places": list(places),
    }


def show_facts(library: Library, printed: Mapping[str, PrintedFact], used: set[str]) -> Iterable[dict[str, str]]:
    """Each fact that this edition may print, as printed, with its unit and its evidence."""
    for name in sorted(used & set(printed)):
        row = library.facts.get(name)
        kind = "site file" if name in (*CONTACTS, *SITE_NAMES, *SITE_TEXTS) or name.startswith(FEVER_NAMES) else ""
        yield {
            "name": name,
            "text": printed[name].text,
            "unit": "; ".join(filter(None, (row.unit or row.note, row.derived))) if row else kind,
            "evidence": " ".join(row.evidence) if row else "",
        }


def show_policy(site: Site) -> Iterable[dict[str, str]]:
    """Every choice that a site file can make, as this hospital made it; also those that it left open."""
    fever = {f"fever.{who}": rule for who, rule in site.fever.items()}
    names = {"emergency": "emergency_number", "formats": "formats_contact"}
    tops = {"formats": ", ".join(site.formats), "locales": ", ".join(site.locales), "sample": "yes" if site.sample else "no"}
    for table in ("", "contact", "fever.adult", "fever.child", "home", "review"):
        for key, (kind, purpose) in KEYS[table.replace("child", "adult")].items():
            if table == "contact":
                contact = site.contacts.get(names.get(key, key))
                value: Any = contact.text if contact else None
            elif table.startswith("fever"):
                value = getattr(fever[table], key)
            elif table == "home":
                value = {
                    "alarms": f"{len(site.alarms)} messages" if site.alarms else None,
                    "pathway": "people go home with the pump" if site.home_pathway else "nobody goes home with the pump",
                }.get(key, site.home.get(key))
            elif table == "review":
                value = {"months": site.review_months}.get(key, getattr(site, key, None))
            else:
                value = tops.get(key, getattr(site, key, None))
            unit = " °C" if isinstance(value, Decimal) else ""
            yield {
                "key": f"{table}.{key}" if table else key,
                "value": f"{value}{unit}" if value is not None else NOT_GIVEN if kind.endswith("?") else "",
                "purpose": purpose.replace("an adult", "a child") if "child" in table else purpose,
            }


def make_matrix(library: Library, sites: Sequence[Site]) -> dict[str, Any]:
    """Fact x audience x block x source, with what must not be: sentences without support, and facts that nobody prints."""
    blocks = [*library.blocks.values(), *library.panels.values()]
    passages = {block.stem: render_block(block, SILENT)[1] for block in blocks}
    stems_of = {pack.audience: stems_for(pack, library, sites) for pack in library.packs.values()}
    places: dict[str, dict[str, list[str]]] = {}
    for audience, stems in stems_of.items():
        for stem in stems:
            for id_ in dict.fromkeys(id_ for passage in passages[stem] for id_ in passage.evidence):
                places.setdefault(id_, {}).setdefault(audience, []).append(stem)
    for fact in library.facts.values():
        for id_ in fact.evidence:
            places.setdefault(id_, {}).setdefault("facts", []).append(fact.name)
    rows: list[dict[str, Any]] = [
        {
            "id": row.id,
            "kind": row.kind,
            "statement": row.statement,
            "sources": list(row.sources),
            "addresses": list(row.addresses),
            "audiences": list(row.audiences),
            "regions": list(row.regions),
            "blocks": places.get(row.id, {}),
            "not_printed": row.not_printed,
        }
        for row in sorted(library.evidence.values(), key=lambda row: row.id)
    ]
    return {
        "version": 1,
        "facts": rows,
        "sources": [
            {"key": source.key, "name": source.name, "country": source.country, "date": source.date,
             "facts": [row["id"] for row in rows if source.key in row["sources"]]}
            for source in library.sources.values()
        ],
        "unsupported": [
            {"block": block.stem, "path": block.place.path, "line": passage.message.place.line, "text": passage.message.text}
            for block in blocks
            for passage in passages[block.stem]
            if is_unsupported(passage)
        ],
        "not_cited": [
            {"id": row["id"], "audience": audience, "statement": row["statement"]}
            for row in rows
            for audience in row["audiences"]
            if not row["blocks"].get(audience) and is_in_reach(row["regions"], sites)
        ],
    }  # fmt: skip


def stems_for(pack: Pack, library: Library, sites: Sequence[Site]) -> list[str]:
    """The files that any of the sites prints for an audience, in print order."""
    chosen: dict[str, Block] = {}
    for site in sites:
        for block in (*choose_blocks(library, pack, site)[0], *choose_panels(library, pack, site).values()):
            chosen.setdefault(block.stem, block)
    return list(chosen)


def is_in_reach(regions: Sequence[str], sites: Sequence[Site]) -> bool:
    """Whether a fact that holds in some countries only can be printed by any of the sites."""
    return not regions or any(site.region in regions for site in sites)
