"""Language codes: what Babel calls them, which way they run, and how they are named.

The pseudo-locales are built in memory and never published: `qps-ploc` is accented and 40 % longer, `qps-plocm` is the same on
a right-to-left page. What does not come through a message, overflows or fails to mirror shows at once.
"""

import copy
import functools
import re
from typing import Any

from babel import Locale, UnknownLocaleError, localedata

from packbuilder.model import SOURCE_LOCALE
from packbuilder.site import LANGUAGE

LONGER, MIRRORED = "qps-ploc", "qps-plocm"
PSEUDO = (LONGER, MIRRORED)
PROTECTED = re.compile(r"\{[^{}\s]*\}|!\[|\]\([^)]*\)|\*\*|\d+")
ACCENTS = str.maketrans("aceinosuyzACEINOSUYZ", "áçéíñóšúýžÁÇÉÍÑÓŠÚÝŽ")


@functools.cache
def babel_locale(code: str) -> Locale:
    """The CLDR locale behind a code. Raises `ValueError` for one that is not known."""
    if not LANGUAGE.fullmatch(code):
        raise ValueError(f"{code!r} is not a language code")
    try:
        return separate(Locale.parse(SOURCE_LOCALE if code in PSEUDO else code, sep="-"))
    except UnknownLocaleError as error:
        raise ValueError(f"{code!r} is not a language code") from error


def is_language(code: str) -> bool:
    """Whether CLDR knows a code."""
    try:
        return bool(babel_locale(code))
    except ValueError:
        return False


@functools.cache
def local_form(code: str, region: str) -> Locale:
    """How numbers are written for this language in this country: Spanish prints 100.4 in the US, as thermometers there do."""
    base = babel_locale(code)
    try:
        return base if base.territory else separate(Locale(base.language, region, base.script))
    except UnknownLocaleError:
        return base


def separate(locale: Locale) -> Locale:
    """The locale with tables of its own. Babel shares them, and fills the gaps of a language in place (python-babel/babel issue 1234):
    after one that has no names of months, such as Dhivehi, Arabic would print none either.
    """
    tables: Any = copy.deepcopy(localedata.load(str(locale)))
    vars(locale)["_Locale__data"] = localedata.LocaleDataDict(tables)
    return locale


def direction(code: str) -> str:
    """`rtl` or `ltr`."""
    # Mongolian letters run from top to bottom; paper that is read from left to right is all that we print of them.
    return "rtl" if code == MIRRORED or babel_locale(code).text_direction == "rtl" else "ltr"


def is_source_language(code: str) -> bool:
    """Whether readers of this locale read the source text as it stands, but for spelling."""
    return code.partition("-")[0] == SOURCE_LOCALE.partition("-")[0]


def shares_language(one: str, two: str) -> bool:
    """Whether a reader of one locale reads the other: `en-GB` and `en-US`, but not two ways to write Chinese."""
    first, second = babel_locale(one), babel_locale(two)
    return (first.language, first.script) == (second.language, second.script)


def own_name(code: str) -> str:
    """The language in its own words: `español`."""
    locale = babel_locale(code)
    return str(locale.get_display_name(locale) or code)


def english_name(code: str) -> str:
    """The language in English, for the foot of a translated page: `Spanish`."""
    return str(babel_locale(code).get_display_name("en") or code)


def without_country(code: str) -> str:
    """What people call a language: `en` of `en-GB`, but `zh-Hans` as it is, for that is a way to write."""
    locale = babel_locale(code)
    return "-".join(filter(None, (locale.language, locale.script)))


def name_in(code: str, reader: str) -> str:
    """The language in the words of another: `hiszpański`, for Spanish on a Polish ward."""
    return str(babel_locale(code).get_display_name(babel_locale(reader)) or code)


def pseudo_translate(source: str) -> str:
    """Accented, about 40 % longer, with placeholders, pictures, bold marks and numbers untouched."""
    pieces, end = [], 0
    for match in PROTECTED.finditer(source):
        pieces += [source[end : match.start()].translate(ACCENTS), match.group()]
        end = match.end()
    text = "".join((*pieces, source[end:].translate(ACCENTS)))
    words = max(1, round(len(source) * 0.4 / 5))
    extra = " ".join(("óñé", "twó", "thréé", "fóúr", "fívé")[index % 5] for index in range(words))
    # In a message that is a picture, only the sentence between the brackets grows.
    return re.sub(r"\](?=\([^)]*\)$)", f" {extra}]", text) if re.fullmatch(r"!\[[^\]]+\]\([^)]*\)", text) else f"{text} {extra}"
