"""The commands that print no pack: check, messages, status, approve, verify. Each gives an Outcome."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from packbuilder.approval import source_locale
from packbuilder.assemble import plan_editions
from packbuilder.catalog import compare, fallback_chain, read_catalog, write_catalog
from packbuilder.checks import check_library
from packbuilder.language import is_language, is_source_language
from packbuilder.messages import extract
from packbuilder.model import AUDIENCES, Approval, Edition, Place, Problem, Project, Role
from packbuilder.orders import Outcome
from packbuilder.prepare import prepare, write_text
from packbuilder.publish import read_manifest
from packbuilder.readings import check_translated_readings, measure_all
from packbuilder.register import add_approval, read_signed_text
from packbuilder.rooms import Rooms, default_sites, drop_other_locales, find_sites, foreign_contexts, read_rooms
from packbuilder.signing import due_reviews, named_translators, plan_approval
from packbuilder.status import Share, count_approved, count_shares
from packbuilder.textfile import read_text, shown_path, suggest
from packbuilder.translation import check_untouched
from packbuilder.typeset import make_environment
from packbuilder.wording import compare_words

UNREADABLE_PO = frozenset({"PO_LINE", "PO_DUPLICATE", "PO_BROKEN", "NOT_UTF8", "HIDDEN_CHARACTER", "UNREADABLE"})


def check(project: Project, today: date, days: int) -> Outcome:
    """Everything that can be known without printing; warns `days` before a review date."""
    rooms = read_rooms(project, default_sites(project))
    problems = [*rooms.problems, *check_library(rooms.library, rooms.sites, rooms.complete)]
    wanted = extract(rooms.library, rooms.template_messages, rooms.sites)
    for code, translations in rooms.catalogs.items():
        if code not in rooms.damaged:
            problems.extend(compare(translations, wanted, f"locales/{code}.po"))
            if is_source_language(code):
                problems.extend(check_untouched(code, wanted, translations, rooms.glossaries[code], foreign_contexts(code, rooms)))
    readings = measure_all(rooms.library, rooms.sites, rooms.catalogs)
    problems.extend(check_translated_readings(readings))
    if rooms.approvals and rooms.complete:
        editions = plan_editions(rooms.sites, rooms.library)
        problems.extend(due_reviews(prepare(editions, rooms, make_environment(project.templates), today)[0], today, days))
    notes = [str(reading) for reading in readings if not reading.block and reading.audience != "nurse"]
    extra = {"readability": [asdict(reading) for reading in readings]}
    return Outcome(tuple(problems), notes=(*notes, f"{len(wanted)} messages, {len(rooms.library.evidence)} evidence rows"), extra=extra)


def update_messages(project: Project, asked: Sequence[str]) -> Outcome:
    """Extracts and merges. A file that can't be read is left as it is."""
    rooms = read_rooms(project, default_sites(project))
    wanted = extract(rooms.library, rooms.template_messages, rooms.sites)
    problems = [problem for problem in rooms.problems if not problem.place.path.startswith("locales/") and problem.code != "NO_LOCALE"]
    codes = asked or [path.stem for path in sorted(project.locales.glob("*.po"))]
    notes = []
    for code in codes:
        path = project.locales / f"{code}.po"
        if not is_language(code):
            hint = "write it like es, pt-BR or zh-Hans"
            problems.append(Problem("UNKNOWN_LOCALE", Place(f"locales/{code}.po"), f"{code!r} is not a language code", hint))
            continue
        old, wrong = read_text(path, project.root) if path.exists() else ("", ())
        broken = [*wrong, *(read_catalog(path, project.root)[1] if old else ())]
        if any(problem.code in UNREADABLE_PO for problem in broken):
            problems.extend(broken)
            continue
        text = write_catalog(code, wanted, old)
        if text != old:
            part = path.with_suffix(".po.part")
            part.write_text(text, encoding="utf-8", newline="\n")
            part.replace(path)
        notes.append(f"{shown_path(path, project.root)}: {len(wanted)} messages{'' if text != old else ', unchanged'}")
    return Outcome(tuple(problems), notes=tuple(notes))


def count_status(project: Project, today: date) -> tuple[list[Share], tuple[Problem, ...]]:
    """How far each language is, pack by pack, with the editions that are signed."""
    rooms = read_rooms(project, default_sites(project))
    messages = extract(rooms.library, rooms.template_messages, rooms.sites)
    whole = rooms.complete and rooms.approvals
    manuscripts = prepare(plan_editions(rooms.sites, rooms.library), rooms, make_environment(project.templates), today)[0] if whole else []
    return count_shares(rooms.library, messages, rooms.catalogs, count_approved(manuscripts)), rooms.problems


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks to sign."""

    site: str
    audience: str
    locale: str
    role: Role
    by: str
    title: str
    review: date | None
    today: date


def approve(request: Request, project: Project, confirm: Callable[[Approval, Sequence[str]], bool]) -> Outcome:
    """Records a signature. `confirm` is shown it, with what has changed since the last one, and may still say no."""
    paths, problems = find_sites([request.site], project)
    rooms = read_rooms(project, paths, [request.locale])
    # The source behind a translation is signed too, also where a hospital does not print it.
    sites = [replace(site, locales=tuple(dict.fromkeys((*site.locales, source_locale(site))))) for site in rooms.sites]
    editions = plan_editions(sites, rooms.library, [request.audience], [request.locale], ["standard"])
    problems += [*drop_other_locales(rooms.problems, editions), *check_library(rooms.library, rooms.sites, rooms.complete)]
    known = sorted({locale for site in sites for locale in site.locales})
    if sites and request.locale not in known:
        problems.append(
            Problem("UNKNOWN_LOCALE", Place(request.locale), "the site does not list this language", suggest(request.locale, known))
        )
    packs = list(rooms.library.packs) or list(AUDIENCES)
    if request.audience not in packs:
        problems.append(
            Problem("UNKNOWN_AUDIENCE", Place(request.audience), "is not an audience with a pack", suggest(request.audience, packs))
        )
    if any(problem.severity == "error" for problem in problems) or not editions:
        return Outcome(tuple(problems))
    return sign(request, editions[0], rooms, project, confirm)


def sign(request: Request, edition: Edition, rooms: Rooms, project: Project, confirm: Callable[[Approval, Sequence[str]], bool]) -> Outcome:
    """One signature for one text that could be read without an error."""
    text = write_text(edition, rooms, make_environment(project.templates))
    if text.problems:
        return Outcome(text.problems)
    names = [
        name
        for code in fallback_chain(request.locale)
        for name in named_translators(read_text(project.locales / f"{code}.po", project.root)[0].partition("\n\n")[0])
    ]
    approval, refused = plan_approval(text.manuscript, request.role, request.by, request.title, request.today, request.review, names)
    if approval is None:
        return Outcome(refused)
    mine = (approval.site, approval.audience, approval.locale, approval.role)
    before = [one for one in rooms.approvals if (one.site, one.audience, one.locale, one.role) == mine]
    if any((one.digest, one.by, one.review) == (approval.digest, approval.by, approval.review) for one in before):
        return Outcome(notes=(f"{approval.by} has signed this text already. Nothing was recorded.",))
    if not confirm(approval, describe_change(before, text.lines, project)):
        return Outcome(notes=("Nothing was recorded.",))
    try:
        path = add_approval(approval, text.lines, project)
    except OSError as error:
        return Outcome((Problem("UNWRITABLE", Place(shown_path(project.handouts, project.root)), str(error), "nothing was recorded"),))
    until = f"until {approval.review.isoformat()}, for the text {approval.digest[:8]}"
    return Outcome(notes=(f"Recorded in {shown_path(path, project.root)}: {approval.by}, {approval.title}, {until}.",))


def describe_change(before: Sequence[Approval], lines: Sequence[str], project: Project) -> list[str]:
    """What is different from the text that was signed last, word by word."""
    if not before:
        return [f"This text was never signed before. It has {sum(len(line.split()) for line in lines)} words: read all of it."]
    last = before[-1]
    signed = read_signed_text(last, project)
    if signed is None:
        return [f"The text that {last.by} signed on {last.date} is not kept: read all of it."]
    changes = list(compare_words(signed, lines))
    since = f"since {last.by} signed on {last.date}"
    return [f"{len(changes)} change{'s' if len(changes) > 1 else ''} {since}:", *changes] if changes else [f"Nothing has changed {since}."]


def verify(output: Path) -> Outcome:
    """Reads every PDF back and holds it against the manifest."""
    from packbuilder.verify import verify_entry

    entries = read_manifest(output)
    if not entries:
        return Outcome((Problem("NO_MANIFEST", Place(str(output)), "holds no manifest of a finished build", "run: python3 build.py"),))
    problems = tuple(problem for entry in entries for problem in verify_entry(entry, output))
    return Outcome(problems, notes=(f"{len(entries)} files, {len(problems)} problems",))
