"""Card readers: how soon a card becomes an event."""

from __future__ import annotations

import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from figures import Figure, Samples

from hardware.events import CardSeen
from hardware.readers.em125k import Em125kReader
from hardware.readers.pn532 import Pn532Reader
from hardware.virtual.pn532_chip import Card, Pn532Chip
from hardware.virtual.pty_port import PtyPort
from hardware.virtual.reader import frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from figures import Progress

    from hardware.readers.cards import CardService

TAPS: Final = 200
_KEY: Final = b"a key of the bench alone"
_MS: Final = 1000.0
_TAIL: Final = 0.99
_SOON_MS: Final = 20.0
_WAIT_S: Final = 20.0


class StampedPort(PtyPort):
    """A pseudo terminal that remembers when its last byte was sent."""

    sent = 0.0

    def send(self, data: bytes) -> bool:
        """Send, and note the time."""
        done = super().send(data)
        self.sent = time.perf_counter()
        return done


def measure(tell: Progress, taps: int = TAPS) -> list[Figure]:
    """Tap cards on both serial readers."""
    tell(f"cards on readers, {taps} times each")
    return [
        _latency("em125k", _em125k_taps(taps)),
        _latency("pn532", _pn532_taps(taps)),
    ]


def _latency(name: str, taps: Samples) -> Figure:
    return Figure(f"last byte of a card → event ({name}), p99", "ms", taps.at(_TAIL), most=_SOON_MS)


def _em125k_taps(taps: int) -> Samples:
    port = StampedPort(lambda _data: None)
    cards = [frame("0F0012AB34"), frame("0F0012AB35")]
    return _tapped(port, lambda emit: Em125kReader("card", port.path, emit, key=_KEY), port.send, cards, taps)


def _pn532_taps(taps: int) -> Samples:
    chip = Pn532Chip(lambda whole, _code: port.send(whole) and None)
    port = StampedPort(chip.hear)
    cards = [Card(bytes.fromhex("04A1B2C3D4E5F6")), Card(bytes.fromhex("A1B2C3D4"))]
    return _tapped(
        port, lambda emit: Pn532Reader("card", port.path, emit, key=_KEY, poll_s=0.005), chip.hold, cards, taps
    )


def _tapped(
    port: StampedPort,
    make: Callable[[Callable[[Any], None]], CardService],
    hold: Callable[[Any], Any],
    cards: Sequence[object],
    taps: int,
) -> Samples:
    """Hold two cards up in turns; milliseconds from the last byte on the line until the event is there."""
    events: SimpleQueue[tuple[object, float]] = SimpleQueue()
    reader = make(lambda event: events.put((event, time.perf_counter() - port.sent)))
    samples = Samples()
    reader.start()
    try:
        events.get(timeout=_WAIT_S)
        for number in range(taps):
            hold(cards[number % 2])
            while not isinstance((got := events.get(timeout=_WAIT_S))[0], CardSeen):
                continue
            samples.add(got[1] * _MS)
    finally:
        reader.stop()
        port.close()
    return samples
