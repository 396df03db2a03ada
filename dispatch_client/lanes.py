"""A few threads for exchanges that may block, so that a dispatcher that hangs holds up one trip and no other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final

from dispatch_client.cases import Case, ErrandKind
from dispatch_client.errors import Ambiguous, DispatchError, Refusal, Refused
from dispatch_client.plan import Job
from dispatch_client.strays import DOUBLE
from dispatch_client.trips import ENDS

if TYPE_CHECKING:
    from dispatch_client.provider import Provider
    from dispatch_client.trips import Attempt, Booking

LANES: Final = 4
"""Exchanges under way at once. Ten people waiting at one box poll every few seconds; an exchange takes about 50 ms."""
LANE_S: Final = 90.0
"""Real seconds after which a lane that does not answer is given up: waiting for a lane and three long exchanges."""
MOST: Final = 16
"""Threads at most, those that a provider never gave back included."""


class HeldUpError(DispatchError):
    """The deadline passed while it waited for a lane: nothing was sent."""


class Lanes:
    """Runs blocking work and hands over what came of it, an error included.

    Its own threads are daemons: an exchange that never ends must not keep the process from ending.
    """

    def __init__(self, executor: Executor | None = None) -> None:
        self._executor = executor
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = 0

    def carry(self, work: Callable[[], object], answered: Callable[[object], None]) -> None:
        """Run `work` on a lane and call `answered` there with its result, or with the DispatchError it raised."""

        def run() -> None:
            try:
                answer = work()
            except DispatchError as error:
                answer = error
            except Exception as error:  # noqa: BLE001 - a provider's own fault: what it sent may have arrived
                answer = Ambiguous(f"{type(error).__name__} inside the provider")
            answered(answer)

        if self._executor is not None:
            self._executor.submit(run)
            return
        if self._threads < LANES:
            self._open()
        self._work.put(run)

    def given_up(self) -> None:
        """A lane did not come back in any decent time: another one takes its place, up to `MOST` of them."""
        if self._executor is None and self._threads < MOST:
            self._open()

    def stop(self) -> None:
        """Take nothing more; what is under way ends by its own timeouts."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
        for _ in range(self._threads):
            self._work.put(None)

    def _open(self) -> None:
        self._threads += 1
        threading.Thread(target=self._drive, name=f"lane-{self._threads}", daemon=True).start()

    def _drive(self) -> None:
        while (run := self._work.get()) is not None:
            run()


def exchange(  # noqa: PLR0911 - one way out for each job
    provider: Provider, case: Case, job: Job, too_late: Callable[[], bool]
) -> Booking | None:
    """Carry out one job for one trip; blocks up to the provider's timeouts and raises only DispatchError.

    `too_late` is asked right before a create is sent: it may have waited for a lane.
    """
    attempt = case.attempt
    native_id = attempt.booking.native_id if attempt.booking else ""
    match job:
        case Job.CREATE:
            create = case.errand(ErrandKind.CREATE)
            if create is None or too_late():
                raise HeldUpError("the deadline passed before a lane was free: nothing was sent")
            return provider.create(attempt.ref, create.payload)
        case Job.LOOK_UP:
            return provider.find_by_ref(attempt.ref)
        case Job.READ:
            return provider.get(native_id)
        case Job.CANCEL:
            cancel = case.errand(ErrandKind.CANCEL)
            return provider.cancel(native_id, cancel.reason if cancel else "")
        case Job.CONFIRM:
            return provider.confirm(native_id)
        case Job.WIDEN:
            return provider.widen(native_id)
    return provider.passenger_coming(native_id, can_see_taxi=job is Job.COMING)


def stray(provider: Provider, attempt: Attempt, *, cancel: bool) -> Booking | None:
    """Look for an attempt that was given up and, with `cancel`, end it; None when its dispatcher does not have it."""
    try:
        found = provider.get(attempt.booking.native_id) if attempt.booking else provider.find_by_ref(attempt.ref)
        if found is None or not cancel or found.status in ENDS:
            return found
        provider.cancel(found.native_id, DOUBLE)
        return provider.get(found.native_id)
    except Refused as error:
        if error.refusal is Refusal.NOT_FOUND:
            return None
        raise
