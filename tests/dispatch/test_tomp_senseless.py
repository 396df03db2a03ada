"""Whatever a TOMP-API operator answers, of any type, form and size: it is left out or UNKNOWN, and nothing raises."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from fake_operator import FakeOperator, wish
from fake_operator_world import Taxi, World
from tomp_desk import error_of, press, refusal_of

from dispatch_client.errors import Ambiguous, Refusal, Refused
from dispatch_client.http import Reply
from dispatch_client.provider import Estimate
from dispatch_client.providers import _tomp_answers as answers
from dispatch_client.providers import _tomp_offers as offers
from dispatch_client.providers import _tomp_wish
from dispatch_client.providers._tomp_refusals import Step, judged
from dispatch_client.trips import ENDS, TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dispatch_client.providers.tomp import TompProvider


GARBAGE: list[object] = [
    b"",
    b"null",
    b"7",
    b"<html>502</html>",
    b"\xff\xfe\x00",
    b'{"id":',
    b"[" * 5000,
    b'{"a":' * 5000,
    b'"' + b"x" * 300_000 + b'"',
    [None, 7, "x"],
    {"id": 7, "state": "PENDING"},
    {"id": "another", "state": "PENDING"},
    {"state": "PENDING"},
    {"options": "x" * 100},
    {"id": None, "state": ["PENDING"], "legs": {"0": 1}},
]
ODD: list[object] = [
    None, True, -1, 0, 1e300, float("nan"), 10**400, "", "x" * 5000, "\ud800\u202e", [], [[]], {}, {"id": {}},
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-03-02T09:34:00", "FIXED", "TAXI", ["NAME"],
]  # fmt: skip
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def spoiled(document: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    """The document with each of its members, however deep, once of every odd value, and once missing."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in list(inner):
        for odd in [*ODD, *spoiled(value)]:
            copy: Any = document.copy()
            copy[key] = odd
            yield copy
    if isinstance(document, dict):
        yield from ({k: v for k, v in document.items() if k != key} for key in document)


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_after_a_booking_is_ambiguous(operator: FakeOperator, tomp: TompProvider, body: object) -> None:
    operator.answer_next("POST", "/bookings", 201, body)
    assert isinstance(error_of(lambda: press(tomp)), Ambiguous)


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_in_a_planning_is_no_taxi_and_books_nothing(
    operator: FakeOperator, tomp: TompProvider, body: object
) -> None:
    operator.answer_next("POST", "/planning/offers", 201, body)
    assert refusal_of(lambda: press(tomp)) in {Refusal.NO_DRIVERS, Refusal.UNAVAILABLE}
    assert operator.rides == []


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_in_a_read_and_in_changes_is_unknown_and_no_end(
    operator: FakeOperator, tomp: TompProvider, body: object
) -> None:
    native_id = press(tomp).native_id
    for _ in range(3):
        operator.answer_next("GET", "/bookings/", 200, body)
        operator.answer_next("POST", "/bookings/", 200, body)
    for call in (tomp.get, tomp.confirm, lambda found: tomp.cancel(found, "rider")):
        booking = call(native_id)
        assert (booking.native_id, booking.status) == (native_id, TripStatus.UNKNOWN)


@pytest.mark.parametrize("body", [one for one in GARBAGE if one != {"state": "PENDING"}])
@pytest.mark.parametrize("start", ["/legs/", "/bookings/"])
def test_garbage_about_the_leg_or_the_eta_costs_nobody_the_booking(
    operator: FakeOperator, tomp: TompProvider, start: str, body: object
) -> None:
    native_id = press(tomp).native_id
    tomp.confirm(native_id)
    operator.does(operator.rides[0], "prepare")
    path = start if start == "/legs/" else f"/bookings/{native_id}/notifications"
    for status in (200, 500, 404):
        operator.answer_next("GET", path, status, body)
        booking = tomp.get(native_id)
        assert (booking.status, booking.eta_s) == (TripStatus.DRIVER_ASSIGNED, 240)
        assert booking.vehicle is not None


def test_every_member_of_a_booking_may_be_anything(count: Callable[[str, int], None]) -> None:
    world = World()
    world.add(Taxi("one"))
    ride = world.book(world.offer(None)[0], {"extraInfo": {"clientRef": "a-ref"}})
    ride.state, ride.safe_wait_min, ride.plated, ride.leg = "CONFIRMED", 4, True, "PREPARING"
    sound, leg, met = world.shown(ride), world.leg(ride), 0
    for row, part in [*((row, {}) for row in spoiled(sound)), *((sound, part) for part in spoiled(leg))]:
        booking = answers.booking("an-id", answers.Told(row, NOW), part)
        assert len(booking.native_status) <= 64
        assert booking.eta_s is None or 0 <= booking.eta_s <= 86400
        assert booking.vehicle is None or 0 < len(booking.vehicle.plate) <= 32
        met += 1
    count("odd members of a booking at a TOMP operator: none raises", met)
    assert met > 500


@pytest.mark.parametrize("in_legs", [True, False])
def test_every_member_of_an_offer_may_be_anything(in_legs: bool, count: Callable[[str, int], None]) -> None:
    world = World()
    world.legs_in_bookings = in_legs
    world.add(Taxi("one", asks=("PHONE_NUMBERS",), conditions=("conditionPayWhenFinished",), wheelchair=True))
    sound = {"validUntil": "2026-03-02T09:35:00Z", "options": [world.option(offer) for offer in world.offer(None)]}
    asked, met = _tomp_wish.of(wish(), "a-ref"), Counter[str]()
    for planning in spoiled(sound):
        told = answers.Told(planning, NOW)
        assert isinstance(offers.estimate(told), Estimate)
        try:
            offers.best(told, asked).booking(asked)
            met["booked"] += 1
        except Refused as error:
            met[error.refusal] += 1
    assert set(met) == {"booked", Refusal.NO_DRIVERS, Refusal.INVALID_REQUEST}
    count("odd members of an offer at a TOMP operator: none raises", met.total())


def test_every_member_of_a_list_may_be_anything(operator: FakeOperator, tomp: TompProvider) -> None:
    sound = {"id": "an-id", "state": "PENDING", "extraInfo": {"clientRef": "a-ref"}, "customer": {"id": "a-ref"}}
    odd = [row for row in spoiled(sound) if answers.identity(row) is None or "a-ref" not in str(row)]
    for rows in (ODD, odd):
        operator.answer_next("GET", "/bookings", 200, rows)
        assert tomp.find_by_ref("a-ref") is None
    assert answers.eta_minutes([*spoiled({"type": "ETA", "minutes": 4}), {"type": "ETA", "minutes": 3}])[-1] == 3


@pytest.mark.parametrize("step", Step)
def test_no_error_of_any_form_raises_anything_but_what_it_means(step: Step) -> None:
    for document in [*ODD, *spoiled({"errorcode": 3202, "title": "Availability expired."})]:
        raw = json.dumps(document).encode(errors="replace")
        for status in (100, 204, 302, 400, 401, 403, 404, 408, 409, 410, 428, 429, 500, 501, 599):
            assert isinstance(judged(Reply(status, {"Retry-After": "x"}, raw), step), Refused | Ambiguous)


def test_an_unknown_word_is_kept_for_the_log_without_what_disturbs_it(
    operator: FakeOperator, tomp: TompProvider
) -> None:
    native_id = press(tomp).native_id
    for told, kept in (("half\nway", "half way"), ("x" * 5000, "x" * 31), ("ΩMEGA", "ΩMEGA")):
        operator.answer_next("GET", "/bookings/", 200, {"id": native_id, "state": told})
        booking = tomp.get(native_id)
        assert (booking.status, booking.native_status) == (TripStatus.UNKNOWN, kept)
        assert booking.status not in ENDS
