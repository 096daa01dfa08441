"""What must hold for whatever stands in a file, reader by reader. The fuzzers ask here, and so do the tests that replay what they found.

Each oracle writes the bytes to the place where the program looks for them, reads them, and takes them through the rest of the way. It
raises AssertionError, or lets through what the program raised; it says whether the file was taken.
"""

import ast
import gettext
import logging
import re
import shutil
import subprocess
import tomllib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from babel.messages.pofile import PoFileError, read_po
from hypothesis import settings
from phonenumbers import convert_alpha_characters_in_number
from weasyprint import HTML  # type: ignore[import-untyped]
from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]
from workshop import FIXTURES, ROOT, SHIPPED, SMALL, plan, read_cases, sign, small_library, small_site, write

from packbuilder.assemble import assemble
from packbuilder.catalog import Translations, make_translator, read_catalog, write_catalog
from packbuilder.checks import check_facts, check_lost, check_packs, check_passages, check_source, check_structure
from packbuilder.content import read_blocks, read_decisions, read_evidence, read_facts, read_library, read_packs, read_sources
from packbuilder.drawing import SAID, SHAPES, check_drawing
from packbuilder.glossary import read_glossary
from packbuilder.markup import EVIDENCE_MARK, PICTURE, PLACEHOLDER, Voice, fold, plain_text, render_block
from packbuilder.model import AUDIENCES, Block, Library, Message, Passage, Place, Problem, Project, Site, Translation
from packbuilder.phrase import Reader as Person
from packbuilder.phrase import make_resolver, site_placeholders
from packbuilder.register import HEAD, read_register, write_approval
from packbuilder.site import read_site
from packbuilder.textfile import HIDDEN, MOST_BYTES, read_text, read_toml
from packbuilder.translation import check_translation

SITE, PO, BLOCK = "handouts/sites/example-gb.toml", "locales/es.po", "handouts/blocks/topic.adult.md"
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
TOKEN = re.compile(r'\s*(?:(#[^\n]*)|(msgctxt|msgid|msgstr)(?=[\s"])|"((?:[^"\\\n]|\\.)*)"|(\S))')
TAGS = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "div", "blockquote", "hr",
     "br", "strong", "bdi", "span", "a", "figure"]
)  # fmt: skip
ATTRIBUTES = frozenset(["class", "dir", "lang", "style", "start", "href", "data-fact", "data-alt", "data-picture"])
ODD = '"\\ \t{}[]#*|-!&<>_.:,=0٣é中\u00a0'
STRUCTURE = re.compile(r'^\s*(?:!!!\s*\w+(?=\s*")|\d+\.(?=\s))')


@dataclass(frozen=True, slots=True)
class Target:
    """A reader under test: its oracle, files to start from, and the lists of the words that its format is made of (`fuzz/words`)."""

    check: Callable[[bytes, Path], bool]
    seeds: Callable[[], Iterable[bytes]]
    lists: tuple[str, ...]

    @property
    def words(self) -> tuple[bytes, ...]:
        return tuple(word for name in self.lists for word in read_words(name))


@cache
def read_words(name: str) -> tuple[bytes, ...]:
    """A dictionary as libFuzzer spells it: a word between two quotation marks on each line."""
    lines = (ROOT / "tests" / "fuzz" / "words" / f"{name}.dict").read_text(encoding="utf-8").split("\n")
    return tuple(ast.literal_eval(f"b{line}") for line in lines if line.startswith('"'))


def put(data: bytes, folder: Path, path: str) -> Path:
    """A file at its place in a project."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def change(data: bytes, target: Target, seeds: Sequence[bytes], dice: Random) -> bytes:
    """Lines moved, doubled, lost or mixed with those of other files, words of the format put in, bytes taken out."""
    lines = data.split(b"\n")
    at, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    place = dice.randint(0, len(lines[at]))
    match dice.randrange(8):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[other])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            theirs = dice.choice(seeds).split(b"\n")
            start = dice.randrange(len(theirs))
            lines[at:at] = theirs[start : start + dice.randint(1, 5)]
        case 4:
            lines.insert(at, dice.choice(target.words))
        case 5:
            lines[at] = lines[at][:place] + dice.choice(target.words) + lines[at][place:]
        case 6:
            lines[at] = lines[at][:place] + lines[at][place + dice.randint(1, 12) :]
        case _:
            lines[at] = lines[at][:place] + dice.choice(ODD).encode() + lines[at][place:]
    return b"\n".join(lines)


def share(part: float) -> settings:
    """A part of the examples that are asked for (`--examples`), where each of them costs much."""
    return settings(max_examples=max(1, round(settings().max_examples * part)))


def now_and_then(data: bytes, often: int) -> bool:
    """Whether it is the turn of these bytes for a costly look; always the same answer for the same bytes, so that a find comes back."""
    return zlib.crc32(data) % often == 0


def hold_problems(problems: Iterable[Problem], path: str, data: bytes, has_whole: bool = False) -> None:
    """Every problem has a code, a place inside the file, a message and a hint, and none of them can upset a terminal.

    `has_whole`: the file holds nothing, or is too large, so that a problem may be of the file as a whole.
    """
    last = data.count(b"\n") + 1
    for problem in problems:
        assert problem.place.path == path, problem
        assert (0 if has_whole or len(data) > MOST_BYTES else 1) <= problem.place.line <= last, (problem, last)
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", problem.code), problem
        assert problem.message.strip() and problem.hint.strip(), problem
        assert not HIDDEN.search(problem.message + problem.hint) and "\n" not in problem.message + problem.hint, problem


def same(first: Any, second: Any) -> Any:
    """Reading is deterministic."""
    assert first == second
    return first


def letters(text: str) -> str:
    """What a reader would miss if it were gone. The number of a list is no word, and other numbers stand in facts."""
    return "".join(char for char in text if char.isalpha())


# PO files


def read_plainly(text: str) -> list[tuple[str | None, str, str, bool]]:
    """A second reader of PO files, written from the description of the format: (context, source, translation, fuzzy)."""
    entries: list[tuple[str | None, str, str, bool]] = []
    parts: dict[str, str] = {}
    keyword, fuzzy, at = "", False, 0

    def end() -> None:
        nonlocal fuzzy
        if "msgstr" in parts:
            entries.append((parts.get("msgctxt"), parts["msgid"], parts["msgstr"], fuzzy))
            parts.clear()
            fuzzy = False

    while match := TOKEN.match(text, at):
        comment, word, string, other = match.groups()
        at = match.end()
        assert other is None, f"{other!r} was taken"
        if comment is not None:
            end()
            fuzzy = fuzzy or (comment.startswith("#,") and "fuzzy" in [flag.strip() for flag in comment[2:].split(",")])
        elif word is not None:
            if word != "msgstr":
                end()
            assert word not in parts, f"a second {word}"
            keyword, parts[word] = word, ""
        else:
            parts[keyword] += re.sub(r"\\(.)", lambda match: ESCAPES[match.group(1)], string)
    end()
    assert not text[at:].strip() and not parts
    return entries


def read_with_msgfmt(file: Path) -> dict[tuple[str, str], str] | None:
    """What GNU gettext makes of a file: all that is translated and not fuzzy. None where it refuses the file, or is not installed."""
    program = shutil.which("msgfmt")
    if not program:
        return None
    compiled = file.with_suffix(".mo")
    done = subprocess.run([program, "--output-file", str(compiled), str(file)], capture_output=True, check=False)
    if done.returncode:
        return None
    try:
        with compiled.open("rb") as opened:
            found = gettext.GNUTranslations(opened)._catalog  # type: ignore[attr-defined]
    except (ValueError, IndexError, LookupError):  # what the header says of plurals and the like
        return None
    keys = {key: key.partition("\x04") for key in found if key}
    return {(context, source) if mark else ("", context): found[key] for key, (context, mark, source) in keys.items()}


def read_with_babel(data: bytes) -> dict[tuple[str, str], tuple[str, bool]] | None:
    """What Babel alone makes of a file; None where it refuses it."""
    try:
        found = read_po(BytesIO(data), abort_invalid=True)
    except (PoFileError, ValueError, LookupError):
        return None
    return {(one.context or "", one.id): (str(one.string), one.fuzzy) for one in found if one.id and isinstance(one.id, str)}


def check_po(data: bytes, folder: Path) -> bool:
    file = put(data, folder, PO)
    translations, problems = same(read_catalog(file, folder), read_catalog(file, folder))
    # What Babel says about a header has no line.
    hold_problems(problems, PO, data, has_whole={problem.code for problem in problems} == {"PO_BROKEN"})
    if any(problem.code != "PO_HEADER" for problem in problems):
        assert not translations, "a file that is refused contributes nothing"
        return False
    text, _ = read_text(file, folder)
    hold_po(translations, text, folder)
    theirs = read_with_babel(text.encode())
    assert theirs is None or theirs == {key: (entry.text, entry.fuzzy) for key, entry in translations.items()}, "Babel reads something else"
    if not problems and now_and_then(data, 20):
        printed = {key: entry.text for key, entry in translations.items() if entry.text and not entry.fuzzy}
        assert (read_with_msgfmt(file) or printed) == printed, "GNU gettext reads something else"
    for entry in translations.values():
        hold_problems(check_translation(entry, small_glossary(), False), PO, data)
    return not problems


def hold_po(translations: Translations, text: str, folder: Path) -> None:
    """What was read is what stands there, and comes back when it is written."""
    plain = [entry for entry in read_plainly(text) if entry[1]]
    assert [(entry.context, entry.source, entry.text, entry.fuzzy) for entry in translations.values()] == [
        (context or "", *rest) for context, *rest in plain
    ]
    messages = [Message(entry.context, entry.source, Place("handouts/blocks/topic.md")) for entry in translations.values()]
    written = write_catalog("es", messages, text)
    assert write_catalog("es", messages, written) == written, "a second run changes nothing"
    again, wrong = read_catalog(put(written.encode(), folder, "locales/again.po"), folder)
    assert {problem.code for problem in wrong} <= {"PO_HEADER"} and list(again) == list(translations)
    for key, entry in translations.items():
        kept = again[key]
        assert (kept.text, kept.fuzzy) == (entry.text, entry.fuzzy) or (not entry.text and (kept.fuzzy or not kept.text)), (entry, kept)
        assert fold(entry.comments) in fold(kept.comments)


@cache
def small_glossary() -> Any:
    glossary, problems = read_glossary(SHIPPED.locales / "glossary" / "es.toml", ROOT)
    assert not problems
    return glossary


def quote(text: str) -> str:
    """A text as it stands in a PO file."""
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(char, escape)
    return f'"{text}"'


PO_HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


def po_of(rows: Iterable[tuple[str, str, str]]) -> str:
    """A PO file of (context, source, translation)."""
    return "\n".join([PO_HEAD, *(f"msgctxt {quote(one)}\nmsgid {quote(two)}\nmsgstr {quote(three)}\n" for one, two, three in rows)])


def po_seeds() -> Iterator[bytes]:
    yield PO_HEAD.encode()
    yield (PO_HEAD + '\n#, fuzzy\n#| msgid "Old"\nmsgctxt "a"\nmsgid "New"\nmsgstr "Nuevo"\n\n#~ msgid "Gone"\n#~ msgstr "Ido"\n').encode()
    yield (
        PO_HEAD + '\n# note\n#. auto\n#: a.md:12\nmsgctxt "a"\nmsgid ""\n"Call "\n"us"\nmsgstr ""\n"Llame\\n"\n"ya\\t\\"hoy\\""\n'
    ).encode()
    for path in sorted(SHIPPED.locales.glob("*.po")):
        entries = path.read_text(encoding="utf-8").split("\n\n")
        for start in range(1, len(entries), 40):
            yield "\n\n".join([entries[0], *entries[start : start + 3], ""]).encode()


# Site files


@cache
def shipped_library() -> Library:
    library, problems = read_library(SHIPPED)
    assert not problems
    return library


def strings(value: Any) -> Iterator[Any]:
    """Every value in nested tables and lists."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else None
    if inner is None:
        yield value
    else:
        for one in inner:
            yield from strings(one)


def check_site(data: bytes, folder: Path) -> bool:
    file = put(data, folder, SITE)
    site, problems = same(read_site(file, folder), read_site(file, folder))
    assert (site is None) == bool(problems), "a site or its problems"
    values = read_toml(file, folder)[0].values
    hold_problems(problems, SITE, data, has_whole=not values)
    for problem in problems:
        assert not problem.key or problem.message.startswith(problem.key), problem
    if site:
        hold_site(site, tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"), parse_float=Decimal))
        if now_and_then(data, 5):
            hold_facts(site)
    return site is not None


def hold_site(site: Site, raw: Mapping[str, Any]) -> None:
    """Every value that is kept came from the file."""
    words = {fold(value) for value in strings(raw) if isinstance(value, str)}
    numbers = [Decimal(value) for value in strings(raw) if isinstance(value, int | Decimal) and not isinstance(value, bool)]
    kept = [site.id, site.name, site.ward, site.region, site.paper, *site.locales, site.staff_locale, site.time_zone,
            site.document_prefix, site.owner, *site.home.values(),
            *(text for alarm in site.alarms for text in (alarm.screen, alarm.means, alarm.do))]  # fmt: skip
    assert {fold(text) for text in kept} <= words
    assert all(kept) and set(site.fever) == {"adult", "child"} and "phone_24h" in site.contacts
    for name, contact in site.contacts.items():
        told = raw["contact"].get({"emergency_number": "emergency", "formats_contact": "formats"}.get(name, name))
        if contact.dial and told:
            # With or without the code of the country; letters of a keypad are numbers too.
            digits, shown = (re.sub(r"\D", "", text).lstrip("0") for text in (convert_alpha_characters_in_number(told), contact.text))
            assert shown and (digits.endswith(shown) or shown.endswith(digits)), (told, contact)
            assert contact.text.isascii() and shown[-4:] in re.sub(r"\D", "", contact.dial + contact.text)
        else:
            assert fold(contact.text) in words or name == "emergency_number", name
    for rule in site.fever.values():
        limits = [rule.high_c, rule.low_c, rule.sustained_c, rule.sustained_hours]
        assert all(Decimal(limit) in numbers for limit in limits if limit is not None)


def hold_facts(site: Site) -> None:
    """Each fact of a site that was taken is printed for each of its readers, in digits that all staff can read."""
    library = small_library()
    for locale in dict.fromkeys((*site.locales[:3], site.staff_locale, "ar")):
        for audience in AUDIENCES:
            resolve = make_resolver(Person(library, site, audience, locale), lambda _context, source: source)
            facts = [fact for fact in map(resolve, site_placeholders(audience)) if fact]
            assert all(fact.text.strip() for fact in facts)
            for fact in facts:
                assert all(char.isascii() for char in fact.text if char.isdecimal()), fact
        words, problems = assemble(plan(site, "adult", locale), library, [], {})
        assert not problems and words.facts["phone_24h"].text == site.contacts["phone_24h"].text


def site_seeds() -> Iterator[bytes]:
    small = (SMALL / "handouts/sites/small-gb.toml").read_text(encoding="utf-8").replace("small-gb", "example-gb")
    yield small.encode()
    for path in sorted((SHIPPED.handouts / "sites").glob("*.toml")):
        text = path.read_text(encoding="utf-8").replace(path.stem, "example-gb")
        yield text.encode()
        yield re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).encode()
    for number, case in enumerate(read_cases("site-mistakes.md")):
        if number % 12 == 0:
            yield (small + "\n" + case.values[0].text).encode()


# Blocks


@cache
def voice() -> Voice:
    """The source's words, with the facts of the small site."""
    library = replace(shipped_library(), facts={**small_library().facts, **shipped_library().facts})
    return Voice(
        lambda _context, source: source, make_resolver(Person(library, small_site(), "adult", "en-GB"), lambda _context, text: text)
    )


def check_block(data: bytes, folder: Path) -> bool:
    put(data, folder, BLOCK)
    problems: list[Problem] = []
    blocks = same(read_blocks(folder / "handouts/blocks", folder, problems), read_blocks(folder / "handouts/blocks", folder, []))
    hold_problems(problems, BLOCK, data)
    assert bool(blocks) != bool(problems)
    if not blocks:
        return False
    block = blocks["topic.adult"]
    html, passages = same(render_block(block, voice()), render_block(block, voice()))
    found = [*check_source(block, shipped_library()), *check_passages(block, passages, shipped_library()),
             *check_structure(block, html, passages), *check_lost(block, passages)]  # fmt: skip
    hold_problems([replace(one, place=Place(BLOCK, 1)) if one.code == "LONG_LIST" else one for one in found], BLOCK, data)
    assert all(1 <= passage.message.place.line <= data.count(b"\n") + 1 for passage in passages)
    page = fromstring(f"<block>{html}</block>")
    hold_page(page, block)
    said = {passage.message.text for passage in passages}
    known = Voice(lambda _context, source: source if source in said else None, voice().resolve)
    assert render_block(block, known)[0] == html, "the same words give the same page"
    if now_and_then(data, 10):
        assert build_through_po(block, passages, folder) == html, "also when they have been through a PO file"
    if not found:
        hold_words(block)
    return not found


def hold_page(page: Element, block: Block) -> None:
    """Known elements, nothing that can be followed or loaded, and no digit that the text does not have."""
    for element in list(page.iter())[1:]:
        assert element.tag in TAGS, element.tag
        assert set(element.attrib) <= ATTRIBUTES, element.attrib
        assert re.fullmatch(r"tel:\+?[0-9]+", element.get("href", "tel:+1"))
        assert re.fullmatch(r"(?:text-align: (?:left|right|center);)?", element.get("style", ""))
        if element.get("data-fact"):
            element[:], element.text = [], None
    printed = Counter(char for char in "".join(page.itertext()) if char.isnumeric())
    assert printed <= Counter(char for char in block.text if char.isnumeric())


def hold_words(block: Block) -> None:
    """No word is lost on the way from the file to the page. Facts are left out of all three: they are not in the file."""
    silent = Voice(lambda _context, source: source, lambda _name: None)
    html, passages = render_block(block, silent)
    in_file = "\n".join(STRUCTURE.sub("", EVIDENCE_MARK.sub("", line)) for line in block.text.split("\n"))
    in_file = letters(PLACEHOLDER.sub("", PICTURE.sub(r"\1", in_file)))
    in_messages = letters("".join(plain_text(passage.printed, silent) for passage in passages))
    on_page = letters("".join(words_of(fromstring(f"<block>{html}</block>"))))
    assert in_messages == in_file, "each word of the file is in a message"
    assert on_page == in_messages, "each word of a message is on the page"


def words_of(element: Element) -> Iterator[str]:
    """The words of an element in reading order, a picture with its sentence."""
    yield element.get("data-alt", "")
    yield element.text or ""
    for inner in element:
        yield from words_of(inner)
    yield element.tail or ""


def build_through_po(block: Block, passages: Iterable[Passage], folder: Path) -> str:
    """A block built from a catalogue that says each message in its own words, written and read as a translator's file."""
    messages = list(dict.fromkeys(passage.message for passage in passages))
    unique = list({(one.context, one.text): one for one in messages}.values())
    old = po_of((one.context, one.text, one.text) for one in unique)
    written = put(write_catalog("es", unique, old).encode(), folder, "locales/es.po")
    translations, problems = read_catalog(written, folder)
    assert not problems and all(isinstance(entry, Translation) for entry in translations.values())
    return render_block(block, Voice(make_translator("es", {"es": translations}), voice().resolve))[0]


def block_seeds() -> Iterator[bytes]:
    library = shipped_library()
    yield b"## Title\n\nCall {phone_24h} at once. [^O-FORM]\n"
    yield from (block.text.encode() for block in (*library.blocks.values(), *library.panels.values()) if len(block.text) < 2_500)
    yield from (case.values[0].text.encode() for case in read_cases("content-rules.md"))


# Drawings


def check_svg(data: bytes, folder: Path) -> bool:
    found = same(check_drawing(data), check_drawing(data))
    assert all(1 <= line <= data.count(b"\n") + data.count(b"\r") + 1 and message.strip() for line, message in found), found
    assert not any(HIDDEN.search(message) for _, message in found), found
    if found:
        return False
    for element in fromstring(data).iter():
        assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in SHAPES | SAID
        for key, value in element.attrib.items():
            assert (
                "href" not in key and not key.startswith(("on", "style")) and ("(" not in value or key.startswith(("aria-", "transform")))
            )
    if now_and_then(data, 40):
        hold_print(data, folder)
    return True


def hold_print(data: bytes, folder: Path) -> None:
    """A drawing that was taken is drawn, and asks for nothing."""
    asked: list[str] = []

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            asked.append(url)
            return super().fetch(url, headers)

    file = put(data, folder, "one.svg").as_uri()
    page = f'<style>@page {{ size: 60mm 60mm; margin: 0 }}</style><img style="width: 50mm; height: 50mm" src="{file}" alt="x">'
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("weasyprint").addHandler(handler)
    try:
        pdf = HTML(string=page, url_fetcher=Fetcher()).write_pdf()
    finally:
        logging.getLogger("weasyprint").removeHandler(handler)
    # A path that leads nowhere is named by the printer, and fails the edition.
    assert pdf and asked == [file] and all(text.startswith("Failed to render SVG") for text in said), (asked, said)


def svg_seeds() -> Iterator[bytes]:
    for path in sorted((SHIPPED.templates / "pictures").glob("*.svg")):
        if path.stat().st_size < 3_000:
            yield path.read_bytes()
    yield b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10v10z"/><desc>x</desc></svg>'


# The other files of a clinician, a translator, a signer


def check_glossary(data: bytes, folder: Path) -> bool:
    path = "locales/glossary/es.toml"
    file = put(data, folder, path)
    glossary, problems = same(read_glossary(file, folder), read_glossary(file, folder))
    hold_problems(problems, path, data, has_whole=not read_toml(file, folder)[0].values)
    if problems:
        assert not (glossary.terms or glossary.negations or glossary.keep or glossary.avoid)
        return False
    entry = Translation(
        "fever", "Do not bend the line. Call {phone_24h} now.", "No doble el tubo. Llame ya al {phone_24h}.", False, Place(path, 1)
    )
    hold_problems(check_translation(entry, glossary, False), path, data)
    return True


def check_register(data: bytes, folder: Path) -> bool:
    path = "handouts/approvals.toml"
    put(data, folder, path)
    approvals, problems = same(read_register(Project(folder)), read_register(Project(folder)))
    hold_problems(problems, path, data, has_whole=not read_toml(folder / path, folder)[0].values)
    for approval in approvals:
        assert approval.role in ("clinical", "translation") and approval.by.strip() and re.fullmatch(r"[0-9a-f]{64}", approval.digest)
        assert approval.date < approval.review
        put((HEAD + write_approval(approval)).encode(), folder, "again/handouts/approvals.toml")
        [again], wrong = read_register(Project(folder / "again"))
        clean = replace(approval, by=again.by, title=again.title, place=again.place)
        assert not wrong and again == clean and fold(again.by) == fold(approval.by)
    return not problems


def check_handouts(data: bytes, folder: Path, name: str) -> bool:
    """`packs.toml`, `facts.toml`, `evidence.toml`, `decisions.toml`: read, and held against the rest of the library."""
    path = f"handouts/{name}.toml"
    file = put(data, folder, path)

    def read(problems: list[Problem]) -> Library:
        toml, broken = read_toml(file, folder)
        problems += broken
        small = small_library()
        if name == "packs":
            return replace(small, packs=read_packs(toml, problems))
        if name == "facts":
            facts, literals = read_facts(toml, problems)
            return replace(small, facts=facts, literals=literals)
        if name == "decisions":
            return replace(small, decisions=read_decisions(toml, shipped_library().sources, problems))
        sources = read_sources(toml, problems)
        return replace(small, sources=sources, evidence=read_evidence(toml, sources, problems))

    first: list[Problem] = []
    second: list[Problem] = []
    library = same(read(first), read(second))
    same(first, second)
    hold_problems(first, path, data, has_whole=not read_toml(file, folder)[0].values)
    more = list({"packs": check_packs, "facts": check_facts}.get(name, lambda _library: [])(library))
    hold_problems((one for one in more if one.place.path == path), path, data, has_whole=True)
    if name == "facts" and not first and not more:
        hold_numbers(library)
    return not first


def hold_numbers(library: Library) -> None:
    """Each number of facts.toml is printed as it stands there, in each language."""
    for locale in ("en-GB", "es", "ar", "zh-Hans"):
        resolve = make_resolver(Person(library, small_site(), "adult", locale), lambda _context, source: source)
        for fact in library.facts.values():
            if fact.name in site_placeholders("adult"):
                continue
            printed = resolve(fact.name)
            assert printed, fact
            if fact.kind == "number":
                assert Decimal(re.sub(r"[,\u066b]", ".", printed.text).strip("\u200e\u200f")) == fact.number, (locale, fact, printed)


def toml_seeds(*paths: str) -> Iterator[bytes]:
    """Files as they ship, and in pieces: long ones are slow to try, and hide what their short parts would show."""
    for path in paths:
        text = (ROOT / path).read_text(encoding="utf-8")
        if len(text) < 4_000:
            yield text.encode()
            continue
        tables = re.split(r"\n(?=\[)", text)
        for start in range(0, len(tables), 25):
            yield "\n".join(tables[start : start + 3]).encode()


def register_seeds() -> Iterator[bytes]:
    yield HEAD.encode()
    one = write_approval(sign(write()))
    yield (HEAD + one).encode()
    yield (HEAD + one + one.replace("clinical", "translation").replace("en-GB", "es")).encode()


TARGETS: Mapping[str, Target] = {
    "po": Target(check_po, po_seeds, ("po",)),
    "site": Target(check_site, site_seeds, ("site", "toml")),
    "block": Target(check_block, block_seeds, ("block",)),
    "drawing": Target(check_svg, svg_seeds, ("drawing",)),
    "glossary": Target(check_glossary, lambda: toml_seeds("locales/glossary/es.toml", "locales/glossary/ar.toml"), ("glossary", "toml")),
    "register": Target(check_register, register_seeds, ("register", "toml")),
} | {
    name: Target(
        partial(check_handouts, name=name),
        partial(toml_seeds, f"handouts/{name}.toml", f"tests/fixtures/small/handouts/{name}.toml"),
        (name, "toml"),
    )
    for name in ("facts", "packs", "evidence", "decisions")
}
FOUND = FIXTURES / "found"
