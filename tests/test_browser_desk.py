"""The desk in a real Chromium: a nurse makes a dated pack, and everybody can use the page."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

import pytest
from browser import is_too_wide, open_chromium, too_small, violations, visit
from desks import open_counter, printing_fast
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server
from workshop import ROOT, TODAY, change_file, copy_shipped_project, pages_of

from packbuilder.desk import make_desk

FULL = "site=example-gb&audience=parent&locale=es"
DATES = "&start=2026-04-01T10%3A30&bags=3%2C4&cycle=1&pause=14&stay=3"
# What is asked, and what must then be seen.
PAGES = {
    "empty": ("", ".empty"),
    "whole": (FULL, "#open"),
    "dated": (FULL + DATES, "#calendar"),
    "phone": (FULL + "&form=phone-card", ".answer details"),
    "missing": ("show=1", ".summary"),
    "wrong": (FULL + DATES.replace("3%2C4", "5").replace("stay=3", "stay=99"), "#error-stay .exact"),
    "twice": (FULL + "&start=2026-10-25T01%3A30", "#which"),
}
WAIT = 60_000  # ms for a print where others print too


@pytest.fixture(scope="module")
def browser(takes_long: None) -> Iterator[Browser]:
    with open_chromium() as opened:
        yield opened


@contextmanager
def serve(folder: Path, staff: str) -> Iterator[str]:
    """A desk with the texts of the project and made-up prints, for staff who read this language."""
    project = copy_shipped_project(folder)
    change_file(project, "handouts/sites/example-gb.toml", 'staff_locale = "en-GB"', f'staff_locale = "{staff}"')
    if staff != "en-GB":
        (project.handouts / "sites" / "example-us.toml").unlink()
    with printing_fast():
        server = make_server("127.0.0.1", 0, make_desk(open_counter(project), lambda: TODAY), threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture(scope="module")
def desks(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with serve(tmp_path_factory.mktemp("english"), "en-GB") as english, serve(tmp_path_factory.mktemp("arabic"), "ar") as arabic:
        yield {"en-GB": english, "ar": arabic}


@pytest.fixture(scope="module")
def real(browser: Browser) -> Iterator[str]:
    """The desk as a nurse lead starts it: with real prints, in a process of its own."""
    words = [sys.executable, "-m", "packbuilder", "desk", "--site", "example-gb", "--port", "8917", "--today", "2026-11-21"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as desk:
        assert desk.stdout
        found = re.search(r"http://\S+", desk.stdout.readline())
        assert found, "the desk did not open"
        yield found.group()
        desk.terminate()


def settled(page: Page) -> None:
    """Nothing is being printed."""
    expect(page.locator(".waiting")).to_have_count(0, timeout=WAIT)


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("radio", name=name).check()


# What a nurse does


def test_a_nurse_makes_a_dated_pack_and_its_dates_are_in_the_pdf(browser: Browser, real: str) -> None:
    with visit(browser, real) as page:
        choose(page, "Parent of a child", "español")
        settled(page)
        expect(page.locator("#open")).to_be_visible(timeout=WAIT)
        page.locator("#start").fill("2026-12-01T10:30")
        expect(page.locator("#echo")).to_contain_text("1 December 2026")
        page.locator("#bags").fill("3,4")
        page.locator("#cycle").select_option("1")
        expect(page.locator(".plan")).to_be_visible(timeout=WAIT)
        settled(page)
        plan = page.locator(".plan").inner_text()
        assert "Tuesday, 1 December 2026, 10:30" in plan.replace("\u00a0", " ") and "Tuesday, 29 December 2026, 10:30" in plan.replace(
            "\u00a0", " "
        )
        expect(page.locator("#said")).to_contain_text("Parent of a child")
        picture = page.locator(".answer img")
        assert picture.evaluate("image => image.complete && image.naturalWidth") > 800
        with page.expect_popup() as opened:
            page.locator("#open").click()
        assert opened.value.url.partition("?")[0].endswith("/print/blinatumomab-parent-es-2026-12-01T1030.pdf")
        answer = urlopen(opened.value.url, timeout=60)
        pdf = answer.read()
        assert answer.headers["Content-Type"] == "application/pdf"
    text = " ".join(pages_of(pdf)).replace("\u00a0", " ")
    for words in ("martes, 1 de diciembre de 2026", "mar, 8 dic", "martes, 29 de diciembre de 2026", "vie, 4 dic"):
        assert words in text, words


def test_the_calendar_of_a_dated_pack_is_saved(browser: Browser, real: str) -> None:
    with visit(browser, f"{real}?{FULL}{DATES.replace('2026-04', '2027-04')}", accept_downloads=True) as page:
        with page.expect_download() as saved:
            page.locator("#calendar").click()
        assert saved.value.suggested_filename == "blinatumomab-parent-es-2027-04-01T1030.ics"
        assert saved.value.path().read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_all_of_it_works_without_a_script(browser: Browser, desks: dict[str, str]) -> None:
    with visit(browser, desks["en-GB"], java_script_enabled=False) as page:
        page.locator("#site").select_option("example-gb")
        choose(page, "Parent of a child", "español")
        page.locator("#start").fill("2026-04-01T10:30")
        page.locator("#bags").fill("5")
        send = page.get_by_role("button", name="Show the first page")
        send.click()
        expect(page.locator(".summary")).to_be_focused()
        expect(page.locator("#bags")).to_have_value("5")
        page.locator("#bags").fill("3,4")
        send.click()
        expect(page.locator(".plan")).to_contain_text("1 April 2026")
        assert page.locator("#open").get_attribute("href")


def test_the_keyboard_is_enough(browser: Browser, desks: dict[str, str]) -> None:
    with visit(browser, desks["en-GB"] + "?site=example-gb") as page:
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#site")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        expect(page.get_by_role("radio", name="Adult patient")).to_be_checked()
        settled(page)
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        expect(page.locator("#open")).to_be_visible(timeout=WAIT)
        expect(page.locator("input[name=locale]:checked")).to_be_focused()


# What the script does


def test_forms_that_do_not_exist_go_away_when_the_reader_is_chosen(browser: Browser, desks: dict[str, str]) -> None:
    with visit(browser, f"{desks['en-GB']}?{FULL}") as page:
        assert page.locator("input[name=form]").count() == 10
        page.get_by_role("radio", name="Nurse", exact=True).check()
        expect(page.locator("input[name=form]")).to_have_count(2, timeout=WAIT)
        expect(page.get_by_role("radio", name="Nurse's sheet")).to_be_checked()
        expect(page.locator("#dates")).to_be_hidden()


def test_dates_are_there_only_for_forms_with_a_page_for_them_and_what_was_typed_stays(browser: Browser, desks: dict[str, str]) -> None:
    with visit(browser, f"{desks['en-GB']}?{FULL}{DATES}") as page:
        choose(page, "Fridge card")
        expect(page.locator("#dates")).to_be_hidden()
        settled(page)
        expect(page.locator("#answer-name")).to_be_visible()
        assert page.locator(".plan").count() == 0 and page.locator(".summary").count() == 0
        choose(page, "A5 booklet")
        expect(page.locator("#bags")).to_have_value("3,4")
        expect(page.locator(".plan")).to_be_visible(timeout=WAIT)


def test_what_was_shown_for_an_older_choice_cannot_be_opened(browser: Browser, desks: dict[str, str]) -> None:
    with visit(browser, f"{desks['en-GB']}?{FULL}{DATES}") as page:
        page.locator("#bags").fill("7")
        assert page.locator(".answer").evaluate("answer => answer.inert")
        settled(page)
        assert "bags=7" in str(page.locator("#open").get_attribute("href"))
        page.locator("#bags").fill("3,4")
        page.locator("#bags").fill("7")
        settled(page)


def test_who_is_still_typing_is_not_told_that_it_is_wrong(browser: Browser, desks: dict[str, str]) -> None:
    with visit(browser, f"{desks['en-GB']}?{FULL}{DATES}") as page:
        page.locator("#bags").fill("3,")
        page.wait_for_timeout(1500)
        assert page.locator("#error-bags").inner_text() == "" and page.locator(".summary").count() == 0
        page.keyboard.press("Tab")
        expect(page.locator("#error-bags")).to_contain_text("Look at how long each bag lasts.")
        expect(page.locator("#bags")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#said")).to_contain_text("Look at how long each bag lasts.")
        page.locator("#bags").fill("3,4")
        expect(page.locator(".plan")).to_be_visible(timeout=WAIT)
        assert page.locator("#bags").get_attribute("aria-invalid") is None


def test_a_form_that_is_sent_puts_the_focus_on_what_came_of_it(browser: Browser, desks: dict[str, str]) -> None:
    with visit(browser, f"{desks['en-GB']}?{FULL}{DATES}") as page:
        send = page.get_by_role("button", name="Show the first page")
        send.click()
        expect(page.locator(".answer")).to_be_focused(timeout=WAIT)
        page.locator("#bags").fill("5")
        send.click()
        expect(page.locator(".summary")).to_be_focused(timeout=WAIT)
        page.get_by_role("link", name="Look at how long each bag lasts.").click()
        expect(page.locator("#bags")).to_be_focused()


def test_a_desk_that_is_closed_is_told_and_nothing_can_be_opened(browser: Browser, tmp_path: Path) -> None:
    with serve(tmp_path, "en-GB") as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}?{FULL}")
        expect(page.locator("#open")).to_be_visible()
    choose(page, "Fridge card")
    expect(page.locator("#lost")).to_be_visible(timeout=WAIT)
    expect(page.locator("#open")).to_have_count(0)
    context.close()


def test_the_browser_keeps_nothing(browser: Browser, desks: dict[str, str]) -> None:
    with visit(browser, f"{desks['en-GB']}?{FULL}{DATES}") as page:
        choose(page, "A5 booklet")
        settled(page)
        kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
        assert kept == [0, 0, ""] and page.context.cookies() == []


# For everybody


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("staff", ["en-GB", "ar"])
def test_axe_finds_nothing(
    browser: Browser, desks: dict[str, str], staff: str, scheme: Literal["light", "dark"], width: int, name: str
) -> None:
    words, seen = PAGES[name]
    with visit(browser, f"{desks[staff]}?{words}", width, scheme) as page:
        assert page.locator(seen).count() == 1
        assert violations(page) == []
        assert not is_too_wide(page)


@pytest.mark.parametrize("staff", ["en-GB", "ar"])
@pytest.mark.parametrize("name", ["dated", "wrong"])
def test_every_control_is_as_large_as_a_finger(browser: Browser, desks: dict[str, str], staff: str, name: str) -> None:
    with visit(browser, f"{desks[staff]}?{PAGES[name][0]}", 320) as page:
        assert too_small(page) == []


def test_the_form_stands_beside_its_answer_where_there_is_room(browser: Browser, desks: dict[str, str]) -> None:
    def place(width: int, staff: str) -> tuple[bool, bool]:
        with visit(browser, f"{desks[staff]}?{FULL}{DATES}", width) as page:
            form, answer = page.locator("form").bounding_box(), page.locator(".answer").bounding_box()
            assert form and answer
            return answer["x"] > form["x"] + form["width"] - 1, answer["y"] > form["y"] + form["height"] - 1

    assert place(1280, "en-GB") == (True, False)
    assert place(375, "en-GB") == (False, True)
    assert place(1280, "ar") == (False, False), "the form is on the right"


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_for_those_who_asked_for_that(
    browser: Browser, desks: dict[str, str], motion: Literal["reduce", "no-preference"], moves: bool
) -> None:
    with visit(browser, desks["en-GB"], reduced_motion=motion) as page:
        assert (page.locator(".bar").evaluate("bar => getComputedStyle(bar).animationName") != "none") is moves
