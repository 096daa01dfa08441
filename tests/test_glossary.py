"""Glossaries: one term for each thing, read strictly."""

from pathlib import Path

import pytest
from workshop import SHIPPED, Command

from packbuilder.glossary import Glossary, read_glossary
from packbuilder.language import is_source_language
from packbuilder.model import Place, Problem


def read(text: str, folder: Path) -> tuple[Glossary, tuple[Problem, ...]]:
    path = folder / "es.toml"
    path.write_text(text, encoding="utf-8")
    return read_glossary(path, folder)


def test_a_glossary_is_read_in_small_letters(tmp_path: Path) -> None:
    glossary, problems = read('keep = ["CD19"]\nnegations = ["No"]\n[terms]\nPump = ["Bomba"]\n[avoid]\nDroga = "medicamento"\n', tmp_path)
    assert not problems
    assert glossary == Glossary({"pump": ("bomba",)}, ("no",), ("CD19",), {"droga": "medicamento"})


def test_an_empty_file_is_an_empty_glossary(tmp_path: Path) -> None:
    assert read("# nothing yet\n", tmp_path) == (Glossary(), ())


def test_a_term_with_blanks_and_one_in_another_alphabet_are_read(tmp_path: Path) -> None:
    glossary, problems = read('negations = ["لا", "不"]\n[terms]\n"clinical trial" = ["临床试验", "تجربة سريرية"]\n', tmp_path)
    assert not problems
    assert glossary.terms == {"clinical trial": ("临床试验", "تجربة سريرية")} and glossary.negations == ("لا", "不")


def test_all_mistakes_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    glossary, problems = read("kepe = []\nkeep = [3]\n[terms]\npump = []\n", tmp_path)
    assert glossary == Glossary() and sorted(problem.place.line for problem in problems) == [1, 2, 4]


def test_a_slip_in_a_key_is_answered_with_what_was_meant(tmp_path: Path) -> None:
    assert read('negation = ["no"]\n', tmp_path)[1][0].hint == "did you mean negations?"


@pytest.mark.parametrize(
    ("data", "code"), [(b'[terms\npump = ["bomba"]\n', "BROKEN_TOML"), ('keep = ["Peña"]\n'.encode("latin-1"), "NOT_UTF8")]
)
def test_a_file_that_cannot_be_read_is_named(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "es.toml"
    path.write_bytes(data)
    glossary, problems = read_glossary(path, tmp_path)
    assert glossary == Glossary() and [(problem.code, problem.place) for problem in problems] == [(code, Place("es.toml", 1))]


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


@pytest.mark.parametrize("path", sorted((SHIPPED.locales / "glossary").glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_glossary_belongs_to_a_language_that_is_shipped_and_agrees_with_itself(path: Path) -> None:
    assert (SHIPPED.locales / f"{path.stem}.po").exists()
    glossary, _ = read_glossary(path, SHIPPED.root)
    agreed = {form for forms in glossary.terms.values() for form in forms}
    assert not agreed & set(glossary.avoid), "a word that is agreed on cannot be one to avoid"
    if not is_source_language(path.stem):
        assert glossary.negations, "without these words no lost “not” is found"


def test_a_glossary_with_a_mistake_stops_a_build(command: Command) -> None:
    assert command("messages", "es").code == 0
    folder = command.project.locales / "glossary"
    folder.mkdir()
    (folder / "es.toml").write_text("[terms]\npump = []\n", encoding="utf-8")
    run = command("check")
    assert run.code == 1 and "locales/glossary/es.toml:2: GLOSSARY" in run.err
