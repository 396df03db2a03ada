"""The embedded dispatcher: simulated taxis behind a real HTTP server on this machine, with faults on command."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from dispatch_client.sandbox.api import PROBLEMS, Api
from dispatch_client.sandbox.behaviour import Behaviour
from dispatch_client.sandbox.faults import Fault, Kind
from dispatch_client.sandbox.wire import Wire
from dispatch_client.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from werkzeug.wrappers import Request

    from dispatch_client.sandbox.fleet import Locale

_TICK_S: Final = 0.05
"""Real time between two steps of the simulation."""


class Sandbox:
    """A dispatcher to demonstrate and to test with.

    Args:
        port: on 127.0.0.1; 0 takes a free one, the same again after `restore`.
        token: the bearer token that it accepts.
        seed: of everything left to chance.
        speed: virtual seconds per real second. At 1 a taxi is there after 2 to 6 minutes; at 60 a whole visit takes
            about ten seconds.
        behaviour: the story that is told to the next trips.
        locale: language of the drivers' names, `zh` or `en`.
        centre: (latitude, longitude) of the area that is served; None serves the whole world.
        heartbeat_s: the longest silence of the stream of events, in real seconds.
        stream_for_s: end each stream of events after so many real seconds; None never does.
        on_change: called from the sandbox's thread with the Trip after each change.

    Raises:
        OSError: from `start`, when the port is in use.
    """

    def __init__(
        self,
        port: int = 0,
        token: str = "sandbox",  # noqa: S107 - not a secret: it listens on loopback alone
        seed: int = 1,
        speed: float = 1.0,
        behaviour: Behaviour = Behaviour.NORMAL,
        *,
        locale: Locale = "zh",
        centre: tuple[float, float] | None = None,
        heartbeat_s: float = 10.0,
        stream_for_s: float | None = None,
        on_change: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self.token = token
        self.speed = speed
        self._port = port
        self._on_change = on_change
        self._news = threading.Condition()
        self._world = World(seed, datetime.now(UTC).astimezone(), behaviour=behaviour, locale=locale, centre=centre)
        self._seen = self._world.last_event
        self._api = Api(self._world, self._news, token=token, heartbeat_s=heartbeat_s, stream_for_s=stream_for_s)
        self._faults: list[Fault] = []
        self._wire: Wire | None = None
        self._stopping = threading.Event()
        self._ticker: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Base URL, for `HailApiProvider`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def behaviour(self) -> Behaviour:
        """The story that the next trips are told."""
        return self._world.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        with self._news:
            self._world.behaviour = behaviour

    def start(self) -> Self:
        """Listen and let time pass."""
        self._stopping.clear()
        self.restore()
        self._ticker = threading.Thread(target=self._tick, name="sandbox-time", daemon=True)
        self._ticker.start()
        return self

    def stop(self) -> None:
        """Stop listening and stop time; may be called twice."""
        self._stopping.set()
        self.cut()
        if self._ticker:
            self._ticker.join()
            self._ticker = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def cut(self) -> None:
        """Take the network down: refuse connections and break those that are open. The taxis drive on."""
        wire, self._wire = self._wire, None
        if wire:
            wire.ending.set()
            self._api.end_streams()
            wire.end()

    def restore(self) -> None:
        """Bring the network back, on the same port."""
        if self._wire is None:
            try:
                self._wire = Wire(self._port, self._api.answer, self._next_fault)
            except OSError as error:
                raise OSError(
                    error.errno,
                    f"the sandbox cannot listen on 127.0.0.1 port {self._port} ({error.strerror}): choose another port",
                ) from None
            self._port = self._wire.server_port
            threading.Thread(target=self._wire.serve, name="sandbox-http", daemon=True).start()

    def trips(self) -> list[dict[str, Any]]:
        """Give what the dispatcher has, oldest first, as Trips of the API."""
        with self._news:
            return self._world.trips()

    def advance(self, seconds: float) -> None:
        """Let virtual time jump, in addition to its own pace."""
        with self._news:
            self._world.advance(seconds)
            self._news.notify_all()
        self._tell()

    def lose_next_reply(self, operation: str | None = "createTrip") -> None:
        """Carry out the next request of `operation` (None: any) and close without an answer."""
        self._faults.append(Fault(Kind.LOSE, operation))

    def garbage_next(self, operation: str | None = "createTrip") -> None:
        """Carry out the next request of `operation` and answer with a web page."""
        self._faults.append(Fault(Kind.GARBAGE, operation))

    def hang_next(self, operation: str | None = "createTrip") -> None:
        """Carry out the next request of `operation` and say nothing until the client gives up."""
        self._faults.append(Fault(Kind.HANG, operation))

    def half_answer_next(self, operation: str | None = "createTrip") -> None:
        """Carry out the next request of `operation` and close in the middle of the answer."""
        self._faults.append(Fault(Kind.HALF, operation))

    def refuse_next(self, problem: str, operation: str | None = "createTrip") -> None:
        """Do not carry out the next request of `operation`; answer with this problem (last part of its type)."""
        if problem not in PROBLEMS:
            raise ValueError(f"problem {problem!r}: expected one of {', '.join(PROBLEMS)}")
        self._faults.append(Fault(Kind.REFUSE, operation, problem))

    def _next_fault(self, request: Request) -> Fault | None:
        if not self._faults:
            return None
        operation = self._api.operation(request)
        with self._news:
            for fault in self._faults:
                if fault.operation in {None, operation}:
                    self._faults.remove(fault)
                    return fault
        return None

    def _tick(self) -> None:
        before = time.monotonic()
        while not self._stopping.wait(_TICK_S):
            now = time.monotonic()
            self.advance((now - before) * self.speed)
            before = now

    def _tell(self) -> None:
        if self._on_change is None:
            return
        with self._news:
            news = [trip for _, trip in self._world.events_after(self._seen)]
            self._seen = self._world.last_event
        for trip in news:
            self._on_change(trip)


def serve(
    port: int = 0,
    token: str = "sandbox",  # noqa: S107 - as above
    seed: int = 1,
    speed: float = 1.0,
    behaviour: Behaviour = Behaviour.NORMAL,
    *,
    locale: Locale = "zh",
    ready: Callable[[Sandbox], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Run a sandbox until Ctrl-C, or until `stop` is set; `ready` is called with it once it listens.

    Raises:
        OSError: the port is in use.
    """
    stop = stop or threading.Event()
    with Sandbox(port, token, seed, speed, behaviour, locale=locale) as sandbox:
        if ready:
            ready(sandbox)
        try:
            stop.wait()
        except KeyboardInterrupt:
            return
