"""What happens to one simulated trip, from the search to the end of the ride."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from dispatch_client.sandbox import wishes
from dispatch_client.sandbox.behaviour import Behaviour
from dispatch_client.sandbox.fleet import Locale, Point, Taxi, new_taxi
from dispatch_client.trips import ENDS, TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

_S: Final = TripStatus

ASKED: Final = 5
"""Drivers who are asked in one round."""
NOTICE_S: Final = (1.0, 3.0)
DECLINE_S: Final = (3.0, 9.0)
ACCEPT_S: Final = (5.0, 20.0)
SLOW_ACCEPT_S: Final = (120.0, 180.0)
GIVE_UP_S: Final = 60.0
GIVE_UP_FAR_S: Final = 180.0
OFFER_S: Final = 30.0
DRIVER_CANCELS_S: Final = (15.0, 40.0)
BOARDS_WHEN_CALLED_S: Final = (15.0, 35.0)
BOARDS_UNCALLED_S: Final = (60.0, 120.0)
WAITS_S: Final = 300.0
RIDE_S: Final = (120.0, 300.0)
JAM_M: Final = 300.0
ETA_STEP_S: Final = 15
"""A new ETA is told when it moved by this much."""


class WrongStateError(Exception):
    """The trip is in a state in which this command makes no sense; the text says which."""


@dataclass(slots=True)
class Story:
    """One trip and what fate holds for it. Times are virtual; `clock` gives the present one.

    `tell` is called after each change, with the revision already grown.
    """

    wish: Mapping[str, Any]
    behaviour: Behaviour
    rng: Random
    clock: Callable[[], datetime]
    tell: Callable[[Story], None]
    locale: Locale = "zh"
    status: TripStatus = _S.REQUESTED
    revision: int = 0
    taxi: Taxi | None = None
    asked: list[Taxi] = field(default_factory=list)
    eta_s: int | None = None
    drivers_notified: int | None = None
    confirm_by: datetime | None = None
    passenger_coming: bool = False
    cancel_reason: str | None = None
    driver_cancels: bool = False
    created_at: datetime = field(init=False)
    updated_at: datetime = field(init=False)
    _due: dict[str, datetime] = field(default_factory=dict)
    _confirmed: bool = False
    _wide: bool = False

    def __post_init__(self) -> None:
        self.created_at = self.clock()
        opens = wishes.opens(self.wish, self.created_at)
        if opens is None:
            self._search()
        else:
            self._due["search"] = opens
        self._changed()

    @property
    def id(self) -> str:
        """The dispatcher's name of the trip: made of the reference, so that a restarted sandbox never reuses one."""
        return "t-" + hashlib.sha256(str(self.wish["client_ref"]).encode()).hexdigest()[:16]

    @property
    def pickup(self) -> Point:
        """Where the passenger waits."""
        return Point(self.wish["pickup"]["lat"], self.wish["pickup"]["lon"])

    @property
    def ended(self) -> bool:
        """Nothing will happen to it any more."""
        return self.status in ENDS

    def as_json(self) -> dict[str, Any]:
        """Give the Trip of the API description."""
        taxi = self.taxi
        return {
            "id": self.id,
            "client_ref": self.wish["client_ref"],
            "status": str(self.status),
            "revision": self.revision,
            "created_at": self.created_at.isoformat(timespec="milliseconds"),
            "updated_at": self.updated_at.isoformat(timespec="milliseconds"),
            **wishes.repeated(self.wish),
            "vehicle": taxi and {"plate": taxi.plate, "make": taxi.make, "model": taxi.model, "colour": taxi.colour},
            "driver": taxi and {"name": taxi.driver, "phone": taxi.phone},
            "eta_s": self.eta_s,
            "drivers_notified": self.drivers_notified,
            "confirm_by": self.confirm_by and self.confirm_by.isoformat(timespec="milliseconds"),
            "passenger_coming": self.passenger_coming,
            "cancel_reason": self.cancel_reason,
        }

    def cancel(self, reason: str) -> None:
        """Cancel for the rider. Raises WrongStateError from the moment the passenger is in the taxi."""
        if self.status == _S.CANCELLED_BY_RIDER:
            return
        if self.ended or self.status == _S.IN_PROGRESS:
            raise WrongStateError(f"A trip that is {self.status} cannot be cancelled.")
        self._end(_S.CANCELLED_BY_RIDER, reason)

    def confirm(self) -> None:
        """Accept the taxi that is offered. Raises WrongStateError when none is."""
        if self.status == _S.OFFERED:
            self._confirmed = True
            self.confirm_by = None
            self._assign()
        elif not (self._confirmed and not self.ended):
            raise WrongStateError(f"A trip that is {self.status} has no offer to confirm.")

    def widen(self) -> None:
        """Ask drivers further away, too. Raises WrongStateError once there is nothing to widen."""
        if self.status != _S.REQUESTED:
            raise WrongStateError(f"A trip that is {self.status} is not being looked for.")
        if self._wide:
            return
        self._wide = True
        if "nobody" in self._due and self.behaviour == Behaviour.ONLY_FAR:
            del self._due["nobody"]
            self._search()
        self._changed()

    def note_passenger(self, *, can_see_taxi: bool) -> None:
        """The passenger comes, or cannot see the taxi. Raises WrongStateError while there is no taxi."""
        if self.status not in {_S.DRIVER_ASSIGNED, _S.ARRIVED}:
            raise WrongStateError(f"A trip that is {self.status} has no taxi that waits.")
        changed = self.passenger_coming != can_see_taxi
        self.passenger_coming = can_see_taxi
        if self.status == _S.ARRIVED and self.behaviour != Behaviour.NOBODY_BOARDS:
            self._in("boards", BOARDS_WHEN_CALLED_S if can_see_taxi else BOARDS_UNCALLED_S)
        if changed:
            self._changed()

    def step(self, seconds: float) -> None:
        """Live on for `seconds` (less than one second) up to the clock's present time."""
        self._drive(seconds)
        for what in [name for name, at in self._due.items() if at <= self.clock()]:
            if self._due.pop(what, None):
                getattr(self, f"_on_{what}")()

    def _drive(self, seconds: float) -> None:
        taxi = self.taxi
        if taxi is None or self.status != _S.DRIVER_ASSIGNED:
            return
        if self.behaviour == Behaviour.NEVER_ARRIVES and taxi.at.metres_to(self.pickup) < JAM_M:
            return
        taxi.drive_to(self.pickup, seconds)
        eta = taxi.eta_s(self.pickup)
        if taxi.at == self.pickup:
            self._arrive()
        elif self.eta_s is None or self.eta_s - eta >= ETA_STEP_S:
            self.eta_s = eta
            self._changed()

    def _on_search(self) -> None:
        self._search()
        self._changed()

    def _search(self) -> None:
        self.status, self.taxi, self.eta_s = _S.REQUESTED, None, None
        self.asked = [new_taxi(self.rng, self.pickup, self.locale) for _ in range(ASKED)]
        self._in("notice", NOTICE_S)
        if self.behaviour == Behaviour.NO_TAXIS or (self.behaviour == Behaviour.EVERYDAY and self._chance(0.1)):
            self._in("nobody", (GIVE_UP_S, GIVE_UP_S))
        elif self.behaviour == Behaviour.ONLY_FAR and not self._wide:
            self._in("nobody", (GIVE_UP_FAR_S, GIVE_UP_FAR_S))
        elif self.behaviour == Behaviour.SLOW_TO_ACCEPT:
            self._in("accept", SLOW_ACCEPT_S)
        else:
            self._in("accept", ACCEPT_S)

    def _on_notice(self) -> None:
        self.drivers_notified = (self.drivers_notified or 0) + len(self.asked)
        if "nobody" in self._due or self._chance(0.5):
            self._in("decline", DECLINE_S)
        self._changed()

    def _on_decline(self) -> None:
        # The nearest says no; nobody outside hears of it, but the one who accepts is further away.
        if len(self.asked) > 1:
            self.asked.sort(key=lambda taxi: taxi.at.metres_to(self.pickup))
            del self.asked[0]

    def _on_nobody(self) -> None:
        self._end(_S.NO_DRIVERS, None)

    def _on_accept(self) -> None:
        self._due.pop("decline", None)
        self.taxi = min(self.asked, key=lambda taxi: taxi.at.metres_to(self.pickup))
        self.taxi.trip = self.id
        if self.behaviour == Behaviour.OFFERS:
            self.status = _S.OFFERED
            self.confirm_by = self.clock() + timedelta(seconds=OFFER_S)
            self._due["offer_over"] = self.confirm_by
            self.eta_s = self.taxi.eta_s(self.pickup)
            self._changed()
        else:
            self._assign()

    def _on_offer_over(self) -> None:
        self.confirm_by = None
        self._end(_S.EXPIRED, None)

    def _assign(self) -> None:
        self._due.pop("offer_over", None)
        self.status = _S.DRIVER_ASSIGNED
        self.eta_s = self.taxi.eta_s(self.pickup) if self.taxi else None
        if self.driver_cancels or (self.behaviour == Behaviour.EVERYDAY and self._chance(0.15)):
            self._in("driver_cancels", DRIVER_CANCELS_S)
        self._changed()

    def _on_driver_cancels(self) -> None:
        self.driver_cancels = False
        if self.behaviour != Behaviour.REDISPATCHES_ONCE:
            self._end(_S.CANCELLED_BY_DRIVER, "driver_cannot_come")
            return
        if self.taxi:
            self.taxi.trip = None
        self.passenger_coming = False
        self._search()
        self._changed()

    def _arrive(self) -> None:
        self._due.pop("driver_cancels", None)
        self.status, self.eta_s = _S.ARRIVED, 0
        if self.behaviour == Behaviour.NOBODY_BOARDS:
            self._in("no_show", (WAITS_S, WAITS_S))
        else:
            self._in("boards", BOARDS_WHEN_CALLED_S if self.passenger_coming else BOARDS_UNCALLED_S)
        self._changed()

    def _on_no_show(self) -> None:
        self._end(_S.CANCELLED_BY_DRIVER, "no_show")

    def _on_boards(self) -> None:
        self.status, self.eta_s = _S.IN_PROGRESS, None
        self._in("ride_over", RIDE_S)
        self._changed()

    def _on_ride_over(self) -> None:
        self._end(_S.COMPLETED, None)

    def _end(self, status: TripStatus, reason: str | None) -> None:
        self._due.clear()
        self.status, self.cancel_reason, self.eta_s, self.confirm_by = status, reason, None, None
        if self.taxi:
            self.taxi.trip = None
        self._changed()

    def _in(self, what: str, seconds: tuple[float, float]) -> None:
        self._due[what] = self.clock() + timedelta(seconds=self.rng.uniform(*seconds))

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _changed(self) -> None:
        self.revision += 1
        self.updated_at = self.clock()
        self.tell(self)
