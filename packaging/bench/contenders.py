"""Durable queues of others beside the outbox, each made to sync every commit, and asked whether it does."""

from __future__ import annotations

import os
import pickle
import sqlite3
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlcipher3 import dbapi2 as sqlcipher

from dispatch_client.attempts import new_case
from dispatch_client.clock import SystemClock
from dispatch_client.documents import dump_case
from dispatch_client.ladder import Ladder
from dispatch_client.plan import Policy, sending
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.store import KEY_BYTES, Outbox
from dispatch_client.trips import Place, TripRequest, TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dispatch_client.cases import Case

_FULL: Final = 2
_DONE: Final = 2
_BEGAN: Final = 1.6e9


class NotDurableError(Exception):
    """A contender does not sync each commit. One sentence."""


class Contender(Protocol):
    """One queue. What `put` and `finish` have returned from survives a power cut."""

    name: str

    def put(self, request: TripRequest) -> None:
        """Take in one message."""

    def finish(self) -> None:
        """Take the oldest message, so that a restart knows that it was taken, and then be done with it."""

    def fill(self, finished: int) -> None:
        """Hold so many more messages that are done."""

    def close(self) -> None:
        """Let go of the files."""


class Ours:
    """The outbox: a press, the note that it is being sent, and its end; encrypted."""

    name = "outbox"
    outbox_class: type[Outbox] = Outbox

    def __init__(self, folder: Path) -> None:
        self._provider = HailApiProvider("http://127.0.0.1:1", "unused")
        self._ladder, self._clock, self._policy = Ladder.of(self._provider), SystemClock(), Policy()
        self._outbox = self.outbox_class(folder / "trips.db", bytes(KEY_BYTES))
        self._waiting: list[Case] = []
        self._check()

    def _check(self) -> None:
        _synced(self.name, self._outbox._connection)  # noqa: SLF001 - it must be asked itself

    def put(self, request: TripRequest) -> None:
        """As the courier takes in a press."""
        case = new_case(request, None, self._ladder, self._clock.now(), self._policy)
        self._outbox.add(case)
        self._waiting.append(case)

    def finish(self) -> None:
        """As the courier sends a press and hears that it is over."""
        case = sending(self._waiting.pop(0), self._clock.now())
        self._outbox.save(case)
        ended = replace(case.with_trip(status=TripStatus.COMPLETED), errands=())
        self._outbox.end(ended, time.time())

    def fill(self, finished: int) -> None:
        """Trips of other days, in one transaction."""
        request = example()
        case = new_case(request, None, self._ladder, self._clock.now(), self._policy)
        document = dump_case(replace(case.with_trip(status=TripStatus.COMPLETED), errands=()))
        connection = self._outbox._connection  # noqa: SLF001 - no way in for what never was alive
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO ended(ref, pressed_at, ended_at, document) VALUES(?, ?, ?, ?)",
            ((ref, at, at, document.replace(request.client_ref, ref)) for ref, at in _others(finished)),
        )
        connection.execute("COMMIT")

    def close(self) -> None:
        """Let go."""
        self._outbox.close()
        self._provider.close()


class _PlainOutbox(Outbox):
    """The outbox's statements on a SQLite that does not encrypt."""

    def _connect(self, key: bytes) -> None:
        del key
        self._connection = sqlite3.connect(self.path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")


class OursPlain(Ours):
    """What of the outbox's time is not its encryption."""

    name = "outbox, not encrypted"
    outbox_class = _PlainOutbox


class PersistQueue:
    """persist-queue's queue with acknowledgement (pickles)."""

    name = "persist-queue"

    def __init__(self, folder: Path) -> None:
        import persistqueue  # noqa: PLC0415 - a guest of the bench

        self._queue = persistqueue.SQLiteAckQueue(str(folder / "persist-queue"), auto_commit=True)
        self._connection: sqlite3.Connection = self._queue._putter  # noqa: SLF001 - it must be asked itself
        self._connection.execute("PRAGMA synchronous = FULL")
        _synced(self.name, self._connection)

    def put(self, request: TripRequest) -> None:
        """One put."""
        self._queue.put(_payload(request))

    def finish(self) -> None:
        """Get, then ack."""
        self._queue.ack(self._queue.get(block=False))

    def fill(self, finished: int) -> None:
        """Rows of status 5, acknowledged."""
        data = pickle.dumps(_payload(example()))
        with self._connection:
            self._connection.executemany(
                "INSERT INTO `ack_queue_default` (data, timestamp, status) VALUES (?, ?, '5')",
                ((data, at) for _, at in _others(finished)),
            )

    def close(self) -> None:
        """Let go."""
        self._queue.close()


class LiteQueue:
    """litequeue, with the synchronous=NORMAL that it sets put right."""

    name = "litequeue"

    def __init__(self, folder: Path) -> None:
        import litequeue  # noqa: PLC0415 - a guest of the bench

        self._queue = litequeue.LiteQueue(str(folder / "litequeue.db"))
        self._queue.conn.execute("PRAGMA synchronous = FULL")
        _synced(self.name, self._queue.conn)

    def put(self, request: TripRequest) -> None:
        """One put."""
        self._queue.put(_payload(request))

    def finish(self) -> None:
        """Pop, then done."""
        self._queue.done(self._queue.pop().message_id)

    def fill(self, finished: int) -> None:
        """Messages of status 2, done; their identifiers are in the order of time, as its own are."""
        data = _payload(example())
        with self._queue.transaction():
            self._queue.conn.executemany(
                "INSERT INTO [Queue] (data, message_id, status, in_time) VALUES (?, ?, 2, ?)",
                ((data, f"{number:08x}-0000-7000-8000-000000000000", number) for number in range(finished)),
            )

    def close(self) -> None:
        """Let go."""
        self._queue.close()


class Bare:
    """The least that SQLite can do: one table, one index on what is open, one statement a step."""

    name = "bare SQLite"

    def __init__(self, folder: Path) -> None:
        self._connection = self._connect(folder)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE queue(id INTEGER PRIMARY KEY, document TEXT, status INTEGER)")
        self._connection.execute(f"CREATE INDEX open ON queue(id) WHERE status < {_DONE}")
        self._oldest = f"SELECT id, document FROM queue WHERE status < {_DONE} ORDER BY id LIMIT 1"  # noqa: S608 - a constant
        _synced(self.name, self._connection)

    def _connect(self, folder: Path) -> Any:  # noqa: ANN401 - one of two untyped connections
        return sqlite3.connect(folder / "bare.db", isolation_level=None)

    def put(self, request: TripRequest) -> None:
        """One insert."""
        self._connection.execute("INSERT INTO queue(document, status) VALUES(?, 0)", (_payload(request),))

    def finish(self, carry: Callable[[str], None] = lambda _body: None) -> None:
        """Read, then two updates; in between the message is carried."""
        number, document = self._connection.execute(self._oldest).fetchone()
        self._connection.execute("UPDATE queue SET status = 1 WHERE id = ?", (number,))
        carry(document)
        self._connection.execute("UPDATE queue SET status = ? WHERE id = ?", (_DONE, number))

    def fill(self, finished: int) -> None:
        """Rows that are done."""
        document = _payload(example())
        self._connection.execute("BEGIN")
        self._connection.executemany(
            f"INSERT INTO queue(document, status) VALUES(?, {_DONE})",
            ((document,) for _ in range(finished)),
        )
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go."""
        self._connection.close()


class BareEncrypted(Bare):
    """The same table on SQLCipher."""

    name = "bare SQLCipher"

    def _connect(self, folder: Path) -> Any:  # noqa: ANN401 - as its parent
        connection = sqlcipher.connect(str(folder / "bare-encrypted.db"), isolation_level=None)
        connection.execute(f"PRAGMA key = \"x'{bytes(KEY_BYTES).hex()}'\"")
        return connection


CONTENDERS: Final[tuple[type[Contender], ...]] = (
    Ours,
    OursPlain,
    PersistQueue,
    LiteQueue,
    Bare,
    BareEncrypted,
)


def on_disk(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)  # noqa: PTH118, PTH202 - plain sums


def _synced(name: str, connection: Any) -> None:  # noqa: ANN401 - of sqlite3 or of SQLCipher
    mode = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
    level = int(connection.execute("PRAGMA synchronous").fetchone()[0])
    if mode != "wal" or level != _FULL:
        raise NotDurableError(f"{name}: journal_mode={mode}, synchronous={level}: expected wal and {_FULL} (FULL)")


def _payload(request: TripRequest) -> str:
    """What the others keep of a trip: the bytes that would be sent."""
    return _WRITER.prepare(request, request.client_ref).decode()


def _others(number: int) -> Iterator[tuple[str, float]]:
    """References, spread over all that there are, and times of so many trips that are over."""
    step = (1 << 128) // max(1, number)
    return ((str(uuid.UUID(int=one * step)), _BEGAN + one) for one in range(number))


def example(number: int = 7) -> TripRequest:
    """What a press of the button asks for."""
    return TripRequest(
        client_ref=str(uuid.uuid4()),
        pickup=Place("曹家渡社区北门", 31.2366, 121.4297, "从东门进"),
        requested_at=datetime.now(UTC),
        boarding_number=1 + number % 99,
        kiosk_id="0412",
    )


_WRITER: Final = HailApiProvider("http://127.0.0.1:1", "unused")
