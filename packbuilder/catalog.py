"""PO files in and out: strict reading, merging, fallback. The only module that imports `babel.messages`.

Why strict: Babel alone accepts an unterminated string and silently eats its last character, keeps one of two duplicates,
and lets a translation lose a placeholder. For us that is a lost digit of a telephone number.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, unescape, write_po

from packbuilder.language import PSEUDO, babel_locale, english_name, is_source_language, pseudo_translate
from packbuilder.messages import has_words
from packbuilder.model import Message, Place, Problem, Translation
from packbuilder.textfile import MOST_SHOWN, MOST_TEXT, read_text, shown_path

# A backslash before anything else means one thing to GNU gettext and another to Babel: `\62` is the digit 2, or three characters.
QUOTED = r'"(?:[^"\\\n]|\\[ntr"\\])*"'
PO_LINE = re.compile(rf"#.*|(?:msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+{QUOTED}|{QUOTED}|")
HEADER = re.compile(r'\A((?:#.*\n)*)msgid ""\nmsgstr ""\n((?:".*"\n)*)')
HEADER_ENTRY = re.compile(r'^msgid ""\nmsgstr ""\n(?:".*"\n)*', re.MULTILINE)
DATE = re.compile(r'^"(?:PO-Revision|POT-Creation)-Date:.*"\n', re.MULTILINE)

Translations = Mapping[tuple[str, str], Translation]


def read_catalog(path: Path, root: Path) -> tuple[Translations, tuple[Problem, ...]]:
    """A PO file, or what is wrong with it. Nothing is repaired."""
    shown = shown_path(path, root)
    text, problems = read_text(path, root)
    if problems:
        return {}, problems
    found = [*islice(scan_lines(text, shown), MOST_SHOWN), *scan_entries(text, shown), *scan_duplicates(text, shown)]
    if found:
        return {}, tuple(found)
    try:
        catalog = parse(text)
    except (PoFileError, ValueError, LookupError) as error:
        return {}, (
            Problem(
                "PO_BROKEN",
                Place(shown, getattr(error, "lineno", -1) + 1),
                re.sub(r" on \d+$", "", str(error)),
                "open the file in Poedit and save it",
            ),
        )
    translations: dict[tuple[str, str], Translation] = {}
    for message in catalog:
        if message.id and isinstance(message.id, str):
            place = Place(shown, message.lineno or 0)
            key = (message.context or "", message.id)
            comments = " ".join(message.user_comments)
            translations[key] = Translation(*key, str(message.string or ""), message.fuzzy, place, comments)
    long = [entry for entry in translations.values() if max(len(entry.source), len(entry.text)) > MOST_TEXT]
    if long:
        return {}, tuple(
            Problem("PO_BROKEN", entry.place, f"has more than {MOST_TEXT} characters", "shorten it") for entry in long[:MOST_SHOWN]
        )
    return translations, tuple(check_header(text, shown))


def parse(text: str) -> Catalog:
    """Babel's reading of a file that passed the scans. Dates in the header are left out: Babel stops at one that it can't read."""
    dateless = HEADER_ENTRY.sub(lambda entry: DATE.sub("", entry.group()), text)
    # The line numbers of the messages must stay those of the file.
    padding = "\n" * (text.count("\n") - dateless.count("\n"))
    catalog = read_po(StringIO(padding + dateless), abort_invalid=True)
    for message in (*catalog, *catalog.obsolete.values()):
        # Babel takes the previous source of a hint for a comment of the translator.
        previous = [comment for comment in message.user_comments if comment.startswith("|")]
        message.user_comments = [comment for comment in message.user_comments if not comment.startswith("|")]
        texts = "".join(line.lstrip("| ") + "\n" for line in previous)
        if found := re.search(r'^msgid ((?:".*"\n)+)', texts, re.MULTILINE):
            message.previous_id = [join_lines(found.group(1))]
    return catalog


def join_lines(quoted: str) -> str:
    """The text of some pieces, each between two quotation marks. Babel writes those of a previous source in one line."""
    return "".join(map(unescape, re.findall(r'"(?:[^"\\\n]|\\.)*"', quoted)))


def scan_lines(text: str, shown: str) -> Iterator[Problem]:
    """Lines that are not PO: above all strings whose closing quote is missing."""
    return (
        Problem(
            "PO_LINE",
            Place(shown, number),
            f"cannot be read: {line.strip()[:40]}",
            'each text stands between two ", and a " inside it is written \\"',
        )
        for number, line in enumerate(text.split("\n"), start=1)
        if not PO_LINE.fullmatch(line.strip().removeprefix("#~").strip())
    )


def scan_entries(text: str, shown: str) -> list[Problem]:
    """Entries that are not one source with one translation: Babel drops a part of them without a word."""
    problems: list[Problem] = []
    state = "msgstr"
    after = {"msgctxt": ("msgstr",), "msgid": ("msgctxt", "msgstr"), "msgstr": ("msgid",)}
    in_context = empty = False
    is_obsolete: bool | None = False
    for number, line in enumerate(text.split("\n"), start=1):
        bare = line.strip().removeprefix("#~").strip()
        keyword = bare.split(" ")[0].split("\t")[0]
        is_marked = line.strip().startswith("#~")
        if is_marked and not bare:
            is_obsolete = None
        elif keyword in after and state == "msgstr":
            is_obsolete = is_marked
        elif (keyword in after or bare.startswith('"')) and is_marked != is_obsolete:
            hint = "put #~ before each line of it, or before none"
            problems.append(Problem("PO_BROKEN", Place(shown, number), "only a part of this message is marked as obsolete", hint))
        if keyword.startswith("msg") and keyword not in after:
            problems.append(
                Problem(
                    "PO_BROKEN",
                    Place(shown, number),
                    "plural forms are not used here",
                    "delete this message and run: python3 build.py messages",
                )
            )
            return problems
        if keyword in after:
            if state not in after[keyword]:
                problems.append(
                    Problem(
                        "PO_BROKEN",
                        Place(shown, number),
                        f"{keyword} must not follow {state}",
                        "each message has one msgctxt, one msgid and one msgstr",
                    )
                )
            if keyword == "msgstr" and empty and in_context:
                problems.append(Problem("PO_BROKEN", Place(shown, number), "the source text is empty", "delete this message"))
            if keyword == "msgid":
                in_context, empty = state == "msgctxt", bare == 'msgid ""'
            state = keyword
        elif bare.startswith('"') and state == "msgid" and bare != '""':
            empty = False
        elif line.startswith("#") and not line.startswith("#~") and state != "msgstr":
            problems.append(Problem("PO_BROKEN", Place(shown, number), "a comment stands inside a message", "move it before the message"))
    if state != "msgstr":
        problems.append(
            Problem("PO_BROKEN", Place(shown, text.count("\n") + 1), "the last message has no translation line", 'add msgstr ""')
        )
    return problems


def scan_duplicates(text: str, shown: str) -> list[Problem]:
    """Messages that stand twice: readers keep one of them, and not always the same."""
    problems: list[Problem] = []
    seen: dict[tuple[str, ...], int] = {}
    entry = re.compile(r'^(?:msgctxt ((?:".*"\n)+))?msgid ((?:".*"\n)+)', re.MULTILINE)
    text = "\n".join(re.sub(r"^(msg\w+)\s+", r"\1 ", line.strip()) for line in text.split("\n"))
    line, end = 1, 0
    for match in entry.finditer(text + "\n"):
        key = tuple(join_lines(part or "") for part in match.groups())
        line, end = line + text.count("\n", end, match.start()), match.start()
        if key in seen:
            problems.append(
                Problem("PO_DUPLICATE", Place(shown, line), f"the same message stands in line {seen[key]}", "delete one of the two")
            )
        seen.setdefault(key, line)
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

    Changed text in the same context keeps the old translation as fuzzy with the previous source; the same text elsewhere is
    offered as fuzzy; what is no longer used is kept as obsolete. No line numbers, no dates: a second run changes nothing.
    """
    before = parse(old)
    catalog = Catalog()
    kept = {(message.context or "", message.id): message for message in before if message.id}
    dormant = {(message.context or "", message.id): key for key, message in before.obsolete.items()}
    wanted = {(message.context, message.text) for message in messages}
    elsewhere = {str(source): context for (context, source), entry in kept.items() if entry.string and not entry.fuzzy}
    retired: dict[str, list[str]] = {}
    for context, source in kept:
        if (context, source) not in wanted and kept[context, source].string:
            retired.setdefault(context, []).append(str(source))
    for message in messages:
        own = kept.get((message.context, message.text))
        previous = "" if own else pick_previous(message.text, retired.get(message.context, []))
        hint = None
        if previous:
            hint = kept[message.context, previous]
            retired[message.context].remove(previous)
        elif (not own or not own.string) and message.text in elsewhere and not is_source_language(code):
            hint = kept[elsewhere[message.text], message.text]
        revived = dormant.get((message.context, message.text)) if not hint and (not own or not own.string) else None
        if revived is not None:
            # Babel loses the flag of an obsolete message, so a person has to look at it again.
            hint = before.obsolete.pop(revived)
        entry = hint or own
        catalog.add(
            message.text,
            string=str(entry.string or "") if entry else "",
            context=message.context,
            auto_comments=list(message.comments),
            user_comments=list(entry.user_comments) if entry else [],
            locations=[(message.place.path, 0)],
            flags={"fuzzy"} if hint or (own and own.fuzzy) else set(),
            previous_id=[previous] if previous else list(own.previous_id) if own and own.fuzzy else [],
        )
    catalog.obsolete.update(before.obsolete)
    for context, sources in retired.items():
        catalog.obsolete.update({(source, context): kept[context, source] for source in sources})
    out = BytesIO()
    write_po(out, catalog, width=0, include_previous=True, omit_header=True)
    # `python-format` is guessed from a percent sign; our placeholders stand in braces.
    body = re.sub(r"^#, python-format\n|, python-format$", "", out.getvalue().decode(), flags=re.MULTILINE)
    return make_header(code, old) + body


def make_header(code: str, old: str) -> str:
    """The header of a file as it stands, or a filled one for a new file. No creation date: it would only make noise."""
    if match := HEADER.match(old):
        return match.group() + "\n"
    locale = babel_locale(code)
    fields = {
        "Project-Id-Version": "blinatumomab-packs",
        "Report-Msgid-Bugs-To": "",
        "Last-Translator": "",
        "Language-Team": english_name(code),
        "Language": str(locale),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": f"nplurals={Catalog(locale=locale).num_plurals}; plural={Catalog(locale=locale).plural_expr};",
        "X-Status": "unreviewed draft",
    }
    lines = "".join(f'"{key}: {value}\\n"\n' for key, value in fields.items())
    return f'# Translation of the blinatumomab packs: {english_name(code)}\n#\nmsgid ""\nmsgstr ""\n{lines}\n'


def check_header(text: str, shown: str) -> list[Problem]:
    """The header says UTF-8; everything else in it is for people and their tools."""
    match = HEADER.match(text)
    if not match:
        return [
            Problem(
                "PO_HEADER", Place(shown, 1), "has no header", "run: python3 build.py messages, or copy the first lines of another file"
            )
        ]
    charset = re.search(r"charset=([\w-]+)", match.group(2))
    if not charset or charset.group(1).lower() not in ("utf-8", "utf8"):
        line = match.group().rpartition("Content-Type")[0].count("\n") + 1
        return [
            Problem("PO_HEADER", Place(shown, line), "does not say that it is UTF-8", 'write "Content-Type: text/plain; charset=UTF-8\\n"')
        ]
    return []


def pick_previous(text: str, candidates: list[str]) -> str:
    """The retired message of the same context that this one most likely grew from, or ""."""
    scored = ((SequenceMatcher(None, text, old).ratio(), old) for old in candidates)
    likely = [(score, old) for score, old in scored if score > 0.6]
    return max(likely)[1] if likely else ""


def fallback_chain(locale: str) -> tuple[str, ...]:
    """`es-MX` -> es-MX, es. The source language itself ends the chain for its own regions only."""
    parts = locale.split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))


def make_translator(locale: str, catalogs: Mapping[str, Translations]) -> Callable[[str, str], str | None]:
    """`translate(context, source)`: the printed text, or None where only another language is there."""
    if locale in PSEUDO:
        return lambda _context, source: pseudo_translate(source) if has_words(source) else source
    chain = [catalogs[code] for code in fallback_chain(locale) if code in catalogs]
    own_language = is_source_language(locale)

    def translate(context: str, source: str) -> str | None:
        if not has_words(source):
            return source
        for catalog in chain:
            entry = catalog.get((context, source))
            if entry and entry.text and not entry.fuzzy:
                return entry.text
        return source if own_language else None

    return translate
