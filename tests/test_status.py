"""How far each language is: counted as the build counts, so that "100 %" means that nothing is printed in English."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from workshop import SHIPPED, TODAY, Command, echo_catalog, make_rooms, sign, small_library, small_site, template_messages, write

from packbuilder.assemble import plan_editions
from packbuilder.catalog import Translations
from packbuilder.messages import extract
from packbuilder.model import Library, Manuscript, Pack
from packbuilder.prepare import prepare
from packbuilder.status import Share, as_rows, count_approved, count_shares, messages_of
from packbuilder.typeset import make_environment

ALL = extract(small_library(), template_messages(), [small_site()])


def shares(catalogs: Mapping[str, Translations], library: Library | None = None) -> dict[tuple[str, str], Share]:
    return {(share.locale, share.pack): share for share in count_shares(library or small_library(), ALL, catalogs, {})}


def changed(source: str, text: str = "", fuzzy: bool = False) -> Translations:
    """A whole catalogue with another text for one message."""
    echo = echo_catalog()
    return {**echo, **{key: replace(entry, text=text, fuzzy=fuzzy) for key, entry in echo.items() if entry.source == source}}


def contexts(pack: Pack) -> set[str]:
    return {message.context for message in messages_of(pack, small_library(), ALL)}


def test_there_is_a_row_for_each_language_and_pack_in_order() -> None:
    rows = count_shares(small_library(), ALL, {"pl": {}, "ar": {}, "es": {}}, {})
    assert [(row.locale, row.pack) for row in rows] == [
        (code, pack) for code in ("ar", "es", "pl") for pack in ("adult", "parent", "nurse")
    ]
    assert (rows[0].language, rows[0].own_name) == ("Arabic", "العربية")


def test_a_complete_language_is_at_100_and_an_empty_one_at_0() -> None:
    rows = shares({"ar": echo_catalog(), "pl": {}})
    for pack in ("adult", "parent", "nurse"):
        done, none = rows["ar", pack], rows["pl", pack]
        assert (done.percent, done.translated, done.fuzzy, done.missing) == (100, done.total, 0, 0)
        assert (none.percent, none.translated, none.fuzzy, none.missing) == (0, 0, 0, none.total)
        assert done.total == none.total > 0


def test_every_message_is_in_exactly_one_column() -> None:
    for share in shares({"ar": changed("Keep warm", "x", fuzzy=True), "pl": changed("Keep warm")}).values():
        assert share.translated + share.fuzzy + share.missing == share.total


@pytest.mark.parametrize("pack", ["adult", "parent", "nurse"])
def test_a_hint_and_an_empty_text_do_not_count_as_translated(pack: str) -> None:
    rows = shares({"ar": changed("Keep warm", "x", fuzzy=True), "pl": changed("Keep warm")})
    assert (rows["ar", pack].fuzzy, rows["ar", pack].missing) == (1, 0)
    assert (rows["pl", pack].fuzzy, rows["pl", pack].missing) == (0, 1)


def test_all_but_one_is_not_100() -> None:
    assert replace(shares({"ar": {}})["ar", "adult"], total=1000, translated=999).percent == 99


def test_a_pack_without_messages_is_done() -> None:
    assert Share("ar", "Arabic", "العربية", "adult", 0, 0, 0, 0, 0).percent == 100


def test_a_message_counts_only_for_the_packs_that_may_print_it() -> None:
    rows = shares({"pl": {key: entry for key, entry in echo_catalog().items() if entry.context != "call-now.nurse"}})
    assert rows["pl", "nurse"].missing > 0 and rows["pl", "adult"].missing == rows["pl", "parent"].missing == 0


def test_the_columns_of_a_mixed_language_add_up() -> None:
    echo = echo_catalog().items()
    some = {key: replace(entry, fuzzy=len(entry.text) % 2 == 0) for key, entry in echo if len(entry.text) % 3}
    for share in shares({"pl": some}).values():
        assert share.translated + share.fuzzy + share.missing == share.total and min(share.translated, share.fuzzy, share.missing) > 0


def test_another_spelling_of_english_is_done_where_its_file_is_in_step() -> None:
    empty = {key: replace(entry, text="") for key, entry in echo_catalog().items()}
    assert shares({"en-US": empty})["en-US", "adult"].percent == 100
    del empty["fever", "Keep warm"]
    assert shares({"en-US": empty})["en-US", "adult"].missing == 1


def test_a_pack_counts_its_own_blocks_its_card_and_the_words_of_all_pages() -> None:
    packs = small_library().packs
    assert {"call-now", "fever", "bathing", "travel.gb", "travel.adult.us", "front", "inside-left", "facts", "packs", "marks"} <= contexts(
        packs["adult"]
    )
    assert "call-now.nurse" in contexts(packs["nurse"]) and "call-now.nurse" not in contexts(packs["adult"])
    assert not {"front", "back", "bathing", "travel.adult.us"} & contexts(packs["nurse"])
    assert not {"travel.adult.us", "bathing"} & contexts(packs["parent"])


@pytest.mark.parametrize("pack", ["adult", "parent", "nurse"])
def test_a_language_at_100_prints_no_english_and_one_that_prints_english_is_not_at_100(pack: str) -> None:
    """The table and the paper say the same."""
    assert write(pack, "ar", catalogs={"ar": echo_catalog()}).missing == ()
    own = {(message.context, message.text) for message in messages_of(small_library().packs[pack], small_library(), ALL)}
    assert {(message.context, message.text) for message in write(pack, "ar").missing} <= own


# Signed texts


def signed_texts(*signatures: tuple[str, str, str], sample: bool = True, today: date = TODAY) -> Mapping[tuple[str, str], int]:
    """The count for two hospitals with every print of theirs, when these texts (site, audience, locale) are signed."""
    sites = [replace(small_site(), id=name, locales=("en-GB", "pl"), sample=sample) for name in ("one-gb", "two-gb")]
    rooms = make_rooms(None, sites, {"pl": echo_catalog(sites=sites)})
    env = make_environment(SHIPPED.templates)
    editions = plan_editions(sites, small_library(), audiences=["nurse", "parent"])
    manuscripts, _ = prepare(editions, rooms, env, TODAY)
    texts: dict[tuple[str, str, str], Manuscript] = {(m.edition.site.id, m.edition.audience, m.edition.locale): m for m in manuscripts}
    approvals = tuple(sign(texts[name]) for name in signatures)
    return count_approved(prepare(editions, replace(rooms, approvals=approvals), env, today)[0])


def test_a_signed_text_counts_once_for_each_hospital() -> None:
    """And not once more for its card. A sample can be signed, though it is never released."""
    one = ("one-gb", "parent", "en-GB")
    assert signed_texts(one) == {("en-GB", "parent"): 1}
    assert signed_texts(one, ("two-gb", "parent", "en-GB"), sample=False) == {("en-GB", "parent"): 2}


def test_a_translation_counts_when_its_source_is_signed_too() -> None:
    polish, english = ("one-gb", "nurse", "pl"), ("one-gb", "nurse", "en-GB")
    assert signed_texts(polish) == {}
    assert signed_texts(polish, english) == {("en-GB", "nurse"): 1, ("pl", "nurse"): 1}


def test_a_signature_that_ended_does_not_count() -> None:
    assert signed_texts(("one-gb", "nurse", "en-GB"), today=TODAY.replace(year=2030)) == {}


# The command


def test_the_table_names_every_language_and_pack(command: Command) -> None:
    assert command("messages", "es", "ar").code == 0
    run = command("status")
    assert (run.code, run.err) == (0, "")
    for words in (
        "es (Spanish)",
        "ar (Arabic)",
        "adult",
        "parent",
        "nurse",
        "translated",
        "to check",
        "missing",
        "approved",
        "0 %",
        "░" * 20,
    ):
        assert words in run.out
    assert "█" not in run.out


def test_json_is_one_document_with_the_same_rows(command: Command) -> None:
    assert command("messages", "es").code == 0
    run = command("status", "--json")
    assert run.code == 0 and run.err == ""
    document = json.loads(run.out)
    assert document["ok"] is True
    keys = {"locale", "language", "own_name", "pack", "total", "translated", "fuzzy", "missing", "approved", "percent"}
    assert [(row["locale"], row["pack"]) for row in document["status"]] == [("es", "adult"), ("es", "parent"), ("es", "nurse")]
    assert all(set(row) == keys and row["missing"] == row["total"] for row in document["status"])


def test_a_damaged_file_is_named_beside_the_table(command: Command) -> None:
    assert command("messages", "es").code == 0
    path = command.project.locales / "es.po"
    path.write_text(path.read_text(encoding="utf-8") + 'msgid "x\n', encoding="utf-8")
    run = command("status")
    assert run.code == 1 and "locales/es.po" in run.err and "PO_LINE" in run.err
    assert json.loads(command("status", "--json").out)["ok"] is False


class Tables(HTMLParser):
    """The cells of a page, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {' '.join(data.split())}".strip()


def test_the_page_shows_the_same_numbers() -> None:
    rows = as_rows(count_shares(small_library(), ALL, {"ar": changed("Keep warm", "x", fuzzy=True)}, {("ar", "adult"): 2}))
    assert [row["approved"] for row in rows] == [2, 0, 0]
    tables = Tables()
    tables.feed(make_environment(SHIPPED.templates).get_template("status.html").render(rows=rows))
    heads, *cells = tables.rows
    assert heads == ["Language", "Pack", "Done", "Translated", "To check", "Missing", "Approved"]
    assert cells[0][:2] == ["Arabic ( العربية )", "adult"]
    assert [row[2:] for row in cells] == [
        [f"{row['percent']} %", f"{row['translated']} of {row['total']}", str(row["fuzzy"]), str(row["missing"]), str(row["approved"])]
        for row in rows
    ]


def test_a_build_puts_the_page_into_the_output(command: Command) -> None:
    assert command("messages", "es").code == 0
    assert command("build", "--jobs", "2").code == 0
    page = (command.output / "status.html").read_text(encoding="utf-8")
    assert "Spanish" in page and "español" in page
