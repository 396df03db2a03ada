"""A text message before it is given to a modem: written so that it can be, or refused with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from hardware.modems import alphabet

MOST_PARTS: Final = 3
_NUMBER: Final = re.compile(r"\+?[0-9]{3,20}")
_UNWRITABLE: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
"""Control characters but the end of a line, and halves of characters."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in line."""

    job_id: str
    number: str
    text: str
    since: float
    """When it was put in line, in seconds of a monotonic clock."""

    @property
    def parts(self) -> int:
        """How many messages over the air it takes."""
        return alphabet.parts(self.text)

    def trouble(self) -> str:
        """Say what is wrong with it before anything is done about it; "" when nothing is. Repeats nothing of it."""
        if not _NUMBER.fullmatch(self.number):
            return "The number is none: expected + and digits, or 3 to 20 digits."
        if not self.text:
            return "There is no text to send."
        if self.parts > MOST_PARTS:
            return f"The text takes {self.parts} messages: expected {MOST_PARTS} at most."
        return ""


def writable(text: str) -> str:
    """Give a text without what cannot be sent, and without spaces and empty lines around it."""
    clean = _UNWRITABLE.sub("", text.replace("\r\n", "\n")).strip()
    # gammu makes a control character of it in UCS-2
    return clean if alphabet.fits_7bit(clean) else clean.replace("~", "～")
