"""From an order to published files: what is signed prints without a mark, and a release publishes nothing else.

The adult pack of the small project is signed in both its languages and built once, as a hospital would do it.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from workshop import (
    SHIPPED,
    TODAY,
    Command,
    Run,
    block_text,
    change_file,
    change_toml,
    copy_small_project,
    list_languages,
    pages_of,
    small,
    small_library,
    snapshot,
    write,
    write_po,
)

from packbuilder.model import Problem, Project
from packbuilder.prepare import prepare
from packbuilder.production import Order, Outcome, read_order
from packbuilder.typeset import make_environment

SITE = "handouts/sites/small-gb.toml"
ADULT = {
    f"small-gb/{locale}/blinatumomab-adult-{name}.pdf"
    for locale in ("en-GB", "pl")
    for name in (locale, f"card-{locale}", f"{locale}-large-print")
}


def change_site(project: Project, changes: str) -> None:
    path = project.root / SITE
    path.write_text(change_toml(path.read_text(encoding="utf-8"), changes), encoding="utf-8")


def approve(command: Command, audience: str, locale: str, by: str) -> Run:
    role = "clinical" if locale.startswith("en") else "translation"
    return command(
        "approve", "--site", "small-gb", "--audience", audience, "--locale", locale, "--role", role, "--by", by, "--yes",
        "--today", TODAY.isoformat(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signed:
    """A hospital whose adult pack is signed in both languages, and the build that released it."""

    project: Project
    run: Run
    pages: dict[str, list[str]]
    html: dict[str, str]


def allow_numbers(patch: pytest.MonkeyPatch) -> None:
    """A release needs numbers that are in use. Here stand those set aside for fiction, and nobody is called by a test."""
    patch.setattr("packbuilder.site.is_fictional", lambda contact: False)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, own_temporary_folder: None) -> Iterator[Signed]:
    project = copy_small_project(tmp_path_factory.mktemp("signed"))
    change_site(project, 'formats = ["standard", "large-print"]\nwithout sample')
    list_languages(project, "en-GB", "pl")
    write_po(project, "pl", translator="Jan Nowak <jan@example.org>")
    with pytest.MonkeyPatch.context() as patch:
        allow_numbers(patch)
        command = Command(project, patch)
        assert approve(command, "adult", "en-GB", "A. Person, consultant haematologist").code == 0
        assert approve(command, "adult", "pl", "Ewa Lis, sworn translator").code == 0
        html = project.root / "html"
        asked = ("build", "--audience", "adult", "--release", "--today", "2026-03-10")
        run = command(*asked, "--jobs", "1", "--json", "--keep-html", str(html))
        pages = {path: pages_of((command.output / path).read_bytes()) for path in ADULT} if run.code == 0 else {}
        yield Signed(project, run, pages, {path.name: path.read_text(encoding="utf-8") for path in html.rglob("*.html")})


@pytest.fixture
def hospital(signed: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """A copy of that hospital, without its prints, to be changed."""
    for room in ("handouts", "locales"):
        shutil.copytree(signed.project.root / room, tmp_path / room)
    (tmp_path / "templates").symlink_to(SHIPPED.templates, target_is_directory=True)
    allow_numbers(monkeypatch)
    return Command(Project(tmp_path), monkeypatch)


# A release


def test_every_file_of_a_signed_pack_is_a_release(signed: Signed) -> None:
    assert signed.run.code == 0, signed.run
    entries = {entry["path"]: entry for entry in signed.run.document["artifacts"]}
    assert set(entries) == ADULT
    assert {(entry["state"], tuple(entry["reasons"]), entry["sample"]) for entry in entries.values()} == {("release", (), False)}
    manifest = json.loads((signed.project.root / "output" / "manifest.json").read_text(encoding="utf-8"))
    assert {entry["state"] for entry in manifest["artifacts"]} == {"release"}


def test_no_page_of_a_release_bears_a_mark(signed: Signed) -> None:
    for path, pages in signed.pages.items():
        for number, text in enumerate(pages, start=1):
            assert not re.search("SAMPLE|DRAFT|Draft|SÁMPLÉ|DRÁFT|Dráft", text), f"{path}, page {number}"
    assert not any('class="marks' in html or "panel-mark" in html for html in signed.html.values())


@pytest.mark.parametrize("path", sorted(ADULT))
def test_the_foot_of_every_page_says_which_text_it_is_and_until_when(path: str, signed: Signed) -> None:
    entry = next(entry for entry in signed.run.document["artifacts"] if entry["path"] == path)
    dates = ["2 Mar 2026", "2 Mar 2028"] if "en-GB" in path else ["2 mar 2026", "2 mar 2028"]
    language = "English (United Kingdom)" if "en-GB" in path else "Polish"
    pages = signed.pages[path]
    assert len(pages) == entry["pages"]
    for number, text in enumerate(pages, start=1):
        for wanted in (f"NF-BLIN-ADULT-{entry['locale']}", entry["digest"][:8], "A small pack · Adult", language, *dates):
            assert wanted in text, f"page {number}: {wanted}"
        assert re.search(rf"{number} (?:of|óf|/) {len(pages)}", text), f"page {number}: {text[:300]}"


def test_the_page_about_the_pack_names_who_approved_it(signed: Signed) -> None:
    for path, pages in signed.pages.items():
        text = " ".join(pages)
        if "-card-" not in path:
            assert "A. Person, consultant haematologist · 2 " in text, path
            assert ("Ewa Lis, sworn translator" in text) == (path.split("/")[1] == "pl"), path
            assert "Leaflet group" in text


def test_the_front_page_of_the_ward_says_approved(signed: Signed) -> None:
    page = (signed.project.root / "output" / "index.html").read_text(encoding="utf-8").partition("</style>")[2]
    assert page.count("<article ") == 2, "one pack in two languages"
    assert set(re.findall(r'class="mark ([a-z]+)"', page)) == {"approved"} and page.count("Approved until <bdi") == 2
    assert page.count("<td>Approved</td>") == 6 and "<td>Draft" not in page, "in the list on paper, each form"


def test_the_same_text_gives_the_same_bytes_elsewhere_and_later(signed: Signed, hospital: Command) -> None:
    """On another day, in another folder, by other processes."""
    run = hospital("build", "--audience", "adult", "--locale", "en-GB", "--today", "2027-01-31", "--jobs", "2", "--json")
    assert run.code == 0, run
    output, first = hospital.output, signed.project.root / "output"
    made = {path for path in ADULT if "/en-GB/" in path}
    assert {path.relative_to(output).as_posix() for path in output.rglob("*.pdf")} == made
    assert all((output / path).read_bytes() == (first / path).read_bytes() for path in made)


# A release that holds a draft


def test_a_release_with_one_draft_publishes_nothing_and_names_each(hospital: Command) -> None:
    before = snapshot(hospital.project.root)
    run = hospital("build", "--release", "--audience", "adult", "--audience", "nurse", "--today", "2026-03-10", "--json")
    assert run.code == 1 and not hospital.output.exists() and snapshot(hospital.project.root) == before
    document = run.document
    assert document["ok"] is False and document["artifacts"] == []
    nurse = [f"small-gb/{locale}/blinatumomab-nurse-{locale}{form}.pdf" for locale in ("en-GB", "pl") for form in ("", "-large-print")]
    assert {(row["code"], row["path"]) for row in document["problems"] if row["severity"] == "error"} == {
        ("NOT_RELEASED", path) for path in nurse
    }
    messages = {row["path"]: row["message"] for row in document["problems"]}
    assert all(row["hint"] for row in document["problems"])
    assert messages[nurse[0]] == "is a draft: nobody has signed the text yet"
    assert "nobody has signed the en-GB text behind this translation yet; nobody has signed the translation yet" in messages[nurse[2]]


# Every change of a file that reaches the paper


def drafts(command: Command, *more: str) -> dict[str, str]:
    """What keeps the adult pack from a release, file by file. The nurses' sheet is asked for too: it is a draft, so nothing is printed."""
    run = command("build", "--release", "--audience", "adult", "--audience", "nurse", "--today", "2026-03-10", "--json", *more)
    refused = {row["path"]: row["message"] for row in run.document["problems"] if row["code"] == "NOT_RELEASED"}
    others = [row for row in run.document["problems"] if row["code"] != "NOT_RELEASED" and row["severity"] == "error"]
    assert run.code == 1 and not others, others
    return {path: message for path, message in refused.items() if "-nurse-" not in path}


ENGLISH = {path for path in ADULT if "/en-GB/" in path}
POLISH = ADULT - ENGLISH
CHANGED = "the text has changed since A. Person signed it on 2026-03-02"
BEHIND = "the en-GB text behind this translation has changed since A. Person signed it on 2026-03-02"
REVISED = "the translation has changed since Ewa Lis signed it on 2026-03-02"
Edit = Callable[[Project], None]


def own_templates(project: Project) -> Path:
    """Templates that a test may change; the fonts are only linked."""
    (project.root / "templates").unlink()
    shutil.copytree(SHIPPED.templates, project.root / "templates", ignore=shutil.ignore_patterns("fonts"))
    (project.root / "templates" / "fonts").symlink_to(SHIPPED.templates / "fonts", target_is_directory=True)
    return project.root / "templates"


def change_css(project: Project) -> None:
    sheet = own_templates(project) / "print.css"
    sheet.write_text(sheet.read_text(encoding="utf-8") + "\nh2 { color: #333333 }\n", encoding="utf-8")
    pack = project.root / "templates" / "pack.html"
    pack.write_text(pack.read_text(encoding="utf-8").replace("<section class=", '<section data-new="1" class='), encoding="utf-8")


def change_template(project: Project) -> None:
    pack = own_templates(project) / "pack.html"
    words = pack.read_text(encoding="utf-8").replace('{% if section.name == "about" %}', '{% if section.name == "about" %}<p>New.</p>', 1)
    pack.write_text(words, encoding="utf-8")


LAPSES: dict[str, tuple[Edit, dict[str, tuple[str, ...]]]] = {
    "a word of a block": (
        lambda project: change_file(project, "handouts/blocks/bathing.md", "have a bath", "take a bath"),
        {"en": (CHANGED,), "pl": ("1 message has no translation", BEHIND, REVISED)},
    ),
    "a fact": (
        lambda project: change_file(project, "handouts/facts.toml", "value = 28", "value = 29"),
        {"en": (CHANGED,), "pl": (BEHIND, REVISED)},
    ),
    "a telephone number": (
        lambda project: change_site(project, 'contact.phone_24h = "020 7946 0124"'),
        {"en": (CHANGED,), "pl": (BEHIND, REVISED)},
    ),
    "a temperature": (
        lambda project: change_site(project, "fever.adult.high_c = 37.6"),
        {"en": (CHANGED,), "pl": (BEHIND, REVISED)},
    ),
    "the owner": (
        lambda project: change_site(project, 'review.owner = "Another group"'),
        {"en": (CHANGED,), "pl": (BEHIND, REVISED)},
    ),
    "what the pump says": (
        lambda project: change_file(project, SITE, 'screen = "AIR IN LINE"', 'screen = "AIR"'),
        {"en": (CHANGED,), "pl": (BEHIND, REVISED)},
    ),
    "a translation": (
        lambda project: write_po(project, "pl", {"Keep warm": "Ciepło"}, translator="Jan Nowak <jan@example.org>"),
        {"en": (), "pl": (REVISED,)},
    ),
    "a translation that is doubted": (
        lambda project: write_po(project, "pl", fuzzy=frozenset({"Can I have a bath?"})),
        {"en": (), "pl": ("1 message has no translation", REVISED)},
    ),
    "a word of a template": (change_template, {"en": (CHANGED,), "pl": (BEHIND, REVISED)}),
    "a hospital that is a sample": (
        lambda project: change_site(project, "sample = true"),
        {"en": ("the hospital is a sample",), "pl": ("the hospital is a sample",)},
    ),
}


@pytest.mark.parametrize("what", LAPSES)
def test_after_a_change_in_a_file_exactly_what_changed_is_a_draft(what: str, hospital: Command) -> None:
    edit, expected = LAPSES[what]
    edit(hospital.project)
    found = drafts(hospital)
    assert set(found) == (ENGLISH if expected["en"] else set()) | POLISH
    for path, message in found.items():
        reasons = expected["en" if path in ENGLISH else "pl"]
        if what == "a translation that is doubted":
            assert reasons[0] in message
        else:
            assert message == "is a draft: " + "; ".join(reasons), path


STAYS: dict[str, Edit] = {
    "nothing": lambda project: None,
    "the style sheet and the HTML around the text": change_css,
    "the paper": lambda project: change_site(project, 'paper = "Letter"'),
    "an evidence mark": lambda project: change_file(project, "handouts/blocks/fever.md", "Keep warm [^S02]", "Keep warm [^S02 I04]"),
    "where a line ends": lambda project: change_file(project, "handouts/blocks/fever.md", "hot.\nWe", "hot. We"),
    "a pack of other readers": lambda project: change_file(project, "handouts/blocks/call-now.nurse.md", "at once", "now"),
}


@pytest.mark.parametrize("what", STAYS)
def test_what_changes_no_word_changes_no_state(what: str, hospital: Command) -> None:
    STAYS[what](hospital.project)
    assert drafts(hospital) == {}


@pytest.mark.parametrize(("day", "past"), [("2028-03-02", False), ("2028-03-03", True)])
def test_a_release_ends_with_its_review_date(day: str, past: bool, hospital: Command) -> None:
    found = drafts(hospital, "--today", day)
    assert set(found) == (ADULT if past else set())
    assert all("was to be reviewed by 2028-03-02" in message for message in found.values())


def test_a_damaged_register_stops_a_build_and_is_named_with_its_line(hospital: Command) -> None:
    register = hospital.project.handouts / "approvals.toml"
    register.write_text(register.read_text(encoding="utf-8").replace('role = "clinical"', 'role = "chief"'), encoding="utf-8")
    run = hospital("build", "--audience", "adult")
    assert run.code == 1 and not hospital.output.exists()
    assert "handouts/approvals.toml:3: APPROVAL_ROLE role: 'chief' is not known" in run.err


# What an order reads


def test_what_is_asked_for_narrows_the_editions() -> None:
    order = Order(Path("output"), TODAY, audiences=("nurse",), formats=("large-print",))
    rooms, editions, problems = read_order(order, small())
    assert not problems
    assert {(edition.audience, edition.format) for edition in editions} == {("nurse", "large-print")}
    assert {edition.locale for edition in editions} == {code for site in rooms.sites for code in site.locales}


@pytest.mark.parametrize(
    ("order", "everything"),
    [({}, True), ({"sites": ("x",)}, False), ({"audiences": ("adult",)}, False), ({"locales": ("es",)}, False),
     ({"formats": ("standard",)}, False), ({"release": True, "jobs": 3}, True)],
)  # fmt: skip
def test_an_order_of_everything_has_no_filter(order: dict[str, object], everything: bool) -> None:
    assert Order(Path("output"), date(2026, 1, 1), **order).is_everything is everything  # type: ignore[arg-type]


def test_a_text_has_the_same_state_whatever_else_is_asked_for(small_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands behind a translation is the hospital's own English, also where only the translation is asked for."""
    allow_numbers(monkeypatch)
    change_site(
        small_project,
        'region = "US"\nstaff_locale = "es"\nwithout sample\nwithout contact.emergency\nwithout contact.interpreter\n'
        'contact.phone_24h = "(202) 555-0123"\ncontact.phone_day = "(202) 555-0145"\ncontact.pump_help = "(202) 555-0199"',
    )
    list_languages(small_project, "en-US", "es")
    write_po(small_project, "es")
    write_po(small_project, "en-US", {"Keep warm": "Stay warm"})
    command = Command(small_project, monkeypatch)
    assert approve(command, "nurse", "en-US", "A. Person").code == 0 and approve(command, "nurse", "es", "B. Person").code == 0
    states = []
    for locales in ((), ("es",)):
        rooms, editions, _ = read_order(Order(command.output, TODAY, audiences=("nurse",), locales=locales), small_project)
        manuscripts, _ = prepare(editions, rooms, make_environment(SHIPPED.templates), TODAY)
        states.append({one.edition.locale: (one.state, one.reasons) for one in manuscripts})
    assert states[0] == {"en-US": ("release", ()), "es": ("release", ())}
    assert states[1]["es"] == states[0]["es"]


def test_an_outcome_with_a_warning_alone_is_fine() -> None:
    warning = Problem("REVIEW_DUE", write().edition.site.place, "soon", "", "warning")
    assert Outcome((warning,)).ok and not Outcome((warning, replace(warning, severity="error"))).ok


def test_a_changed_text_of_a_release_is_another_digest() -> None:
    assert write(library=block_text(small_library(), "fever", "## Fever\n\nCall us. [^I04 S02]\n")).digest != write().digest
