"""Reads the trip store beside the process that works with it, or without one, and changes nothing in it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from sqlcipher3 import dbapi2 as sqlcipher

from dispatch_client.cases import ErrandKind
from dispatch_client.outbox import load_key
from dispatch_client.store import LAYOUT, OLDER, Outbox, OutboxError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from dispatch_client.cases import Case

LARGEST: Final = 64 * 2**20
"""A store of more bytes is not read through: 64 MB take about a second on an SSD and ten on a memory card."""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What stands in a store: counts and times, no person's and no trip's."""

    live: int
    """Trips that have not ended."""
    waiting: int
    """Those of them that are due and that no dispatcher has got for certain."""
    later: int
    """Those that are not due yet: rides ahead of their time."""
    oldest: datetime | None
    """Since when the oldest of those that wait could have been sent."""
    asking: int
    """Those that wait for a person's word, because they are too old to be sent."""
    unreadable: int
    recent: Mapping[str, int]
    """How the last trips ended or stand, newest counted first, by status."""
    damage: tuple[str, ...] | None
    """What SQLite finds wrong; None when it was too large to be read through."""


class _ReadOnly(Outbox):
    """The store, opened so that nothing can be written: not laid out, not recovered, its log left as it is."""

    def _connect(self, key: bytes) -> None:
        address = f"file:{quote(str(self.path))}?mode=ro"
        self._connection = sqlcipher.connect(address, uri=True, isolation_level=None, timeout=2)
        self._execute("PRAGMA cipher_log_level = NONE")  # what it finds is told by us, not by lines on stderr
        self._execute(f"PRAGMA key = \"x'{key.hex()}'\"")

    def _lay_out(self) -> None:
        layout = self._execute("PRAGMA user_version").fetchone()[0]
        if layout not in {LAYOUT, *OLDER} or layout == 0:
            raise OutboxError(f"{self.path} has layout {layout}, this version reads {LAYOUT}")

    def damage(self) -> tuple[str, ...]:
        """Read every page: does each carry its seal, and do they hang together?"""
        found = [str(row[0]) for row in self._rows("PRAGMA cipher_integrity_check")]
        found += [str(row[0]) for row in self._rows("PRAGMA quick_check(5)")]
        return tuple(sentence for sentence in found if sentence != "ok")


def inspect(path: Path, key_file: Path, now: datetime, *, recent: int = 50) -> StoreFacts:
    """Read a store.

    Args:
        path: the file, which must be there.
        key_file: of its key, which must be there.
        now: the time, to tell what is due.
        recent: how many of the last trips are counted.

    Raises:
        OutboxError: it cannot be read.
    """
    if not path.exists() or not key_file.exists():
        raise OutboxError(f"{path if key_file.exists() else key_file} is missing")
    store = _ReadOnly(path, load_key(key_file))
    try:
        live = store.live()
        unsent = [due_at(case) for case in live if case.errand(ErrandKind.CREATE) is not None]
        waiting = [due for due in unsent if due <= now]
        counted = Counter(case.trip.status.value for case in store.recent(recent))
        return StoreFacts(
            live=len(live) + len(store.unreadable),
            waiting=len(waiting),
            later=len(unsent) - len(waiting),
            oldest=min(waiting, default=None),
            asking=sum(case.trip.asks_again for case in live),
            unreadable=len(store.unreadable),
            recent=dict(counted),
            damage=store.damage() if path.stat().st_size <= LARGEST else None,
        )
    finally:
        with suppress(sqlcipher.Error):
            store.close()


def due_at(case: Case) -> datetime:
    """When a trip that is not sent yet could be: at the press, or shortly before the ride that it is for."""
    return case.wanted.wall + timedelta(seconds=case.hold_s)
