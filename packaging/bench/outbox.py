"""The outbox beside other durable queues: what a step costs with few and with a million messages behind it."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contenders import CONTENDERS, Contender, example, on_disk
from figures import Samples, table

if TYPE_CHECKING:
    from figures import Progress

PEERS: Final = Path("build/peers")
"""Where `make bench` puts what is not ours."""
FINISHED: Final = (10, 10_000, 1_000_000)
ROUNDS: Final = 300
WARM_UP: Final = 20
_MS: Final = 1000.0
_KB: Final = 1024
_OURS: Final = CONTENDERS[0].name
_COMPARED: Final = ("persist-queue", "litequeue", "bare SQLite")
"""Those that the outbox is held against: none of them encrypts."""


class Contest:
    """What was measured of each contender, row by row."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.rows: list[tuple[str, dict[str, float], str]] = []

    def add(self, what: str, values: dict[str, float], unit: str) -> None:
        """One row; `unit` is ms (less is better) or KB."""
        self.rows.append((what, values, unit))

    def markdown(self) -> str:
        """Write the table; the last column is ours to the least of those it is held against."""
        head = ("every commit synced", *self.names, "ours to the least")
        return table([head, *(self._cells(*row) for row in self.rows)], right=(False, *[True] * (len(head) - 1)))

    def _cells(self, what: str, values: dict[str, float], unit: str) -> tuple[str, ...]:
        others = [values[name] for name in _COMPARED if name in values]
        ratio = f"{values[_OURS] / min(others):.2f} x" if others else ""
        return (what, *(_shown(values.get(name), unit) for name in self.names), ratio)


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "absent"
    return f"{value:.2f} ms ({_MS / value:.0f}/s)" if unit == "ms" else f"{value:.2f} {unit}"


def measure(folder: Path, tell: Progress, finished: int = FINISHED[-1], rounds: int = ROUNDS) -> str:
    """Run all contenders in turns, so that whatever else the disk does meets all alike; gives the table.

    `finished`: the largest number of messages that are done. What stands in `folder` goes, and nothing stays.
    """
    sys.path.append(str(PEERS.absolute()))
    contest = Contest([kind.name for kind in CONTENDERS if _there(kind)])
    for number in [few for few in FINISHED if few < finished] + [finished]:
        shutil.rmtree(folder, ignore_errors=True)
        with ExitStack() as ends:
            contenders = [_made(kind, folder, number, tell, ends) for kind in CONTENDERS if _there(kind)]
            os.sync()  # what was filled in is not to be written while the rounds are
            tell(f"the outbox beside others, {number} finished, {rounds} rounds")
            _run(contest, contenders, number, rounds)
        contest.add(
            f"on disk, each of {number:,} finished",
            {one.name: on_disk(folder / one.name) / (number + rounds + WARM_UP) / _KB for one in contenders},
            "KB",
        )
    shutil.rmtree(folder, ignore_errors=True)
    return contest.markdown()


def _there(kind: type[Contender]) -> bool:
    """Whether a guest of the bench has come: without `make bench` it has not."""
    module = {"persist-queue": "persistqueue", "litequeue": "litequeue"}.get(kind.name)
    if module is None:
        return True
    try:
        __import__(module)
    except ImportError:
        return False
    return True


def _made(kind: type[Contender], folder: Path, finished: int, tell: Progress, ends: ExitStack) -> Contender:
    tell(f"{kind.name} gets {finished} finished messages")
    place = folder / kind.name
    place.mkdir(parents=True)
    made = ends.enter_context(closing(kind(place)))  # type: ignore[call-arg]
    made.fill(finished)
    return made


def _run(contest: Contest, contenders: list[Contender], finished: int, rounds: int) -> None:
    puts = {one.name: Samples() for one in contenders}
    ends = {one.name: Samples() for one in contenders}
    for number in range(WARM_UP):
        for one in contenders:
            one.put(example(number))
            one.finish()
    gc.collect()
    for samples, step in ((puts, "put"), (ends, "finish")):
        for number in range(rounds):
            for one in contenders:
                began = time.perf_counter()
                if step == "put":
                    one.put(example(number))
                else:
                    one.finish()
                samples[one.name].add((time.perf_counter() - began) * _MS)
    contest.add(f"enqueue, {finished:,} finished, p50", {name: one.at(0.5) for name, one in puts.items()}, "ms")
    contest.add(f"drain, {finished:,} finished, p50", {name: one.at(0.5) for name, one in ends.items()}, "ms")
