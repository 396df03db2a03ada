"""One trip, one taxi at a TOMP-API operator: lost answers, copies, restarts, and two that are alive."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from fake_operator import FakeOperator, wish
from fake_operator_world import PENDING_S, Ride, Taxi
from tomp_desk import found, made_for, posted, press

from dispatch_client.errors import Ambiguous
from dispatch_client.trips import TripStatus

if TYPE_CHECKING:
    from dispatch_client.providers.tomp import TompProvider

S = TripStatus


# -- an answer that is lost -------------------------------------------------------------------------------------------


def test_a_lost_answer_to_the_booking_is_found_again_by_its_name(operator: FakeOperator, tomp: TompProvider) -> None:
    request = wish()
    operator.lose_next("POST", "/bookings")
    with pytest.raises(Ambiguous):
        press(tomp, request)
    again = found(tomp, request.client_ref)
    assert (again.native_id, again.status) == (operator.rides[0].id, S.OFFERED)
    assert len(posted(operator, "/bookings")) == 1


def test_a_lost_request_is_never_found_and_may_be_sent_again(operator: FakeOperator, tomp: TompProvider) -> None:
    request = wish()
    operator.lose_next("POST", "/bookings", before=True)
    with pytest.raises(Ambiguous):
        press(tomp, request)
    assert tomp.find_by_ref(request.client_ref) is None
    assert press(tomp, request).native_id == operator.rides[0].id
    assert len(operator.rides) == 1


def test_an_offer_that_can_be_read_is_no_booking(operator: FakeOperator, tomp: TompProvider) -> None:
    request = wish()
    operator.lose_next("POST", "/bookings", before=True)
    with pytest.raises(Ambiguous):
        press(tomp, request)
    native_id = operator.offers[0].id
    operator.answer_next("GET", f"/bookings/{native_id}", 200, {"id": native_id, "state": "NEW"})
    assert tomp.find_by_ref(request.client_ref) is None


def test_the_same_create_again_gives_the_same_booking(operator: FakeOperator, tomp: TompProvider) -> None:
    request = wish()
    first = press(tomp, request)
    tomp.confirm(first.native_id)
    again = press(tomp, request)
    assert (again.native_id, again.status) == (first.native_id, S.DRIVER_ASSIGNED)
    assert (len(posted(operator, "/planning/offers")), len(posted(operator, "/bookings"))) == (1, 1)


def test_a_booking_that_arrives_twice_is_one_booking(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.repeat_next("POST", "/bookings")  # the second copy is a conflict, and the first was ours
    booking = press(tomp)
    assert [ride.id for ride in operator.rides] == [booking.native_id]
    assert booking.status is S.OFFERED


def test_four_simultaneous_creates_are_one_booking(operator: FakeOperator, tomp: TompProvider) -> None:
    request = wish()
    payload = tomp.prepare(request, request.client_ref)
    with ThreadPoolExecutor(4) as lanes:
        asked = [lanes.submit(tomp.create, request.client_ref, payload) for _ in range(4)]
    (ride,) = operator.rides
    assert {one.result().native_id for one in asked} == {ride.id}


def test_a_lost_answer_to_the_commit_is_no_second_one(operator: FakeOperator, tomp: TompProvider) -> None:
    native_id = press(tomp).native_id
    operator.lose_next("POST", f"/bookings/{native_id}/events")
    with pytest.raises(Ambiguous):
        tomp.confirm(native_id)
    assert tomp.confirm(native_id).status is S.DRIVER_ASSIGNED
    assert len(operator.committed()) == 1


def test_when_the_look_up_fails_too_it_stays_ambiguous(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.answer_next("POST", "/bookings", 409, {})
    operator.answer_next("GET", "/bookings/", 401, {})
    with pytest.raises(Ambiguous):
        press(tomp)


# -- a restart forgets the name ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("moves", [None, (), ("prepare",), ("on_board",)])
def test_after_a_restart_the_booking_is_found_by_our_reference(
    operator: FakeOperator, tomp: TompProvider, moves: tuple[str, ...] | None
) -> None:
    request = wish()
    press(tomp)
    native_id = press(tomp, request).native_id
    if moves is not None:
        tomp.confirm(native_id)
        operator.does(operator.rides[-1], *moves)
    reborn = made_for(operator)
    assert found(reborn, request.client_ref) == reborn.get(native_id)
    assert reborn.find_by_ref(wish().client_ref) is None
    reborn.close()


def test_a_customer_that_was_asked_for_carries_the_reference_too(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.taxis = [Taxi("one", asks=("PHONE_NUMBERS",))]
    request = wish()
    native_id = press(tomp, request).native_id
    del operator.rides[0].asked["extraInfo"]  # an operator that keeps what it knows and nothing else
    reborn = made_for(operator)
    assert found(reborn, request.client_ref).native_id == native_id
    reborn.close()


@pytest.mark.parametrize("status", [404, 403, 405, 501])
def test_without_a_list_nothing_uncommitted_is_alive_for_long(
    operator: FakeOperator, tomp: TompProvider, status: int
) -> None:
    request = wish()
    operator.lose_next("POST", "/bookings")
    with pytest.raises(Ambiguous):
        press(tomp, request)
    reborn = made_for(operator)
    operator.answer_next("GET", "/bookings", status, b"")
    assert reborn.find_by_ref(request.client_ref) is None
    second = press(reborn, request)
    reborn.confirm(second.native_id)
    operator.advance(PENDING_S + 1)
    assert [ride.id for ride in operator.committed()] == [second.native_id]
    assert [ride.state for ride in operator.rides] == ["EXPIRED", "CONFIRMED"]
    reborn.close()


def test_without_a_list_an_operator_that_commits_by_itself_is_not_asked_again(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    operator.auto_commit, operator.missing = True, {"list"}
    request = wish()
    operator.lose_next("POST", "/bookings")
    with pytest.raises(Ambiguous):
        press(tomp, request)
    reborn = made_for(operator)
    with pytest.raises(Ambiguous, match="not known"):
        reborn.find_by_ref(request.client_ref)
    reborn.close()


def test_an_operator_that_commits_by_itself_needs_no_commit(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.auto_commit = True
    booking = press(tomp)
    assert booking.status is S.DRIVER_ASSIGNED
    assert tomp.confirm(booking.native_id).status is S.DRIVER_ASSIGNED


@pytest.mark.parametrize(("status", "body"), [(500, b""), (200, b"<html>"), (200, {"bookings": []})])
def test_a_list_that_fails_is_never_absence(
    operator: FakeOperator, tomp: TompProvider, status: int, body: object
) -> None:
    operator.answer_next("GET", "/bookings", status, body)
    with pytest.raises(Ambiguous):
        tomp.find_by_ref("a-ref")


# -- two that are alive -----------------------------------------------------------------------------------------------


def doubled(operator: FakeOperator, ref: str, *states: str) -> list[Ride]:
    """Bookings of one reference, as another program or a fault may have made them."""
    for number in range(len(states)):
        operator.add(Taxi(f"more {number}"))
    offers = operator.offer(None)[-len(states) :]
    rides = [operator.book(offer, {"id": offer.id, "extraInfo": {"clientRef": ref}}) for offer in offers]
    for ride, state in zip(rides, states, strict=True):
        ride.put(state, operator.now)
    return rides


@pytest.mark.parametrize(
    ("states", "kept"),
    [
        (("PENDING", "PENDING"), 0),
        (("PENDING", "CONFIRMED"), 1),
        (("CONDITIONAL_CONFIRMED", "CONFIRMED"), 1),
        (("CONFIRMED", "CONFIRMED"), 0),
        (("PENDING", "CONFIRMED", "STARTED"), 2),
    ],
)
def test_of_several_that_are_alive_the_furthest_stays_and_the_others_are_cancelled(
    operator: FakeOperator, tomp: TompProvider, states: tuple[str, ...], kept: int
) -> None:
    rides = doubled(operator, "a-ref", *states)
    assert found(tomp, "a-ref").native_id == rides[kept].id
    assert [ride for ride in rides if ride.state in {"CANCELLED", "RELEASED"}] == [
        ride for ride in rides if ride is not rides[kept]
    ]
    assert {ride.origin for ride in rides} == {"MP", ""}


@pytest.mark.parametrize(("states", "open_"), [(("CONFIRMED", "CONFIRMED"), True), (("CONFIRMED", "PENDING"), False)])
def test_one_that_resists_keeps_the_question_open_unless_it_ends_by_itself(
    operator: FakeOperator, tomp: TompProvider, states: tuple[str, ...], open_: bool
) -> None:
    doubled(operator, "a-ref", *states)
    operator.answer_next("POST", "/bookings/", 500, b"")
    if open_:
        with pytest.raises(Ambiguous, match="two bookings are alive"):
            tomp.find_by_ref("a-ref")
    assert found(tomp, "a-ref").status is S.DRIVER_ASSIGNED
