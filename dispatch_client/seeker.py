"""Looks for attempts that were given up without their dispatcher's word, and ends those that turn out to be alive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_client import plan, strays
from dispatch_client.keeper import Ticket
from dispatch_client.lanes import LANE_S, Lanes, stray
from dispatch_client.plan import Job
from dispatch_client.trips import Booking

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_client.clock import Clock, Moment
    from dispatch_client.keeper import Keeper, Live
    from dispatch_client.ladder import Ladder


class Seeker:
    """All talk about attempts that were given up, at whichever dispatcher. Lives on the courier's thread."""

    def __init__(
        self, ladder: Ladder, keeper: Keeper, lanes: Lanes, post: Callable[[Callable[[], None]], None], clock: Clock
    ) -> None:
        self._ladder = ladder
        self._keeper = keeper
        self._lanes = lanes
        self._post = post
        self._clock = clock

    def seek(self, live: Live, now: Moment) -> None:
        """Carry the errand that is due."""
        errand = plan.stray_due(live.case, now)
        lost = strays.attempt(live.case, errand.attempt_ref) if errand else None
        if errand is None or lost is None:
            return
        provider = self._ladder.provider(lost.provider)
        ticket = Ticket(live.case.trip.ref, lost.ref, Job.STRAY, now.mono + LANE_S * self._clock.speed)
        live.ticket = ticket
        self._lanes.carry(
            lambda: stray(provider, lost, cancel=errand.reason == strays.DOUBLE),
            lambda answer: self._post(lambda: self.sought(ticket, answer)),
        )

    def sought(self, ticket: Ticket, answer: object) -> None:
        """Take in what was found."""
        live = self._keeper.lives.get(ticket.ref)
        if live is None or live.ticket is not ticket:
            return
        live.ticket, now = None, self._clock.now()
        live.due = now.mono
        errand = next((e for e in live.case.strays if e.attempt_ref == ticket.attempt_ref), None)
        lost = strays.attempt(live.case, ticket.attempt_ref)
        if errand is None or lost is None:
            return
        if isinstance(answer, Booking | None):
            case = strays.looked(live.case, errand, answer, now, self._ladder.can(lost.provider))
        else:
            case = strays.failed(live.case, errand, now)
        self._keeper.settle(live, case)
