"""The one thread that owns the outbox, carries its errands to dispatchers and brings their news back."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from dispatch_client import plan
from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.clock import Clock, SystemClock
from dispatch_client.errors import Ambiguous, DispatchError, Refused, Unreachable
from dispatch_client.follower import Follower
from dispatch_client.lanes import Lanes, exchange
from dispatch_client.outbox import Outbox, OutboxError
from dispatch_client.plan import Job, Policy
from dispatch_client.retry import delay_s
from dispatch_client.trips import Booking, Trip, TripRequest, TripStatus

if TYPE_CHECKING:
    from dispatch_client.provider import Provider

_PROBE_S: Final = 5.0
_PURGE_S: Final = 6 * 3600.0
_IDLE_S: Final = 3600.0
_REOPEN_S: Final = 5.0
"""A store that could not be opened (disk not mounted yet, full) is tried again this often, in real seconds."""


@dataclass(slots=True)
class Listener:
    """Where the courier's news goes. Called on the courier's thread; must not block."""

    on_trip: Callable[[Trip], None]
    """A trip as it now stands on disk. The first call for a trip is the acknowledgement of its press."""
    on_lost: Callable[[TripRequest, str], None] = field(default=lambda _request, _sentence: None)
    """A press could not be stored: nothing was promised and nothing will come."""
    on_link: Callable[[bool, str], None] = field(default=lambda _up, _sentence: None)
    """The dispatcher can be reached, or cannot, and why."""
    on_fault: Callable[[str], None] = field(default=lambda _sentence: None)
    """Something for the staff's eyes: one sentence without personal data."""
    on_store: Callable[[bool], None] = field(default=lambda _works: None)
    """The store can be written, or cannot: then no press can be taken."""
    on_ready: Callable[[int], None] = field(default=lambda _last_number: None)
    """The outbox is open and every live trip was told; carries the last boarding number of today."""


@dataclass(slots=True)
class _Live:
    """One trip in the courier's hands."""

    case: Case
    due: float = 0.0
    """Monotonic second from which its next job may run."""
    busy: bool = False
    tries: int = 0


class Courier:
    """Give it a trip: it is asked for once, or you are told why not.

    Args:
        open_outbox: opens the store; called on the courier's thread, which owns it from then on.
        provider: the dispatcher to ask.
        listener: where the news goes.
        lanes: what runs the blocking exchanges; a pool of threads of its own when None.
    """

    def __init__(
        self,
        open_outbox: Callable[[], Outbox],
        provider: Provider,
        listener: Listener,
        *,
        policy: Policy | None = None,
        clock: Clock | None = None,
        lanes: Executor | None = None,
        rng: Random | None = None,
    ) -> None:
        self._open_outbox = open_outbox
        self._provider = provider
        self._tell = listener
        self._policy = policy or Policy()
        self._clock = clock or SystemClock()
        self._lanes = Lanes(lanes)
        self._rng = rng or Random()  # noqa: S311 - jitter
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._live: dict[str, _Live] = {}
        self._outbox: Outbox | None = None
        self._link: bool | None = None
        self._probing = False
        self._probe_due = 0.0
        self._purge_due = 0.0
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._follower = Follower(provider, self._heard_pushed, self._push_broke)

    # -- what others may ask, from any thread --------------------------------------------------------------------

    def ask(self, request: TripRequest, holder: str | None = None) -> None:
        """Ask for a taxi. Acknowledged by `on_trip` once it is on disk, or answered by `on_lost`."""
        self._inbox.put(lambda: self._ask(request, holder))

    def cancel(self, ref: str, reason: str = "rider") -> None:
        """The rider does not want the taxi any more."""
        self._inbox.put(lambda: self._change(ref, lambda case: plan.cancelled(case, reason)))

    def coming(self, ref: str, *, can_see_taxi: bool = True) -> None:
        """Tell the driver that the passenger is on the way, or cannot see the taxi."""
        self._inbox.put(lambda: self._coming(ref, can_see_taxi=can_see_taxi))

    def still_wanted(self, ref: str) -> None:
        """The person answered the question after the deadline: yes, still wanted."""
        self._inbox.put(lambda: self._still_wanted(ref))

    def start(self) -> None:
        """Open the outbox and take up what was left there; returns at once."""
        self._thread = threading.Thread(target=self.run, name="courier", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5) -> None:
        """Stop within `timeout` seconds; everything acknowledged is on disk already."""
        self._inbox.put(None)
        if self._thread is not None:
            self._thread.join(timeout)
        self._follower.stop()
        self._lanes.stop()
        self._provider.close()

    # -- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """The thread's whole life; a fault in one turn is told and the next turn goes on."""
        while not self._stopped:
            if self._outbox is None:
                self._try_open()
            self.turn(self.wait_s() / self._clock.speed if self._outbox else _REOPEN_S)
        if self._outbox is not None:
            self._outbox.close()

    def _try_open(self) -> None:
        try:
            self.open()
        except OutboxError as error:
            self._tell.on_fault(str(error))
            self._tell.on_store(False)  # noqa: FBT003 - the one thing it says

    def open(self) -> None:
        """Open the outbox, tell of every live trip, forget old ones, begin to follow pushed news."""
        self._outbox = self._open_outbox()
        self._tell.on_store(True)  # noqa: FBT003 - the one thing it says
        now = self._clock.now()
        for case in self._outbox.live():
            self._live[case.trip.ref] = _Live(case)
            self._tell.on_trip(case.trip)
        midnight = now.wall.replace(hour=0, minute=0, second=0, microsecond=0)
        self._tell.on_ready(self._outbox.last_number(midnight.timestamp()))
        if self._provider.capabilities.push:
            self._follower.start()

    def turn(self, timeout: float) -> None:
        """Take one message if one comes within `timeout` seconds, then start whatever is due."""
        try:
            message = self._inbox.get(timeout=timeout) if timeout > 0 else self._inbox.get_nowait()
        except queue.Empty:
            message = _nothing
        if message is None:
            self._stopped = True
            return
        try:
            message()
            self._advance()
        except OutboxError as error:
            self._tell.on_fault(str(error))
        except Exception as error:  # noqa: BLE001 - this thread must outlive its own faults: people are waiting
            self._tell.on_fault(f"{type(error).__name__} in the courier; it goes on")

    def wait_s(self) -> float:
        """Seconds until something is due by itself."""
        now = self._clock.now().mono
        dues = [live.due for live in self._live.values() if not live.busy]
        if self._link is False and not self._probing:
            dues.append(self._probe_due)
        return max(0.0, min(dues, default=now + _IDLE_S) - now)

    def _advance(self) -> None:
        now = self._clock.now()
        for ref, live in list(self._live.items()):
            if not live.busy and live.due <= now.mono:
                self._serve(ref, live)
        if self._link is False and not self._probing and self._probe_due <= now.mono:
            self._probing = True
            self._lanes.carry(self._provider.health, lambda answer: self._inbox.put(lambda: self._probed(answer)))
        if self._outbox is not None and self._purge_due <= now.mono:
            self._purge_due = now.mono + _PURGE_S
            self._outbox.purge((now.wall - timedelta(days=self._policy.keep_days)).timestamp())

    def _serve(self, ref: str, live: _Live) -> None:
        now = self._clock.now()
        case = live.case
        create = case.errand(ErrandKind.CREATE)
        if plan.expired(case, now, self._policy):
            return self._end(live, TripStatus.EXPIRED)
        if create and not create.sent_at and not case.trip.asks_again and plan.late(case, now, self._policy):
            self._keep(live, replace(case, asked=now, trip=replace(case.trip, asks_again=True)))
        job = plan.next_job(live.case, self._provider.capabilities, now, self._policy)
        if job is None:
            live.due = now.mono + 1.0
            return None
        if job is Job.CREATE:
            self._mark_sent(live)
        live.busy = True
        case = live.case
        self._lanes.carry(
            lambda: exchange(self._provider, case, job),
            lambda answer: self._inbox.put(lambda: self._answered(ref, job, answer)),
        )
        return None

    def _mark_sent(self, live: _Live) -> None:
        """From here on the dispatcher may have it; on disk before the first byte leaves."""
        create = live.case.errand(ErrandKind.CREATE)
        if create is None or create.sent_at is not None:
            return
        sent = live.case.with_errand(replace(create, sent_at=self._clock.now()))
        if self._link is not False:
            # While the network is down this is a mere attempt: a person reads "nothing is sent yet", which holds
            # until something says otherwise.
            sent = replace(sent, trip=replace(sent.trip, status=TripStatus.SUBMITTING))
        self._keep(live, sent)

    # -- news, back on the courier's thread ----------------------------------------------------------------------

    def _answered(self, ref: str, job: Job, answer: object) -> None:
        live = self._live.get(ref)
        if live is None:
            return
        live.busy = False
        now = self._clock.now()
        if isinstance(answer, DispatchError):
            self._excused(live, job, answer)
            return
        self._linked(up=True)
        can = self._provider.capabilities
        if not isinstance(answer, Booking):
            live.tries += 1
            live.due = now.mono + (delay_s(Ambiguous("not found yet"), live.tries, self._rng) or 0)
            self._settle(live, plan.not_found(live.case, now, can))
            return
        case = plan.done(live.case, job, now)
        if job is not Job.CANCEL:
            case = plan.heard(case, answer, now, can)
        cancel_again = job is Job.READ and case.errand(ErrandKind.CANCEL) is not None
        live.tries = live.tries + 1 if cancel_again else 0
        pause = delay_s(Ambiguous("not cancelled yet"), live.tries, self._rng) if cancel_again else None
        live.due = now.mono + (pause or (0.0 if case.errands else self._poll_s(case.trip.status)))
        self._settle(live, case)

    def _excused(self, live: _Live, job: Job, error: DispatchError) -> None:
        now = self._clock.now()
        live.tries += 1
        live.due = now.mono + (delay_s(error, live.tries, self._rng) or 1.0)
        if isinstance(error, Unreachable):
            self._linked(up=False, sentence=str(error))
        elif isinstance(error, Refused):
            self._linked(up=True)
            self._tell.on_fault(f"{self._provider.name} refused to {job.value}: {error}")
        self._settle(live, plan.failed(live.case, job, error, now, self._provider.capabilities))

    def _heard_pushed(self, ref: str, booking: Booking) -> None:
        """On the follower's thread: hand over."""
        self._inbox.put(lambda: self._pushed(ref, booking))

    def _pushed(self, ref: str, booking: Booking) -> None:
        self._linked(up=True)
        live = next((m for m in self._live.values() if m.case.trip.attempts[-1].ref == ref), None)
        if live is None or live.case.errand(ErrandKind.CANCEL):
            return  # a cancel is confirmed by a read, never by news that was under way
        now = self._clock.now()
        self._settle(live, plan.heard(live.case, booking, now, self._provider.capabilities))
        if not live.busy:
            live.due = now.mono if live.case.errands else now.mono + self._poll_s(live.case.trip.status)

    def _push_broke(self, error: DispatchError) -> None:
        """On the follower's thread: the stream is gone, so read every live trip once."""
        self._inbox.put(lambda: self._read_all(error))

    def _read_all(self, error: DispatchError) -> None:
        if isinstance(error, Unreachable):
            self._linked(up=False, sentence=str(error))
        now = self._clock.now().mono
        for live in self._live.values():
            live.due = min(live.due, now + 1.0)

    def _probed(self, answer: object) -> None:
        self._probing = False
        self._probe_due = self._clock.now().mono + _PROBE_S * self._rng.uniform(0.8, 1.2)
        if not isinstance(answer, Unreachable | Ambiguous):
            self._linked(up=True)

    def _linked(self, *, up: bool, sentence: str = "") -> None:
        if up == self._link:
            return
        self._link = up
        self._tell.on_link(up, sentence)
        now = self._clock.now().mono
        if up:
            for live in self._live.values():
                live.due, live.tries = now, 0
        else:
            self._probe_due = now + 1.0

    # -- changes to a trip, each on disk before it is told -------------------------------------------------------

    def _ask(self, request: TripRequest, holder: str | None) -> None:
        if request.client_ref in self._live:
            return
        now = self._clock.now()
        live = _Live(plan.new_case(request, holder, self._provider, now, self._policy), due=now.mono)
        if self._link is not False:
            # It goes out at once: one write says both "asked" and "may have been sent".
            create = live.case.errands[0]
            live.case = live.case.with_errand(replace(create, sent_at=now))
            live.case = replace(live.case, trip=replace(live.case.trip, status=TripStatus.SUBMITTING))
        try:
            self._save(live.case)
        except OutboxError as error:
            self._tell.on_fault(str(error))
            self._tell.on_lost(request, str(error))
            return
        self._live[request.client_ref] = live
        self._tell.on_trip(live.case.trip)

    def _change(self, ref: str, change: Callable[[Case], Case]) -> None:
        if live := self._live.get(ref):
            self._settle(live, change(live.case))
            live.due = self._clock.now().mono

    def _coming(self, ref: str, *, can_see_taxi: bool) -> None:
        kind = ErrandKind.COMING if can_see_taxi else ErrandKind.CANNOT_SEE

        def change(case: Case) -> Case:
            if not plan.may_be_told(case):
                return case
            case = replace(case, trip=replace(case.trip, coming=case.trip.coming or can_see_taxi))
            if not self._provider.capabilities.passenger_coming:
                return case
            return case.with_errand(Errand(ref, kind, case.trip.attempts[-1].ref))

        self._change(ref, change)

    def _still_wanted(self, ref: str) -> None:
        now = self._clock.now()
        deadline = now.wall + timedelta(seconds=self._policy.deadline_s)
        self._change(
            ref,
            lambda case: replace(
                case,
                wanted=now,
                searching=now,
                asked=None,
                trip=replace(case.trip, asks_again=False, deadline=deadline),
            ),
        )

    def _settle(self, live: _Live, case: Case) -> None:
        """Keep what changed; go on with another attempt, or end, where that follows."""
        now = self._clock.now()
        if plan.goes_on(case, now, self._policy):
            lost_driver = case.trip.status == TripStatus.CANCELLED_BY_DRIVER
            case = replace(case, searching=now, wanted=now) if lost_driver else case
            case = plan.next_attempt(case, self._provider)
            live.due = now.mono + (0.0 if lost_driver else self._policy.again_s)
        if case.trip.ended:
            live.case = case
            self._end(live, case.trip.status)
        elif case != live.case:
            self._keep(live, case)

    def _keep(self, live: _Live, case: Case) -> None:
        self._save(case)
        live.case = case
        self._tell.on_trip(case.trip)

    def _end(self, live: _Live, status: TripStatus) -> None:
        trip = replace(live.case.trip, status=status, asks_again=False, cancelling=False)
        live.case = replace(live.case, trip=trip, errands=())
        self._save(live.case, ended=True)
        del self._live[trip.ref]
        self._tell.on_trip(trip)

    def _save(self, case: Case, *, ended: bool = False) -> None:
        if self._outbox is None:
            raise OutboxError("the trip store is not open: nothing can be asked for; see the fault before this one")
        self._outbox.save(case, ended_at=self._clock.now().wall.timestamp() if ended else None)

    def _poll_s(self, status: TripStatus) -> float:
        can = self._provider.capabilities
        return plan.poll_s(status, can, pushed=self._follower.alive) * self._rng.uniform(0.8, 1.2)


def _nothing() -> None:
    """No message came; the turn only advances."""
