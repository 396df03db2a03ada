"""The built-in adapter for the Hail API keeps the contract."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dispatch_client.contract import ProviderContract, Street, wish
from dispatch_client.http import Limits
from dispatch_client.provider import Provider
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.sandbox import Behaviour, Sandbox
from dispatch_client.trips import ENDS, TripRequest, TripStatus

OPERATIONS = {"create": "createTrip", "get": "getTrip", "cancel": "cancelTrip"}


class SandboxStreet:
    """The embedded dispatcher, its time moved by hand."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.made: list[Provider] = []

    def provider(self) -> Provider:
        self.made.append(HailApiProvider(self.sandbox.url, self.sandbox.token, limits=Limits(read_s=2)))
        return self.made[-1]

    def request(self) -> TripRequest:
        return wish()

    def alive(self, ref: str) -> int:
        return sum(1 for trip in self.sandbox.trips() if trip["client_ref"] == ref and trip["status"] not in ENDS)

    def move(self, ref: str, status: TripStatus) -> None:
        for _ in range(3600):
            if any(t["client_ref"] == ref and t["status"] == status for t in self.sandbox.trips()):
                return
            self.sandbox.advance(1)
        raise AssertionError(f"it never came to {status}")

    def lose_next_reply(self, operation: str) -> None:
        self.sandbox.lose_next_reply(OPERATIONS[operation])

    def nonsense_next(self, operation: str) -> None:
        self.sandbox.garbage_next(OPERATIONS[operation])

    def cut(self) -> None:
        self.sandbox.cut()


class TestHailApi(ProviderContract):
    @pytest.fixture
    def street(self) -> Iterator[Street]:
        with Sandbox(behaviour=Behaviour.OFFERS, speed=1e-9) as sandbox:
            street = SandboxStreet(sandbox)
            yield street
            for provider in street.made:
                provider.close()
