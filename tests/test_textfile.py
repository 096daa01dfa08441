"""Reading text: what is not plain UTF-8 text is refused, and every key of a TOML file has its line."""

import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest

from packbuilder.model import Place
from packbuilder.textfile import read_text, read_toml, shown_path, suggest


def write(folder: Path, data: str | bytes) -> Path:
    path = folder / "file.toml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


HIDDEN = [
    "\x00",
    "\x07",
    "\x0b",
    "\x0c",
    "\x1b",
    "\x7f",
    "\x85",
    "\xad",
    "\u061c",
    "\u180e",
    "\u200b",
    "\u200e",
    "\u200f",
    "\u2028",
    "\u2029",
    "\u202a",
    "\u202b",
    "\u202c",
    "\u202d",
    "\u202e",
    "\u2060",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
    "\ufff9",
    "\ufffa",
    "\ufffb",
    "\U000e0041",
]


@pytest.mark.parametrize("char", HIDDEN, ids=lambda char: f"U+{ord(char):04X}")
def test_a_character_that_nobody_sees_is_refused(char: str, tmp_path: Path) -> None:
    """It could turn a number round, hide a word, or break a line where nobody expects it."""
    text, problems = read_text(write(tmp_path, f"one\ntwo {char} two\n"), tmp_path)
    assert text == ""
    assert [(problem.code, problem.place) for problem in problems] == [("HIDDEN_CHARACTER", Place("file.toml", 2))]
    assert f"U+{ord(char):04X}" in problems[0].message


@pytest.mark.parametrize(
    "char", ["\t", "\u00a0", "\u202f", "\u200c", "\u200d", "é", "中", "ع", "°", "–"], ids=lambda char: unicodedata.name(char, "TAB")
)
def test_a_character_that_texts_need_is_kept(char: str, tmp_path: Path) -> None:
    """The joiners are needed by several scripts, the no-break spaces by numbers."""
    assert read_text(write(tmp_path, f"a{char}b\n"), tmp_path) == (f"a{char}b\n", ())


def test_every_hidden_character_is_reported(tmp_path: Path) -> None:
    _, problems = read_text(write(tmp_path, "a\u200b\n\nb\u202e\u202e\n"), tmp_path)
    assert [problem.place.line for problem in problems] == [1, 3, 3]


def test_a_byte_that_is_not_utf8_has_its_line(tmp_path: Path) -> None:
    text, problems = read_text(write(tmp_path, b"one\ntwo\ncaf\xe9\n"), tmp_path)
    assert text == "" and [(problem.code, problem.place) for problem in problems] == [("NOT_UTF8", Place("file.toml", 3))]
    assert "0xe9" in problems[0].message


def test_line_ends_of_windows_and_a_mark_at_the_start_do_not_matter(tmp_path: Path) -> None:
    assert read_text(write(tmp_path, b"\xef\xbb\xbfone\r\ntwo\r\n"), tmp_path) == ("one\ntwo\n", ())


def test_a_folder_or_nothing_is_a_problem(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        assert [problem.code for problem in read_text(path, tmp_path)[1]] == ["UNREADABLE"]


def test_keys_have_their_lines(tmp_path: Path) -> None:
    toml, problems = read_toml(
        write(tmp_path, '# x\ntop = 1\n\n[ a.b ] # y\n"key" = "v"\n\n[a.c]\nx.y = [\n    1,\n]\nlast = 2\n'), tmp_path
    )
    assert not problems
    places = {key: toml.place(key).line for key in ("top", "a.b", "a.b.key", "a.c.x.y", "a.c.last", "a.b.missing", "a.b.missing.deeper")}
    assert places == {"top": 2, "a.b": 4, "a.b.key": 5, "a.c.x.y": 8, "a.c.last": 11, "a.b.missing": 4, "a.b.missing.deeper": 4}


def test_decimals_are_exact(tmp_path: Path) -> None:
    assert read_toml(write(tmp_path, "x = 37.5\n"), tmp_path)[0].values["x"] == Decimal("37.5")


@pytest.mark.parametrize(
    ("text", "line"),
    [('a = 1\nb = "x\nc = 2\n', 2), ("a = 1\nb 2\n", 2), ("a = 1\na = 2\n", 2), ("[a]\nx = 1\n[a]\n", 3), ("a = 37,5\n", 1), ("[a\n", 1)],
)
def test_broken_toml_has_the_line_and_what_to_write(text: str, line: int, tmp_path: Path) -> None:
    _, problems = read_toml(write(tmp_path, text), tmp_path)
    assert [(problem.code, problem.place.line) for problem in problems] == [("BROKEN_TOML", line)]
    assert "key = " in problems[0].hint


def test_suggestions() -> None:
    assert suggest("phone_24", ["phone_24h", "ward"]) == "did you mean phone_24h?"
    assert suggest("qwertz", ["b", "a"]) == "known: a, b"


def test_a_path_is_shown_as_the_user_would_type_it(tmp_path: Path) -> None:
    assert shown_path(tmp_path / "a" / "b.md", tmp_path) == "a/b.md"
    assert shown_path(Path("/elsewhere/b.md"), tmp_path) == "/elsewhere/b.md"
