"""Broken machines: no memory, killed workers, a clock that is far off, and an end at any moment.

What must hold each time: a clear message without a traceback, exit code 1, the old output whole, the manifest absent or true, and a next
build that heals. The faults are real ones, not stand-ins. `--kills` says how often the random ones are tried.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from houses import (
    ADULT,
    MORTAL,
    as_in_a_terminal,
    assert_alone,
    assert_fine,
    assert_honest,
    assert_told,
    change_ward,
    finish,
    left_over,
    move_in,
    papers,
    problems_in,
    published,
    run,
    start,
    tries,
)
from workshop import ROOT


@pytest.fixture
def house(built_house: Path, tmp_path: Path) -> Path:
    return move_in(built_house, tmp_path)


# Workers and memory


def workers_of(session: int) -> list[int]:
    """The processes that print, and the one that they are forked from."""
    return [int(row.split()[0]) for row in left_over(session) if "multiprocessing.forkserver" in row]


def test_killed_workers_cost_at_most_their_prints(house: Path, request: pytest.FixtureRequest) -> None:
    chance, count, seed = tries(request)
    output = house / "output"
    forms = ("build", "--jobs", "2", "--audience", "adult", "--audience", "nurse")
    for number in range(count):
        change_ward(house, number)
        running = start(house, *forms)
        time.sleep(chance.uniform(0.3, 1.8))
        for _ in range(chance.choice((1, 1, 3))):
            for pid in chance.sample(found := workers_of(running.pid), min(1, len(found))):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
        code, said = finish(running)
        assert_honest(output, f"{seed}, kill {number}")
        if code:
            assert_told(code, said, "WORKER_LOST", "build again")
        assert_alone(running.pid, f"{seed}, kill {number}")
    assert_fine(*run(house, *forms))
    assert not list(output.rglob("*.part"))


@pytest.mark.parametrize("megabytes", [20, 50, 75, 95, 110, 150])
def test_a_machine_without_memory_is_told(megabytes: int, house: Path) -> None:
    """A limit on the whole build and on all that it starts. At the first ones it does not even load."""
    if not shutil.which("prlimit"):
        pytest.skip("needs prlimit, to take memory away")
    output = house / "output"
    change_ward(house, 1)
    before = published(output)
    code, said = run(house, before=(*MORTAL, "prlimit", f"--as={megabytes * 2**20}"))
    assert_told(code, said)
    assert any(word in said for word in ("not enough memory", "Free memory", "free memory", "MEMORY", "WORKER_LOST", "failed to map")), said
    assert published(output) == before
    assert_fine(*run(house))


@pytest.mark.parametrize("megabytes", ["100", "99999999999999"])
def test_the_limit_of_a_worker_may_be_any_number(megabytes: str, house: Path) -> None:
    change_ward(house, 1)
    before = published(house / "output")
    code, said = run(house, *ADULT, "--memory-limit", megabytes, before=(*MORTAL, *(("prlimit", f"--as={2**32}") if MORTAL else ())))
    if megabytes == "100":
        assert_told(code, said)
        assert published(house / "output") == before
    else:
        assert_fine(code, said)


# Clocks


def find_faketime() -> str:
    """A library that shows a program another clock (Debian: libfaketime); "" where there is none."""
    found = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), *Path("/usr/lib").glob("faketime/libfaketimeMT.so.1")]
    return os.environ.get("FAKETIME_LIBRARY", "") or next(map(str, found), "")


@pytest.mark.parametrize("day", ["1970-01-02", "2000-02-29", "2038-01-20", "2250-12-31"])
def test_a_clock_that_is_far_off_changes_no_byte_of_a_draft(day: str, house: Path) -> None:
    library = find_faketime()
    if not library:
        pytest.skip("needs libfaketime, to show a build another clock")
    clock = {"LD_PRELOAD": library, "FAKETIME": f"@{day} 12:00:00"}
    assert_fine(*run(house, *ADULT, "--force", "--output", "elsewhere", **clock))
    now, then = published(house / "output"), published(house / "elsewhere")
    assert {name: digest for name, digest in then.items() if name != ".stock.json"} == {
        name: digest for name, digest in now.items() if name != ".stock.json"
    }


# An end at any moment


def assert_stopped(running: subprocess.Popen[str], code: int, said: str, when: str) -> None:
    """Exit code 1 and one line."""
    assert code == 1, f"{when}: {code}: {said}"
    assert problems_in(said).strip() == "Stopped. What was published before is as it was.", f"{when}: {said}"
    assert_alone(running.pid, when)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_build_ends_at_any_moment_and_the_old_prints_stay(name: str, house: Path, request: pytest.FixtureRequest) -> None:
    """Ctrl-C, pressed once or twice in a terminal or sent to the build alone; a shutdown; a closed terminal."""
    chance, count, seed = tries(request)
    output, number = house / "output", getattr(signal, name)
    for try_ in range(count):
        change_ward(house, try_)
        before = published(output)
        moment, again, strike = chance.uniform(0, 2), chance.choice((0, 0, 0.05)), chance.choice((os.kill, os.killpg))
        when = f"{seed}, {name} {try_} after {moment:.3f} s, {strike.__name__}, again after {again} s"
        running = start(house)
        time.sleep(moment)
        for pause in (again, 0) if again else (0,):
            if running.poll() is None:
                strike(running.pid, number)
                time.sleep(pause)
        code, said = finish(running)
        assert_honest(output, when)
        if code:
            assert_stopped(running, code, said, when)
            assert published(output) == before, when
        else:
            assert "Traceback" not in said, when
    assert_fine(*run(house))
    assert not list(output.rglob("*.part"))


@pytest.mark.parametrize(
    "words", [("watch", "--audience", "adult", "--locale", "en-GB"), ("desk", "--port", "PORT")], ids=["watch", "desk"]
)
def test_watch_and_desk_end_at_any_moment(words: tuple[str, ...], house: Path, request: pytest.FixtureRequest) -> None:
    chance, count, seed = tries(request)
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = str(server.getsockname()[1])
    words = tuple(word.replace("PORT", free) for word in words)
    for try_ in range(count):
        moment, number = chance.uniform(0, 3), chance.choice((signal.SIGINT, signal.SIGTERM))
        when = f"{seed}, {number.name} {try_} after {moment:.3f} s"
        running = start(house, *words)
        time.sleep(moment)
        running.send_signal(number)
        code, said = finish(running)
        if code:
            assert_stopped(running, code, said, when)
        assert "Traceback" not in said, f"{when}: {said}"
        assert_alone(running.pid, when)


def test_ctrl_c_while_python_starts_waits_until_it_can_be_answered(takes_long: None) -> None:
    """`build.py` holds it back when it hands over. Before that, while its own Python starts, nobody can."""
    if not Path("/proc/self/cmdline").exists() or not (ROOT / ".venv/complete").exists():
        pytest.skip("needs /proc, to see the moment, and what `build.py` has set up")
    for _ in range(5):
        running = subprocess.Popen(
            [sys.executable, str(ROOT / "build.py"), "check"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=as_in_a_terminal,
        )
        while b"-m\0packbuilder" not in Path(f"/proc/{running.pid}/cmdline").read_bytes():
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        code, said = finish(running)
        assert (code, said) == (1, "Stopped. What was published before is as it was.\n")


def test_a_build_that_was_started_to_outlive_its_terminal_does(house: Path) -> None:
    change_ward(house, 1)
    running = start(house, before=("nohup",))
    time.sleep(0.7)
    running.send_signal(signal.SIGHUP)
    assert_fine(*finish(running))
    assert len(list(papers(house / "output"))) == 2
