"""An ESC/POS thermal printer that answers each job with the truth: printed, failed, or unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hardware.events import PaperLow, PaperOk, PaperOut, PrintDone, PrintResult
from hardware.faults import PermanentFault
from hardware.printers.escpos_status import status_findings
from hardware.printers.escpos_talk import Talk
from hardware.printers.feeder import Feeder, SlipFault
from hardware.printers.job_line import Job, JobLine
from hardware.printers.profiles import PROFILES, Mode, Profile, chosen
from hardware.service import Service
from hardware.transport import WRITE_TIMEOUT_S, Port, open_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hardware.events import Emit
    from hardware.faults import DeviceFault
    from hardware.health import Finding
    from hardware.paper import Document, Fonts
    from hardware.printers.composer import Composer
    from hardware.printers.escpos_status import PrinterStatus
    from hardware.service import Backoff, Clock, Wait
    from hardware.transport import Trace

_SWITCHED_OFF: Final = "The printer is switched off in this program."

PATIENCE_S: Final = 0.45
"""A printer answers a real-time question within 20 ms; adapters and hubs may add some. A mute one is UNKNOWN after
half a second."""
_SLICE_S: Final = 0.02
"""How exactly that is kept."""
FINISH_S: Final = 10.0
"""The longest slip takes about 5 s on the slowest heads."""
POLL_S: Final = 3.0


class EscPosPrinter(Service):
    """The printer at a serial port.

    Emits one `PrintDone` per job, and `PaperLow`, `PaperOut`, `PaperOk` when that changes. A job that comes while
    the printer is away makes it be looked for at once; when it is not there, the job has failed and is not kept.

    Args:
        name: name of the device in events.
        port: see `hardware.transport.open_port`.
        emit: where events go.
        fonts: what slips are drawn with.
        profile: a name in `PROFILES`, or one of your own.
        mode: picture or text; AUTO goes by the profile and the speed of the link.
        baudrate: bits per second.
        rtscts: hardware flow control (the printer's DTR wired to our CTS).
        patience_s: how long an answer may take once the question has left.
        finish_s: how long it may take to print what it was sent before we say UNKNOWN.
        poll_s: how often an idle printer is asked.
        stall_s: how long it may take no byte.
        trace: gets the traffic as lines of hex.
        backoff: pauses between tries.
        clock: monotonic seconds.
        wait: waits on an event.

    Raises:
        ValueError: no profile or no mode has this name.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        fonts: Fonts,
        profile: str | Profile = "generic-80",
        mode: Mode | str = Mode.AUTO,
        baudrate: int = 115200,
        rtscts: bool = False,
        patience_s: float = PATIENCE_S,
        finish_s: float = FINISH_S,
        poll_s: float = POLL_S,
        stall_s: float = WRITE_TIMEOUT_S,
        trace: Trace | None = None,
        backoff: Backoff | None = None,
        clock: Clock | None = None,
        wait: Wait | None = None,
    ) -> None:
        super().__init__(name, emit, backoff=backoff, clock=clock, wait=wait)
        if isinstance(profile, str) and profile not in PROFILES:
            raise ValueError(f"printer profile {profile!r}: expected one of {', '.join(sorted(PROFILES))}")
        self._profile = PROFILES[profile] if isinstance(profile, str) else profile
        self._mode = chosen(Mode(mode), self._profile, port, baudrate)
        self._port_name = port
        self._fonts = fonts
        self._baudrate = baudrate
        self._rtscts = rtscts
        self._patience_s = patience_s
        self._finish_s = finish_s
        self._poll_s = poll_s
        self._stall_s = stall_s
        self._trace = trace
        self._port: Port | None = None
        self._composer: Composer | None = None
        self._feeder: Feeder | None = None
        self._talk: Talk | None = None
        self._line = JobLine()
        self._paper: type[PaperOk | PaperLow | PaperOut] | None = None

    @property
    def status(self) -> PrinterStatus | None:
        """What the printer last said, None while it is mute or away."""
        talk = self._talk
        return talk.status if talk is not None else None

    def print(self, job_id: str, document: Document) -> None:
        """Put a job in line and return at once. A job id that was given before is dropped: an id prints once."""
        if self._line.put(Job(job_id, document)):
            self.nudge()
        else:
            self._done(job_id, PrintResult.FAILED, _SWITCHED_OFF)

    def start(self) -> None:
        """Begin to work; see `Service.start`."""
        self._line.open()
        super().start()

    def setup(self) -> None:
        """Load what drawing needs, open the port, and bring the printer to a known state."""
        composer = self._load()
        if self._feeder is None:
            self._feeder = Feeder(self._profile, composer.filler, self._finish_s, lambda: self.stopping)
        self._port = open_port(
            self._port_name,
            self._baudrate,
            rtscts=self._rtscts,
            read_timeout_s=_SLICE_S,
            write_timeout_s=self._stall_s,
            trace=self._trace,
        )
        self._talk = Talk(
            self._port,
            self._baudrate,
            self._patience_s,
            stopping=lambda: self.stopping,
            on_status=self._note_paper,
        )
        self._feeder.begin(self._talk)

    def run(self) -> None:
        """Print what is in line; ask an idle printer how it is."""
        talk, feeder = self._talk, self._feeder
        while talk is not None and feeder is not None and not self.stopping:
            job = self._line.take()
            if job is not None:
                self._print_one(talk, feeder, job)
            elif not self.pause(self._poll_s):
                feeder.look_after(talk, hurried=self._line.waits)

    def teardown(self) -> None:
        """Close the port."""
        port, self._port, self._talk = self._port, None, None
        if port is not None:
            port.close()

    def interrupt(self) -> None:
        """Wake a blocked read or write."""
        port = self._port
        if port is not None:
            port.cancel()

    def broken(self, fault: DeviceFault) -> None:
        """Answer the jobs in line: what cannot be printed now is not printed later."""
        for job in self._line.clear():
            self._done(job.id, PrintResult.FAILED, fault.sentence)

    def ended(self) -> None:
        """Answer the jobs in line, and from now on each one at once."""
        for job in self._line.clear(close=True):
            self._done(job.id, PrintResult.FAILED, _SWITCHED_OFF)

    def findings(self) -> tuple[Finding, ...]:
        """Whether it answers, its paper, and what else it complains about."""
        return status_findings(self.name, self.status)

    def _print_one(self, talk: Talk, feeder: Feeder, job: Job) -> None:
        try:
            result, sentence = feeder.print(talk, lambda: self._composed(job))
        except SlipFault as fault:
            self._done(job.id, *fault.answer)
            raise (fault.__cause__ or fault) from None
        self._done(job.id, result, sentence)

    def _composed(self, job: Job) -> Iterator[bytes] | None:
        """Lay the slip out; None when that cannot be done, whose reason may hold what it says."""
        try:
            return self._load().pieces(job.document)
        except ValueError:
            return None

    def _note_paper(self, status: PrinterStatus) -> None:
        event = PaperOut if status.paper_out else PaperLow if status.paper_low else PaperOk
        before, self._paper = self._paper, event
        if event is not before and (event, before) != (PaperOk, None):
            self.emit(event(self.name))

    def _load(self) -> Composer:
        if self._composer is None:
            from hardware.printers.composer import composer  # noqa: PLC0415 - Pillow is loaded on this thread only

            try:
                self._composer = composer(self._mode, self._fonts, self._profile)
            except OSError:
                files = (self._fonts.regular, self._fonts.bold, self._fonts.rare, self._fonts.rare_bold)
                raise PermanentFault(
                    f"{self.name}: a font file is missing or is none ({', '.join(str(f) for f in files if f)})",
                    "Install the program again, or mend the paths of the fonts in the configuration.",
                ) from None
        return self._composer

    def _done(self, job_id: str, result: PrintResult, sentence: str) -> None:
        self.emit(PrintDone(self.name, job_id, result, sentence))
