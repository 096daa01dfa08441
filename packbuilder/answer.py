"""What becomes of a choice at the desk: a print with what the page says of it, or everything that is in the way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import tostring

from markupsafe import Markup

from packbuilder.choices import Choice, Offer, Slip, find_missing, make_order, pick, place_problem
from packbuilder.companions import calendar_path, phone_path
from packbuilder.counter import Asked, Counter, House
from packbuilder.dated import LONG, plan_facts, write_date, write_hour
from packbuilder.frontpage import Document, Language, make_document
from packbuilder.language import local_form
from packbuilder.markup import fact_element
from packbuilder.model import Artifact, PrintedFact, Problem, Schedule

PICTURE = "first-page.png"


@dataclass(frozen=True, slots=True)
class Result:
    """A print, or slips; neither while something is still to be chosen."""

    slips: tuple[Slip, ...] = ()
    asked: Asked | None = None
    artifact: Artifact | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A print as the page shows it, with the addresses of its files; "" for those that it does not have.

    `size` is of the picture, in points, so that the page keeps its place free.
    """

    document: Document
    language: Language
    dates: Mapping[str, Markup]
    picture: str
    size: tuple[int, int]
    pdf: str
    phone: str
    calendar: str


def decide(choice: Choice, house: House, counter: Counter, today: date, is_gone: Callable[[], object], is_sent: bool) -> Result:
    """Orders what was chosen and prints it. What is not chosen yet is a slip only once the form was sent."""
    if missing := find_missing(choice):
        return Result(missing if is_sent else ())
    site = house.sites.get(choice.site)
    if site is None:
        return Result((Slip("site", "UNKNOWN_SITE"),))
    order = make_order(choice, house.paths[site.id], site.time_zone, counter.output, today)
    rooms, editions, problems = counter.read(order, house)
    slips, edition = find_slips(problems, choice, site.time_zone), pick(choice, editions)
    if edition is None and all(slip.code == "NOTHING" for slip in slips):
        is_undated = bool(order.dates and pick(choice, counter.read(replace(order, dates=None), house)[1]))
        return Result((Slip("start", "PLAN_FORMAT") if is_undated else Slip("form", "NOTHING"),))
    if slips or edition is None:
        return Result(slips)
    asked, more = counter.write(edition, rooms, order, house)
    if wrong := find_slips(more, choice, site.time_zone):
        return Result(wrong)
    artifact = counter.print(asked, is_gone)
    if artifact.problems:
        # Nothing that was typed is the cause, so nothing of it is pointed at.
        return Result(tuple(Slip("", problem.code, str(problem)) for problem in artifact.problems))
    return Result((), asked, artifact)


def find_slips(problems: Sequence[Problem], choice: Choice, zone: str) -> tuple[Slip, ...]:
    """What keeps an order from being printed, each once. A warning keeps nothing."""
    return tuple(dict.fromkeys(place_problem(problem, choice, zone) for problem in problems if problem.severity == "error"))


def make_answer(choice: Choice, offer: Offer, asked: Asked, artifact: Artifact, picture: bytes, locale: str) -> Answer:
    """The print in the words of staff who read `locale`; `picture` is its first page as PNG."""
    edition = artifact.edition
    region, query = edition.site.region, "?" + urlencode(choice.query)

    def address(name: str) -> str:
        return f"/print/{quote(name)}{query}"

    return Answer(
        document=make_document(artifact.entry, asked.shown, locale),
        language=dict(offer.languages)[edition.locale],
        dates=say_dates(edition.schedule, locale, region) if edition.schedule else {},
        picture=address(PICTURE),
        size=(int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])),  # PNG, 11.2.1: the header
        pdf=address(edition.file_name),
        phone=address(name_of(phone_path(edition))) if edition.format == "phone-card" else "",
        calendar=address(name_of(calendar_path(edition))) if edition.schedule else "",
    )


def say_dates(schedule: Schedule, locale: str, region: str) -> dict[str, Markup]:
    """The plan's dates for the eye of the nurse, before anything is on paper. Too many bag changes to list are counted."""
    facts = plan_facts(schedule, locale, region)
    changes = sum(len(day.bags) for day in schedule.days)
    if changes and "plan_bags" not in facts:
        facts["plan_bags"] = PrintedFact("plan_bags", ((str(changes), True),))
    return {name: Markup(tostring(fact_element(replace(fact, dial="")), encoding="unicode")) for name, fact in facts.items()}


def echo_start(choice: Choice, locale: str, region: str) -> str:
    """What was understood of the start, in words: a browser may show 12/01 for the first of December."""
    try:
        start = datetime.fromisoformat(choice.start)
    except ValueError:
        return ""
    form = local_form(locale, region)
    return f"{write_date(start.date(), LONG, form)}, {write_hour(start, form, region)}"


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def file_of(name: str, artifact: Artifact) -> bytes | None:
    """A file of a print by its name: the PDF, the picture for a phone, the calendar. None for any other name."""
    edition = artifact.edition
    if name == edition.file_name:
        return artifact.pdf
    wanted = {name_of(path(edition)): path(edition) for path in (phone_path, calendar_path)}
    return artifact.companions.get(wanted.get(name, ""))
