"""Breaks a sentence into lines that fit, in Chinese and in languages with spaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_NOT_FIRST: Final = "，。、；：？！）」』”’…,.;:?!)·"
"""No line begins with one of these (GB/T 15834)."""
_NOT_LAST: Final = "（「『“‘("

_PAUSES: Final = "，。；：？！"
_LEAST_SHARE: Final = 0.45

_PIECES: Final = re.compile(
    r"\s+|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+"
)


def break_lines(text: str, width: float, measure: Callable[[str], float]) -> tuple[str, ...]:
    """Fill lines no wider than `width`; a single word that is wider stands alone and overflows.

    The last line is never a single Chinese character when the line before can spare one.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and measure((line + piece).rstrip()) > width and not piece.isspace():
            head, line = _at_a_pause(line)
            lines.append(head)
        line += piece if line or not piece.isspace() else ""
    if line.strip():
        lines.append(line.rstrip())
    return _no_orphan(lines, width, measure)


def _at_a_pause(line: str) -> tuple[str, str]:
    """Break a full Chinese line after its last comma or stop, when enough stands before it; else at its end."""
    pause = max(line.rfind(mark) for mark in _PAUSES) + 1
    if _LEAST_SHARE * len(line) <= pause < len(line.rstrip()):
        return line[:pause], line[pause:]
    return line.rstrip(), ""


def _pieces(text: str) -> Iterator[str]:
    """What may not be torn: a word, a character with the punctuation that clings to it."""
    held = ""
    for piece in _PIECES.findall(text):
        if held and (piece[0] in _NOT_FIRST or held[-1] in _NOT_LAST):
            held += piece
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _no_orphan(lines: list[str], width: float, measure: Callable[[str], float]) -> tuple[str, ...]:
    if len(lines) > 1 and len(lines[-1].strip(_NOT_FIRST)) == 1 and lines[-1][0] > "\u2e80":
        pieces = list(_pieces(lines[-2]))
        moved = pieces[-1] + lines[-1]
        if len(pieces) > 2 and measure(moved) <= width:  # noqa: PLR2004 - the line before must stay a line
            return (*lines[:-2], "".join(pieces[:-1]).rstrip(), moved)
    return tuple(lines)
