"""Keeps who agreed to what, and lets it be withdrawn in one step, with what it allowed gone from the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.residents.chain import Act
from kiosk.residents.consent import FOLLOWING, Consent, Giver, Purpose, unfit, wanting, without
from kiosk.residents.faults import RefusedError
from kiosk.residents.people import Resident
from kiosk.residents.rows import resident, rewrite, when

if TYPE_CHECKING:
    from datetime import datetime

    from dispatch_client.clock import Clock
    from kiosk.residents.consent import Agreed
    from kiosk.residents.forgetting import Forgetting
    from kiosk.residents.ledger import Ledger
    from kiosk.residents.vault import Vault


def active(vault: Vault, ident: str) -> frozenset[Purpose]:
    """Give what a resident agrees to now."""
    rows = vault.rows("SELECT purpose FROM consents WHERE resident=? AND withdrawn_at IS NULL", (ident,))
    return frozenset(Purpose(purpose) for (purpose,) in rows)


def record(vault: Vault, ident: str, agreed: Agreed, now: datetime, by: str) -> None:
    """Write a consent, inside a change. One that is there already for the same purpose is replaced by it."""
    given_at = (agreed.given_at or now).timestamp()
    vault.write(
        "UPDATE consents SET withdrawn_at=?, withdrawn_by=? WHERE resident=? AND purpose=? AND withdrawn_at IS NULL",
        (given_at, by, ident, agreed.purpose),
    )
    vault.write(
        "INSERT INTO consents(resident, purpose, notice, given_by, authority, recorded_by, given_at) "
        "VALUES(?, ?, ?, ?, ?, ?, ?)",
        (ident, agreed.purpose, agreed.notice.strip(), agreed.given_by, agreed.authority.strip(), by, given_at),
    )


class Consents:
    """The consents of every resident.

    Args:
        vault: where they are kept.
        ledger: where it is noted.
        clock: says when.
        forgetting: takes away what is no longer allowed.
    """

    def __init__(self, vault: Vault, ledger: Ledger, clock: Clock, forgetting: Forgetting) -> None:
        self._vault = vault
        self._ledger = ledger
        self._clock = clock
        self._forgetting = forgetting

    def active(self, ident: str) -> frozenset[Purpose]:
        """Give what a resident agrees to now."""
        return active(self._vault, ident)

    def of(self, ident: str) -> list[Consent]:
        """Give every consent of a resident in the order it was given, withdrawn ones too."""
        rows = self._vault.rows(
            "SELECT purpose, notice, given_by, given_at, recorded_by, authority, withdrawn_at, withdrawn_by "
            "FROM consents WHERE resident=? ORDER BY id",
            (ident,),
        )
        return [
            Consent(Purpose(purpose), notice, Giver(giver), at, by, authority, when(withdrawn), withdrawn_by or "")
            for purpose, notice, giver, given, by, authority, withdrawn, withdrawn_by in rows
            if (at := when(given))
        ]

    def give(self, ident: str, agreed: Agreed, by: str) -> None:
        """Record one more consent.

        Raises:
            RefusedError: it was not given by whom it must be, or there is nothing it could allow.
        """
        with self._ledger.acting(by) as note:
            person = resident(self._vault, ident)
            problems = unfit([agreed]) + wanting(person.details, active(self._vault, ident) | {agreed.purpose})
            if problems:
                raise RefusedError(*problems)
            record(self._vault, ident, agreed, self._clock.now().wall, by)
            note(Act.CONSENTED, ident, purpose=agreed.purpose.value, notice=agreed.notice.strip())

    def withdraw(self, ident: str, purpose: Purpose, by: str) -> None:
        """Withdraw a consent: what it allowed is gone from the disk when this returns.

        Without the consent to be registered nothing may be kept: the resident is erased. The contact's own consent
        takes the contact with it. What was never given is withdrawn too, silently.

        Raises:
            RefusedError: there is no such resident.
            ResidentsError: it is withdrawn, but the last traces are still there; it goes on at the next start.
        """
        if purpose is Purpose.REGISTRATION:
            self._forgetting.erase([ident], by)
            return
        gone = {purpose, FOLLOWING.get(purpose, purpose)} & active(self._vault, ident)
        with self._ledger.acting(by) as note:
            before = resident(self._vault, ident)
            now = self._clock.now().wall
            for one in sorted(gone):
                self._vault.write(
                    "UPDATE consents SET withdrawn_at=?, withdrawn_by=? "
                    "WHERE resident=? AND purpose=? AND withdrawn_at IS NULL",
                    (now.timestamp(), by, ident, one),
                )
                note(Act.WITHDRAWN, ident, purpose=one.value)
            details = without(before.details, purpose)
            if details != before.details:
                rewrite(self._vault, Resident(ident, details, before.registered_at, now))
                self._vault.will_clean()
        self._forgetting.clean()
