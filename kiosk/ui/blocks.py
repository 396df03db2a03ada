"""The blocks a screen is made of: each knows its height at a width, and its shapes at a place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kiosk.ui.lines import break_lines
from kiosk.ui.shapes import Box, Measure, Shape, Stroke, Target, Taxi, Words
from kiosk.ui.theme import ARRIVED, PLATES, Colour, Look, Palette, Size

if TYPE_CHECKING:
    from kiosk.core.scene import Button, Countdown, Notice, Phone, Plate, Row, Step

_PITCH: Final = 1.32
"""Height of a line of text in em: close enough to read as one sentence, open enough for Chinese."""
_TIGHT: Final = 1.2
_LIGHT_PAINTS: Final = frozenset({"", "white", "silver", "yellow", "gold", "orange"})


@dataclass(slots=True)
class Ink:
    """Collects the shapes and targets of one screen."""

    shapes: list[Shape] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)


Draw = Callable[[Ink, float, float, float, float], None]
"""Draw into (ink, x, y, width, height)."""


@dataclass(frozen=True, slots=True)
class Block:
    """Something with a least height that may take more."""

    height: float
    draw: Draw
    grow: float = 0.0
    """Its share of the height that is left over."""
    most: float = 1e9


def _heights(blocks: Sequence[Block], extra: float) -> list[float]:
    """Share out the height that is left over; what one block may not take goes to the others."""
    heights = [block.height for block in blocks]
    hungry = [i for i, block in enumerate(blocks) if block.grow and block.most > block.height]
    while hungry and extra >= 1:
        shares = sum(blocks[i].grow for i in hungry)
        given = {i: min(extra * blocks[i].grow / shares, blocks[i].most - heights[i]) for i in hungry}
        for i, height in given.items():
            heights[i] += height
        extra -= sum(given.values())
        hungry = [i for i in hungry if blocks[i].most - heights[i] >= 1]
    return heights


class Kit:
    """Makes blocks for one screen in one theme."""

    def __init__(self, look: Look, measure: Measure, palette: Palette, *, dense: int = 0) -> None:
        self.look = look
        self.dense = dense
        """0 as it was drawn; 1 with less air; 2 without what can be missed. Sizes of type never change."""
        self.palette = palette
        self._measure = measure

    # -- text --------------------------------------------------------------------------------------------------------

    def width(self, text: str, size: Size, *, bold: bool = False) -> float:
        """Pixels that a line of text takes."""
        return self._measure(text, size, bold)

    def text(
        self,
        text: str,
        size: Size,
        width: float,
        *,
        bold: bool = False,
        colour: Colour | None = None,
        ground: Colour | None = None,
        align: float = 0.0,
    ) -> Block:
        """A sentence on as many lines as it needs."""
        lines = break_lines(text, width, lambda line: self._measure(line, size, bold))
        pitch = self.look.em(size) * (_TIGHT if self.dense else _PITCH)
        colour, ground = colour or self.palette.ink, ground or self.palette.paper

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            top = y + (h - pitch * len(lines)) / 2 if align else y
            for i, line in enumerate(lines):
                ink.shapes.append(Words(x, top + i * pitch, w, pitch, line, size, bold, colour, align, ground))

        return Block(pitch * len(lines), draw)

    # -- arranging ---------------------------------------------------------------------------------------------------

    def stack(self, blocks: Sequence[Block | None], gap: float | None = None) -> Block:
        """Blocks one below the other; height that is left over goes to those that grow, else between them."""
        present = [b for b in blocks if b is not None]
        space = (self.look.gap if gap is None else gap) * (0.6 if self.dense else 1.0)
        least = sum(b.height for b in present) + space * max(0, len(present) - 1)

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            for block, height in zip(present, _heights(present, max(0.0, h - least)), strict=True):
                block.draw(ink, x, y, w, height)
                y += height + space

        return Block(least, draw, grow=1.0 if any(b.grow for b in present) else 0.0)

    def beside(self, parts: Sequence[tuple[float, Block | None]], gap: float | None = None) -> Block | None:
        """Blocks side by side, each with its share of the width; those that are absent give theirs to the rest."""
        present = [(share, block) for share, block in parts if block is not None]
        if not present:
            return None
        space = self.look.gap if gap is None else gap
        whole = sum(share for share, _ in present)

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            room = w - space * (len(present) - 1)
            for share, block in present:
                width = room * share / whole
                block.draw(ink, x, y, width, h)
                x += width + space

        return Block(max(b.height for _, b in present), draw, grow=max(b.grow for _, b in present))

    def middle(self, block: Block | None) -> Block | None:
        """The block at its own height, in the middle of whatever height it is given."""
        if block is None:
            return None

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            height = block.height if not block.grow else min(h, block.most)
            block.draw(ink, x, y + (h - height) / 2, w, height)

        return Block(block.height, draw, grow=1.0)

    def room(self, share: float = 1.0, least: float = 0.0) -> Block:
        """Nothing, that grows."""
        return Block(least, lambda *_: None, grow=share)

    def rule(self) -> Block:
        """A quiet line across."""
        thick = max(2.0, self.look.mm(0.5))
        return Block(thick, lambda ink, x, y, w, _: ink.shapes.append(Box(x, y, w, thick, fill=self.palette.line)))

    # -- things to press ---------------------------------------------------------------------------------------------

    def main_button(self, button: Button, *, picture: bool, least_mm: float, size: Size) -> Block:
        """The one yellow thing: the picture, its words, and the same in the other language."""
        look, palette = self.look, self.palette
        radius, edge, lip = look.mm(9 if look.tall else 6), max(3.0, look.mm(0.9)), look.mm(1.8)
        second_h = look.em(Size.BODY) * _PITCH if button.second else 0.0
        pitch = look.em(size) * 1.2

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            face = Box(x, y, w, h - lip, fill=palette.button, edge=palette.button_edge, edge_w=edge, radius=radius)
            ink.shapes.append(Box(x, y + lip, w, h - lip, fill=palette.button_pressed, radius=radius))
            ink.shapes.append(face)
            ink.targets.append(Target(button.press, x, y, w, h, face))
            room = w - 2 * look.mm(4)
            label = break_lines(button.label, room, lambda line: self._measure(line, size, True))  # noqa: FBT003
            label_h = pitch * len(label)
            free = h - lip - label_h - second_h
            car_w = min(w * 0.62, (free - look.mm(6)) / 0.52) if picture else 0.0
            car_h = car_w * 0.52 if car_w > look.mm(20) else 0.0
            top = y + (h - lip - label_h - second_h - car_h) / 2
            if car_h:
                ink.shapes.append(
                    Taxi(x + (w - car_w) / 2, top, car_w, car_h, "white", palette.on_button, palette.button)
                )
            on = palette.on_button
            for i, line in enumerate(label):
                y1 = top + car_h + i * pitch
                ink.shapes.append(Words(x, y1, w, pitch, line, size, True, on, 0.5, palette.button))  # noqa: FBT003
            if button.second:
                y2 = top + car_h + label_h
                ink.shapes.append(Words(x, y2, w, second_h, button.second, Size.BODY, False, on, 0.5, palette.button))  # noqa: FBT003

        return Block(look.mm(least_mm), draw, grow=3.0 if picture else 0.0)

    def choice(self, button: Button) -> Block:
        """A quiet button: an edge and its words."""
        look, palette = self.look, self.palette
        height, edge = look.mm(22 if look.tall else 20), max(3.0, look.mm(0.7))

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            face = Box(x, y, w, h, fill=palette.paper, edge=palette.ink, edge_w=edge, radius=look.mm(5))
            ink.shapes.append(face)
            ink.targets.append(Target(button.press, x, y, w, h, face))
            room = w - 2 * look.mm(2.5)
            size = Size.BODY if self._measure(button.label, Size.BODY, True) <= room else Size.SMALL  # noqa: FBT003
            lines = break_lines(button.label, room, lambda t: self._measure(t, size, True))  # noqa: FBT003
            pitch = look.em(size) * 1.15
            top = y + (h - pitch * len(lines)) / 2
            for i, line in enumerate(lines):
                ink.shapes.append(
                    Words(x, top + i * pitch, w, pitch, line, size, True, palette.ink, 0.5, palette.paper)  # noqa: FBT003
                )

        return Block(height, draw)

    # -- pictures of facts -------------------------------------------------------------------------------------------

    def badge(self, number: int, diameter: float, size: Size) -> Block:
        """The boarding number in a disc."""
        palette = self.palette

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            left = x + (w - diameter) / 2
            top = y + (h - diameter) / 2
            ink.shapes.append(Box(left, top, diameter, diameter, fill=palette.ink, radius=diameter / 2))
            ink.shapes.append(
                Words(left, top, diameter, diameter, str(number), size, True, palette.paper, 0.5, palette.ink)  # noqa: FBT003
            )

        return Block(diameter, draw)

    def taxi(self, width_mm: float, paint: str, least_mm: float) -> Block:
        """The picture of the car, as large as there is room, at the most `width_mm`."""
        look, palette = self.look, self.palette

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            width = min(w, look.mm(width_mm), h / 0.52)
            height = width * 0.52
            ink.shapes.append(
                Taxi(
                    x + (w - width) / 2, y + (h - height) / 2, width, height, paint, self._outline(paint), palette.paper
                )
            )

        return Block(look.mm(least_mm), draw, grow=1.0, most=look.mm(width_mm) * 0.52)

    def _outline(self, paint: str) -> Colour:
        """The car's edge: never lost in its ground, whatever the paint; on green a dark car is edged in white."""
        palette = self.palette
        return palette.button_edge if palette is ARRIVED and paint in _LIGHT_PAINTS else palette.ink

    def plate(self, plate: Plate, *, size: Size = Size.PLATE, struck: bool = False) -> Block:
        """A number plate drawn like a plate; struck through when that taxi will not come."""
        look = self.look
        ground, letters, frame = PLATES.get(plate.style, PLATES["plain"])
        em = look.em(size)
        height, pad = em * (1.55 if look.tall else 1.3), em * 0.5

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            wide = min(w, self._measure(plate.text, size, True) + 2 * pad) if struck else w  # noqa: FBT003
            top = y + (h - height) / 2
            inset, edge = look.mm(1.4), max(3.0, look.mm(0.8))
            ink.shapes.append(
                Box(x, top, wide, height, fill=ground, edge=self.palette.ink, edge_w=2, radius=look.mm(3.5))
            )
            inner = Box(
                x + inset,
                top + inset,
                wide - 2 * inset,
                height - 2 * inset,
                fill=ground,
                edge=frame,
                edge_w=edge,
                radius=look.mm(2.6),
            )
            ink.shapes.append(inner)
            ink.shapes.append(Words(x, top, wide, height, plate.text, size, True, letters, 0.5, ground))  # noqa: FBT003
            if struck:
                ink.shapes.append(
                    Stroke(
                        x - inset,
                        top + height / 2,
                        x + wide + inset,
                        top + height / 2,
                        look.mm(1.6),
                        self.palette.alarm,
                    )
                )

        return Block(height, draw)

    def countdown(self, count: Countdown, width: float) -> Block:
        """About, a very large number, and what it counts, on green."""
        look, palette = self.look, self.palette
        pad, number_size = look.mm(7 if look.tall else 4), Size.HUGE if look.tall else Size.TITLE
        if not count.number:
            words = self.text(
                count.after,
                Size.TITLE,
                width - 2 * pad,
                bold=True,
                colour=palette.on_good,
                ground=palette.good,
                align=0.5,
            )
            height = words.height + 2 * pad
        else:
            height = look.em(number_size) * (1.05 if look.tall else 1.25) + pad

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            ink.shapes.append(Box(x, y, w, h, fill=palette.good, radius=look.mm(6 if look.tall else 4)))
            if not count.number:
                words.draw(ink, x + pad, y, w - 2 * pad, h)
                return
            gaps = look.mm(4 if look.tall else 2)
            space = "" if count.after > "\u2e80" else " "
            large, small = (Size.TITLE, Size.BODY) if look.tall else (Size.BODY, Size.SMALL)
            whole = f"{count.after}{space}{count.where}"
            for after, after_size in ((whole, large), (whole, small), (count.after, large)):  # noqa: B007 - first that fits
                parts = (
                    (count.before, Size.BODY, False),
                    (count.number, number_size, True),
                    (after, after_size, True),
                )
                widths = [self._measure(*part) for part in parts]
                if sum(widths) + 2 * gaps <= w - 2 * pad:
                    break
            left = x + max(pad, (w - sum(widths) - 2 * gaps) / 2)
            # One baseline for three sizes: 0.36 em is the distance from the middle of a line to its baseline.
            base = y + h / 2 + look.em(number_size) * 0.36
            for (text, size, bold), width_ in zip(parts, widths, strict=True):
                em = look.em(size)
                top = base - em * (0.36 + _PITCH / 2)
                ink.shapes.append(
                    Words(left, top, width_, em * _PITCH, text, size, bold, palette.on_good, 0.0, palette.good)
                )
                left += width_ + gaps

        return Block(height, draw)

    def steps(self, steps: Sequence[Step]) -> Block:
        """The four steps: a tick, a ring or a pale ring, each with its word."""
        look, palette = self.look, self.palette
        pitch = look.em(Size.BODY) * (1.75 if look.tall else 1.25)
        disc = look.em(Size.BODY) * 1.1

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            step = min(h / len(steps), pitch * 1.3)
            for i, item in enumerate(steps):
                top = y + i * step + (step - disc) / 2
                done, now = item.mark == "done", item.mark == "now"
                edge = palette.good if done else palette.ink if now else palette.muted
                ink.shapes.append(
                    Box(
                        x,
                        top,
                        disc,
                        disc,
                        palette.good if done else palette.paper,
                        edge,
                        max(3.0, look.mm(0.8 if now else 0.5)),
                        disc / 2,
                    )
                )
                if done:
                    on = palette.on_good
                    ink.shapes.append(Words(x, top, disc, disc, "✓", Size.SMALL, True, on, 0.5, palette.good))  # noqa: FBT003
                colour = palette.ink if done or now else palette.muted
                left = x + disc + look.mm(4)
                ink.shapes.append(
                    Words(
                        left, y + i * step, w - (left - x), step, item.label, Size.BODY, now, colour, 0.0, palette.paper
                    )
                )

        return Block(pitch * len(steps), draw)

    def bar(self, share: float) -> Block:
        """How much of the usual search has passed."""
        look, palette = self.look, self.palette
        height = look.mm(3.4)

        def draw(ink: Ink, x: float, y: float, w: float, _: float) -> None:
            ink.shapes.append(Box(x, y, w, height, fill=palette.line, radius=height / 2))
            ink.shapes.append(Box(x, y, max(height, round(w * share)), height, fill=palette.info, radius=height / 2))

        return Block(height, draw)

    def notice(self, notice: Notice, width: float) -> Block:
        """A framed sentence that must not be overlooked."""
        look, palette = self.look, self.palette
        pad = look.mm(7 if look.tall else 3)
        title = self.text(
            notice.title, Size.TITLE if look.tall else Size.BODY, width - 2 * pad, bold=True, colour=palette.alarm
        )
        text = self.text(notice.text, Size.BODY if look.tall else Size.SMALL, width - 2 * pad)
        inner = self.stack([title, text], gap=look.mm(2))
        edge = max(3.0, look.mm(0.8))

        def draw(ink: Ink, x: float, y: float, w: float, _: float) -> None:
            height = inner.height + 2 * pad
            ink.shapes.append(
                Box(
                    x,
                    y,
                    w,
                    height,
                    fill=palette.paper,
                    edge=palette.alarm,
                    edge_w=edge,
                    radius=look.mm(6 if look.tall else 4),
                )
            )
            inner.draw(ink, x + pad, y + pad, w - 2 * pad, inner.height)

        return Block(inner.height + 2 * pad, draw)

    def phone(self, phone: Phone, width: float) -> Block:
        """Whom to call, very large, and what to say."""
        number_size = Size.HUGE
        if self._measure(phone.number, number_size, True) > width:  # noqa: FBT003
            number_size = Size.TITLE
        small = Size.BODY if self.look.tall else Size.SMALL
        return self.stack(
            [
                self.text(phone.before, small, width, colour=self.palette.muted),
                self.text(phone.number, number_size, width, bold=True),
                self.text(phone.say, small, width),
            ],
            gap=self.look.mm(1),
        )

    def board(self, title: str, rows: Sequence[Row], width: float) -> Block:
        """Who waits here: number, end of the plate, minutes."""
        look, palette = self.look, self.palette
        head = self.text(title, Size.SMALL, width, colour=palette.muted)
        disc = look.em(Size.SMALL) * 1.55
        pitch = disc + look.mm(3)

        def draw(ink: Ink, x: float, y: float, w: float, _: float) -> None:
            head.draw(ink, x, y, w, head.height)
            y += head.height + look.mm(2)
            for row in rows:
                self.badge(row.number, disc, Size.SMALL).draw(ink, x, y, disc, disc)
                left = x + disc + look.mm(4)
                paper, small = palette.paper, Size.SMALL
                ink.shapes.append(
                    Words(left, y, w - (left - x), disc, row.plate or row.when, small, True, palette.ink, 0.0, paper)
                )  # noqa: FBT003
                if row.plate:
                    ink.shapes.append(
                        Words(left, y, w - (left - x), disc, row.when, small, True, palette.ink, 1.0, paper)
                    )  # noqa: FBT003
                y += pitch

        return Block(head.height + look.mm(2) + pitch * len(rows) - look.mm(3), draw)
