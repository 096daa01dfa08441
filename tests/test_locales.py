"""The shipped languages: what stands in their files is right, complete or not, and can be printed in the bundled fonts."""

import re
import shutil
import subprocess
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from workshop import ROOT, SHIPPED

from packbuilder.catalog import Translations, read_catalog
from packbuilder.content import read_library
from packbuilder.glossary import Glossary, read_glossary
from packbuilder.language import babel_locale, direction, is_source_language
from packbuilder.messages import extract, extract_templates
from packbuilder.model import Translation
from packbuilder.rooms import default_sites
from packbuilder.site import read_site
from packbuilder.translation import check_translation

FILES = sorted(SHIPPED.locales.glob("*.po"))
CODES = [path.stem for path in FILES]
FONTS = SHIPPED.templates / "fonts"
every_language = pytest.mark.parametrize("code", CODES)


@cache
def catalog(code: str) -> Translations:
    translations, problems = read_catalog(SHIPPED.locales / f"{code}.po", ROOT)
    assert problems == (), "\n".join(map(str, problems))
    return translations


@cache
def glossary(code: str) -> Glossary:
    found, problems = read_glossary(SHIPPED.locales / "glossary" / f"{code}.toml", ROOT)
    assert problems == (), "\n".join(map(str, problems))
    return found


def printed(code: str) -> list[Translation]:
    """What a build may print: neither empty nor a hint."""
    return [entry for entry in catalog(code).values() if entry.text and not entry.fuzzy]


def test_the_languages_that_were_promised_are_there() -> None:
    assert {"en-US", "es", "pl", "ar", "zh-Hans"} <= set(CODES)


@every_language
def test_a_file_is_read_without_a_problem(code: str) -> None:
    assert catalog(code)


@every_language
def test_every_translation_passes_every_rule(code: str) -> None:
    found = [problem for entry in catalog(code).values() for problem in check_translation(entry, glossary(code), is_source_language(code))]
    assert found == [], "\n".join(map(str, found))


@every_language
@pytest.mark.skipif(not shutil.which("msgfmt"), reason="msgfmt is part of GNU gettext, which is not installed here")
def test_gettexts_own_checker_accepts_the_file(code: str) -> None:
    path = SHIPPED.locales / f"{code}.po"
    done = subprocess.run(["msgfmt", "-c", "-o", "/dev/null", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@every_language
def test_the_header_is_that_of_the_language(code: str) -> None:
    head = (SHIPPED.locales / f"{code}.po").read_text(encoding="utf-8").partition("\n\n")[0]
    assert f'"Language: {babel_locale(code)}\\n"' in head
    assert "charset=utf-8" in head.lower() and "nplurals=" in head
    blanks = ("EMAIL@ADDRESS", "FULL NAME", "VERSION", "LL@li.org", "INTEGER")
    assert [blank for blank in blanks if re.search(rf"\b{blank}\b", head)] == [], "these were to be filled in"


@every_language
def test_every_message_belongs_to_a_text_of_the_project(code: str) -> None:
    """A message that is missing makes drafts; one that is unknown is a sentence that somebody translated for nothing."""
    library, problems = read_library(SHIPPED)
    sites = [site for site in (read_site(path, ROOT)[0] for path in default_sites(SHIPPED)) if site]
    assert not problems and sites
    wanted = {(message.context, message.text) for message in extract(library, extract_templates(SHIPPED.templates, ROOT), sites)}
    assert set(catalog(code)) == wanted, "run: python3 build.py messages"


@pytest.mark.parametrize("path", sorted((SHIPPED.locales / "glossary").glob("*.toml")), ids=lambda path: path.stem)
def test_a_glossary_belongs_to_a_language(path: Path) -> None:
    assert path.stem in CODES


# What a reader of each language must be able to read


@every_language
def test_digits_are_western(code: str) -> None:
    """Staff of every language must be able to read a number off the page."""
    assert [entry.text for entry in printed(code) if re.search(r"[^\D0-9]", entry.text)] == []


@every_language
def test_there_is_no_hidden_character_and_no_special_space(code: str) -> None:
    """ZWNJ and ZWJ are letters of some scripts; everything else that cannot be seen was put in by a tool."""
    allowed = {"\u200c", "\u200d"}
    found = {
        f"{unicodedata.name(char, hex(ord(char)))} in {entry.text[:40]!r}"
        for entry in printed(code)
        for char in entry.text
        if unicodedata.category(char) in ("Cf", "Cc", "Co", "Cn", "Zl", "Zp") and char not in allowed
    }
    assert found == set()


@pytest.mark.parametrize("code", [code for code in CODES if direction(code) == "rtl" or code.startswith("zh")])
def test_a_language_of_another_script_is_written_in_it(code: str) -> None:
    """A sentence in Latin letters only was forgotten, or typed into the wrong file."""
    script = {"ar": "ARABIC", "zh": "CJK"}[code[:2]]
    for entry in printed(code):
        rest = re.sub(r"\{[^}]*\}|\]\([^)]*\)", "", entry.text)
        for name in sorted(glossary(code).keep, key=len, reverse=True):
            rest = rest.replace(name, "")
        if re.search(r"[^\W\d_]{2}", rest):
            assert any(script in unicodedata.name(char, "") for char in rest), f"{entry.place}: {entry.text}"


# Every character is in the fonts of its pages


Rules = list[tuple[str, tuple[str, ...]]]


@cache
def font_rules() -> Rules:
    """(selector, families) of each `font-family` in the style sheet, in order."""
    css = re.sub(r"/\*.*?\*/", "", (SHIPPED.templates / "print.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", css)
    found = [(selector.strip(), re.search(r"font-family:\s*([^;}]+)", body)) for selector, body in rules]
    return [
        (selector, tuple(re.findall(r'"([^"]+)"', match.group(1)))) for selector, match in found if match and "@font-face" not in selector
    ]


def families_of(code: str) -> tuple[str, ...]:
    """The families that the running text of a locale may use: the last rule for its `body` wins."""
    fitting = [families for selector, families in font_rules() if selector in ("body", f"html[lang|={code.partition('-')[0]}] body")]
    return fitting[-1]


@cache
def characters(family: str, bold: bool) -> frozenset[int]:
    """The characters of a bundled font."""
    for path in FONTS.glob("*.ttf"):
        with TTFont(path) as font:
            names = {name: font["name"].getDebugName(name) for name in (1, 2, 16, 17)}
            known = frozenset(font.getBestCmap())
        if family in (names[1], names[16]) and bold == ("Bold" in (names[17] or names[2])):
            return known
    raise AssertionError(f"there is no {'bold' if bold else 'regular'} {family} in templates/fonts")


def printed_characters(code: str) -> dict[str, str]:
    """Every character of a language with a sentence that has it. Names of placeholders and pictures are not printed."""
    found: dict[str, str] = {}
    for entry in printed(code):
        for char in re.sub(r"\{[^{}]*\}|\]\([^)]*\)|\*\*", "", entry.text):
            found.setdefault(char, f"{entry.place}: {entry.text[:60]}")
    return found


@pytest.mark.parametrize(
    ("code", "families"),
    [
        ("es", ("Atkinson Hyperlegible Next",)),
        ("pl", ("Atkinson Hyperlegible Next",)),
        ("en-US", ("Atkinson Hyperlegible Next",)),
        ("ar", ("Atkinson Hyperlegible Next", "Noto Naskh Arabic")),
        ("zh-Hans", ("Noto Sans SC",)),
    ],
)
def test_the_style_sheet_gives_each_script_its_fonts(code: str, families: tuple[str, ...]) -> None:
    assert families_of(code) == families


@every_language
@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
def test_every_character_is_in_the_fonts_of_its_pages(code: str, bold: bool) -> None:
    """In both weights: a sentence may be a heading on one page and a paragraph on another."""
    known = frozenset().union(*(characters(family, bold) for family in families_of(code)))
    # A joiner is no letter of its own: it tells the letters beside it how to join.
    missing = {char: where for char, where in printed_characters(code).items() if ord(char) not in known and char not in "\u200c\u200d"}
    assert missing == {}, "\n".join(f"U+{ord(char):04X} {char} {where}" for char, where in missing.items())


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
@pytest.mark.parametrize("family", sorted({family for _, families in font_rules() for family in families}))
def test_values_can_be_printed_in_every_font_that_a_page_names(family: str, bold: bool) -> None:
    """Figures, signs and a blank; the fonts of other scripts stand behind the Latin one, so they need no Latin letters."""
    wanted = "0123456789" if family == "Atkinson Hyperlegible Next" or "SC" in family else ""
    assert {ord(char) for char in wanted} <= characters(family, bold)


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
def test_the_letters_and_signs_of_facts_are_in_the_latin_font(bold: bool) -> None:
    """Facts are printed in it in every language: names, numbers, °C, mail addresses."""
    wanted = "".join(map(chr, range(0x20, 0x7F))) + "°\u00a0–—’“”…·•×ßäöüñçéèêáíóúąćęłńśźż"
    assert [char for char in wanted if ord(char) not in characters("Atkinson Hyperlegible Next", bold)] == []
