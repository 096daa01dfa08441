"""Helpers of the tests: a small project, its manuscripts, fixture files that anyone can add to, and goldens."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
import pytest

from packbuilder import cli
from packbuilder.assemble import plan_editions
from packbuilder.catalog import Translations
from packbuilder.companions import calendar_path, phone_path, picture_path
from packbuilder.content import read_library
from packbuilder.language import pseudo_translate
from packbuilder.messages import extract, extract_templates
from packbuilder.model import (
    Approval,
    Artifact,
    Edition,
    Format,
    Kind,
    Library,
    Manuscript,
    Place,
    Plan,
    Problem,
    Project,
    Role,
    Site,
    Translation,
)
from packbuilder.orders import Order
from packbuilder.plan import NEEDED
from packbuilder.prepare import prepare
from packbuilder.publish import describe
from packbuilder.rooms import Rooms, find_sites, read_rooms
from packbuilder.schedule import make_schedule
from packbuilder.site import read_site
from packbuilder.typeset import make_environment

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "fixtures"
GOLDEN = ROOT / "tests" / "golden"
SMALL = FIXTURES / "small"
SHIPPED = Project(ROOT)
TODAY = date(2026, 3, 2)
# For a row of a table that another row stands for in the default suite.
LONG = pytest.mark.long
# What an entry of the manifest holds, in this order (design, 9).
ENTRY_KEYS = [
    "path",
    "kind",
    "site",
    "region",
    "audience",
    "locale",
    "format",
    "paper",
    "pages",
    "sha256",
    "state",
    "sample",
    "reasons",
    "digest",
    "facts",
]


class SmallProject(Project):
    """The small handouts with the project's own templates, read where they stand: nothing is copied to print them."""

    __slots__ = ()

    @property
    def templates(self) -> Path:
        return ROOT / "templates"


def copy_small_project(folder: Path) -> Project:
    """The small project in a folder of its own, to be changed and built there by the command line."""
    shutil.copytree(SMALL / "handouts", folder / "handouts")
    (folder / "locales").mkdir()
    (folder / "templates").symlink_to(ROOT / "templates", target_is_directory=True)
    return Project(folder)


def copy_shipped_project(folder: Path) -> Project:
    """The project's own rooms in a folder, where a test may change them."""
    for room in ("handouts", "locales"):
        shutil.copytree(ROOT / room, folder / room)
    (folder / "templates").symlink_to(ROOT / "templates", target_is_directory=True)
    return Project(folder)


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a fixture file: title / . / input / . / expected / ."""

    title: str
    text: str
    expected: tuple[str, ...]


def read_cases(name: str) -> list[Any]:
    """The cases of `tests/fixtures/<name>` as parameters for pytest, each named by its title."""
    cases: list[Any] = []
    title, parts = "", [""]
    for line in (FIXTURES / name).read_text(encoding="utf-8").split("\n"):
        if line == ".":
            parts.append("")
            if len(parts) == 4:
                case = Case(title, parts[1], tuple(parts[2].split("\n")[:-1]))
                cases.append(pytest.param(case, id=title))
                title, parts = "", [""]
        elif len(parts) > 1:
            parts[-1] += line + "\n"
        elif line and not line.startswith("#"):
            assert not title, f"{name}: two titles in a row: {title!r}, {line!r}"
            title = line
    assert not title and cases, f"{name}: a case is not complete: {title!r}"
    return cases


# Reading the small project


@cache
def small() -> SmallProject:
    return SmallProject(SMALL)


@cache
def small_library() -> Library:
    library, problems = read_library(small())
    assert not problems
    return library


@cache
def small_site() -> Site:
    site, problems = read_site(SMALL / "handouts/sites/small-gb.toml", SMALL)
    assert site and not problems, problems
    return site


def site_from(text: str, folder: Path, name: str = "small-gb") -> tuple[Site | None, tuple[Problem, ...]]:
    """What the reader makes of the text of a site file."""
    path = folder / "handouts" / "sites" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_site(path, folder)


SMALL_SITE_TEXT = (SMALL / "handouts/sites/small-gb.toml").read_text(encoding="utf-8")


def change_toml(text: str, changes: str) -> str:
    """A TOML text with lines like `contact.phone_24h = "12"` (set or add) and `without review.owner` (take out)."""
    lines = text.split("\n")
    for change in filter(None, changes.split("\n")):
        gone = change.removeprefix("without ")
        dotted, _, value = change.partition(" = ")
        table, _, key = (gone if gone != change else dotted).rpartition(".")
        found = next((number for number, (where, name) in keys_of(lines).items() if (where, name) == (table, key)), None)
        if gone != change:
            assert found is not None, f"there is no {gone} to take out"
            lines[found : end_of_value(lines, found)] = []
        elif found is not None:
            lines[found : end_of_value(lines, found)] = [f"{key} = {value}"]
        else:
            start = next((number for number, line in enumerate(lines) if line == f"[{table}]"), None)
            if start is None and table:
                lines += [f"[{table}]", f"{key} = {value}"]
            else:
                lines.insert(0 if start is None else start + 1, f"{key} = {value}")
    return "\n".join(lines)


def keys_of(lines: list[str]) -> dict[int, tuple[str, str]]:
    found, table = {}, ""
    for number, line in enumerate(lines):
        if match := re.fullmatch(r"\[([\w.]+)\]", line):
            table = match.group(1)
        elif match := re.match(r"(\w+) = ", line):
            found[number] = table, match.group(1)
    return found


def end_of_value(lines: list[str], start: int) -> int:
    """A list may go over several lines; it ends with a `]` in the first column."""
    return lines.index("]", start) + 1 if lines[start].endswith("[") else start + 1


# Manuscripts


def plan(
    site: Site, audience: str, locale: str, kind: Kind = "pack", library: Library | None = None, format_: Format = "standard"
) -> Edition:
    return Edition(site, (library or small_library()).packs[audience], locale, format_, kind)


def make_rooms(
    library: Library | None = None,
    sites: Iterable[Site] = (),
    catalogs: Mapping[str, Translations] | None = None,
    approvals: Iterable[Approval] = (),
) -> Rooms:
    """All rooms as values, as if they had been read: the small project with what a test puts in its place."""
    return Rooms(
        library=library or small_library(),
        sites=tuple(sites) or (small_site(),),
        template_messages=template_messages(),
        catalogs=catalogs or {},
        glossaries={},
        approvals=tuple(approvals),
        problems=(),
        complete=True,
    )


def write(
    audience: str = "adult",
    locale: str = "en-GB",
    kind: Kind = "pack",
    site: Site | None = None,
    library: Library | None = None,
    catalogs: Mapping[str, Translations] | None = None,
    format_: Format = "standard",
    approvals: Iterable[Approval] = (),
    today: date = TODAY,
) -> Manuscript:
    """A manuscript of the small project, with its digest and its state."""
    library, site = library or small_library(), site or small_site()
    edition = plan(site, audience, locale, kind, library, format_)
    rooms = make_rooms(library, [site], catalogs, approvals)
    [manuscript], problems = prepare([edition], rooms, make_environment(SHIPPED.templates), today)
    assert not problems
    return manuscript


@cache
def template_messages() -> tuple[Any, ...]:
    return extract_templates(SHIPPED.templates, ROOT)


def echo_catalog(library: Library | None = None, sites: Iterable[Site] = ()) -> Translations:
    """A translation that says every message in the source's own words: a right-to-left page that the bundled fonts can set."""
    messages = extract(library or small_library(), template_messages(), list(sites) or [small_site()])
    return {(m.context, m.text): Translation(m.context, m.text, m.text, False, Place("locales/ar.po", 1)) for m in messages}


def translated(changes: Mapping[str, str], library: Library | None = None) -> Translations:
    """The echo with other words for some messages, whatever their context."""
    echo = echo_catalog(library)
    assert set(changes) <= {text for _, text in echo}, "a message that is not there cannot be translated"
    return {key: replace(entry, text=changes.get(entry.source, entry.text)) for key, entry in echo.items()}


def panel_text(library: Library, stem: str, text: str) -> Library:
    """The library with another text on a panel of the card."""
    return replace(library, panels={**library.panels, stem: replace(library.panels[stem], text=text)})


def block_text(library: Library, stem: str, text: str) -> Library:
    """The library with another text in a block."""
    return replace(library, blocks={**library.blocks, stem: replace(library.blocks[stem], text=text)})


def codes(problems: Iterable[Problem]) -> set[str]:
    return {problem.code for problem in problems}


def assert_clean(artifact: Artifact) -> None:
    """A print that may be published: WeasyPrint said nothing, and the read-back found nothing."""
    assert not artifact.problems, "\n".join(map(str, artifact.problems))
    assert artifact.pdf.startswith(b"%PDF-")


# Signatures


def make_real(site: Site | None = None) -> Site:
    """A site that may be released. Its numbers stay made up: only the reader of site files looks at that."""
    return replace(site or small_site(), sample=False)


def sign(manuscript: Manuscript, by: str = "A. Person", on: date = TODAY, **changes: Any) -> Approval:
    """A signature for this very text, good for a year."""
    edition = manuscript.edition
    role: Role = "clinical" if edition.locale.startswith("en") else "translation"
    review = date(on.year + 1, on.month, on.day)
    approval = Approval(edition.site.id, edition.audience, edition.locale, role, by, "consultant", on, review, manuscript.digest)
    return replace(approval, **changes)


def list_languages(project: Project, *codes: str) -> None:
    """Other languages in the site file of the small project."""
    site = project.handouts / "sites" / "small-gb.toml"
    text = change_toml(site.read_text(encoding="utf-8"), "locales = [" + ", ".join(f'"{code}"' for code in codes) + "]")
    site.write_text(text, encoding="utf-8")


def add_plan_numbers(project: Project) -> None:
    """The numbers that a dated plan is made of, as they are shipped: the texts of the small project print none of them."""
    shipped, problems = read_library(SHIPPED)
    assert not problems
    with (project.handouts / "facts.toml").open("a", encoding="utf-8") as facts:
        for name in NEEDED:
            facts.write(f'\n[{name}]\nvalue = {shipped.facts[name].number}\nevidence = ["S02"]\nderived = "made up"\n')


def write_po(
    project: Project, code: str, changes: Mapping[str, str] | None = None, fuzzy: frozenset[str] = frozenset(), translator: str = ""
) -> None:
    """A whole catalogue of the small project in pseudo-words; `changes` says what stands there instead, by source."""
    rows = []
    for message in extract(small_library(), template_messages(), [small_site()]):
        quoted = [
            text.replace("\\", r"\\").replace('"', r"\"")
            for text in (message.text, (changes or {}).get(message.text, pseudo_translate(message.text)))
        ]
        flag = "#, fuzzy\n" if message.text in fuzzy else ""
        rows.append(f'{flag}msgctxt "{message.context}"\nmsgid "{quoted[0]}"\nmsgstr "{quoted[1]}"\n')
    named = f'"Last-Translator: {translator}\\n"\n' if translator else ""
    header = f'msgid ""\nmsgstr ""\n{named}"Content-Type: text/plain; charset=UTF-8\\n"\n'
    (project.locales / f"{code}.po").write_text("\n".join([header, *rows]), encoding="utf-8")


def change_file(project: Project, path: str, found: str, instead: str) -> None:
    """Other words in a file of a project, once."""
    file = project.root / path
    text = file.read_text(encoding="utf-8")
    assert found in text, f"{found!r} is not in {path}"
    file.write_text(text.replace(found, instead, 1), encoding="utf-8")


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, as a reader of PDF files finds them, with their white space folded."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


# The command line


@dataclass(frozen=True, slots=True)
class Run:
    """What one command gave."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on standard output."""
        return dict(json.loads(self.out))


class Command:
    """`python3 build.py …` on a project of the test, without a new process. A traceback fails the test."""

    def __init__(self, project: Project, patch: pytest.MonkeyPatch) -> None:
        self.project = project
        patch.setattr(cli, "ROOT", project.root)

    @property
    def output(self) -> Path:
        return self.project.root / "output"

    def __call__(self, *argv: str) -> Run:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = cli.main(argv)
            except SystemExit as stop:
                code = int(stop.code or 0)
        return Run(code, out.getvalue(), err.getvalue())


def print_fast(order: Order, jobs: Iterable[tuple[Manuscript, ...]], project: Project) -> Iterator[Artifact]:
    """In place of `production.run_jobs`: files that change with the telephone number, without a layout. "pump trips" fails."""
    for manuscript in (one for job in jobs for one in job):
        edition = manuscript.edition
        html = "".join(section.html for section in manuscript.sections)
        pdf = f"%PDF-1.7 {edition.path} {edition.site.contacts['phone_24h'].text}".encode()
        entry = describe(manuscript, html, hashlib.sha256(pdf).hexdigest(), 1)
        if "pump trips" in html:
            yield Artifact(edition, entry, b"", html, (Problem("PRINTER", Place(edition.path), "fails"),), 0.1)
        else:
            yield Artifact(edition, entry, pdf, html, (), 0.1, companions=fake_companions(edition))


def fake_companions(edition: Edition) -> dict[str, bytes]:
    """What goes with a made-up print, at the places where the real things go."""
    paths = [picture_path(edition)]
    paths += [phone_path(edition)] if edition.format == "phone-card" else []
    paths += [calendar_path(edition)] if edition.schedule else []
    return {path: f"{path} {edition.site.contacts['phone_24h'].text}".encode() for path in paths}


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# Laid-out pages of the shipped handouts


@cache
def shipped_rooms(site: str, locale: str) -> Rooms:
    return read_rooms(SHIPPED, find_sites([site], SHIPPED)[0], [locale])


@cache
def shipped_pack(site: str, audience: str, locale: str, format_: str = "standard", plan: Plan | None = None) -> Manuscript:
    """A pack as it ships, with a plan for one cycle with its dates."""
    rooms = shipped_rooms(site, locale)
    [edition] = [one for one in plan_editions(rooms.sites, rooms.library, [audience], [locale], [format_]) if one.kind == "pack"]
    if plan:
        schedule, problems = make_schedule(plan, edition.site, rooms.library, TODAY)
        assert schedule and not problems
        edition = replace(edition, schedule=schedule)
    [manuscript], wrong = prepare([edition], rooms, make_environment(SHIPPED.templates), TODAY)
    assert not wrong
    return manuscript


def boxes_of(document: Any) -> Iterator[tuple[int, Any]]:
    """Every box of an element with its page, from 1. WeasyPrint's own: lengths are in pixels, 96 to an inch."""
    for number, page in enumerate(document.pages, start=1):
        for box in page._page_box.descendants():
            if box.element is not None and "::" not in (box.element_tag or ""):
                yield number, box


def classes_of(box: Any) -> frozenset[str]:
    return frozenset((box.element.get("class") or "").split())
