"""Workers: what hangs or eats the memory is ended and named, the rest is printed, and nothing depends on how many there are."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from pebble import ProcessExpired
from workshop import ROOT, SHIPPED, Command, assert_clean, codes, copy_small_project, write

from packbuilder import pool
from packbuilder.model import Artifact, Limits, Manuscript, Project
from packbuilder.pool import AHEAD, make_pool, print_all, print_here
from packbuilder.printer import TEMPLATES, FontsMissing

# The sandbox lets no loop run longer than this, but loops within loops.
ENDLESS = "{% for i in range(10**5) %}" * 4 + "{% endfor %}" * 4
HUNGRY = "{% set count = 10**11 %}{% set x = 'a' * count %}"  # a constant would be worked out when the page is parsed


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fork server of the tests serves the templates of the project, whichever test comes first."""
    monkeypatch.setenv(TEMPLATES, str(SHIPPED.templates.resolve()))


@pytest.fixture
def own_templates(tmp_path: Path) -> Project:
    """The small project with templates of its own; its fonts are only linked."""
    project = copy_small_project(tmp_path)
    project.templates.unlink()
    shutil.copytree(SHIPPED.templates, project.templates, ignore=shutil.ignore_patterns("fonts"))
    (project.templates / "fonts").symlink_to(SHIPPED.templates / "fonts", target_is_directory=True)
    return project


def spoil(project: Project, fault: str) -> None:
    """A fault on the page of the nurses."""
    page, start = project.templates / "pack.html", "{% block content %}"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(start, start + "{% if audience == 'nurse' %}" + fault + "{% endif %}"), encoding="utf-8")


def jobs() -> list[tuple[Manuscript, ...]]:
    """The nurses' sheet first, so that the others wait behind it, and two short prints."""
    return [(write("nurse"),), (write("parent", kind="card"),), (write("adult", kind="card"),)]


def by_audience(artifacts: Iterable[Artifact]) -> dict[str, Artifact]:
    return {artifact.edition.audience: artifact for artifact in artifacts}


# What goes wrong in a worker


def test_a_print_that_hangs_is_ended_and_named_and_the_rest_is_printed(own_templates: Project) -> None:
    spoil(own_templates, ENDLESS)
    start = time.perf_counter()
    made = by_audience(print_all(jobs(), own_templates, 2, Limits(seconds=2)))
    assert time.perf_counter() - start < 20
    assert set(made) == {"adult", "parent", "nurse"}
    assert_clean(made["adult"])
    assert_clean(made["parent"])
    [problem] = made["nurse"].problems
    assert problem.code == "TOO_SLOW" and "2 s" in problem.message and "--time-limit" in problem.hint
    assert problem.place.path == made["nurse"].edition.path
    assert made["nurse"].pdf == b"" and made["nurse"].entry == {}, "it can't be published by mistake"


def test_a_print_that_eats_the_memory_is_named_and_the_rest_is_printed(own_templates: Project) -> None:
    spoil(own_templates, HUNGRY)
    made = by_audience(print_all(jobs(), own_templates, 1, Limits(megabytes=1500)))
    assert_clean(made["adult"])
    assert_clean(made["parent"])
    assert codes(made["nurse"].problems) <= {"MEMORY", "WORKER_LOST"} and made["nurse"].problems
    assert made["nurse"].pdf == b"" and made["nurse"].entry == {}


def test_a_template_that_cannot_be_used_is_named_and_the_rest_is_printed(own_templates: Project) -> None:
    spoil(own_templates, "{{ nobody }}")
    made = by_audience(print_here(jobs(), own_templates))
    assert_clean(made["adult"])
    assert_clean(made["parent"])
    [problem] = made["nurse"].problems
    assert problem.code == "TEMPLATE" and problem.place.path == "templates/pack.html" and "'nobody'" in problem.message
    assert made["nurse"].pdf == b"" and made["nurse"].entry == {}


class Scripted:
    """A pool whose jobs end as they are told, at once."""

    def __init__(self, *ends: BaseException | None) -> None:
        self.ends = iter(ends)
        self.asked: list[tuple[Manuscript, ...]] = []
        self.limits: set[float] = set()
        self.is_stopped = False

    def schedule(self, function: Any, args: tuple[tuple[Manuscript, ...], Project], timeout: float) -> Future[list[Artifact]]:
        job, _ = args
        self.asked.append(job)
        self.limits.add(timeout)
        future: Future[list[Artifact]] = Future()
        error = next(self.ends, None)
        if error:
            future.set_exception(error)
        else:
            future.set_result([Artifact(one.edition, {}, b"%PDF", "", (), 0.1) for one in job])
        return future

    def stop(self) -> None:
        self.is_stopped = True

    def join(self) -> None:
        assert self.is_stopped


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Any:
    def make(*ends: BaseException | None) -> Scripted:
        fake = Scripted(*ends)
        monkeypatch.setattr(pool, "make_pool", lambda *_: fake)
        return fake

    return make


def test_a_worker_that_dies_costs_its_own_text_alone(scripted: Any) -> None:
    killed = ProcessExpired("killed", code=-9)  # type: ignore[no-untyped-call]
    fake = scripted(killed, MemoryError(), TimeoutError())
    text = (write("adult"), write("adult", kind="card"))
    made = list(print_all([text, (write("nurse"),), (write("parent"),), (write("nurse"),)], SHIPPED, 4, Limits(7, 99)))
    found = {(one.edition.audience, one.edition.kind): problem for one in made for problem in one.problems}
    assert {key: problem.code for key, problem in found.items()} == {
        ("adult", "pack"): "WORKER_LOST",
        ("adult", "card"): "WORKER_LOST",
        ("nurse", "pack"): "MEMORY",
        ("parent", "pack"): "TOO_SLOW",
    }
    assert "-9" in found["adult", "pack"].message and "99 MB" in found["nurse", "pack"].message and "7 s" in found["parent", "pack"].message
    assert len(made) == 5 and [one.pdf for one in made if not one.problems] == [b"%PDF"]
    assert fake.limits == {7} and fake.is_stopped


def test_a_bug_in_a_worker_is_a_bug_here_and_the_workers_are_ended(scripted: Any) -> None:
    fake = scripted(None, ZeroDivisionError("bug"))
    with pytest.raises(ZeroDivisionError, match="bug"):
        list(print_all(jobs(), SHIPPED, 1, Limits()))
    assert fake.is_stopped


def test_who_stops_listening_ends_the_workers(scripted: Any) -> None:
    fake = scripted()
    prints = iter(print_all(jobs(), SHIPPED, 1, Limits()))
    next(prints)
    prints.close()  # type: ignore[attr-defined]
    assert fake.is_stopped


# How many workers


def test_the_prints_do_not_depend_on_the_number_of_workers() -> None:
    texts = [(write("nurse"),), (write("parent", kind="card"),)]
    ways = [print_here(texts, SHIPPED), print_all(texts, SHIPPED, 1, Limits()), print_all(texts, SHIPPED, 2, Limits())]
    here, one, two = ({made.edition.path: (made.pdf, made.html, made.entry, made.problems) for made in way} for way in ways)
    assert len(here) == 2 and all(pdf.startswith(b"%PDF-") for pdf, *_ in here.values())
    assert here == one == two


@pytest.mark.parametrize("workers", [1, 3])
def test_no_more_jobs_are_taken_than_a_few_for_each_worker(workers: int, scripted: Any) -> None:
    """A thousand hospitals need no more memory than two: their texts are made when somebody is there to print them."""
    scripted()
    job, taken, given, most = (write("nurse"),), 0, 0, 0

    def make() -> Iterator[tuple[Manuscript, ...]]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield job

    for _ in print_all(make(), SHIPPED, workers, Limits()):
        most = max(most, taken - given)
        given += 1
    # One more is in the hand of the one who waits for a free place.
    assert given == 100 and most <= workers * AHEAD + 1


def test_without_a_number_there_is_a_worker_for_each_core(scripted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    fake = scripted()

    def make(workers: int, *_: object) -> Any:
        asked.append(workers)
        return fake

    monkeypatch.setattr(pool, "make_pool", make)
    for cores in (5, None):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        list(print_all(jobs(), SHIPPED, 0, Limits()))
    assert asked == [5, 1]


# Machines that lack something


class NoLocks:
    """A sandbox without `/dev/shm`, or a Python that was built without semaphores."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get_start_method(self) -> str:
        return "spawn"

    def Lock(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), ImportError("no sem_open")], ids=lambda one: type(one).__name__
)
def test_without_shared_memory_all_is_printed_by_one_process(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "choose_context", lambda project: NoLocks(error))
    assert make_pool(2, SHIPPED, Limits()) is None
    monkeypatch.setattr(pool, "print_text", lambda job, project: [Artifact(job[0].edition, {}, b"here", "", (), 0.1)])
    assert [made.pdf for made in print_all(jobs(), SHIPPED, 2, Limits())] == [b"here"] * 3


def test_a_folder_without_fonts_is_said_before_any_worker_starts(own_templates: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_templates.templates / "fonts").unlink()
    (own_templates.templates / "fonts").mkdir()
    for name in ("make_pool", "print_here"):
        monkeypatch.setattr(pool, name, None)
    with pytest.raises(FontsMissing, match="fonts"):
        list(print_all(jobs(), own_templates, 2, Limits()))


def test_a_build_without_fonts_says_so_in_one_line(tmp_path: Path) -> None:
    """A process of its own: what the fork server says reaches the screen too."""
    project = copy_small_project(tmp_path)
    project.templates.unlink()
    shutil.copytree(SHIPPED.templates, project.templates, ignore=shutil.ignore_patterns("*.ttf"))
    shutil.copytree(ROOT / "packbuilder", tmp_path / "packbuilder", ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run([sys.executable, "-m", "packbuilder", "build"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == ""
    first, last = done.stderr.strip().split("\n")
    assert " FONTS holds no fonts " in first and last.startswith("1 problem.")


def test_a_limit_too_small_for_any_worker_is_named(command: Command) -> None:
    """The worker dies while it loads, before it has a job."""
    run = command("build", "--audience", "nurse", "--jobs", "1", "--memory-limit", "60")
    assert run.code == 1 and ("MEMORY" in run.err or "WORKER_LOST" in run.err) and "Traceback" not in run.err
    assert not list(command.output.rglob("*.pdf"))
