"""Opens the registry with whichever key fits, and changes the key so that a power cut anywhere loses nothing."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Final

from kiosk.residents.faults import ResidentsError
from kiosk.residents.keys import sync_folder
from kiosk.residents.vault import Vault, make_private

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.residents.keys import Key, Keys

FILE: Final = "residents.db"
FRESH: Final = "residents.db.fresh"
_LOG_PARTS: Final = ("-wal", "-shm", "-journal")


def open_vault(keys: Keys) -> Vault:
    """Open the registry, or begin it; several processes may have it open at a time.

    A registry that no key opens is left as it is: to begin an empty one over a key that was merely not there would
    forget everybody.

    Raises:
        ResidentsError: it cannot be opened (its `corrupt`: no key fits), or its key is being changed.
    """
    _make_folder(keys.folder)
    lock = _lock(keys.folder, exclusive=False)
    try:
        if not (keys.folder / FILE).exists():
            vault = Vault(keys.folder / FILE, keys.first(), lock)
            sync_folder(keys.folder)
            return vault
        return _opened(keys, lock)
    except BaseException:
        lock.close()
        raise


def change_key(keys: Keys) -> Path:
    """Encrypt the registry anew under the next key and forget the old one; where the new key lies.

    Cut short anywhere, it opens with the old key or the new one, and this goes on where it was.

    Raises:
        ResidentsError: another process has the registry open, or there is no next key to be had.
    """
    _make_folder(keys.folder)
    path, fresh = keys.folder / FILE, keys.folder / FRESH
    with _lock(keys.folder, exclusive=True) as lock:
        if not path.exists():
            raise ResidentsError(f"there is no registry in {keys.folder} yet: nothing to change")
        remove(fresh)
        vault = _opened(keys, None)
        try:
            # A change that was cut short after the file had changed only has its key left to settle.
            target = vault.key if _half_done(keys, vault.key) else keys.target(vault.key)
            if target.secret != vault.key.secret:
                _copied(vault, fresh, target)
        finally:
            vault.close()
        if fresh.exists():
            # The log of the old file must not be there when the new one comes: it would be read into it.
            remove(path, but_itself=True)
            sync_folder(keys.folder)
            fresh.replace(path)
            sync_folder(keys.folder)
        keys.settle(target)
        lock.flush()
    return next(key.path for key in keys.all() if key.secret == target.secret)


def set_aside(folder: Path) -> Path | None:
    """Move a registry that nobody can read out of the way, so that a new one can begin; where it is now.

    Raises:
        ResidentsError: another process has it open.
    """
    with _lock(folder, exclusive=True):
        path = folder / FILE
        if not path.exists():
            return None
        aside = next(p for n in range(1, 10_000) if not (p := folder / f"residents.unreadable-{n}.db").exists())
        for part in _LOG_PARTS:
            with suppress(FileNotFoundError):
                path.with_name(path.name + part).rename(aside.with_name(aside.name + part))
        path.rename(aside)
        sync_folder(folder)
        return aside


def open_copy(path: Path, keys: Keys) -> Vault | None:
    """Open another copy of the registry that lies about, or give None when no key of ours fits it."""
    for key in keys.all():
        try:
            return Vault(path, key)
        except ResidentsError:
            continue
    return None


def _opened(keys: Keys, lock: IO[bytes] | None) -> Vault:
    tried: list[Key] = keys.all()
    failure: ResidentsError | None = None
    for key in tried:
        try:
            return Vault(keys.folder / FILE, key, lock)
        except ResidentsError as error:
            if not error.corrupt:
                raise
            failure = error
    if failure is None:
        raise ResidentsError(
            f"there is a registry in {keys.folder} and no key for it: restore residents.key, or hand it over as the "
            "systemd credential it was"
        )
    where = ", ".join(str(key.path) for key in tried)
    sentence = f"the registry {keys.folder / FILE} opens with none of its keys ({where}): restore the right one"
    refusal = ResidentsError(f"{sentence}, or put the file aside with: taxi-kiosk residents set-aside")
    refusal.corrupt = True
    raise refusal from failure


def _half_done(keys: Keys, current: Key) -> bool:
    """The file has its new key already, and an older key is still there beside it."""
    if current.path.parent == keys.folder:
        return current.path.name.endswith(".next")
    return current.secret != keys.all()[0].secret or any(key.path.parent == keys.folder for key in keys.all())


def _copied(vault: Vault, fresh: Path, target: Key) -> None:
    if not vault.settle():
        raise ResidentsError(f"{vault.path} is being read by another process: stop that one first")
    vault.copy_to(fresh, target)
    # Opened as it will be, so that it is known to be whole before the old one goes.
    copy = Vault(fresh, target)
    try:
        whole = copy.whole() and copy.settle()
    finally:
        copy.close()
    if not whole:
        remove(fresh)
        raise ResidentsError(f"the copy of {vault.path} is not whole: the old one stays; is the disk failing?")
    with fresh.open("r+b") as file:
        os.fsync(file.fileno())


def remove(path: Path, *, but_itself: bool = False) -> None:
    """Remove a file of SQLite with all that may lie beside it."""
    for part in _LOG_PARTS if but_itself else (*_LOG_PARTS, ""):
        path.with_name(path.name + part).unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ResidentsError(f"cannot make the folder of the registry {folder}: {error.strerror}") from error


def _lock(folder: Path, *, exclusive: bool) -> IO[bytes]:
    """Who changes the key must be alone: another process would go on writing into the file that was replaced."""
    try:
        make_private(folder / "residents.lock")
        file = (folder / "residents.lock").open("ab")
    except OSError as error:
        raise ResidentsError(f"cannot write in the folder of the registry {folder}: {error.strerror}") from error
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        if not isinstance(error, BlockingIOError):
            sentence = f"cannot lock the folder of the registry {folder}: {error.strerror}; it must be on a local disk"
        elif exclusive:
            sentence = f"the registry {folder} is in use: stop the box first (systemctl stop taxi-kiosk)"
        else:
            sentence = f"the key of the registry {folder} is being changed: try again in a minute"
        raise ResidentsError(sentence) from error
    return file
