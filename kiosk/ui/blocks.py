"""The blocks a screen is made of: each knows its height at a width, and its shapes at a place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from kiosk.ui.lines import break_lines
from kiosk.ui.shapes import Box, Measure, Shape, Target, Words
from kiosk.ui.theme import Colour, Look, Palette, Size

PITCH: Final = 1.32
"""Height of a line of text in em: close enough to read as one sentence, open enough for Chinese."""
_TIGHT: Final = 1.2


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
        self.measure = measure

    def width(self, text: str, size: Size, *, bold: bool = False) -> float:
        """Pixels that a line of text takes."""
        return self.measure(text, size, bold)

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
        lines = break_lines(text, width, lambda line: self.measure(line, size, bold))
        pitch = self.look.em(size) * (_TIGHT if self.dense else PITCH)
        colour, ground = colour or self.palette.ink, ground or self.palette.paper

        def draw(ink: Ink, x: float, y: float, w: float, h: float) -> None:
            top = y + (h - pitch * len(lines)) / 2 if align else y
            for i, line in enumerate(lines):
                ink.shapes.append(Words(x, top + i * pitch, w, pitch, line, size, bold, colour, align, ground))

        return Block(pitch * len(lines), draw)

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
