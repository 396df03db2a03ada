"""Which offers a person at a wall can take: a taxi, soon, that nobody has to unlock, show papers or pay for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from dispatch_client.errors import Refusal, Refused
from dispatch_client.provider import Estimate
from dispatch_client.providers import _answers
from dispatch_client.providers import _tomp_answers as answers
from dispatch_client.providers._tomp_money import price
from dispatch_client.providers._tomp_wish import REFERENCE

if TYPE_CHECKING:
    from dispatch_client.providers._tomp_answers import Row, Told
    from dispatch_client.providers._tomp_wish import Wish

_HARMLESS: Final = frozenset({"conditionPayWhenFinished", "conditionPostponedCommit"})
"""Conditions that ask nothing of us: the driver is paid in the end, and a commit may take its time."""
_DATA: Final = "conditionRequireBookingData"
_WE_HAVE: Final = frozenset({"FROM_ADDRESS", "TO_ADDRESS", "PHONE_NUMBERS"})
"""Data that an operator may ask for and a box can give. Nobody's name, birthday or papers are among them."""
_OFF: Final = timedelta(minutes=45)
"""An offer that is further than this from the time that is wanted is no answer to the wish: late taxis do harm."""
_NO_PHONE: Final = (
    "TOMP: this operator's drivers need a number to call, and this trip has no valid one: "
    "expected a telephone number with its country, such as +31..., as contact_phone in [dispatch]"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """An option that was offered and that somebody at the box can take."""

    id: str
    off: timedelta
    """How far its departure is from the time that is wanted; none where it was not said."""
    asks: frozenset[str]
    """Data that its booking must hold."""
    wheelchair: bool
    """It says that it takes one."""

    def booking(self, wish: Wish) -> dict[str, Any]:
        """Give the body of the booking: what is asked for, our reference, and nothing else."""
        body: dict[str, Any] = {"id": self.id, "extraInfo": {REFERENCE: wish.ref}}
        if "FROM_ADDRESS" in self.asks:
            body["from"] = wish.planning["from"]
        if "TO_ADDRESS" in self.asks:
            body["to"] = wish.planning["to"]
        if "PHONE_NUMBERS" in self.asks:
            # The customer's name among the operator's customers is that of the trip: it says nothing about anybody.
            body["customer"] = {"id": wish.ref, "phones": [{"number": wish.phone, "preferred": True}]}
        return body


def best(planning: Told, wish: Wish) -> Offer:
    """Give the offer to take: one that says it takes the wheelchair if there is one, then the nearest in time.

    Raises:
        Refused: NO_DRIVERS when none is offered, INVALID_REQUEST when each asks for something that a box cannot give.
    """
    wanted = wish.wanted_at or planning.now
    fitting = [row for row in _options(planning) if _fits(row, wish) and _off(row, wanted) <= _OFF]
    offers = [offer for row in fitting if (offer := _offer(row, wish, wanted))]
    if offers:
        return min(offers, key=lambda offer: (wish.wheelchair and not offer.wheelchair, offer.off))
    if not wish.phone and any("PHONE_NUMBERS" in (_asks(row) or ()) for row in fitting):
        raise Refused(Refusal.INVALID_REQUEST, _NO_PHONE)
    if fitting:
        raise Refused(
            Refusal.INVALID_REQUEST,
            "TOMP: every offer asks for something that a box cannot give (a deposit, papers, personal data, an app); "
            "the operator must offer taxis without that",
        )
    raise Refused(Refusal.NO_DRIVERS, "TOMP: the operator offers no taxi at present")


def estimate(planning: Told) -> Estimate:
    """Give what the soonest option would be: seconds until it is there, and its price where it is one sum."""
    found = [row for row in _options(planning) if _is_taxi(row)]
    if not found:
        return Estimate()
    row = min(found, key=lambda one: answers.departure(one, answers.first_leg(one)) or planning.now)
    leg = answers.first_leg(row)
    wait_s = answers.eta_s(row, answers.departure(row, leg), planning.now)
    return Estimate(wait_s, price(row.get("pricing")) or price(leg.get("pricing")))


def _options(planning: Told) -> list[Row]:
    found = planning.row.get("options")
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _fits(row: Row, wish: Wish) -> bool:
    if not _is_taxi(row) or answers.identity(row) is None or answers.word(row) not in {"", "NEW"}:
        return False
    seats = _answers.whole(_said(row).get("persons"), 1000)
    return not seats or seats >= wish.passengers


def _is_taxi(row: Row) -> bool:
    """Tell whether one taxi does it all. An operator that says nothing of its vehicles has only taxis."""
    legs, kind = row.get("legs"), _kind(row).get("assetClass")
    return (kind is None or kind == "TAXI") and not (isinstance(legs, list) and len(legs) > 1)


def _kind(row: Row) -> Row:
    return answers.part(answers.first_leg(row), "assetType") or answers.part(row, "mainAssetType")


def _said(row: Row) -> Row:
    return answers.part(_kind(row), "sharedProperties")


def _offer(row: Row, wish: Wish, wanted: datetime) -> Offer | None:
    asks = _asks(row)
    if asks is None or ("TO_ADDRESS" in asks and "to" not in wish.planning):
        return None
    if "PHONE_NUMBERS" in asks and not wish.phone:
        return None
    return Offer(
        id=str(row["id"]),
        off=_off(row, wanted),
        asks=asks,
        wheelchair=_said(row).get("easyAccessibility") == "WHEELCHAIR",
    )


def _off(row: Row, wanted: datetime) -> timedelta:
    return abs((answers.departure(row, answers.first_leg(row)) or wanted) - wanted)


def _asks(row: Row) -> frozenset[str] | None:
    """Give the data that an option asks for; None when it asks for something that a box cannot give."""
    told = [where.get("conditions") for where in (answers.first_leg(row), _kind(row))]
    conditions = [one for some in told if isinstance(some, list) for one in some if isinstance(one, dict)]
    asked: set[str] = set()
    for condition in conditions:
        kind, fields = condition.get("conditionType"), condition.get("requiredFields")
        if kind == _DATA and isinstance(fields, list) and all(isinstance(field, str) for field in fields):
            asked.update(fields)
        elif not isinstance(kind, str) or kind not in _HARMLESS:
            return None
    return frozenset(asked) if asked <= _WE_HAVE else None
