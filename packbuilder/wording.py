"""The words of a printed page: what a signature is for, and how two versions of them differ.

Why from the finished HTML and not from the messages: whatever is printed is then signed, also a hospital's own sentence or a
word of a template. Layout, paper and format never reach this text.
"""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from html import unescape

HEAD = re.compile(r"<head\b.*?</head>|<style\b.*?</style>", re.DOTALL)
# A picture counts with its sentence, a telephone number with what it dials.
SPOKEN = re.compile(r'<[a-z][^>]*?\s(?:alt|href)="(tel:[^"]*|(?!#)[^"]*)"[^>]*>')
BLOCK_END = re.compile(r"</?(?:p|li|ul|ol|td|th|tr|table|h\d|div|section|figure|figcaption|body|br|span class=\"line\")\b[^>]*>")
BDI, BDI_END = re.compile(r"<bdi[^>]*>"), re.compile(r"</bdi>")
TAG = re.compile(r"<[^>]*>")
NEAR = 6  # words of context around a change


def printed_text(html: str) -> tuple[str, ...]:
    """The lines of a page in reading order: one for each paragraph, list item, cell and heading, with its white space folded."""
    body = SPOKEN.sub(lambda match: f"{match.group(0)} {match.group(1)} ", HEAD.sub("", html))
    # A line of the file is no line of the page.
    text = unescape(TAG.sub("", BLOCK_END.sub("\n", body.replace("\n", " "))))
    return tuple(line for line in (" ".join(raw.split()) for raw in text.split("\n")) if line)


def plain_words(html: str, is_mirrored: bool = False) -> str:
    """A piece of inline HTML as plain text. On a right-to-left line each number keeps its order by the marks of UAX 9."""
    if is_mirrored:
        html = BDI_END.sub("\u2069", BDI.sub("\u2066", html))
    return " ".join(unescape(TAG.sub("", html)).split())


def read_lines(html: str, is_mirrored: bool) -> Iterator[str]:
    """The lines that an eye reads in a piece of HTML, without what a picture or a number says beside them."""
    for piece in BLOCK_END.sub("\n", html.replace("\n", " ")).split("\n"):
        if line := plain_words(piece, is_mirrored):
            yield line


def compare_words(old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    """Each change with a few words around it: `call us [-today-] {+at once+} if you`."""
    before, after = (" ".join(lines).split() for lines in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for group in matcher.get_grouped_opcodes(NEAR):
        parts = []
        for kind, start, end, new_start, new_end in group:
            if kind == "equal":
                parts += before[start:end]
                continue
            parts += [f"[-{' '.join(before[start:end])}-]"] if start < end else []
            parts += [f"{{+{' '.join(after[new_start:new_end])}+}}"] if new_start < new_end else []
        yield " ".join(parts)
