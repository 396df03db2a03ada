"""Whole trips with the real courier and a TOMP-API operator: from a press to the end, over what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fake_operator import KEY, MAAS_ID, wish
from fake_operator_world import PENDING_S, Ride, Taxi
from fast_box import Box
from tomp_desk import made_for, posted

from dispatch_client.trips import ENDS, Place, TripStatus
from kiosk.app.wiring import WiringError, ladder_of
from kiosk.config import checked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fake_operator import FakeOperator

S = TripStatus
WILLING = ("prepare", "finish")
"""Who is on board is looked after every half a minute: one test waits for that."""


class Drivers:
    """What the driver of each taxi does next, one step for each time that the kiosk looks at a committed booking."""

    def __init__(self, operator: FakeOperator, **steps: tuple[str, ...]) -> None:
        self._operator = operator
        self._steps = {taxi: list(todo) for taxi, todo in steps.items()}
        operator.drivers = self.go_on

    def go_on(self, ride: Ride) -> None:
        todo = self._steps.get(ride.taxi.name, [])
        if todo and ride in self._operator.committed():
            self._operator.does(ride, todo.pop(0))


@pytest.fixture
def box(tmp_path: Path, operator: FakeOperator) -> Iterator[Box]:
    made = Box(tmp_path, made_for(operator))
    yield made
    made.courier.stop()


def test_one_press_is_one_booking_and_the_plate_stays(box: Box, operator: FakeOperator) -> None:
    Drivers(operator, near=("prepare", "on_board", "finish"))
    box.courier.ask(wish())
    trip = box.until(*ENDS)
    assert trip.status is S.COMPLETED
    assert {S.OFFERED, S.DRIVER_ASSIGNED, S.IN_PROGRESS} <= set(box.seen)
    assert [ride.state for ride in operator.rides] == ["FINISHED"]
    assert (len(posted(operator, "/planning/offers")), len(posted(operator, "/bookings"))) == (1, 1)
    assert trip.booking is not None
    assert trip.booking.vehicle is not None
    assert trip.booking.vehicle.plate == "AB-123-C"
    assert trip.eta_at is not None


def test_a_denied_commit_is_followed_by_the_next_offer(box: Box, operator: FakeOperator) -> None:
    operator.postponed = True
    Drivers(operator, near=("deny",), far=("accept", *WILLING))
    operator.taxis[0].wait_s = 60
    operator.after_next("POST", "/planning/offers", lambda: setattr(operator.taxis[0], "wait_s", 900))
    box.courier.ask(wish())
    trip = box.until(*ENDS)
    assert trip.status is S.COMPLETED
    assert len(trip.attempts) == 2
    assert [(ride.taxi.name, ride.state) for ride in operator.rides] == [("near", "REJECTED"), ("far", "FINISHED")]


def test_a_driver_who_cannot_come_is_followed_by_the_next(box: Box, operator: FakeOperator) -> None:
    Drivers(operator, near=("prepare", "cancel"), far=WILLING)
    box.courier.ask(wish())
    box.until(S.DRIVER_ASSIGNED)
    operator.taxis[0].wait_s = 900
    trip = box.until(*ENDS)
    assert trip.status is S.COMPLETED
    assert [ride.state for ride in operator.rides] == ["CANCELLED", "FINISHED"]
    assert trip.lost_vehicle is not None


def test_a_rejected_booking_is_asked_for_again(box: Box, operator: FakeOperator) -> None:
    operator.rejects = True
    Drivers(operator, near=WILLING)
    operator.after_next("POST", "/bookings", lambda: setattr(operator, "rejects", False))
    box.courier.ask(wish())
    assert box.until(*ENDS).status is S.COMPLETED
    assert [ride.state for ride in operator.rides] == ["REJECTED", "FINISHED"]


@pytest.mark.parametrize("path", ["/bookings", "/bookings/", "/planning/offers"])
@pytest.mark.parametrize("before", [False, True])
def test_a_lost_answer_to_anything_is_one_booking_and_one_taxi(
    box: Box, operator: FakeOperator, path: str, before: bool
) -> None:
    """`/bookings/` is the commit."""
    Drivers(operator, near=WILLING, far=WILLING)
    operator.lose_next("POST", path, before=before)
    box.courier.ask(wish())
    assert box.until(*ENDS).status is S.COMPLETED
    assert [ride.state for ride in operator.rides] == ["FINISHED"]


def test_a_hold_that_ran_out_is_booked_anew(box: Box, operator: FakeOperator) -> None:
    Drivers(operator, near=WILLING)
    operator.after_next("POST", "/bookings", lambda: operator.advance(PENDING_S + 1))
    box.courier.ask(wish())
    assert box.until(*ENDS).status is S.COMPLETED
    assert [ride.state for ride in operator.rides] == ["EXPIRED", "FINISHED"]


def test_a_taxi_that_comes_free_later_is_booked_then(box: Box, operator: FakeOperator) -> None:
    Drivers(operator, near=WILLING)
    for taxi in operator.taxis:
        taxi.free = False
    box.courier.ask(wish())
    box.until(S.QUEUED)
    operator.taxis[0].free = True
    assert box.until(*ENDS).status is S.COMPLETED


@pytest.mark.parametrize(
    ("at", "moves", "native"),
    [(S.REQUESTED, (), "CANCELLED"), (S.DRIVER_ASSIGNED, ("accept", "prepare"), "CANCELLED")],
)
def test_a_cancel_reaches_the_operator(
    box: Box, operator: FakeOperator, at: TripStatus, moves: tuple[str, ...], native: str
) -> None:
    operator.postponed = True
    Drivers(operator, near=moves)
    request = wish()
    box.courier.ask(request)
    box.until(at)
    box.courier.cancel(request.client_ref)
    assert box.until(*ENDS).status is S.CANCELLED_BY_RIDER
    assert [ride.state for ride in operator.rides] == [native]


def test_a_cancel_while_nobody_knows_whether_it_was_booked_leaves_no_taxi(box: Box, operator: FakeOperator) -> None:
    request = wish()
    operator.lose_next("POST", "/bookings")
    operator.after_next("GET", "/bookings/", lambda: box.courier.cancel(request.client_ref))
    box.courier.ask(request)
    assert box.until(*ENDS).status is S.CANCELLED_BY_RIDER
    operator.advance(PENDING_S + 1)
    assert operator.committed() == []


@pytest.mark.parametrize("lists", [True, False])
def test_a_restart_goes_on_with_the_same_booking(tmp_path: Path, operator: FakeOperator, lists: bool) -> None:
    operator.missing = set() if lists else {"list"}
    operator.postponed = True
    first = Box(tmp_path, made_for(operator))
    first.courier.ask(wish())
    first.until(S.REQUESTED)
    first.courier.stop()
    Drivers(operator, near=("accept", *WILLING))
    second = Box(tmp_path, made_for(operator))
    assert second.until(*ENDS).status is S.COMPLETED
    second.courier.stop()
    assert len(posted(operator, "/bookings")) == 1


@pytest.mark.parametrize("lists", [True, False])
def test_a_restart_after_a_lost_answer_brings_one_taxi(tmp_path: Path, operator: FakeOperator, lists: bool) -> None:
    operator.missing = set() if lists else {"list"}
    operator.lose_next("POST", "/bookings")
    for _ in range(40):
        operator.answer_next("GET", "/bookings/", 500, b"")
    first = Box(tmp_path, made_for(operator))
    first.courier.ask(wish())
    operator.until(lambda: operator.rides)
    first.courier.stop()
    operator.forgive()
    Drivers(operator, near=WILLING, far=WILLING)
    second = Box(tmp_path, made_for(operator))
    assert second.until(*ENDS).status is S.COMPLETED
    second.courier.stop()
    operator.advance(PENDING_S + 1)
    assert sorted(ride.state for ride in operator.rides) == (["FINISHED"] if lists else ["EXPIRED", "FINISHED"])


def test_what_a_box_cannot_give_is_told_to_the_staff_without_anything_personal(
    box: Box, operator: FakeOperator
) -> None:
    operator.taxis = [Taxi("one", asks=("NAME", "BIRTHDATE"))]
    box.courier.ask(wish(pickup=Place("Secretparson's door", 52.09, 5.12), note="Secretparson"))
    assert box.until(*ENDS).status is S.FAILED
    assert any("something that a box cannot give" in sentence for sentence in box.faults)
    assert not any("Secret" in sentence or "2025550123" in sentence for sentence in box.faults)
    assert operator.rides == []


def test_a_box_is_pointed_at_it_by_its_configuration(tmp_path: Path, operator: FakeOperator) -> None:
    words = {"zh_CN": "测试", "en": "Test"}
    box = {"code": "1", "place": words, "gate": words, "lat": 52.09, "lon": 5.12, "phone": "112"}
    account = {"provider": "tomp", "url": operator.url, "options": {"maas_id": MAAS_ID, "auth": "api_key"}}
    operator.header = ("X-API-Key", KEY)
    config = checked({"box": box, "dispatch": {**account, "api_key": KEY}}, name="kiosk.toml", folder=tmp_path)
    (first, _wider) = ladder_of(config).rungs
    first.provider.health()
    with pytest.raises(WiringError, match="option maas_id"):
        ladder_of(
            checked({"box": box, "dispatch": {**account, "token": KEY, "options": {}}}, name="k.toml", folder=tmp_path)
        )
