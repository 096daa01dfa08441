"""The front page and the steps before cycle 1 in a real browser, opened from a folder as a nurse opens them."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
from browser import address_of, is_too_wide, open_all, open_chromium, too_small, violations, visit
from frontpages import write_folder
from playwright.sync_api import Browser, Page, expect

from packbuilder.language import pseudo_translate

Scheme = Literal["light", "dark"]
PAGES = ("index.html", "before-cycle-1.html")
SPANISH_PARENTS = "Open Pack, Parent of a child, Spanish, Alder Hospital"


@pytest.fixture(scope="module")
def chromium(takes_long: None) -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same prints twice: for English staff, and for Arabic staff with words 40 % longer."""
    folders = {lang: tmp_path_factory.mktemp(lang) for lang in ("en", "ar")}
    write_folder(folders["en"])
    write_folder(folders["ar"], "ar", pseudo_translate)
    return folders


@pytest.fixture
def page(chromium: Browser, folders: dict[str, Path]) -> Iterator[Page]:
    """The English front page, on a computer that never showed it."""
    with visit(chromium, address_of(folders["en"] / "index.html")) as page:
        yield page


def shown(page: Page) -> list[str]:
    """The tiles that can be seen, by their headings."""
    return [" ".join(text.split()) for text in page.locator(".tile:visible h4").all_inner_texts()]


def count(page: Page) -> str:
    return " ".join(page.get_by_role("status").inner_text().split())


def choose(page: Page, *names: str) -> None:
    for name in names:
        page.locator(".chips label", has_text=name).click()


# Finding and opening


@pytest.mark.parametrize(
    "words", ["span parent", "español parent", "ESPANOL  Parent", "es parent", "parent spanish alder", "ALD-BLIN-PARENT-es"]
)
def test_the_spanish_parent_pack_is_found_by_typing(page: Page, words: str) -> None:
    page.get_by_role("searchbox").press_sequentially(words)
    assert shown(page) == ["Parent of a child español Spanish"]
    assert count(page) == "Packs shown: 1 / 21"


def test_the_pack_that_was_found_opens(page: Page) -> None:
    page.get_by_role("searchbox").press_sequentially("span parent")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=SPANISH_PARENTS)).to_be_focused()
    with page.expect_request(lambda request: request.url.endswith(".pdf")) as found:
        page.keyboard.press("Enter")
    assert found.value.url.endswith("/alder-gb/es/blinatumomab-parent-es.pdf")
    assert Path(found.value.url.removeprefix("file://")).read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("العربية nurse", 2),
        ("عربية nurse", 2),
        ("简体 nurse", 1),
        ("polski nurse", 1),
        ("nurse cedar", 2),
        ("approved nurse", 2),
        ("", 21),
    ],
)
def test_other_scripts_hospitals_and_states_are_found_too(page: Page, words: str, expected: int) -> None:
    page.get_by_role("searchbox").fill(words)
    assert len(shown(page)) == expected
    assert count(page) == f"Packs shown: {expected} / 21"


def test_a_form_that_is_asked_for_by_name_is_not_behind_a_button(page: Page) -> None:
    fridge = page.get_by_role("link", name="Fridge card Adult patient, Polish, Alder Hospital", exact=True)
    expect(fridge).not_to_be_visible()
    page.get_by_role("searchbox").fill("fridge")
    expect(fridge).to_be_visible()


def test_two_choices_leave_one_pack_with_all_its_forms(page: Page) -> None:
    choose(page, "Parent of a child", "español")
    assert shown(page) == ["Parent of a child español Spanish"]
    expect(page.get_by_role("link", name="Large print Parent of a child, Spanish, Alder Hospital", exact=True)).to_be_visible()
    page.get_by_role("button", name="Show all packs").click()
    assert count(page) == "Packs shown: 21 / 21"


def test_the_hospital_can_be_chosen(page: Page) -> None:
    page.get_by_label("Which hospital?").select_option("Cedar Clinic")
    assert len(shown(page)) == 6
    expect(page.get_by_role("heading", name="Alder Hospital")).not_to_be_visible()


def test_nothing_found_says_what_to_do(page: Page) -> None:
    page.get_by_role("searchbox").fill("klingon")
    assert count(page) == "Packs shown: 0 / 21"
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    expect(page.get_by_text("Alder Hospital: 020 7946 0160")).to_be_visible()
    page.locator("#nothing").get_by_role("button", name="Show all packs").click()
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert len(shown(page)) == 21


def test_every_link_has_a_name_of_its_own(page: Page) -> None:
    open_all(page)
    names = page.locator("main a:visible").evaluate_all("links => links.map((link) => link.textContent + link.pathname.slice(-3))")
    assert len(names) > 250
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_card_for_the_phone_can_be_read_as_text(page: Page) -> None:
    choose(page, "Adult patient", "español")
    page.locator(".phone summary:visible").click()
    expect(page.get_by_role("img", name="The card for the phone. All its words follow.")).to_be_visible()
    words = page.locator("figcaption:visible")
    assert words.inner_text().split("\n") == ["Llame al 020 7946 0123", "No lave la vía"]
    assert words.get_attribute("lang") == "es"


# Remembering


def test_the_last_language_is_remembered_and_can_be_seen_to_be(page: Page) -> None:
    choose(page, "polski")
    page.reload()
    expect(page.get_by_role("radio", name="polski Polish")).to_be_checked()
    assert count(page) == "Packs shown: 3 / 21"
    page.get_by_role("button", name="Show all packs").click()
    page.reload()
    assert count(page) == "Packs shown: 21 / 21"


def test_a_language_that_is_gone_is_forgotten(page: Page) -> None:
    page.evaluate("localStorage.setItem('blinatumomab-packs.language', 'tlh')")
    page.reload()
    expect(page.get_by_role("radio", name="All languages")).to_be_checked()
    assert count(page) == "Packs shown: 21 / 21"


def test_a_browser_that_keeps_nothing_finds_all_the_same(chromium: Browser, folders: dict[str, Path]) -> None:
    refuse = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    with visit(chromium, address_of(folders["en"] / "index.html"), before=refuse) as page:
        choose(page, "polski")
        assert count(page) == "Packs shown: 3 / 21"


def test_without_javascript_every_pack_is_there(chromium: Browser, folders: dict[str, Path]) -> None:
    with visit(chromium, address_of(folders["en"] / "index.html"), java_script_enabled=False) as page:
        assert len(shown(page)) == 21
        expect(page.get_by_role("searchbox")).not_to_be_visible()
        expect(page.get_by_role("button", name="Show all packs")).to_have_count(0)
        page.get_by_role("link", name="polski · Polish").click()
        expect(page.locator("#site-alder-gb-pl")).to_be_in_viewport()
        page.get_by_text("More forms: 9").first.click()
        expect(page.get_by_role("link", name="Large print Adult patient, English, Alder Hospital", exact=True)).to_be_visible()


# Printing


@pytest.mark.parametrize("words", ["", "span parent"])
def test_on_paper_stands_the_list_of_all_packs_whatever_is_chosen(page: Page, words: str) -> None:
    page.get_by_role("searchbox").fill(words)
    page.emulate_media(media="print")
    rows = page.locator("tbody tr:visible")
    assert rows.count() == page.locator("tbody tr").count() > 150
    assert rows.filter(has_text="ALD-BLIN-PARENT-es").count() == 20 / 2
    assert page.locator("main, header, footer, img").locator("visible=true").count() == 0


def test_the_list_on_paper_is_black_on_white_on_a_dark_screen_too(chromium: Browser, folders: dict[str, Path]) -> None:
    with visit(chromium, address_of(folders["en"] / "index.html"), scheme="dark") as page:
        screen = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.emulate_media(media="print", color_scheme="dark")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (screen, paper) == ("rgb(16, 25, 28)", "rgb(255, 255, 255)")


def test_print_opens_the_file_where_a_browser_may_not_print_it(page: Page) -> None:
    choose(page, "Parent of a child", "español")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Print Pack, Parent of a child, Spanish, Alder Hospital").click()
    assert opened.value.url.endswith("/alder-gb/es/blinatumomab-parent-es.pdf")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def web(folders: dict[str, Path]) -> Iterator[str]:
    """The same folder as a hospital's own web pages."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folders["en"]))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


def test_print_asks_the_browser_where_it_may(chromium: Browser, web: str) -> None:
    """Headless there is no window to print in, so the browser's own `print` only says that it was asked."""
    ask = "window.print = () => { top.postMessage('printed', '*'); };"
    with visit(chromium, web, before=ask) as page:
        page.evaluate("window.addEventListener('message', (event) => { document.title = event.data; })")
        choose(page, "Parent of a child", "español")
        page.get_by_role("link", name="Print Pack, Parent of a child, Spanish, Alder Hospital").click()
        expect(page).to_have_title("printed")
        assert page.locator("#printing").get_attribute("src") == web.replace("index.html", "alder-gb/es/blinatumomab-parent-es.pdf")


# For everybody


def test_the_page_can_be_walked_with_the_keyboard_alone(page: Page) -> None:
    def tab() -> str:
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const style = getComputedStyle(document.activeElement.matches('[type=radio]') ?"
            " document.activeElement.nextElementSibling : document.activeElement); return style.outlineStyle + style.outlineWidth; })()"
        )
        assert seen == "solid3px"
        return " ".join(
            str(page.evaluate("document.activeElement.textContent || document.activeElement.value || document.activeElement.id")).split()
        )

    assert tab() == "Skip to the packs"
    assert tab() == "find"
    assert tab().startswith("All hospitals")
    tab()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Parent of a child")).to_be_checked()
    tab()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="español Spanish")).to_be_checked()
    assert tab() == "Show all packs"
    assert tab() == "What to do before cycle 1 Alder Hospital"
    assert tab() == SPANISH_PARENTS
    assert tab() == SPANISH_PARENTS.replace("Open", "Print")
    assert tab().startswith("Wallet card Parent of a child")


def test_the_link_at_the_top_leads_to_the_packs(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "packs"


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(chromium: Browser, folders: dict[str, Path], width: int, scheme: Scheme, name: str, lang: str) -> None:
    with visit(chromium, address_of(folders[lang] / name), width, scheme) as page:
        open_all(page)
        assert violations(page) == []


def test_axe_finds_nothing_in_one_pack_and_in_none(page: Page) -> None:
    choose(page, "Adult patient", "العربية")
    page.get_by_label("Which hospital?").select_option("Cedar Clinic")
    assert len(shown(page)) == 1 and violations(page) == []
    page.get_by_role("searchbox").fill("klingon")
    assert len(shown(page)) == 0 and violations(page) == []


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("name", PAGES)
def test_nobody_scrolls_sideways_and_a_finger_hits_everything(chromium: Browser, folders: dict[str, Path], name: str, lang: str) -> None:
    with visit(chromium, address_of(folders[lang] / name), 320) as page:
        open_all(page)
        assert not is_too_wide(page)
        # Tiles are alike: one of each direction is enough to press every button of.
        page.evaluate("document.querySelectorAll('.tile:not([data-language=en], [data-language=ar])').forEach((tile) => tile.remove())")
        assert too_small(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_no_words_are_small_or_slanted(chromium: Browser, folders: dict[str, Path], name: str) -> None:
    with visit(chromium, address_of(folders["en"] / name)) as page:
        open_all(page)
        faces = page.evaluate(
            "[...document.querySelectorAll('body *')].filter((part) => part.checkVisibility() && part.innerText)"
            ".map((part) => getComputedStyle(part)).map((style) => [parseFloat(style.fontSize), style.fontStyle])"
        )
    assert len(faces) > 20
    assert min(size for size, _ in faces) >= 16 and {slant for _, slant in faces} == {"normal"}


def test_a_tile_runs_in_the_direction_of_its_language_and_its_words_in_theirs(chromium: Browser, folders: dict[str, Path]) -> None:
    for lang, tile_language in (("en", "ar"), ("ar", "es")):
        with visit(chromium, address_of(folders[lang] / "index.html")) as page:
            tile = page.locator(f".tile[data-language={tile_language}]").first
            picture, reader, own = (tile.locator(name).bounding_box() for name in (".picture", ".reader", ".tongue"))
            assert picture and reader and own
            to_the_right = picture["x"] > reader["x"]
            assert to_the_right is (tile_language == "ar")
            heading = tile.locator("h4").evaluate("part => getComputedStyle(part).direction")
            assert heading == ("rtl" if lang == "ar" else "ltr")


def test_with_the_systems_own_colours_the_choice_and_the_state_can_still_be_seen(chromium: Browser, folders: dict[str, Path]) -> None:
    with visit(chromium, address_of(folders["en"] / "index.html"), forced_colors="active") as page:
        choose(page, "polski")
        colours = page.locator(".language-of .chip").evaluate_all("chips => chips.map((chip) => getComputedStyle(chip).backgroundColor)")
        marks = page.locator(".tile .mark").evaluate_all("marks => marks.map((mark) => getComputedStyle(mark).borderTopStyle)")
    assert len(set(colours)) == 2 and colours.count(max(colours, key=colours.count)) == len(colours) - 1
    assert {"solid", "dashed"} <= set(marks)


def test_who_wants_no_movement_gets_none(chromium: Browser, folders: dict[str, Path]) -> None:
    for wish, expected in (("reduce", "auto"), ("no-preference", "smooth")):
        with visit(chromium, address_of(folders["en"] / "index.html"), reduced_motion=wish) as page:
            assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == expected


# Before cycle 1


def test_the_steps_of_a_hospital_stand_alone_when_asked_for(page: Page) -> None:
    """Each step is waited for: a page that a link has led to is still being read when its first words are there."""
    named = page.locator("main section:visible h2")
    page.get_by_role("link", name="What to do before cycle 1 Cedar Clinic").click()
    expect(page.get_by_role("heading", level=1, name="Before the first cycle")).to_be_visible()
    expect(named).to_have_text(["Cedar Clinic"])
    expect(page.get_by_role("link", name="(202) 555-0160")).to_be_visible()
    page.get_by_role("link", name="Alder Hospital").click()
    expect(named).to_have_text(["Alder Hospital"])
    page.get_by_role("link", name="All packs").click()
    expect(page.locator(".tile:visible")).to_have_count(21)


def test_steps_are_counted_through_and_get_boxes_on_paper(chromium: Browser, folders: dict[str, Path]) -> None:
    with visit(chromium, address_of(folders["en"] / "before-cycle-1.html") + "#site-alder-gb") as page:
        starts = page.locator("section:visible ol").evaluate_all("lists => lists.map((list) => list.start)")
        assert starts == [1, 3]
        box = "items => items.map((item) => getComputedStyle(item, '::after')).map((style) => style.content + style.borderTopStyle)"
        assert set(page.locator("section:visible ol > li").evaluate_all(box)) == {"nonenone"}
        page.emulate_media(media="print")
        assert set(page.locator("section:visible ol > li").evaluate_all(box)) == {'""solid'}
