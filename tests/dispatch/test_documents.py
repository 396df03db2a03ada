"""Whatever a case holds, it comes back from its document unchanged."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.clock import Moment
from dispatch_client.documents import dump_case, load_case
from dispatch_client.trips import Attempt, Booking, Driver, Place, Trip, TripRequest, TripStatus, Vehicle

times = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - the zone comes from the other strategy
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))]),
)
numbers = st.floats(0, 1e9)
maybe_time, maybe_whole = st.none() | times, st.none() | st.integers(0, 10**6)
moments = st.builds(Moment, st.text(max_size=40), numbers, times, st.booleans())
places = st.builds(Place, st.text(), st.floats(-90, 90), st.floats(-180, 180), st.text())
statuses = st.sampled_from(TripStatus)
bookings = st.builds(
    Booking,
    st.text(),
    statuses,
    st.text(),
    st.none() | st.builds(Vehicle, st.text(), st.text(), st.text(), st.text()),
    st.none() | st.builds(Driver, st.text(), st.text()),
    maybe_whole,
    maybe_whole,
    maybe_whole,
)
requests = st.builds(
    TripRequest,
    st.uuids().map(str),
    places,
    times,
    st.integers(1, 99),
    st.text(),
    st.none() | st.text(),
    st.none() | places,
    st.integers(1, 8),
    st.booleans(),
    st.text(),
    maybe_time,
)
attempts = st.builds(
    Attempt,
    st.uuids().map(str),
    st.text(),
    statuses,
    st.none() | bookings,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
trips = st.builds(
    Trip,
    requests,
    statuses,
    times,
    st.lists(attempts, min_size=1, max_size=3).map(tuple),
    st.none() | st.text(),
    maybe_time,
    maybe_time,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
errands = st.lists(
    st.builds(
        Errand, st.sampled_from(ErrandKind), st.text(), st.just(b""), st.none() | moments, st.integers(0, 9), st.text()
    ),
    max_size=3,
    unique_by=lambda errand: errand.kind,
)
cases = st.builds(Case, trips, moments, moments, st.none() | moments, numbers, errands.map(tuple))


@given(cases, st.binary(max_size=50))
def test_there_and_back(case: Case, payload: bytes) -> None:
    create = Errand(ErrandKind.CREATE, "ref", payload=payload)
    case = case.with_errand(create)
    text = dump_case(case)
    assert load_case(text, payload) == case
    assert text.isascii()
    assert "\n" not in text


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"trip": 1}', '"trip"', "null"])
def test_anything_else_is_refused_in_a_way_that_the_store_knows(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        load_case(text, b"")


def test_the_payload_of_the_create_is_kept_to_the_byte() -> None:
    payload = bytes(range(256))
    moment = Moment("boot", 1.0, datetime(2026, 3, 2, tzinfo=UTC), trusted=True)
    request = TripRequest(str(uuid.uuid4()), Place("", 0, 0), moment.wall, 1)
    trip = Trip(request, TripStatus.QUEUED, moment.wall, (Attempt(request.client_ref, "p"),))
    case = Case(trip, moment, moment, errands=(Errand(ErrandKind.CREATE, request.client_ref, payload),))
    loaded = load_case(dump_case(case), payload).errand(ErrandKind.CREATE)
    assert loaded is not None
    assert loaded.payload == payload


def test_what_an_earlier_version_wrote_is_read() -> None:
    moment = Moment("boot", 1.0, datetime(2026, 3, 2, tzinfo=UTC), trusted=True)
    request = TripRequest(str(uuid.uuid4()), Place("", 0, 0), moment.wall, 1)
    trip = Trip(request, TripStatus.QUEUED, moment.wall, (Attempt(request.client_ref, "p"),))
    case = Case(trip, moment, moment)
    document = json.loads(dump_case(case))
    del document["hold_s"], document["trip"]["request"]["pickup_at"]
    for name in ("wider", "followed", "left"):
        del document["trip"]["attempts"][0][name]
    assert load_case(json.dumps(document), b"") == case
