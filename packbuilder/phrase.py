"""Facts as a reader of one locale sees them.

Why here and nowhere else: a temperature or a telephone number is decided once, from the site file, and is then only
carried. Every number is an isolated piece, so that no right-to-left page can turn it round. Digits are 0-9 in every
language: staff must be able to read and check them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit

from packbuilder.language import babel_locale, local_form
from packbuilder.markup import PLACEHOLDER, Translate
from packbuilder.model import SOURCE_LOCALE, Audience, FeverRule, Library, PrintedFact, Site

NBSP = "\u00a0"
# Countries whose people measure fever in °F first (CLDR measurement system "US").
FAHRENHEIT_FIRST = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "BS", "BZ", "KY", "PW", "FM", "MH", "LR"})
CONTACTS = ("phone_24h", "phone_day", "pump_help", "emergency_number", "interpreter", "formats_contact", "feedback")
SITE_NAMES = ("hospital", "ward", "pump_model", "owner")
SITE_TEXTS = {"bag_change": "bag_change", "home_bathing": "bathing", "home_body_fluids": "body_fluids"}
# A month in letters in a pattern of CLDR, and what CLDR has in the place of one that a language has no name for.
IN_LETTERS, NO_NAME = re.compile("MMM|LLL"), re.compile(r"\bM[0-9]")
# What a dated plan fills in (`dated`); without one a line to write on stands there.
PLAN_NAMES = ("plan_start", "plan_stop", "plan_hospital", "plan_bags", "plan_break", "plan_break_until")
FEVER_NAMES = ("fever_rule", "call_temperature", "low_rule", "fever_high", "fever_low_limit")
# The phrases of facts.toml that the fever rule is made of, with what each must hold: one without its number would tell nobody when to call.
FEVER_PHRASES = {
    "fever_above": ("fever_high",),
    "fever_at_or_above": ("fever_high",),
    "fever_low": ("fever_low_limit",),
    "fever_lasting": ("fever_lasting_limit", "fever_lasting_time"),
    "call_with_low": ("fever_rule", "low_rule"),
    "call_with_lasting": ("fever_rule", "lasting_rule"),
    "call_with_both": ("fever_rule", "lasting_rule", "low_rule"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a fact is printed."""

    library: Library
    site: Site
    audience: Audience
    locale: str

    @property
    def babel_locale(self) -> Locale:
        return local_form(self.locale, self.site.region)


def site_placeholders(audience: Audience) -> tuple[str, ...]:
    """The placeholders of an audience that are filled from the site file."""
    fever = tuple(f"{name}_{who}" for name in FEVER_NAMES for who in ("adult", "child")) if audience == "nurse" else FEVER_NAMES
    return CONTACTS + SITE_NAMES + tuple(SITE_TEXTS) + fever + PLAN_NAMES


def to_fahrenheit(celsius: Decimal) -> Decimal:
    """°C -> °F to one decimal, halves up: 37.5 is 99.5, 38.0 is 100.4, 36.0 is 96.8 (conflict X28)."""
    return (celsius * 9 / 5 + 32).quantize(Decimal("0.1"), ROUND_HALF_UP)


def print_temperature(celsius: Decimal, reader: Reader) -> str:
    """Both units, the country's own first: `37.5 °C (99.5 °F)`."""
    c, f = (write_decimal(value, reader, "0.0") + f"{NBSP}°{unit}" for value, unit in ((celsius, "C"), (to_fahrenheit(celsius), "F")))
    first, second = (f, c) if reader.site.region in FAHRENHEIT_FIRST else (c, f)
    return f"{first} ({second})"


def print_number(number: Decimal, reader: Reader) -> str:
    """A number with the reader's decimal mark and no mark for thousands: `5.4`, in Polish `5,4`."""
    return write_decimal(number, reader)


def write_decimal(number: Decimal, reader: Reader, pattern: str | None = None) -> str:
    """The digits 0-9 and the reader's decimal mark, if that is a point or a comma; a point else. CLDR has U+066B for Western Balochi,
    also between the digits 0-9, where no font and no nurse expects it (issue 7).
    """
    own, plain = (
        format_decimal(number, format=pattern, locale=locale, numbering_system="latn", group_separator=False)
        for locale in (reader.babel_locale, babel_locale(SOURCE_LOCALE))
    )
    return own if own.isascii() else plain


def print_date(day: date, locale: str, region: str) -> str:
    """A date with its month in letters, so that no country can take it for another: `20 Nov 2026`, in the US `Nov 20, 2026`."""
    form = local_form(locale, region)
    short = form.datetime_skeletons["yMMMd"].pattern
    # Czech, Finnish and others put a number for the month where a date is short.
    text = format_date(day, short if IN_LETTERS.search(short) else "long", locale=form)
    return text if tells_month(text) else day.isoformat()


def tells_month(text: str) -> bool:
    """Whether a date can be read by its reader and by staff: the month a word, or a number with a word beside it, and digits 0-9."""
    return any(map(str.isalpha, text)) and not NO_NAME.search(text) and all(char.isascii() for char in text if char.isdecimal())


def make_resolver(reader: Reader, translate: Translate) -> Callable[[str], PrintedFact | None]:
    """The function that finds a fact by name; None for one that the site leaves open. Phrases go through `translate`."""
    site, library = reader.site, reader.library

    def isolated(name: str, text: str, dial: str = "") -> PrintedFact:
        return PrintedFact(name, ((text, True),), dial)

    def phrase(name: str, source: str, context: str, parts: dict[str, PrintedFact]) -> PrintedFact:
        translated = translate(context, source)
        text = translated or source
        pieces: list[tuple[str, bool]] = []
        end = 0
        for match in PLACEHOLDER.finditer(text):
            if match.start() > end:
                pieces.append((text[end : match.start()], False))
            # What the fever rule is made of holds nothing else, or it could hold itself.
            part = parts.get(match.group(1)) if parts else resolve(match.group(1))
            pieces.extend(part.pieces if part else ((match.group(), False),))
            end = match.end()
        if end < len(text):
            pieces.append((text[end:], False))
        return PrintedFact(name, tuple(pieces), untranslated=translated is None or any(part.untranslated for part in parts.values()))

    def library_phrase(fact: str, name: str, parts: dict[str, PrintedFact] | None = None) -> PrintedFact:
        row = library.facts[fact]
        return phrase(name, row.by_region.get(site.region, row.text), "facts", parts or {})

    def fever(name: str, rule: FeverRule) -> PrintedFact | None:
        base, suffix = next((known, name[len(known) :]) for known in FEVER_NAMES if name.startswith(known))
        limits = {"fever_high": rule.high_c, "fever_low_limit": rule.low_c, "fever_lasting_limit": rule.sustained_c}
        parts = {key: isolated(key + suffix, print_temperature(value, reader)) for key, value in limits.items() if value}
        if base in limits:
            return parts.get(base)
        if rule.sustained_hours:
            time = format_unit(rule.sustained_hours, "duration-hour", "long", locale=reader.babel_locale)
            parts["fever_lasting_time"] = PrintedFact("fever_lasting_time", ((time, False),))
        parts["fever_rule"] = library_phrase("fever_above" if rule.rule == "above" else "fever_at_or_above", name, parts)
        if rule.low_c:
            parts["low_rule"] = library_phrase("fever_low", name, parts)
        if rule.sustained_c:
            parts["lasting_rule"] = library_phrase("fever_lasting", name, parts)
        if base != "call_temperature":
            return parts.get(base)
        both = {(True, True): "call_with_both", (True, False): "call_with_low", (False, True): "call_with_lasting"}
        whole = both.get((bool(rule.low_c), bool(rule.sustained_c)))
        return library_phrase(whole, name, parts) if whole else parts["fever_rule"]

    def resolve(name: str) -> PrintedFact | None:
        if name in CONTACTS:
            contact = site.contacts.get(name)
            return isolated(name, contact.text, contact.dial) if contact else None
        if name in SITE_NAMES:
            text = {"hospital": site.name, "ward": site.ward, "owner": site.owner}.get(name) or site.home.get(name)
            return isolated(name, text) if text else None
        if name in SITE_TEXTS:
            own = site.home.get(SITE_TEXTS[name])
            if not own:
                return None
            said = translate(f"site.{site.id}", own)
            return PrintedFact(name, ((said or own, False),), untranslated=said is None)
        if name in PLAN_NAMES:
            return None
        if name in site_placeholders(reader.audience):
            is_child = reader.audience == "parent" or name.endswith("_child")
            return fever(name, site.fever["child" if is_child else "adult"])
        fact = library.facts.get(name)
        if fact is None:
            return None
        if fact.kind == "number":
            return isolated(name, print_number(fact.number, reader))
        if fact.kind == "phrase":
            return library_phrase(name, name)
        return isolated(name, fact.text)

    return resolve
