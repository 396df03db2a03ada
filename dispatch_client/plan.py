"""What to do next for one trip, and what the passing of time makes of it: pure functions that the courier obeys."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.trips import WITH_TAXI, Attempt, Trip, TripRequest, TripStatus

if TYPE_CHECKING:
    from dispatch_client.clock import Moment
    from dispatch_client.provider import Capabilities, Provider


class Job(StrEnum):
    """One exchange with a dispatcher."""

    CREATE = "create"
    LOOK_UP = "look_up"
    READ = "read"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    COMING = "coming"
    CANNOT_SEE = "cannot_see"


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to want what. Seconds."""

    deadline_s: float = 480
    """An undelivered trip is asked again after this: a taxi sent 40 minutes late is harm."""
    answer_s: float = 180
    """How long that question stands before the trip expires."""
    search_s: float = 360
    """How long taxis are looked for before a person is asked to help."""
    again_s: float = 12
    """Pause before asking a dispatcher again that had no taxi."""
    keep_days: int = 90
    """Ended trips are forgotten after this many days."""


LONGEST_S: Final = 12 * 3600.0
"""No ride lasts longer: a trip of which nothing final was heard by then has ended unnoticed."""

_LOOK_S: Final = 60.0

_NEXT_ATTEMPT: Final = frozenset(
    {TripStatus.CANCELLED_BY_DRIVER, TripStatus.NO_DRIVERS, TripStatus.FAILED, TripStatus.EXPIRED}
)
"""Ends of an attempt that are not the end of the wish to ride."""

_POLL_S: Final = {
    TripStatus.REQUESTED: 2.0,
    TripStatus.OFFERED: 2.0,
    TripStatus.DRIVER_ASSIGNED: 5.0,
    TripStatus.ARRIVED: 5.0,
    TripStatus.IN_PROGRESS: 30.0,
}
_POLL_BESIDE_PUSH_S: Final = 15.0
"""A push that silently died must not hide a taxi for longer than this."""

ERRAND_JOBS: Final = {
    ErrandKind.CONFIRM: Job.CONFIRM,
    ErrandKind.COMING: Job.COMING,
    ErrandKind.CANNOT_SEE: Job.CANNOT_SEE,
}
"""Errands that are one exchange each, and are done when that was answered."""


def attempt_ref(client_ref: str, number: int) -> str:
    """Idempotency key of attempt `number` (from 1): the trip's own for the first, UUID5 of it for later ones."""
    return client_ref if number == 1 else str(uuid.uuid5(uuid.UUID(client_ref), str(number)))


def new_case(request: TripRequest, holder: str | None, provider: Provider, now: Moment, policy: Policy) -> Case:
    """A trip as it stands the moment its button was pressed."""
    deadline = now.wall + timedelta(seconds=policy.deadline_s)
    trip = Trip(request=request, status=TripStatus.QUEUED, deadline=deadline, holder=holder)
    return _next_attempt(Case(trip=trip, wanted=now, searching=now), provider)


def _next_attempt(case: Case, provider: Provider) -> Case:
    """The same trip with one more attempt, its payload frozen, waiting to be sent."""
    trip = case.trip
    ref = attempt_ref(trip.ref, len(trip.attempts) + 1)
    create = Errand(ErrandKind.CREATE, ref, payload=provider.prepare(trip.request, ref))
    attempts = (*trip.attempts, Attempt(ref=ref, provider=provider.name))
    case = case.with_trip(status=TripStatus.QUEUED, attempts=attempts, eta_at=None, coming=False)
    return replace(case, errands=(create,))


def sending(case: Case, now: Moment, *, silent: bool = False) -> Case:
    """The case as it must be on disk before the first byte of its create leaves. `silent`: without its new status."""
    create = case.errand(ErrandKind.CREATE)
    if create is None or create.sent_at is not None:
        return case
    case = case.with_errand(replace(create, sent_at=now))
    return case if silent else case.with_trip(status=TripStatus.SUBMITTING)


def resumed(case: Case, now: Moment) -> Case:
    """The case as it must be taken after a restart: what was being sent may have arrived, up to this very moment."""
    create = case.errand(ErrandKind.CREATE)
    if create is None or create.sent_at is None:
        return case
    case = case.with_errand(replace(create, sent_at=now, unknown=max(1, create.unknown)))
    return case.with_trip(status=TripStatus.SUBMITTING)


def next_job(case: Case, can: Capabilities, now: Moment, policy: Policy) -> Job | None:
    """What should be done at the dispatcher now; None when a person must answer first or nothing is left."""
    trip = case.trip
    if trip.ended:
        return None
    create, cancel = case.errand(ErrandKind.CREATE), case.errand(ErrandKind.CANCEL)
    if create is not None:
        too_late = trip.asks_again or late(case, now, policy)
        if create.sent_at is None:
            return None if too_late else Job.CREATE
        # It may have arrived. Sending again is allowed only where the same key gives the same booking, never after the
        # deadline, and for somebody who has changed their mind only where that is the one way to learn what to cancel.
        look_up = can.find_by_ref and (cancel is not None or bool(create.reason))
        if can.idempotent_create and not too_late and not look_up:
            return Job.CREATE
        return Job.LOOK_UP if can.find_by_ref else None
    if cancel is not None:
        return Job.CANCEL if cancel.sent_at is None else Job.READ
    return next((job for kind, job in ERRAND_JOBS.items() if case.errand(kind)), Job.READ)


def poll_s(status: TripStatus, can: Capabilities, *, pushed: bool) -> float:
    """Seconds between two reads of a booking in this status."""
    base = _POLL_S.get(status, 5.0)
    return max(base, _POLL_BESIDE_PUSH_S if pushed else 0.0, can.min_poll_s)


def late(case: Case, now: Moment, policy: Policy) -> bool:
    """The deadline has passed, or no clock can tell that it has not."""
    age = case.wanted.age_s(now)
    return age is None or age >= policy.deadline_s


def aged(case: Case, now: Moment, can: Capabilities, policy: Policy) -> Case:  # noqa: PLR0911 - one way out for each rule
    """What the mere passing of time makes of a case: a question, an end, or the same case."""
    trip, create = case.trip, case.errand(ErrandKind.CREATE)
    if trip.ended:
        return case
    age = case.wanted.age_s(now)
    if trip.asks_again:
        asked = case.asked.age_s(now) if case.asked else None
        if asked is None:  # a reboot took the time with it: the question stands anew
            return replace(case, asked=now)
        return concluded(case, TripStatus.EXPIRED) if asked >= policy.answer_s else case
    if create is not None and create.sent_at is None:
        return replace(case.with_trip(asks_again=True), asked=now) if late(case, now, policy) else case
    if age is None:
        return case
    if create is not None and not can.find_by_ref and age >= policy.deadline_s + policy.answer_s:
        return _out_of_sight(case)  # nobody can tell any more, and it is never sent twice
    return _out_of_sight(case) if age >= LONGEST_S else case


def _out_of_sight(case: Case) -> Case:
    """Nothing more can be learnt. A cancel that was never confirmed is not told as done: staff must hear of it."""
    delivered = case.errand(ErrandKind.CREATE) is None
    status = TripStatus.FAILED if delivered or case.trip.cancelling else TripStatus.EXPIRED
    return concluded(case.with_trip(cancelling=False), status)


def ages_in_s(case: Case, now: Moment, policy: Policy) -> float:
    """Seconds until `aged` may say something new; at most a minute."""
    create = case.errand(ErrandKind.CREATE)
    if case.trip.asks_again:
        start, length = case.asked, policy.answer_s
    elif create is not None and create.sent_at is None:
        start, length = case.wanted, policy.deadline_s
    else:
        return _LOOK_S
    age = start.age_s(now) if start else None
    return 0.0 if age is None else min(_LOOK_S, max(0.0, length - age))


def follow_up(before: Case, case: Case, provider: Provider, now: Moment, policy: Policy) -> tuple[Case, float] | None:
    """The next attempt, and the seconds to wait before it, when this attempt is over and the wish to ride is not.

    `before` is the case as it was when the attempt was still alive.
    """
    trip = case.trip
    if trip.cancelling or trip.status not in _NEXT_ATTEMPT or case.attempt.status not in _NEXT_ATTEMPT:
        return None
    promised = before.trip.status in WITH_TAXI
    if promised:
        # Somebody who was told "your taxi comes" is not made to wait for the rest of an old search.
        case = replace(case, searching=now, wanted=now, asked=None)
        case = case.with_trip(deadline=now.wall + timedelta(seconds=policy.deadline_s))
    elif (searched := case.searching.age_s(now)) is None or searched >= policy.search_s:
        return None
    case = _next_attempt(case, provider)
    if before.trip.status is TripStatus.ARRIVED:
        # The driver stood there and left. Nobody may be waiting any more, so the next taxi is not sent unasked.
        return replace(case.with_trip(asks_again=True), asked=now), 0.0
    return case, 0.0 if promised else policy.again_s


def still_wanted(case: Case, now: Moment, policy: Policy) -> Case:
    """The person answered the question: yes. Without a question nothing changes."""
    if not case.trip.asks_again:
        return case
    case = replace(case, wanted=now, searching=now, asked=None)
    return case.with_trip(asks_again=False, deadline=now.wall + timedelta(seconds=policy.deadline_s))


def concluded(case: Case, status: TripStatus) -> Case:
    """The trip is over for good, whatever its attempt; who has cancelled hears that it is cancelled."""
    if case.trip.cancelling and status is not TripStatus.COMPLETED:
        status = TripStatus.CANCELLED_BY_RIDER
    return replace(case.with_trip(status=status, asks_again=False, cancelling=False), errands=())
