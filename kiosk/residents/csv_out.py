"""Writes the residents' table so that a spreadsheet shows it and runs nothing in it, and `import` reads it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC
from typing import TYPE_CHECKING, Final

from kiosk.residents.columns import COLUMNS, DAY_NAMES
from kiosk.residents.consent import Giver

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kiosk.residents.consent import Consent
    from kiosk.residents.people import PicturePlace, Recurring, Resident

_RISKY: Final = re.compile(r"[=+\-@＝＋－＠\t\r]|'[=+\-@＝＋－＠'\d\t\r]")
"""A cell that begins so is a formula to one spreadsheet or another, or would lose its apostrophe when read again."""
_BREAKS: Final = str.maketrans({"|": "｜", ";": "；", "=": "＝", "@": "＠"})
"""Signs between the parts of a cell, where they stand inside a part."""


def safe(cell: str) -> str:
    """Give a cell that no spreadsheet takes for a formula.

    >>> safe("=1+1"), safe("王秀兰")
    ("'=1+1", '王秀兰')
    """
    return f"'{cell}" if _RISKY.match(cell) else cell


def cells(person: Resident, consents: Iterable[Consent], cards: Iterable[str]) -> dict[str, str]:
    """Give the row of a resident; of cards there are only keyed hashes, which mean something on this box alone.

    Of consents stands what holds now; who wants to see every one takes the export of that person.
    """
    details, contact = person.details, person.details.contact
    given = [one for one in consents if one.withdrawn_at is None]
    own = [one for one in given if one.given_by is not Giver.CONTACT] or given
    return {
        "name": details.name,
        "pinyin": details.pinyin,
        "phone": details.phone,
        # What was accepted once is accepted again.
        "shares_phone": "yes" if details.phone else "",
        "namesake": "yes",
        "card": " ".join(f"#{card}" for card in cards),
        "pickup": details.pickup,
        "needs": " ".join(sorted(details.needs)),
        "language": details.language,
        "volume": f"{details.volume:g}",
        "places": " | ".join(map(_place, details.places)),
        "recurring": " | ".join(map(_ride, details.recurring)),
        "contact_name": contact.name if contact else "",
        "contact_phone": contact.phone if contact else "",
        "contact_relation": contact.relation if contact else "",
        "consents": " ".join(sorted(one.purpose for one in given)),
        "consent_by": own[0].given_by if own else "",
        "authority": own[0].authority if own else "",
        "consent_at": f"{own[0].given_at.astimezone(UTC):%Y-%m-%d %H:%M}" if own else "",
        "notice": own[0].notice if own else "",
    }


def table(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Write rows as CSV in UTF-8 with a mark, so that every spreadsheet knows the letters."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({column: safe(cell) for column, cell in row.items()})
    return text.getvalue().encode("utf-8-sig")


def _place(one: PicturePlace) -> str:
    label, note = one.place.label.translate(_BREAKS), one.place.note.translate(_BREAKS)
    return f"{one.picture}={label}@{one.place.lat:.6f},{one.place.lon:.6f}" + (f";{note}" if note else "")


def _ride(one: Recurring) -> str:
    words = [*(DAY_NAMES[day] for day in sorted(one.days)), f"{one.at:%H:%M}", *([one.to] if one.to else [])]
    if one.since or one.until:
        words.append(f"{one.since or ''}..{one.until or ''}")
    return " ".join(words)
