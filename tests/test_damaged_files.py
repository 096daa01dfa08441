"""Files that were damaged, cut short, taken away, or saved while a build was running: never half printed, and never in silence.

What must hold each time: a clear message, exit code 1, the old output whole, and a next build that prints what is there then.
"""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from houses import (
    ADULT,
    MORTAL,
    assert_fine,
    assert_honest,
    assert_told,
    change_ward,
    finish,
    move_in,
    own_templates,
    papers,
    published,
    run,
    start,
    tries,
)
from workshop import Command, change_file, list_languages, snapshot, write_po

from packbuilder import production
from packbuilder.model import Project
from packbuilder.publish import read_manifest
from packbuilder.stock import Stock, read_stock

FONT = "fonts/AtkinsonHyperlegibleNext-Regular.ttf"


@pytest.fixture
def house(built_house: Path, tmp_path: Path) -> Path:
    return move_in(built_house, tmp_path)


@pytest.fixture
def hospital(takes_long: None, fast: Command) -> Command:
    """Two languages, templates of its own, made-up prints."""
    own_templates(fast.project.root)
    list_languages(fast.project, "en-GB", "es")
    write_po(fast.project, "es")
    assert fast("build").code == 0
    return fast


# In every run of the suite


def test_a_number_that_is_saved_during_a_build_is_not_left_out_in_silence(fast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody must take the old number for the one that was just put right."""
    real = production.deliver

    def save_first(*args: Any) -> Any:
        change_file(fast.project, "handouts/sites/small-gb.toml", "020 7946 0123", "020 7946 0999")
        return real(*args)

    monkeypatch.setattr(production, "deliver", save_first)
    done = fast("build")
    assert_told(done.code, done.err, "small-gb.toml: CHANGED was changed while the packs were being made (nothing was published")
    assert not list(papers(fast.output))


# Files that were damaged, cut short, or are something else


@pytest.mark.parametrize("name", ["manifest.json", "index.html", ".stock.json", "small-gb/es/blinatumomab-adult-es.pdf"])
def test_a_folder_in_the_place_of_a_file_is_found_before_anything_is_moved(name: str, hospital: Command) -> None:
    place = hospital.output / name
    place.unlink()
    place.mkdir()
    change_ward(hospital.project.root, 1)
    before = published(hospital.output)
    done = hospital("build")
    assert_told(done.code, done.err, f"OUTPUT {place}: cannot be written: is a directory")
    assert published(hospital.output) == before
    place.rmdir()
    assert hospital("build").code == 0


@pytest.mark.parametrize("text", ["[" * 100_000, '{"version": 1, "artifacts": [{"path": 3, "sha256": 4}]}', "\0", '"' + "\ud800" * 9 + '"'])
def test_a_manifest_that_nobody_can_read_is_written_anew(text: str, hospital: Command) -> None:
    def listed() -> list[tuple[str, str]]:
        return [(entry["path"], entry["sha256"]) for entry in read_manifest(hospital.output)]

    before = listed()
    (hospital.output / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert not listed()
    assert hospital("build").code == 0
    assert listed() == before


def test_a_stock_with_a_changed_byte_is_no_stock(hospital: Command) -> None:
    """It says how many pages a print has, and which file is still good: a wrong one would make the manifest lie."""
    path = hospital.output / ".stock.json"
    whole, data = read_stock(hospital.output), path.read_bytes()
    assert whole.keys and whole.stamps
    for place in range(0, len(data), 97):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert read_stock(hospital.output) == Stock(), data[place - 20 : place + 20]
    path.write_bytes(b"[" * 100_000)
    assert read_stock(hospital.output) == Stock()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def take_away(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE = [
    ("locales/es.po", cut, "locales/es.po:"),
    ("locales/es.po", make_folder, "locales/es.po"),
    ("locales", take_away, "NO_LOCALE there is no locales/es.po (run: python3 build.py messages es)"),
    ("handouts/sites/small-gb.toml", cut, "handouts/sites/small-gb.toml:"),
    ("handouts/sites/small-gb.toml", empty, "handouts/sites/small-gb.toml"),
    ("handouts/facts.toml", make_folder, "handouts/facts.toml: UNREADABLE cannot be read: is a directory"),
    ("handouts", take_away, "handouts/packs.toml: UNREADABLE"),
    ("templates/print.css", take_away, "templates/print.css: UNREADABLE cannot be read: no such file or directory"),
    (f"templates/{FONT}", flip, f"templates/{FONT}: FONT is damaged: its table "),
    (f"templates/{FONT}", cut, f"templates/{FONT}: FONT is damaged: it ends too early"),
    (f"templates/{FONT}", empty, f"templates/{FONT}: FONT is damaged: it is no TrueType font"),
    (f"templates/{FONT}", take_away, f"templates/{FONT}: FONT is missing"),
]


@pytest.mark.parametrize(("name", "harm", "words"), DAMAGE, ids=lambda value: getattr(value, "__name__", None))
def test_a_damaged_file_of_a_room_is_named_and_prints_nothing(
    name: str, harm: Callable[[Path], None], words: str, hospital: Command
) -> None:
    before = published(hospital.output)
    harm(hospital.project.root / name)
    done = hospital("build")
    assert_told(done.code, done.err, words, "Nothing wrong was printed.")
    assert published(hospital.output) == before


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("locales/es.po", "locales/es.po: UNREADABLE cannot be read: permission denied (check the file)"),
        ("handouts/sites/small-gb.toml", "handouts/sites/small-gb.toml: UNREADABLE cannot be read: permission denied"),
        ("handouts/blocks/fever.md", "handouts/blocks/fever.md: UNREADABLE cannot be read: permission denied"),
        ("templates/print.css", "templates/print.css: UNREADABLE cannot be read: permission denied"),
        ("templates/card.html", "templates/card.html: UNREADABLE cannot be read: permission denied"),
        (f"templates/{FONT}", f"templates/{FONT}: FONT is damaged: permission denied"),
        ("output/small-gb/en-GB", "OUTPUT "),
        ("output", "OUTPUT "),
    ],
)
def test_what_nobody_may_read_or_write_is_named(name: str, words: str, house: Path) -> None:
    own_templates(house)
    list_languages(Project(house), "en-GB", "es")
    write_po(Project(house), "es")
    change_ward(house, 1)
    before = published(house / "output")
    mode = (house / name).stat().st_mode
    (house / name).chmod(0o500 if name.startswith("output") else 0)
    try:
        code, said = run(house, before=MORTAL)
    finally:
        (house / name).chmod(mode)
    assert_told(code, said, words)
    assert published(house / "output") == before


# Files that change while a build is running

MOMENTS = {"before they are read": "read_order", "before the first print": "print_needed", "after the last print": "deliver"}
SAVES: dict[str, Callable[[Project], Any]] = {
    "a translation": lambda project: write_po(project, "es", {"Keep warm": "Abrigo"}),
    "a telephone number": lambda project: change_file(project, "handouts/sites/small-gb.toml", "020 7946", "0161 496"),
    "half a site file": lambda project: cut(project.handouts / "sites/small-gb.toml"),
    "a text": lambda project: change_file(project, "handouts/blocks/fever.md", "What", "So what"),
    "the style sheet": lambda project: change_file(project, "templates/print.css", "\n", "\n/* */\n"),
    "no template": lambda project: take_away(project.templates / "card.html"),
    "a damaged font": lambda project: flip(project.templates / FONT),
    "no translation": lambda project: take_away(project.locales / "es.po"),
}
SAVED = [(moment, "a translation") for moment in MOMENTS] + [("before the first print", save) for save in list(SAVES)[1:]]


@pytest.mark.parametrize(("moment", "save"), SAVED)
def test_what_is_saved_during_a_build_is_never_half_printed(
    moment: str, save: str, hospital: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prints are of one state, so nothing is published, whatever else went wrong by then; the next build prints what was saved."""
    change_ward(hospital.project.root, 1)
    before, rooms = published(hospital.output), snapshot(hospital.project.handouts)
    real, name = getattr(production, MOMENTS[moment]), MOMENTS[moment]

    def save_first(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(production, name, real)
        SAVES[save](hospital.project)
        return real(*args, **options)

    monkeypatch.setattr(production, name, save_first)
    done = hospital("build")
    assert snapshot(hospital.project.handouts) != rooms or save not in ("a text", "a telephone number"), "the file was not saved"
    assert done.code == 1 and published(hospital.output) == before, done.err
    if "CHANGED" in done.err:
        assert "was changed while the packs were being made (nothing was published: build again)" in done.err
    else:
        assert moment == "before they are read" or save in ("no template", "half a site file"), done.err
    if save in ("a translation", "a telephone number", "a text", "the style sheet"):
        assert "CHANGED" in done.err
        assert hospital("build").code == 0
        assert published(hospital.output) != before
        assert hospital("build", "--json").document["artifacts"][0]["rendered"] is False


def test_a_file_that_is_saved_at_any_moment_is_printed_as_it_was_or_not_at_all(house: Path, request: pytest.FixtureRequest) -> None:
    """With workers, and with a second process that saves."""
    chance, count, seed = tries(request)
    output = house / "output"
    own_templates(house)
    assert_fine(*run(house))
    for number in range(count):
        before = published(output)
        change_ward(house, number)
        running = start(house)
        time.sleep(chance.uniform(0, 2))
        with (house / "templates/print.css").open("a", encoding="utf-8") as sheet:
            sheet.write(f"body {{ orphans: {number % 3 + 2} }}\n")
        code, said = finish(running)
        assert_honest(output, f"{seed}, save {number}")
        if code:
            assert_told(code, said, "templates/print.css: CHANGED")
            assert published(output) == before, f"{seed}, save {number}"
    assert_fine(*run(house))
    assert_fine(*run(house, *ADULT, "--output", "fresh"))
    assert (house / "fresh/manifest.json").read_bytes() == (output / "manifest.json").read_bytes(), seed


# Clocks


@pytest.mark.parametrize("year", [1970, 2000, 2039, 2105], ids=str)
def test_the_times_of_files_mean_nothing(year: int, hospital: Command) -> None:
    """A clock that was put back or on: what is good stays, and what was changed is seen though its time and size are the same."""
    moment = (year - 1970) * 31_556_952 + 1
    site = hospital.project.handouts / "sites/small-gb.toml"
    for path in (*hospital.project.handouts.rglob("*"), *hospital.project.locales.rglob("*"), *hospital.output.rglob("*")):
        os.utime(path, (moment, moment))
    assert not any(row["rendered"] for row in hospital("build", "--json").document["artifacts"])
    text = site.read_text(encoding="utf-8")
    site.write_text(text.replace("020 7946 0123", "020 7946 0999"), encoding="utf-8")
    assert site.read_text(encoding="utf-8") != text
    os.utime(site, (moment, moment))
    assert all(row["rendered"] for row in hospital("build", "--json").document["artifacts"])
