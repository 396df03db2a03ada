"""Seals an export with a passphrase that we draw ourselves, in the age format that other tools open too.

The work is done by pyrage (MIT, the `age` crate: scrypt, ChaCha20-Poly1305), 2.2 MB installed and without further
dependencies. A zip with AES would open in more programs, but guards a passphrase with a thousand rounds of SHA-1 and
does not notice every change; and it would cost 6.4 MB.
"""

from __future__ import annotations

import secrets
from typing import Final

from kiosk.residents.codes import LETTERS

MARK: Final = b"age-encryption.org/v1"
_GROUPS: Final = 7
_LETTERS_IN_GROUP: Final = 4
"""7 groups of 4 letters out of 32: 140 bits. Nobody guesses that, whatever it guards."""


class SealError(Exception):
    """It cannot be opened. One sentence."""


def new_passphrase() -> str:
    """Draw a passphrase that can be read over the telephone: `7KQF-...`, seven groups of four."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(_LETTERS_IN_GROUP)) for _ in range(_GROUPS))


def seal(data: bytes, passphrase: str) -> bytes:
    """Encrypt; about a second, so that guessing costs the same."""
    from pyrage import passphrase as by_passphrase  # noqa: PLC0415 - 2 MB that only an export needs

    return bytes(by_passphrase.encrypt(data, passphrase))


def unseal(data: bytes, passphrase: str) -> bytes:
    """Decrypt what `seal`, or any other tool for age files, has encrypted with a passphrase.

    Raises:
        SealError: the passphrase is another one, or the file was changed.
    """
    from pyrage import DecryptError  # noqa: PLC0415 - as above
    from pyrage import passphrase as by_passphrase  # noqa: PLC0415

    try:
        return bytes(by_passphrase.decrypt(data, passphrase.strip()))
    except DecryptError as error:
        raise SealError(
            "the file does not open: expected its passphrase, letter by letter, and a whole file"
        ) from error
