"""A GSM modem by the gammu program: each message is given to it once, and a silence is never taken for a failure."""

from __future__ import annotations

import contextlib
import re
import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Unpack

from hardware.events import SmsDone, SmsResult
from hardware.faults import DeviceFault, TemporaryFault
from hardware.health import Finding, Health
from hardware.modems.gammu_answers import GONE, Answer, Run, send_answer, status
from hardware.modems.gammu_process import Gammu
from hardware.modems.job_record import JobRecord
from hardware.modems.message import Message, writable
from hardware.modems.pin_memory import PinMemory
from hardware.modems.status import ModemStatus, Sim, status_findings
from hardware.service import Backoff, Service

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from hardware.events import Emit
    from hardware.service import ServiceOptions
    from hardware.transport import Trace

LOOK_S: Final = 20.0
"""For one look: gammu greets a modem for 3.4 s whatever it is, then asks some forty questions."""
SEND_S: Final = 40.0
"""For one message: the greeting, the prompt, and a network that may take half a minute."""
PART_S: Final = 12.0
"""More for each further part of a long text."""
LINE_S: Final = 15.0
"""How long a message may wait for its turn: a taxi that is ordered late is worse than none."""
POLL_S: Final = 300.0
POLL_UNWELL_S: Final = 30.0
"""How often a modem is looked at that finds no network, or has no SIM card."""
_BACKOFF: Final = Backoff(first_s=1.0, cap_s=30.0)
"""A look costs a process; a message and a plug that comes end the pause."""
_LONGEST: Final = 500
"""Characters that gammu reads at most: more than three messages hold."""
_OFF: Final = "The modem is switched off in this program."


class GammuModem(Service):
    """The modem at a serial port of this computer.

    Emits one `SmsDone` for each call of `send_sms`. A message that comes while the modem is away makes it be looked
    for at once; when it is not there, the message has failed and is not kept.

    Args:
        name: name of the device in events.
        port: a path, `usb:VID:PID` or `serial:NUMBER` (see `hardware.transport.open_port`); gammu opens no URL.
        emit: where events go.
        pin: of the SIM card, "" for a card that wants none. One that the card refused is not tried again.
        folder: where it is remembered which messages went out, and which PIN was refused; None: not beyond this run.
        baudrate: bits per second.
        program: name or path of gammu.
        send_s: for one message, in seconds; a longer text is given more.
        look_s: for one look at the modem.
        line_s: how long a message may wait for its turn.
        poll_s: how often a modem that is well is looked at.
        trace: gets a line for each command that gammu is given and for how it ended; neither numbers nor texts.
        options: see `ServiceOptions`.

    Raises:
        ValueError: the PIN is not 4 to 8 digits.
    """

    up_sentence = "It answers."
    helper = "gammu"
    """Name of the program that holds the port in our place, and only while it talks to the modem."""
    first_look_s = 5.5
    """Seconds after which an answering modem is up: gammu's greeting, and its questions."""

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        pin: str = "",
        folder: Path | None = None,
        baudrate: int = 115200,
        program: str = "gammu",
        send_s: float = SEND_S,
        look_s: float = LOOK_S,
        line_s: float = LINE_S,
        poll_s: float = POLL_S,
        trace: Trace | None = None,
        **options: Unpack[ServiceOptions],
    ) -> None:
        settings: ServiceOptions = {"backoff": _BACKOFF, **options}
        super().__init__(name, emit, **settings)
        if pin and not re.fullmatch(r"[0-9]{4,8}", pin):
            raise ValueError("the PIN of a SIM card: expected 4 to 8 digits")
        self._port_name = port
        self._pin = pin
        self._baudrate = baudrate
        self._program = program
        self._send_s, self._look_s, self._line_s, self._poll_s = send_s, look_s, line_s, poll_s
        self._trace = trace
        self._record = JobRecord(folder)
        self._pins = PinMemory(folder)
        self._gammu: Gammu | None = None
        self._status: ModemStatus | None = None
        self._pin_refused = False
        self._last: Answer | None = None
        self._lock = threading.Lock()
        self._line: deque[Message] = deque()
        self._open = True

    @property
    def status(self) -> ModemStatus | None:
        """How the modem was when it was last looked at, None while it is away."""
        return self._status

    def send_sms(self, job_id: str, number: str, text: str) -> None:
        """Put a text message in line and return at once (see `hardware.ports.Modem`)."""
        message = Message(job_id, number, writable(text), self._clock())
        trouble = message.trouble()
        with self._lock:
            waits = self._open and not trouble
            if waits:
                self._line.append(message)
        if waits:
            self.nudge()
        else:
            self._not_now(job_id, trouble or _OFF)

    def start(self) -> None:
        """Begin to work; see `Service.start`."""
        with self._lock:
            self._open = True
        super().start()

    def setup(self) -> None:
        """Read what was sent before, see that the modem answers, and open its SIM card."""
        try:
            self._record.open()
        except OSError as error:
            raise TemporaryFault(
                f"{self.name}: what was sent before cannot be read or written ({error.strerror})",
                "Check the folder of the store: whether it is there, whose it is, and whether the disk is full.",
            ) from None
        self._gammu = Gammu(self._port_name, self._baudrate, program=self._program, trace=self._trace)
        if self.stopping:
            return
        self._look()
        if self._status and self._status.sim is Sim.PIN and self._pin:
            self._unlock()

    def run(self) -> None:
        """Send what is in line; look at an idle modem now and then, and whenever a port came or went."""
        while not self.stopping:
            if not self._line:
                self.pause(self._poll_s if self._status and self._status.well else POLL_UNWELL_S)
            message = self._next()
            if message is not None:
                self._send(message)
            elif not self.stopping:
                self._look()

    def teardown(self) -> None:
        """Take gammu's folder away."""
        gammu, self._gammu, self._status = self._gammu, None, None
        if gammu is not None:
            gammu.remove()

    def interrupt(self) -> None:
        """End gammu, wherever it is."""
        gammu = self._gammu
        if gammu is not None:
            gammu.end()

    def broken(self, fault: DeviceFault) -> None:
        """Answer the messages in line: what cannot be sent now is not sent later."""
        self._send_home(fault.sentence)

    def ended(self) -> None:
        """Answer the messages in line, and from now on each one at once."""
        with self._lock:
            self._open = False
        self._send_home(_OFF)

    def findings(self) -> tuple[Finding, ...]:
        """Its SIM card, its network, its signal, and what became of the last message, once there was one."""
        seen, last = self._status or ModemStatus(), self._last
        found = status_findings(self.name, seen, pin_refused=self._pin_refused)
        if last is None:
            return found
        sent = last.result is SmsResult.SENT
        cure = "" if sent else "Send a test message to a telephone of your own."
        health = Health.OK if sent else Health.WARN
        return (*found, Finding(f"{self.name}.message", health, f"The last message: {last.sentence}", cure))

    def _next(self) -> Message | None:
        with self._lock:
            return self._line.popleft() if self._line else None

    def _send(self, message: Message) -> None:
        """Send one message and answer for it; raises when the modem itself seems to be gone."""
        if self._clock() - message.since > self._line_s:
            self._not_now(message.job_id, "It waited too long for its turn.")
            return
        try:
            known = self._record.known(message.job_id)
            if known is None:
                self._record.begin(message.job_id)
        except (OSError, ValueError):
            self._not_now(message.job_id, "It could not be written down that it is sent, so it is not.")
            return
        if known is not None:
            self._not_now(message.job_id, "")
            return
        self._last = None
        run, answer = None, Answer(SmsResult.UNKNOWN, submitted=True, sentence="The modem's driver failed.")
        try:
            run = self._ran(
                [f"sendsms TEXT {message.number} -autolen {_LONGEST}"],
                text=message.text,
                limit_s=self._send_s + PART_S * (message.parts - 1),
            )
            answer = send_answer(run)
        except DeviceFault as fault:  # it was never started
            answer = Answer(SmsResult.FAILED, submitted=False, sentence=fault.sentence)
            raise
        finally:
            with contextlib.suppress(OSError):  # then a restart takes it for UNKNOWN
                self._record.end(message.job_id, answer.result, submitted=answer.submitted)
            self._last = answer
            self._done(message.job_id, answer)
        self._see(run)

    def _look(self, first: Sequence[str] = ()) -> None:
        run = self._ran([*first, "identify", "getsecuritystatus", "monitor 1"], limit_s=self._look_s)
        self._see(run)
        self._status = status(run)
        if self._status.sim is Sim.READY:
            with contextlib.suppress(OSError):
                self._pins.forget()
            self._pin_refused = False

    def _unlock(self) -> None:
        """Give the SIM card its PIN, once."""
        try:
            self._pin_refused = self._pins.refused(self._pin)
            if self._pin_refused:
                return
            self._pins.trying(self._pin)
        except OSError:
            return  # a PIN that cannot be remembered as tried is not tried
        self._pin_refused = True
        self._look([f"entersecuritycode PIN {self._pin}"])

    def _ran(self, commands: Sequence[str], *, limit_s: float, text: str = "") -> Run:
        gammu = self._gammu
        if gammu is None:
            raise TemporaryFault(_OFF)
        return gammu.run(commands, text=text, limit_s=limit_s)

    def _see(self, run: Run) -> None:
        """Tell a modem that is gone from one that has said something."""
        if self.stopping or (run.code is not None and run.code not in GONE):
            return
        raise TemporaryFault(
            f"{self._port_name}: the modem does not answer",
            "Check its power and its cable; of a modem with several ports, try the others; check the baud rate.",
        )

    def _send_home(self, sentence: str) -> None:
        while (message := self._next()) is not None:
            self._not_now(message.job_id, sentence)

    def _not_now(self, job_id: str, sentence: str) -> None:
        """Answer a message that is not given to the modem, at least not this time."""
        known = None
        with contextlib.suppress(OSError):
            known = self._record.known(job_id)
        if known is None:
            self._done(job_id, Answer(SmsResult.FAILED, submitted=False, sentence=sentence))
        else:
            sentence = "It was given to the modem before, and is not sent twice."
            self._done(job_id, Answer(known, submitted=True, sentence=sentence))

    def _done(self, job_id: str, answer: Answer) -> None:
        self.emit(SmsDone(self.name, job_id, answer.result, answer.submitted, answer.sentence))
