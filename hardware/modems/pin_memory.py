"""Remembers which PIN a SIM card has refused, so that a wrong one is tried once and never locks the card."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_FILE: Final = "refused-pin"
_SALT: Final = 16


class PinMemory:
    """Holds a salted hash of the PIN that was tried last, until the SIM card was ready.

    It is written before the PIN is tried: should the power go in between, the PIN counts as refused, because a third
    wrong one locks the card for good. Without a folder it forgets everything with the process.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._path = folder / _FILE if folder else None
        self._held = b""

    def refused(self, pin: str) -> bool:
        """Tell whether this PIN was tried and did not open the SIM card. Raises OSError when nobody can tell."""
        held = self._path.read_bytes() if self._path and self._path.exists() else self._held
        return bool(held) and hmac.compare_digest(_hash(pin, held[:_SALT]), held[_SALT:])

    def trying(self, pin: str) -> None:
        """Note that this PIN is about to be tried. Raises OSError: then it must not be."""
        salt = secrets.token_bytes(_SALT)
        self._held = salt + _hash(pin, salt)
        if self._path is not None:
            with self._path.open("wb") as file:
                file.write(self._held)
                file.flush()
                os.fsync(file.fileno())

    def forget(self) -> None:
        """The SIM card was opened, or the PIN never came to it."""
        self._held = b""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=2**12, r=8, p=1)
