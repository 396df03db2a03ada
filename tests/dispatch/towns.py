"""Two towns with a real dispatcher each, behind a proxy that can spoil any exchange; time passes when a box says so."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from fake_register import KEY, FakeRegister
from fake_register import wish as wish_in_paris
from fake_register_world import ENDED, Hail, Taxi
from fakes_dispatcher import FakeClock, wish
from fault_proxy import FaultProxy
from faulty_server import FaultyServer

from dispatch_client.http import Limits
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.providers.letaxi import LeTaxiProvider
from dispatch_client.sandbox import Behaviour, Sandbox
from dispatch_client.trips import ENDS

if TYPE_CHECKING:
    from types import TracebackType

    from dispatch_client.provider import Provider
    from dispatch_client.trips import TripRequest

LIMITS = Limits(connect_s=0.5, read_s=0.06, total_s=0.1)
"""What hangs costs a tenth of a second of the tests; a loaded machine that takes longer is one more fault."""


class QuietHailApi(HailApiProvider):
    """Without the stream of news, so that every read is one that was asked for."""

    capabilities = replace(HailApiProvider.capabilities, push=False)


class Town:
    """A dispatcher and the way to it. The fake clock of the box is the town's clock too."""

    operations: tuple[str, ...] = ()
    changing: tuple[str, ...] = ("create", "confirm", "cancel")
    """Operations that change something there, so that it matters whether a request got through."""

    def __init__(self, dispatcher: Sandbox | FaultyServer, token: str) -> None:
        self.dispatcher = dispatcher
        self.token = token
        self.clock = TownClock(self)

    def __enter__(self) -> Self:
        self.dispatcher.__enter__()
        self.proxy = FaultProxy(self.dispatcher.url, self.name_of)
        self.proxy.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.proxy.__exit__(kind, error, trace)
        self.dispatcher.__exit__(kind, error, trace)

    def name_of(self, method: str, path: str, body: bytes) -> str:
        """Which operation of the port a request belongs to."""
        raise NotImplementedError

    def provider(self) -> Provider:
        raise NotImplementedError

    def wish(self) -> TripRequest:
        """A press, where taxis are free."""
        raise NotImplementedError

    def more_taxis(self) -> None:
        """See to it that some are free."""

    def passes(self, seconds: float) -> None:
        """Let time pass of which a box with a clock of its own knows nothing."""

    def rows(self) -> list[tuple[str, bool]]:
        """The dispatcher's own record: reference and whether it is alive, of everything that it ever booked."""
        raise NotImplementedError


class TownClock(FakeClock):
    """The box's clock, on which the town's time passes with it."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self._town = town

    def pass_s(self, seconds: float) -> None:
        super().pass_s(seconds)
        self._town.dispatcher.advance(seconds)


class HailTown(Town):
    """The sandbox, where a driver waits for our word before he comes."""

    operations = ("create", "look_up", "get", "confirm", "cancel")

    def __init__(self) -> None:
        self.sandbox = Sandbox(speed=0, behaviour=Behaviour.OFFERS)
        super().__init__(self.sandbox, self.sandbox.token)

    def name_of(self, method: str, path: str, body: bytes) -> str:
        if path == "/v1/health":
            return "health"
        if path.startswith("/v1/trips?"):
            return "look_up"
        if method == "GET":
            return "get"
        return "create" if path == "/v1/trips" else path.rsplit("/", 1)[1].removeprefix("passenger-")

    def provider(self) -> Provider:
        return QuietHailApi(self.proxy.url, self.token, limits=LIMITS)

    def wish(self) -> TripRequest:
        return wish()

    def passes(self, seconds: float) -> None:
        if all(trip["status"] != "offered" for trip in self.sandbox.trips()):  # a driver waits for our word
            self.sandbox.advance(seconds)

    def rows(self) -> list[tuple[str, bool]]:
        return [(trip["client_ref"], trip["status"] not in ENDS) for trip in self.sandbox.trips()]


class RegisterTown(Town):
    """The register, in whose streets a driver takes what he sees."""

    operations = ("create", "look_up", "search", "get", "confirm", "cancel")

    def __init__(self) -> None:
        self.register = FakeRegister()
        self.register.drivers = self._drive
        super().__init__(self.register, KEY)

    def _drive(self, hail: Hail) -> None:
        if hail.status == "received_by_operator":
            self.register.taxi_does(hail, "received_by_taxi")
        elif hail.status == "received_by_taxi":
            self.register.taxi_does(hail, "accepted_by_taxi")

    def name_of(self, method: str, path: str, body: bytes) -> str:
        if path.startswith("/taxis"):
            return "search"
        if path.startswith("/hails/?"):
            return "health" if "taxi-kiosk-health" in path else "look_up"
        if method != "PUT":
            return "create" if method == "POST" else "get"
        members = json.loads(body)["data"][0]
        if "status" not in members:
            return "reason"
        return "confirm" if members["status"] == "accepted_by_customer" else "cancel"

    def provider(self) -> Provider:
        return LeTaxiProvider(self.proxy.url, self.token, limits=LIMITS)

    def wish(self) -> TripRequest:
        self.more_taxis()
        return wish_in_paris()

    def more_taxis(self) -> None:
        with self.register.lock:
            for taxi in self.register.taxis:
                taxi.status = "off" if taxi.status == "free" else taxi.status
            for metres in range(70, 490, 30):
                self.register.add(Taxi(f"taxi-{len(self.register.taxis)}", float(metres)))

    def rows(self) -> list[tuple[str, bool]]:
        return [(hail.asked["customer_id"], hail.status not in ENDED) for hail in self.register.hails]
