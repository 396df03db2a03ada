"""What to do next for one trip, and what the passing of time makes of it: pure functions that the courier obeys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.trips import TripStatus

if TYPE_CHECKING:
    from dispatch_client.clock import Moment
    from dispatch_client.provider import Capabilities


class Job(StrEnum):
    """One exchange with a dispatcher."""

    CREATE = "create"
    LOOK_UP = "look_up"
    READ = "read"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    COMING = "coming"
    CANNOT_SEE = "cannot_see"
    WIDEN = "widen"
    STRAY = "stray"


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
    detour_s: float = 30
    """How long a dispatcher is out of reach before those that can be reached are asked instead."""
    lead_s: float = 900
    """A trip for later is looked for this long before its time, where no dispatcher keeps it."""
    unseen_s: float = 2700
    """A taxi that was asked for by a message is waited for as long as this; nobody hears whether it came."""
    keep_days: int = 90
    """Ended trips are forgotten after this many days."""


LONGEST_S: Final = 12 * 3600.0
"""No ride lasts longer: a trip of which nothing final was heard by then has ended unnoticed."""

_LOOK_S: Final = 60.0

_POLL_S: Final = {
    TripStatus.REQUESTED: 2.0,
    TripStatus.OFFERED: 2.0,
    TripStatus.DRIVER_ASSIGNED: 5.0,
    TripStatus.ARRIVED: 5.0,
    TripStatus.IN_PROGRESS: 30.0,
}
_STRAY_S: Final = (5.0, 10.0, 20.0, 40.0, 60.0)
_POLL_BESIDE_PUSH_S: Final = 15.0
"""A push that silently died must not hide a taxi for longer than this."""

ERRAND_JOBS: Final = {
    ErrandKind.CONFIRM: Job.CONFIRM,
    ErrandKind.COMING: Job.COMING,
    ErrandKind.CANNOT_SEE: Job.CANNOT_SEE,
    ErrandKind.WIDEN: Job.WIDEN,
}
"""Errands that are one exchange each, and are done when that was answered."""


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
    return case.with_attempt(status=TripStatus.UNKNOWN).with_trip(status=TripStatus.SUBMITTING)


def next_job(  # noqa: PLR0911 - one way out for each rule
    case: Case, can: Capabilities, now: Moment, policy: Policy
) -> Job | None:
    """What should be done at the dispatcher now; None when a person must answer first or nothing is left."""
    trip = case.trip
    if stray_due(case, now) is not None and (trip.ended or case.errands == case.strays):
        return Job.STRAY
    if trip.ended:
        return None
    create, cancel = case.errand(ErrandKind.CREATE), case.errand(ErrandKind.CANCEL)
    if create is not None:
        too_late = trip.asks_again or late(case, now, policy)
        if create.sent_at is None:
            return None if too_late or (held(case, now) and not can.later) else Job.CREATE
        # It may have arrived. Sending again is allowed only where the same key gives the same booking, never after the
        # deadline, and for somebody who has changed their mind only where that is the one way to learn what to cancel.
        look_up = can.find_by_ref and (cancel is not None or bool(create.reason))
        if can.idempotent_create and not too_late and not look_up:
            return Job.CREATE
        return Job.LOOK_UP if can.find_by_ref else None
    if cancel is not None:
        return Job.CANCEL if cancel.sent_at is None else Job.READ
    errand = next((job for kind, job in ERRAND_JOBS.items() if case.errand(kind)), None)
    return errand or (Job.READ if can.follows else None)


def stray_due(case: Case, now: Moment) -> Errand | None:
    """The errand about an attempt that was given up which is to be carried now; ever more seldom."""
    for errand in case.strays:
        age = errand.sent_at.age_s(now) if errand.sent_at else None
        if age is None or age >= _STRAY_S[min(errand.unknown, len(_STRAY_S) - 1)]:
            return errand
    return None


def held(case: Case, now: Moment) -> bool:
    """It is for later, and that time has not come or no clock can tell."""
    age = case.wanted_s(now)
    return case.hold_s > 0 and (age is None or age < 0)


def poll_s(case: Case, now: Moment, can: Capabilities, *, pushed: bool) -> float:
    """Seconds between two reads of the present booking."""
    base = _POLL_S.get(case.trip.status, 5.0)
    if case.trip.status is TripStatus.REQUESTED and held(case, now):
        base = _LOOK_S
    return max(base, _POLL_BESIDE_PUSH_S if pushed else 0.0, can.min_poll_s)


def late(case: Case, now: Moment, policy: Policy) -> bool:
    """The deadline has passed, or no clock can tell that it has not."""
    age = case.wanted_s(now)
    if age is None:  # what is for another day waits for a clock that can tell
        return case.hold_s == 0
    return age >= policy.deadline_s


def aged(case: Case, now: Moment, can: Capabilities, policy: Policy) -> Case:  # noqa: PLR0911 - one way out for each rule
    """What the mere passing of time makes of a case: a question, an end, or the same case."""
    trip, create = case.trip, case.errand(ErrandKind.CREATE)
    if trip.ended:
        return case
    age = case.wanted_s(now)
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
        return out_of_sight(case)  # nobody can tell any more, and it is never sent twice
    if create is None and not can.follows and age >= policy.unseen_s:
        return out_of_sight(case)
    return out_of_sight(case) if age >= LONGEST_S else case


def out_of_sight(case: Case) -> Case:
    """Nothing more can be learnt. A cancel that was never confirmed is not told as done: staff must hear of it."""
    delivered = case.errand(ErrandKind.CREATE) is None
    status = TripStatus.FAILED if delivered or case.trip.cancelling else TripStatus.EXPIRED
    return concluded(case.with_trip(cancelling=False), status)


def ages_in_s(case: Case, now: Moment, policy: Policy) -> float:
    """Seconds until `aged` may say something new; at most a minute."""
    create = case.errand(ErrandKind.CREATE)
    if case.trip.asks_again:
        age, length = case.asked.age_s(now) if case.asked else None, policy.answer_s
    elif create is not None and create.sent_at is None:
        age = case.wanted_s(now)
        if case.hold_s > 0 and age is None:
            return _LOOK_S
        length = 0.0 if age is not None and age < 0 else policy.deadline_s
    else:
        return _LOOK_S
    return 0.0 if age is None else min(_LOOK_S, max(0.0, length - age))


def still_wanted(case: Case, now: Moment, policy: Policy) -> Case:
    """The person answered the question: yes. Without a question nothing changes."""
    if not case.trip.asks_again:
        return case
    case = replace(case, wanted=now, searching=now, asked=None, hold_s=0.0)
    return case.with_trip(asks_again=False, deadline=now.wall + timedelta(seconds=policy.deadline_s))


def concluded(case: Case, status: TripStatus) -> Case:
    """The trip is over for good, whatever its attempt; who has cancelled hears that it is cancelled."""
    if case.trip.cancelling and status is not TripStatus.COMPLETED:
        status = TripStatus.CANCELLED_BY_RIDER
    return replace(case.with_trip(status=status, asks_again=False, cancelling=False), errands=case.strays)
