"""One supervised thread per device: whatever breaks is said in one sentence and tried again, and never lost."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, TypedDict

from hardware.events import DeviceDown, DeviceUp
from hardware.faults import DeviceFault, PermanentFault
from hardware.health import Finding, Health

if TYPE_CHECKING:
    from hardware.events import Emit, Event

_log = logging.getLogger(__name__)

Clock = Callable[[], float]
"""Seconds that only ever grow, as `time.monotonic`."""
Wait = Callable[[threading.Event, float], bool]
"""Wait for the event at most so many seconds; True when it was set."""

STOP_S: Final = 1.0
"""How long `stop()` waits for the thread before it goes on without it."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses between tries: `first_s`, then twice as long each time, never more than `cap_s`.

    The cap keeps the promise that a box is usable within 20 s after any fault is over. A device that was up for
    `cap_s` starts again from `first_s`; one that dies at once after each start does not.
    """

    first_s: float = 0.5
    cap_s: float = 8.0

    def pause(self, tries: int) -> float:
        """Give the pause after so many failed tries in a row (1 or more), in seconds."""
        return min(self.cap_s, self.first_s * 2.0 ** min(tries - 1, 30))


class ServiceOptions(TypedDict, total=False):
    """What every driver takes by keyword beside its own, and hands on to `Service`."""

    backoff: Backoff | None
    clock: Clock | None
    wait: Wait | None


class State(StrEnum):
    """Where a service is in its life."""

    STOPPED = "stopped"
    STARTING = "starting"
    UP = "up"
    DOWN = "down"
    """Broken for now, tried again by itself."""
    GIVEN_UP = "given_up"
    """Broken until somebody changes something."""


@dataclass(frozen=True, slots=True)
class Report:
    """A service at one moment, for the technician. Times are seconds of the service's clock, None for never."""

    name: str
    state: State = State.STOPPED
    since: float | None = None
    last_up: float | None = None
    faults: int = 0
    """How often it broke since it was started, a failed try included."""
    sentence: str = ""
    """The last fault."""
    cure: str = ""


class Service(ABC):
    """A device on its own thread: `setup -> run -> teardown`, again and again until it is stopped.

    A driver writes those three. `setup` and `run` raise: a `PermanentFault` stops the service, every other
    exception, foreseen or not, is a reason to pause and try again. `run` ends only when `self.stopping` is true.

    Args:
        name: name of the device in events and findings.
        emit: where events go; called on this thread. What it raises is logged and goes no further.
        backoff: pauses between tries.
        clock: monotonic seconds.
        wait: waits on an event; replaced in tests so that no time passes.
    """

    at_serial_port: ClassVar[bool] = True
    """Its port is named as `hardware.transport.open_port` takes it."""
    up_sentence: ClassVar[str] = "Its port is open."
    """What is said of its link while it is up."""

    def __init__(
        self,
        name: str,
        emit: Emit,
        *,
        backoff: Backoff | None = None,
        clock: Clock | None = None,
        wait: Wait | None = None,
    ) -> None:
        self._name = name
        self._emit_to = emit
        self._backoff = backoff or Backoff()
        self._clock = clock or time.monotonic
        self._wait_on = wait or threading.Event.wait
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._report = Report(name)

    @property
    def name(self) -> str:
        """Name of the device in events and findings."""
        return self._name

    @property
    def stopping(self) -> bool:
        """True once `stop` was called: `run` must end."""
        return self._stop.is_set()

    def start(self) -> None:
        """Start the thread and return at once. Starting what runs changes nothing.

        Raises:
            RuntimeError: the thread of the last run is still stuck in the device.
        """
        if self._thread is not None and self._thread.is_alive():
            if self._stop.is_set():
                raise RuntimeError(f"{self.name}: cannot start again, the last run is still stuck in the device")
            return
        self._stop.clear()
        self._wake.clear()
        self._report = Report(self.name, State.STARTING, self._clock())
        self._thread = threading.Thread(target=self._supervise, name=f"device-{self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; returns within about a second even when the device blocks. Stopping twice is no error."""
        self._stop.set()
        self._wake.set()
        self.interrupt()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(STOP_S)
            if self._thread.is_alive():
                _log.warning("%s: the device still blocks its thread after %.0f s; left behind", self.name, STOP_S)

    def report(self) -> Report:
        """Give where it stands, from any thread."""
        return self._report

    def health(self) -> tuple[Finding, ...]:
        """Give the state of the link as the first finding, and the driver's own after it while it is up."""
        now = self._report
        health, sentence = {
            State.STOPPED: (Health.UNKNOWN, "It is not started."),
            State.STARTING: (Health.UNKNOWN, "It is being opened."),
            State.UP: (Health.OK, self.up_sentence),
            State.DOWN: (Health.FAIL, now.sentence),
            State.GIVEN_UP: (Health.FAIL, now.sentence),
        }[now.state]
        link = Finding(f"{self.name}.link", health, sentence, now.cure if health is Health.FAIL else "")
        return (link, *self.findings()) if now.state is State.UP else (link,)

    @abstractmethod
    def setup(self) -> None:
        """Open the device and bring it to a known state."""

    @abstractmethod
    def run(self) -> None:
        """Work until `self.stopping`."""

    @abstractmethod
    def teardown(self) -> None:
        """Give back what `setup` took, also when it got only half way."""

    def findings(self) -> tuple[Finding, ...]:
        """What the driver knows beyond its link; called from any thread while the device is up."""
        return ()

    def interrupt(self) -> None:  # noqa: B027 - a driver that never blocks needs none
        """Make a blocked `setup` or `run` return soon; called from another thread by `stop`."""

    def broken(self, fault: DeviceFault) -> None:  # noqa: B027 - for drivers that hold work for others
        """Called on the device's thread after each fault, when `teardown` is done."""

    def ended(self) -> None:  # noqa: B027 - same
        """Called on the device's thread as its very last act."""

    def pause(self, seconds: float) -> bool:
        """Wait, but not beyond `stop` or `nudge`; True when one of them came."""
        nudged = self._wait_on(self._wake, seconds)
        self._wake.clear()
        if self._stop.is_set():  # read after the clear: a stop in between keeps every later pause short
            self._wake.set()
        return nudged

    def nudge(self) -> None:
        """End the present `pause`, from any thread: there is work, or a reason to try again now."""
        self._wake.set()

    def emit(self, event: Event) -> None:
        """Hand an event on; a listener that fails is logged and cannot hurt the device."""
        try:
            self._emit_to(event)
        except Exception as error:  # noqa: BLE001 - a listener's bug must never take the device away
            _log.error("%s: the listener failed on %s: %s", self.name, type(event).__name__, _where(error))

    def _supervise(self) -> None:
        tries = 0
        while not self._stop.is_set():
            fault, up_s = self._live_once()
            if fault is None:
                break
            tries = 1 if up_s >= self._backoff.cap_s else tries + 1
            self._say_down(fault)
            self._guarded("broken", partial(self.broken, fault))
            if isinstance(fault, PermanentFault):
                self._guarded("ended", self.ended)
                return
            if not self._stop.is_set():
                self.pause(self._backoff.pause(tries))
        self._report = replace(self._report, state=State.STOPPED, since=self._clock())
        self._guarded("ended", self.ended)

    def _live_once(self) -> tuple[DeviceFault | None, float]:
        """Run one life of the device; give what ended it (None: it was stopped) and how long it was up, in seconds."""
        began: float | None = None
        fault: DeviceFault | None = None
        try:
            self.setup()
            if self._stop.is_set():
                return None, 0.0
            began = self._clock()
            self._report = replace(self._report, state=State.UP, since=began, last_up=began)
            self.emit(DeviceUp(self.name))
            self.run()
            if not self._stop.is_set():
                fault = DeviceFault(f"{self.name}: its driver ended without being asked to", "Report this to support.")
        except DeviceFault as known:
            fault = None if self._stop.is_set() else known
        except Exception as error:  # noqa: BLE001 - a driver's bug must never take its device away for good
            _log.error("%s: the driver failed: %s", self.name, _where(error))
            fault = DeviceFault(
                f"{self.name}: its driver failed with {type(error).__name__}",
                "It is started again by itself; if this comes back, send the log to support.",
            )
        finally:
            self._guarded("teardown", self.teardown)
        return fault, 0.0 if began is None else self._clock() - began

    def _say_down(self, fault: DeviceFault) -> None:
        permanent = isinstance(fault, PermanentFault)
        before = self._report
        state = State.GIVEN_UP if permanent else State.DOWN
        news = before.state is not state or before.sentence != fault.sentence
        self._report = replace(
            before,
            state=state,
            since=self._clock() if before.state is not state else before.since,
            faults=before.faults + 1,
            sentence=fault.sentence,
            cure=fault.cure,
        )
        if news:
            _log.warning("%s: %s", self.name, fault.sentence)
            self.emit(DeviceDown(self.name, fault.sentence, fault.cure, permanent))

    def _guarded(self, what: str, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the supervisor outlives every hook
            _log.error("%s: %s failed: %s", self.name, what, _where(error))


def _where(error: Exception) -> str:
    """Name an exception by its type and the place it came from, without its words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
