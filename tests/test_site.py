"""Site files: no mistake in a hospital's own details is printed, each is named with its line and what to do, all at once.

The mistakes stand in `fixtures/site-mistakes.md`, where anyone can add one.
"""

import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from workshop import SHIPPED, SMALL_SITE_TEXT, Case, Command, change_toml, codes, read_cases, site_from, snapshot

from packbuilder.model import Alarm, Contact, FeverRule, Problem, Site
from packbuilder.site import TABLES

SITE = "handouts/sites/small-gb.toml"


def line_of(key: str, text: str) -> int:
    """The line on which a key of a site file stands, or that of its section; 0 when neither is there."""
    table, _, last = key.rpartition(".")
    here = ""
    for number, line in enumerate(text.split("\n"), start=1):
        here = line.strip("[]") if line.startswith("[") else here
        if here in (key, table) and (line.startswith((f"{last} =", f"[{key}]"))):
            return number
    return next((number for number, line in enumerate(text.split("\n"), start=1) if line == f"[{table}]"), 0)


@pytest.mark.parametrize("case", read_cases("site-mistakes.md"))
def test_a_mistake_is_named_with_its_key_its_line_and_what_to_do(case: Case, tmp_path: Path) -> None:
    text = change_toml(SMALL_SITE_TEXT, case.text)
    tomllib.loads(text)
    site, problems = site_from(text, tmp_path)
    assert site is None
    left = list(problems)
    for expected in case.expected:
        head, _, words = expected.partition(": ")
        code, key = head.split()
        found = next((one for one in left if one.code == code and one.message.startswith(f"{key}: ")), None)
        assert found, f"{expected} is not among {[str(problem) for problem in problems]}"
        left.remove(found)
        assert words in f"{found.message} ({found.hint})"
        assert found.hint, "it says what to do"
        assert found.place.path == SITE
        assert found.place.line == line_of(key, text) or not line_of(key, text)
    assert not left, "nothing else is reported"


@pytest.mark.parametrize("case", read_cases("site-mistakes.md"))
def test_every_mistake_has_a_line(case: Case, tmp_path: Path) -> None:
    """Also a key that is missing: the line says where to start looking."""
    _, problems = site_from(change_toml(SMALL_SITE_TEXT, case.text), tmp_path)
    assert problems and all(problem.place.line > 0 for problem in problems), [str(problem) for problem in problems]


@pytest.mark.parametrize("case", read_cases("site-mistakes.md"))
def test_a_build_with_a_mistake_says_so_and_writes_nothing(case: Case, command: Command) -> None:
    path = command.project.root / SITE
    path.write_text(change_toml(SMALL_SITE_TEXT, case.text), encoding="utf-8")
    before = snapshot(command.project.root)
    run = command("build", "--jobs", "1")
    assert run.code == 1
    assert all(line.split()[-1].rstrip(":") in run.err for line in case.expected)
    assert SITE in run.err and "Traceback" not in run.err
    assert snapshot(command.project.root) == before


def test_every_key_that_must_be_there_has_a_case() -> None:
    required = {f"{table}.{key}".lstrip(".") for table, keys in TABLES.items() for key, (kind, _) in keys.items() if not kind.endswith("?")}
    named = {
        line.split()[1].rstrip(":") for row in read_cases("site-mistakes.md") for line in row.values[0].expected if "MISSING_KEY" in line
    }
    assert required <= named


@pytest.mark.parametrize("table", TABLES)
def test_every_section_refuses_a_key_that_it_does_not_know(table: str, tmp_path: Path) -> None:
    key = f"{table}.qwertz".lstrip(".")
    _, problems = site_from(change_toml(SMALL_SITE_TEXT, f"{key} = 1"), tmp_path)
    assert [(problem.code, problem.message.split(":")[0]) for problem in problems] == [("UNKNOWN_KEY", key)]
    assert problems[0].hint.startswith("known: ")


# Files that cannot be read


def good_but(found: str, instead: bytes) -> bytes:
    """The good file with other bytes in one place."""
    assert found in SMALL_SITE_TEXT
    return SMALL_SITE_TEXT.encode().replace(found.encode(), instead, 1)


UNREADABLE: dict[str, tuple[bytes, str, str]] = {
    "a quotation mark is missing": (good_but('"Day Unit"', b'"Day Unit'), "BROKEN_TOML", 'ward = "Day Unit'),
    "a value without quotation marks": (good_but('"Day Unit"', b"Day Unit"), "BROKEN_TOML", "ward = Day Unit"),
    "a decimal comma": (good_but("38.0", b"38,0"), "BROKEN_TOML", "high_c = 38,0"),
    "a True as in Python": (good_but("sample = true", b"sample = True"), "BROKEN_TOML", "sample = True"),
    "a key twice": (good_but("low_c = 36.0", b"high_c = 38.0"), "BROKEN_TOML", "high_c = 38.0"),
    "a file of an old editor": (good_but("Northfield", "Nörthfield".encode("cp1252")), "NOT_UTF8", "name"),
    "a file with 16 bits a letter": (SMALL_SITE_TEXT.encode("utf-16"), "NOT_UTF8", "# A site"),
    "a no-width space in a number": (good_but("7946 0123", "7946\u200b 0123".encode()), "HIDDEN_CHARACTER", "phone_24h"),
    "a mark that turns the reading round": (good_but("7946 0123", "7946 \u202e0123".encode()), "HIDDEN_CHARACTER", "phone_24h"),
    "an Arabic mark that turns the reading round": (good_but("7946 0123", "7946 \u061c0123".encode()), "HIDDEN_CHARACTER", "phone_24h"),
    "a hyphen that only shows at the end of a line": (good_but("Northfield", "North\u00adfield".encode()), "HIDDEN_CHARACTER", "name"),
    "a line end that no editor shows": (good_but("Northfield", "North\u2028field".encode()), "HIDDEN_CHARACTER", "name"),
    "a nought byte": (good_but("Northfield", b"North\x00field"), "HIDDEN_CHARACTER", "name"),
}  # fmt: skip


@pytest.mark.parametrize("title", UNREADABLE)
def test_a_file_that_cannot_be_read_is_named_with_its_line(title: str, command: Command) -> None:
    data, code, start = UNREADABLE[title]
    (command.project.root / SITE).write_bytes(data)
    run = command("build", "--jobs", "1", "--json")
    assert run.code == 1 and not command.output.exists()
    [problem] = run.document["problems"]
    shown = data.decode("utf-8" if code != "NOT_UTF8" else "latin-1").split("\n")
    lines = [number for number, line in enumerate(shown, start=1) if line.startswith(start)] or [1]
    assert (problem["code"], problem["path"]) == (code, SITE)
    assert problem["line"] in lines and problem["hint"]


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    from packbuilder.site import read_site

    site, problems = read_site(tmp_path / "none.toml", tmp_path)
    assert site is None
    assert codes(problems) == {"UNREADABLE"}


# Good files


def test_a_good_file_is_read_as_it_stands(tmp_path: Path) -> None:
    site, problems = site_from(SMALL_SITE_TEXT, tmp_path)
    assert problems == () and site
    assert (site.id, site.name, site.ward, site.region, site.paper) == ("small-gb", "Northfield Hospital", "Day Unit", "GB", "A4")
    assert site.contacts["phone_24h"] == Contact("020 7946 0123", "+442079460123")
    assert site.fever["adult"] == FeverRule(Decimal("37.5"), "above", Decimal("36.0"), Decimal("37.2"), 2)
    assert site.fever["child"] == FeverRule(Decimal("38.0"), "at-or-above", Decimal("36.0"))
    assert site.alarms[0] == Alarm("LOW BATTERY", "The battery is low.", "Call us.")
    assert site.sample and site.review_months == 24


OPTIONAL = [
    key
    for table, keys in TABLES.items()
    for key in (f"{table}.{name}".lstrip(".") for name, (kind, _) in keys.items() if kind.endswith("?"))
]


@pytest.mark.parametrize(
    "key", [key for key in OPTIONAL if key not in ("sample", "fever.child.sustained_c", "fever.child.sustained_hours")]
)
def test_an_optional_key_may_be_left_out(key: str, tmp_path: Path) -> None:
    pairs = {
        "fever.adult.sustained_c": "without fever.adult.sustained_hours",
        "fever.adult.sustained_hours": "without fever.adult.sustained_c",
    }
    site, problems = site_from(change_toml(SMALL_SITE_TEXT, f"without {key}\n{pairs.get(key, '')}"), tmp_path)
    assert site, problems


def emergency(site: Site) -> object:
    return site.contacts["emergency_number"].text


def number(site: Site) -> object:
    return site.contacts["phone_24h"].text


IRISH = "\n".join(
    [
        'region = "IE"',
        'contact.phone_24h = "01 890 0000"',
        "without contact.phone_day",
        "without contact.pump_help",
        "without contact.interpreter",
        "without contact.emergency",
    ]
)


GOOD: dict[str, tuple[str, Callable[[Site], object], object]] = {
    "Britain's own emergency number": ("without contact.emergency", emergency, "999"),
    "Ireland's own emergency number": (IRISH, emergency, "112"),
    "an emergency number of the hospital's choice": ('contact.emergency = "112"', emergency, "112"),
    "a number with its extension": ('contact.phone_24h = "020 7946 0123 ext. 4567"', number, "020 7946 0123 x4567"),
    "a number from abroad": ('contact.phone_24h = "+1 202 555 0199"', number, "+1 202-555-0199"),
    "an interpreter": ('contact.interpreter = "Ask a nurse."', lambda site: site.contacts["interpreter"], Contact("Ask a nurse.")),
    "a limit at the lower end": ("fever.child.high_c = 37.0", lambda site: site.fever["child"].high_c, Decimal("37.0")),
    "a limit at the upper end": ("fever.child.high_c = 39.5", lambda site: site.fever["child"].high_c, Decimal("39.5")),
    "a whole limit": ("fever.child.high_c = 38", lambda site: site.fever["child"].high_c, Decimal(38)),
    "a review after three years": ("review.months = 36", lambda site: site.review_months, 36),
    "no word about formats": ("without formats", lambda site: site.formats, ("standard",)),
    "no word about the review": ("without review.months", lambda site: site.review_months, 24),
    "blanks and breaks in a sentence": ('home.bathing = "  Keep \\n it   dry. "', lambda site: site.home["bathing"], "Keep it dry."),
}  # fmt: skip


@pytest.mark.parametrize("title", GOOD)
def test_a_good_value_is_taken(title: str, tmp_path: Path) -> None:
    changes, look, expected = GOOD[title]
    site, problems = site_from(change_toml(SMALL_SITE_TEXT, changes), tmp_path)
    assert site, problems
    assert look(site) == expected


@pytest.mark.parametrize("path", sorted((SHIPPED.handouts / "sites").glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_site_is_good_and_a_sample(path: Path) -> None:
    """Nobody's telephone may ring because of an example."""
    from packbuilder.site import read_site

    site, problems = read_site(path, SHIPPED.root)
    assert site, problems
    assert site.sample


def test_problems_are_values_and_print_as_path_line_key(tmp_path: Path) -> None:
    _, problems = site_from(change_toml(SMALL_SITE_TEXT, 'paper = "A5"'), tmp_path)
    [problem] = problems
    assert isinstance(problem, Problem)
    assert str(problem) == f"{SITE}:{problem.place.line}: paper: 'A5' is not known (write A4 or Letter)"
