"""The sizes of thermal paper in dots of 1/8 mm."""

from __future__ import annotations

from typing import Final

DOTS_PER_MM: Final = 8
WIDTH_58MM: Final = 384
WIDTH_80MM: Final = 576
