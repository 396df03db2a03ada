"""Contrast as WCAG counts it, the same through a yellowed lens, and what is called yellow."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kiosk.ui.theme import Colour

_BLUE_LEFT: Final = 0.4
"""Share of blue that an old lens lets through."""
_YELLOW: Final = (38 / 360, 62 / 360)
_STRONG: Final = 0.6


def contrast(one: Colour, other: Colour) -> float:
    """1 to 21, WCAG 2.2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def yellowed(colour: Colour) -> Colour:
    """The colour as an old eye has it."""
    red, green, blue, alpha = colour
    return red, green, blue * _BLUE_LEFT, alpha


def yellow(colour: Colour | None) -> bool:
    """Whether a person would call it yellow, from the button's own to its shade."""
    if colour is None:
        return False
    hue, saturation, value = colorsys.rgb_to_hsv(*colour[:3])
    return _YELLOW[0] <= hue <= _YELLOW[1] and saturation >= _STRONG and value >= _STRONG


def _luminance(colour: Colour) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]  # noqa: PLR2004 - WCAG's
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
