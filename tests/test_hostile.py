"""What somebody could write to do harm is refused with its place, or stands on the page as the words that it is, and does nothing.

The cases are in `fixtures/hostile`; anyone can add to them.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TextIO
from urllib.parse import quote, urlencode

import pikepdf
import pytest
from desks import make_desk_project, open_counter, printing_fast
from frontpages import make_entry
from hostile import (
    SITE,
    Shape,
    draw_pages,
    find_problems,
    is_reported,
    own_look,
    put,
    read_case,
    run_measured,
    shape_of,
    spell,
    union,
    write_case,
)
from jinja2 import TemplateError
from workshop import (
    SHIPPED,
    TODAY,
    Case,
    Command,
    assert_clean,
    codes,
    copy_small_project,
    list_languages,
    make_real,
    pages_of,
    read_cases,
    sign,
    small_site,
    write,
    write_po,
)

from packbuilder import cli
from packbuilder.desk import make_desk
from packbuilder.drawing import check_drawing
from packbuilder.edition import print_edition
from packbuilder.language import babel_locale
from packbuilder.model import Problem, Project
from packbuilder.printer import Press
from packbuilder.textfile import shown_path
from packbuilder.typeset import explain, make_environment, typeset

REFUSED, HARMLESS, PICTURES = (read_cases(f"hostile/{name}.md") for name in ("refused", "harmless", "pictures"))
BLOCK = "block\n"
SECONDS, MEGABYTES = 60, 1024  # what the worst of it may take


def cases_of(parameters: list[pytest.param]) -> list[Case]:
    return [parameter.values[0] for parameter in parameters]


def errors(problems: list[Problem]) -> str:
    return "\n".join(str(problem)[:200] for problem in problems[:20])


# Refused


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Problem]]:
    """What is reported of the block of each case: all of them stand in one project and are read at once."""
    project = copy_small_project(tmp_path_factory.mktemp("blocks"))
    names = {case.title: f"case-{number}" for number, case in enumerate(cases_of(REFUSED)) if case.text.startswith(BLOCK)}
    for case in cases_of(REFUSED):
        if case.title in names:
            write_case(project, case.text.replace(BLOCK, f"block {names[case.title]}\n", 1))
    found: dict[str, list[Problem]] = {f"handouts/blocks/{name}.md": [] for name in names.values()}
    for problem in find_problems(project):
        if problem.place.path in found:
            place = replace(problem.place, path="handouts/blocks/fever.md")
            found[problem.place.path].append(replace(problem, place=place))
    return {title: found[f"handouts/blocks/{name}.md"] for title, name in names.items()}


@pytest.mark.parametrize("case", REFUSED)
def test_what_could_do_harm_is_refused_with_its_place(case: Case, blocks: Mapping[str, list[Problem]], tmp_path: Path) -> None:
    problems = blocks[case.title] if case.title in blocks else read_case(copy_small_project(tmp_path), case)
    assert case.expected, "a case of this file says what is reported"
    for expected in case.expected:
        assert is_reported(expected, problems), f"{expected}\nis not among\n{errors(problems)}"


def test_of_what_is_refused_nothing_is_written_and_all_is_said_at_once(fast: Command) -> None:
    """One case of each kind, in one project."""
    kinds: dict[str, Case] = {}
    for case in cases_of(REFUSED):
        kinds.setdefault(case.text.partition("\n")[0], case)
    for case in (case for kind, case in kinds.items() if "/fonts/" not in kind):
        write_case(fast.project, case.text)
    before = sorted(fast.project.root.rglob("*"))
    run = fast("build", "--json")
    paths = {problem["path"] for problem in run.document["problems"]}
    assert run.code == 1 and not run.document["ok"] and not run.document["artifacts"]
    assert {"handouts/packs.toml", "handouts/facts.toml", SITE, "templates/pack.html"} <= paths
    assert sorted(fast.project.root.rglob("*")) == before


def test_each_of_them_alone_keeps_everything_from_being_printed(
    command: Command, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, takes_long: None
) -> None:
    """By the whole way of a build. Blocks are printed together, below; a file of a language that nobody prints holds up nobody."""
    monkeypatch.setattr("packbuilder.pool.start_ahead", lambda project: None)
    alone = [case for case in cases_of(REFUSED) if not case.text.startswith((BLOCK, "file locales/.."))]
    for number, case in enumerate(alone):
        project = copy_small_project(tmp_path_factory.mktemp(f"case{number}"))
        monkeypatch.setattr(cli, "ROOT", project.root)
        write_case(project, case.text)
        run = command("build", "--audience", "adult", "--json", "--output", str(project.root / "output"))
        assert run.code == 1 and not (project.root / "output").exists(), case.title
        said = [f"{one['path']}:{one['line']} {one['code']}".replace(":0 ", " ") for one in run.document["problems"]]
        assert {expected.partition(" - ")[0] for expected in case.expected} <= set(said), case.title


@pytest.mark.parametrize("case", PICTURES)
def test_a_drawing_holds_shapes_and_nothing_else(case: Case) -> None:
    found = [f"{line} - {wrong}" for line, wrong in check_drawing(spell(case.text.removesuffix("\n")))]
    assert bool(found) == bool(case.expected), found
    for expected in case.expected:
        place, _, words = expected.partition(" - ")
        assert any(one.startswith(f"{place} - ") and words in one for one in found), f"{expected}\nis not among\n{found}"


# Harmless


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Shape:
    """What the pages of the small project are made of when nobody means any harm, in English and in another language."""
    project = copy_small_project(tmp_path_factory.mktemp("plain"))
    write_case(project, "po\nKeep warm\nAbrígate\n")
    write_case(project, "po\n![What each message means](alarm-table)\n![Qué significa](alarm-table)\n")
    return union(draw_pages(project).values())


@pytest.fixture(scope="module")
def harmed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """All harmless cases in one project."""
    project = copy_small_project(tmp_path_factory.mktemp("harmed"))
    for case in cases_of(HARMLESS):
        write_case(project, case.text)
    return project


@pytest.fixture(scope="module")
def pages(harmed: Project) -> Mapping[str, Shape]:
    return draw_pages(harmed)


@pytest.mark.parametrize("case", HARMLESS)
def test_what_is_harmless_stands_there_as_it_was_written(case: Case, pages: Mapping[str, Shape]) -> None:
    words = " ".join(union(pages.values()).words.split())
    for expected in case.expected:
        assert spell(expected).decode() in words


def test_no_page_is_made_of_anything_else_because_of_it(pages: Mapping[str, Shape], plain: Shape) -> None:
    """No element, attribute, handler, address, comment or line of a script came with the words."""
    assert len(pages) >= 8
    for name, shape in pages.items():
        assert shape.parts <= plain.parts, name
        assert shape.leads <= plain.leads, name
        assert set(shape.active) <= set(plain.active), name


def test_who_signs_is_named_and_does_nothing() -> None:
    text = write(site=make_real())
    names = {"by": "<script>alert(1)</script> Person", "title": "</p><img src=x onerror=alert(1)>"}
    env = make_environment(SHIPPED.templates)
    plain, harmed = (
        shape_of(typeset(write(site=make_real(), approvals=[sign(text, **words)]), env, dict.fromkeys(text.panels, 8.0)))
        for words in ({"by": "A. Person"}, names)
    )
    assert names["by"] in harmed.words and names["title"] in harmed.words
    assert (harmed.parts, harmed.leads, harmed.active) == (plain.parts, plain.leads, plain.active)


# On paper

WORDS = {
    "name": "<script>alert(1)</script> & Sons",
    "ward": "\"'><svg onload=alert(1)>",
    "document_prefix": "<i>NF</i>",
    "owner": "</title><script>x</script>",
    "home": {**small_site().home, "bathing": "<img src=x onerror=alert(1)> javascript:alert(1) file:///etc/passwd http://evil.example"},
}
ACTIVE = frozenset(
    ["/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/Filespec", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData",
     "/RichMedia", "/Movie", "/Sound", "/Rendition", "/OpenAction", "/AA", "/AcroForm", "/XFA", "/FileAttachment", "/AF"]
)  # fmt: skip


def names_in(pdf: bytes) -> Iterator[str]:
    """Every key and every name of a PDF, in whatever object, and `/URI` with what it leads to."""

    def look(thing: object) -> Iterator[str]:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            for key, value in (thing if isinstance(thing, pikepdf.Dictionary) else thing.stream_dict).items():
                yield f"{key} {value}" if key == "/URI" else key
                yield from () if getattr(value, "is_indirect", False) else look(value)
        elif isinstance(thing, pikepdf.Array):
            for inner in thing:  # type: ignore[attr-defined]
                yield from () if getattr(inner, "is_indirect", False) else look(inner)
        elif isinstance(thing, pikepdf.Name):
            yield str(thing)

    with pikepdf.open(BytesIO(pdf)) as document:
        for thing in document.objects:
            yield from look(thing)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whoever opens a socket or asks for an address fails, and is noted."""
    asked: list[object] = []

    def refuse(*args: object, **_more: object) -> None:
        asked.append(args)
        raise OSError("no network in this test")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    return asked


def test_a_pdf_of_all_of_it_says_the_words_does_nothing_and_asks_nobody(press: Press, no_network: list[object]) -> None:
    artifact = print_edition(write(site=replace(small_site(), **WORDS)), SHIPPED)
    assert_clean(artifact)
    assert not no_network
    words = " ".join(pages_of(artifact.pdf))
    for said in (WORDS["name"], WORDS["ward"], WORDS["document_prefix"], "javascript:alert(1) file:///etc/passwd http://evil.example"):
        assert said in words
    names = set(names_in(artifact.pdf))
    assert "/StructTreeRoot" in names and "/Page" in names, "the names of the file were found"
    assert not names & ACTIVE
    assert {name for name in names if name.startswith("/URI ")} == {"/URI tel:+442079460123", "/URI tel:999"}
    with pikepdf.open(BytesIO(artifact.pdf)) as document:
        assert not document.attachments


# Links that lead out of the project, and what is no file

LINKED = {
    "handouts/blocks/fever.md": "SYMBOLIC_LINK",
    "handouts/blocks/new.md": "SYMBOLIC_LINK",
    "handouts/card/front.md": "SYMBOLIC_LINK",
    "handouts/facts.toml": "UNREADABLE",
    "handouts/packs.toml": "UNREADABLE",
    "handouts/evidence.toml": "UNREADABLE",
    "handouts/decisions.toml": "UNREADABLE",
    "handouts/approvals.toml": "UNREADABLE",
    SITE: "UNREADABLE",
    "locales/es.po": "UNREADABLE",
    "locales/glossary/es.toml": "UNREADABLE",
    "templates/print.css": "UNREADABLE",
    "templates/pack.html": "UNREADABLE",
    "templates/pictures/pump-line-bag.svg": "UNREADABLE",
    "templates/pictures/new.svg": "UNREADABLE",
    "templates/pictures": "UNREADABLE",
    "templates/fonts/AtkinsonHyperlegibleNext-Regular.ttf": "UNREADABLE",
}


@pytest.mark.parametrize("name", LINKED)
def test_a_link_that_leads_out_of_the_project_is_not_followed(name: str, tmp_path: Path) -> None:
    """Not even to a file that is as good as ours: whoever can make a link must not choose what is printed from where."""
    project = copy_small_project(tmp_path / "project")
    if name.startswith("locales/"):
        list_languages(project, "en-GB", "es")
        write_po(project, "es")
    own_look(project, name)
    path, outside = project.root / name, tmp_path / "outside"
    path.parent.mkdir(exist_ok=True)
    assert path.parent.resolve().is_relative_to(tmp_path)
    if path.exists():
        path.rename(outside)
    else:
        outside.write_text("x", encoding="utf-8")
    path.symlink_to(outside)
    found = [problem for problem in find_problems(project, name.partition(".")[0]) if problem.place.path.startswith(name)]
    assert any((one.code, one.severity) == (LINKED[name], "error") for one in found), errors(found)


def test_a_folder_of_texts_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path / "project")
    for folder in ("blocks", "sites"):
        (project.handouts / folder).rename(tmp_path / folder)
        (project.handouts / folder).symlink_to(tmp_path / folder, target_is_directory=True)
    found = {problem.place.path: problem.code for problem in find_problems(project)}
    assert found["handouts/blocks/fever.md"] == found[SITE] == "UNREADABLE"


@pytest.mark.parametrize("name", ["handouts/blocks/fever.md", "handouts/facts.toml", SITE, "locales/es.po", "templates/pictures/a.svg"])
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_or_a_device_is_not_opened(name: str, small_project: Project) -> None:
    """A read of it would wait for ever, or never end."""
    own_look(small_project, name)
    path = small_project.root / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    [problem] = [one for one in find_problems(small_project, name) if one.place.path == name and one.code == "UNREADABLE"]
    assert "is not a file" in problem.message


def test_a_site_that_is_no_file_is_unknown(fast: Command) -> None:
    pipe = fast.project.root / "pipe.toml"
    if hasattr(os, "mkfifo"):
        os.mkfifo(pipe)
    names = ["../../../nowhere", str(fast.project.handouts), "/dev/zero", str(pipe), "a\nb", "\x1b[31m", "a" * 5000]
    run = fast("build", "--json", *(word for name in names for word in ("--site", name)))
    assert run.code == 1 and {problem["code"] for problem in run.document["problems"]} == {"UNKNOWN_SITE"}
    assert {problem["path"] for problem in run.document["problems"]} == set(names)
    assert not fast.output.exists()


def test_a_site_of_another_folder_writes_where_every_site_does(fast: Command, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A site file may lie anywhere; what it says decides nothing but a folder in the output, which is no path."""
    other = tmp_path_factory.mktemp("other") / "small-gb.toml"
    other.write_bytes((fast.project.root / SITE).read_bytes())
    assert fast("build", "--site", str(other), "--audience", "nurse").code == 0
    assert [path.name for path in other.parent.iterdir()] == ["small-gb.toml"]
    assert (fast.output / "small-gb/en-GB/blinatumomab-nurse-en-GB.pdf").is_file()


CODES = ["../x", "es-ES@/../../../x", "es./../../x", "/etc/x", "es\n", "C:x", "", "es_ES", "e" * 5000, "es-\u0665", "ｅｓ"]


@pytest.mark.parametrize("code", CODES)
def test_a_language_is_never_a_path(code: str) -> None:
    with pytest.raises(ValueError, match="is not a language code"):
        babel_locale(code)


def test_a_file_of_messages_is_never_written_elsewhere(command: Command) -> None:
    before = sorted(command.project.root.parent.rglob("*"))
    run = command("messages", *CODES)
    assert run.code == 1 and run.err.count("UNKNOWN_LOCALE") == len(CODES)
    assert sorted(command.project.root.parent.rglob("*")) == before


MANIFESTS = [
    "[" * 100_000, "3", '{"version":1,"artifacts":[3]}', '{"version":3,"keys":{"../mine":{"companions":{"../mine":""}}}}',
    *(json.dumps({"version": 1, "artifacts": [make_entry(path=path)]}) for path in (3, "a\0b", "../mine", "/etc/hostname")),
    json.dumps({"version": 1, "artifacts": [{"path": "small-gb/en-GB/blinatumomab-adult-en-GB.pdf", "sha256": "x"}]}),
]  # fmt: skip


@pytest.mark.parametrize("name", ["manifest.json", ".stock.json"])
def test_what_lies_in_the_output_leads_nowhere_else(name: str, fast: Command, takes_long: None) -> None:
    """A manifest is a file like any other. What it says of files elsewhere is not believed, and nothing is removed there."""
    (fast.project.root / "mine").write_text("mine", encoding="utf-8")
    for text in MANIFESTS:
        fast.output.mkdir(exist_ok=True)
        (fast.output / name).write_text(text, encoding="utf-8")
        assert fast("build", "--audience", "nurse").code == 0, text[:100]
        assert [entry["path"] for entry in json.loads((fast.output / "manifest.json").read_bytes())["artifacts"]] == [
            "small-gb/en-GB/blinatumomab-nurse-en-GB.pdf"
        ]
    assert (fast.project.root / "mine").read_text(encoding="utf-8") == "mine"


def test_a_file_that_is_no_pdf_is_told_by_verify(fast: Command) -> None:
    assert fast("build", "--audience", "nurse").code == 0
    run = fast("verify", str(fast.output))
    assert run.code == 1 and "CHANGED_FILE" in run.err and "is no PDF" in run.err


# What a page may load

TEMPLATES = SHIPPED.templates.as_uri()


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "FILE:///etc/passwd", "file://localhost/etc/passwd", f"file://evil.example{SHIPPED.templates}/pictures/icon-drop.svg",
        f"{TEMPLATES}/../handouts/facts.toml", f"{TEMPLATES}/%2e%2e/pyproject.toml", f"{TEMPLATES}/pictures/../../LICENSE",
        f"{TEMPLATES}/print.css", f"{TEMPLATES}/fonts/AtkinsonHyperlegibleNext-Regular.ttf", f"{TEMPLATES}/pictures",
        f"{TEMPLATES}/none.svg", "http://127.0.0.1:9/x.svg", "https://evil.example/x.svg", "ftp://evil.example/x", "//evil.example/x",
        "javascript:alert(1)", "jar:file:///x", "data:image/png;base64,iVBORw0KGgo=", "data:text/html,<script>alert(1)</script>",
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><image href='file:///etc/passwd'/></svg>",
        "data:font/ttf;base64,AAEAAAA=", "data:text/css,@import url(http://evil.example)", "", "x.svg", "unix:/run/x",
    ],
)  # fmt: skip
def test_nothing_else_is_loaded(address: str, press: Press, no_network: list[object]) -> None:
    with pytest.raises((ValueError, OSError)):
        press.fetcher.fetch(address)
    assert not no_network


@pytest.mark.parametrize("name", ["pictures/icon-drop.svg", "pictures/../pictures/icon-drop.svg", "pictures/icon%2ddrop.svg"])
def test_a_drawing_of_the_look_is_loaded(name: str, press: Press) -> None:
    assert press.fetcher.fetch(f"{TEMPLATES}/{name}").read().startswith(b"<svg")


HEAD = '<meta charset="utf-8">'
SECTION = "{% for section in sections %}"
LOOKS = {
    "a picture of this machine": ("print.css", "", "body { background: url(file:///etc/hostname) }"),
    "a picture of the network": ("print.css", "", "body { background: url(http://127.0.0.1:9/x.svg) }"),
    "another style sheet": ("print.css", "", "@import url(file:///etc/hostname);"),
    "a style sheet of the network": ("print.css", "", "@import 'http://127.0.0.1:9/x.css';"),
    "a font of this machine": ("print.css", "", "@font-face { font-family: x; src: url(file:///etc/hostname) }"),
    "a font of the network": ("print.css", "", "@font-face { font-family: x; src: url(http://127.0.0.1:9/x) }"),
    "a page in a page": ("pack.html", SECTION, '<object data="file:///etc/hostname"></object>'),
    "a picture in a template": ("pack.html", SECTION, '<img src="file:///etc/hostname" alt="x"/>'),
    "a file to carry along": ("pack.html", SECTION, '<a rel="attachment" href="file:///etc/hostname">x</a>'),
    "a file for the whole page": ("base.html", HEAD, '<link rel="attachment" href="file:///etc/hostname"/>'),
    "a style sheet in a template": ("base.html", HEAD, '<link rel="stylesheet" href="http://127.0.0.1:9/x.css"/>'),
    "another place to start from": ("base.html", HEAD, '<base href="http://127.0.0.1:9/"/><link rel="stylesheet" href="x.css"/>'),
}


@pytest.mark.parametrize("title", LOOKS)
def test_a_look_that_loads_anything_else_prints_nothing(
    title: str, small_project: Project, no_network: list[object], takes_long: None
) -> None:
    name, line, more = LOOKS[title]
    own_look(small_project, f"templates/{name}")
    path = small_project.templates / name
    text = path.read_text(encoding="utf-8")
    assert line in text
    path.write_text(text.replace(line, f"{line}\n{more}\n", 1) if line else f"{more}\n{text}", encoding="utf-8")
    artifact = print_edition(write("nurse"), small_project)
    assert codes(artifact.problems) >= {"PRINTER"} and not artifact.pdf and not no_network
    assert Path("/etc/hostname").read_text(encoding="utf-8").strip() not in artifact.html


TEMPLATE_TRICKS = {
    "a way into the program": "{{ say.__globals__ }}",
    "a way out of the program": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "a file of this machine": '{% include "/etc/hostname" %}',
    "a file beside the templates": '{% include "../handouts/facts.toml" %}',
    "a name that nobody knows": "{{ nobody }}",
    "a template that is not there": '{% include "nobody.html" %}',
    "a list without end": "{% for number in range(999999999) %}x{% endfor %}",
}


@pytest.mark.parametrize("title", TEMPLATE_TRICKS)
def test_a_template_reaches_nothing_but_the_words_of_its_page(title: str, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/trick.html").write_text(f"\n{TEMPLATE_TRICKS[title]}", encoding="utf-8")
    with pytest.raises((TemplateError, OverflowError)) as found:
        make_environment(tmp_path / "templates").get_template("trick.html").render(say=lambda source: source)
    problem = explain(found.value, tmp_path / "templates", tmp_path)
    assert problem and (problem.code, str(problem.place)) == ("TEMPLATE", "templates/trick.html:2")


def test_a_template_that_cannot_be_used_is_told_and_nothing_is_printed(fast: Command) -> None:
    write_case(fast.project, f"change templates/pack.html\n{SECTION}\n{SECTION}{{{{ nobody }}}}\n")
    run = fast("build", "--audience", "nurse", "--json")
    [problem] = run.document["problems"]
    assert (run.code, problem["code"], problem["path"], problem["line"]) == (1, "TEMPLATE", "templates/pack.html", 4)
    assert not list(fast.output.rglob("*.pdf"))


def test_a_template_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(TemplateError) as found:
        make_environment(tmp_path).get_template("pack.html")
    assert str(explain(found.value, tmp_path, tmp_path)).startswith("pack.html: TEMPLATE is missing")


def test_a_bug_of_the_program_is_no_fault_of_a_template(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('{{ say("x") }}', encoding="utf-8")
    with pytest.raises(AttributeError) as found:
        make_environment(tmp_path).get_template("page.html").render(say=lambda source: shown_path(None, source))  # type: ignore[arg-type]
    assert explain(found.value, tmp_path, tmp_path) is None


# The desk

WRITTEN = {
    "HTML": "\"'><script>alert(1)</script><img src=x onerror=alert(1)>",
    "template syntax": "{{ 7 * 7 }}{% raw %}{phone_24h.__class__}{0}",
    "a path": "../../../../etc/passwd",
    "a nought": "a\x00b",
    "marks of direction": "\u202e2026-12-01\u2066T10:30",
    "Arabic digits": "٢٠٢٦-٠٤-٠١T١٠:٣٠",
    "a line break": "a\r\nSet-Cookie: x=1",
    "a number without end": "9" * 5000,
    "a million letters": "a" * 100_000,
    "half a letter": "\udcff",
    "a power": "1e999999",
}
FIELDS = ("site", "audience", "locale", "form", "start", "which", "cycle", "bags", "unit", "pause", "stay")
Ask = Callable[..., tuple[int, Shape]]
CHOSEN = {"site": "small-gb", "audience": "adult", "locale": "en-GB", "form": "standard", "start": "2026-04-01T10:30"}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Asks the desk as a browser does, with these fields; the answer as it is made up."""
    with printing_fast():
        client = make_desk(open_counter(make_desk_project(tmp_path_factory.mktemp("desk"))), lambda: TODAY).test_client()

        def get(words: Mapping[str, str], path: str = "/") -> tuple[int, Shape]:
            answer = client.get(f"{path}?{urlencode(words, errors='surrogatepass')}", base_url="http://127.0.0.1:8765")
            assert "Set-Cookie" not in answer.headers and "script-src 'nonce-" in answer.headers["Content-Security-Policy"]
            return answer.status_code, shape_of(answer.get_data(as_text=True))

        yield get


@pytest.fixture(scope="module")
def known(ask: Ask) -> Shape:
    """What the page of the desk is made of, with and without mistakes."""
    slips = {**CHOSEN, **dict.fromkeys(FIELDS[4:], "x")}
    return union(ask({**words, "show": "1"})[1] for words in (CHOSEN, slips, {"site": "x", "locale": "x"}, {**CHOSEN, "form": "x"}))


@pytest.mark.parametrize("title", WRITTEN)
def test_what_is_written_at_the_desk_is_shown_and_does_nothing(title: str, ask: Ask, known: Shape) -> None:
    """In the dates of a choice that is whole, where it is read furthest; and in every field."""
    for words in ({**CHOSEN, **dict.fromkeys(FIELDS[4:], WRITTEN[title])}, dict.fromkeys(FIELDS, WRITTEN[title])):
        code, shape = ask({**words, "show": "1"})
        assert code == 200
        assert shape.parts <= known.parts and shape.leads <= known.leads
        assert {text.strip() for text in shape.active} <= {text.strip() for text in known.active}
    assert ask(CHOSEN, f"/print/{quote(WRITTEN[title][:1000], safe='', errors='surrogatepass')}.pdf")[0] == 404


# Streams


@pytest.fixture
def full_disk() -> Iterator[TextIO]:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        yield stream


@pytest.mark.parametrize(("argv", "is_closed"), [(("status",), False), (("check", "--json"), True), (("messages", "es"), False)], ids=str)
def test_what_cannot_be_said_is_told_in_a_line(
    argv: tuple[str, ...],
    is_closed: bool,
    command: Command,
    full_disk: TextIO,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A log on a full disk, or nobody to read it: one line where that can still be read, and no exit code of success."""
    monkeypatch.setattr(sys, "stdout", None if is_closed else full_disk)
    assert cli.main(argv) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"Not all that there is to say could be written: {'the output is closed' if is_closed else 'no space left on device'}."
    ]
    if is_closed:
        sys.stdout.close()


def test_packs_are_printed_although_nobody_can_be_told(fast: Command, full_disk: TextIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is done before anything is said, and a line of progress that cannot be written is let go."""
    monkeypatch.setattr(sys, "stderr", full_disk)
    monkeypatch.setattr(sys, "stdout", full_disk)
    assert cli.main(["build", "--audience", "nurse", "--output", str(fast.output)]) == 1
    assert len(json.loads((fast.output / "manifest.json").read_bytes())["artifacts"]) == 1


def test_a_character_that_a_log_cannot_show_is_spelt_out(fast: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("w", encoding="ascii") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert cli.main(["build", "--json", "--site", "\u0663\udcff"]) == 1
    assert json.loads(log.read_bytes())["problems"][0]["path"] == "\u0663\udcff"


# In processes of their own: within a minute and a gigabyte, and without a network

OPENING = "block\n{drip_days} days. Drink {small_dose} mugs. [^S02 I04]\n\n"
BIG = {
    "headings without end": f"{OPENING}<1500 times ## a<U+000A><U+000A>>",
    "bold type that never ends": f"{OPENING}<800 times **a> [^S02]",
    "words of four thousand letters": f"{OPENING}<4 times <3900 times a><U+000A>> [^S02]",
}


def test_everything_that_is_too_much_is_refused_within_a_minute_and_a_gigabyte(small_project: Project, takes_long: None) -> None:
    """All refused blocks and drawings at once: two megabytes in a line, levels without end, entities that unfold."""
    for number, case in enumerate(cases_of(REFUSED)):
        if case.text.startswith(BLOCK):
            write_case(small_project, case.text.replace(BLOCK, f"block case-{number}\n", 1))
    for number, case in enumerate(cases_of(PICTURES)):
        put(small_project, f"templates/pictures/case-{number}.svg", spell(case.text))
    run = run_measured(small_project, "build", "--audience", "adult", "--jobs", "1")
    assert run.code == 1 and "Traceback" not in run.said and not (small_project.root / "output").exists()
    assert run.seconds < SECONDS and run.megabytes < MEGABYTES


@pytest.mark.parametrize("title", BIG)
def test_what_is_just_short_enough_is_printed_or_refused_within_a_minute_and_a_gigabyte(
    title: str, small_project: Project, takes_long: None
) -> None:
    """The worker that prints may use no more address space than a gigabyte; more would be told as MEMORY."""
    write_case(small_project, BIG[title])
    run = run_measured(small_project, "build", "--audience", "adult", "--jobs", "1", "--memory-limit", str(MEGABYTES), "--json")
    said = {problem["code"] for problem in json.loads(run.said)["problems"]}
    assert run.code in (0, 1) and not said & {"MEMORY", "TOO_SLOW", "WORKER_LOST"}
    assert run.seconds < SECONDS and run.megabytes < MEGABYTES


def namespace() -> tuple[str, ...]:
    """The command that starts another without any network, or () where the kernel refuses."""
    for words in (("unshare", "--net"), ("unshare", "--user", "--map-root-user", "--net")):
        if shutil.which("unshare") and not subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
            return words
    return ()


def test_a_build_needs_no_network(small_project: Project, takes_long: None) -> None:
    """In a namespace of its own, that has no interface but a loopback that is down."""
    if not (words := namespace()):
        pytest.skip("this kernel gives nobody a namespace without a network")
    interfaces = subprocess.run([*words, "cat", "/proc/net/dev"], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert [line.partition(":")[0].strip() for line in interfaces] == ["lo"]
    run = run_measured(small_project, "build", "--audience", "nurse", before=words)
    assert run.code == 0 and (small_project.root / "output/manifest.json").exists(), run.said


def test_a_build_asks_for_no_network(small_project: Project, takes_long: None) -> None:
    """Not one call of the kernel names an address of the network; workers talk through local sockets."""
    if not shutil.which("strace"):
        pytest.skip("strace is not there")
    log = small_project.root / "calls"
    words = ("strace", "-f", "-e", "trace=connect,sendto,sendmsg,bind", "-o", str(log))
    run = run_measured(small_project, "build", "--audience", "nurse", before=words)
    calls = log.read_text(encoding="utf-8", errors="replace")
    assert run.code == 0 and "AF_UNIX" in calls and "AF_INET" not in calls, run.said
