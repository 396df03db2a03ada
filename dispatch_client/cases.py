"""A live trip and what must still be carried to its dispatcher, as one value that is saved whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_client.clock import Moment
    from dispatch_client.trips import Attempt, Trip


class ErrandKind(StrEnum):
    """What the courier has to do at the dispatcher."""

    CREATE = "create"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    COMING = "coming"
    CANNOT_SEE = "cannot_see"
    WIDEN = "widen"
    STRAY = "stray"
    """An attempt that was given up without its dispatcher's word is looked for once more, and cancelled if alive."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that must reach the dispatcher and has not, for certain, yet."""

    kind: ErrandKind
    attempt_ref: str
    payload: bytes = b""
    """The exact bytes of a create, frozen when it was made."""
    sent_at: Moment | None = None
    """A create: committed before the first byte leaves, so the dispatcher may have it. A cancel: it was answered."""
    unknown: int = 0
    """How many times a create was sent and nobody knows whether it arrived."""
    reason: str = ""
    """Why a cancel is sent, one word; of a create: set when the dispatcher says that it has this reference already."""


@dataclass(frozen=True, slots=True)
class Case:
    """A live trip with its open errands, as one whole: it is saved and read together."""

    trip: Trip
    wanted: Moment
    """When the person asked, or last said that a taxi is still wanted: the deadline counts from here."""
    searching: Moment
    """When the present search began."""
    asked: Moment | None = None
    """When the question "still wanted?" was put."""
    hold_s: float = 0.0
    """Seconds from `wanted` (and `searching`) until a trip for later is looked for; all its times count from then."""
    errands: tuple[Errand, ...] = ()

    @property
    def attempt(self) -> Attempt:
        """The present attempt; a case has one from the first moment on."""
        return self.trip.attempts[-1]

    def wanted_s(self, now: Moment) -> float | None:
        """Seconds since a taxi is wanted, below 0 before a trip for later is due; None when no clock can tell."""
        age = self.wanted.age_s(now)
        return None if age is None else age - self.hold_s

    def searched_s(self, now: Moment) -> float | None:
        """Seconds since the present search began, below 0 before it does; None when no clock can tell."""
        age = self.searching.age_s(now)
        return None if age is None else age - self.hold_s

    def errand(self, kind: ErrandKind) -> Errand | None:
        """The open errand of that kind, if there is one."""
        return next((e for e in self.errands if e.kind == kind), None)

    def with_errand(self, errand: Errand) -> Case:
        """The same case with this errand added, or put in place of the one of its kind; of strays there may be more."""

        def same(other: Errand) -> bool:
            several = errand.kind is ErrandKind.STRAY and other.attempt_ref != errand.attempt_ref
            return other.kind is errand.kind and not several

        return replace(self, errands=(*(e for e in self.errands if not same(e)), errand))

    def with_attempt(self, **changes: object) -> Case:
        """The same case with these members of its present attempt changed."""
        changed = replace(self.attempt, **changes)  # type: ignore[arg-type]
        return self.with_trip(attempts=(*self.trip.attempts[:-1], changed))

    @property
    def strays(self) -> tuple[Errand, ...]:
        """The errands about attempts that were given up; they outlive attempt and trip."""
        return tuple(e for e in self.errands if e.kind is ErrandKind.STRAY)

    def without(self, *kinds: ErrandKind) -> Case:
        """The same case with the errands of these kinds done."""
        return replace(self, errands=tuple(e for e in self.errands if e.kind not in kinds))

    def with_trip(self, **changes: object) -> Case:
        """The same case with these members of its trip changed."""
        return replace(self, trip=replace(self.trip, **changes))  # type: ignore[arg-type]
