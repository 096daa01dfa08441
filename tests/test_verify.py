"""Verify: a print is held against its manifest entry long after it was made, and without its sources."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workshop import Command, Run

from packbuilder.model import Project
from packbuilder.verify import verify_entry

NURSE = "small-gb/en-GB/blinatumomab-nurse-en-GB.pdf"


@pytest.fixture
def output(built: tuple[Project, Run], tmp_path: Path) -> Path:
    return Path(shutil.copytree(built[0].root / "output", tmp_path / "prints"))


def entry_of(output: Path, path: str = NURSE) -> dict[str, Any]:
    entries = json.loads((output / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    return dict(next(entry for entry in entries if entry["path"] == path))


def test_good_prints_pass(output: Path, command: Command) -> None:
    run = command("verify", str(output))
    assert run.code == 0 and "5 files, 0 problems" in run.out


def found(output: Path, change: Callable[[dict[str, Any]], None] = lambda entry: None) -> list[str]:
    entry = entry_of(output)
    change(entry)
    problems = list(verify_entry(entry, output))
    assert all(problem.place.path.endswith(NURSE) and problem.hint for problem in problems)
    return [problem.code for problem in problems]


def test_a_print_that_is_gone_is_named(output: Path) -> None:
    (output / NURSE).unlink()
    assert found(output) == ["MISSING_FILE"]


@pytest.mark.parametrize("damage", ["one byte more", "one byte less", "empty", "another file"])
def test_a_print_that_was_changed_is_named(damage: str, output: Path) -> None:
    data = (output / NURSE).read_bytes()
    other = (output / NURSE.replace("nurse", "adult")).read_bytes()
    (output / NURSE).write_bytes({"one byte more": data + b"\n", "one byte less": data[:-1], "empty": b"", "another file": other}[damage])
    assert found(output) == ["CHANGED_FILE"]


def test_a_print_with_another_number_of_pages_is_named(output: Path) -> None:
    assert found(output, lambda entry: entry.update(pages=9)) == ["PAGES"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("phone_24h", "020 7946 0124"), ("call_temperature_child", "38.1\u00a0°C (100.6\u00a0°F) or above"), ("drip_days", "2929")],
)
def test_a_fact_that_is_not_on_the_paper_is_named(name: str, text: str, output: Path) -> None:
    codes = found(output, lambda entry: entry["facts"].update({name: text}))
    assert codes and set(codes) == {"LOST_FACT"}


def test_the_command_names_every_problem_and_gives_1(output: Path, command: Command) -> None:
    (output / NURSE).unlink()
    changed = output / NURSE.replace("nurse", "adult")
    changed.write_bytes(changed.read_bytes() + b"\n")
    run = command("verify", str(output))
    assert run.code == 1 and "MISSING_FILE" in run.err and "CHANGED_FILE" in run.err and "2 problems" in run.err


def test_a_folder_without_a_manifest_says_so(tmp_path: Path, command: Command) -> None:
    run = command("verify", str(tmp_path))
    assert run.code == 1 and "NO_MANIFEST" in run.err


@pytest.mark.parametrize("text", ["{", '{"version": 1}', '{"version": 1, "artifacts": [{"path": "x.pdf"}]}'])
def test_a_manifest_that_is_damaged_is_a_problem_and_no_crash(text: str, tmp_path: Path, command: Command) -> None:
    folder = tmp_path / "prints"
    folder.mkdir()
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    (folder / "x.pdf").write_bytes(b"x")
    run = command("verify", str(folder))
    assert run.code == 1 and run.err
