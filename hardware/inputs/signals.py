"""How a key is heard: as a wire that closes, or as a byte that is sent; and what in a configuration says which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hardware.wires import Line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardware.events import Key

_BYTES: Final = re.compile(r"([0-9a-f]{2})(?:/([0-9a-f]{2}))?", re.IGNORECASE)
_DEAD: Final = frozenset({0x00, 0xFF})
"""What a line says that is cut or shorted."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire, and whether it rests on: a contact that opens when pressed."""

    line: Line
    rests_on: bool = False


def wire(signal: str) -> Wire:
    """Read `cts`, `dsr`, `cd` or `ri`, with `!` before it for a wire that rests on.

    Raises:
        ValueError: it is none of these.
    """
    name = signal.lower()
    try:
        return Wire(Line(name.removeprefix("!")), name.startswith("!"))
    except ValueError:
        raise ValueError(
            f"{signal!r} is no wire: expected cts, dsr, cd or ri, with ! before it if it rests on"
        ) from None


def wires(signals: Mapping[Key, str]) -> dict[Key, Wire]:
    """Read the wire of each key.

    Raises:
        ValueError: one is none, or two keys have the same.
    """
    found = {key: wire(signal) for key, signal in signals.items()}
    if len({one.line for one in found.values()}) < len(found):
        raise ValueError(f"{', '.join(signals.values())}: expected another wire for each key")
    return found


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a byte says: this key goes down, or up."""

    key: Key
    down: bool


def meanings(signals: Mapping[Key, str]) -> dict[int, Meaning]:
    """Read what each key sends: two hex digits when it goes down, as `42`, and after a slash when it goes up: `42/62`.

    Raises:
        ValueError: something else, a byte that a broken line says (00, FF), or two bytes so alike that one flipped bit
            makes the one of the other.
    """
    found: dict[int, Meaning] = {}
    for key, signal in signals.items():
        match = _BYTES.fullmatch(signal)
        if match is None:
            raise ValueError(f"{signal!r} is no byte: expected what it sends in hex, as 42, or down and up, as 42/62")
        for text, down in ((match[1], True), (match[2], False)):
            if text is None:
                continue
            byte = int(text, 16)
            if byte in _DEAD:
                raise ValueError(f"{text}: a broken line says this by itself, expected 01 to FE")
            if near := next((other for other in found if (other ^ byte).bit_count() < 2), None):  # noqa: PLR2004 - bits
                raise ValueError(
                    f"{near:02X} and {byte:02X} are one bit apart, so a disturbed one would pass for the other: "
                    "expected two bits at least"
                )
            found[byte] = Meaning(key, down)
    return found
