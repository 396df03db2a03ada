"""Everything a device can say, as frozen facts that may be handed from thread to thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class PrintResult(StrEnum):
    """What became of one job. UNKNOWN is never taken for either of the others."""

    PRINTED = "printed"
    """The printer said so after the last line."""
    FAILED = "failed"
    """Not printed, or not whole. It will not come out later by itself."""
    UNKNOWN = "unknown"
    """It may lie in the tray: the printer did not tell."""


class SmsResult(StrEnum):
    """What became of one text message. UNKNOWN is never taken for either of the others."""

    SENT = "sent"
    """The network took it."""
    FAILED = "failed"
    """The network does not have it, and will not get it by itself."""
    UNKNOWN = "unknown"
    """It may be on its way: nobody told."""


@dataclass(frozen=True, slots=True)
class DeviceUp:
    """The device's port is open. Whether it can do its work is told by `health()`."""

    device: str


@dataclass(frozen=True, slots=True)
class DeviceDown:
    """The device cannot be used; said once for each new reason."""

    device: str
    sentence: str
    cure: str = ""
    permanent: bool = False
    """True: it is not tried again until somebody changes something and starts it."""


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card was held to the reader. `card_hash` is a keyed hash in hex; the number itself never leaves the driver."""

    device: str
    card_hash: str


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The card that was seen is gone."""

    device: str
    card_hash: str


@dataclass(frozen=True, slots=True)
class CodeScanned:
    """A scanner read a QR or bar code; `text` is what stands in it, and may open somebody's visit: never log it."""

    device: str
    text: str = field(repr=False)


class Key(StrEnum):
    """What a button or key is for."""

    BIG = "big"
    """The one big button."""
    NEXT = "next"
    BACK = "back"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """Somebody pressed a button or key; said once for each press, when it goes down."""

    device: str
    key: Key


@dataclass(frozen=True, slots=True)
class Presence:
    """A sensor sees that somebody came near, or that nobody is there any more."""

    device: str
    near: bool


@dataclass(frozen=True, slots=True)
class PaperLow:
    """The roll is near its end; printing goes on."""

    device: str


@dataclass(frozen=True, slots=True)
class PaperOut:
    """There is no paper; jobs fail until there is."""

    device: str


@dataclass(frozen=True, slots=True)
class PaperOk:
    """There is enough paper again."""

    device: str


@dataclass(frozen=True, slots=True)
class PrintDone:
    """The one answer to one print job; each job id gets exactly one."""

    device: str
    job_id: str
    result: PrintResult
    sentence: str
    """Why, for staff. Holds nothing of what was printed."""


@dataclass(frozen=True, slots=True)
class SmsDone:
    """The one answer to one call of `send_sms`."""

    device: str
    job_id: str
    result: SmsResult
    submitted: bool
    """The modem was given it, or may have been: its id is spent. False: the same id may be sent again."""
    sentence: str
    """Why, for staff. Holds neither the number nor the text."""


Event = (
    DeviceUp
    | DeviceDown
    | CardSeen
    | CardRemoved
    | CodeScanned
    | KeyPressed
    | Presence
    | PaperLow
    | PaperOut
    | PaperOk
    | PrintDone
    | SmsDone
)

Emit = Callable[[Event], None]
"""Where a driver puts its events. Called on the driver's thread; must return at once."""
