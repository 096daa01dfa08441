"""The counter behind the desk: from an order to a PDF that was read back, without a wait where there need be none.

Rooms are read once, and again when a file has changed. What lies in the ward's folder and would be printed the same is taken from
there. All else is printed by workers that keep their press warm; a few prints stay in memory, and nothing is ever written.
"""

import hashlib
import threading
from collections import Counter as Count
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from jinja2 import Environment

from packbuilder.assemble import plan_editions
from packbuilder.calendar_file import make_calendar
from packbuilder.companions import calendar_words, show
from packbuilder.edition import print_text
from packbuilder.frontpage import Shown
from packbuilder.model import SOURCE_LOCALE, Artifact, Edition, Limits, Manuscript, Place, Problem, Project, Site
from packbuilder.orders import Order, add_dates, read_order
from packbuilder.picture import draw_page
from packbuilder.pool import collect, hand_out, make_pool, print_here
from packbuilder.prepare import prepare_texts
from packbuilder.production import GUESS
from packbuilder.publish import describe, read_manifest
from packbuilder.rooms import Rooms, find_sites, read_rooms
from packbuilder.screens import staff_language
from packbuilder.stock import look_digest, print_key, read_stock
from packbuilder.textfile import shown_path
from packbuilder.typeset import make_environment, typeset
from packbuilder.watch import snapshot

KEPT = 8  # prints in memory: a family's pack, its card and its phone card, and one more family
WORKERS = 2  # one may still print what was changed since
LOOK = 0.1  # seconds between two looks whether anyone still waits for a print
WIDTH = 1120  # points of the picture of a first page: twice as fine as it is shown


@dataclass(frozen=True, slots=True)
class Asked:
    """One edition with every word decided. With the same `key` all files are the same, with the same `pdf_key` the PDF."""

    manuscript: Manuscript
    html: str
    pdf_key: str
    key: str

    @property
    def shown(self) -> Shown:
        return show(self.manuscript, self.html)


@dataclass(frozen=True, slots=True)
class House:
    """What holds until a file changes: the hospitals by id, with their files, and what is wrong with any of these.

    `orders` and `texts` fill while it lasts. They end with it, so that nothing read before a change is ever printed after it.
    """

    rooms: Rooms
    sites: Mapping[str, Site]
    paths: Mapping[str, Path]
    locale: str
    broken: tuple[Problem, ...]
    look: str
    orders: dict[Order, tuple[Rooms, tuple[Edition, ...], list[Problem]]] = field(default_factory=dict)
    texts: OrderedDict[tuple[Order, str], tuple[Asked, tuple[Problem, ...]]] = field(default_factory=OrderedDict)


class Gone(Exception):
    """Nobody waits for this print any more."""


class Counter:
    """What the requests to the desk share. Every method may be called from any thread."""

    def __init__(self, project: Project, output: Path, names: tuple[str, ...] = ()) -> None:
        self.project, self.output, self.names, self.limits = project, output, names, Limits()
        self.lock, self.draws, self.presses = threading.RLock(), threading.Lock(), threading.Lock()
        self.seen: dict[Path, int] = {}
        self.house: House | None = None
        self.prints: OrderedDict[str, Future[list[Artifact]]] = OrderedDict()
        self.waiting: Count[str] = Count()
        self.pictures: OrderedDict[str, bytes] = OrderedDict()
        self.pool = make_pool(WORKERS, project, self.limits)
        if self.pool:
            hand_out(self.pool, len, ((),), self.limits.seconds)  # it starts its workers with the first task

    def warm(self, today: date) -> None:
        """Does before the first request what it would wait for: the hospitals, the templates."""
        house = self.visit()
        for edition in plan_editions(house.sites.values(), house.rooms.library, formats=("standard",))[:1]:
            self.write(edition, house.rooms, Order(self.output, today), house)

    def close(self) -> None:
        """Ends the workers."""
        if self.pool:
            self.pool.stop()  # type: ignore[no-untyped-call]
            self.pool.join()

    def visit(self) -> House:
        """The house as its files say now."""
        paths, unknown = find_sites(self.names, self.project)
        seen = snapshot(self.project) | {path: path.stat().st_mtime_ns for path in paths}
        with self.lock:
            if self.house is None or seen != self.seen:
                self.seen, self.house = seen, read_house(self.project, paths, unknown)
            return self.house

    def read(self, order: Order, house: House) -> tuple[Rooms, tuple[Edition, ...], list[Problem]]:
        """`read_order`; what it says without the dates is kept, for dates touch no room."""
        plain = replace(order, dates=None)
        with self.lock:
            if plain not in house.orders:
                house.orders[plain] = read_order(plain, self.project)
            rooms, editions, problems = house.orders[plain]
        if order.dates is None:
            return rooms, editions, problems
        dated, wrong = add_dates(order.dates, editions, order, rooms)
        if not dated and not wrong and not problems:
            wrong = [Problem("NOTHING", Place("handouts/sites"), "nothing was asked for", "add a site file, or ask for less")]
        return rooms, dated, [*problems, *wrong]

    def write(self, edition: Edition, rooms: Rooms, order: Order, house: House) -> tuple[Asked, tuple[Problem, ...]]:
        """The words of an edition of an order, in the state that they have on its day."""
        asked = (order, edition.path)
        with self.lock:
            if asked not in house.texts:
                templates = self.project.templates
                env = make_environment(templates)
                [([manuscript], problems)] = prepare_texts([edition], rooms, env, order.today)
                html = typeset(manuscript, env, dict.fromkeys(manuscript.panels, GUESS))
                pdf_key = print_key(html, house.look, templates)
                house.texts[asked] = Asked(manuscript, html, pdf_key, whole_key(manuscript, pdf_key, env)), problems
                while len(house.texts) > KEPT:
                    house.texts.popitem(last=False)
            return house.texts[asked]

    def print(self, asked: Asked, is_gone: Callable[[], object] = lambda: False) -> Artifact:
        """The print: out of memory, out of the ward's folder, or fresh. Raises `Gone` when nobody waits for it any more."""
        key = asked.key
        with self.lock:
            if key not in self.prints:
                self.prints[key] = self.start(asked)
                self.forget()
            self.prints.move_to_end(key)
            future = self.prints[key]
            self.waiting[key] += 1
        try:
            while not wait([future], LOOK).done:
                if is_gone():
                    raise Gone
            [artifact] = collect({future: (asked.manuscript,)}, self.limits)
        finally:
            with self.lock:
                self.waiting[key] -= 1
                if not self.waiting[key] and not future.done():
                    future.cancel()
                if is_lost(future) and self.prints.get(key) is future:
                    del self.prints[key]
        return artifact

    def start(self, asked: Asked) -> Future[list[Artifact]]:
        """A print on its way, or at hand."""
        job, kept = (asked.manuscript,), self.take(asked)
        if self.pool and not self.pool.active:
            self.pool = make_pool(WORKERS, self.project, self.limits)
        if self.pool and not kept:
            return hand_out(self.pool, print_text, (job, self.project), self.limits.seconds)
        future: Future[list[Artifact]] = Future()
        with self.presses:
            future.set_result([kept] if kept else list(print_here([job], self.project)))
        return future

    def take(self, asked: Asked) -> Artifact | None:
        """The print in the ward's folder, if a manifest vouches for it and it is what would come out now (`production`)."""
        edition = asked.manuscript.edition
        old = read_stock(self.output).keys.get(edition.path)
        listed = {entry["path"]: entry["sha256"] for entry in read_manifest(self.output)}
        if edition.schedule or not old or old.key != asked.pdf_key or listed.get(edition.path) != old.sha256:
            return None
        wanted = {edition.path: old.sha256, **old.companions}
        try:
            files = {name: (self.output / name).read_bytes() for name in wanted}
        except OSError:
            return None
        if any(hashlib.sha256(files[name]).hexdigest() != digest for name, digest in wanted.items()):
            return None
        entry = describe(asked.manuscript, asked.html, old.sha256, old.pages)
        return Artifact(edition, entry, files.pop(edition.path), "", (), 0.0, rendered=False, companions=files)

    def forget(self) -> None:
        """Lets go of the oldest prints that nobody waits for."""
        idle = [key for key in self.prints if not self.waiting[key]]
        for key in idle[: max(len(self.prints) - KEPT, 0)]:
            self.prints.pop(key).cancel()

    def draw(self, asked: Asked, artifact: Artifact) -> bytes:
        """The first page as PNG. One at a time: PDFium is not made for threads."""
        with self.draws:
            if asked.key not in self.pictures:
                self.pictures[asked.key] = draw_page(artifact.pdf, WIDTH)
                while len(self.pictures) > KEPT:
                    self.pictures.popitem(last=False)
            return self.pictures[asked.key]


def read_house(project: Project, paths: list[Path], unknown: list[Problem]) -> House:
    """The hospitals, and the words of the page. Only the languages that their staff read are looked at."""
    rooms = read_rooms(project, paths, (SOURCE_LOCALE,))
    files = {shown_path(path, project.root): path for path in paths}
    names = Count(site.id for site in rooms.sites)
    sites = {site.id: site for site in rooms.sites if names[site.id] == 1}
    broken = [problem for problem in rooms.problems if problem.place.path in files and problem.severity == "error"]
    at = {id_: files[site.place.path] for id_, site in sites.items()}
    return House(rooms, sites, at, staff_language(rooms.sites), (*unknown, *broken), look_digest(project.templates))


def whole_key(manuscript: Manuscript, pdf_key: str, env: Environment) -> str:
    """The digest of a print with all that goes with it. A calendar tells more of a plan than the pages do: its cycle, each bag."""
    edition = manuscript.edition
    calendar = make_calendar(edition, calendar_words(manuscript, env), manuscript.facts) if edition.schedule else b""
    return hashlib.sha256(b"\n".join((edition.path.encode(), pdf_key.encode(), calendar))).hexdigest()


def is_lost(future: Future[list[Artifact]]) -> bool:
    """Whether a print came to nothing by bad luck, so that the next request tries again."""
    return future.cancelled() or (future.done() and future.exception() is not None)
