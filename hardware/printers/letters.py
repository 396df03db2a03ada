"""What of a text can stand on paper: what cannot is taken away before anything is measured or sent to a printer."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hardware.paper import QR, Badge, Boxed, Columns, Mixed, Text

if TYPE_CHECKING:
    from hardware.paper import Block, Document, Line

MOST_CHARACTERS: Final = 5000
"""Of one slip. A hundred times what one holds; more would keep the printer's thread busy for seconds."""
_NOTHING_LEFT: Final = "\N{REPLACEMENT CHARACTER}"
_GONE: Final = frozenset({"Cc", "Cf"})
"""Categories without ink: control characters, and marks for joining and for the direction of text."""


def clean(text: str) -> str:
    """Give the text without characters that have no shape of their own; line feeds stay, a tab becomes a space."""
    if text.isprintable():
        return "".join(char for char in text if not _selects_a_variant(char))
    kept = []
    for char in text.replace("\r\n", "\n").replace("\t", " "):
        category = unicodedata.category(char)
        if char in "\n\r" or category in ("Zl", "Zp"):
            kept.append("\n")
        elif category == "Zs" and char != "\N{IDEOGRAPHIC SPACE}":
            kept.append(" ")
        elif category == "Cs":
            kept.append(_NOTHING_LEFT)  # half of a pair, as a broken JSON text may hold
        elif category not in _GONE and not _selects_a_variant(char):
            kept.append(char)
    return "".join(kept)


def cleaned(document: Document) -> Document:
    """Give the slip with every text in it cleaned.

    Raises:
        ValueError: it has more characters than a slip may have.
    """
    blocks = tuple(_block(block) for block in document.blocks)
    count = sum(_length(block) for block in blocks)
    if count > MOST_CHARACTERS:
        raise ValueError(f"a slip of {count} characters: expected at most {MOST_CHARACTERS}")
    return replace(document, blocks=blocks)


def _selects_a_variant(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _line(line: Line) -> Line:
    if isinstance(line, Text):
        return replace(line, text=clean(line.text))
    return Mixed(tuple(replace(part, text=clean(part.text)) for part in line.parts))


def _one_line(text: str) -> str:
    """Clean what must not become empty and has no second line."""
    return clean(text).replace("\n", " ").strip() or _NOTHING_LEFT


def _block(block: Block) -> Block:
    match block:
        case Text() | Mixed():
            block = _line(block)
        case Badge():
            block = Badge(_one_line(block.number), tuple(_line(line) for line in block.lines))
        case Boxed():
            block = replace(block, text=_one_line(block.text))
        case Columns():
            left, right = (replace(side, text=clean(side.text)) for side in (block.left, block.right))
            block = Columns(left, right)
        case QR():
            block = replace(block, lines=tuple(_line(line) for line in block.lines))
    return block


def _length(block: Block) -> int:
    match block:
        case Text() | Boxed():
            return len(block.text)
        case Mixed():
            return sum(len(part.text) for part in block.parts)
        case Badge() | QR():
            return sum(_length(line) for line in block.lines)
        case Columns():
            return len(block.left.text) + len(block.right.text)
    return 0
