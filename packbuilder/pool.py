"""Worker processes that print texts side by side, each within a limit of time and memory.

Processes, not threads: the layout engine holds the interpreter. A print that hangs or dies is ended and named; the rest goes on.
Only a few jobs are under way at a time, so that a thousand hospitals need no more memory than two.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from packbuilder.edition import print_text
from packbuilder.interrupts import deaf_to_interrupts
from packbuilder.model import Artifact, Limits, Manuscript, Place, Problem, Project, WorkersFailed
from packbuilder.printer import TEMPLATES, FontsMissing, check_fonts, make_press

LOADING = 60  # seconds that a worker may take until it has its first job, on a machine with much else to do
AHEAD = 2  # jobs under way for each worker
MOST_MEMORY = 2**62  # bytes: more than any machine has, and still a number to the system
TASKS = 6  # texts that a worker prints before a fresh one takes its place: its memory is not collected, it ends


def print_here(jobs: Iterable[tuple[Manuscript, ...]], project: Project) -> Iterator[Artifact]:
    """All prints in this process, without limits."""
    for job in jobs:
        yield from print_text(job, project)


def print_all(jobs: Iterable[tuple[Manuscript, ...]], project: Project, workers: int, limits: Limits) -> Iterator[Artifact]:
    """All prints, each as it is finished. A job holds the editions of one text; 0 workers means one for each core."""
    check_fonts(project.templates / "fonts")
    workers = workers or os.cpu_count() or 1
    pool = make_pool(workers, project, limits)
    if pool is None:
        yield from print_here(jobs, project)
        return
    waiting: dict[Future[list[Artifact]], tuple[Manuscript, ...]] = {}
    try:
        for job in jobs:
            while len(waiting) >= workers * AHEAD:
                yield from collect(waiting, limits)
            waiting[hand_out(pool, print_text, (job, project), limits.seconds)] = job
        while waiting:
            yield from collect(waiting, limits)
    finally:
        with deaf_to_interrupts():  # who presses Ctrl-C twice leaves no worker behind either
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


def hand_out(pool: ProcessPool, task: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Future[Any]:
    """Gives a task to the workers, who are started with the first. Raises WorkersFailed where none can be, or all were lost."""
    try:
        return pool.schedule(task, args, timeout=seconds)
    except (OSError, RuntimeError) as error:
        reason = getattr(error.__cause__ or error, "strerror", None) or "they ended"
        raise WorkersFailed(f"the processes that print could not be started: {reason.lower()}") from error


def collect(waiting: dict[Future[list[Artifact]], tuple[Manuscript, ...]], limits: Limits) -> Iterator[Artifact]:
    """Waits until something is finished, takes it out, and gives its prints. Raises WorkersFailed when nothing ever will be.

    A worker that was killed while it fetched a job leaves its lock behind, and the others would wait for that for ever.
    """
    finished = wait(waiting, limits.seconds + LOADING, FIRST_COMPLETED).done
    if not finished:
        raise WorkersFailed(f"the processes that print have done nothing for {limits.seconds + LOADING:g} s")
    for future in finished:
        job = waiting.pop(future)
        try:
            yield from future.result()
        except TimeoutError:
            yield from failed(job, "TOO_SLOW", f"was not printed within {limits.seconds:g} s", "shorten the text, or raise --time-limit")
        except (MemoryError, SystemError, ImportError):  # what Python and its libraries raise where an allocation fails
            yield from failed(job, "MEMORY", f"needs more than {limits.megabytes} MB", "shorten the text, or raise --memory-limit")
        except ProcessExpired as end:
            yield from failed(job, "WORKER_LOST", f"the process that printed it ended (exit code {end.exitcode})", "build again")
        except BrokenProcessPool as error:
            raise WorkersFailed("the processes that print were ended") from error


def failed(job: Iterable[Manuscript], code: str, message: str, hint: str) -> Iterator[Artifact]:
    """An artifact without a PDF for each edition of a job that came to nothing."""
    for manuscript in job:
        problem = Problem(code, Place(manuscript.edition.path), message, f"this PDF is not published: {hint}")
        yield Artifact(manuscript.edition, {}, b"", "", (problem,), 0.0)


def start_ahead(project: Project) -> None:
    """Lets the fork server load the layout engine while the texts are still read: for an order that is sure to print something."""
    if choose_context(project).get_start_method() == "forkserver":
        from multiprocessing import forkserver, resource_tracker

        # What is wrong with the fonts is told by the build; the server could only end with a traceback.
        with contextlib.suppress(OSError, FontsMissing):
            check_fonts(project.templates / "fonts")
            with deaf_to_interrupts():
                resource_tracker.ensure_running()  # started by the server's start, it would open that to Ctrl-C
            with deaf_to_interrupts():
                forkserver.ensure_running()


def choose_context(project: Project) -> Any:
    """How workers are started. Where there is a fork server, it loads the layout engine and the look once, for every worker.

    It serves one folder of templates in the life of a process; another one is printed by workers that load everything themselves.
    """
    templates = str(project.templates.resolve())
    can_fork = "forkserver" in multiprocessing.get_all_start_methods()
    served = can_fork and os.environ.setdefault(TEMPLATES, templates) == templates
    context = multiprocessing.get_context("forkserver" if served else "spawn")
    if served:
        context.set_forkserver_preload(["packbuilder.warm"])
    return context


def make_pool(workers: int, project: Project, limits: Limits) -> ProcessPool | None:
    """The workers, or None on a machine that can't share memory between processes (a sandbox without `/dev/shm`)."""
    context = choose_context(project)
    start_ahead(project)
    try:
        context.Lock()
        return ProcessPool(workers, TASKS, warm_up, (project.templates, limits.megabytes), context)
    except (OSError, ImportError):
        return None


def warm_up(templates: Path, megabytes: int) -> None:
    """What a worker does first. Ctrl-C is its parent's business.

    Nothing is collected while it lives: that would cost a sixth of its time, and it lives for a few texts.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory(megabytes)
    try:
        make_press(templates)
    except (OSError, MemoryError, ImportError):
        os._exit(1)  # it has no room to work in: its parent tells that, in one line
    gc.freeze()
    gc.disable()


def limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit; the time limit holds there too
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = min(megabytes * 2**20, MOST_MEMORY if most == resource.RLIM_INFINITY else most)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))
