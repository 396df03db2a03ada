"""A few threads for exchanges that may block, so that a dispatcher that hangs holds up one trip and no other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from dispatch_client.cases import Case, ErrandKind
from dispatch_client.errors import Ambiguous, DispatchError
from dispatch_client.plan import Job

if TYPE_CHECKING:
    from dispatch_client.provider import Provider
    from dispatch_client.trips import Booking

LANES: Final = 4
"""Exchanges under way at once. Ten people waiting at one box poll every few seconds; an exchange takes about 50 ms."""


class Lanes:
    """Runs blocking work and hands over what came of it, an error included."""

    def __init__(self, executor: Executor | None = None) -> None:
        self._executor = executor or ThreadPoolExecutor(LANES, thread_name_prefix="lane")

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

        self._executor.submit(run)

    def stop(self) -> None:
        """Take nothing more; what is under way ends by its own timeouts."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def exchange(provider: Provider, case: Case, job: Job) -> Booking | None:
    """Carry out one job for one trip; blocks up to the provider's timeouts and raises only DispatchError."""
    attempt = case.trip.attempts[-1]
    native_id = attempt.booking.native_id if attempt.booking else ""
    match job:
        case Job.CREATE:
            create = case.errand(ErrandKind.CREATE)
            return provider.create(attempt.ref, create.payload if create else b"")
        case Job.LOOK_UP:
            return provider.find_by_ref(attempt.ref)
        case Job.READ:
            return provider.get(native_id)
        case Job.CANCEL:
            cancel = case.errand(ErrandKind.CANCEL)
            return provider.cancel(native_id, cancel.reason if cancel else "")
        case Job.CONFIRM:
            return provider.confirm(native_id)
        case Job.COMING:
            return provider.passenger_coming(native_id)
        case Job.CANNOT_SEE:
            return provider.passenger_coming(native_id, can_see_taxi=False)
