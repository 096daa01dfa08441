"""A real headless Chromium for the tests of what people see on a screen, and axe-core, which measures how well it can be used.

Each browser takes seconds, so these tests run with `--long`, as CI does. What is not installed skips them, and says so.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from workshop import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome")
AXE = ROOT / ".ci" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 AA with all before it, and what axe-core's makers add from experience.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a browser loads to show a PDF comes from itself.
OWN = ("chrome:", "chrome-extension:", "data:", "blob:", "about:")
LEFT = "net::ERR_ABORTED"  # a picture that was on its way when the person went to another page
SMALLEST = 44  # CSS pixels each way: a finger, or a hand that shakes (WCAG 2.2, 2.5.5)

# The words of every control that is smaller, but for links within a sentence. A pixel belongs to a control if a click there reaches it.
SMALL = """smallest => [...document.querySelectorAll("a[href], button, input, select, summary")]
  .filter((control) => control.checkVisibility() && !control.closest(".do, .skip"))
  .filter((control) => {
    control.scrollIntoView({ block: "center", behavior: "instant" });
    const own = control.closest("label") || control, box = own.getBoundingClientRect();
    const reach = (dx, dy) => {
      let far = 0;
      const at = () => document.elementFromPoint(box.x + box.width / 2 + dx * far, box.y + box.height / 2 + dy * far);
      while (far < smallest && own.contains(at())) far += 2;
      return far;
    };
    return Math.min(reach(0, -1) + reach(0, 1), reach(-1, 0) + reach(1, 0)) - 1 < smallest;
  }).map((control) => control.innerText || control.id || control.outerHTML)"""


def find_chromium() -> str:
    """The browser's program, or ""."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def find_axe() -> Path | None:
    """axe-core: where AXE_CORE says, or where `npm ci --prefix .ci` puts it."""
    path = Path(os.environ.get("AXE_CORE", AXE))
    return path if path.is_file() else None


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """The browser, for as long as a module's tests need it. Skips them where there is none."""
    program = find_chromium()
    if not program:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@contextmanager
def visit(
    browser: Browser, address: str, width: int = 1280, scheme: Literal["light", "dark"] = "light", before: str = "", **more: Any
) -> Iterator[Page]:
    """A page as a person has it who was never here before. At the end: nothing was logged, and nothing was fetched from elsewhere.

    `before` is a script that runs before those of the page; `more` goes to Playwright's `new_context`.
    """
    noted: list[str] = []

    def note(what: str, is_wrong: bool) -> None:
        if is_wrong:
            noted.append(what)

    home = address.partition("://")[0] + "://" + address.partition("://")[2].partition("/")[0]
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, **more)
    if before:
        context.add_init_script(before)
    context.on("console", lambda message: noted.append(f"console: {message.text}"))
    context.on("weberror", lambda error: noted.append(f"error: {error.error}"))
    context.on("requestfailed", lambda request: note(f"failed: {request.url}", request.failure != LEFT))
    context.on("request", lambda request: note(f"fetched: {request.url}", not request.url.startswith((home, *OWN))))
    try:
        page = context.new_page()
        page.goto(address)
        yield page
        assert noted == []
    finally:
        context.close()


def address_of(path: Path) -> str:
    """As after a double click."""
    return path.resolve().as_uri()


def open_all(page: Page) -> None:
    """Shows what stands behind a button."""
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong, each with the first place. Skips where axe-core is not installed."""
    axe = find_axe()
    if axe is None:
        pytest.skip("no axe-core: `npm ci --prefix .ci` installs it, or AXE_CORE names the file")
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", TAGS)
    assert found["passes"], "axe-core looked at nothing"
    return [f"{row['id']}: {row['help']}: {row['nodes'][0]['html']}" for row in found["violations"]]


def too_small(page: Page) -> list[str]:
    """The controls that are smaller than a finger, by their words."""
    return list(page.evaluate(SMALL, SMALLEST))


def is_too_wide(page: Page) -> bool:
    """Whether one must scroll sideways to read."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
