"""PN532 readers over UART (HSU): an ISO 14443-A card held up, transit or social security, becomes one event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from hardware.health import Finding, Health
from hardware.readers.cards import CardOptions, CardService
from hardware.readers.iso14443 import is_number, is_random
from hardware.readers.pn532_frames import Pn532Parser
from hardware.readers.pn532_link import (
    GET_FIRMWARE_VERSION,
    IN_LIST_PASSIVE_TARGET,
    RF_CONFIGURATION,
    SAM_CONFIGURATION,
    SET_PARAMETERS,
    SLICE_S,
    NoAnswer,
    NotUnderstood,
    Pn532Link,
)
from hardware.transport import Port, open_port

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.transport import Trace

POLL_S: Final = 0.1
"""Between two looks for a card: nobody notices a tenth of a second, and the coil rests."""
_FIRST_ACK_S: Final = 1.5
"""The first bytes of a USB adapter on a Raspberry Pi may take a second after the port was opened."""
_LOST_IN_A_ROW: Final = 3
"""Looks without an answer, each after a new wake-up, until the reader counts as broken."""
_FIELD: Final = 0x01
_RETRIES: Final = 0x05


class Pn532Reader(CardService):
    """The card reader at a serial port.

    It looks for a card ten times a second, with the field off in between: so every kind of card answers each time, and
    one that is taken away is missed. Numbers that change at each tap stand for nobody; they are counted and dropped.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`.
        emit: where events go.
        key: secret with which numbers are hashed, at least 16 bytes (see `card_hash`).
        baudrate: bits per second; the chip starts with 115200.
        poll_s: pause between two looks.
        trace: gets the traffic as lines of hex, without the numbers.
        options: see `CardOptions`.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        key: bytes,
        baudrate: int = 115200,
        poll_s: float = POLL_S,
        trace: Trace | None = None,
        **options: Unpack[CardOptions],
    ) -> None:
        self._parser = Pn532Parser()
        super().__init__(name, emit, key=key, counted=self._parser.counters, **options)
        self._port_name = port
        self._baudrate = baudrate
        self._poll_s = poll_s
        self._trace = trace
        self._port: Port | None = None
        self._firmware = ""
        self._random_numbers = 0
        self._random_there = False

    def counters(self) -> dict[str, int]:
        """Count since it was made: `frames` that were good, `bad_frames`, `noise_bytes`, `random_numbers`."""
        return super().counters() | {"random_numbers": self._random_numbers}

    def setup(self) -> None:
        """Open the port, wake the chip and bring it to a known state."""
        self._port = open_port(self._port_name, self._baudrate, read_timeout_s=SLICE_S)
        self._begin(self._link(self._port), _FIRST_ACK_S)

    def run(self) -> None:
        """Look for cards until told to stop."""
        port = self._port
        if port is None:
            return
        link, lost = self._link(port), 0
        while not self.stopping:
            try:
                self._look(link)
                lost = 0
            except (NoAnswer, NotUnderstood):
                lost += 1
                if lost == _LOST_IN_A_ROW or self.stopping:
                    raise
                self._begin(link)  # its power may have failed for a moment
            self.card_gone()
            self.pause(self._poll_s)

    def teardown(self) -> None:
        """Close the port; half a frame of before the fault is no part of one after it."""
        port, self._port = self._port, None
        if port is not None:
            port.close()
        self._parser.idle()

    def interrupt(self) -> None:
        """Wake a blocked read."""
        port = self._port
        if port is not None:
            port.cancel()

    def findings(self) -> tuple[Finding, ...]:
        """Whether frames come through whole; this reader is asked all the time, card or no card."""
        first = super().findings()[0]
        if first.health is Health.WARN:
            return (first,)
        return (Finding(first.id, Health.OK, f"The reader answers ({self._firmware})."),)

    def _link(self, port: Port) -> Pn532Link:
        return Pn532Link(
            self.name, port, self._parser, clock=self._clock, stopping=lambda: self.stopping, trace=self._trace
        )

    def _begin(self, link: Pn532Link, ack_s: float = SLICE_S * 4) -> None:
        link.wake()
        link.ask(SAM_CONFIGURATION, b"\x01\x00\x00", ack_s=ack_s)  # its security module is not used
        version = link.ask(GET_FIRMWARE_VERSION)
        if len(version) == 4:  # noqa: PLR2004 - chip, version, revision, what it supports
            self._firmware = f"PN5{version[0]:02x} firmware {version[1]}.{version[2]}"
        link.ask(SET_PARAMETERS, b"\x00")  # take the number and leave the card's applications alone
        link.ask(RF_CONFIGURATION, bytes([_RETRIES, 0x00, 0x00, 0x01]))  # two tries, then say that there is no card
        self._field_off(link)

    def _field_off(self, link: Pn532Link) -> None:
        link.ask(RF_CONFIGURATION, bytes([_FIELD, 0x00]))

    def _look(self, link: Pn532Link) -> None:
        found = link.ask(IN_LIST_PASSIVE_TARGET, b"\x01\x00")
        self.heard_well()
        self._take(found)
        self._field_off(link)

    def _take(self, found: bytes) -> None:
        if found[:1] == b"\x00":
            self._random_there = False
            return
        number = card_number(found)
        if number is None:
            self._parser.counters.bad_frames += 1
        elif is_random(number):
            self._random_numbers += not self._random_there
            self._random_there = True
        else:
            self._random_there = False
            self.card_read(number.hex().upper())


def card_number(found: bytes) -> bytes | None:
    """Give the number in an answer to InListPassiveTarget for one ISO 14443-A card; None when it holds none.

    One card, its index, two bytes SENS_RES, one SEL_RES, the number's size, the number, and with some cards an answer
    to select that begins with its own size.
    """
    size = found[5] if len(found) > 5 else 0  # noqa: PLR2004 - where the size stands
    number, rest = found[6 : 6 + size], found[6 + size :]
    if found[:1] != b"\x01" or len(number) != size or (rest and rest[0] != len(rest)):
        return None
    return number if is_number(number) else None
