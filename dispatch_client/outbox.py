"""Opens the store of trips with its key, for one process at a time; what cannot be read is set aside, never deleted."""

from __future__ import annotations

import fcntl
import os
import secrets
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from dispatch_client.aside import SetAside, set_aside, sync_folder
from dispatch_client.store import KEY_BYTES, Outbox, OutboxError, damage_mark

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KEY_BYTES", "Outbox", "OutboxError", "SetAside", "load_key", "open_outbox"]


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
    sync_folder(path.parent)


def open_outbox(folder: Path, key: bytes) -> tuple[Outbox, SetAside | None]:
    """Open the store in `folder`; a file that cannot be read is set aside, never deleted, and a new one begun.

    Returns the outbox and what could not be read (None when all was well): the whole store, or the end of its log.

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
        opened = _away(path) if damage_mark(path).exists() else _opened(path, key, lock)
        return (opened, opened.aside) if isinstance(opened, Outbox) else (Outbox(path, key, lock), opened)
    except OutboxError:
        lock.close()
        raise
    except OSError as error:
        lock.close()
        raise OutboxError(f"cannot set aside the trip store {path}: {error.strerror}") from error


def _opened(path: Path, key: bytes, lock: IO[bytes]) -> Outbox | SetAside | None:
    """The store; where it went when what is alive in it cannot be read (damaged, or another key)."""
    try:
        outbox = Outbox(path, key, lock)
    except OutboxError as error:
        if error.corrupt:
            return _away(path)
        raise
    try:
        outbox.live()
    except OutboxError as error:
        try:
            if error.corrupt:  # before it is closed: closing tidies up, and what is damaged must stay as it is
                return _away(path)
            raise
        finally:
            outbox.close(with_lock=False)
    return outbox


def _away(path: Path) -> SetAside | None:
    """Set the store aside; None when the power failed after that, before the mark was taken away."""
    aside = set_aside(path) if path.exists() else None
    damage_mark(path).unlink(missing_ok=True)
    sync_folder(path.parent)
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
