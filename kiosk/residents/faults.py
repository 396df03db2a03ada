"""What can be wrong with a resident's data, as data for the screens and as sentences that quote nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wrong(StrEnum):
    """Kinds of problems; a screen has words of its own for each."""

    MISSING = "missing"
    CHARACTERS = "characters"
    """An emoji, a control character, a private one, or a digit where letters belong."""
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    PHONE = "phone"
    """No telephone number that exists."""
    ROUNDED = "rounded"
    """A spreadsheet made 1.38E+10 of it: the digits are gone."""
    SHAPE = "shape"
    """Not written as it must be."""
    CONSENT = "consent"
    DUPLICATE_CARD = "duplicate_card"
    DUPLICATE_PHONE = "duplicate_phone"
    DUPLICATE_PERSON = "duplicate_person"
    UNKNOWN = "unknown"
    """No such resident, caretaker or card."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and how to mend it. Holds nothing of what was typed."""

    field: str
    """Where: `name`, `phone`, `contact.phone`, `places[2]`."""
    wrong: Wrong
    sentence: str
    """What was expected and how to mend it, in English."""
    other: str = ""
    """Id of the resident who has that card or number already."""

    def __str__(self) -> str:
        return f"{self.field}: {self.sentence}"


class ResidentsError(Exception):
    """The registry cannot be opened, read or written. One sentence: what, where, what to do."""

    corrupt = False
    """The bytes on the disk are not what was written, or the key is another one."""


class RefusedError(Exception):
    """Nothing was saved, because of these problems. The text names fields and cures, never values."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
