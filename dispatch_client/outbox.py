"""Opens the store of trips with its key, for one process at a time; what cannot be read is set aside, never deleted."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from dispatch_client.store import KEY_BYTES, Outbox, OutboxError, damage_mark

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KEY_BYTES", "Outbox", "OutboxError", "load_key", "open_outbox"]


def load_key(path: Path) -> bytes:
    """Read the store's key, or make one (32 random bytes, readable by its owner alone) where there is none yet.

    Raises:
        OutboxError: the file is not a key, or can neither be read nor made.
    """
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise OutboxError(f"cannot read or make the key file {path}: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise OutboxError(f"the key file {path} has {len(key)} bytes: expected {KEY_BYTES}; restore it from the backup")
    return key


def _make_key(path: Path) -> None:
    """Whole and on disk under its name, or not there: half a key would lock out every trip that follows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another thread made one in between: that one counts
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(path.parent)


def open_outbox(folder: Path, key: bytes) -> tuple[Outbox, Path | None]:
    """Open the store in `folder`; a file that cannot be read is set aside, never deleted, and a new one begun.

    Returns the outbox and where the unreadable file went (None when all was well).

    Raises:
        OutboxError: another process has it open, the folder cannot be written, or the store would not be durable.
    """
    path = folder / "trips.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutboxError(f"cannot make the store folder {folder}: {error.strerror}") from error
    lock = _lock(folder)
    try:
        outbox = None if damage_mark(path).exists() else _readable(path, key, lock)
        if outbox is not None:
            return outbox, None
        aside = _set_aside(path)
        return Outbox(path, key, lock), aside
    except OutboxError:
        lock.close()
        raise
    except OSError as error:
        lock.close()
        raise OutboxError(f"cannot set aside the trip store {path}: {error.strerror}") from error


def _readable(path: Path, key: bytes, lock: IO[bytes]) -> Outbox | None:
    """The store, or None when what is alive in it cannot be read (damaged, or another key)."""
    outbox = None
    try:
        outbox = Outbox(path, key)
        outbox.live()
    except OutboxError as error:
        if outbox is not None:
            outbox.close()
        if error.corrupt:
            return None
        raise
    outbox.hold(lock)
    return outbox


def _set_aside(path: Path) -> Path:
    aside = next(p for n in range(1, 10_000) if not (p := path.with_name(f"trips.unreadable-{n}.db")).exists())
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    damage_mark(path).unlink(missing_ok=True)
    _sync_folder(path.parent)
    return aside


def _lock(folder: Path) -> IO[bytes]:
    """Two couriers on one store would ask for the same taxi twice: only one process may carry it."""
    try:
        file = (folder / "trips.lock").open("ab")
    except OSError as error:
        raise OutboxError(f"cannot write in the store folder {folder}: {error.strerror}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        if isinstance(error, BlockingIOError):
            sentence = f"the trip store {folder} is in use by another process: stop that one first"
        else:
            sentence = f"cannot lock the store folder {folder}: {error.strerror}; it must be on a local disk"
        raise OutboxError(sentence) from error
    return file


def _sync_folder(folder: Path) -> None:
    """A new name is on disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
