"""Letters of any size and weight: a character that the usual font lacks comes from the rare one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL import ImageDraw
    from PIL.ImageFont import FreeTypeFont

    from hardware.paper import Fonts

_NO_CHARACTER: Final = "\U0010fffd"
"""The last of those for private use: a font shows for it what it shows for all that it lacks."""
_LOOK: Final = 16
"""Size in dots at which shapes are compared."""


class Face:
    """One size and weight of the letters."""

    def __init__(self, usual: FreeTypeFont, rare: FreeTypeFont | None, lacks: _Lacking) -> None:
        self._usual = usual
        self._rare = rare
        self._lacks = lacks
        self._lengths: dict[str, float] = {}

    @property
    def size(self) -> float:
        """Height in dots."""
        return self._usual.size

    def getlength(self, text: str) -> float:
        """Give how wide a text is, in dots; the basic layout adds up characters, so each is measured once."""
        lengths = self._lengths
        for char in text:
            if char not in lengths:
                lengths[char] = sum(font.getlength(span) for font, span in self._spans(char))
        return sum(lengths[char] for char in text)

    def getbbox(self, text: str) -> tuple[float, float, float, float]:
        """Give left, top, right and bottom of the ink of a text whose base line begins at (0, 0)."""
        x, boxes = 0.0, []
        for font, span in self._spans(text):
            left, top, right, bottom = font.getbbox(span, anchor="ls")
            boxes.append((x + left, top, x + right, bottom))
            x += self.getlength(span)
        lefts, tops, rights, bottoms = zip(*boxes, strict=True) if boxes else ((0.0,),) * 4
        return min(lefts), min(tops), max(rights), max(bottoms)

    def draw(self, pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, ink: int) -> None:
        """Draw a text whose base line begins at `at`."""
        x = float(at[0])
        for font, span in self._spans(text):
            pen.text((round(x), at[1]), span, font=font, fill=ink, anchor="ls")
            x += self.getlength(span)

    def _spans(self, text: str) -> Iterator[tuple[FreeTypeFont, str]]:
        rare = self._rare
        if rare is None or not any(self._lacks(char) for char in text):
            if text:
                yield self._usual, text
            return
        begin = 0
        for end in range(1, len(text) + 1):
            if end == len(text) or self._lacks(text[end]) is not self._lacks(text[begin]):
                yield rare if self._lacks(text[begin]) else self._usual, text[begin:end]
                begin = end


class _Lacking:
    """Knows which characters the usual font lacks and the rare one holds; looks at each once.

    The characters of GB2312 are not looked at: a font without them is none for slips.
    """

    def __init__(self, usual: Path, rare: Path | None) -> None:
        self._paths = (usual, rare)
        self._fonts: tuple[FreeTypeFont, FreeTypeFont] | None = None
        self._known: dict[str, bool] = {}

    def __call__(self, char: str) -> bool:
        if char not in self._known:
            self._known[char] = self._looked_at(char)
        return self._known[char]

    def _looked_at(self, char: str) -> bool:
        usual, rare = self._paths
        if rare is None or _is_common(char):
            return False
        if self._fonts is None:
            self._fonts = _font(usual, _LOOK), _font(rare, _LOOK)
        return not _holds(self._fonts[0], char) and _holds(self._fonts[1], char)


def _is_common(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


class Faces:
    """All sizes and weights; keeps what it opened. Not for use by two threads at once.

    Args:
        fonts: the files.

    Raises:
        OSError: a font file is missing or is none.
    """

    def __init__(self, fonts: Fonts) -> None:
        self._paths = {False: (fonts.regular, fonts.rare), True: (fonts.bold, fonts.rare_bold or fonts.rare)}
        self._lacking = {bold: _Lacking(*paths) for bold, paths in self._paths.items()}
        for path in filter(None, (path for paths in self._paths.values() for path in paths)):
            _font(path, _LOOK)  # a file that is missing is told at once
        self._open: dict[tuple[bool, int], Face] = {}

    def face(self, size: int, *, bold: bool) -> Face:
        """Give the letters of so many dots."""
        key = (bold, size)
        if key not in self._open:
            self._open[key] = Face(*self._opened(bold, size), self._lacking[bold])
        return self._open[key]

    def _opened(self, bold: bool, size: int) -> tuple[FreeTypeFont, FreeTypeFont | None]:
        usual, rare = self._paths[bold]
        return _font(usual, size), _font(rare, size) if rare is not None else None


def _font(path: Path, size: int) -> FreeTypeFont:
    # the basic layout: no shaping library decides about widths, so a slip looks the same on every box
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _holds(font: FreeTypeFont, char: str) -> bool:
    return bytes(font.getmask(char)) != bytes(font.getmask(_NO_CHARACTER))
