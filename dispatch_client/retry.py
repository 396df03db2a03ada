"""When to try again: pure arithmetic from the error and the count of tries, so that it survives a reboot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch_client.errors import Ambiguous, Refusal, Refused

if TYPE_CHECKING:
    from random import Random

    from dispatch_client.errors import DispatchError

LOOK_UP_S: Final = (0.5, 1.0, 2.0, 4.0, 4.0, 6.0, 8.0, 10.0)
"""After a lost reply; the look-up can trail the booking (le.taxi showed it 50 ms later)."""
UNREACHABLE_S: Final = (0.5, 1.0, 2.0, 3.0, 5.0)
"""Somebody stands there waiting: never longer than 5 s while the network is down."""
BUSY_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
LONGEST_S: Final = 60.0
"""A Retry-After longer than this is cut: the person has a deadline of minutes."""

_AGAIN: Final = frozenset({Refusal.RATE_LIMITED, Refusal.UNAVAILABLE})


def delay_s(error: DispatchError, tries: int, rng: Random) -> float | None:
    """Seconds to wait before try number `tries` + 1 (counted from 1), or None when trying again is pointless.

    A fifth more or less is drawn from `rng`, so that a hundred boxes do not come back in one second.
    """
    if isinstance(error, Refused):
        if error.refusal not in _AGAIN:
            return None
        if error.retry_after_s is not None:
            return min(max(error.retry_after_s, 0.0), LONGEST_S)
        ladder: tuple[float, ...] = BUSY_S
    else:
        ladder = LOOK_UP_S if isinstance(error, Ambiguous) else UNREACHABLE_S
    base = ladder[min(max(tries, 1), len(ladder)) - 1]
    return base * rng.uniform(0.8, 1.2)


def patience_s(error: DispatchError, tries: int, rng: Random) -> float:
    """Seconds to wait where giving up is no choice (a booking that may be alive): `delay_s`, or ever longer pauses."""
    pause = delay_s(error, tries, rng)
    return pause if pause is not None else BUSY_S[min(max(tries, 1), len(BUSY_S)) - 1] * rng.uniform(0.8, 1.2)
