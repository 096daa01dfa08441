"""A real scheduler and two real workers, one of which is killed in the middle: the same bytes as one process prints here."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from workshop import ROOT, SHIPPED, SMALL_SITE_TEXT, assert_clean, copy_small_project, snapshot, write

from packbuilder import cluster
from packbuilder.cluster import collect, print_remote
from packbuilder.model import Artifact, ClusterFailed, Manuscript, Project
from packbuilder.stock import look_digest
from packbuilder.toolchain import tools_digest

needs_dask = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="the cluster extra is not installed")
SITES = 4  # with two texts each
BUILD = ("--sites", "region", "--audience", "adult", "--audience", "nurse", "--today", "2026-11-20")


@dataclass(frozen=True, slots=True)
class House:
    """The small project with a program of its own and some hospitals, and the processes that were started there."""

    root: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *command: str, log: str = "") -> subprocess.Popen[str]:
        """A process in the folder of the project. With a `log` what it says goes there."""
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("PACKBUILDER", "DASK"))}
        out = (self.root / log).open("w", encoding="utf-8") if log else subprocess.PIPE
        running = subprocess.Popen(
            [sys.executable, *command], cwd=self.root, env=variables | {"PYTHONPATH": str(self.root)}, text=True,
            stdout=out, stderr=subprocess.STDOUT if log else subprocess.PIPE,
        )  # fmt: skip
        self.started.append(running)
        if not isinstance(out, int):
            out.close()
        return running

    def start_cluster(self, workers: int) -> tuple[str, list[subprocess.Popen[str]]]:
        """The address of a scheduler to which all workers have come."""
        place = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", "scheduler.json")
        self.start("-m", "dask", "scheduler", "--port", "0", *place, log="scheduler.log")
        made = []
        for number in range(workers):
            own = ("--no-nanny", "--nthreads", "1", "--local-directory", f"worker-{number}")
            made.append(self.start("-m", "dask", "worker", *own, *place, log=f"worker-{number}.log"))
        wait_for(lambda: all("Starting established connection" in self.read(f"worker-{number}.log") for number in range(workers)))
        return str(json.loads(self.read("scheduler.json"))["address"]), made

    def impatient(self, address: str) -> subprocess.Popen[str]:
        """A build that gives a scheduler up soon, and has more to print than it has sent."""
        command = ["build", *BUILD, "--scheduler", address]
        code = f"import sys; from packbuilder import cluster, cli; cluster.PATIENCE = 1; cluster.AHEAD = 2; sys.exit(cli.main({command!r}))"
        return self.start("-c", code)

    def read(self, name: str) -> str:
        path = self.root / name
        return path.read_text(encoding="utf-8") if path.exists() else ""


def wait_for(condition: Any, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the cluster did not start"
        time.sleep(0.05)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    project = copy_small_project(tmp_path)
    shutil.copytree(ROOT / "packbuilder", tmp_path / "packbuilder", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "region").mkdir()
    for number in range(SITES):
        text = SMALL_SITE_TEXT.replace("small-gb", f"site-{number}").replace("Northfield", f"Northfield {number}")
        (tmp_path / "region" / f"site-{number}.toml").write_text(text, encoding="utf-8")
    made = House(project.root)
    try:
        yield made
    finally:
        for running in made.started:
            running.kill()
        for running in made.started:
            running.communicate()


@needs_dask
@pytest.mark.usefixtures("takes_long")
def test_a_worker_that_is_killed_changes_no_byte(house: House) -> None:
    local = house.start("-m", "packbuilder", "build", *BUILD, "--jobs", "1", "--quiet", "--output", "local")
    address, workers = house.start_cluster(workers=2)
    running = house.start("-m", "packbuilder", "build", *BUILD, "--scheduler", address, "--output", "remote")
    assert running.stderr
    said = running.stderr.readline()
    assert said.startswith(f"[1/{SITES * 3}] "), said
    workers[0].send_signal(signal.SIGKILL)
    _, rest = running.communicate(timeout=60)
    assert running.returncode == 0 and "Traceback" not in rest, rest
    assert rest.count("\n[") + rest.startswith("[") == SITES * 3 - 1, "each print is told once"
    assert workers[0].wait() == -signal.SIGKILL and workers[1].poll() is None
    assert local.communicate(timeout=60) == ("", "")
    here, there = snapshot(house.root / "local"), snapshot(house.root / "remote")
    assert sum(path.endswith(".pdf") for path in here) == SITES * 3
    assert here == there


@needs_dask
@pytest.mark.usefixtures("takes_long")
def test_when_the_scheduler_is_gone_the_build_ends_and_keeps_what_is_done(house: House) -> None:
    address, _ = house.start_cluster(workers=1)
    running = house.impatient(address)
    assert running.stderr and running.stderr.readline().startswith("[1/")
    house.started[0].kill()  # the scheduler
    out, said = running.communicate(timeout=60)
    assert running.returncode == 1 and "Traceback" not in said, said
    assert "CLUSTER was not printed: the scheduler is gone" in said
    entries = json.loads(house.read("output/manifest.json"))["artifacts"]
    assert 0 < len(entries) < SITES * 3 and all(entry["path"] in out for entry in entries)
    assert len([line for line in said.split("\n") if " CLUSTER " in line]) + len(entries) == SITES * 3


@needs_dask
@pytest.mark.usefixtures("takes_long")
def test_a_scheduler_that_does_not_answer_is_said_plainly(house: House) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    running = house.impatient(address)
    out, said = running.communicate(timeout=30)
    assert running.returncode == 1 and out == "" and "Traceback" not in said
    assert f"{address}: CLUSTER no scheduler answers at {address}" in said and "build without --scheduler" in said
    assert not list((house.root / "output").rglob("*.pdf"))


@needs_dask
@pytest.mark.usefixtures("takes_long")
def test_an_address_that_is_none_is_said_plainly(house: House) -> None:
    running = house.start("-m", "packbuilder", "build", *BUILD, "--scheduler", "what", "--quiet")
    _, said = running.communicate(timeout=30)
    assert running.returncode == 1 and " CLUSTER " in said and "Traceback" not in said, said


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterFailed, match=r"blinatumomab-packs\[cluster\]"):
        list(cluster.print_on_cluster([(write("nurse"),)], SHIPPED, "tcp://127.0.0.1:1"))


# A worker by itself


def test_a_worker_like_ours_prints_what_we_would_print() -> None:
    job = (write("parent", kind="card"),)
    [made] = print_remote(job, tools_digest(), look_digest(SHIPPED.templates))
    assert_clean(made)


def refused(made: list[Artifact]) -> set[str]:
    assert all(not artifact.pdf and not artifact.entry for artifact in made), "it can't be published by mistake"
    assert all(problem.hint for artifact in made for problem in artifact.problems)
    return {problem.code for artifact in made for problem in artifact.problems}


def test_a_worker_with_other_tools_refuses_every_edition_of_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    tools, look = tools_digest(), look_digest(SHIPPED.templates)
    monkeypatch.setattr(cluster, "print_text", None)
    monkeypatch.setattr(cluster, "tools_digest", lambda: "another Pango")
    made = print_remote((write("adult"), write("adult", kind="card")), tools, look)
    assert len(made) == 2 and refused(made) == {"OTHER_TOOLS"}


@pytest.mark.parametrize("what", ["style sheet", "font"])
def test_a_worker_with_another_look_refuses(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools, look = tools_digest(), look_digest(SHIPPED.templates)
    shutil.copytree(SHIPPED.templates, tmp_path / "templates", ignore=shutil.ignore_patterns("NotoSansSC*"))
    if what == "style sheet":
        shutil.rmtree(tmp_path / "templates/fonts")
        (tmp_path / "templates/fonts").symlink_to(SHIPPED.templates / "fonts")
        sheet = tmp_path / "templates/print.css"
        sheet.write_text(sheet.read_text(encoding="utf-8") + "h2 { color: red }", encoding="utf-8")
    monkeypatch.setattr(cluster, "HOME", Project(tmp_path))
    monkeypatch.setattr(cluster, "print_text", None)
    assert refused(print_remote((write("nurse"),), tools, look)) == {"OTHER_LOOK"}


class Client:
    def __init__(self, status: str) -> None:
        self.status = status


def test_a_worker_with_many_threads_prints_one_text_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker of Dask has a thread for each core unless it is told otherwise; two at once tear Pango's lists."""
    inside: list[int] = []
    most: list[int] = []

    def print_slowly(job: tuple[Manuscript, ...], project: Project) -> list[Artifact]:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        return []

    monkeypatch.setattr(cluster, "print_text", print_slowly)
    tools, look, job = tools_digest(), look_digest(SHIPPED.templates), (write("nurse"),)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: print_remote(job, tools, look), range(8)))
    assert most == [1] * 8


def test_what_no_worker_could_print_is_named_with_its_cause() -> None:
    broken: Future[Any] = Future()
    broken.set_exception(RuntimeError("3 workers died"))
    gone: Future[Any] = Future()
    gone.cancel()
    gone.set_running_or_notify_cancel()
    waiting = {broken: (write("nurse"),), gone: (write("adult"), write("adult", kind="card"))}
    made = list(collect(waiting, Client("running")))
    found = {(one.edition.audience, one.edition.kind): problem.message for one in made for problem in one.problems}
    assert found["nurse", "pack"] == "was not printed: 3 workers died"
    assert found["adult", "pack"] == found["adult", "card"] == "was not printed: the scheduler is gone"
    assert refused(made) == {"CLUSTER"} and not waiting


def test_a_job_that_is_never_heard_of_again_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.01)
    waiting: dict[Future[Any], Any] = {Future(): (write("nurse"),), Future(): (write("adult"),)}
    assert list(collect(waiting, Client("running"))) == [] and len(waiting) == 2, "as long as there is a scheduler it is waited for"
    assert len(list(collect(waiting, Client("closed")))) == 2 and not waiting
