"""The durable store of what must reach a dispatcher: what it has acknowledged survives a power cut."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from dispatch_client.cases import Case, Errand, ErrandKind
from dispatch_client.documents import dump_moments, dump_trip, load_moments, load_trip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


KEY_BYTES: Final = 32
_FULL: Final = 2
_VERSION: Final = 1


class OutboxError(Exception):
    """The store cannot be opened or written. One sentence: what, where, what to do."""


class Outbox:
    """A SQLCipher file in WAL with synchronous=FULL, owned by the thread that opened it.

    Raises:
        OutboxError: the file cannot be opened, is not ours, or would not keep its promise.
    """

    def __init__(self, path: Path, key: bytes, lock: IO[bytes] | None = None) -> None:
        self._lock = lock
        if len(key) != KEY_BYTES:
            raise OutboxError(f"the key of {path} has {len(key)} bytes: expected {KEY_BYTES}; restore the key file")
        self.path = path
        try:
            self._connection = sqlcipher.connect(str(path), isolation_level=None, timeout=5)
            self._execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            self._db = Database(self._connection, execute_plugins=False)
            self._check()
            self._lay_out()
        except sqlcipher.DatabaseError as error:
            raise OutboxError(f"cannot open the trip store {path}: {error}; is this its key file?") from error

    def _check(self) -> None:
        """Set and then read back what durability rests on: WAL with NORMAL lost every trip of a simulated power cut."""
        self._execute("PRAGMA synchronous = FULL")
        mode = self._execute("PRAGMA journal_mode = WAL").fetchone()[0]
        level = self._execute("PRAGMA synchronous").fetchone()[0]
        cipher = self._execute("PRAGMA cipher_version").fetchone()
        if str(mode).lower() != "wal" or level != _FULL:
            raise OutboxError(f"{self.path}: journal_mode={mode}, synchronous={level}: expected wal and 2 (FULL)")
        if not cipher:
            raise OutboxError(f"{self.path}: this SQLite build does not encrypt; install sqlcipher3-wheels")

    def _lay_out(self) -> None:
        db = self._db
        version = self._execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise OutboxError(f"{self.path} was written by a newer version ({version}, this is {_VERSION}): update")
        if version == _VERSION:
            return
        with self._transaction():
            db["trips"].create(
                {"ref": str, "document": str, "moments": str, "pressed_at": float, "ended_at": float},
                pk="ref",
                not_null={"document", "moments", "pressed_at"},
                if_not_exists=True,
            )
            db["errands"].create(
                {
                    "trip_ref": str,
                    "kind": str,
                    "attempt_ref": str,
                    "payload": bytes,
                    "sent_at": str,
                    "tries": int,
                    "reason": str,
                },
                pk=("trip_ref", "kind"),
                foreign_keys=[("trip_ref", "trips", "ref")],
                if_not_exists=True,
            )
            # Partial: the cost of reading what is alive does not grow with years of finished trips.
            self._execute("CREATE INDEX IF NOT EXISTS live ON trips(pressed_at) WHERE ended_at IS NULL")
            self._execute("CREATE INDEX IF NOT EXISTS ended ON trips(ended_at) WHERE ended_at IS NOT NULL")
            self._execute(f"PRAGMA user_version = {_VERSION}")

    def save(self, case: Case, *, ended_at: float | None = None) -> None:
        """Write the trip and exactly its open errands in one transaction; on disk when this returns.

        `ended_at` (seconds since 1970) is given when the trip has ended: it leaves the live ones for good.
        """
        trip = case.trip
        try:
            with self._transaction():
                self._execute(
                    "INSERT INTO trips(ref, document, moments, pressed_at, ended_at) VALUES(?,?,?,?,?) "
                    "ON CONFLICT(ref) DO UPDATE SET document=excluded.document, moments=excluded.moments, "
                    "ended_at=excluded.ended_at",
                    (
                        trip.ref,
                        dump_trip(trip),
                        dump_moments(case.wanted, case.searching, case.asked),
                        trip.request.requested_at.timestamp(),
                        ended_at,
                    ),
                )
                self._execute("DELETE FROM errands WHERE trip_ref=?", (trip.ref,))
                for errand in case.errands:
                    self._execute("INSERT INTO errands VALUES(?,?,?,?,?,?,?)", _row(errand))
        except sqlcipher.DatabaseError as error:
            raise OutboxError(f"cannot write to the trip store {self.path}: {error}; is the disk full?") from error

    def live(self) -> list[Case]:
        """Every trip that has not ended, oldest first, with its errands."""
        return [self._case(row) for row in self._rows("SELECT * FROM trips WHERE ended_at IS NULL ORDER BY pressed_at")]

    def find(self, ref: str) -> Case | None:
        """One trip by its reference, ended or not."""
        return next((self._case(row) for row in self._rows("SELECT * FROM trips WHERE ref=?", (ref,))), None)

    def recent(self, limit: int = 50) -> list[Case]:
        """The last trips, newest first, ended ones included."""
        return [self._case(row) for row in self._rows("SELECT * FROM trips ORDER BY pressed_at DESC LIMIT ?", (limit,))]

    def last_number(self, since: float) -> int:
        """The boarding number given last since that time (seconds since 1970); 0 when none was."""
        rows = self._rows("SELECT document FROM trips WHERE pressed_at >= ? ORDER BY pressed_at DESC LIMIT 1", (since,))
        return next((load_trip(row["document"]).request.boarding_number for row in rows), 0)

    def purge(self, before: float) -> int:
        """Forget trips that ended before that time (seconds since 1970); how many were forgotten."""
        with self._transaction():
            return int(self._execute("DELETE FROM trips WHERE ended_at < ?", (before,)).rowcount)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        if self._lock is not None:
            self._lock.close()

    def _case(self, row: dict[str, Any]) -> Case:
        errands = self._rows("SELECT * FROM errands WHERE trip_ref=?", (row["ref"],))
        return Case(
            load_trip(row["document"]), *load_moments(row["moments"]), errands=tuple(_errand(e) for e in errands)
        )

    def _rows(self, sql: str, parameters: Iterable[object] = ()) -> Iterator[dict[str, Any]]:
        return self._db.query(sql, tuple(parameters))

    def _execute(self, sql: str, parameters: Iterable[object] = ()) -> Any:  # noqa: ANN401 - an untyped cursor
        return self._connection.execute(sql, tuple(parameters))

    def _transaction(self) -> _Transaction:
        return _Transaction(self._connection)


class _Transaction:
    """BEGIN IMMEDIATE .. COMMIT, or ROLLBACK when anything is raised inside."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - sqlcipher3 ships no types
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._connection.execute("COMMIT")
        elif self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def _row(errand: Errand) -> tuple[object, ...]:
    return (
        errand.trip_ref,
        errand.kind.value,
        errand.attempt_ref,
        errand.payload,
        dump_moments(errand.sent_at),
        errand.tries,
        errand.reason,
    )


def _errand(row: dict[str, Any]) -> Errand:
    return Errand(
        trip_ref=row["trip_ref"],
        kind=ErrandKind(row["kind"]),
        attempt_ref=row["attempt_ref"],
        payload=bytes(row["payload"]),
        sent_at=load_moments(row["sent_at"])[0],
        tries=row["tries"],
        reason=row["reason"],
    )


def load_key(path: Path) -> bytes:
    """Read the store's key, or make one (32 random bytes, readable by its owner alone) where there is none yet.

    Raises:
        OutboxError: the file is not a key.
    """
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = secrets.token_bytes(KEY_BYTES)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutboxError(f"cannot read the key file {path}: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise OutboxError(f"the key file {path} has {len(key)} bytes: expected {KEY_BYTES}; restore it from the backup")
    return key


def open_outbox(folder: Path, key: bytes) -> tuple[Outbox, Path | None]:
    """Open the store in `folder`; a file that cannot be read is set aside, never deleted, and a new one begun.

    Returns the outbox and where the unreadable file went (None when all was well).
    """
    path = folder / "trips.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutboxError(f"cannot make the store folder {folder}: {error.strerror}") from error
    lock = _lock(folder)
    try:
        return Outbox(path, key, lock), None
    except OutboxError as error:
        if "not a database" not in str(error) and "malformed" not in str(error):
            raise
    aside = next(p for n in range(1, 10_000) if not (p := folder / f"trips.unreadable-{n}.db").exists())
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return Outbox(path, key, lock), aside


def _lock(folder: Path) -> IO[bytes]:
    """Two couriers on one store would ask for the same taxi twice: only one process may carry it."""
    try:
        file = (folder / "trips.lock").open("ab")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutboxError(f"the trip store {folder} is in use by another process: stop the box first") from None
    except OSError as error:
        raise OutboxError(f"cannot write in the store folder {folder}: {error.strerror}") from error
    return file
