"""Extraction: every message of the project, with comments for the translator.

The same seam that builds a block collects its messages (`markup`), so that extraction and building cannot disagree.
"""

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path

from jinja2 import Environment, nodes

from packbuilder.markup import MARKS, PLACEHOLDER, SILENT, render_block
from packbuilder.model import Library, Message, Place, Site
from packbuilder.textfile import shown_path
from packbuilder.translation import is_critical

ELEMENTS = {"h1": "title", "h2": "heading", "h3": "sub-heading", "p": "paragraph", "li": "list item", "td": "table cell",
            "th": "table heading", "title": "title of a care card"}  # fmt: skip


def has_words(text: str) -> bool:
    """Whether there is anything to translate: letters outside placeholders."""
    return any(char.isalpha() for char in PLACEHOLDER.sub("", text))


def extract_templates(templates: Path, root: Path) -> tuple[Message, ...]:
    """Every `say("…")` in the Jinja templates; the context is the template's name without its ending."""
    return tuple(
        Message(template_context(path.name), text, Place(shown, line))
        for path in sorted(templates.rglob("*.html"))
        for shown in [shown_path(path, root)]
        for line, text in find_said(path.read_text(encoding="utf-8"))
    )


@functools.lru_cache(maxsize=256)
def find_said(template: str) -> tuple[tuple[int, str], ...]:
    """What a template says, with its lines. Kept: to parse them all takes longer than everything else that a desk reads anew."""
    calls = Environment(autoescape=True).parse(template).find_all(nodes.Call)
    return tuple(
        (call.lineno, " ".join(str(call.args[0].value).split()))
        for call in calls
        if isinstance(call.node, nodes.Name) and call.node.name == "say" and isinstance(call.args[0], nodes.Const)
    )


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
