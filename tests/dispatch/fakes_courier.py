"""A courier on a real store that is driven turn by turn, with everything it told, and a disk that can be full."""

from __future__ import annotations

import resource
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any, Self

from fakes_dispatcher import FULL, FakeClock, FakeDispatcher, wish

from dispatch_client.attempts import new_case
from dispatch_client.courier import Courier, Listener, Policy
from dispatch_client.ladder import Ladder, Rung
from dispatch_client.outbox import Outbox, load_key, open_outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from dispatch_client.cases import Case
    from dispatch_client.provider import Capabilities
    from dispatch_client.trips import Trip, TripRequest, TripStatus


class Inline(Executor):
    """A lane that is done before it returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - its signature
        fn(*args, **kwargs)
        return Future()


class Held(Executor):
    """Lanes that stand still until they are told to go."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - its signature
        self.waiting.append(fn)
        return Future()

    def go(self, which: int = 0) -> None:
        self.waiting.pop(which)()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.waiting.clear()


class Recorder:
    """Everything that the courier told."""

    def __init__(self) -> None:
        self.trips: list[Trip] = []
        self.lost: list[tuple[TripRequest, str]] = []
        self.link: list[bool] = []
        self.faults: list[str] = []
        self.store: list[bool] = []
        self.ready: list[int] = []

    def listener(self) -> Listener:
        return Listener(
            on_trip=self.trips.append,
            on_lost=lambda request, sentence: self.lost.append((request, sentence)),
            on_link=lambda up, _why: self.link.append(up),
            on_fault=self.faults.append,
            on_store=self.store.append,
            on_ready=self.ready.append,
        )

    def of(self, ref: str) -> list[Trip]:
        return [trip for trip in self.trips if trip.ref == ref]


def fresh_case() -> Case:
    """A trip as it stands the moment its button was pressed."""
    clock = FakeClock()
    return new_case(wish(), None, Ladder.of(FakeDispatcher(clock)), clock.now(), Policy())


class Rig:
    """A courier on a real store with a fake clock and a fake dispatcher, driven by hand."""

    def __init__(
        self,
        folder: Path,
        *,
        capabilities: Capabilities = FULL,
        policy: Policy | None = None,
        lanes: Executor | None = None,
        clock: FakeClock | None = None,
        dispatcher: FakeDispatcher | None = None,
        above: Sequence[Rung] = (),
    ) -> None:
        self.folder = folder
        self.policy = policy or Policy()
        self.clock = clock or FakeClock()
        self.dispatcher = dispatcher or FakeDispatcher(self.clock, capabilities)
        self.ladder = Ladder([Rung(self.dispatcher), *above])
        self.lanes = lanes or Inline()
        self.told = Recorder()
        self.courier = self.made()

    def made(self) -> Courier:
        return Courier(
            self.open_outbox,
            self.ladder,
            self.told.listener(),
            policy=self.policy,
            clock=self.clock,
            lanes=self.lanes,
            rng=Random(1),  # noqa: S311 - jitter
        )

    def open_outbox(self) -> Outbox:
        return open_outbox(self.folder, load_key(self.folder / "key"))[0]

    def __enter__(self) -> Self:
        self.courier.open()
        self.settle()
        return self

    def __exit__(self, *_: object) -> None:
        self.courier.stop()

    def restart(self) -> None:
        """End the process, as far as the store can tell, and start a new one; what was under way is gone."""
        self.courier.stop()
        self.told = Recorder()
        self.courier = self.made()
        self.settle()

    def settle(self) -> None:
        """Let the courier do all that can be done at this moment."""
        for _ in range(12):
            self.courier.turn(0)

    def pass_s(self, seconds: float) -> None:
        """Let time pass, and the courier do each thing when it is due."""
        end = self.clock.mono + seconds
        self.settle()
        while self.clock.mono + (step := max(self.courier.wait_s(), 0.01)) < end:
            self.clock.pass_s(step)
            self.settle()
        self.clock.pass_s(end - self.clock.mono)
        self.settle()

    def press(self, request: TripRequest | None = None, *, holder: str | None = None) -> str:
        request = request or wish()
        self.courier.ask(request, holder)
        self.settle()
        return request.client_ref

    def cancel(self, ref: str) -> None:
        self.courier.cancel(ref)
        self.settle()

    def trip(self, ref: str) -> Trip:
        """The trip as it was told last."""
        return self.told.of(ref)[-1]

    def status(self, ref: str) -> TripStatus:
        return self.trip(ref).status

    def on_disk(self, ref: str) -> Trip | None:
        """The trip as another process would read it now."""
        other = Outbox(self.folder / "trips.db", load_key(self.folder / "key"))
        try:
            case = other.find(ref)
            return case.trip if case else None
        finally:
            other.close()


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """No file of the store can grow: real writes of the real SQLite fail."""
    largest = max(part.stat().st_size for part in folder.glob("trips.db*"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
