"""The words of a trip as types: what is asked for, what came of it, and which status may follow which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class TripStatus(StrEnum):
    """Where a trip, or one attempt at it, stands."""

    QUEUED = "queued"
    """Durable here; no dispatcher has it yet."""
    SUBMITTING = "submitting"
    """On its way to a dispatcher; whether it arrived is not known yet."""
    REQUESTED = "requested"
    """The dispatcher has it and looks for a taxi."""
    OFFERED = "offered"
    """A taxi is held for us until we confirm."""
    DRIVER_ASSIGNED = "driver_assigned"
    ARRIVED = "arrived"
    """The taxi stands at the pickup."""
    IN_PROGRESS = "in_progress"
    """The passenger is in the taxi."""
    COMPLETED = "completed"
    CANCELLED_BY_RIDER = "cancelled_by_rider"
    CANCELLED_BY_DRIVER = "cancelled_by_driver"
    NO_DRIVERS = "no_drivers"
    EXPIRED = "expired"
    """Its deadline passed before a taxi was found, and nobody asked for it again."""
    FAILED = "failed"
    REJECTED = "rejected"
    """The dispatcher refuses this trip and would refuse it again."""
    UNKNOWN = "unknown"
    """A native status that nobody mapped: keep asking, never treat it as an end."""


_S = TripStatus

ENDS: Final[frozenset[TripStatus]] = frozenset(
    {
        _S.COMPLETED,
        _S.CANCELLED_BY_RIDER,
        _S.CANCELLED_BY_DRIVER,
        _S.NO_DRIVERS,
        _S.EXPIRED,
        _S.FAILED,
        _S.REJECTED,
    }
)
"""No status follows one of these."""

WITH_TAXI: Final[frozenset[TripStatus]] = frozenset({_S.DRIVER_ASSIGNED, _S.ARRIVED, _S.IN_PROGRESS})
"""A driver has promised to come, or came."""

_LOOKING: Final = {_S.REQUESTED, _S.OFFERED}
_STOPS: Final = {_S.CANCELLED_BY_RIDER, _S.EXPIRED, _S.FAILED, _S.REJECTED}
_DISPATCHER_STOPS: Final = _STOPS | {_S.CANCELLED_BY_DRIVER, _S.NO_DRIVERS, _S.COMPLETED}

TRANSITIONS: Final[Mapping[TripStatus, frozenset[TripStatus]]] = {
    _S.QUEUED: frozenset({_S.SUBMITTING, *_LOOKING, *WITH_TAXI, *_DISPATCHER_STOPS}),
    _S.SUBMITTING: frozenset({_S.QUEUED, *_LOOKING, *WITH_TAXI, *_DISPATCHER_STOPS}),
    _S.REQUESTED: frozenset({_S.QUEUED, _S.OFFERED, *WITH_TAXI, *_DISPATCHER_STOPS}),
    _S.OFFERED: frozenset({_S.QUEUED, _S.REQUESTED, *WITH_TAXI, *_DISPATCHER_STOPS}),
    _S.DRIVER_ASSIGNED: frozenset({_S.QUEUED, *_LOOKING, _S.ARRIVED, _S.IN_PROGRESS, *_DISPATCHER_STOPS}),
    _S.ARRIVED: frozenset({_S.QUEUED, *_LOOKING, _S.IN_PROGRESS, *_DISPATCHER_STOPS}),
    _S.IN_PROGRESS: frozenset(_DISPATCHER_STOPS),
    **{end: frozenset() for end in sorted(ENDS)},
}
"""Which status of a trip may follow which.

A dispatcher is polled, so steps in between may be skipped; a trip that was kept while the network was down may be
answered the moment it is sent, with any of them. Going back to QUEUED is the next attempt (the driver
cannot come, no taxi yet); going back to REQUESTED is a dispatcher that looks for another driver by itself.
"""


def may_follow(old: TripStatus, new: TripStatus) -> bool:
    """Tell whether `new` may follow `old`; a status follows itself, UNKNOWN follows nothing and is kept apart."""
    return old == new or new in TRANSITIONS.get(old, frozenset())


@dataclass(frozen=True, slots=True)
class Place:
    """A point where a ride starts or ends: WGS 84 degrees and the words a driver reads.

    Raises:
        ValueError: a latitude outside -90..90 or a longitude outside -180..180 (NaN included).
    """

    label: str
    lat: float
    lon: float
    note: str = ""

    def __post_init__(self) -> None:
        if not -90 <= self.lat <= 90:  # noqa: PLR2004 - degrees of latitude
            raise ValueError(f"latitude {self.lat!r} of a place: expected degrees from -90 to 90")
        if not -180 <= self.lon <= 180:  # noqa: PLR2004 - degrees of longitude
            raise ValueError(f"longitude {self.lon!r} of a place: expected degrees from -180 to 180")


@dataclass(frozen=True, slots=True)
class TripRequest:
    """One press of the button, as it was made. Frozen: what is sent for it never changes."""

    client_ref: str
    """UUID4 made at the press; the idempotency key of the first attempt."""
    pickup: Place
    requested_at: datetime
    """Wall time of the press, with its zone."""
    boarding_number: int
    """1-99, what the waiting person is called by."""
    kiosk_id: str = ""
    """The box's own code, as said on the telephone (for instance `0412`)."""
    contact_phone: str | None = None
    """E.164 number that the driver may call: the operator's, unless a resident agreed to share theirs."""
    dropoff: Place | None = None
    passengers: int = 1
    wheelchair: bool = False
    note: str = ""
    """Words for the driver; never personal data without consent."""
    pickup_at: datetime | None = None
    """When the taxi is wanted, with its zone; None: now.

    Raises:
        ValueError: a time without a zone.
    """

    def __post_init__(self) -> None:
        if self.pickup_at is not None and self.pickup_at.utcoffset() is None:
            raise ValueError(f"pickup_at {self.pickup_at!r} of a trip: expected a time with its zone")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """The taxi, as a person recognises it. Empty string: the dispatcher did not say."""

    plate: str = ""
    make: str = ""
    model: str = ""
    colour: str = ""
    """One of `COLOURS`, or a dispatcher's own word that is shown as it is."""


COLOURS: Final = ("white", "black", "silver", "grey", "red", "blue", "green", "yellow", "orange", "brown", "gold")
"""Colours that have a name in every language and a paint in the picture of the car."""


@dataclass(frozen=True, slots=True)
class Driver:
    """The driver: a name to greet by and, where the dispatcher gives it, a number to call."""

    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Booking:
    """What a dispatcher last said about one attempt. Providers make these."""

    native_id: str
    status: TripStatus
    native_status: str = ""
    """The dispatcher's own word, kept for the log when nobody mapped it."""
    vehicle: Vehicle | None = None
    driver: Driver | None = None
    eta_s: int | None = None
    """Seconds until the taxi is at the pickup, counted from when this was said."""
    drivers_notified: int | None = None
    """Only when the dispatcher told us; never guessed."""
    revision: int | None = None
    """Grows with each change at the dispatcher; an older one that arrives late is dropped."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One booking made at one dispatcher for a trip."""

    ref: str
    """Idempotency key: the trip's `client_ref` for the first attempt, derived from it for later ones."""
    provider: str
    status: TripStatus = TripStatus.QUEUED
    booking: Booking | None = None
    wider: bool = False
    """The dispatcher looks further away, too."""
    followed: bool = True
    """What becomes of it is heard. False: it was sent as a message, and nobody can see what came of that."""
    left: bool = False
    """It is being cancelled, or was, so that the next dispatcher can be asked."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One person's wish to ride, from press to end, as the outbox knows it."""

    request: TripRequest
    status: TripStatus
    deadline: datetime
    """When an undelivered trip must be asked again instead of sent."""
    attempts: tuple[Attempt, ...] = ()
    holder: str | None = None
    """Keyed hash of the card that asked for it, None for a bare press. Never sent to a dispatcher."""
    eta_at: datetime | None = None
    """Kiosk wall time at which the taxi is expected."""
    last_news_at: datetime | None = None
    """Kiosk wall time of the dispatcher's last answer about it."""
    asks_again: bool = False
    """The deadline passed before it was sent: a person must say that a taxi is still wanted."""
    coming: bool = False
    """The passenger said "I am coming"."""
    cancelling: bool = False
    """A cancel is on its way; the dispatcher has not confirmed it yet."""

    @property
    def ref(self) -> str:
        """The trip's own name everywhere: its `client_ref`."""
        return self.request.client_ref

    @property
    def ended(self) -> bool:
        """Nothing will change any more."""
        return self.status in ENDS

    @property
    def booking(self) -> Booking | None:
        """What was last said about the current attempt."""
        return self.attempts[-1].booking if self.attempts else None

    @property
    def vehicle(self) -> Vehicle | None:
        """The taxi that is coming, once one is."""
        return self.booking.vehicle if self.booking and self.status in WITH_TAXI else None

    @property
    def lost_vehicle(self) -> Vehicle | None:
        """The taxi of the attempt before, when that one will not come after all."""
        earlier = [a.booking.vehicle for a in self.attempts[:-1] if a.booking and a.booking.vehicle]
        return earlier[-1] if earlier else None
