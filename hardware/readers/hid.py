"""Readers that type like a keyboard, by the optional extra `hid`: a card held up becomes one event, and no letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from hardware.keyboard import Keyboard, open_keyboard
from hardware.readers.cards import CardOptions, CardService
from hardware.readers.hid_keys import HidParser

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.transport import Trace

_TICK_S: Final = 0.1
_GAP_S: Final = 0.5
"""Readers type a key every few milliseconds, slow ones every twenty; people far slower."""


class HidReader(CardService):
    """The card reader that types.

    It is taken from everybody else, so that no digit reaches what is on the screen. Such readers tell of a tap alone:
    the card counts as gone soon after.

    Args:
        name: name of the device in events.
        port: see `hardware.keyboard.open_keyboard`.
        emit: where events go.
        key: secret with which numbers are hashed, at least 16 bytes (see `card_hash`).
        baudrate: for the shape of a driver only.
        gap_s: how long without a key until a line counts as broken off.
        trace: gets how much was typed, never what.
        options: see `CardOptions`.

    Raises:
        ValueError: the key is too short.
    """

    at_serial_port = False

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        key: bytes,
        baudrate: int = 0,
        gap_s: float = _GAP_S,
        trace: Trace | None = None,
        **options: Unpack[CardOptions],
    ) -> None:
        del baudrate
        self._parser = HidParser()
        super().__init__(name, emit, key=key, counted=self._parser.counters, **options)
        self._port_name = port
        self._gap_s = gap_s
        self._trace = trace
        self._keyboard: Keyboard | None = None

    def setup(self) -> None:
        """Take the device."""
        self._keyboard = open_keyboard(self._port_name)

    def run(self) -> None:
        """Read until told to stop."""
        last = self._clock()
        keyboard = self._keyboard
        while keyboard is not None and not self.stopping:
            keys = keyboard.read(_TICK_S)
            now = self._clock()
            if now - last >= self._gap_s:
                self._parser.idle()
            if keys:
                last = now
                if self._trace is not None:
                    self._trace(f"< {len(keys)} events")
            for number in self._parser.feed(keys):
                self.card_read(number)
            self.card_gone()

    def teardown(self) -> None:
        """Give the device back; half a line of before the fault is no part of one after it."""
        keyboard, self._keyboard = self._keyboard, None
        if keyboard is not None:
            keyboard.close()
        self._parser.idle()
