"""One edition from manuscript to checked PDF: fit, typeset, print, read back. What a worker process does."""

import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from packbuilder.companions import make_companions
from packbuilder.fit import fit_card
from packbuilder.forms import panels_of
from packbuilder.imposition import impose, order_pages
from packbuilder.language import direction, is_source_language
from packbuilder.model import Artifact, Format, Manuscript, Problem, Project
from packbuilder.printer import lay_out, make_press, print_pdf
from packbuilder.publish import describe
from packbuilder.readback import PAGE_ONE, is_one_page, read_back, read_back_booklet
from packbuilder.typeset import explain, make_environment, typeset


def print_text(manuscripts: Sequence[Manuscript], project: Project) -> list[Artifact]:
    """The editions of one text: pack, card, large print. They share the card's panels, so the sizes of those are found once.

    A template that cannot be used is a problem of each edition that needs it.
    """
    press, env = make_press(project.templates), make_environment(project.templates)
    fitted: dict[Format, tuple[dict[str, float], tuple[Problem, ...]]] = {}
    artifacts = []
    for manuscript in manuscripts:
        start, form = time.perf_counter(), manuscript.edition.format
        try:
            if form not in fitted:
                fitted[form] = fit_card(manuscript, env, press) if panels_of(form) else ({}, ())
            artifacts.append(print_one(manuscript, project, *fitted[form], start))
        except Exception as error:
            wrong = explain(error, project.templates, project.root)
            if not wrong:
                raise
            artifacts.append(Artifact(manuscript.edition, {}, b"", "", (wrong,), time.perf_counter() - start))
    return artifacts


def print_edition(manuscript: Manuscript, project: Project) -> Artifact:
    """One edition alone."""
    return print_text([manuscript], project)[0]


def print_one(
    manuscript: Manuscript, project: Project, sizes: Mapping[str, float], problems: tuple[Problem, ...], start: float
) -> Artifact:
    """A PDF that has been read back. With problems, `pdf` is empty: it can't be published by mistake."""
    press, env = make_press(project.templates), make_environment(project.templates)
    edition = manuscript.edition
    has_page_one = edition.kind == "pack" and edition.format in ("standard", "call-now")
    # The page is drawn up for the source language, so only a translation is asked first whether it runs over.
    tight = has_page_one and not is_source_language(edition.locale) and needs_room(manuscript, project)
    html = typeset(manuscript, env, sizes, tight)
    if problems:
        return Artifact(edition, {}, b"", html, problems, time.perf_counter() - start)
    proof = print_pdf(html, press, edition.path)
    if has_page_one and not tight and not is_one_page(proof, PAGE_ONE) and needs_room(manuscript, project):
        html = typeset(manuscript, env, sizes, tight=True)
        proof = print_pdf(html, press, edition.path)
    problems = (*proof.problems, *read_back(proof, manuscript, project.templates / "fonts"))
    pdf, pages = proof.pdf, len(proof.document.pages)
    if edition.format == "booklet" and not problems:
        pdf = impose(proof.pdf, edition.site.paper, direction(edition.locale) == "rtl")
        problems = read_back_booklet(proof.pdf, pdf, manuscript)
        pages = len(list(order_pages(pages, is_rtl=False)))
    entry = describe(manuscript, html, hashlib.sha256(pdf).hexdigest(), pages)
    if problems:
        return Artifact(edition, entry, b"", html, problems, time.perf_counter() - start)
    companions = make_companions(manuscript, pdf, env)
    return Artifact(edition, entry, pdf, html, (), time.perf_counter() - start, companions=companions)


def print_sections(manuscript: Manuscript, stems: Collection[str], project: Project) -> bytes:
    """Some sections of a pack alone, for the eye of the one who just changed them; nothing is read back, nothing published."""
    part = replace(manuscript, sections=tuple(section for section in manuscript.sections if section.stem in stems))
    press = make_press(project.templates)
    html = typeset(part, make_environment(project.templates), dict.fromkeys(part.panels, 8.0))
    return print_pdf(html, press, manuscript.edition.path).pdf


def needs_room(manuscript: Manuscript, project: Project) -> bool:
    """Whether page one, laid out alone, runs over. Asked first: laying out a whole pack twice would double its time."""
    opening = replace(manuscript, sections=manuscript.sections[:1])
    document, _, _ = lay_out(
        typeset(opening, make_environment(project.templates), bare=True), make_press(project.templates), manuscript.edition.path
    )
    return len(document.pages) > 1
