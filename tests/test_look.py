"""The look: readable in grey, nothing set too small, no letter without a glyph. Numbers in the style sheet's comments are measured."""

import re
from collections.abc import Iterator
from functools import cache

import pytest
import tinycss2
from fontTools.ttLib import TTFont
from workshop import SHIPPED

from packbuilder.printer import Press, lay_out

CSS = (SHIPPED.templates / "print.css").read_text(encoding="utf-8")
TOKEN = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});\s*/\*\s*([\d.]+) : 1, grey (\d+)\s*\*/")
TOKENS = [match.groups() for match in TOKEN.finditer(CSS)]
BODY_PT = 13.0
LARGE_PT = 18.0
SMALLEST_PT = 12.0
SMALLEST_WORKING_PT = 10.0  # the rows at the end of the reviewer's edition: a working paper that no patient gets


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_on_white(colour: str) -> float:
    return 1.05 / (luminance(colour) + 0.05)


def grey(colour: str) -> int:
    """The grey of the same luminance, 0 to 255."""
    linear = luminance(colour)
    return round(255 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055))


def test_the_colours_of_text_are_measured() -> None:
    assert {"ink", "brand", "emergency", "urgent", "tell", "rule"} <= {name for name, *_ in TOKENS}


@pytest.mark.parametrize(("name", "colour", "contrast", "value"), TOKENS, ids=[name for name, *_ in TOKENS])
def test_a_colour_is_as_its_comment_says(name: str, colour: str, contrast: str, value: str) -> None:
    assert f"{contrast_on_white(colour):.1f}" == contrast
    assert grey(colour) == int(value)
    assert contrast_on_white(colour) >= 4.5, "WCAG AA, also for small text"


def test_the_three_strengths_are_told_apart_in_grey() -> None:
    shades = [grey(colour) for name, colour, *_ in TOKENS if name in ("emergency", "urgent")]
    assert abs(shades[0] - shades[1]) >= 30


# Sizes


def rules(nodes: list[object]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every style rule with its declarations, also those inside `@page`."""
    for node in nodes:
        if not hasattr(node, "prelude") or node.content is None:
            continue
        selector = tinycss2.serialize(node.prelude).strip()
        declared = {}
        for item in tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True):
            if item.type == "declaration":
                declared[item.lower_name] = tinycss2.serialize(item.value).strip()
        yield (f"@{node.at_keyword} {selector}" if node.type == "at-rule" else selector), declared


RULES = list(rules(tinycss2.parse_stylesheet(CSS, skip_comments=True, skip_whitespace=True)))


def points(size: str, selector: str = "") -> float:
    """A size in points. An `em` is a part of what is around it, and that may be as small as can be. A `rem` is the size of the body."""
    match = re.fullmatch(r"([\d.]+)(pt|rem|mm|px|em)", size)
    assert match, f"{size!r} cannot be checked: write pt, rem, mm or em"
    body = LARGE_PT if all(re.match(r"html\S*\.large-print\b", part.strip()) for part in selector.split(",")) else BODY_PT
    return float(match[1]) * {"pt": 1.0, "rem": body, "mm": 72 / 25.4, "px": 0.75, "em": SMALLEST_PT}[match[2]]


# Feet that are neither on a page nor on a card's panels. Ten cards fill A4: what is left at the edge holds a foot of 10 pt, and is cut
# away with it (issue 6). The card for a phone is a picture: its foot is read on a screen, which enlarges it.
BESIDE_THE_CARDS = {"html.single-cards .foot-short": 10.0, "html.phone-card .foot-short": 8.0}


def smallest(selector: str) -> float:
    """What a rule may go down to, in pt."""
    if selector in BESIDE_THE_CARDS:
        return BESIDE_THE_CARDS[selector]
    return 8.0 if is_on_the_card(selector) else SMALLEST_WORKING_PT if selector == ".dossier" else SMALLEST_PT


def is_on_the_card(selector: str) -> bool:
    return all(re.search(r"\.(panel|card)\b|\.(panel|card)-", part) for part in selector.split(","))


SIZES = [(selector, declared["font-size"]) for selector, declared in RULES if "font-size" in declared]


@pytest.mark.parametrize(("selector", "size"), SIZES, ids=[f"{selector} {size}" for selector, size in SIZES])
def test_no_type_is_too_small(selector: str, size: str) -> None:
    """12 pt everywhere but on a card, and there 8 pt."""
    assert points(size, selector) >= smallest(selector)


def test_only_what_is_there_is_excused() -> None:
    """No rule is widened for a selector that nobody uses any more."""
    assert set(BESIDE_THE_CARDS) <= {selector for selector, _ in SIZES}


def test_the_body_is_13_points_and_large_print_18() -> None:
    found = {selector: declared["font-size"] for selector, declared in RULES if "font-size" in declared}
    assert (found["html"], found["html.large-print"]) == (f"{BODY_PT:g}pt", f"{LARGE_PT:g}pt") == ("13pt", "18pt")


# Pages for the screen: the front page, the nurse's steps, the desk, the state of the languages, and what they share.
SCREEN = re.compile(r"(index|before-cycle-1|desk|status|screen-[a-z-]+)\.html")


def test_no_template_sets_a_size_of_its_own() -> None:
    for path in SHIPPED.templates.rglob("*.html"):
        if not SCREEN.fullmatch(path.name):
            sizes = re.findall(r"font-size:\s*([^;\"}]+(?:}}[a-z]+)?)", path.read_text(encoding="utf-8"))
            assert path.name == "card-panel.html" or not sizes, f"{path.name}: {sizes}"


def test_no_drawing_holds_text() -> None:
    """It could not be translated, and nobody would measure it."""
    assert [path.name for path in (SHIPPED.templates / "pictures").glob("*.svg") if "<text" in path.read_text(encoding="utf-8")] == []


# Hard to read


def declared(name: str) -> set[str]:
    return {values[name] for _, values in RULES if name in values}


def test_nothing_is_slanted_set_in_capitals_justified_or_hyphenated() -> None:
    assert declared("font-style") <= {"normal"}
    assert declared("text-transform") <= {"none"}
    assert declared("font-variant") <= {"normal"} and not any("caps" in value for value in declared("font-variant-caps"))
    assert declared("text-align") <= {"start", "center", "end", "left", "right"}
    assert declared("hyphens") == {"none"}


def test_nothing_is_cut_off() -> None:
    """`overflow: hidden` would let a line disappear without a word."""
    assert declared("overflow") <= {"visible"} and not declared("text-overflow") and not declared("max-lines")


def test_only_our_fonts_are_named() -> None:
    shipped = {TTFont(path)["name"].getBestFamilyName() for path in (SHIPPED.templates / "fonts").glob("*.ttf")}
    named = {family.strip().strip("\"'") for value in declared("font-family") for family in value.split(",")}
    assert named and named <= shipped | {"inherit"}


# Letters


@cache
def glyphs(weight: str) -> frozenset[int]:
    """All characters that the fonts of one weight can set together."""
    fonts = list((SHIPPED.templates / "fonts").glob(f"*-{weight}.ttf"))
    assert fonts
    return frozenset(code for path in fonts for code in TTFont(path).getBestCmap())


WRITTEN = sorted(
    [*SHIPPED.handouts.rglob("*.md"), *SHIPPED.handouts.rglob("*.toml"), *SHIPPED.templates.rglob("*.html"), *SHIPPED.locales.glob("*.po")]
)


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(SHIPPED.root).as_posix())
def test_every_letter_has_a_glyph(path: object, weight: str) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    missing = {char for char in text if ord(char) not in glyphs(weight) and not char.isspace() and char not in "\u200c\u200d"}
    assert not missing, " ".join(f"{char} U+{ord(char):04X}" for char in sorted(missing))


@pytest.mark.parametrize(("locale", "way"), [("en-GB", "ltr"), ("ar", "rtl")])
def test_the_two_columns_of_the_contents_stand_beside_one_another(locale: str, way: str, press: Press) -> None:
    """Columns that fill the line to its last hair break in Arabic: half a page stayed white."""
    columns = '<ul><li><a href="#a">A</a></li></ul>' * 2
    body = f'<section class="block contents" id="a"><h2>B</h2>{columns}</section>'
    html = f'<html lang="{locale}" dir="{way}"><body class="pack">{body}</body></html>'
    document, _, _ = lay_out(html, press, "contents")
    [one, two] = [box for box in document.pages[0]._page_box.descendants() if box.element_tag == "ul"]
    assert one.position_y == two.position_y and one.position_x != two.position_x
    assert (one.position_x < two.position_x) == (way == "ltr")
