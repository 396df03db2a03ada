"""What is true of every card reader: how a number becomes a hash, when a card is seen and gone."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict
from typing import TYPE_CHECKING, Final, Unpack, cast

from hardware.events import CardRemoved, CardSeen
from hardware.readers.counters import Counters, Soundness
from hardware.service import Service, ServiceOptions

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.health import Finding

SHORTEST_KEY: Final = 16
HOLDOFF_S: Final = 1.5
REMOVAL_S: Final = 0.8


def card_hash(key: bytes, number: str) -> str:
    """Give the name under which a card is known outside its driver: HMAC-SHA256 in hex, 64 characters.

    Args:
        key: a secret of this box or operator, at least 16 bytes. Without it, the million numbers of a batch of cards
            could simply be tried.
        number: as the driver writes it: hex digits in capitals, ten for a 125 kHz card, eight, fourteen or twenty for
            ISO 14443, six or eight behind a Wiegand bridge; the 18 or 15 characters of a resident ID number. One card
            has one hash, whichever driver read its whole number.

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


class CardOptions(ServiceOptions, total=False):
    """What every card driver takes by keyword beside its own."""

    holdoff_s: float
    """How soon the same card may count as a new tap."""
    removal_s: float
    """How long without a frame until a card counts as gone."""


class CardService(Service):
    """A card reader's thread: a driver hands over the numbers it reads, and only their hashes go on.

    Args:
        name: name of the device in events.
        emit: where events go.
        key: secret with which numbers are hashed, at least 16 bytes (see `card_hash`).
        counted: what the driver's parser counts.
        options: see `CardOptions`.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(self, name: str, emit: Emit, *, key: bytes, counted: Counters, **options: Unpack[CardOptions]) -> None:
        holdoff_s, removal_s = options.pop("holdoff_s", HOLDOFF_S), options.pop("removal_s", REMOVAL_S)
        super().__init__(name, emit, **cast("ServiceOptions", options))
        card_hash(key, "")
        self._key = key
        self._counted = counted
        self._presence = Presence(holdoff_s, removal_s)
        self._sound = Soundness(name, counted, "reader")

    def counters(self) -> dict[str, int]:
        """Count since it was made: `frames` that were good, `bad_frames`, `noise_bytes`."""
        return asdict(self._counted)

    def findings(self) -> tuple[Finding, ...]:
        """Whether cards come through whole. A reader that nobody held a card to is UNKNOWN: it speaks only then."""
        return (self._sound.finding("Cards are read.", "No card was read since the start.", "Tap a card."),)

    def card_read(self, number: str) -> None:
        """Take a number that came in whole; it goes no further than this."""
        self.heard_well()
        hashed = card_hash(self._key, number)
        removed, new = self._presence.frame(hashed, self._clock())
        if removed is not None:
            self.emit(CardRemoved(self.name, removed))
        if new:
            self.emit(CardSeen(self.name, hashed))

    def heard_well(self) -> None:
        """Say that something came in whole: what broke before was no more than an accident."""
        self._sound.heard_well()

    def card_gone(self) -> None:
        """Look whether the card that was there has been away for long enough; call it every fraction of a second."""
        gone = self._presence.tick(self._clock())
        if gone is not None:
            self.emit(CardRemoved(self.name, gone))
