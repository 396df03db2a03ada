"""Gets one slip after the other onto paper, and answers for each: printed, failed, or unknown."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hardware.events import PrintResult
from hardware.faults import DeviceFault, WriteStalled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardware.printers.escpos_talk import Talk
    from hardware.printers.profiles import Profile

_MUTES: Final = 2
"""Unanswered questions in a row after which a printer that answered before counts as mute."""
_NO_PAPER: Final = "The printer has no paper."

Answer = tuple[PrintResult, str]
"""What became of a slip, and why, for staff."""


class SlipFault(Exception):
    """The link broke around a slip. `answer` is what is known of it; the cause is the fault itself."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer[1])
        self.answer = answer


class Feeder:
    """Knows in what state it left the printer, from one opening of the port to the next.

    Args:
        profile: the printer.
        filler: what ends the largest command that slips hold.
        finish_s: how long it may take to print what it was sent before we say UNKNOWN.
        stopping: true when waiting must end.
    """

    def __init__(self, profile: Profile, filler: bytes, finish_s: float, stopping: Callable[[], bool]) -> None:
        self._profile = profile
        self._filler = filler
        self._finish_s = finish_s
        self._stopping = stopping
        self._in_doubt = True
        """The printer may be in the middle of a command: ours, or that of a process that was killed."""
        self._torn = False
        """Part of a slip stands at the head and must be cut off."""

    def begin(self, talk: Talk) -> None:
        """Bring a printer whose port was just opened to a known state."""
        if self._in_doubt and not self._stopping():
            talk.end_command()
        if not self._stopping():
            self.look_after(talk)

    def look_after(self, talk: Talk, hurried: Callable[[], bool] = lambda: False) -> None:
        """Ask an idle printer how it is; `hurried` ends the wait for one that has been mute."""
        if talk.look(hurried) is None and not hurried():
            self._recover(talk)

    def print(self, talk: Talk, compose: Callable[[], Iterable[bytes] | None]) -> Answer:
        """Print one slip.

        Args:
            talk: the open printer.
            compose: lays the slip out once it is known that the printer is well; None: it cannot be laid out.

        Raises:
            SlipFault: the link broke, or something else did.
        """
        sent = False
        try:
            trouble = talk.glance()
            if trouble is not None:
                return PrintResult.FAILED, trouble
            self._recover(talk)
            pieces = compose()
            if pieces is None:
                return PrintResult.FAILED, "This slip cannot be drawn for this paper."
            sent = self._in_doubt = self._torn = True
            return self._send(talk, pieces)
        except Exception as error:
            sentence = error.sentence if isinstance(error, DeviceFault) else "The printer's driver failed."
            raise SlipFault((PrintResult.UNKNOWN if sent else PrintResult.FAILED, sentence)) from error

    def _send(self, talk: Talk, pieces: Iterable[bytes]) -> Answer:
        mute = talk.status is None
        try:
            for piece in pieces:
                talk.write(piece)
                trouble = talk.overhear()
                if trouble is not None:
                    return self._given_up(talk, trouble)
        except WriteStalled:
            if self._stopping():
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

    def _blind_end(self, talk: Talk) -> Answer:
        trouble = talk.look()
        if trouble is not None:
            return self._given_up(talk, trouble)
        return PrintResult.UNKNOWN, "The printer took the slip and does not say whether it printed it."

    def _seen_end(self, talk: Talk) -> Answer:
        """Wait until the printer says that the last line stands on paper."""
        if self._profile.tells_end:
            talk.ask_in_order()
        deadline = time.monotonic() + talk.wire_busy_s() + self._finish_s
        mutes = 0
        while not self._stopping() and mutes < _MUTES and time.monotonic() < deadline:
            with_paper = talk.answered_in_order() if self._profile.tells_end else None
            trouble = talk.look()
            if with_paper:
                return PrintResult.PRINTED, "The printer says that it is done."
            if trouble is not None or with_paper is False:
                return self._given_up(talk, trouble or _NO_PAPER)
            if talk.status is not None and not self._profile.tells_end:
                return PrintResult.PRINTED, "The printer took the slip and has nothing to complain about."
            mutes = mutes + 1 if talk.status is None else 0
        return PrintResult.UNKNOWN, "The printer took the slip and does not say that it is done."

    def _given_up(self, talk: Talk, trouble: str) -> Answer:
        """Give a slip up: nothing of it may come out when the trouble is over."""
        talk.forget(self._profile.forget, answered=self._profile.tells_forgotten)
        return PrintResult.FAILED, trouble

    def _recover(self, talk: Talk) -> None:
        """Bring a printer that may be in the middle of a command back to the start of a slip."""
        if not self._in_doubt:
            return
        talk.write(self._filler)
        if self._torn:
            talk.write(self._profile.cut)
        self._in_doubt = self._torn = False
