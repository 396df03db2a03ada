"""Finds what keys say in any stream of bytes: noise and flipped bits are no press, and nothing grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardware.readers.counters import Counters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hardware.inputs.signals import Meaning

LONGEST: Final = 8
"""Bytes of one burst: a contact that bounces in a controller that does not mind."""


class KeyBytesParser:
    """Bursts of nothing but known bytes, each between two gaps.

    A single byte has no sum. What tells it from noise is that nothing else stands beside it: a burst with any other
    byte in it, or of more than eight, is dropped whole. Eight times the same known byte without a pause is a key that
    is held down; that is given at once, and again after every eight.

    Holds at most 8 bytes whatever comes in.

    Args:
        known: the bytes that mean something.
    """

    def __init__(self, known: Mapping[int, Meaning]) -> None:
        self.counters = Counters()
        self._known = known
        self._held = bytearray()
        self._spoilt = False

    def feed(self, data: bytes) -> list[Meaning]:
        """Take bytes as they come; give the keys that are held down."""
        found: list[Meaning] = []
        at = 0
        while at < len(data) and not self._spoilt:
            if len(self._held) == LONGEST:
                self._spoil()
                break
            piece = data[at : at + LONGEST - len(self._held)]
            self._held += piece
            at += len(piece)
            if len(self._held) == LONGEST and len(set(self._held)) == 1 and self._held[0] in self._known:
                self.counters.frames += 1
                found.append(self._known[self._held[0]])
                self._held.clear()
        self.counters.noise_bytes += len(data) - at
        return found

    def idle(self) -> list[Meaning]:
        """Say that nothing came for a while; give what was said."""
        found: list[Meaning] = []
        self._end(found)
        self._spoilt = False
        return found

    def forget(self) -> None:
        """Drop a burst that has begun."""
        self._spoil()
        self._spoilt = False

    def _spoil(self) -> None:
        self.counters.noise_bytes += len(self._held)
        self._held.clear()
        self._spoilt = True

    def _end(self, found: list[Meaning]) -> None:
        said = [self._known[byte] for byte in self._held if byte in self._known]
        if len(said) < len(self._held):
            self.counters.bad_frames += bool(said)
            self._spoil()
        elif said:
            self.counters.frames += 1
            found.extend(said)
            self._held.clear()
