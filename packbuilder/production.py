"""From an order to published files: read, choose, translate, fill, judge, typeset, print, read back, publish.

With a problem in any room nothing is written; with `release` nothing is written while anything asked for is a draft. What would come
out as it is already is kept. Texts are made and printed one after the other, so that memory does not grow with the number of hospitals.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from pathlib import Path
from sys import intern
from typing import Any

from packbuilder.companions import show
from packbuilder.frontpage import Shown
from packbuilder.interrupts import deaf_to_interrupts
from packbuilder.model import Artifact, ClusterFailed, Edition, Manuscript, Place, Problem, Project, WorkersFailed
from packbuilder.older import Older, digest_values, find_older
from packbuilder.orders import Order, Outcome, inputs_of, read_order
from packbuilder.prepare import prepare_texts
from packbuilder.printer import FontsMissing
from packbuilder.publish import (
    OutputFailed,
    clear_parts,
    describe,
    failing_clearly,
    locked,
    publish,
    read_manifest,
    stage,
)
from packbuilder.rooms import Rooms
from packbuilder.screens import FRONT, STEPS, draw_front_page, draw_overviews, draw_steps, has_steps
from packbuilder.stock import NAME as STOCK
from packbuilder.stock import Kept, Stock, file_digest, inputs_digest, is_good, look_digest, print_key, read_stock, stock_bytes
from packbuilder.textfile import MOST_SHOWN, shown_path
from packbuilder.typeset import explain, make_environment, typeset

Follow = Callable[[Iterable[Artifact], int], Iterable[Artifact]]
GUESS = 8.0  # pt: a card's panels in the key of a print; the size that fits follows from the same things


def build(order: Order, project: Project, follow: Follow) -> Outcome:
    """Runs an order. `follow` sees each print as it is finished, to show how far the work is. What is refused touches nothing."""
    # Before anything else looks at a file: what is different at the end was changed meanwhile.
    inputs = inputs_of(order, project)
    if done := recall(order, inputs):
        return done
    is_new = order.force or not read_stock(order.output).keys
    if is_new and not (order.in_process or order.scheduler or order.release):
        from packbuilder.pool import start_ahead

        start_ahead(project)
    try:
        return run_order(order, project, inputs, follow)
    except Exception as error:
        # A file that goes away, or is only half saved, can end the work anywhere, as can a template; anything else is a bug.
        if changed := find_changes(order, project, inputs):
            return Outcome(changed)
        if wrong := explain(error, project.templates, project.root):
            return Outcome((wrong,))
        raise


def run_order(order: Order, project: Project, inputs: Mapping[Path, str], follow: Follow) -> Outcome:
    """Reads, prints and publishes."""
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
    except WorkersFailed as failure:
        hint = "free memory, or room in the folder for temporary files, and build again; --jobs 1 needs the least"
        return Outcome((*problems, Problem("WORKER_LOST", Place(str(order.output)), str(failure), hint)))


def find_changes(order: Order, project: Project, before: Mapping[Path, str]) -> tuple[Problem, ...]:
    """The files that are not as they were when the work began. What is published is of one state, so nothing is."""
    now = inputs_of(order, project)
    paths = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
    hint = "nothing was published: build again"
    places = [Place(shown_path(path, project.root)) for path in paths[:MOST_SHOWN]]
    return tuple(Problem("CHANGED", place, "was changed while the packs were being made", hint) for place in places)


def recall(order: Order, inputs: Mapping[Path, str]) -> Outcome | None:
    """The outcome of the same order, when nothing has changed since: no input, no tool, and no file that it made."""
    if order.force or order.keep_html:
        return None
    stamp = read_stock(order.output).stamps.get(order.mark)
    if not stamp or stamp["inputs"] != inputs_digest(inputs):
        return None
    if any(file_digest(order.output / name) != wanted for name, wanted in stamp["files"].items()):
        return None
    entries = [entry for entry in read_manifest(order.output) if entry["path"] in stamp["files"]]
    if [entry["path"] for entry in entries] != stamp["prints"]:
        return None
    return tell(order, (), [Made(entry, False, 0.0, {}) for entry in entries])


@dataclass(frozen=True, slots=True)
class Shop:
    """What a running order works with. `keys`, `shown` and `signed` are filled while the texts go by."""

    order: Order
    project: Project
    rooms: Rooms
    stock: Stock
    inputs: Mapping[Path, str]
    keys: dict[str, str] = field(default_factory=dict)
    shown: dict[str, Shown] = field(default_factory=dict)
    signed: list[Manuscript] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    """A print that is ready to be published, without its bytes: they are on the disk already."""

    entry: Mapping[str, Any]
    rendered: bool
    seconds: float
    companions: Mapping[str, str]

    @property
    def path(self) -> str:
        return str(self.entry["path"])


def produce(editions: Sequence[Edition], problems: Sequence[Problem], shop: Shop, follow: Follow) -> Outcome:
    """Prints what is not good any more, and publishes."""
    output = shop.order.output
    clear_leftovers(output)
    done: list[Made] = []
    wrong: list[Problem] = []
    beside: set[str] = set()
    try:
        for artifact in follow(print_needed(editions, shop), len(editions)):
            if artifact.problems:
                wrong += artifact.problems
                continue
            path = artifact.edition.path
            companions = shop.stock.keys[path].companions if not artifact.rendered else digest_all(artifact.companions)
            if artifact.rendered:
                beside |= set(companions)
                stage(artifact, output)
            done.append(Made(share_texts(artifact.entry), artifact.rendered, artifact.seconds, companions))
        return deliver(done, problems, wrong, editions, shop)
    finally:
        with deaf_to_interrupts():
            clear_parts(output, [STOCK, *(edition.path for edition in editions), *beside])


def digest_all(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


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
    for pattern in ("*/*/blinatumomab-*.part", "*/*/pictures/blinatumomab-*.part"):
        for path in output.glob(pattern):
            with suppress(OSError):  # what cannot be removed is told when it is in the way of a print
                path.unlink()


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
            shop.shown[path] = show(manuscript, html)
            old = shop.stock.keys.get(path)
            if old and old.key == shop.keys[path] and is_good(path, old, order.output) and not order.force and not order.keep_html:
                entry = describe(manuscript, html, old.sha256, old.pages)
                kept.append(Artifact(manuscript.edition, entry, b"", "", (), 0.0, rendered=False))
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
    done: Sequence[Made], problems: Sequence[Problem], wrong: Sequence[Problem], editions: Sequence[Edition], shop: Shop
) -> Outcome:
    """Publishes what passed. A PDF that failed leaves its older print and that one's manifest entry as they are."""
    order, output = shop.order, shop.order.output
    if not done:
        return Outcome((*problems, *wrong))
    partial = bool(wrong) or not order.is_everything
    made = {one.path for one in done}
    older = find_older(made, editions, order, shop.project, shop.rooms, shop.stock.keys) if partial else Older()
    problems = (*problems, *older.problems)
    listed = sorted((*(one.entry for one in done), *older.entries), key=lambda entry: str(entry["path"]))
    known = {path: shop.stock.keys[path] for path in (entry["path"] for entry in older.entries) if path in shop.stock.keys}
    keys = {path: kept for path, kept in known.items() if is_good(path, kept, output)}
    values = {site.id: digest_values(site, shop.rooms.library) for site in shop.rooms.sites}
    keys |= {one.path: keep(one, shop, values[one.entry["site"]]) for one in done}
    pages = draw_pages(listed, {path: Shown(**kept.shown) for path, kept in keys.items()}, older.outdated, shop, partial)
    stamp = {
        "inputs": inputs_digest(shop.inputs),
        "files": {one.path: one.entry["sha256"] for one in done}
        | {path: sha256 for one in done for path, sha256 in one.companions.items()}
        | digest_all({name: html.encode() for name, html in pages.items()}),
        "prints": sorted(made),
    }
    # An order that found something to say must say it again, so it leaves no stamp.
    stamps = {order.mark: stamp} if not problems and not wrong else {}
    fresh = {one.path: (one.entry, tuple(one.companions)) for one in done if one.rendered}
    kept = [entry for entry in listed if entry["path"] not in fresh]
    gone = {path for name, old in shop.stock.keys.items() if name not in keys for path in old.companions}
    if changed := find_changes(order, shop.project, shop.inputs):
        return Outcome((*problems, *wrong, *changed))
    publish(fresh, kept, pages, {STOCK: stock_bytes(Stock(keys, stamps))}, gone, output, forgets=not order.goes_on)
    return tell(order, (*problems, *wrong), done)


def keep(made: Made, shop: Shop, values: str) -> Kept:
    """What the stock remembers of a print."""
    entry = made.entry
    return Kept(shop.keys[made.path], entry["sha256"], entry["pages"], values, made.companions, asdict(shop.shown[made.path]))


def tell(order: Order, problems: Sequence[Problem], done: Sequence[Made]) -> Outcome:
    """What was made and kept, in the order of the manifest."""
    rows = sorted(done, key=lambda made: made.path)
    shown = tuple({**made.entry, "rendered": made.rendered, "seconds": round(made.seconds, 3)} for made in rows)
    sizes = {made.path: (order.output / made.path).stat().st_size for made in rows}
    return Outcome(tuple(problems), shown, sizes, (f"Written to {order.output}; open {order.output / FRONT}",))


def draw_pages(
    entries: Sequence[Mapping[str, Any]], shown: Mapping[str, Shown], outdated: Collection[str], shop: Shop, partial: bool
) -> dict[str, str]:
    """The ward's front page; after a build of everything also what else is for the screen."""
    env, rooms = make_environment(shop.project.templates), shop.rooms
    pages = {FRONT: draw_front_page(entries, shown, rooms, env, not partial, outdated)}
    if partial:
        return pages
    if has_steps(rooms):
        pages[STEPS] = draw_steps(rooms, env)
    return pages | draw_overviews(rooms, shop.signed, env)
