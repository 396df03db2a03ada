"""One hail at le.taxi from search to end, over real HTTP: what is sent, what is understood, both ways to cancel."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fake_register import KEY, FakeRegister, wish
from fake_register_world import Taxi

from dispatch_client.errors import Refusal, Refused
from dispatch_client.http import Limits
from dispatch_client.provider import Estimate
from dispatch_client.providers.letaxi import LeTaxiProvider
from dispatch_client.trips import Booking, Driver, Place, TripStatus, Vehicle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_client.provider import Provider
    from dispatch_client.trips import TripRequest

S = TripStatus
TO_ACCEPTANCE = ("received_by_taxi", "accepted_by_taxi")


@pytest.fixture
def register() -> Iterator[FakeRegister]:
    with FakeRegister() as running:
        running.add(Taxi("near", 73.2695))
        running.add(Taxi("far", 146.288, plate="EF-456-GH", first_name="Ali", seats=6, accessible=False))
        yield running


@pytest.fixture
def provider(register: FakeRegister) -> Iterator[LeTaxiProvider]:
    made = LeTaxiProvider(register.url, KEY, limits=Limits(read_s=2))
    yield made
    made.close()


def press(provider: Provider, request: TripRequest | None = None) -> Booking:
    request = request or wish()
    return provider.create(request.client_ref, provider.prepare(request, request.client_ref))


def refused(provider: Provider, request: TripRequest) -> Refused:
    with pytest.raises(Refused) as caught:
        press(provider, request)
    return caught.value


def test_it_keeps_to_the_port() -> None:
    made: Provider = LeTaxiProvider("http://127.0.0.1:9", KEY)
    can = made.capabilities
    assert (can.needs_confirm, can.find_by_ref) == (True, True)
    assert (can.idempotent_create, can.push, can.arrived_state, can.passenger_coming) == (False, False, False, False)


@pytest.mark.parametrize("keys", [{"token": KEY}, {"api_key": KEY}, {"token": KEY, "api_key": KEY}])
def test_the_key_may_come_under_either_name(register: FakeRegister, keys: dict[str, str]) -> None:
    made = LeTaxiProvider(url=register.url, name="letaxi", **keys)  # type: ignore[arg-type]
    made.health()
    made.close()


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({}, "its API key must be visible"),
        ({"token": "with space"}, "its API key must be visible"),
        ({"token": "first-key", "api_key": "other-key"}, "expected one of them"),
    ],
)
def test_a_key_that_cannot_be_used_is_said_and_not_shown(keys: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        LeTaxiProvider("http://127.0.0.1:9", **keys)  # type: ignore[arg-type]
    assert not any(key in str(caught.value) for key in keys.values())


def test_plain_http_goes_to_this_machine_alone() -> None:
    with pytest.raises(ValueError, match="https"):
        LeTaxiProvider("http://register.example", KEY)


def test_the_nearest_free_taxi_is_hailed_with_everything_that_is_needed(
    register: FakeRegister, provider: LeTaxiProvider
) -> None:
    request = wish()
    booking = press(provider, request)
    (hail,) = register.hails
    assert (booking.native_id, booking.status, booking.native_status) == (hail.id, S.REQUESTED, "received")
    assert register.posts() == [
        {
            "customer_address": "Résidence du Parc, 25 rue des Lilas, 75004 Paris",
            "customer_id": request.client_ref,
            "customer_lat": 48.8566,
            "customer_lon": 2.3522,
            "customer_phone_number": "+33199001234",
            "operateur": "chauffeur professionnel",
            "taxi_id": "near",
        }
    ]
    assert ("GET", "/taxis?lon=2.352200&lat=48.856600", {}) in register.log


def test_the_stored_bytes_are_the_same_every_time(provider: LeTaxiProvider) -> None:
    request = wish()
    assert provider.prepare(request, request.client_ref) == provider.prepare(request, request.client_ref)


@pytest.mark.parametrize(
    ("place", "address"),
    [
        (Place("", 48.8566, 2.3522), "48.856600, 2.352200"),
        (Place(" \n ", 48.8566, 2.3522, "\t"), "48.856600, 2.352200"),
        (Place("Hospital", 48.8566, 2.3522, "By the\nletter box"), "Hospital, By the letter box"),
        (Place("x" * 900, 48.8566, 2.3522), "x" * 250),
    ],
)
def test_the_address_is_never_blank(
    register: FakeRegister, provider: LeTaxiProvider, place: Place, address: str
) -> None:
    press(provider, wish(pickup=place))
    assert register.posts()[0]["customer_address"] == address


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("+33199001234", "+33199001234"),
        ("0199001234", "+33199001234"),
        ("01 99 00 12 34", "+33199001234"),
        ("0033199001234", "+33199001234"),
        ("+862162580017", "+862162580017"),
    ],
)
def test_the_telephone_number_is_sent_as_e164(
    register: FakeRegister, provider: LeTaxiProvider, given: str, sent: str
) -> None:
    press(provider, wish(contact_phone=given))
    assert register.posts()[0]["customer_phone_number"] == sent


@pytest.mark.parametrize("given", [None, "", "not a phone", "112", "+3319900", "+" * 500, "\ud800"])
def test_without_a_number_to_call_nothing_is_asked_for(
    register: FakeRegister, provider: LeTaxiProvider, given: str | None
) -> None:
    error = refused(provider, wish(contact_phone=given))
    assert error.refusal is Refusal.INVALID_REQUEST
    assert "contact_phone in [dispatch]" in str(error)
    assert not given or given not in str(error)
    assert register.log == []


def test_a_wheelchair_and_many_passengers_get_a_taxi_that_they_fit_in(
    register: FakeRegister, provider: LeTaxiProvider
) -> None:
    press(provider, wish(passengers=6))
    press(provider, wish(wheelchair=True))
    assert [post["taxi_id"] for post in register.posts()] == ["far", "near"]
    register.add(Taxi("small", 10, seats=4, accessible=False))
    assert refused(provider, wish(wheelchair=True)).refusal is Refusal.NO_DRIVERS


def test_the_ride_from_hail_to_end(register: FakeRegister, provider: LeTaxiProvider) -> None:
    booking = press(provider)
    (hail,) = register.hails
    assert provider.get(booking.native_id).vehicle is None
    register.taxi_does(hail, *TO_ACCEPTANCE)
    offered = provider.get(booking.native_id)
    assert (offered.status, offered.vehicle) == (S.OFFERED, Vehicle("AB-123-CD", "Toyota", "Prius", "white"))
    assert offered.driver == Driver("Francette")
    assigned = provider.confirm(booking.native_id)
    assert (assigned.status, assigned.driver) == (S.DRIVER_ASSIGNED, Driver("Francette", "+33199005678"))
    assert hail.shown()["customer_phone_number"] == "+33199001234"
    register.taxi_does(hail, "customer_on_board")
    aboard = provider.get(booking.native_id)
    assert (aboard.status, aboard.eta_s) == (S.IN_PROGRESS, None)
    register.taxi_does(hail, "finished")
    done = provider.get(booking.native_id)
    assert (done.status, done.vehicle, done.driver) == (S.COMPLETED, None, None)


@pytest.mark.parametrize(("metres", "eta_s"), [(0, 60), (73.2695, 120), (210, 120), (216, 180), (500, 240)])
def test_the_eta_is_whole_minutes_out_of_kilometres_in_hails_and_metres_in_searches(
    register: FakeRegister, provider: LeTaxiProvider, metres: float, eta_s: int
) -> None:
    register.taxis = []
    register.add(Taxi("one", metres))
    assert provider.estimate(wish()) == Estimate(eta_s)
    booking = press(provider)
    register.taxi_does(register.hails[0], *TO_ACCEPTANCE)
    assert provider.get(booking.native_id).eta_s == eta_s
    assert booking.eta_s is None


def test_no_taxi_gives_no_estimate_and_no_hail(register: FakeRegister, provider: LeTaxiProvider) -> None:
    register.taxis = []
    assert provider.estimate(wish()) == Estimate()
    assert refused(provider, wish()).refusal is Refusal.NO_DRIVERS
    assert register.posts() == []


@pytest.mark.parametrize(
    ("native", "status"),
    [
        ("received", S.REQUESTED),
        ("sent_to_operator", S.REQUESTED),
        ("received_by_operator", S.REQUESTED),
        ("received_by_taxi", S.REQUESTED),
        ("accepted_by_taxi", S.OFFERED),
        ("accepted_by_customer", S.DRIVER_ASSIGNED),
        ("customer_on_board", S.IN_PROGRESS),
        ("finished", S.COMPLETED),
        ("declined_by_customer", S.CANCELLED_BY_RIDER),
        ("incident_customer", S.CANCELLED_BY_RIDER),
        ("declined_by_taxi", S.NO_DRIVERS),
        ("timeout_taxi", S.NO_DRIVERS),
        ("failure", S.FAILED),
        ("incident_taxi", S.CANCELLED_BY_DRIVER),
        ("timeout_customer", S.EXPIRED),
        ("timeout_accepted_by_customer", S.EXPIRED),
        ("teleported", S.UNKNOWN),
        ("", S.UNKNOWN),
    ],
)
def test_each_status_by_reading_and_by_looking_up(
    register: FakeRegister, provider: LeTaxiProvider, native: str, status: TripStatus
) -> None:
    request = wish()
    booking = press(provider, request)
    register.hand_over()
    register.hails[0].step(native, register.now, 2)
    read = provider.get(booking.native_id)
    assert (read.status, read.native_status) == (status, native)
    found = provider.find_by_ref(request.client_ref)
    assert found is not None
    assert (found.native_id, found.status, found.native_status) == (booking.native_id, status, native)


@pytest.mark.parametrize(
    ("moves", "wait_s", "status"),
    [
        ((), 10, S.FAILED),
        (("received_by_taxi",), 30, S.NO_DRIVERS),
        (TO_ACCEPTANCE, 29.8, S.EXPIRED),
    ],
)
def test_the_timers_of_the_register(
    register: FakeRegister, provider: LeTaxiProvider, moves: tuple[str, ...], wait_s: float, status: TripStatus
) -> None:
    booking = press(provider)
    register.taxi_does(register.hails[0], *moves)
    register.advance(wait_s - 0.1)
    assert provider.get(booking.native_id).status in {S.REQUESTED, S.OFFERED}
    register.advance(0.2)
    assert provider.get(booking.native_id).status is status


def test_an_operator_that_is_down_ends_the_hail_at_once(register: FakeRegister, provider: LeTaxiProvider) -> None:
    register.operator_down = True
    assert provider.get(press(provider).native_id).status is S.FAILED


def test_a_confirm_may_be_repeated(register: FakeRegister, provider: LeTaxiProvider) -> None:
    booking = press(provider)
    register.taxi_does(register.hails[0], *TO_ACCEPTANCE)
    assert {provider.confirm(booking.native_id).status for _ in range(3)} == {S.DRIVER_ASSIGNED}


def test_a_late_confirm_gives_what_became_of_the_hail(register: FakeRegister, provider: LeTaxiProvider) -> None:
    booking = press(provider)
    register.taxi_does(register.hails[0], *TO_ACCEPTANCE)
    register.advance(31)
    late = provider.confirm(booking.native_id)
    assert (late.status, late.native_status) == (S.EXPIRED, "timeout_customer")


@pytest.mark.parametrize("moves", [(), ("received_by_taxi",), TO_ACCEPTANCE])
def test_before_the_confirm_a_cancel_declines_and_may_be_repeated(
    register: FakeRegister, provider: LeTaxiProvider, moves: tuple[str, ...]
) -> None:
    booking = press(provider)
    register.taxi_does(register.hails[0], *moves)
    assert provider.cancel(booking.native_id, "rider").status is S.CANCELLED_BY_RIDER
    assert provider.cancel(booking.native_id, "rider").status is S.CANCELLED_BY_RIDER
    assert provider.get(booking.native_id).native_status == "declined_by_customer"
    assert register.hails[0].reason is None


@pytest.mark.parametrize(("said", "reason"), [("rider", "no_specs"), ("", "no_specs"), ("no_show", "no_show")])
def test_after_the_confirm_a_cancel_is_an_incident_and_may_be_repeated(
    register: FakeRegister, provider: LeTaxiProvider, said: str, reason: str
) -> None:
    booking = press(provider)
    register.taxi_does(register.hails[0], *TO_ACCEPTANCE)
    provider.confirm(booking.native_id)
    assert provider.cancel(booking.native_id, said).status is S.CANCELLED_BY_RIDER
    assert register.hails[0].reason == reason
    assert provider.cancel(booking.native_id, said).status is S.CANCELLED_BY_RIDER
    assert provider.get(booking.native_id).native_status == "incident_customer"
    assert [taxi.id for taxi in register.near()] == ["near", "far"]


def test_the_reason_of_a_cancel_may_get_lost_the_cancel_holds(register: FakeRegister, provider: LeTaxiProvider) -> None:
    booking = press(provider)
    register.taxi_does(register.hails[0], *TO_ACCEPTANCE)
    provider.confirm(booking.native_id)
    register.after_next("PUT", "/hails/", lambda: None)
    register.after_next("PUT", "/hails/", lambda: None)
    register.answer_next("PUT", "/hails/", 500, b"")
    assert provider.cancel(booking.native_id, "rider").status is S.CANCELLED_BY_RIDER
    assert register.hails[0].reason is None


def test_nobody_is_put_out_of_the_taxi(register: FakeRegister, provider: LeTaxiProvider) -> None:
    booking = press(provider)
    register.taxi_does(register.hails[0], *TO_ACCEPTANCE)
    provider.confirm(booking.native_id)
    register.taxi_does(register.hails[0], "customer_on_board")
    assert provider.cancel(booking.native_id, "rider").status is S.IN_PROGRESS
    assert register.hails[0].status == "customer_on_board"


def test_a_cancel_that_the_handing_over_writes_over_is_made_again(
    register: FakeRegister, provider: LeTaxiProvider
) -> None:
    register.hands_over = False
    booking = press(provider)
    register.after_next("PUT", "/hails/", register.hand_over)
    assert provider.cancel(booking.native_id, "rider").status is S.CANCELLED_BY_RIDER
    assert register.hails[0].status == "declined_by_customer"
    assert [members for method, _, members in register.log if method == "PUT"] == [
        {"status": "declined_by_customer"}
    ] * 2


@pytest.mark.parametrize(("native", "colour"), [("BLANC", "white"), ("gris", "grey"), ("Teal", "teal"), ("", "")])
def test_colours_have_one_name(register: FakeRegister, provider: LeTaxiProvider, native: str, colour: str) -> None:
    register.taxis[0] = replace(register.taxis[0], colour=native)
    booking = press(provider)
    register.taxi_does(register.hails[0], *TO_ACCEPTANCE)
    vehicle = provider.get(booking.native_id).vehicle
    assert vehicle is not None
    assert vehicle.colour == colour


def test_what_is_not_offered_says_so(register: FakeRegister, provider: LeTaxiProvider) -> None:
    with pytest.raises(Refused, match=r"le_?taxi: it cannot pass anything on"):
        provider.passenger_coming("any")
    assert register.log == []


def test_health_asks_for_no_taxi(register: FakeRegister, provider: LeTaxiProvider) -> None:
    provider.health()
    assert [path.partition("?")[0] for _, path, _ in register.log] == ["/hails/"]


def test_the_stored_trip_holds_nothing_but_what_is_sent(provider: LeTaxiProvider) -> None:
    stored = json.loads(provider.prepare(wish(), "a-ref"))
    assert sorted(stored) == ["customer", "earlier", "passengers", "wheelchair"]
