"""One wish as bytes that are stored before anything is sent: the planning request, and what a booking may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dispatch_client.errors import Refusal, Refused
from dispatch_client.http import json_object
from dispatch_client.providers import _tomp_answers as answers
from dispatch_client.providers._canonical import canonical
from dispatch_client.providers._phones import phone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dispatch_client.trips import Place, TripRequest

REFERENCE: Final = "clientRef"
"""The member of a booking's `extraInfo` that holds our reference; the specification leaves its members to us."""
_WHEELCHAIR: Final = {"category": "HR", "number": "01"}
"""A standard wheelchair in which the passenger stays seated: HR 01 of the CROW dictionary of travellers."""
_NAME_CHARS: Final = 250
_DECIMALS: Final = 6
"""Of a degree: about 0.1 m."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What attempt `ref` of a trip asks for."""

    ref: str
    planning: Mapping[str, Any]
    """The body of a planning request."""
    phone: str
    """E.164, given to an operator that asks for it and to no other; empty: there is none."""

    @property
    def passengers(self) -> int:
        """How many want to sit in it."""
        return int(self.planning["nrOfTravelers"])

    @property
    def wanted_at(self) -> datetime | None:
        """When the taxi is wanted, with its zone; None: now."""
        return answers.time(self.planning.get("departureTime"))

    @property
    def wheelchair(self) -> bool:
        """One of them stays in a wheelchair."""
        return "travelers" in self.planning


def of(request: TripRequest, ref: str) -> Wish:
    """Give what attempt `ref` of a request asks for, always the same for the same request.

    Words for the driver travel in the name of the pickup: no other member that every operator knows holds any.
    A departure time is told for a ride ahead alone; without one, operators take it to be wanted now.
    """
    planning: dict[str, Any] = {
        "from": _place(request.pickup, request.note),
        "nrOfTravelers": max(1, request.passengers),
    }
    if request.dropoff:
        planning["to"] = _place(request.dropoff)
    if request.pickup_at:
        planning["departureTime"] = request.pickup_at.isoformat(timespec="seconds")
    if request.wheelchair:
        planning["travelers"] = [{"requirements": {"abilities": [_WHEELCHAIR]}}]
    return Wish(ref, planning, phone(request.contact_phone or ""))


def written(wish: Wish) -> bytes:
    """Give the bytes that are stored."""
    return canonical({"ref": wish.ref, "planning": wish.planning, "phone": wish.phone})


def read(payload: bytes, ref: str) -> Wish:
    """Read a stored wish. Raises Refused(INVALID_REQUEST) for one that was not written here."""
    stored: Any = json_object(payload)
    match stored:
        case {
            "ref": str(said),
            "planning": {"from": {"coordinates": dict()}, "nrOfTravelers": int()} as planning,
            "phone": str(number),
        } if said == ref:
            return Wish(ref, planning, number)
    raise Refused(Refusal.INVALID_REQUEST, "TOMP: the stored trip is not one that this version wrote")


def _place(place: Place, note: str = "") -> dict[str, Any]:
    # The specification says that no coordinate is below 0, which would leave out half the world; WGS 84 is sent.
    words = (" ".join(part.split()) for part in (place.label, place.note, note))
    name = ", ".join(part for part in words if part)[:_NAME_CHARS]
    where = {"lat": round(place.lat, _DECIMALS), "lng": round(place.lon, _DECIMALS)}
    return {"coordinates": where, **({"name": name} if name else {})}
