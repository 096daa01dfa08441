"""A desk on the small project, with the numbers that plans are made of, two languages, and made-up prints."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from workshop import ROOT, TODAY, copy_small_project, list_languages, print_fast, write_po

from packbuilder.counter import Counter
from packbuilder.model import Artifact, Manuscript, Project
from packbuilder.orders import Order
from packbuilder.plan import NEEDED

SITE = "handouts/sites/small-gb.toml"
ADULT = {"audience": "adult", "locale": "en-GB"}
SIZE = (112, 158)


def draw_blank() -> bytes:
    """A first page as PNG."""
    result = BytesIO()
    Image.new("L", SIZE, 255).save(result, "PNG")
    return result.getvalue()


PICTURE = draw_blank()


def make_desk_project(folder: Path, *locales: str) -> Project:
    """The small project in a folder of its own, in these languages besides English, with plans."""
    project = copy_small_project(folder)
    facts = project.handouts / "facts.toml"
    tables = re.split(r"(?m)^(?=\[)", (ROOT / "handouts" / "facts.toml").read_text(encoding="utf-8"))
    plans = [
        re.sub(r"(?m)^evidence = .*$", 'evidence = ["S02"]\nderived = "made up"', table)
        for table in tables
        if table[1:].partition("]")[0] in NEEDED
    ]
    facts.write_text("\n".join((facts.read_text(encoding="utf-8"), *plans)), encoding="utf-8")
    list_languages(project, "en-GB", *locales)
    for code in locales:
        write_po(project, code)
    return project


def add_site(project: Project, id_: str, name: str) -> None:
    """A second hospital, like the first."""
    text = (project.root / SITE).read_text(encoding="utf-8")
    other = text.replace('"small-gb"', f'"{id_}"').replace('"Northfield Hospital"', f'"{name}"')
    (project.handouts / "sites" / f"{id_}.toml").write_text(other, encoding="utf-8")


@contextmanager
def printing_fast(printed: list[str] | None = None) -> Iterator[None]:
    """Prints are made up, in this process; their paths are noted."""

    def print_here(jobs: Iterable[tuple[Manuscript, ...]], project: Project) -> Iterator[Artifact]:
        for artifact in print_fast(Order(Path(), TODAY), jobs, project):
            if printed is not None:
                printed.append(artifact.edition.path)
            yield artifact

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("packbuilder.counter.make_pool", lambda *_: None)
        patch.setattr("packbuilder.counter.print_here", print_here)
        patch.setattr("packbuilder.counter.draw_page", lambda _pdf, _width: PICTURE)
        yield


def open_counter(project: Project) -> Counter:
    return Counter(project, project.root / "output")


def part(html: str, name: str) -> str:
    """The words of a part of the page that the script replaces: an error, the answer, the problems."""
    begin = re.search(rf'<(\w+)\b[^>]*data-part="{re.escape(name)}"[^>]*>', html)
    assert begin, f"the page has no part {name}"
    tag, depth, end = begin.group(1), 1, begin.end()
    for match in re.finditer(rf"<(/?){tag}\b[^>]*>", html[begin.end() :]):
        depth += -1 if match.group(1) else 1
        if not depth:
            end = begin.end() + match.start()
            break
    inner = re.sub(r"<[^>]*>", " ", re.sub(r"</?(?:bdi|span)\b[^>]*>", "", html[begin.end() : end]))
    return " ".join(unescape(inner).split())


def choices_of(html: str, name: str) -> list[str]:
    """The values of the radio buttons of a question."""
    return re.findall(rf'<input type="radio" name="{name}" value="([^"]*)"', html)


def chosen_of(html: str, name: str) -> list[str]:
    return re.findall(rf'<input type="radio" name="{name}" value="([^"]*)"[^>]* checked', html)


def links_of(html: str) -> list[str]:
    """Every address that the page leads to or loads."""
    return [unescape(address) for address in re.findall(r'(?:href|src|action)="([^"]*)"', html)]
