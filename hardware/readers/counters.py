"""What a parser counts: the good, the broken, and what was nothing at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """What came in since the start."""

    frames: int = 0
    bad_frames: int = 0
    """Began like a frame and was none, or its sum was wrong."""
    noise_bytes: int = 0
    """Bytes outside any frame."""
