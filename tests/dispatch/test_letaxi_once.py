"""One trip, one live hail at le.taxi: lost replies, copies, taken taxis, declines and restarts."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING

import pytest
from fake_register import KEY, FakeRegister, wish
from fake_register_world import Hail, Taxi

from dispatch_client.attempts import attempt_ref
from dispatch_client.errors import Ambiguous, Refusal, Refused
from dispatch_client.http import Limits
from dispatch_client.providers.letaxi import LeTaxiProvider
from dispatch_client.trips import Booking, TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch_client.trips import TripRequest

S = TripStatus


@pytest.fixture
def register() -> Iterator[FakeRegister]:
    with FakeRegister() as running:
        running.add(Taxi("near", 73.2695))
        running.add(Taxi("far", 146.288))
        running.add(Taxi("last", 300))
        yield running


@pytest.fixture
def provider(register: FakeRegister) -> Iterator[LeTaxiProvider]:
    made = LeTaxiProvider(register.url, KEY, limits=Limits(read_s=2))
    yield made
    made.close()


def press(provider: LeTaxiProvider, request: TripRequest, attempt: int = 1) -> Booking:
    ref = attempt_ref(request.client_ref, attempt)
    return provider.create(ref, provider.prepare(request, ref))


def hailed(register: FakeRegister) -> list[str]:
    return [post["taxi_id"] for post in register.posts()]


def refusal_of(call: Callable[[], object]) -> Refusal:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.refusal


# -- a reply that is lost ---------------------------------------------------------------------------------------------


def test_a_lost_reply_is_found_again_without_a_second_hail(register: FakeRegister, provider: LeTaxiProvider) -> None:
    request = wish()
    register.trailing_lists = 1
    register.lose_next("POST", "/hails/")
    with pytest.raises(Ambiguous):
        press(provider, request)
    assert provider.find_by_ref(request.client_ref) is None  # one empty answer proves nothing
    found = provider.find_by_ref(request.client_ref)
    assert found is not None
    assert [hail.id for hail in register.hails] == [found.native_id]
    assert provider.capabilities.settle_s >= 7.5  # 0.5 + 1 + 2 + 4: all look-ups come before anything is sent again


def test_a_lost_request_is_never_found_and_may_be_sent_again(register: FakeRegister, provider: LeTaxiProvider) -> None:
    request = wish()
    register.lose_next("POST", "/hails/", before=True)
    with pytest.raises(Ambiguous):
        press(provider, request)
    assert provider.find_by_ref(request.client_ref) is None
    assert press(provider, request).native_id == register.hails[0].id
    assert len(register.hails) == 1


def test_the_same_create_again_gives_the_same_hail(register: FakeRegister, provider: LeTaxiProvider) -> None:
    request = wish()
    first = press(provider, request)
    register.taxi_does(register.hails[0], "received_by_taxi", "accepted_by_taxi")
    again = press(provider, request)
    assert (again.native_id, again.status) == (first.native_id, S.OFFERED)
    assert len(register.posts()) == 1
    assert len([path for _, path, _ in register.log if path.startswith("/taxis")]) == 1


def test_the_same_create_after_its_end_gives_its_end(register: FakeRegister, provider: LeTaxiProvider) -> None:
    request = wish()
    press(provider, request)
    register.taxi_does(register.hails[0], "received_by_taxi", "declined_by_taxi")
    assert press(provider, request).status is S.NO_DRIVERS
    assert len(register.posts()) == 1


def test_a_post_that_arrives_twice_is_one_hail_at_one_taxi(register: FakeRegister, provider: LeTaxiProvider) -> None:
    register.repeat_next_post()  # the second copy is answered "Taxi is not free.": by us it was taken
    booking = press(provider, wish())
    assert [hail.id for hail in register.hails] == [booking.native_id]


def test_four_simultaneous_posts_are_one_hail(register: FakeRegister, provider: LeTaxiProvider) -> None:
    request = wish()
    payload = provider.prepare(request, request.client_ref)
    register.stampede = 4
    got: list[object] = []

    def ask() -> None:
        try:
            got.append(provider.create(request.client_ref, payload).native_id)
        except Ambiguous as error:
            got.append(type(error).__mro__.count(Ambiguous))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    (hail,) = register.hails
    assert sorted(map(str, got)) == sorted([hail.id, hail.id, hail.id, "1"])
    found = provider.find_by_ref(request.client_ref)
    assert found is not None
    assert found.native_id == hail.id


def test_when_the_look_up_fails_too_it_stays_ambiguous(register: FakeRegister, provider: LeTaxiProvider) -> None:
    register.after_next("GET", "/hails/", lambda: None)
    register.answer_next("POST", "/hails/", 400, {"errors": {"data": {"0": {"taxi_id": ["Taxi is not free."]}}}})
    register.answer_next("GET", "/hails/", 401, {"errors": {}})
    with pytest.raises(Ambiguous):
        press(provider, wish())
    assert hailed(register) == ["near"]


# -- a taxi that is taken ---------------------------------------------------------------------------------------------


def test_a_taxi_taken_meanwhile_is_followed_by_the_next(register: FakeRegister, provider: LeTaxiProvider) -> None:
    register.after_next("GET", "/taxis", lambda: setattr(register.taxis[0], "status", "occupied"))
    booking = press(provider, wish())
    assert hailed(register) == ["near", "far"]
    (hail,) = register.hails
    assert (hail.id, hail.taxi.id) == (booking.native_id, "far")


def test_a_taxi_gone_silent_or_unknown_is_followed_by_the_next(
    register: FakeRegister, provider: LeTaxiProvider
) -> None:
    def gone() -> None:
        register.taxis[0].seen_at -= 200
        register.taxis[1].operator = "another"

    register.after_next("GET", "/taxis", gone)
    press(provider, wish())
    assert hailed(register) == ["near", "far", "last"]
    assert [hail.taxi.id for hail in register.hails] == ["last"]


def test_when_all_are_taken_the_attempt_is_over(register: FakeRegister, provider: LeTaxiProvider) -> None:
    for number in range(5):
        register.add(Taxi(f"t{number}", 400 + number))

    def rush_hour() -> None:
        for taxi in register.taxis:
            taxi.status = "occupied"

    register.after_next("GET", "/taxis", rush_hour)
    assert refusal_of(lambda: press(provider, wish())) is Refusal.DRIVER_TAKEN
    assert len(register.posts()) == 4
    assert register.hails == []


@pytest.mark.parametrize(("slow_from", "hails"), [(1, 0), (2, 1)])
def test_a_slow_register_is_not_sent_a_hail_late(register: FakeRegister, slow_from: int, hails: int) -> None:
    ticks = itertools.count()
    provider = LeTaxiProvider(register.url, KEY, monotonic=lambda: 100.0 * (next(ticks) >= slow_from))
    register.after_next("GET", "/taxis", lambda: setattr(register.taxis[0], "status", "occupied"))
    assert refusal_of(lambda: press(provider, wish())) in {Refusal.UNAVAILABLE, Refusal.DRIVER_TAKEN}
    assert len(register.posts()) == hails
    provider.close()


# -- the next attempt of the same trip --------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["declined_by_taxi", "incident_taxi"])
def test_after_a_decline_the_next_taxi_is_hailed_in_the_same_session(
    register: FakeRegister, provider: LeTaxiProvider, ending: str
) -> None:
    request = wish()
    press(provider, request)
    register.taxi_does(register.hails[0], "received_by_taxi", ending)
    register.taxis[0].status = "free"  # it declined, and is free for others
    press(provider, request, attempt=2)
    register.taxi_does(register.hails[1], "received_by_taxi", ending)
    register.taxis[1].status = "free"
    press(provider, request, attempt=3)
    assert hailed(register) == ["near", "far", "last"]
    assert {hail.session for hail in register.hails} == {register.hails[0].session}
    assert len({hail.asked["customer_id"] for hail in register.hails}) == 3
    register.taxi_does(register.hails[2], "received_by_taxi", ending)
    register.taxis[2].status = "free"
    assert refusal_of(lambda: press(provider, request, attempt=4)) is Refusal.NO_DRIVERS
    assert len(register.hails) == 3


def test_a_restart_remembers_who_declined(register: FakeRegister, provider: LeTaxiProvider) -> None:
    request = wish()
    press(provider, request)
    register.taxi_does(register.hails[0], "received_by_taxi", "declined_by_taxi")
    register.taxis[0].status = "free"
    ref = attempt_ref(request.client_ref, 2)
    payload = provider.prepare(request, ref)
    reborn = LeTaxiProvider(register.url, KEY)
    reborn.create(ref, payload)
    assert hailed(register) == ["near", "far"]
    reborn.close()


def test_a_driver_who_never_saw_it_is_asked_again_after_the_others(
    register: FakeRegister, provider: LeTaxiProvider
) -> None:
    request = wish()
    press(provider, request)
    register.advance(11)
    register.taxis[0].status = "free"
    press(provider, request, attempt=2)
    register.taxi_does(register.hails[1], "received_by_taxi", "declined_by_taxi")
    register.taxis[2].status = "occupied"
    press(provider, request, attempt=3)
    assert hailed(register) == ["near", "far", "near"]


def test_a_session_that_is_refused_costs_nobody_a_taxi(register: FakeRegister, provider: LeTaxiProvider) -> None:
    register.sessions_by_customer = True
    request = wish()
    press(provider, request)
    register.taxi_does(register.hails[0], "received_by_taxi", "declined_by_taxi")
    booking = press(provider, request, attempt=2)
    assert [hail.id for hail in register.alive()] == [booking.native_id]
    assert ["session_id" in post for post in register.posts()] == [False, True, False]


@pytest.mark.parametrize("moves", [(), ("received_by_taxi", "accepted_by_taxi")])
def test_an_earlier_attempt_that_is_still_alive_is_gone_on_with(
    register: FakeRegister, provider: LeTaxiProvider, moves: tuple[str, ...]
) -> None:
    request = wish()
    first = press(provider, request)
    register.taxi_does(register.hails[0], *moves)
    assert press(provider, request, attempt=2).native_id == first.native_id
    assert len(register.posts()) == 1


@pytest.mark.parametrize("client_ref", ["not-a-uuid", "11111111-1111-4111-8111-111111111111"])
def test_references_that_another_courier_made_still_know_the_first_attempt(
    register: FakeRegister, provider: LeTaxiProvider, client_ref: str
) -> None:
    request = wish(client_ref=client_ref)
    provider.create(client_ref, provider.prepare(request, client_ref))
    register.taxi_does(register.hails[0], "received_by_taxi", "declined_by_taxi")
    register.taxis[0].status = "free"
    provider.create("own-second", provider.prepare(request, "own-second"))
    assert hailed(register) == ["near", "far"]


# -- two that are alive -----------------------------------------------------------------------------------------------


def doubled(register: FakeRegister, ref: str, *moves: tuple[str, ...]) -> list[Hail]:
    """Hails of one reference at several taxis, as another program or a fault may have made them; oldest first."""
    made = []
    for taxi, steps in zip(register.taxis, moves, strict=False):
        asked = {"customer_id": ref, "customer_address": "x", "customer_lat": 1, "customer_lon": 1}
        made.append(register.make({**asked, "customer_phone_number": "+33199001234"}, taxi))
        register.now += 0.1
        register.taxi_does(made[-1], *steps)
    return made


ACCEPTED = ("received_by_taxi", "accepted_by_taxi")
CONFIRMED = (*ACCEPTED, "accepted_by_customer")


@pytest.mark.parametrize(
    ("moves", "kept"),
    [
        (((), ()), 0),
        (((), ACCEPTED), 1),
        ((ACCEPTED, ACCEPTED), 0),
        ((ACCEPTED, CONFIRMED), 1),
        ((CONFIRMED, CONFIRMED), 0),
        (((), (), CONFIRMED), 2),
    ],
)
def test_of_several_that_are_alive_the_furthest_stays_and_the_others_are_cancelled(
    register: FakeRegister, provider: LeTaxiProvider, moves: tuple[tuple[str, ...], ...], kept: int
) -> None:
    hails = doubled(register, "a-ref", *moves)
    found = provider.find_by_ref("a-ref")
    assert found is not None
    assert found.native_id == hails[kept].id
    assert register.alive() == [hails[kept]]
    again = provider.find_by_ref("a-ref")
    assert again is not None
    assert again.native_id == found.native_id


def test_one_that_resists_keeps_the_question_open(register: FakeRegister, provider: LeTaxiProvider) -> None:
    doubled(register, "a-ref", (), ())
    register.answer_next("PUT", "/hails/", 500, b"")
    with pytest.raises(Ambiguous, match="two hails are alive"):
        provider.find_by_ref("a-ref")
    found = provider.find_by_ref("a-ref")
    assert found is not None
    assert [hail.id for hail in register.alive()] == [found.native_id]


def test_a_cancelled_double_does_not_hide_how_the_other_ended(register: FakeRegister, provider: LeTaxiProvider) -> None:
    hails = doubled(register, "a-ref", (), ())
    provider.find_by_ref("a-ref")
    register.taxi_does(hails[0], "received_by_taxi", "declined_by_taxi")
    found = provider.find_by_ref("a-ref")
    assert found is not None
    assert found.status is S.NO_DRIVERS


def test_closing_ends_a_pause_and_leaves_the_question_open(register: FakeRegister) -> None:
    provider = LeTaxiProvider(register.url, KEY)
    register.answer_next("POST", "/hails/", 400, {"errors": {"data": {"0": {"taxi_id": ["Taxi is not free."]}}}})
    provider.close()
    with pytest.raises(Ambiguous, match="closed"):
        press(provider, wish())
