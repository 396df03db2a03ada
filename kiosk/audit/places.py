"""Where things are on a sheet: rectangles, what lies under a word, and how far two things overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.ui.shapes import Box, Stroke, Words

if TYPE_CHECKING:
    from kiosk.ui.shapes import Measure, Shape, Sheet, Target
    from kiosk.ui.theme import Colour, Look

CAPITAL: Final = 0.733
"""Height of a capital of Noto Sans SC in em."""
_CHINESE: Final = 0.5
_LATIN: Final = 0.42
_HANGING: Final = 0.66
"""In em from the middle of a line, as it is drawn: how far letters reach up and down, and how far a "g" hangs."""
_HANG: Final = frozenset("gjpqyQ,;()[]{}|/，、；")


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in pixels from the top left."""

    left: float
    top: float
    right: float
    bottom: float

    def within(self, other: Rect) -> float:
        """By how many pixels it sticks out of the other; 0 or less when it does not."""
        return max(other.left - self.left, other.top - self.top, self.right - other.right, self.bottom - other.bottom)

    def apart(self, other: Rect) -> float:
        """Pixels between the two, across or down, whichever is more; less than 0 when they cover each other."""
        across = max(self.left, other.left) - min(self.right, other.right)
        down = max(self.top, other.top) - min(self.bottom, other.bottom)
        return max(across, down)


def rect(shape: Shape | Target) -> Rect:
    """The rectangle of a shape, a stroke's width included."""
    if isinstance(shape, Stroke):
        half = shape.width / 2
        return Rect(
            min(shape.x, shape.x2) - half,
            min(shape.y, shape.y2) - half,
            max(shape.x, shape.x2) + half,
            max(shape.y, shape.y2) + half,
        )
    return Rect(shape.x, shape.y, shape.x + shape.w, shape.y + shape.h)


def letters(words: Words, look: Look, measure: Measure) -> Rect:
    """Where a word's letters stand: as wide as they are set, as tall as letters can be."""
    width = measure(words.text, words.size, words.bold)
    left = words.x + (words.w - width) * words.align
    middle, em = words.y + words.h / 2, look.em(words.size)
    reach = _CHINESE if any(char > "\u2e80" for char in words.text) else _LATIN
    below = _HANGING if _HANG.intersection(words.text) else reach
    return Rect(left, middle - em * reach, left + width, middle + em * below)


def ground(sheet: Sheet, index: int, x: float, y: float) -> Colour:
    """The colour at a point below the shape of this index: the last box painted there before it, else the paper."""
    for shape in reversed(sheet.shapes[:index]):
        if isinstance(shape, Box) and shape.x <= x < shape.x + shape.w and shape.y <= y < shape.y + shape.h:
            inside = min(x - shape.x, y - shape.y, shape.x + shape.w - x, shape.y + shape.h - y)
            colour = shape.edge if shape.edge is not None and inside < shape.edge_w else shape.fill
            if colour is not None:
                return colour
    return sheet.ground
