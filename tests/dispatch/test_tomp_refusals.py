"""Each way in which a TOMP-API operator says no or cannot answer; nothing that was sent or said is in a sentence."""

from __future__ import annotations

import socket

import pytest
from fake_operator import KEY, MAAS_ID, FakeOperator, wish
from fake_operator_world import Taxi
from tomp_desk import error_of, press, refusal_of

from dispatch_client.errors import Ambiguous, Refusal, Refused, Unreachable
from dispatch_client.providers.tomp import TompProvider
from dispatch_client.trips import Place, TripStatus

SECRET = "Secretparson"


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (400, {"errorcode": 3001, "title": "Field: from"}, Refusal.INVALID_REQUEST),
        (400, {"errorCode": 3008}, Refusal.INVALID_REQUEST),
        (400, b"", Refusal.INVALID_REQUEST),
        (401, {"errorcode": 3006}, Refusal.AUTH),
        (403, b"", Refusal.AUTH),
        (403, {"errorcode": 3201}, Refusal.NO_DRIVERS),
        (406, b"", Refusal.NO_DRIVERS),
        (428, {"errorcode": 3209}, Refusal.RIDER_BLOCKED),
        (428, b"", Refusal.INVALID_REQUEST),
        (429, b"", Refusal.RATE_LIMITED),
        (400, {"errorcode": "3007"}, Refusal.RATE_LIMITED),
        (501, b"", Refusal.INVALID_REQUEST),
    ],
)
def test_a_refused_booking(
    operator: FakeOperator, tomp: TompProvider, status: int, body: object, refusal: Refusal
) -> None:
    operator.answer_next("POST", "/bookings", status, body, {"Retry-After": "7"})
    error = error_of(lambda: press(tomp))
    assert isinstance(error, Refused)
    assert (error.refusal, error.retry_after_s) == (refusal, None if status == 501 else 7)
    assert operator.rides == []


def test_after_a_refusal_that_was_none_the_next_create_goes_on_with_the_booking(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    request = wish()
    operator.answer_next("POST", "/bookings", 429, b"")
    assert refusal_of(lambda: press(tomp, request)) is Refusal.RATE_LIMITED
    operator.book(operator.offers[0], {})  # somebody on the way was in a hurry, not the operator
    assert press(tomp, request).native_id == operator.rides[0].id
    assert len(operator.rides) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 302, 299])
@pytest.mark.parametrize("body", [b"", {"errorcode": 3005}])
def test_a_booking_that_nobody_understands_is_ambiguous(
    operator: FakeOperator, tomp: TompProvider, status: int, body: object
) -> None:
    operator.answer_next("POST", "/bookings", status, body)
    assert isinstance(error_of(lambda: press(tomp)), Ambiguous)


def test_a_booking_that_is_taken_and_not_looked_at_yet_is_asked_for(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.answer_next("POST", "/bookings", 202, b"")
    assert press(tomp).status is TripStatus.REQUESTED


@pytest.mark.parametrize("status", [500, 503, 502])
def test_a_server_that_fails_before_the_booking_has_taken_nothing(
    operator: FakeOperator, tomp: TompProvider, status: int
) -> None:
    operator.answer_next("POST", "/planning/offers", status, b"<html>")
    assert refusal_of(lambda: press(tomp)) is Refusal.UNAVAILABLE
    assert operator.rides == []


def test_an_answer_lost_before_the_booking_leaves_nothing_open(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.lose_next("POST", "/planning/offers")
    assert isinstance(error_of(lambda: press(tomp)), Unreachable)
    assert operator.rides == []


def test_a_wrong_path_in_the_url_is_told() -> None:
    with FakeOperator() as operator:
        made = TompProvider(operator.url + "/wrong", KEY, maas_id=MAAS_ID)
        assert refusal_of(lambda: press(made)) is Refusal.INVALID_REQUEST
        assert refusal_of(made.health) is Refusal.INVALID_REQUEST
        made.close()


@pytest.mark.parametrize("start", ["/operator/ping", "/planning/offers"])
def test_a_web_page_instead_of_an_operator_is_told(operator: FakeOperator, tomp: TompProvider, start: str) -> None:
    method = "GET" if start == "/operator/ping" else "POST"
    for path in (start, "/operator/meta"):
        operator.answer_next(method, path, 404, b"<html>nothing here</html>")
    assert "is the URL right?" in str(error_of(tomp.health if method == "GET" else lambda: press(tomp)))


def test_a_wrong_token_is_told(operator: FakeOperator) -> None:
    made = TompProvider(operator.url, "another-key", maas_id=MAAS_ID)
    for call in (made.health, lambda: press(made), lambda: made.get("x"), lambda: made.cancel("x", "")):
        error = error_of(call)
        assert isinstance(error, Refused)
        assert error.refusal is Refusal.AUTH
        assert "check the token" in str(error)
        assert "another-key" not in str(error)
    made.close()


def test_a_version_that_it_does_not_speak_is_told(operator: FakeOperator, tomp: TompProvider) -> None:
    operator.answer_next("POST", "/planning/offers", 400, {"errorcode": 2008})
    assert "does not speak version 1.5" in str(error_of(lambda: press(tomp)))


def test_a_booking_that_the_operator_does_not_know(tomp: TompProvider) -> None:
    assert refusal_of(lambda: tomp.get("nothing")) is Refusal.NOT_FOUND
    assert refusal_of(lambda: tomp.cancel("nothing", "rider")) is Refusal.NOT_FOUND
    assert refusal_of(lambda: tomp.passenger_coming("nothing")) is Refusal.NOT_FOUND


def test_a_page_of_something_else_is_no_proof_that_a_booking_is_gone(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    native_id = press(tomp).native_id
    operator.answer_next("GET", "/bookings/", 404, b"<html>the application is being updated</html>")
    assert tomp.get(native_id).status is TripStatus.UNKNOWN


@pytest.mark.parametrize("status", [500, 503, 408])
def test_a_server_that_fails_at_a_known_booking_is_ambiguous(
    operator: FakeOperator, tomp: TompProvider, status: int
) -> None:
    native_id = press(tomp).native_id
    for method, call in (("GET", tomp.get), ("POST", tomp.confirm)):
        operator.answer_next(method, "/bookings/", status, b"")
        assert isinstance(error_of(lambda call=call: call(native_id)), Ambiguous)  # type: ignore[misc]


def test_a_native_id_cannot_lead_elsewhere(operator: FakeOperator, tomp: TompProvider) -> None:
    error_of(lambda: tomp.get("../operator/ping?x=1"))
    (request,) = operator.log
    assert request[1].startswith("/bookings/..")
    operator.violations.clear()


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    made = TompProvider(f"http://127.0.0.1:{port}", KEY, maas_id=MAAS_ID)
    for call in (lambda: press(made), made.health, lambda: made.get("x"), lambda: made.find_by_ref("x")):
        assert isinstance(error_of(call), Unreachable)
    made.close()


@pytest.mark.parametrize(
    "stored",
    [b"", b"null", b"{}", b'{"ref":"a-ref"}', b'{"ref":"a-ref","planning":{"from":7},"phone":""}', b'{"ref":"other"}'],
)
def test_a_stored_trip_that_cannot_be_read_is_told(operator: FakeOperator, tomp: TompProvider, stored: bytes) -> None:
    assert refusal_of(lambda: tomp.create("a-ref", stored)) is Refusal.INVALID_REQUEST
    assert operator.log == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 428, 429, 500])
@pytest.mark.parametrize("path", ["/bookings", "/planning/offers"])
def test_no_sentence_repeats_what_was_sent_or_said(
    operator: FakeOperator, tomp: TompProvider, status: int, path: str
) -> None:
    operator.taxis = [Taxi("one", asks=("FROM_ADDRESS", "PHONE_NUMBERS"))]
    body = {"errorcode": 3999, "type": SECRET, "title": SECRET, "detail": SECRET, "instance": SECRET, SECRET: SECRET}
    for _ in range(2):
        operator.answer_next("POST", path, status, body)
    sentence = str(error_of(lambda: press(tomp, wish(pickup=Place(SECRET, 52.09, 5.12), note=SECRET))))
    assert not any(word in sentence for word in ("Secret", "2025550123", KEY, MAAS_ID, "52.09"))
    assert str(status) in sentence or "taken by others" in sentence
