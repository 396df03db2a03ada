"""What differs from one thermal printer to the next, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hardware.printers.raster_widths import WIDTH_58MM, WIDTH_80MM


@dataclass(frozen=True, slots=True)
class Profile:
    """One class of printers."""

    name: str
    width: int
    """Dots across the head."""
    prologue: bytes = b""
    """Sent after each reset."""
    cut: bytes = b"\x1dVB\x00"
    """Feed to the knife and cut (GS V 66 0); a printer without a knife feeds or ignores it."""
    tear_feed: int = 0
    """Dots to feed before the cut, for printers that have a tear bar instead of a knife."""
    strip_rows: int = 128
    """Rows of one raster command. Larger ones stutter less, smaller ones are sooner recovered from."""
    tells_end: bool = True
    """It answers GS r 1 in the order of its data, that is when everything before it stands on paper."""


PROFILES: Final = {
    profile.name: profile
    for profile in (
        Profile("generic-80", WIDTH_80MM),
        Profile("generic-58", WIDTH_58MM, tear_feed=96),
        # the cheapest ones do not know GS r: they are believed when they have nothing to complain about
        Profile("basic-58", WIDTH_58MM, tear_feed=96, tells_end=False),
        # Epson counts feeds in half dots until it is told otherwise: GS P 203 203 makes ESC J count dots
        Profile("epson-80", WIDTH_80MM, prologue=b"\x1dP\xcb\xcb", strip_rows=256),
    )
}
"""By the name that stands in the configuration."""
