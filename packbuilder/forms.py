"""The forms that one text is printed in: which packs have them, and the measures of each kind of card.

Why a table: copyfitting, templates and the read-back must agree on the size of a panel and on the facts that it has to carry.
One text serves all of them, so one signature covers all of them (design, section 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from packbuilder.model import WORKING, Format, Kind, Pack

FOLDED = ("front", "back", "inside-left", "inside-right")
SINGLE = ("single", "staff")
CALL = ("call",)
PANELS = (*FOLDED, *SINGLE, *CALL)
# The panels that speak to the hospital's staff, in their language.
FOR_STAFF = frozenset({"back", "staff"})


@dataclass(frozen=True, slots=True)
class Shape:
    """A card: its panels with what must stand on each, their size in mm, the type sizes to try in pt, the largest first.

    `copies` of each panel stand on a sheet of a paper; `sides` is the number of pages.
    """

    panels: Mapping[str, tuple[str, ...]]
    width: float
    height: float | Mapping[str, float]
    sizes: tuple[float, ...]
    copies: Mapping[str, int]
    sides: int = 1


# The forms that have pages for dates: the plan, the diary, the table of the plan.
DATED: tuple[Format, ...] = ("standard", "large-print", "booklet")

# ISO/IEC 7810, ID-1: a bank card. Type from 8 pt (design, the paper).
ID_1 = (85.6, 53.98)
ID_1_SIZES = (10.0, 9.5, 9.0, 8.5, 8.0)
CALL_FACTS = ("phone_24h", "call_temperature", "emergency_number")

WALLET = Shape(
    {
        "front": ("phone_24h",),
        "back": ("phone_24h",),
        "inside-left": ("call_temperature",),
        "inside-right": ("phone_24h", "emergency_number"),
    },
    *ID_1,
    ID_1_SIZES,
    {"A4": 2, "Letter": 2},
)
SHAPES: Mapping[Format, Shape] = {
    # Both sides of a plain card, to laminate: five rows of two on A4, four on Letter (issue 6).
    "single-cards": Shape({"single": CALL_FACTS, "staff": ("phone_24h",)}, *ID_1, ID_1_SIZES, {"A4": 10, "Letter": 8}, sides=2),
    # A6 lying down: one for the door of the fridge, one for somebody else's.
    "fridge-card": Shape({"call": CALL_FACTS}, 148, 105, (16.0, 15.0, 14.0, 13.5, 13.0, 12.5, 12.0), {"A4": 2, "Letter": 2}),
    # A5 upright, in large print: nothing under 18 pt.
    "large-card": Shape({"call": CALL_FACTS}, 148, 210, (24.0, 23.0, 22.0, 21.0, 20.0, 19.0, 18.0), {"A4": 1, "Letter": 1}),
    # A picture of 1080 by 2340 points, as tall as the screens that people carry: the call above, the words for staff below.
    "phone-card": Shape(
        {"call": CALL_FACTS, "staff": ("phone_24h",)},
        90,
        {"call": 118, "staff": 51},
        (13.0, 12.5, 12.0, 11.5, 11.0, 10.5, 10.0),
        {"A4": 1, "Letter": 1},
    ),
}


def panel_height(shape: Shape, name: str) -> float:
    """In mm."""
    return shape.height[name] if isinstance(shape.height, Mapping) else shape.height


def shape_of(form: Format) -> Shape:
    """The card of a format; the folded one where the format is a pack."""
    return SHAPES.get(form, WALLET)


def panels_of(form: Format, has_card: bool = True) -> tuple[str, ...]:
    """The panels that a format prints, in their order."""
    if not has_card or form in ("booklet", "call-now", "staff", *WORKING):
        return ()
    return tuple(shape_of(form).panels)


def kinds_of(pack: Pack, form: Format) -> tuple[Kind, ...]:
    """What a format of a pack comes as. Only patients and families get cards, booklets and bedside copies."""
    if form in SHAPES:
        return ("card",) if pack.has_card else ()
    if form in ("booklet", "call-now", "staff"):
        return ("pack",) if pack.has_card else ()
    return ("pack", "card") if pack.has_card and form == "standard" else ("pack",)
