"""A resident as data; none of it shows by accident."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dispatch_client.trips import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES: Final = ("zh_CN", "en")
LEAST_VOLUME: Final = 0.25
MOST_VOLUME: Final = 4.0
"""As `voice.volume` in the configuration: 1 is usual, 4 is 12 dB louder."""
MOST_PLACES: Final = 3
"""No senior's screen has more than three choices."""
MOST_RECURRING: Final = 14
MOST_NAME: Final = 60


class Need(StrEnum):
    """What a driver or the box must know to serve somebody; sensitive, so it has a consent of its own."""

    WHEELCHAIR = "wheelchair"
    WALKER = "walker"
    SLOW = "slow"
    HARD_OF_HEARING = "hard_of_hearing"
    BLIND = "blind"


class Picture(StrEnum):
    """Which picture a place is chosen by."""

    HOME = "home"
    HOSPITAL = "hospital"
    CLINIC = "clinic"
    MARKET = "market"
    FAMILY = "family"
    PARK = "park"
    OTHER = "other"


@dataclass(frozen=True, slots=True, repr=False)
class PicturePlace:
    """A place to ride to, chosen by its picture."""

    picture: Picture
    place: Place


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """Whom to call in an emergency: a person with a consent of their own."""

    name: str
    phone: str
    relation: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Recurring:
    """A ride that is wanted again and again: dialysis each Tuesday and Thursday."""

    days: frozenset[int]
    """0 is Monday, 6 is Sunday."""
    at: time
    """When the taxi should be there, in the box's own local time."""
    to: Picture | None = None
    """Which of the resident's places; None: the driver is told."""
    since: date | None = None
    until: date | None = None
    """The last day, itself included."""

    def between(self, first: date, last: date) -> Iterator[datetime]:
        """Give the local times of the rides on these days, both included."""
        day = max(first, self.since or first)
        end = min(last, self.until or last)
        while day <= end:
            if day.weekday() in self.days:
                yield datetime.combine(day, self.at)
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True, repr=False)
class Details:
    """All that a caretaker enters of a resident."""

    name: str
    phone: str = ""
    """E.164 once it is checked; empty: none."""
    pinyin: str = ""
    """The reading that was chosen, as it is to be spoken: `shan4 xiong2 xin4`."""
    pickup: str = ""
    """Where this person likes to be picked up, in words for the driver."""
    places: tuple[PicturePlace, ...] = ()
    needs: frozenset[Need] = frozenset()
    contact: Contact | None = None
    language: str = "zh_CN"
    volume: float = 1.0
    recurring: tuple[Recurring, ...] = ()


@dataclass(frozen=True, slots=True)
class Resident:
    """One registered person. Its `repr` shows the id and the times alone."""

    id: str
    """A UUID4 that means nothing outside the registry; what logs may name."""
    details: Details = field(repr=False)
    registered_at: datetime
    changed_at: datetime


def masked_phone(number: str) -> str:
    """Write a number as it may stand on glass or a terminal.

    >>> masked_phone("+8613800005678")
    '138****5678'
    """
    digits = number.removeprefix("+86")
    tail = digits[-4:] if len(digits) > 7 else digits[-2:]  # noqa: PLR2004 - a short number would be nearly whole
    return f"{digits[:3]}****{tail}" if digits else ""


def masked_name(name: str) -> str:
    """Write the first letter of a name and hide the rest, its length too.

    >>> masked_name("王秀兰")
    '王**'
    """
    return f"{name[:1]}**" if name else ""
