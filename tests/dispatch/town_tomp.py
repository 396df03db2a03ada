"""A town whose dispatcher speaks TOMP-API and looks for a driver once a booking is committed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fake_operator import KEY, MAAS_ID, FakeOperator
from fake_operator import wish as wish_in_utrecht
from fake_operator_world import ALIVE, Ride, Taxi
from towns import LIMITS, Town

from dispatch_client.providers.tomp import TompProvider

if TYPE_CHECKING:
    from dispatch_client.provider import Provider
    from dispatch_client.trips import TripRequest


class TompTown(Town):
    """An operator that takes a commit first and finds the driver then."""

    operations = ("create", "look_up", "search", "get", "confirm", "cancel")

    def __init__(self) -> None:
        self.operator = FakeOperator()
        self.operator.postponed = True
        self.operator.drivers = self._drive
        super().__init__(self.operator, KEY)

    def _drive(self, ride: Ride) -> None:
        if ride.state == "CONDITIONAL_CONFIRMED":
            self.operator.does(ride, "accept", "prepare")

    def name_of(self, method: str, path: str, body: bytes) -> str:  # noqa: PLR0911 - one for each operation
        parts = path.partition("?")[0].strip("/").split("/")
        match method, *parts:
            case _, "planning", _:
                return "search"
            case "POST", "bookings":
                return "create"
            case "POST", "bookings", _, "events":
                return "confirm" if json.loads(body)["operation"] == "COMMIT" else "cancel"
            case "POST", "bookings", _, "notifications":
                return "coming"
            case "GET", "bookings", native_id:
                # Before its commit a booking is read for one reason alone: nobody knows whether it was made.
                held = {ride.id: ride.state for ride in self.operator.rides}
                return "look_up" if held.get(native_id, "PENDING") == "PENDING" else "get"
            case "GET", "bookings":
                return "look_up"
        return "health" if parts[0] == "operator" else parts[0]

    def provider(self) -> Provider:
        return TompProvider(self.proxy.url, self.token, maas_id=MAAS_ID, limits=LIMITS)

    def wish(self) -> TripRequest:
        self.more_taxis()
        return wish_in_utrecht()

    def more_taxis(self) -> None:
        with self.operator.lock:
            for taxi in self.operator.taxis:
                taxi.free = False
            for wait_s in range(120, 600, 40):
                self.operator.add(Taxi(f"taxi-{len(self.operator.taxis)}", float(wait_s)))

    def rows(self) -> list[tuple[str, bool]]:
        return [(ride.asked["extraInfo"]["clientRef"], ride.state in ALIVE) for ride in self.operator.rides]
