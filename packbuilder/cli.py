"""The command line: the order of the steps, progress, exit codes. The only module that prints.

Exit codes: 0 fine, 1 problems, 2 the command was wrong. All problems are shown at once, sorted by path and line.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from packbuilder import VERSION
from packbuilder.assemble import assemble, for_edition, plan_editions
from packbuilder.catalog import compare, read_catalog, write_catalog
from packbuilder.checks import check_library, readings
from packbuilder.language import babel_locale, is_source_language
from packbuilder.messages import extract
from packbuilder.model import (
    AUDIENCES,
    BILINGUAL,
    FORMATS,
    Artifact,
    Edition,
    Manuscript,
    Place,
    Problem,
    Project,
)
from packbuilder.publish import OutputFailed, publish, read_manifest
from packbuilder.rooms import Rooms, default_sites, drop_other_locales, find_sites, foreign_contexts, read_rooms
from packbuilder.site import read_site
from packbuilder.status import as_rows, count_shares
from packbuilder.textfile import read_text, shown_path, suggest
from packbuilder.translation import check_untouched

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command found and made."""

    problems: tuple[Problem, ...] = ()
    artifacts: tuple[dict[str, Any], ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)


def main(argv: Sequence[str]) -> int:
    """Runs one command; see `--help`."""
    args = parse_arguments(argv)
    project = Project(ROOT)
    if args.command == "messages":
        outcome = run_messages(args, project)
    elif args.command == "check":
        outcome = run_check(project)
    elif args.command == "verify":
        outcome = run_verify(Path(args.folder))
    elif args.command == "status":
        return run_status(args, project)
    elif args.command == "watch":
        return run_watch(args, project)
    else:
        outcome = run_build(args, project)
    show(outcome, as_json=getattr(args, "json", False))
    return 0 if outcome.ok else 1


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The options of design, section 5. No command means `build`."""
    parser = argparse.ArgumentParser(prog="python3 build.py", description="Builds printed blinatumomab packs and wallet cards.")
    parser.add_argument("--version", action="version", version=f"blinatumomab-packs {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    build = commands.add_parser("build", help="print packs, cards and the index (this happens when no command is given)")
    build.add_argument("--site", action="append", default=[], metavar="FILE", help="a site file, or the name of one in handouts/sites")
    build.add_argument("--audience", action="append", default=[], choices=AUDIENCES)
    build.add_argument("--locale", action="append", default=[], metavar="CODE", help="a language that the site lists, such as en-GB")
    build.add_argument("--format", action="append", default=[], choices=(*FORMATS, *BILINGUAL))
    build.add_argument("--release", action="store_true", help="publish only when everything asked for is approved")
    build.add_argument("--jobs", type=positive, default=0, metavar="N", help="processes; as many as there are cores if not given")
    build.add_argument("--output", default=str(ROOT / "output"), metavar="DIR")
    build.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    build.add_argument("--keep-html", metavar="DIR", help="also keep the HTML of each PDF")
    check = commands.add_parser("check", help="everything that can be known without printing")
    check.add_argument("--json", action="store_true")
    messages = commands.add_parser("messages", help="bring locales/*.po up to date; a new code makes a new file")
    messages.add_argument("locale", nargs="*", metavar="CODE")
    status = commands.add_parser("status", help="how far each language is")
    status.add_argument("--json", action="store_true")
    watch = commands.add_parser("watch", help="print one pack again after every save, and keep a page in the browser fresh")
    watch.add_argument("--site", metavar="FILE", help="a site file; the first one if not given")
    watch.add_argument("--audience", required=True, choices=AUDIENCES)
    watch.add_argument("--locale", required=True, metavar="CODE")
    watch.add_argument("--output", default=str(ROOT / "output"), metavar="DIR")
    verify = commands.add_parser("verify", help="hold every PDF against the manifest")
    verify.add_argument("folder", nargs="?", default=str(ROOT / "output"))
    commands.add_parser("test", help="the test suite")
    is_option = not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help", "--version"))
    return parser.parse_args(["build", *argv] if is_option else list(argv))


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def run_check(project: Project) -> Outcome:
    """Everything that can be known without printing."""
    rooms = read_rooms(project, default_sites(project))
    problems = [*rooms.problems, *check_library(rooms.library, rooms.sites, rooms.complete)]
    wanted = extract(rooms.library, rooms.template_messages, rooms.sites)
    for code, translations in rooms.catalogs.items():
        if code not in rooms.damaged:
            problems.extend(compare(translations, wanted, f"locales/{code}.po"))
            if is_source_language(code):
                problems.extend(check_untouched(code, wanted, translations, rooms.glossaries[code], foreign_contexts(code, rooms)))
    notes = [
        f"{audience} pack, {region}: Flesch-Kincaid grade {reading.grade:.1f}, {reading.mean:.1f} words a sentence, {reading.words} words"
        for audience, region, reading in readings(rooms.library, rooms.sites)
    ]
    return Outcome(tuple(problems), notes=(*notes, f"{len(wanted)} messages, {len(rooms.library.evidence)} evidence rows"))


def run_messages(args: argparse.Namespace, project: Project) -> Outcome:
    """Extracts and merges. A file that can't be read is left as it is."""
    rooms = read_rooms(project, default_sites(project))
    wanted = extract(rooms.library, rooms.template_messages, rooms.sites)
    problems = [problem for problem in rooms.problems if not problem.place.path.startswith("locales/") and problem.code != "NO_LOCALE"]
    codes = args.locale or [path.stem for path in sorted(project.locales.glob("*.po"))]
    notes = []
    for code in codes:
        path = project.locales / f"{code}.po"
        try:
            babel_locale(code)
        except ValueError:
            problems.append(
                Problem(
                    "UNKNOWN_LOCALE", Place(f"locales/{code}.po"), f"{code!r} is not a language code", "write it like es, pt-BR or zh-Hans"
                )
            )
            continue
        old, wrong = read_text(path, project.root) if path.exists() else ("", ())
        broken = [*wrong, *(read_catalog(path, project.root)[1] if old else ())]
        if any(
            problem.code in ("PO_LINE", "PO_DUPLICATE", "PO_BROKEN", "NOT_UTF8", "HIDDEN_CHARACTER", "UNREADABLE") for problem in broken
        ):
            problems.extend(broken)
            continue
        text = write_catalog(code, wanted, old)
        if text != old:
            part = path.with_suffix(".po.part")
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(path)
        notes.append(f"{shown_path(path, project.root)}: {len(wanted)} messages{'' if text != old else ', unchanged'}")
    return Outcome(tuple(problems), notes=tuple(notes))


def run_build(args: argparse.Namespace, project: Project) -> Outcome:
    """Read, choose, translate, fill, typeset, print, read back, publish. With a problem in any room nothing is written."""
    paths, unknown = find_sites(args.site, project)
    # A build of everything also shows how far each language is; any other reads only the languages it prints.
    everything = not (args.site or args.audience or args.locale or args.format)
    rooms = read_rooms(project, paths, None if everything else args.locale)
    editions = plan_editions(rooms.sites, rooms.library, args.audience, args.locale, args.format)
    problems = [*unknown, *drop_other_locales(rooms.problems, editions), *check_library(rooms.library, rooms.sites, rooms.complete)]
    known = sorted({locale for site in rooms.sites for locale in site.locales})
    problems += [
        Problem("UNKNOWN_LOCALE", Place(code), "no site lists this language", suggest(code, known))
        for code in args.locale
        if code not in known
    ]
    if not problems and not editions:
        problems.append(Problem("NOTHING", Place("handouts/sites"), "nothing was asked for", "add a site file, or ask for less"))
    if any(problem.severity == "error" for problem in problems):
        return Outcome(tuple(problems))
    manuscripts, more = assemble_all(editions, rooms)
    if args.release:
        more += [
            Problem(
                "NOT_RELEASED",
                Place(manuscript.edition.path),
                f"is a draft: {'; '.join(manuscript.reasons)}",
                "have it signed, then build again",
            )
            for manuscript in manuscripts
            if manuscript.state == "draft"
        ]
    if more:
        return Outcome(tuple(more))
    from packbuilder.edition import print_all
    from packbuilder.printer import FontsMissing

    try:
        artifacts = collect(print_all(manuscripts, project, args.jobs), len(manuscripts), quiet=args.json)
    except FontsMissing as missing:
        return Outcome((Problem("FONTS", Place(str(missing)), "holds no fonts", "fetch the project again: templates/fonts is part of it"),))
    return deliver(artifacts, args, rooms, project)


def assemble_all(editions: Sequence[Edition], rooms: Rooms) -> tuple[list[Manuscript], list[Problem]]:
    """The words are the same for every kind and format, so each text is assembled once."""
    done: dict[tuple[str, str, str, bool], Manuscript] = {}
    problems: list[Problem] = []
    manuscripts = []
    for edition in editions:
        key = (edition.site.id, edition.audience, edition.locale, edition.format in BILINGUAL)
        if key not in done:
            done[key], wrong = assemble(edition, rooms.library, rooms.template_messages, rooms.catalogs)
            problems.extend(wrong)
        manuscripts.append(for_edition(done[key], edition))
    return manuscripts, problems


def collect(artifacts: Any, total: int, quiet: bool) -> list[Artifact]:
    """Runs the printing, with a bar where somebody looks on."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        return list(artifacts)
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True) as bar:
        task = bar.add_task("Printing", total=total)
        done = []
        for artifact in artifacts:
            done.append(artifact)
            bar.update(task, advance=1, description=artifact.edition.file_name)
        return done


def deliver(artifacts: Sequence[Artifact], args: argparse.Namespace, rooms: Rooms, project: Project) -> Outcome:
    """Publishes what passed. A PDF that failed leaves its older print and that one's manifest entry as they are."""
    problems = tuple(problem for artifact in artifacts for problem in artifact.problems)
    good = [artifact for artifact in artifacts if not artifact.problems]
    partial = bool(problems or args.site or args.audience or args.locale or args.format)
    if args.keep_html:
        folder = Path(args.keep_html)
        for artifact in artifacts:
            target = (folder / artifact.edition.path).with_suffix(".html")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(artifact.html, encoding="utf-8")
    if not good:
        return Outcome(problems)
    output = Path(args.output)
    sites = [read_site(path, project.root)[0] for path in default_sites(project)] if args.site else rooms.sites
    planned = plan_editions([site for site in sites if site], rooms.library)
    planned = (*planned, *(artifact.edition for artifact in good))
    try:
        entries = publish(good, lambda entries: draw_pages(entries, rooms, project, partial), output, planned, partial)
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


def draw_pages(entries: Sequence[Mapping[str, Any]], rooms: Rooms, project: Project, partial: bool) -> dict[str, str]:
    """The ward's front page; after a build of everything also the state of the translations."""
    from packbuilder.edition import environment

    env = environment(project.templates)
    index = {"index.html": env.get_template("index.html").render(entries=entries)}
    if partial:
        return index
    shares = count_shares(rooms.library, extract(rooms.library, rooms.template_messages, rooms.sites), rooms.catalogs)
    return index | {"status.html": env.get_template("status.html").render(rows=as_rows(shares))}


def run_status(args: argparse.Namespace, project: Project) -> int:
    """The table language by pack; the same as HTML in the output folder comes with each build."""
    rooms = read_rooms(project, default_sites(project))
    messages = extract(rooms.library, rooms.template_messages, rooms.sites)
    shares = count_shares(rooms.library, messages, rooms.catalogs)
    if args.json:
        print(json.dumps({"ok": not rooms.problems, "status": as_rows(shares)}, indent=1, ensure_ascii=False))
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
    for problem in sorted(rooms.problems, key=lambda problem: problem.place):
        print(problem, file=sys.stderr)
    return 1 if rooms.problems else 0


def run_watch(args: argparse.Namespace, project: Project) -> int:
    """Prints one pack after every save until it is stopped: first what changed, then the whole. The last good print stays."""
    from packbuilder.watch import show_preview, snapshot, wait_for_change

    sites, unknown = find_sites([args.site] if args.site else [], project)
    if unknown or not sites:
        show(Outcome(tuple(unknown)), as_json=False)
        return 1
    options = ["--site", str(sites[0]), "--audience", args.audience, "--locale", args.locale, "--output", args.output]
    build = parse_arguments(["build", "--jobs", "1", *options])
    seen, last = snapshot(project), None
    try:
        while True:
            start = time.perf_counter()
            last = show_change(build, project, last, start)
            outcome = run_build(build, project)
            show(outcome, as_json=False)
            if outcome.artifacts:
                page = show_preview([entry["path"] for entry in outcome.artifacts], Path(args.output))
                print(f"{time.perf_counter() - start:.1f} s. Open {page} in a browser; it follows by itself. Ctrl-C ends.")
            seen = wait_for_change(project, seen)
    except KeyboardInterrupt:
        print("Stopped watching.")
        return 0


def show_change(args: argparse.Namespace, project: Project, last: Manuscript | None, start: float) -> Manuscript | None:
    """Puts the sections that changed on screen at once; the manuscript to compare with the next time."""
    from packbuilder.edition import print_sections
    from packbuilder.watch import changed_stems, show_changed

    rooms = read_rooms(project, find_sites(args.site, project)[0], args.locale)
    editions = plan_editions(rooms.sites, rooms.library, args.audience, args.locale, args.format)
    if not editions or any(problem.severity == "error" for problem in rooms.problems):
        return last
    [manuscript, *_], _ = assemble_all(editions[:1], rooms)
    if stems := changed_stems(last, manuscript):
        show_changed(print_sections(manuscript, stems, project), Path(args.output))
        print(f"{time.perf_counter() - start:.1f} s: {', '.join(sorted(stems))}")
    return manuscript


def run_verify(output: Path) -> Outcome:
    """Reads every PDF back and holds it against the manifest."""
    from packbuilder.verify import verify_entry

    entries = read_manifest(output)
    if not entries:
        return Outcome((Problem("NO_MANIFEST", Place(str(output)), "holds no manifest of a finished build", "run: python3 build.py"),))
    problems = tuple(problem for entry in entries for problem in verify_entry(entry, output))
    return Outcome(problems, notes=(f"{len(entries)} files, {len(problems)} problems",))


def show(outcome: Outcome, as_json: bool) -> None:
    """Problems on standard error, results on standard output; with `--json` one document and nothing else."""
    problems = sorted(set(outcome.problems), key=lambda problem: (problem.place, problem.code, problem.message))
    if as_json:
        rows = [
            {"code": p.code, "severity": p.severity, "path": p.place.path, "line": p.place.line, "message": p.message, "hint": p.hint}
            for p in problems
        ]
        document: dict[str, Any] = {"ok": outcome.ok, "problems": rows, "artifacts": list(outcome.artifacts)}
        if outcome.notes and not outcome.artifacts:
            document["notes"] = list(outcome.notes)
        print(json.dumps(document, indent=1, ensure_ascii=False))
        return
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}. Nothing wrong was printed.", file=sys.stderr)
    if outcome.artifacts:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for heading in ("file", "pages", "kB", "state", "seconds"):
            table.add_column(heading, justify="left" if heading in ("file", "state") else "right", no_wrap=True)
        for entry in outcome.artifacts:
            state = ("sample, " if entry["sample"] else "") + entry["state"]
            table.add_row(
                entry["path"], str(entry["pages"]), f"{outcome.sizes[entry['path']] / 1024:.0f}", state, f"{entry['seconds']:.1f}"
            )
        Console(width=None if sys.stdout.isatty() else 120).print(table)
    for note in outcome.notes:
        print(note)
