"""The rules over a composed sheet, each a small pure function that tells every value it measured."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from kiosk.audit.colours import contrast, yellow, yellowed
from kiosk.audit.glyphs import lacking
from kiosk.audit.places import CAPITAL, Rect, ground, letters, rect
from kiosk.audit.rules import Mark
from kiosk.ui.shapes import Box, Measure, Sheet, Stroke, Words
from kiosk.ui.theme import Look, Size

_HAIR: Final = 1.0
"""Pixels by which rounding may push one thing into another."""


def measured(sheet: Sheet, look: Look, measure: Measure) -> Iterator[Mark]:
    """Every value of every rule that a sheet alone can tell."""
    yield from colours(sheet)
    yield from lettering(sheet, look)
    yield from clipping(sheet, look, measure)
    yield from overlaps(sheet, look, measure)
    yield from targets(sheet, look)
    yield from yellows(sheet)
    if look.sitting:
        yield from (Mark("reach when sitting", 1 - t.y / look.height, t.press) for t in sheet.targets)


def colours(sheet: Sheet) -> Iterator[Mark]:
    """Contrast of words with what lies under them, and of controls with what lies around them."""
    for i, shape in enumerate(sheet.shapes):
        if isinstance(shape, Words):
            below = ground(sheet, i, shape.x + shape.w / 2, shape.y + shape.h / 2)
            yield Mark("contrast", contrast(shape.colour, below), shape.text)
            yield Mark("yellowed lens", contrast(yellowed(shape.colour), yellowed(below)), shape.text)
    for target in sheet.targets:
        face = target.face
        around = ground(sheet, sheet.shapes.index(face), face.x - _HAIR, face.y + face.h / 2)
        seen = [contrast(colour, around) for colour in (face.edge, face.fill) if colour is not None]
        yield Mark("control edge", max(seen, default=1.0), target.press)


def lettering(sheet: Sheet, look: Look) -> Iterator[Mark]:
    """Sizes, lengths of lines, and characters that no font has."""
    for words in (s for s in sheet.shapes if isinstance(s, Words)):
        tall = look.em(words.size) * CAPITAL / look.px_per_mm
        yield Mark("text height", tall, words.text)
        if words.size is Size.PLATE:
            yield Mark("plate height", tall, words.text)
        yield Mark("line length", sum(2 if char > "\u2e80" else 1 for char in words.text), words.text)
        none = lacking(words.text, bold=words.bold)
        yield Mark("glyphs", len(none), f"{none} in {words.text}" if none else words.text)


def clipping(sheet: Sheet, look: Look, measure: Measure) -> Iterator[Mark]:
    """Words between the sides of their box, everything inside the screen; above and below nothing cuts a word."""
    screen = Rect(0, 0, look.width, look.height)
    for shape in sheet.shapes:
        what = shape.text if isinstance(shape, Words) else type(shape).__name__
        yield Mark("on the screen", _mm(rect(shape).within(screen), look), what)
        if isinstance(shape, Words):
            here = letters(shape, look, measure)
            over = max(shape.x - here.left, here.right - shape.x - shape.w)
            yield Mark("word in its box", _mm(over, look), what)
            yield Mark("on the screen", _mm(here.within(screen), look), what)
    for target in sheet.targets:
        yield Mark("on the screen", _mm(rect(target).within(screen), look), target.press)


def overlaps(sheet: Sheet, look: Look, measure: Measure) -> Iterator[Mark]:
    """No two words on each other, no word half on a target."""
    words = [(s.text, letters(s, look, measure)) for s in sheet.shapes if isinstance(s, Words)]
    for (one, here), (other, there) in combinations(words, 2):
        yield Mark("words apart", _mm(-here.apart(there), look), f"{one} / {other}")
    for target in sheet.targets:
        place = rect(target)
        for text, here in words:
            cover = min(-here.apart(place), here.within(place))
            yield Mark("words and targets apart", _mm(cover, look), f"{text} / {target.press}")


def targets(sheet: Sheet, look: Look) -> Iterator[Mark]:
    """Large, and apart. Half a pixel is given for the rounding of each place."""
    half = 0.5 / look.px_per_mm
    for target in sheet.targets:
        yield Mark("target size", min(target.w, target.h) / look.px_per_mm + half, target.press)
    for one, other in combinations(sheet.targets, 2):
        gap = rect(one).apart(rect(other)) / look.px_per_mm
        yield Mark("target gap", gap + half, f"{one.press} / {other.press}")


def yellows(sheet: Sheet) -> Iterator[Mark]:
    """One yellow button at most, and nothing yellow that cannot be pressed; the car's own paint is the car's."""
    places = [rect(target) for target in sheet.targets]
    yield Mark("one main button", sum(yellow(t.face.fill) for t in sheet.targets), "targets")
    for shape in sheet.shapes:
        match shape:
            case Box():
                bright, what = yellow(shape.fill) or yellow(shape.edge), "Box"
            case Words() | Stroke():
                bright, what = yellow(shape.colour), getattr(shape, "text", "Stroke")
            case _:
                continue
        loose = bright and not any(rect(shape).within(place) <= _HAIR for place in places)
        yield Mark("yellow is pressed", float(loose), what)


def _mm(pixels: float, look: Look) -> float:
    """Millimetres of what is too much, none where rounding explains it."""
    return pixels / look.px_per_mm if pixels > _HAIR else 0.0
