"""All rooms are read, whatever is wrong in one of them; a build sees only the languages that it prints."""

from dataclasses import replace
from pathlib import Path

from workshop import codes, copy_small_project, small, small_site

from packbuilder.assemble import plan_editions
from packbuilder.catalog import write_catalog
from packbuilder.content import read_library
from packbuilder.messages import extract
from packbuilder.model import Place, Problem, Project
from packbuilder.rooms import codes_of, default_sites, drop_other_locales, find_sites, foreign_contexts, read_rooms


def with_languages(folder: Path, *names: str) -> Project:
    project = copy_small_project(folder)
    messages = extract(read_library(project)[0], ())
    project.locales.mkdir(exist_ok=True)
    for name in names:
        (project.locales / f"{name}.po").write_text(write_catalog(name, messages, ""), encoding="utf-8")
    return project


def test_a_locale_brings_what_it_falls_back_to() -> None:
    assert codes_of(["es-MX", "zh-Hans"]) == {"es-MX", "es", "zh-Hans", "zh"}


def test_only_the_languages_that_are_asked_for_are_read(tmp_path: Path) -> None:
    project = with_languages(tmp_path, "es", "pl")
    sites = default_sites(project)
    assert {"es", "pl"} <= set(read_rooms(project, sites).catalogs)
    assert "pl" not in read_rooms(project, sites, ["es"]).catalogs


def test_a_damaged_language_is_known_as_such(tmp_path: Path) -> None:
    project = with_languages(tmp_path, "es")
    path = project.locales / "es.po"
    path.write_text(path.read_text(encoding="utf-8") + '\nmsgid "open\n', encoding="utf-8")
    rooms = read_rooms(project, default_sites(project))
    assert "es" in rooms.damaged and "PO_LINE" in codes(rooms.problems)
    assert rooms.complete, "the text itself could be read"


def test_a_text_that_cannot_be_read_leaves_the_rooms_incomplete(tmp_path: Path) -> None:
    project = with_languages(tmp_path)
    next((project.handouts / "blocks").glob("*.md")).write_bytes(b"\xff\xfe")
    rooms = read_rooms(project, default_sites(project))
    assert not rooms.complete and "NOT_UTF8" in codes(rooms.problems)


def test_an_unknown_site_lists_the_known_ones(tmp_path: Path) -> None:
    project = with_languages(tmp_path)
    paths, problems = find_sites(["nowhere"], project)
    assert not paths and codes(problems) == {"UNKNOWN_SITE"} and "small" in problems[0].hint


def test_a_slip_in_one_language_does_not_hold_up_another() -> None:
    site = replace(small_site(), locales=("en-GB",), staff_locale="en-GB")
    editions = plan_editions([site], read_library(small())[0])
    polish = Problem("PO_DIGITS", Place("locales/pl.po", 3), "the digits differ")
    own = Problem("SITE_PHONE", Place("handouts/sites/x.toml", 3), "not a number")
    assert drop_other_locales([polish, own], editions) == [own]
    assert drop_other_locales([polish], plan_editions([replace(site, locales=("pl",))], read_library(small())[0])) == [polish]


def test_blocks_and_sites_of_another_country_are_foreign(tmp_path: Path) -> None:
    rooms = read_rooms(with_languages(tmp_path), [])
    british = {block.stem for block in rooms.library.blocks.values() if block.region == "GB"}
    assert british and british <= foreign_contexts("en-US", rooms)
    assert not british & foreign_contexts("en-GB", rooms)
