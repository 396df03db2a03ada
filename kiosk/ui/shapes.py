"""What is drawn, as plain values in pixels from the top left: testable without any window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.core.events import Press
from kiosk.ui.theme import Colour, Size

Measure = Callable[[str, Size, bool], float]
"""Width in pixels of a line of text at a size, bold or not."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, filled or with an edge drawn inside it, its corners rounded by `radius`."""

    x: float
    y: float
    w: float
    h: float
    fill: Colour | None = None
    edge: Colour | None = None
    edge_w: float = 0.0
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text, centred on the height of its rectangle; `align` is 0 left, 0.5 middle, 1 right."""

    x: float
    y: float
    w: float
    h: float
    text: str
    size: Size
    bold: bool
    colour: Colour
    align: float = 0.0
    ground: Colour | None = None
    """What it stands on, for whoever checks the contrast."""


@dataclass(frozen=True, slots=True)
class Taxi:
    """The picture of the car, `w` wide."""

    x: float
    y: float
    w: float
    h: float
    paint: str
    ink: Colour
    glass: Colour


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line with round ends."""

    x: float
    y: float
    x2: float
    y2: float
    width: float
    colour: Colour


Shape = Box | Words | Taxi | Stroke


@dataclass(frozen=True, slots=True)
class Target:
    """Where a press counts. `face` is the shape that darkens under the finger."""

    press: Press
    x: float
    y: float
    w: float
    h: float
    face: Box

    def holds(self, x: float, y: float) -> bool:
        """Whether this point, from the top left, is inside."""
        return self.x <= x < self.x + self.w and self.y <= y < self.y + self.h


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole screen: shapes from back to front, and where it can be pressed."""

    ground: Colour
    shapes: tuple[Shape, ...]
    targets: tuple[Target, ...]
