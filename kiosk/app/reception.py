"""Knows whose card it is, on a thread of its own: a slow disk delays the greeting, never the screen."""

from __future__ import annotations

import queue
import threading
import uuid
from typing import TYPE_CHECKING, Final

from kiosk.app.upkeep import EVERY_S, Upkeep
from kiosk.core.events import CardTapped, Event
from kiosk.core.guests import Guest, Need
from kiosk.log import get_logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_client.clock import Clock
    from kiosk.inbox import Inbox
    from kiosk.residents.office import Office

log = get_logger()

LOUD: Final = 2.0
"""For the hard of hearing, at least: 6 dB more than usual."""


class Reception:
    """Turns a card's hash into a tap, with its resident where there is one.

    Args:
        open_office: opens the registry; called on this thread, which owns it from then on. Raises ResidentsError.
        inbox: where taps go.
        clock: says when the registry wants looking after.
    """

    def __init__(self, open_office: Callable[[], Office], inbox: Inbox[Event], clock: Clock) -> None:
        self._open_office = open_office
        self._clock = clock
        self._inbox = inbox
        self._cards: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="reception", daemon=True)

    def start(self) -> None:
        """Open the registry; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Close it; returns within two seconds."""
        self._cards.put(None)
        self._thread.join(2)

    def card(self, card_hash: str) -> None:
        """Somebody holds this card up. From any thread; returns at once."""
        self._cards.put(card_hash)

    def _run(self) -> None:
        from kiosk.residents.faults import ResidentsError

        office: Office | None = None
        try:
            office = self._open_office()
        except ResidentsError as error:
            log.warning("cards know nobody", why=str(error))
        upkeep = Upkeep(office, self._clock) if office is not None else None
        while True:
            try:
                card_hash = self._cards.get(timeout=EVERY_S)
            except queue.Empty:
                if upkeep is not None:
                    upkeep.tend()
                continue
            if card_hash is None:
                break
            self._inbox.put(CardTapped(card_hash, str(uuid.uuid4()), self._guest(office, card_hash)))
        if office is not None:
            office.close()

    def _guest(self, office: Office | None, card_hash: str) -> Guest | None:
        """Whose card it is; None, and the card works like the button, whatever goes wrong."""
        try:
            return guest_of(office, card_hash) if office is not None else None
        except Exception as error:  # noqa: BLE001 - nobody stays without a taxi because a registry is broken
            log.warning("a card could not be looked up", why=type(error).__name__)
            return None


def guest_of(office: Office, card_hash: str) -> Guest | None:
    """Give the resident of a card as far as they agreed to be known; None for a card that nobody has (any more)."""
    from kiosk.residents.consent import Purpose
    from kiosk.residents.refusals import Refusal

    person = office.cards.look_up(card_hash)
    if isinstance(person, Refusal):
        return None
    agreed, details = office.consents.active(person.id), person.details
    needs = frozenset(Need(need.value) for need in details.needs) if Purpose.NEEDS in agreed else frozenset()
    shared = Purpose.SHARING in agreed
    office.registry.used(person.id)
    return Guest(
        language=details.language,
        volume=max(details.volume, LOUD) if Need.HARD_OF_HEARING in needs else details.volume,
        keys=Need.BLIND in needs,
        phone=(details.phone or None) if shared else None,
        needs=needs if shared else frozenset(),
        pickup=details.pickup if shared else "",
    )
