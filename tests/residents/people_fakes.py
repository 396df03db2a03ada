"""A clock that is told the time, people who are nobody, and a search through every byte of a folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dispatch_client.clock import Moment
from kiosk.residents.consent import Agreed, Giver, Purpose
from kiosk.residents.keys import Keys
from kiosk.residents.office import Office, open_office
from kiosk.residents.people import Contact, Details, Need
from kiosk.residents.registry import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.residents.forgetting import Trace

BY = "caretaker-1"
YES = Agreed(Purpose.REGISTRATION, "notice-1")
NEEDS = Agreed(Purpose.NEEDS, "notice-1")
SHARING = Agreed(Purpose.SHARING, "notice-1")
THEIRS = Agreed(Purpose.CONTACT, "notice-1", Giver.CONTACT)


class SetClock:
    """Shows what it is told."""

    speed = 1.0

    def __init__(self) -> None:
        self.boot, self.mono, self.trusted = 1, 500.0, True
        self.wall = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> Moment:
        return Moment(f"boot-{self.boot}", self.mono, self.wall, self.trusted)

    def go_on(self, seconds: float) -> None:
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)

    def restart(self, *, wall: datetime | None = None, trusted: bool = True) -> None:
        self.boot, self.mono, self.trusted = self.boot + 1, 3.0, trusted
        self.wall = wall or self.wall


def office_in(
    folder: Path, clock: SetClock | None = None, *, traces: tuple[Trace, ...] = (), credentials: Path | None = None
) -> Office:
    return open_office(folder, clock or SetClock(), traces=traces, keys=Keys(folder, credentials))


def phone(number: int) -> str:
    """A number of the range that is kept for inventions: +1 202 555 0100 to 0199."""
    return f"+1202555{100 + number:04d}"


def card(number: int) -> str:
    """What a reader would give: a keyed hash."""
    return f"{number:064x}"


def entry(number: int = 0, **changes: object) -> Entry:
    details = {"name": f"测试{'甲乙丙丁戊己庚辛壬癸'[number % 10]}", "phone": phone(number), "pinyin": "ce4 shi4"}
    agreed = changes.pop("agreed", (YES,))
    cards = changes.pop("cards", (card(number + 1),))
    flags = {name: changes.pop(name) for name in ("shares_phone", "namesake") if name in changes}
    return Entry(Details(**{**details, **changes}), agreed, cards, **flags)  # type: ignore[arg-type]


def full_entry(word: str) -> Entry:
    """A person of whom everything is kept, each field with this word in it."""
    from datetime import time

    from dispatch_client.trips import Place
    from kiosk.residents.people import Picture, PicturePlace, Recurring

    details = Details(
        name=f"{word}name",
        phone=phone(66),
        pinyin=f"{word[:4]} pin",
        pickup=f"{word}pickup",
        places=(PicturePlace(Picture.HOSPITAL, Place(f"{word}place", 31.2, 121.4, f"{word}note")),),
        needs=frozenset({Need.BLIND}),
        contact=Contact(f"{word}contact", phone(67), f"{word}kin"),
        recurring=(Recurring(frozenset({1, 3}), time(8, 30), Picture.HOSPITAL),),
    )
    giver = Agreed(Purpose.REGISTRATION, f"{word}notice", Giver.REPRESENTATIVE, f"{word}authority")
    return Entry(details, (giver, NEEDS, SHARING, THEIRS), (card(66),))
