"""What somebody asks for, and what comes of it: from the words of an order to the editions that it means, with all that is wrong.

The command line and the desk both order this way, so both are held to the same rules.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from packbuilder.assemble import choose_blocks, plan_editions
from packbuilder.checks import check_library
from packbuilder.forms import DATED
from packbuilder.model import Edition, Limits, Place, Problem, Project, Schedule
from packbuilder.plan import read_plan
from packbuilder.rooms import Rooms, drop_other_locales, find_sites, read_rooms
from packbuilder.schedule import make_schedule
from packbuilder.stock import digest_inputs
from packbuilder.textfile import suggest


@dataclass(frozen=True, slots=True)
class DateWords:
    """The dates of one cycle as they were typed (issue 6); empty where nothing was said. `read_plan` makes sense of them."""

    start: str
    cycle: str = ""
    bag_days: str = ""
    bag_hours: str = ""
    break_days: str = ""
    hospital_days: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What to build. Empty filters mean all; `jobs` 0 means one process for each core; `shard` (i, n) is the i-th of n parts.

    With `dates` the packs of patients and families are printed for one cycle, and nothing else. `in_process` prints without workers,
    for the eye that waits for one pack. `scheduler` is the address of a Dask cluster. `goes_on` is for who builds again and again: a
    Ctrl-C that comes while files are put in place must end that, where a single build is just done.
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
    goes_on: bool = False
    keep_html: Path | None = None
    dates: DateWords | None = None

    @property
    def is_everything(self) -> bool:
        return not (self.sites or self.audiences or self.locales or self.formats or self.dates or self.shard != (1, 1))

    @property
    def mark(self) -> str:
        """A name for what is asked, the same for the same order on the same day."""
        what = (self.sites, self.site_folder, self.audiences, self.locales, self.formats, self.dates)
        asked = (*what, self.release, self.shard, self.today)
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


def site_paths(order: Order, project: Project) -> tuple[list[Path], list[Problem]]:
    """The site files of an order."""
    if order.site_folder is None:
        return find_sites(order.sites, project)
    found = sorted(order.site_folder.glob("*.toml"))
    problem = Problem("UNKNOWN_SITE", Place(str(order.site_folder)), "holds no site file", "name a folder of files such as example-gb.toml")
    return found, [] if found else [problem]


def inputs_of(order: Order, project: Project) -> dict[Path, str]:
    """Everything that the order could read, file by file with its digest. The fonts may be a linked folder, which no walk goes into."""
    rooms = (project.handouts, project.locales, project.templates, project.templates / "fonts")
    return digest_inputs(rooms, site_paths(order, project)[0])


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
    if order.dates:
        editions, wrong = add_dates(order.dates, editions, order, rooms)
        problems += wrong
    if not problems and not editions:
        problems.append(Problem("NOTHING", Place("handouts/sites"), "nothing was asked for", "add a site file, or ask for less"))
    return rooms, take_shard(put_longest_first(editions, rooms), order.shard), problems


def add_dates(words: DateWords, editions: Sequence[Edition], order: Order, rooms: Rooms) -> tuple[tuple[Edition, ...], list[Problem]]:
    """The editions that have pages for dates, each with the schedule of its hospital's clock."""
    problems = [
        Problem("PLAN_FORMAT", Place("--start"), f"{name} has no page for dates", f"ask for {', '.join(DATED)}, or leave the dates out")
        for name in order.formats
        if name not in DATED
    ]
    plan, wrong = read_plan(**asdict(words), library=rooms.library)
    problems += wrong
    if plan is None:
        return (), problems
    schedules: dict[str, Schedule] = {}
    for site in rooms.sites:
        schedule, wrong = make_schedule(plan, site, rooms.library, order.today)
        problems += wrong
        if schedule:
            schedules[site.id] = schedule
    dated = tuple(
        replace(edition, schedule=schedules[edition.site.id])
        for edition in editions
        if edition.pack.has_card and edition.kind == "pack" and edition.format in DATED and edition.site.id in schedules
    )
    return dated, list(dict.fromkeys(problems))


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
