"""What the desk offers to choose from, and what was chosen as an order.

Pure. Nothing is judged here that the command line judges too: words go into an `Order` as they were typed, and what `read_order`
finds comes back to the field where it was typed (issue 6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from packbuilder.assemble import plan_editions
from packbuilder.forms import DATED
from packbuilder.frontpage import Language, SiteLine, make_language, name_keys, rank
from packbuilder.model import AUDIENCES, Edition, Format, Kind, Library, Problem, Site
from packbuilder.orders import DateWords, Order
from packbuilder.plan import BAG_HOURS, CYCLES, read_numbers

# The forms as a ward names them, what is given most often first: the same keys as on the front page.
FORMS: Mapping[str, tuple[Format, Kind]] = {
    "standard": ("standard", "pack"),
    "large-print": ("large-print", "pack"),
    "booklet": ("booklet", "pack"),
    "call-now": ("call-now", "pack"),
    "card": ("standard", "card"),
    "single-cards": ("single-cards", "card"),
    "fridge-card": ("fridge-card", "card"),
    "large-card": ("large-card", "card"),
    "phone-card": ("phone-card", "card"),
    "staff": ("staff", "pack"),
}
# Where on the page a problem is shown: by the option that it names, or by its code.
FIELDS: Mapping[str, str] = {
    "--start": "start",
    "--cycle": "cycle",
    "--bag-days": "bags",
    "--bag-hours": "bags",
    "--break": "pause",
    "--hospital-days": "stay",
}
FIELDS_BY_CODE: Mapping[str, str] = {"UNKNOWN_SITE": "site", "UNKNOWN_LOCALE": "locale", "NOTHING": "form"}


@dataclass(frozen=True, slots=True)
class Choice:
    """The form as it was filled in, word for word. Names of fields are those of the page and of its address.

    `which` tells the two hours apart that one night shows twice: "first" or "second". `unit` is of the bags: "days" or "hours".
    """

    site: str = ""
    audience: str = ""
    locale: str = ""
    form: str = "standard"
    start: str = ""
    which: str = ""
    cycle: str = ""
    bags: str = ""
    unit: str = "days"
    pause: str = ""
    stay: str = ""

    @property
    def has_dates(self) -> bool:
        return any((self.start, self.cycle, self.bags, self.pause, self.stay))

    @property
    def query(self) -> dict[str, str]:
        """The same as an address carries it."""
        return {name: word for name, word in asdict(self).items() if word and word != getattr(EMPTY, name)}


EMPTY = Choice()


@dataclass(frozen=True, slots=True)
class Slip:
    """A problem as the page shows it. `field` is "" when nothing that was chosen is the cause."""

    field: str
    code: str
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form to choose. `dated`: it has pages for dates."""

    key: str
    dated: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from, as far as the choice has been made. `bag_days` and `bag_hours` are the lengths that bags have."""

    sites: tuple[tuple[str, SiteLine], ...]
    audiences: tuple[str, ...]
    languages: tuple[tuple[str, Language], ...]
    forms: tuple[Form, ...]
    cycles: tuple[int, ...]
    pauses: tuple[int, ...]
    bag_days: tuple[int, ...]
    bag_hours: tuple[int, ...]


def read_choice(words: Mapping[str, str], sites: Sequence[str]) -> Choice:
    """The form from an address. What it does not ask for is left out; where there is one hospital, nobody has to choose it."""
    found = {field.name: words[field.name].strip() for field in fields(Choice) if words.get(field.name, "").strip()}
    choice = replace(EMPTY, **found)
    return replace(choice, site=sites[0]) if len(sites) == 1 and not choice.site else choice


def find_missing(choice: Choice) -> tuple[Slip, ...]:
    """The questions that have no answer yet. Without one of them an order would mean several packs."""
    return tuple(Slip(name, "MISSING") for name in ("site", "audience", "locale") if not getattr(choice, name))


def make_order(choice: Choice, path: Path, zone: str, output: Path, today: date) -> Order:
    """The order of a complete choice; the site file is one of those that the desk was opened with."""
    words = None
    if choice.has_dates:
        bags = (choice.bags, "") if choice.unit == "days" else ("", choice.bags)
        words = DateWords(tell_apart(choice, zone), choice.cycle, *bags, choice.pause, choice.stay)
    form, _ = FORMS.get(choice.form, (choice.form, ""))
    return Order(output, today, sites=(str(path),), audiences=(choice.audience,), locales=(choice.locale,), formats=(form,), dates=words)


def pick(choice: Choice, editions: Sequence[Edition]) -> Edition | None:
    """The one edition that a form means: a format may come as a pack and as a card."""
    return next((one for one in editions if (one.format, one.kind) == FORMS.get(choice.form)), None)


def is_twice(start: str, zone: str) -> bool:
    """Whether the hospital's clock shows this hour twice, so that one must be chosen."""
    return len(read_twice(start, zone)) == 2


def tell_apart(choice: Choice, zone: str) -> str:
    """The start with its offset where the clock shows it twice; a field for dates can't hold one."""
    both = read_twice(choice.start, zone)
    return both[choice.which == "second"] if choice.which and len(both) == 2 else choice.start


def read_twice(start: str, zone: str) -> tuple[str, ...]:
    """Both readings of an hour that comes twice, as `read_plan` takes them; () for every other (PEP 495)."""
    try:
        clock = datetime.fromisoformat(start)
    except ValueError:
        return ()
    if clock.tzinfo:
        return ()
    readings = [clock.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1)]
    before, after = (moment.utcoffset() for moment in readings)
    is_both = before is not None and after is not None and before > after
    return tuple(moment.isoformat(timespec="minutes") for moment in readings) if is_both else ()


def place_problem(problem: Problem, choice: Choice, zone: str) -> Slip:
    """A problem at its field. What a form says in other words than a command line has a code of its own and no message."""
    field = FIELDS.get(problem.place.path) or FIELDS_BY_CODE.get(problem.code, "")
    if problem.code == "PLAN_START" and not choice.start:
        return Slip(field, "NO_START")
    if problem.code == "PLAN_START" and is_twice(choice.start, zone):
        return Slip(field, "TWICE")
    if field in ("form", "locale") or problem.code == "PLAN_FORMAT":
        return Slip(field, problem.code)
    return Slip(field, problem.code, problem.message if field else str(problem), problem.hint if field else "")


def make_offer(choice: Choice, sites: Mapping[str, Site], library: Library, reader: str) -> Offer:
    """What can be chosen, at all hospitals as long as none is; `reader` is the language of the page.

    What is not possible is left out, not refused later.
    """
    chosen = [sites[choice.site]] if choice.site in sites else list(sites.values())
    codes = dict.fromkeys(code for site in chosen for code in site.locales)
    keys = name_keys([{"site": "", "locale": code} for code in codes])
    languages = sorted(((code, make_language(keys[code], reader)) for code in codes), key=lambda one: rank(one[1], reader))
    numbers, problems = read_numbers(library)
    lengths = set() if problems else {numbers[name] for name in BAG_HOURS} | {numbers["bag_days_most"] * 24}
    return Offer(
        sites=tuple((id_, SiteLine(site.name, site.ward)) for id_, site in sites.items()),
        audiences=tuple(name for name in AUDIENCES if name in library.packs),
        languages=tuple(languages),
        forms=offer_forms(choice, chosen, library, can_date=not problems),
        cycles=tuple(CYCLES),
        pauses=() if problems else tuple(sorted({numbers["break_days"], numbers["long_break_days"]})),
        bag_days=tuple(sorted(length // 24 for length in lengths if length % 24 == 0)),
        bag_hours=tuple(sorted(lengths)),
    )


def offer_forms(choice: Choice, sites: Sequence[Site], library: Library, can_date: bool) -> tuple[Form, ...]:
    """The forms that exist for the reader and the language as far as they are chosen."""
    audiences, locales = ((word,) if word else () for word in (choice.audience, choice.locale))
    planned = plan_editions(sites, library, audiences, locales, [form for form, _ in FORMS.values()])
    has_card = {form: any(one.pack.has_card for one in planned if (one.format, one.kind) == form) for form in FORMS.values()}
    exists = {(one.format, one.kind) for one in planned}
    return tuple(
        Form(key, can_date and form[0] in DATED and form[1] == "pack" and has_card[form]) for key, form in FORMS.items() if form in exists
    )
