"""What a TOMP operator remembers, for `fake_operator`: offers, bookings, timers on a clock that a test turns."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

OFFER_S = 300.0
PENDING_S = 60.0
"""How long a booking holds a taxi before it is committed (the Expires header)."""
POSTPONED_S = 120.0
"""How long a driver may be looked for after a postponed commit."""
COMMITTED = frozenset({"CONDITIONAL_CONFIRMED", "CONFIRMED", "STARTED"})
ALIVE = COMMITTED | {"PENDING"}


@dataclass
class Taxi:
    name: str
    wait_s: float = 240.0
    plate: str = "AB-123-C"
    brand: str = "Toyota"
    model: str = "Prius"
    colour: str = "White"
    asset_class: str | None = "TAXI"
    seats: int = 4
    wheelchair: bool = False
    asks: tuple[str, ...] = ()
    """Data that its booking must hold."""
    conditions: tuple[str, ...] = ()
    free: bool = True


@dataclass
class Offer:
    id: str
    taxi: Taxi
    departs: float
    until: float


@dataclass
class Ride:
    """A booking, and its leg once it is committed."""

    id: str
    taxi: Taxi
    asked: dict[str, Any]
    departs: float
    state: str = "PENDING"
    changed_at: float = 0.0
    leg: str = "NOT_STARTED"
    plated: bool = False
    """The taxi is known: its plate may be told."""
    delay_ms: int = 0
    safe_wait_min: int | None = None
    told: list[dict[str, Any]] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    origin: str = ""

    def put(self, state: str, now: float) -> None:
        self.state, self.changed_at = state, now
        self.taxi.free = state not in ALIVE


class World:
    """Everything that the operator remembers. `now` is its clock, seconds since 1970."""

    def __init__(self) -> None:
        self.now = 1_772_443_800.0
        self.taxis: list[Taxi] = []
        self.offers: list[Offer] = []
        self.rides: list[Ride] = []
        self.postponed = False
        """A commit starts the search for a driver."""
        self.auto_commit = False
        """A booking brings a taxi at once."""
        self.rejects = False
        self.legs_in_bookings = True
        self.tells_times = True

    def add(self, taxi: Taxi) -> Taxi:
        self.taxis.append(taxi)
        return taxi

    def offer(self, wanted_at: float | None) -> list[Offer]:
        made = [
            Offer(uuid.uuid4().hex[:12], taxi, wanted_at or self.now + taxi.wait_s, self.now + OFFER_S)
            for taxi in self.taxis
            if taxi.free
        ]
        self.offers += made
        return made

    def book(self, offer: Offer, asked: dict[str, Any]) -> Ride:
        ride = Ride(offer.id, offer.taxi, asked, offer.departs)
        ride.put("REJECTED" if self.rejects else "CONFIRMED" if self.auto_commit else "PENDING", self.now)
        self.rides.append(ride)
        return ride

    def does(self, ride: Ride, *moves: str) -> None:
        """The operator or its driver moves a ride on."""
        for move in moves:
            assert ride.state in COMMITTED, f"nobody drives for a booking that is {ride.state}"
            match move:
                case "accept":
                    ride.put("CONFIRMED", self.now)
                case "assign":
                    ride.plated = True
                case "prepare":
                    ride.plated, ride.leg = True, "PREPARING"
                case "on_board":
                    ride.leg = "IN_USE"
                    ride.put("STARTED", self.now)
                case "finish":
                    ride.leg = "FINISHED"
                    ride.put("FINISHED", self.now)
                case "deny":
                    ride.put("REJECTED", self.now)
                case "cancel":
                    ride.leg = "CANCELLED"
                    ride.put("CANCELLED", self.now)

    def tell_eta(self, ride: Ride, minutes: int) -> None:
        ride.told.append({"type": "ETA", "minutes": minutes})

    def advance(self, seconds: float) -> None:
        """Let time pass: what is held and never committed is let go."""
        self.now += seconds
        limits = {"PENDING": PENDING_S, "CONDITIONAL_CONFIRMED": POSTPONED_S}
        for ride in self.rides:
            if ride.state in limits and self.now - ride.changed_at > limits[ride.state]:
                ride.put("EXPIRED", self.now)

    def committed(self) -> list[Ride]:
        """Bookings that bring a taxi."""
        return [ride for ride in self.rides if ride.state in COMMITTED]

    def shown(self, ride: Ride) -> dict[str, Any]:
        """As a booking is shown."""
        times = {"departureTime": written(ride.departs)} if self.tells_times else {}
        row = {**ride.asked, "id": ride.id, "state": ride.state, "mainAssetType": self.kind(ride.taxi), **times}
        if ride.safe_wait_min is not None:
            row["extraData"] = {"safeWaitTime": ride.safe_wait_min}
        return row | ({"legs": [self.leg(ride)]} if self.legs_in_bookings else {})

    def leg(self, ride: Ride) -> dict[str, Any]:
        """As its leg is shown: the plate from the moment that the taxi is known."""
        leg: dict[str, Any] = {
            # A booking that shows no leg is its own leg.
            "id": f"{ride.id}:leg" if self.legs_in_bookings else ride.id,
            "from": {"coordinates": {"lat": 52.0, "lng": 5.1}},
            "assetType": self.kind(ride.taxi),
            "state": ride.leg,
            "departureDelay": ride.delay_ms,
        }
        if self.tells_times:
            leg["departureTime"] = written(ride.departs)
        if ride.plated:
            taxi = ride.taxi
            own = {"brand": taxi.brand, "model": taxi.model, "colour": taxi.colour}
            leg["asset"] = {"id": taxi.name, "licensePlate": taxi.plate, "overriddenProperties": own}
        return leg

    @staticmethod
    def kind(taxi: Taxi) -> dict[str, Any]:
        shared: dict[str, Any] = {"persons": taxi.seats, "brand": "Any"}
        if taxi.wheelchair:
            shared["easyAccessibility"] = "WHEELCHAIR"
        conditions: list[dict[str, Any]] = [{"conditionType": kind} for kind in taxi.conditions]
        if taxi.asks:
            conditions.append({"conditionType": "conditionRequireBookingData", "requiredFields": list(taxi.asks)})
        kind = {"id": "taxi", "sharedProperties": shared, "conditions": conditions}
        return kind if taxi.asset_class is None else kind | {"assetClass": taxi.asset_class}

    def option(self, offer: Offer) -> dict[str, Any]:
        """As an offer is shown."""
        fare = {"estimated": True, "parts": [{"amount": 12.5, "currencyCode": "EUR", "type": "FIXED"}]}
        leg = {
            "id": f"{offer.id}:leg",
            "from": {"coordinates": {"lat": 52.0, "lng": 5.1}},
            "assetType": self.kind(offer.taxi),
        }
        times = {"departureTime": written(offer.departs)} if self.tells_times else {}
        legs = {"legs": [leg | times]} if self.legs_in_bookings else {"mainAssetType": self.kind(offer.taxi)}
        return {"id": offer.id, "state": "NEW", "pricing": fare, **times, **legs}


def written(seconds: float) -> str:
    """As the server writes a time."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
