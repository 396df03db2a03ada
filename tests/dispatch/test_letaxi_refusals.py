"""Each way in which le.taxi says no, at each step, and what no register ever said; no answer leaks into a sentence."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
from fake_register import KEY, NOT_HAILED_THERE, FakeRegister, wish
from fake_register_world import Taxi

from dispatch_client.errors import Ambiguous, DispatchError, Refusal, Refused, Unreachable
from dispatch_client.http import Limits
from dispatch_client.providers.letaxi import LeTaxiProvider
from dispatch_client.trips import ENDS, Booking, Place, TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch_client.trips import TripRequest

GARBAGE = [
    b"",
    b"null",
    b"[]",
    b"<html>502</html>",
    b"\xff\xfe\x00",
    b'{"data":',
    b"[" * 5000,
    {"data": None},
    {"data": {}},
    {"data": "x" * 100},
    {"data": [None, 7, "x"]},
    {"data": [[]]},
    {"data": [{}]},
    {"data": [{"id": 7, "status": 3, "taxi": [], "transitions": {}}]},
    {"data": [{"id": "x/../y", "status": ["received"], "taxi": "no"}]},
    {"data": [{"id": "somebody", "customer_id": "somebody", "status": "finished"}]},
]
SECRET = "Rue Secrète, +33199001234"


@pytest.fixture
def register() -> Iterator[FakeRegister]:
    with FakeRegister() as running:
        running.add(Taxi("near", 73.2695))
        yield running


@pytest.fixture
def provider(register: FakeRegister) -> Iterator[LeTaxiProvider]:
    made = LeTaxiProvider(register.url, KEY, limits=Limits(read_s=0.5, body_bytes=64 * 1024))
    yield made
    made.close()


def press(provider: LeTaxiProvider, request: TripRequest | None = None) -> Booking:
    request = request or wish()
    return provider.create(request.client_ref, provider.prepare(request, request.client_ref))


def error_of(call: Callable[[], object]) -> DispatchError:
    with pytest.raises(DispatchError) as caught:
        call()
    return caught.value


def refusal_of(call: Callable[[], object]) -> Refusal:
    error = error_of(call)
    assert isinstance(error, Refused), error
    return error.refusal


def fields(**said: str) -> dict[str, Any]:
    return {"errors": {"data": {"0": {name: [sentence] for name, sentence in said.items()}}}}


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (401, {"errors": {"": ["who are you"]}}, Refusal.AUTH),
        (401, b"<html>", Refusal.AUTH),
        (403, {"errors": {"": ["You do not have enough permissions"]}}, Refusal.AUTH),
        (403, fields(customer_id="This customer is banned."), Refusal.RIDER_BLOCKED),
        (403, {"errors": {"": ["This customer is banned."]}}, Refusal.RIDER_BLOCKED),
        (400, fields(customer_phone_number="too long"), Refusal.INVALID_REQUEST),
        (400, fields(taxi_id="Taxi is not free.", customer_lat="no"), Refusal.INVALID_REQUEST),
        (422, {"errors": {"data": ["data should be a list of one element."]}}, Refusal.INVALID_REQUEST),
        (400, b"", Refusal.INVALID_REQUEST),
        (405, {"errors": {"url": ["only GET here"]}}, Refusal.INVALID_REQUEST),
        (404, {"errors": {"url": ["API endpoint not found."]}}, Refusal.INVALID_REQUEST),
        (429, {"errors": {"": ["slower"]}}, Refusal.RATE_LIMITED),
        (400, fields(taxi_id="Taxi is not free."), Refusal.DRIVER_TAKEN),
        (400, fields(taxi_id="Taxi is no longer online."), Refusal.DRIVER_TAKEN),
        (400, fields(taxi_id="Taxi is not online."), Refusal.DRIVER_TAKEN),
        (404, fields(operateur="Unable to find taxi for this operateur."), Refusal.DRIVER_TAKEN),
    ],
)
def test_a_refused_hail(
    register: FakeRegister, provider: LeTaxiProvider, status: int, body: object, refusal: Refusal
) -> None:
    register.answer_next("POST", "/hails/", status, body)
    assert refusal_of(lambda: press(provider)) is refusal
    assert len(register.posts()) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 302, 204, 299])
@pytest.mark.parametrize("body", [b"", {"errors": {"": ["Internal server error"]}}])
def test_a_hail_that_nobody_understands_is_ambiguous(
    register: FakeRegister, provider: LeTaxiProvider, status: int, body: object
) -> None:
    register.answer_next("POST", "/hails/", status, body)
    error = error_of(lambda: press(provider))
    assert type(error) is not Unreachable
    assert isinstance(error, Ambiguous)


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_after_a_hail_is_ambiguous(register: FakeRegister, provider: LeTaxiProvider, body: object) -> None:
    register.answer_next("POST", "/hails/", 201, body)
    assert isinstance(error_of(lambda: press(provider)), Ambiguous)


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_in_a_search_is_no_taxi_and_asks_for_nothing(
    register: FakeRegister, provider: LeTaxiProvider, body: object
) -> None:
    register.answer_next("GET", "/taxis", 200, body)
    assert refusal_of(lambda: press(provider)) in {Refusal.NO_DRIVERS, Refusal.UNAVAILABLE}
    assert register.posts() == []


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_in_a_read_and_in_changes_is_unknown_and_no_end(
    register: FakeRegister, provider: LeTaxiProvider, body: object
) -> None:
    native_id = press(provider).native_id
    for _ in range(2):
        register.answer_next("GET", "/hails/", 200, body)
        register.answer_next("PUT", "/hails/", 200, body)
    for call in (provider.get, provider.confirm, lambda found: provider.cancel(found, "rider")):
        booking = call(native_id)
        assert (booking.native_id, booking.status) == (native_id, TripStatus.UNKNOWN)


@pytest.mark.parametrize("body", [one for one in GARBAGE if one not in ({"data": [None, 7, "x"]}, {"data": [[]]})])
def test_garbage_in_a_look_up_is_never_absence(register: FakeRegister, provider: LeTaxiProvider, body: object) -> None:
    register.answer_next("GET", "/hails/", 200, body)
    assert isinstance(error_of(lambda: provider.find_by_ref("a-ref")), Ambiguous)


@pytest.mark.parametrize(
    "taxi",
    [
        {"crowfly_distance": "73", "driver": 7, "vehicle": {"licence_plate": ["x"], "color": 3}},
        {"crowfly_distance": True, "driver": {"first_name": None}, "vehicle": None},
        {"crowfly_distance": -1, "driver": {"first_name": "x" * 10_000}, "vehicle": {"licence_plate": "x" * 10_000}},
        {"crowfly_distance": 10**400, "driver": [], "vehicle": {"licence_plate": ""}},
        {"crowfly_distance": 5000.0, "driver": "Ali", "vehicle": {"licence_plate": {}}},
        None,
    ],
)
def test_members_of_wrong_types_are_left_out(register: FakeRegister, provider: LeTaxiProvider, taxi: object) -> None:
    native_id = press(provider).native_id
    row = {"id": native_id, "status": "accepted_by_customer", "taxi": taxi, "taxi_phone_number": 5, "session_id": []}
    register.answer_next("GET", "/hails/", 200, {"data": [row]})
    assert provider.get(native_id) == Booking(native_id, TripStatus.DRIVER_ASSIGNED, "accepted_by_customer")


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "ok", "status": "free"},
        {"id": "ok", "operator": "", "status": "free"},
        {"id": "ok", "operator": "x" * 1000},
        {"id": "../x", "operator": "one"},
        {"id": "ok", "operator": "one", "status": "occupied"},
        {"id": None, "operator": "one"},
    ],
)
def test_an_entry_that_is_no_taxi_is_passed_over(
    register: FakeRegister, provider: LeTaxiProvider, entry: dict[str, Any]
) -> None:
    sound = {"id": "near", "operator": "chauffeur professionnel", "crowfly_distance": "?", "vehicle": None}
    register.answer_next("GET", "/taxis", 200, {"data": [entry, 7, sound]})
    press(provider)
    assert register.posts()[0]["taxi_id"] == "near"


def test_an_unknown_word_is_kept_for_the_log_without_what_disturbs_it(
    register: FakeRegister, provider: LeTaxiProvider
) -> None:
    native_id = press(provider).native_id
    for told, kept in (("half\nway", "half way"), ("x" * 5000, "x" * 64), (["list"], ""), (None, "")):
        register.answer_next("GET", "/hails/", 200, {"data": [{"id": native_id, "status": told}]})
        booking = provider.get(native_id)
        assert (booking.status, booking.native_status) == (TripStatus.UNKNOWN, kept)
        assert booking.status not in ENDS


def test_an_excluded_zone_is_out_of_area(register: FakeRegister, provider: LeTaxiProvider) -> None:
    lon, lat = NOT_HAILED_THERE
    request = wish(pickup=Place("Gate", lat, lon))
    assert refusal_of(lambda: press(provider, request)) is Refusal.OUT_OF_AREA
    assert refusal_of(lambda: provider.estimate(request)) is Refusal.OUT_OF_AREA
    assert register.posts() == []


@pytest.mark.parametrize("start", ["/hails/", "/taxis"])
@pytest.mark.parametrize("status", [500, 503, 502])
def test_a_server_that_fails_before_the_hail_has_taken_nothing(
    register: FakeRegister, provider: LeTaxiProvider, start: str, status: int
) -> None:
    register.answer_next("GET", start, status, b"<html>")
    assert refusal_of(lambda: press(provider)) is Refusal.UNAVAILABLE
    assert register.posts() == []


@pytest.mark.parametrize("start", ["/hails/", "/taxis"])
def test_an_answer_lost_before_the_hail_leaves_nothing_open(
    register: FakeRegister, provider: LeTaxiProvider, start: str
) -> None:
    register.lose_next("GET", start)
    assert isinstance(error_of(lambda: press(provider)), Unreachable)
    assert register.posts() == []


@pytest.mark.parametrize("start", ["/hails/", "/taxis"])
@pytest.mark.parametrize(("status", "refusal"), [(401, Refusal.AUTH), (403, Refusal.AUTH), (429, Refusal.RATE_LIMITED)])
def test_a_refusal_before_the_hail(
    register: FakeRegister, provider: LeTaxiProvider, start: str, status: int, refusal: Refusal
) -> None:
    register.answer_next("GET", start, status, {"errors": {"": ["no"]}}, {"Retry-After": "7"})
    error = error_of(lambda: press(provider))
    assert isinstance(error, Refused)
    assert error.refusal is refusal
    assert error.retry_after_s == (7 if status == 429 else None)
    assert register.posts() == []


@pytest.mark.parametrize("path", ["/wrong", "/wrong/deeper"])
def test_a_wrong_path_in_the_url_is_told(register: FakeRegister, path: str) -> None:
    made = LeTaxiProvider(register.url + path, KEY)
    assert refusal_of(lambda: press(made)) is Refusal.INVALID_REQUEST
    assert refusal_of(made.health) is Refusal.INVALID_REQUEST
    made.close()


def test_a_wrong_key_is_told(register: FakeRegister) -> None:
    made = LeTaxiProvider(register.url, "another-key")
    for call in (made.health, lambda: press(made), lambda: made.get("x"), lambda: made.cancel("x", "")):
        error = error_of(call)
        assert isinstance(error, Refused)
        assert error.refusal is Refusal.AUTH
        assert "API key" in str(error)
        assert "another-key" not in str(error)
    made.close()


def test_a_hail_that_the_register_does_not_know(register: FakeRegister, provider: LeTaxiProvider) -> None:
    for call in (provider.get, provider.confirm, lambda found: provider.cancel(found, "rider")):
        assert refusal_of(lambda call=call: call("zzzzzzz")) is Refusal.NOT_FOUND  # type: ignore[misc]


@pytest.mark.parametrize("status", [500, 503, 408])
def test_a_server_that_fails_at_a_known_hail_is_ambiguous(
    register: FakeRegister, provider: LeTaxiProvider, status: int
) -> None:
    native_id = press(provider).native_id
    for method, call in (("GET", provider.get), ("PUT", provider.confirm)):
        register.answer_next(method, "/hails/", status, b"")
        assert isinstance(error_of(lambda call=call: call(native_id)), Ambiguous)  # type: ignore[misc]


def test_a_native_id_cannot_lead_elsewhere(register: FakeRegister, provider: LeTaxiProvider) -> None:
    assert refusal_of(lambda: provider.get("../taxis?lon=1")) is Refusal.NOT_FOUND
    assert [path.partition("?")[0] for _, path, _ in register.log] == ["/hails/../taxis"]


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    made = LeTaxiProvider(f"http://127.0.0.1:{port}", KEY)
    for call in (lambda: press(made), made.health, lambda: made.get("x"), lambda: made.find_by_ref("x")):
        assert isinstance(error_of(call), Unreachable)
    made.close()


@pytest.mark.parametrize(
    "stored",
    [b"", b"null", b"{}", b'{"customer":{}}', b'{"customer":{"customer_id":"a-ref"},"earlier":[],"passengers":1}'],
)
def test_a_stored_trip_that_cannot_be_read_is_told(
    register: FakeRegister, provider: LeTaxiProvider, stored: bytes
) -> None:
    assert refusal_of(lambda: provider.create("a-ref", stored)) is Refusal.INVALID_REQUEST
    assert register.log == []


def test_the_stored_trip_of_another_attempt_is_not_sent(register: FakeRegister, provider: LeTaxiProvider) -> None:
    request = wish()
    stored = provider.prepare(request, request.client_ref)
    assert refusal_of(lambda: provider.create("another", stored)) is Refusal.INVALID_REQUEST
    assert register.log == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500])
def test_no_sentence_repeats_what_was_sent_or_said(
    register: FakeRegister, provider: LeTaxiProvider, status: int
) -> None:
    body = {"errors": {"data": {"0": {SECRET: [SECRET], "customer_address": [SECRET]}}, SECRET: [SECRET]}}
    register.answer_next("POST", "/hails/", status, body)
    sentence = str(error_of(lambda: press(provider, wish(pickup=Place(SECRET, 48.8566, 2.3522)))))
    assert "Secr" not in sentence
    assert "33199001234" not in sentence
    assert KEY not in sentence
    assert str(status) in sentence or "taken by others" in sentence
