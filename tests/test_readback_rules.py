"""The rules of the read-back on hand-made pages: where each begins and ends, and what it says. Prints stand in `test_readback.py`."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Comment, Element, fromstring

import pikepdf
import pytest
from workshop import make_real, plan, small_site

from packbuilder import readback
from packbuilder.boxes import Frame, Run
from packbuilder.imposition import impose
from packbuilder.model import Format, Kind, Manuscript, PrintedFact
from packbuilder.printer import Proof
from packbuilder.readback import (
    SLACK,
    Finding,
    Glyph,
    check_collisions,
    check_edges,
    check_facts,
    check_fonts,
    check_marks,
    check_presence,
    check_words,
    face_brackets,
    fact_elements,
    is_one_page,
    normal_name,
    page_widths,
    pages_of_section,
    read_back,
    read_back_booklet,
    read_glyphs,
    read_run,
)

A4 = (595.0, 842.0)
LEAST = 0.01  # pt: beyond a limit by so much is beyond it
PIECE = Run(1, 0, "Call us", 100.0, 100.0, 200.0, 120.0, turned=False, is_text=True, in_margin=False)
PHONE = "020 7946 0123"
FACTS = {
    "phone_24h": PrintedFact("phone_24h", ((PHONE, True),)),
    "emergency_number": PrintedFact("emergency_number", (("999", True),)),
    "rule": PrintedFact("rule", (("above ", False), ("38 °C (100.4 °F)", True), (" for ", False), ("2 h", True))),
}


def run(text: str = "Call us", **changes: Any) -> Run:
    return replace(PIECE, text=text, **changes)


def picture(**changes: Any) -> Run:
    return replace(PIECE, text="", is_text=False, **changes)


def page(body: str) -> Element:
    return fromstring(f"<html><head><title>Never printed</title></head><body>{body}</body></html>")


def print_whole(tree: Element, first: float = 100.0) -> list[Run]:
    """Each element's own words, one below the other."""
    body = next(element for element in tree if element.tag == "body")
    found: list[Run] = []
    for element in body.iter():
        words = (element.text or "") + "".join(child.tail or "" for child in element)
        if isinstance(element.tag, str) and words.strip():
            top = first + 30.0 * len(found)
            found.append(run(words, element=id(element), top=top, bottom=top + 20.0))
    return found


# Words


def test_words_that_are_all_there_are_let_through_also_when_they_come_again() -> None:
    tree = page("<p>Call <b>us</b> now</p><p> </p>")
    printed = print_whole(tree)
    assert [one.text for one in printed] == ["Call  now", "us"]
    assert check_words(tree, printed) == []
    assert check_words(tree, printed * 3) == [], "the head of a table comes again on each page"
    pieces = [replace(printed[0], text="Call "), picture(element=printed[0].element), replace(printed[0], text=" now"), printed[1]]
    assert check_words(tree, pieces) == [], "a line is broken where it likes"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ([], ["Call", "us"]),
        (["Call  now"], ["us"]),
        (["us"], ["Call"]),
        (["Call", "us"], ["Call"]),
        (["Call  nowCall", "us"], ["Call"]),
        (["now Call", "us"], ["Call"]),
        (["Call  nww", "us"], ["Call"]),
        (["Call  not now", "us"], ["Call"]),
    ],
)
def test_words_that_are_lost_changed_or_added_are_named(printed: list[str], said: list[str]) -> None:
    tree = page("<p>Call <b>us</b> now</p>")
    runs = [run(text, element=one.element) for one, text in zip(reversed_to_fit(print_whole(tree), printed), printed, strict=True)]
    lost = "a part of this text is not on the paper: "
    assert check_words(tree, runs) == [("LOST_WORDS", f"{lost}{words!r}", "give it more room") for words in said]


def reversed_to_fit(runs: list[Run], texts: list[str]) -> list[Run]:
    return runs[1:] if texts == ["us"] else runs[: len(texts)]


def test_a_long_text_that_is_lost_is_named_by_its_start() -> None:
    words = "Call us at once and stay where you are, for somebody will be with you soon, and will stay for the night"
    start = "a part of this text is not on the paper: "
    assert check_words(page(f"<p>{words}</p>"), [])[0][1] == f"{start}{words[:60]!r}"
    assert check_words(page(f"<p><b/>{words}</p>"), [])[0][1] == f"{start}{words.replace(' ', '')[:60]!r}", "words behind an element"


def test_words_of_another_element_or_of_no_element_count_for_nothing() -> None:
    tree = page("<p>Call</p><p>Call</p>")
    first = print_whole(tree)[0]
    assert len(check_words(tree, [first, first])) == 1
    assert len(check_words(tree, [first, run("Call", element=0)])) == 1


def test_a_comment_and_a_picture_carry_no_words() -> None:
    tree = page("<p>Call</p>")
    next(element for element in tree if element.tag == "body").append(Comment("nobody prints this"))
    printed = print_whole(tree)
    assert check_words(tree, printed) == []
    assert check_words(tree, [replace(printed[0], is_text=False)]) != [], "a picture of a word is no word"


# Edges


@pytest.mark.parametrize(
    ("side", "at", "step"),
    [("left", 0.0, -1), ("top", 0.0, -1), ("right", A4[0], 1), ("bottom", A4[1], 1)],
)
def test_nothing_passes_a_side_of_its_page(side: str, at: float, step: int) -> None:
    wide = run(left=10.0, top=10.0, right=500.0, bottom=800.0)
    assert check_edges([replace(wide, **{side: at + step * SLACK})], [A4]) == []
    found = check_edges([replace(wide, **{side: at + step * 14.4})], [A4])
    assert found == [("PAST_PAGE", "page 1: 'Call us' passes the edge by 5.1 mm", "shorten it")]
    assert len(check_edges([replace(wide, **{side: at + step * (SLACK + LEAST)})], [A4])) == 1


def test_each_page_has_its_own_size() -> None:
    low = run(top=780.0, bottom=800.0, page=2)
    assert check_edges([low], [(595.0, 400.0), A4]) == []
    [found] = check_edges([replace(low, text="", is_text=False)], [A4, (595.0, 400.0)])
    assert found[1] == "page 2: 'a picture' passes the edge by 141.1 mm"


def test_nothing_is_hidden_by_a_box_around_it() -> None:
    assert check_edges([run(cut=SLACK)], [A4]) == []
    assert check_edges([run(cut=SLACK + LEAST), picture(cut=14.4)], [A4]) == [
        ("CUT_OFF", "page 1: 'Call us' is hidden by 0.3 mm", "give it more room"),
        ("CUT_OFF", "page 1: 'a picture' is hidden by 5.1 mm", "give it more room"),
    ]


# Collisions


def test_two_texts_on_one_place_are_named_by_their_start() -> None:
    long = " A sentence that goes on and on for ever and ever "
    assert check_collisions([run(long), run("Two")]) == [
        ("COLLISION", f"page 1: {long.strip()[:30]!r} and 'Two' lie on top of each other", "give them more room")
    ]
    assert check_collisions([run(), picture()]) == [
        ("COLLISION", "page 1: 'Call us' and a picture lie on top of each other", "give them more room")
    ]


@pytest.mark.parametrize(
    ("changes", "collide"),
    [
        ({}, True),
        ({"page": 2}, False),
        ({"text": "  "}, False),
        ({"left": 200.0 - 2 * SLACK, "right": 300.0}, False),
        ({"left": 200.0 - 2 * SLACK - LEAST, "right": 300.0}, True),
        ({"left": 50.0, "right": 100.0 + 2 * SLACK}, False),
        ({"left": 50.0, "right": 100.0 + 2 * SLACK + LEAST}, True),
        ({"left": 140.0, "right": 160.0}, True),
        # A line may reach into the line above by 45 of 100 of the lower of the two.
        ({"top": 111.0, "bottom": 131.0}, False),
        ({"top": 110.9, "bottom": 130.9}, True),
        ({"top": 89.0, "bottom": 109.0}, False),
        ({"top": 89.1, "bottom": 109.1}, True),
        ({"top": 115.5, "bottom": 125.5}, False),
        ({"top": 115.4, "bottom": 125.4}, True),
        ({"top": 94.5, "bottom": 104.5}, False),
        ({"top": 94.6, "bottom": 104.6}, True),
        ({"top": 80.0, "bottom": 100.0}, False),
        ({"top": 120.0, "bottom": 140.0}, False),
        ({"top": 104.0, "bottom": 116.0}, True),
    ],
)
def test_lines_may_touch_and_letters_may_not(changes: dict[str, Any], collide: bool) -> None:
    other = run(**{"text": "Two", **changes})
    assert bool(check_collisions([run("One"), other])) == collide
    assert bool(check_collisions([other, run("One")])) == collide


def test_every_pair_of_every_page_is_looked_at() -> None:
    far = run("Far", top=500.0, bottom=520.0)
    pairs = [run("One"), run("Two"), far, replace(far, text="Farther"), run("Three", page=2), run("Four", page=2), run("Five", page=2)]
    said = [message for _, message, _ in check_collisions(pairs)]
    assert [message.partition(" lie")[0] for message in said] == [
        "page 1: 'One' and 'Two'",
        "page 1: 'Far' and 'Farther'",
        "page 2: 'Three' and 'Four'",
        "page 2: 'Three' and 'Five'",
        "page 2: 'Four' and 'Five'",
    ]


def test_a_tall_picture_is_held_against_all_that_stands_beside_it() -> None:
    tall = picture(top=50.0, bottom=700.0)
    others = [run("Beside", left=300.0, right=400.0, top=60.0, bottom=80.0), run("Under", top=600.0, bottom=620.0)]
    assert [message for _, message, _ in check_collisions([*others, tall])] == ["page 1: a picture and 'Under' lie on top of each other"]


# Glyphs


def make_pdf(*pages: tuple[tuple[float, float], str], font: str = "Helvetica") -> bytes:
    """Pages of a size, with a line of 20 pt whose foot is 50 pt above the edge. `|` starts a second line, 100 pt farther right."""
    with pikepdf.new() as document:
        for size, words in pages:
            side = document.add_blank_page(page_size=size)
            face = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(f"/{font}"))
            name = side.add_resource(document.make_indirect(face), pikepdf.Name.Font)
            lines = [f"BT {name} 20 Tf {30 + 100 * at} 50 Td ({text}) Tj ET" for at, text in enumerate(words.split("|"))]
            side.contents_add("\n".join(lines).encode())
        document.Root.Lang = "en"
        data = BytesIO()
        document.save(data)
    return data.getvalue()


def test_glyphs_are_read_with_their_places_from_the_top_left() -> None:
    first, second = read_glyphs(make_pdf((A4, "1 0"), ((300.0, 200.0), "l")))
    assert [glyph.char for glyph in first] == ["1", "0"], "white space is no glyph"
    one, nought = first
    assert 30 < one.left < one.right < nought.left < nought.right < 70
    assert one.middle == pytest.approx(A4[1] - 50 - 7, abs=1), "the middle of a numeral of 14 pt"
    assert second[0].middle == pytest.approx(200 - 50 - 7, abs=1)


def test_the_width_of_each_page_is_known() -> None:
    assert page_widths(make_pdf((A4, "a"), ((300.0, 200.0), "b"))) == [595.0, 300.0]


def glyphs(text: str, left: float = 100.0, middle: float = 110.0, width: float = 10.0) -> list[Glyph]:
    return [Glyph(char, left + width * at, left + width * (at + 1), middle) for at, char in enumerate(text)]


def test_a_rectangle_is_read_as_an_eye_does() -> None:
    row = glyphs("0123")
    assert read_run(reversed(row), 100, 100, 140, 120, False) == "0123"
    assert read_run(row, 100, 100, 140, 120, True) == "3210", "on a panel that is turned"
    assert read_run([*row, *glyphs("99", 140)], 100, 100, 140, 120, False) == "0123", "what stands beside it does not count"


@pytest.mark.parametrize(
    ("left", "middle", "inside"),
    [
        (100 - 5 - SLACK, 110.0, True), (100 - 5 - SLACK - LEAST, 110.0, False),
        (200 - 5 + SLACK, 110.0, True), (200 - 5 + SLACK + LEAST, 110.0, False),
        # The top rim of a line of 25 pt is 3 pt, the lower 1 pt.
        (150.0, 103.0, True), (150.0, 103.0 - LEAST, False), (150.0, 124.0, True), (150.0, 124.0 + LEAST, False),
    ],
)  # fmt: skip
def test_a_glyph_belongs_to_the_line_that_its_middle_stands_in(left: float, middle: float, inside: bool) -> None:
    assert bool(read_run(glyphs("7", left, middle), 100, 100, 200, 125, False)) is inside


# Facts


def test_the_isolated_pieces_of_each_fact_are_found_in_their_order() -> None:
    tree = page('<p data-fact="rule">above <bdi>38</bdi> for <b><bdi>2 h</bdi></b></p><bdi data-fact="phone_24h">020</bdi><bdi>7</bdi>')
    next(element for element in tree if element.tag == "body").append(Comment("x"))
    assert [(piece.text, name, index) for piece, name, index in fact_elements(tree)] == [
        ("38", "rule", 0),
        ("2 h", "rule", 1),
        ("020", "phone_24h", 0),
    ]


def read_facts(body: str, lines: list[tuple[str, str]], turned: bool = False) -> list[Finding]:
    """What is found on a page whose isolated pieces are printed as (element's text, what its glyphs say)."""
    tree = page(body)
    elements = {(element.text or ""): element for element in tree.iter() if element.tag in ("bdi", "a")}
    runs, drawn = [], []
    for number, (text, shown) in enumerate(lines):
        top = 100.0 + 30 * number
        squeezed = shown.replace(" ", "")
        # As a turned panel has it: the runs and their glyphs start on the right.
        runs.append(
            run(text, element=id(elements[text]), top=top, bottom=top + 20, right=100.0 + 10 * max(len(squeezed), 1), turned=turned)
        )
        drawn += glyphs(squeezed[::-1] if turned else squeezed, middle=top + 10)
    return check_facts(tree, runs, [drawn], FACTS)


NUMBER = f'<p>Call <bdi data-fact="phone_24h"><a>{PHONE}</a></bdi></p>'


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("shown", "read"),
    [
        (PHONE, ""),
        ("020 7946 0132", "02079460132"),
        ("020 7946 012", "0207946012"),
        ("020 7946 01233", "020794601233"),
        ("3210 6497 020", "32106497020"),
        ("", ""),
    ],
)
def test_a_number_reads_as_the_manuscript_has_it(shown: str, read: str, turned: bool) -> None:
    wanted = f"page 1: phone_24h must read '02079460123' and reads {read!r}"
    found = [] if shown == PHONE else [("WRONG_FACT", wanted, "report this as a bug")]
    assert read_facts(NUMBER, [(PHONE, shown)], turned) == found


def test_a_number_that_comes_twice_must_be_right_each_time() -> None:
    assert read_facts(NUMBER, [(PHONE, PHONE), (PHONE, PHONE)]) == []
    [(_, message, _)] = read_facts(NUMBER, [(PHONE, PHONE), (PHONE, "020 7946 0124")])
    assert message.endswith("and reads '02079460123 / 02079460124'")


def test_the_pieces_of_a_phrase_are_held_against_the_manuscript_one_by_one() -> None:
    body = '<span data-fact="rule">above <bdi>38 °C (100.4 °F)</bdi> for <bdi>2 h</bdi></span>'
    high = "38 °C (100.4 °F)"
    assert read_facts(body, [(high, high), ("2 h", "2 h")]) == []
    assert read_facts(body, [(high, "38 °C )100.4 °F("), ("2 h", "2 h")]) == [], "PDFium turns brackets"
    assert [message for _, message, _ in read_facts(body, [(high, "2 h"), ("2 h", "38 °C (100.4 °F)")])] == [
        "page 1: rule must read '38°C(100.4°F)' and reads '2h'",
        "page 1: rule must read '2h' and reads '38°C(100.4°F)'",
    ]


def test_a_number_that_the_manuscript_does_not_have_is_named_and_the_rest_is_read_all_the_same() -> None:
    body = '<bdi data-fact="zebra">12</bdi><span data-fact="rule"><bdi>a</bdi><bdi>b</bdi><bdi>c</bdi></span>' + NUMBER
    high = "38 °C (100.4 °F)"
    assert read_facts(body, [("12", "12"), ("a", high), ("b", "2 h"), ("c", "9"), (PHONE, "1")]) == [
        ("WRONG_FACT", "zebra is on the paper and not in the manuscript", "report this as a bug"),
        ("WRONG_FACT", "rule is on the paper and not in the manuscript", "report this as a bug"),
        ("WRONG_FACT", "page 1: phone_24h must read '02079460123' and reads '1'", "report this as a bug"),
    ]


def test_a_number_is_looked_for_on_its_own_page() -> None:
    tree = page(NUMBER)
    element = next(element for element in tree.iter() if element.tag == "a")
    runs = [run(PHONE, element=id(element), page=number, right=210.0) for number in (1, 2)]
    right = glyphs(PHONE.replace(" ", ""))
    assert check_facts(tree, runs, [right, right], FACTS) == []
    assert [message[:6] for _, message, _ in check_facts(tree, runs, [right, []], FACTS)] == ["page 2"]
    assert [message[:6] for _, message, _ in check_facts(tree, runs, [[], right], FACTS)] == ["page 1"]


def test_a_number_in_two_pieces_of_a_line_is_read_as_one_and_over_two_lines_as_two() -> None:
    tree = page(NUMBER)
    element = next(element for element in tree.iter() if element.tag == "a")
    drawn = glyphs(PHONE.replace(" ", ""))
    first = run("020 7946", element=id(element), left=100.0, right=170.0)
    second = run("0123", element=id(element), left=170.0, right=210.0)
    assert check_facts(tree, [first, second, picture(element=id(element), top=300.0, bottom=320.0)], [drawn], FACTS) == []
    assert check_facts(tree, [second, first], [drawn], FACTS) == [], "in whatever order they were laid out"
    for shift, lines in ((0.04, 1), (0.4, 2)):
        found = check_facts(tree, [replace(first, top=100.0 + shift), second], [drawn], FACTS)
        assert len(found) == lines - 1, "lines are told apart by 0.1 pt"
    lower = [*drawn[:7], *glyphs("0123", 170.0, 210.0)]
    [(_, message, _)] = check_facts(tree, [first, replace(second, top=200.0, bottom=220.0)], [lower], FACTS)
    assert message.endswith("and reads '0207946 / 0123'")


@pytest.mark.parametrize(("text", "same"), [("(1)", "((1("), ("[a]", "[[a["), ("1)", "1("), ("a b", "a b")])
def test_brackets_are_read_as_facing_one_way(text: str, same: str) -> None:
    assert face_brackets(text) == same.replace("((", "(", 1).replace("[[", "[", 1)


# What must stand where


Where = dict[str, set[int]]
BLOCK = """<section id="{id}">{facts}</section>"""


def pack_page(*names: str, section: str = "call-now") -> Element:
    return page(
        f'<section id="{section}">' + "".join(f'<p><bdi data-fact="{name}">{name}</bdi></p>' for name in names) + "</section><p>x</p>"
    )


def written(
    kind: Kind = "pack", format_: Format = "standard", audience: str = "adult", has_card: bool = False, **changes: Any
) -> Manuscript:
    edition = plan(make_real(), audience, "en-GB", kind, format_=format_)
    edition = replace(edition, pack=replace(edition.pack, has_card=has_card))
    return replace(Manuscript(edition, "", "", (), {}, {}, {}, ()), **changes)


def presence(
    manuscript: Manuscript,
    tree: Element,
    runs: list[Run],
    monkeypatch: pytest.MonkeyPatch,
    panels: Iterable[Frame] = (),
    pages: int = 1,
) -> list[Finding]:
    document = SimpleNamespace(pages=[None] * pages)
    monkeypatch.setattr(readback, "collect_panels", lambda given: list(panels) if given is document else None)
    monkeypatch.setattr(readback, "collect_runs", lambda given: runs if given is document else None)
    return check_presence(Proof(document, tree, b"", ()), runs, manuscript)


def on_pages(tree: Element, where: Where) -> list[Run]:
    """Runs of the facts of a tree on these pages; all else stands on page one."""
    found = []
    for element in tree.iter():
        for number in where.get(element.get("data-fact", ""), {1}):
            found.append(run(element.text or "", element=id(element), page=number))
    return found


CRITICAL = ("phone_24h", "emergency_number", "call_temperature")
NURSE = ("phone_24h", "call_temperature_adult", "call_temperature_child")


@pytest.mark.parametrize(("audience", "names"), [("adult", CRITICAL), ("parent", CRITICAL), ("nurse", NURSE)])
def test_each_critical_fact_stands_on_page_one(audience: str, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    tree = pack_page(*names)
    manuscript = written(audience=audience)
    assert presence(manuscript, tree, on_pages(tree, {}), monkeypatch) == []
    for name in names:
        lost = ("MISSING_FACT", f"{name} is not on page one", "put it into the call-now block")
        spread = ("CALL_NOW", "the call-now block stands on pages [1, 2], not on page one alone", "shorten it")
        assert presence(manuscript, tree, on_pages(tree, {name: {2}}), monkeypatch) == [lost, spread]
        assert presence(manuscript, tree, on_pages(tree, {name: {1, 2}}), monkeypatch) == [spread]
        assert presence(manuscript, tree, on_pages(tree, {name: set()}), monkeypatch) == [lost]
        assert presence(manuscript, pack_page(*(other for other in names if other != name)), [], monkeypatch)[0:1] != []


@pytest.mark.parametrize("form", ["booklet", "call-now"])
def test_a_form_without_cards_needs_no_panels_though_the_pack_has_them(form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = pack_page(*CRITICAL)
    assert presence(written(format_=form, has_card=True), tree, on_pages(tree, {}), monkeypatch) == []


@pytest.mark.parametrize("form", ["large-print", "booklet"])
def test_in_large_print_only_what_to_dial_for_the_worst_may_stand_on_page_two(form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = pack_page(*CRITICAL)
    manuscript = written(format_=form)
    assert presence(manuscript, tree, on_pages(tree, {}), monkeypatch) == []
    assert presence(manuscript, tree, on_pages(tree, {"emergency_number": {2}}), monkeypatch) == []
    assert codes(presence(manuscript, tree, on_pages(tree, {"emergency_number": {3}}), monkeypatch)) == ["MISSING_FACT", "CALL_NOW"]
    assert codes(presence(manuscript, tree, on_pages(tree, {"phone_24h": {2}}), monkeypatch)) == ["MISSING_FACT"]
    assert codes(presence(manuscript, tree, on_pages(tree, {"call_temperature": {2}}), monkeypatch)) == ["MISSING_FACT"]


def codes(found: list[Finding]) -> list[str]:
    return [code for code, _, _ in found]


def test_the_same_fact_twice_counts_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = pack_page(*CRITICAL, "phone_24h")
    first, second = (element for element in tree.iter() if element.get("data-fact") == "phone_24h")
    runs = [one for one in on_pages(tree, {}) if one.element not in (id(first), id(second))]
    for here, there in ((first, second), (second, first)):
        placed = [*runs, run(element=id(here), page=1), run(element=id(there), page=2)]
        assert codes(presence(written(), tree, placed, monkeypatch)) == ["CALL_NOW"]


def test_a_call_now_block_that_is_not_there_or_not_on_page_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = pack_page(*CRITICAL, section="call-later")
    assert [message for _, message, _ in presence(written(), tree, on_pages(tree, {}), monkeypatch)] == [
        "the call-now block stands on pages [], not on page one alone"
    ]
    tree = pack_page(*CRITICAL)
    second = [replace(one, page=2) for one in on_pages(tree, {})]
    assert "CALL_NOW" in codes(presence(written(), tree, second, monkeypatch))
    assert "CALL_NOW" in codes(presence(written(format_="large-print"), tree, second, monkeypatch))


@pytest.mark.parametrize("form", ["proof", "review", "staff"])
def test_working_papers_and_the_copy_for_staff_have_no_page_one(form: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    assert presence(written(format_=form, has_card=True), page("<p>x</p>"), [], monkeypatch) == []


def test_a_section_is_on_every_page_that_any_of_its_parts_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = pack_page("phone_24h")
    proof = Proof(object(), tree, b"", ())
    behind = next(element for element in tree.iter() if element.text == "x")
    for pages in ({1}, {1, 3}, {2}):
        others = [run(element=0, page=9), run(element=id(behind), page=4)]
        monkeypatch.setattr(readback, "collect_runs", lambda _, where=pages, more=others: [*on_pages(tree, {"phone_24h": where}), *more])
        # The section itself, its paragraph and its number.
        assert pages_of_section(proof, "call-now") == pages | {1}
        assert is_one_page(proof, "call-now") == (pages == {1})
    assert pages_of_section(proof, "zebra") == set() and not is_one_page(proof, "zebra")


# Cards

SHEET = {"front": ("phone_24h",), "back": ("phone_24h-staff",), "inside-left": ("call_temperature",), "inside-right": CRITICAL[:2]}


def make_card(facts: dict[str, tuple[str, ...]], copies: int = 2, sheet: int = 1) -> tuple[Element, list[Frame], list[Run]]:
    """A sheet of cards, each panel 200 by 100 pt below the last, and what is printed on it."""
    body = "".join(
        f'<div title="{name}">' + "".join(f'<p><bdi data-fact="{fact}">{fact}</bdi></p>' for fact in names) + "</div>"
        for _ in range(copies)
        for name, names in facts.items()
    )
    tree = page(body)
    panels, runs = [], []
    for number, holder in enumerate(element for element in tree.iter() if element.tag == "div"):
        top = 10.0 + 100 * number
        frame = Frame(sheet, holder.get("title", ""), 50.0, top, 250.0, top + 100, frozenset(id(part) for part in holder.iter()))
        panels.append(frame)
        runs += [
            run(part.text or "", element=id(part), page=sheet, left=60.0, right=240.0, top=top + 10, bottom=top + 90)
            for part in holder.iter()
            if part.tag == "bdi"
        ]
    return tree, panels, runs


def test_a_whole_card_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, panels, runs = make_card(SHEET)
    assert presence(written("card", has_card=True), tree, runs, monkeypatch, panels) == []


@pytest.mark.parametrize("name", SHEET)
def test_each_panel_is_there_as_often_as_the_paper_has_room(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tree, panels, runs = make_card(SHEET)
    one = next(panel for panel in panels if panel.name == name)
    for left, count in (([panel for panel in panels if panel is not one], 1), ([*panels, one], 3)):
        assert presence(written("card", has_card=True), tree, runs, monkeypatch, left) == [
            ("MISSING_PANEL", f"the panel {name!r} is there {count} times, not 2", "report this as a bug")
        ]


@pytest.mark.parametrize(("name", "fact"), [(name, fact) for name, facts in SHEET.items() for fact in facts])
def test_each_panel_of_each_copy_carries_its_facts(name: str, fact: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tree, panels, runs = make_card(SHEET)
    holders = [element for element in tree.iter() if element.get("title") == name]
    said = ("MISSING_FACT", f"{fact.removesuffix('-staff')} is not on the panel {name!r}", "put it into handouts/card")
    for holder in holders:
        number = next(part for part in holder.iter() if part.get("data-fact") == fact)
        number.set("data-fact", "zebra")
        assert presence(written("card", has_card=True), tree, runs, monkeypatch, panels) == [said]
        number.set("data-fact", fact)


def test_a_pack_without_cards_needs_no_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = pack_page(*CRITICAL)
    runs = on_pages(tree, {})
    assert presence(written(has_card=False), tree, runs, monkeypatch) == []
    assert codes(presence(written(has_card=True), tree, runs, monkeypatch)) == ["MISSING_PANEL"] * 4


def test_the_sheet_of_cards_is_one_page_of_a_pack_and_the_only_page_of_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    said = ("CARD_SHEET", "the card stands on pages [{}], and not on 1 alone", "shorten its instructions")
    tree, panels, runs = make_card(SHEET)
    card = written("card", has_card=True)
    assert presence(card, tree, runs, monkeypatch, panels, pages=2) == [(said[0], said[1].format("1"), said[2])]
    pack = page("".join(f'<p id="call-now"><bdi data-fact="{name}">{name}</bdi></p>' for name in CRITICAL[:1]))
    assert codes(presence(written(has_card=True), pack, on_pages(pack, {}), monkeypatch, panels, pages=9)).count("CARD_SHEET") == 0
    apart = [*panels[:4], *(replace(panel, page=2) for panel in panels[4:])]
    for manuscript in (card, written(has_card=True)):
        found = presence(manuscript, tree, runs[:5], monkeypatch, apart, pages=1)
        assert (said[0], said[1].format("1, 2"), said[2]) in found


def test_a_card_of_two_sides_stands_on_two_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The backs of the cards in a sleeve are on the back of the sheet."""
    tree, fronts, runs = make_card({"single": CRITICAL}, copies=10)
    other, backs, more = make_card({"staff": ("phone_24h-staff",)}, copies=10, sheet=2)
    body = next(element for element in tree if element.tag == "body")
    body.extend(list(next(element for element in other if element.tag == "body")))
    manuscript = written("card", "single-cards", has_card=True)
    assert presence(manuscript, tree, [*runs, *more], monkeypatch, [*fronts, *backs], pages=2) == []
    for pages, panels in ((3, [*fronts, *backs]), (2, [*fronts, *(replace(panel, page=1) for panel in backs)])):
        assert "CARD_SHEET" in codes(presence(manuscript, tree, [], monkeypatch, panels, pages))


@pytest.mark.parametrize(("side", "step"), [("left", -1), ("top", -1), ("right", 1), ("bottom", 1)])
def test_nothing_passes_a_side_of_its_panel(side: str, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tree, panels, runs = make_card(SHEET)
    first, rest = runs[0], runs[1:]
    edge = getattr(panels[0], side)
    card = written("card", has_card=True)

    def passes(by: float, **changes: Any) -> list[Finding]:
        return presence(card, tree, [replace(first, **{side: edge + step * by}, **changes), *rest], monkeypatch, panels)

    assert passes(SLACK) == []
    assert codes(passes(SLACK + LEAST)) == ["PAST_PANEL"]
    assert passes(14.4) == [("PAST_PANEL", "'phone_24h' passes the panel 'front' by 5.1 mm", "shorten it")]
    assert passes(14.4, text="", is_text=False)[0][1] == "'a picture' passes the panel 'front' by 5.1 mm"
    assert passes(14.4, element=0) == [], "only what belongs to the panel"
    assert codes(passes(14.4, page=2)) == [], "only what stands on its page"


# Marks


def mark(words: str, number: int = 1) -> Run:
    return run(words, page=number, in_margin=True)


DRAFT = {("foot", "DRAFT"): "<b>BROUILLON</b> &amp;", ("foot", "SAMPLE"): "EXEMPLE"}


@pytest.mark.parametrize("sample", [True, False])
@pytest.mark.parametrize("state", ["draft", "release"])
def test_marks_are_on_every_page_or_on_none(sample: bool, state: Any) -> None:
    manuscript = written(state=state)
    manuscript = replace(manuscript, edition=replace(manuscript.edition, site=make_real() if not sample else small_site()))
    for words, phrases in ((("SAMPLE", "DRAFT"), {}), (("EXEMPLE", "BROUILLON &"), DRAFT)):
        given = replace(manuscript, phrases=phrases)
        marked = {"SAMPLE": {1, 2} if sample else set(), "DRAFT": {1, 2} if state == "draft" else set()}
        shown = dict(zip(marked, words, strict=True))
        full = [mark(f"A – {shown[name]}", number) for name, pages in marked.items() for number in pages]
        assert check_marks(full, given, 2) == []
        for name, pages in marked.items():
            wrong = {1} if pages else {2}
            others = [one for one in full if shown[name] not in one.text]
            found = check_marks([*others, *(mark(shown[name], number) for number in wrong)], given, 2)
            assert found == [("MARKS", f"the mark {name} is on pages {sorted(wrong)} of 2", "report this as a bug")]
            in_text = [replace(mark(shown[name], number), in_margin=False) for number in (1, 2)]
            assert bool(check_marks([*others, *in_text], given, 2)) == bool(pages), "only in the margin is a mark a mark"


@pytest.mark.parametrize("words", ["", " ", "<b> </b>", "&nbsp;"])
def test_a_mark_that_is_translated_into_nothing_is_no_mark(words: str) -> None:
    """No words are on every page, and nobody would see that it is a draft."""
    manuscript = written(state="draft", phrases={("foot", "DRAFT"): words})
    assert check_marks([run("Call us", in_margin=True)], manuscript, 1) == [
        ("MARKS", "the mark DRAFT is on pages [] of 1", "report this as a bug")
    ]


def test_a_mark_may_be_set_in_several_pieces() -> None:
    manuscript = written(state="draft", phrases=DRAFT)
    assert check_marks([mark("BROUIL"), mark("LON"), mark("&")], manuscript, 1) == []


# Fonts


@pytest.mark.parametrize(
    ("font", "is_ours"),
    [
        ("AAAAAA+Noto-Sans", True), ("AAAAAA+Noto-Sans-Regular", True), ("Noto-Sans", True), ("AAAAAA+Noto-Sans-Bold", True),
        ("AAAAAA+Noto-Sans-Italic", False), ("AAAAAA+Foreign", False), ("Foreign+Noto-Sans", True), ("Helvetica", False),
        ("AAAAAA+Foreign+Noto-Sans", False),
    ],
)  # fmt: skip
def test_only_our_own_fonts_may_be_in_a_print(font: str, is_ours: bool, tmp_path: Path) -> None:
    for name in ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "Helvetica.txt"):
        (tmp_path / name).touch()
    pdf = make_pdf((A4, "a"), (A4, "b"), font=font)
    said = ("FOREIGN_FONT", f"the font /{font} is not one of ours", "use the fonts in templates/fonts")
    assert check_fonts(pdf, tmp_path) == ([] if is_ours else [said])


def test_a_page_without_fonts_is_fine(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page()
        bare = document.add_blank_page()
        del bare["/Resources"]
        data = BytesIO()
        document.save(data)
    assert check_fonts(data.getvalue(), tmp_path) == []


@pytest.mark.parametrize(
    ("name", "normal"),
    [("Noto-Sans", "notosans"), ("NotoSans-Regular", "notosans"), ("NotoSans-Bold", "notosansbold"), ("RegularSans 2", "regularsans2")],
)
def test_a_font_has_one_name_however_it_is_written(name: str, normal: str) -> None:
    assert normal_name(name) == normal


# The booklet


def in_pairs(count: int) -> bytes:
    return make_pdf(*((A4, f"page{number}") for number in range(1, count + 1)))


@pytest.mark.parametrize("count", [1, 4, 5])
def test_a_booklet_carries_each_page_in_its_half(count: int) -> None:
    pages = in_pairs(count)
    sheets = impose(pages, "A4", False)
    manuscript = written(format_="booklet")
    assert read_back_booklet(pages, sheets, manuscript) == ()
    arabic = replace(manuscript, edition=replace(manuscript.edition, locale="ar"))
    assert read_back_booklet(pages, impose(pages, "A4", True), arabic) == ()
    assert read_back_booklet(pages, sheets, arabic) != ()


@pytest.mark.parametrize(
    ("outer", "inner", "wrong"),
    [((49.9, 50.0), (29.9, 30.0), []), ((50.0, 50.0), (29.9, 30.0), [4, 1]), ((49.9, 50.0), (29.9, 29.9), [2, 3])],
)
def test_each_half_of_a_side_ends_in_the_middle_of_that_side(
    outer: tuple[float, float], inner: tuple[float, float], wrong: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the middles of the glyphs stand on two sides of 100 and 60 pt: pages 4 and 1, pages 2 and 3."""
    pages = [[Glyph(char, 0.0, 1.0, 9.0)] for char in "1234"]
    sides = [
        [Glyph(char, at - 4, at + 4, 9.0) for char, at in zip(chars, places, strict=True)]
        for chars, places in (("41", outer), ("23", inner))
    ]
    monkeypatch.setattr(readback, "read_glyphs", lambda pdf: {b"pages": pages, b"sheets": sides}[pdf])
    monkeypatch.setattr(readback, "page_widths", lambda pdf: {b"sheets": [100.0, 60.0]}[pdf])
    found = read_back_booklet(b"pages", b"sheets", written(format_="booklet"))
    said = re.findall(r"carry page (\d)", " ".join(problem.message for problem in found))
    assert [int(number) for number in said] == wrong


def test_a_booklet_with_a_wrong_page_or_side_is_told_in_full() -> None:
    pages, manuscript = in_pairs(5), written(format_="booklet")
    place, hint = manuscript.edition.path, "(this PDF is not published: report this as a bug)"
    wrong = impose(make_pdf(*((A4, text) for text in ("page1", "page2", "page3", "page4", "Page5"))), "A4", False)
    assert list(map(str, read_back_booklet(pages, wrong, manuscript))) == [
        f"{place}: BOOKLET side 4 does not carry page 5 in its place {hint}"
    ]
    with pikepdf.open(BytesIO(impose(pages, "A4", False))) as document:
        document.pages.append(document.pages[0])
        data = BytesIO()
        document.save(data)
    assert list(map(str, read_back_booklet(pages, data.getvalue(), manuscript))) == [f"{place}: BOOKLET has 5 sides, not 4 {hint}"]


# All together


def test_every_rule_is_asked_with_what_it_looks_at_and_the_problem_names_the_print(monkeypatch: pytest.MonkeyPatch) -> None:
    proof = Proof("document", "tree", b"pdf", ())
    manuscript, fonts = replace(written(), facts=FACTS), Path("fonts")
    rules: dict[str, tuple[Any, ...]] = {
        "words": ("tree", "runs"),
        "edges": ("runs", "two"),
        "collisions": ("runs",),
        "facts": ("tree", "runs", "glyphs", FACTS),
        "presence": (proof, "runs", manuscript),
        "marks": ("runs", manuscript, len("two")),
        "fonts": (b"pdf", fonts),
    }
    monkeypatch.setattr(readback, "collect_runs", lambda given: {"document": "runs"}[given])
    monkeypatch.setattr(readback, "page_sizes", lambda given: {"document": "two"}[given])
    monkeypatch.setattr(readback, "read_glyphs", lambda given: {b"pdf": "glyphs"}[given])
    asked: dict[str, tuple[Any, ...]] = {}
    for rule in rules:
        monkeypatch.setattr(readback, f"check_{rule}", finds(rule, asked))
    found = read_back(proof, manuscript, fonts)
    assert asked == rules
    assert list(map(str, found)) == [
        f"{manuscript.edition.path}: {rule.upper()} found (this PDF is not published: mend it)" for rule in rules
    ]


def finds(rule: str, asked: dict[str, tuple[Any, ...]]) -> Callable[..., list[Finding]]:
    def check(*given: Any) -> list[Finding]:
        asked[rule] = given
        return [(rule.upper(), "found", "mend it")]

    return check
