"""Everything that can happen to the kiosk, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch_client.trips import Trip
from kiosk.core.guests import Guest


class Press(StrEnum):
    """What a person can press. The value is the button's name in journeys and logs."""

    TAXI = "taxi"
    LANGUAGE = "language"
    HELP = "help"
    BACK = "back"
    REPEAT = "repeat"
    CANCEL = "cancel"
    SURE = "sure"
    COMING = "coming"
    CANNOT_SEE = "cannot_see"
    ANOTHER = "another"
    STILL_WANTED = "still_wanted"
    COMFORT = "comfort"
    LOUDER = "louder"
    SLOWER = "slower"
    NIGHT = "night"
    """Light letters on a dark ground, or back."""
    SITTING = "sitting"
    """Everything within reach from a wheelchair, or back."""
    NOWHERE = "nowhere"
    """A touch beside every button: somebody is there."""


class Key(StrEnum):
    """The three keys beside the glass, felt by hand: everything can be done with them and the voice alone."""

    NEXT = "next"
    BACK = "back"
    OK = "ok"


class SlipResult(StrEnum):
    """What the printer could tell of one slip."""

    PRINTED = "printed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Part(StrEnum):
    """A part of the box whose failure a person would notice."""

    PRINTER = "printer"
    READER = "reader"
    VOICE = "voice"
    STORE = "store"
    SCANNER = "scanner"
    BUTTON = "button"
    """The large one beside the glass."""
    KEYPAD = "keypad"


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed. Sent at least once a second, and before every other event."""

    mono: float
    """Seconds that never go back."""
    wall: datetime
    """What a clock on the wall would show, with its zone."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button, on the glass or beside it."""

    press: Press
    fresh_ref: str
    """A new UUID4, for the trip that this press may begin."""
    beside: bool = False
    """The big button of the box itself, which is there whatever stands on the glass."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """Somebody pressed one of the three keys."""

    key: Key
    fresh_ref: str


@dataclass(frozen=True, slots=True)
class CardTapped:
    """Somebody held a card to the reader; `holder` is its keyed hash."""

    holder: str
    fresh_ref: str
    guest: Guest | None = None
    """Whose card it is, where the box knows that."""


@dataclass(frozen=True, slots=True)
class CodeShown:
    """Somebody held a code of ours under the scanner: that of a slip, a code card or a way home."""

    code: str = field(repr=False)
    fresh_ref: str


@dataclass(frozen=True, slots=True)
class CameNear:
    """The sensor sees somebody who was not there before."""


@dataclass(frozen=True, slots=True)
class TripChanged:
    """A trip as it now stands on disk. The first one for a press says that it is kept."""

    trip: Trip


@dataclass(frozen=True, slots=True)
class TripLost:
    """A press could not be stored: no taxi will come of it."""

    ref: str


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The dispatcher can be reached, or cannot."""

    up: bool


@dataclass(frozen=True, slots=True)
class Resumed:
    """Every trip from before the start has been told; `last_number` is the last boarding number of today."""

    last_number: int


@dataclass(frozen=True, slots=True)
class SlipDone:
    """The printer answered for one slip."""

    job_id: str
    result: SlipResult


@dataclass(frozen=True, slots=True)
class PartChanged:
    """A part of the box works, or does not."""

    part: Part
    works: bool


@dataclass(frozen=True, slots=True)
class StaffTold:
    """A person was told that somebody waits here in vain; the message has gone out."""

    ref: str


@dataclass(frozen=True, slots=True)
class StoreDamaged:
    """Trips on the disk could not be read and are not known here any more; what was read goes on."""


Event = (
    Tick
    | Pressed
    | KeyPressed
    | CardTapped
    | CodeShown
    | CameNear
    | TripChanged
    | TripLost
    | LinkChanged
    | Resumed
    | SlipDone
    | PartChanged
    | StaffTold
    | StoreDamaged
)
