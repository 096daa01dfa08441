"""The wallet card: all that a site may write fits, and what does not fit is an error in mm, never a smaller or a cut text."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from workshop import LONG, SHIPPED, SMALL_SITE_TEXT, assert_clean, change_toml, panel_text, site_from, small, small_library, write

from packbuilder.content import read_library
from packbuilder.edition import print_edition
from packbuilder.fit import PT, fit_card
from packbuilder.forms import ID_1, ID_1_SIZES, shape_of
from packbuilder.model import Format, Library, Manuscript, Problem, Site
from packbuilder.printer import Press
from packbuilder.site import read_site
from packbuilder.typeset import make_environment

WORDS = "Call us now. "


def fit(manuscript: Manuscript, press: Press) -> tuple[dict[str, float], tuple[Problem, ...]]:
    return fit_card(manuscript, make_environment(small().templates), press)


def long_panel(stem: str, words: int) -> Library:
    text = small_library().panels[stem].text
    return panel_text(small_library(), stem, text + "\n" + WORDS * words + "\n")


def test_the_measures_are_those_of_an_id_card() -> None:
    """ISO/IEC 7810, ID-1; 96 CSS pixels are an inch; nothing is set below 8 pt."""
    assert ID_1 == (85.6, 53.98)
    assert pytest.approx(72 / 25.4) == PT
    assert min(ID_1_SIZES) == 8.0 and list(ID_1_SIZES) == sorted(ID_1_SIZES, reverse=True)


def test_a_short_text_is_set_in_the_largest_type(press: Press) -> None:
    sizes, problems = fit(write(kind="card"), press)
    assert problems == ()
    assert set(sizes) == {"front", "back", "inside-left", "inside-right"}
    assert sizes["inside-right"] == max(ID_1_SIZES)


def test_a_longer_text_is_set_in_smaller_type_before_it_is_refused(press: Press) -> None:
    found = [fit(write(kind="card", library=long_panel("inside-right", count)), press) for count in range(10, 60, 10)]
    sizes = [size["inside-right"] for size, problems in found if not problems]
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) > 1, "it shrinks"
    assert found[-1][1], "and then it is refused"
    assert min(sizes) >= 8.0


@pytest.mark.parametrize("name", ["front", "back", "inside-left", "inside-right"])
def test_a_panel_that_does_not_fit_is_named_with_its_excess_in_mm(name: str, press: Press) -> None:
    _, problems = fit(write(kind="card", library=long_panel(name, 120)), press)
    [problem] = problems
    assert problem.code == "CARD_FIT"
    assert problem.place.path == f"handouts/card/{name}.md"
    assert repr(name) in problem.message and "en-GB" in problem.message and "small-gb" in problem.message
    excess = re.search(r"is (\d+\.\d) mm too tall at 8 pt", problem.message)
    assert excess and 5 < float(excess.group(1)) < 200
    assert "shorten" in problem.hint


@pytest.mark.parametrize(("form", "smallest"), [("single-cards", "8"), ("fridge-card", "12"), ("large-card", "18"), ("phone-card", "10")])
def test_each_other_card_names_its_panels_its_form_and_its_smallest_type(form: Format, smallest: str, press: Press) -> None:
    names = list(shape_of(form).panels)
    sizes, problems = fit(write(kind="card", format_=form), press)
    assert list(sizes) == names and problems == () and max(sizes.values()) > float(smallest), "the short text fits"
    library = small_library()
    for name in names:
        library = panel_text(library, name, library.panels[name].text + "\n" + WORDS * 120 + "\n")
    _, problems = fit(write(kind="card", library=library, format_=form), press)
    assert [(problem.code, problem.place.path) for problem in problems] == [("CARD_FIT", f"handouts/card/{name}.md") for name in names]
    for name, problem in zip(names, problems, strict=True):
        too_tall = rf"the panel '{name}' of {form} in en-GB for small-gb is (\d+\.\d) mm too tall at {smallest} pt"
        excess = re.fullmatch(too_tall, problem.message)
        assert excess and 2 < float(excess.group(1)) < 400, problem.message


def test_more_text_is_more_excess(press: Press) -> None:
    def excess(words: int) -> float:
        [problem] = fit(write(kind="card", library=long_panel("inside-right", words)), press)[1]
        return float(re.findall(r"(\d+\.\d) mm", problem.message)[0])

    assert excess(100) < excess(140)


def test_a_word_that_is_too_wide_is_refused(press: Press) -> None:
    library = panel_text(small_library(), "front", "### " + "Immunotherapy" * 6 + "\n\nName {pen_line}\n")
    [problem] = fit(write(kind="card", library=library), press)[1]
    assert problem.code == "CARD_FIT" and "mm too wide" in problem.message


def test_several_panels_that_do_not_fit_are_all_named(press: Press) -> None:
    library = panel_text(long_panel("front", 120), "back", "### For staff\n\n" + WORDS * 200)
    assert [problem.place.path for problem in fit(write(kind="card", library=library), press)[1]] == [
        "handouts/card/front.md",
        "handouts/card/back.md",
    ]


def test_a_card_that_does_not_fit_is_not_printed() -> None:
    artifact = print_edition(write(kind="card", library=long_panel("front", 120)), small())
    assert [problem.code for problem in artifact.problems] == ["CARD_FIT"]
    assert artifact.pdf == b""


def test_a_pack_does_not_hold_a_card_that_does_not_fit() -> None:
    artifact = print_edition(write(kind="pack", library=long_panel("front", 120)), small())
    assert [problem.code for problem in artifact.problems] == ["CARD_FIT"]


# The shipped card, with the site's own values and with the longest that a site may write

LONGEST = "\n".join(
    [
        'name = "The Royal Northfield and Alderbrook University Teaching Hospitals for Children and Adults"',
        'ward = "Haematology, Leukaemia and Bone Marrow Transplant Day Unit, Level 11"',
        'contact.phone_24h = "028 9649 6012 ext. 4567"',
        "fever.adult.sustained_hours = 24",
        'fever.child.rule = "at-or-above"',
        "fever.child.sustained_c = 37.5",
        "fever.child.sustained_hours = 24",
        'review.document_prefix = "RNAUTH-HAEM-ONC"',
    ]
)
AMERICAN = "\n".join(
    [
        'region = "US"',
        'paper = "Letter"',
        'contact.phone_24h = "(202) 555-0123 ext. 4567"',
        'contact.phone_day = "(202) 555-0145"',
        'contact.pump_help = "(202) 555-0199"',
        'contact.interpreter = "(202) 555-0160"',
        'contact.emergency = "911"',
    ]
)


def shipped_card(site: Site, audience: str, locale: str, form: Format = "standard") -> Manuscript:
    library, problems = read_library(SHIPPED)
    assert not problems
    return write(audience, locale, "card", site, library, format_=form)


def shipped_sites() -> list[Site]:
    return [site for path in sorted((SHIPPED.handouts / "sites").glob("*.toml")) for site in [read_site(path, SHIPPED.root)[0]] if site]


@pytest.mark.parametrize("audience", ["adult", "parent"])
@pytest.mark.parametrize("site", shipped_sites(), ids=lambda site: site.id)
def test_the_shipped_card_fits_the_shipped_sites(site: Site, audience: str, press: Press) -> None:
    """The other cards are printed below, with longer values than any shipped site has."""
    locale = next(code for code in site.locales if code.startswith("en"))
    _, problems = fit(shipped_card(site, audience, locale), press)
    assert problems == ()


@pytest.mark.parametrize(
    ("country", "audience", "form"),
    [("GB", "adult", "standard"), ("US", "parent", "standard"),
     *(pytest.param(*row, marks=LONG) for row in (
         ("GB", "parent", "standard"), ("US", "adult", "standard"),
         ("GB", "adult", "single-cards"), ("US", "adult", "fridge-card"), ("US", "parent", "large-card"), ("US", "adult", "phone-card")))],
)  # fmt: skip
def test_the_shipped_card_holds_the_longest_values_of_a_site(country: str, audience: str, form: Format, tmp_path: Path) -> None:
    """A long name, a number with its extension, and a rule with a low and a lasting limit."""
    changes = f"{LONGEST}\n{AMERICAN}" if country == "US" else LONGEST
    site, problems = site_from(change_toml(SMALL_SITE_TEXT, changes), tmp_path)
    assert site, problems
    assert site.fever["adult"].sustained_hours == 24 and site.fever["child"].low_c
    assert_clean(print_edition(shipped_card(site, audience, "en-GB" if country == "GB" else "en-US", form), small()))


def test_a_longer_hospital_name_never_pushes_the_number_off_the_card(tmp_path: Path, press: Press) -> None:
    """Whatever is in the site file: it fits, or it is refused."""
    site, problems = site_from(SMALL_SITE_TEXT, tmp_path)
    assert site, problems
    library = panel_text(small_library(), "front", small_library().panels["front"].text + "\n{hospital}\n")
    for length in (50, 500, 2000):
        longer = replace(site, name="Saint Northfield " * (length // 16))
        artifact = print_edition(write(kind="card", site=longer, library=library), small())
        assert artifact.problems == () or {problem.code for problem in artifact.problems} == {"CARD_FIT"}
