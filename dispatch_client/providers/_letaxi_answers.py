"""What le.taxi says, in our words: what makes no sense is left out, and nothing in it can raise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dispatch_client.http import json_object
from dispatch_client.providers import _answers, _phones
from dispatch_client.trips import ENDS, Booking, Driver, TripStatus, Vehicle

Row = Mapping[str, Any]
"""One element of a `data` list; every member may be missing and of any type."""

_S = TripStatus
STATUS: Final[Mapping[str, TripStatus]] = {
    "received": _S.REQUESTED,
    "sent_to_operator": _S.REQUESTED,
    "received_by_operator": _S.REQUESTED,
    "received_by_taxi": _S.REQUESTED,
    "accepted_by_taxi": _S.OFFERED,
    "accepted_by_customer": _S.DRIVER_ASSIGNED,
    "customer_on_board": _S.IN_PROGRESS,
    "finished": _S.COMPLETED,
    "declined_by_customer": _S.CANCELLED_BY_RIDER,
    "incident_customer": _S.CANCELLED_BY_RIDER,
    "declined_by_taxi": _S.NO_DRIVERS,
    "timeout_taxi": _S.NO_DRIVERS,
    "failure": _S.FAILED,
    "incident_taxi": _S.CANCELLED_BY_DRIVER,
    "timeout_customer": _S.EXPIRED,
    "timeout_accepted_by_customer": _S.EXPIRED,
}
"""A hail is one attempt at one taxi: a driver who declines ends it, and another taxi is another hail."""

UNWILLING: Final = frozenset({"declined_by_taxi", "timeout_taxi", "incident_taxi"})
"""Ends of a hail after which the same taxi is not asked again for the same trip."""
UNREACHED: Final = frozenset({"failure"})
"""Ends of a hail that the driver never saw: asked again, but after all others."""
BEFORE_OPERATOR: Final = frozenset({"received", "sent_to_operator"})
"""A hail in one of these is still being handed on, and that may overwrite a cancel (seen 2 ms after it)."""

_MASKED_PHONE: Final = "0600000000"
"""Stands in for every telephone number until both sides have agreed."""
_ROW_CHARS: Final = 64
_OPERATOR_CHARS: Final = 128
_FARTHEST_M: Final = 100_000.0
"""The register shows taxis within about 500 m; what is farther than this is a slip of units."""
_START_S: Final = 60.0
_DETOUR: Final = 1.4
_METRES_PER_S: Final = 5.0
"""Assumed, not measured: a minute until the driver is on the way, streets 1.4 times as long as the straight line,
18 km/h through a town. The register gives neither a time nor a route."""
_MINUTE_S: Final = 60
_ACCESSIBLE: Final = frozenset({"vasp_handicap", "pmr"})
_COLOURS: Final = {
    "blanc": "white", "blanche": "white", "noir": "black", "noire": "black", "argent": "silver", "gris": "grey",
    "grise": "grey", "gray": "grey", "rouge": "red", "bleu": "blue", "bleue": "blue", "vert": "green",
    "verte": "green", "jaune": "yellow", "marron": "brown", "brun": "brown", "or": "gold",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taxi:
    """A free taxi, as a search shows it."""

    id: str
    operator: str
    """Sent back as it came: it is half of the taxi's name."""
    metres: float
    """In a straight line; infinite when it was not said."""
    seats: int | None
    accessible: bool
    make: str
    model: str


def rows(body: bytes) -> list[Row] | None:
    """Give the `data` list of an answer, without what is no object; None when there is no such list."""
    answer = json_object(body)
    data = answer.get("data") if answer else None
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else None


def taxis(body: bytes) -> list[Taxi] | None:
    """Give the free taxis of a search, nearest first; None when the answer is no list of taxis."""
    found = rows(body)
    if found is None:
        return None
    return sorted((taxi for row in found if (taxi := _taxi(row))), key=lambda taxi: taxi.metres)


def _taxi(row: Row) -> Taxi | None:
    identity, operator = _answers.native_id(row), row.get("operator")
    if identity is None or not isinstance(operator, str) or not 0 < len(operator) <= _OPERATOR_CHARS:
        return None
    if row.get("status", "free") != "free":
        return None
    vehicle = _part(row, "vehicle")
    features = vehicle.get("characteristics")
    metres = _number(row.get("crowfly_distance"))
    return Taxi(
        id=identity,
        operator=operator,
        metres=math.inf if metres is None else metres,
        seats=_answers.whole(vehicle.get("nb_seats"), 100) or None,
        accessible=isinstance(features, list) and any(one in features for one in _ACCESSIBLE),
        make=_answers.text(vehicle.get("constructor"), _ROW_CHARS),
        model=_answers.text(vehicle.get("model"), _ROW_CHARS),
    )


def word(row: Row) -> str:
    """Give the register's own word for the status of a hail; empty when it is none."""
    found, most = row.get("status"), _answers.NATIVE_STATUS_CHARS
    return _answers.text(found[:most], most) if isinstance(found, str) else ""


def status(row: Row) -> TripStatus:
    """Give our word for it: UNKNOWN, which is no end, for what nobody mapped."""
    return STATUS.get(word(row), TripStatus.UNKNOWN)


def alive(row: Row) -> bool:
    """Tell whether a taxi may still come of this hail."""
    return status(row) not in ENDS


def taxi_id(row: Row) -> str:
    """Give the taxi of a hail, as lists and as whole hails write it."""
    return _answers.text(row.get("taxi_id") or _part(row, "taxi").get("id"), _ROW_CHARS)


def session(row: Row) -> str:
    """Give the name under which the register joins the hails of one search."""
    return _answers.text(row.get("session_id"), _ROW_CHARS)


def declined_before_operator(row: Row) -> bool:
    """Tell whether the last step of a hail was our cancel, made while it was still being handed to the operator."""
    steps = row.get("transitions")
    last = steps[-1] if isinstance(steps, list) and steps and isinstance(steps[-1], dict) else {}
    return last.get("to_status") == "declined_by_customer" and last.get("from_status") in BEFORE_OPERATOR


def booking(identity: str, row: Row, makes: Mapping[str, tuple[str, str]]) -> Booking:
    """Read a hail. `makes`: make and model by taxi, which searches tell and hails do not.

    No time in it is used: some servers write local time without a zone.
    """
    taxi, now = _part(row, "taxi"), status(row)
    named = _part(taxi, "vehicle")
    plate = _answers.text(named.get("licence_plate"), 32)
    make, model = makes.get(taxi_id(row), ("", ""))
    colour = _answers.text(named.get("color"), 32).lower()
    coming = now in {TripStatus.OFFERED, TripStatus.DRIVER_ASSIGNED}
    kilometres = _number(taxi.get("crowfly_distance"))  # a search says metres
    return Booking(
        native_id=identity,
        status=now,
        native_status=word(row),
        vehicle=Vehicle(plate, make, model, _COLOURS.get(colour, colour)) if plate else None,
        driver=_driver(_part(taxi, "driver"), row.get("taxi_phone_number")),
        eta_s=eta_s(kilometres * 1000) if coming and kilometres is not None else None,
    )


def _driver(person: Row, number: object) -> Driver | None:
    first, last = (_answers.text(person.get(key), _ROW_CHARS) for key in ("first_name", "last_name"))
    if not first and not last:
        return None
    number = _answers.text(number, 32)
    return Driver(first or last, phone(number) if number != _MASKED_PHONE else "")


def phone(number: str) -> str:
    """Give a number as E.164, a French one if it has no country; empty when nobody could be called under it."""
    return _phones.phone(number, "FR")


def eta_s(metres: float) -> int | None:
    """Give about how long a taxi takes that is so far away in a straight line: whole minutes, in seconds."""
    if not 0 <= metres <= _FARTHEST_M:
        return None
    return math.ceil((_START_S + metres * _DETOUR / _METRES_PER_S) / _MINUTE_S) * _MINUTE_S


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= _FARTHEST_M else None


def _part(row: Row, key: str) -> Row:
    found = row.get(key)
    return found if isinstance(found, dict) else {}
