"""The built-in adapter for le.taxi keeps the contract, against our own stand-in for the register."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_client.contract import ProviderContract, Street
from dispatch_client.http import Limits
from dispatch_client.provider import Provider
from dispatch_client.providers.letaxi import LeTaxiProvider
from dispatch_client.trips import TripRequest, TripStatus

sys.path.append(str(Path(__file__).parents[1] / "dispatch"))  # the stand-in lives beside the adapter's own tests

from fake_register import KEY, FakeRegister, wish
from fake_register_world import ENDED, Taxi

STEPS = {
    TripStatus.OFFERED: ("received_by_taxi", "accepted_by_taxi"),
    TripStatus.IN_PROGRESS: ("customer_on_board",),
    TripStatus.COMPLETED: ("finished",),
}
METHODS = {"create": "POST", "get": "GET", "cancel": "PUT"}


class RegisterStreet:
    """A register with taxis whose drivers do as they are told."""

    def __init__(self, register: FakeRegister) -> None:
        self.register = register
        self.made: list[Provider] = []
        for number in range(6):
            register.add(Taxi(f"taxi-{number}", 50.0 + number))

    def provider(self) -> Provider:
        self.made.append(LeTaxiProvider(self.register.url, KEY, limits=Limits(read_s=2)))
        return self.made[-1]

    def request(self) -> TripRequest:
        return wish()

    def alive(self, ref: str) -> int:
        hails = [hail for hail in self.register.hails if hail.asked["customer_id"] == ref]
        return sum(1 for hail in hails if hail.status not in ENDED)

    def move(self, ref: str, status: TripStatus) -> None:
        hail = next(hail for hail in self.register.hails if hail.asked["customer_id"] == ref)
        self.register.taxi_does(hail, *STEPS[status])

    def lose_next_reply(self, operation: str) -> None:
        self.register.lose_next(METHODS[operation], "/hails/")

    def nonsense_next(self, operation: str) -> None:
        self.register.answer_next(METHODS[operation], "/hails/", 200, b"<html>Welcome</html>")

    def cut(self) -> None:
        self.register.__exit__(None, None, None)


class TestLeTaxi(ProviderContract):
    @pytest.fixture
    def street(self) -> Iterator[Street]:
        register = FakeRegister()
        register.__enter__()
        street = RegisterStreet(register)
        yield street
        for provider in street.made:
            provider.close()
        street.cut()
