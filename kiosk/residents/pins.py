"""How long a caretaker waits after wrong PINs: pure rules that no restart and no changed clock shortens."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dispatch_client.clock import Moment

FIRST_S: Final = 30.0
_PIN: Final = re.compile(r"[0-9]{6,12}")
_RUN: Final = "01234567890123456789"


@dataclass(frozen=True, slots=True)
class Rule:
    """How many wrong tries cost nothing, and the longest wait."""

    free: int
    most_s: float


CARETAKER: Final = Rule(free=4, most_s=3600.0)
"""For one number: the fifth wrong try begins the wait."""
DOOR: Final = Rule(free=14, most_s=300.0)
"""For all numbers together, so that going through them is stopped too; short, for it also stops who may come in."""


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries since the last right one."""

    failures: int = 0
    last: Moment | None = None
    """When the last one was; None: there was none."""


def wait_s(failures: int, rule: Rule = CARETAKER) -> float:
    """How long to wait after so many wrong tries in a row: nothing, then 30 s, and twice as long with each one.

    >>> [wait_s(n) for n in (4, 5, 6, 7, 50)]
    [0.0, 30.0, 60.0, 120.0, 3600.0]
    """
    if failures <= rule.free:
        return 0.0
    return float(min(FIRST_S * 2 ** min(failures - rule.free - 1, 20), rule.most_s))


def look(tries: Tries, now: Moment, rule: Rule = CARETAKER) -> tuple[Tries, float]:
    """Give the tries as they are to be kept, and how many seconds are still to be waited.

    Within one boot the monotonic clock counts, which nobody can set. After a restart the wall clock counts only if it
    was synchronised both times and did not go back; otherwise the whole wait begins anew: it never ends earlier, and
    it never lasts longer than one whole wait.
    """
    wait = wait_s(tries.failures, rule)
    if not wait or tries.last is None:
        return tries, 0.0
    age = tries.last.age_s(now)
    back = tries.last.boot_id != now.boot_id and now.wall < tries.last.wall
    if age is None or back:
        return replace(tries, last=now), wait
    return tries, max(0.0, wait - age)


def missed(tries: Tries, now: Moment) -> Tries:
    """Count one more wrong try."""
    return Tries(tries.failures + 1, now)


def weak(pin: str) -> str | None:
    """Tell why this may not be a PIN; None: it may."""
    if not _PIN.fullmatch(pin):
        return "expected 6 to 12 digits"
    if len(set(pin)) < 3:  # noqa: PLR2004 - 121212 and 777777
        return "expected at least three different digits"
    if pin in _RUN or pin in _RUN[::-1]:
        return "expected digits that do not simply count up or down"
    return None
