"""A telephone number is either one that can be called from anywhere, or none."""

from __future__ import annotations

import phonenumbers


def phone(number: str, country: str | None = None) -> str:
    """Give a number as E.164, taken to be of `country` if it names none; empty when nobody could be called under it."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
