"""Reads all rooms at once: content, sites, languages, with everything that is wrong in any of them. The edge of the pure core."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

from packbuilder.approval import source_locale
from packbuilder.catalog import Translations, fallback_chain, read_catalog
from packbuilder.content import read_library
from packbuilder.fonts import check_fonts
from packbuilder.glossary import Glossary, read_glossary
from packbuilder.language import is_language, is_source_language
from packbuilder.messages import extract_templates
from packbuilder.model import SOURCE_LOCALE, Approval, Edition, Library, Message, Place, Problem, Project, Site
from packbuilder.register import read_register
from packbuilder.site import read_site
from packbuilder.textfile import leads_out, read_text, shown_path, suggest
from packbuilder.translation import check_translation


@dataclass(frozen=True, slots=True)
class Rooms:
    """Everything that was read, and all that is wrong with it."""

    library: Library
    sites: tuple[Site, ...]
    template_messages: tuple[Message, ...]
    catalogs: Mapping[str, Translations]
    glossaries: Mapping[str, Glossary]
    approvals: tuple[Approval, ...]
    problems: tuple[Problem, ...]
    complete: bool
    damaged: frozenset[str] = frozenset()


def read_rooms(project: Project, site_paths: Sequence[Path], asked: Sequence[str] | None = None) -> Rooms:
    """Reads the rooms, and stops at nothing. `asked` are the only languages wanted; none given means every file in `locales/`.

    The staff's language and the source behind a translation are always read: they stand on the card, and a state hangs on them.
    """
    library, problems = read_library(project)
    found = list(problems)
    sites = []
    for path in site_paths:
        site, wrong = read_site(path, project.root)
        found.extend(wrong)
        if site:
            sites.append(site)
    catalogs: dict[str, Translations] = {}
    glossaries: dict[str, Glossary] = {}
    damaged: set[str] = set()
    needed = (
        None
        if asked is None
        else codes_of(
            [
                *(asked or [code for site in sites for code in site.locales]),
                *(code for site in sites for code in (site.staff_locale, source_locale(site))),
            ]
        )
    )
    for path in sorted(project.locales.glob("*.po")):
        code = path.stem
        if needed is not None and code not in needed:
            continue
        if not is_language(code):
            found.append(
                Problem(
                    "UNKNOWN_LOCALE",
                    Place(shown_path(path, project.root)),
                    f"{code!r} is not a language code",
                    "name the file like es.po or pt-BR.po",
                )
            )
            continue
        catalogs[code], wrong = read_catalog(path, project.root)
        glossaries[code], more = read_glossary(project.locales / "glossary" / f"{code}.toml", project.root)
        found += [*wrong, *more]
        damaged |= {code} if wrong else set()
        for entry in catalogs[code].values():
            found.extend(check_translation(entry, glossaries[code], is_source_language(code)))
    for site in sites:
        for locale in dict.fromkeys((*site.locales, site.staff_locale)):
            if locale != SOURCE_LOCALE and not any((project.locales / f"{code}.po").is_file() for code in fallback_chain(locale)):
                found.append(
                    Problem("NO_LOCALE", site.place, f"there is no locales/{locale}.po", f"run: python3 build.py messages {locale}")
                )
    names = [site.id for site in sites]
    for site in sites:
        if names.count(site.id) > 1:
            found.append(Problem("SITE_TWICE", site.place, f"id: {site.id!r} stands in two files", "give each site its own id"))
    approvals, wrong = read_register(project)
    template_messages, broken = read_templates(project)
    found += [*wrong, *broken, *check_links(project), *check_fonts(project)]
    return Rooms(
        library=library,
        sites=tuple(sites),
        template_messages=template_messages,
        catalogs=catalogs,
        glossaries=glossaries,
        approvals=approvals,
        problems=tuple(found),
        complete=not problems,
        damaged=frozenset(damaged),
    )


def read_templates(project: Project) -> tuple[tuple[Message, ...], tuple[Problem, ...]]:
    """The words of the templates, or none and which of them can't be read. The style sheet is only looked at."""
    problems = read_text(project.templates / "print.css", project.root)[1]
    try:
        return extract_templates(project.templates, project.root), problems
    except (TemplateSyntaxError, ValueError, OSError):
        return (), (*problems, *find_broken(project))


def find_broken(project: Project) -> Iterator[Problem]:
    """Templates that are no text, or that Jinja cannot read."""
    for path in sorted(project.templates.rglob("*.html")):
        text, problems = read_text(path, project.root)
        yield from problems
        try:
            Environment().parse(text)
        except TemplateSyntaxError as error:
            place = Place(shown_path(path, project.root), error.lineno)
            yield Problem("TEMPLATE", place, f"cannot be read: {error.message}", "mend it, or take the one that came with the project")


def check_links(project: Project) -> Iterator[Problem]:
    """Links in the look that lead out of the project: what they lead to would be set into a page, or embedded."""
    for path in sorted({*project.templates.rglob("*"), *(project.templates / "fonts").glob("*")}):
        if path.is_symlink() and leads_out(path, project.root):
            place = Place(shown_path(path, project.root))
            yield Problem("UNREADABLE", place, "is a link that leads out of the project", "put the file itself here")


def codes_of(locales: Iterable[str]) -> set[str]:
    """These locales with all that they fall back to."""
    return {code for locale in locales for code in fallback_chain(locale)}


def default_sites(project: Project) -> list[Path]:
    return sorted((project.handouts / "sites").glob("*.toml"))


def find_sites(names: Sequence[str], project: Project) -> tuple[list[Path], list[Problem]]:
    """The files behind `--site`; an unknown name lists the known ones."""
    known = default_sites(project)
    paths, problems = [], []
    for name in names:
        path = next((path for path in (Path(name), project.handouts / "sites" / f"{name}.toml") if is_file(path)), None)
        if path:
            paths.append(path)
        else:
            hint = suggest(name, [path.stem for path in known])
            problems.append(Problem("UNKNOWN_SITE", Place(name), "there is no such site file", hint))
    return (paths if names else known), problems


def is_file(path: Path) -> bool:
    """Whether there is such a file; not for a name that is none to this system either."""
    try:
        return path.is_file()
    except OSError:
        return False


def foreign_contexts(code: str, rooms: Rooms) -> set[str]:
    """The contexts that readers of a regional locale never see: blocks and sites of other countries."""
    country = code.partition("-")[2]
    blocks = {block.stem for block in rooms.library.blocks.values() if block.region not in ("", country)}
    return blocks | {f"site.{site.id}" for site in rooms.sites if site.region != country}


def drop_other_locales(problems: Iterable[Problem], editions: Iterable[Edition]) -> list[Problem]:
    """Without the problems of languages that nobody asked for: a slip in Polish must not hold up the English packs."""
    asked = codes_of(locale for edition in editions for locale in (edition.locale, edition.site.staff_locale))
    return [problem for problem in problems if not problem.place.path.startswith("locales/") or Path(problem.place.path).stem in asked]
