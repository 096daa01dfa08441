"""The life of a PO file: made, filled by people and their tools, merged again and again, and never damaged in silence.

What a single reading or writing does stands in `test_catalog.py`; here a file goes through many hands.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.plurals import PLURALS
from hypothesis import given, settings
from hypothesis import strategies as st
from workshop import Command, codes, small_library, small_site, template_messages

from packbuilder.catalog import Translations, compare, make_translator, read_catalog, write_catalog
from packbuilder.language import english_name
from packbuilder.messages import extract
from packbuilder.model import Message, Place, Problem

ALL = extract(small_library(), template_messages(), [small_site()])
CODES = ["es", "pl", "ar", "zh-Hans", "cy", "pt-BR", "sr-Latn", "en-US", "es-MX"]
HEADER = write_catalog("es", [], "")
GETTEXT = shutil.which("msgfmt")


def message(text: str, context: str = "fever", *comments: str) -> Message:
    return Message(context, text, Place(f"handouts/blocks/{context}.md", 1), comments)


def read(text: str | bytes, folder: Path, code: str = "es") -> tuple[Translations, tuple[Problem, ...]]:
    path = folder / "locales" / f"{code}.po"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_catalog(path, folder)


def entry(source: str, text: str, before: str = "", context: str = "fever") -> str:
    return f'{before}msgctxt "{context}"\nmsgid "{source}"\nmsgstr "{text}"\n\n'


def block(po: str, source: str) -> str:
    """The entry of one message with its comments, as it stands in the file."""
    [found] = [part for part in po.split("\n\n") if re.search(rf'^(?:#~ )?msgid "{re.escape(source)}"$', part, re.MULTILINE)]
    return found


# A new file


@pytest.mark.skipif(not GETTEXT, reason="msgfmt is part of GNU gettext, which is not installed here")
@pytest.mark.parametrize("code", CODES)
def test_a_new_file_is_one_that_gettext_accepts(code: str, tmp_path: Path) -> None:
    path = tmp_path / f"{code}.po"
    path.write_text(write_catalog(code, ALL, ""), encoding="utf-8")
    done = subprocess.run(["msgfmt", "-c", "-o", "/dev/null", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # A date would change with every run, so there is none on purpose, and gettext says so.
    assert [line for line in done.stderr.splitlines() if "PO-Revision-Date" not in line] == []


@pytest.mark.parametrize("code", CODES)
def test_a_new_header_is_filled(code: str) -> None:
    fields = dict(re.findall(r'^"([\w-]+): (.*)\\n"$', write_catalog(code, ALL, ""), re.MULTILINE))
    assert fields["Language"] == code.replace("-", "_")
    assert fields["Language-Team"] == english_name(code)
    assert fields["Content-Type"] == "text/plain; charset=UTF-8"
    assert fields["X-Status"] == "unreviewed draft"
    count, rule = PLURALS[next(name for name in (code.replace("-", "_"), code.partition("-")[0]) if name in PLURALS)]
    assert fields["Plural-Forms"] == f"nplurals={count}; plural={rule};"
    assert not [name for name in fields if "Date" in name], "a date would change in every file with every run"


WRITTEN = """\
# Translation of the blinatumomab packs: Spanish
#
msgid ""
msgstr ""
"Project-Id-Version: blinatumomab-packs\\n"
"Report-Msgid-Bugs-To: \\n"
"Last-Translator: \\n"
"Language-Team: Spanish\\n"
"Language: es\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"X-Status: unreviewed draft\\n"

#. For adults.
#: handouts/blocks/fever.md
msgctxt "fever"
msgid "A sentence that goes on and on, and is longer than any line that a tool likes to write"
msgstr ""

#: handouts/blocks/fever.md
#, fuzzy
#| msgid "6% of people"
msgctxt "fever"
msgid "5% of people"
msgstr "6 % de personas"

#: handouts/blocks/fever.md
msgctxt "fever"
msgid "100% often"
msgstr ""

"""


def test_a_file_is_written_in_the_same_way_to_the_last_character() -> None:
    long = "A sentence that goes on and on, and is longer than any line that a tool likes to write"
    wanted = [message(long, "fever", "For adults."), message("5% of people"), message("100% often")]
    new = write_catalog("es", wanted, HEADER + entry("6% of people", "6 % de personas"))
    assert new == WRITTEN
    assert write_catalog("es", [], "") == WRITTEN[: WRITTEN.index("#. For adults")]


def test_a_message_without_a_context_keeps_its_translation(tmp_path: Path) -> None:
    old = HEADER + 'msgid "Call"\nmsgstr "Llame"\n\n#~ msgid "Wait"\n#~ msgstr "Espere"\n'
    translations, _ = read(write_catalog("es", [message("Call", ""), message("Wait", "")], old), tmp_path)
    assert {key: (found.text, found.fuzzy) for key, found in translations.items()} == {
        ("", "Call"): ("Llame", False),
        ("", "Wait"): ("Espere", True),
    }


# Changed, moved, removed, back again


def test_a_changed_text_is_a_hint_with_the_source_it_was_made_for() -> None:
    old = HEADER + entry("Call us if you feel hot.", "Llame si tiene calor.")
    new = write_catalog("es", [message("Call us now if you feel hot.")], old)
    lines = block(new, "Call us now if you feel hot.").split("\n")
    assert "#, fuzzy" in lines and '#| msgid "Call us if you feel hot."' in lines and 'msgstr "Llame si tiene calor."' in lines
    assert new.count("Llame si tiene calor.") == 1, "it is not kept as obsolete as well"


def test_a_text_that_changes_twice_is_still_a_hint(tmp_path: Path) -> None:
    texts = ["Call us if you feel hot.", "Call us now if you feel hot.", "Call us now if you feel very hot."]
    po = HEADER + entry(texts[0], "Llame si tiene calor.")
    for text in texts[1:]:
        po = write_catalog("es", [message(text)], po)
        assert write_catalog("es", [message(text)], po) == po
    translations, problems = read(po, tmp_path)
    assert not problems
    found = translations["fever", texts[2]]
    assert (found.text, found.fuzzy) == ("Llame si tiene calor.", True)


def test_a_translation_that_holds_gives_way_to_no_hint(tmp_path: Path) -> None:
    """Neither to a sentence like it that is gone, nor to one that is kept as obsolete."""
    old = HEADER + entry("Call us if you feel hot.", "Llame si tiene calor.") + entry("Call us if you feel very hot.", "¡Llame!")
    old += "".join(f"#~ {line}\n" for line in entry("Call us if you feel very hot.", "¿Llame?").strip().split("\n"))
    po = write_catalog("es", [message("Call us if you feel very hot.")], old)
    found = read(po, tmp_path)[0]["fever", "Call us if you feel very hot."]
    assert (found.text, found.fuzzy) == ("¡Llame!", False)
    assert "Llame si tiene calor." in po and "¿Llame?" in po, "nothing is lost"


@pytest.mark.parametrize(("new", "is_like"), [("abcxy", False), ("abcdx", True)])
def test_a_hint_is_offered_when_more_than_three_fifths_are_the_same(new: str, is_like: bool, tmp_path: Path) -> None:
    po = write_catalog("es", [message(new)], HEADER + entry("abcde", "hola"))
    assert read(po, tmp_path)[0]["fever", new].fuzzy is is_like


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_a_hint_stays_the_same_run_after_run(runs: int) -> None:
    old = HEADER + entry("Call us if you feel hot.", "Llame si tiene calor.", "# a note of mine\n")
    wanted = [message("Call us now if you feel hot.", "fever", "For adults.", "CRITICAL: a value."), message("Wait.")]
    first = po = write_catalog("es", wanted, old)
    for _ in range(runs):
        po = write_catalog("es", wanted, po)
    assert po == first


def test_a_hint_that_a_person_confirms_is_printed(tmp_path: Path) -> None:
    old = HEADER + entry("Call us if you feel hot.", "Llame si tiene calor.")
    po = write_catalog("es", [message("Call us now if you feel hot.")], old).replace("#, fuzzy\n", "")
    for _ in range(2):
        translations, problems = read(po, tmp_path)
        assert not problems
        assert make_translator("es", {"es": translations})("fever", "Call us now if you feel hot.") == "Llame si tiene calor."
        po = write_catalog("es", [message("Call us now if you feel hot.")], po)


def test_the_same_words_elsewhere_are_offered_and_not_taken(tmp_path: Path) -> None:
    """The same English may need another word there, so a person looks."""
    po = write_catalog("es", [message("Call us"), message("Call us", "crs")], HEADER + entry("Call us", "Llámenos"))
    translations, _ = read(po, tmp_path)
    assert (translations["fever", "Call us"].fuzzy, translations["crs", "Call us"].fuzzy) == (False, True)
    assert translations["crs", "Call us"].text == "Llámenos"
    assert write_catalog("es", [message("Call us"), message("Call us", "crs")], po) == po


def test_a_hint_is_not_offered_elsewhere(tmp_path: Path) -> None:
    po = write_catalog("es", [message("Call us"), message("Call us", "crs")], HEADER + entry("Call us", "¿Llame?", "#, fuzzy\n"))
    assert read(po, tmp_path)[0]["crs", "Call us"].text == ""


def test_another_spelling_of_english_is_offered_nothing(tmp_path: Path) -> None:
    """An empty text means "the same as the source" there."""
    po = write_catalog("en-US", [message("A tumour"), message("A tumour", "crs")], HEADER + entry("A tumour", "A tumor"))
    assert read(po, tmp_path)[0]["crs", "A tumour"].text == ""


def test_a_block_with_another_name_keeps_its_translations_as_hints(tmp_path: Path) -> None:
    po = write_catalog("es", [message("Call us", "fever.adult")], HEADER + entry("Call us", "Llámenos"))
    found = read(po, tmp_path)[0]["fever.adult", "Call us"]
    assert (found.text, found.fuzzy) == ("Llámenos", True)


def test_a_text_that_goes_and_comes_back_brings_its_translation_and_the_note_on_it(tmp_path: Path) -> None:
    old = HEADER + entry("Call us", "Llámenos") + entry("Wait here", "Espere", "# a note of mine\n")
    gone = write_catalog("es", [message("Call us")], old)
    assert '#~ msgid "Wait here"' in gone and "# a note of mine" in gone
    assert write_catalog("es", [message("Call us")], gone) == gone
    back = write_catalog("es", [message("Call us"), message("Wait here")], gone)
    assert read(back, tmp_path)[0]["fever", "Wait here"].text == "Espere"
    assert "# a note of mine" in block(back, "Wait here")
    assert write_catalog("es", [message("Call us"), message("Wait here")], back) == back


def test_a_hint_that_goes_and_comes_back_is_still_a_hint(tmp_path: Path) -> None:
    """Else nobody would ever have looked at a sentence that is printed."""
    old = HEADER + entry("Call us", "Llámenos") + entry("Wait here", "¿Espere?", "#, fuzzy\n")
    po = write_catalog("es", [message("Call us"), message("Wait here")], write_catalog("es", [message("Call us")], old))
    found = read(po, tmp_path)[0]["fever", "Wait here"]
    assert found.fuzzy or not found.text


def test_the_notes_of_the_translator_are_read_as_one_line(tmp_path: Path) -> None:
    """One of them may say why a negation is missing: the checks of a translation look for it."""
    po = HEADER + entry("Call us", "Llámenos", "# negation-checked\n# by Ana\n#. For adults.\n") + entry("Wait", "Espere")
    found = read(po, tmp_path)[0]
    assert [one.comments for one in found.values()] == ["negation-checked by Ana", ""]


def test_comments_of_the_translator_survive_and_those_of_the_program_are_renewed() -> None:
    old = HEADER + entry("Call us", "Llámenos", "# negation-checked\n# second line\n#. Old comment.\n#: handouts/blocks/old.md\n")
    new = block(write_catalog("es", [message("Call us", "fever", "New comment.")], old), "Call us")
    assert new.startswith("# negation-checked\n# second line\n#. New comment.\n#: handouts/blocks/fever.md\n")
    assert "Old comment" not in new and "old.md" not in new


def test_the_order_is_that_of_the_text(tmp_path: Path) -> None:
    po = write_catalog("es", [message("One"), message("Two"), message("Three")], HEADER + entry("Three", "Tres") + entry("One", "Uno"))
    assert re.findall(r'^msgid "(\w+)"', po, re.MULTILINE) == ["One", "Two", "Three"]


@st.composite
def histories(draw: st.DrawFn) -> list[list[Message]]:
    """A text that is edited again and again: sentences change, move, go and come back."""
    pool = [
        message(f"{start} {end}", context)
        for start in ("Call us", "Call us now", "Wait")
        for end in ("if hot.", "if cold.")
        for context in ("a", "b")
    ]
    return draw(st.lists(st.lists(st.sampled_from(pool), unique=True, min_size=1, max_size=6), min_size=1, max_size=5))


@given(histories())
@settings(max_examples=80)
def test_no_translation_is_ever_lost_and_no_second_run_changes_a_byte(history: list[list[Message]]) -> None:
    first = [message("Call us if hot.", "a"), message("Wait if cold.", "b")]
    po = HEADER + entry("Call us if hot.", "LLAME", "# mine\n", "a") + entry("Wait if cold.", "ESPERE", "", "b")
    for wanted in [first, *history]:
        po = write_catalog("es", wanted, po)
        assert write_catalog("es", wanted, po) == po
        assert "LLAME" in po and "ESPERE" in po and "# mine" in po
        active = re.findall(r'^msgctxt "(\w)"\nmsgid "(.*)"', po, re.MULTILINE)
        assert active == [(one.context, one.text) for one in wanted], "each message is there once, in order"


@pytest.mark.parametrize("is_hint", [True, False])
def test_the_previous_source_stands_with_a_hint_alone(is_hint: bool) -> None:
    """Who has looked at a message takes the flag out. An editor that leaves the old source behind is tidied up after."""
    comments = ("#, fuzzy\n" if is_hint else "") + '#| msgid "Keep cool"\n'
    po = write_catalog("es", [message("Keep warm")], HEADER + entry("Keep warm", "Abrígate", comments))
    assert ('#| msgid "Keep cool"' in block(po, "Keep warm")) == is_hint
    assert po == write_catalog("es", [message("Keep warm")], po)


# What tools write is read


def test_a_file_of_every_tool_is_read(tmp_path: Path) -> None:
    """A byte order mark, CRLF, tabs, wrapped lines, flags, previous sources, obsolete entries, comments of every kind."""
    text = HEADER.replace("X-Status", 'X-Generator: Poedit 3.4\\n"\n"X-Status')
    text += (
        "# note\n#\n#. for the translator\n#: a.md:12 b.md\n#, no-wrap\n"
        + 'msgctxt "fever"\nmsgid ""\n"Call "\n"us"\nmsgstr ""\n"Lláme"\n"nos"\n\n'
    )
    text += '\tmsgctxt "fever"\n\tmsgid "Tab"\n\tmsgstr "Tab\\tulador"   \n\n'
    text += '#, fuzzy, no-wrap\n#| msgctxt "fever"\n#| msgid "Old"\n' + entry("New", "Viejo")
    text += '#~ msgctxt ""\n#~ "fever"\n#~ msgid ""\n#~ ""\n#~ "Gone"\n#~ msgstr "Ido"\n'
    for name, data in {"as it is": text.encode(), "from Windows": b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()}.items():
        translations, problems = read(data, tmp_path)
        assert not problems, name
        assert {key[1]: (found.text, found.fuzzy) for key, found in translations.items()} == {
            "Call us": ("Llámenos", False),
            "Tab": ("Tab\tulador", False),
            "New": ("Viejo", True),
        }, name


@pytest.mark.parametrize(
    "dates",
    ["PO-Revision-Date: \\n", "PO-Revision-Date: YEAR-MO-DA HO:MI+ZONE\\n", "POT-Creation-Date: next week\\n",
     "PO-Revision-Date: 2026-13-45 99:99+0000\\n",
     "PO-Revision-Date: 2026-11-20\\n", "POT-Creation-Date: 2026-11-20 12:00+0100\\n"],
)  # fmt: skip
def test_a_header_with_odd_dates_is_read_and_kept(dates: str, tmp_path: Path) -> None:
    header = HEADER.replace('"Language:', f'"{dates}"\n"Language:')
    translations, problems = read(header + entry("Call", "Llame"), tmp_path)
    assert not problems and translations["fever", "Call"].text == "Llame"
    assert translations["fever", "Call"].place.line == header.count("\n") + 2, "the line is that of the file"
    assert write_catalog("es", [message("Call")], header + entry("Call", "Llame")).startswith(header.rstrip("\n"))


# What a slip or a tool has damaged is named with its line, and nothing of it is printed


LINES = HEADER.count("\n")
DAMAGED: dict[str, tuple[str, str, int]] = {
    "a text of two lines without an end": (entry("Call", "") + '"Llame\n', "PO_LINE", 5),
    "two texts on a line": ('msgid "Call"\nmsgstr "Llame" "ya"\n', "PO_LINE", 2),
    "a message twice, with a blank at the end of a line": (
        entry("Call", "a") + 'msgctxt "fever" \nmsgid "Call"\nmsgstr "b"\n',
        "PO_DUPLICATE",
        5,
    ),
    "a message twice, with two blanks after the keyword": (
        entry("Call", "a") + 'msgctxt  "fever"\nmsgid "Call"\nmsgstr "b"\n',
        "PO_DUPLICATE",
        5,
    ),
    "a message twice, moved in by a tab": (entry("Call", "a") + '\tmsgctxt "fever"\n\tmsgid "Call"\n\tmsgstr "b"\n', "PO_DUPLICATE", 5),
    "two translations of one message": ('msgctxt "fever"\nmsgid "Call"\nmsgstr "a"\nmsgstr "b"\n', "", 4),
    "a header twice": ('msgid ""\nmsgstr ""\n"Language: es\\n"\n', "PO_DUPLICATE", 1),
    "no translation line": ('msgctxt "fever"\nmsgid "Call"\n\n' + entry("Wait", "Espere"), "PO_BROKEN", 0),
    "an obsolete message of two sources": (
        entry("Call", "Llame") + '#~ msgctxt "fever"\n#~ msgid "Wait"\n#~ msgid "Wait here"\n#~ msgstr "Espere"\n',
        "PO_BROKEN",
        7,
    ),
    "a tab after the keyword": ('msgctxt\t"fever"\nmsgid\t"Call"\nmsgstr\t"Llame"\n', "PO_BROKEN", 1),
    "an empty source over two lines": ('msgctxt "fever"\nmsgid ""\n""\nmsgstr "Llame"\n', "PO_BROKEN", 4),
    "a message twice, the second time cut short": (entry("Call", "Llame") + 'msgctxt "fever"\nmsgid "Call"', "", 5),
    "no translation line at the end": (entry("Call", "Llame") + 'msgctxt "fever"\nmsgid "Wait"\n', "PO_BROKEN", 7),
    "no source line": ('msgctxt "fever"\nmsgstr "Llame"\n\n' + entry("Wait", "Espere"), "", 0),
    "an empty source in a context": ('msgctxt "fever"\nmsgid ""\nmsgstr "Llame"\n', "", 0),
    "plural forms, which nothing here uses": ('msgctxt "f"\nmsgid "day"\nmsgid_plural "days"\nmsgstr[0] "día"\nmsgstr[1] "días"\n', "", 0),
    "the number of a plural form": ('msgctxt "f"\nmsgid "day"\nmsgstr[7] "día"\n', "", 0),
    "an obsolete text without an end": ('#~ msgctxt "fever"\n#~ msgid "Call"\n#~ msgstr "Llame al 12\n', "", 3),
    "an obsolete line of rubbish": ("#~ Llame\n", "", 1),
    "a source of which the second line is not obsolete": (
        entry("Wait", "Espere") + '#~ msgctxt "fever"\n#~ msgid "Call "\n"us"\n#~ msgstr "Llame"\n',
        "PO_BROKEN",
        7,
    ),
    "a translation that is not obsolete": ('#~ msgctxt "fever"\n#~ msgid "Call"\nmsgstr "Llame"\n', "PO_BROKEN", 3),
    "a source that is obsolete": ('msgctxt "fever"\n#~ msgid "Call"\nmsgstr "Llame"\n', "PO_BROKEN", 2),
    "an obsolete line of nothing in a message": ('msgctxt "fever"\n#~\nmsgid "Call"\nmsgstr "Llame"\n', "PO_BROKEN", 3),
    "a comment between source and translation": ('msgctxt "f"\nmsgid "Call"\n# here\nmsgstr "Llame"\n', "PO_BROKEN", 0),
}


@pytest.mark.parametrize("title", DAMAGED)
def test_a_damaged_file_is_named_and_nothing_of_it_is_read(title: str, tmp_path: Path) -> None:
    text, code, line = DAMAGED[title]
    translations, problems = read(HEADER + text, tmp_path)
    assert problems, "it is not read in silence"
    assert translations == {}, "nothing of it is printed"
    assert all(problem.place.path == "locales/es.po" and problem.hint for problem in problems)
    assert not code or codes(problems) == {code}
    assert not line or LINES + line in {problem.place.line for problem in problems}


def test_each_damage_is_told_in_full_sentences(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    told = ""
    for title, (text, *_) in DAMAGED.items():
        told += f"{title}\n" + "".join(f"    {problem}\n" for problem in read(HEADER + text, tmp_path)[1])
    golden("po-damage.txt", told)


@pytest.mark.parametrize("title", DAMAGED)
def test_messages_leaves_a_damaged_file_as_it_is(title: str, command: Command) -> None:
    path = command.project.locales / "es.po"
    data = (HEADER + DAMAGED[title][0]).encode()
    path.write_bytes(data)
    (command.project.locales / "pl.po").write_text(write_catalog("pl", [], ""), encoding="utf-8")
    run = command("messages")
    assert (run.code, path.read_bytes()) == (1, data)
    assert "locales/es.po" in run.err
    assert 'msgid "Keep warm"' in (command.project.locales / "pl.po").read_text(encoding="utf-8"), "the other files are brought up to date"
    assert not list(command.project.locales.glob("*.part"))


HEADERS: dict[str, tuple[bytes, str, int]] = {
    "none": (entry("Call", "Llame").encode(), "PO_HEADER", 1),
    "another charset": (HEADER.replace("UTF-8", "ISO-8859-1").encode() + entry("Call", "Llame").encode(), "PO_HEADER", 11),
    "no content type": (re.sub('"Content-Type.*\n', "", HEADER).encode() + entry("Call", "Llame").encode(), "PO_HEADER", 1),
    "an empty line first, and a message twice": (f"\n{HEADER}{entry('Call', 'Llame') * 2}".encode(), "PO_DUPLICATE", LINES + 6),
    "a text before anything": (f'"Llame"\n{HEADER}'.encode(), "PO_BROKEN", 1),
    "an obsolete text before anything": (f'#~ "Llame"\n{HEADER}'.encode(), "PO_BROKEN", 1),
    "a translation without anything": (b'msgstr "Llame"\n', "PO_BROKEN", 1),
    "no charset, and a note on it": (
        ("# Content-Type\n" + HEADER.replace("; charset=UTF-8", "")).encode() + entry("Call", "Llame").encode(),
        "PO_HEADER",
        12,
    ),
    "no charset": (HEADER.replace("; charset=UTF-8", "").encode() + entry("Call", "Llame").encode(), "PO_HEADER", 11),
    "another charset, and it is true": (
        (HEADER.replace("UTF-8", "ISO-8859-1") + entry("Call", "Llámenos")).encode("latin-1"),
        "NOT_UTF8",
        LINES + 3,
    ),
    "UTF-16": (HEADER.encode("utf-16"), "NOT_UTF8", 1),
    "plural forms that are no number": (re.sub("nplurals=2", "nplurals=two", HEADER).encode(), "", 0),
    "a language that is none": (HEADER.replace("Language: es", "Language: Spanish (Mexico)").encode(), "", 0),
}


def test_each_bad_header_is_told_in_full_sentences(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    told = ""
    for title, (data, *_) in HEADERS.items():
        told += f"{title}\n" + "".join(f"    {problem}\n" for problem in read(data, tmp_path)[1])
    golden("po-headers.txt", told)


@pytest.mark.parametrize("title", HEADERS)
def test_a_bad_header_is_named(title: str, tmp_path: Path) -> None:
    data, code, line = HEADERS[title]
    _, problems = read(data, tmp_path)
    assert problems and all(problem.hint for problem in problems)
    assert not code or [(problem.code, problem.place) for problem in problems] == [(code, Place("locales/es.po", line))]


@pytest.mark.parametrize("name", ["utf-8", "utf8", "UTF8", "Utf-8"])
def test_utf_8_may_be_spelt_as_tools_spell_it(name: str, tmp_path: Path) -> None:
    translations, problems = read(HEADER.replace("UTF-8", name) + entry("Call", "Llame"), tmp_path)
    assert not problems and translations["fever", "Call"].text == "Llame"


def test_an_empty_file_gets_its_header_from_messages(command: Command) -> None:
    (command.project.locales / "es.po").write_text("", encoding="utf-8")
    assert command("messages").code == 0
    assert read_catalog(command.project.locales / "es.po", command.project.root)[1] == ()


@given(st.text(alphabet='msgidstrctx "\\\n#~|,. abc{}', max_size=120), st.integers(0, 400))
@settings(max_examples=200)
def test_no_damage_makes_a_traceback(junk: str, at: int) -> None:
    """Whatever stands in the file, it is read, or named. And what was read can be merged."""
    import tempfile

    good = HEADER + entry("Call", "Llame") + entry("Wait", "Espere", "#, fuzzy\n")
    text = good[:at] + junk + good[at:]
    with tempfile.TemporaryDirectory() as folder:
        translations, problems = read(text, Path(folder))
        assert all(problem.place.path == "locales/es.po" for problem in problems)
        if not problems:
            merged = write_catalog("es", [message("Call"), message("Wait")], text.replace("\r\n", "\n"))
            kept, wrong = read(merged, Path(folder))
            assert not wrong
            assert all(
                found.text in merged.replace(r"\"", '"').replace(r"\\", "\\")
                for found in translations.values()
                if found.text and "\n" not in found.text
            )
            assert set(kept) == {("fever", "Call"), ("fever", "Wait")}


# Out of step


def test_unknown_and_missing_contexts_are_named(tmp_path: Path) -> None:
    po = HEADER + entry("Call", "Llame", context="fevre") + 'msgid "Call"\nmsgstr "Llame"\n'
    translations, problems = read(po, tmp_path)
    assert not problems
    assert set(translations) == {("fevre", "Call"), ("", "Call")}
    found = compare(translations, [message("Call")], "locales/es.po")
    assert sorted(problem.code for problem in found) == ["PO_OUT_OF_STEP", "PO_UNKNOWN", "PO_UNKNOWN"]
    assert all(problem.place.line > LINES for problem in found if problem.code == "PO_UNKNOWN")
    merged = write_catalog("es", [message("Call")], po)
    assert compare(read(merged, tmp_path)[0], [message("Call")], "locales/es.po") == [], "messages puts it right"
    assert "Llame" in merged


# The command


def test_messages_makes_a_file_and_a_second_run_leaves_it_alone(command: Command) -> None:
    path = command.project.locales / "es.po"
    first = command("messages", "es")
    assert first.code == 0 and "locales/es.po" in first.out
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    second = command("messages", "es")
    assert second.code == 0 and "unchanged" in second.out
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before, "a file that did not change is not written"


def test_messages_without_a_code_brings_every_file_up_to_date(command: Command) -> None:
    for code in ("es", "ar"):
        assert command("messages", code).code == 0
    fever = command.project.handouts / "blocks" / "fever.md"
    fever.write_text(fever.read_text(encoding="utf-8").replace("Keep warm", "Keep cool"), encoding="utf-8")
    assert command("messages").code == 0
    for code in ("es", "ar"):
        assert 'msgid "Keep cool"' in (command.project.locales / f"{code}.po").read_text(encoding="utf-8")


def test_a_file_from_windows_that_is_up_to_date_is_left_alone(command: Command) -> None:
    assert command("messages", "es").code == 0
    path = command.project.locales / "es.po"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    assert command("messages", "es").code == 0
    assert path.read_bytes() == before


@pytest.mark.parametrize("code", ["klingon", "zz", "es_MX", "../es", "spanish", ""])
def test_a_code_that_is_no_language_is_a_mistake_of_the_user(code: str, command: Command) -> None:
    run = command("messages", code)
    assert run.code in (1, 2) and run.err
    assert not list(command.project.locales.glob("**/*.po")) and not list(command.project.root.glob("*.po"))


def test_a_stray_file_in_locales_is_named_and_does_not_stop_the_rest(command: Command) -> None:
    (command.project.locales / "klingon.po").write_text(HEADER + entry("Call", "Qay"), encoding="utf-8")
    for argv in (("check",), ("status",), ("messages",)):
        run = command(*argv)
        assert run.code == 1 and "locales/klingon.po" in run.err, argv


def test_the_comments_say_what_a_translator_must_know() -> None:
    po = write_catalog(
        "es", [replace(found, comments=("For adults. heading.", "{phone_24h} prints a value of the hospital.")) for found in ALL[:1]], ""
    )
    assert "#. For adults. heading.\n#. {phone_24h} prints a value of the hospital.\n" in po
