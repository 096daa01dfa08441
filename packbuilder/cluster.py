"""The same print jobs on a Dask cluster: for a whole region's hospitals, on as many machines as there are.

A job holds everything that is printed; the look (templates) stands on each machine with the project. A worker that has other tools
or another look would print other bytes, so it refuses. A worker that dies loses nothing: its jobs go to another one.
"""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from pathlib import Path
from threading import Lock
from typing import Any

from packbuilder.edition import print_text
from packbuilder.model import Artifact, ClusterFailed, Manuscript, Place, Problem, Project
from packbuilder.stock import look_digest
from packbuilder.toolchain import tools_digest

AHEAD = 4  # jobs under way for each worker: enough to hide the network
PATIENCE = 10  # s, for a scheduler that does not answer
LOST = ("CLUSTER", "was not printed: the scheduler is gone", "start it, then build again")
HOME = Project(Path(__file__).resolve().parent.parent)
ONE_AT_A_TIME = Lock()  # Pango does not bear two threads, and a worker of Dask has one for each core unless it is told otherwise


def print_on_cluster(jobs: Iterable[tuple[Manuscript, ...]], project: Project, scheduler: str) -> Iterator[Artifact]:
    """All prints, each as it is finished on any worker. Raises ClusterFailed."""
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
    except ImportError:
        raise ClusterFailed("the cluster extra is not installed: pip install 'blinatumomab-packs[cluster]'") from None
    for name in ("distributed", "distributed.client"):
        # What goes wrong is told by the build, in a line for each print.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        get_address_host_port(scheduler)  # here, because a client that was given no address hangs when it is thrown away
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ClusterFailed(f"no scheduler answers at {scheduler}: {error}") from None
    tools, look = tools_digest(), look_digest(project.templates)
    with client:
        executor = client.get_executor(pure=False)  # type: ignore[no-untyped-call]
        waiting: dict[Future[list[Artifact]], tuple[Manuscript, ...]] = {}
        ahead = max(len(client.scheduler_info()["workers"]), 1) * AHEAD
        for job in jobs:
            while len(waiting) >= ahead:
                yield from collect(waiting, client)
            if client.status == "closed":
                yield from refuse(job, *LOST)
            else:
                waiting[executor.submit(print_remote, job, tools, look)] = job
        while waiting:
            yield from collect(waiting, client)


def collect(waiting: dict[Future[Any], tuple[Manuscript, ...]], client: Any) -> Iterator[Artifact]:
    """Waits until something is finished, and gives its prints. What no worker could print is named."""
    done = wait(waiting, timeout=PATIENCE, return_when=FIRST_COMPLETED).done
    if not done and client.status == "closed":
        # A job that was sent while the client gave up is never heard of again.
        yield from (artifact for job in waiting.values() for artifact in refuse(job, *LOST))
        waiting.clear()
    for future in done:
        job = waiting.pop(future)
        try:
            yield from future.result()
        except CancelledError:
            yield from refuse(job, *LOST)
        except Exception as error:
            yield from refuse(job, "CLUSTER", f"was not printed: {error}", "look at the workers, then build again")


def print_remote(job: tuple[Manuscript, ...], tools: str, look: str) -> list[Artifact]:
    """What a worker does: it checks that it would print what the one who asked would, and prints."""
    if tools_digest() != tools:
        return list(refuse(job, "OTHER_TOOLS", "a worker has other versions of the tools", "install the same lock file on every machine"))
    if look_digest(HOME.templates) != look:
        return list(refuse(job, "OTHER_LOOK", "a worker has other fonts or another style sheet", "give every machine the same project"))
    with ONE_AT_A_TIME:
        return print_text(job, HOME)


def refuse(job: Iterable[Manuscript], code: str, message: str, hint: str) -> Iterator[Artifact]:
    for manuscript in job:
        problem = Problem(code, Place(manuscript.edition.path), message, f"this PDF is not published: {hint}")
        yield Artifact(manuscript.edition, {}, b"", "", (problem,), 0.0)
