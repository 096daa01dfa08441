"""PO files: read strictly, merged without losing a word or making noise, and never a guess on paper.

Babel alone accepts an unterminated string and eats its last character, and keeps one of two duplicates in silence.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from workshop import SHIPPED, codes, small_library, small_site, template_messages

from packbuilder.catalog import Translations, compare, fallback_chain, make_translator, read_catalog, write_catalog
from packbuilder.language import PSEUDO, pseudo_translate
from packbuilder.messages import extract
from packbuilder.model import Message, Place, Problem
from packbuilder.textfile import MOST_SHOWN, MOST_TEXT

HEADER = 'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
HEADER_LINES = HEADER.count("\n")


def messages(*texts: str, context: str = "fever") -> list[Message]:
    return [Message(context, text, Place(f"handouts/blocks/{context}.md", number + 1)) for number, text in enumerate(texts)]


def entry(source: str, text: str, context: str = "fever", before: str = "") -> str:
    return f'{before}msgctxt "{context}"\nmsgid "{source}"\nmsgstr "{text}"\n\n'


def read(text: str, folder: Path, code: str = "es") -> tuple[Translations, tuple[Problem, ...]]:
    path = folder / "locales" / f"{code}.po"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_catalog(path, folder)


def fill(text: str, words: Mapping[str, str]) -> str:
    """A written PO file with translations typed in, as a translator would."""
    for source, translation in words.items():
        changed = text.replace(f'msgid "{source}"\nmsgstr ""', f'msgid "{source}"\nmsgstr "{translation}"')
        assert changed != text, source
        text = changed
    return text


# Reading


BROKEN: dict[str, tuple[str, str, int]] = {
    "a quotation mark missing at the end": ('msgctxt "f"\nmsgid "Call 12"\nmsgstr "Llame 12\n', "PO_LINE", 3),
    "a quotation mark missing at the start": ('msgctxt "f"\nmsgid "Call 12"\nmsgstr Llame 12"\n', "PO_LINE", 3),
    "no quotation marks": ('msgctxt "f"\nmsgid "Call 12"\nmsgstr Llame 12\n', "PO_LINE", 3),
    "a quotation mark missing in a second line": ('msgid "Call 12"\nmsgstr ""\n"Llame "\n"al 12\n', "PO_LINE", 4),
    "a quotation mark inside": ('msgid "Call 12"\nmsgstr "Llame "ya" 12"\n', "PO_LINE", 2),
    "a backslash before the last quotation mark": ('msgid "Call 12"\nmsgstr "Llame 12\\"\n', "PO_LINE", 2),
    "a digit as some programs write it": ('msgid "Call 12"\nmsgstr "Llame 1\\62"\n', "PO_LINE", 2),
    "a letter as some programs write it": ('msgid "Call"\nmsgstr ""\n"\\x41"\n', "PO_LINE", 3),
    "a keyword with a slip": ('msgid "Call 12"\nmsgsrt "Llame 12"\n', "PO_LINE", 2),
    "a line of plain text": ('msgid "Call"\nmsgstr "Llame"\nLlame ya\n', "PO_LINE", 3),
    "marks of a merge": ('<<<<<<< HEAD\nmsgid "Call"\nmsgstr "Llame"\n', "PO_LINE", 1),
    "a message twice": ('msgid "Call"\nmsgstr "Llame"\n\nmsgid "Call"\nmsgstr "Llama"\n', "PO_DUPLICATE", 4),
    "a message twice in its context": (
        'msgctxt "f"\nmsgid "Call"\nmsgstr "a"\n\nmsgctxt "f"\nmsgid "Call"\nmsgstr "b"\n',
        "PO_DUPLICATE",
        5,
    ),
    "a message twice, with a date in it": (
        'msgid ""\n"PO-Revision-Date: "\nmsgstr "a"\n\nmsgid "PO-Revision-Date: "\nmsgstr "b"\n',
        "PO_DUPLICATE",
        5,
    ),
    "a message twice, wrapped another way": ('msgid "Call us"\nmsgstr "a"\n\nmsgid ""\n"Call "\n"us"\nmsgstr "b"\n', "PO_DUPLICATE", 4),
    "a text that belongs to no message": (entry("Call", "Llame") + '# a note\n"and here it goes on"\n', "PO_BROKEN", 6),
    "a long line of plain text": (
        'msgid "Call"\nmsgstr "Llame"\nThis line goes on and on, so that only its start is shown\n',
        "PO_LINE",
        3,
    ),
    "a hidden character": ('msgid "Call"\nmsgstr "Llame\u200b"\n', "HIDDEN_CHARACTER", 2),
    "a mark that turns the reading round": ('msgid "Call"\nmsgstr "\u202e12 Llame"\n', "HIDDEN_CHARACTER", 2),
}


@pytest.mark.parametrize("title", BROKEN)
def test_a_damaged_file_is_refused_with_its_line(title: str, tmp_path: Path) -> None:
    text, code, line = BROKEN[title]
    translations, problems = read(HEADER + text, tmp_path)
    assert translations == {}, "nothing of it is printed"
    assert (code, Place("locales/es.po", HEADER_LINES + line)) in [(problem.code, problem.place) for problem in problems]
    assert all(problem.hint for problem in problems)


def test_each_mistake_is_told_in_full_sentences(tmp_path: Path, golden: Callable[[str, str], None]) -> None:
    """What a translator reads, mistake by mistake: read the golden as one."""
    told = "".join(
        f"{title}\n" + "".join(f"    {problem}\n" for problem in read(HEADER + BROKEN[title][0], tmp_path)[1]) for title in BROKEN
    )
    golden("po-mistakes.txt", told)


def test_of_many_bad_lines_the_first_are_named(tmp_path: Path) -> None:
    _, problems = read(HEADER + "rubbish\n" * (MOST_SHOWN + 5), tmp_path)
    assert [(problem.code, problem.place.line) for problem in problems] == [
        ("PO_LINE", HEADER_LINES + number) for number in range(1, MOST_SHOWN + 1)
    ]


@pytest.mark.parametrize(("source", "text"), [("Call", "x"), ("x", "Llame")])
def test_a_message_longer_than_any_sentence_is_refused(source: str, text: str, tmp_path: Path) -> None:
    """Wrapped lines hide how long a text is."""

    def entries(length: int) -> str:
        wrapped = '"\n"'.join(["x" * 1000] * (length // 1000) + ["x" * (length % 1000)])
        one = entry(*(wrapped if words == "x" else words for words in (source, text)))
        return HEADER + entry("Fine", "Bien") + "".join(one.replace("fever", f"f{number}") for number in range(MOST_SHOWN + 1))

    translations, problems = read(entries(MOST_TEXT), tmp_path)
    assert not problems and len(translations) == MOST_SHOWN + 2
    translations, problems = read(entries(MOST_TEXT + 1), tmp_path)
    assert translations == {} and len(problems) == MOST_SHOWN
    assert str(problems[0]) == f"locales/es.po:{HEADER_LINES + 6}: PO_BROKEN has more than {MOST_TEXT} characters (shorten it)"


def test_a_language_that_is_none_is_refused(tmp_path: Path) -> None:
    """Babel stops at it without a line."""
    translations, [problem] = read(HEADER.replace("Language: es", "Language: !!") + entry("Call", "Llame"), tmp_path)
    assert translations == {} and (problem.code, problem.place) == ("PO_BROKEN", Place("locales/es.po"))


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "es.po"
    path.write_bytes((HEADER + entry("Call", "Llámenos")).encode("cp1252"))
    assert read_catalog(path, tmp_path)[0] == {} and codes(read_catalog(path, tmp_path)[1]) == {"NOT_UTF8"}


def test_a_file_without_its_header_is_named(tmp_path: Path) -> None:
    assert codes(read(entry("Call", "Llame"), tmp_path)[1]) == {"PO_HEADER"}


def test_the_same_words_in_two_contexts_are_two_messages(tmp_path: Path) -> None:
    translations, problems = read(HEADER + entry("Call", "Llame", "a") + entry("Call", "Llamada", "b"), tmp_path)
    assert not problems
    assert {key: found.text for key, found in translations.items()} == {("a", "Call"): "Llame", ("b", "Call"): "Llamada"}


def test_what_is_read_is_what_stands_there(tmp_path: Path) -> None:
    text = '# note\nmsgctxt "f"\nmsgid ""\n"Call {phone_24h} "\n"now"\nmsgstr ""\n"Llame \\"ya\\" al "\n"{phone_24h}"\n'
    translations, problems = read(HEADER + text, tmp_path)
    assert not problems
    [found] = translations.values()
    assert (found.source, found.text, found.fuzzy) == ("Call {phone_24h} now", 'Llame "ya" al {phone_24h}', False)
    assert found.place.path == "locales/es.po" and HEADER_LINES < found.place.line <= HEADER_LINES + 3


def test_a_line_that_looks_like_a_date_of_the_header_is_kept_in_a_message(tmp_path: Path) -> None:
    text = 'msgid ""\n"PO-Revision-Date: x\\n"\n"Call"\nmsgstr ""\n"PO-Revision-Date: 12\\n"\n"Llame"\n'
    translations, problems = read(HEADER.replace('"Content', '"PO-Revision-Date: \\n"\n"Content') + text, tmp_path)
    assert not problems
    assert [(found.source, found.text) for found in translations.values()] == [("PO-Revision-Date: x\nCall", "PO-Revision-Date: 12\nLlame")]


def test_what_may_stand_behind_a_backslash_is_read_as_every_tool_reads_it(tmp_path: Path) -> None:
    [found] = read(HEADER + entry("Call", r"a\"b\\c\td\re\nf"), tmp_path)[0].values()
    assert found.text == 'a"b\\c\td\re\nf'


def test_the_last_digit_is_kept(tmp_path: Path) -> None:
    """The mistake that started the strict reading: Babel alone gives `555-010` for an unterminated `"555-0100`."""
    translations, _ = read(HEADER + entry("Call 555-0100", "Llame al 555-0100"), tmp_path)
    assert translations["fever", "Call 555-0100"].text == "Llame al 555-0100"


# Printing


def test_a_fuzzy_or_empty_translation_is_never_printed(tmp_path: Path) -> None:
    text = HEADER + entry("Call", "Llame", before="#, fuzzy\n") + entry("Wait", "") + entry("Rest", "Descanse")
    translations, _ = read(text, tmp_path)
    say = make_translator("es", {"es": translations})
    assert [say("fever", word) for word in ("Call", "Wait", "Rest", "Unknown")] == [None, None, "Descanse", None]


@pytest.mark.parametrize(
    ("locale", "chain"),
    [("es-MX", ("es-MX", "es")), ("es", ("es",)), ("zh-Hans-SG", ("zh-Hans-SG", "zh-Hans", "zh")), ("en-US", ("en-US", "en"))],
)
def test_a_region_falls_back_to_its_language(locale: str, chain: tuple[str, ...]) -> None:
    assert fallback_chain(locale) == chain


def test_another_language_never_falls_back_to_english() -> None:
    assert make_translator("es", {})("fever", "Call us") is None
    assert make_translator("es", {"en-US": {}})("fever", "Call us") is None
    assert make_translator("en-US", {})("fever", "Call us") == "Call us"
    assert make_translator("en-US", {"en-US": {}})("fever", "Call us") == "Call us"


def test_a_region_prints_its_own_words_then_those_of_its_language(tmp_path: Path) -> None:
    base, _ = read(HEADER + entry("Call", "Llame") + entry("Wait", "Espere") + entry("Stop", "Pare"), tmp_path)
    region, _ = read(
        HEADER + entry("Call", "Llama") + entry("Wait", "¿Aguarde?", before="#, fuzzy\n") + entry("Stop", ""), tmp_path, "es-MX"
    )
    translate = make_translator("es-MX", {"es": base, "es-MX": region})
    assert [translate("fever", word) for word in ("Call", "Wait", "Stop", "Go")] == ["Llama", "Espere", "Pare", None]


def test_a_pseudo_locale_stretches_words_and_leaves_values_alone() -> None:
    for code in PSEUDO:
        translate = make_translator(code, {})
        assert translate("fever", "Call us") == pseudo_translate("Call us") != "Call us"
        assert translate("fever", "{phone_24h}") == "{phone_24h}"


def test_a_message_without_words_needs_no_translation() -> None:
    assert make_translator("es", {})("fever", "{phone_24h}") == "{phone_24h}"


# Out of step


def test_a_file_out_of_step_is_named(tmp_path: Path) -> None:
    old = "This text is old, and more than fifty letters long."
    translations, _ = read(HEADER + entry(old, "Viejo") + entry("Call", "Llame"), tmp_path)
    problems = compare(translations, messages("Call", "New", "Newer"), "locales/es.po")
    run = "(run: python3 build.py messages)"
    assert [str(problem) for problem in problems] == [
        f"locales/es.po: PO_OUT_OF_STEP 2 messages are missing {run}",
        f"locales/es.po:{HEADER_LINES + 2}: PO_UNKNOWN this message is not in the text any more: {old[:50]} {run}",
    ]


def test_a_file_in_step_is_fine(tmp_path: Path) -> None:
    wanted = messages("Call", "Wait")
    translations, _ = read(write_catalog("es", wanted, ""), tmp_path)
    assert compare(translations, wanted, "locales/es.po") == []


# Writing


ALL = extract(small_library(), template_messages(), [small_site()])


@pytest.mark.parametrize("code", ["es", "ar", "pl", "zh-Hans", "es-MX", "en-US"])
def test_a_second_run_changes_nothing(code: str) -> None:
    once = write_catalog(code, ALL, "")
    assert write_catalog(code, ALL, once) == once
    assert write_catalog(code, ALL, write_catalog(code, ALL, once)) == once


def test_a_new_file_holds_every_message_once_and_empty(tmp_path: Path) -> None:
    translations, problems = read(write_catalog("es", ALL, ""), tmp_path)
    assert not problems
    assert set(translations) == {(message.context, message.text) for message in ALL}
    assert not any(found.text or found.fuzzy for found in translations.values())


def test_a_file_holds_no_line_numbers_and_no_dates() -> None:
    """They would change in every file with every change of a text, and hide the one that matters."""
    text = write_catalog("es", ALL, "")
    assert not re.search(r"\.md:\d|Creation-Date: \d|\b20\d\d-\d\d-\d\d", text)
    assert "python-format" not in write_catalog("es", messages("5% of people", "100% sure"), "")


def test_a_translators_work_survives_a_merge(tmp_path: Path) -> None:
    old = fill(write_catalog("es", messages("Call", "Wait"), ""), {"Call": "Llame", "Wait": "Espere"})
    old = old.replace('msgctxt "fever"\nmsgid "Call"', 'msgctxt "fever"\nmsgid "Call"').replace(
        "#: handouts", "# a note of mine\n#: handouts", 1
    )
    new = write_catalog("es", messages("Before", "Call", "Wait"), old)
    translations, problems = read(new, tmp_path)
    assert not problems and "# a note of mine" in new
    assert [translations["fever", word].text for word in ("Before", "Call", "Wait")] == ["", "Llame", "Espere"]


def test_the_header_of_a_translator_is_kept() -> None:
    old = "# Ana Pérez, 2026\n" + HEADER + entry("Call", "Llame")
    assert write_catalog("es", messages("Call"), old).startswith("# Ana Pérez, 2026\n" + HEADER.rstrip("\n"))


def test_a_changed_text_keeps_its_old_translation_as_a_hint_with_the_text_it_was_for(tmp_path: Path) -> None:
    old = fill(write_catalog("es", messages("Call us if you feel hot."), ""), {"Call us if you feel hot.": "Llame si tiene calor."})
    new = write_catalog("es", messages("Call us now if you feel hot."), old)
    assert '#| msgid "Call us if you feel hot."' in new
    translations, _ = read(new, tmp_path)
    found = translations["fever", "Call us now if you feel hot."]
    assert (found.text, found.fuzzy) == ("Llame si tiene calor.", True)
    assert make_translator("es", {"es": translations})(*("fever", "Call us now if you feel hot.")) is None
    assert write_catalog("es", messages("Call us now if you feel hot."), new) == new


@pytest.mark.parametrize(
    "previous",
    [
        '#| msgid "Call us \\"now\\" if hot."\n',
        '#| msgid ""\n#| "Call us "\n#| "\\"now\\" if hot."\n',
        '#| msgid "" "Call us " "\\"now\\" if hot."\n',
    ],
)
def test_the_text_that_a_hint_was_for_is_kept_however_it_is_wrapped(previous: str) -> None:
    old = HEADER + entry("Call us if hot.", "Llame", before=f'#, fuzzy\n#| msgctxt "fever"\n{previous}')
    new = write_catalog("es", messages("Call us if hot."), old)
    assert '\n#| msgid "Call us \\"now\\" if hot."\n' in new
    assert write_catalog("es", messages("Call us if hot."), new) == new


def test_a_text_that_is_quite_another_gets_no_hint(tmp_path: Path) -> None:
    old = fill(write_catalog("es", messages("Call us."), ""), {"Call us.": "Llame."})
    translations, _ = read(write_catalog("es", messages("The pump stands beside your bed at night."), old), tmp_path)
    assert [found.text for found in translations.values()] == [""]


def test_a_text_that_is_gone_is_kept_as_obsolete() -> None:
    old = fill(write_catalog("es", messages("Call us", "Wait here"), ""), {"Wait here": "Espere"})
    new = write_catalog("es", messages("Call us"), old)
    assert '#~ msgid "Wait here"' in new and '#~ msgstr "Espere"' in new
    assert write_catalog("es", messages("Call us"), new) == new, "and it stays"


def test_a_text_that_comes_back_gets_its_translation_back(tmp_path: Path) -> None:
    old = fill(write_catalog("es", messages("Call us", "Wait here"), ""), {"Wait here": "Espere"})
    back = write_catalog("es", messages("Call us", "Wait here"), write_catalog("es", messages("Call us"), old))
    translations, problems = read(back, tmp_path)
    assert not problems
    assert translations["fever", "Wait here"].text == "Espere"
    assert '#~ msgid "Wait here"' not in back


def test_a_fuzzy_mark_stays_until_a_person_takes_it_away(tmp_path: Path) -> None:
    old = HEADER + entry("Call", "Llame", before="#, fuzzy\n")
    translations, _ = read(write_catalog("es", messages("Call"), old), tmp_path)
    assert translations["fever", "Call"].fuzzy


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="msgfmt is part of GNU gettext, which is not installed here")
@pytest.mark.parametrize("code", ["es", "ar", "pl", "zh-Hans"])
def test_gettexts_own_checker_accepts_what_is_written(code: str, tmp_path: Path) -> None:
    """Also after a change, with hints and obsolete messages in the file."""
    first = fill(write_catalog(code, ALL, ""), {"Keep warm": "A", "A fit": "B", "Leave the pump alone.": "C"})
    changed = [message for message in ALL if message.text != "A fit"]
    changed = [
        Message(message.context, message.text.replace("Leave the pump alone.", "Leave the pump alone!"), message.place)
        for message in changed
    ]
    for number, text in enumerate((first, write_catalog(code, changed, first))):
        path = tmp_path / f"{number}.po"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run(["msgfmt", "-c", "-o", "/dev/null", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", sorted(SHIPPED.locales.glob("*.po")), ids=lambda path: path.stem)
def test_a_shipped_file_is_read_without_a_problem(path: Path) -> None:
    assert read_catalog(path, SHIPPED.root)[1] == ()
