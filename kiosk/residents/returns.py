"""Gives out return-home codes and takes each one once on this box, however often the power is cut."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from kiosk.residents.cards import CODE_KEY
from kiosk.residents.chain import Act
from kiosk.residents.faults import RefusedError
from kiosk.residents.refusals import Refusal
from kiosk.residents.return_home import Ticket, make, read
from kiosk.residents.rows import resident

if TYPE_CHECKING:
    from dispatch_client.clock import Clock
    from dispatch_client.trips import Place
    from kiosk.residents.ledger import Ledger
    from kiosk.residents.people import Resident
    from kiosk.residents.vault import Vault

GOOD_FOR: Final = timedelta(hours=36)
"""From a morning at the clinic to the evening of the next day."""
_BOX: Final = "box"


@dataclass(frozen=True, slots=True)
class WayHome:
    """What a good code brings."""

    ticket: Ticket
    person: Resident | None
    """Whose it is, where this box made it and still knows them."""


class Returns:
    """The return-home codes of one box.

    Args:
        vault: remembers which were made and used here, by keyed hash.
        ledger: where it is noted.
        clock: says when.
        keys: the operator's; the first signs.
    """

    def __init__(self, vault: Vault, ledger: Ledger, clock: Clock, keys: tuple[bytes, ...]) -> None:
        self._vault = vault
        self._ledger = ledger
        self._clock = clock
        self._keys = keys
        self._key = vault.secret(CODE_KEY)

    def give(
        self, ident: str, box: str, home: Place, *, wheelchair: bool = False, good_for: timedelta = GOOD_FOR
    ) -> str:
        """Make the code for a slip of a known resident.

        Args:
            ident: the resident.
            box: this box's code.
            home: where this box stands: it is where the code leads to.
            wheelchair: the taxi must take one; only with the consents to share and to keep needs.
            good_for: when it expires.

        Raises:
            RefusedError: there is no such resident.
        """
        expires_at = self._clock.now().wall + good_for
        text, nonce = make(self._keys[0], Ticket(box, home.lat, home.lon, expires_at, wheelchair))
        with self._ledger.acting(_BOX) as note:
            resident(self._vault, ident)
            self._vault.write(
                "INSERT INTO returns(nonce, resident, expires_at) VALUES(?, ?, ?)",
                (self._hash(nonce), ident, expires_at.timestamp()),
            )
            note(Act.RETURN_CODE, ident)
        return text

    def redeem(self, text: str) -> WayHome | Refusal:
        """Take a code; from now on it is used here, also after a power cut.

        Whether it has expired can only be told by a clock that is synchronised. Where it is not, a code that was not
        used here is taken: somebody wants to go home.
        """
        ticket = read(self._keys, text)
        if isinstance(ticket, Refusal):
            return ticket
        now = self._clock.now()
        if now.trusted and now.wall > ticket.expires_at:
            return Refusal.EXPIRED
        nonce = self._hash(ticket.nonce)
        with self._ledger.acting(_BOX) as note:
            taken = self._vault.write(
                "INSERT INTO returns(nonce, expires_at, used_at) VALUES(?1, ?2, ?3) "
                "ON CONFLICT(nonce) DO UPDATE SET used_at=?3 WHERE used_at IS NULL",
                (nonce, ticket.expires_at.timestamp(), now.wall.timestamp()),
            )
            if not taken:
                return Refusal.USED
            row = self._vault.row("SELECT resident FROM returns WHERE nonce=?", (nonce,))
            note(Act.RETURN_USED, (row and row[0]) or "", box=ticket.box)
        return WayHome(ticket, self._person(row[0] if row else None))

    def give_back(self, way: WayHome) -> None:
        """Let a code be good again, because the trip it was for could not be stored."""
        with self._vault.change():
            self._vault.write("UPDATE returns SET used_at=NULL WHERE nonce=?", (self._hash(way.ticket.nonce),))

    def _person(self, ident: str | None) -> Resident | None:
        try:
            return resident(self._vault, ident) if ident else None
        except RefusedError:
            return None

    def _hash(self, nonce: bytes) -> str:
        return hmac.new(self._key, nonce, hashlib.sha256).hexdigest()
