"""A GSM modem that is not there: it obeys AT commands, reads the messages it is given, and misbehaves on command."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hardware.virtual.at_machine import AtMachine, Radio, Sim
from hardware.virtual.pty_port import PtyPort

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.virtual.sms_pdu import Part

_READ: Final = 4096
_WEAKEST, _STRONGEST, _UNKNOWN_SIGNAL = 0, 31, 99
_REGISTRATIONS: Final = {"off": 0, "home": 1, "searching": 2, "denied": 3, "roaming": 5}


@dataclass(frozen=True, slots=True)
class Message:
    """A text as its reader sees it, put together from its parts."""

    number: str
    text: str


class VirtualModem:
    """A modem on a pseudo terminal: switched on, with a SIM card, in its home network, when made."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._radio = Radio()
        self._machine = AtMachine(self._radio, self._say, self._went_out)
        self._received = bytearray()
        self._parts: list[Part] = []
        self._silent = False
        self._silent_at = b""
        self._unplug_at: int | None = None
        self._slow_s = 0.0
        self._noise = b""
        self._ended = threading.Event()
        self.port = PtyPort(self._take, self._read_limit)

    @property
    def path(self) -> str:
        """What gammu opens."""
        return self.port.path

    @property
    def received(self) -> bytes:
        """Every byte that came in since it was made."""
        with self._changed:
            return bytes(self._received)

    @property
    def parts(self) -> list[Part]:
        """Every message that went out over the air, in order."""
        with self._changed:
            return list(self._parts)

    @property
    def messages(self) -> list[Message]:
        """The texts that arrived whole, in the order in which they were completed."""
        whole: list[Message] = []
        rows: dict[tuple[str, int], dict[int, str]] = {}
        for part in self.parts:
            row = {1: part.text} if part.row is None else rows.setdefault((part.number, part.row), {})
            row[part.place] = part.text
            if len(row) == part.total:
                # a character beyond the basic plane may have been cut in two between parts
                text = "".join(row[place] for place in sorted(row)).encode("utf-16", "surrogatepass").decode("utf-16")
                whole.append(Message(part.number, text))
                rows.pop((part.number, part.row or 0), None)
        return whole

    @property
    def pin_tries_left(self) -> int:
        """How often a wrong PIN may still be tried before the SIM card locks itself."""
        return self._radio.tries_left

    def wait_for(self, come: Callable[[], bool], timeout: float) -> bool:
        """Wait until something is true of this modem; looked at whenever bytes came in."""
        with self._changed:
            return self._changed.wait_for(come, timeout)

    def mute(self, *, on: bool = True, at: str = "") -> None:
        """Say nothing any more; with `at`, from the moment these characters have come in (such as AT+CMGS)."""
        with self._changed:
            self._silent = on and not at
            self._silent_at = at.encode() if on else b""

    def sim(self, state: str) -> None:
        """Have a SIM card that is ready, absent or locked by its puk.

        Raises:
            ValueError: there is no such state.
        """
        if state not in {Sim.READY, Sim.ABSENT, Sim.PUK}:
            raise ValueError(f"a SIM card that is {state!r}: expected ready, absent or puk")
        self._radio.sim = Sim(state)

    def lock(self, pin: str) -> None:
        """Have a SIM card that wants this PIN first, with three tries."""
        self._radio.pin, self._radio.tries_left, self._radio.sim = pin, 3, Sim.PIN

    def network(self, state: str) -> None:
        """Be registered: home, roaming, searching, denied or off.

        Raises:
            ValueError: there is no such state.
        """
        if state not in _REGISTRATIONS:
            raise ValueError(f"a network that is {state!r}: expected one of {', '.join(_REGISTRATIONS)}")
        self._radio.registration = _REGISTRATIONS[state]

    def signal(self, level: int) -> None:
        """Hear the network this loudly: 0 to 31, 99 for unknown.

        Raises:
            ValueError: there is no such level.
        """
        if not (_WEAKEST <= level <= _STRONGEST or level == _UNKNOWN_SIGNAL):
            raise ValueError(f"a signal of {level}: expected 0 to 31, or 99 for unknown")
        self._radio.signal = level

    def cms_error(self, code: int | None, *, at_prompt: bool = False) -> None:
        """Refuse messages with this +CMS ERROR after they were given, or before they can be; none: take them again."""
        if code is None:
            self._radio.refuses = self._radio.refuses_prompt = None
        elif at_prompt:
            self._radio.refuses_prompt = code
        else:
            self._radio.refuses = code

    def lose_answer(self, *, on: bool = True) -> None:
        """Send messages and never say so."""
        self._radio.loses_answer = on

    def slow(self, seconds: float) -> None:
        """Wait so long before each answer."""
        self._slow_s = seconds

    def noise(self, before_answers: bytes) -> None:
        """Say this before each answer, for instance news of the network that nobody asked for."""
        self._noise = before_answers

    def say(self, data: bytes) -> None:
        """Say something unasked."""
        self.port.send(data)

    def unplug(self, *, after: int | None = None) -> None:
        """Pull the plug, now or after exactly so many more bytes. The modem loses its power and what it was told."""
        if after is None:
            self.port.unplug()
        else:
            with self._changed:
                self._unplug_at = len(self._received) + after

    def replug(self) -> None:
        """Plug it in again at the same path."""
        with self._changed:
            self._unplug_at = None
            self._machine.switched_on()
        self.port.replug()

    def close(self) -> None:
        """Take it away for good."""
        self._ended.set()
        self.port.close()

    def _read_limit(self) -> int:
        return _READ if self._unplug_at is None else max(1, self._unplug_at - len(self._received))

    def _take(self, data: bytes) -> None:
        # Obeyed outside the lock, so that whoever asks meanwhile does not wait for a slow answer.
        for byte in data:
            with self._changed:
                self._received.append(byte)
                if self._silent_at and self._received.endswith(self._silent_at):
                    self._silent, self._silent_at = True, b""
            self._machine.feed(bytes([byte]))
        with self._changed:
            unplug = self._unplug_at is not None and len(self._received) >= self._unplug_at
            self._changed.notify_all()
        if unplug:
            self.port.unplug()

    def _say(self, data: bytes) -> None:
        if self._slow_s and data.startswith(b"\r\n"):
            self._ended.wait(self._slow_s)
        if not self._silent:
            self.port.send(self._noise + data if data.startswith(b"\r\n") else data)

    def _went_out(self, part: Part) -> None:
        with self._changed:
            self._parts.append(part)
            self._changed.notify_all()
