"""Copyfitting of the cards: the largest type size at which each panel's text fits, or an error in mm.

Why each panel is measured alone: a box of fixed height drops or clips what does not fit without a word, so the panel is
laid out with a free height first. Several stand on one long page: laying out each alone takes twice as long. Text is never
clipped and never set below the smallest size of its shape (`forms`): 8 pt on a card of the wallet (design, the paper).
"""

from collections.abc import Sequence

from jinja2 import Environment

from packbuilder.boxes import measure_panels
from packbuilder.forms import Shape, panel_height, panels_of, shape_of
from packbuilder.model import Manuscript, Place, Problem
from packbuilder.printer import Press, lay_out
from packbuilder.typeset import typeset_panels

PT = 72 / 25.4  # points to a millimetre
TOLERANCE = 0.05  # mm, rounding of the layout


def fit_card(manuscript: Manuscript, env: Environment, press: Press) -> tuple[dict[str, float], tuple[Problem, ...]]:
    """The type size of each panel in pt, and the panels that do not fit even at the smallest.

    First all at the largest size, then only those that are too tall, at the sizes where they may fit: a panel that is a tenth too tall
    fits at a size a tenth smaller or a little above. What was not measured is never taken.
    """
    shape = shape_of(manuscript.edition.format)
    names = [name for name in panels_of(manuscript.edition.format) if name in manuscript.panels]
    measured: dict[tuple[str, float], tuple[float, float]] = {}

    def measure(tries: Sequence[tuple[str, float]]) -> None:
        if tries:
            document, _, _ = lay_out(typeset_panels(manuscript, tries, env), press, manuscript.edition.path)
            for one, (height, width) in zip(tries, measure_panels(document), strict=True):
                measured[one] = height / PT - panel_height(shape, one[0]), width / PT

    def fits(name: str, size: float) -> bool:
        return max(measured.get((name, size), (TOLERANCE + 1, 0.0))) <= TOLERANCE

    measure([(name, shape.sizes[0]) for name in names])
    measure([(name, size) for name in names for size in likely_sizes(shape, name, *measured[name, shape.sizes[0]])])
    lost = [name for name in names if not any(fits(name, size) for size in shape.sizes)]
    measure([(name, size) for name in lost for size in shape.sizes if (name, size) not in measured])
    sizes = {name: next((size for size in shape.sizes if fits(name, size)), shape.sizes[-1]) for name in names}
    return sizes, tuple(
        explain(name, *measured[name, shape.sizes[-1]], manuscript) for name, size in sizes.items() if not fits(name, size)
    )  # fmt: skip


def likely_sizes(shape: Shape, name: str, height: float, width: float) -> tuple[float, ...]:
    """The two sizes around the one at which a panel should fit, from its excess in mm at the largest."""
    if max(height, width) <= TOLERANCE:
        return ()
    room = panel_height(shape, name)
    guess = shape.sizes[0] * (room / (room + height)) ** 0.75
    step = min(range(1, len(shape.sizes)), key=lambda index: abs(shape.sizes[index] - guess))
    return tuple(shape.sizes[index] for index in (step - 1, step, step + 1) if 0 < index < len(shape.sizes))[:2]


def explain(name: str, height: float, width: float, manuscript: Manuscript) -> Problem:
    """The error for a panel that is too tall or too wide by so many mm."""
    edition = manuscript.edition
    over = f"{height:.1f} mm too tall" if height > TOLERANCE else f"{width:.1f} mm too wide"
    form = "" if edition.format in ("standard", "large-print") else f" of {edition.format}"
    return Problem(
        "CARD_FIT",
        Place(f"handouts/card/{manuscript.panels[name].stem}.md"),
        f"the panel {name!r}{form} in {edition.locale} for {edition.site.id} is {over} at {shape_of(edition.format).sizes[-1]:g} pt",
        "shorten the text, or the site's value in it",
    )
