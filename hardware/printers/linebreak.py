"""Breaks Chinese and Latin text into lines the way a careful typesetter would, whatever the font."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

NEVER_FIRST: Final = frozenset("，。、；：？！）】》〉」』〕｝”’…—～％°℃·•‧,.;:?!)]}%")
"""No line begins with one of these: they close or join what stands before them."""
NEVER_LAST: Final = frozenset("（【《〈「『〔｛“‘￥¥$([{")
"""No line ends with one of these: they open what comes after them."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style that stand next to each other. `style` is whatever number the caller gave."""

    text: str
    style: int


def break_lines(runs: Sequence[Run], width: float, measure: Callable[[str, int], float]) -> list[list[Run]]:
    """Set a paragraph in lines no wider than `width`, in the units of `measure`.

    Chinese breaks between any two characters, Latin at spaces only, except where one word alone is wider than the
    line. Spaces at the end of a line are dropped. A line feed begins a new line; there is at least one line.
    """
    lines: list[list[Run]] = []
    for paragraph in _paragraphs(runs):
        line: list[Run] = []
        used = 0.0
        for unit in _units(paragraph):
            core = _stripped(unit)
            core_width = _width(core, measure)
            if line and used + core_width > width:
                lines.append(_stripped(line))
                line, used = [], 0.0
            if core_width > width:
                *whole, rest = _torn(unit, width, measure)
                lines.extend(_stripped(part) for part in whole)
                unit = rest  # noqa: PLW2901 - what is left of the unit begins the next line
            line += unit
            used += _width(unit, measure)
        lines.append(_stripped(line))
    return [_joined(line) for line in lines]


def _paragraphs(runs: Sequence[Run]) -> Iterator[list[Run]]:
    paragraph: list[Run] = []
    for run in runs:
        first, *others = run.text.replace("\r\n", "\n").replace("\t", " ").split("\n")
        paragraph.append(Run(first, run.style))
        for other in others:
            yield paragraph
            paragraph = [Run(other, run.style)]
    yield paragraph


def _units(paragraph: Sequence[Run]) -> Iterator[list[Run]]:
    """Cut a paragraph where a line may end; each unit is a list of single characters, its spaces last."""
    unit: list[Run] = []
    for character in (Run(char, run.style) for run in paragraph for char in run.text):
        if unit and _may_break(unit, character.text):
            yield unit
            unit = []
        unit.append(character)
    if unit:
        yield unit


def _may_break(unit: Sequence[Run], after: str) -> bool:
    before = unit[-1].text
    if after == " " or after in NEVER_FIRST or unicodedata.category(after) in ("Mn", "Me", "Cf"):
        return False
    if before == " ":
        return True
    return before not in NEVER_LAST and (_is_wide(before) or _is_wide(after))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in ("W", "F")


def _torn(unit: Sequence[Run], width: float, measure: Callable[[str, int], float]) -> list[list[Run]]:
    """Cut a unit that is wider than the line, after as many characters as fit; a closing mark is never left first."""
    parts: list[list[Run]] = []
    part: list[Run] = []
    used = 0.0
    for character in unit:
        wide = measure(character.text, character.style)
        if part and character.text != " " and used + wide > width:
            kept = len(part)
            if character.text in NEVER_FIRST:
                kept = next((i for i in range(len(part) - 1, 0, -1) if part[i].text not in NEVER_FIRST), kept)
            parts.append(part[:kept])
            part = part[kept:]
            used = _width(part, measure)
        part.append(character)
        used += wide
    return [*parts, part]


def _stripped(line: Sequence[Run]) -> list[Run]:
    kept = len(line)
    while kept and line[kept - 1].text == " ":
        kept -= 1
    return list(line[:kept])


def _joined(line: Sequence[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in line:
        if joined and joined[-1].style == run.style:
            joined[-1] = Run(joined[-1].text + run.text, run.style)
        elif run.text:
            joined.append(run)
    return joined


def _width(line: Sequence[Run], measure: Callable[[str, int], float]) -> float:
    return sum(measure(run.text, run.style) for run in line)
