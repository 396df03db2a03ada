"""The power fails while people are served: who was promised a taxi has one after the start, and nobody has two."""

from __future__ import annotations

import copy
import os
import shutil
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from disk_images import Left, cut_at
from disk_vfs import NotedDisk
from fakes_courier import Recorder, Rig
from fakes_dispatcher import FULL, FakeClock, FakeDispatcher, Fate, Ride, S, wish

from dispatch_client.attempts import attempt_ref
from dispatch_client.courier import Listener
from dispatch_client.outbox import load_key
from dispatch_client.provider import Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dispatch_client.trips import Trip

CUTS = int(os.environ.get("TAXI_CUTS", "80"))
LOOKS = Capabilities(find_by_ref=True, needs_confirm=True, passenger_coming=True, settle_s=10)


class Remembered(FakeDispatcher):
    """Keeps what it had after which step of the box's disk: its own disk does not fail with ours."""

    def __init__(self, clock: FakeClock, capabilities: Capabilities, disk: NotedDisk) -> None:
        super().__init__(clock, capabilities)
        self.disk = disk
        self.had: list[tuple[int, list[Ride]]] = [(0, [])]

    def _meet(self, operation: str, about: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - as its parent
        try:
            return super()._meet(operation, about, work)
        finally:
            self._keep()

    def move(self, *args: Any, **kwargs: Any) -> Ride:  # noqa: ANN401 - as its parent
        try:
            return super().move(*args, **kwargs)
        finally:
            self._keep()

    def _keep(self) -> None:
        self.had.append((len(self.disk.steps), copy.deepcopy(self.rides)))

    def at(self, place: int) -> list[list[Ride]]:
        """What it may have had then: exchanges that fell between two steps were before the cut, or never were."""
        same = [rides for at, rides in self.had if at == place]
        return [next(rides for at, rides in reversed(self.had) if at < max(1, place)), *same]


class Timed(Recorder):
    """Keeps after which step of the disk a trip was told."""

    def __init__(self, disk: NotedDisk) -> None:
        super().__init__()
        self.disk = disk
        self.told_at: list[tuple[int, Trip]] = []

    def listener(self) -> Listener:
        listener = super().listener()
        listener.on_trip = self._told
        return listener

    def _told(self, trip: Trip) -> None:
        self.trips.append(trip)
        self.told_at.append((len(self.disk.steps), trip))


class Afternoon:
    """Some people's trips on a disk that is noted."""

    def __init__(self, folder: Path, capabilities: Capabilities) -> None:
        load_key(folder / "key")
        self.files = {"key": (folder / "key").read_bytes(), "trips.lock": b""}
        self.clock = FakeClock()
        with NotedDisk() as disk:
            self.dispatcher = Remembered(self.clock, capabilities, disk)
            rig = Rig(folder, clock=self.clock, dispatcher=self.dispatcher)
            rig.told = self.told = Timed(disk)
            rig.courier = rig.made()
            with rig:
                self._pass(rig)
            self.steps = disk.steps

    def _pass(self, rig: Rig) -> None:
        served, left, called_off, unsent = (wish(number) for number in range(1, 5))
        for press in (served, left):
            rig.press(press)
        self.dispatcher.next("create", Fate.LOST_REPLY)
        rig.press(called_off)
        rig.pass_s(3)
        self.dispatcher.move(S.OFFERED, served.client_ref)
        self.dispatcher.move(S.OFFERED, left.client_ref)
        rig.pass_s(4)
        rig.cancel(called_off.client_ref)
        self.dispatcher.next("cancel", Fate.LOST_REPLY)
        self.dispatcher.move(S.CANCELLED_BY_DRIVER, left.client_ref)
        rig.pass_s(6)
        rig.cancel(left.client_ref)
        self.dispatcher.line_up = False
        rig.pass_s(1)
        rig.press(unsent)
        rig.pass_s(2)
        self.dispatcher.line_up = True
        self.dispatcher.move(S.COMPLETED, served.client_ref)
        rig.pass_s(20)


def after(folder: Path, afternoon: Afternoon, rides: list[Ride]) -> tuple[Rig, FakeDispatcher]:
    """The same box half a minute later."""
    clock = copy.copy(afternoon.clock)
    dispatcher = FakeDispatcher(clock, afternoon.dispatcher.capabilities)
    dispatcher.rides = copy.deepcopy(rides)
    for ride in dispatcher.rides:
        ride.made_at = 0.0  # the box's clock begins anew; the dispatcher has had it for long
    rig = Rig(folder, clock=clock, dispatcher=dispatcher)
    clock.reboot()
    rig.courier.open()
    rig.pass_s(25)
    return rig, dispatcher


def check(rig: Rig, dispatcher: FakeDispatcher, last: dict[str, Trip]) -> None:
    for ref, told in last.items():
        kept = rig.on_disk(ref)
        assert kept is not None, "an acknowledged trip vanished"
        keys = {attempt_ref(ref, number) for number in range(1, 6)}
        alive = [ride for ride in dispatcher.alive() if ride.ref in keys]
        assert len(alive) <= 1
        assert len({ride.ref for ride in dispatcher.rides if ride.ref in keys}) == sum(
            ride.ref in keys for ride in dispatcher.rides
        ), "an attempt was booked twice"
        if told.status is S.CANCELLED_BY_RIDER:
            assert not alive
        elif not kept.ended and not kept.cancelling:
            assert alive, f"told {told.status}, and nobody is coming"


@pytest.mark.timeout(60 + CUTS)
@pytest.mark.parametrize("capabilities", [FULL, LOOKS], ids=["idempotent", "looks"])
def test_after_a_power_cut_each_promise_is_kept_once(
    tmp_path: Path, capabilities: Capabilities, count: Callable[[str, int], None]
) -> None:
    afternoon, rng, cuts = Afternoon(tmp_path / "before", capabilities), Random(3), 0  # noqa: S311 - repeatable
    steps = afternoon.steps
    places = sorted(rng.sample(range(len(steps)), min(len(steps), CUTS)))
    for place, disk in cut_at(steps, places, afternoon.files):
        last = {trip.ref: trip for at, trip in afternoon.told.told_at if at <= place}
        for rides in afternoon.dispatcher.at(place):
            disk.cut(tmp_path / "cut", rng.choice(list(Left)), rng)
            rig, dispatcher = after(tmp_path / "cut", afternoon, rides)
            try:
                check(rig, dispatcher, last)
            finally:
                rig.courier.stop()
            shutil.rmtree(tmp_path / "cut")
            cuts += 1
    assert cuts >= min(CUTS, 50)
    count("power cuts in the middle of a visit: each promise kept once", cuts)
