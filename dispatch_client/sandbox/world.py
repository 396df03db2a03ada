"""A town of taxis in virtual time: the same seed, commands and seconds give the same story, at any speed."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from dispatch_client.sandbox.behaviour import Behaviour
from dispatch_client.sandbox.fleet import SPEED_M_S, Locale, Point, Taxi
from dispatch_client.sandbox.story import Story, WrongStateError

if TYPE_CHECKING:
    from collections.abc import Mapping

TICK_MS: Final = 250
"""Virtual time moves in steps of this, so that it does not matter how `advance` is cut."""
KEPT_EVENTS: Final = 4096
KEPT_TRIPS: Final = 2000
LIVE_TRIPS: Final = 1000
FREE_TAXIS: Final = 24

_ONCE: Final = {Behaviour.DRIVER_CANCELS_ONCE, Behaviour.REDISPATCHES_ONCE}

__all__ = ["FullError", "OutOfAreaError", "UnknownTripError", "World", "WrongStateError"]


class OutOfAreaError(Exception):
    """The pickup lies outside the area that is served."""


class FullError(Exception):
    """So many trips are alive that no further one is taken."""


class UnknownTripError(LookupError):
    """There is no such trip."""


class World:
    """Taxis, trips and the news of them. Not safe for several threads: its server holds a lock.

    Args:
        seed: of everything that is left to chance. Each trip has its own chance, made of the seed and its ordinal
            number, so that its story does not depend on the moment at which it was placed.
        now: virtual time at the start, with its zone.
        behaviour: the story that is told; may be set anew at any time, for the trips that come after.
        locale: language of the drivers' names and the cars' makes.
        centre: middle of the area that is served; None serves the whole world.
        radius_km: of that area.
    """

    def __init__(
        self,
        seed: int,
        now: datetime,
        *,
        behaviour: Behaviour = Behaviour.NORMAL,
        locale: Locale = "zh",
        centre: tuple[float, float] | None = None,
        radius_km: float = 30.0,
    ) -> None:
        self.behaviour = behaviour
        self._seed = seed
        self._start = now.astimezone(UTC) if now.tzinfo is None else now
        self._ms = 0
        self._owed_ms = 0.0
        self._locale: Locale = locale
        self._area = (Point(*centre), radius_km * 1000) if centre else None
        self._rng = Random(seed)  # noqa: S311 - a simulation must be repeatable
        self._stories: dict[str, Story] = {}
        self._live: dict[str, Story] = {}
        self._placed = 0
        self._once_done = False
        self._free: deque[Taxi] = deque(maxlen=FREE_TAXIS)
        self._events: deque[tuple[int, dict[str, Any]]] = deque(maxlen=KEPT_EVENTS)
        # Numbers of a sandbox that is started anew must be larger than those a client still has from the last one.
        self.last_event = int(self._start.timestamp() * 1000)

    @property
    def now(self) -> datetime:
        """Virtual time."""
        return self._start + timedelta(milliseconds=self._ms)

    @property
    def taxis(self) -> list[Taxi]:
        """All taxis on the map, bound or free."""
        asked = {id(taxi): taxi for story in self._live.values() for taxi in story.asked}
        return [*self._free, *asked.values()]

    def place_trip(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Take a NewTrip, already checked against the API description; give its Trip.

        Raises:
            OutOfAreaError: the pickup is too far from the centre.
            FullError: 1000 trips are alive.
        """
        self._check_area(wish["pickup"]["lat"], wish["pickup"]["lon"])
        if len(self._live) >= LIVE_TRIPS:
            raise FullError(f"{LIVE_TRIPS} trips are alive")
        self._placed += 1
        story = Story(
            wish=wish,
            behaviour=self.behaviour,
            rng=Random(f"{self._seed}/{self._placed}"),  # noqa: S311 - as above
            clock=lambda: self.now,
            tell=self._note,
            locale=self._locale,
            driver_cancels=self.behaviour in _ONCE and not self._once_done,
        )
        self._once_done = self._once_done or story.driver_cancels
        self._stories[story.id] = self._live[story.id] = story
        self._forget_old()
        return story.as_json()

    def trip(self, identity: str) -> dict[str, Any]:
        """Give a trip as it stands. Raises UnknownTripError."""
        return self._story(identity).as_json()

    def knows(self, identity: str) -> bool:
        """Tell whether there is such a trip, ended or not."""
        return identity in self._stories

    def trips(self) -> list[dict[str, Any]]:
        """Give all trips that are still known, oldest first."""
        return [story.as_json() for story in self._stories.values()]

    def find(self, client_ref: str) -> dict[str, Any] | None:
        """Give the trip that was asked for with this reference."""
        return next((s.as_json() for s in self._stories.values() if s.wish["client_ref"] == client_ref), None)

    def cancel(self, identity: str, reason: str) -> dict[str, Any]:
        """Cancel for the rider. Raises UnknownTripError, WrongStateError."""
        story = self._story(identity)
        story.cancel(reason)
        return story.as_json()

    def confirm(self, identity: str) -> dict[str, Any]:
        """Accept the offered taxi. Raises UnknownTripError, WrongStateError."""
        story = self._story(identity)
        story.confirm()
        return story.as_json()

    def passenger_coming(self, identity: str, *, can_see_taxi: bool) -> dict[str, Any]:
        """Note what the passenger says. Raises UnknownTripError, WrongStateError."""
        story = self._story(identity)
        story.note_passenger(can_see_taxi=can_see_taxi)
        return story.as_json()

    def widen(self, identity: str) -> dict[str, Any]:
        """Ask drivers further away, too. Raises UnknownTripError, WrongStateError."""
        story = self._story(identity)
        story.widen()
        return story.as_json()

    def estimate_s(self, lat: float, lon: float) -> int | None:
        """Give the seconds until a taxi could be there, None when nobody comes. Raises OutOfAreaError."""
        self._check_area(lat, lon)
        if self.behaviour == Behaviour.NO_TAXIS:
            return None
        near = [taxi.eta_s(Point(lat, lon)) for taxi in self._free]
        return min([*near, round(1500 / SPEED_M_S)])

    def events_after(self, last: int | None) -> list[tuple[int | None, dict[str, Any]]]:
        """Give the news since event `last`, as (event number, Trip).

        When `last` is None or not one of ours any more: each trip that has not ended, as it stands. Of those only
        the last one is numbered, so that nobody resumes from the middle of them.
        """
        oldest = self._events[0][0] if self._events else self.last_event + 1
        if last is not None and oldest - 1 <= last <= self.last_event:
            return [(number, trip) for number, trip in self._events if number > last]
        alive = [story.as_json() for story in self._live.values()]
        numbers = [None] * (len(alive) - 1) + [self.last_event]
        return list(zip(numbers, alive, strict=False))

    def advance(self, seconds: float) -> None:
        """Let virtual time pass."""
        self._owed_ms += seconds * 1000
        while self._owed_ms >= TICK_MS:
            self._owed_ms -= TICK_MS
            self._ms += TICK_MS
            for taxi in self._free:
                taxi.cruise(self._rng, TICK_MS / 1000)
            for story in list(self._live.values()):
                story.step(TICK_MS / 1000)

    def _note(self, story: Story) -> None:
        self.last_event += 1
        self._events.append((self.last_event, story.as_json()))
        if story.ended:
            self._live.pop(story.id, None)
            self._free.extend(story.asked)

    def _story(self, identity: str) -> Story:
        try:
            return self._stories[identity]
        except KeyError:
            raise UnknownTripError from None

    def _check_area(self, lat: float, lon: float) -> None:
        if self._area and self._area[0].metres_to(Point(lat, lon)) > self._area[1]:
            raise OutOfAreaError

    def _forget_old(self) -> None:
        for identity in list(self._stories):
            if len(self._stories) <= KEPT_TRIPS:
                return
            if identity not in self._live:
                del self._stories[identity]
