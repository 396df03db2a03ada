"""What a kiosk wished for, as the sandbox repeats it and takes its time from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

AHEAD_S: Final = 600.0
"""Drivers are asked this long before a pickup that was booked for later."""

_USUAL: Final[Mapping[str, Any]] = {
    "passengers": 1,
    "wheelchair": False,
    "note": "",
    "kiosk_id": "",
    "contact_phone": None,
    "pickup_at": None,
}


def repeated(wish: Mapping[str, Any]) -> dict[str, Any]:
    """Give the members of a NewTrip that its Trip repeats, with the described value for each that was left out."""
    return {
        "pickup": _place(wish["pickup"]),
        "dropoff": _place(wish["dropoff"]) if wish.get("dropoff") else None,
        **{key: wish.get(key, usual) for key, usual in _USUAL.items()},
        "boarding_number": wish["boarding_number"],
    }


def opens(wish: Mapping[str, Any], now: datetime) -> datetime | None:
    """When drivers are to be asked, where that is not now."""
    at = wish.get("pickup_at")
    start = datetime.fromisoformat(at) - timedelta(seconds=AHEAD_S) if at else now
    return start if start > now else None


def _place(place: Mapping[str, Any]) -> dict[str, Any]:
    return {key: place[key] for key in ("label", "lat", "lon")} | {"note": place.get("note", "")}
