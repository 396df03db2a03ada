"""Whole trips with the real courier and the register: from a press to the end of the ride, over what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fake_register import KEY, FakeRegister, wish
from fake_register_world import ENDED, Hail, Taxi
from fast_box import Box

from dispatch_client.providers.letaxi import LeTaxiProvider
from dispatch_client.trips import ENDS, TripStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

S = TripStatus
WILLING = ("received_by_taxi", "accepted_by_taxi", "customer_on_board", "finished")
UNWILLING = ("received_by_taxi", "declined_by_taxi")


class Drivers:
    """What the driver of each taxi does next, one step for each time that the kiosk looks."""

    def __init__(self, register: FakeRegister, **steps: tuple[str, ...]) -> None:
        self._register = register
        self._steps = {taxi: list(todo) for taxi, todo in steps.items()}
        register.drivers = self.go_on

    def go_on(self, hail: Hail) -> None:
        todo = self._steps.get(hail.taxi.id, [])
        if todo and hail.status not in ENDED | {"accepted_by_taxi"}:
            self._register.taxi_does(hail, todo.pop(0))


@pytest.fixture
def register() -> Iterator[FakeRegister]:
    with FakeRegister() as running:
        running.add(Taxi("near", 73.2695))
        running.add(Taxi("far", 146.288, plate="EF-456-GH", first_name="Ali"))
        yield running


@pytest.fixture
def box(tmp_path: Path, register: FakeRegister) -> Iterator[Box]:
    made = Box(tmp_path, LeTaxiProvider(register.url, KEY))
    yield made
    made.courier.stop()


def test_one_press_is_one_hail_and_the_plate_stays(box: Box, register: FakeRegister) -> None:
    Drivers(register, near=WILLING)
    box.courier.ask(wish())
    trip = box.until(*ENDS)
    assert trip.status is S.COMPLETED
    assert {S.REQUESTED, S.OFFERED, S.DRIVER_ASSIGNED, S.IN_PROGRESS} <= set(box.seen)
    assert [hail.status for hail in register.hails] == ["finished"]
    assert trip.booking is not None
    assert trip.booking.vehicle is not None
    assert trip.booking.driver is not None
    assert (trip.booking.vehicle.plate, trip.booking.driver.name) == ("AB-123-CD", "Francette")
    assert trip.eta_at is not None


def test_a_decline_is_followed_by_the_next_taxi(box: Box, register: FakeRegister) -> None:
    Drivers(register, near=UNWILLING, far=WILLING)
    box.courier.ask(wish())
    trip = box.until(*ENDS)
    assert trip.status is S.COMPLETED
    assert len(trip.attempts) == 2
    assert [(hail.taxi.id, hail.status) for hail in register.hails] == [
        ("near", "declined_by_taxi"),
        ("far", "finished"),
    ]
    assert len({hail.session for hail in register.hails}) == 1
    assert trip.booking is not None
    assert trip.booking.vehicle is not None
    assert trip.booking.vehicle.plate == "EF-456-GH"


def test_a_driver_who_breaks_down_is_followed_by_the_next(box: Box, register: FakeRegister) -> None:
    Drivers(register, near=("received_by_taxi", "accepted_by_taxi", "incident_taxi"), far=WILLING)
    box.courier.ask(wish())
    trip = box.until(*ENDS)
    assert trip.status is S.COMPLETED
    assert [hail.taxi.id for hail in register.hails] == ["near", "far"]


@pytest.mark.parametrize("trailing", [0, 2])
def test_a_lost_reply_is_no_second_hail(box: Box, register: FakeRegister, trailing: int) -> None:
    Drivers(register, near=WILLING, far=WILLING)
    register.trailing_lists = trailing
    register.lose_next("POST", "/hails/")
    box.courier.ask(wish())
    assert box.until(*ENDS).status is S.COMPLETED
    assert [hail.taxi.id for hail in register.hails] == ["near"]
    assert len(register.posts()) == 1


def test_a_request_that_never_arrived_is_sent_again(box: Box, register: FakeRegister) -> None:
    Drivers(register, near=WILLING)
    register.lose_next("POST", "/hails/", before=True)
    box.courier.ask(wish())
    assert box.until(*ENDS).status is S.COMPLETED
    assert (len(register.posts()), len(register.hails)) == (2, 1)


def test_a_taxi_that_comes_free_later_is_hailed_then(box: Box, register: FakeRegister) -> None:
    Drivers(register, near=WILLING)
    for taxi in register.taxis:
        taxi.status = "occupied"
    box.courier.ask(wish())
    box.until(S.QUEUED)
    register.taxis[0].status = "free"
    assert box.until(*ENDS).status is S.COMPLETED


@pytest.mark.parametrize(
    ("at", "native"),
    [(S.REQUESTED, {"declined_by_customer"}), (S.DRIVER_ASSIGNED, {"incident_customer"})],
)
def test_a_cancel_reaches_the_register(box: Box, register: FakeRegister, at: TripStatus, native: set[str]) -> None:
    Drivers(register, near=() if at is S.REQUESTED else WILLING[:2])
    request = wish()
    box.courier.ask(request)
    box.until(at)
    box.courier.cancel(request.client_ref)
    assert box.until(*ENDS).status is S.CANCELLED_BY_RIDER
    assert {hail.status for hail in register.hails} == native


def test_a_restart_goes_on_with_the_same_hail(tmp_path: Path, register: FakeRegister) -> None:
    first = Box(tmp_path, LeTaxiProvider(register.url, KEY))
    first.courier.ask(wish())
    first.until(S.REQUESTED)
    first.courier.stop()
    Drivers(register, near=WILLING)
    second = Box(tmp_path, LeTaxiProvider(register.url, KEY))
    assert second.until(*ENDS).status is S.COMPLETED
    second.courier.stop()
    assert len(register.posts()) == 1


def test_without_a_number_to_call_staff_are_told_why(box: Box, register: FakeRegister) -> None:
    box.courier.ask(wish(contact_phone=None))
    assert box.until(*ENDS).status is S.FAILED
    assert any("contact_phone in [dispatch]" in sentence for sentence in box.faults)
    assert register.posts() == []
    assert not any(path.startswith("/taxis") for _, path, _ in register.log)
