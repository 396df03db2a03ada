"""Whether the dispatcher can be reached is told as it is, and nothing but a probe goes out while it cannot."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from fakes_courier import Rig
from fakes_dispatcher import FULL, Fate, S

from dispatch_client.errors import Ambiguous, DispatchError, Refusal, Refused, Unreachable
from dispatch_client.follower import Follower

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dispatch_client.trips import Booking


def test_the_link_is_known_before_anybody_presses(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        assert rig.told.link == [True]
    rig = Rig(tmp_path)
    rig.dispatcher.line_up = False
    with rig:
        assert rig.told.link == [False]


def test_while_it_is_down_the_trip_is_queued_and_only_the_probe_goes_out(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.dispatcher.line_up = False
    with rig:
        ref = rig.press()
        wal = (tmp_path / "trips.db-wal").stat().st_size
        rig.pass_s(60)
        assert {trip.status for trip in rig.told.of(ref)} == {S.QUEUED}
        assert {name for name, _ in rig.dispatcher.calls} == {"health"}
        assert 15 <= rig.dispatcher.count("health") <= 30
        assert (tmp_path / "trips.db-wal").stat().st_size == wal, "waiting costs the disk nothing"
        assert rig.told.link == [False]
        rig.dispatcher.line_up = True
        rig.pass_s(4)
        assert rig.told.link == [False, True]
        assert rig.status(ref) is S.REQUESTED


def test_a_read_that_cannot_leave_takes_the_link_down(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.press()
        rig.dispatcher.line_up = False
        rig.pass_s(4)
        assert rig.told.link == [True, False]


def test_an_idle_box_notices_within_a_minute_or_so(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.line_up = False
        rig.pass_s(75)
        assert rig.told.link == [True, False]
        assert rig.dispatcher.count("health") < 10


def test_something_that_answers_out_of_its_senses_does_not_hold_trips_back(tmp_path: Path) -> None:
    with Rig(tmp_path) as rig:
        rig.dispatcher.next("health", Fate.UNREACHABLE, *[Fate.NONSENSE] * 50)
        rig.dispatcher.next("create", Unreachable("no route"))
        ref = rig.press()
        assert rig.told.link == [True, False]
        rig.pass_s(6)
        assert rig.status(ref) is S.REQUESTED
        assert rig.told.link == [True, False, True]


def test_a_dispatcher_that_does_not_accept_the_box_is_told_to_the_staff_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.dispatcher.next("health", *[Refused(Refusal.AUTH, "token not accepted")] * 9)
    with rig:
        rig.pass_s(300)
        assert rig.told.link == [True]
        assert len(rig.told.faults) == 1
        assert "token not accepted" in rig.told.faults[0]


class Stream:
    """A push stream that stands or breaks on command."""

    def __init__(self) -> None:
        self.opened = threading.Semaphore(0)
        self.count = 0
        self._break = threading.Event()
        self._error: DispatchError | None = None

    def follow(self, on_booking: Callable[[str, Booking], None], stop: threading.Event) -> None:
        self.count += 1
        self._break.clear()
        self.opened.release()
        while not stop.is_set():
            if self._break.wait(0.01):
                raise self._error or Ambiguous("broke")

    def fail(self, error: DispatchError) -> None:
        self._error = error
        self._break.set()


def wait_for(rig: Rig, condition: Callable[[], bool]) -> None:
    """Turn until it is so; the follower's thread speaks through the inbox."""
    for _ in range(500):
        if condition():
            return
        rig.courier.turn(0.01)
    raise AssertionError("it never came")


def test_a_stream_that_breaks_because_the_line_is_dead_takes_the_link_down(tmp_path: Path) -> None:
    stream = Stream()
    rig = Rig(tmp_path, capabilities=replace(FULL, push=True))
    rig.dispatcher.follow = stream.follow  # type: ignore[method-assign]
    with rig:
        assert stream.opened.acquire(timeout=5)
        assert rig.told.link == [True]
        rig.dispatcher.line_up = False
        stream.fail(Unreachable("the stream broke"))
        wait_for(rig, lambda: rig.told.link == [True, False])
        rig.dispatcher.line_up = True
        rig.clock.pass_s(5)
        wait_for(rig, lambda: rig.told.link == [True, False, True])
        assert stream.opened.acquire(timeout=5)


def test_a_stream_that_merely_ended_does_not_flash_the_link(tmp_path: Path) -> None:
    stream = Stream()
    rig = Rig(tmp_path, capabilities=replace(FULL, push=True))
    rig.dispatcher.follow = stream.follow  # type: ignore[method-assign]
    with rig:
        assert stream.opened.acquire(timeout=5)
        ref = rig.press()
        probes, reads = rig.dispatcher.count("health"), rig.dispatcher.count("get")
        stream.fail(Unreachable("the server ended the stream"))
        wait_for(rig, lambda: rig.dispatcher.count("health") > probes)
        rig.pass_s(1.1)
        assert rig.dispatcher.count("get") > reads, "what was missed in between is read"
        assert rig.told.link == [True]
        assert rig.status(ref) is S.REQUESTED


def test_a_nudge_opens_the_stream_before_its_pause_is_over(tmp_path: Path) -> None:
    rig, stream = Rig(tmp_path), Stream()
    rig.dispatcher.follow = stream.follow  # type: ignore[method-assign]
    broken = threading.Semaphore(0)
    follower = Follower(rig.dispatcher, lambda _ref, _booking: None, lambda _error: broken.release())
    follower.start()
    for _ in range(12):  # by now the pause is ten seconds
        assert stream.opened.acquire(timeout=5)
        stream.fail(Unreachable("no route"))
        assert broken.acquire(timeout=5)
        follower.nudge()
    assert stream.opened.acquire(timeout=5)
    follower.stop()
    assert stream.count == 13


def test_a_provider_that_falls_over_while_following_is_followed_again(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    errors: list[DispatchError] = []

    def on_broken(error: DispatchError) -> None:
        errors.append(error)
        follower.stop()

    follower = Follower(rig.dispatcher, lambda _ref, _booking: None, on_broken)
    rig.dispatcher.follow = lambda _take, _stop: 1 / 0  # type: ignore[method-assign, assignment]
    follower._run()  # noqa: SLF001 - on this thread, so that it ends when the test does
    assert [type(error) for error in errors] == [Ambiguous]
