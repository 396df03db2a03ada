"""Carries what is due to the dispatcher, one exchange at a time for each trip, and takes in what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dispatch_client import outcomes, plan, strays
from dispatch_client.attempts import climbed
from dispatch_client.cases import ErrandKind
from dispatch_client.errors import Ambiguous, DispatchError, Refused, Unreachable
from dispatch_client.follower import Follower
from dispatch_client.keeper import Ticket
from dispatch_client.lanes import LANE_S, HeldUpError, Lanes, exchange
from dispatch_client.link import Link
from dispatch_client.plan import Job
from dispatch_client.retry import delay_s, patience_s
from dispatch_client.trips import Booking, TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from dispatch_client.cases import Case
    from dispatch_client.clock import Clock, Moment
    from dispatch_client.keeper import Keeper, Live
    from dispatch_client.ladder import Ladder
    from dispatch_client.listener import Listener
    from dispatch_client.plan import Policy
    from dispatch_client.provider import Provider
    from dispatch_client.seeker import Seeker

STRAY_LOOK_S: Final = 5.0
_OFFER_S: Final = 3.0
"""An offer stands about half a minute: nothing about it is put off for longer than this."""


class Exchanges:
    """All talk with one dispatcher. Lives on the courier's thread; `post` brings work from other threads there.

    `down` tells who cannot be reached at that monotonic second.
    """

    def __init__(
        self,
        provider: Provider,
        keeper: Keeper,
        lanes: Lanes,
        *,
        ladder: Ladder,
        seeker: Seeker,
        down: Callable[[float], frozenset[str]],
        on_link: Callable[[bool, str], None],
        listener: Listener,
        post: Callable[[Callable[[], None]], None],
        policy: Policy,
        clock: Clock,
        rng: Random,
    ) -> None:
        self.follower: Follower | None = None
        """The stream of news, once it is followed."""
        self.link = Link(on_link, rng)
        self._provider = provider
        self._keeper = keeper
        self._lanes = lanes
        self._ladder = ladder
        self._seeker = seeker
        self._down = down
        self._tell = listener
        self._post = post
        self._policy = policy
        self._clock = clock
        self._rng = rng
        self._probe_until = 0.0
        self._probe_fault = ""

    def follow(self) -> None:
        """Open the stream of news, where there is one."""
        if self._provider.capabilities.push and self.follower is None:
            self.follower = Follower(
                self._provider,
                lambda ref, booking: self._post(lambda: self.pushed(ref, booking)),
                lambda error: self._post(lambda: self.push_broke(error)),
            )
            self.follower.start()

    def close(self) -> None:
        """End the stream and give connections back."""
        if self.follower is not None:
            self.follower.stop()
        self._provider.close()

    @property
    def probe_due(self) -> float:
        """Monotonic second at which the line is to be looked at."""
        return max(self.link.probe_due, self._probe_until)

    def probe(self, now: Moment) -> None:
        """Find out whether the dispatcher answers, when that is due."""
        if self.probe_due > now.mono:
            return
        self.link.probing(now.mono)
        until = self._probe_until = now.mono + LANE_S * self._clock.speed
        self._lanes.carry(self._provider.health, lambda answer: self._post(lambda: self._probed(answer, until)))

    def serve(self, live: Live, now: Moment) -> None:
        """Do what is due for one trip; `due` is set to the pause after a failed write already."""
        if live.ticket is not None:
            self._lanes.given_up()
            sentence = f"no answer to {live.ticket.job.value} from the provider itself"
            answered = self._seeker.sought if live.ticket.job is Job.STRAY else self._answered
            answered(live.ticket, Ambiguous(sentence))
            return
        if live.unsaved:
            self._keeper.save_again(live)
        can, down = self._provider.capabilities, self._down(now.mono)
        case = plan.aged(live.case, now, can, self._policy)
        case = climbed(case, self._ladder, now, down=down, fresh=False)
        if case is not live.case:
            self._keeper.settle(live, case)
        if live.case.attempt.provider != self._provider.name:
            live.due = now.mono  # it is another dispatcher's turn
            return
        job = Job.CREATE if live.announced else plan.next_job(live.case, can, now, self._policy)
        if job is Job.STRAY:
            self._seeker.seek(live, now)
            return
        if live.case.trip.ended:
            live.due = now.mono + STRAY_LOOK_S
            return
        if job is None or self.link.up is False:
            pause = self._idle_s(live.case, now)
            live.due = min(live.due, now.mono + pause) if live.unsaved else now.mono + pause
            return
        if job is Job.CREATE and not self._keeper.commit(live, plan.sending(live.case, now)):
            return
        live.announced, case = False, live.case
        ticket = Ticket(case.trip.ref, case.attempt.ref, job, now.mono + LANE_S * self._clock.speed)
        live.ticket = ticket
        self._lanes.carry(
            lambda: exchange(self._provider, case, job, lambda: plan.late(case, self._clock.now(), self._policy)),
            lambda answer: self._post(lambda: self._answered(ticket, answer)),
        )

    def _idle_s(self, case: Case, now: Moment) -> float:
        """Seconds for which there is nothing to do but wait: for a deadline, the next rung, a way round."""
        pause = plan.ages_in_s(case, now, self._policy)
        searched = case.searched_s(now)
        rung = self._ladder.next_s(searched) if searched is not None else None
        waits = [pause] if rung is None else [pause, rung]
        if self.link.up is False:
            waits.append(self.link.down_since + self._policy.detour_s - now.mono)
        return max(min(wait for wait in waits if wait > 0), 0.0) if any(wait > 0 for wait in waits) else pause

    def _answered(self, ticket: Ticket, answer: object) -> None:
        self._judge_link(answer)
        live = self._keeper.lives.get(ticket.ref)
        if live is None:
            return
        if live.ticket is not ticket:  # its lane was given up; what it says is still news
            if isinstance(answer, Booking):
                self._news(ticket.attempt_ref, answer)
            return
        live.ticket = None
        if live.case.attempt.ref != ticket.attempt_ref or live.case.trip.ended:
            return  # that attempt is over, and the one after it was not meant
        now, can, case = self._clock.now(), self._provider.capabilities, live.case
        if isinstance(answer, DispatchError):
            case = outcomes.failed(case, ticket.job, answer, now, can)
            self._excuse(live, ticket.job, answer, now)
        else:
            if isinstance(answer, Booking):
                case = outcomes.answered(case, ticket.job, answer, now, can)
            else:
                case = outcomes.not_found(case, now, can)
            case = climbed(case, self._ladder, now, down=self._down(now.mono), fresh=ticket.job is Job.READ)
            self._pace(live, case, ticket.job, now)
        self._keeper.settle(live, case)

    def _pace(self, live: Live, case: Case, job: Job, now: Moment) -> None:
        """Errands at once, but the same one again only after a pause; reads in their rhythm."""
        after = plan.next_job(case, self._provider.capabilities, now, self._policy)
        if case.errands == case.strays:
            live.tries, live.fault = 0, ""
            live.due = now.mono + self._poll_s(case, now)
        elif after is job or (after is Job.CANCEL and _cancel_sent(live.case)):
            live.tries += 1
            live.due = now.mono + patience_s(Ambiguous("not yet"), live.tries, self._rng)
        else:
            live.due = now.mono

    def _excuse(self, live: Live, job: Job, error: DispatchError, now: Moment) -> None:
        if isinstance(error, Unreachable | HeldUpError):
            live.due = now.mono  # held until the link is up again, or until its deadline
            return
        live.tries += 1
        pause = min(patience_s(error, live.tries, self._rng), self._idle_s(live.case, now))
        live.due = now.mono + (min(pause, _OFFER_S) if live.case.trip.status is TripStatus.OFFERED else pause)
        if isinstance(error, Refused) and delay_s(error, 1, self._rng) is None:
            sentence = f"{self._provider.name} refused to {job.value}: {error}"
            if sentence != live.fault:
                live.fault = sentence
                self._tell.on_fault(sentence)

    def pushed(self, attempt_ref: str, booking: Booking) -> None:
        """Take in a booking that came through the stream of news."""
        self._judge_link(booking)
        self._news(attempt_ref, booking)

    def _news(self, attempt_ref: str, booking: Booking) -> None:
        """Take in what came without being asked for just now."""
        live, now = self._keeper.of_attempt(attempt_ref), self._clock.now()
        if live is None:
            return
        if live.case.attempt.ref != attempt_ref:
            case = strays.met(live.case, attempt_ref, booking, now, self._provider.capabilities)
            live.due = now.mono
            self._keeper.settle(live, case)
            return
        if live.case.trip.ended or live.case.errand(ErrandKind.CANCEL):
            return  # a cancel is confirmed by a read, never by news that was under way
        case = outcomes.heard(live.case, booking, now, self._provider.capabilities)
        live.due = now.mono + (0.0 if case.errands != case.strays else self._poll_s(case, now))
        self._keeper.settle(live, case)

    def push_broke(self, error: DispatchError) -> None:
        """The stream is gone: find out whether the line is, and read every booking once."""
        now = self._clock.now().mono
        if isinstance(error, Unreachable):
            self.link.doubted(now)
        for live in self._mine():
            if not live.case.errands:
                live.due = min(live.due, now + 1.0)

    def _probed(self, answer: object, until: float) -> None:
        if until == self._probe_until:
            self._probe_until = 0.0
        was_down = self.link.up is False
        self._judge_link(answer)
        if isinstance(answer, Ambiguous):
            self.link.unclear()
            if was_down:
                self._wake_all()
        fault = str(answer) if isinstance(answer, Refused) else ""
        if fault and fault != self._probe_fault:
            self._tell.on_fault(f"{self._provider.name} does not accept this box: {fault}")
        self._probe_fault = fault

    def _judge_link(self, answer: object) -> None:
        now = self._clock.now().mono
        if isinstance(answer, Unreachable):
            self.link.lost(now, str(answer))
        elif not isinstance(answer, Ambiguous | HeldUpError) and self.link.reached(now):
            if self.follower is not None:
                self.follower.nudge()
            self._wake_all()

    def _wake_all(self) -> None:
        now = self._clock.now().mono
        for live in self._mine():
            live.due, live.tries = now, 0

    def _mine(self) -> list[Live]:
        """The trips whose present attempt is made here."""
        return [live for live in self._keeper.lives.values() if live.case.attempt.provider == self._provider.name]

    def _poll_s(self, case: Case, now: Moment) -> float:
        pushed = self.follower is not None and self.follower.alive
        return plan.poll_s(case, now, self._provider.capabilities, pushed=pushed) * self._rng.uniform(0.8, 1.2)


def _cancel_sent(case: Case) -> bool:
    cancel = case.errand(ErrandKind.CANCEL)
    return cancel is not None and cancel.sent_at is not None
