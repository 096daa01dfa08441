"""How long a merge of 600 messages takes against Babel's own `Catalog.update`, in the same run on the same machine.

    .venv/bin/python tests/bench/merge.py [messages] [locales]

Not a test: a ratio can be judged by a person, a number of seconds only by who knows the machine.
"""

import sys
import time
from io import StringIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from packbuilder.catalog import write_catalog
from packbuilder.model import Message, Place

WORDS = [
    "the",
    "pump",
    "stops",
    "and",
    "your",
    "child",
    "feels",
    "hot",
    "at",
    "night",
    "so",
    "call",
    "us",
    "on",
    "this",
    "number",
    "before",
    "you",
    "touch",
    "the",
    "line",
    "or",
    "the",
    "bag",
]


def sentence(number: int, edition: int) -> str:
    """A sentence of its own. Every tenth has another word in the second edition, as after a revision of the text."""
    words = [WORDS[(number * 7 + step * (number % 5 + 1)) % len(WORDS)] for step in range(8 + number % 9)]
    changed = ["now"] if edition and number % 10 == 0 else []
    return f"{number}: {' '.join([*words[:4], *changed, *words[4:]])}.".capitalize()


def text(count: int, edition: int) -> list[Message]:
    return [
        Message(f"block-{number // 12}", sentence(number, edition), Place("handouts/blocks/x.md"), ("For adults.",))
        for number in range(count)
    ]


def fill(po: str) -> str:
    """Every message translated."""
    head, _, body = po.partition("\n\n")
    return head + "\n\n" + body.replace('msgstr ""', 'msgstr "Una frase."')


def main(count: int, locales: int) -> None:
    before, after = text(count, 0), text(count, 1)
    old = fill(write_catalog("es", before, ""))
    start = time.perf_counter()
    for _ in range(locales):
        write_catalog("es", after, old)
    ours = time.perf_counter() - start
    template = Catalog()
    for message in after:
        template.add(message.text, context=message.context)
    catalog = read_po(StringIO(old))
    start = time.perf_counter()
    catalog.update(template)
    babels = time.perf_counter() - start
    sys.stdout.write(
        f"{count} messages: {ours:.2f} s for {locales} locales, {ours / locales:.3f} s each; Babel's own update {babels:.2f} s for one\n"
        f"Babel's takes {babels / (ours / locales):.0f} times as long\n"
    )


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(*(numbers or [600, 20]))
