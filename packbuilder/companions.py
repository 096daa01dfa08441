"""What goes with a PDF: a picture of its first page, the card as a picture for a phone, the dates for a calendar.

None of them is printed, so none is in the manifest; the stock keeps their digests, and the front page shows them.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from jinja2 import Environment

from packbuilder.calendar_file import make_calendar
from packbuilder.frontpage import Shown
from packbuilder.language import direction
from packbuilder.model import Edition, Manuscript
from packbuilder.picture import PHONE_WIDTH, draw_page
from packbuilder.typeset import make_words
from packbuilder.wording import plain_words, read_lines

CARD = '<section class="block cards-sheet">'
FOOT = re.compile(r'<p class="panel-foot">.*?</p>', re.DOTALL)


def picture_path(edition: Edition) -> str:
    """The first page, relative to the output folder."""
    path = PurePosixPath(edition.path)
    return str(path.parent / "pictures" / f"{path.stem}.png")


def phone_path(edition: Edition) -> str:
    """The picture that a phone keeps."""
    return str(PurePosixPath(edition.path).with_suffix(".png"))


def calendar_path(edition: Edition) -> str:
    return str(PurePosixPath(edition.path).with_suffix(".ics"))


def make_companions(manuscript: Manuscript, pdf: bytes, env: Environment) -> dict[str, bytes]:
    """Every companion of a PDF that was read back, by its path."""
    edition = manuscript.edition
    made = {picture_path(edition): draw_page(pdf)}
    if edition.format == "phone-card":
        made[phone_path(edition)] = draw_page(pdf, PHONE_WIDTH)
    if edition.schedule:
        made[calendar_path(edition)] = make_calendar(edition, calendar_words(manuscript, env), manuscript.facts)
    return made


def calendar_words(manuscript: Manuscript, env: Environment) -> dict[str, str]:
    """What happens, in the reader's words; in a right-to-left language its numbers are isolated as plain text can do it."""
    lines = env.get_template("calendar.html").render(make_words(manuscript, {})).split("\n")
    named = (line.partition(": ") for line in lines if line.strip())
    return {key.strip(): plain_words(text, direction(manuscript.edition.locale) == "rtl") for key, _, text in named}


def words_of_card(html: str, locale: str) -> Iterator[str]:
    """All that stands on a phone card, for who cannot see the picture; not the feet of its panels, which are for the ward."""
    card = html.partition(CARD)[2].partition("</section>")[0]
    return read_lines(FOOT.sub("", card), direction(locale) == "rtl")


def show(manuscript: Manuscript, html: str) -> Shown:
    """What the front page says of a PDF beyond its manifest entry."""
    edition = manuscript.edition
    return Shown(
        title=manuscript.title,
        code=edition.document_code,
        approved=manuscript.approved_on.isoformat() if manuscript.approved_on else "",
        review=manuscript.review_by.isoformat() if manuscript.review_by else "",
        picture=picture_path(edition),
        phone=phone_path(edition) if edition.format == "phone-card" else "",
        words="\n".join(words_of_card(html, edition.locale)) if edition.format == "phone-card" else "",
        calendar=calendar_path(edition) if edition.schedule else "",
        start=edition.schedule.start.isoformat(timespec="minutes") if edition.schedule else "",
    )
