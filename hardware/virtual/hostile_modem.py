"""The worst that gammu can write, and a proof that no message is thought unsent that may have gone out."""

from __future__ import annotations

from typing import Final

from hardware.events import SmsResult
from hardware.modems.gammu_answers import Run, send_answer, status
from hardware.virtual.hostile import Unsound

_KILLED: Final = 0xFF
_MAY_BE_OUT: Final = "waiting for network answer"
_LONGEST: Final = 40
"""Characters of what a modem calls itself."""

SEEDS: Final = tuple(
    bytes([code]) + text.encode()
    for code, text in (
        (0, "Sending SMS 1/1....waiting for network answer..OK, message reference=7\n"),
        (27, "Sending SMS 1/2....waiting for network answer..error 500, message reference=-1\n"),
        (_KILLED, "Sending SMS 1/1....waiting for network answer"),
        (114, "Error opening device, it doesn't exist.\n"),
        (0, "Manufacturer         : Huawei\nNetwork level        : 48 percent\nNothing to enter.\n"),
    )
)
"""What gammu does write: its exit code, then its words."""


def prove(script: bytes) -> None:
    """Have one run of gammu understood: its exit code in the first byte (255: it was killed), then its words.

    Raises:
        Unsound: a message that may have gone out is said to be unsent, or what is told is too long for a line.
    """
    code, output = script[:1] or b"\0", script[1:].decode("utf-8", "replace")
    run = Run(None if code[0] == _KILLED else code[0], output)
    answer = send_answer(run)
    if answer.result is SmsResult.FAILED and not answer.submitted and _MAY_BE_OUT in output:
        raise Unsound("a message that the modem was given is said to be unsent")
    told = status(run)
    if any(len(text) > _LONGEST or "\n" in text for text in (told.network, told.maker, told.model, told.firmware)):
        raise Unsound("what a modem calls itself is longer than a line")
