"""Keeps the live trips: what a person is promised is on disk first, and a full disk loses nothing that was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dispatch_client import plan
from dispatch_client.attempts import follow_up, new_case
from dispatch_client.store import OutboxError
from dispatch_client.strays import attempt
from dispatch_client.trips import TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_client.cases import Case
    from dispatch_client.clock import Clock
    from dispatch_client.ladder import Ladder
    from dispatch_client.listener import Listener
    from dispatch_client.plan import Job, Policy
    from dispatch_client.store import Outbox
    from dispatch_client.trips import TripRequest

AGAIN_S: Final = 5.0
"""A store that could not be opened or written (not mounted yet, full) is tried again this often, in real seconds."""
_PURGE_S: Final = 6 * 3600.0
_ETA_MOVED_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """One exchange that is under way: for which attempt of which trip, and until when its lane must answer."""

    ref: str
    attempt_ref: str
    job: Job
    until: float


@dataclass(slots=True)
class Live:
    """One trip in the courier's hands."""

    case: Case
    due: float = 0.0
    """Monotonic second from which its next job may run."""
    ticket: Ticket | None = None
    announced: bool = False
    """Its create is on disk as sent, and is not yet: the one time that this is known not to be so."""
    tries: int = 0
    unsaved: bool = False
    """The case has gone on since it was written last: the disk did not take it."""
    fault: str = ""
    """What was last told about it to the staff."""


class Keeper:
    """The trips that are alive, in memory and on disk.

    What we promise (a press, the sending of a create) waits for the disk. What a dispatcher says, and the wish to
    cancel, hold at once even when the disk is full: they are told and acted upon, and written as soon as it can be.
    """

    def __init__(
        self,
        ladder: Ladder,
        listener: Listener,
        policy: Policy,
        clock: Clock,
        down: Callable[[float], frozenset[str]],
    ) -> None:
        self.lives: dict[str, Live] = {}
        self.outbox: Outbox | None = None
        self.due = 0.0
        """Monotonic second at which `tend` has something to do."""
        self._ladder = ladder
        self._down = down
        self._tell = listener
        self._policy = policy
        self._clock = clock
        self._works: bool | None = None
        self._sentence = "the trip store is not open yet"
        self._ready = False
        self._purge_due = 0.0

    def open(self, outbox: Outbox) -> None:
        """Take up what is alive in the store, and tell of it. What is alive here already is written into it."""
        now = self._clock.now()
        for live in self.lives.values():
            live.unsaved, live.due = True, now.mono
        for case in outbox.live():
            if case.trip.ref not in self.lives:
                live = self.lives[case.trip.ref] = Live(plan.resumed(case, now), due=now.mono)
                self._tell.on_trip(live.case.trip)
        for ref in outbox.unreadable:
            self._tell.on_fault(f"trip {ref} in {outbox.path} cannot be understood; it stays there and is not served")
        midnight = now.wall.replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            last = outbox.last_number(midnight.timestamp())
        except OutboxError as error:
            # What is alive could be read and is kept here; what is damaged is set aside at the next opening.
            if error.corrupt:
                outbox.condemn()
            raise
        self.outbox = outbox
        self._worked()
        if not self._ready:
            self._ready = True
            self._tell.on_ready(last)

    def failed(self, error: Exception) -> None:
        """The store cannot be opened or written; told once for each new sentence."""
        sentence = str(error) if isinstance(error, OutboxError) else f"{type(error).__name__} while opening the store"
        if sentence != self._sentence or self._works is not False:
            self._tell.on_fault(sentence)
        if self._works is not False:
            self._tell.on_store(False)  # noqa: FBT003 - the one thing it says
        self._works, self._sentence = False, sentence
        now = self._clock.now().mono
        again = now + AGAIN_S * self._clock.speed
        self.due = min(self.due, again) if self.due > now else again  # presses that are lost do not put it off
        if isinstance(error, OutboxError) and error.corrupt and self.outbox is not None:
            self.outbox.condemn()
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self.outbox is not None:
            self.outbox.close()
            self.outbox = None

    def forget(self, holders: frozenset[str]) -> str:
        """Forget what is over of these holders' trips; "" when nothing of them is left, else why something is."""
        try:
            alive = self._store().forget(holders)
        except OutboxError as error:
            self.failed(error)
            return str(error)
        return "a taxi of theirs is under way" if alive else ""

    def tend(self) -> None:
        """See whether a store that failed can be written again; forget old trips."""
        now = self._clock.now()
        if self.outbox is None or now.mono < self.due:
            return
        self.due = now.mono + 60.0
        if self._works is False and not self._saved(lambda store: store.prove()):
            return
        if self._purge_due <= now.mono and now.trusted:  # a box that wakes in 2099 forgets nothing
            before = (now.wall - timedelta(days=self._policy.keep_days)).timestamp()
            self._purge_due = now.mono + _PURGE_S
            self._saved(lambda store: store.purge(before))

    # -- one trip ------------------------------------------------------------------------------------------------

    def ask(self, request: TripRequest, holder: str | None, at_once: Callable[[Case], bool]) -> None:
        """Take in a press; told by `on_trip` when it is on disk, by `on_lost` when it cannot be.

        `at_once` tells whether it is sent right away: then one write says both "asked" and "may have been sent".
        """
        now = self._clock.now()
        if request.pickup_at is not None and not now.trusted:
            self._tell.on_lost(request, "this box does not know the time yet: nothing can be booked for later")
            return
        try:
            live = self.lives.get(request.client_ref)
            if live is None:
                down = self._down(now.mono)
                case = new_case(request, holder, self._ladder, now, self._policy, down=down)
                announced = at_once(case)
                if announced:
                    case = plan.sending(case, now)
                store = self._store()
                if not store.add(case):
                    known = store.find(request.client_ref)
                    self._tell.on_trip((known or case).trip)
                    return
                self._worked()
                live = self.lives[request.client_ref] = Live(case, due=now.mono, announced=announced)
        except OutboxError as error:
            self.failed(error)
            self._tell.on_lost(request, str(error))
            return
        except Exception as error:  # noqa: BLE001 - a provider's own fault: the person must hear that nothing comes
            sentence = f"{type(error).__name__} while the trip was prepared: nothing was stored"
            self._tell.on_fault(sentence)
            self._tell.on_lost(request, sentence)
            return
        self._tell.on_trip(live.case.trip)

    def of_attempt(self, attempt_ref: str) -> Live | None:
        """The trip that made the attempt of this reference, be it the present one or not."""
        if first := self.lives.get(attempt_ref):  # a first attempt has its trip's own reference
            return first
        return next((live for live in self.lives.values() if attempt(live.case, attempt_ref)), None)

    def settle(self, live: Live, case: Case) -> None:
        """Keep what changed and tell it; go on with another attempt, or end, where that follows."""
        now = self._clock.now()
        down = self._down(now.mono)
        if further := follow_up(live.case, case, self._ladder, now, self._policy, down=down):
            case, wait = further
            live.due, live.tries, live.fault = now.mono + wait, 0, ""
        if case.trip.ended and not case.errands:
            self._end(live, case)
        elif case != live.case:
            worth = live.unsaved or _lasting(case) != _lasting(live.case)
            live.case = case
            if worth:
                self.save_again(live)
            self._tell.on_trip(case.trip)

    def commit(self, live: Live, case: Case) -> bool:
        """Make the case so only when it is on disk; False, and nothing changed, when the disk did not take it."""
        if case == live.case and not live.unsaved:
            return True
        if not self._saved(lambda store: store.save(case)):
            return False
        changed, live.case, live.unsaved = case != live.case, case, False
        if changed:
            self._tell.on_trip(case.trip)
        return True

    def save_again(self, live: Live) -> None:
        """Write the case as it now is; where that fails it is marked so."""
        if not live.case.trip.ended or live.case.errands:
            live.unsaved = not self._saved(lambda store: store.save(live.case))
        elif self._end_saved(live.case):
            del self.lives[live.case.trip.ref]
            self._tell.on_trip(live.case.trip)

    def _end(self, live: Live, case: Case) -> None:
        trip, live.case, before = case.trip, case, live.case.trip
        if self._end_saved(case):
            del self.lives[trip.ref]
        else:
            live.unsaved = True
            if trip.status is TripStatus.CANCELLED_BY_RIDER:
                # A restart could still undo it: who cancelled hears that it is being cancelled, until the disk has it.
                trip = replace(before, cancelling=True, asks_again=False)
        self._tell.on_trip(trip)

    def _end_saved(self, case: Case) -> bool:
        ended_at = self._clock.now().wall.timestamp()
        return self._saved(lambda store: store.end(case, ended_at))

    def _saved(self, write: Callable[[Outbox], object]) -> bool:
        try:
            write(self._store())
        except OutboxError as error:
            self.failed(error)
            return False
        self._worked()
        return True

    def _store(self) -> Outbox:
        if self.outbox is None:
            raise OutboxError(self._sentence)
        return self.outbox

    def _worked(self) -> None:
        if self._works is not True:
            self._works = True
            self._tell.on_store(True)  # noqa: FBT003 - the one thing it says


def _lasting(case: Case) -> Case:
    """The case without what the next read tells anew: a poll that says nothing new costs no write."""
    attempt = case.attempt
    booking = attempt.booking and replace(attempt.booking, eta_s=None, revision=None, drivers_notified=None)
    eta = case.trip.eta_at
    slot = eta and eta.replace(second=0 if eta.second < _ETA_MOVED_S else int(_ETA_MOVED_S), microsecond=0)
    attempts = (*case.trip.attempts[:-1], replace(attempt, booking=booking))
    return case.with_trip(attempts=attempts, eta_at=slot, last_news_at=None)
