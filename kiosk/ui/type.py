"""Draws lines of text into textures, each once: five sizes, two weights, one font that has every character."""

from __future__ import annotations

import functools
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from kivy.core.text import Label, LabelBase
from kivy.core.text.markup import MarkupLabel

from kiosk.assets import asset
from kiosk.ui.rare import RARE, marked, rare

if TYPE_CHECKING:
    from kivy.graphics.texture import Texture

    from kiosk.ui.theme import Look, Size

FONT: Final = "words"
_KEPT: Final = 64
"""Lines kept as textures: four screens' worth, 10 MB; a clock that changes every minute must not fill the memory."""


@functools.cache
def _register() -> None:
    regular, bold = str(asset("fonts/NotoSansSC-Regular.ttf")), str(asset("fonts/NotoSansSC-Bold.ttf"))
    LabelBase.register(FONT, regular, fn_bold=bold)
    # SDL2_ttf falls back to no other font by itself: what the Chinese one lacks is marked.
    rare_regular, rare_bold = str(asset("fonts/NotoSansRare-Regular.ttf")), str(asset("fonts/NotoSansRare-Bold.ttf"))
    LabelBase.register(RARE, rare_regular, fn_bold=rare_bold)


class Type:
    """Lines of text as white textures, to be tinted where they are drawn."""

    def __init__(self, look: Look) -> None:
        _register()
        self._look = look
        self._lines: OrderedDict[tuple[str, Size, bool], Texture] = OrderedDict()
        self._widths: OrderedDict[tuple[str, Size, bool], float] = OrderedDict()

    def measure(self, text: str, size: Size, bold: bool) -> float:
        """Width of a line in pixels."""
        key = (text, size, bold)
        if key not in self._widths:
            label = self._label(text, size, bold=bold)
            if isinstance(label, MarkupLabel):
                label.refresh()
                self._widths[key] = float(label.texture.width)
            else:
                self._widths[key] = float(label.get_extents(text)[0])
            if len(self._widths) > 8 * _KEPT:
                self._widths.popitem(last=False)
        return self._widths[key]

    def texture(self, text: str, size: Size, *, bold: bool) -> Texture:
        """A line as it is drawn, in white."""
        key = (text, size, bold)
        if key in self._lines:
            self._lines.move_to_end(key)
            return self._lines[key]
        label = self._label(text, size, bold=bold)
        label.refresh()
        self._lines[key] = label.texture
        if len(self._lines) > _KEPT:
            self._lines.popitem(last=False)
        return label.texture

    def _label(self, text: str, size: Size, *, bold: bool) -> Label:
        if rare(text):
            return MarkupLabel(
                text=marked(text), font_name=FONT, font_size=self._look.em(size), bold=bold, color=(1, 1, 1, 1)
            )
        return Label(text=text, font_name=FONT, font_size=self._look.em(size), bold=bold, color=(1, 1, 1, 1))
