"""What a parser counts: the good, the broken, and what was nothing at all; and what that says about the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hardware.health import Finding, Health

_BAD_IN_A_ROW: Final = 20
"""Broken frames without a good one between them: not a card held badly, but a cable or a baud rate."""


@dataclass(slots=True)
class Counters:
    """What came in since the start."""

    frames: int = 0
    bad_frames: int = 0
    """Began like a frame and was none, or its sum was wrong."""
    noise_bytes: int = 0
    """Bytes outside any frame."""


class Soundness:
    """Whether what a device sends comes in whole.

    Args:
        device: its name in findings.
        counted: what its parser counts.
        kind: what it is, for people: `reader`.
    """

    def __init__(self, device: str, counted: Counters, kind: str) -> None:
        self._id = f"{device}.frames"
        self._counted = counted
        self._kind = kind
        self._bad_before = 0

    def heard_well(self) -> None:
        """Say that something came in whole: what broke before was no more than an accident."""
        self._bad_before = self._counted.bad_frames

    def finding(self, well: str, never: str, to_do: str) -> Finding:
        """Tell how it is.

        Args:
            well: what is said when something came in whole.
            never: what is said, with UNKNOWN, when nothing did yet.
            to_do: how one finds out then.
        """
        if self._counted.bad_frames - self._bad_before >= _BAD_IN_A_ROW:
            cure = "Check its cable, its ground and the baud rate; keep it away from power supplies."
            return Finding(self._id, Health.WARN, f"The {self._kind}'s data come in broken.", cure)
        if not self._counted.frames:
            return Finding(self._id, Health.UNKNOWN, never, to_do)
        return Finding(self._id, Health.OK, well)
