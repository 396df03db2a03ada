"""Cards and code cards: what opens whose visit, dead at once when it is lost; only keyed hashes are kept."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kiosk.residents import codes
from kiosk.residents.chain import Act
from kiosk.residents.doubles import card_taken
from kiosk.residents.faults import RefusedError
from kiosk.residents.refusals import Refusal
from kiosk.residents.rows import COLUMNS, bind, resident, resident_in, when

if TYPE_CHECKING:
    from datetime import datetime

    from dispatch_client.clock import Clock
    from kiosk.residents.ledger import Ledger, Note
    from kiosk.residents.people import Resident
    from kiosk.residents.vault import Vault

CODE_KEY: Final = "code_key"
_CODE: Final = "code"


@dataclass(frozen=True, slots=True)
class Card:
    """One card of a resident, as the caretaker may see it."""

    kind: str
    """`card`, or `code` for a printed code card."""
    bound_at: datetime
    dead_at: datetime | None
    """When it was reported lost or replaced; None: it is good."""


class Cards:
    """Which card is whose.

    Args:
        vault: where hashes are kept.
        ledger: where it is noted.
        clock: says when.
    """

    def __init__(self, vault: Vault, ledger: Ledger, clock: Clock) -> None:
        self._vault = vault
        self._ledger = ledger
        self._clock = clock
        self._key = vault.secret(CODE_KEY)

    def look_up(self, card: str) -> Resident | Refusal:
        """Give whose card this is (a keyed hash, as a reader gives it); under 5 ms among 100 000."""
        row = self._vault.row(
            f"SELECT {COLUMNS}, dead_at FROM cards JOIN residents ON residents.id=cards.resident "  # noqa: S608 - our own words
            "WHERE hash=? AND leaving=0",
            (card,),
        )
        if row is None:
            return Refusal.UNKNOWN
        return resident_in(row[:-1]) if row[-1] is None else Refusal.DEAD

    def scan(self, text: str) -> Resident | Refusal:
        """Give whose code card this is, by what a scanner read."""
        code = codes.read(text)
        if code is None or code[0] != codes.CARD_MARK:
            return Refusal.NOT_OURS
        return self.look_up(self._hash(code[1]))

    def bind(self, ident: str, card: str, by: str) -> None:
        """Give a card to a resident. A card that was reported lost and is here again may be given anew.

        Raises:
            RefusedError: there is no such resident, or it is another one's card.
        """
        with self._ledger.acting(by) as note:
            resident(self._vault, ident)
            taken = card_taken(self._vault, card, ident)
            if taken:
                raise RefusedError(taken)
            bind(self._vault, card, ident, "card", self._clock.now().wall)
            note(Act.CARD_BOUND, ident)

    def lost(self, ident: str, by: str, card: str | None = None) -> int:
        """Let all cards of a resident be dead from now on (or the one); how many were alive."""
        with self._ledger.acting(by) as note:
            resident(self._vault, ident)
            return self._kill(ident, note, "hash = coalesce(?, hash)", card)

    def code_card(self, ident: str, by: str) -> str:
        """Make a new code card for a resident: what is to be printed. An older code card of theirs is dead at once.

        The text holds nothing about the person and is not kept; only its keyed hash is.
        """
        token = codes.new_card_token()
        with self._ledger.acting(by) as note:
            resident(self._vault, ident)
            self._kill(ident, note, "kind = ?", _CODE)
            bind(self._vault, self._hash(token), ident, _CODE, self._clock.now().wall)
            note(Act.CODE_CARD, ident)
        return codes.write(codes.CARD_MARK, token)

    def of(self, ident: str) -> list[Card]:
        """Give a resident's cards, the dead ones too."""
        rows = self._vault.rows(
            "SELECT kind, bound_at, dead_at FROM cards WHERE resident=? ORDER BY bound_at", (ident,)
        )
        return [Card(kind, bound, when(dead)) for kind, at, dead in rows if (bound := when(at))]

    def hashes(self, ident: str) -> list[str]:
        """Give the keyed hashes of a resident's living cards; a code card's is not among them."""
        sql = "SELECT hash FROM cards WHERE resident=? AND dead_at IS NULL AND kind<>? ORDER BY bound_at, hash"
        return [card for (card,) in self._vault.rows(sql, (ident, _CODE))]

    def _kill(self, ident: str, note: Note, which: str, value: str | None) -> int:
        killed = self._vault.write(
            f"UPDATE cards SET dead_at=? WHERE resident=? AND dead_at IS NULL AND {which}",  # noqa: S608 - our own words
            (self._clock.now().wall.timestamp(), ident, value),
        )
        if killed:
            note(Act.CARD_DEAD, ident, cards=killed)
        return killed

    def _hash(self, token: bytes) -> str:
        return hmac.new(self._key, token, hashlib.sha256).hexdigest()
