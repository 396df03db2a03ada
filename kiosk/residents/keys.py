"""Finds the key of the registry, in a systemd credential or a file of its own; a second one beside it is the next."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dispatch_client.outbox import KEY_BYTES, OutboxError, load_key
from kiosk.residents.faults import ResidentsError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY: Final = "residents.key"
NEXT: Final = "residents.key.next"
OPERATOR: Final = "operator.key"
OPERATOR_BEFORE: Final = "operator.key.previous"


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """32 bytes and where they came from."""

    path: Path
    secret: bytes


class Keys:
    """The places where keys may lie: the credentials that systemd hands over, then the registry's folder.

    `residents.key` opens the registry; `residents.key.next` is there while it is being changed, or until the operator
    has put a new credential in the old one's place. All that are there are tried, so no moment of a change locks
    anybody out.

    Args:
        folder: the registry's folder, on a local disk.
        credentials: what systemd's LoadCredential= made; None: there are none.
    """

    def __init__(self, folder: Path, credentials: Path | None) -> None:
        self.folder = folder
        self.credentials = credentials

    @classmethod
    def of(cls, folder: Path, environment: Mapping[str, str]) -> Keys:
        """Take the credentials' folder from the environment, as systemd.exec(5) says."""
        given = environment.get("CREDENTIALS_DIRECTORY")
        return cls(folder, Path(given) if given else None)

    def all(self) -> list[Key]:
        """Every key that may open the registry, the likeliest first."""
        return [*self._there(self.credentials), *self._there(self.folder)]

    def first(self) -> Key:
        """The key for a registry that is about to be begun; made where there is none.

        Raises:
            ResidentsError: it cannot be read or made.
        """
        there = self.all()
        return there[0] if there else _made(self.folder / KEY)

    def target(self, current: Key) -> Key:
        """The key to change to; made where the keys are files.

        Raises:
            ResidentsError: the keys are credentials and there is no other one than the current.
        """
        given = list(reversed(self._there(self.credentials)))
        if not given:
            return _made(self.folder / NEXT)
        if given[0].secret == current.secret:
            raise ResidentsError(
                f"the key is the credential {given[0].path.name}, which only the operator can change: add a second "
                f"one named {NEXT} (LoadCredentialEncrypted=) with {KEY_BYTES} new random bytes, and run this again"
            )
        return given[0]

    def settle(self, current: Key) -> None:
        """Once the registry opens with `current` alone: wipe the files that hold another key, and give it its name.

        May be cut short anywhere; done again it goes on.
        """
        if current.path.parent != self.folder:
            for old in self._there(self.folder):
                _wipe(old.path)
                old.path.unlink(missing_ok=True)
        elif current.path.name == NEXT:
            _wipe(self.folder / KEY)
            with suppress(FileNotFoundError):  # another process has just done the same
                current.path.replace(self.folder / KEY)
        sync_folder(self.folder)

    def operator(self) -> tuple[bytes, ...]:
        """Keys of the return-home codes: the first signs, all are accepted. The same on every box of an operator.

        Raises:
            ResidentsError: it cannot be read or made.
        """
        homes = [home for home in (self.credentials, self.folder) if home is not None]
        now = [_read(home / OPERATOR) for home in homes if (home / OPERATOR).exists()]
        before = [_read(home / OPERATOR_BEFORE) for home in homes if (home / OPERATOR_BEFORE).exists()]
        mine = now or [_made(self.folder / OPERATOR)]
        return tuple(key.secret for key in (*mine, *before))

    def _there(self, home: Path | None) -> list[Key]:
        if home is None:
            return []
        found = (home / KEY, home / NEXT)
        # A wiped or half-wiped file has its size still: it simply opens nothing.
        return [_read(path) for path in found if path.exists()]


def _read(path: Path) -> Key:
    try:
        secret = path.read_bytes()
    except OSError as error:
        raise ResidentsError(f"cannot read the key {path}: {error.strerror}; may this account read it?") from error
    if len(secret) != KEY_BYTES:
        raise ResidentsError(f"the key {path} has {len(secret)} bytes: expected {KEY_BYTES}; restore it from its copy")
    return Key(path, secret)


def _made(path: Path) -> Key:
    try:
        return Key(path, load_key(path))
    except OutboxError as error:
        raise ResidentsError(str(error)) from error


def _wipe(path: Path) -> None:
    """Write over an old key where it lies. A flash disk may keep the old block: that is not in our hands."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """A name is gone, or new, on the disk only when its folder is written."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
