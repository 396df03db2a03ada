"""Reads the messages that a modem is given to send: SMS-SUBMIT in, number and text out (3GPP TS 23.040, 9.2.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hardware.modems.alphabet import BASIC, EXTENSION

_SUBMIT: Final = 0b01
_VALIDITY_BYTES: Final = {0b00: 0, 0b01: 7, 0b10: 1, 0b11: 7}
"""Length of the validity period by the two bits that say its form."""
_7BIT, _UCS2 = 0b00, 0b10
_INTERNATIONAL: Final = 0x91
_DIGITS: Final = "0123456789*#abc"
_CONCATENATED: Final = {0x00: 1, 0x08: 2}
"""Elements of the header that say which part of which row it is, with the bytes of the row's number."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message as it goes over the air; a long text is a row of them."""

    number: str
    text: str
    row: int | None = None
    """Number of the row that it belongs to, None for a message that stands alone."""
    total: int = 1
    place: int = 1


def read_submit(pdu: bytes, length: int) -> Part:
    """Read what followed the prompt of AT+CMGS.

    Args:
        pdu: the bytes that came in hex, with the service centre's number in front.
        length: what AT+CMGS announced: the bytes after the service centre's number.

    Raises:
        ValueError: it is no SMS-SUBMIT of this length.
    """
    try:
        body = pdu[1 + pdu[0] :]
        if len(body) != length:
            raise ValueError(f"a message of {len(body)} bytes where {length} were announced")
        if body[0] & 0b11 != _SUBMIT:
            raise ValueError("not a message to send")
        digits = body[2]
        after_number = 4 + (digits + 1) // 2
        number = _number(body[4:after_number], digits, international=body[3] == _INTERNATIONAL)
        coding, at = body[after_number + 1], after_number + 2 + _VALIDITY_BYTES[body[0] >> 3 & 0b11]
        return _user_data(number, coding, body[at], body[at + 1 :], has_header=bool(body[0] & 0x40))
    except IndexError:
        raise ValueError("a message that ends too early") from None


def _number(data: bytes, digits: int, *, international: bool) -> str:
    nibbles = [nibble for byte in data for nibble in (byte & 0x0F, byte >> 4)][:digits]
    return ("+" if international else "") + "".join(_DIGITS[nibble] for nibble in nibbles)


def _user_data(number: str, coding: int, length: int, data: bytes, *, has_header: bool) -> Part:
    header = data[1 : 1 + data[0]] if has_header else b""
    skipped = 1 + len(header) if has_header else 0
    alphabet = coding >> 2 & 0b11 if coding < 0xF0 else coding >> 2 & 0b01  # noqa: PLR2004 - the group with classes
    if alphabet == _7BIT:
        text = _decoded(_unpacked(data, length)[-(-skipped * 8 // 7) :])
    elif alphabet == _UCS2:
        text = data[skipped:length].decode("utf-16-be", "surrogatepass")  # a row may cut a character in two
    else:
        raise ValueError("a message of 8 bits: no text")
    row, total, place = _row(header)
    return Part(number, text, row, total, place)


def _unpacked(data: bytes, count: int) -> list[int]:
    """Give so many groups of 7 bits, the lowest bits first."""
    bits = int.from_bytes(data, "little")
    if count * 7 > len(data) * 8:
        raise ValueError("a text that ends too early")
    return [bits >> 7 * i & 0x7F for i in range(count)]


def _decoded(places: list[int]) -> str:
    text, escaped = "", False
    for place in places:
        if escaped:
            text += EXTENSION.get(place, " ")
        elif BASIC[place] != "\x1b":
            text += BASIC[place]
        escaped = not escaped and BASIC[place] == "\x1b"
    return text


def _row(header: bytes) -> tuple[int | None, int, int]:
    while len(header) >= 2:  # noqa: PLR2004 - kind and length
        kind, length = header[0], header[1]
        body, header = header[2 : 2 + length], header[2 + length :]
        if kind in _CONCATENATED:
            width = _CONCATENATED[kind]
            return int.from_bytes(body[:width]), body[width], body[width + 1]
    return None, 1, 1
