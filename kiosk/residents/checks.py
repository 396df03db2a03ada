"""Checks what was entered of a resident, and says of each field what was expected and how to mend it."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kiosk.residents.faults import Problem, Wrong
from kiosk.residents.letters import first_wrong, standard
from kiosk.residents.people import LANGUAGES, LEAST_VOLUME, MOST_NAME, MOST_PLACES, MOST_RECURRING, MOST_VOLUME

if TYPE_CHECKING:
    from kiosk.residents.people import Contact, Details, PicturePlace

MOST_TEXT: Final = 80
_MOST_PINYIN: Final = 200
_SYLLABLE: Final = re.compile(r"[a-zü]{1,7}[1-5]?", re.IGNORECASE)
_ROUNDED: Final = re.compile(r"\d(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_PHONE_WORDS: Final = (
    "expected a telephone number that exists, such as 021 6258 0017 or one that begins with + and its country; "
    "compare it digit by digit"
)


class Checking:
    """Collects what is wrong while the fields are read one after the other."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.problems: list[Problem] = []

    def wrong(self, field: str, wrong: Wrong, sentence: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(field, wrong, sentence))

    def line(self, field: str, text: str, most: int = MOST_TEXT, *, name: bool = False, needed: bool = False) -> str:
        """Check one line of text, or a name, of at most so many characters."""
        text = standard(text)
        if needed and not text:
            self.wrong(field, Wrong.MISSING, "expected at least one letter, found nothing; type it")
        place = first_wrong(text, name=name)
        if place is not None:
            what = "letters" if name else "letters, digits and punctuation"
            self.wrong(
                field,
                Wrong.CHARACTERS,
                f"expected {what}, and character {place} is something else (an emoji, a line end ...); leave it out",
            )
        elif len(text) > most:
            self.wrong(
                field, Wrong.TOO_LONG, f"expected at most {most} characters, found {len(text)}; write it shorter"
            )
        elif name and text and not any(unicodedata.category(c).startswith("L") or ord(c) > 0xFFFF for c in text):  # noqa: PLR2004 - the first plane
            self.wrong(field, Wrong.CHARACTERS, "expected a name, found only signs; type it")
        return text

    def phone(self, field: str, text: str, *, needed: bool = False) -> str:
        """Check a number and give it in E.164 (`+862162580017`); an empty one stays empty."""
        text = unicodedata.normalize("NFKC", text).strip()
        if not text:
            if needed:
                self.wrong(field, Wrong.MISSING, _PHONE_WORDS)
            return ""
        found = international(text, self.region)
        if found is None:
            rounded = _ROUNDED.fullmatch(text)
            self.wrong(
                field,
                Wrong.ROUNDED if rounded else Wrong.PHONE,
                "a spreadsheet has rounded this number; format its column as text, type the number anew and save again"
                if rounded
                else _PHONE_WORDS,
            )
        return found or text

    def pinyin(self, text: str) -> str:
        """Check that it is syllables with a space between, each with its tone as a number or a mark, or none."""
        text = standard(text).casefold()
        plain = unicodedata.normalize("NFD", text)
        for syllable in plain.split():
            letters = "".join(c for c in syllable if not unicodedata.category(c).startswith("M"))
            if not _SYLLABLE.fullmatch(letters.replace("'", "")) or len(text) > _MOST_PINYIN:
                self.wrong("pinyin", Wrong.SHAPE, "expected syllables such as wang2 xiu4 lan2, with a space between")
                break
        return text

    def places(self, places: tuple[PicturePlace, ...]) -> tuple[PicturePlace, ...]:
        """Check the picture places: few, each picture once, each with words for the driver."""
        if len(places) > MOST_PLACES:
            self.wrong("places", Wrong.TOO_MANY, f"expected at most {MOST_PLACES}, found {len(places)}; take some away")
        pictures = [one.picture for one in places]
        if len(set(pictures)) < len(pictures):
            self.wrong("places", Wrong.SHAPE, "expected each picture once; choose another picture for one of them")
        checked = []
        for number, one in enumerate(places, 1):
            label = self.line(f"places[{number}]", one.place.label, needed=True)
            note = self.line(f"places[{number}]", one.place.note)
            checked.append(replace(one, place=replace(one.place, label=label, note=note)))
        return tuple(checked)

    def contact(self, contact: Contact | None) -> Contact | None:
        """Check the emergency contact: a name and a number, or nobody."""
        if contact is None:
            return None
        return replace(
            contact,
            name=self.line("contact.name", contact.name, MOST_NAME, name=True, needed=True),
            phone=self.phone("contact.phone", contact.phone, needed=True),
            relation=self.line("contact.relation", contact.relation, 20),
        )

    def rest(self, details: Details) -> None:
        """Check what is chosen and not typed."""
        if details.language not in LANGUAGES:
            self.wrong("language", Wrong.SHAPE, f"expected {' or '.join(LANGUAGES)}")
        if not (math.isfinite(details.volume) and LEAST_VOLUME <= details.volume <= MOST_VOLUME):
            self.wrong("volume", Wrong.SHAPE, f"expected a number from {LEAST_VOLUME:g} to {MOST_VOLUME:g}")
        if len(details.recurring) > MOST_RECURRING:
            self.wrong("recurring", Wrong.TOO_MANY, f"expected at most {MOST_RECURRING}; take some away")
        known = {one.picture for one in details.places}
        for number, ride in enumerate(details.recurring, 1):
            at = f"recurring[{number}]"
            if not ride.days or not ride.days <= set(range(7)):
                self.wrong(at, Wrong.SHAPE, "expected at least one day of the week")
            if ride.at.tzinfo is not None:
                self.wrong(at, Wrong.SHAPE, "expected a local time of day")
            if ride.to is not None and ride.to not in known:
                self.wrong(at, Wrong.UNKNOWN, "expected one of this resident's own places; add the place first")
            if ride.since and ride.until and ride.until < ride.since:
                self.wrong(at, Wrong.SHAPE, "expected a last day after the first one")


def checked(details: Details, region: str) -> tuple[Details, tuple[Problem, ...]]:
    """Give the details as they would be saved, and what keeps them from being saved (nothing: all is well).

    Args:
        details: as they were typed.
        region: two letters of the country whose numbers need no country code (`CN`).
    """
    reading = Checking(region)
    clean = replace(
        details,
        name=reading.line("name", details.name, MOST_NAME, name=True, needed=True),
        phone=reading.phone("phone", details.phone),
        pinyin=reading.pinyin(details.pinyin),
        pickup=reading.line("pickup", details.pickup),
        places=reading.places(details.places),
        contact=reading.contact(details.contact),
    )
    reading.rest(clean)
    return clean, tuple(reading.problems)


def international(text: str, region: str) -> str | None:
    """Give a telephone number in E.164, or None when there is no such number."""
    import phonenumbers  # noqa: PLC0415 - 20 ms that only a typed number costs

    if any(c.isalpha() for c in text):
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
