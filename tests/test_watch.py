"""Watch: a save is noticed, in every room, and the page in the browser follows."""

import threading
import time

import pytest

from packbuilder.model import Project
from packbuilder.watch import show_preview, snapshot, wait_for_change


@pytest.mark.parametrize("path", ["handouts/blocks/fever.md", "handouts/sites/small-gb.toml", "locales/new.po"])
def test_a_save_in_any_room_is_noticed(path: str, small_project: Project) -> None:
    seen = snapshot(small_project)
    (small_project.root / path).write_text("x", encoding="utf-8")
    assert snapshot(small_project) != seen
    assert wait_for_change(small_project, seen) == snapshot(small_project), "it returns at once"


def test_a_file_that_is_gone_is_noticed(small_project: Project) -> None:
    seen = snapshot(small_project)
    (small_project.root / "handouts/blocks/fever.md").unlink()
    assert wait_for_change(small_project, seen) != seen


def test_what_an_editor_leaves_beside_is_not_a_save(small_project: Project) -> None:
    seen = snapshot(small_project)
    for name in ("fever.md~", ".fever.md.swp", "fever.md.part"):
        (small_project.root / "handouts/blocks" / name).write_text("x", encoding="utf-8")
    assert snapshot(small_project) == seen


def test_it_waits_until_something_changes(small_project: Project) -> None:
    path = small_project.root / "handouts/blocks/fever.md"

    def save() -> None:
        time.sleep(0.3)
        path.write_text("x", encoding="utf-8")

    thread = threading.Thread(target=save)
    thread.start()
    assert path in wait_for_change(small_project, {})
    thread.join()
    assert path.read_text(encoding="utf-8") == "x"


def test_the_preview_shows_the_print_and_a_new_stamp_after_each(small_project: Project) -> None:
    output = small_project.root / "output"
    page = show_preview(["small-gb/en-GB/a&b.pdf"], output)
    first = (output / "preview" / "stamp.js").read_text(encoding="utf-8")
    assert 'src="../small-gb/en-GB/a&amp;b.pdf"' in page.read_text(encoding="utf-8")
    show_preview(["small-gb/en-GB/a&b.pdf"], output)
    assert (output / "preview" / "stamp.js").read_text(encoding="utf-8") != first
