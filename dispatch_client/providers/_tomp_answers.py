"""What a TOMP-API operator says, in our words: what makes no sense is left out, and nothing in it can raise."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from dispatch_client.providers import _answers
from dispatch_client.trips import Booking, TripStatus, Vehicle

if TYPE_CHECKING:
    from dispatch_client.http import Reply

Row = Mapping[str, Any]
"""A booking, a leg or another object of an answer; every member may be missing and of any type."""

_S = TripStatus
STATES: Final[Mapping[str, TripStatus]] = {
    "NEW": _S.REQUESTED,
    "PENDING": _S.OFFERED,
    "CONDITIONAL_CONFIRMED": _S.REQUESTED,
    "POSTPONED-COMMIT": _S.REQUESTED,
    "CONFIRMED": _S.DRIVER_ASSIGNED,
    "STARTED": _S.IN_PROGRESS,
    "FINISHED": _S.COMPLETED,
    "CANCELLED": _S.CANCELLED_BY_DRIVER,
    "RELEASED": _S.EXPIRED,
    "EXPIRED": _S.EXPIRED,
    "REJECTED": _S.NO_DRIVERS,
}
"""`bookingState` of TOMP-API 1.5.0; POSTPONED-COMMIT stands in its text alone.

A booking holds a taxi for us (PENDING) until we commit or its time is over; without a commit no taxi comes. An operator
that has to find a driver first says CONDITIONAL_CONFIRMED, so CONFIRMED is a promise. RELEASED and CANCELLED do not
say by whom: `booking` is told when it was us.
"""
LEG_STATES: Final[Mapping[str, TripStatus]] = {
    "NOT_STARTED": _S.DRIVER_ASSIGNED,
    "PREPARING": _S.DRIVER_ASSIGNED,
    "IN_USE": _S.IN_PROGRESS,
    "PAUSED": _S.IN_PROGRESS,
    "FINISHING": _S.IN_PROGRESS,
    "FINISHED": _S.COMPLETED,
    "CANCELLED": _S.CANCELLED_BY_DRIVER,
}
"""`legState`: what happens on the road, told more finely than the booking does. ISSUE_REPORTED says nothing of it."""

UNDER_WAY: Final = frozenset({"CONFIRMED", "STARTED"})
"""States of a booking whose leg says more."""
_ENDED_BY_US: Final = frozenset({"CANCELLED", "RELEASED"})
_IDENTITY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~@=+-]{0,127}")
_WORD_CHARS: Final = 31
_AHEAD: Final = timedelta(minutes=30)
"""A taxi that is promised for later than this, and has no plate yet, is not on its way to anybody."""
_ETA_MAX_S: Final = 24 * 3600
_MINUTES_MAX: Final = 24 * 60
_DELAY_MAX_MS: Final = 2**31 - 1
_COLOURS: Final = {
    "gray": "grey", "wit": "white", "zwart": "black", "zilver": "silver", "grijs": "grey", "rood": "red",
    "blauw": "blue", "groen": "green", "geel": "yellow", "oranje": "orange", "bruin": "brown", "goud": "gold",
    "weiß": "white", "schwarz": "black", "silber": "silver", "grau": "grey", "rot": "red", "blau": "blue",
    "grün": "green", "gelb": "yellow", "braun": "brown",
}  # fmt: skip
"""English is asked for; operators are free to answer in their own language."""


@dataclass(frozen=True, slots=True)
class Told:
    """An object of an answer, and what time it was at the operator then."""

    row: Row
    now: datetime


def rows(body: bytes) -> list[Row] | None:
    """Give the objects of a JSON array, without what is no object; None when it is no array."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else None


def clock(reply: Reply) -> datetime:
    """Give the operator's own time, else ours: its times are compared with nothing else."""
    with suppress(ValueError, TypeError, OverflowError):
        found = parsedate_to_datetime(reply.headers.get("Date", ""))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime.now(UTC)


def identity(row: Row) -> str | None:
    """Give the operator's name of something, None when there is none that could stand in a URL."""
    found = row.get("id")
    return found if isinstance(found, str) and _IDENTITY.fullmatch(found) else None


def word(row: Row) -> str:
    """Give the state of a booking or leg as it stands there, cut short; empty when it is no word."""
    found = row.get("state")
    return _answers.text(found[:_WORD_CHARS], _WORD_CHARS) if isinstance(found, str) else ""


def booking(native_id: str, told: Told, leg: Row | None = None, *, ours: bool = False) -> Booking:
    """Read a booking. `leg`: its leg as the road knows it; `ours`: we have asked for its end."""
    row, leg = told.row, {**first_leg(told.row), **(leg or {})}
    state, leg_state = word(row), word(leg)
    car, leaves = vehicle(leg, row), departure(row, leg)
    status = _status(state, leg_state)
    if status is _S.DRIVER_ASSIGNED and leg_state != "PREPARING" and not (car and car.plate):
        status = _S.REQUESTED if leaves and leaves - told.now > _AHEAD else status
    if ours and (state in _ENDED_BY_US or status is _S.CANCELLED_BY_DRIVER):
        status = _S.CANCELLED_BY_RIDER
    return Booking(
        native_id=native_id,
        status=status,
        native_status=f"{state}/{leg_state}" if leg_state else state,
        vehicle=car,
        eta_s=eta_s(row, leaves, told.now) if status is _S.DRIVER_ASSIGNED else None,
    )


def _status(state: str, leg_state: str) -> TripStatus:
    status = STATES.get(state, _S.UNKNOWN)
    return LEG_STATES.get(leg_state, _S.UNKNOWN) if state in UNDER_WAY and leg_state else status


def first_leg(row: Row) -> Row:
    """Give the leg of a booking that has one; a booking without legs is its own leg and has no state on the road."""
    legs = row.get("legs")
    return legs[0] if isinstance(legs, list) and legs and isinstance(legs[0], dict) else {}


def departure(row: Row, leg: Row) -> datetime | None:
    """Give when the taxi leaves the pickup with the passenger: as planned, and the delay that was told (ms) upon it."""
    planned = time(leg.get("departureTime")) or time(row.get("departureTime"))
    if planned is None:
        return None
    late_ms = _answers.whole(leg.get("departureDelay"), _DELAY_MAX_MS) or 0
    with suppress(OverflowError):
        return planned + timedelta(milliseconds=late_ms)
    return None


def eta_s(row: Row, leaves: datetime | None, now: datetime) -> int | None:
    """Give the seconds until the taxi is there: by its departure time, else by the wait (minutes) that was told."""
    if leaves is not None and 0 < (left := (leaves - now).total_seconds()) <= _ETA_MAX_S:
        return round(left)
    minutes = _answers.whole(part(row, "extraData").get("safeWaitTime"), _MINUTES_MAX)
    return None if minutes is None else minutes * 60


def eta_minutes(notifications: list[Row]) -> list[int]:
    """Give the minutes of every ETA that was ever told of a booking, oldest first."""
    told = (_answers.whole(one.get("minutes"), _MINUTES_MAX) for one in notifications if one.get("type") == "ETA")
    return [minutes for minutes in told if minutes is not None]


def time(value: object) -> datetime | None:
    """Give an ISO 8601 time with its zone, None for anything else: a time without one could be anywhere."""
    if not isinstance(value, str) or len(value) > _WORD_CHARS * 2:
        return None
    with suppress(ValueError):
        found = datetime.fromisoformat(value)
        return found if found.utcoffset() is not None else None
    return None


def vehicle(leg: Row, row: Row) -> Vehicle | None:
    """Give the car, None while no plate is known: what is told of a type of cars alone is told of no taxi."""
    kind = part(leg, "assetType") or part(row, "mainAssetType")
    asset = part(leg, "asset") or _only(kind.get("assets"))
    own, shared = part(asset, "overriddenProperties"), part(kind, "sharedProperties")
    brand, model, colour = (
        _answers.text(own.get(key) or shared.get(key), 64).strip() for key in ("brand", "model", "colour")
    )
    plate = _answers.text(asset.get("licensePlate"), 32).upper()
    colour = colour.lower()
    return Vehicle(plate, brand, model, _COLOURS.get(colour, colour)) if plate else None


def part(row: Row, key: str) -> Row:
    """Give a member that is an object; an empty one for anything else."""
    found = row.get(key)
    return found if isinstance(found, dict) else {}


def _only(assets: object) -> Row:
    return assets[0] if isinstance(assets, list) and len(assets) == 1 and isinstance(assets[0], dict) else {}


def with_eta(booking: Booking, seconds: int | None) -> Booking:
    """Give a booking with a fresher ETA than the one that can be read off it, if there is one."""
    return booking if seconds is None else replace(booking, eta_s=seconds)
