"""Telephone numbers of a site: parsed, checked and written the way people of that country write them.

Why: a wrong digit on a card can cost a life, and a number from a sample file must never reach a patient.
Numbers set aside for fiction: Ofcom's list for drama use (GB), 555-0100 to 555-0199 (North America).
"""

import re

import phonenumbers

from packbuilder.model import Contact

# E.164 patterns of the ranges that regulators reserve for fiction.
FICTIONAL = re.compile(
    r"\+44(?:2079460\d{3}|11[345678]4960\d{3}|1[21356]14960\d{3}|1414960\d{3}|1914980\d{3}|2896496\d{3}|2920180\d{3}"
    r"|1632960\d{3}|7700900\d{3}|8081570\d{3}|9098790\d{3}|3069990\d{3})"
    r"|\+1\d{3}55501\d{2}"
)
EU_COUNTRIES = "AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IT LT LU LV MT NL PL PT RO SE SI SK"
EMERGENCY = {"GB": "999", "IE": "112", "US": "911", "CA": "911", "AU": "000", "NZ": "111"} | {
    EU_COUNTRIES[start : start + 2]: "112" for start in range(0, len(EU_COUNTRIES), 3)
}


def looks_like_number(text: str) -> bool:
    """Whether a contact is meant as a telephone number, not as an address or a sentence."""
    return re.fullmatch(r"[+(]?[\d][\d\s().+/-]*(?:\s*(?:x|ext\.?|#)\s*\d+)?", text.strip()) is not None


def parse_number(text: str, region: str) -> tuple[Contact | None, str]:
    """A number as it is to be printed, or None and what is wrong with it."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None, f"{text!r} is not a telephone number"
    dial = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(number) and not FICTIONAL.fullmatch(dial):
        reason = phonenumbers.is_possible_number_with_reason(number)
        why = {
            phonenumbers.ValidationResult.TOO_SHORT: "it has too few digits",
            phonenumbers.ValidationResult.TOO_LONG: "it has too many digits",
        }.get(reason, "no such number is in use")
        return None, f"{text!r} is not a telephone number in {region}: {why}"
    home = phonenumbers.region_code_for_number(number) == region or number.country_code == (phonenumbers.country_code_for_region(region))
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return Contact(phonenumbers.format_number(number, style), dial), ""


def is_fictional(contact: Contact) -> bool:
    """Whether the number lies in a range reserved for fiction."""
    return FICTIONAL.fullmatch(contact.dial) is not None


def is_region(region: str) -> bool:
    """Whether telephone numbers of this country are known."""
    return region in phonenumbers.SUPPORTED_REGIONS
