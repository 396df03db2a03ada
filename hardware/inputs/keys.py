"""What is true of every key: a trembling hand is one press, and a key that hangs is a finding and no press."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Unpack

from hardware.events import Key, KeyPressed
from hardware.health import Finding, Health
from hardware.port_service import PortService
from hardware.service import ServiceOptions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hardware.events import Emit

AGAIN_S: Final = 0.25
"""Let go for less than this, it is the same press: contacts bounce for a few milliseconds, hands tremble 4 to 12 times
a second."""
STUCK_S: Final = 20.0
"""Nobody holds a button for this long; something leans on it, or it hangs."""


@dataclass(slots=True)
class Held:
    """One key. Times are seconds of any growing clock."""

    again_s: float = AGAIN_S
    is_down: bool = False
    since: float = 0.0
    """When it went down, or since when it does not stay up."""
    _up_at: float | None = None

    def down(self, now: float) -> bool:
        """Take that it is down; True when that is a new press."""
        if self.is_down:
            return False
        self.is_down = True
        if self._up_at is not None and now - self._up_at < self.again_s:
            return False
        self.since = now
        return True

    def up(self, now: float) -> None:
        """Take that it is up."""
        if self.is_down:
            self.is_down, self._up_at = False, now

    def held_s(self, now: float) -> float:
        """Give for how long it is down, 0 when it is up."""
        return now - self.since if self.is_down else 0.0


class KeyService(PortService):
    """The thread of a button or a few keys: a driver says what goes down and up, and only presses go on.

    Args:
        name: name of the device in events.
        emit: where events go.
        keys: the keys there are.
        again_s: let go for less than this, it is the same press.
        stuck_s: held for this long, it is a warning.
        options: see `ServiceOptions`.
    """

    def __init__(
        self,
        name: str,
        emit: Emit,
        keys: Iterable[Key],
        *,
        again_s: float = AGAIN_S,
        stuck_s: float = STUCK_S,
        **options: Unpack[ServiceOptions],
    ) -> None:
        super().__init__(name, emit, **options)
        self._keys = {key: Held(again_s) for key in keys}
        self._stuck_s = stuck_s
        self._presses = 0

    def counters(self) -> dict[str, int]:
        """Count since it was made: `presses`."""
        return {"presses": self._presses}

    def down(self) -> frozenset[Key]:
        """Give the keys that are down now, from any thread."""
        return frozenset(key for key, held in self._keys.items() if held.is_down)

    def findings(self) -> tuple[Finding, ...]:
        """Whether a key hangs. One that nobody pressed yet is UNKNOWN: it may not be wired at all."""
        now = self._clock()
        stuck = [key for key, held in self._keys.items() if held.held_s(now) >= self._stuck_s]
        about = f"{self.name}.keys"
        if stuck:
            sentence = f"Held down for {self._stuck_s:g} s or more: {', '.join(stuck)}."
            return (Finding(about, Health.WARN, sentence, "Free it, and look at its spring and its cable."),)
        if not self._presses:
            return (Finding(about, Health.UNKNOWN, "It was not pressed since the start.", "Press it once."),)
        return (Finding(about, Health.OK, "Presses are heard."),)

    def goes_down(self, key: Key) -> None:
        """Take that a key is down; said as often as one likes."""
        if self._keys[key].down(self._clock()):
            self._presses += 1
            self.emit(KeyPressed(self.name, key))

    def goes_up(self, key: Key) -> None:
        """Take that a key is up; said as often as one likes."""
        self._keys[key].up(self._clock())

    def is_down_already(self, key: Key) -> None:
        """Take that a key was down before anybody looked: that is no press, and it may hang."""
        self._keys[key].down(self._clock())

    def forget(self) -> None:
        """The port is closed: what was down is looked at anew."""
        for key in self._keys:
            self.goes_up(key)
