"""One wish as bytes that are stored before anything is sent: all of a hail but its taxi, which is found then."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from dispatch_client.attempts import attempt_ref
from dispatch_client.errors import Refusal, Refused
from dispatch_client.http import json_object
from dispatch_client.providers import _letaxi_answers as answers
from dispatch_client.providers._canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_client.trips import Place, TripRequest

_ADDRESS_CHARS: Final = 250
_ATTEMPTS_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """All of a hail but its taxi, and what says which taxi it may be."""

    customer: Mapping[str, Any]
    """The five `customer_` members of a hail."""
    earlier: tuple[str, ...]
    """References of this trip's earlier attempts, newest first."""
    passengers: int
    wheelchair: bool

    def suits(self, taxi: answers.Taxi) -> bool:
        """Tell whether the passengers fit in; a taxi that does not say how many seats it has is taken to be large."""
        roomy = taxi.seats is None or taxi.seats >= self.passengers
        return roomy and (taxi.accessible or not self.wheelchair)


def of(request: TripRequest, ref: str) -> Wish:
    """Give what attempt `ref` of a request asks for, always the same for the same request."""
    pickup = request.pickup
    customer = {
        "customer_address": _address(pickup),
        "customer_id": ref,
        "customer_lat": pickup.lat,
        "customer_lon": pickup.lon,
        "customer_phone_number": answers.phone(request.contact_phone or ""),
    }
    return Wish(customer, _earlier(request.client_ref, ref), request.passengers, request.wheelchair)


def written(wish: Wish) -> bytes:
    """Give the bytes that are stored."""
    return canonical({field.name: getattr(wish, field.name) for field in fields(wish)})


def read(payload: bytes, ref: str) -> Wish:
    """Read a stored wish. Raises Refused(INVALID_REQUEST) for one that cannot be hailed for."""
    stored: Any = json_object(payload)
    match stored:
        case {
            "customer": {"customer_id": str(said), "customer_phone_number": str(number)} as customer,
            "earlier": [*earlier],
            "passengers": int(passengers),
            "wheelchair": bool(wheelchair),
        } if said == ref:
            pass
        case _:
            raise Refused(Refusal.INVALID_REQUEST, "le.taxi: the stored trip is not one that this version wrote")
    if not number:
        raise Refused(
            Refusal.INVALID_REQUEST,
            "le.taxi: drivers need a number to call, and this trip has no valid one: "
            "expected a telephone number with its country, such as +33..., as contact_phone in [dispatch]",
        )
    return Wish(customer, tuple(map(str, earlier)), passengers, wheelchair)


def _address(pickup: Place) -> str:
    """Words that a driver finds the place by; the register takes anything that is not blank."""
    parts = (" ".join(part.split()) for part in (pickup.label, pickup.note))
    return ", ".join(part for part in parts if part)[:_ADDRESS_CHARS] or f"{pickup.lat:.6f}, {pickup.lon:.6f}"


def _earlier(client_ref: str, ref: str) -> tuple[str, ...]:
    """Derive the references of the attempts before this one: they are the only memory of them that never gets lost."""
    if ref == client_ref:
        return ()
    before = [client_ref]
    try:
        for number in range(2, _ATTEMPTS_MOST):
            one = attempt_ref(client_ref, number)
            if one == ref:
                return tuple(reversed(before))
            before.append(one)
    except ValueError:  # not a UUID: somebody else's courier
        pass
    return (client_ref,)
