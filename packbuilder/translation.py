"""The rules that a translation must keep, each a small function with a code and a sentence that a translator understands.

Why here: nothing a translator can do, by slip or by tool, may print a wrong number, a lost "not" or a scrambled
telephone number. Fuzzy and empty translations are never printed, so only the others are looked at.
"""

import functools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from packbuilder.glossary import Glossary
from packbuilder.markup import MARKS, PICTURE, PLACEHOLDER
from packbuilder.model import Message, Problem, Translation

NEGATION = re.compile(r"\b(?:not|no|never|nobody|nothing|don't|cannot|can't|without)\b", re.IGNORECASE)
BRACES = re.compile(r"\{[^{}\s]*\}")
LINK = re.compile(r"https?:|www\.|(?<!!)\[[^\]]*\]\(|<[A-Za-z/!?]|&#?\w+;|\[\^")
CARD_CONTEXTS = ("front", "back", "inside-left", "inside-right", "card-number", "card-panel", "card-sheet")
CARD_GROWTH = 1.7  # a panel holds about that much more than its English before it must be set below 8 pt
BOLD = re.compile(r"\*\*(?=[^\s*])[^*]*(?<=[^\s*])\*\*")
NEGATION_NOTE = "negation-checked"

Rule = Callable[[Translation, Glossary], Iterator[tuple[str, str, str]]]


def is_critical(text: str) -> bool:
    """A message whose slip could hurt: it holds a negation or a fact."""
    return bool(NEGATION.search(text) or any(name not in MARKS for name in PLACEHOLDER.findall(text)))


def check_translation(entry: Translation, glossary: Glossary, same_language: bool) -> list[Problem]:
    """Everything that is wrong with one translation."""
    if not entry.text or entry.fuzzy:
        return []
    rules: list[Rule] = [check_exact, check_markup, check_spaces, check_avoided, check_length]
    if not same_language:
        rules += [check_copy, check_negation, check_terms]
    return [
        # The card is measured in mm when it is printed; its length in characters is only a first hint.
        Problem(code, entry.place, message, hint, "warning" if code == "PO_LENGTH" else "error")
        for rule in rules
        for code, message, hint in rule(entry, glossary)
    ]


def differing(source: Counter[str], own: Counter[str]) -> str:
    """What is missing and what is new, in words; "" when both are the same."""
    lost, new = " ".join((source - own).elements()), " ".join((own - source).elements())
    return "; ".join(filter(None, (lost and f"missing: {lost}", new and f"not in the source: {new}")))


def check_exact(entry: Translation, _: Glossary) -> Iterator[tuple[str, str, str]]:
    """Placeholders, digits and pictures are carried over exactly."""
    if detail := differing(Counter(BRACES.findall(entry.source)), Counter(BRACES.findall(entry.text))):
        yield "PO_PLACEHOLDER", f"the placeholders differ: {detail}", "copy each {name} from the source exactly as it stands"
    if re.search(r"[{}]", BRACES.sub("", entry.text)) or re.search(r"\{\{|\}\}", entry.text):
        yield "PO_PLACEHOLDER", "there is a { or } that belongs to no placeholder", "copy each {name} from the source exactly as it stands"
    digits = [Counter(find_numbers(BRACES.sub(" ", text))) for text in (entry.source, entry.text)]
    if detail := differing(*digits):
        yield "PO_DIGITS", f"the digits differ: {detail}", "type no number that the source does not have, and only the digits 0-9"
    if PICTURE.fullmatch(entry.source) and not PICTURE.fullmatch(entry.text):
        yield "PO_PICTURE", "there is text outside the brackets of the picture", "translate what stands between [ and ], and nothing else"
    pictures = [Counter(re.findall(r"!\[(?=\])|\]\([^)]*\)", text)) for text in (entry.source, entry.text)]
    if detail := differing(*pictures):
        yield "PO_PICTURE", f"the pictures differ: {detail}", "keep ![…](name): translate only what stands between [ and ]"


def find_numbers(text: str) -> list[str]:
    """Every number that is typed as one: runs of digits of any script, and signs such as ½, ² and ①. 三 is a word like any other."""
    signs = (char for char in re.findall(r"[^\x00-\x7f]", text) if char.isnumeric() and not char.isdecimal() and not char.isalpha())
    return [*re.findall(r"\d+", text), *signs]


def check_markup(entry: Translation, _: Glossary) -> Iterator[tuple[str, str, str]]:
    """Bold is opened, closed and as frequent as in the source; there is no other markup."""
    source, own = entry.source.count("**"), entry.text.count("**")
    if source != own:
        yield "PO_BOLD", f"** stands {own} times, in the source {source} times", "put ** before and after the words that are bold"
    elif 2 * len(BOLD.findall(entry.text)) != own or re.search(r"__[^_]+__", entry.text):
        yield "PO_BOLD", "the bold marks do not belong together", "put ** right before and right after the words that are bold"
    if LINK.search(entry.text) and not LINK.search(entry.source):
        yield "PO_LINK", "holds a link, HTML or an evidence mark that the source does not have", "write plain text"
    if re.search(r"(?<![*\w])\*(?![*\s])[^*]+\*(?!\*)|(?<![\w_])_[^_\s][^_]*_(?![\w_])", BRACES.sub("", BOLD.sub("", entry.text))):
        yield "PO_ITALIC", "a single * sets italics", "use ** for bold, as the source does"
    hints = {"`": "use the quotation marks of your language", "\\": "delete it: quotation marks need none in Poedit and Weblate"}
    for mark, hint in hints.items():
        if mark in entry.text and mark not in entry.source:
            yield "PO_MARKUP", f"holds a {mark} that the source does not have", hint


def check_spaces(entry: Translation, _: Glossary) -> Iterator[tuple[str, str, str]]:
    if entry.text != entry.text.strip():
        yield "PO_SPACE", "starts or ends with a space", "delete it"
    if re.search(r"[\n\r\t]", entry.text):
        yield "PO_SPACE", "holds a line break or a tab", "write it as one line"


def check_copy(entry: Translation, glossary: Glossary) -> Iterator[tuple[str, str, str]]:
    """An English sentence that was only copied would print without a mark."""
    rest = BRACES.sub("", entry.source)
    for name in sorted(glossary.keep, key=len, reverse=True):
        rest = rest.replace(name, "")
    if entry.text == entry.source and re.search(r"[A-Za-z]{2}", rest):
        yield "PO_COPY", "is the English text", "translate it, or leave it empty; names that stay belong to keep in the glossary"


def check_negation(entry: Translation, glossary: Glossary) -> Iterator[tuple[str, str, str]]:
    """A sentence with "not" must say so in the translation."""
    if glossary.negations and NEGATION.search(entry.source) and NEGATION_NOTE not in entry.comments:
        words = entry.text.casefold()
        if not any(
            re.search(rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word), words) for word in glossary.negations
        ):
            found = NEGATION.search(entry.source)
            yield (
                "PO_NEGATION",
                f"the source says {found.group() if found else 'not'!r}, and no word for it was found here",
                f"check that the meaning is the same; if it is, add the comment {NEGATION_NOTE}",
            )


@functools.cache
def term_pattern(term: str) -> re.Pattern[str]:
    """A term of the glossary as a word of its own, also in the plural."""
    return re.compile(rf"(?<![\w-]){re.escape(term)}(?:s|es)?(?![\w-])")


def check_terms(entry: Translation, glossary: Glossary) -> Iterator[tuple[str, str, str]]:
    """Each term of the glossary has one translation."""
    source, own = entry.source.casefold(), entry.text.casefold()
    for term, forms in glossary.terms.items():
        # Most messages hold none of the terms: asked first, because a pattern costs twenty times as much.
        if term in source and term_pattern(term).search(source) and not any(form in own for form in forms):
            yield "PO_TERM", f"{term!r} is not translated as agreed", f"write {' or '.join(forms)}, or change the glossary"


def check_avoided(entry: Translation, glossary: Glossary) -> Iterator[tuple[str, str, str]]:
    text = entry.text.casefold()
    for word, better in glossary.avoid.items():
        if word in text and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text):
            yield "PO_WORD", f"{word!r} is not used in this language", f"write {better}"


def check_untouched(
    code: str,
    messages: Iterable[Message],
    translations: Mapping[tuple[str, str], Translation],
    glossary: Glossary,
    foreign: Collection[str],
) -> Iterator[Problem]:
    """Words that a region does not use in texts that it takes over from the source as they stand.

    `foreign` are the contexts that this region never prints: another country's blocks and sites.
    """
    for message in messages:
        entry = translations.get((message.context, message.text))
        if message.context in foreign or entry is None or entry.text:
            continue
        for problem, text, hint in check_avoided(replace(entry, text=message.text), glossary):
            yield Problem(problem, entry.place, f"{text}, and the source is printed here as it stands ({code})", hint)


def check_length(entry: Translation, _: Glossary) -> Iterator[tuple[str, str, str]]:
    """A first warning for the card; the build measures each panel in mm."""
    if entry.context.partition(".")[0] in CARD_CONTEXTS and len(entry.text) > max(24, CARD_GROWTH * len(entry.source)):
        yield (
            "PO_LENGTH",
            f"has {len(entry.text)} characters, the source {len(entry.source)}",
            "say it shorter: it must fit the wallet card",
        )
