"""A dispatcher's answer as a Booking: what makes no sense is left out, and nothing in it can raise."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from dispatch_client.trips import Booking, Driver, TripStatus, Vehicle

if TYPE_CHECKING:
    from collections.abc import Mapping

NATIVE_STATUS_CHARS: Final = 64
_NATIVE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ETA_MAX_S: Final = 24 * 3600
"""A taxi that needs longer than a day is a slip of somebody's units."""
_COUNT_MAX: Final = 100_000
_REVISION_MAX: Final = 2**63 - 1
_TURNS_AROUND: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_OURS: Final = {TripStatus.QUEUED, TripStatus.SUBMITTING, TripStatus.UNKNOWN}
_STATUS: Final[Mapping[str, TripStatus]] = {str(status): status for status in TripStatus if status not in _OURS}


def native_id(answer: Mapping[str, object]) -> str | None:
    """Give the dispatcher's name of the trip, None when there is none that could stand in a URL."""
    found = answer.get("id")
    return found if isinstance(found, str) and _NATIVE_ID.fullmatch(found) else None


def client_ref(answer: Mapping[str, object]) -> str | None:
    """Give our own reference as the dispatcher repeats it."""
    return text(answer.get("client_ref"), 64) or None


def booking(identity: str, answer: Mapping[str, object]) -> Booking:
    """Read a Trip of the hail API. Every member may be missing, of any type and of any size."""
    word = answer.get("status")
    word = word if isinstance(word, str) else ""
    return Booking(
        native_id=identity,
        status=_STATUS.get(word, TripStatus.UNKNOWN),
        native_status=_clean(word[:NATIVE_STATUS_CHARS]),
        vehicle=_vehicle(answer.get("vehicle")),
        driver=_driver(answer.get("driver")),
        eta_s=whole(answer.get("eta_s"), _ETA_MAX_S),
        drivers_notified=whole(answer.get("drivers_notified"), _COUNT_MAX),
        revision=whole(answer.get("revision"), _REVISION_MAX),
    )


def whole(value: object, most: int) -> int | None:
    """Give a number from 0 to `most` as a whole one, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # NaN is never between two numbers, and a whole number of 400 digits may be compared but not made a float.
    return round(value) if 0 <= value <= most else None


def text(value: object, most: int) -> str:
    """Give a string of at most `most` characters without control characters; empty for anything else."""
    return _clean(value) if isinstance(value, str) and len(value) <= most else ""


def _clean(value: str) -> str:
    # Lone surrogates cannot be stored, controls disturb a printer, and an override of the direction can turn a plate
    # around. Joiners stay: names in many scripts are written with them.
    one_line = " ".join(value.split())
    return "".join(
        char for char in one_line if unicodedata.category(char) not in {"Cc", "Cs"} and char not in _TURNS_AROUND
    )


def _vehicle(value: object) -> Vehicle | None:
    if not isinstance(value, dict):
        return None
    found = Vehicle(
        plate=text(value.get("plate"), 32),
        make=text(value.get("make"), 64),
        model=text(value.get("model"), 64),
        colour=text(value.get("colour"), 32).lower(),
    )
    return found if found != Vehicle() else None


def _driver(value: object) -> Driver | None:
    if not isinstance(value, dict):
        return None
    found = Driver(name=text(value.get("name"), 64), phone=text(value.get("phone"), 32))
    return found if found != Driver() else None
