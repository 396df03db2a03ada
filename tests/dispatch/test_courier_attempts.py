"""An attempt may end while the wish to ride does not: what follows, when, and what never does."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fakes_courier import Rig
from fakes_dispatcher import CAR, FULL, S

from dispatch_client.attempts import attempt_ref
from dispatch_client.courier import Policy
from dispatch_client.errors import Refusal, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dispatch_client.trips import Booking


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Rig(tmp_path) as made:
        yield made


def test_the_driver_cancels_and_the_next_attempt_follows_at_once(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.move(S.DRIVER_ASSIGNED)
    rig.pass_s(3)
    rig.dispatcher.move(S.CANCELLED_BY_DRIVER)
    rig.pass_s(6)
    assert [ride.ref for ride in rig.dispatcher.rides] == [ref, attempt_ref(ref, 2)]
    assert len(rig.dispatcher.alive()) == 1
    trip = rig.trip(ref)
    assert (trip.status, len(trip.attempts), trip.lost_vehicle) == (S.REQUESTED, 2, CAR)


def test_a_driver_who_stood_there_and_left_is_not_followed_by_another_unasked(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.move(S.ARRIVED)
    rig.pass_s(3)
    rig.dispatcher.move(S.CANCELLED_BY_DRIVER)
    rig.pass_s(30)
    assert rig.trip(ref).asks_again
    assert len(rig.dispatcher.rides) == 1
    rig.courier.still_wanted(ref)
    rig.pass_s(1)
    assert len(rig.dispatcher.rides) == 2
    assert not rig.trip(ref).asks_again


def test_who_sat_in_the_taxi_gets_no_second_one(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.move(S.IN_PROGRESS)
    rig.pass_s(3)
    rig.dispatcher.move(S.CANCELLED_BY_DRIVER)
    rig.pass_s(120)
    assert rig.status(ref) is S.CANCELLED_BY_DRIVER
    assert len(rig.dispatcher.rides) == 1


def test_no_taxi_is_asked_again_with_pauses_until_the_search_is_over(tmp_path: Path) -> None:
    with Rig(tmp_path, policy=Policy(search_s=60, again_s=10)) as rig:
        rig.dispatcher.next("create", *[Refused(Refusal.NO_DRIVERS, "nobody")] * 50)
        ref = rig.press()
        assert rig.status(ref) is S.QUEUED
        rig.pass_s(59)
        assert 5 <= rig.dispatcher.count("create") <= 7
        rig.pass_s(30)
        assert rig.status(ref) is S.NO_DRIVERS
        assert rig.dispatcher.count("create") <= 8


def test_a_second_try_may_find_a_taxi(rig: Rig) -> None:
    rig.dispatcher.next("create", Refused(Refusal.NO_DRIVERS, "nobody"))
    ref = rig.press()
    rig.pass_s(13)
    assert rig.status(ref) is S.REQUESTED
    assert len(rig.trip(ref).attempts) == 2


@pytest.mark.parametrize(
    ("refusal", "end"),
    [
        (Refusal.RIDER_BLOCKED, S.REJECTED),
        (Refusal.OUT_OF_AREA, S.REJECTED),
        (Refusal.AUTH, S.FAILED),
        (Refusal.INVALID_REQUEST, S.FAILED),
    ],
)
def test_a_refusal_for_good_ends_the_trip_and_is_never_repeated(rig: Rig, refusal: Refusal, end: object) -> None:
    rig.dispatcher.next("create", *[Refused(refusal, "no")] * 9)
    ref = rig.press()
    rig.pass_s(120)
    assert rig.status(ref) is end
    assert rig.dispatcher.count("create") == 1
    assert any(refusal.value in fault or "refused to create" in fault for fault in rig.told.faults)


def test_too_many_requests_are_sent_again_when_the_dispatcher_says_so(rig: Rig) -> None:
    rig.dispatcher.next("create", Refused(Refusal.RATE_LIMITED, "slow down", retry_after_s=20))
    ref = rig.press()
    assert rig.status(ref) is S.QUEUED
    rig.pass_s(15)
    assert rig.dispatcher.count("create") == 1
    rig.pass_s(10)
    assert rig.status(ref) is S.REQUESTED
    assert len(rig.trip(ref).attempts) == 1


def test_a_booking_the_dispatcher_forgot_is_believed_gone_only_after_a_while(rig: Rig) -> None:
    ref = rig.press()
    rig.dispatcher.next("get", *[Refused(Refusal.NOT_FOUND, "never heard of it")] * 2)
    rig.pass_s(8)
    assert len(rig.trip(ref).attempts) == 1
    assert rig.status(ref) is S.REQUESTED
    rig.dispatcher.next("get", *[Refused(Refusal.NOT_FOUND, "never heard of it")] * 5)
    rig.pass_s(35)
    assert len(rig.trip(ref).attempts) == 2


def test_no_taxi_by_push_keeps_the_pause_before_the_next_attempt(tmp_path: Path) -> None:
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
        push[0](ref, rig.dispatcher.move(S.NO_DRIVERS).booking())
        rig.pass_s(10)
        assert rig.status(ref) is S.QUEUED
        assert rig.dispatcher.count("create") == 1
        rig.pass_s(3)
        assert rig.dispatcher.count("create") == 2
