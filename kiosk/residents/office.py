"""All that a box or a command needs of its residents, opened by one call and ready to be used by one thread."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.residents.cards import Cards
from kiosk.residents.caretakers import Caretakers
from kiosk.residents.chain import Act
from kiosk.residents.consents import Consents
from kiosk.residents.documents import details_out
from kiosk.residents.faults import ResidentsError
from kiosk.residents.forgetting import Forgetting
from kiosk.residents.keys import Keys
from kiosk.residents.ledger import Ledger
from kiosk.residents.opening import change_key, open_vault
from kiosk.residents.registry import Registry
from kiosk.residents.returns import Returns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dispatch_client.clock import Clock
    from kiosk.residents.forgetting import Trace
    from kiosk.residents.vault import Vault


@dataclass(slots=True)
class Office:
    """The parts; see each."""

    registry: Registry
    cards: Cards
    consents: Consents
    forgetting: Forgetting
    caretakers: Caretakers
    returns: Returns
    ledger: Ledger
    vault: Vault
    pending: str = ""
    """What could not be finished of an erasure that was begun earlier, as a sentence for the staff."""

    def everything(self, ident: str, by: str) -> dict[str, object]:
        """Give all that is kept of one resident as plain data, for that person; it is noted.

        Raises:
            RefusedError: there is no such resident.
        """
        person = self.registry.get(ident)
        with self.ledger.acting(by) as note:
            note(Act.EXPORTED, ident)
        return {
            "id": ident,
            "registered_at": person.registered_at.isoformat(),
            "changed_at": person.changed_at.isoformat(),
            "details": details_out(person.details),
            "consents": [
                {
                    "purpose": one.purpose,
                    "notice": one.notice,
                    "given_by": one.given_by,
                    "given_at": one.given_at.isoformat(),
                    "authority": one.authority,
                    "recorded_by": one.recorded_by,
                    "withdrawn_at": one.withdrawn_at and one.withdrawn_at.isoformat(),
                    "withdrawn_by": one.withdrawn_by,
                }
                for one in self.consents.of(ident)
            ],
            "cards": [
                {
                    "kind": card.kind,
                    "bound_at": card.bound_at.isoformat(),
                    "dead_at": card.dead_at and card.dead_at.isoformat(),
                }
                for card in self.cards.of(ident)
            ],
            "what_was_done": self.ledger.about(ident),
        }

    def close(self) -> None:
        """Let go of the files."""
        self.vault.close()


def open_office(
    folder: Path, clock: Clock, *, region: str = "CN", traces: Iterable[Trace] = (), keys: Keys | None = None
) -> Office:
    """Open the registry in `folder`, begin it where there is none, and finish what a power cut has interrupted.

    Args:
        folder: its own, on a local disk.
        clock: says when.
        region: country whose telephone numbers need no country code.
        traces: where else something of a resident may be kept.
        keys: where keys lie; None: as the environment says.

    Raises:
        ResidentsError: it cannot be opened. The box goes on without: the button serves everybody.
    """
    keys = keys or Keys.of(folder, os.environ)
    vault = open_vault(keys)
    try:
        ledger = Ledger(vault, folder, clock)
        forgetting = Forgetting(vault, ledger, clock, keys, traces)
        office = Office(
            registry=Registry(vault, ledger, clock, region),
            cards=Cards(vault, ledger, clock),
            consents=Consents(vault, ledger, clock, forgetting),
            forgetting=forgetting,
            caretakers=Caretakers(vault, ledger, clock),
            returns=Returns(vault, ledger, clock, keys.operator()),
            ledger=ledger,
            vault=vault,
        )
        try:
            forgetting.finish()
        except ResidentsError as error:
            office.pending = str(error)
    except BaseException:
        vault.close()
        raise
    return office


def rotate_key(folder: Path, clock: Clock, by: str, keys: Keys | None = None) -> Path:
    """Encrypt the registry under a new key, noted before and after; where the new key lies.

    Raises:
        ResidentsError: another process has it open, or a new credential is wanting; it opens as before.
    """
    keys = keys or Keys.of(folder, os.environ)
    _note(keys, clock, by, Act.KEY_CHANGING)
    path = change_key(keys)
    _note(keys, clock, by, Act.KEY_CHANGED)
    return path


def _note(keys: Keys, clock: Clock, by: str, act: Act) -> None:
    vault = open_vault(keys)
    try:
        with Ledger(vault, keys.folder, clock).acting(by) as note:
            note(act)
    finally:
        vault.close()
