"""Looks after the registry while the box stands idle: ends what was begun, forgets whom nobody has seen for long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kiosk.app.office import KEEP_UNUSED_DAYS
from kiosk.log import get_logger

if TYPE_CHECKING:
    from dispatch_client.clock import Clock
    from kiosk.residents.office import Office

log = get_logger()

EVERY_S: Final = 600.0
"""How often it is worth a look, in quiet."""
_PURGE_S: Final = 86_400.0


class Upkeep:
    """Does a little when nobody waits. Used on the thread that owns the registry.

    Args:
        office: the registry.
        clock: says when a day has gone by, and whether it can be trusted.
    """

    def __init__(self, office: Office, clock: Clock) -> None:
        self._office = office
        self._clock = clock
        self._purge_due = 0.0
        self._told = ""

    def tend(self) -> None:
        """Finish erasures; once a day, while the clock is right, erase who has not come for two years."""
        from kiosk.residents.faults import ResidentsError

        now = self._clock.now()
        try:
            done = self._office.forgetting.finish()
            if now.trusted and now.mono >= self._purge_due:
                self._purge_due = now.mono + _PURGE_S
                done = self._office.forgetting.purge(KEEP_UNUSED_DAYS)
        except ResidentsError as error:
            if str(error) != self._told:
                log.warning("residents are not forgotten yet", why=str(error))
            self._told = str(error)
            return
        self._told = ""
        if done.people:
            log.info("residents forgotten", count=done.people)
