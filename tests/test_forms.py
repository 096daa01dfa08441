"""The table of forms: which pack comes as what, and cards that are as large as they say and fit on their paper."""

from dataclasses import replace
from typing import get_args

import pytest
from workshop import small_library

from packbuilder.forms import (
    CALL_FACTS,
    DATED,
    FOLDED,
    FOR_STAFF,
    ID_1,
    PANELS,
    SHAPES,
    WALLET,
    Shape,
    kinds_of,
    panel_height,
    panels_of,
    shape_of,
)
from packbuilder.model import CARDS, FORMATS, WORKING, Format, Kind, Pack

PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}  # ISO 216; ANSI/ASME Y14.1: mm
MARGIN = 4.0  # mm that an office printer leaves white at each edge (4.2 at the most)
ALL: dict[Format, Shape] = {"standard": WALLET, **SHAPES}
SMALLEST = {"standard": 8.0, "single-cards": 8.0, "fridge-card": 12.0, "large-card": 18.0, "phone-card": 10.0}
EVERY: tuple[Format, ...] = get_args(Format)


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {"with a card": small_library().packs["adult"], "without": small_library().packs["nurse"]}


# Which pack comes as what

BOTH: tuple[Kind, ...] = ("pack", "card")
KINDS: dict[Format, tuple[tuple[Kind, ...], tuple[Kind, ...]]] = {  # of a pack with a card, and of the nurses' sheet
    "standard": (BOTH, ("pack",)),
    "large-print": (("pack",), ("pack",)),
    "booklet": (("pack",), ()),
    "call-now": (("pack",), ()),
    "staff": (("pack",), ()),
    "single-cards": (("card",), ()),
    "fridge-card": (("card",), ()),
    "large-card": (("card",), ()),
    "phone-card": (("card",), ()),
    "proof": (("pack",), ("pack",)),
    "review": (("pack",), ("pack",)),
}


@pytest.mark.parametrize("form", EVERY)
def test_each_form_comes_as_what_it_is_for(form: Format, packs: dict[str, Pack]) -> None:
    assert (kinds_of(packs["with a card"], form), kinds_of(packs["without"], form)) == KINDS[form]


def test_what_decides_is_the_card_and_not_the_reader(packs: dict[str, Pack]) -> None:
    plain = replace(packs["with a card"], has_card=False)
    assert {form: kinds_of(plain, form) for form in EVERY} == {form: kinds_of(packs["without"], form) for form in EVERY}


def test_every_form_is_listed_once_and_none_is_left_out() -> None:
    assert len(set((*FORMATS, *WORKING))) == len((*FORMATS, *WORKING)) == len(EVERY) and set((*FORMATS, *WORKING)) == set(EVERY)
    assert set(SHAPES) == set(CARDS) <= set(FORMATS)
    assert set(DATED) <= set(FORMATS) and not set(DATED) & {*CARDS, "call-now", "staff"}, "only what has the plan and the diary"


PRINTED: dict[Format, tuple[str, ...]] = {
    "standard": FOLDED,
    "large-print": FOLDED,
    "booklet": (),
    "call-now": (),
    "staff": (),
    "single-cards": ("single", "staff"),
    "fridge-card": ("call",),
    "large-card": ("call",),
    "phone-card": ("call", "staff"),
    "proof": (),
    "review": (),
}


@pytest.mark.parametrize("form", EVERY)
def test_each_form_prints_its_own_panels(form: Format) -> None:
    assert panels_of(form) == PRINTED[form]
    assert panels_of(form, has_card=False) == ()


def test_every_panel_is_known_and_printed_somewhere() -> None:
    assert {name for form in EVERY for name in panels_of(form)} == set(PANELS)
    assert len(set(PANELS)) == len(PANELS) and set(PANELS) > FOR_STAFF


# What stands on a card


@pytest.mark.parametrize("form", ALL)
def test_every_card_carries_the_number_and_says_when_to_call(form: Format) -> None:
    shape = shape_of(form)
    facts = {fact for wanted in shape.panels.values() for fact in wanted}
    assert facts == set(CALL_FACTS)
    for name, wanted in shape.panels.items():
        if name in FOR_STAFF:
            assert wanted == ("phone_24h",), "the staff's side says whom to ring before the pump is touched"


def test_a_pack_has_the_folded_card() -> None:
    assert {shape_of(form) == WALLET for form in EVERY if form not in CARDS} == {True}
    assert all(shape_of(form) != WALLET for form in CARDS)


# Measures


def test_cards_for_the_wallet_have_the_size_of_a_bank_card() -> None:
    """ISO/IEC 7810, ID-1."""
    assert ID_1 == (85.6, 53.98)
    for form in ("standard", "single-cards"):
        assert (shape_of(form).width, {panel_height(shape_of(form), name) for name in shape_of(form).panels}) == (85.6, {53.98})


def test_the_other_cards_have_the_sizes_of_paper() -> None:
    """ISO 216: A6 lying, A5 upright. The phone card is as tall as it is to be drawn: 1080 by 2340 points."""
    fridge, large, phone = (shape_of(form) for form in ("fridge-card", "large-card", "phone-card"))
    assert (fridge.width, panel_height(fridge, "call")) == (148, 105)
    assert (large.width, panel_height(large, "call")) == (148, 210)
    assert phone.width * 2340 / 1080 == 195 >= sum(panel_height(phone, name) for name in phone.panels) + 20, "room for marks and foot"


@pytest.mark.parametrize("form", ALL)
def test_type_is_tried_from_large_to_small_and_never_below_what_the_card_is_for(form: Format) -> None:
    sizes = shape_of(form).sizes
    assert list(sizes) == sorted(set(sizes), reverse=True) and len(sizes) > 1
    assert sizes[-1] == SMALLEST[form]


def rows_of(shape: Shape, paper: str) -> tuple[int, int]:
    """Columns and rows in which the copies of a card stand: side by side as far as the paper allows. The folded card is two by two."""
    if shape == WALLET:
        return 2, 2 * shape.copies[paper]
    columns = int((PAPERS[paper][0] - 2 * MARGIN) // shape.width)
    return columns, -(-shape.copies[paper] // columns)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("form", [form for form in ALL if form != "phone-card"])
def test_the_copies_fit_on_the_paper_inside_what_a_printer_prints(form: Format, paper: str) -> None:
    shape = shape_of(form)
    columns, rows = rows_of(shape, paper)
    width, height = PAPERS[paper]
    assert columns * shape.width <= width - 2 * MARGIN
    assert rows * max(panel_height(shape, name) for name in shape.panels) <= height - 2 * MARGIN


@pytest.mark.parametrize(("paper", "copies"), [("A4", 10), ("Letter", 8)])
def test_the_cards_to_laminate_use_the_sheet(paper: str, copies: int) -> None:
    """Ten on A4, eight on Letter (issue 6); on both sides, so that the back lies behind the front."""
    shape = shape_of("single-cards")
    assert shape.copies[paper] == copies and shape.sides == len(shape.panels) == 2
    assert rows_of(shape, paper) == (2, copies // 2)
    assert all(shape_of(form).sides == 1 for form in ALL if form != "single-cards")
    assert {paper for form in ALL for paper in shape_of(form).copies} == set(PAPERS)
