"""Whatever a dispatcher answers becomes a Booking, or one of the three errors; never anything else."""

from __future__ import annotations

import json
import math
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from http_faults import Caller, RawServer, answer
from hypothesis import given
from hypothesis import strategies as st

from dispatch_client.errors import Ambiguous
from dispatch_client.http import Limits, Senseless
from dispatch_client.provider import Estimate
from dispatch_client.providers import _answers
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.trips import Booking, Driver, Place, TripRequest, TripStatus, Vehicle

if TYPE_CHECKING:
    from collections.abc import Callable

S = TripStatus
TRIP: dict[str, Any] = {
    "id": "t-1",
    "client_ref": "a-reference",
    "status": "driver_assigned",
    "revision": 4,
    "vehicle": {"plate": "沪A·D12345", "make": "Toyota", "model": "Corolla", "colour": "Yellow"},
    "driver": {"name": "王师傅", "phone": "+447700900123"},
    "eta_s": 210,
    "drivers_notified": 5,
}


def ask(body: object, question: Callable[[HailApiProvider], object]) -> object:
    """Put a question to a dispatcher that answers `body` to everything."""

    def behave(caller: Caller) -> None:
        caller.request()
        caller.send(answer(body))

    with RawServer(behave) as server:
        provider = HailApiProvider(server.url, "token", limits=Limits(read_s=2))
        try:
            return question(provider)
        finally:
            provider.close()


def create(provider: HailApiProvider) -> Booking:
    return provider.create("a-reference", b"{}")


def test_a_whole_trip_is_read_whole() -> None:
    assert ask(TRIP, create) == Booking(
        native_id="t-1",
        status=S.DRIVER_ASSIGNED,
        native_status="driver_assigned",
        vehicle=Vehicle("沪A·D12345", "Toyota", "Corolla", "yellow"),
        driver=Driver("王师傅", "+447700900123"),
        eta_s=210,
        drivers_notified=5,
        revision=4,
    )


@pytest.mark.parametrize("status", [status for status in S if status not in {S.QUEUED, S.SUBMITTING, S.UNKNOWN}])
def test_each_word_of_the_description_is_its_status(status: TripStatus) -> None:
    assert _answers.booking("t-1", {"status": str(status)}).status is status


@pytest.mark.parametrize("word", ["on_its_way", "queued", "submitting", "unknown", "REQUESTED", "", "x" * 5000])
def test_a_word_that_nobody_mapped_is_unknown_and_kept(word: str) -> None:
    booking = _answers.booking("t-1", {"status": word})
    assert (booking.status, booking.native_status) == (S.UNKNOWN, word[:64])


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("eta_s", -1),
        ("eta_s", math.nan),
        ("eta_s", math.inf),
        ("eta_s", 10**400),
        ("eta_s", 90_000),
        ("eta_s", "210"),
        ("eta_s", True),
        ("eta_s", [210]),
        ("drivers_notified", -5),
        ("drivers_notified", {}),
        ("revision", 2**64),
        ("revision", "4"),
        ("vehicle", "沪A·D12345"),
        ("vehicle", []),
        ("vehicle", {"plate": 12345}),
        ("vehicle", {"plate": "x" * 33, "colour": None}),
        ("driver", {"name": "n" * 65, "phone": ["+447700900123"]}),
        ("driver", 7),
    ],
)
def test_a_member_that_makes_no_sense_is_left_out_and_the_rest_is_kept(member: str, value: object) -> None:
    booking = _answers.booking("t-1", {**TRIP, member: value})
    whole = _answers.booking("t-1", TRIP)
    kept = {name for name in Booking.__slots__ if getattr(booking, name) == getattr(whole, name)}
    assert getattr(booking, member) is None
    assert set(Booking.__slots__) - kept == {member}


def test_a_number_with_a_fraction_is_rounded() -> None:
    assert _answers.booking("t-1", {"eta_s": 89.6}).eta_s == 90


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (" A\x00B\u202e\ud800C\n1 ", "ABC 1"),
        ("\u2066\ufeff", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\U000323b0", "\U000323b0"),
    ],
    ids=["controls", "marks alone", "joiner", "a character newer than this Python"],
)
def test_what_would_disturb_a_screen_is_taken_out_of_texts_and_nothing_else(said: str, shown: str) -> None:
    assert _answers.text(said, 64) == shown


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*TRIP, "x"]), JSON | st.just(TRIP["vehicle"])))
def test_no_object_can_raise(trip: dict[str, Any]) -> None:
    booking = _answers.booking("t-1", json.loads(json.dumps(trip)))
    assert booking.status in S
    assert booking.eta_s is None or 0 <= booking.eta_s <= 86400
    json.dumps(booking.native_status, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "trip",
    [
        {},
        {**TRIP, "id": None},
        {**TRIP, "id": 7},
        {**TRIP, "id": ""},
        {**TRIP, "id": "../../v1/health"},
        {**TRIP, "id": "t 1"},
        {**TRIP, "id": "x" * 65},
        {**TRIP, "client_ref": "somebody-else"},
        {"trips": [TRIP]},
        [TRIP],
        "ok",
        None,
    ],
)
def test_a_create_that_is_answered_without_our_trip_is_ambiguous(trip: object) -> None:
    with pytest.raises(Ambiguous):
        ask(trip, create)


@pytest.mark.parametrize("trip", [{}, [], "ok", b"<html>", {**TRIP, "id": "t-2"}, {**TRIP, "id": None}])
@pytest.mark.parametrize(
    "question",
    [
        lambda provider: provider.get("t-1"),
        lambda provider: provider.cancel("t-1", "staff"),
        lambda provider: provider.confirm("t-1"),
        lambda provider: provider.passenger_coming("t-1"),
    ],
    ids=["get", "cancel", "confirm", "passenger_coming"],
)
def test_any_other_answer_that_makes_no_sense_is_a_booking_of_unknown_status(
    trip: object, question: Callable[[HailApiProvider], object]
) -> None:
    assert ask(trip, question) == Booking("t-1", S.UNKNOWN)


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"trips": None},
        {"trips": [7]},
        {"trips": [{**TRIP, "client_ref": "other"}]},
        {"trips": [{**TRIP, "id": 1}]},
        b"<html>",
    ],
)
def test_a_look_up_that_makes_no_sense_is_not_absence(found: object) -> None:
    with pytest.raises(Senseless):
        ask(found, lambda provider: provider.find_by_ref("a-reference"))


@pytest.mark.parametrize("found", [{"pickup_eta_s": "soon", "price": 14}, {}, {"pickup_eta_s": -3, "price": "x" * 65}])
def test_an_estimate_that_makes_no_sense_is_empty(found: object) -> None:
    request = TripRequest("a-reference", Place("x", 1, 2), datetime.now(UTC), 1)
    assert ask(found, lambda provider: provider.estimate(request)) == Estimate()


def test_a_trip_of_ours_with_an_odd_name_stays_inside_its_path() -> None:
    heard: list[bytes] = []

    def behave(caller: Caller) -> None:
        heard.append(caller.request().split(b"\r\n")[0])
        caller.send(answer(TRIP))

    with RawServer(behave) as server:
        provider = HailApiProvider(server.url, "token")
        provider.get("a/b?c#d")
        provider.close()
    assert heard == [b"GET /v1/trips/a%2Fb%3Fc%23d HTTP/1.1"]


def event(data: str, kind: str = "trip", identity: str = "1") -> bytes:
    return f"id: {identity}\nevent: {kind}\ndata: {data}\n\n".encode()


def test_events_that_make_no_sense_are_passed_over() -> None:
    sent = b"".join(
        [
            event("{"),
            event("[]"),
            event('{"id": "t-1"}'),
            event(json.dumps({**TRIP, "client_ref": 5})),
            event(json.dumps(TRIP), kind="taxi"),
            event(json.dumps({**TRIP, "eta_s": "soon"}), identity="999"),
        ]
    )

    def behave(caller: Caller) -> None:
        requests.append(caller.request())
        caller.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + sent)
        caller.wait_gone()

    requests: list[bytes] = []
    stop = threading.Event()
    news: list[tuple[str, Booking]] = []

    def take(ref: str, booking: Booking) -> None:
        news.append((ref, booking))
        stop.set()

    with RawServer(behave) as server:
        provider = HailApiProvider(server.url, "token")
        provider.follow(take, stop)
        stop.clear()
        provider.follow(take, stop)
        provider.close()
    assert [(ref, booking.eta_s) for ref, booking in news] == [("a-reference", None)] * 2
    assert b"Last-Event-ID" not in requests[0]
    assert b"Last-Event-ID: 999\r\n" in requests[1]


def test_a_stream_of_one_endless_line_is_given_up() -> None:
    def behave(caller: Caller) -> None:
        caller.request()
        caller.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while True:
            caller.send(b"data: " + b"x" * 65536)

    with RawServer(behave) as server:
        provider = HailApiProvider(server.url, "token")
        with pytest.raises(Senseless, match="longer than"):
            provider.follow(lambda _ref, _booking: None, threading.Event())
        provider.close()
