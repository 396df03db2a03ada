"""How quickly each parser gets through garbage, beside a loop that looks at each byte and makes nothing of it."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, Final

from figures import Figure

from hardware.virtual.hostile import CASES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from figures import Progress

    from hardware.virtual.hostile import Case

_MEGABYTES: Final = {"random": 10, "worst": 2}
"""What costs most is poured in less of: the figures are for one megabyte."""
_MEGABYTE: Final = 1_000_000
_BARE: Final = 2
_PIECE: Final = 4095
"""As a port gives them at most; a whole number of the events of a keyboard."""
_MOST_MS: Final = 1000.0
"""One megabyte a second: a hundred times what any of these lines can carry."""
_MS: Final = 1000.0


def measure(_folder: Path, tell: Progress) -> list[Figure]:
    """Pour noise, and what costs most, into each parser; beside each, the bare loop in the same minute."""
    noise = random.Random(7).randbytes(_MEGABYTES["random"] * _MEGABYTE)  # noqa: S311 - noise
    return [_poured(name, case, kind, noise, tell) for name, case in CASES.items() for kind in _MEGABYTES]


def _poured(name: str, case: Case, kind: str, noise: bytes, tell: Progress) -> Figure:
    size = _MEGABYTES[kind]
    tell(f"{size} MB of garbage ({name}, {kind})")
    data = noise if kind == "random" else case.worst * (size * _MEGABYTE // len(case.worst))
    pieces = [data[at : at + _PIECE] for at in range(0, len(data) - _PIECE, _PIECE)]
    parser = case.make()
    ours = _timed(parser.feed, [case.shape(piece) for piece in pieces]) / size
    bare = _timed(_bare, pieces[: _BARE * _MEGABYTE // _PIECE]) / _BARE
    return Figure(
        f"a megabyte of garbage through a parser ({name}, {kind})", "ms", ours * _MS, bare * _MS, most=_MOST_MS
    )


def _timed(take: Any, pieces: Sequence[object]) -> float:  # noqa: ANN401 - a parser's own feed
    began = time.perf_counter()
    for piece in pieces:
        take(piece)
    return time.perf_counter() - began


def _bare(piece: bytes) -> int:
    total = 0
    for byte in piece:
        total ^= byte
    return total
