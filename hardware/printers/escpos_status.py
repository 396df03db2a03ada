"""Reads what a thermal printer says about itself, out of a line on which four kinds of answers are mixed.

The bits are those of the ESC/POS commands DLE EOT 1-4 (real-time status), GS a (automatic status back, four bytes
that come by themselves), GS r 1 (paper status, answered when everything before it is done) and DLE DC4 8 (37 25 00
when all is forgotten). Fixed bits tell them apart: DLE EOT answers `0..1..10`, an automatic status begins with
`0..1..00`, everything else is `0..0....`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from hardware.health import Finding, Health

_FIXED: Final = 0b1001_0011
_REALTIME: Final = 0b0001_0010
_AUTOMATIC: Final = 0b0001_0000
_PLAIN: Final = 0b1001_0000
_AUTOMATIC_LENGTH: Final = 4
_FORGOTTEN: Final = b"\x37\x25\x00"


class Kind(StrEnum):
    """Which command an answer belongs to."""

    REALTIME = "DLE EOT"
    AUTOMATIC = "GS a"
    IN_ORDER = "GS r"
    FORGOTTEN = "DLE DC4 8"


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer."""

    kind: Kind
    raw: bytes


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer said of itself at one moment."""

    offline: bool = False
    cover_open: bool = False
    cutter_error: bool = False
    broken: bool = False
    """An error that it does not get over by itself."""
    too_hot: bool = False
    paper_low: bool = False
    paper_out: bool = False
    raw: bytes = b""

    def trouble(self) -> tuple[str, str] | None:
        """Give why nothing can be printed now and the cure, None when it can; near-end paper is no trouble."""
        for is_so, sentence, cure in (
            (self.cover_open, "The printer's cover is open.", "Close it until it clicks."),
            (self.paper_out, "The printer has no paper.", "Put in a new roll, printed side to the head."),
            (self.cutter_error, "The printer's cutter is stuck.", "Clear the paper at the knife, switch off and on."),
            (self.broken, "The printer reports an error it does not get over.", "Switch it off and on, then service."),
            (self.too_hot, "The printer's head is too hot.", "Wait two minutes."),
            (self.offline, "The printer is offline.", "Press its feed button once; look for a red light."),
        ):
            if is_so:
                return sentence, cure
        return None


class AnswerSplitter:
    """Cuts the bytes from a printer into answers; drops XON, XOFF and noise. Never holds more than three bytes."""

    def __init__(self) -> None:
        self._partial = b""

    def feed(self, data: bytes) -> list[Answer]:
        """Take bytes as they come, give the answers that are whole now."""
        answers = []
        for byte in data:
            if self._is_forgotten(byte):
                if self._partial == _FORGOTTEN:
                    self._partial = b""
                    answers.append(Answer(Kind.FORGOTTEN, _FORGOTTEN))
            elif byte & _FIXED == _REALTIME:
                self._partial = b""
                answers.append(Answer(Kind.REALTIME, bytes([byte])))
            elif byte & _FIXED == _AUTOMATIC:
                self._partial = bytes([byte])
            elif byte & _PLAIN:
                continue
            elif not self._partial:
                answers.append(Answer(Kind.IN_ORDER, bytes([byte])))
            else:
                self._partial += bytes([byte])
                if len(self._partial) == _AUTOMATIC_LENGTH:
                    answers.append(Answer(Kind.AUTOMATIC, self._partial))
                    self._partial = b""
        return answers

    def _is_forgotten(self, byte: int) -> bool:
        """Take a byte of the answer to DLE DC4 8; what began like one and is none is dropped."""
        begun = self._partial if self._partial[:1] == _FORGOTTEN[:1] else b""
        if begun and _FORGOTTEN[len(begun)] == byte:
            self._partial = begun + bytes([byte])
            return True
        if begun:
            self._partial = b""
        if byte == _FORGOTTEN[0]:
            self._partial = _FORGOTTEN[:1]
            return True
        return False


def from_realtime(raw: bytes) -> PrinterStatus:
    """Decode the four answers to DLE EOT 1, 2, 3 and 4, in this order."""
    printer, offline, error, paper = raw
    return PrinterStatus(
        offline=bool(printer & 0x08),
        cover_open=bool(offline & 0x04),
        cutter_error=bool(error & 0x08),
        broken=bool(error & 0x24),
        too_hot=bool(error & 0x40),
        paper_low=bool(paper & 0x0C),
        paper_out=bool(paper & 0x60) or bool(offline & 0x20),
        raw=raw,
    )


def from_automatic(raw: bytes) -> PrinterStatus:
    """Decode the four bytes of an automatic status."""
    printer, error, paper, _reserved = raw
    return PrinterStatus(
        offline=bool(printer & 0x08),
        cover_open=bool(printer & 0x20),
        cutter_error=bool(error & 0x08),
        broken=bool(error & 0x24),
        too_hot=bool(error & 0x40),
        paper_low=bool(paper & 0x03),
        paper_out=bool(paper & 0x0C),
        raw=raw,
    )


def status_findings(name: str, status: PrinterStatus | None) -> tuple[Finding, ...]:
    """Say for the technician whether a printer answers (None: it does not), its paper, and its other complaints."""
    if status is None:
        cure = "Wire its TX line and its ground, check the baud rate; until then look whether slips come out."
        return (Finding(f"{name}.answers", Health.UNKNOWN, "The printer does not say how it is.", cure),)
    findings = [Finding(f"{name}.answers", Health.OK, f"The printer answers ({status.raw.hex(' ')}).")]
    if status.paper_out:
        paper = Health.FAIL, "There is no paper.", "Put in a new roll, printed side to the head."
    elif status.paper_low:
        paper = Health.WARN, "The roll is near its end.", "Have a new roll at hand."
    else:
        paper = Health.OK, "There is paper.", ""
    findings.append(Finding(f"{name}.paper", *paper))
    trouble = replace(status, paper_out=False, offline=status.offline and not status.paper_out).trouble()
    if trouble is not None:
        findings.append(Finding(f"{name}.state", Health.FAIL, *trouble))
    return tuple(findings)
