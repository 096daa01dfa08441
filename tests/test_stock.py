"""What is kept: a print whose every part is the same, and nothing else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from workshop import SHIPPED, Command

from packbuilder import stock
from packbuilder.stock import (
    NAME,
    Kept,
    Stock,
    digest_inputs,
    file_digest,
    inputs_digest,
    is_good,
    look_digest,
    print_key,
    read_stock,
    stock_bytes,
)

PAGE = '<p>Call us</p><img src="pictures/pump.svg" alt="">'


@pytest.fixture
def look(tmp_path: Path) -> Path:
    """Templates with one font, one picture of the page and one of the style sheet."""
    for name, text in {
        "print.css": "li { background: url(pictures/drop.svg) }",
        "fonts/One.ttf": "font",
        "pictures/pump.svg": "<svg>pump</svg>",
        "pictures/drop.svg": "<svg>drop</svg>",
        "pictures/other.svg": "<svg>other</svg>",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def key(look: Path, html: str = PAGE) -> str:
    return print_key(html, look_digest(look), look)


@pytest.mark.parametrize("name", ["print.css", "fonts/One.ttf", "pictures/pump.svg", "pictures/drop.svg"])
def test_a_print_is_made_anew_when_anything_that_it_is_made_from_changes(look: Path, name: str) -> None:
    before = key(look)
    (look / name).write_text("changed", encoding="utf-8")
    assert key(look) != before


def test_a_picture_of_another_page_changes_nothing(look: Path) -> None:
    before = key(look)
    (look / "pictures/other.svg").write_text("changed", encoding="utf-8")
    assert key(look) == before


def test_the_words_and_the_tools_are_part_of_the_key(look: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = key(look)
    assert key(look, PAGE.replace("Call", "Ring")) != before
    monkeypatch.setattr(stock, "tools_digest", lambda: "another WeasyPrint")
    assert key(look) != before


def test_every_picture_that_a_shipped_page_shows_is_seen() -> None:
    """The pattern that finds pictures must not miss one: a changed drawing would stay as it was printed."""
    css = (SHIPPED.templates / "print.css").read_text(encoding="utf-8")
    assert len(stock.ASSET.findall(css)) == css.count("url(")


NEWER = '{"version": 4, "keys": {"a.pdf": {"key": "k", "sha256": "s", "pages": 1, "values": "v"}}, "stamps": {}}'
OLD = '{"version": 1, "keys": {"a.pdf": ["key", "sha", 3]}, "stamps": {}}'  # before anything went with a print


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "\0", NEWER, OLD, OLD.replace("1", "3", 1), '{"version": 3}', '{"version": 3, "keys": 3, "stamps": {}}',
     '{"version": 3, "keys": {"a.pdf": {"key": "k"}}, "stamps": {}}', '{"version": 3, "keys": {}, "stamps": 3}',
     '{"version": 3, "keys": {"a.pdf": {"key": "k", "sha256": "s", "pages": 1, "values": "v", "colour": "red"}}, "stamps": {}}'],
)  # fmt: skip
def test_a_stock_that_is_not_ours_is_no_stock(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text, encoding="utf-8")
    assert read_stock(tmp_path) == Stock()


def test_a_stock_is_read_as_it_was_written(tmp_path: Path) -> None:
    one = Kept("key", "sha", 3, "values", {"pictures/a.png": "sha of the picture"}, {"title": "A small pack"})
    kept = Stock({"a.pdf": one, "b.pdf": Kept("key", "sha", 1, "")}, {"order": {"inputs": "x", "files": {}, "pages": []}})
    (tmp_path / NAME).write_bytes(stock_bytes(kept))
    assert read_stock(tmp_path) == kept


def test_a_print_is_good_only_with_all_that_goes_with_it(tmp_path: Path) -> None:
    for name in ("a.pdf", "a.png", "a.ics"):
        (tmp_path / name).write_bytes(name.encode())
    digests = {name: file_digest(tmp_path / name) for name in ("a.pdf", "a.png", "a.ics")}
    kept = Kept("key", digests["a.pdf"], 1, "values", {name: digests[name] for name in ("a.png", "a.ics")})
    assert is_good("a.pdf", kept, tmp_path)
    for name in digests:
        (tmp_path / name).write_bytes(b"other")
        assert not is_good("a.pdf", kept, tmp_path), name
        (tmp_path / name).unlink()
        assert not is_good("a.pdf", kept, tmp_path), name
        (tmp_path / name).write_bytes(name.encode())
    assert is_good("a.pdf", kept, tmp_path)


def test_a_file_that_is_not_there_has_no_digest(tmp_path: Path) -> None:
    assert file_digest(tmp_path / "nothing") == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "a.md").write_text("other"),
        lambda folder: (folder / "b.md").write_text("new"),
        lambda folder: (folder / "a.md").rename(folder / "a.nurse.md"),
        lambda folder: (folder / "a.md").unlink(),
    ],
    ids=["text", "new file", "name", "gone"],
)
def test_any_change_of_a_room_is_seen(tmp_path: Path, change: Callable[[Path], object]) -> None:
    (tmp_path / "a.md").write_text("text")
    before = inputs_digest(digest_inputs([tmp_path], []))
    (tmp_path / "a.md.part").write_text("an editor's own")
    assert inputs_digest(digest_inputs([tmp_path], [])) == before
    change(tmp_path)
    assert inputs_digest(digest_inputs([tmp_path], [])) != before


# What a build makes of it

ONE = ("build", "--jobs", "1", "--json", "--audience", "nurse", "--today", "2026-11-20")


def rendered(command: Command, *options: str) -> dict[str, bool]:
    run = command(*ONE, *options)
    assert run.code == 0, run.out
    return {row["path"].rpartition("/")[2]: row["rendered"] for row in run.document["artifacts"]}


def test_a_build_renders_only_what_is_not_good_any_more(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(rendered(command).values()) == {True}
    first = {path: file_digest(path) for path in command.output.rglob("*") if path.name != ".lock"}
    with monkeypatch.context() as patch:
        # Nothing at all has changed: no text is even read.
        patch.setattr("packbuilder.production.read_order", None)
        assert set(rendered(command).values()) == {False}
    assert {path: file_digest(path) for path in command.output.rglob("*") if path.name != ".lock"} == first
    block = command.project.root / "handouts/blocks/call-now.nurse.md"
    text = block.read_text(encoding="utf-8")
    block.write_text(text + "\n", encoding="utf-8")
    assert set(rendered(command).values()) == {False}, "a change that changes no page renders nothing"
    paper = next(command.output.rglob("*.pdf"))
    good = paper.read_bytes()
    paper.write_bytes(good[:-5] + b"xxxxx")
    assert set(rendered(command).values()) == {True}, "a damaged print is made anew"
    assert paper.read_bytes() == good
    assert set(rendered(command, "--force").values()) == {True}
    assert paper.read_bytes() == good


def test_a_page_of_the_folder_that_was_touched_is_put_right(command: Command) -> None:
    rendered(command)
    index = command.output / "index.html"
    good = index.read_bytes()
    index.write_text("broken", encoding="utf-8")
    rendered(command)
    assert index.read_bytes() == good


def test_a_lost_manifest_is_written_again_without_printing(command: Command) -> None:
    rendered(command)
    manifest = command.output / "manifest.json"
    good = manifest.read_bytes()
    manifest.unlink()
    assert set(rendered(command).values()) == {False}
    assert manifest.read_bytes() == good


def test_another_day_is_another_order(command: Command) -> None:
    """A signature may end at midnight, so the stamp of yesterday does not count; the prints do."""
    rendered(command)
    stamps = json.loads((command.output / NAME).read_text(encoding="utf-8"))["stamps"]
    run = command(*ONE[:-1], "2026-11-21")
    assert [row["rendered"] for row in run.document["artifacts"]] == [False]
    assert json.loads((command.output / NAME).read_text(encoding="utf-8"))["stamps"].keys() != stamps.keys()
    shutil.rmtree(command.output)
