"""What the flow wants done in the world, as values; the app carries them out."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch_client.trips import TripRequest
from kiosk.core.scene import Line
from kiosk.core.slip import Slip


@dataclass(frozen=True, slots=True)
class Ask:
    """Keep this trip and ask a dispatcher for it."""

    request: TripRequest
    holder: str | None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask for this trip no more."""

    ref: str
    reason: str


@dataclass(frozen=True, slots=True)
class TellDriver:
    """The passenger is on the way, or cannot see the taxi."""

    ref: str
    can_see_taxi: bool


@dataclass(frozen=True, slots=True)
class StillWanted:
    """The person wants the taxi although its deadline passed."""

    ref: str


@dataclass(frozen=True, slots=True)
class Say:
    """Speak these lines, one after the other; what is being said stops first unless `after` it."""

    lines: tuple[Line, ...]
    language: str
    chime: bool = False
    times: int = 1
    after: bool = False
    volume: float = 1.0
    """Factor of the box's own loudness."""
    pace: float = 1.0
    """Factor of its own pace: 0.8 is slower."""


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop speaking at once."""


@dataclass(frozen=True, slots=True)
class Print:
    """Print this slip; the same `job_id` is never printed twice."""

    job_id: str
    slip: Slip


@dataclass(frozen=True, slots=True)
class TellStaff:
    """Something a caretaker should know; `what` is a fixed word, nothing personal."""

    what: str
    ref: str


Effect = Ask | Cancel | TellDriver | StillWanted | Say | Hush | Print | TellStaff
