"""Prints that earlier builds left in the folder: which of them stay listed, and which say what the hospital no longer says.

Why: a build of some editions keeps the others (design, section 6). Once a number, a limit or a fact has changed, those would go on saying
the old one without a word. They stay, since a ward may need them tonight; but the build names them, and the front page marks them.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from packbuilder.assemble import plan_editions
from packbuilder.model import FORMATS, WORKING, Edition, Library, Place, Problem, Project, Site
from packbuilder.orders import Order
from packbuilder.publish import is_whole, read_manifest
from packbuilder.rooms import Rooms, default_sites
from packbuilder.site import read_site
from packbuilder.stock import Kept


@dataclass(frozen=True, slots=True)
class Older:
    """Manifest entries of prints that a build leaves as they are. `outdated` are the paths of those that say other values than today's."""

    entries: tuple[Mapping[str, Any], ...] = ()
    outdated: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def find_older(
    made: Collection[str], editions: Sequence[Edition], order: Order, project: Project, rooms: Rooms, keys: Mapping[str, Kept]
) -> Older:
    """What stays beside the prints `made`: whole files of editions that somebody may ask for. Of dated packs nobody knows but the folder.

    `keys` are those of the stock. A print without one, or of a hospital whose file cannot be read now, can't be told to be up to date.
    """
    sites = {site.id: site for site in rooms.sites}
    unread: set[str] = set()
    for path in default_sites(project) if order.sites else ():
        site = read_site(path, project.root)[0]
        unread |= set() if site else {path.stem}
        sites |= {site.id: site} if site and site.id not in sites else {}
    entries = [entry for entry in read_manifest(order.output) if entry["path"] not in made and is_whole(entry, order.output)]
    if not order.dates:
        forms = (*FORMATS, *WORKING)
        planned = {edition.path for edition in (*editions, *plan_editions(tuple(sites.values()), rooms.library, formats=forms))}
        entries = [entry for entry in entries if entry["path"] in planned or entry["site"] in unread]
    now = {id_: digest_values(site, rooms.library) for id_, site in sites.items()}
    outdated = [entry for entry in entries if entry["path"] not in keys or keys[entry["path"]].values != now.get(entry["site"])]
    counts = Counter(str(entry["site"]) for entry in outdated)
    problems = tuple(warn(id_, count, sites.get(id_)) for id_, count in sorted(counts.items()))
    return Older(tuple(entries), frozenset(entry["path"] for entry in outdated), problems)


def digest_values(site: Site, library: Library) -> str:
    """The digest of all that a hospital and the facts say. Which languages and forms are printed is no part of what they say."""
    said = asdict(replace(site, locales=(), formats=(), place=Place("")))
    facts = {name: [fact.kind, str(fact.number), fact.text, dict(fact.by_region)] for name, fact in library.facts.items()}
    return hashlib.sha256(json.dumps([said, facts], sort_keys=True, default=str).encode()).hexdigest()


def warn(id_: str, count: int, site: Site | None) -> Problem:
    what = "1 older print was" if count == 1 else f"{count} older prints were"
    message = f"{what} made before this file or handouts/facts.toml was changed, and may say what is wrong now"
    hint = "print them again: python3 build.py; until then the front page marks them"
    return Problem("OUTDATED", site.place if site else Place(f"handouts/sites/{id_}.toml"), message, hint, "warning")
