"""How a resident stands in the tables, and comes out of them again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from kiosk.residents.documents import details_in, details_out
from kiosk.residents.faults import Problem, RefusedError, Wrong
from kiosk.residents.letters import sameness, sound
from kiosk.residents.people import Resident

if TYPE_CHECKING:
    from dispatch_client.clock import Moment
    from kiosk.residents.people import Details
    from kiosk.residents.vault import Row, Vault

COLUMNS: Final = "residents.id, document, registered_at, changed_at"


def resident_in(row: Row) -> Resident:
    """Read a row of `COLUMNS`."""
    ident, document, registered_at, changed_at = row
    times = (datetime.fromtimestamp(at, UTC) for at in (registered_at, changed_at))
    return Resident(ident, details_in(json.loads(document)), *times)


def resident(vault: Vault, ident: str) -> Resident:
    """Give one resident. Raises RefusedError where there is none, or none any more."""
    row = vault.row(f"SELECT {COLUMNS} FROM residents WHERE id=? AND leaving=0", (ident,))  # noqa: S608 - our own words
    if row is None:
        raise RefusedError(Problem("resident", Wrong.UNKNOWN, "expected a resident who is registered here"))
    return resident_in(row)


def insert(vault: Vault, person: Resident, moment: Moment) -> None:
    """Write a new resident, inside a change."""
    vault.write(
        "INSERT INTO residents(id, registered_at, used_day, leaving, changed_at, document, name, same, sound, "
        "initials, phone) VALUES(?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)",
        (person.id, person.registered_at.timestamp(), day_of(moment), *_columns(person.details, person.changed_at)),
    )


def rewrite(vault: Vault, person: Resident) -> None:
    """Write a resident's details anew, inside a change."""
    vault.write(
        "UPDATE residents SET changed_at=?, document=?, name=?, same=?, sound=?, initials=?, phone=? WHERE id=?",
        (*_columns(person.details, person.changed_at), person.id),
    )


def bind(vault: Vault, card: str, ident: str, kind: str, at: datetime) -> None:
    """Write that a card belongs to a resident from now on, inside a change."""
    vault.write(
        "INSERT OR REPLACE INTO cards(hash, resident, kind, bound_at, dead_at) VALUES(?, ?, ?, ?, NULL)",
        (card, ident, kind, at.timestamp()),
    )


def day_of(moment: Moment) -> str | None:
    """Give the day of a moment, or None where the clock cannot be trusted with one."""
    return moment.wall.date().isoformat() if moment.trusted else None


def when(at: float | None) -> datetime | None:
    """Read a time of the tables."""
    return None if at is None else datetime.fromtimestamp(at, UTC)


def _columns(details: Details, changed_at: datetime) -> tuple[object, ...]:
    document = json.dumps(details_out(details), ensure_ascii=False, separators=(",", ":"))
    name = details.name
    return (changed_at.timestamp(), document, name, sameness(name), *sound(details.pinyin), details.phone)
