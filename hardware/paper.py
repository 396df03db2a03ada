"""What stands on a slip of paper, as plain values: no fonts, no pixels, no printer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Size(IntEnum):
    """Heights of text in dots of 1/8 mm, the pitch of thermal heads on both paper widths."""

    SMALL = 28
    """3.5 mm."""
    BODY = 32
    MEDIUM = 42
    LARGE = 60
    HUGE = 84
    """10.5 mm."""


class Align(StrEnum):
    """Where a line stands between the margins."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Text:
    """Words in one style; longer than the line they go on in the next. A line feed in them starts a new line."""

    text: str
    size: Size = Size.BODY
    bold: bool = False
    inverted: bool = False
    """White on black."""
    struck: bool = False
    """Struck through: it counts no more."""
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Mixed:
    """Several styles in one paragraph, on one base line. The first part decides how it is aligned."""

    parts: tuple[Text, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a mixed line without parts: expected at least one Text")


Line = Text | Mixed


@dataclass(frozen=True, slots=True)
class Badge:
    """A short number in white on a filled circle, with lines of text to its right."""

    number: str
    lines: tuple[Line, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.number) <= 4:  # noqa: PLR2004 - more cannot be read in a circle
            raise ValueError(f"a badge of {len(self.number)} characters: expected 1 to 4")


@dataclass(frozen=True, slots=True)
class Boxed:
    """A large text in a rounded frame as wide as the paper, on one line: it shrinks until it fits."""

    text: str
    size: Size = Size.HUGE
    struck: bool = False

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a frame without text: expected at least one character")


@dataclass(frozen=True, slots=True)
class Columns:
    """Two texts on one line, one at each margin; what is too long goes on below, each in its own half."""

    left: Text
    right: Text


@dataclass(frozen=True, slots=True)
class Rule:
    """A line from margin to margin."""

    dashed: bool = True


@dataclass(frozen=True, slots=True)
class QR:
    """A QR code (error correction M) with lines of text to its right."""

    data: str
    lines: tuple[Line, ...] = ()
    size_mm: int = 25
    """Side of the code. A module is never smaller than 0.5 mm, so much data makes it larger than this."""

    def __post_init__(self) -> None:
        if not self.data:
            raise ValueError("a QR code without data: expected at least one character")


@dataclass(frozen=True, slots=True)
class Space:
    """Empty paper, in millimetres."""

    mm: float = 2.0

    def __post_init__(self) -> None:
        if not 0 <= self.mm <= 100:  # noqa: PLR2004 - a hand's breadth of nothing is a mistake
            raise ValueError(f"{self.mm} mm of empty paper: expected 0 to 100")


Block = Text | Mixed | Badge | Boxed | Columns | Rule | QR | Space


@dataclass(frozen=True, slots=True)
class Document:
    """One slip, from top to bottom."""

    blocks: tuple[Block, ...]
    cut: bool = True
    """Cut it off at the end, or feed it to where it can be torn."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """The font files that everything is drawn with; the first two must hold every script that is printed."""

    regular: Path
    bold: Path
    rare: Path | None = None
    """Holds characters that `regular` does not, such as 𠮷; a character that none holds is drawn as an empty box."""
    rare_bold: Path | None = None
