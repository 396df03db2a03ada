"""Reads one row of the residents' table into a registration, and says of each column what was expected."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final, TypeVar

from dispatch_client.trips import Place
from kiosk.residents.columns import DAYS, GIVERS, LANGUAGES, NEEDS, NO, PICTURES, PURPOSES, YES
from kiosk.residents.consent import Agreed, Giver, Purpose
from kiosk.residents.faults import Problem, Wrong
from kiosk.residents.people import Contact, Details, Need, Picture, PicturePlace, Recurring
from kiosk.residents.registry import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

Word = TypeVar("Word", bound="StrEnum")

_EXPONENT: Final = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_CARD: Final = re.compile(r"(?:[0-9A-F]{8}|[0-9A-F]{10}|[0-9A-F]{14}|[0-9A-F]{20})")
_HASH: Final = re.compile(r"#[0-9a-f]{64}")
_PLACE: Final = re.compile(
    r"(?P<picture>[^=]+)=(?P<label>.+)@(?P<lat>-?\d{1,2}(?:\.\d+)?),\s*(?P<lon>-?\d{1,3}(?:\.\d+)?)(?:;(?P<note>.*))?"
)
_DATE: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d\d)(?::\d\d)?(?:Z|\+00:00)?)?"
)
"""Also as a spreadsheet writes it (2026/3/1 0:00); a time of day is UTC."""


def exact(number: str) -> str:
    """Write a number out that a spreadsheet has shortened to `1.38E+10`, where no digit was lost; else leave it."""
    found = _EXPONENT.fullmatch(number)
    if not found or len(found[2] or "") < int(found[3]):
        return number
    return f"{found[1]}{found[2]}"[: int(found[3]) + 1]


class RowReading:
    """Reads the cells of one row, collecting what is wrong.

    Args:
        cells: by column.
        hash_card: gives the keyed hash of a card's number.
        notice: version of the notice where the row names none.
    """

    def __init__(self, cells: Mapping[str, str], hash_card: Callable[[str], str], notice: str) -> None:
        self._cells = cells
        self._hash_card = hash_card
        self._notice = notice
        self.problems: list[Problem] = []

    def entry(self) -> Entry:
        """Give the registration that the row asks for, as far as it can be read."""
        return Entry(
            details=Details(
                name=self._cell("name"),
                phone=exact(self._cell("phone")),
                pinyin=self._cell("pinyin"),
                pickup=self._cell("pickup"),
                places=tuple(filter(None, map(self._place, self._list("places")))),
                needs=frozenset(self._words("needs", Need, NEEDS)),
                contact=self._contact(),
                language=self._language(),
                volume=self._volume(),
                recurring=tuple(filter(None, map(self._ride, self._list("recurring")))),
            ),
            agreed=self._agreed(),
            cards=tuple(filter(None, map(self._card, self._parts("card")))),
            shares_phone=self._yes("shares_phone"),
            namesake=self._yes("namesake"),
        )

    def _wrong(self, column: str, sentence: str, wrong: Wrong = Wrong.SHAPE) -> None:
        if all(problem.field != column for problem in self.problems):
            self.problems.append(Problem(column, wrong, sentence))

    def _cell(self, column: str) -> str:
        return self._cells.get(column, "").strip()

    def _parts(self, column: str) -> list[str]:
        return [part for part in re.split(r"[\s;,；，、|/]+", self._cell(column)) if part]

    def _list(self, column: str) -> list[str]:
        return [part.strip() for part in re.split(r"[|｜\n]", self._cell(column)) if part.strip()]

    def _words(self, column: str, kind: type[Word], others: Mapping[str, Word]) -> list[Word]:
        found = [others.get(part) or _named(kind, part) for part in self._parts(column)]
        if None in found:
            self._wrong(column, f"expected words out of: {', '.join(kind)}; with spaces between")
        return [one for one in found if one is not None]

    def _yes(self, column: str) -> bool:
        word = self._cell(column).casefold()
        if word not in YES | NO:
            self._wrong(column, "expected yes or no, or 是 or 否")
        return word in YES

    def _language(self) -> str:
        word = self._cell("language")
        if word and word.casefold() not in LANGUAGES:
            self._wrong("language", "expected zh_CN or en, or 中文 or 英文")
        return LANGUAGES.get(word.casefold(), "zh_CN")

    def _volume(self) -> float:
        word = self._cell("volume").replace(",", ".")
        try:
            return float(word) if word else 1.0
        except ValueError:
            self._wrong("volume", "expected a number such as 1.5; leave it empty for the usual one")
            return 1.0

    def _card(self, text: str) -> str:
        if _HASH.fullmatch(text):
            return text[1:]
        number = text.upper().replace(":", "").replace("-", "")
        if _EXPONENT.fullmatch(number):
            self._wrong("card", "a spreadsheet has rounded this number; format its column as text", Wrong.ROUNDED)
        elif not _CARD.fullmatch(number):
            self._wrong(
                "card",
                "expected 8, 10, 14 or 20 hexadecimal digits, as readers tell them; did a spreadsheet take zeros away?",
            )
        else:
            return self._hash_card(number)
        return ""

    def _contact(self) -> Contact | None:
        parts = [self._cell(column) for column in ("contact_name", "contact_phone", "contact_relation")]
        return Contact(parts[0], exact(parts[1]), parts[2]) if any(parts) else None

    def _agreed(self) -> tuple[Agreed, ...]:
        purposes = self._words("consents", Purpose, PURPOSES)
        word = self._cell("consent_by")
        giver = GIVERS.get(word) or _named(Giver, word or Giver.RESIDENT)
        if giver is None or giver is Giver.CONTACT:
            self._wrong("consent_by", "expected resident or representative, or 本人 or 代理人")
            giver = Giver.RESIDENT
        at, authority = self._consented_at(), self._cell("authority")
        notice = self._cell("notice") or self._notice
        return tuple(
            Agreed(purpose, notice, Giver.CONTACT, "", at)
            if purpose is Purpose.CONTACT
            else Agreed(purpose, notice, giver, authority, at)
            for purpose in dict.fromkeys(purposes)
        )

    def _consented_at(self) -> datetime | None:
        word = self._cell("consent_at")
        if not word:
            return None
        try:
            return _date(word)
        except ValueError:
            self._wrong("consent_at", "expected a day such as 2026-03-01")
            return None

    def _place(self, text: str) -> PicturePlace | None:
        found = _PLACE.fullmatch(text)
        picture = found and (PICTURES.get(found["picture"].strip()) or _named(Picture, found["picture"].strip()))
        try:
            if found and picture:
                place = Place(
                    found["label"].strip(), float(found["lat"]), float(found["lon"]), (found["note"] or "").strip()
                )
                return PicturePlace(picture, place)
        except ValueError:
            pass  # degrees outside of the globe
        self._wrong(
            "places",
            "expected picture=name@latitude,longitude such as hospital=East clinic@31.21,121.46, with | between",
        )
        return None

    def _ride(self, text: str) -> Recurring | None:
        days: set[int] = set()
        at, to, since, until = None, None, None, None
        try:
            for word in re.split(r"[\s,，、]+", text):
                if word.casefold() in DAYS:
                    days.add(DAYS[word.casefold()])
                elif picture := PICTURES.get(word) or _named(Picture, word):
                    to = picture
                elif ".." in word:
                    first, _, last = word.partition("..")
                    since = date.fromisoformat(first) if first else None
                    until = date.fromisoformat(last) if last else None
                else:
                    at = time.fromisoformat(word.zfill(5))
        except ValueError:
            at = None
        if at is None or not days:
            self._wrong(
                "recurring", "expected days, a time and a place such as Tue Thu 08:30 hospital, or 周二 周四 08:30 医院"
            )
            return None
        return Recurring(frozenset(days), at, to, since, until)


def _named(kind: type[Word], text: str) -> Word | None:
    return next((one for one in kind if one == text.casefold()), None)


def _date(text: str) -> datetime:
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError("no date")
    year, month, day, hour, minute = (int(part or 0) for part in found.groups())
    return datetime(year, month, day, hour, minute, tzinfo=UTC)
