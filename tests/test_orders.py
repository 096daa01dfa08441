"""Orders: what is asked for becomes editions, and everything that is wrong with it is said at once, before anything is printed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from workshop import (
    SMALL_SITE_TEXT,
    TODAY,
    add_plan_numbers,
    change_toml,
    codes,
    copy_small_project,
    list_languages,
    small,
    write_po,
)

from packbuilder.forms import DATED
from packbuilder.model import FORMATS, WORKING, Edition, Problem, Project
from packbuilder.orders import DateWords, Order, inputs_of, put_longest_first, read_order, site_paths, take_shard
from packbuilder.rooms import Rooms, read_rooms
from packbuilder.stock import inputs_digest

START = "2026-12-01T10:30"
DAY = date(2026, 11, 20)
NEW_YORK = (
    'id = "other-us"\nregion = "US"\npaper = "Letter"\ntime_zone = "America/New_York"\nlocales = ["en-US"]\nstaff_locale = "en-US"\n'
    'contact.phone_24h = "(202) 555-0123"\ncontact.phone_day = "(202) 555-0145"\ncontact.pump_help = "(202) 555-0199"\n'
    'contact.interpreter = "(202) 555-0160"\ncontact.emergency = "911"'
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two hospitals, one in London and one in New York, and the numbers that a plan is made of. Not to be changed."""
    project = copy_small_project(tmp_path_factory.mktemp("orders"))
    add_plan_numbers(project)
    list_languages(project, "en-GB", "pl")
    site = project.handouts / "sites/other-us.toml"
    site.write_text(change_toml(SMALL_SITE_TEXT, NEW_YORK), encoding="utf-8")
    for code in ("pl", "en-US"):
        write_po(project, code)
    return project


@cache
def read_once(project: Project, paths: tuple[Path, ...], locales: tuple[str, ...] | None) -> Rooms:
    return read_rooms(project, paths, locales)


@pytest.fixture(autouse=True)
def _rooms_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test changes a project after it was read, and reading takes most of the time."""
    monkeypatch.setattr("packbuilder.orders.read_rooms", lambda project, paths, locales: read_once(project, tuple(paths), locales))


def read(project: Project, dates: DateWords | None = None, today: date = DAY, **asked: Any) -> tuple[tuple[Edition, ...], list[Problem]]:
    """The editions of an order, and what is wrong with it. That the second hospital's own words are not translated is no matter here."""
    _, editions, problems = read_order(Order(Path("output"), today, dates=dates, **asked), project)
    return editions, [problem for problem in problems if not problem.place.path.startswith("locales/")]


# What is asked for


@pytest.mark.parametrize(
    ("asked", "paths"),
    [
        ({"sites": ("small-gb",), "audiences": ("nurse",), "locales": ("pl",)}, ["small-gb/pl/blinatumomab-nurse-pl.pdf"]),
        (
            {"sites": ("small-gb",), "audiences": ("parent",), "locales": ("en-GB",)},
            ["small-gb/en-GB/blinatumomab-parent-en-GB.pdf", "small-gb/en-GB/blinatumomab-parent-card-en-GB.pdf"],
        ),
        (
            {"sites": ("small-gb",), "audiences": ("adult",), "locales": ("pl",), "formats": ("fridge-card", "staff", "booklet")},
            [f"small-gb/pl/blinatumomab-adult-pl-{form}.pdf" for form in ("booklet", "staff", "fridge-card")],
        ),
        ({"audiences": ("nurse",), "locales": ("en-US",)}, ["other-us/en-US/blinatumomab-nurse-en-US.pdf"]),
    ],
)
def test_what_is_asked_for_narrows_the_editions(asked: dict[str, Any], paths: list[str], project: Project) -> None:
    editions, problems = read(project, **asked)
    assert [edition.path for edition in editions] == paths and problems == []


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        ({"locales": ("xx",)}, "UNKNOWN_LOCALE", "xx: UNKNOWN_LOCALE no site lists this language"),
        ({"sites": ("small-bg",)}, "UNKNOWN_SITE", "did you mean small-gb"),
        ({"audiences": ("nurse",), "formats": ("fridge-card",)}, "NOTHING", "nothing was asked for"),
        ({"sites": ("small-gb",), "formats": ("staff",), "locales": ("en-GB",)}, "NOTHING", "nothing was asked for"),
    ],
)
def test_what_cannot_be_found_is_named(asked: dict[str, Any], code: str, words: str, project: Project) -> None:
    editions, problems = read(project, **asked)
    assert editions == () and codes(problems) == {code}
    assert any(words in str(problem).lower() or words in str(problem) for problem in problems), [str(problem) for problem in problems]


def test_all_that_is_wrong_is_said_at_once(project: Project) -> None:
    _, problems = read(project, DateWords("soon", cycle="x"), sites=("small-bg",), locales=("xx",), formats=("staff",))
    assert codes(problems) >= {"UNKNOWN_SITE", "UNKNOWN_LOCALE", "PLAN_FORMAT", "PLAN_START", "PLAN_CYCLE"}


def test_a_folder_without_a_site_file_is_named(project: Project, tmp_path: Path) -> None:
    paths, [problem] = site_paths(Order(Path("output"), DAY, site_folder=tmp_path), project)
    assert paths == [] and (problem.code, problem.place.path) == ("UNKNOWN_SITE", str(tmp_path))
    paths, problems = site_paths(Order(Path("output"), DAY, site_folder=project.handouts / "sites"), project)
    assert [path.stem for path in paths] == ["other-us", "small-gb"] and problems == []


# The dates of one cycle


def test_dates_are_for_the_packs_of_patients_and_families_alone(project: Project) -> None:
    """A card and a nurse's sheet have no page for them."""
    editions, problems = read(project, DateWords(START))
    assert problems == []
    assert {(edition.site.id, edition.audience, edition.locale, edition.kind, edition.format) for edition in editions} == {
        (site, audience, locale, "pack", "standard")
        for site, locale in (("small-gb", "en-GB"), ("small-gb", "pl"), ("other-us", "en-US"))
        for audience in ("adult", "parent")
    }
    assert all(edition.schedule and edition.path.endswith("-2026-12-01T1030.pdf") for edition in editions)


@pytest.mark.parametrize("form", [*FORMATS, *WORKING])
def test_a_form_without_a_page_for_dates_is_refused(form: str, project: Project) -> None:
    editions, problems = read(project, DateWords(START), formats=(form,), audiences=("adult",))
    if form in DATED:
        assert problems == [] and {edition.format for edition in editions} == {form}
    else:
        refused = [problem for problem in problems if problem.code == "PLAN_FORMAT"]
        assert len(refused) == 1 and form in refused[0].message and all(known in refused[0].hint for known in DATED)
        assert editions == ()


def test_the_forms_that_a_site_lists_are_not_refused_but_left_out(project: Project, tmp_path: Path) -> None:
    """Nobody asked for them: a hospital that prints fridge cards may still print dates."""
    other = copy_small_project(tmp_path)
    add_plan_numbers(other)
    site = other.handouts / "sites/small-gb.toml"
    site.write_text(change_toml(SMALL_SITE_TEXT, 'formats = ["standard", "large-print", "fridge-card", "call-now"]'), encoding="utf-8")
    editions, problems = read(other, DateWords(START), audiences=("adult",))
    assert problems == [] and [edition.format for edition in editions] == ["standard", "large-print"]


def test_each_hospital_has_its_own_clock(project: Project) -> None:
    editions, problems = read(project, DateWords(START, cycle="1", bag_hours="96"), audiences=("adult",))
    assert problems == []
    starts = {edition.site.id: edition.schedule.start.astimezone(UTC) for edition in editions if edition.schedule}
    assert starts == {"small-gb": datetime(2026, 12, 1, 10, 30, tzinfo=UTC), "other-us": datetime(2026, 12, 1, 15, 30, tzinfo=UTC)}


def test_an_hour_that_one_hospitals_clock_leaves_out_is_refused_for_it(project: Project) -> None:
    """On 14 March 2027 the clocks of New York go from 02:00 to 03:00; those of London wait until the 28th."""
    words = DateWords("2027-03-14T02:30")
    editions, [problem] = read(project, words)
    assert problem.code == "PLAN_START" and "America/New_York" in problem.message
    assert {edition.site.id for edition in editions} == {"small-gb"}, "what was refused is refused as a whole by the build"
    editions, problems = read(project, words, sites=("small-gb",))
    assert problems == [] and editions


def test_every_wrong_word_of_a_plan_is_said_at_once(project: Project) -> None:
    words = DateWords("2026-12-01", cycle="12", bag_days="5", break_days="13", hospital_days="40")
    editions, problems = read(project, words)
    assert editions == ()
    assert sorted((problem.place.path, problem.code) for problem in problems) == [
        ("--bag-days", "PLAN_BAGS"),
        ("--break", "PLAN_BREAK"),
        ("--cycle", "PLAN_CYCLE"),
        ("--hospital-days", "PLAN_HOSPITAL"),
        ("--start", "PLAN_START"),
    ]
    assert all(problem.hint and problem.severity == "error" for problem in problems)


def test_the_same_fault_of_two_hospitals_is_said_once(project: Project) -> None:
    _, problems = read(project, DateWords("2036-12-01T10:30"))
    assert [problem.code for problem in problems] == ["PLAN_START"] and "2036" in problems[0].message


def test_without_the_numbers_of_a_plan_no_date_is_printed() -> None:
    editions, problems = read(small(), DateWords(START))
    assert editions == () and codes(problems) == {"PLAN_FACT"}


def test_dates_for_the_nurse_alone_are_nothing(project: Project) -> None:
    editions, problems = read(project, DateWords(START), audiences=("nurse",))
    assert editions == () and codes(problems) == {"NOTHING"}


# One order and the same


BASE = Order(Path("output"), TODAY, sites=("small-gb",), dates=DateWords(START, "1"))
OTHERS = {
    "site": {"sites": ("other",)},
    "folder of sites": {"site_folder": Path("x")},
    "audience": {"audiences": ("adult",)},
    "locale": {"locales": ("pl",)},
    "format": {"formats": ("booklet",)},
    "start": {"dates": DateWords("2026-12-02T10:30", "1")},
    "cycle": {"dates": DateWords(START, "2")},
    "bags": {"dates": DateWords(START, "1", bag_days="7")},
    "no dates": {"dates": None},
    "release": {"release": True},
    "shard": {"shard": (1, 2)},
    "day": {"today": date(2026, 3, 3)},
}


def test_every_other_order_has_another_mark() -> None:
    """The stock knows an order by its mark: two patients' dates must never be taken for one another."""
    marks = {what: replace(BASE, **changes).mark for what, changes in OTHERS.items()}  # type: ignore[arg-type]
    assert len({BASE.mark, *marks.values()}) == 1 + len(OTHERS), marks


def test_how_it_is_done_makes_no_other_order() -> None:
    same = replace(BASE, output=Path("elsewhere"), force=True, jobs=3, in_process=True, scheduler="tcp://x", keep_html=Path("x"))
    assert same.mark == BASE.mark == replace(BASE).mark


@pytest.mark.parametrize("what", [name for name in OTHERS if name not in ("no dates", "release", "day", "folder of sites")])
def test_an_order_of_some_is_not_everything(what: str) -> None:
    """Only a build of everything may write the pages about all languages."""
    whole = Order(Path("output"), TODAY)
    assert whole.is_everything and replace(whole, release=True, today=DAY).is_everything
    assert not replace(whole, **OTHERS[what]).is_everything  # type: ignore[arg-type]


def test_a_change_in_any_room_or_site_file_is_seen(tmp_path: Path) -> None:
    project = copy_small_project(tmp_path)
    order = Order(Path("output"), DAY, sites=("small-gb",))
    seen = {inputs_digest(inputs_of(order, project))}
    for path in ("handouts/blocks/fever.md", "handouts/card/call.md", "handouts/sites/small-gb.toml"):
        (project.root / path).write_text((project.root / path).read_text(encoding="utf-8") + "\n", encoding="utf-8")
        seen.add(inputs_digest(inputs_of(order, project)))
    assert len(seen) == 4


# The order of the work


def test_the_longest_packs_of_a_hospital_come_first_and_a_text_stays_together(project: Project) -> None:
    editions, _ = read(project, formats=("standard", "fridge-card"))
    groups = [(edition.site.id, edition.audience, edition.locale) for edition in editions]
    assert [site for site, _, _ in groups] == sorted(site for site, _, _ in groups), "one hospital after the other"
    texts = list(dict.fromkeys(groups))
    assert [text for text in texts for _ in range(groups.count(text))] == groups, "the forms of one text stand together"
    assert list(dict.fromkeys(audience for site, audience, _ in texts if site == "small-gb")) == ["adult", "parent", "nurse"]
    rooms = read_rooms(project, site_paths(Order(Path("output"), DAY), project)[0])
    assert put_longest_first(list(reversed(editions)), rooms) == sorted(
        reversed(editions), key=lambda one: texts.index((one.site.id, one.audience, one.locale))
    )


@pytest.mark.parametrize("count", [1, 2, 3, 20])
def test_shards_share_the_work_and_part_no_text(count: int, project: Project) -> None:
    editions, _ = read(project, formats=("standard", "fridge-card"))
    shards = [take_shard(editions, (number, count)) for number in range(1, count + 1)]
    assert sorted(edition.path for shard in shards for edition in shard) == sorted(edition.path for edition in editions)
    homes = [{(one.site.id, one.audience, one.locale) for one in shard} for shard in shards]
    assert sum(map(len, homes)) == len(set().union(*homes)), "no text is in two shards"
