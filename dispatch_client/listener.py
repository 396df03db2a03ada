"""Where the courier's news goes: one callback for each kind of news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_client.repeats import Repeat
    from dispatch_client.trips import Trip, TripRequest


@dataclass(slots=True)
class Listener:
    """Where the courier's news goes. Called on the courier's thread; must not block."""

    on_trip: Callable[[Trip], None]
    """A trip as it now stands. The first call for a trip is the acknowledgement of its press: it is on disk."""
    on_lost: Callable[[TripRequest, str], None] = field(default=lambda _request, _sentence: None)
    """A press could not be stored: nothing was promised and nothing will come."""
    on_link: Callable[[bool, str], None] = field(default=lambda _up, _sentence: None)
    """The dispatcher can be reached, or cannot, and why."""
    on_fault: Callable[[str], None] = field(default=lambda _sentence: None)
    """Something for the staff's eyes: one sentence without personal data."""
    on_store: Callable[[bool], None] = field(default=lambda _works: None)
    """The store can be written, or cannot: then no press can be taken."""
    on_ready: Callable[[int], None] = field(default=lambda _last_number: None)
    """The outbox is open and every live trip was told; carries the last boarding number of today."""
    on_repeat: Callable[[str, Repeat | None], None] = field(default=lambda _ref, _rule: None)
    """A repeated ride is on disk now, or (None) is forgotten."""
