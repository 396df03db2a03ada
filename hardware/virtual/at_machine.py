"""A GSM modem's command interpreter: AT lines in, their answers out, messages taken after the prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final

from hardware.virtual.sms_pdu import Part, read_submit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST: Final = 2048
"""Bytes of a line or message; what is longer is forgotten."""
_END, _ESCAPE, _RETURN = 0x1A, 0x1B, 0x0D
OK: Final = "OK"
NETWORK_REFUSES: Final = 331
"""+CMS ERROR: no network service (3GPP TS 27.005, 3.2.5)."""
_SENSELESS: Final = 304
"""+CMS ERROR: invalid PDU mode parameter."""


class Sim(StrEnum):
    """How the SIM card is."""

    READY = "ready"
    ABSENT = "absent"
    PIN = "pin"
    PUK = "puk"


_SIM_WORDS: Final = {Sim.READY: "READY", Sim.PIN: "SIM PIN", Sim.PUK: "SIM PUK"}
_SIM_CME: Final = {Sim.ABSENT: 10, Sim.PIN: 11, Sim.PUK: 12}
_TRIES: Final = 3
_UNKNOWN_SIGNAL: Final = 99
_REGISTERED: Final = {1, 5}
"""At home and roaming, as +CREG counts."""


@dataclass(slots=True)
class Radio:
    """What the modem would find out of doors."""

    sim: Sim = Sim.READY
    pin: str = ""
    tries_left: int = _TRIES
    registration: int = 1
    """As +CREG counts: 0 not searching, 1 at home, 2 searching, 3 denied, 5 roaming."""
    signal: int = 20
    """As +CSQ counts: 0 to 31, 99 for unknown."""
    refuses: int | None = None
    """The +CMS ERROR with which the network refuses a message."""
    refuses_prompt: int | None = None
    """The +CMS ERROR with which the modem refuses before it takes one."""
    loses_answer: bool = False
    """A message is taken and sent, and nothing is ever said of it."""


class AtMachine:
    """Obeys the commands that gammu and people at a terminal use; the rest is answered as not supported.

    Args:
        radio: SIM and network, which others may change at any time.
        say: gets what the modem says.
        sent: gets each message that went out.
    """

    def __init__(self, radio: Radio, say: Callable[[bytes], None], sent: Callable[[Part], None]) -> None:
        self._radio = radio
        self._say = say
        self._sent = sent
        self._line = bytearray()
        self._announced: int | None = None
        """Bytes of the message that is being taken, None outside the prompt."""
        self._echo = True
        self._verbose = False
        self._charset = "GSM"
        self._names = "0"
        self._reports = {"+CREG": "0", "+CGREG": "0"}
        self._reference = 0
        self._obeyed: Mapping[str, Callable[[str], tuple[str, ...]]] = {
            **dict.fromkeys(("", "+CFUN", "+CSMS", "+CMMS", "+CSMP", "+CNMI", "+CSCA"), lambda _value: (OK,)),
            "Z": self._reset,
            "&F": self._reset,
            "E0": self._echo_off,
            "E1": self._echo_on,
            "+CMEE": self._set_errors,
            "+CMGF": self._set_mode,
            "+CSCS": self._set_charset,
            "+CPMS": lambda _value: ("+CPMS: 0,20,0,20,0,20", OK),
            "+CPIN": self._unlock,
            "+CPIN?": self._pin_state,
            "+CSQ": self._hears,
            "+CSCS?": lambda _value: (f'+CSCS: "{self._charset}"', OK),
            "+CREG": partial(self._report, "+CREG"),
            "+CGREG": partial(self._report, "+CGREG"),
            "+CREG?": lambda _value: self._registered("+CREG"),
            "+CGREG?": lambda _value: self._registered("+CGREG"),
            "+CGATT?": self._attached,
            "+COPS": self._set_names,
            "+COPS?": self._operator,
        }

    def feed(self, data: bytes) -> None:
        """Take bytes as they come."""
        for byte in data:
            self._feed(byte)

    def switched_on(self) -> None:
        """Forget what was typed and set, as after losing the power."""
        self._line.clear()
        self._announced, self._echo, self._verbose = None, True, False

    def _feed(self, byte: int) -> None:
        if self._announced is not None:
            self._in_message(byte)
        elif byte == _RETURN:
            line, self._line = self._line.decode("latin-1").strip(), bytearray()
            if self._echo:
                self._say(line.encode("latin-1") + b"\r")
            if line:
                self._obey(line)
        elif byte == _ESCAPE:
            self._line.clear()
        elif len(self._line) < _LONGEST:
            self._line.append(byte)

    def _in_message(self, byte: int) -> None:
        if byte not in (_END, _ESCAPE):
            if len(self._line) < _LONGEST:
                self._line.append(byte)
            return
        typed, length = bytes(self._line), self._announced or 0
        self._line.clear()
        self._announced = None
        if byte == _ESCAPE:
            self._answer(OK)
        else:
            self._take(typed, length)

    def _take(self, typed: bytes, length: int) -> None:
        """A message was typed to its end: it goes out, or the network refuses it."""
        try:
            part = read_submit(bytes.fromhex(typed.decode("ascii", "replace")), length)
        except ValueError:
            self._refuse(_SENSELESS)
            return
        refusal = self._radio.refuses
        if refusal is None and self._radio.registration not in _REGISTERED:
            refusal = NETWORK_REFUSES
        if refusal is not None:
            self._refuse(refusal)
            return
        self._reference = self._reference % 255 + 1
        self._sent(part)
        if not self._radio.loses_answer:
            self._answer(f"+CMGS: {self._reference}", OK)

    def _obey(self, line: str) -> None:
        command = line.upper()
        if not command.startswith("AT"):
            return
        if command.startswith("AT+CMGS="):
            self._prompt(command)
            return
        wants_sim = command.startswith(("AT+CIMI", "AT+CREG?", "AT+CGREG?", "AT+CGATT?", "AT+COPS"))
        if wants_sim and self._radio.sim is not Sim.READY:
            self._answer(self._cme(_SIM_CME[self._radio.sim]))
        elif command.startswith(("AT+CSCA", "AT+CPMS", "AT+CNMI", "AT+CMGF")) and self._radio.sim is Sim.ABSENT:
            self._refuse(310)
        else:
            self._answer(*self._answers(command, line))

    def _prompt(self, command: str) -> None:
        length = re.fullmatch(r"AT\+CMGS=(\d{1,3})", command)
        if self._radio.sim is not Sim.READY:
            self._refuse(300 + _SIM_CME[self._radio.sim])
        elif self._radio.refuses_prompt is not None:
            self._refuse(self._radio.refuses_prompt)
        elif length is None:
            self._refuse(_SENSELESS)
        else:
            self._announced = int(length[1])
            self._say(b"\r\n> ")

    def _answers(self, command: str, line: str) -> tuple[str, ...]:
        """Give what is said to a command that needs no prompt."""
        if fixed := _FIXED.get(command):
            return (*fixed, OK)
        name, _, value = command.removeprefix("AT").partition("=")
        obey = self._obeyed.get(name)
        if obey is None or value == "?":
            return (self._cme(4),)  # operation not supported
        return obey(line.partition("=")[2] if name == "+CPIN" else value)

    def _reset(self, _value: str) -> tuple[str, ...]:
        self._echo, self._verbose = True, False
        return (OK,)

    def _echo_off(self, _value: str) -> tuple[str, ...]:
        self._echo = False
        return (OK,)

    def _echo_on(self, _value: str) -> tuple[str, ...]:
        self._echo = True
        return (OK,)

    def _set_errors(self, value: str) -> tuple[str, ...]:
        self._verbose = value != "0"
        return (OK,)

    def _set_mode(self, value: str) -> tuple[str, ...]:
        return (OK,) if value == "0" else (f"+CMS ERROR: {_SENSELESS}",)  # PDUs alone

    def _set_charset(self, value: str) -> tuple[str, ...]:
        self._charset = value.strip('"')
        return (OK,)

    def _set_names(self, value: str) -> tuple[str, ...]:
        self._names = value[-1:]
        return (OK,)

    def _pin_state(self, _value: str) -> tuple[str, ...]:
        sim = self._radio.sim
        return (self._cme(_SIM_CME[sim]),) if sim is Sim.ABSENT else (f"+CPIN: {_SIM_WORDS[sim]}", OK)

    def _hears(self, _value: str) -> tuple[str, ...]:
        level = self._radio.signal
        return f"+CSQ: {level},{0 if level < _UNKNOWN_SIGNAL else _UNKNOWN_SIGNAL}", OK

    def _registered(self, kind: str) -> tuple[str, ...]:
        cell = ',"18B1","2A3C"' if self._radio.registration in _REGISTERED else ""
        return f"{kind}: {self._reports[kind]},{self._radio.registration}{cell}", OK

    def _report(self, kind: str, value: str) -> tuple[str, ...]:
        self._reports[kind] = value[:1]
        return (OK,)

    def _attached(self, _value: str) -> tuple[str, ...]:
        return f"+CGATT: {int(self._radio.registration in _REGISTERED)}", OK

    def _operator(self, _value: str) -> tuple[str, ...]:
        if self._radio.registration not in _REGISTERED:
            return "+COPS: 0", OK
        return f'+COPS: 0,{self._names},"{"00101" if self._names == "2" else "Test network"}"', OK

    def _unlock(self, value: str) -> tuple[str, ...]:
        radio = self._radio
        if radio.sim is Sim.READY:
            return (self._cme(3),)  # operation not allowed
        if radio.sim is not Sim.PIN:
            return (self._cme(_SIM_CME[radio.sim]),)
        if value.strip('"') == radio.pin:
            radio.sim, radio.tries_left = Sim.READY, _TRIES
            return (OK,)
        radio.tries_left -= 1
        radio.sim = Sim.PIN if radio.tries_left > 0 else Sim.PUK
        return (self._cme(16),)  # incorrect password

    def _answer(self, *lines: str) -> None:
        self._say("".join(f"\r\n{line}\r\n" for line in lines).encode())

    def _cme(self, code: int) -> str:
        return f"+CME ERROR: {code}" if self._verbose else "ERROR"

    def _refuse(self, code: int) -> None:
        self._answer(f"+CMS ERROR: {code}")


_FIXED: Final = {
    "AT+CGMI": ("Virtual",),
    "AT+CGMM": ("Modem 1",),
    "AT+CGMR": ("1.0",),
    "AT+CGSN": ("001010123456789",),
    "AT+CIMI": ("001010123456789",),
    "AT+GCAP": ("+GCAP: +CGSM",),
    "AT+CBC": ("+CBC: 0,85",),
    "AT+CSCA?": ('+CSCA: "+12025550100",145',),
    "AT+CSCS=?": ('+CSCS: ("GSM","IRA","UCS2")',),
    "AT+CMGF=?": ("+CMGF: (0)",),
    "AT+CPMS=?": ('+CPMS: ("SM"),("SM"),("SM")',),
    "AT+CPMS?": ('+CPMS: "SM",0,20,"SM",0,20,"SM",0,20',),
    "AT+CNMI=?": ("+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)",),
}
"""What never changes. IMEI and IMSI are of the test network 001-01."""
