"""What an answer of a dispatcher, or the lack of one, means for a trip: pure functions from case to case."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.errors import Ambiguous, Refusal, Refused
from dispatch_client.plan import ERRAND_JOBS, Job, concluded, out_of_sight
from dispatch_client.trips import ENDS, WITH_TAXI, Booking, TripStatus, may_follow

if TYPE_CHECKING:
    from dispatch_client.clock import Moment
    from dispatch_client.errors import DispatchError
    from dispatch_client.provider import Capabilities

_TRY_LATER: Final = frozenset({Refusal.RATE_LIMITED, Refusal.UNAVAILABLE})
"""Refusals that say nothing about the trip: the dispatcher did not look at it."""

REFUSED_FOR_GOOD: Final = {
    Refusal.RIDER_BLOCKED: TripStatus.REJECTED,
    Refusal.OUT_OF_AREA: TripStatus.REJECTED,
    Refusal.AUTH: TripStatus.FAILED,
    Refusal.INVALID_REQUEST: TripStatus.FAILED,
    Refusal.CONFLICT: TripStatus.FAILED,
    Refusal.NOT_FOUND: TripStatus.FAILED,
}
"""What a refused create makes of the trip: it would be refused again. Other refusals end the attempt alone."""

_SILENT_S: Final = 300.0
"""Reads of one booking are about a minute apart at most: a longer silence does not tell for how long it is unknown."""

_LOOKING: Final = frozenset({TripStatus.QUEUED, TripStatus.SUBMITTING, TripStatus.REQUESTED})
"""The dispatcher looks for a driver, for the first time or again."""


def heard(  # noqa: PLR0911 - one way out for each rule
    case: Case, booking: Booking, now: Moment, can: Capabilities
) -> Case:
    """Take in what the dispatcher says of the current attempt. Late, impossible or unknown news changes no status."""
    before, known = case.trip.status, case.attempt.booking
    if known and known.revision is not None and booking.revision is not None and booking.revision < known.revision:
        return case
    booking = _completed(booking, known)
    # A box that was cut off may miss any number of steps, so an end is believed whatever came before.
    status = booking.status if booking.status in ENDS or may_follow(before, booking.status) else before
    # Who sat in the taxi already does not stand here waiting for another one: the attempt keeps its status, and
    # nothing follows it.
    aboard = before is TripStatus.IN_PROGRESS and status is not TripStatus.COMPLETED
    attempt = replace(case.attempt, status=before if aboard else status, booking=booking)
    case = case.without(ErrandKind.CREATE).with_trip(
        status=status,
        attempts=(*case.trip.attempts[:-1], attempt),
        eta_at=_eta_at(case, booking, now),
        last_news_at=now.wall,
        asks_again=False,
        coming=case.trip.coming and status in WITH_TAXI,
    )
    if case.trip.ended:
        return concluded(case, status) if case.trip.cancelling else replace(case, errands=case.strays)
    if attempt.left:
        return _left(case, before, now, can)
    if cancel := case.errand(ErrandKind.CANCEL):
        if status is TripStatus.IN_PROGRESS:  # too late: the passenger is in the taxi
            return case.without(ErrandKind.CANCEL).with_trip(cancelling=False)
        # Still alive after a cancel: it did not take, so it goes out again.
        return case.with_errand(replace(cancel, sent_at=None))
    if status is TripStatus.OFFERED and can.needs_confirm:
        return case.with_errand(Errand(ErrandKind.CONFIRM, attempt.ref))
    return case.without(ErrandKind.CONFIRM)


def _left(case: Case, before: TripStatus, now: Moment, can: Capabilities) -> Case:
    """An attempt that is being left for another dispatcher is alive still."""
    cancel, status = case.errand(ErrandKind.CANCEL), case.trip.status
    searching = status in _LOOKING
    if cancel and searching:
        return case.with_errand(replace(cancel, sent_at=None))  # it did not take, so it goes out again
    age = cancel.sent_at.age_s(now) if cancel and cancel.sent_at else None
    if age is not None and age < can.settle_s:
        # A taxi that was found while the cancel was on its way is about to be cancelled with the rest.
        return case.with_attempt(status=before).with_trip(status=before, eta_at=None)
    # A taxi came before the cancel could: better than any that would have to be looked for.
    # Should a cancel take effect later after all, it was still not the rider's.
    asked = case.attempt.left and not (cancel and cancel.sent_at is None)
    case = case.without(ErrandKind.CANCEL).with_attempt(left=asked)
    offered = status is TripStatus.OFFERED and can.needs_confirm
    return case.with_errand(Errand(ErrandKind.CONFIRM, case.attempt.ref)) if offered else case


def _eta_at(case: Case, booking: Booking, now: Moment) -> datetime | None:
    if booking.eta_s is not None:
        return now.wall + timedelta(seconds=booking.eta_s)
    return None if booking.status in _LOOKING else case.trip.eta_at


def _completed(booking: Booking, known: Booking | None) -> Booking:
    """Dispatchers blank plate and driver once a ride is over: what was said at acceptance is kept."""
    if known is None or booking.status in _LOOKING:
        return booking  # while another driver is looked for, the last one's plate is nobody's
    return replace(
        booking,
        vehicle=booking.vehicle if booking.vehicle and booking.vehicle.plate else known.vehicle,
        driver=booking.driver or known.driver,
        drivers_notified=booking.drivers_notified if booking.drivers_notified is not None else known.drivers_notified,
    )


def answered(case: Case, job: Job, booking: Booking, now: Moment, can: Capabilities) -> Case:
    """Take in a booking that came as the answer to a job."""
    if job is Job.CANCEL:
        # A cancel is confirmed by a read and by nothing else, where anything can be read.
        if not can.follows:
            return concluded(case, TripStatus.CANCELLED_BY_RIDER)
        cancel = case.errand(ErrandKind.CANCEL)
        return case.with_errand(replace(cancel, sent_at=now)) if cancel else case
    if job in ERRAND_JOBS.values() and booking.status is not TripStatus.UNKNOWN:
        case = case.without(ErrandKind(job.value))
        case = case.with_attempt(wider=True) if job is Job.WIDEN else case
    return heard(case, booking, now, can)


def failed(  # noqa: PLR0911 - one way out for each rule
    case: Case, job: Job, error: DispatchError, now: Moment, can: Capabilities
) -> Case:
    """Take in that an exchange gave no booking."""
    refusal = error.refusal if isinstance(error, Refused) else None
    if job is Job.CREATE:
        return _create_failed(case, error, now, can)
    if job is Job.LOOK_UP:
        return not_found(case, now, can) if refusal is Refusal.NOT_FOUND else case
    if job is Job.READ:
        return _vanished(case, now, can) if refusal is Refusal.NOT_FOUND else case
    final = isinstance(error, Ambiguous) or (refusal is not None and refusal not in {*_TRY_LATER, Refusal.AUTH})
    if job is Job.CANCEL and not can.follows and final:
        return out_of_sight(case)  # a message that may have gone is not sent twice, and nothing can be read
    if refusal is None or refusal in _TRY_LATER or refusal is Refusal.AUTH:
        return case
    # The booking is in another state than we thought; the read that follows tells which.
    kind = ErrandKind(job.value)
    cancel = case.errand(kind) if kind is ErrandKind.CANCEL else None
    if cancel and case.attempt.left:
        return case.without(kind).with_attempt(left=False)
    return case.with_errand(replace(cancel, sent_at=now)) if cancel else case.without(kind)


def not_found(case: Case, now: Moment, can: Capabilities) -> Case:
    """One empty look-up proves nothing until the server can no longer be working on it."""
    create = case.errand(ErrandKind.CREATE)
    if create is None or create.sent_at is None:
        return case
    age = create.sent_at.age_s(now)
    if age is None or age < can.settle_s:
        return case
    if create.reason:  # it refuses the reference as known and does not know it
        return concluded(case, TripStatus.FAILED)
    return _not_taken(case.with_errand(replace(create, unknown=0)))


def _create_failed(case: Case, error: DispatchError, now: Moment, can: Capabilities) -> Case:
    create = case.errand(ErrandKind.CREATE)
    if create is None:
        return case  # news of it came by another way
    if isinstance(error, Ambiguous):
        # From now on, not from the sending: the server may have got the last byte this moment.
        unsure = replace(create, sent_at=now, unknown=create.unknown + 1)
        # The attempt is marked for good: a look-up that finds nothing may still be wrong.
        return case.with_errand(unsure).with_attempt(status=TripStatus.UNKNOWN).with_trip(status=TripStatus.SUBMITTING)
    if not isinstance(error, Refused) or error.refusal in _TRY_LATER:
        # This sending did not arrive; an earlier one still may have.
        return case.with_trip(status=TripStatus.SUBMITTING) if create.unknown else _not_taken(case)
    if error.refusal is Refusal.CONFLICT and can.find_by_ref:
        return case.with_errand(replace(create, sent_at=create.sent_at or now, reason=error.refusal.value))
    if error.refusal in REFUSED_FOR_GOOD:
        return concluded(case.with_attempt(status=TripStatus.REJECTED), REFUSED_FOR_GOOD[error.refusal])
    return _attempt_over(case, TripStatus.NO_DRIVERS)


def _not_taken(case: Case) -> Case:
    """The dispatcher does not have it: it waits to be sent, or is over when nobody wants it any more."""
    if case.trip.cancelling:
        return concluded(case, TripStatus.CANCELLED_BY_RIDER)
    if case.attempt.left:
        return _attempt_over(case, TripStatus.CANCELLED_BY_RIDER)
    create = case.errand(ErrandKind.CREATE)
    case = case.with_trip(status=TripStatus.QUEUED)
    return case.with_errand(replace(create, sent_at=None)) if create else case


def _vanished(case: Case, now: Moment, can: Capabilities) -> Case:
    """The dispatcher does not know a booking that it had: believed only when it stays so for `settle_s`."""
    silent = (now.wall - case.trip.last_news_at).total_seconds() if case.trip.last_news_at else can.settle_s
    if not 0 <= silent < can.settle_s + _SILENT_S:
        return case.with_trip(last_news_at=now.wall)  # the clock was put right, or the line was down: count anew
    if silent < can.settle_s:
        return case
    if case.trip.status is TripStatus.IN_PROGRESS:
        return concluded(case, TripStatus.COMPLETED)
    return _attempt_over(case, TripStatus.FAILED)


def _attempt_over(case: Case, status: TripStatus) -> Case:
    return concluded(case.with_attempt(status=status), status)


def cancelled(case: Case, reason: str) -> Case:
    """The rider does not want it any more. What was never sent ends here, without any network."""
    if case.trip.cancelling:
        return case
    create = case.errand(ErrandKind.CREATE)
    if create is not None and create.sent_at is None:
        return concluded(case, TripStatus.CANCELLED_BY_RIDER)
    errand = Errand(ErrandKind.CANCEL, case.attempt.ref, reason=reason)
    case = case.with_attempt(left=False)
    return case.without(*ERRAND_JOBS).with_trip(cancelling=True, asks_again=False).with_errand(errand)


def said(case: Case, can: Capabilities, *, can_see_taxi: bool) -> Case:
    """The passenger says "I am coming" or "I cannot see the taxi"; passed on where there is a driver to hear it."""
    if case.trip.status not in WITH_TAXI or case.trip.cancelling:
        return case
    case = case.with_trip(coming=case.trip.coming or can_see_taxi)
    kind = ErrandKind.COMING if can_see_taxi else ErrandKind.CANNOT_SEE
    return case.with_errand(Errand(kind, case.attempt.ref)) if can.passenger_coming else case
