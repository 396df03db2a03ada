"""Megabytes of garbage into each parser: no card, no memory. How quickly is a figure of `make bench`."""

from __future__ import annotations

import random
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from hardware.readers.em125k_frames import Em125kParser
from hardware.readers.hid_keys import HidParser
from hardware.readers.pn532_frames import Pn532Parser

if TYPE_CHECKING:
    from collections.abc import Callable

MEGABYTES = {"random": 10, "worst": 0.2}
"""The worst there is costs five seconds a megabyte while memory is watched."""
BLOCK = 65_536
MOST = 100_000
"""Bytes that a parser and the pieces of one block may take, its counters included."""


def keys(block: bytes) -> list[tuple[int, int, int]]:
    """An event is 24 bytes long."""
    return [(1, byte % 128, byte >> 7) for byte in block[::24]]


@pytest.mark.parametrize(
    ("make", "worst", "shape"),
    [
        (Em125kParser, b"\x0262E3086CED", bytes),
        (lambda: Em125kParser(bare=True), b"62E3086CED", bytes),
        (Pn532Parser, b"\x00\xff\xff\xff\x01\x08\xf7", bytes),
        (HidParser, b"\x82\x83\x84\x85", keys),
    ],
    ids=["em125k", "em125k bare", "pn532", "hid"],
)
@pytest.mark.parametrize("kind", ["random", "worst"])
def test_megabytes_of_garbage_leave_nothing_behind(
    make: Callable[[], Any], worst: bytes, shape: Callable[[bytes], Any], kind: str
) -> None:
    noise = random.Random(7).randbytes(BLOCK)  # noqa: S311 - noise
    block = shape(noise if kind == "random" else (worst * (BLOCK // len(worst) + 1))[:BLOCK])
    pieces = [block[at : at + 4096] for at in range(0, len(block), 4096)]
    parser = make()
    tracemalloc.start()
    try:
        for _ in range(int(MEGABYTES[kind] * 1_000_000) // BLOCK + 1):
            for piece in pieces:
                assert not [found for found in parser.feed(piece) if getattr(found, "body", found)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST
