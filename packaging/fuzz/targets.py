"""Everything in the hardware library that takes what a device says, each with what is worth to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from hardware.virtual import hostile, hostile_modem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Target:
    """One parser."""

    prove: Callable[[bytes], None]
    """Raises when it does not hold what it promises."""
    seeds: Sequence[bytes]


def _seeds(case: hostile.Case) -> list[bytes]:
    """Give a good frame whole, cut, between silences, after noise and after the worst."""
    good, half = case.good, len(case.good) // 2
    return [
        hostile.script(good),
        hostile.script(good[:half], good[half:], b"", good),
        hostile.script(b"\x00\xff", good, b"", good[:half], b"", good),
        hostile.script(case.worst * 4, b"", good),
    ]


TARGETS: Final[Mapping[str, Target]] = {
    **{name: Target(partial(hostile.prove, case), _seeds(case)) for name, case in hostile.CASES.items()},
    "gammu": Target(hostile_modem.prove, hostile_modem.SEEDS),
}
"""By the name of the driver."""
