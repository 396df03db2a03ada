"""Every colour and every size on the glass, in one place: colours as names, sizes in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

Colour = tuple[float, float, float, float]
"""Red, green, blue, alpha, each 0 to 1."""


def _rgb(text: str) -> Colour:
    return (int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255, 1.0)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme. Every ink on its ground is 7:1 or more (WCAG 1.4.6)."""

    paper: Colour
    ink: Colour
    muted: Colour
    line: Colour
    """Quiet separators and what is still to come; decoration only, never the sole bearer of a fact."""
    button: Colour
    """Only ever the one thing to press."""
    button_pressed: Colour
    button_edge: Colour
    on_button: Colour
    good: Colour
    on_good: Colour
    alarm: Colour
    info: Colour


DAY: Final = Palette(
    paper=_rgb("#FBF7EE"),
    ink=_rgb("#1B1B1B"),
    muted=_rgb("#4A4A46"),
    line=_rgb("#D8D2C2"),
    button=_rgb("#FFC81E"),
    button_pressed=_rgb("#C79300"),
    button_edge=_rgb("#1B1B1B"),
    on_button=_rgb("#1B1B1B"),
    good=_rgb("#0F5C35"),
    on_good=_rgb("#FFFFFF"),
    alarm=_rgb("#A31515"),
    info=_rgb("#0B4A8F"),
)
NIGHT: Final = Palette(
    paper=_rgb("#0F141A"),
    ink=_rgb("#FFFFFF"),
    muted=_rgb("#C9CED6"),
    line=_rgb("#39424E"),
    button=_rgb("#FFD24A"),
    button_pressed=_rgb("#B58A12"),
    button_edge=_rgb("#0F141A"),
    on_button=_rgb("#1B1B1B"),
    good=_rgb("#7BE3A4"),
    on_good=_rgb("#0F141A"),
    alarm=_rgb("#FFB4A8"),
    info=_rgb("#9CCBFF"),
)
ARRIVED: Final = Palette(
    paper=_rgb("#0F5C35"),
    ink=_rgb("#FFFFFF"),
    muted=_rgb("#FFFFFF"),
    line=_rgb("#2F7A53"),
    button=_rgb("#FFC81E"),
    button_pressed=_rgb("#C79300"),
    button_edge=_rgb("#0A2E1B"),
    on_button=_rgb("#1B1B1B"),
    good=_rgb("#FFFFFF"),
    on_good=_rgb("#0F5C35"),
    alarm=_rgb("#FFFFFF"),
    info=_rgb("#FFFFFF"),
)
"""The whole screen when the taxi stands at the gate, by day and by night."""

PALETTES: Final = {"day": DAY, "night": NIGHT}

PLATES: Final = {
    "cn_blue": (_rgb("#0A3D9A"), _rgb("#FFFFFF"), _rgb("#FFFFFF")),
    "cn_green": (_rgb("#8FE0A8"), _rgb("#111111"), _rgb("#111111")),
    "plain": (_rgb("#FFFFFF"), _rgb("#111111"), _rgb("#111111")),
}
"""Ground, letters and frame of each kind of plate (GA 36-2018: blue with white, green with black)."""

PAINTS: Final = {
    "": "#FFC81E",
    "white": "#FFFFFF",
    "black": "#2B2B2B",
    "silver": "#C8CDD2",
    "grey": "#8A9096",
    "red": "#B3261E",
    "blue": "#1F5FA8",
    "green": "#2E7D4F",
    "yellow": "#FFC81E",
    "orange": "#F08A24",
    "brown": "#7A5230",
    "gold": "#CDAA5A",
}
"""Paint of the car in the picture, by the dispatcher's colour; yellow when it did not say."""


class Size(Enum):
    """The five sizes of type. There are no others: each new size costs memory for every character it draws."""

    SMALL = "small"
    BODY = "body"
    TITLE = "title"
    PLATE = "plate"
    HUGE = "huge"


_TALL: Final = {Size.SMALL: 11.0, Size.BODY: 13.5, Size.TITLE: 24.0, Size.PLATE: 30.0, Size.HUGE: 45.0}
_WIDE: Final = {Size.SMALL: 8.5, Size.BODY: 9.6, Size.TITLE: 14.5, Size.PLATE: 27.5, Size.HUGE: 21.0}
"""Millimetres of the em. A capital of Noto Sans SC is 0.733 em: 6.2 mm at 8.5 (EN 301 549 asks for 6.1 at this
distance), 20.2 mm at 27.5."""

KNOWN_SCREENS: Final = {(1080, 1920): 4.03, (1920, 1080): 4.03, (1280, 800): 5.9, (800, 1280): 5.9}
"""Pixels per millimetre of the screens this was made for: 21.5 inch and 10.1 inch."""


@dataclass(frozen=True, slots=True)
class Look:
    """How things are drawn on this very screen: its pixels, their size and the theme."""

    width: int
    height: int
    px_per_mm: float
    palette: Palette = DAY
    sitting: bool = False
    """Everything that is pressed stands in the lower half, for a person in a wheelchair (EN 301 549, 8.3.3)."""

    @property
    def tall(self) -> bool:
        """Portrait, not landscape."""
        return self.height >= self.width

    def mm(self, millimetres: float) -> float:
        """Millimetres on the glass in whole pixels."""
        return float(round(millimetres * self.px_per_mm))

    def em(self, size: Size) -> float:
        """The size of type in pixels."""
        return self.mm((_TALL if self.tall else _WIDE)[size])

    @property
    def margin(self) -> float:
        """Free space at the edge of the screen."""
        return self.mm(15 if self.tall else 7)

    @property
    def gap(self) -> float:
        """Free space between two things that can be pressed, at least 6 mm."""
        return self.mm(10 if self.tall else 6)


def px_per_mm(width: int, height: int) -> float:
    """The known figure for this screen, else one at which the layout has the room it was drawn for."""
    drawn_for = (268, 476) if height >= width else (217, 136)
    return KNOWN_SCREENS.get((width, height)) or min(width / drawn_for[0], height / drawn_for[1])
