"""The canary: WeasyPrint's box tree is private and may change with any version. If one of these fails, nothing else may be believed.

Each test lays out a few lines of HTML whose place on the paper is known.
"""

from typing import Any

import pytest

from packbuilder.boxes import Run, collect_panels, collect_runs, page_sizes
from packbuilder.printer import Press, lay_out

HEAD = (
    "<style>@page { size: 100mm 100mm !important; margin: 10mm !important; @top-center { content: element(head) !important } }"
    " body { margin: 0 !important; font: 10pt/1 'Atkinson Hyperlegible Next' !important } p { margin: 0 !important }"
    " .head { position: running(head) }</style>"
)
MM = 72 / 25.4  # points to a millimetre


def laid_out(body: str, press: Press) -> tuple[Any, Any]:
    document, tree, problems = lay_out(f"<html lang=en><head><title>x</title>{HEAD}</head><body>{body}</body></html>", press, "canary")
    assert problems == ()
    return document, tree


def runs(body: str, press: Press) -> list[Run]:
    return [run for run in collect_runs(laid_out(body, press)[0]) if run.text.strip() or not run.is_text]


def test_the_size_of_a_page_is_in_points(press: Press) -> None:
    [size] = page_sizes(laid_out("<p>One</p>", press)[0])
    assert size == pytest.approx((100 * MM, 100 * MM))


def test_a_word_stands_where_it_was_put(press: Press) -> None:
    [run] = runs("<p>One</p>", press)
    assert (run.page, run.text, run.turned, run.is_text, run.in_margin) == (1, "One", False, True, False)
    assert (run.left, run.top) == pytest.approx((10 * MM, 10 * MM))
    assert 10 < run.right - run.left < 25 and run.bottom - run.top == pytest.approx(10, abs=5)


def test_words_come_in_the_order_of_the_text_page_by_page(press: Press) -> None:
    found = runs('<p>One <b>two</b></p><p style="break-before: page">Three</p>', press)
    assert [(run.page, run.text.strip()) for run in found] == [(1, "One"), (1, "two"), (2, "Three")]


def test_a_word_belongs_to_its_element(press: Press) -> None:
    document, tree = laid_out("<p>One <b>two</b></p>", press)
    tags = {id(element): element.tag for element in tree.iter()}
    assert [tags[run.element] for run in collect_runs(document) if run.text.strip()] == ["p", "b"]


def test_words_of_the_style_sheet_belong_to_no_element(press: Press) -> None:
    found = runs('<style>p::before { content: "→" }</style><ul><li>One</li></ul><p>Two</p>', press)
    assert {run.text: bool(run.element) for run in found if run.text in ("One", "Two", "→")} == {"One": True, "Two": True, "→": False}


def test_a_running_head_is_in_the_margin_of_every_page(press: Press) -> None:
    found = runs('<div class="head">Head</div><p>One</p><p style="break-before: page">Two</p>', press)
    assert [(run.page, run.in_margin) for run in found if run.text == "Head"] == [(1, True), (2, True)]
    assert not any(run.in_margin for run in found if run.text != "Head")


def test_a_picture_is_a_run_without_words(press: Press) -> None:
    source = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='40' height='20'/>"
    [run] = runs(f'<img alt="x" src="{source}" style="display: block; width: 20mm; height: 10mm">', press)
    assert not run.is_text and run.text == ""
    assert (run.right - run.left, run.bottom - run.top) == pytest.approx((20 * MM, 10 * MM))


def test_an_icon_is_a_run_without_words(press: Press) -> None:
    icon, words = runs('<p><span class="icon" style="display: inline-block; width: 5mm; height: 5mm"></span>One</p>', press)
    assert (icon.is_text, icon.text, words.text) == (False, "", "One")
    assert (icon.right - icon.left, icon.bottom - icon.top) == pytest.approx((5 * MM, 5 * MM))


TURNED = '<div style="position: absolute; left: 0; top: 0; width: 40mm; height: 20mm; transform: rotate(180deg)">{}</div>'


def test_a_turned_word_stands_at_the_other_end_of_its_box(press: Press) -> None:
    [run] = runs(TURNED.format("<p>One</p>"), press)
    assert run.turned
    assert (run.right, run.bottom) == pytest.approx((50 * MM, 30 * MM))


def test_a_panel_is_found_with_its_place_and_its_elements(press: Press) -> None:
    panel = '<div class="panel panel-front" style="width: 40mm !important; height: 20mm !important; padding: 0; {}"><p>One</p></div>'
    for body, turned in ((panel.format(""), False), (TURNED.format(panel.format("")), True)):
        document, _ = laid_out(body, press)
        [frame] = collect_panels(document)
        assert (frame.page, frame.name) == (1, "front")
        assert (frame.left, frame.top, frame.right, frame.bottom) == pytest.approx((10 * MM, 10 * MM, 50 * MM, 30 * MM))
        [run] = [run for run in collect_runs(document) if run.text.strip()]
        assert run.turned is turned and run.element in frame.elements


def test_a_line_that_is_thrown_away_is_not_in_the_tree(press: Press) -> None:
    found = runs('<p style="width: 8mm; max-lines: 1; continue: discard">One two three</p>', press)
    assert "three" not in " ".join(run.text for run in found)


def test_text_on_a_right_to_left_page_keeps_its_letters(press: Press) -> None:
    found = runs('<div dir="rtl">before <bdi dir="ltr">020 7946 0123</bdi> after</div>', press)
    assert "020 7946 0123" in [run.text for run in found]
    number = next(run for run in found if run.text == "020 7946 0123")
    before = next(run for run in found if "before" in run.text)
    assert before.left > number.left, "the first word of such a line stands on the right"
