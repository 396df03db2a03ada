"""A press until it is on disk: the outbox beside a bare SQLite insert with the same promise, on the same disk."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from contenders import example
from figures import Figure, Samples

from dispatch_client import plan
from dispatch_client.attempts import new_case
from dispatch_client.clock import SystemClock
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import load_key, open_outbox
from dispatch_client.providers.hail_api import HailApiProvider

if TYPE_CHECKING:
    from pathlib import Path

    from figures import Progress

ROUNDS: Final = 1000
_MS: Final = 1000.0
_TAIL: Final = 0.99


class BareTable:
    """One table in SQLite as it comes with Python: WAL, synchronous=FULL, one insert a transaction."""

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("CREATE TABLE trips(ref TEXT PRIMARY KEY, document TEXT)")

    def insert(self, ref: str, document: str) -> float:
        """Insert one row: seconds until it is on disk."""
        began = time.perf_counter()
        self.connection.execute("INSERT INTO trips VALUES(?,?)", (ref, document))
        return time.perf_counter() - began


def measure(folder: Path, tell: Progress, rounds: int = ROUNDS) -> list[Figure]:
    """Save new cases and bare rows in turns; what stands in `folder` goes."""
    tell(f"a press until it is on disk, {rounds} times")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ours, bare = Samples(), Samples()
    clock, policy = SystemClock(), plan.Policy()
    provider = HailApiProvider("http://127.0.0.1:1", "unused")
    outbox, _ = open_outbox(folder / "store", load_key(folder / "store.key"))
    table = BareTable(folder / "bare.db")
    with closing(provider), closing(outbox), closing(table.connection):
        for number in range(rounds):
            request = example(number)
            began = time.perf_counter()
            case = new_case(request, None, Ladder.of(provider), clock.now(), policy)
            outbox.save(case)
            ours.add((time.perf_counter() - began) * _MS)
            bare.add(table.insert(request.client_ref, case.errands[0].payload.decode()) * _MS)
    return [
        Figure("press → row durable, p50", "ms", ours.at(0.5), bare.at(0.5)),
        Figure("press → row durable, p99", "ms", ours.at(_TAIL), bare.at(_TAIL), most_ratio=2),
    ]
