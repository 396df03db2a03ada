"""What a TOMP-API operator tells of one ride: its states, its car, when it is there, and what it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tomp_desk import made_for, press, ridden

from dispatch_client.trips import TripStatus, Vehicle

if TYPE_CHECKING:
    from fake_operator import FakeOperator

    from dispatch_client.providers.tomp import TompProvider

S = TripStatus


def test_the_ride_from_press_to_end(operator: FakeOperator, tomp: TompProvider) -> None:
    booking = press(tomp)
    (ride,) = operator.rides
    assert operator.committed() == []
    committed = tomp.confirm(booking.native_id)
    assert (committed.status, committed.vehicle, ride.state) == (S.DRIVER_ASSIGNED, None, "CONFIRMED")
    operator.does(ride, "prepare")
    assigned = tomp.get(booking.native_id)
    assert (assigned.status, assigned.native_status) == (S.DRIVER_ASSIGNED, "CONFIRMED/PREPARING")
    assert assigned.vehicle == Vehicle("AB-123-C", "Toyota", "Prius", "white")
    assert assigned.driver is None
    operator.does(ride, "on_board")
    aboard = tomp.get(booking.native_id)
    assert (aboard.status, aboard.eta_s) == (S.IN_PROGRESS, None)
    operator.does(ride, "finish")
    assert tomp.get(booking.native_id).status is S.COMPLETED


@pytest.mark.parametrize("missing", [(), ("legs",), ("legs", "notifications")])
@pytest.mark.parametrize("in_bookings", [True, False])
def test_an_operator_may_tell_of_the_leg_in_either_place_or_nowhere(
    operator: FakeOperator, tomp: TompProvider, missing: tuple[str, ...], in_bookings: bool
) -> None:
    operator.missing, operator.legs_in_bookings = set(missing), in_bookings
    _, booking = ridden(operator, tomp, "prepare")
    assert booking.status is S.DRIVER_ASSIGNED
    assert bool(booking.vehicle) is (in_bookings or "legs" not in missing)


@pytest.mark.parametrize(
    ("state", "leg", "status"),
    [
        ("NEW", "NOT_STARTED", S.REQUESTED),
        ("PENDING", "NOT_STARTED", S.OFFERED),
        ("CONDITIONAL_CONFIRMED", "NOT_STARTED", S.REQUESTED),
        ("POSTPONED-COMMIT", "NOT_STARTED", S.REQUESTED),
        ("CONFIRMED", "NOT_STARTED", S.DRIVER_ASSIGNED),
        ("CONFIRMED", "PREPARING", S.DRIVER_ASSIGNED),
        ("CONFIRMED", "IN_USE", S.IN_PROGRESS),
        ("CONFIRMED", "CANCELLED", S.CANCELLED_BY_DRIVER),
        ("CONFIRMED", "ISSUE_REPORTED", S.UNKNOWN),
        ("CONFIRMED", "FLYING", S.UNKNOWN),
        ("STARTED", "PREPARING", S.DRIVER_ASSIGNED),
        ("STARTED", "IN_USE", S.IN_PROGRESS),
        ("STARTED", "PAUSED", S.IN_PROGRESS),
        ("STARTED", "FINISHING", S.IN_PROGRESS),
        ("STARTED", "FINISHED", S.COMPLETED),
        ("FINISHED", "FINISHED", S.COMPLETED),
        ("CANCELLED", "NOT_STARTED", S.CANCELLED_BY_DRIVER),
        ("RELEASED", "NOT_STARTED", S.EXPIRED),
        ("EXPIRED", "NOT_STARTED", S.EXPIRED),
        ("REJECTED", "NOT_STARTED", S.NO_DRIVERS),
        ("TELEPORTED", "IN_USE", S.UNKNOWN),
    ],
)
def test_each_pair_of_states(
    operator: FakeOperator, tomp: TompProvider, state: str, leg: str, status: TripStatus
) -> None:
    native_id = press(tomp).native_id
    operator.rides[0].state, operator.rides[0].leg = state, leg
    read = tomp.get(native_id)
    assert (read.status, read.native_status) == (status, f"{state}/{leg}")


def test_the_eta_is_the_departure_and_its_delay_by_the_operators_own_clock(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    ride, booking = ridden(operator, tomp)
    assert booking.eta_s == 240
    ride.delay_ms = 90_000
    operator.now += 60
    assert tomp.get(ride.id).eta_s == 270
    operator.now += 3600
    assert tomp.get(ride.id).eta_s is None


def test_minutes_to_wait_stand_in_where_no_time_is_told(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.tells_times = False
    ride, booking = ridden(operator, tomp)
    assert booking.eta_s is None
    ride.safe_wait_min = 7
    assert tomp.get(ride.id).eta_s == 420


def test_an_eta_that_is_told_counts_from_when_it_was_seen(operator: FakeOperator) -> None:
    now = [100.0]
    tomp = made_for(operator, monotonic=lambda: now[0])
    ride, _ = ridden(operator, tomp, "prepare")
    operator.tell_eta(ride, 5)
    assert tomp.get(ride.id).eta_s == 300
    now[0] += 60
    assert tomp.get(ride.id).eta_s == 240
    operator.tell_eta(ride, 1)
    assert tomp.get(ride.id).eta_s == 60
    now[0] += 90
    assert tomp.get(ride.id).eta_s == 240  # its time is over; the plan is left
    tomp.close()


def test_an_eta_that_was_told_before_a_restart_is_not_taken_for_news(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    ride, _ = ridden(operator, tomp, "prepare")
    operator.tell_eta(ride, 15)
    reborn = made_for(operator)
    assert reborn.get(ride.id).eta_s == 240
    operator.tell_eta(ride, 2)
    assert reborn.get(ride.id).eta_s == 120
    reborn.close()


def test_an_operator_without_notifications_is_asked_for_them_once(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.missing = {"notifications"}
    ride, _ = ridden(operator, tomp)
    for _ in range(3):
        assert tomp.get(ride.id).eta_s == 240
    assert sum(path.endswith("/notifications") for _, path, _ in operator.log) == 1


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({"plate": "ab-123-c"}, Vehicle("AB-123-C", "Toyota", "Prius", "white")),
        ({"plate": "  京B ·12345\n"}, Vehicle("京B ·12345", "Toyota", "Prius", "white")),
        ({"colour": "Grijs"}, Vehicle("AB-123-C", "Toyota", "Prius", "grey")),
        ({"colour": "GRAY"}, Vehicle("AB-123-C", "Toyota", "Prius", "grey")),
        ({"colour": "Teal"}, Vehicle("AB-123-C", "Toyota", "Prius", "teal")),
        ({"brand": "", "model": ""}, Vehicle("AB-123-C", "Any", "", "white")),
        ({"plate": ""}, None),
        ({"plate": "x" * 500}, None),
        ({"plate": 7, "colour": [], "brand": None, "model": {}}, None),
    ],
)
def test_the_car_is_put_into_our_words(
    operator: FakeOperator, tomp: TompProvider, told: dict[str, Any], read: Vehicle | None
) -> None:
    operator.taxis = [replace(operator.taxis[0], **told)]
    assert ridden(operator, tomp, "assign")[1].vehicle == read


def test_the_driver_hears_that_somebody_comes_and_the_support_that_nothing_is_seen(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    ride, _ = ridden(operator, tomp, "prepare")
    assert tomp.passenger_coming(ride.id).status is S.DRIVER_ASSIGNED
    assert tomp.passenger_coming(ride.id, can_see_taxi=False).status is S.DRIVER_ASSIGNED
    message, call = ride.heard
    assert message == {"type": "MESSAGE_TO_DRIVER", "comment": "The passenger is on the way to the taxi."}
    assert (call["id"], call["supportType"], call["priority"]) == (ride.id, "NOT_AT_LOCATION", "ERROR_CANNOT_CONTINUE")


def test_without_a_support_the_driver_hears_that_nothing_is_seen(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.missing = {"support"}
    ride, _ = ridden(operator, tomp, "prepare")
    tomp.passenger_coming(ride.id, can_see_taxi=False)
    assert [said["type"] for said in ride.heard] == ["MESSAGE_TO_DRIVER"]
