"""What to do next for one trip, and what an answer means for it: pure functions that the courier carries out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.errors import Ambiguous, Refusal, Refused, Unreachable
from dispatch_client.trips import WITH_TAXI, Attempt, Booking, Trip, TripRequest, TripStatus, may_follow

if TYPE_CHECKING:
    from dispatch_client.clock import Moment
    from dispatch_client.errors import DispatchError
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


REFUSED_FOR_GOOD: Final = {
    Refusal.RIDER_BLOCKED: TripStatus.REJECTED,
    Refusal.OUT_OF_AREA: TripStatus.REJECTED,
    Refusal.AUTH: TripStatus.FAILED,
    Refusal.INVALID_REQUEST: TripStatus.FAILED,
    Refusal.CONFLICT: TripStatus.FAILED,
    Refusal.NOT_FOUND: TripStatus.FAILED,
}
"""What a refused create makes of the trip. The refusals that are not here let it be asked again."""

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

_ERRAND_JOBS: Final = {
    ErrandKind.CONFIRM: Job.CONFIRM,
    ErrandKind.COMING: Job.COMING,
    ErrandKind.CANNOT_SEE: Job.CANNOT_SEE,
}


def attempt_ref(client_ref: str, number: int) -> str:
    """Idempotency key of attempt `number` (from 1): the trip's own for the first, UUID5 of it for later ones."""
    return client_ref if number == 1 else str(uuid.uuid5(uuid.UUID(client_ref), str(number)))


def new_case(request: TripRequest, holder: str | None, provider: Provider, now: Moment, policy: Policy) -> Case:
    """A trip as it stands the moment its button was pressed."""
    deadline = now.wall + timedelta(seconds=policy.deadline_s)
    trip = Trip(request=request, status=TripStatus.QUEUED, deadline=deadline, holder=holder)
    return next_attempt(Case(trip=trip, wanted=now, searching=now), provider)


def next_attempt(case: Case, provider: Provider) -> Case:
    """The same trip with one more attempt, its payload frozen, waiting to be sent."""
    trip = case.trip
    ref = attempt_ref(trip.ref, len(trip.attempts) + 1)
    trip = replace(
        trip,
        status=TripStatus.QUEUED,
        attempts=(*trip.attempts, Attempt(ref=ref, provider=provider.name)),
        eta_at=None,
        coming=False,
    )
    create = Errand(trip.ref, ErrandKind.CREATE, ref, payload=provider.prepare(trip.request, ref))
    return replace(case, trip=trip, errands=(create,))


def next_job(case: Case, can: Capabilities, now: Moment, policy: Policy) -> Job | None:
    """What should be done at the dispatcher now; None when a person must answer first or nothing is left."""
    trip = case.trip
    if trip.ended:
        return None
    create, cancel = case.errand(ErrandKind.CREATE), case.errand(ErrandKind.CANCEL)
    if create is not None:
        if create.sent_at is None:
            return None if trip.asks_again or late(case, now, policy) else Job.CREATE
        # It may have arrived. Sending again is allowed only where the same key gives the same booking, and never
        # for somebody who has changed their mind or whose deadline has passed.
        if can.idempotent_create and not cancel and not late(case, now, policy):
            return Job.CREATE
        return Job.LOOK_UP if can.find_by_ref else None
    if cancel is not None:
        return Job.CANCEL if cancel.sent_at is None else Job.READ
    return next((job for kind, job in _ERRAND_JOBS.items() if case.errand(kind)), Job.READ)


def poll_s(status: TripStatus, can: Capabilities, *, pushed: bool) -> float:
    """Seconds between two reads of a booking in this status."""
    base = _POLL_S.get(status, 5.0)
    return max(base, _POLL_BESIDE_PUSH_S if pushed else 0.0, can.min_poll_s)


def late(case: Case, now: Moment, policy: Policy) -> bool:
    """The deadline has passed, or no clock can tell that it has not."""
    age = case.wanted.age_s(now)
    return age is None or age >= policy.deadline_s


def expired(case: Case, now: Moment, policy: Policy) -> bool:
    """Nobody answered the question whether a taxi is still wanted."""
    age = case.asked.age_s(now) if case.asked and case.trip.asks_again else None
    return age is not None and age >= policy.answer_s


def search_over(case: Case, now: Moment, policy: Policy) -> bool:
    """Taxis were looked for as long as is decent without telling a person to help."""
    age = case.searching.age_s(now)
    return age is None or age >= policy.search_s


def heard(case: Case, booking: Booking, now: Moment, can: Capabilities) -> Case:
    """Take in what the dispatcher says of the current attempt. Late, impossible or unknown news changes no status."""
    trip = case.trip
    attempt = trip.attempts[-1]
    known = attempt.booking
    if known and known.revision is not None and booking.revision is not None and booking.revision < known.revision:
        return case
    booking = _completed(booking, known)
    status = booking.status if may_follow(trip.status, booking.status) else trip.status
    case = case.without(ErrandKind.CREATE)
    trip = replace(
        trip,
        status=status,
        attempts=(*trip.attempts[:-1], replace(attempt, status=status, booking=booking)),
        eta_at=now.wall + timedelta(seconds=booking.eta_s) if booking.eta_s is not None else trip.eta_at,
        last_news_at=now.wall,
        asks_again=False,
    )
    case = replace(case, trip=trip)
    if cancel := case.errand(ErrandKind.CANCEL):
        # Read after a cancel and still alive: the cancel did not take, so it goes out again.
        return case.with_errand(replace(cancel, sent_at=None))
    if status == TripStatus.OFFERED and can.needs_confirm:
        return case.with_errand(Errand(trip.ref, ErrandKind.CONFIRM, attempt.ref))
    return case.without(ErrandKind.CONFIRM) if status != TripStatus.OFFERED else case


def _completed(booking: Booking, known: Booking | None) -> Booking:
    """Dispatchers blank plate and driver once a ride is over: what was said at acceptance is kept."""
    if known is None:
        return booking
    return replace(
        booking,
        vehicle=booking.vehicle if booking.vehicle and booking.vehicle.plate else known.vehicle,
        driver=booking.driver or known.driver,
        drivers_notified=booking.drivers_notified if booking.drivers_notified is not None else known.drivers_notified,
    )


def goes_on(case: Case, now: Moment, policy: Policy) -> bool:
    """This attempt is over, the wish to ride is not: another attempt is due."""
    trip = case.trip
    if trip.cancelling or trip.status not in _NEXT_ATTEMPT:
        return False
    return trip.status == TripStatus.CANCELLED_BY_DRIVER or not search_over(case, now, policy)


def done(case: Case, job: Job, now: Moment) -> Case:
    """Take in that the dispatcher answered an errand; a cancel stays open until a read confirms it."""
    if job is Job.CANCEL and (cancel := case.errand(ErrandKind.CANCEL)):
        return case.with_errand(replace(cancel, sent_at=now))
    return case.without(ErrandKind(job.value)) if job in _ERRAND_JOBS.values() else case


def failed(case: Case, job: Job, error: DispatchError, now: Moment, can: Capabilities) -> Case:
    """Take in that an exchange gave no booking."""
    if job is Job.LOOK_UP:
        absent = isinstance(error, Refused) and error.refusal is Refusal.NOT_FOUND
        return not_found(case, now, can) if absent else case
    if job is Job.CREATE:
        return _create_failed(case, error)
    if isinstance(error, Refused) and error.refusal in REFUSED_FOR_GOOD and job is not Job.READ:
        # The booking is in another state than we thought; the read that follows tells which.
        kind = ErrandKind(job.value)
        return case if job is Job.CANCEL else case.without(kind)
    if isinstance(error, Refused) and error.refusal is Refusal.NOT_FOUND:
        return _ended(case, TripStatus.FAILED)
    return case


def not_found(case: Case, now: Moment, can: Capabilities) -> Case:
    """One empty look-up proves nothing until the server can no longer be working on it."""
    create = case.errand(ErrandKind.CREATE)
    age = create.sent_at.age_s(now) if create and create.sent_at else None
    if create is None or (age is not None and age < can.settle_s):
        return case
    if case.trip.cancelling:
        return _ended(case, TripStatus.CANCELLED_BY_RIDER)
    trip = replace(case.trip, status=TripStatus.QUEUED)
    return replace(case, trip=trip).with_errand(replace(create, sent_at=None))


def _create_failed(case: Case, error: DispatchError) -> Case:
    create = case.errand(ErrandKind.CREATE)
    if create is None:
        return case
    if isinstance(error, Ambiguous):
        return replace(case, trip=replace(case.trip, status=TripStatus.SUBMITTING))
    if isinstance(error, Unreachable):
        return replace(case, trip=replace(case.trip, status=TripStatus.QUEUED)).with_errand(
            replace(create, sent_at=None)
        )
    refusal = error.refusal if isinstance(error, Refused) else Refusal.INVALID_REQUEST
    if refusal in {Refusal.RATE_LIMITED, Refusal.UNAVAILABLE}:
        return replace(case, trip=replace(case.trip, status=TripStatus.QUEUED)).with_errand(
            replace(create, sent_at=None)
        )
    return _ended(case, REFUSED_FOR_GOOD.get(refusal, TripStatus.NO_DRIVERS))


def _ended(case: Case, status: TripStatus) -> Case:
    trip = case.trip
    attempts = (*trip.attempts[:-1], replace(trip.attempts[-1], status=status))
    return replace(case, trip=replace(trip, status=status, attempts=attempts), errands=())


def cancelled(case: Case, reason: str) -> Case:
    """The rider does not want it any more. What was never sent ends here, without any network."""
    trip = case.trip
    create = case.errand(ErrandKind.CREATE)
    if create is not None and create.sent_at is None:
        return _ended(case, TripStatus.CANCELLED_BY_RIDER)
    errand = Errand(trip.ref, ErrandKind.CANCEL, trip.attempts[-1].ref, reason=reason)
    case = replace(case, trip=replace(trip, cancelling=True, asks_again=False))
    return case.without(*_ERRAND_JOBS).with_errand(errand)


def may_be_told(case: Case) -> bool:
    """There is a driver to whom something can be said."""
    return case.trip.status in WITH_TAXI and not case.trip.cancelling
