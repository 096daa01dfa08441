"""What the fuzzers found (`tests/fuzz`), kept: each file once broke a reader. And the oracles object when a reader is broken."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import oracles
import pytest
from oracles import FOUND, TARGETS, check_block, check_po, check_site, check_svg, po_of

from packbuilder.model import Contact

FILES = sorted(path for path in FOUND.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}: {path.stem.replace('-', ' ')}")
def test_what_was_found_once_is_read_or_named(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracles, "now_and_then", lambda _data, _often: True)
    TARGETS[path.parent.name].check(path.read_bytes(), tmp_path)


@pytest.mark.parametrize("reader", TARGETS)
def test_a_good_file_is_taken(reader: str, tmp_path: Path) -> None:
    """Else an oracle would hold because it never sees anything."""
    assert TARGETS[reader].check(next(iter(TARGETS[reader].seeds())), tmp_path)


GOOD_PO = po_of([("fever", "Call us.", "Llame."), ("fever", "Do not wait.", "No espere.")]).encode()
GOOD_SITE = next(iter(TARGETS["site"].seeds()))
GOOD_BLOCK = b"## Title [^O-FORM]\n\n| One [^O-FORM] | Two [^O-FORM] |\n|---|---|\n| Three [^O-FORM] | Four [^O-FORM] |\n"
GOOD_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'


def without_the_last(read: Any) -> Any:
    """Forgets a message."""
    return lambda *given: (dict(list(read(*given)[0].items())[:-1]), read(*given)[1])


def with_a_hint_printed(read: Any) -> Any:
    """Takes a digit for a word."""
    return lambda *given: ({key: replace(entry, text=entry.text + " 2") for key, entry in read(*given)[0].items()}, read(*given)[1])


def with_another_number(read: Any) -> Any:
    def changed(*given: Any) -> Any:
        site, problems = read(*given)
        return site and replace(site, contacts={**site.contacts, "phone_24h": Contact("020 7946 0124", "+442079460124")}), problems

    return changed


def with_a_script(render: Any) -> Any:
    return lambda *given: (render(*given)[0] + "<script/>", render(*given)[1])


def without_a_cell(render: Any) -> Any:
    return lambda *given: (render(*given)[0].replace("Four", ""), render(*given)[1])


def with_a_digit(render: Any) -> Any:
    return lambda *given: (render(*given)[0].replace("Four", "Four 4"), render(*given)[1])


def without_a_place(check: Any) -> Any:
    return lambda *given: [replace(one, place=replace(one.place, line=99)) for one in check(*given)]


BROKEN: dict[str, tuple[str, Callable[[Any], Any], Callable[[bytes, Path], bool], bytes]] = {
    "a message is forgotten": ("read_catalog", without_the_last, check_po, GOOD_PO),
    "a translation says more": ("read_catalog", with_a_hint_printed, check_po, GOOD_PO),
    "another number is printed": ("read_site", with_another_number, check_site, GOOD_SITE),
    "a script comes in": ("render_block", with_a_script, check_block, GOOD_BLOCK),
    "a cell is lost": ("render_block", without_a_cell, check_block, GOOD_BLOCK),
    "a digit comes in": ("render_block", with_a_digit, check_block, GOOD_BLOCK),
    "a problem has no place": ("check_source", without_a_place, check_block, GOOD_BLOCK + b"<b>\n"),
    "everything is a drawing": ("check_drawing", lambda _check: lambda _data: [], check_svg, GOOD_SVG.replace(b"path", b"script")),
}


@pytest.mark.parametrize("what", BROKEN)
def test_an_oracle_notices_when(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, broken, check, data = BROKEN[what]
    check(data.replace(b"script", b"path"), tmp_path)
    monkeypatch.setattr(oracles, name, broken(getattr(oracles, name)))
    with pytest.raises(AssertionError):
        check(data, tmp_path)
