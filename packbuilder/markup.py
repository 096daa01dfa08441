"""The Python-Markdown extension that turns a block into HTML: the message seam, placeholders, evidence marks, pictures.

Why a tree processor before `inline`: at that moment each element's `.text` is raw inline Markdown, which is exactly a
message (design, text and translation contract). The same class collects messages and swaps in their translations, so
that extraction and building cannot disagree.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from packbuilder.model import Block, Message, Passage, Place, PrintedFact

MESSAGE_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "td", "th"})
EVIDENCE_MARK = re.compile(r"\s*\[\^([^\]\n]*)\]")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]*)\)")
# Words that no Markdown touches: most messages of the templates, which need no parser then.
PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,.;:?!'’“”«»()…·–،؟؛。，、：；！？（）-])*")
# Bold is the only emphasis. The patterns of Markdown also set italics, and with a stray `_` they cut a placeholder in two.
STRONG = r"(\*\*)(?=[^\s*])([^*]+)(?<=[^\s*])\*\*"
CARE_CARDS = ("emergency", "urgent", "tell", "info")
# Placeholders that print something which is not a fact: places for the pen, and the page counters of the foot.
MARKS: Mapping[str, str] = {
    "pen_line": "pen-line",
    "tick_box": "tick-box",
    "page_number": "page-number",
    "page_count": "page-count",
}

Translate = Callable[[str, str], str | None]
Resolve = Callable[[str], PrintedFact | None]


@dataclass(frozen=True, slots=True)
class Voice:
    """How the words of an edition are found.

    `translate(context, source)` gives None when there is no translation; `resolve(name)` gives None for a value that the
    site leaves open.
    """

    translate: Translate
    resolve: Resolve
    source_lang: str = "en-GB"
    shows_evidence: bool = False


SILENT = Voice(lambda _context, source: source, lambda _name: None)


def fold(text: str) -> str:
    """Soft line breaks and runs of space as one space: re-flowing a paragraph never touches a translation."""
    return " ".join(text.split())


def split_evidence(text: str) -> tuple[str, tuple[str, ...]]:
    """The message without its evidence marks, and the cited ids in order."""
    ids = dict.fromkeys(id_ for mark in EVIDENCE_MARK.finditer(text) for id_ in mark.group(1).split())
    return fold(EVIDENCE_MARK.sub("", text)), tuple(ids)


def fact_element(fact: PrintedFact) -> Element:
    """A fact as HTML. Only `dir` on one element keeps a number left to right in WeasyPrint; a bare `<bdi>` does not."""
    if len(fact.pieces) == 1 and fact.pieces[0][1]:
        element = Element("bdi", {"dir": "ltr", "class": "fact", "data-fact": fact.name})
        holder = SubElement(element, "a", {"href": f"tel:{fact.dial}"}) if fact.dial else element
        holder.text = AtomicString(fact.pieces[0][0])
        return element
    element = Element("span", {"class": "phrase untranslated" if fact.untranslated else "phrase", "data-fact": fact.name})
    last: Element | None = None
    for text, isolated in fact.pieces:
        if isolated:
            last = SubElement(element, "bdi", {"dir": "ltr", "class": "fact"})
            last.text = AtomicString(text)
        elif last is None:
            element.text = AtomicString((element.text or "") + text)
        else:
            last.tail = AtomicString((last.tail or "") + text)
    return element


def plain_text(text: str, voice: Voice) -> str:
    """A message as plain words with its facts filled in: for titles, alternative texts and digests."""

    def fill(match: re.Match[str]) -> str:
        fact = voice.resolve(match.group(1))
        return fact.text if fact else ("" if match.group(1) in MARKS else "…")

    return fold(PLACEHOLDER.sub(fill, PICTURE.sub(r"\1", text)).replace("**", ""))


def mark_element(name: str) -> Element:
    """A place for the pen. It holds no text, so nothing is read out for it."""
    return Element("span", {"class": MARKS[name]})


class PlaceholderPattern(InlineProcessor):
    """`{phone_24h}` -> the fact; `{pen_line}` -> a line; a value the site leaves open -> a line."""

    def __init__(self, voice: Voice) -> None:
        super().__init__(PLACEHOLDER.pattern)
        self.voice = voice

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        name = m.group(1)
        fact = None if name in MARKS else self.voice.resolve(name)
        if fact is None:
            return mark_element(name if name in MARKS else "pen_line"), m.start(0), m.end(0)
        element = fact_element(fact)
        for part in element.iter():
            part.text = AtomicString((part.text or "").replace("&", "&amp;"))
            part.tail = AtomicString((part.tail or "").replace("&", "&amp;"))
        return element, m.start(0), m.end(0)


class IconPattern(InlineProcessor):
    """`![](icon-drop)` -> an empty span that the style sheet fills: decoration, so no alternative text is wanted."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        return Element("span", {"class": f"icon {m.group(2)}"}), m.start(0), m.end(0)


class MessageSeam(Treeprocessor):
    """Collects every message of a block in document order and swaps in its translation."""

    def __init__(self, md: Markdown, block: Block, voice: Voice, passages: list[Passage]) -> None:
        super().__init__(md)
        self.block, self.voice, self.passages = block, voice, passages
        self.squashed, self.line_of = squash(block.text)
        self.cursor = 0

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag not in MESSAGE_TAGS or not (element.text or "").strip():
                continue
            raw = str(element.text)
            source, evidence = split_evidence(raw)
            if not source:
                element.text = ""
                continue
            tag = "title" if element.get("class") == "admonition-title" else element.tag
            message = Message(self.block.stem, source, Place(self.block.place.path, self.find_line(raw)))
            translated = self.voice.translate(message.context, source)
            if translated is None:
                element.set("class", f"{element.get('class', '')} untranslated".strip())
                element.set("lang", self.voice.source_lang)
                element.set("dir", "ltr")
            self.passages.append(Passage(tag, message, evidence, translated or source))
            if self.voice.shows_evidence:
                element.set("data-evidence", " ".join(evidence))
            # The serialiser takes `&lt;` for an entity; here it is text like everything else.
            element.text = (translated or source).replace("&", "&amp;")
            picture = PICTURE.fullmatch(element.text)
            if picture and picture.group(1):
                # A picture alone in its paragraph. `typeset` puts the drawing in: nothing is drawn before that step.
                element.tag, element.text = "figure", None
                mark = {"class": "untranslated", "lang": self.voice.source_lang} if translated is None else {}
                if self.voice.shows_evidence:
                    mark["data-evidence"] = " ".join(evidence)
                element.attrib = {"data-alt": plain_text(picture.group(1), self.voice), "data-picture": picture.group(2), **mark}

    def find_line(self, raw: str) -> int:
        """Elements come in document order, so a cursor walks to the next place where the folded text begins."""
        needle = "".join(raw.split())
        found = self.squashed.find(needle, self.cursor)
        if found < 0:
            return self.line_of[min(self.cursor, len(self.line_of) - 1)] if self.line_of else 1
        self.cursor = found + len(needle)
        return self.line_of[found]


def squash(text: str) -> tuple[str, list[int]]:
    """The text without white space, and the line of each remaining character."""
    kept = [(char, number) for number, line in enumerate(text.split("\n"), start=1) for char in line if not char.isspace()]
    return "".join(char for char, _ in kept), [number for _, number in kept]


class PackMarkdown(Extension):
    """The dialect: tables, care cards and our marks; no raw HTML, no links, no images by address, no entities.

    A text that `is_inline` is one line of words, whatever it begins with.
    """

    def __init__(self, block: Block, voice: Voice, passages: list[Passage], is_inline: bool) -> None:
        super().__init__()
        self.block, self.voice, self.passages, self.is_inline = block, voice, passages, is_inline

    def extendMarkdown(self, md: Markdown) -> None:
        for name in ("em_strong", "html", "entity", "backtick", "autolink", "automail", "link", "image_link", "image_reference",
                     "reference", "short_reference", "short_image_ref"):  # fmt: skip
            md.inlinePatterns.deregister(name)
        md.preprocessors.deregister("html_block")
        structure = ("indent", "hashheader", "setextheader", "hr", "olist", "ulist", "quote") if self.is_inline else ()
        for name in ("reference", "code", *structure):
            md.parser.blockprocessors.deregister(name)
        md.treeprocessors.register(MessageSeam(md, self.block, self.voice, self.passages), "messages", 25)
        md.inlinePatterns.register(PlaceholderPattern(self.voice), "placeholder", 185)
        md.inlinePatterns.register(SimpleTagInlineProcessor(STRONG, "strong"), "strong", 60)
        # Before the placeholders: the name of a picture is no place for one.
        md.inlinePatterns.register(IconPattern(PICTURE.pattern), "icon", 186)


def render_block(block: Block, voice: Voice) -> tuple[str, tuple[Passage, ...]]:
    """A block as HTML in one voice, and its passages in print order."""
    return render_silently(block) if voice is SILENT else convert_block(block, voice)


@lru_cache(maxsize=512)
def render_silently(block: Block) -> tuple[str, tuple[Passage, ...]]:
    """A block as it was written. Kept: four steps of each run ask for every block, and a desk for all of them before each print."""
    return convert_block(block, SILENT)


def convert_block(block: Block, voice: Voice) -> tuple[str, tuple[Passage, ...]]:
    passages: list[Passage] = []
    dialect = PackMarkdown(block, voice, passages, is_inline=False)
    return Markdown(extensions=[dialect, "tables", "sane_lists", "admonition"], output_format="xhtml").convert(block.text), tuple(passages)


def render_inline(context: str, source: str, voice: Voice) -> str:
    """One message outside a block (a template's words, a site's own sentence) as inline HTML.

    `#65# is sent` is no heading there, and no list starts with `38. `: each would lose a sign or a word.
    """
    line = fold(source)
    translated = voice.translate(context, line)
    if translated is not None and PLAIN.fullmatch(translated):
        return translated
    dialect = PackMarkdown(Block(context, context, "", "", line, Place(context)), voice, [], is_inline=True)
    html = Markdown(extensions=[dialect], output_format="xhtml").convert(line)
    # A message that stands in for a missing translation keeps its mark, as an element that fits into a line.
    return re.sub(r"^<p( [^>]*)>(.*)</p>$", r"<span\1>\2</span>", html, flags=re.DOTALL).removeprefix("<p>").removesuffix("</p>")
