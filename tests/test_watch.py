"""The preview: every save is noticed, also one that comes while a print is made, and the browser follows by itself."""

import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from workshop import Command, write

from packbuilder import cli
from packbuilder.model import Place, Problem, Project
from packbuilder.production import Order, Outcome
from packbuilder.watch import changed_stems, show_changed, show_preview, snapshot, wait_for_change

Patch = pytest.MonkeyPatch
FILES = {"handouts/blocks/fever.md", "handouts/sites/one.toml", "locales/es.po", "locales/glossary/es.toml", "templates/print.css"}


@pytest.fixture
def rooms(tmp_path: Path) -> Project:
    """A project with a file in each room."""
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one\n", encoding="utf-8")
    return Project(tmp_path)


def touch(path: Path, seconds: int = 1) -> None:
    """Another time of change, whatever the clock of the disk can tell apart."""
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + seconds * 10**9))


def on_each_look(monkeypatch: Patch, *actions: object) -> list[float]:
    """Instead of sleeping: each look at the folders is followed by the next action. One look too many fails."""
    looks: list[float] = []
    steps = iter(actions)

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        action = next(steps, None)
        assert callable(action), "it goes on waiting"
        action()

    monkeypatch.setattr("packbuilder.watch.time.sleep", sleep)
    return looks


def test_every_file_that_a_print_is_made_from_is_looked_at(rooms: Project) -> None:
    seen = {path.relative_to(rooms.root).as_posix() for path in snapshot(rooms)}
    assert seen == {
        "handouts/blocks/fever.md",
        "handouts/sites/one.toml",
        "locales/es.po",
        "locales/glossary/es.toml",
        "templates/print.css",
    }


@pytest.mark.parametrize("name", ["locales/es.po.part", "locales/es.po~", "handouts/blocks/.fever.md.swp"])
def test_the_working_files_of_an_editor_are_not(name: str, rooms: Project) -> None:
    before = snapshot(rooms)
    (rooms.root / name).write_text("x", encoding="utf-8")
    assert snapshot(rooms) == before


def test_nothing_in_the_output_starts_a_print(rooms: Project) -> None:
    """Else each print would start the next."""
    before = snapshot(rooms)
    show_preview(["a/b.pdf"], rooms.root / "output")
    assert snapshot(rooms) == before


def test_a_room_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert snapshot(Project(tmp_path)) == {}


def test_a_file_that_goes_away_while_it_is_looked_at_is_no_error(rooms: Project, monkeypatch: Patch) -> None:
    """Many editors save by writing a new file and renaming it."""
    real = Path.stat

    def stat(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if self.name == "es.po":
            raise FileNotFoundError(self)
        return real(self, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", stat)
    assert "es.po" not in {path.name for path in snapshot(rooms)}


def change(rooms: Project) -> None:
    touch(rooms.locales / "es.po")


def add(rooms: Project) -> None:
    (rooms.handouts / "blocks" / "new.md").write_text("x", encoding="utf-8")


def remove(rooms: Project) -> None:
    (rooms.locales / "es.po").unlink()


def rename(rooms: Project) -> None:
    (rooms.locales / "es.po").rename(rooms.locales / "pl.po")


def go_back(rooms: Project) -> None:
    touch(rooms.locales / "es.po", -3600)


@pytest.mark.parametrize("save", [change, add, remove, rename, go_back], ids=lambda save: save.__name__)
def test_a_save_ends_the_waiting(save: object, rooms: Project, monkeypatch: Patch) -> None:
    assert callable(save)
    looks = on_each_look(monkeypatch, lambda: None, lambda: save(rooms))
    before = snapshot(rooms)
    after = wait_for_change(rooms, before)
    assert after == snapshot(rooms) != before
    assert len(looks) == 2 and max(looks) <= 0.5, "a save is noticed in half a second"


def test_with_nothing_seen_yet_it_waits_for_the_next_save(rooms: Project, monkeypatch: Patch) -> None:
    looks = on_each_look(monkeypatch, lambda: change(rooms))
    assert wait_for_change(rooms, {}) == snapshot(rooms)
    assert len(looks) == 1


def test_a_save_while_a_print_was_made_is_not_missed(rooms: Project, monkeypatch: Patch) -> None:
    looks = on_each_look(monkeypatch)
    before = snapshot(rooms)
    change(rooms)
    assert wait_for_change(rooms, before) == snapshot(rooms)
    assert looks == [], "it does not wait at all"


# The page


def read_stamp(page: Path) -> str:
    found = re.fullmatch(r'follow\(\{.*"paper": "(\d+)".*\}\);\n', (page.parent / "stamp.js").read_text(encoding="utf-8"))
    assert found
    return found.group(1)


def test_the_page_shows_the_print_from_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "one/es").mkdir(parents=True)
    (tmp_path / "one/es/pack.pdf").write_bytes(b"%PDF-")
    page = show_preview(["one/es/pack.pdf", "one/es/card.pdf"], tmp_path)
    assert page == tmp_path / "preview" / "index.html"
    text = page.read_text(encoding="utf-8")
    [changed, source] = re.findall(r'<iframe[^>]* src="([^"]*)"', text)
    assert changed == "changed.pdf"
    assert (page.parent / source).resolve() == (tmp_path / "one/es/pack.pdf").resolve()
    assert "stamp.js" in text and "http" not in text, "no server and no network"


def test_a_path_with_an_ampersand_is_written_as_html_wants_it(tmp_path: Path) -> None:
    assert 'src="../one/a&amp;b.pdf"' in show_preview(["one/a&b.pdf"], tmp_path).read_text(encoding="utf-8")


def test_each_print_has_a_stamp_of_its_own(tmp_path: Path) -> None:
    stamps = [read_stamp(show_preview(["one/es/pack.pdf"], tmp_path)) for _ in range(3)]
    assert len(set(stamps)) == 3 and stamps == sorted(stamps)


def test_what_changed_has_a_stamp_beside_the_whole_prints(tmp_path: Path) -> None:
    page = show_preview(["one/es/pack.pdf"], tmp_path)
    before = read_stamp(page)
    show_changed(b"%PDF-", tmp_path)
    assert (page.parent / "changed.pdf").read_bytes() == b"%PDF-"
    assert read_stamp(page) == before and '"changed": "' in (page.parent / "stamp.js").read_text(encoding="utf-8")


def test_only_the_sections_that_read_differently_count_as_changed() -> None:
    first = write("adult")
    [one, *rest] = first.sections
    second = replace(first, sections=(replace(one, html=one.html.replace("</h1>", "!</h1>")), *rest))
    assert changed_stems(None, first) == set(), "the first print is shown whole"
    assert changed_stems(first, first) == set()
    assert changed_stems(first, second) == {one.stem}


def test_a_path_with_quotation_marks_does_not_break_out_of_the_page(tmp_path: Path) -> None:
    text = show_preview(['one/"><script>alert(1)</script>.pdf'], tmp_path).read_text(encoding="utf-8")
    assert "<script>alert" not in text


# The command


def artifact(path: str) -> dict[str, object]:
    return {"path": path, "pages": 1, "sample": True, "state": "draft", "seconds": 0.1, "rendered": True}


def run_watch(command: Command, monkeypatch: Patch, *builds: object) -> tuple[int, list[Order]]:
    """`watch` with these builds instead of real ones; the look after the last stops it, as Ctrl-C does."""
    asked: list[Order] = []
    steps = iter(builds)

    def build(order: Order, project: Project, follow: object) -> Outcome:
        asked.append(order)
        step = next(steps, None)
        assert callable(step), "it prints without a reason"
        outcome = step()
        assert isinstance(outcome, Outcome)
        return outcome

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "build", build)
    monkeypatch.setattr("packbuilder.watch.time.sleep", stop)
    return command("watch", "--audience", "adult", "--locale", "es", "--output", str(command.output)).code, asked


def made(*paths: str) -> Outcome:
    return Outcome((), tuple(artifact(path) for path in paths), dict.fromkeys(paths, 1))


def test_watch_prints_one_pack_and_stops_quietly(command: Command, monkeypatch: Patch) -> None:
    code, asked = run_watch(command, monkeypatch, lambda: made("small-gb/es/blinatumomab-adult-es.pdf"))
    assert code == 0
    [order] = asked
    assert (order.audiences, order.locales, order.release, len(order.sites)) == (("adult",), ("es",), False, 1)
    assert (command.output / "preview" / "index.html").exists()


def test_a_save_while_the_first_print_is_made_starts_a_second(command: Command, monkeypatch: Patch) -> None:
    def build_slowly() -> Outcome:
        touch(command.project.handouts / "blocks" / "fever.md")
        return made("small-gb/es/blinatumomab-adult-es.pdf")

    _, asked = run_watch(command, monkeypatch, build_slowly, lambda: made("small-gb/es/blinatumomab-adult-es.pdf"))
    assert len(asked) == 2


def test_a_save_while_a_later_print_is_made_starts_another(command: Command, monkeypatch: Patch) -> None:
    path = "small-gb/es/blinatumomab-adult-es.pdf"
    fever = command.project.handouts / "blocks" / "fever.md"
    steps: Iterator[Callable[[], None]] = iter([lambda: touch(fever)])

    def sleep(_: float) -> None:
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    def build_slowly() -> Outcome:
        touch(fever)
        return made(path)

    prints: Iterator[Callable[[], Outcome]] = iter([lambda: made(path), build_slowly, lambda: made(path)])
    count: list[int] = []

    def build(order: Order, project: Project, follow: object) -> Outcome:
        count.append(1)
        return next(prints)()

    monkeypatch.setattr(cli, "build", build)
    monkeypatch.setattr("packbuilder.watch.time.sleep", sleep)
    assert command("watch", "--audience", "adult", "--locale", "es", "--output", str(command.output)).code == 0
    assert len(count) == 3


@pytest.mark.parametrize("locale", ["ar", "es", "pl", "zh-Hans"])
def test_the_preview_shows_the_pack_and_not_its_card(locale: str, command: Command, monkeypatch: Patch) -> None:
    """The list is sorted by name, and `card` comes before some languages and after others."""
    paths = sorted(f"small-gb/{locale}/blinatumomab-adult-{name}{locale}.pdf" for name in ("", "card-"))
    run_watch(command, monkeypatch, lambda: made(*paths))
    page = (command.output / "preview" / "index.html").read_text(encoding="utf-8")
    assert f"../small-gb/{locale}/blinatumomab-adult-{locale}.pdf" in page


def test_a_mistake_is_shown_and_the_last_good_print_stays(command: Command, monkeypatch: Patch) -> None:
    page = show_preview(["small-gb/es/blinatumomab-adult-es.pdf"], command.output)
    stamp = read_stamp(page)
    code, _ = run_watch(command, monkeypatch, lambda: Outcome((Problem("PO_DIGITS", Place("locales/es.po", 7), "the digits differ"),)))
    assert code == 0 and read_stamp(page) == stamp


def test_a_site_that_is_not_there_is_named(command: Command) -> None:
    run = command("watch", "--site", "nowhere", "--audience", "adult", "--locale", "es")
    assert run.code == 1 and "UNKNOWN_SITE" in run.err


def test_a_real_print_is_shown(command: Command, monkeypatch: Patch) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("packbuilder.watch.time.sleep", stop)
    run = command("watch", "--audience", "nurse", "--locale", "en-GB", "--output", str(command.output))
    assert run.code == 0 and "Ctrl-C" in run.out
    manifest = json.loads((command.output / "manifest.json").read_text(encoding="utf-8"))
    [entry] = manifest["artifacts"]
    assert f'src="../{entry["path"]}"' in (command.output / "preview" / "index.html").read_text(encoding="utf-8")


def test_an_interrupt_while_files_are_put_in_place_ends_it(command: Command, monkeypatch: Patch) -> None:
    """A single build would be done then, and forget it."""

    def flush(_: Path) -> None:
        signal.raise_signal(signal.SIGINT)

    def sleep(_: float) -> None:
        raise AssertionError("it goes on")

    monkeypatch.setattr("packbuilder.publish.flush_folder", flush)
    monkeypatch.setattr("packbuilder.watch.time.sleep", sleep)
    run = command("watch", "--audience", "nurse", "--locale", "en-GB", "--output", str(command.output))
    assert run.code == 0 and run.out.endswith("Stopped watching.\n")
    assert (command.output / "manifest.json").exists()
