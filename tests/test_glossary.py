"""Glossaries: one term for each thing, read strictly."""

from pathlib import Path

import pytest

from packbuilder.glossary import Glossary, read_glossary
from packbuilder.model import Place, Problem
from workshop import SHIPPED


def read(text: str, folder: Path) -> tuple[Glossary, tuple[Problem, ...]]:
    path = folder / "es.toml"
    path.write_text(text, encoding="utf-8")
    return read_glossary(path, folder)


def test_a_glossary_is_read_in_small_letters(tmp_path: Path) -> None:
    glossary, problems = read('keep = ["CD19"]\nnegations = ["No"]\n[terms]\nPump = ["Bomba"]\n[avoid]\nDroga = "medicamento"\n', tmp_path)
    assert not problems
    assert glossary == Glossary({"pump": ("bomba",)}, ("no",), ("CD19",), {"droga": "medicamento"})


def test_no_file_is_no_glossary(tmp_path: Path) -> None:
    assert read_glossary(tmp_path / "none.toml", tmp_path) == (Glossary(), ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('kepe = ["CD19"]\n', 1),
        ('[terms]\npump = "bomba"\n', 2),
        ("[terms]\npump = []\n", 2),
        ('keep = ["CD19", 3]\n', 1),
        ("negations = 3\n", 1),
        ('terms = "pump"\n', 1),
        ("[avoid]\ndroga = 3\n", 2),
        ("[terms]\npump = [3]\n", 2),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, tmp_path: Path) -> None:
    glossary, problems = read(text, tmp_path)
    assert glossary == Glossary()
    assert [(problem.code, problem.place) for problem in problems] == [("GLOSSARY", Place("es.toml", line))]
    assert problems[0].hint


@pytest.mark.parametrize("path", sorted((SHIPPED.locales / "glossary").glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_glossary_is_good(path: Path) -> None:
    assert read_glossary(path, SHIPPED.root)[1] == ()
