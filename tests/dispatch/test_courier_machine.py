"""Whatever happens in whatever order: no acknowledged trip vanishes, none is booked twice, none is sent too late."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from fakes_courier import Held, Rig
from fakes_dispatcher import FULL, FakeClock, FakeDispatcher, Fate, Ride, S, wish
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dispatch_client.attempts import attempt_ref
from dispatch_client.courier import Policy
from dispatch_client.errors import Refusal, Refused
from dispatch_client.ladder import Rung
from dispatch_client.provider import Capabilities
from dispatch_client.trips import Booking, TripStatus

POLICY = Policy(deadline_s=100, answer_s=50, search_s=120, again_s=10)
KINDS = {
    "idempotent": replace(FULL, widen=True),
    "looks": Capabilities(find_by_ref=True, needs_confirm=True, passenger_coming=True, settle_s=10),
    "blind": Capabilities(needs_confirm=True),
}
FATES = st.sampled_from(
    [
        Fate.LOST_REQUEST,
        Fate.LOST_REPLY,
        Fate.NONSENSE,
        Fate.UNREACHABLE,
        Refused(Refusal.NO_DRIVERS, "nobody"),
        Refused(Refusal.RATE_LIMITED, "slow down"),
        Refused(Refusal.UNAVAILABLE, "not taken"),
    ]
)
NEWS = st.sampled_from([S.OFFERED, S.DRIVER_ASSIGNED, S.ARRIVED, S.IN_PROGRESS, S.COMPLETED, S.NO_DRIVERS, S.UNKNOWN])
OPERATIONS = st.sampled_from(["create", "get", "find_by_ref", "cancel", "confirm", "coming", "widen", "health"])


class Watch:
    """What really was wanted when, whatever clocks say."""

    def __init__(self) -> None:
        self.wanted: dict[str, float] = {}
        """Real seconds (across reboots) at which each trip was last asked for."""
        self.real_s = 0.0
        self.too_late: list[str] = []

    def created(self, ref: str) -> None:
        trip = self.owner(ref)
        if trip and self.real_s - self.wanted[trip] > POLICY.deadline_s + 1:
            self.too_late.append(ref)

    def owner(self, attempt_ref: str) -> str | None:
        """The trip that an attempt belongs to."""
        return next((trip for trip in self.wanted if attempt_ref in self.keys(trip)), None)

    def keys(self, trip: str) -> set[str]:
        return {attempt_ref(trip, number) for number in range(1, 40)}


class Watched(FakeDispatcher):
    """Notes when each attempt was created, and how long ago its trip was wanted then."""

    def __init__(self, name: str, clock: FakeClock, capabilities: Capabilities, watch: Watch) -> None:
        super().__init__(clock, capabilities)
        self.name = name
        self.watch = watch

    def _create(self, ref: str, payload: bytes) -> Booking:
        known = len(self.rides)
        booking = super()._create(ref, payload)
        if len(self.rides) > known:
            self.watch.created(ref)
        return booking


class CourierMachine(RuleBasedStateMachine):
    """Presses, faults, delays, restarts and time, in any order."""

    presses = Bundle("presses")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.acknowledged: set[str] = set()
        self.rig: Rig | None = None

    @initialize(kind=st.sampled_from(sorted(KINDS)), other=st.sampled_from(["", *sorted(KINDS)]))
    def begin(self, kind: str, other: str) -> None:
        """One dispatcher, or two of any kinds: the search is widened after 20 s and handed on after 40 s."""
        clock, self.watch = FakeClock(), Watch()
        self.dispatchers = [Watched("near", clock, KINDS[kind], self.watch)]
        above = []
        if other:
            self.dispatchers.append(Watched("other", clock, KINDS[other], self.watch))
            above = [Rung(self.dispatchers[0], 20, wider=True), Rung(self.dispatchers[1], 40)]
        self.lanes = Held()
        rig = Rig(
            self.folder, policy=POLICY, lanes=self.lanes, clock=clock, dispatcher=self.dispatchers[0], above=above
        )
        self.rig = rig
        self.go()

    def teardown(self) -> None:
        if self.rig is not None:
            self.rig.courier.stop()
        shutil.rmtree(self.folder)

    # -- what people do ----------------------------------------------------------------------------------------------

    @rule(target=presses)
    def press(self) -> str:
        request = wish()
        self.watch.wanted[request.client_ref] = self.watch.real_s
        self.the_rig.press(request)
        return request.client_ref

    @rule(ref=presses)
    def press_is_repeated(self, ref: str) -> None:
        trips = self.the_rig.told.of(ref)
        if trips:
            self.the_rig.press(trips[-1].request)

    @rule(ref=presses)
    def cancel(self, ref: str) -> None:
        self.the_rig.cancel(ref)

    @rule(ref=consumes(presses))
    def cancel_and_forget(self, ref: str) -> None:
        self.the_rig.cancel(ref)

    @rule(ref=presses)
    def still_wanted(self, ref: str) -> None:
        trips = self.the_rig.told.of(ref)
        if trips and trips[-1].asks_again and not trips[-1].ended:
            self.watch.wanted[ref] = self.watch.real_s
        self.the_rig.courier.still_wanted(ref)
        self.the_rig.settle()

    @rule(ref=presses)
    def coming(self, ref: str) -> None:
        self.the_rig.courier.coming(ref)
        self.the_rig.settle()

    # -- what the line and the dispatcher do -------------------------------------------------------------------------

    @rule(at=st.integers(0, 1), operation=OPERATIONS, fate=FATES, times=st.integers(1, 3))
    def spoil(self, at: int, operation: str, fate: Fate | Refused, times: int) -> None:
        self.dispatchers[at % len(self.dispatchers)].next(operation, *[fate] * times)

    @rule(at=st.integers(0, 1), up=st.booleans())
    def line(self, at: int, *, up: bool) -> None:
        self.dispatchers[at % len(self.dispatchers)].line_up = up

    @property
    def rides(self) -> list[tuple[Watched, Ride]]:
        return [(one, ride) for one in self.dispatchers for ride in one.rides]

    @precondition(lambda self: self.rides)
    @rule(which=st.integers(0, 20), status=NEWS)
    def the_ride_goes_on(self, which: int, status: TripStatus) -> None:
        dispatcher, ride = self.rides[which % len(self.rides)]
        if ride.alive:
            dispatcher.move(status, ride.ref)

    @precondition(lambda self: self.rides)
    @rule(which=st.integers(0, 20))
    def the_driver_cancels(self, which: int) -> None:
        dispatcher, ride = self.rides[which % len(self.rides)]
        if ride.alive:
            dispatcher.move(S.CANCELLED_BY_DRIVER, ride.ref)
            trip = self.watch.owner(ride.ref)
            if trip:  # somebody who was promised a taxi wants the next one from now on
                self.watch.wanted[trip] = self.watch.real_s + 60

    # -- what exchanges do: they end late, or in another order -------------------------------------------------------

    @rule()
    def go(self) -> None:
        """Everything that is under way ends."""
        for _ in range(6):
            while self.lanes.waiting:
                self.lanes.go()
            self.the_rig.settle()

    @precondition(lambda self: self.lanes.waiting)
    @rule(which=st.integers(0, 20))
    def one_goes(self, which: int) -> None:
        self.lanes.go(which % len(self.lanes.waiting))
        self.the_rig.settle()

    @rule(seconds=st.sampled_from([0.5, 2, 5, 15, 40, 95, 110]))
    def time_passes(self, seconds: float) -> None:
        self.watch.real_s += seconds
        self.the_rig.pass_s(seconds)

    # -- what the box does -------------------------------------------------------------------------------------------

    @rule(old_packets=st.booleans())
    def restart(self, *, old_packets: bool) -> None:
        """The process dies; what it had handed to the network may still get there."""
        under_way = list(self.lanes.waiting)
        self.lanes.waiting.clear()
        if old_packets:
            for send in under_way:
                send()
        self.the_rig.restart()

    @rule(off_s=st.sampled_from([5.0, 60.0, 200.0]), trusted=st.booleans())
    def reboot(self, off_s: float, *, trusted: bool) -> None:
        self.lanes.waiting.clear()
        self.watch.real_s += off_s
        self.the_rig.clock.reboot(off_s=off_s, trusted=trusted)
        self.the_rig.restart()

    # -- what must hold ----------------------------------------------------------------------------------------------

    @property
    def the_rig(self) -> Rig:
        assert self.rig is not None
        return self.rig

    @invariant()
    def no_acknowledged_trip_vanishes(self) -> None:
        if self.rig is None:
            return
        self.acknowledged |= {trip.ref for trip in self.rig.told.trips}
        for ref in self.acknowledged:
            assert self.rig.on_disk(ref) is not None

    @invariant()
    def at_most_one_ride_is_alive_for_each_press(self) -> None:
        if self.rig is None:
            return
        alive = [self.watch.owner(ride.ref) for _, ride in self.rides if ride.alive]
        assert len(alive) == len(set(alive))
        assert None not in alive

    @invariant()
    def nothing_is_created_after_its_deadline(self) -> None:
        if self.rig is not None:
            assert self.watch.too_late == []

    @invariant()
    def an_end_is_final(self) -> None:
        if self.rig is None:
            return
        for ref in self.acknowledged:
            told = self.rig.told.of(ref)
            ended = [i for i, trip in enumerate(told) if trip.ended]
            if ended:
                assert {trip.status for trip in told[ended[0] :]} == {told[ended[0]].status}
                if told[-1].status is S.CANCELLED_BY_RIDER:
                    keys = self.watch.keys(ref)
                    assert not [ride for _, ride in self.rides if ride.alive and ride.ref in keys]

    @invariant()
    def nothing_went_wrong_inside(self) -> None:
        if self.rig is not None:
            assert [fault for fault in self.rig.told.faults if "in the courier" in fault] == []


@pytest.mark.timeout(600)
def test_any_order_of_events() -> None:
    """`TAXI_EXAMPLES=2000` tries more orders."""
    examples = int(os.environ.get("TAXI_EXAMPLES", "60"))
    run_state_machine_as_test(
        CourierMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
