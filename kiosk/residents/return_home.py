"""The return-home code: brings its bearer back to the box that gave it, once, for as long as it says; pure functions.

It holds no word about a person: which box, where it stands, until when, whether the taxi must take a wheelchair, and a
random number that makes it this one code. All of it is signed with the operator's key (HMAC-SHA256, 128 bits of it), so
every box of the operator knows a good one without a network, and nobody else can make one.

What it does not do: a box remembers which codes it has taken, and no box tells another one. The same code can therefore
be used once at each box of the operator until it expires. What that is worth to a thief is one taxi, which the button
gives to everybody anyway.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from kiosk.residents import codes
from kiosk.residents.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

_EPOCH: Final = datetime(2025, 1, 1, tzinfo=UTC)
_FORM: Final = struct.Struct(">B3sI8sii")
"""Flags, operator, minutes since `_EPOCH`, random, latitude and longitude in 1e-5 degrees (1 m)."""
_SIGNED: Final = 16
_WHEELCHAIR: Final = 1
_DEGREE: Final = 100_000
_MOST_BOX: Final = 12
NONCE_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a return-home code says."""

    box: str
    """Code of the box that gave it: `0412`; at most 12 bytes in UTF-8."""
    lat: float
    lon: float
    expires_at: datetime
    wheelchair: bool = False
    nonce: bytes = b""
    """8 random bytes; drawn by `make` where there are none."""


def make(key: bytes, ticket: Ticket) -> tuple[str, bytes]:
    """Give the text that is to be printed, and the random number that makes it this one.

    Args:
        key: the operator's.
        ticket: what it is to say.

    Raises:
        ValueError: a box's code that is empty or longer than 12 bytes, or a time before 2025.
    """
    box = ticket.box.encode()
    if not 0 < len(box) <= _MOST_BOX:
        raise ValueError(f"a box's code of {len(box)} bytes: expected 1 to {_MOST_BOX}")
    minutes = -(-(ticket.expires_at - _EPOCH) // timedelta(minutes=1))
    if minutes < 0:
        raise ValueError("a return-home code that has expired before 2025: expected the clock to be right")
    nonce = ticket.nonce or secrets.token_bytes(NONCE_BYTES)
    payload = box + _FORM.pack(
        _WHEELCHAIR if ticket.wheelchair else 0,
        _operator(key),
        minutes,
        nonce,
        round(ticket.lat * _DEGREE),
        round(ticket.lon * _DEGREE),
    )
    return codes.write(codes.RETURN_MARK, payload + _sign(key, payload)), nonce


def read(keys: Sequence[bytes], text: str) -> Ticket | Refusal:
    """Give what a code says, if one of the operator's keys signed it; whether it has expired is not looked at.

    Args:
        keys: the operator's, the present one and those before it.
        text: as a scanner gives it.
    """
    code = codes.read(text)
    if code is None or code[0] != codes.RETURN_MARK or len(code[1]) <= _FORM.size + _SIGNED:
        return Refusal.NOT_OURS
    payload, signature = code[1][:-_SIGNED], code[1][-_SIGNED:]
    box, form = payload[: -_FORM.size], payload[-_FORM.size :]
    flags, operator, minutes, nonce, lat, lon = _FORM.unpack(form)
    ours = [key for key in keys if _operator(key) == operator]
    if not ours:
        return Refusal.OTHER_OPERATOR
    if not any(hmac.compare_digest(_sign(key, payload), signature) for key in ours):
        return Refusal.FORGED
    return Ticket(
        box=box.decode(),
        lat=lat / _DEGREE,
        lon=lon / _DEGREE,
        expires_at=_EPOCH + timedelta(minutes=minutes),
        wheelchair=bool(flags & _WHEELCHAIR),
        nonce=nonce,
    )


def _operator(key: bytes) -> bytes:
    """Three bytes by which an operator's codes are told from another's; they say nothing about the key."""
    return hmac.new(key, b"which operator", hashlib.sha256).digest()[:3]


def _sign(key: bytes, payload: bytes) -> bytes:
    return hmac.new(key, b"return home 1" + payload, hashlib.sha256).digest()[:_SIGNED]
