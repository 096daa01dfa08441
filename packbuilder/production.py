"""From an order to published files: read, choose, translate, fill, judge, typeset, print, read back, publish.

With a problem in any room nothing is written; with `release` nothing is written while anything asked for is a draft. What would come
out as it is already is kept. Texts are made and printed one after the other, so that memory does not grow with the number of hospitals.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, groupby
from pathlib import Path
from sys import intern
from typing import Any

from packbuilder.assemble import choose_blocks, plan_editions
from packbuilder.checks import check_library
from packbuilder.evidence import make_matrix
from packbuilder.messages import extract
from packbuilder.model import Artifact, ClusterFailed, Edition, Limits, Manuscript, Place, Problem, Project
from packbuilder.prepare import prepare_texts
from packbuilder.printer import FontsMissing
from packbuilder.publish import (
    OutputFailed,
    clear_parts,
    describe,
    failing_clearly,
    is_whole,
    locked,
    publish,
    read_manifest,
    stage,
    to_json,
)
from packbuilder.rooms import Rooms, default_sites, drop_other_locales, find_sites, read_rooms
from packbuilder.site import read_site
from packbuilder.status import as_rows, count_approved, count_shares
from packbuilder.stock import NAME as STOCK
from packbuilder.stock import Stock, file_digest, inputs_digest, look_digest, print_key, read_stock, stock_bytes
from packbuilder.textfile import suggest
from packbuilder.typeset import make_environment, typeset

Follow = Callable[[Iterable[Artifact], int], Iterable[Artifact]]
GUESS = 8.0  # pt: a card's panels in the key of a print; the size that fits follows from the same things


@dataclass(frozen=True, slots=True)
class Order:
    """What to build. Empty filters mean all; `jobs` 0 means one process for each core; `shard` (i, n) is the i-th of n parts.

    `in_process` prints without workers, for the eye that waits for one pack. `scheduler` is the address of a Dask cluster.
    """

    output: Path
    today: date
    sites: tuple[str, ...] = ()
    site_folder: Path | None = None
    audiences: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    release: bool = False
    force: bool = False
    jobs: int = 0
    limits: Limits = field(default_factory=Limits)
    shard: tuple[int, int] = (1, 1)
    scheduler: str = ""
    in_process: bool = False
    keep_html: Path | None = None

    @property
    def is_everything(self) -> bool:
        return not (self.sites or self.audiences or self.locales or self.formats or self.shard != (1, 1))

    @property
    def mark(self) -> str:
        """A name for what is asked, the same for the same order on the same day."""
        asked = (self.sites, self.site_folder, self.audiences, self.locales, self.formats, self.release, self.shard, self.today)
        return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command found and made."""

    problems: tuple[Problem, ...] = ()
    artifacts: tuple[dict[str, Any], ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)


def build(order: Order, project: Project, follow: Follow) -> Outcome:
    """Runs an order. `follow` sees each print as it is finished, to show how far the work is. What is refused touches nothing."""
    if done := recall(order, project):
        return done
    is_new = order.force or not read_stock(order.output).keys
    if is_new and not (order.in_process or order.scheduler or order.release):
        from packbuilder.pool import start_ahead

        start_ahead(project)
    inputs = inputs_of(order, project)
    rooms, editions, problems = read_order(order, project)
    if any(problem.severity == "error" for problem in problems):
        return Outcome(tuple(problems))
    if order.release:
        texts = prepare_texts(editions, rooms, make_environment(project.templates), order.today)
        if drafts := [refuse(manuscript) for group, _ in texts for manuscript in group if manuscript.state == "draft"]:
            return Outcome((*problems, *drafts))
    try:
        with locked(order.output):
            shop = Shop(order, project, rooms, read_stock(order.output), inputs)
            return produce(editions, problems, shop, follow)
    except OutputFailed as failure:
        hint = "free the disk or choose another folder with --output"
        return Outcome((*problems, Problem("OUTPUT", Place(str(order.output)), str(failure), hint)))
    except ClusterFailed as failure:
        return Outcome((*problems, Problem("CLUSTER", Place(order.scheduler), str(failure), "start it, or build without --scheduler")))
    except FontsMissing as missing:
        hint = "fetch the project again: templates/fonts is part of it"
        return Outcome((*problems, Problem("FONTS", Place(str(missing)), "holds no fonts", hint)))


def site_paths(order: Order, project: Project) -> tuple[list[Path], list[Problem]]:
    """The site files of an order."""
    if order.site_folder is None:
        return find_sites(order.sites, project)
    found = sorted(order.site_folder.glob("*.toml"))
    problem = Problem("UNKNOWN_SITE", Place(str(order.site_folder)), "holds no site file", "name a folder of files such as example-gb.toml")
    return found, [] if found else [problem]


def inputs_of(order: Order, project: Project) -> str:
    """The digest of everything that the order could read."""
    return inputs_digest((project.handouts, project.locales, project.templates), site_paths(order, project)[0])


def recall(order: Order, project: Project) -> Outcome | None:
    """The outcome of the same order, when nothing has changed since: no input, no tool, and no file that it made."""
    if order.force or order.keep_html:
        return None
    stamp = read_stock(order.output).stamps.get(order.mark)
    if not stamp or stamp["inputs"] != inputs_of(order, project):
        return None
    if any(file_digest(order.output / name) != wanted for name, wanted in stamp["files"].items()):
        return None
    entries = [entry for entry in read_manifest(order.output) if entry["path"] in stamp["files"]]
    if {entry["path"] for entry in entries} | set(stamp["pages"]) != set(stamp["files"]):
        return None
    return tell(order, (), [(entry, False, 0.0) for entry in entries])


def read_order(order: Order, project: Project) -> tuple[Rooms, tuple[Edition, ...], list[Problem]]:
    """The rooms as far as an order needs them, the editions that it asks for, and all that is wrong with either."""
    paths, unknown = site_paths(order, project)
    # A build of everything also shows how far each language is; any other reads only the languages it prints.
    rooms = read_rooms(project, paths, None if order.is_everything else order.locales)
    editions = plan_editions(rooms.sites, rooms.library, order.audiences, order.locales, order.formats)
    problems = [*unknown, *drop_other_locales(rooms.problems, editions), *check_library(rooms.library, rooms.sites, rooms.complete)]
    for site in rooms.sites:
        for pack in rooms.library.packs.values():
            problems += choose_blocks(rooms.library, pack, site)[1]
    known = sorted({locale for site in rooms.sites for locale in site.locales})
    problems += [
        Problem("UNKNOWN_LOCALE", Place(code), "no site lists this language", suggest(code, known))
        for code in order.locales
        if code not in known
    ]
    if not problems and not editions:
        problems.append(Problem("NOTHING", Place("handouts/sites"), "nothing was asked for", "add a site file, or ask for less"))
    return rooms, take_shard(put_longest_first(editions, rooms), order.shard), problems


def put_longest_first(editions: Sequence[Edition], rooms: Rooms) -> list[Edition]:
    """Site after site, the longest packs first: a long one that comes last would leave the other workers idle."""
    sizes: dict[tuple[str, str], int] = {}
    for edition in editions:
        key = (edition.site.id, edition.audience)
        if key not in sizes:
            sizes[key] = sum(len(block.text) for block in choose_blocks(rooms.library, edition.pack, edition.site)[0])
    order = {site.id: number for number, site in enumerate(rooms.sites)}
    return sorted(editions, key=lambda one: (order[one.site.id], -sizes[one.site.id, one.audience], one.audience, one.locale))


def take_shard(editions: Sequence[Edition], shard: tuple[int, int]) -> tuple[Edition, ...]:
    """The i-th of n parts. The editions of one text stay together: they share their card."""
    number, count = shard
    texts = [list(group) for _, group in groupby(editions, lambda one: (one.site.id, one.audience, one.locale))]
    return tuple(edition for text in texts[number - 1 :: count] for edition in text)


@dataclass(frozen=True, slots=True)
class Shop:
    """What a running order works with. `keys` and `signed` are filled while the texts go by."""

    order: Order
    project: Project
    rooms: Rooms
    stock: Stock
    inputs: str
    keys: dict[str, str] = field(default_factory=dict)
    signed: list[Manuscript] = field(default_factory=list)


def produce(editions: Sequence[Edition], problems: Sequence[Problem], shop: Shop, follow: Follow) -> Outcome:
    """Prints what is not good any more, and publishes."""
    output = shop.order.output
    clear_leftovers(output)
    done: list[tuple[dict[str, Any], bool, float]] = []
    wrong: list[Problem] = []
    try:
        for artifact in follow(print_needed(editions, shop), len(editions)):
            if artifact.problems:
                wrong += artifact.problems
                continue
            if artifact.rendered:
                stage(artifact, output)
            done.append((share_texts(artifact.entry), artifact.rendered, artifact.seconds))
        return deliver(done, problems, wrong, editions, shop)
    finally:
        clear_parts(output, [STOCK, *(edition.path for edition in editions)])


def share_texts(value: Any) -> Any:
    """A manifest entry whose words are kept once for all entries: a thousand hospitals print the same names and numbers."""
    if isinstance(value, str):
        return intern(value)
    if isinstance(value, Mapping):
        return {share_texts(key): share_texts(inner) for key, inner in value.items()}
    return [share_texts(inner) for inner in value] if isinstance(value, list) else value


def refuse(manuscript: Manuscript) -> Problem:
    """With `--release` a draft is an error, and its reasons are what to do about it."""
    reasons = "; ".join(reason.text for reason in manuscript.reasons)
    return Problem("NOT_RELEASED", Place(manuscript.edition.path), f"is a draft: {reasons}", "have it signed, then build again")


def clear_leftovers(output: Path) -> None:
    """What a build that was killed had not put in its place yet."""
    for path in output.glob("*/*/blinatumomab-*.pdf.part"):
        path.unlink(missing_ok=True)


def print_needed(editions: Sequence[Edition], shop: Shop) -> Iterator[Artifact]:
    """Every edition: kept where its print is still good, printed where not. Without anything to print no worker is started."""
    kept: list[Artifact] = []
    jobs = find_jobs(editions, shop, kept)
    first = next(jobs, None)
    if first is not None:
        order, again = shop.order, chain([first], jobs)
        for artifact in run_jobs(order, again, shop.project):
            yield from kept
            kept.clear()
            if order.keep_html:
                save_html(artifact, order.keep_html)
            yield artifact
    yield from kept


def run_jobs(order: Order, jobs: Iterable[tuple[Manuscript, ...]], project: Project) -> Iterator[Artifact]:
    """Prints in this process, in workers, or on a cluster. Only here is anything imported that draws."""
    if order.scheduler:
        from packbuilder.cluster import print_on_cluster

        return print_on_cluster(jobs, project, order.scheduler)
    from packbuilder.pool import print_all, print_here

    return print_here(jobs, project) if order.in_process else print_all(jobs, project, order.jobs, order.limits)


def find_jobs(editions: Sequence[Edition], shop: Shop, kept: list[Artifact]) -> Iterator[tuple[Manuscript, ...]]:
    """The texts that must be printed, one by one; what is still good goes to `kept`."""
    order, templates = shop.order, shop.project.templates
    env, look = make_environment(templates), look_digest(templates)
    for group, _ in prepare_texts(editions, shop.rooms, env, order.today):
        if group[0].approvals:
            shop.signed.append(replace(group[0], sections=(), panels={}, phrases={}, facts={}))
        needed = []
        for manuscript in group:
            path = manuscript.edition.path
            html = typeset(manuscript, env, dict.fromkeys(manuscript.panels, GUESS))
            shop.keys[path] = print_key(html, look, templates)
            key, sha256, pages = shop.stock.keys.get(path, ("", "", 0))
            good = key == shop.keys[path] and file_digest(order.output / path) == sha256
            if good and not order.force and not order.keep_html:
                kept.append(Artifact(manuscript.edition, describe(manuscript, html, sha256, pages), b"", "", (), 0.0, rendered=False))
            else:
                needed.append(manuscript)
        if needed:
            yield tuple(needed)


def save_html(artifact: Artifact, folder: Path) -> None:
    target = (folder / artifact.edition.path).with_suffix(".html")
    with failing_clearly(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(artifact.html, encoding="utf-8")


def deliver(
    done: Sequence[tuple[dict[str, Any], bool, float]],
    problems: Sequence[Problem],
    wrong: Sequence[Problem],
    editions: Sequence[Edition],
    shop: Shop,
) -> Outcome:
    """Publishes what passed. A PDF that failed leaves its older print and that one's manifest entry as they are."""
    order, output = shop.order, shop.order.output
    if not done:
        return Outcome((*problems, *wrong))
    partial = bool(wrong) or not order.is_everything
    made = {entry["path"] for entry, _, _ in done}
    planned = planned_paths(shop) | {edition.path for edition in editions} if partial else set()
    others = [
        entry for entry in read_manifest(output) if entry["path"] in planned and entry["path"] not in made and is_whole(entry, output)
    ]
    kept = [entry for entry, rendered, _ in done if not rendered] + others
    fresh = [entry for entry, rendered, _ in done if rendered]
    pages = draw_pages([*fresh, *kept], shop, partial)
    stamp = {
        "inputs": shop.inputs,
        "files": {entry["path"]: entry["sha256"] for entry, _, _ in done}
        | {name: hashlib.sha256(html.encode()).hexdigest() for name, html in pages.items()},
        "pages": sorted(pages),
    }
    keys = {path: shop.stock.keys[path] for path in (entry["path"] for entry in others) if path in shop.stock.keys}
    keys |= {entry["path"]: [shop.keys[entry["path"]], entry["sha256"], entry["pages"]] for entry, _, _ in done}
    # An order that found something to say must say it again, so it leaves no stamp.
    stamps = {order.mark: stamp} if not problems and not wrong else {}
    publish(fresh, kept, pages, {STOCK: stock_bytes(Stock(keys, stamps))}, output)
    return tell(order, (*problems, *wrong), done)


def planned_paths(shop: Shop) -> set[str]:
    """Where the editions of all sites stand: a build of some keeps what the others printed."""
    sites = [read_site(path, shop.project.root)[0] for path in default_sites(shop.project)] if shop.order.sites else shop.rooms.sites
    return {edition.path for edition in plan_editions([site for site in sites if site], shop.rooms.library)}


def tell(order: Order, problems: Sequence[Problem], done: Sequence[tuple[Mapping[str, Any], bool, float]]) -> Outcome:
    """What was made and kept, in the order of the manifest."""
    rows = sorted(done, key=lambda row: str(row[0]["path"]))
    shown = tuple({**entry, "rendered": rendered, "seconds": round(seconds, 3)} for entry, rendered, seconds in rows)
    sizes = {entry["path"]: (order.output / entry["path"]).stat().st_size for entry, _, _ in rows}
    return Outcome(tuple(problems), shown, sizes, (f"Written to {order.output}; open {order.output / 'index.html'}",))


def draw_pages(entries: Sequence[Mapping[str, Any]], shop: Shop, partial: bool) -> dict[str, str]:
    """The ward's front page; after a build of everything also the state of the translations and the evidence."""
    env, rooms = make_environment(shop.project.templates), shop.rooms
    listed = sorted(entries, key=lambda entry: str(entry["path"]))
    index = {"index.html": env.get_template("index.html").render(entries=listed)}
    if partial:
        return index
    messages = extract(rooms.library, rooms.template_messages, rooms.sites)
    shares = count_shares(rooms.library, messages, rooms.catalogs, count_approved(shop.signed))
    matrix = make_matrix(rooms.library, rooms.sites)
    return index | {
        "status.html": env.get_template("status.html").render(rows=as_rows(shares)),
        "evidence.html": env.get_template("evidence.html").render(matrix=matrix),
        "evidence.json": to_json(matrix),
    }
