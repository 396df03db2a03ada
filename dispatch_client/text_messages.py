"""The port through which a text message leaves: whoever can send one, by modem or otherwise, fits behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class SmsOutcome(StrEnum):
    """What became of a message. UNKNOWN is never taken for either of the others."""

    SENT = "sent"
    """The network took it. Whether anybody reads it, nobody here can tell."""
    FAILED = "failed"
    """Nobody has it, and nobody will get it by itself."""
    UNKNOWN = "unknown"
    """It may be on its way: nobody told."""


@dataclass(frozen=True, slots=True)
class SmsAnswer:
    """The answer to one message."""

    outcome: SmsOutcome
    sentence: str = ""
    """Why, for staff. Holds neither the number nor the text."""
    submitted: bool = True
    """It was handed over, so this job id is spent. False with FAILED: nothing left this box."""


class TextSender(Protocol):
    """Sends text messages, each job once."""

    def send_sms(self, job_id: str, number: str, text: str) -> SmsAnswer:
        """Send one message; blocks until its end is known, at most 90 s. Called from several threads.

        A job id that was handed over before, or may have been, is not sent again but answered with what became of it,
        after a restart too. One that never was (`submitted` is False) may come again.

        Args:
            job_id: names the message: visible ASCII, nothing personal.
            number: `+` and digits, or the digits of a short number.
            text: at most two messages long (134 Chinese characters, 306 of the 7-bit alphabet).
        """

    def trouble(self) -> str:
        """Say without waiting why no message could be sent now; "" where nothing is known to be in the way."""
