"""What was asked for on the command line, as values. A wrong word ends the program with exit code 2, as argparse does it."""

import argparse
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date
from pathlib import Path

from packbuilder import VERSION
from packbuilder.model import AUDIENCES, FORMATS, ROLES, WORKING, Limits
from packbuilder.orders import DateWords, Order
from packbuilder.toolchain import tool_versions


def parse_arguments(argv: Sequence[str], root: Path) -> argparse.Namespace:
    """The options of design, section 5. No command means `build`. `root` is the project, for folders that nobody named."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python3 build.py", description="Builds printed blinatumomab packs and wallet cards.", formatter_class=as_written
    )
    parser.add_argument("--version", action="version", version=list_versions() if "--version" in argv else "")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    build = commands.add_parser("build", help="print packs, cards and the index (this happens when no command is given)")
    build.add_argument("--site", action="append", default=[], metavar="FILE", help="a site file, or the name of one in handouts/sites")
    build.add_argument("--audience", action="append", default=[], choices=AUDIENCES)
    build.add_argument("--locale", action="append", default=[], metavar="CODE", help="a language that the site lists, such as en-GB")
    build.add_argument("--format", action="append", default=[], choices=(*FORMATS, *WORKING))
    build.add_argument("--release", action="store_true", help="publish only when everything asked for is approved")
    build.add_argument("--sites", metavar="DIR", help="every site file of a folder, instead of handouts/sites")
    build.add_argument("--force", action="store_true", help="print everything anew, also what has not changed")
    build.add_argument("--jobs", type=positive, default=0, metavar="N", help="processes; as many as there are cores if not given")
    build.add_argument("--shard", type=a_shard, default=(1, 1), metavar="I/N", help="only the I-th of N parts, for machines side by side")
    build.add_argument("--scheduler", default="", metavar="TCP", help="print on a Dask cluster: tcp://host:8786 (needs the cluster extra)")
    build.add_argument(
        "--time-limit", type=positive, default=Limits().seconds, metavar="S", help="end a print that takes longer (%(default)s s)"
    )
    build.add_argument(
        "--memory-limit", type=positive, default=Limits().megabytes, metavar="MB", help="end a print that needs more (%(default)s MB)"
    )
    build.add_argument("--quiet", action="store_true", help="say nothing but problems")
    build.add_argument("--output", metavar="DIR", help="where to write: output, or output/dated with --start")
    build.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    build.add_argument("--keep-html", metavar="DIR", help="also keep the HTML of each PDF")
    add_today(build)
    dates = build.add_argument_group("the dates of one cycle", "weekdays and dates on the plan, the diary, and in a calendar file")
    dates.add_argument("--start", default="", metavar="2026-12-01T10:30", help="when the drip starts, on the hospital's clock")
    dates.add_argument("--cycle", default="", metavar="N")
    dates.add_argument("--bag-days", default="", metavar="3,4", help="how many days each bag lasts, in turn")
    dates.add_argument("--bag-hours", default="", metavar="96", help="the same in hours")
    dates.add_argument("--break", default="", metavar="DAYS", dest="break_days", help="14 or 56")
    dates.add_argument("--hospital-days", default="", metavar="N", help="the first days, in hospital")
    check = commands.add_parser("check", help="everything that can be known without printing")
    check.add_argument("--json", action="store_true")
    check.add_argument("--days", type=positive, default=60, metavar="N", help="warn so many days before a review date (60)")
    add_today(check)
    messages = commands.add_parser("messages", help="bring locales/*.po up to date; a new code makes a new file")
    messages.add_argument("locale", nargs="*", metavar="CODE")
    status = commands.add_parser("status", help="how far each language is")
    status.add_argument("--json", action="store_true")
    add_today(status)
    approve = commands.add_parser("approve", help="sign a text: it prints without a draft mark until a word of it changes")
    approve.add_argument("--site", required=True, metavar="FILE", help="a site file, or the name of one in handouts/sites")
    approve.add_argument("--audience", required=True, choices=AUDIENCES)
    approve.add_argument("--locale", required=True, metavar="CODE")
    approve.add_argument("--role", required=True, choices=ROLES, help="clinical for the source language, translation for every other")
    approve.add_argument("--by", required=True, metavar="NAME", help='who signs: "Name, title"')
    approve.add_argument("--title", default="", help="the person's title, if it does not stand behind the name")
    approve.add_argument("--review", type=a_date, metavar="DATE", help="when to look at it again; the latest day that the site allows")
    approve.add_argument("--yes", action="store_true", help="record without asking")
    add_today(approve)
    watch = commands.add_parser("watch", help="print one pack again after every save, and keep a page in the browser fresh")
    watch.add_argument("--site", metavar="FILE", help="a site file; the first one if not given")
    watch.add_argument("--audience", required=True, choices=AUDIENCES)
    watch.add_argument("--locale", required=True, metavar="CODE")
    watch.add_argument("--output", default=str(root / "output"), metavar="DIR")
    desk = commands.add_parser("desk", help="a page in the browser of this computer: choose a pack, with dates if you like, and print it")
    desk.add_argument("--site", action="append", default=[], metavar="FILE", help="a site file, or the name of one in handouts/sites")
    desk.add_argument("--port", type=positive, default=8765, metavar="N", help="%(default)s if not given")
    desk.add_argument("--host", default="127.0.0.1", metavar="ADDR", help="another address of this computer; see the next option")
    desk.add_argument(
        "--open-to-network", action="store_true", help="let other computers in: no password, no encryption, all see what is chosen"
    )
    add_today(desk)
    desk.set_defaults(today=None)
    verify = commands.add_parser("verify", help="hold every PDF against the manifest")
    verify.add_argument("folder", nargs="?", default=str(root / "output"))
    commands.add_parser("test", help="the test suite")
    is_option = not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help", "--version"))
    return parser.parse_args(["build", *argv] if is_option else list(argv))


def list_versions() -> str:
    """What made a PDF, for a report: this program, and each tool that decides how a page comes out."""
    return "\n".join([f"blinatumomab-packs {VERSION}", *(f"{name} {version}" for name, version in tool_versions().items())])


def add_today(command: argparse.ArgumentParser) -> None:
    command.add_argument("--today", type=a_date, default=date.today(), metavar="DATE", help="another day than today, for tests")


def a_date(text: str) -> date:
    return date.fromisoformat(text)


def a_shard(text: str) -> tuple[int, int]:
    number, count = map(int, text.split("/"))
    if not 1 <= number <= count:
        raise ValueError(text)
    return number, count


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def make_order(args: argparse.Namespace, root: Path) -> Order:
    """The options of `build` as an order. One patient's dates never go where the ward's packs lie."""
    named = DateWords(args.start, args.cycle, args.bag_days, args.bag_hours, args.break_days, args.hospital_days)
    dates = named if any(astuple(named)) else None
    return Order(
        output=Path(args.output) if args.output else root / "output" / "dated" if dates else root / "output",
        dates=dates,
        today=args.today,
        sites=tuple(args.site),
        site_folder=Path(args.sites) if args.sites else None,
        audiences=tuple(args.audience),
        locales=tuple(args.locale),
        formats=tuple(args.format),
        release=args.release,
        force=args.force,
        jobs=args.jobs,
        limits=Limits(args.time_limit, args.memory_limit),
        shard=args.shard,
        scheduler=args.scheduler,
        keep_html=Path(args.keep_html) if args.keep_html else None,
    )
