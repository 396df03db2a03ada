"""The pieces a drawn slip is made of: each has a height and can be drawn anywhere; large ones are drawn coarsely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BLACK: Final = 0
WHITE: Final = 255
THRESHOLD: Final = [BLACK] * 152 + [WHITE] * 104
"""A little darker than the middle: thin strokes must survive a tired head and old eyes."""
_MIDDLE: Final = [BLACK] * 128 + [WHITE] * 128


class Grain(NamedTuple):
    """How many dots wide and high the smallest thing in a box is: 1 or 2. A printer doubles dots by itself."""

    wide: int = 1
    high: int = 1


FINE: Final = Grain()
TALL: Final = Grain(1, 2)
COARSE: Final = Grain(2, 2)


class Box(NamedTuple):
    """Something with a height, always even, that can be drawn at a place."""

    height: int
    draw: Callable[[Image.Image, ImageDraw.ImageDraw, int, int], None]
    grain: Grain = FINE


def even(dots: float) -> int:
    """Give the next even number of dots: two rows can be one only where they begin together."""
    return 2 * -(-round(dots) // 2)


def nothing(_paper: Image.Image, _pen: ImageDraw.ImageDraw, _left: int, _top: int) -> None:
    """Draw empty paper."""


def empty(height: float) -> Box:
    """Give empty paper."""
    return Box(even(height), nothing, COARSE)


def stacked(boxes: Sequence[Box]) -> Box:
    """Give boxes one below the other as one; it is as fine as the finest of them."""

    def draw(paper: Image.Image, pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
        for box in boxes:
            box.draw(paper, pen, left, top)
            top += box.height

    wide = min((box.grain.wide for box in boxes), default=2)
    return Box(sum(box.height for box in boxes), draw, Grain(wide, min((box.grain.high for box in boxes), default=2)))


def coarse(box: Box, width: int, grain: Grain) -> Box:
    """Give a box drawn in a coarser grain, at even places only.

    Half the rows carry a letter of 5 mm as well as all of them do, half of both one of 7 mm; they cost a half and a
    quarter of the bytes. Smaller letters lose strokes.

    Args:
        box: what is to be drawn.
        width: even number of dots in which it draws.
        grain: of the result.
    """
    small = (width // grain.wide, box.height // grain.high)
    if grain == FINE or not all(small):
        return box

    def draw(paper: Image.Image, _pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
        area = Image.new("L", (width, box.height), WHITE)
        box.draw(area, ImageDraw.Draw(area), 0, 0)
        half = area.resize(small, Image.Resampling.BOX).point(_MIDDLE)
        paper.paste(half.resize(area.size, Image.Resampling.NEAREST), (left, top))

    return Box(box.height, draw, grain)
