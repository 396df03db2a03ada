"""What can be pressed: the one yellow thing, and the quiet buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.ui.blocks import PITCH, Block, Ink, Kit
from kiosk.ui.lines import break_lines
from kiosk.ui.shapes import Box, Target, Taxi, Words
from kiosk.ui.theme import Size

if TYPE_CHECKING:
    from kiosk.core.scene import Button


def main_button(kit: Kit, button: Button, *, picture: bool, least_mm: float, size: Size) -> Block:
    """The one yellow thing: the picture, its words, and the same in the other language."""
    look, palette = kit.look, kit.palette
    radius, edge, lip = look.mm(9 if look.tall else 6), max(3.0, look.mm(0.9)), look.mm(1.8)
    second_h = look.em(Size.BODY) * PITCH if button.second else 0.0
    pitch = look.em(size) * 1.2

    def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
        face = Box(x, y, w, h - lip, fill=palette.button, edge=palette.button_edge, edge_w=edge, radius=radius)
        # Only as much of it as looks out below the face: what lies behind it would be painted for nobody.
        low = min(h - lip, 2 * radius + lip)
        ink.shapes.append(Box(x, y + h - low, w, low, fill=palette.button_pressed, radius=radius))
        ink.shapes.append(face)
        ink.targets.append(Target(button.press, x, y, w, h, face))
        room = w - 2 * look.mm(4)
        label = break_lines(button.label, room, lambda line: kit.measure(line, size, True))
        label_h = pitch * len(label)
        free = h - lip - label_h - second_h
        car_w = min(w * 0.62, (free - look.mm(14 if look.tall else 6)) / 0.52) if picture else 0.0
        car_h = car_w * 0.52 if car_w > look.mm(20) else 0.0
        top = y + (h - lip - label_h - second_h - car_h) / 2
        if car_h:
            ink.shapes.append(Taxi(x + (w - car_w) / 2, top, car_w, car_h, "white", palette.on_button, palette.button))
        on = palette.on_button
        for i, line in enumerate(label):
            y1 = top + car_h + i * pitch
            ink.shapes.append(Words(x, y1, w, pitch, line, size, True, on, 0.5, palette.button))
        if button.second:
            y2 = top + car_h + label_h
            ink.shapes.append(Words(x, y2, w, second_h, button.second, Size.BODY, False, on, 0.5, palette.button))

    return Block(look.mm(least_mm), draw, grow=3.0 if picture else 0.0)


def choice(kit: Kit, button: Button) -> Block:
    """A quiet button: an edge and its words."""
    look, palette = kit.look, kit.palette
    # Two lines of the small type in portrait, the edge and the letters that hang down included.
    height, edge = look.mm(28 if look.tall else 20), max(3.0, look.mm(0.7))

    def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
        face = Box(x, y, w, h, fill=palette.paper, edge=palette.ink, edge_w=edge, radius=look.mm(5))
        ink.shapes.append(face)
        ink.targets.append(Target(button.press, x, y, w, h, face))
        room = w - 2 * look.mm(2.5)
        size = Size.BODY if kit.measure(button.label, Size.BODY, True) <= room else Size.SMALL
        lines = break_lines(button.label, room, lambda t: kit.measure(t, size, True))
        pitch = look.em(size) * 1.15
        top = y + (h - pitch * len(lines)) / 2
        for i, line in enumerate(lines):
            ink.shapes.append(Words(x, top + i * pitch, w, pitch, line, size, True, palette.ink, 0.5, palette.paper))

    return Block(height, draw)
