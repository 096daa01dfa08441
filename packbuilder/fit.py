"""Copyfitting of the wallet card: the largest type size at which each panel's text fits, or an error in mm.

Why each panel is measured alone: a box of fixed height drops or clips what does not fit without a word, so the panel is
laid out with a free height first. Several stand on one long page: laying out each alone takes twice as long. Text is never
clipped and never set below 8 pt (design, the paper).
"""

from collections.abc import Sequence

from jinja2 import Environment

from packbuilder.boxes import measure_panels
from packbuilder.model import Manuscript, Place, Problem
from packbuilder.printer import Press, lay_out
from packbuilder.typeset import typeset_panels

PANEL_WIDTH, PANEL_HEIGHT = 85.6, 53.98  # mm, ID-1 (ISO/IEC 7810)
SIZES = (10.0, 9.5, 9.0, 8.5, 8.0)  # pt
PT = 72 / 25.4  # points to a millimetre
TOLERANCE = 0.05  # mm, rounding of the layout


def fit_card(manuscript: Manuscript, env: Environment, press: Press) -> tuple[dict[str, float], tuple[Problem, ...]]:
    """The type size of each panel in pt, and the panels that do not fit even at the smallest.

    First all at the largest size, then only those that are too tall, at the sizes where they may fit: a panel that is a tenth too tall
    fits at a size a tenth smaller or a little above. What was not measured is never taken.
    """
    measured: dict[tuple[str, float], tuple[float, float]] = {}

    def measure(tries: Sequence[tuple[str, float]]) -> None:
        if tries:
            document, _, _ = lay_out(typeset_panels(manuscript, tries, env), press, manuscript.edition.path)
            measured.update(zip(tries, (excess(*panel) for panel in measure_panels(document)), strict=True))

    def fits(name: str, size: float) -> bool:
        return max(measured.get((name, size), (TOLERANCE + 1, 0.0))) <= TOLERANCE

    measure([(name, SIZES[0]) for name in manuscript.panels])
    measure([(name, size) for name in manuscript.panels for size in likely_sizes(*measured[name, SIZES[0]])])
    lost = [name for name in manuscript.panels if not any(fits(name, size) for size in SIZES)]
    measure([(name, size) for name in lost for size in SIZES if (name, size) not in measured])
    sizes = {name: next((size for size in SIZES if fits(name, size)), SIZES[-1]) for name in manuscript.panels}
    return sizes, tuple(
        explain(name, *measured[name, SIZES[-1]], manuscript) for name, size in sizes.items() if not fits(name, size)
    )  # fmt: skip


def likely_sizes(height: float, width: float) -> tuple[float, ...]:
    """The two sizes around the one at which a panel should fit, from its excess in mm at the largest."""
    if max(height, width) <= TOLERANCE:
        return ()
    guess = SIZES[0] * (PANEL_HEIGHT / (PANEL_HEIGHT + height)) ** 0.75
    step = min(range(1, len(SIZES)), key=lambda index: abs(SIZES[index] - guess))
    return tuple(SIZES[index] for index in (step - 1, step, step + 1) if 0 < index < len(SIZES))[:2]


def explain(name: str, height: float, width: float, manuscript: Manuscript) -> Problem:
    over = f"{height:.1f} mm too tall" if height > TOLERANCE else f"{width:.1f} mm too wide"
    return Problem(
        "CARD_FIT",
        Place(f"handouts/card/{manuscript.panels[name].stem}.md"),
        f"the panel {name!r} in {manuscript.edition.locale} for {manuscript.edition.site.id} is {over} at {SIZES[-1]:g} pt",
        "shorten the text, or the site's value in it",
    )


def excess(height: float, width: float) -> tuple[float, float]:
    """By how many mm a panel of a height in points is too tall, and too wide; negative when there is room."""
    return height / PT - PANEL_HEIGHT, width / PT
