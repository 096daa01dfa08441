"""Drawings: shapes on paper, and nothing that loads, runs, unfolds or speaks."""

import shutil
from pathlib import Path

import pytest
from workshop import SHIPPED

from packbuilder.drawing import check_drawing, read_pictures
from packbuilder.model import Project

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
GOOD = f'{HEAD}<g fill="#00566b"><path d="M0 0h10v10z"/><circle cx="5" cy="5" r="2"/></g></svg>'


def test_every_shipped_drawing_is_plain() -> None:
    names, problems = read_pictures(SHIPPED)
    assert problems == () and {"pump-line-bag", "thermometer", "icon-phone"} <= names


def test_a_plain_drawing_is_taken() -> None:
    assert check_drawing(GOOD.encode()) == []


BAD = {
    "a script": "<script>alert(1)</script>",
    "a file from outside": '<image href="file:///etc/passwd"/>',
    "an address": '<image href="https://example.org/x.png"/>',
    "something used again": '<use href="#a"/>',
    "words": "<text>Call 999</text>",
    "a page in a picture": "<foreignObject><p>x</p></foreignObject>",
    "an event": '<rect width="1" height="1" onload="x()"/>',
    "a style": '<rect width="1" height="1" style="fill: url(https://example.org/x)"/>',
    "nesting without end": "<g>" * 50 + "</g>" * 50,
    "shapes without end": "<path d='M0 0'/>" * 5000,
}


@pytest.mark.parametrize("title", BAD)
def test_what_a_drawing_does_not_need_is_refused(title: str) -> None:
    found = check_drawing(f"{HEAD}\n{BAD[title]}</svg>".encode())
    assert found and all(line >= 1 and message for line, message in found)


def test_entities_are_never_unfolded() -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>' + HEAD + "<desc>&b;</desc></svg>"
    assert check_drawing(bomb.encode())


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n", b"<html/>", b"<svg", b"\xff\xfe"])
def test_what_is_no_drawing_is_refused(data: bytes) -> None:
    assert check_drawing(data)


def test_a_wrong_drawing_is_named_with_its_line(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED.templates / "pictures", tmp_path / "templates/pictures")
    (tmp_path / "templates/pictures/bad.svg").write_text(f"{HEAD}\n\n<text>x</text></svg>", encoding="utf-8")
    (tmp_path / "templates/pictures/photo.png").write_bytes(b"\x89PNG\r\n")
    names, problems = read_pictures(Project(tmp_path))
    assert "bad" in names
    assert {(problem.place.path, problem.place.line) for problem in problems} >= {("templates/pictures/bad.svg", 3)}
    assert any(problem.place.path == "templates/pictures/photo.png" for problem in problems)
