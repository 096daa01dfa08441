"""`handouts/sites/*.toml` -> Site: a hospital's telephone numbers, temperatures, policy and languages.

Why no default for the fever rule or the 24-hour number: the sources disagree (conflict X01), so the hospital decides.
A number is checked for the country, never repaired; temperatures are exact decimals in °C, °F is computed.
"""

import functools
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError

from packbuilder.model import FORMATS, SOURCE_LOCALE, Alarm, Contact, FeverRule, Problem, Site
from packbuilder.telephone import EMERGENCY, is_fictional, is_region, looks_like_number, parse_number
from packbuilder.textfile import TomlFile, read_toml, suggest

Report = Callable[[str, str, str, str], None]

# A code names a file and a folder, and Babel would take `es@/../..` for Spanish.
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# What Markdown, or our own dialect of it, takes for a command and leaves out: of `*65*` only the number would be printed.
MARKS = re.compile(r"[{}`\\]|!\[|\[\^|\]\(|\*[^\s*][^*]*\*|(?<!\w)_[^_]+_(?!\w)")
MOST_LETTERS, MOST_ALARMS = 1000, 100  # far more than any page has room for

# key -> (type, what it is for); a "?" at the end of the type: may be left out.
KEYS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "": {
        "id": ("text", "the short name of the site, used in file names"),
        "name": ("text", "the hospital's name as printed"),
        "ward": ("text", "the ward or unit as printed"),
        "region": ("text", "the country, as two capital letters; it decides the emergency number and the units"),
        "paper": ("text", "the paper: A4 or Letter"),
        "locales": ("list", "the languages to print, such as en-GB"),
        "staff_locale": ("text", "the language that the hospital's staff read"),
        "formats": ("list?", "standard, large-print"),
        "time_zone": ("text", "the place whose clock the hospital uses, such as Europe/London"),
        "sample": ("flag?", "true marks every page SAMPLE; needed for made-up numbers"),
    },
    "contact": {
        "phone_24h": ("text", "the number that patients call day and night"),
        "phone_day": ("text?", "the ward's daytime number"),
        "pump_help": ("text?", "the number of the pump's helper"),
        "emergency": ("text?", "the emergency number; each country has its own"),
        "interpreter": ("text?", "how to ask for an interpreter"),
        "formats": ("text?", "how to ask for other formats"),
        "feedback": ("text?", "where to send comments and errors"),
    },
    "fever.adult": {
        "high_c": ("number", "the temperature in °C from which an adult must call"),
        "rule": ("text", '"above" or "at-or-above"'),
        "low_c": ("number?", "the temperature in °C below which they must call"),
        "sustained_c": ("number?", "a lower temperature in °C that counts when it lasts"),
        "sustained_hours": ("number?", "how many hours it must last"),
    },
    "home": {
        "pathway": ("flag?", "false when nobody goes home with the pump running (conflict X07)"),
        "bag_change": ("text?", "who changes the bag, where and how often"),
        "pump_model": ("text?", "the name of the pump"),
        "bathing": ("text?", "the ward's own rule for washing with the pump"),
        "body_fluids": ("text?", "the ward's own rule for body fluids"),
        "alarms": ("list?", "the pump's messages: a list of {screen, means, do}"),
    },
    "review": {
        "document_prefix": ("text", "the start of the document code in the foot of each page"),
        "owner": ("text", "the team that keeps the text"),
        "months": ("number?", "months until the next review, at most 36"),
    },
}
TABLES = {**KEYS, "fever.child": KEYS["fever.adult"]}
TYPE_NAMES = {"text": 'text in quotes, "…"', "number": "a number", "list": 'a list, ["…", "…"]', "flag": "true or false"}
CHECK_TYPE: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str) and value.strip() != "",
    "number": lambda value: isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite(),
    "list": lambda value: isinstance(value, list),
    "flag": lambda value: isinstance(value, bool),
}


def read_site(path: Path, root: Path) -> tuple[Site | None, tuple[Problem, ...]]:
    """A checked site, or None and everything that is wrong with its file."""
    toml, broken = read_toml(path, root)
    if broken:
        return None, broken
    problems: list[Problem] = []

    def report(key: str, code: str, message: str, hint: str) -> None:
        problems.append(Problem(code, toml.place(key), f"{key}: {message}", hint, key=key))

    tables = {name: check_keys(toml, name, report) for name in TABLES}
    top, contact, home, review = tables[""], tables["contact"], tables["home"], tables["review"]
    region = check_region(top.get("region", ""), report)
    sample = top.get("sample", False)
    contacts = check_contacts(contact, region, sample, report)
    fever = {name: check_fever(f"fever.{name}", tables[f"fever.{name}"], toml, report) for name in ("adult", "child")}
    alarms = check_alarms(home.get("alarms", []), report)
    check_identity(top, path, report)
    check_languages(top, report)
    months = review.get("months", 24)
    if not 1 <= months <= 36 or months != int(months):
        report("review.months", "SITE_VALUE", f"{months} is out of range", "write a whole number from 1 to 36")
    if problems:
        return None, tuple(problems)
    return (
        Site(
            id=top["id"],
            name=top["name"].strip(),
            ward=top["ward"].strip(),
            region=region,
            paper=top["paper"],
            locales=tuple(top["locales"]),
            staff_locale=top["staff_locale"],
            formats=tuple(top.get("formats", ["standard"])),
            time_zone=top["time_zone"],
            sample=sample,
            contacts=contacts,
            fever={name: rule for name, rule in fever.items() if rule},
            home={key: " ".join(value.split()) for key, value in home.items() if isinstance(value, str)},
            alarms=alarms,
            home_pathway=home.get("pathway", True),
            document_prefix=review["document_prefix"],
            owner=review["owner"],
            review_months=int(months),
            place=toml.place(),
        ),
        (),
    )


def check_keys(toml: TomlFile, table: str, report: Report) -> dict[str, Any]:
    """The usable values of one table; unknown, missing and mistyped keys are reported."""
    values: Any = toml.values
    for part in filter(None, table.split(".")):
        values = values.get(part, {}) if isinstance(values, dict) else {}
    if not isinstance(values, dict):
        report(table, "SITE_TYPE", "must be a table", f"start it with a line [{table}]")
        return {}
    known = TABLES[table]
    inner = {name[len(table) + 1 if table else 0 :].split(".")[0] for name in TABLES if name.startswith(table) and name != table}
    usable = {}
    for key, value in values.items():
        dotted = f"{table}.{key}" if table else key
        if key in inner and isinstance(value, dict):
            if key == "fever":
                for extra in value.keys() - {"adult", "child"}:
                    report(f"fever.{extra}", "UNKNOWN_KEY", "is not known", "known: fever.adult, fever.child")
            continue
        if key not in known:
            report(dotted, "UNKNOWN_KEY", "is not known", suggest(key, [*known, *inner]))
        elif not CHECK_TYPE[kind := known[key][0].rstrip("?")](value):
            report(dotted, "SITE_TYPE", f"{show_value(value)} cannot be used", f"write {TYPE_NAMES[kind]}: {known[key][1]}")
        elif kind != "text" or check_text(dotted, value, report):
            usable[key] = value
    for key, (kind, purpose) in known.items():
        if not kind.endswith("?") and key not in values:
            report(f"{table}.{key}" if table else key, "MISSING_KEY", "is missing", f"it is {purpose}")
    return usable


def show_value(value: Any) -> str:
    """A value as it stands in the file, cut where it is too long to be one."""
    text = str(value).lower() if isinstance(value, Decimal | bool) else repr(value)
    return text if len(text) <= 60 else text[:60] + "…"


def check_text(key: str, text: str, report: Report) -> bool:
    """Whether words of the hospital can be printed: of a length that a page has room for, with digits that all staff can read, and as
    they stand: a placeholder that nobody knows would come out as a line to write on, a picture as nothing.
    """
    foreign = next((char for char in text if char.isdecimal() and not char.isascii()), "")
    if len(text) > MOST_LETTERS:
        report(key, "SITE_VALUE", f"has {len(text)} characters, at most {MOST_LETTERS}", "shorten it")
    elif foreign and key != "contact.emergency":  # the short number has a rule of its own
        report(key, "SITE_VALUE", f"{foreign!r} is a digit that not all can read or dial", "write it with the digits 0 to 9")
    elif mark := MARKS.search(text):
        report(key, "SITE_VALUE", f"{mark.group()[:20]!r} has no meaning here", "write plain words: what stands here is printed as it is")
    else:
        return True
    return False


def check_region(region: str, report: Report) -> str:
    if region and not is_region(region):
        report("region", "SITE_VALUE", f"{region!r} is not a country code", "write GB, US or another ISO code in capitals")
        return ""
    return region


def check_identity(top: Mapping[str, Any], path: Path, report: Report) -> None:
    if "id" in top and not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", top["id"]):
        report("id", "SITE_VALUE", f"{top['id']!r} cannot be a file name", "use a-z, 0-9 and single hyphens")
    elif "id" in top and top["id"] != path.stem:
        report("id", "SITE_VALUE", f"{top['id']!r} is not the name of the file", f"write id = {path.stem!r} or rename the file")
    if top.get("paper", "A4") not in ("A4", "Letter"):
        report("paper", "SITE_VALUE", f"{top['paper']!r} is not known", "write A4 or Letter")
    zones = known_zones()
    if "time_zone" in top and zones and top["time_zone"] not in zones:
        report("time_zone", "SITE_VALUE", f"{top['time_zone']!r} is not known", "write it as Europe/London or America/New_York")
    elif "time_zone" in top and zones:
        ZoneInfo(top["time_zone"])
    formats = top.get("formats", [])
    for number, value in enumerate(formats):
        if value not in FORMATS:
            report("formats", "SITE_VALUE", f"{show_value(value)} is not known", suggest(str(value), list(FORMATS)))
        elif value in formats[:number]:
            report("formats", "SITE_VALUE", f"{value!r} stands there twice", "write each format once")


@functools.cache
def known_zones() -> frozenset[str]:
    """The names that the system has zones for; none where it has no such files. They are looked for in six hundred files, so once."""
    return frozenset(available_timezones())


def check_languages(top: Mapping[str, Any], report: Report) -> None:
    locales = top.get("locales", [])
    if "locales" in top and not locales:
        report("locales", "SITE_VALUE", "is empty", f'write at least one language, such as ["{SOURCE_LOCALE}"]')
    for key, code in [*(("locales", code) for code in locales), ("staff_locale", top.get("staff_locale", SOURCE_LOCALE))]:
        try:
            if not LANGUAGE.fullmatch(str(code)):
                raise ValueError
            Locale.parse(str(code), sep="-")
        except (ValueError, UnknownLocaleError):
            report(key, "SITE_VALUE", f"{show_value(code)} is not a language code", "write codes such as en-GB, es, zh-Hans")
    for code in {str(code) for code in locales if locales.count(code) > 1}:
        report("locales", "SITE_VALUE", f"{code!r} stands there twice", "write each language once")


def check_contacts(values: Mapping[str, str], region: str, sample: bool, report: Report) -> dict[str, Contact]:
    """Contacts by their placeholder names, without those that the site does not give."""
    if not region:
        return {}
    contacts: dict[str, Contact] = {}
    names = {"emergency": "emergency_number", "formats": "formats_contact"}
    for key, text in values.items():
        dotted = f"contact.{key}"
        if key == "emergency":
            if not re.fullmatch(r"[0-9]{2,5}", text):
                report(dotted, "SITE_PHONE", f"{text!r} is not an emergency number", "write the short number, such as 999")
            contacts[names[key]] = Contact(text, text)
        elif key in ("phone_24h", "phone_day", "pump_help") or looks_like_number(text):
            contact, wrong = parse_number(text, region)
            if contact is None:
                report(dotted, "SITE_PHONE", wrong, "write it as people dial it, and ring it before you print")
            elif is_fictional(contact) and not sample:
                report(dotted, "SITE_PHONE", f"{text!r} is reserved for fiction", "write the real number, or sample = true")
            else:
                contacts[names.get(key, key)] = contact
        else:
            contacts[names.get(key, key)] = Contact(" ".join(text.split()))
    if "emergency" not in values:
        if region in EMERGENCY:
            contacts["emergency_number"] = Contact(EMERGENCY[region], EMERGENCY[region])
        else:
            report("contact.emergency", "MISSING_KEY", f"is missing and has no default for {region}", "write the emergency number")
    return contacts


def check_fever(table: str, values: Mapping[str, Any], toml: TomlFile, report: Report) -> FeverRule | None:
    """Limits in °C. A value that only makes sense in °F is named as such: 99.5 typed as °C must never pass."""
    limits = {"high_c": ("37.0", "39.5"), "low_c": ("34.0", "36.9"), "sustained_c": ("37.0", "39.0")}
    good = True
    for key, (low, high) in limits.items():
        if key not in values:
            good = good and key != "high_c"
            continue
        number = Decimal(values[key])
        if Decimal(90) <= number <= Decimal(110):
            celsius = ((number - 32) * 5 / 9).quantize(Decimal("0.1"))
            report(f"{table}.{key}", "SITE_FEVER", f"{number} looks like °F", f"write °C: {number} °F is {celsius} °C")
        elif not Decimal(low) <= number <= Decimal(high):
            report(f"{table}.{key}", "SITE_FEVER", f"{number} °C is out of range", f"write a value from {low} to {high} °C")
        elif number != number.quantize(Decimal("0.1")):
            report(f"{table}.{key}", "SITE_FEVER", f"{number} has more than one decimal", "a thermometer shows one decimal")
        else:
            continue
        good = False
    if values.get("rule") not in ("above", "at-or-above", None):
        report(f"{table}.rule", "SITE_FEVER", f"{values['rule']!r} is not known", 'write "above" or "at-or-above"')
        good = False
    if (f"{table}.sustained_c" in toml.lines) != (f"{table}.sustained_hours" in toml.lines):
        report(f"{table}.sustained_c", "SITE_FEVER", "needs its hours, and the hours need it", "give both or none")
        good = False
    hours = values.get("sustained_hours")
    if hours is not None and (hours != int(hours) or not 1 <= hours <= 24):
        report(f"{table}.sustained_hours", "SITE_FEVER", f"{hours} is out of range", "write whole hours from 1 to 24")
        good = False
    if good and "sustained_c" in values and Decimal(values["sustained_c"]) >= Decimal(values["high_c"]):
        report(f"{table}.sustained_c", "SITE_FEVER", "is not below high_c", "the lasting rule is for a lower temperature")
        good = False
    if not good or "rule" not in values:
        return None
    optional = {key: Decimal(values[key]) for key in ("low_c", "sustained_c") if key in values}
    rule: Literal["above", "at-or-above"] = values["rule"]
    return FeverRule(Decimal(values["high_c"]), rule, sustained_hours=int(hours) if hours else None, **optional)


def check_alarms(rows: list[Any], report: Report) -> tuple[Alarm, ...]:
    alarms = []
    if len(rows) > MOST_ALARMS:
        report("home.alarms", "SITE_VALUE", f"has {len(rows)} rows, at most {MOST_ALARMS}", "write what a patient may see on the pump")
        return ()
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or set(row) != {"screen", "means", "do"} or not all(map(CHECK_TYPE["text"], row.values())):
            report("home.alarms", "SITE_VALUE", f"row {number} is not complete", 'write { screen = "…", means = "…", do = "…" }')
        elif all([check_text("home.alarms", value, report) for value in row.values()]):
            alarms.append(Alarm(**{key: " ".join(value.split()) for key, value in row.items()}))
    return tuple(alarms)
