"""The command line: the order of the steps, progress, exit codes. The only module that prints.

Exit codes: 0 fine, 1 problems, 2 the command was wrong. All problems are shown at once, sorted by path and line.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from packbuilder.arguments import make_order, parse_arguments
from packbuilder.assemble import assemble, plan_editions
from packbuilder.commands import Request, approve, check, count_status, update_messages, verify
from packbuilder.model import Approval, Artifact, Manuscript, Problem, Project
from packbuilder.orders import Order, Outcome
from packbuilder.production import build
from packbuilder.rooms import find_sites, read_rooms
from packbuilder.status import Share, as_rows

ROOT = Path(__file__).resolve().parent.parent


class Unheard(Exception):
    """What a command has to say could not be written. The text says why."""


def main(argv: Sequence[str]) -> int:
    """Runs one command; see `--help`. A command that could not say what came of it ends with 1."""
    open_streams()
    try:
        return run(parse_arguments(argv, ROOT), Project(ROOT))
    except KeyboardInterrupt:
        complain("Stopped. What was published before is as it was.")
        return 1
    except Unheard as lost:
        complain(f"Not all that there is to say could be written: {lost}.")
        return 1


def open_streams() -> None:
    """Something to print to, whatever the program was started with.

    A stream that was closed is one that takes nothing, so that what is printed is missed. A character that a console or a log
    cannot show is spelt out: it must not end a build.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def heard() -> Iterator[None]:
    """What is printed within it is out at its end. The work was done before: no print is worse for a log on a full disk."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        raise Unheard((error.strerror or "the output is closed").lower()) from error


@heard()
def say(text: str) -> None:
    print(text)


def complain(text: str) -> None:
    """A last word, if anybody can still hear it. What waits to be written would be tried again at the end, with another exit code."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def run(args: argparse.Namespace, project: Project) -> int:
    """The command that was asked for, and what it has to say."""
    if args.command == "messages":
        outcome = update_messages(project, args.locale)
    elif args.command == "check":
        outcome = check(project, args.today, args.days)
    elif args.command == "verify":
        outcome = verify(Path(args.folder))
    elif args.command == "approve":
        request = Request(args.site, args.audience, args.locale, args.role, args.by, args.title, args.review, args.today)
        outcome = approve(request, project, lambda approval, changes: confirm(approval, changes, asks=not args.yes))
    elif args.command == "status":
        return run_status(args, project)
    elif args.command == "watch":
        return run_watch(args, project)
    elif args.command == "desk":
        return run_desk(args, project)
    else:
        outcome = build(make_order(args, project.root), project, follow_quietly if args.json or args.quiet else follow_with_bar)
    show(outcome, as_json=getattr(args, "json", False), quiet=getattr(args, "quiet", False))
    return 0 if outcome.ok else 1


def follow_quietly(artifacts: Iterable[Artifact], total: int) -> Iterable[Artifact]:
    return artifacts


def follow_in_lines(artifacts: Iterable[Artifact], total: int) -> Iterator[Artifact]:
    """A line for each print: for a log, and for an eye that comes back later."""
    for number, artifact in enumerate(artifacts, start=1):
        what = "not published" if artifact.problems else f"{artifact.seconds:.1f} s" if artifact.rendered else "unchanged"
        with suppress(OSError):  # a full disk under the log is no reason to stop printing
            print(f"[{number}/{total}] {artifact.edition.path}: {what}", file=sys.stderr, flush=True)
        yield artifact


def follow_with_bar(artifacts: Iterable[Artifact], total: int) -> Iterator[Artifact]:
    """A bar with the time that is left, where somebody looks on; lines where nobody does."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from follow_in_lines(artifacts, total)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Printing", total=total)
        for artifact in artifacts:
            bar.update(task, advance=1, description=artifact.edition.file_name)
            yield artifact


@heard()
def confirm(approval: Approval, changes: Sequence[str], asks: bool) -> bool:
    """Shows what is to be signed, and what has changed since the last signature. Asks where somebody can answer."""
    console = Console(highlight=False, soft_wrap=True)
    for line in changes:
        text = Text(line)
        text.highlight_regex(r"\[-.*?-\]", "red strike")
        text.highlight_regex(r"\{\+.*?\+\}", "bold green")
        console.print(text)
    console.print(f"{approval.by}, {approval.title}: {approval.role} approval of {approval.site}, {approval.audience}, {approval.locale}")
    if not asks or not sys.stdin.isatty():
        return True
    return input("I have read this text and it may be printed. Type yes: ").strip().casefold() in ("yes", "y")


def run_status(args: argparse.Namespace, project: Project) -> int:
    """The table language by pack; the same as HTML in the output folder comes with each build."""
    shares, problems = count_status(project, args.today)
    show_status(shares, problems, args.json)
    return 1 if problems else 0


@heard()
def show_status(shares: Sequence[Share], problems: Sequence[Problem], as_json: bool) -> None:
    """A row for each language and pack."""
    if as_json:
        print(json.dumps({"ok": not problems, "status": as_rows(shares)}, indent=1, ensure_ascii=False))
    else:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading in ("language", "pack", "", "translated", "to check", "missing", "approved"):
            table.add_column(heading, justify="left" if heading in ("language", "pack", "") else "right", no_wrap=True)
        for share in shares:
            done = share.percent // 5
            table.add_row(
                f"{share.locale} ({share.language})",
                share.pack,
                "█" * done + "░" * (20 - done) + f" {share.percent:3d} %",
                f"{share.translated} of {share.total}",
                str(share.fuzzy),
                str(share.missing),
                str(share.approved),
            )
        Console(width=None if sys.stdout.isatty() else 120).print(table)
    for problem in sorted(problems, key=lambda problem: problem.place):
        print(problem, file=sys.stderr)


def run_watch(args: argparse.Namespace, project: Project) -> int:
    """Prints one pack after every save until it is stopped: first what changed, then the whole. The last good print stays."""
    from packbuilder.watch import show_preview, snapshot, wait_for_change

    sites, unknown = find_sites([args.site] if args.site else [], project)
    if unknown or not sites:
        show(Outcome(tuple(unknown)), as_json=False)
        return 1
    order = Order(
        Path(args.output),
        date.today(),
        sites=(str(sites[0]),),
        audiences=(args.audience,),
        locales=(args.locale,),
        in_process=True,
        goes_on=True,
    )
    seen, last = snapshot(project), None
    try:
        while True:
            start = time.perf_counter()
            last = show_change(order, project, last, start)
            outcome = build(order, project, follow_with_bar)
            show(outcome, as_json=False)
            if outcome.artifacts:
                page = show_preview([entry["path"] for entry in outcome.artifacts], order.output)
                say(f"{time.perf_counter() - start:.1f} s. Open {page} in a browser; it follows by itself. Ctrl-C ends.")
            seen = wait_for_change(project, seen)
    except KeyboardInterrupt:
        say("Stopped watching.")
        return 0


def run_desk(args: argparse.Namespace, project: Project) -> int:
    """Serves the desk until it is stopped. An address that others can reach is a wrong command, unless it was asked for outright."""
    from packbuilder.desk import DeskFailed, NotAlone, open_desk

    def clock() -> date:
        # Asked again and again: a desk stays open for weeks.
        return args.today or date.today()

    try:
        with open_desk(project, ROOT / "output", clock, tuple(args.site), args.host, args.port, args.open_to_network) as server:
            if args.open_to_network:
                complain("Anyone in the network can see and print what is chosen here: there is no password, and nothing is encrypted.")
            place = f"[{args.host}]" if ":" in args.host else args.host
            say(f"Open http://{place}:{args.port}/ in the browser of this computer. Ctrl-C closes the desk.")
            server.run()
    except DeskFailed as failure:
        complain(str(failure))
        return 2 if isinstance(failure, NotAlone) else 1
    return 0


def show_change(order: Order, project: Project, last: Manuscript | None, start: float) -> Manuscript | None:
    """Puts the sections that changed on screen at once; the manuscript to compare with the next time."""
    from packbuilder.edition import print_sections
    from packbuilder.watch import changed_stems, show_changed

    rooms = read_rooms(project, find_sites(order.sites, project)[0], order.locales)
    editions = plan_editions(rooms.sites, rooms.library, order.audiences, order.locales, order.formats)
    if not editions or any(problem.severity == "error" for problem in rooms.problems):
        return last
    manuscript, _ = assemble(editions[0], rooms.library, rooms.template_messages, rooms.catalogs)
    if stems := changed_stems(last, manuscript):
        show_changed(print_sections(manuscript, stems, project), order.output)
        say(f"{time.perf_counter() - start:.1f} s: {', '.join(sorted(stems))}")
    return manuscript


def annotate(problem: Problem) -> str:
    """A problem as GitHub shows it beside the line of the change (workflow commands)."""
    text = escape(str(problem).removeprefix(f"{problem.place}: "))
    return f"::{problem.severity} file={escape(problem.place.path, ',:')},line={max(problem.place.line, 1)},title={problem.code}::{text}"


def escape(text: str, more: str = "") -> str:
    """Characters that end a workflow command; in a property such as the file also `more` (actions/toolkit, command.ts)."""
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


@heard()
def show(outcome: Outcome, as_json: bool, quiet: bool = False) -> None:
    """Problems on standard error, results on standard output; with `--json` one document and nothing else."""
    problems = sorted(set(outcome.problems), key=lambda problem: (problem.place, problem.code, problem.message))
    if os.environ.get("GITHUB_ACTIONS"):
        for problem in problems:
            print(annotate(problem), file=sys.stderr)
    if as_json:
        rows = [
            {"code": p.code, "severity": p.severity, "path": p.place.path, "line": p.place.line, "message": p.message, "hint": p.hint}
            for p in problems
        ]
        document: dict[str, Any] = {"ok": outcome.ok, "problems": rows, "artifacts": list(outcome.artifacts)}
        if outcome.notes and not outcome.artifacts:
            document["notes"] = list(outcome.notes)
        document.update(outcome.extra)
        print(json.dumps(document, indent=1, ensure_ascii=False))
        return
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}. Nothing wrong was printed.", file=sys.stderr)
    if quiet:
        return
    if outcome.artifacts:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading in ("file", "pages", "kB", "state", "seconds"):
            table.add_column(heading, justify="left" if heading in ("file", "state") else "right", no_wrap=True)
        for entry in outcome.artifacts:
            state = ("sample, " if entry["sample"] else "") + entry["state"]
            table.add_row(
                entry["path"],
                str(entry["pages"]),
                f"{outcome.sizes[entry['path']] / 1024:.0f}",
                state,
                f"{entry['seconds']:.1f}" if entry["rendered"] else "unchanged",
            )
        Console(width=None if sys.stdout.isatty() else 120).print(table)
    for note in outcome.notes:
        print(note)
