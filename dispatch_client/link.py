"""Whether the dispatcher can be reached, as far as anything has shown, and when to look again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

PROBE_S: Final = 3.0
"""While nobody knows whether the dispatcher can be reached. Somebody may stand there waiting."""
IDLE_PROBE_S: Final = 60.0
"""While all is well and nothing else is said: a dead line must not be told as a good one for longer."""


class Link:
    """Up, down, or not known. While it is down, nothing but the probe goes out.

    `tell(up, sentence)` is called when it changes. Times are the courier's monotonic seconds.
    """

    def __init__(self, tell: Callable[[bool, str], None], rng: Random) -> None:
        self.up: bool | None = None
        self.down_since = 0.0
        """When it was lost, while `up` is False."""
        self.probe_due = 0.0
        self._told: bool | None = None
        self._tell = tell
        self._rng = rng

    def reached(self, now: float) -> bool:
        """The dispatcher has answered something; True when that was not known before."""
        self.probe_due = now + IDLE_PROBE_S * self._rng.uniform(0.8, 1.2)
        news = self.up is not True
        self._set(up=True, sentence="")
        return news

    def lost(self, now: float, sentence: str) -> None:
        """Nothing could be sent; `sentence` says why."""
        if self.up is not False:
            self.probe_due = now + 1.0
            self.down_since = now
        self._set(up=False, sentence=sentence)

    def doubted(self, now: float) -> None:
        """Something broke that does not prove the line dead: look at once."""
        self.probe_due = min(self.probe_due, now)

    def unclear(self) -> None:
        """Something answered the probe, but not in its senses: trips may try for themselves."""
        if self.up is False:
            self.up = None

    def probing(self, now: float) -> None:
        """A probe goes out now; the next one after this."""
        self.probe_due = now + (IDLE_PROBE_S if self.up else PROBE_S) * self._rng.uniform(0.8, 1.2)

    def _set(self, *, up: bool, sentence: str) -> None:
        self.up = up
        if self._told is not up:
            self._told = up
            self._tell(up, sentence)
