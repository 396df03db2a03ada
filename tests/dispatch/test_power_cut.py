"""The power fails at any write to the disk: what the store had acknowledged is there, on the SQLCipher that ships.

`TAXI_CUTS=3000 pytest tests/dispatch/test_power_cut.py` cuts more often.
"""

from __future__ import annotations

import os
import shutil
from random import Random
from typing import TYPE_CHECKING

import pytest
from disk_images import Left, cut_at
from disk_vfs import NotedDisk
from fakes_courier import fresh_case

from dispatch_client.documents import dump_case
from dispatch_client.outbox import Outbox, open_outbox
from dispatch_client.trips import TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from disk_vfs import Step


CUTS = int(os.environ.get("TAXI_CUTS", "180"))
KEY = bytes(range(32))
TRIPS = 110
"""Enough for SQLite to write its log back into the file once, and to begin the log anew."""

State = dict[str, str]


def state(outbox: Outbox) -> State:
    rows = outbox._rows("SELECT ref, document FROM live UNION ALL SELECT ref, 'ended' || document FROM ended")  # noqa: SLF001 - all there is, to compare
    return dict(rows)


class Life:
    """What a store went through: every step on its disk, and what stood in it after which of them."""

    def __init__(self, folder: Path, spoil: Callable[[Outbox], None] = lambda _: None) -> None:
        self.promised: list[tuple[int, State]] = []
        with NotedDisk() as disk:
            outbox, _ = open_outbox(folder, KEY)
            spoil(outbox)
            held: State = {}
            self._promise(disk, held)
            for number in range(TRIPS):
                trip = fresh_case()
                ref = trip.trip.ref
                outbox.add(trip)
                self._promise(disk, held := {**held, ref: dump_case(trip)})
                moved = trip.with_trip(status=TripStatus.DRIVER_ASSIGNED)
                outbox.save(moved)
                self._promise(disk, held := {**held, ref: dump_case(moved)})
                if number % 3:
                    done = moved.with_trip(status=TripStatus.COMPLETED)
                    outbox.end(done, float(number))
                    self._promise(disk, held := {**held, ref: "ended" + dump_case(done)})
            outbox.close()
            self.steps: list[Step] = disk.steps

    def _promise(self, disk: NotedDisk, held: State) -> None:
        self.promised.append((len(disk.steps), held))

    def allowed(self, place: int) -> tuple[State, State]:
        """What had been promised by then, and what the write that was under way would have made of it."""
        index = max((i for i, (at, _) in enumerate(self.promised) if at <= place), default=-1)
        before = self.promised[index][1] if index >= 0 else {}
        return before, self.promised[min(index + 1, len(self.promised) - 1)][1]

    def places(self, number: int) -> list[int]:
        """Where to cut: all through the life, and densely where the log is written back into the file."""
        rng = Random(5)  # noqa: S311 - a repeatable knife
        back = [at for at, step in enumerate(self.steps) if step.what == "write" and step.file == "trips.db"]
        dense = rng.sample(range(back[0] - 5, back[-1] + 20), number // 3)
        return sorted({*dense, *rng.sample(range(len(self.steps)), number - len(dense))})


def found(folder: Path, *, unspoilt: bool = True) -> State:
    """What a start after the power cut reads; where all is well it takes nothing for damage."""
    outbox, aside = open_outbox(folder, KEY)
    try:
        assert aside is None or not unspoilt
        return state(outbox)
    finally:
        outbox.close()


@pytest.mark.timeout(60 + CUTS)
def test_a_power_cut_at_any_write_loses_nothing_that_was_acknowledged(
    tmp_path: Path, count: Callable[[str, int], None]
) -> None:
    life, rng, cuts = Life(tmp_path / "life"), Random(7), 0  # noqa: S311 - repeatable
    assert sum(step.what == "write" and step.file == "trips.db" for step in life.steps) > 30
    for place, disk in cut_at(life.steps, life.places(CUTS // len(Left))):
        for how in Left:
            disk.cut(tmp_path / "cut", how, rng)
            assert found(tmp_path / "cut") in life.allowed(place), f"cut after {place} steps, {how.value} left"
            shutil.rmtree(tmp_path / "cut")
            cuts += 1
    assert cuts >= 100
    count("power cuts at a write: nothing acknowledged lost", cuts)


def test_the_same_power_cuts_lose_trips_where_commits_are_not_synced(
    tmp_path: Path, count: Callable[[str, int], None]
) -> None:
    life = Life(tmp_path / "life", lambda box: box._execute("PRAGMA synchronous = NORMAL"))  # noqa: SLF001 - the control group
    lost = 0
    for place, disk in cut_at(life.steps, range(0, len(life.steps), len(life.steps) // 12)):
        disk.cut(tmp_path / "cut", Left.NOTHING, Random(1))  # noqa: S311 - unused
        left, (promised, _) = found(tmp_path / "cut", unspoilt=False), life.allowed(place)
        lost += len(promised.keys() - left.keys())
        shutil.rmtree(tmp_path / "cut")
    assert lost > TRIPS
    count("acknowledged trips lost by the control group (synchronous=NORMAL)", lost)
