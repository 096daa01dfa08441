"""What the hostile fixtures mean: where their text goes, characters that no editor shows, how long a text of thousands is; and what
came of it: what was reported, what a page is made of.
"""

import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from pytest import MonkeyPatch
from workshop import ROOT, SHIPPED, TODAY, Case, change_toml, list_languages, small_library, template_messages

from packbuilder.assemble import plan_editions
from packbuilder.catalog import read_catalog
from packbuilder.checks import check_library
from packbuilder.frontpage import Shown
from packbuilder.glossary import Glossary
from packbuilder.model import Problem, Project
from packbuilder.prepare import prepare
from packbuilder.publish import describe
from packbuilder.rooms import default_sites, read_rooms
from packbuilder.screens import draw_front_page, draw_overviews
from packbuilder.site import read_site
from packbuilder.translation import check_translation
from packbuilder.typeset import make_environment, typeset

SITE = "handouts/sites/small-gb.toml"
MANY = re.compile(r"<(\d+) times ((?:[^<>]|<U\+[0-9A-F]+>|<byte [0-9A-F]{2}>)*)>")
SPELT = re.compile(r"<U\+([0-9A-F]+)>")
BYTE = re.compile(rb"<byte ([0-9A-F]{2})>")
PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
LINKS = frozenset({"href", "src", "action", "data", "srcset", "poster", "formaction", "background", "cite", "xlink:href"})


def spell(text: str) -> bytes:
    """A text of a fixture as the bytes that it stands for; what is within goes first."""
    while MANY.search(text):
        text = MANY.sub(lambda match: match[2] * int(match[1]), text)
    data = SPELT.sub(lambda match: chr(int(match[1], 16)), text).encode()
    return BYTE.sub(lambda match: bytes([int(match[1], 16)]), data)


def write_case(project: Project, text: str) -> None:
    """Writes the input of a case into a project of the test. Several cases may go into one."""
    first, _, rest = text.partition("\n")
    kind, _, name = first.partition(" ")
    if kind == "block":
        put(project, f"handouts/blocks/{name or 'fever'}.md", b"## What is a fever?\n\n" + spell(rest))
    elif kind == "site":
        changed = change_toml((project.root / SITE).read_text(encoding="utf-8"), spell(rest.rstrip("\n")).decode())
        put(project, SITE, changed.encode())
    elif kind == "po":
        list_languages(project, "en-GB", "es")
        source, said = (spell(line).decode().replace("\\", r"\\").replace('"', r"\"") for line in rest.rstrip("\n").split("\n"))
        context = "alarm-table" if source.startswith("![") else "fever"
        file = project.locales / "es.po"
        before = file.read_text(encoding="utf-8") if file.exists() else PO
        put(project, "locales/es.po", f'{before}\nmsgctxt "{context}"\nmsgid "{source}"\nmsgstr "{said}"\n'.encode())
    elif kind == "change":
        old, _, new = rest.rstrip("\n").partition("\n")
        own_look(project, name)
        lines = (project.root / name).read_text(encoding="utf-8").split("\n")
        assert old in lines, f"{old!r} is no line of {name}"
        lines[lines.index(old)] = new
        put(project, name, "\n".join(lines).encode())
    else:
        assert kind == "file", f"{first!r} does not say where"
        if name.startswith("locales/"):
            list_languages(project, "en-GB", "es")
        put(project, SPELT.sub(lambda match: chr(int(match[1], 16)), name), spell(rest.removesuffix("\n")))


def put(project: Project, name: str, data: bytes) -> Path:
    """Writes a file of the test's own project, never one of ours."""
    own_look(project, name)
    path = project.root / name
    assert path.parent.resolve().is_relative_to(project.root.resolve())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def own_look(project: Project, name: str = "templates/print.css") -> None:
    """Templates of the test's own, where it is about to change one. Fonts are never copied: there are none, or ours."""
    if not name.startswith("templates/") or not project.templates.is_symlink():
        return
    project.templates.unlink()
    shutil.copytree(SHIPPED.templates, project.templates, ignore=shutil.ignore_patterns("fonts"))
    fonts = project.templates / "fonts"
    if name.startswith("templates/fonts"):
        fonts.mkdir()
    else:
        fonts.symlink_to(SHIPPED.templates / "fonts", target_is_directory=True)


# What is reported


def find_problems(project: Project, changed: str = "") -> list[Problem]:
    """All that a build would refuse to begin with. Words and drawings of a look that the test has not changed are read once for all."""
    pictures = small_library().pictures
    with MonkeyPatch.context() as patch:
        if "templates/pictures" not in changed:
            patch.setattr("packbuilder.content.read_pictures", lambda _: (pictures, ()))
        if not changed.endswith((".html", ".css")):
            patch.setattr("packbuilder.rooms.read_templates", lambda _: (template_messages(), ()))
        rooms = read_rooms(project, default_sites(project))
    return [*rooms.problems, *check_library(rooms.library, rooms.sites, rooms.complete)]


def read_case(project: Project, case: Case) -> list[Problem]:
    """What is reported of a case, by the reader of the file that it changes where that reads nothing else."""
    write_case(project, case.text)
    where = case.text.partition("\n")[0]
    if where in ("site", f"file {SITE}"):
        return list(read_site(project.root / SITE, project.root)[1])
    if where in ("po", "file locales/es.po"):
        entries, problems = read_catalog(project.locales / "es.po", project.root)
        return [*problems, *(wrong for entry in entries.values() for wrong in check_translation(entry, Glossary(), False))]
    return find_problems(project, where)


def is_reported(expected: str, problems: Iterable[Problem]) -> bool:
    """Whether an error says what a line of a fixture asks for: `path:line CODE - words`."""
    head, _, words = expected.partition(" - ")
    place, _, code = head.rpartition(" ")
    return any(
        (str(one.place), one.code, one.severity) == (place, code, "error") and words in f"{one.message} ({one.hint})" for one in problems
    )


# What a page is made of


@dataclass(frozen=True, slots=True)
class Shape:
    """Everything of a page that could do something, and its words. `parts` are elements with their attributes, `leads` where to."""

    parts: frozenset[str]
    leads: frozenset[str]
    active: tuple[str, ...]
    words: str


class Reader(HTMLParser):
    """As a browser reads it, without one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: set[str] = set()
        self.leads: set[str] = set()
        self.active: list[str] = []
        self.words: list[str] = []
        self.within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = tag if tag in ("script", "style") else ""
        self.parts |= {tag, *(f"{tag} {name}=" for name, _ in attrs)}
        self.leads |= {f"{tag} {name}={lead_of(value or '')}" for name, value in attrs if name in LINKS}

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        (self.active if self.within else self.words).append(data)

    def handle_comment(self, data: str) -> None:
        self.parts.add(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.parts.add(f"<!{decl}>")

    def unknown_decl(self, data: str) -> None:
        self.parts.add(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        self.parts.add(f"<?{data}>")


def lead_of(address: str) -> str:
    """What an address can do: its scheme, and whether it leads to another machine."""
    parts = urlsplit(address.strip())
    return f"{parts.scheme}:{'//' if parts.netloc else ''}"


def shape_of(html: str) -> Shape:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return Shape(frozenset(reader.parts), frozenset(reader.leads), tuple(reader.active), "".join(reader.words))


def draw_pages(project: Project) -> dict[str, Shape]:
    """The pages of a patient and those for the screen, without laying any out; the review shows all that stands behind a text."""
    rooms = read_rooms(project, default_sites(project))
    assert not rooms.problems, rooms.problems
    env = make_environment(project.templates)
    editions = plan_editions(rooms.sites, rooms.library, ["adult"], formats=("standard", "staff", "review"))
    manuscripts, problems = prepare(editions, rooms, env, TODAY)
    assert not problems, problems
    pages = {one.edition.path: typeset(one, env, dict.fromkeys(one.panels, 8.0)) for one in manuscripts}
    entries = [describe(one, pages[one.edition.path], "0" * 64, 1) for one in manuscripts if one.edition.format != "review"]
    shown = {one.edition.path: Shown(title=one.title, code=one.edition.document_code) for one in manuscripts}
    pages["index.html"] = draw_front_page(entries, shown, rooms, env, whole=True)
    pages |= {name: html for name, html in draw_overviews(rooms, manuscripts, env).items() if name.endswith(".html")}
    return {name: shape_of(html) for name, html in pages.items()}


def union(shapes: Iterable[Shape]) -> Shape:
    """All that some pages are made of."""
    some = list(shapes)
    return Shape(
        frozenset(part for shape in some for part in shape.parts),
        frozenset(lead for shape in some for lead in shape.leads),
        tuple({text for shape in some for text in shape.active}),
        "\n".join(shape.words for shape in some),
    )


# A command of its own


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command gave, with the seconds and the megabytes that it took at most."""

    code: int
    said: str
    seconds: float
    megabytes: float


def run_measured(project: Project, *argv: str, before: tuple[str, ...] = (), environment: Mapping[str, str] | None = None) -> Measured:
    """`python3 build.py …` on a project of the test, in a process of its own. `before` is a command that starts it."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom packbuilder import cli\n"
        f"cli.ROOT = Path({str(project.root)!r})\nif __name__ == '__main__':\n    sys.exit(cli.main(sys.argv[1:]))\n"
    )
    script = project.root / "go.py"
    script.write_text(program, encoding="utf-8")
    start = time.perf_counter()
    said = project.root / "said.txt"
    with said.open("wb") as out:
        child = os.posix_spawnp(
            (command := [*before, sys.executable, str(script), *argv])[0],
            command,
            {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)],
        )
        _, status, used = os.wait4(child, 0)
    most = used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return Measured(
        os.waitstatus_to_exitcode(status), said.read_text(encoding="utf-8", errors="replace"), time.perf_counter() - start, most
    )
