"""PO files in and out: strict reading, extraction, merging. The only module that imports `babel.messages`.

Why strict: Babel alone accepts an unterminated string and silently eats its last character, keeps one of two duplicates,
and lets a translation lose a placeholder. For us that is a lost digit of a telephone number.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from io import BytesIO, StringIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po
from jinja2 import Environment, nodes

from packbuilder.markup import EVIDENCE_MARK, MARKS, PLACEHOLDER, SILENT, render_block
from packbuilder.model import SOURCE_LOCALE, Library, Message, Place, Problem, Site, Translation
from packbuilder.textfile import read_text, shown_path

PO_LINE = re.compile(r'#.*|(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+"(?:[^"\\\n]|\\.)*"|"(?:[^"\\\n]|\\.)*"|')
ELEMENTS = {"h1": "title", "h2": "heading", "h3": "sub-heading", "p": "paragraph", "li": "list item", "td": "table cell",
            "th": "table heading", "title": "title of a care card"}  # fmt: skip
NEGATION = re.compile(r"\b(?:not|no|never|nobody|don't|cannot|can't|without)\b", re.IGNORECASE)

Translations = Mapping[tuple[str, str], Translation]


def is_critical(text: str) -> bool:
    """A message whose slip could hurt: it holds a negation or a fact."""
    return bool(NEGATION.search(text) or any(name not in MARKS for name in PLACEHOLDER.findall(text)))


def has_words(text: str) -> bool:
    """Whether there is anything to translate: letters outside placeholders."""
    return any(char.isalpha() for char in PLACEHOLDER.sub("", text))


def extract_templates(templates: Path, root: Path) -> tuple[Message, ...]:
    """Every `say("…")` in the Jinja templates; the context is the template's name without its ending."""
    env = Environment(autoescape=True)
    found: list[Message] = []
    for path in sorted(templates.rglob("*.html")):
        tree = env.parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "say" and isinstance(call.args[0], nodes.Const):
                text = " ".join(str(call.args[0].value).split())
                found.append(Message(template_context(path.name), text, Place(shown_path(path, root), call.lineno)))
    return tuple(found)


def template_context(template: str) -> str:
    """`pictures/cycle-bar.html` -> `cycle-bar`."""
    return template.rpartition("/")[2].removesuffix(".html")


def extract(library: Library, templates: Sequence[Message], sites: Iterable[Site] = ()) -> tuple[Message, ...]:
    """Every message of the project once, in print order of the files, with comments for the translator."""
    found: list[Message] = []
    for block in (*library.blocks.values(), *library.panels.values()):
        _, passages = render_block(block, SILENT)
        reader = {"": "everybody", "nurse": "nurses", "parent": "parents", "adult": "adult patients"}[block.audience]
        found.extend(
            Message(block.stem, passage.message.text, passage.message.place, (f"For {reader}. {ELEMENTS.get(passage.tag, passage.tag)}.",))
            for passage in passages
        )
    for pack in library.packs.values():
        found.append(Message("packs", pack.title, pack.place, ("Title of a pack.",)))
    for fact in library.facts.values():
        if fact.kind == "phrase":
            for text in (fact.text, *fact.by_region.values()):
                found.append(Message("facts", text, fact.place, (fact.note,) if fact.note else ("Part of a sentence.",)))
    for site in sites:
        for text in (*(site.home[key] for key in ("bag_change", "bathing", "body_fluids") if key in site.home),
                     *(text for alarm in site.alarms for text in (alarm.means, alarm.do))):  # fmt: skip
            found.append(Message(f"site.{site.id}", text, site.place, (f"The hospital's own words: {site.name}.",)))
    found.extend(templates)
    unique = {(message.context, message.text): message for message in reversed(found) if has_words(message.text)}
    return tuple(comment(message, library) for message in reversed(unique.values()))


def comment(message: Message, library: Library) -> Message:
    """Tells the translator what each placeholder prints, and whether a slip could hurt."""
    notes = list(message.comments)
    for name in dict.fromkeys(PLACEHOLDER.findall(message.text)):
        fact = library.facts.get(name)
        if name in MARKS:
            notes.append(f"{{{name}}}: a {name.replace('_', ' ')} for the pen.")
        elif fact and fact.kind == "number":
            notes.append(f"{{{name}}} prints {fact.number} ({fact.unit}).")
        elif fact and fact.kind == "phrase":
            notes.append(f"{{{name}}} prints: {fact.text}")
        else:
            notes.append(f"{{{name}}} prints a value of the hospital.")
    if is_critical(message.text):
        notes.append("CRITICAL: holds a value or a negation.")
    return Message(message.context, message.text, message.place, tuple(notes))


def read_catalog(path: Path, root: Path) -> tuple[Translations, tuple[Problem, ...]]:
    """A PO file, or what is wrong with it. Nothing is repaired."""
    shown = shown_path(path, root)
    text, problems = read_text(path, root)
    if problems:
        return {}, problems
    found = [*scan_lines(text, shown), *scan_duplicates(text, shown)]
    if found:
        return {}, tuple(found)
    try:
        catalog = read_po(BytesIO(text.encode()), charset="utf-8", abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as error:
        return {}, (
            Problem("PO_BROKEN", Place(shown, getattr(error, "lineno", 0) or 0), str(error), "open the file in Poedit and save it"),
        )
    translations: dict[tuple[str, str], Translation] = {}
    for message in catalog:
        if message.id and isinstance(message.id, str):
            place = Place(shown, message.lineno or 0)
            key = (message.context or "", message.id)
            translations[key] = Translation(*key, str(message.string or ""), message.fuzzy, place)
    problems = tuple(problem for translation in translations.values() for problem in check_translation(translation))
    return translations, problems


def scan_lines(text: str, shown: str) -> list[Problem]:
    """Lines that are not PO: above all strings whose closing quote is missing."""
    return [
        Problem(
            "PO_LINE",
            Place(shown, number),
            f"cannot be read: {line.strip()[:40]}",
            'each text stands between two ", and a " inside it is written \\"',
        )
        for number, line in enumerate(text.split("\n"), start=1)
        if not PO_LINE.fullmatch(line.strip())
    ]


def scan_duplicates(text: str, shown: str) -> list[Problem]:
    """Messages that stand twice: readers keep one of them, and not always the same."""
    problems, seen = [], {}
    entry = re.compile(r'^(?:msgctxt ((?:".*"\n)+))?msgid ((?:".*"\n)+)', re.MULTILINE)
    for match in entry.finditer(text + "\n"):
        key = tuple(re.sub(r'"\n"', "", part or "").strip() for part in match.groups())
        line = text.count("\n", 0, match.start()) + 1
        if key in seen:
            problems.append(
                Problem("PO_DUPLICATE", Place(shown, line), f"the same message stands in line {seen[key]}", "delete one of the two")
            )
        seen.setdefault(key, line)
    return problems


def check_translation(entry: Translation) -> list[Problem]:
    """What a translation must carry over exactly: placeholders, digits and pictures. Fuzzy ones are never printed."""
    if not entry.text or entry.fuzzy:
        return []
    rules: list[tuple[str, Callable[[str], Counter[str]], str]] = [
        ("PO_PLACEHOLDER", lambda text: Counter(re.findall(r"\{[^{}\s]*\}", text)), "placeholders"),
        ("PO_DIGITS", lambda text: Counter(re.findall(r"\d", PLACEHOLDER.sub("", text))), "digits"),
        ("PO_PICTURE", lambda text: Counter(re.findall(r"!\[|\]\([^)]*\)", text)), "pictures"),
        ("PO_BOLD", lambda text: Counter(re.findall(r"\*\*", text)), "marks for bold (**)"),
    ]
    problems = []
    for code, find, what in rules:
        source, own = find(entry.source), find(entry.text)
        if source != own:
            lost, new = " ".join((source - own).elements()), " ".join((own - source).elements())
            detail = "; ".join(filter(None, (lost and f"missing {lost}", new and f"not in the source: {new}")))
            problems.append(Problem(code, entry.place, f"the {what} differ: {detail}", "carry them over exactly as they stand"))
    if EVIDENCE_MARK.search(entry.text) or re.search(r"<[A-Za-z/!]", entry.text):
        problems.append(Problem("PO_MARKUP", entry.place, "holds HTML or an evidence mark", "write plain text with ** for bold"))
    return problems


def compare(translations: Translations, messages: Sequence[Message], shown: str) -> list[Problem]:
    """Where a PO file is out of step with the text. It fails `check`; a build goes on and prints drafts."""
    wanted = {(message.context, message.text) for message in messages}
    missing, unknown = wanted - set(translations), set(translations) - wanted
    hint = "run: python3 build.py messages"
    problems = [Problem("PO_OUT_OF_STEP", Place(shown), f"{len(missing)} messages are missing", hint)] if missing else []
    return problems + [
        Problem("PO_UNKNOWN", translations[key].place, f"this message is not in the text any more: {key[1][:50]}", hint)
        for key in sorted(unknown)
    ]


def write_catalog(code: str, messages: Sequence[Message], old: str) -> str:
    """The PO file of a locale for these messages, keeping every translation in `old` (the file's text, "" if new).

    Changed text in the same context keeps the old translation as fuzzy with the previous source; what is no longer
    used is kept as obsolete. No line numbers and no dates: a second run changes nothing.
    """
    before = read_po(StringIO(old), locale=Locale.parse(code, sep="-")) if old else None
    catalog = Catalog(locale=Locale.parse(code, sep="-"), project="blinatumomab-packs", charset="utf-8", fuzzy=False,
                      header_comment=before.header_comment if before else f"# Translations of the blinatumomab packs: {code}\n#")  # fmt: skip
    kept = {(m.context or "", m.id): m for m in before if m.id} if before else {}
    wanted = {(message.context, message.text) for message in messages}
    retired: dict[str, list[str]] = {}
    for context, source in kept:
        if (context, source) not in wanted and kept[context, source].string:
            retired.setdefault(context, []).append(str(source))
    for message in messages:
        own = kept.get((message.context, message.text))
        previous = "" if own else pick_previous(message.text, retired.get(message.context, []))
        guess = kept[message.context, previous] if previous else None
        entry = own or guess
        catalog.add(
            message.text,
            string=str(entry.string or "") if entry else "",
            context=message.context,
            auto_comments=list(message.comments),
            user_comments=list(entry.user_comments) if entry else [],
            locations=[(message.place.path, 0)],
            flags=({"fuzzy"} if guess or (own and own.fuzzy) else set()),
            previous_id=[previous] if previous else list(own.previous_id) if own else [],
        )
        if previous:
            retired[message.context].remove(previous)
    if before:
        catalog.obsolete.update(before.obsolete)
        for context, sources in retired.items():
            catalog.obsolete.update({(source, context): kept[context, source] for source in sources})
    out = BytesIO()
    write_po(out, catalog, width=0, include_previous=True, include_lineno=False)
    # `python-format` is guessed from a percent sign; our placeholders are in braces. The creation date only makes noise.
    return re.sub(r"^#, python-format\n|, python-format$|^\"POT-Creation-Date:.*\n", "", out.getvalue().decode(), flags=re.MULTILINE)


def pick_previous(text: str, candidates: list[str]) -> str:
    """The retired message of the same context that this one most likely grew from, or ""."""
    scored = [(SequenceMatcher(None, text, old).ratio(), old) for old in candidates]
    score, best = max(scored, default=(0.0, ""))
    return best if score > 0.6 else ""


def fallback_chain(locale: str) -> tuple[str, ...]:
    """`es-MX` -> es-MX, es. The source language itself ends the chain for its own regions only."""
    parts = locale.split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))


def make_translator(locale: str, catalogs: Mapping[str, Translations]) -> Callable[[str, str], str | None]:
    """`translate(context, source)`: the printed text, or None where only another language is there."""
    chain = [catalogs[code] for code in fallback_chain(locale) if code in catalogs]
    own_language = locale.partition("-")[0] == SOURCE_LOCALE.partition("-")[0]

    def translate(context: str, source: str) -> str | None:
        if not has_words(source):
            return source
        for catalog in chain:
            entry = catalog.get((context, source))
            if entry and entry.text and not entry.fuzzy:
                return entry.text
        return source if own_language else None

    return translate
