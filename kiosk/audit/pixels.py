"""The rules over what was really drawn: the same sheet with and without its words, read back from the framebuffer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageChops

from kiosk.audit.colours import contrast
from kiosk.audit.places import letters
from kiosk.audit.rules import Mark
from kiosk.ui.shapes import Measure, Sheet, Words

if TYPE_CHECKING:
    from kiosk.audit.places import Rect
    from kiosk.ui.glass import Glass
    from kiosk.ui.theme import Colour, Look

_INK: Final = 48
"""Of 255: a pixel that changed by more with the words is their ink, not the soft edge of a letter."""
_APART_S: Final = 1.0
_CHINESE: Final = "\u4e00"


def measured(glass: Glass, sheet: Sheet, look: Look, measure: Measure) -> Iterator[Mark]:
    """Every value of every rule that a picture of this sheet can tell. Leaves the sheet on the glass."""
    glass.lay(replace(sheet, shapes=tuple(s for s in sheet.shapes if not isinstance(s, Words))))
    bare = glass.picture()
    glass.lay(sheet)
    full = glass.picture()
    ink = ImageChops.difference(full, bare)
    mask = _most(ink).point(lambda change: 255 if change > _INK else 0)
    sampled: set[tuple[object, ...]] = set()
    for words in (s for s in sheet.shapes if isinstance(s, Words)):
        kind = (words.size, words.bold, words.colour, words.ground)
        yield from _word(words, letters(words, look, measure), look, (full, bare, mask), sample=kind not in sampled)
        sampled.add(kind)
    yield Mark("word in its box, drawn", _loose(mask, sheet, look, measure), "ink outside the words")


def blinking(glass: Glass, sheet: Sheet) -> Iterator[Mark]:
    """Pixels that differ between two frames a second apart, with the loop turning in between."""
    glass.lay(sheet)
    before, until = glass.picture(), time.monotonic() + _APART_S
    while time.monotonic() < until:
        glass.turn()
    changed = _most(ImageChops.difference(before, glass.picture()))
    yield Mark("nothing blinks", changed.size[0] * changed.size[1] - changed.histogram()[0], "two frames")


def _word(
    words: Words, place: Rect, look: Look, pictures: tuple[Image.Image, Image.Image, Image.Image], *, sample: bool
) -> Iterator[Mark]:
    """Whether it is there, how tall its ink is, and for one of each kind on a screen how it stands out."""
    around = (
        max(0, round(place.left) - 1),
        max(0, round(min(words.y, place.top))),
        min(look.width, round(place.right) + 1),
        min(look.height, round(max(words.y + words.h, place.bottom))),
    )
    if around[0] >= around[2] or around[1] >= around[3]:
        yield Mark("seen", 1.0, words.text)
        return
    full, bare, whole = pictures
    mask = whole.crop(around)
    box = mask.getbbox()
    yield Mark("seen", float(box is None), words.text)
    if box is None:
        return
    if sample:
        seen, under = (_usual(picture.crop(around), mask) for picture in (full, bare))
        yield Mark("contrast, drawn", contrast(seen, under), words.text)
    if any(char.isupper() or char.isdigit() for char in words.text) or sum(c >= _CHINESE for c in words.text) > 1:
        # The mask leaves out the softest row at the top and at the bottom.
        yield Mark("text height, drawn", (box[3] - box[1] + 1) / look.px_per_mm, words.text)


def _usual(picture: Image.Image, mask: Image.Image) -> Colour:
    """The commonest colour under the mask: a letter's inside, or what it stands on."""
    pixels = picture.convert("RGBA")
    pixels.putalpha(mask)
    counted = pixels.getcolors(pixels.size[0] * pixels.size[1]) or []
    colour = max((n, c) for n, c in counted if isinstance(c, tuple) and c[3])[1]
    red, green, blue, _ = (channel / 255 for channel in colour)
    return red, green, blue, 1.0


def _loose(mask: Image.Image, sheet: Sheet, look: Look, measure: Measure) -> float:
    """Pixels of ink beyond every box of words, and such as the screen's edge cuts."""
    width, height = mask.size
    rest = mask.copy()
    for words in (s for s in sheet.shapes if isinstance(s, Words)):
        here = letters(words, look, measure)
        left, right = max(1, round(words.x) - 1), min(width - 1, round(words.x + words.w) + 1)
        top = max(1, round(min(words.y, here.top)) - 1)
        bottom = min(height - 1, round(max(words.y + words.h, here.bottom)) + 1)
        if left < right and top < bottom:
            rest.paste(0, (left, top, right, bottom))
    return float(width * height - rest.histogram()[0])


def _most(picture: Image.Image) -> Image.Image:
    """For each pixel its strongest channel."""
    red, green, blue = picture.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)
