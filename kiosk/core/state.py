"""All that the kiosk knows at one moment, as one value that never changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dispatch_client.trips import Place, Trip, TripStatus, Vehicle
from kiosk.core.events import Part
from kiosk.core.guests import Guest

if TYPE_CHECKING:
    from collections.abc import Mapping

LAST_NUMBER: Final = 99
"""Boarding numbers run 1-99: two digits are easy to remember and to hear."""


ON_BOARD: Final = frozenset(
    {
        TripStatus.QUEUED,
        TripStatus.SUBMITTING,
        TripStatus.REQUESTED,
        TripStatus.OFFERED,
        TripStatus.DRIVER_ASSIGNED,
        TripStatus.ARRIVED,
        TripStatus.UNKNOWN,
    }
)
"""Statuses in which a person is still waiting at the box."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where this box hangs and whom to telephone: what never changes while it runs."""

    code: str
    """Said on the telephone, for instance `0412`."""
    place: Mapping[str, str]
    """Name of the community, by language."""
    gate: Mapping[str, str]
    """Where the taxi stops, by language."""
    pickup: Place
    phone: str
    """The number of a person who can help."""
    languages: tuple[str, ...] = ("zh_CN", "en")
    """The default first."""
    contact_phone: str | None = None
    has_reader: bool = True

    def gate_in(self, language: str) -> str:
        """Where the taxi stops, in this language or the default one."""
        return self.gate.get(language) or self.gate[self.languages[0]]

    def place_in(self, language: str) -> str:
        """The community's name, in this language or the default one."""
        return self.place.get(language) or self.place[self.languages[0]]


class Stage(StrEnum):
    """What the present visit is about."""

    TRIP = "trip"
    """One trip, at whatever status it stands."""
    AGAIN = "again"
    """Pressed again although a taxi is under way."""
    SURE = "sure"
    """Asked whether the taxi that is coming is really not wanted."""
    HELP = "help"
    COMFORT = "comfort"
    """Louder, slower, darker, lower."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's time at the screen."""

    stage: Stage
    ref: str | None
    """The trip it is about."""
    since: float
    """Monotonic second at which this stage began."""
    touched: float
    """Monotonic second of the last sign of a person."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One trip with what this box has done about it so far."""

    trip: Trip
    began: float
    """Monotonic second of the press, or of the restart that found it."""
    changed: float
    """Monotonic second of its last change of status."""
    taxis: tuple[Vehicle, ...] = ()
    """Every taxi that was promised so far, each plate once; the last one counts."""
    slips: frozenset[str] = frozenset()
    """Names of the slips that were sent to the printer, or must not be printed any more."""
    slip_failed: bool = False
    calls: int = 0
    """How often it was called after the taxi arrived, or the wait was told during the search."""
    cannot_see: bool = False
    near: bool = False
    """It was told that the taxi is nearly here; said once, however the estimate wavers."""
    gave_up: bool = False
    """The rider asked for the cancel; without this a cancel is the company's."""
    unseen: bool = False
    """It has news that nobody was shown yet."""
    turns: int = 0
    """How often its present status was shown and called out because it was news."""
    staff_told: bool = False
    """A person was told that no taxi was found for it."""

    @property
    def old_taxi(self) -> Vehicle | None:
        """The taxi that was promised before and will not come after all."""
        lost, now = self.trip.lost_vehicle, self.trip.vehicle
        promised = self.taxis or ((lost,) if lost else ())
        earlier = [taxi for taxi in promised if now is None or taxi.plate != now.plate]
        return earlier[-1] if earlier and self.trip.status in ON_BOARD else None


@dataclass(frozen=True, slots=True)
class Comfort:
    """How the present visitor wants to hear and see; gone with the visit."""

    base: float = 1.0
    """What a known resident needs, as a factor of the box's own loudness."""
    louder: int = 0
    """Steps above the box's own loudness."""
    slower: int = 0
    """Steps below the box's own pace."""
    night: bool = False
    """Night colours whatever the hour."""
    sitting: bool = False

    @property
    def volume(self) -> float:
        """Factor of the amplitude: each step is 6 dB."""
        return self.base * 2.0**self.louder

    @property
    def pace(self) -> float:
        """Factor of the speech rate."""
        return (1.0, 0.8, 0.65)[self.slower]


@dataclass(frozen=True, slots=True)
class State:
    """The whole kiosk at one moment."""

    box: Box
    language: str
    mono: float = 0.0
    wall: datetime = field(default_factory=lambda: datetime(2000, 1, 1, tzinfo=UTC))
    visit: Visit | None = None
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    """Live trips by reference, and those whose end is still being shown."""
    next_number: int = 1
    link_up: bool = True
    resumed: bool = False
    """The trips from before the start are known; slips printed from here on are new ones."""
    broken: frozenset[Part] = frozenset()
    language_since: float = 0.0
    early: tuple[tuple[str, str | None, Guest | None], ...] = ()
    """Presses (reference, card, whose) made before the trips of the last run are known: they get their number then."""
    comfort: Comfort = Comfort()
    keys: bool = False
    """The present visitor uses the three keys: whatever can be done is told."""
    focus: int | None = None
    """Which of the choices OK would take; None: they have not been told yet."""
    lost: frozenset[str] = frozenset()
    """Presses that could not be stored, shown until their visit ends."""
    greeted: float | None = None
    """Monotonic second at which somebody who came near was last told how to get a taxi, or left the screen."""

    @property
    def shown(self) -> Waiting | None:
        """The trip that the present visit is about, once it is on disk."""
        return self.waiting.get(self.visit.ref) if self.visit and self.visit.ref else None

    def number_free(self) -> int:
        """The next boarding number that no waiting person has."""
        taken = {w.trip.request.boarding_number for w in self.waiting.values() if not w.trip.ended}
        numbers = (1 + (self.next_number - 1 + i) % LAST_NUMBER for i in range(LAST_NUMBER))
        return next((n for n in numbers if n not in taken), self.next_number)
