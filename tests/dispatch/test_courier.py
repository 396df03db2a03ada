"""A press becomes one booking, is told as it stands, and is resumed after a restart in any status."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fakes_courier import Recorder, Rig
from fakes_dispatcher import CAR, DRIVER, FULL, Fate, S, wish

from dispatch_client.courier import Courier
from dispatch_client.errors import Refusal, Refused, Unreachable
from dispatch_client.ladder import Ladder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dispatch_client.trips import Booking, Trip, TripStatus


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Rig(tmp_path) as made:
        yield made


def test_a_press_is_on_disk_before_it_is_told_and_told_before_it_is_sent(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    seen: list[tuple[bool, int]] = []

    class Watching(list["Trip"]):
        def append(self, trip: Trip) -> None:
            seen.append((rig.on_disk(trip.ref) is not None, rig.dispatcher.count("create")))
            super().append(trip)

    rig.told.trips = Watching()
    rig.courier = rig.made()
    with rig:
        rig.press()
    assert seen[0] == (True, 0)
    assert seen[-1] == (True, 1)


def test_the_reference_of_the_press_is_the_key_and_the_payload_never_changes(rig: Rig) -> None:
    rig.dispatcher.next("create", Fate.LOST_REQUEST, Fate.LOST_REPLY, Fate.NONSENSE)
    ref = rig.press()
    rig.restart()
    rig.pass_s(20)
    assert {about for name, about in rig.dispatcher.calls if name == "create"} == {ref}
    assert rig.dispatcher.count("create") >= 4
    assert [ride.payload for ride in rig.dispatcher.rides] == [f"{ref} 7".encode()]


def test_a_visit_from_press_to_end(rig: Rig) -> None:
    ref = rig.press()
    assert rig.status(ref) is S.REQUESTED
    rig.dispatcher.move(S.OFFERED)
    rig.pass_s(3)
    assert rig.dispatcher.count("confirm") == 1
    assert rig.status(ref) is S.DRIVER_ASSIGNED
    assert rig.trip(ref).vehicle == CAR
    assert rig.trip(ref).eta_at is not None
    rig.dispatcher.move(S.ARRIVED)
    rig.pass_s(7)
    rig.dispatcher.move(S.IN_PROGRESS)
    rig.pass_s(7)
    assert rig.status(ref) is S.IN_PROGRESS
    rig.dispatcher.move(S.COMPLETED)
    rig.pass_s(40)
    assert rig.status(ref) is S.COMPLETED
    last = rig.trip(ref).booking
    assert last is not None
    assert (last.vehicle, last.driver) == (CAR, DRIVER)
    calls = len(rig.dispatcher.calls)
    rig.pass_s(30)
    assert [name for name, _ in rig.dispatcher.calls[calls:] if name != "health"] == []


def test_a_second_ask_of_the_same_press_is_told_again_and_not_sent_again(rig: Rig) -> None:
    request = wish()
    rig.press(request)
    told = len(rig.told.trips)
    rig.press(request)
    assert len(rig.told.trips) == told + 1
    rig.dispatcher.move(S.COMPLETED)
    rig.pass_s(5)
    rig.press(request)
    assert rig.status(request.client_ref) is S.COMPLETED
    rig.restart()
    rig.press(request)
    assert rig.status(request.client_ref) is S.COMPLETED
    assert len(rig.dispatcher.rides) == 1


def test_two_people_have_two_trips(rig: Rig) -> None:
    first, second = rig.press(wish(1)), rig.press(wish(2))
    assert {ride.ref for ride in rig.dispatcher.rides} == {first, second}


def test_the_holder_stays_with_the_trip_and_never_reaches_the_dispatcher(rig: Rig) -> None:
    ref = rig.press(holder="hash-of-a-card")
    rig.restart()
    assert rig.trip(ref).holder == "hash-of-a-card"
    assert b"hash-of-a-card" not in rig.dispatcher.rides[0].payload


@pytest.mark.parametrize("status", [S.REQUESTED, S.OFFERED, S.DRIVER_ASSIGNED, S.ARRIVED, S.IN_PROGRESS])
def test_a_restart_goes_on_where_the_trip_stood(rig: Rig, status: TripStatus) -> None:
    ref = rig.press()
    rig.dispatcher.move(status)
    if status is not S.OFFERED:
        rig.pass_s(6)
        assert rig.status(ref) == status
    rig.restart()
    assert rig.told.trips[0].ref == ref
    assert rig.told.ready == [7]
    rig.dispatcher.move(S.COMPLETED)
    rig.pass_s(40)
    assert rig.status(ref) is S.COMPLETED
    assert len(rig.dispatcher.rides) == 1


def test_a_restart_while_queued_or_submitting_sends_it_once(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.line_up = False
        rig.pass_s(1)
        ref = rig.press()
        assert rig.status(ref) is S.QUEUED
        rig.restart()
        assert rig.told.trips[0].status is S.QUEUED
        rig.dispatcher.line_up = True
        rig.dispatcher.next("create", Fate.LOST_REPLY, Fate.LOST_REPLY)
        rig.pass_s(4)
        rig.restart()
        rig.pass_s(5)
        assert rig.status(ref) is S.REQUESTED
        assert len(rig.dispatcher.rides) == 1


def test_a_restart_while_cancelling_still_cancels(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.line_up = False
    rig.cancel(ref)
    assert rig.trip(ref).cancelling
    rig.restart()
    assert rig.told.trips[0].cancelling
    rig.dispatcher.line_up = True
    rig.pass_s(5)
    assert rig.status(ref) is S.CANCELLED_BY_RIDER
    assert rig.dispatcher.alive() == []


def test_an_unknown_status_is_no_end_and_changes_nothing(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.move(S.UNKNOWN)
    rig.pass_s(20)
    assert rig.status(ref) is S.REQUESTED
    assert rig.dispatcher.count("get") >= 5
    rig.dispatcher.move(S.DRIVER_ASSIGNED)
    rig.pass_s(7)
    assert rig.status(ref) is S.DRIVER_ASSIGNED


def test_the_passenger_says_that_they_come_or_cannot_see_the_taxi(rig: Rig) -> None:
    ref = rig.press()
    rig.courier.coming(ref)
    rig.settle()
    assert rig.dispatcher.count("coming") == 0  # there is no driver yet
    ride = rig.dispatcher.move(S.ARRIVED)
    rig.pass_s(3)
    rig.dispatcher.next("coming", Fate.LOST_REQUEST)
    rig.courier.coming(ref)
    rig.pass_s(2)
    rig.courier.coming(ref, can_see_taxi=False)
    rig.pass_s(2)
    assert ride.told == ["coming", "cannot see"]
    assert rig.trip(ref).coming


def test_an_answer_that_makes_no_sense_is_never_taken_for_a_delivery(rig: Rig) -> None:
    ref = rig.press()
    ride = rig.dispatcher.move(S.OFFERED)
    rig.dispatcher.next("confirm", Fate.NONSENSE)
    rig.dispatcher.next("confirm", Refused(Refusal.CONFLICT, "confirmed already"))
    before = len(rig.dispatcher.calls)
    rig.pass_s(10)
    assert ride.status is S.DRIVER_ASSIGNED
    assert rig.status(ref) is S.DRIVER_ASSIGNED
    assert len(rig.dispatcher.calls) - before < 12


def test_a_server_that_keeps_an_offer_open_is_not_flooded(rig: Rig) -> None:
    rig.press()
    rig.dispatcher.move(S.OFFERED)
    rig.dispatcher.next("confirm", *[Fate.NONSENSE] * 200)
    rig.dispatcher.capabilities = replace(FULL, needs_confirm=True)
    for ride in rig.dispatcher.rides:
        ride.booking = lambda ride=ride: replace(type(ride).booking(ride), status=S.OFFERED)  # type: ignore[method-assign, misc]
    before = len(rig.dispatcher.calls)
    rig.pass_s(30)
    assert len(rig.dispatcher.calls) - before < 60


def test_a_poll_that_says_nothing_new_costs_no_write(rig: Rig) -> None:
    ref = rig.press()
    wal = rig.folder / "trips.db-wal"
    size, news = wal.stat().st_size, rig.trip(ref).last_news_at
    rig.pass_s(30)
    assert rig.dispatcher.count("get") >= 10
    assert wal.stat().st_size == size
    latest = rig.trip(ref).last_news_at
    assert latest is not None
    assert news is not None
    assert latest > news


def test_a_provider_that_cannot_prepare_loses_the_press_aloud(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.prepare = lambda _request, _ref: 1 / 0  # type: ignore[method-assign, assignment, return-value]
        request = wish()
        rig.press(request)
        assert [lost for lost, _ in rig.told.lost] == [request]
        assert rig.told.trips == []
        assert rig.on_disk(request.client_ref) is None


def test_one_trip_that_goes_wrong_does_not_keep_the_others(rig: Rig) -> None:
    bad, good = wish(1), wish(2)
    rig.press(bad)
    real = rig.dispatcher.prepare
    rig.dispatcher.prepare = lambda request, ref: real(request, ref) if request != bad else 1 / 0  # type: ignore[method-assign, assignment, return-value]
    rig.dispatcher.move(S.CANCELLED_BY_DRIVER)  # so a new attempt must be prepared
    rig.press(good)
    before = len(rig.told.faults)
    rig.pass_s(60)
    assert rig.status(good.client_ref) is S.REQUESTED
    assert 1 <= len(rig.told.faults) - before < 40


def test_the_thread_takes_presses_and_stops(tmp_path: Path) -> None:
    with Rig(tmp_path / "unused") as rig:
        recorder, asked = Recorder(), threading.Event()
        listener = recorder.listener()

        def on_trip(trip: Trip) -> None:
            recorder.trips.append(trip)
            if trip.status is S.REQUESTED:
                asked.set()

        listener.on_trip = on_trip
        courier = Courier(lambda: Rig(tmp_path).open_outbox(), Ladder.of(rig.dispatcher), listener)
        courier.start()
        request = wish()
        courier.ask(request)
        assert asked.wait(10)
        courier.stop()
        assert recorder.store == [True]
        assert recorder.ready == [0]
        again = Rig(tmp_path).open_outbox()
        assert [case.trip.ref for case in again.live()] == [request.client_ref]
        again.close()


def test_the_pushed_news_needs_no_poll(tmp_path: Path) -> None:
    push: list[Callable[[str, Booking], None]] = []
    following = threading.Event()
    rig = Rig(tmp_path, capabilities=replace(FULL, push=True))

    def follow(on_booking: Callable[[str, Booking], None], stop: threading.Event) -> None:
        push.append(on_booking)
        following.set()
        stop.wait(20)

    rig.dispatcher.follow = follow  # type: ignore[method-assign]
    with rig:
        assert following.wait(5)
        ref = rig.press()
        reads = rig.dispatcher.count("get")
        push[0](ref, rig.dispatcher.move(S.DRIVER_ASSIGNED).booking())
        rig.settle()
        assert rig.status(ref) is S.DRIVER_ASSIGNED
        rig.pass_s(11)
        assert rig.dispatcher.count("get") == reads  # every 15 s beside a push that lives
        # Old news that comes late is dropped by its revision.
        push[0](ref, replace(rig.dispatcher.rides[0].booking(), status=S.REQUESTED, revision=1))
        rig.settle()
        assert rig.status(ref) is S.DRIVER_ASSIGNED
        # "No taxi" by push keeps to the pause before the next attempt.
        push[0](ref, replace(rig.dispatcher.move(S.NO_DRIVERS).booking()))
        rig.settle()
        assert len(rig.trip(ref).attempts) == 2


def test_unreachable_at_the_first_send_is_told_as_queued(rig: Rig) -> None:
    rig.dispatcher.next("create", Unreachable("no name"))
    rig.dispatcher.next("health", Unreachable("no name"))
    ref = rig.press()
    assert rig.status(ref) is S.QUEUED
    rig.pass_s(5)
    assert rig.status(ref) is S.REQUESTED
