"""Telephone numbers: printed as people of the country write them, checked, never repaired, and never a made-up one by mistake."""

import pytest

from packbuilder.model import Contact
from packbuilder.telephone import EMERGENCY, is_fictional, is_region, looks_like_number, parse_number

# Ofcom, "Telephone numbers for use in TV and radio drama programmes", and the range 555-0100 to 555-0199 of North America.
FICTION = [
    ("GB", "0113 496 0000"), ("GB", "0114 496 0999"), ("GB", "0115 496 0123"), ("GB", "0116 496 0123"), ("GB", "0117 496 0123"),
    ("GB", "0118 496 0123"), ("GB", "0121 496 0123"), ("GB", "0131 496 0123"), ("GB", "0141 496 0123"), ("GB", "0151 496 0123"),
    ("GB", "0161 496 0123"), ("GB", "020 7946 0000"), ("GB", "020 7946 0999"), ("GB", "0191 498 0123"), ("GB", "028 9649 6000"),
    ("GB", "028 9649 6123"), ("GB", "028 9649 6999"), ("GB", "029 2018 0123"), ("GB", "01632 960123"), ("GB", "07700 900123"),
    ("GB", "0808 157 0123"), ("GB", "0909 879 0123"), ("GB", "03069 990123"), ("GB", "+44 20 7946 0123"),
    ("US", "(202) 555-0100"), ("US", "212-555-0199"), ("US", "+1 312 555 0123"), ("CA", "416 555 0142"), ("GB", "+1 202 555 0123"),
]  # fmt: skip
REAL = [
    ("GB", "020 7946 1000"), ("GB", "020 7946 9999"), ("GB", "0113 497 0000"), ("GB", "028 9649 7000"), ("GB", "07700 901123"),
    ("GB", "01632 961123"), ("US", "(202) 555-0200"), ("US", "(202) 555-0099"), ("US", "(202) 456-0123"),
]  # fmt: skip


@pytest.mark.parametrize(("region", "text"), FICTION)
def test_a_number_reserved_for_fiction_is_known_as_such(region: str, text: str) -> None:
    contact, wrong = parse_number(text, region)
    assert contact and not wrong
    assert is_fictional(contact)


@pytest.mark.parametrize(("region", "text"), REAL)
def test_a_number_next_to_the_reserved_ones_is_not_taken_for_one(region: str, text: str) -> None:
    contact, _ = parse_number(text, region)
    assert contact is None or not is_fictional(contact)


@pytest.mark.parametrize(
    ("region", "text", "printed", "dial"),
    [
        ("GB", "02079460123", "020 7946 0123", "+442079460123"),
        ("GB", "+44 (0)20 7946 0123", "020 7946 0123", "+442079460123"),
        ("GB", "0808 157 0199", "0808 157 0199", "+448081570199"),
        ("US", "2025550123", "(202) 555-0123", "+12025550123"),
        ("US", "+1-202-555-0123", "(202) 555-0123", "+12025550123"),
        ("IE", "020 7946 0123 ", None, None),
        ("IE", "+44 20 7946 0123", "+44 20 7946 0123", "+442079460123"),
        ("GB", "٠٢٠ ٧٩٤٦ ٠١٢٣", "020 7946 0123", "+442079460123"),
    ],
)
def test_a_number_is_printed_as_the_country_writes_it(region: str, text: str, printed: str | None, dial: str | None) -> None:
    contact, wrong = parse_number(text, region)
    if printed is None:
        assert contact is None and wrong
    else:
        assert contact == Contact(printed, dial or "")


@pytest.mark.parametrize("text", ["", "call us", "020 7946", "020 7946 01234", "12", "+999 123 456", "020 7946 012O", "http://x"])
def test_what_is_not_a_number_is_refused_and_says_so(text: str) -> None:
    contact, wrong = parse_number(text, "GB")
    assert contact is None
    assert repr(text) in wrong and "not a telephone number" in wrong


def test_an_extension_is_printed() -> None:
    contact, _ = parse_number("020 7946 0123 ext. 4567", "GB")
    assert contact and contact.text.startswith("020 7946 0123") and contact.text.endswith("4567")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("020 7946 0123", True),
        ("+44 20 7946 0123", True),
        ("(202) 555-0123 x12", True),
        ("020 7946 0123 ext. 5", True),
        ("Ask any nurse", False),
        ("leaflets@northfield.example", False),
        ("Ward 7", False),
        ("7th floor", False),
    ],
)
def test_a_sentence_is_not_taken_for_a_number(text: str, expected: bool) -> None:
    assert looks_like_number(text) is expected


def test_every_country_with_an_emergency_number_is_a_country() -> None:
    assert EMERGENCY["GB"] == "999" and EMERGENCY["US"] == "911" and EMERGENCY["DE"] == "112"
    assert all(is_region(region) for region in EMERGENCY)
    assert all(number.isascii() and number.isdigit() for number in EMERGENCY.values())
    assert not is_region("UK")
