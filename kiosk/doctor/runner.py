"""Runs all checks at once and waits for none longer than its limit: what hangs is told as hanging."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hardware.health import Health
from kiosk.doctor.result import Result
from kiosk.log import get_logger

if TYPE_CHECKING:
    from collections.abc import Iterator

log = get_logger()

LIMIT_S: Final = 4.0
BUDGET_S: Final = 7.0
"""For everything together: with starting and writing it down, a whole examination stays under 10 s."""


@dataclass(frozen=True, slots=True)
class Check:
    """One subject to look at."""

    name: str
    """The subject: its results begin with it where it says something of its own."""
    act: Callable[[], Iterable[Result]]
    """Looks, and gives results as it finds them; what it gave before its limit counts."""
    limit_s: float = LIMIT_S
    late: Health = Health.UNKNOWN
    """What it means when it takes longer than that."""
    late_cure: str = "Run the doctor again when the machine is less busy."


@dataclass(slots=True)
class _Run:
    check: Check
    changed: threading.Condition
    results: list[Result] = field(default_factory=list)
    done: bool = False

    def carry_out(self) -> None:
        """Run the check on a thread of its own, which nobody waits for when it hangs."""
        try:
            for result in self.check.act():
                with self.changed:
                    self.results.append(result)
        except Exception as error:
            log.exception("a check failed", check=self.check.name)
            broken = f"This check itself failed ({type(error).__name__})."
            with self.changed:
                self.results.append(
                    Result(f"{self.check.name}.check", Health.UNKNOWN, broken, "Send a support bundle to support.")
                )
        with self.changed:
            self.done = True
            self.changed.notify_all()

    def outcome(self, waited_s: float) -> Iterator[Result]:
        """Give what it said, and that it said no more when it was not done."""
        yield from self.results
        if not self.done:
            sentence = f"No answer within {waited_s:.1f} s."
            yield Result(f"{self.check.name}.time", self.check.late, sentence, self.check.late_cure)


def run(
    checks: Sequence[Check], *, budget_s: float = BUDGET_S, clock: Callable[[], float] = time.monotonic
) -> tuple[Result, ...]:
    """Run checks side by side; results in the order of the checks, whichever was done first.

    Returns within `budget_s` seconds of the clock. A check that hangs is left behind on its thread, which does not
    keep the program from ending.
    """
    began = clock()
    changed = threading.Condition()
    runs = [_Run(check, changed) for check in checks]
    for one in runs:
        threading.Thread(target=one.carry_out, name=f"check-{one.check.name}", daemon=True).start()
    results: list[Result] = []
    for one in runs:
        limit_s = min(one.check.limit_s, budget_s)
        with changed:
            while not one.done and (left := began + limit_s - clock()) > 0:
                changed.wait(left)
            results += one.outcome(limit_s)
    return tuple(results)
