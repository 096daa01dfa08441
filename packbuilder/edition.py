"""One edition from manuscript to checked PDF: fit, typeset, print, read back. What a worker process does."""

import os
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

from packbuilder.fit import fit_card
from packbuilder.model import WORKING, Artifact, Manuscript, Project
from packbuilder.printer import lay_out, make_press, print_pdf
from packbuilder.publish import describe
from packbuilder.readback import read_back
from packbuilder.typeset import make_environment, typeset


def print_edition(manuscript: Manuscript, project: Project) -> Artifact:
    """A PDF that has been read back. With problems, `pdf` is empty: it can't be published by mistake."""
    start = time.perf_counter()
    press, env = make_press(project.templates), make_environment(project.templates)
    working = manuscript.edition.format in WORKING
    sizes, problems = ({}, ()) if working else fit_card(manuscript, env, press)
    tight = manuscript.edition.kind == "pack" and not working and needs_room(manuscript, project)
    html = typeset(manuscript, env, sizes, tight)
    if problems:
        return Artifact(manuscript.edition, {}, b"", html, problems, time.perf_counter() - start)
    proof = print_pdf(html, press, manuscript.edition.path)
    problems = (*proof.problems, *read_back(proof, manuscript, project.templates / "fonts"))
    entry = describe(manuscript, html, proof.pdf, len(proof.document.pages))
    return Artifact(manuscript.edition, entry, b"" if problems else proof.pdf, html, problems, time.perf_counter() - start)


def print_sections(manuscript: Manuscript, stems: Collection[str], project: Project) -> bytes:
    """Some sections of a pack alone, for the eye of the one who just changed them; nothing is read back, nothing published."""
    part = replace(manuscript, sections=tuple(section for section in manuscript.sections if section.stem in stems))
    press = make_press(project.templates)
    html = typeset(part, make_environment(project.templates), dict.fromkeys(part.panels, 8.0))
    return print_pdf(html, press, manuscript.edition.path).pdf


def needs_room(manuscript: Manuscript, project: Project) -> bool:
    """Whether page one, laid out alone, runs over. Asked first: laying out a whole pack twice would double its time."""
    opening = replace(manuscript, sections=manuscript.sections[:1])
    document, _, _ = lay_out(typeset(opening, make_environment(project.templates)), make_press(project.templates), manuscript.edition.path)
    return len(document.pages) > 1


def print_all(manuscripts: Sequence[Manuscript], project: Project, jobs: int) -> Iterator[Artifact]:
    """All editions, as each is finished in turn. Processes, not threads: the layout engine holds the interpreter."""
    jobs = min(jobs or os.cpu_count() or 1, len(manuscripts))
    pool = make_pool(jobs) if jobs > 1 else None
    if pool is None:
        yield from (print_edition(manuscript, project) for manuscript in manuscripts)
        return
    with pool:
        yield from pool.map(print_edition, manuscripts, [project] * len(manuscripts))


def make_pool(jobs: int) -> ProcessPoolExecutor | None:
    """Worker processes, or None on a machine that can't share memory between them (a sandbox without `/dev/shm`)."""
    try:
        return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))
    except (OSError, ImportError):
        return None
