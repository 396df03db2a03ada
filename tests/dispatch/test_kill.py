"""Killed at any moment and started again: each acknowledged press is at the dispatcher exactly once.

`TAXI_KILLS=200 pytest tests/dispatch/test_kill.py` kills more often.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from dispatch_client.outbox import Outbox, load_key
from dispatch_client.sandbox import Sandbox
from dispatch_client.trips import ENDS

if TYPE_CHECKING:
    from collections.abc import Callable

KILLS = int(os.environ.get("TAXI_KILLS", "25"))
CHILD = Path(__file__).with_name("kill_child.py")
PRESSES = 6


class Killed:
    """One life of the child, ended at a moment of the parent's choice."""

    def __init__(self, folder: Path, url: str, presses: int = PRESSES) -> None:
        self.lines: list[tuple[str, str]] = []
        self._news = threading.Condition()
        run = [sys.executable, str(CHILD), str(folder), url, str(presses)]
        self.process = subprocess.Popen(run, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if not line.endswith("\n"):
                return  # cut by the kill: not said
            word, _, ref = line.strip().partition(" ")
            with self._news:
                self.lines.append((word, ref))
                self._news.notify_all()

    def wait(self, condition: Callable[[list[tuple[str, str]]], bool]) -> None:
        with self._news:
            assert self._news.wait_for(lambda: condition(self.lines), 20), self.lines

    def wait_word(self, word: str, count: int = 1) -> None:
        self.wait(lambda lines: sum(1 for said, _ in lines if said == word) >= count)

    def kill(self) -> list[tuple[str, str]]:
        self.process.kill()
        self.process.wait()
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.lines


class Moments:
    """Where the knife falls; `at(n)` waits for the n-th kind of moment."""

    def __init__(self, sandbox: Sandbox, arrived: threading.Event, rng: Random) -> None:
        self.sandbox = sandbox
        self.arrived = arrived
        self.rng = rng

    def prepare(self, kind: str) -> None:
        self.arrived.clear()
        spoil: dict[str, Callable[[str], None]] = {
            "hanging": self.sandbox.hang_next,
            "lost": self.sandbox.lose_next_reply,
            "half": self.sandbox.half_answer_next,
        }
        if kind in spoil:
            spoil[kind]("createTrip")
        if kind == "offline":
            self.sandbox.cut()

    def wait(self, kind: str, child: Killed) -> None:
        match kind:
            case "starting":
                threading.Event().wait(self.rng.uniform(0.0, 0.5))
            case "acknowledged" | "delivered":
                child.wait_word(kind, self.rng.randint(1, PRESSES // 2))
            case "cancelling":
                child.wait_word("cancelling")
            case "arrived" | "hanging" | "lost" | "half":
                assert self.arrived.wait(20)
            case _:
                child.wait_word("acknowledged")
                threading.Event().wait(self.rng.uniform(0.0, 0.05))


KINDS = ("acknowledged", "arrived", "hanging", "delivered", "any", "cancelling", "lost", "offline", "half", "starting")


@pytest.mark.timeout(120 + KILLS * 3)
def test_no_kill_loses_or_doubles_an_acknowledged_press(tmp_path: Path) -> None:
    arrived = threading.Event()
    acknowledged: set[str] = set()
    cancelled: set[str] = set()

    def on_change(_trip: dict[str, Any]) -> None:
        arrived.set()

    with Sandbox(speed=0, on_change=on_change) as sandbox:
        moments = Moments(sandbox, arrived, Random(11))  # noqa: S311 - a repeatable knife
        for number in range(KILLS):
            kind = KINDS[number % len(KINDS)]
            moments.prepare(kind)
            child = Killed(tmp_path, sandbox.url)
            moments.wait(kind, child)
            for word, ref in child.kill():
                if word == "acknowledged":
                    acknowledged.add(ref)
                elif word == "cancelling":
                    cancelled.add(ref)
            sandbox.restore()
        last = Killed(tmp_path, sandbox.url, presses=0)
        last.wait(lambda lines: ("settled", "") in lines or ("stuck", "") in lines)
        lines = last.kill()
        assert ("settled", "") in lines
        cancelled |= {ref for word, ref in lines if word == "cancelling"}
        trips = sandbox.trips()
    count = Counter(trip["client_ref"] for trip in trips)
    alive = {trip["client_ref"] for trip in trips if trip["status"] not in ENDS}
    assert len(acknowledged) >= KILLS
    assert {ref: n for ref, n in count.items() if n != 1} == {}
    assert acknowledged - cancelled <= alive
    assert cancelled & alive == set()
    outbox = Outbox(tmp_path / "trips.db", load_key(tmp_path / "key"))
    pressed = {case.trip.ref for case in outbox.recent(10**6)}
    outbox.close()
    assert acknowledged <= pressed
    assert set(count) <= pressed, "no second attempt was made for anybody"
    assert cancelled
