"""Kill -9 at random moments, two builds at once, Ctrl-C: never a manifest that lies, and the next build heals what was left.

`--kills 50` tries as often as CI does; without it a few kills keep the suite short. The moments are random, and named when one hurts.
"""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from filelock import FileLock
from houses import ADULT, assert_honest, change_ward, finish, make_house, papers, start

from packbuilder.stock import file_digest


@pytest.fixture
def house(tmp_path: Path) -> Path:
    return make_house(tmp_path)


def test_a_build_killed_at_any_moment_leaves_nothing_wrong_and_the_next_one_heals(
    house: Path, request: pytest.FixtureRequest, takes_long: None
) -> None:
    output, kills = house / "output", request.config.getoption("--kills")
    begin = time.perf_counter()
    assert finish(start(house))[0] == 0
    whole = time.perf_counter() - begin
    seed = int(time.time())
    moments = random.Random(seed)
    for number in range(kills):
        change_ward(house, number)
        running = start(house)
        # Half of the kills fall into the last fifth, where the files are put in their places.
        moment = moments.uniform(0.8, 1.05) if number % 2 else moments.uniform(0, 1)
        time.sleep(moment * whole)
        running.kill()
        running.communicate()
        assert_honest(output, f"seed {seed}, kill {number} after {moment * whole:.3f} s")
    assert finish(start(house))[0] == 0
    assert_honest(output)
    assert not list(output.rglob("*.part"))
    fresh = house / "fresh"
    assert finish(start(house, *ADULT, "--output", str(fresh)))[0] == 0
    assert (fresh / "manifest.json").read_bytes() == (output / "manifest.json").read_bytes()


def test_a_second_build_into_the_same_folder_is_refused(house: Path) -> None:
    output = house / "output"
    output.mkdir()
    with FileLock(output / ".lock"):
        running = start(house)
        _, said = running.communicate()
    assert running.returncode == 1 and "another build is writing there" in said and "Traceback" not in said
    assert not list(papers(output))
    assert finish(start(house))[0] == 0, "the lock of a build that is over holds up nobody"


def test_ctrl_c_ends_with_one_line_and_leaves_the_old_prints(house: Path) -> None:
    output = house / "output"
    assert finish(start(house))[0] == 0
    before = {path: file_digest(path) for path in papers(output)}
    manifest = (output / "manifest.json").read_bytes()
    change_ward(house, 7)
    running = start(house)
    time.sleep(1.2)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 1, said
    assert "Stopped. What was published before is as it was." in said and "Traceback" not in said, said
    assert {path: file_digest(path) for path in papers(output)} == before and (output / "manifest.json").read_bytes() == manifest
    assert not list(output.rglob("*.part"))
