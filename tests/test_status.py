"""Status: how far each language is, counted so that 100 % means all."""

from dataclasses import replace

import pytest

from packbuilder.messages import extract
from packbuilder.status import Share, as_rows, count_shares
from workshop import Command, echo_catalog, small_library, small_site, template_messages

MESSAGES = extract(small_library(), template_messages(), [small_site()])


def shares(catalogs: dict[str, object]) -> dict[tuple[str, str], Share]:
    return {(share.locale, share.pack): share for share in count_shares(small_library(), MESSAGES, catalogs)}  # type: ignore[arg-type]


def test_a_complete_language_is_at_100() -> None:
    found = shares({"pl": echo_catalog()})
    assert set(found) == {("pl", "adult"), ("pl", "parent"), ("pl", "nurse")}
    assert all((share.percent, share.missing, share.fuzzy) == (100, 0, 0) for share in found.values())
    assert found["pl", "adult"].total > found["pl", "nurse"].total > 0


def test_one_missing_message_is_never_100() -> None:
    some = {key: entry for key, entry in echo_catalog().items() if entry.source != "Keep warm"}
    for share in shares({"pl": some}).values():
        assert (share.missing, share.percent) == (1, (share.total - 1) * 100 // share.total) and share.percent < 100


def test_a_message_counts_only_for_the_packs_that_print_it() -> None:
    some = {key: entry for key, entry in echo_catalog().items() if entry.context != "call-now.nurse"}
    found = shares({"pl": some})
    assert found["pl", "nurse"].missing > 0 and found["pl", "adult"].missing == found["pl", "parent"].missing == 0


def test_a_fuzzy_message_is_to_be_checked_and_not_translated() -> None:
    fuzzy = {key: replace(entry, fuzzy=True) for key, entry in echo_catalog().items()}
    share = shares({"pl": fuzzy})["pl", "adult"]
    assert (share.translated, share.fuzzy, share.percent) == (0, share.total, 0)


def test_the_counts_add_up() -> None:
    some = {key: replace(entry, fuzzy=len(entry.text) % 2 == 0) for key, entry in echo_catalog().items() if len(entry.text) % 3}
    for share in shares({"pl": some, "ar": {}}).values():
        assert share.translated + share.fuzzy + share.missing == share.total


@pytest.mark.parametrize("json", [False, True])
def test_the_command_shows_each_language_and_pack(json: bool, command: Command) -> None:
    assert command("messages", "pl").code == 0
    run = command("status", *(["--json"] if json else []))
    assert run.code == 0 and run.err == ""
    if json:
        assert run.document["ok"] is True
        assert [(row["locale"], row["pack"], row["translated"]) for row in run.document["status"]] == [("pl", "adult", 0), ("pl", "parent", 0), ("pl", "nurse", 0)]
    else:
        assert "Polish" in run.out and "adult" in run.out


def test_a_row_holds_all_that_the_table_shows() -> None:
    [row] = as_rows([Share("pl", "Polish", "polski", "adult", 10, 7, 1, 2, 0)])
    assert row == {"locale": "pl", "language": "Polish", "own_name": "polski", "pack": "adult", "total": 10, "translated": 7, "fuzzy": 1, "missing": 2,
                   "approved": 0, "percent": 70}  # fmt: skip
