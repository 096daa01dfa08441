"""Copyfitting of the wallet card: the largest type size at which each panel's text fits, or an error in mm.

Why each panel is measured alone: a box of fixed height drops or clips what does not fit without a word, so the panel is
laid out with a free height first. Text is never clipped and never set below 8 pt (design, the paper).
"""

from jinja2 import Environment

from packbuilder.boxes import measure_panel
from packbuilder.model import Manuscript, Place, Problem
from packbuilder.printer import Press, lay_out
from packbuilder.typeset import typeset_panel

PANEL_WIDTH, PANEL_HEIGHT = 85.6, 53.98  # mm, ID-1 (ISO/IEC 7810)
SIZES = (10.0, 9.5, 9.0, 8.5, 8.0)  # pt
PT = 72 / 25.4  # points to a millimetre
TOLERANCE = 0.05  # mm, rounding of the layout


def fit_card(manuscript: Manuscript, env: Environment, press: Press) -> tuple[dict[str, float], tuple[Problem, ...]]:
    """The type size of each panel in pt, and the panels that do not fit even at the smallest."""
    sizes: dict[str, float] = {}
    problems: list[Problem] = []
    for name, section in manuscript.panels.items():
        excess, width = 0.0, 0.0
        for size in SIZES:
            excess, width = measure(typeset_panel(manuscript, name, size, env), press, manuscript.edition.path)
            sizes[name] = size
            if excess <= TOLERANCE and width <= TOLERANCE:
                break
        else:
            over = f"{excess:.1f} mm too tall" if excess > TOLERANCE else f"{width:.1f} mm too wide"
            problems.append(
                Problem(
                    "CARD_FIT",
                    Place(f"handouts/card/{section.stem}.md"),
                    f"the panel {name!r} in {manuscript.edition.locale} for {manuscript.edition.site.id} is {over} at {SIZES[-1]:g} pt",
                    "shorten the text, or the site's value in it",
                )
            )
    return sizes, tuple(problems)


def measure(html: str, press: Press, name: str) -> tuple[float, float]:
    """By how many mm a panel is too tall and too wide; negative when there is room."""
    document, _, _ = lay_out(html, press, name)
    height, width = measure_panel(document)
    pages_lost = (len(document.pages) - 1) * PANEL_HEIGHT
    return height / PT - PANEL_HEIGHT + pages_lost, width / PT
