"""Puts shapes on a Kivy canvas; a shape that has not changed is not drawn anew."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from kivy.graphics import Color, InstructionGroup, Rectangle, SmoothEllipse, SmoothLine, SmoothRoundedRectangle

from kiosk.ui.pictures import taxi
from kiosk.ui.shapes import Box, Shape, Stroke, Taxi, Words

if TYPE_CHECKING:
    from kivy.graphics import Canvas

    from kiosk.ui.theme import Colour
    from kiosk.ui.type import Type

_OPTICAL: Final = 0.052
"""In em: Noto Sans SC sits this much below the middle of its line box, so text is lifted by it."""


class Painter:
    """Draws one sheet after another on one canvas, `height` pixels high."""

    def __init__(self, canvas: Canvas, height: int, lettering: Type) -> None:
        self._canvas = canvas
        self._height = height
        self._type = lettering
        self._drawn: dict[Shape, InstructionGroup] = {}
        self._order: tuple[Shape, ...] = ()

    def paint(self, shapes: tuple[Shape, ...]) -> None:
        """Show exactly these shapes, the first one at the back."""
        if shapes == self._order:
            return
        same = 0
        for old, new in zip(self._order, shapes, strict=False):
            if old != new:
                break
            same += 1
        for shape in self._order[same:]:
            if group := self._drawn.get(shape):
                self._canvas.remove(group)
        kept = {shape: self._drawn[shape] for shape in shapes if shape in self._drawn}
        for shape in shapes[same:]:
            if shape not in kept:
                kept[shape] = self._group(shape)
            if kept[shape] not in self._canvas.children:
                self._canvas.add(kept[shape])
        self._drawn, self._order = kept, shapes

    def _group(self, shape: Shape) -> InstructionGroup:
        group = InstructionGroup()
        match shape:
            case Box():
                self._box(group, shape)
            case Words():
                self._words(group, shape)
            case Taxi():
                group.add(Color(1, 1, 1, 1))
                texture = taxi(round(shape.w), shape.paint, _hex(shape.ink), _hex(shape.glass))
                group.add(
                    Rectangle(
                        texture=texture, pos=(round(shape.x), self._up(shape.y, texture.height)), size=texture.size
                    )
                )
            case Stroke():
                group.add(Color(*shape.colour))
                points = [shape.x, self._height - shape.y, shape.x2, self._height - shape.y2]
                group.add(SmoothLine(points=points, width=shape.width / 2))
        return group

    def _box(self, group: InstructionGroup, box: Box) -> None:
        x, y, w, h = round(box.x), self._up(box.y, round(box.h)), round(box.w), round(box.h)
        if box.edge is not None:
            if box.fill is None:
                raise ValueError("a box with an edge is filled: name the colour it stands on")
            e = round(box.edge_w)
            group.add(Color(*box.edge))
            _frame(group, x, y, w, h, box.radius, e)
            group.add(Color(*box.fill))
            _fill(group, x + e, y + e, w - 2 * e, h - 2 * e, max(0.0, box.radius - e))
        elif box.fill is not None:
            group.add(Color(*box.fill))
            _fill(group, x, y, w, h, box.radius)

    def _words(self, group: InstructionGroup, words: Words) -> None:
        texture = self._type.texture(words.text, words.size, bold=words.bold)
        w, h = texture.size
        x = words.x + (words.w - w) * words.align
        y = words.y + (words.h - h) / 2 - _OPTICAL * h / 1.448
        group.add(Color(*words.colour))
        group.add(Rectangle(texture=texture, pos=(round(x), self._up(round(y), h)), size=(w, h)))

    def _up(self, y: float, h: float) -> int:
        """Kivy counts from the bottom."""
        return round(self._height - y - h)


def _frame(  # noqa: PLR0917 - a rectangle, its corners and its edge
    group: InstructionGroup, x: float, y: float, w: float, h: float, radius: float, edge: float
) -> None:
    """Fill what an edge covers, no more of a large box: the main button's middle painted twice takes 8 ms a frame."""
    cap = math.ceil(2 * radius)
    if radius <= edge or h < 3 * cap:
        _fill(group, x, y, w, h, radius)
        return
    for bottom in (y, y + h - cap):
        _fill(group, x, bottom, w, cap, radius)
    for left in (x, x + w - edge):
        group.add(Rectangle(pos=(left, y + radius), size=(edge, h - 2 * radius)))


def _fill(  # noqa: PLR0917 - a rectangle and its corners
    group: InstructionGroup, x: float, y: float, w: float, h: float, radius: float
) -> None:
    if radius <= 0:
        group.add(Rectangle(pos=(x, y), size=(w, h)))
    elif radius * 2 >= min(w, h) - 1 and abs(w - h) <= 1:
        group.add(SmoothEllipse(pos=(x, y), size=(w, h), segments=96))
    else:
        group.add(SmoothRoundedRectangle(pos=(x, y), size=(w, h), radius=[min(radius, w / 2, h / 2)], segments=24))


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in colour[:3])
