from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from hardware.events import DeviceDown, DeviceUp
from hardware.faults import Disconnected, PermanentFault
from hardware.health import Finding, Health, worst
from hardware.service import Backoff, Service, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device_fakes import Listener

    from hardware.events import Event


Life = Callable[["Fake"], None]


class Time:
    """A clock that moves only when somebody waits; ends the service after so many waits."""

    def __init__(self, waits: int) -> None:
        self.now = 0.0
        self.waited: list[float] = []
        self.enough = threading.Event()
        self._waits = waits

    def clock(self) -> float:
        return self.now

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waited.append(seconds)
        self.now += seconds
        if len(self.waited) < self._waits:
            return False
        self.enough.set()
        return event.wait()


class Fake(Service):
    """A driver whose every life is written down beforehand."""

    def __init__(self, emit: Callable[..., None], lives: Sequence[Life], **options: Any) -> None:  # noqa: ANN401 - options of many types
        super().__init__("thing", emit, **options)
        self.lives = list(lives)
        self.life: Life | None = None
        self.torn_down = 0
        self.told: list[str] = []
        self.has_ended = threading.Event()

    def setup(self) -> None:
        if not self.lives:
            return
        life = self.lives.pop(0)
        if life.__name__.startswith("setup"):
            life(self)
            return
        self.life = life

    def run(self) -> None:
        life, self.life = self.life, None
        if life is not None:
            life(self)
            return
        while not self.stopping:
            self.pause(1000)

    def teardown(self) -> None:
        self.torn_down += 1

    def broken(self, fault: Exception) -> None:
        self.told.append(str(fault))

    def ended(self) -> None:
        self.has_ended.set()


def setup_missing(_fake: Fake) -> None:
    raise Disconnected("thing: it is not there", "Plug it in.")


def run_unplugged(_fake: Fake) -> None:
    raise Disconnected("thing: it went away")


def run_crashes(_fake: Fake) -> None:
    raise ZeroDivisionError("the name of somebody")


def setup_hopeless(_fake: Fake) -> None:
    raise PermanentFault("thing: it can never work", "Change its name.")


def test_pauses_double_up_to_the_cap(listener: Listener) -> None:
    time = Time(8)
    fake = Fake(listener, [setup_missing] * 20, backoff=Backoff(0.5, 8), clock=time.clock, wait=time.wait)
    fake.start()
    assert time.enough.wait(20)
    fake.stop()
    assert time.waited == [0.5, 1, 2, 4, 8, 8, 8, 8]


def test_a_device_that_was_up_long_starts_again_from_the_shortest_pause(listener: Listener) -> None:
    time = Time(6)

    def run_long(_fake: Fake) -> None:
        time.now += 8
        raise Disconnected("thing: it went away")

    lives = [setup_missing, setup_missing, run_unplugged, run_long, run_unplugged, run_unplugged]
    fake = Fake(listener, lives, backoff=Backoff(0.5, 8), clock=time.clock, wait=time.wait)
    fake.start()
    assert time.enough.wait(20)
    fake.stop()
    assert time.waited == [0.5, 1, 2, 0.5, 1, 2]


def test_each_reason_is_said_once_until_it_changes_or_the_device_was_up(listener: Listener) -> None:
    time = Time(5)
    lives = [setup_missing, setup_missing, run_unplugged, setup_missing, run_crashes]
    fake = Fake(listener, lives, clock=time.clock, wait=time.wait)
    fake.start()
    assert time.enough.wait(20)
    fake.stop()
    said = [event.sentence if isinstance(event, DeviceDown) else "up" for event in listener.events]
    assert said == [
        "thing: it is not there",
        "up",
        "thing: it went away",
        "thing: it is not there",
        "up",
        "thing: its driver failed with ZeroDivisionError",
    ]
    assert fake.torn_down == 5
    assert len(fake.told) == 5
    assert fake.report().faults == 5


def test_a_crash_is_told_and_tried_again_and_its_words_stay_out_of_the_log(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    fake = Fake(listener, [run_crashes], backoff=Backoff(0.01, 0.01))
    with caplog.at_level(logging.DEBUG):
        fake.start()
        assert listener.wait(DeviceDown).permanent is False
        listener.wait(DeviceUp, 2)
        assert fake.health() == (Finding("thing.link", Health.OK, "Its port is open."),)
        fake.stop()
    assert "ZeroDivisionError at test_device_service.py:" in caplog.text
    assert "somebody" not in caplog.text


def test_a_permanent_fault_ends_it_and_says_so(listener: Listener) -> None:
    fake = Fake(listener, [setup_hopeless, run_unplugged])
    fake.start()
    assert fake.has_ended.wait(20)
    assert listener.events == [DeviceDown("thing", "thing: it can never work", "Change its name.", permanent=True)]
    assert fake.health() == (Finding("thing.link", Health.FAIL, "thing: it can never work", "Change its name."),)
    assert fake.report().state is State.GIVEN_UP
    fake.stop()
    fake.lives.clear()
    fake.start()
    listener.wait(DeviceUp)
    fake.stop()


def test_a_run_that_ends_by_itself_is_a_fault(listener: Listener) -> None:
    def run_ends(_fake: Fake) -> None:
        return

    fake = Fake(listener, [run_ends], backoff=Backoff(0.01, 0.01))
    fake.start()
    assert "ended without being asked" in listener.wait(DeviceDown).sentence
    listener.wait(DeviceUp, 2)
    fake.stop()


def test_a_listener_that_fails_hurts_nobody(listener: Listener) -> None:
    def failing(event: Event) -> None:
        listener(event)
        raise RuntimeError("the screen is gone")

    fake = Fake(failing, [run_unplugged, run_unplugged], backoff=Backoff(0.01, 0.01))
    fake.start()
    listener.wait(DeviceUp, 3)
    fake.stop()
    assert fake.report().state is State.STOPPED


def test_stop_ends_a_pause_at_once_and_may_come_twice_or_before_the_start(listener: Listener) -> None:
    fake = Fake(listener, [setup_missing], backoff=Backoff(1000, 1000))
    fake.stop()
    fake.start()
    listener.wait(DeviceDown)
    fake.stop()
    fake.stop()
    assert fake.report().state is State.STOPPED
    assert fake.health()[0].health is Health.UNKNOWN


def test_a_nudge_ends_a_pause(listener: Listener) -> None:
    fake = Fake(listener, [setup_missing], backoff=Backoff(1000, 1000))
    fake.start()
    listener.wait(DeviceDown)
    fake.nudge()
    listener.wait(DeviceUp)
    fake.stop()


def test_stop_leaves_a_stuck_device_behind_and_a_second_start_says_why_not(listener: Listener) -> None:
    free, stuck = threading.Event(), threading.Event()

    def run_stuck(_fake: Fake) -> None:
        stuck.set()
        free.wait()

    fake = Fake(listener, [run_stuck])
    fake.start()
    fake.start()
    assert stuck.wait(20)
    fake.stop()
    assert not fake.has_ended.is_set()
    with pytest.raises(RuntimeError, match="still stuck in the device"):
        fake.start()
    free.set()
    assert fake.has_ended.wait(20)


def test_the_worst_finding_stands_for_all() -> None:
    def having(*values: Health) -> list[Finding]:
        return [Finding(f"a.{number}", value, "") for number, value in enumerate(values)]

    assert worst(having(Health.OK, Health.WARN)) is Health.WARN
    assert worst(having(Health.UNKNOWN, Health.WARN, Health.OK)) is Health.UNKNOWN
    assert worst(having(Health.UNKNOWN, Health.FAIL, Health.OK)) is Health.FAIL
    assert worst([]) is Health.UNKNOWN
