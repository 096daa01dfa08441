"""A small project with a program of its own, run as a command: for tests that end it, starve it, or take its files away."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from workshop import ROOT, copy_small_project

from packbuilder.stock import file_digest

SITE = "handouts/sites/small-gb.toml"
ADULT = ("build", "--jobs", "2", "--audience", "adult")
# The administrator may read and write everything; without these rights he is held to the modes of files, like anybody else.
MORTAL = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-sys_resource") if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
ENDLESS = 60  # seconds after which a command is taken to hang


def make_house(folder: Path) -> Path:
    copy_small_project(folder)
    shutil.copytree(ROOT / "packbuilder", folder / "packbuilder", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def make_built_house(folder: Path) -> Path:
    """A house with the adult pack and its card in `output`."""
    assert_fine(*run(make_house(folder)))
    return folder


def move_in(house: Path, folder: Path) -> Path:
    """A copy of a house, with all that was printed there."""
    shutil.copytree(house, folder, symlinks=True, dirs_exist_ok=True)
    return folder


def own_templates(house: Path) -> Path:
    """The templates as files of the house, to be changed there; the folder."""
    (house / "templates").unlink()
    shutil.copytree(ROOT / "templates", house / "templates")
    return house / "templates"


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "packbuilder", *(words or ADULT)]


def as_in_a_terminal() -> None:
    """What ends a program ends it, wherever the tests were started: in the background of a shell Ctrl-C is ignored."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def hold_back() -> None:
    """As `build.py` starts the program."""
    as_in_a_terminal()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


def start(house: Path, *words: str, before: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[str]:
    """The program in a session of its own; `before` is a command that runs it."""
    return subprocess.Popen(
        [*before, *command(*words)],
        cwd=house,
        env=os.environ | environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=hold_back if hasattr(signal, "pthread_sigmask") else None,
    )


def finish(running: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code, and what was said on standard error. A command that hangs fails the test, and is ended with all that it started."""
    try:
        said = running.communicate(timeout=ENDLESS)[1]
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        raise
    return running.returncode, said


def run(house: Path, *words: str, before: tuple[str, ...] = (), **environment: str) -> tuple[int, str]:
    return finish(start(house, *words, before=before, **environment))


def problems_in(said: str) -> str:
    """What was said without the lines that tell how far the work is."""
    return "\n".join(line for line in said.split("\n") if not line.startswith("["))


def change_ward(house: Path, number: int) -> None:
    """Something to print: the ward's name stands on every pack."""
    path = house / SITE
    lines = [f'ward = "Ward {number}"' if line.startswith("ward = ") else line for line in path.read_text(encoding="utf-8").split("\n")]
    path.write_text("\n".join(lines), encoding="utf-8")


def papers(output: Path) -> Iterator[Path]:
    return output.rglob("*.pdf")


def published(output: Path) -> dict[str, str]:
    """Every file that somebody could open, with its digest; neither the lock nor what is still beside its place."""
    return {
        path.relative_to(output).as_posix(): file_digest(path)
        for path in output.rglob("*")
        if path.is_file() and path.name != ".lock" and path.suffix != ".part"
    }


def assert_honest(output: Path, when: str = "") -> None:
    """The manifest is absent or true, and every PDF that somebody could print is whole."""
    manifest = output / "manifest.json"
    for path in papers(output):
        with pypdfium2.PdfDocument(path) as document:
            assert len(document) > 0, when
    if manifest.exists():
        entries = json.loads(manifest.read_text(encoding="utf-8"))["artifacts"]
        assert {entry["path"]: entry["sha256"] for entry in entries} == {
            path.relative_to(output).as_posix(): file_digest(path) for path in papers(output)
        }, when


def assert_fine(code: int, said: str) -> None:
    assert code == 0 and "Traceback" not in said, said


def assert_told(code: int, said: str, *words: str) -> None:
    """A fault as people see it: exit code 1, these words, and no traceback."""
    assert code == 1 and "Traceback" not in said, said
    for word in words:
        assert word in said, said


def tries(request: pytest.FixtureRequest) -> tuple[random.Random, int, str]:
    """Chance, how often (a tenth of `--kills` for each kind of fault, and at least three times), and what brings it back."""
    seed = int(time.time())
    return random.Random(seed), max(request.config.getoption("--kills") // 10, 3), f"seed {seed}"


def left_over(session: int) -> list[str]:
    """The processes of a session that run. One that has ended and that nobody has asked about counts as ended."""
    found = subprocess.run(["ps", "-eo", "pid=,sid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    rows = (line.split(None, 3) for line in found.split("\n") if line)
    return [" ".join(row) for row in rows if row[1] == str(session) and not row[2].startswith("Z")]


def assert_alone(session: int, when: str) -> None:
    """Nothing goes on that a command has started. A process may need a moment to end after its parent."""
    end = time.monotonic() + ENDLESS
    while found := left_over(session):
        assert time.monotonic() < end, f"{when}: {found}"
        time.sleep(0.05)
