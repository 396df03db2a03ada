"""The mind of a PN532 without its coil: bytes in, bytes out, and one card at most that is held to it.

Commands, answers and the state after a reset are those of NXP's user manual UM0701-02.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hardware.readers.pn532_frames import ACK, TO_CHIP, TO_HOST, Frame, Kind, Pn532Parser, frame

if TYPE_CHECKING:
    from collections.abc import Callable

FIRMWARE: Final = bytes.fromhex("32010607")
"""PN532, version 1.6, ISO 14443-A, -B and ISO 18092."""
_WAKING: Final = 8
"""Bytes that a sleeping chip loses until its clock runs: 0.7 ms at 115200 baud."""
_ENDLESS: Final = 0xFF
_SYNTAX: Final = frame(b"\x7f")
_FIFO: Final = b"\x63\x39"
_REQA: Final = 0x26
"""What the FIFO still holds when no card answered."""
_SENSE: Final = {4: b"\x00\x04", 7: b"\x00\x44", 10: b"\x00\x84"}
_SEVERAL_PARTS: Final = 0x20
"""In SEL_RES: the card takes applications (ISO 14443-4) and can say what it is."""
_ATS: Final = bytes.fromhex("0578807002")
_RETRIES: Final = 0x05
_RADIO: Final = frozenset({0x32, 0x4A, 0x52})
"""Commands that wait for SAMConfiguration."""


@dataclass(frozen=True, slots=True)
class Card:
    """An ISO 14443-A card.

    Raises:
        ValueError: its number is not 4, 7 or 10 bytes long.
    """

    number: bytes
    applications: bool = False
    """Has such, as bank and social security cards have."""

    def __post_init__(self) -> None:
        if len(self.number) not in _SENSE:
            raise ValueError(f"a card number of {len(self.number)} bytes: expected 4, 7 or 10")

    def target(self, *, select: bool) -> bytes:
        """Give what InListPassiveTarget tells of it: SENS_RES, SEL_RES, its number, the answer to select if asked."""
        answers = _SEVERAL_PARTS if self.applications else 0x08
        told = _SENSE[len(self.number)] + bytes([answers, len(self.number)]) + self.number
        return told + _ATS if select and self.applications else told


class Pn532Chip:
    """What sits at the other end of the line.

    Asleep when made, as after power-on: it loses what comes until it is awake, and answers no command of the radio
    before SAMConfiguration. A card that was found answers again only after the field was off.

    Args:
        say: takes what it sends, one frame at a time; the second value is the code of the command that it answers,
            None for ACK.
    """

    def __init__(self, say: Callable[[bytes, int | None], None]) -> None:
        self._say = say
        self.commands: list[bytes] = []
        """Every command that it understood: code and data."""
        self._card: Card | None = None
        self._known: dict[int, Callable[[bytes], bytes | None]] = {
            0x00: self._diagnose,
            0x02: lambda _data: FIRMWARE,
            0x06: self._read_register,
            0x08: self._write_register,
            0x10: lambda _data: b"",  # SetSerialBaudRate: a pseudo terminal has every speed
            0x12: self._set_parameters,
            0x14: self._sam_configuration,
            0x16: self._power_down,
            0x32: self._rf_configuration,
            0x4A: self._list,
            0x52: self._release,
        }
        self.power_cycle()

    def power_cycle(self) -> None:
        """Lose everything, as when the power fails."""
        self._parser = Pn532Parser()
        self._waking = _WAKING
        self._ready = False
        self._select = True
        self._retries = _ENDLESS
        self._taken = False
        self._looking = False
        self._last = b""
        self._last_code: int | None = None
        self._registers: dict[bytes, int] = {}

    def hear(self, data: bytes) -> None:
        """Take bytes from the line."""
        lost = min(self._waking, len(data))
        self._waking -= lost
        for got in self._parser.feed(data[lost:]):
            self._obey(got)

    def hold(self, card: Card | None) -> None:
        """Hold a card up, or take it away (None)."""
        if card != self._card:
            self._card, self._taken = card, False
        if self._looking and card is not None:
            self._answer(0x4A, self._found())

    def _obey(self, got: Frame) -> None:
        match got.kind:
            case Kind.ACK:
                self._looking = False
            case Kind.NACK:
                self._say(self._last, self._last_code)
            case Kind.DATA if got.body[0] == TO_CHIP and len(got.body) > 1:
                self._looking = False
                self._say(ACK, None)
                self._do(got.body[1], got.body[2:])
            case _:
                return

    def _do(self, code: int, data: bytes) -> None:
        self.commands.append(bytes([code]) + data)
        command = self._known.get(code)
        try:
            answer = command(data) if command and (self._ready or code not in _RADIO) else None
        except IndexError:
            answer = None
        if answer is not None:
            self._answer(code, answer)
        elif not self._looking:
            self._last, self._last_code = _SYNTAX, code
            self._say(_SYNTAX, code)

    def _diagnose(self, data: bytes) -> bytes:
        return data if data[0] == 0 else b"\x00"  # the line test gives everything back, the others are passed

    def _read_register(self, data: bytes) -> bytes:
        return bytes(self._register(data[at : at + 2]) for at in range(0, len(data), 2))

    def _write_register(self, data: bytes) -> bytes:
        self._registers |= {data[at : at + 2]: data[at + 2] for at in range(0, len(data) - 2, 3)}
        return b""

    def _set_parameters(self, data: bytes) -> bytes:
        self._select = bool(data[0] & 0x10)
        return b""

    def _sam_configuration(self, data: bytes) -> bytes:
        self._ready = bool(data[0])
        return b""

    def _power_down(self, _data: bytes) -> bytes:
        self._waking = _WAKING
        return b"\x00"

    def _rf_configuration(self, data: bytes) -> bytes:
        if data[0] == 0x01:
            self._taken = self._taken and bool(data[1] & 1)
        elif data[0] == _RETRIES:
            self._retries = data[3]
        return b""

    def _list(self, data: bytes) -> bytes | None:
        if data[1] != 0:
            return b"\x00"  # no card of another kind is ever held up
        found = self._found()
        self._looking = found == b"\x00" and self._retries == _ENDLESS
        return None if self._looking else found

    def _release(self, _data: bytes) -> bytes:
        self._taken = False
        return b"\x00"

    def _found(self) -> bytes:
        if self._card is None or self._taken:
            return b"\x00"
        self._taken = True
        return b"\x01\x01" + self._card.target(select=self._select)

    def _register(self, name: bytes) -> int:
        if name == _FIFO and not self._taken:
            return _REQA
        return self._registers.get(name, 0)

    def _answer(self, code: int, data: bytes) -> None:
        self._looking = False
        body = bytes([TO_HOST, code + 1]) + data
        self._last, self._last_code = frame(body), code
        self._say(self._last, code)
