"""What a ride would cost, where a TOMP-API fare is one sum; anything else is left to the operator's own words."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

_PARTS_MOST: Final = 50
_AMOUNT_MAX: Final = Decimal(1_000_000)


def price(fare: object) -> str:
    """Give a fare as `12.5 EUR`, `≈` before it when it is an estimate; empty when it depends on the ride."""
    parts = fare.get("parts") if isinstance(fare, dict) else None
    if not isinstance(fare, dict) or not isinstance(parts, list) or not 0 < len(parts) <= _PARTS_MOST:
        return ""
    total, currencies = Decimal(0), set()
    for part in parts:
        if not isinstance(part, dict) or part.get("type", "FIXED") != "FIXED":
            return ""
        amount, currency = _amount(part.get("amount")), part.get("currencyCode")
        if amount is None or not (isinstance(currency, str) and len(currency) == 3 and currency.isascii()):  # noqa: PLR2004 - ISO 4217
            return ""
        total += amount
        currencies.add(currency.upper())
    if len(currencies) != 1 or total < 0:
        return ""
    return f"{'≈ ' if fare.get('estimated') is not False else ''}{total} {currencies.pop()}"


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, ValueError):
        return None
    return found if found.is_finite() and abs(found) <= _AMOUNT_MAX else None
