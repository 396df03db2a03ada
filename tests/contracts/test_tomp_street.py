"""The built-in adapter for TOMP-API keeps the contract, against our own stand-in for an operator."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_client.contract import ProviderContract, Street
from dispatch_client.http import Limits
from dispatch_client.provider import Provider
from dispatch_client.providers.tomp import TompProvider
from dispatch_client.trips import TripRequest, TripStatus

sys.path.append(str(Path(__file__).parents[1] / "dispatch"))  # the stand-in lives beside the adapter's own tests

from fake_operator import KEY, MAAS_ID, FakeOperator, wish
from fake_operator_world import ALIVE, Ride, Taxi

MOVES = {TripStatus.OFFERED: (), TripStatus.IN_PROGRESS: ("on_board",), TripStatus.COMPLETED: ("finish",)}
REQUESTS = {"create": ("POST", "/bookings"), "get": ("GET", "/bookings/"), "cancel": ("POST", "/bookings/")}


class OperatorStreet:
    """An operator with taxis that leave as soon as they are committed."""

    def __init__(self, operator: FakeOperator) -> None:
        self.operator = operator
        self.made: list[Provider] = []
        operator.drivers = self._drive
        for number in range(6):
            operator.add(Taxi(f"taxi-{number}", 200.0 + number))

    def _drive(self, ride: Ride) -> None:
        if ride.state == "CONFIRMED" and not ride.plated:
            self.operator.does(ride, "prepare")

    def provider(self) -> Provider:
        self.made.append(TompProvider(self.operator.url, KEY, maas_id=MAAS_ID, limits=Limits(read_s=2)))
        return self.made[-1]

    def request(self) -> TripRequest:
        return wish()

    def _rides(self, ref: str) -> list[Ride]:
        return [ride for ride in self.operator.rides if ride.asked["extraInfo"] == {"clientRef": ref}]

    def alive(self, ref: str) -> int:
        return sum(1 for ride in self._rides(ref) if ride.state in ALIVE)

    def move(self, ref: str, status: TripStatus) -> None:
        self.operator.does(self._rides(ref)[0], *MOVES[status])

    def lose_next_reply(self, operation: str) -> None:
        self.operator.lose_next(*REQUESTS[operation])

    def nonsense_next(self, operation: str) -> None:
        self.operator.answer_next(*REQUESTS[operation], 200, b"<html>Welcome</html>")

    def cut(self) -> None:
        self.operator.__exit__(None, None, None)


class TestTomp(ProviderContract):
    @pytest.fixture
    def street(self) -> Iterator[Street]:
        operator = FakeOperator()
        operator.__enter__()
        street = OperatorStreet(operator)
        yield street
        for provider in street.made:
            provider.close()
        street.cut()
        assert operator.violations == []
