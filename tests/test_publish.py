"""Publishing: whatever happens, the manifest is absent or true, and nothing that is not ours is touched.

Which older prints a build keeps is decided by `production`, and held in `test_publish_again.py`.
"""

import hashlib
import json
import os
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from frontpages import make_entry
from workshop import ENTRY_KEYS, plan, small_site, snapshot, write

from packbuilder import publish as module
from packbuilder.companions import picture_path
from packbuilder.model import AUDIENCES, Artifact, Edition
from packbuilder.publish import (
    OutputFailed,
    clear_parts,
    describe,
    is_whole,
    locked,
    manifest_bytes,
    publish,
    read_manifest,
    stage,
)


def edition(audience: str) -> Edition:
    return plan(small_site(), audience, "en-GB")


def made(audience: str, words: str = "first", picture: bool = False) -> Artifact:
    """A finished print, without the printing; with `picture`, what goes with it."""
    pdf = f"%PDF-1.7 {audience} {words}".encode()
    entry = make_entry("small-gb", audience=audience, sha256=hashlib.sha256(pdf).hexdigest())
    companions = {picture_path(edition(audience)): f"PNG {audience} {words}".encode()} if picture else {}
    return Artifact(edition(audience), entry, pdf, "", (), 0.1, companions=companions)


def draw(entries: Iterable[Any]) -> dict[str, str]:
    return {"index.html": "<html>" + " ".join(sorted(entry["path"] for entry in entries)) + "</html>"}


EXTRA = ".extra.json"


def put(output: Path, *artifacts: Artifact, kept: Sequence[Mapping[str, Any]] = (), gone: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Stages and publishes as a build does, and clears up as a build does."""
    fresh = {artifact.edition.path: (artifact.entry, tuple(artifact.companions)) for artifact in artifacts}
    try:
        for artifact in artifacts:
            stage(artifact, output)
        return publish(fresh, kept, draw([*(entry for entry, _ in fresh.values()), *kept]), {EXTRA: b"extra"}, gone, output)
    finally:
        clear_parts(output, [EXTRA, *fresh, *(path for _, companions in fresh.values() for path in companions)])


def assert_true_or_absent(output: Path) -> None:
    """Every file that the manifest names is there, byte for byte."""
    if not (output / "manifest.json").exists():
        return
    entries = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    for entry in entries:
        assert hashlib.sha256((output / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]


def listed(output: Path) -> list[str]:
    return [entry["path"] for entry in read_manifest(output)]


def path_of(audience: str) -> str:
    return edition(audience).path


def picture_of(audience: str) -> str:
    return picture_path(edition(audience))


# What is written


def test_a_build_writes_the_prints_an_index_and_a_manifest(tmp_path: Path) -> None:
    entries = put(tmp_path, made("adult"), made("nurse"))
    assert sorted(snapshot(tmp_path)) == sorted([path_of("adult"), path_of("nurse"), "index.html", "manifest.json", EXTRA])
    assert (tmp_path / path_of("adult")).read_bytes() == made("adult").pdf
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8")) == {"version": 1, "artifacts": entries}
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == draw(entries)["index.html"]
    assert_true_or_absent(tmp_path)


def test_entries_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    put(tmp_path, made("parent"), made("nurse"), made("adult"))
    assert listed(tmp_path) == sorted([path_of("adult"), path_of("nurse"), path_of("parent")])


def test_the_same_build_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    put(tmp_path / "a", made("adult"), made("nurse"))
    put(tmp_path / "b", made("nurse"), made("adult"))
    put(tmp_path / "b", made("adult"), made("nurse"))
    assert snapshot(tmp_path / "a") == snapshot(tmp_path / "b")


def test_an_entry_says_all_that_the_contract_asks_for() -> None:
    manuscript = write("nurse")
    html = "".join(section.html for section in manuscript.sections)
    entry = describe(manuscript, html, "sha of the file", 3)
    assert list(entry) == ENTRY_KEYS
    assert (entry["kind"], entry["audience"], entry["region"], entry["paper"], entry["pages"]) == ("pack", "nurse", "GB", "A4", 3)
    assert entry["sha256"] == "sha of the file" and entry["digest"] == manuscript.digest
    assert entry["facts"]["phone_24h"] == "020 7946 0123"
    assert entry["facts"]["call_temperature_child"].startswith("38.0\u00a0°C (100.4\u00a0°F) or above")
    assert entry["facts"]["call_temperature_adult"].startswith("above 37.5\u00a0°C (99.5\u00a0°F)")
    assert "fever_rule" not in entry["facts"], "only what is printed"
    assert json.loads(manifest_bytes([entry]))["artifacts"] == [entry]


def test_what_is_staged_stands_beside_its_place_and_is_not_listed(tmp_path: Path) -> None:
    put(tmp_path, made("adult"))
    before = snapshot(tmp_path)
    stage(made("adult", "second"), tmp_path)
    part = path_of("adult") + ".part"
    assert snapshot(tmp_path) == before | {part: made("adult", "second").pdf}
    clear_parts(tmp_path, [path_of("adult")])
    assert snapshot(tmp_path) == before


# Publishing again


def test_what_is_kept_stays_listed_and_is_not_written_again(tmp_path: Path) -> None:
    put(tmp_path, made("adult"), made("nurse"))
    nurse = tmp_path / path_of("nurse")
    touched = nurse.stat().st_mtime_ns
    entries = put(tmp_path, made("adult", "second"), kept=[made("nurse").entry])
    assert listed(tmp_path) == [path_of("adult"), path_of("nurse")]
    assert (tmp_path / path_of("adult")).read_bytes() == made("adult", "second").pdf
    assert nurse.read_bytes() == made("nurse").pdf and nurse.stat().st_mtime_ns == touched
    assert (tmp_path / "index.html").read_text(encoding="utf-8") == draw(entries)["index.html"]
    assert_true_or_absent(tmp_path)


def test_a_build_that_prints_nothing_lists_what_it_keeps(tmp_path: Path) -> None:
    put(tmp_path, made("adult"), made("nurse"))
    before = snapshot(tmp_path)
    (tmp_path / "manifest.json").unlink()
    put(tmp_path, kept=[made("nurse").entry, made("adult").entry])
    assert snapshot(tmp_path) == before


def test_a_print_is_whole_only_as_it_was_built(tmp_path: Path) -> None:
    entry = put(tmp_path, made("adult"))[0]
    assert is_whole(entry, tmp_path)
    (tmp_path / path_of("adult")).write_bytes(b"%PDF-1.7 by somebody else")
    assert not is_whole(entry, tmp_path)
    (tmp_path / path_of("adult")).unlink()
    assert not is_whole(entry, tmp_path)


def test_what_was_listed_and_is_not_any_more_is_removed(tmp_path: Path) -> None:
    put(tmp_path, made("adult"), made("parent"), made("nurse"))
    put(tmp_path, made("adult"), kept=[made("nurse").entry])
    assert not (tmp_path / path_of("parent")).exists()
    assert listed(tmp_path) == [path_of("adult"), path_of("nurse")]
    put(tmp_path, made("adult"))
    assert not (tmp_path / path_of("nurse")).exists() and listed(tmp_path) == [path_of("adult")]


# What goes with a print


def test_what_goes_with_a_print_stands_beside_its_place_and_is_put_there_with_it(tmp_path: Path) -> None:
    stage(made("adult", picture=True), tmp_path)
    parts = {path_of("adult") + ".part": b"%PDF-1.7 adult first", picture_of("adult") + ".part": b"PNG adult first"}
    assert snapshot(tmp_path) == parts
    put(tmp_path, made("adult", picture=True))
    files = snapshot(tmp_path)
    assert files[picture_of("adult")] == b"PNG adult first" and not set(files) & set(parts)
    assert listed(tmp_path) == [path_of("adult")], "a picture is not printed, so the manifest does not vouch for it"


def test_a_new_print_brings_its_own_picture(tmp_path: Path) -> None:
    put(tmp_path, made("adult", picture=True), made("nurse", picture=True))
    put(tmp_path, made("adult", "second", picture=True), kept=[made("nurse").entry])
    assert {name: data for name, data in snapshot(tmp_path).items() if name.endswith(".png")} == {
        picture_of("adult"): b"PNG adult second",
        picture_of("nurse"): b"PNG nurse first",
    }


def test_a_picture_whose_print_is_gone_is_removed_and_no_other(tmp_path: Path) -> None:
    put(tmp_path, made("adult", picture=True), made("parent", picture=True), made("nurse", picture=True))
    put(tmp_path, made("adult", picture=True), kept=[made("nurse").entry], gone=[picture_of("parent")])
    assert sorted(name for name in snapshot(tmp_path) if name.endswith((".png", ".pdf"))) == sorted(
        [path_of("adult"), picture_of("adult"), path_of("nurse"), picture_of("nurse")]
    )


def test_a_picture_that_is_made_anew_is_not_gone(tmp_path: Path) -> None:
    """The stock may know it under a print that is not listed any more."""
    put(tmp_path, made("adult", "second", picture=True), gone=[picture_of("adult")])
    assert snapshot(tmp_path)[picture_of("adult")] == b"PNG adult second"


def test_a_path_in_the_stock_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.png"
    outside.write_text("mine", encoding="utf-8")
    put(tmp_path / "output", made("adult"), gone=["../outside.png", str(outside)])
    assert outside.read_text(encoding="utf-8") == "mine"


FOREIGN = (
    "notes.txt",
    "small-gb/en-GB/pictures/my-own.png",
    "small-gb/en-GB/my-own.pdf",
    "small-gb/en-GB/blinatumomab-adult-en-GB.pdf.bak",
    "other/manifest.json",
    "download.part",
    "other/x.pdf.part",
)


def test_nothing_else_in_the_folder_is_touched(tmp_path: Path) -> None:
    for name in FOREIGN:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine", encoding="utf-8")
    put(tmp_path, made("adult"), made("nurse"))
    put(tmp_path, made("adult"))
    assert {name: (tmp_path / name).read_text(encoding="utf-8") for name in FOREIGN} == dict.fromkeys(FOREIGN, "mine")


def test_a_path_in_a_manifest_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.pdf"
    outside.write_text("mine", encoding="utf-8")
    output = tmp_path / "output"
    output.mkdir()
    (output / "manifest.json").write_bytes(manifest_bytes([make_entry(path=path) for path in ("../outside.pdf", str(outside))]))
    put(output, made("adult"))
    assert outside.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"version": 2, "artifacts": []}', '{"version": 1}', '{"version": 1, "artifacts": 3}',
     '{"version": 1, "artifacts": [{"x": 1}]}',
     '{"version": 1, "artifacts": [3]}'],
)  # fmt: skip
def test_a_manifest_that_is_not_ours_counts_as_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    put(tmp_path, made("adult"))
    assert listed(tmp_path) == [path_of("adult")]
    assert (tmp_path / path_of("adult")).read_bytes() == made("adult").pdf


DAMAGE = {
    "no site": {"site": None},
    "a number for a path": {"path": 3},
    "a path that ends early": {"path": "a\0b"},
    "an audience that nobody knows": {"audience": "nobody"},
    "a form that nobody knows": {"format": "scroll"},
    "a kind that nobody knows": {"kind": "box"},
    "a state that nobody knows": {"state": "signed"},
    "a language that is none": {"locale": "../x"},
    "pages in words": {"pages": "three"},
    "a sample in words": {"sample": "no"},
    "facts in a list": {"facts": ["020"]},
    "a fact that is no text": {"facts": {"phone_24h": 20}},
    "a reason that is no text": {"reasons": [3]},
}


@pytest.mark.parametrize("title", DAMAGE)
def test_a_manifest_with_a_damaged_entry_counts_as_none(title: str, tmp_path: Path) -> None:
    """What is not as a build writes it is not believed, and ends no build with a traceback."""
    (tmp_path / "manifest.json").write_bytes(manifest_bytes([make_entry("small-gb")]))
    assert len(read_manifest(tmp_path)) == 1
    (tmp_path / "manifest.json").write_bytes(manifest_bytes([{**make_entry("small-gb"), **DAMAGE[title]}]))
    assert read_manifest(tmp_path) == []


# When something goes wrong in the middle


STEPS = ("write_beside", "put_in_place")  # nine of each: three prints with their pictures, and three other files


def assert_whole(output: Path) -> None:
    """Nothing half-made is left, and every print and picture is one that was made."""
    assert not [name for name in snapshot(output) if name.endswith(".part")]
    for audience in AUDIENCES:
        ways = [made(audience, words, picture=True) for words in ("first", "second")]
        assert (output / path_of(audience)).read_bytes() in [way.pdf for way in ways]
        assert (output / picture_of(audience)).read_bytes() in [way.companions[picture_of(audience)] for way in ways]


def break_at(monkeypatch: pytest.MonkeyPatch, step: str, count: int, watch: Callable[[], None], how: BaseException | None = None) -> None:
    """Looks at the folder around each step, and lets the `count`-th call of one of them end as `how` says: a full disk if not told."""
    calls = {"left": count}
    for name in STEPS:
        original = getattr(module, name)

        def run(*args: Any, original: Any = original, name: str = name) -> None:
            watch()
            if name == step:
                calls["left"] -= 1
                if calls["left"] == 0:
                    raise how or OSError(28, "No space left on device", str(args[0]))
            original(*args)
            watch()

        monkeypatch.setattr(module, name, run)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("count", range(1, 10))
def test_the_manifest_is_absent_or_true_at_every_moment(step: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, *(made(audience, picture=True) for audience in AUDIENCES))
    break_at(monkeypatch, step, count, lambda: assert_true_or_absent(tmp_path))
    with pytest.raises(OutputFailed, match="no space left"):
        put(tmp_path, *(made(audience, "second", picture=True) for audience in AUDIENCES))
    assert_true_or_absent(tmp_path)
    assert_whole(tmp_path)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("count", range(1, 10))
def test_an_interruption_between_the_steps_leaves_every_file_whole(
    step: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is no trouble with the disk: it goes up as it is, and what it leaves is as honest."""
    put(tmp_path, *(made(audience, picture=True) for audience in AUDIENCES))
    with monkeypatch.context() as patch:
        break_at(patch, step, count, lambda: assert_true_or_absent(tmp_path), KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            put(tmp_path, *(made(audience, "second", picture=True) for audience in AUDIENCES))
    assert_whole(tmp_path)
    put(tmp_path, *(made(audience, "second", picture=True) for audience in AUDIENCES))
    assert len(listed(tmp_path)) == 3
    assert_true_or_absent(tmp_path)


@pytest.mark.parametrize("name", ["write_beside", "put_in_place", "flush_folder"])
@pytest.mark.parametrize("forgets", [True, False])
def test_an_interrupt_meanwhile_comes_too_late_or_when_all_is_in_its_place(
    name: str, forgets: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a single build it is too late; `watch` would go on for ever without it."""
    put(tmp_path, *(made(audience) for audience in AUDIENCES))
    step = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *given: (signal.raise_signal(signal.SIGINT), step(*given)))
    second = [made(audience, "second") for audience in AUDIENCES]
    for artifact in second:
        (tmp_path / f"{artifact.edition.path}{module.PART}").write_bytes(artifact.pdf)
    fresh = {artifact.edition.path: (artifact.entry, ()) for artifact in second}
    with nullcontext() if forgets else pytest.raises(KeyboardInterrupt):
        publish(fresh, [], draw(entry for entry, _ in fresh.values()), {}, [], tmp_path, forgets)
    assert_true_or_absent(tmp_path)
    assert [(tmp_path / artifact.edition.path).read_bytes() for artifact in second] == [artifact.pdf for artifact in second]


@pytest.mark.parametrize("count", range(1, 10))
def test_while_files_are_still_being_written_the_old_ones_stand(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, *(made(audience, picture=True) for audience in AUDIENCES))
    before = snapshot(tmp_path)
    break_at(monkeypatch, "write_beside", count, lambda: None)
    with pytest.raises(OutputFailed):
        put(tmp_path, *(made(audience, "second", picture=True) for audience in AUDIENCES))
    assert snapshot(tmp_path) == before


def test_a_build_after_a_failure_makes_all_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, made("adult"), made("nurse"))
    with monkeypatch.context() as patch:
        break_at(patch, "put_in_place", 2, lambda: None)
        with pytest.raises(OutputFailed):
            put(tmp_path, made("adult", "second"), made("nurse", "second"))
    put(tmp_path, made("adult", "third"), made("nurse", "third"))
    assert listed(tmp_path) == [path_of("adult"), path_of("nurse")]
    assert_true_or_absent(tmp_path)


def test_a_failure_does_not_touch_what_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "download.part").write_text("mine", encoding="utf-8")
    break_at(monkeypatch, "put_in_place", 1, lambda: None)
    with pytest.raises(OutputFailed):
        put(tmp_path, made("adult"))
    assert (tmp_path / "download.part").read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_place_of_the_folder_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputFailed, match="cannot be written"):
        put(tmp_path / "output", made("adult"))
    with pytest.raises(OutputFailed, match="cannot be written"), locked(tmp_path / "output"):
        pass
    assert (tmp_path / "output").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="the administrator may write everywhere")
def test_a_folder_that_may_not_be_written_keeps_its_files(tmp_path: Path) -> None:
    put(tmp_path, made("adult"))
    before = snapshot(tmp_path)
    for folder in (tmp_path, tmp_path / "small-gb" / "en-GB"):
        folder.chmod(0o500)
    try:
        with pytest.raises(OutputFailed, match="permission denied"):
            put(tmp_path, made("adult", "second"))
        assert snapshot(tmp_path) == before
    finally:
        for folder in (tmp_path, tmp_path / "small-gb" / "en-GB"):
            folder.chmod(0o700)


# Two builds at once


def test_a_folder_where_another_build_writes_is_refused_until_it_is_done(tmp_path: Path) -> None:
    output = tmp_path / "new" / "output"
    with locked(output), pytest.raises(OutputFailed, match="another build is writing there"), locked(output):
        pass
    with locked(output):
        pass


def test_the_lock_is_given_back_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        raise ZeroDivisionError
    with locked(tmp_path):
        pass
