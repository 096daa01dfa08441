"""What WeasyPrint laid out, as plain values. The only module that touches its private box tree; a canary test watches it.

Why the box tree: text taken back from a PDF is a poor witness of words (Arabic loses a fifth of them), the box tree a
perfect one; for the order of digits it is the other way round. `readback` uses each for what it knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PX_TO_PT = 0.75


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text or a picture on the paper.

    `element` is the id() of the HTML element that the words stand in. The rectangle is in points from the top left of
    the page, after any turning by 180°; `turned` says that the text runs from right to left on the sheet because of it.
    `cut` is by how many points it passes a box around it that hides what passes.
    """

    page: int
    element: int
    text: str
    left: float
    top: float
    right: float
    bottom: float
    turned: bool
    is_text: bool
    in_margin: bool
    cut: float = 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle that its contents must stay inside, in points: a page or a panel of the card."""

    page: int
    name: str
    left: float
    top: float
    right: float
    bottom: float
    elements: frozenset[int]


def page_sizes(document: Any) -> list[tuple[float, float]]:
    """Width and height of each page in points."""
    return [(page.width * PX_TO_PT, page.height * PX_TO_PT) for page in document.pages]


def collect_runs(document: Any) -> list[Run]:
    """All text and pictures, page by page, in the order of the document."""
    runs: list[Run] = []
    for number, page in enumerate(document.pages, start=1):
        runs.extend(walk(page._page_box, number, None, in_margin=False))
    return runs


def walk(
    box: Any, page: int, turn: tuple[float, float] | None, in_margin: bool, clip: tuple[float, float, float, float] | None = None
) -> Iterator[Run]:
    """The runs below a box. `turn` is the centre of the nearest box that is turned by 180°, `clip` what hides its rest, in pixels."""
    kind = type(box).__name__
    in_margin = in_margin or kind == "MarginBox"
    if kind == "TextBox" or kind.endswith("ReplacedBox") or is_icon(box):
        left, top, right, bottom = box.position_x, box.position_y, box.position_x + box.width, box.position_y + box.height
        cut = max(clip[0] - left, clip[1] - top, right - clip[2], bottom - clip[3]) * PX_TO_PT if clip else 0.0
        if turn:
            left, right = 2 * turn[0] - right, 2 * turn[0] - left
            top, bottom = 2 * turn[1] - bottom, 2 * turn[1] - top
        is_text = kind == "TextBox"
        pseudo = "::" in (box.element_tag or "")
        yield Run(
            page, 0 if pseudo or box.element is None else id(box.element), box.text if is_text else "",
            left * PX_TO_PT, top * PX_TO_PT, right * PX_TO_PT, bottom * PX_TO_PT, turn is not None, is_text, in_margin, cut,
        )  # fmt: skip
        return
    if box.style is not None and is_half_turn(box.style["transform"]):
        turn = (box.border_box_x() + box.border_width() / 2, box.border_box_y() + box.border_height() / 2)
    if kind not in ("PageBox", "MarginBox") and box.style is not None and box.style["overflow"] != "visible":
        left, top = box.border_box_x(), box.border_box_y()
        clip = (left, top, left + box.border_width(), top + box.border_height())
    for child in getattr(box, "children", ()):
        yield from walk(child, page, turn, in_margin, clip)


def is_icon(box: Any) -> bool:
    """A small drawing that the style sheet paints into an empty box (`markup`): nobody may print a word on it."""
    return box.element is not None and box.element_tag == "span" and "icon" in (box.element.get("class") or "").split()


def measure_panels(document: Any) -> list[tuple[float, float]]:
    """Height of each panel of a long page, in their order, and by how much its content passes its sides, in points."""
    [page] = document.pages
    return [measure_panel(panel) for panel, _ in find_panels(page._page_box, None)]


def measure_panel(panel: Any) -> tuple[float, float]:
    inside = [box for box in panel.descendants() if type(box).__name__ == "TextBox" or type(box).__name__.endswith("ReplacedBox")]
    right = max((box.position_x + box.width for box in inside), default=panel.position_x)
    left = min((box.position_x for box in inside), default=panel.position_x)
    width = max(right - (panel.position_x + panel.border_width()), panel.position_x - left)
    return panel.border_height() * PX_TO_PT, width * PX_TO_PT


def is_half_turn(transform: Any) -> bool:
    return bool(transform) and len(transform) == 1 and transform[0][0] == "rotate" and abs(abs(transform[0][1]) - 3.14159265) < 1e-3


def collect_panels(document: Any) -> list[Frame]:
    """The panels of the card with the elements inside each."""
    frames = []
    for number, page in enumerate(document.pages, start=1):
        for box, turn in find_panels(page._page_box, None):
            left, top = box.border_box_x(), box.border_box_y()
            right, bottom = left + box.border_width(), top + box.border_height()
            if turn:
                left, right, top, bottom = 2 * turn[0] - right, 2 * turn[0] - left, 2 * turn[1] - bottom, 2 * turn[1] - top
            elements = frozenset(id(element) for element in box.element.iter())
            frames.append(
                Frame(
                    number,
                    box.element.get("class").split("panel-")[-1],
                    left * PX_TO_PT,
                    top * PX_TO_PT,
                    right * PX_TO_PT,
                    bottom * PX_TO_PT,
                    elements,
                )
            )
    return frames


def find_panels(box: Any, turn: tuple[float, float] | None) -> Iterator[tuple[Any, tuple[float, float] | None]]:
    if box.style is not None and is_half_turn(box.style["transform"]):
        turn = (box.border_box_x() + box.border_width() / 2, box.border_box_y() + box.border_height() / 2)
    for child in getattr(box, "children", ()):
        if child.element is not None and type(child).__name__ == "BlockBox" and "panel" in (child.element.get("class") or "").split():
            yield child, turn
        else:
            yield from find_panels(child, turn)
