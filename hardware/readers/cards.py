"""What is true of every card reader: how a number becomes a hash, and when a card is seen and gone."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

SHORTEST_KEY: Final = 16
HOLDOFF_S: Final = 1.5
REMOVAL_S: Final = 0.8


def card_hash(key: bytes, number: str) -> str:
    """Give the name under which a card is known outside its driver: HMAC-SHA256 in hex, 64 characters.

    Args:
        key: a secret of this box or operator, at least 16 bytes. Without it, the million numbers of a batch of cards
            could simply be tried.
        number: as the driver writes it; for 125 kHz cards ten hex digits in capitals.

    Raises:
        ValueError: the key is too short.
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"a card key of {len(key)} bytes: expected at least {SHORTEST_KEY}")
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


class Presence:
    """Turns a reader's repeated frames into "seen" and "removed"; times are seconds of any growing clock.

    A card is seen once for as long as its frames go on, and removed when none came for `removal_s`. The same card is
    seen again no earlier than `holdoff_s` after its last frame: a trembling hand is one tap. Another card is seen at
    once.
    """

    def __init__(self, holdoff_s: float = HOLDOFF_S, removal_s: float = REMOVAL_S) -> None:
        self._holdoff_s = holdoff_s
        self._removal_s = removal_s
        self._card: str | None = None
        self._present = False
        self._last = 0.0

    def frame(self, card: str, now: float) -> tuple[str | None, bool]:
        """Take a good frame; give the card that is thereby removed, and whether this one is newly seen."""
        if card == self._card:
            if self._present:
                self._last = now
                return None, False
            if now - self._last < self._holdoff_s:
                return None, False
        removed = self._card if self._present else None
        self._card, self._present, self._last = card, True, now
        return removed, True

    def tick(self, now: float) -> str | None:
        """Take the time; give the card that is gone, if it went now."""
        if self._present and now - self._last >= self._removal_s:
            self._present = False
            return self._card
        return None
