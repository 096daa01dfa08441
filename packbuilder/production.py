"""From an order to published files: read, choose, translate, fill, judge, typeset, print, read back, publish.

With a problem in any room nothing is written; with `release` nothing is written while anything asked for is a draft.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from packbuilder.assemble import plan_editions
from packbuilder.checks import check_library
from packbuilder.evidence import make_matrix
from packbuilder.messages import extract
from packbuilder.model import Artifact, Edition, Manuscript, Place, Problem, Project
from packbuilder.prepare import prepare
from packbuilder.printer import FontsMissing
from packbuilder.publish import OutputFailed, publish, to_json
from packbuilder.rooms import Rooms, default_sites, drop_other_locales, find_sites, read_rooms
from packbuilder.site import read_site
from packbuilder.status import as_rows, count_approved, count_shares
from packbuilder.textfile import suggest
from packbuilder.typeset import make_environment

Follow = Callable[[Iterable[Artifact], int], Iterable[Artifact]]


@dataclass(frozen=True, slots=True)
class Order:
    """What to build. Empty filters mean all; `jobs` 0 means one process for each core."""

    output: Path
    today: date
    sites: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    release: bool = False
    jobs: int = 0
    keep_html: Path | None = None

    @property
    def is_everything(self) -> bool:
        return not (self.sites or self.audiences or self.locales or self.formats)


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


def read_order(order: Order, project: Project) -> tuple[Rooms, tuple[Edition, ...], list[Problem]]:
    """The rooms as far as an order needs them, the editions that it asks for, and all that is wrong with either."""
    paths, unknown = find_sites(order.sites, project)
    # A build of everything also shows how far each language is; any other reads only the languages it prints.
    rooms = read_rooms(project, paths, None if order.is_everything else order.locales)
    editions = plan_editions(rooms.sites, rooms.library, order.audiences, order.locales, order.formats)
    problems = [*unknown, *drop_other_locales(rooms.problems, editions), *check_library(rooms.library, rooms.sites, rooms.complete)]
    known = sorted({locale for site in rooms.sites for locale in site.locales})
    problems += [
        Problem("UNKNOWN_LOCALE", Place(code), "no site lists this language", suggest(code, known))
        for code in order.locales
        if code not in known
    ]
    if not problems and not editions:
        problems.append(Problem("NOTHING", Place("handouts/sites"), "nothing was asked for", "add a site file, or ask for less"))
    return rooms, editions, problems


def build(order: Order, project: Project, follow: Follow) -> Outcome:
    """Runs an order. `follow` sees each print as it is finished, to show how far the work is."""
    rooms, editions, problems = read_order(order, project)
    if any(problem.severity == "error" for problem in problems):
        return Outcome(tuple(problems))
    manuscripts, more = prepare(editions, rooms, make_environment(project.templates), order.today)
    if order.release:
        more += refuse_drafts(manuscripts)
    if more:
        return Outcome((*problems, *more))
    from packbuilder.edition import print_all

    try:
        artifacts = list(follow(print_all(manuscripts, project, order.jobs), len(manuscripts)))
    except FontsMissing as missing:
        return Outcome((Problem("FONTS", Place(str(missing)), "holds no fonts", "fetch the project again: templates/fonts is part of it"),))
    return deliver(artifacts, order, rooms, project)


def refuse_drafts(manuscripts: Sequence[Manuscript]) -> list[Problem]:
    """With `--release` a draft is an error, and its reasons are what to do about it."""
    return [
        Problem(
            "NOT_RELEASED",
            Place(manuscript.edition.path),
            f"is a draft: {'; '.join(reason.text for reason in manuscript.reasons)}",
            "have it signed, then build again",
        )
        for manuscript in manuscripts
        if manuscript.state == "draft"
    ]


def deliver(artifacts: Sequence[Artifact], order: Order, rooms: Rooms, project: Project) -> Outcome:
    """Publishes what passed. A PDF that failed leaves its older print and that one's manifest entry as they are."""
    problems = tuple(problem for artifact in artifacts for problem in artifact.problems)
    good = [artifact for artifact in artifacts if not artifact.problems]
    partial = bool(problems) or not order.is_everything
    if order.keep_html:
        for artifact in artifacts:
            target = (order.keep_html / artifact.edition.path).with_suffix(".html")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(artifact.html, encoding="utf-8")
    if not good:
        return Outcome(problems)
    output = order.output
    sites = [read_site(path, project.root)[0] for path in default_sites(project)] if order.sites else rooms.sites
    planned = plan_editions([site for site in sites if site], rooms.library)
    planned = (*planned, *(artifact.edition for artifact in good))
    try:
        entries = publish(good, lambda entries: draw_pages(entries, rooms, project, order, partial), output, planned, partial)
    except OutputFailed as failure:
        return Outcome(
            (*problems, Problem("OUTPUT", Place(str(output)), str(failure), "free the disk or choose another folder with --output"))
        )
    made = {artifact.edition.path: artifact for artifact in good}
    shown = tuple(
        {**entry, "rendered": True, "seconds": round(made[entry["path"]].seconds, 3)} for entry in entries if entry["path"] in made
    )
    sizes = {path: len(artifact.pdf) for path, artifact in made.items()}
    return Outcome(problems, shown, sizes, (f"Written to {output}; open {output / 'index.html'}",))


def draw_pages(entries: Sequence[Mapping[str, Any]], rooms: Rooms, project: Project, order: Order, partial: bool) -> dict[str, str]:
    """The ward's front page; after a build of everything also the state of the translations and the evidence."""
    env = make_environment(project.templates)
    index = {"index.html": env.get_template("index.html").render(entries=entries)}
    if partial:
        return index
    messages = extract(rooms.library, rooms.template_messages, rooms.sites)
    approved = count_approved(prepare(plan_editions(rooms.sites, rooms.library), rooms, env, order.today)[0])
    shares = count_shares(rooms.library, messages, rooms.catalogs, approved)
    matrix = make_matrix(rooms.library, rooms.sites)
    return index | {
        "status.html": env.get_template("status.html").render(rows=as_rows(shares)),
        "evidence.html": env.get_template("evidence.html").render(matrix=matrix),
        "evidence.json": to_json(matrix),
    }
