"""An ESC/POS thermal printer that answers each job with the truth: printed, failed, or unknown."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hardware.events import PaperLow, PaperOk, PaperOut, PrintDone, PrintResult
from hardware.faults import DeviceFault, PermanentFault, WriteStalled
from hardware.printers.escpos_status import status_findings
from hardware.printers.escpos_talk import Talk
from hardware.printers.job_line import Job, JobLine
from hardware.printers.profiles import PROFILES, Profile
from hardware.service import Service
from hardware.transport import WRITE_TIMEOUT_S, Port, open_port

if TYPE_CHECKING:
    from hardware.events import Emit
    from hardware.health import Finding
    from hardware.paper import Document, Fonts
    from hardware.printers.escpos_status import PrinterStatus
    from hardware.printers.raster import RasterRenderer
    from hardware.service import Backoff, Clock, Wait
    from hardware.transport import Trace

_MUTES: Final = 2
"""Unanswered questions in a row after which a printer that answered before counts as mute."""
_SWITCHED_OFF: Final = "The printer is switched off in this program."

PATIENCE_S: Final = 0.5
"""A printer answers a real-time question within 20 ms; adapters and hubs may add some."""
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
        ValueError: no profile has this name.
    """

    def __init__(
        self,
        name: str,
        port: str,
        emit: Emit,
        *,
        fonts: Fonts,
        profile: str | Profile = "generic-80",
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
        self._renderer: RasterRenderer | None = None
        self._talk: Talk | None = None
        self._line = JobLine()
        self._paper: type[PaperOk | PaperLow | PaperOut] | None = None
        self._in_doubt = True
        """The printer may be in the middle of a raster command: ours, or that of a process that was killed."""
        self._torn = False
        """Part of a slip stands at the head and must be cut off."""

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
        self._load()
        self._port = open_port(
            self._port_name,
            self._baudrate,
            rtscts=self._rtscts,
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
        if self._in_doubt and not self.stopping:
            self._talk.end_command()
        if not self.stopping:
            self._look_after(self._talk)

    def run(self) -> None:
        """Print what is in line; ask an idle printer how it is."""
        talk = self._talk
        while talk is not None and not self.stopping:
            job = self._line.take()
            if job is not None:
                self._print_one(talk, job)
            elif not self.pause(self._poll_s):
                self._look_after(talk)

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

    def _print_one(self, talk: Talk, job: Job) -> None:
        sent = False
        try:
            trouble = talk.look()
            if trouble is not None:
                self._done(job.id, PrintResult.FAILED, trouble)
                return
            self._recover(talk)
            pieces = self._drawn(job)
            if pieces is None:
                self._done(job.id, PrintResult.FAILED, "This slip cannot be drawn for this paper.")
                return
            sent = self._in_doubt = self._torn = True
            result, sentence = self._send(talk, pieces)
        except Exception as error:
            sentence = error.sentence if isinstance(error, DeviceFault) else "The printer's driver failed."
            self._done(job.id, PrintResult.UNKNOWN if sent else PrintResult.FAILED, sentence)
            raise
        self._done(job.id, result, sentence)

    def _drawn(self, job: Job) -> list[bytes] | None:
        """Draw the slip as pieces of bytes; None when it cannot be drawn, whose reason may hold what it says."""
        from hardware.printers.escpos_bytes import slip_bytes  # noqa: PLC0415 - Pillow is loaded on this thread only

        try:
            picture = self._load().render(job.document)
            return list(slip_bytes(picture, self._profile, cut=job.document.cut))
        except ValueError:
            return None

    def _send(self, talk: Talk, pieces: list[bytes]) -> tuple[PrintResult, str]:
        mute = talk.status is None
        try:
            for piece in pieces:
                talk.write(piece)
                trouble = talk.overhear()
                if trouble is not None:
                    return self._given_up(talk, trouble)
        except WriteStalled:
            if self.stopping:
                raise
            talk.take_back()
            trouble = talk.look()
            if trouble is None:
                raise
            return self._given_up(talk, trouble)
        end = self._blind_end(talk) if mute else self._seen_end(talk)
        # a printer that fell silent may have lost its power in the middle of the slip
        self._in_doubt = self._torn = end[0] is PrintResult.FAILED or (talk.status is None and not mute)
        return end

    def _blind_end(self, talk: Talk) -> tuple[PrintResult, str]:
        trouble = talk.look()
        if trouble is not None:
            return self._given_up(talk, trouble)
        return PrintResult.UNKNOWN, "The printer took the slip and does not say whether it printed it."

    def _seen_end(self, talk: Talk) -> tuple[PrintResult, str]:
        """Wait until the printer says that the last line stands on paper."""
        if self._profile.tells_end:
            talk.ask_in_order()
        deadline = time.monotonic() + talk.wire_busy_s() + self._finish_s
        mutes = 0
        while not self.stopping and mutes < _MUTES and time.monotonic() < deadline:
            with_paper = talk.answered_in_order() if self._profile.tells_end else None
            trouble = talk.look()
            if with_paper:
                return PrintResult.PRINTED, "The printer says that it is done."
            if trouble is not None or with_paper is False:
                return self._given_up(talk, trouble or "The printer has no paper.")
            if talk.status is not None and not self._profile.tells_end:
                return PrintResult.PRINTED, "The printer took the slip and has nothing to complain about."
            mutes = mutes + 1 if talk.status is None else 0
        return PrintResult.UNKNOWN, "The printer took the slip and does not say that it is done."

    def _given_up(self, talk: Talk, trouble: str) -> tuple[PrintResult, str]:
        """Give a slip up: nothing of it may come out when the trouble is over."""
        self._in_doubt = self._torn = True
        talk.forget()
        return PrintResult.FAILED, trouble

    def _look_after(self, talk: Talk) -> None:
        if talk.look() is None:
            self._recover(talk)

    def _recover(self, talk: Talk) -> None:
        """Bring a printer that may be in the middle of a raster command back to the start of a slip."""
        if not self._in_doubt:
            return
        from hardware.printers.escpos_bytes import filler  # noqa: PLC0415 - Pillow is loaded on this thread only

        talk.write(filler(self._profile))
        if self._torn:
            talk.write(self._profile.cut)
        self._in_doubt = self._torn = False

    def _note_paper(self, status: PrinterStatus) -> None:
        event = PaperOut if status.paper_out else PaperLow if status.paper_low else PaperOk
        before, self._paper = self._paper, event
        if event is not before and (event, before) != (PaperOk, None):
            self.emit(event(self.name))

    def _load(self) -> RasterRenderer:
        if self._renderer is None:
            from hardware.printers.raster import RasterRenderer  # noqa: PLC0415 - Pillow is loaded on this thread only

            try:
                self._renderer = RasterRenderer(self._fonts, self._profile.width)
            except OSError:
                raise PermanentFault(
                    f"{self.name}: a font file is missing or is none ({self._fonts.regular}, {self._fonts.bold})",
                    "Install the program again, or mend the paths of the fonts in the configuration.",
                ) from None
        return self._renderer

    def _done(self, job_id: str, result: PrintResult, sentence: str) -> None:
        self.emit(PrintDone(self.name, job_id, result, sentence))
