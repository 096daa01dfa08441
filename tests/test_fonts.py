"""Fonts: a damaged or missing one prints other shapes than the file names, and no read-back would see it."""

import shutil
from pathlib import Path

import pytest
from workshop import SHIPPED

from packbuilder.fonts import check_fonts, find_fault, named_families
from packbuilder.model import Project

FONT = SHIPPED.templates / "fonts/AtkinsonHyperlegibleNext-Regular.ttf"


@pytest.fixture
def look(tmp_path: Path) -> Project:
    """A copy of the fonts and of the style sheet."""
    shutil.copytree(SHIPPED.templates / "fonts", tmp_path / "templates/fonts")
    shutil.copy(SHIPPED.templates / "print.css", tmp_path / "templates")
    return Project(tmp_path)


def test_the_shipped_fonts_are_whole_and_all_there() -> None:
    assert list(check_fonts(SHIPPED)) == []


def test_a_single_changed_byte_is_found(look: Project) -> None:
    path = look.templates / "fonts" / FONT.name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    [problem] = check_fonts(look)
    assert (problem.code, problem.place.path) == ("FONT", f"templates/fonts/{FONT.name}")
    assert "has been changed" in problem.message


@pytest.mark.parametrize("data", [b"", b"no font", FONT.read_bytes()[:5000], FONT.read_bytes()[:20], b"\x00\x01\x00\x00" + bytes(20)])
def test_what_is_no_whole_font_is_found(data: bytes) -> None:
    assert find_fault(data)


def test_a_font_that_the_style_sheet_names_must_be_there(look: Project) -> None:
    (look.templates / "fonts" / FONT.name).unlink()
    [problem] = check_fonts(look)
    assert problem.place.path.endswith(FONT.name) and "is missing" in problem.message


def test_another_kind_of_font_is_refused(look: Project) -> None:
    (look.templates / "fonts" / "Other-Regular.woff2").write_bytes(b"wOF2")
    [problem] = check_fonts(look)
    assert ".woff2" in problem.message


def test_the_families_are_those_of_the_style_sheet() -> None:
    assert named_families(SHIPPED.templates / "print.css") >= {"AtkinsonHyperlegibleNext", "NotoNaskhArabic", "NotoSansSC"}
