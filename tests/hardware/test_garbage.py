"""Megabytes of garbage into each parser: no card, no memory. How quickly is a figure of `make bench`."""

from __future__ import annotations

import random
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from hardware.virtual.hostile import CASES, Case, held

if TYPE_CHECKING:
    from collections.abc import Sequence

MEGABYTES = 10
TRACED = 0.3
"""Megabytes that are poured once more while memory is watched, which makes it slow."""
SLOW = {"escpos_status"}
"""Looks at each byte by itself: a tenth of it shows as much."""
BLOCK = 65_520
MOST = 120_000
"""Bytes that a parser and what it finds in one piece may take, its counters included."""


def pour(parser: Any, case: Case, pieces: Sequence[object], megabytes: float) -> None:  # noqa: ANN401 - each its own
    for _ in range(int(megabytes * 1_000_000) // BLOCK + 1):
        for piece in pieces:
            assert not [found for found in parser.feed(piece) if case.names(found)]
        assert held(parser) <= case.holds


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", ["random", "worst"])
def test_megabytes_of_garbage_leave_nothing_behind(name: str, kind: str) -> None:
    case = CASES[name]
    noise = random.Random(7).randbytes(BLOCK)  # noqa: S311 - noise
    block = noise if kind == "random" else (case.worst * (BLOCK // len(case.worst) + 1))[:BLOCK]
    pieces = [case.shape(block[at : at + 4095]) for at in range(0, BLOCK, 4095)]
    parser = case.make()
    pour(parser, case, pieces, (1 if name in SLOW else MEGABYTES) if kind == "random" else 0)
    tracemalloc.start()
    try:
        pour(parser, case, pieces, TRACED)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST
