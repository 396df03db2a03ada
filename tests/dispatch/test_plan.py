"""The next step of a trip as pure functions: keys, jobs and rhythms."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from fakes_dispatcher import FULL, FakeClock, FakeDispatcher, wish
from hypothesis import given
from hypothesis import strategies as st

from dispatch_client import outcomes, plan
from dispatch_client.attempts import attempt_ref, new_case
from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.ladder import Ladder
from dispatch_client.plan import Job, Policy
from dispatch_client.provider import Capabilities
from dispatch_client.trips import ENDS, Booking, TripStatus

POLICY = Policy()
CLOCK = FakeClock()
NOW = CLOCK.now()


def fresh() -> Case:
    return new_case(wish(), None, Ladder.of(FakeDispatcher(CLOCK)), NOW, POLICY)


@given(st.uuids(version=4).map(str), st.integers(1, 50), st.integers(1, 50))
def test_each_attempt_has_a_key_of_its_own_that_is_the_same_every_time(ref: str, one: int, other: int) -> None:
    assert attempt_ref(ref, 1) == ref
    assert attempt_ref(ref, one) == attempt_ref(ref, one)
    assert (attempt_ref(ref, one) == attempt_ref(ref, other)) == (one == other)
    assert str(uuid.UUID(attempt_ref(ref, one))) == attempt_ref(ref, one)


@pytest.mark.parametrize(
    ("can", "cancel", "job"),
    [
        (FULL, False, Job.CREATE),
        (FULL, True, Job.LOOK_UP),
        (Capabilities(find_by_ref=True), False, Job.LOOK_UP),
        (Capabilities(idempotent_create=True), True, Job.CREATE),
        (Capabilities(), False, None),
        (Capabilities(), True, None),
    ],
)
def test_what_may_have_arrived(can: Capabilities, *, cancel: bool, job: Job | None) -> None:
    case = plan.sending(fresh(), NOW)
    assert case.trip.status is TripStatus.SUBMITTING
    if cancel:
        case = outcomes.cancelled(case, "rider")
    assert plan.next_job(case, can, NOW, POLICY) is job


def test_a_cancel_comes_before_everything_else_and_is_followed_by_reads() -> None:
    case = outcomes.heard(fresh(), Booking("n", TripStatus.ARRIVED), NOW, FULL)
    case = outcomes.said(case, FULL, can_see_taxi=True)
    assert plan.next_job(case, FULL, NOW, POLICY) is Job.COMING
    case = outcomes.cancelled(case, "rider")
    assert plan.next_job(case, FULL, NOW, POLICY) is Job.CANCEL
    case = outcomes.answered(case, Job.CANCEL, Booking("n", TripStatus.CANCELLED_BY_RIDER), NOW, FULL)
    assert not case.trip.ended
    assert plan.next_job(case, FULL, NOW, POLICY) is Job.READ


def test_an_ended_trip_has_no_next_job() -> None:
    for end in ENDS:
        assert plan.next_job(plan.concluded(fresh(), end), FULL, NOW, POLICY) is None


def test_the_rhythm_of_reads_honours_the_dispatcher_and_the_push() -> None:
    assert plan.poll_s(fresh().with_trip(status=TripStatus.REQUESTED), NOW, FULL, pushed=False) == 2
    assert plan.poll_s(fresh().with_trip(status=TripStatus.DRIVER_ASSIGNED), NOW, FULL, pushed=False) == 5
    assert plan.poll_s(fresh().with_trip(status=TripStatus.REQUESTED), NOW, FULL, pushed=True) == 15
    assert plan.poll_s(fresh().with_trip(status=TripStatus.IN_PROGRESS), NOW, FULL, pushed=True) == 30
    assert (
        plan.poll_s(fresh().with_trip(status=TripStatus.REQUESTED), NOW, replace(FULL, min_poll_s=20), pushed=False)
        == 20
    )


@given(st.sampled_from(TripStatus), st.lists(st.sampled_from(TripStatus), max_size=8), st.booleans())
def test_no_news_of_any_kind_breaks_a_case(first: TripStatus, more: list[TripStatus], cancels: bool) -> None:
    case = plan.sending(fresh(), NOW)
    if cancels:
        case = outcomes.cancelled(case, "rider")
    for status in [first, *more]:
        if case.trip.ended:
            break
        case = outcomes.heard(case, Booking("n", status), NOW, FULL)
        assert case.errand(ErrandKind.CREATE) is None
        assert case.trip.status is not TripStatus.UNKNOWN
        assert case.trip.ended == (case.trip.status in ENDS)
        assert not (case.trip.ended and case.errands)
        assert plan.next_job(case, FULL, NOW, POLICY) is not None or case.trip.ended


def test_an_errand_takes_the_place_of_the_one_of_its_kind() -> None:
    case = fresh().with_errand(Errand(ErrandKind.CANCEL, "a")).with_errand(Errand(ErrandKind.CANCEL, "b"))
    assert [e.attempt_ref for e in case.errands if e.kind is ErrandKind.CANCEL] == ["b"]
