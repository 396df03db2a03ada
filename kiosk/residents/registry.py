"""The residents: registered whole or not at all, found in a moment, and nobody in it twice by mistake."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kiosk.residents.chain import Act
from kiosk.residents.checks import checked
from kiosk.residents.consent import unfit, wanting
from kiosk.residents.consents import active, record
from kiosk.residents.doubles import card_taken, same_person
from kiosk.residents.faults import RefusedError
from kiosk.residents.letters import sameness
from kiosk.residents.people import Resident
from kiosk.residents.rows import bind, day_of, insert, resident, rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_client.clock import Clock
    from kiosk.residents.consent import Agreed
    from kiosk.residents.ledger import Ledger, Note
    from kiosk.residents.people import Details
    from kiosk.residents.vault import Vault

_PHONE_DIGITS: Final = 3
"""Fewer digits than this would find half of the village."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One registration as it is handed in."""

    details: Details
    agreed: tuple[Agreed, ...]
    cards: tuple[str, ...] = ()
    """Keyed hashes, as a reader gives them."""
    shares_phone: bool = False
    """The caretaker has seen that another resident has this number too: a couple with one telephone."""
    namesake: bool = False
    """The caretaker has seen that another resident has this name and that they are two people."""


class Registry:
    """Reads and writes residents.

    Args:
        vault: where they are kept.
        ledger: where it is noted.
        clock: says when.
        region: country whose telephone numbers need no country code.
    """

    def __init__(self, vault: Vault, ledger: Ledger, clock: Clock, region: str) -> None:
        self._vault = vault
        self._ledger = ledger
        self._clock = clock
        self.region = region

    def register(self, entry: Entry, by: str) -> Resident:
        """Save a new resident with consents and cards, all at once; on disk when this returns.

        Raises:
            RefusedError: something is wrong; nothing was saved.
            ResidentsError: the disk did not take it; nothing was saved.
        """
        entry = self.checked(entry)
        with self._ledger.acting(by) as note:
            return self.add(entry, note)

    def checked(self, entry: Entry) -> Entry:
        """Give a registration as it would be saved. Raises RefusedError; whether it is there already is not asked."""
        details, problems = checked(entry.details, self.region)
        problems += unfit(entry.agreed) + wanting(details, {one.purpose for one in entry.agreed})
        if problems:
            raise RefusedError(*problems)
        return replace(entry, details=details)

    def add(self, entry: Entry, note: Note) -> Resident:
        """Save one resident, checked before, as part of a change.

        Raises:
            RefusedError: card, number or person are registered already.
        """
        moment = self._clock.now()
        person = Resident(str(uuid.uuid4()), entry.details, moment.wall, moment.wall)
        doubles = [taken for card in entry.cards if (taken := card_taken(self._vault, card, person.id))]
        doubles += same_person(self._vault, person, shares_phone=entry.shares_phone, namesake=entry.namesake)
        if doubles:
            raise RefusedError(*doubles)
        insert(self._vault, person, moment)
        for card in entry.cards:
            bind(self._vault, card, person.id, "card", moment.wall)
        for agreed in entry.agreed:
            record(self._vault, person.id, agreed, moment.wall, note.who)
        purposes = " ".join(sorted(one.purpose for one in entry.agreed))
        note(Act.REGISTERED, person.id, cards=len(entry.cards), consents=purposes)
        return person

    def correct(
        self,
        ident: str,
        details: Details,
        by: str,
        *,
        agreed: tuple[Agreed, ...] = (),
        shares_phone: bool = False,
        namesake: bool = False,
    ) -> Resident:
        """Save changed details of a resident, with the consents that they need and that were given for it.

        Raises:
            RefusedError: something is wrong, or a consent is wanting; nothing was changed.
        """
        with self._ledger.acting(by) as note:
            before = self.get(ident)
            clean, problems = checked(details, self.region)
            purposes = active(self._vault, ident) | {one.purpose for one in agreed}
            problems += unfit(agreed) + wanting(clean, purposes)
            moment = self._clock.now()
            after = Resident(ident, clean, before.registered_at, moment.wall)
            # A number and a name that were accepted before are not asked about again.
            new_phone = clean.phone != before.details.phone
            if new_phone or sameness(clean.name) != sameness(before.details.name):
                share = shares_phone or not new_phone
                problems += same_person(self._vault, after, shares_phone=share, namesake=namesake)
            if problems:
                raise RefusedError(*problems)
            rewrite(self._vault, after)
            for one in agreed:
                record(self._vault, ident, one, moment.wall, by)
            note(Act.CORRECTED, ident, consents=" ".join(sorted(one.purpose for one in agreed)))
            return after

    def get(self, ident: str) -> Resident:
        """Give one resident. Raises RefusedError where there is none."""
        return resident(self._vault, ident)

    def find(self, text: str, limit: int = 20) -> list[Resident]:
        """Find residents by a part of the name, the beginning of the pinyin or its initials, or the end of the number.

        Digits look for numbers, three or more. Those whose name begins with the text come first.
        """
        digits = "".join(text.split()).lstrip("+")
        if digits.isdecimal():
            where, order, given = "substr(phone, -length(?1)) = ?1", "same, id", digits
        elif text.isascii():
            where = "(substr(sound, 1, length(?1)) = ?1 OR initials = ?1 OR instr(same, ?1))"
            order, given = "initials <> ?1, sound, id", sameness(text)
        else:
            where, order, given = "instr(same, ?1)", "instr(same, ?1), same, id", sameness(text)
        if not given or (len(given) < _PHONE_DIGITS and digits.isdecimal()):
            return []
        rows = self._vault.rows(
            f"SELECT id FROM residents WHERE leaving=0 AND {where} ORDER BY {order} LIMIT ?2",  # noqa: S608 - our own words
            (given, limit),
        )
        return [self.get(ident) for (ident,) in rows]

    def all(self) -> Iterator[Resident]:
        """Give every resident in the order of registration."""
        for (ident,) in self._vault.rows("SELECT id FROM residents WHERE leaving=0 ORDER BY registered_at, id"):
            yield self.get(ident)

    def count(self) -> int:
        """How many are registered."""
        row = self._vault.row("SELECT count(*) FROM residents WHERE leaving=0")
        return int(row[0]) if row else 0

    def used(self, ident: str) -> None:
        """Remember that this resident used the box today: at most one write a day; keeps retention away."""
        today = day_of(self._clock.now())
        if today is None or self._vault.row("SELECT 1 FROM residents WHERE id=? AND used_day=?", (ident, today)):
            return
        with self._vault.change():
            self._vault.write(
                "UPDATE residents SET used_day=? WHERE id=? AND (used_day IS NULL OR used_day < ?)",
                (today, ident, today),
            )
