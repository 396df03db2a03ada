"""Two bookings for one press are found out and one of them is cancelled: pure functions from case to case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.outcomes import heard
from dispatch_client.trips import ENDS, WITH_TAXI, Attempt, Booking, TripStatus

if TYPE_CHECKING:
    from dispatch_client.clock import Moment
    from dispatch_client.provider import Capabilities

DOUBLE: Final = "double"
"""The reason given when one of two is cancelled; on an errand: it is to be cancelled, not only looked for."""
_LOOKS: Final = 5
"""Looks in a little over two minutes, at the pauses of `plan.stray_due`, before nothing is believed to be there."""
_TRIES: Final = 60
"""About an hour at the longest pauses: a dispatcher that cannot be reached for so long has sent its taxi or not."""


def attempt(case: Case, ref: str) -> Attempt | None:
    """The attempt of that reference, given up or not."""
    return next((one for one in case.trip.attempts if one.ref == ref), None)


def met(case: Case, ref: str, booking: Booking, now: Moment, can: Capabilities) -> Case:
    """Take in that an attempt which was given up says something.

    Of two that are alive the newer one is cancelled, unless it alone has a taxi; then the older. `can` is what the
    older one's dispatcher can do.
    """
    older, newer = attempt(case, ref), case.attempt
    if older is None or older is newer or booking.status is TripStatus.UNKNOWN:
        return case
    if booking.status in ENDS:
        return _done(case, ref)
    attempts = [replace(one, booking=booking) if one is older else one for one in case.trip.attempts]
    if case.trip.status in WITH_TAXI or case.trip.cancelling or case.trip.ended:
        return case.with_trip(attempts=tuple(attempts)).with_errand(Errand(ErrandKind.STRAY, ref, reason=DOUBLE))
    create = case.errand(ErrandKind.CREATE)
    sent = create is None or create.sent_at is not None
    given_up = replace(newer, left=True, status=newer.status if sent else TripStatus.FAILED)
    adopted = replace(older, booking=None, left=False, status=case.trip.status)
    rest = [one for one in case.trip.attempts if one is not older and one is not newer]
    case = _done(case, ref)
    case = replace(case.with_trip(attempts=(*rest, given_up, adopted)), errands=case.strays)
    if sent:
        case = case.with_errand(Errand(ErrandKind.STRAY, newer.ref, reason=DOUBLE))
    return heard(case, booking, now, can)


def looked(case: Case, errand: Errand, booking: Booking | None, now: Moment, can: Capabilities) -> Case:
    """Take in what the look-up, or the cancel, of an attempt that was given up has shown."""
    if booking is None and errand.reason != DOUBLE and errand.unknown < _LOOKS:
        return failed(case, errand, now)  # it may only be slow to show it
    if booking is None or booking.status in ENDS:
        return _done(case, errand.attempt_ref)
    if errand.reason != DOUBLE and booking.status is not TripStatus.UNKNOWN:
        return met(case, errand.attempt_ref, booking, now, can)
    return failed(case, errand, now)


def failed(case: Case, errand: Errand, now: Moment) -> Case:
    """Nothing was learnt, or the cancel did not take: later again."""
    if errand.unknown >= _TRIES:
        return _done(case, errand.attempt_ref)
    return case.with_errand(replace(errand, sent_at=now, unknown=errand.unknown + 1))


def _done(case: Case, ref: str) -> Case:
    return replace(case, errands=tuple(e for e in case.errands if e not in case.strays or e.attempt_ref != ref))
