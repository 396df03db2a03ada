"""Which attempt a trip makes, at whom, and when it turns to somebody else: pure functions that the courier obeys."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.ladder import NOBODY_DOWN
from dispatch_client.trips import WITH_TAXI, Attempt, Trip, TripRequest, TripStatus

if TYPE_CHECKING:
    from dispatch_client.clock import Moment
    from dispatch_client.ladder import Ladder, Rung
    from dispatch_client.plan import Policy
    from dispatch_client.provider import Capabilities

TO_ANOTHER: Final = "another_dispatcher"
"""The reason given when an attempt is cancelled so that the next dispatcher can be asked."""

_NEXT_ATTEMPT: Final = frozenset(
    {
        TripStatus.CANCELLED_BY_DRIVER,
        TripStatus.NO_DRIVERS,
        TripStatus.FAILED,
        TripStatus.EXPIRED,
        TripStatus.REJECTED,
    }
)
"""Ends of an attempt that are not the end of the wish to ride."""

_SEARCHING: Final = frozenset({TripStatus.QUEUED, TripStatus.SUBMITTING, TripStatus.REQUESTED})
"""Nobody has promised to come. An offer is not left: it is confirmed at once."""


def attempt_ref(client_ref: str, number: int) -> str:
    """Idempotency key of attempt `number` (from 1): the trip's own for the first, UUID5 of it for later ones."""
    return client_ref if number == 1 else str(uuid.uuid5(uuid.UUID(client_ref), str(number)))


def new_case(
    request: TripRequest,
    holder: str | None,
    ladder: Ladder,
    now: Moment,
    policy: Policy,
    *,
    down: frozenset[str] = NOBODY_DOWN,
) -> Case:
    """A trip as it stands the moment its button was pressed."""
    hold = 0.0
    if request.pickup_at is not None:
        hold = max(0.0, (request.pickup_at - now.wall).total_seconds() - policy.lead_s)
    deadline = now.wall + timedelta(seconds=hold + policy.deadline_s)
    trip = Trip(request=request, status=TripStatus.QUEUED, deadline=deadline, holder=holder)
    rung = ladder.rung(request, 0, down=down) or ladder.rungs[0]
    return _next_attempt(Case(trip=trip, wanted=now, searching=now, hold_s=hold), rung)


def _next_attempt(case: Case, rung: Rung) -> Case:
    """The same trip with one more attempt, its payload frozen, waiting to be sent."""
    trip, provider = case.trip, rung.provider
    ref = attempt_ref(trip.ref, len(trip.attempts) + 1)
    create = Errand(ErrandKind.CREATE, ref, payload=provider.prepare(trip.request, ref))
    attempt = Attempt(ref=ref, provider=provider.name, followed=provider.capabilities.follows)
    case = case.with_trip(status=TripStatus.QUEUED, attempts=(*trip.attempts, attempt), eta_at=None, coming=False)
    return replace(case, errands=(create, *case.strays))


def follow_up(
    before: Case, case: Case, ladder: Ladder, now: Moment, policy: Policy, *, down: frozenset[str] = NOBODY_DOWN
) -> tuple[Case, float] | None:
    """The next attempt, and the seconds to wait before it, when this attempt is over and the wish to ride is not.

    `before` is the case as it was when the attempt was still alive.
    """
    trip, over = case.trip, case.attempt
    left = over.left and over.status is TripStatus.CANCELLED_BY_RIDER
    if before.trip.cancelling or trip.cancelling or not trip.ended or not (left or over.status in _NEXT_ATTEMPT):
        return None
    promised, searched = before.trip.status in WITH_TAXI, case.searched_s(now)
    if promised:
        # Somebody who was told "your taxi comes" is not made to wait for the rest of an old search.
        case = replace(case, searching=now, wanted=now, asked=None, hold_s=0.0)
        case = case.with_trip(deadline=now.wall + timedelta(seconds=policy.deadline_s))
        searched = 0.0
    elif searched is None or searched >= policy.search_s:
        return None
    rung = ladder.rung(trip.request, searched or 0.0, down=down, spent=_spent(trip))
    if rung is None:
        return None
    can = ladder.can(over.provider)
    case = _next_attempt(_watched(case, before.attempt, can, now), rung)
    if before.trip.status is TripStatus.ARRIVED or (promised and over.status is TripStatus.EXPIRED):
        # The driver stood there and left, or was last heard of on the way long ago: nobody may be waiting any more,
        # or the ride took place. The next taxi is not sent unasked.
        return replace(case.with_trip(asks_again=True), asked=now), 0.0
    at_once = promised or left or over.status is TripStatus.REJECTED or (can.asks_one and over.booking is not None)
    return case, 0.0 if at_once else policy.again_s


def climbed(case: Case, ladder: Ladder, now: Moment, *, down: frozenset[str], fresh: bool) -> Case:
    """The same case, or what the time of the next rung makes of it.

    What was never sent goes to the next dispatcher at once. A search that is under way is told to look further away,
    or is cancelled first; that a taxi was found in the meantime must be known then, so it is done on `fresh` news
    alone. Where nobody could ever tell whether the attempt is dead, it stays the last one.
    """
    trip, attempt = case.trip, case.attempt
    searched = case.searched_s(now)
    busy = trip.cancelling or trip.asks_again or attempt.left or trip.status not in _SEARCHING
    if busy or searched is None or searched < 0:
        return case
    rung = ladder.rung(trip.request, searched, down=down, spent=_spent(trip))
    if rung is None:
        return case
    create, can = case.errand(ErrandKind.CREATE), ladder.can(attempt.provider)
    if rung.provider.name == attempt.provider:
        to_widen = rung.wider and can.widen and not attempt.wider and create is None and fresh
        return case.with_errand(Errand(ErrandKind.WIDEN, attempt.ref)) if to_widen else case
    if create is not None and create.sent_at is None:
        case = _watched(case.with_attempt(status=TripStatus.FAILED), attempt, can, now)
        return _next_attempt(case, rung)
    tried = any(other.provider == rung.provider.name for other in trip.attempts)
    its_turn = rung.after_s <= searched and attempt.provider not in down and not tried
    tellable = can.follows and can.cancels and (create is None or can.find_by_ref or can.idempotent_create)
    if not its_turn or not tellable or (create is None and not fresh) or _above(ladder, attempt, rung):
        return case
    return case.with_attempt(left=True).with_errand(Errand(ErrandKind.CANCEL, attempt.ref, reason=TO_ANOTHER))


def _above(ladder: Ladder, attempt: Attempt, rung: Rung) -> bool:
    """The attempt stands higher than this rung: it got there by a detour, and nobody climbs down from a live search."""
    return any(other.provider.name == attempt.provider for other in ladder.rungs[ladder.rungs.index(rung) :])


def _spent(trip: Trip) -> frozenset[str]:
    """Those who refused this trip and would refuse it again."""
    return frozenset(attempt.provider for attempt in trip.attempts if attempt.status is TripStatus.REJECTED)


def _watched(case: Case, before: Attempt, can: Capabilities, now: Moment) -> Case:
    """The case, its attempt looked for again later where its dispatcher never said that it is over."""
    over = case.attempt
    vanished = over.status is TripStatus.FAILED and before.booking is not None and over.booking == before.booking
    if can.find_by_ref and (before.status is TripStatus.UNKNOWN or vanished):
        return case.with_errand(Errand(ErrandKind.STRAY, over.ref, sent_at=now))
    return case
