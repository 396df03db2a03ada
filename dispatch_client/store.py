"""The store of live and ended trips: what a write has acknowledged by returning survives a power cut."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final, cast

from sqlcipher3 import dbapi2 as sqlcipher

from dispatch_client.aside import SetAside, set_log_aside
from dispatch_client.cases import Case, ErrandKind
from dispatch_client.documents import dump_case, load_case

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

KEY_BYTES: Final = 32
_FULL: Final = 2
LAYOUT: Final = 3
OLDER: Final = frozenset({0, 2})
"""Layouts that are carried on: 0 is a new file, 2 had no repeated rides."""
_CORRUPT: Final = ("not a database", "malformed")
"""How SQLite's sentences say that the bytes on the disk are not what it wrote, or that the key is another one."""
_NOT_A_CASE: Final = (ValueError, KeyError, TypeError)
"""What `load_case` raises for a document of no version that we know."""


class OutboxError(Exception):
    """The store cannot be opened or written. One sentence: what, where, what to do."""

    corrupt = False
    """The bytes on the disk are not what was written: opening it anew sets it aside."""


class Outbox:
    """A SQLCipher file in WAL with synchronous=FULL, owned by the thread that opened it.

    One row for each live trip holds the trip and every errand that is still to be carried, so that a press, a cancel
    and each step between are one statement and one sync. Ended trips rest in a table of their own: what is alive
    stays as quick to read and write after a million of them.

    Args:
        path: the file; made when there is none.
        key: 32 raw bytes; a passphrase would cost 0.1 s of derivation at each start.
        lock: held open until `close`, and closed by it. Who has it is the one writer, and also looks whether SQLite
            has dropped what it could not read of its log.

    Raises:
        OutboxError: the file cannot be opened, is not ours, or would not keep its promise.
    """

    def __init__(self, path: Path, key: bytes, lock: IO[bytes] | None = None) -> None:
        if len(key) != KEY_BYTES:
            raise OutboxError(f"the key of {path} has {len(key)} bytes: expected {KEY_BYTES}; restore the key file")
        self.path = path
        self.unreadable: tuple[str, ...] = ()
        """References of live trips that the last `live` could not understand; they stay where they are."""
        self.aside: SetAside | None = None
        """What of the log could not be read when it was opened."""
        self._lock = lock
        self._connection = cast("Any", None)
        try:
            self._connect(key)
            if lock is not None and self._log_damaged():
                self._connection.close()
                self._connect(key)
            self._lay_out()
        except (sqlcipher.Error, OutboxError) as error:
            if self._connection is not None:
                self._connection.close()
            if isinstance(error, OutboxError):
                raise
            raise self._failure("open", error) from error

    def _connect(self, key: bytes) -> None:
        """Open the file; set, then read back what durability rests on.

        WAL with synchronous=NORMAL lost every trip of a simulated power cut, WAL with FULL none.
        """
        self._connection = sqlcipher.connect(str(self.path), isolation_level=None, timeout=5)
        self._execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        if not self._execute("PRAGMA cipher_version").fetchone():
            raise OutboxError(f"{self.path}: this SQLite build does not encrypt; install sqlcipher3-wheels")
        mode = self._execute("PRAGMA journal_mode = WAL").fetchone()[0]
        self._execute("PRAGMA synchronous = FULL")
        level = self._execute("PRAGMA synchronous").fetchone()[0]
        if str(mode).lower() != "wal" or level != _FULL:
            raise OutboxError(
                f"{self.path}: journal_mode={mode}, synchronous={level}: expected wal and {_FULL} (FULL); "
                "this build or disk would lose trips in a power cut"
            )

    def _log_damaged(self) -> bool:
        """Look behind what SQLite could read of its log, before the next write goes over it."""
        frames = self._execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
        try:
            self.aside = set_log_aside(self.path, max(0, frames))
        except OSError as error:
            raise OutboxError(f"cannot set aside the damaged log of {self.path}: {error.strerror}") from error
        return self.aside is not None

    def _lay_out(self) -> None:
        layout = self._execute("PRAGMA user_version").fetchone()[0]
        if layout == LAYOUT:
            return
        if layout not in OLDER:
            raise OutboxError(f"{self.path} has layout {layout}, this version reads {LAYOUT}: update, or move it away")
        from sqlite_utils import Database  # noqa: PLC0415 - 8 MB and 60 ms that only a first start needs

        db: Any = Database(cast("sqlite3.Connection", self._connection), execute_plugins=False)
        db["live"].create(
            {"ref": str, "pressed_at": float, "document": str, "payload": bytes}, pk="ref", if_not_exists=True
        )
        db["ended"].create(
            {"ref": str, "pressed_at": float, "ended_at": float, "document": str}, pk="ref", if_not_exists=True
        )
        db["ended"].create_index(["ended_at"], if_not_exists=True)
        db["repeats"].create({"ref": str, "document": str}, pk="ref", if_not_exists=True)
        # Last, so that a power cut in between leaves a file that is laid out again.
        self._execute(f"PRAGMA user_version = {LAYOUT}")

    # -- writing; on disk when these return ----------------------------------------------------------------------

    def add(self, case: Case) -> bool:
        """Take in a new trip; False, and nothing written, when there is or was one of this reference."""
        written = self._write(
            "INSERT INTO live(ref, pressed_at, document, payload) SELECT ?1, ?2, ?3, ?4 "
            "WHERE NOT EXISTS (SELECT 1 FROM ended WHERE ref=?1) ON CONFLICT(ref) DO NOTHING",
            _row(case),
        )
        return bool(written)

    def save(self, case: Case) -> None:
        """Write a live trip with exactly its open errands."""
        self._write(
            "INSERT INTO live(ref, pressed_at, document, payload) VALUES(?1, ?2, ?3, ?4) "
            "ON CONFLICT(ref) DO UPDATE SET document=excluded.document, payload=excluded.payload",
            _row(case),
        )

    def end(self, case: Case, ended_at: float) -> None:
        """Move a trip that has ended (seconds since 1970) to those that are over."""
        ref, pressed_at, document, _ = _row(case)
        try:
            self._execute("BEGIN IMMEDIATE")
            self._execute(
                "INSERT OR REPLACE INTO ended(ref, pressed_at, ended_at, document) VALUES(?, ?, ?, ?)",
                (ref, pressed_at, ended_at, document),
            )
            self._execute("DELETE FROM live WHERE ref=?", (ref,))
            self._execute("COMMIT")
        except sqlcipher.Error as error:
            if self._connection.in_transaction:
                self._execute("ROLLBACK")
            raise self._failure("write", error) from error

    def purge(self, before: float) -> int:
        """Forget the oldest trips that ended before that time (seconds since 1970), at most 500; how many went.

        Of a million, 500 go in 40 ms: a press that comes meanwhile does not wait. No box ends as many in 6 hours.
        """
        return self._write(
            "DELETE FROM ended WHERE rowid IN (SELECT rowid FROM ended WHERE ended_at < ? ORDER BY ended_at LIMIT 500)",
            (before,),
        )

    def save_repeat(self, ref: str, document: str) -> None:
        """Write a repeated ride."""
        self._write("INSERT OR REPLACE INTO repeats(ref, document) VALUES(?, ?)", (ref, document))

    def drop_repeat(self, ref: str) -> None:
        """Forget a repeated ride."""
        self._write("DELETE FROM repeats WHERE ref=?", (ref,))

    def forget(self, holders: Iterable[str]) -> int:
        """Remove all that is over, or is to be repeated, of these holders, to the last byte; how many trips live on."""
        theirs = "json_valid(document) AND json_extract(document, ?2) IN (SELECT value FROM json_each(?1))"
        names = json.dumps(list(holders))
        self._write(f"DELETE FROM repeats WHERE {theirs}", (names, "$.holder"))  # noqa: S608 - our own words
        self._write(f"DELETE FROM ended WHERE {theirs}", (names, "$.trip.holder"))  # noqa: S608 - our own words
        self._write("VACUUM", ())
        self._rows("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(self._rows(f"SELECT 1 FROM live WHERE {theirs}", (names, "$.trip.holder")))  # noqa: S608 - our own words

    def prove(self) -> None:
        """Write something that changes nothing. Raises OutboxError when a trip could not be written now either."""
        self._write(f"PRAGMA user_version = {LAYOUT}", ())

    # -- reading -------------------------------------------------------------------------------------------------

    def live(self) -> list[Case]:
        """Every trip that has not ended, oldest first, with its errands."""
        cases, unreadable = [], []
        for ref, document, payload in self._rows("SELECT ref, document, payload FROM live ORDER BY pressed_at"):
            try:
                cases.append(load_case(document, payload))
            except _NOT_A_CASE:
                unreadable.append(str(ref))
        self.unreadable = tuple(unreadable)
        return cases

    def find(self, ref: str) -> Case | None:
        """One trip by its reference, ended or not."""
        rows = self._rows(
            "SELECT document, payload FROM live WHERE ref=?1 UNION ALL SELECT document, x'' FROM ended WHERE ref=?1",
            (ref,),
        )
        return next((load_case(document, payload) for document, payload in rows), None)

    def holds(self, ref: str) -> bool:
        """Tell whether there is or was a trip of this reference."""
        return bool(self._rows("SELECT 1 FROM live WHERE ref=?1 UNION ALL SELECT 1 FROM ended WHERE ref=?1", (ref,)))

    def repeats(self) -> list[tuple[str, str]]:
        """Every repeated ride, as reference and document."""
        return [(str(ref), str(document)) for ref, document in self._rows("SELECT ref, document FROM repeats")]

    def recent(self, limit: int = 50) -> list[Case]:
        """The last trips, newest first, ended ones included."""
        rows = self._rows(
            "SELECT document FROM (SELECT document, pressed_at FROM live UNION ALL SELECT * FROM "
            "(SELECT document, pressed_at FROM ended ORDER BY ended_at DESC LIMIT ?1)) "
            "ORDER BY pressed_at DESC LIMIT ?1",
            (limit,),
        )
        cases = []
        for (document,) in rows:
            with suppress(*_NOT_A_CASE):
                cases.append(load_case(document, b""))
        return cases

    def last_number(self, since: float) -> int:
        """The boarding number given last since that time (seconds since 1970); 0 when none was."""
        rows = self._rows(
            "SELECT document FROM (SELECT document, pressed_at FROM live WHERE pressed_at >= ?1 "
            "UNION ALL SELECT document, pressed_at FROM ended WHERE ended_at >= ?1 AND pressed_at >= ?1) "
            "ORDER BY pressed_at DESC LIMIT 9",
            (since,),
        )
        for (document,) in rows:
            with suppress(*_NOT_A_CASE):
                return load_case(document, b"").trip.request.boarding_number
        return 0

    def condemn(self) -> None:
        """Leave word that the file is damaged where reading does not show it, so that the next start sets it aside."""
        with suppress(OSError):
            damage_mark(self.path).touch()

    def close(self, *, with_lock: bool = True) -> None:
        """Let go of the file."""
        self._connection.close()
        if self._lock is not None and with_lock:
            self._lock.close()

    def _write(self, sql: str, parameters: tuple[object, ...]) -> int:
        try:
            return int(self._execute(sql, parameters).rowcount)
        except sqlcipher.Error as error:
            raise self._failure("write", error) from error

    def _rows(self, sql: str, parameters: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return list(self._execute(sql, parameters))
        except sqlcipher.Error as error:
            raise self._failure("read", error) from error

    def _execute(self, sql: str, parameters: Iterable[object] = ()) -> Any:  # noqa: ANN401 - an untyped cursor
        return self._connection.execute(sql, tuple(parameters))

    def _failure(self, what: str, error: Exception) -> OutboxError:
        corrupt = any(words in str(error) for words in _CORRUPT)
        cure = "is this its key file?" if corrupt else "is the disk full or read-only?"
        failure = OutboxError(f"cannot {what} the trip store {self.path}: {error}; {cure}")
        failure.corrupt = corrupt
        return failure


def _row(case: Case) -> tuple[object, ...]:
    create = case.errand(ErrandKind.CREATE)
    return (
        case.trip.ref,
        case.trip.request.requested_at.timestamp(),
        dump_case(case),
        create.payload if create else b"",
    )


def damage_mark(path: Path) -> Path:
    """The empty file beside a store that says: this one is damaged."""
    return path.with_suffix(".damaged")
