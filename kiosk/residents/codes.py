"""What stands in a code that we print: capitals and digits only, so that the QR stays small, with a check of its own.

The letters are those of Crockford's base 32: no I, L, O and U, so that a code read aloud or typed is read rightly.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TOKEN_BITS: Final = 136
CARD_MARK: Final = "TC1"
RETURN_MARK: Final = "TR1"
_CHECK: Final = 3
"""Letters: a code that was misread passes for a good one once in 32 768 times, and then nobody has it."""
_LONGEST: Final = 256
_MEANT: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CHOICES: Final = {ord(letter): value for value, letter in enumerate(LETTERS)}


def new_card_token() -> bytes:
    """Draw the secret of a new code card: 136 random bits, so that its QR is one of 25 by 25 dots."""
    return secrets.token_bytes(TOKEN_BITS // 8)


def write(mark: str, payload: bytes) -> str:
    """Write bytes as a code: mark, base 32, check."""
    bits = int.from_bytes(b"\1" + payload)  # the leading 1 keeps zeros at the beginning
    letters = ""
    while bits:
        letters = LETTERS[bits & 31] + letters
        bits >>= 5
    return mark + letters + _check(mark, letters)


def read(text: str) -> tuple[str, bytes] | None:
    """Give mark and bytes of a code as a scanner gives it; None: it is no whole code of ours.

    Spaces around and inside, small letters, and O, I, L for 0, 1, 1 are forgiven.
    """
    code = "".join(text[:_LONGEST].upper().split()).replace("-", "")
    mark, letters = code[: len(CARD_MARK)], code[len(CARD_MARK) :].translate(_MEANT)
    if mark not in {CARD_MARK, RETURN_MARK} or len(letters) <= _CHECK:
        return None
    letters, check = letters[:-_CHECK], letters[-_CHECK:]
    if any(ord(letter) not in _CHOICES for letter in letters) or check != _check(mark, letters):
        return None
    bits = 0
    for letter in letters:
        bits = bits << 5 | _CHOICES[ord(letter)]
    whole = bits.to_bytes((bits.bit_length() + 7) // 8)
    return (mark, whole[1:]) if whole[:1] == b"\1" else None


def _check(mark: str, letters: str) -> str:
    found = int.from_bytes(hashlib.sha256(f"{mark}{letters}".encode()).digest()[:2])
    return "".join(LETTERS[found >> shift & 31] for shift in (10, 5, 0))
