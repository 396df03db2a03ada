"""The sizes of thermal paper in dots of 1/8 mm."""

from __future__ import annotations

from typing import Final

DOTS_PER_MM: Final = 8
WIDTH_58MM: Final = 384
WIDTH_80MM: Final = 576
ROOMY: Final = 480
"""Paper of so many dots has room for headlines at their full size and for text beside a figure."""
