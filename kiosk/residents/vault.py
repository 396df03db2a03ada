"""The encrypted file of the registry: whole or not at all after a power cut, and free of what was deleted."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from sqlcipher3 import dbapi2 as sqlcipher

from kiosk.residents.faults import ResidentsError
from kiosk.residents.tables import LAYOUT, lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from kiosk.residents.keys import Key

Row = tuple[Any, ...]

_WANTED: Final = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: WAL with NORMAL loses acknowledged rows in a power cut
    "secure_delete": 1,  # deleted bytes become zeros
    "temp_store": 2,  # what VACUUM copies stays in memory
}
_CORRUPT: Final = ("not a database", "malformed")
_CLEAN: Final = "to_clean"
_BUSY_S: Final = 10.0
"""How long a write waits for another process; an import of 10 000 rows holds the file for less."""


class Change:
    """What is being written; nothing of it stays once it is dropped."""

    dropped = False


class Vault:
    """One SQLCipher file, used by the thread that opened it. Other processes may have it open too.

    Args:
        path: the file; made when there is none.
        key: what it is encrypted with.
        lock: held until `close`, and closed by it.

    Raises:
        ResidentsError: it cannot be opened, is of another key or version, or would not keep its promise.
    """

    def __init__(self, path: Path, key: Key, lock: IO[bytes] | None = None) -> None:
        self.path = path
        self.key = key
        self._lock = lock
        try:
            make_private(path)
        except OSError as error:
            raise ResidentsError(f"cannot open the registry {path}: {error.strerror}") from error
        try:
            self._connection = sqlcipher.connect(str(path), isolation_level=None, timeout=_BUSY_S)
        except sqlcipher.Error as error:
            raise self._failure("open", error) from error
        try:
            self._unlock()
            self._promise()
            self._lay_out()
        except sqlcipher.Error as error:
            self._connection.close()
            raise self._failure("open", error) from error
        except ResidentsError:
            self._connection.close()
            raise

    def _unlock(self) -> None:
        self._connection.execute(f"PRAGMA key = \"x'{self.key.secret.hex()}'\"")
        if not self._connection.execute("PRAGMA cipher_version").fetchone():
            raise ResidentsError(f"{self.path}: this SQLite build does not encrypt; install sqlcipher3-wheels")

    def _lay_out(self) -> None:
        layout = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if layout not in {0, LAYOUT}:
            raise ResidentsError(f"{self.path} has layout {layout}, this version reads {LAYOUT}: update the kiosk")
        if layout == 0:
            lay_out(self._connection)

    def _promise(self) -> None:
        """Set and read back what the promises rest on."""
        for name, wanted in _WANTED.items():
            self._connection.execute(f"PRAGMA {name} = {wanted}")
            found = self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            if str(found).lower() != str(wanted):
                raise ResidentsError(
                    f"{self.path}: {name}={found}, expected {wanted}: this build or disk would lose or keep too much"
                )

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Make all writes inside the `with` one: all on the disk when it ends, or none when it is left by an error."""
        change = Change()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlcipher.Error as error:
            raise self._failure("write", error) from error
        try:
            yield change
            self._connection.execute("ROLLBACK" if change.dropped else "COMMIT")
        except sqlcipher.Error as error:
            self._roll_back()
            raise self._failure("write", error) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def write(self, sql: str, parameters: Iterable[object] = ()) -> int:
        """Run one statement inside a `change`; how many rows it touched."""
        if not self._connection.in_transaction:
            raise RuntimeError("a write outside of a change")
        try:
            return int(self._connection.execute(sql, tuple(parameters)).rowcount)
        except sqlcipher.Error as error:
            raise self._failure("write", error) from error

    def write_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row, inside a `change`."""
        try:
            self._connection.executemany(sql, rows)
        except sqlcipher.Error as error:
            raise self._failure("write", error) from error

    def rows(self, sql: str, parameters: Iterable[object] = ()) -> list[Row]:
        """Give all rows of a query."""
        try:
            return list(self._connection.execute(sql, tuple(parameters)))
        except sqlcipher.Error as error:
            raise self._failure("read", error) from error

    def row(self, sql: str, parameters: Iterable[object] = ()) -> Row | None:
        """Give the first row of a query, or None."""
        return next(iter(self.rows(sql, parameters)), None)

    def fact(self, name: str) -> Any:  # noqa: ANN401 - whatever was kept under that name
        """Give what `keep` kept, or None."""
        found = self.row("SELECT value FROM facts WHERE name=?", (name,))
        return found[0] if found else None

    def keep(self, name: str, value: bytes | str | float) -> None:
        """Keep one value under a name, inside a `change`."""
        self.write("INSERT OR REPLACE INTO facts(name, value) VALUES(?, ?)", (name, value))

    def secret(self, name: str) -> bytes:
        """Give a secret of 32 bytes that belongs to this registry, drawn when it is first asked for."""
        if self.fact(name) is None:
            with self.change():
                if self.fact(name) is None:
                    self.keep(name, secrets.token_bytes(32))
        return bytes(self.fact(name))

    def will_clean(self) -> None:
        """Remember, inside a change, that bytes of what was deleted may still be about."""
        self.keep(_CLEAN, 1)

    def clean(self) -> bool:
        """Where that is due: write the file anew without any free space, and empty the log beside it.

        False: another process was reading, so the log could not be emptied; do it again later.
        """
        if not self.fact(_CLEAN):
            return True
        try:
            self._connection.execute("VACUUM")
        except sqlcipher.Error as error:
            raise self._failure("clean", error) from error
        if not self.settle():
            return False
        with self.change():
            self.keep(_CLEAN, 0)
        return True

    def settle(self) -> bool:
        """Bring all that stands in the log into the file and empty the log; False when somebody is reading."""
        try:
            busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlcipher.Error as error:
            raise self._failure("clean", error) from error
        return not busy

    def copy_to(self, path: Path, key: Key) -> None:
        """Write everything into a new file under another key.

        Raises:
            ResidentsError: it could not be written, or the copy is not whole.
        """
        make_private(path)
        try:
            self._connection.execute(f"ATTACH ? AS fresh KEY \"x'{key.secret.hex()}'\"", (str(path),))
            try:
                self._connection.execute("SELECT sqlcipher_export('fresh')")
                self._connection.execute(f"PRAGMA fresh.user_version = {LAYOUT}")
            finally:
                self._connection.execute("DETACH fresh")
        except sqlcipher.Error as error:
            raise self._failure("copy", error) from error

    def whole(self) -> bool:
        """Tell whether every page is what was written and the tables agree with each other.

        Pages are looked at in the file itself: what a power cut left half-written is made good from the log first.
        """
        self.settle()
        return not self.rows("PRAGMA cipher_integrity_check") and self.rows("PRAGMA integrity_check") == [("ok",)]

    def close(self) -> None:
        """Let go of the file and of its lock."""
        self._connection.close()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _failure(self, what: str, error: Exception) -> ResidentsError:
        corrupt = any(words in str(error) for words in _CORRUPT)
        if "locked" in str(error):
            cure = "another process is writing; try again"
        else:
            cure = "is this its key?" if corrupt else "is the disk full or read-only?"
        failure = ResidentsError(f"cannot {what} the registry {self.path}: {error}; {cure}")
        failure.corrupt = corrupt
        return failure


def make_private(path: Path) -> None:
    """Make the file, empty, where there is none: its owner's alone, and so is what SQLite puts beside it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
