"""Offers that are gone, drivers who decline, and cancels in each phase, at a TOMP-API operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fake_operator_world import OFFER_S, PENDING_S, POSTPONED_S
from tomp_desk import made_for, posted, press, refusal_of

from dispatch_client.errors import Refusal
from dispatch_client.trips import ENDS, TripStatus

if TYPE_CHECKING:
    from fake_operator import FakeOperator

    from dispatch_client.providers.tomp import TompProvider

S = TripStatus


def test_an_offer_that_was_taken_meanwhile_is_followed_by_the_next(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.after_next("POST", "/planning/offers", lambda: setattr(operator.taxis[0], "free", False))
    booking = press(tomp)
    (ride,) = operator.rides
    assert (ride.id, ride.taxi.name) == (booking.native_id, "far")
    assert len(posted(operator, "/planning/offers")) == 2


def test_an_offer_that_expired_is_asked_for_anew(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.after_next("POST", "/planning/offers", lambda: operator.advance(OFFER_S + 1))
    assert press(tomp).status is S.OFFERED
    assert len(posted(operator, "/bookings")) == 2


def test_when_all_are_taken_the_attempt_is_over(operator: FakeOperator, tomp: TompProvider) -> None:
    for _ in range(2):
        operator.answer_next("POST", "/bookings", 410, {"errorcode": 3202})
    assert refusal_of(lambda: press(tomp)) is Refusal.DRIVER_TAKEN
    assert operator.rides == []


def test_a_slow_operator_is_not_asked_a_second_time(operator: FakeOperator) -> None:
    seconds = iter([0.0, 1.0, 50.0, 50.0])
    tomp = made_for(operator, monotonic=lambda: next(seconds))
    operator.answer_next("POST", "/bookings", 410, {})
    assert refusal_of(lambda: press(tomp)) is Refusal.DRIVER_TAKEN
    assert len(posted(operator, "/bookings")) == 1
    tomp.close()


def test_a_booking_that_is_rejected_is_refused(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.rejects = True
    assert refusal_of(lambda: press(tomp)) is Refusal.NO_DRIVERS


@pytest.mark.parametrize(("move", "status"), [("deny", S.NO_DRIVERS), ("cancel", S.CANCELLED_BY_DRIVER)])
def test_a_postponed_commit_waits_for_a_driver(
    operator: FakeOperator, tomp: TompProvider, move: str, status: TripStatus
) -> None:
    operator.postponed = True
    native_id = press(tomp).native_id
    assert tomp.confirm(native_id).status is S.REQUESTED
    operator.does(operator.rides[0], move)
    assert tomp.get(native_id).status is status
    other = press(tomp).native_id
    tomp.confirm(other)
    operator.does(operator.rides[1], "accept", "assign")
    assert tomp.get(other).status is S.DRIVER_ASSIGNED


def test_nobody_found_in_time_is_the_end_of_it(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.postponed = True
    native_id = press(tomp).native_id
    tomp.confirm(native_id)
    operator.advance(POSTPONED_S + 1)
    assert tomp.get(native_id).status is S.EXPIRED


def test_a_late_commit_gives_what_became_of_the_booking(operator: FakeOperator, tomp: TompProvider) -> None:
    native_id = press(tomp).native_id
    operator.advance(PENDING_S + 1)
    assert tomp.confirm(native_id).status is S.EXPIRED
    operator.rides.clear()
    assert tomp.confirm(native_id).status is S.EXPIRED
    assert operator.committed() == []


def test_a_forbidden_commit_is_judged_by_the_booking(operator: FakeOperator, tomp: TompProvider) -> None:
    native_id = press(tomp).native_id
    for _ in range(2):
        operator.answer_next("POST", f"/bookings/{native_id}/events", 403, b"")
    assert refusal_of(lambda: tomp.confirm(native_id)) is Refusal.CONFLICT
    operator.rides[0].put("CONFIRMED", operator.now)
    assert tomp.confirm(native_id).status is S.DRIVER_ASSIGNED


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("moves", [None, (), ("prepare",)])
def test_a_cancel_ends_it_in_each_phase_and_may_be_repeated(
    operator: FakeOperator, tomp: TompProvider, moves: tuple[str, ...] | None, quiet: bool
) -> None:
    native_id = press(tomp).native_id
    operator.quiet_changes = quiet
    if moves is not None:
        tomp.confirm(native_id)
        operator.does(operator.rides[0], *moves)
    for _ in range(2):
        assert tomp.cancel(native_id, "rider").status is S.CANCELLED_BY_RIDER
    assert tomp.get(native_id).status is S.CANCELLED_BY_RIDER
    assert operator.rides[0].state == ("RELEASED" if moves is None else "CANCELLED")
    assert operator.rides[0].origin == "END_USER"


def test_a_cancel_of_what_is_gone_says_so_and_of_what_ended_gives_its_end(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    native_id = press(tomp).native_id
    operator.advance(PENDING_S + 1)
    assert tomp.cancel(native_id, "rider").status in ENDS
    assert refusal_of(lambda: tomp.cancel("nothing", "rider")) is Refusal.NOT_FOUND


def test_nobody_is_put_out_of_the_taxi(operator: FakeOperator, tomp: TompProvider) -> None:
    native_id = press(tomp).native_id
    tomp.confirm(native_id)
    operator.does(operator.rides[0], "on_board")
    assert tomp.cancel(native_id, "rider").status is S.IN_PROGRESS
    assert operator.rides[0].state == "STARTED"
