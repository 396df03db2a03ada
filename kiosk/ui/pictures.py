"""The taxi, drawn by hand in vectors and rasterised once for each size and paint, so that it is crisp everywhere."""

from __future__ import annotations

import functools
import math

from kivy.graphics.texture import Texture
from PIL import Image, ImageDraw

from kiosk.ui.theme import PAINTS

_OVERSAMPLING = 4
RATIO = 0.52
"""Height of the picture to its width."""

# The car in units of its width (x) from the left, y downwards, as in the drawing.
_Point = tuple[float, float]
_BODY: list[tuple[str, tuple[_Point, ...]]] = [
    ("M", ((0.055, 0.300),)),
    ("C", ((0.055, 0.262), (0.080, 0.240), (0.115, 0.236))),
    ("L", ((0.235, 0.215),)),
    ("L", ((0.335, 0.112),)),
    ("C", ((0.350, 0.096), (0.370, 0.088), (0.392, 0.088))),
    ("L", ((0.632, 0.088),)),
    ("C", ((0.655, 0.088), (0.676, 0.097), (0.692, 0.113))),
    ("L", ((0.790, 0.215),)),
    ("L", ((0.905, 0.243),)),
    ("C", ((0.932, 0.250), (0.945, 0.272), (0.945, 0.298))),
    ("L", ((0.945, 0.390),)),
    ("C", ((0.945, 0.410), (0.932, 0.422), (0.914, 0.422))),
    ("L", ((0.086, 0.422),)),
    ("C", ((0.068, 0.422), (0.055, 0.410), (0.055, 0.390))),
    ("L", ((0.055, 0.300),)),
]
_FRONT_WINDOW = [(0.300, 0.215), (0.372, 0.138), (0.398, 0.126), (0.486, 0.126), (0.486, 0.215)]
_REAR_WINDOW = [(0.522, 0.126), (0.626, 0.126), (0.652, 0.137), (0.726, 0.215), (0.522, 0.215)]
_SIGN = (0.385, 0.022, 0.630, 0.100)
_WHEELS = ((0.245, 0.424), (0.752, 0.424))
_WHEEL, _HUB, _STROKE = 0.082, 0.034, 0.020


def _curve(path: list[tuple[str, tuple[_Point, ...]]], scale: float) -> list[_Point]:
    """Flatten lines and cubic curves into points."""
    points: list[_Point] = []
    for command, corners in path:
        ends = [(x * scale, y * scale) for x, y in corners]
        if command != "C":
            points += ends
            continue
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[-1], *ends
        for i in range(1, 13):
            t = i / 12
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            points.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    return points


@functools.lru_cache(maxsize=16)
def taxi(width: int, paint: str, ink: str, glass: str) -> Texture:
    """Draw the taxi `width` pixels wide; `paint` is a colour's name in `PAINTS`, `ink` and `glass` are #RRGGBB."""
    scale = width * _OVERSAMPLING
    image = Image.new("RGBA", (scale, math.ceil(scale * RATIO)), _clear(ink))
    draw = ImageDraw.Draw(image)
    stroke = round(_STROKE * scale)
    body = PAINTS.get(paint, PAINTS[""])
    draw.rounded_rectangle([v * scale for v in _SIGN], radius=0.022 * scale, fill=body, outline=ink, width=stroke)
    outline = _curve(_BODY, scale)
    draw.polygon(outline, fill=body)
    draw.line([*outline, outline[1]], fill=ink, width=stroke, joint="curve")
    for window in (_FRONT_WINDOW, _REAR_WINDOW):
        draw.polygon([(x * scale, y * scale) for x, y in window], fill=glass)
    for x, y in _WHEELS:
        for radius, colour in ((_WHEEL, ink), (_HUB, glass)):
            draw.ellipse(
                [(x - radius) * scale, (y - radius) * scale, (x + radius) * scale, (y + radius) * scale], fill=colour
            )
    small = image.resize((width, math.ceil(width * RATIO)), Image.Resampling.BOX)
    texture = Texture.create(size=small.size, colorfmt="rgba")
    texture.blit_buffer(small.transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    return texture


def _clear(ink: str) -> tuple[int, int, int, int]:
    """Transparent in the colour of the outline: a soft edge must not pick up another colour from nowhere."""
    return (int(ink[1:3], 16), int(ink[3:5], 16), int(ink[5:7], 16), 0)
