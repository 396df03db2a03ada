from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from doctor_fakes import told

from hardware.health import Health
from kiosk.doctor.result import Result, exit_code, ok, unknown, warn
from kiosk.doctor.result import fail as failed
from kiosk.doctor.runner import Check, run

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_what_hangs_is_told_as_hanging_and_what_it_said_before_counts() -> None:
    never = threading.Event()

    def hangs() -> Iterator[Result]:
        yield ok("road.name", "It is known.")
        never.wait()

    began = time.monotonic()
    results = run(
        [
            Check("road", hangs, limit_s=0.2, late=Health.FAIL, late_cure="Ask them."),
            Check("clock", lambda: [ok("clock.sync", "Right.")]),
        ]
    )
    never.set()
    assert time.monotonic() - began < 2
    assert told(results) == {"road.name": "ok", "road.time": "fail", "clock.sync": "ok"}
    assert (results[1].sentence, results[1].cure) == ("No answer within 0.2 s.", "Ask them.")


def test_ten_that_hang_take_no_longer_than_one() -> None:
    never = threading.Event()
    began = time.monotonic()

    def hangs() -> list[Result]:
        never.wait()
        return []

    results = run([Check(f"c{n}", hangs, limit_s=60) for n in range(10)], budget_s=0.3)
    never.set()
    assert time.monotonic() - began < 2
    assert {result.health for result in results} == {Health.UNKNOWN}
    assert len(results) == 10


def test_a_check_that_breaks_is_unknown_and_the_others_go_on() -> None:
    def breaks() -> Iterator[Result]:
        yield ok("one.first", "Good.")
        raise ValueError("13800138000")

    results = run([Check("one", breaks), Check("two", lambda: [warn("two.x", "Hm.", "Look.")])])
    assert told(results) == {"one.first": "ok", "one.check": "unknown", "two.x": "warn"}
    assert results[1].sentence == "This check itself failed (ValueError)."


def test_results_stand_in_the_order_of_the_checks_whoever_was_first() -> None:
    second_done = threading.Event()

    def first() -> list[Result]:
        second_done.wait(10)
        return [ok("a.a", "Last to be done.")]

    def second() -> list[Result]:
        second_done.set()
        return [ok("b.b", "First to be done.")]

    assert list(told(run([Check("a", first), Check("b", second)]))) == ["a.a", "b.b"]


def test_exit_codes() -> None:
    good, soon, dunno, bad = ok("a.a", ""), warn("b.b", "", ""), unknown("c.c", "", ""), failed("d.d", "", "")
    assert exit_code([good, good]) == 0
    assert exit_code([good, soon]) == 1
    assert exit_code([good, dunno]) == 1
    assert exit_code([bad, soon, dunno, good]) == 2
