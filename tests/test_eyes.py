"""Tools that we did not write look at finished files: OCR, a reader of square codes, two other readers of PDF, the compiler of PO files.

What they must find comes from the manifest, so a wrong digit anywhere between the site file and the paper is seen by somebody who does
not know how it came there. `--eyes output` names the folder of a full build; without one, or without a tool, a test is skipped
and says so.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import phonenumbers
import pytest
from PIL import Image, ImageFilter
from workshop import ROOT

DPI = 300
MM = DPI / 25.4
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
LIMIT = re.compile(r"(\d+[.,]\d)\s(°[CF])")
TELEPHONES = ("phone_24h", "emergency_number", "phone_day", "pump_help", "interpreter", "nhs_advice")


@dataclass(frozen=True, slots=True)
class Word:
    """What OCR took for a word, and where it stands, in pixels."""

    text: str
    left: int
    line: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Box:
    """A word as another reader of PDF found it, its left edge and its middle from the top, in pt."""

    text: str
    left: float
    middle: float


def needs(tool: str) -> str:
    found = shutil.which(tool)
    if not found:
        pytest.skip(f"{tool} is not installed: CI installs it")
    return found


def folder(config: pytest.Config) -> Path | None:
    given = config.getoption("--eyes")
    return Path(given) if given else None


def entries(config: pytest.Config) -> list[dict[str, Any]]:
    output = folder(config)
    return list(json.loads((output / "manifest.json").read_text(encoding="utf-8"))["artifacts"]) if output else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each finished file, named by it."""
    wanted = {"entry": lambda entry: True, "card": lambda entry: entry["kind"] == "card" and entry["format"] == "standard"}
    for name, fits in wanted.items():
        if name in metafunc.fixturenames:
            found = [entry for entry in entries(metafunc.config) if fits(entry)]
            missing = [pytest.param(None, marks=pytest.mark.skip("no finished folder: --eyes output looks at one"), id="no folder")]
            metafunc.parametrize(name, [pytest.param(entry, id=entry["path"]) for entry in found] or missing)


@pytest.fixture
def finished(request: pytest.FixtureRequest) -> Path:
    found = folder(request.config)
    assert found
    return found


def run(*command: str | Path) -> str:
    """What a tool says; it must be content."""
    alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # tests run side by side: a tesseract with four threads in each only waits for itself
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, check=False, env=alone)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def draw(path: Path, to: Path, dpi: int = DPI) -> Image.Image:
    """The first page as a ward's grey printer would print it."""
    run(needs("pdftoppm"), "-r", str(dpi), "-gray", "-png", "-singlefile", path, to / "page")
    return Image.open(to / "page.png").convert("L")


def find_cards(page: Image.Image) -> tuple[Image.Image, Image.Image]:
    """The upper row of the first folded card, and the lower one turned upright, cut out along the printed line around it."""
    shades = list(page.resize((1, page.height), Image.Resampling.BOX).get_flattened_data())
    limit = 255 - 0.6 * 255 * 171.2 / (page.width / MM)
    top = next(row for row, shade in enumerate(shades) if shade < limit and row > 20 * MM)
    left = (page.width - 171.2 * MM) / 2
    middle, bottom = top + 53.98 * MM, top + 2 * 53.98 * MM
    margin = 2 * MM
    upper = page.crop((int(left - margin), int(top + 3), int(page.width - left + margin), int(middle)))
    lower = page.crop((int(left - margin), int(middle), int(page.width - left + margin), int(bottom - 3)))
    return upper, lower.rotate(180)


def thin(image: Image.Image, width: int) -> Image.Image:
    """Dark ink made thinner: each point takes the lightest shade within this many points."""
    return image.filter(ImageFilter.MaxFilter(width))


def read_words(image: Image.Image, layout: str, scale: float, to: Path) -> list[Word]:
    """All words that OCR sees in the two panels of a row. `layout` is how it goes about a page: 6 as one block, 11 wherever text is."""
    found = []
    for panel in (0, 1):
        half = image.crop((panel * image.width // 2, 0, (panel + 1) * image.width // 2, image.height))
        half = half.resize((round(half.width * scale), round(half.height * scale)))
        half.save(to / "panel.png", dpi=(DPI * scale, DPI * scale))
        for row in run(needs("tesseract"), to / "panel.png", "-", "-l", "eng", "--psm", layout, "tsv").split("\n")[1:]:
            cells = row.split("\t")
            if len(cells) == 12 and cells[11].strip():
                found.append(Word(cells[11], int(cells[6]), (str(panel), f"{cells[2]}.{cells[3]}", cells[4])))
    return found


def lines_left_to_right(words: list[Word]) -> Iterator[str]:
    """The words of each line as they stand on the paper. OCR gives an Arabic line from its right end."""
    for line in {word.line for word in words}:
        yield " ".join(word.text for word in sorted((word for word in words if word.line == line), key=lambda word: word.left))


def digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def test_ocr_reads_number_and_limits_off_each_card(card: dict[str, Any], finished: Path, tmp_path: Path) -> None:
    upper, lower = find_cards(draw(finished / card["path"], tmp_path))
    number, emergency = digits(card["facts"]["phone_24h"]), card["facts"]["emergency_number"]
    limits = {number.replace(",", ".") for number in NUMBER.findall(card["facts"]["call_temperature"]) if re.search("[.,]", number)}
    assert number and limits and emergency
    inside, not_inside = look(upper, {number, emergency}, limits, tmp_path)
    covers, not_covers = look(lower, {number}, set(), tmp_path)
    assert not not_inside | not_covers, (not_inside, inside, not_covers, covers)
    exchanged = number[:-2] + number[:-3:-1]
    assert not any(exchanged in digits(line) for line in (*inside, *covers)), "OCR sees what is there, not what was asked for"


def look(row: Image.Image, telephones: set[str], numbers: set[str], to: Path) -> tuple[list[str], set[str]]:
    """The lines that OCR read, and what is not among them.

    What one way of looking could not make out is looked for in the next one: the stroke through a zero makes OCR take it for an 8 or a
    9, unless the ink is thin or the picture of another size.
    """
    said: list[str] = []
    lost = telephones | numbers
    ways = ((3, "6", 0.5), (1, "11", 0.8), (1, "6", 1.0), (1, "6", 0.5), (3, "6", 1.0), (1, "11", 0.67), (1, "6", 0.67), (3, "11", 0.67))
    for thinner, layout, scale in ways:
        if lost:
            said += lines_left_to_right(read_words(thin(row, thinner), layout, scale, to))
            lost -= {telephone for telephone in telephones for line in said if telephone in digits(line)}
            lost -= {found.replace(",", ".") for line in said for found in NUMBER.findall(line)}
    return said, lost


def test_the_square_code_dials_the_number_of_the_card(card: dict[str, Any], finished: Path, tmp_path: Path) -> None:
    scanner = needs("zbarimg")
    draw(finished / card["path"], tmp_path, dpi=200)
    codes = set(run(scanner, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", tmp_path / "page.png").split())
    number = phonenumbers.parse(card["facts"]["phone_24h"], card["region"])
    assert codes == {"tel:" + phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)}


def test_qpdf_finds_no_fault(entry: dict[str, Any], finished: Path) -> None:
    assert "No syntax or stream encoding errors found" in run(needs("qpdf"), "--check", finished / entry["path"])


def test_another_reader_finds_numbers_and_limits_from_left_to_right(entry: dict[str, Any], finished: Path, tmp_path: Path) -> None:
    """Poppler, with the place of each word: what belongs together stands on one line, each part right of the one before."""
    if entry["format"] in ("phone-card", "booklet"):
        pytest.skip("held on the forms that are printed page by page")
    pages = [list(rows_of(words)) for words in find_words(finished / entry["path"], tmp_path)]
    numbers = [re.findall(r"\d+", entry["facts"][name]) for name in TELEPHONES if name in entry["facts"]]
    limits = [list(match.groups()) for text in entry["facts"].values() for match in LIMIT.finditer(text)]
    assert numbers and (limits or "call_temperature" not in entry["facts"])
    said = [row for page in pages for row in page]
    assert not [parts for parts in numbers + limits if not has_row(said, parts)], said
    # A folded card is upside down in one half, so its page alone may hold what runs to the left.
    upright = [row for page in pages[:-1] for row in page]
    assert not [parts for parts in numbers + limits if len(parts) > 1 and has_row(upright, parts[::-1])], upright


def find_words(path: Path, to: Path) -> list[list[Box]]:
    """The words of each page, and where they stand, in pt."""
    run(needs("pdftotext"), "-bbox", path, to / "words.html")
    document = ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", (to / "words.html").read_text(encoding="utf-8")))
    return [
        [
            Box(word.text or "", float(word.get("xMin", 0)), (float(word.get("yMin", 0)) + float(word.get("yMax", 0))) / 2)
            for word in page.iter("word")
        ]
        for page in document.iter("page")
    ]


def rows_of(words: list[Box]) -> Iterator[str]:
    """What stands on one line with each word, from left to right, across the page."""
    for middle in {word.middle for word in words}:
        yield " ".join(word.text for word in sorted(words, key=lambda word: word.left) if abs(word.middle - middle) < 4)


def has_row(rows: list[str], parts: list[str]) -> bool:
    """Whether the parts of a number follow one another, with nothing but space and brackets between them."""
    pattern = re.compile(r"(?<![\d.,])" + r"[\s()\-\u2066-\u2069]*".join(map(re.escape, parts)) + r"(?!\d)")
    return any(pattern.search(row) for row in rows)


@pytest.mark.parametrize("path", sorted((ROOT / "locales").glob("*.po")), ids=lambda path: path.name)
def test_gettext_takes_each_catalogue(path: Path, tmp_path: Path) -> None:
    run(needs("msgfmt"), "--check-format", "--check-domain", "-o", tmp_path / "out.mo", path)
