"""Finds the fewest bytes for a picture: strips where ink is, dots that the printer doubles by itself, no white."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMAND: Final = 11
"""Bytes that one more strip costs: its head, and the feed to it."""
_GAP: Final = 2
"""Pairs of white rows from which a strip ends in any case; a shorter gap is weighed."""
_NIBBLES: Final = {sum(3 << 2 * bit for bit in range(4) if nibble >> bit & 1): nibble for nibble in range(16)}
"""Bytes whose dots come in pairs, and the four dots that are left when each pair is sent as one."""
_PAIRED: Final = bytes(_NIBBLES)


class Strip(NamedTuple):
    """Rows that are sent as one command."""

    top: int
    """First row of the picture."""
    bottom: int
    """The row after the last."""
    mode: int
    """What the printer doubles: 1 the width, 2 the height, 3 both, 0 nothing."""
    width: int
    """Bytes of a row that are sent."""
    data: bytes
    """Row after row, most significant bit left, 1 is black."""


class _Pair(NamedTuple):
    """Two rows, the upper one with an even number."""

    width: int
    """Bytes up to the last that has ink; 0 is white."""
    tall: bool
    """Both rows are the same."""
    wide: bool
    """In both, dots come in pairs."""


def strips(rows: bytes, stride: int, head: int, most_rows: int) -> Iterator[Strip]:
    """Cut a picture in strips, from top to bottom; what lies between them is white.

    Args:
        rows: the whole picture, packed, 1 is black.
        stride: bytes of one row.
        head: bytes across the head; what is doubled must not reach beyond.
        most_rows: rows of data that one strip may have.
    """
    lines = [rows[at : at + stride] for at in range(0, len(rows), stride)]
    pairs = [_pair(lines[at : at + 2], head) for at in range(0, len(lines), 2)]
    for first, last in _islands(pairs):
        for begin, end in _cut(pairs, first, last, max(1, most_rows // 2)):
            if any(pair.width for pair in pairs[begin:end]):
                yield _strip(lines, pairs, begin, end)


def _pair(lines: list[bytes], head: int) -> _Pair:
    width = max(len(line.rstrip(b"\0")) for line in lines)
    tall = len(lines) == 2 and lines[0] == lines[1]  # noqa: PLR2004 - the last row of an odd number stands alone
    fits = width + width % 2 <= head
    return _Pair(width, tall, fits and not any(line.translate(None, _PAIRED) for line in lines))


def _islands(pairs: list[_Pair]) -> Iterator[tuple[int, int]]:
    """Give (first, after the last) of what no white gap runs through."""
    inked = [number for number, pair in enumerate(pairs) if pair.width]
    begin = 0
    for at, number in enumerate(inked):
        if at + 1 == len(inked) or inked[at + 1] - number > _GAP:
            yield inked[begin], number + 1
            begin = at + 1


def _cut(pairs: list[_Pair], first: int, last: int, most: int) -> list[tuple[int, int]]:
    """Give the cheapest way to cut an island in strips of at most so many pairs of data rows (twice that when tall)."""
    cost = [0] * (last - first + 1)
    came_from = [0] * (last - first + 1)
    for end in range(first + 1, last + 1):
        best, width, tall, wide = 0, 0, True, True
        for begin in range(end - 1, first - 1, -1):
            pair = pairs[begin]
            width, tall, wide = max(width, pair.width), tall and pair.tall, wide and pair.wide
            count = end - begin
            if count > (2 * most if tall else most) and count > 1:
                break
            sent = (count if tall else 2 * count) * ((width + 1) // 2 if wide else width)
            price = cost[begin - first] + (_COMMAND + sent if width else 0)
            if begin == end - 1 or price < best:
                best, came_from[end - first] = price, begin
        cost[end - first] = best
    found = []
    end = last
    while end > first:
        begin = came_from[end - first]
        found.append((begin, end))
        end = begin
    return found[::-1]


def _strip(lines: list[bytes], pairs: list[_Pair], begin: int, end: int) -> Strip:
    top, bottom = 2 * begin, min(2 * end, len(lines))
    width = max(pair.width for pair in pairs[begin:end])
    tall, wide = (all(getattr(pair, name) for pair in pairs[begin:end]) for name in ("tall", "wide"))
    chosen = [line[:width] for line in lines[top : bottom : 2 if tall else 1]]
    if wide:
        chosen = [_halved(line) for line in chosen]
        width = len(chosen[0])
    return Strip(top, bottom, (2 if tall else 0) | (1 if wide else 0), width, b"".join(chosen))


def _halved(line: bytes) -> bytes:
    """Send one dot for each pair."""
    even = line + b"\0" * (len(line) % 2)
    return bytes(_NIBBLES[even[at]] << 4 | _NIBBLES[even[at + 1]] for at in range(0, len(even), 2))
