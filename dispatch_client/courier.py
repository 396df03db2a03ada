"""The one thread that owns the outbox, carries its errands to dispatchers and brings their news back."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Final

from dispatch_client import outcomes, plan
from dispatch_client.clock import Clock, SystemClock
from dispatch_client.exchanges import Exchanges
from dispatch_client.keeper import AGAIN_S, Keeper
from dispatch_client.lanes import Lanes
from dispatch_client.listener import Listener
from dispatch_client.plan import Policy
from dispatch_client.seeker import Seeker
from dispatch_client.timetable import Timetable
from dispatch_client.trips import TripStatus

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from dispatch_client.cases import Case
    from dispatch_client.ladder import Ladder
    from dispatch_client.outbox import Outbox
    from dispatch_client.provider import Provider
    from dispatch_client.repeats import Repeat
    from dispatch_client.trips import TripRequest

__all__ = ["Courier", "Listener", "Policy"]

_IDLE_S: Final = 3600.0


class Courier:
    """Give it a trip: it is asked for once, or you are told why not.

    Args:
        open_outbox: opens the store; called on the courier's thread, which owns it from then on.
        ladder: whom to ask, and from when on.
        listener: where the news goes.
        policy: how long to want what.
        clock: where the time comes from.
        lanes: what runs the blocking exchanges; a few threads of its own when None.
        rng: of the jitter.
    """

    def __init__(
        self,
        open_outbox: Callable[[], Outbox],
        ladder: Ladder,
        listener: Listener,
        *,
        policy: Policy | None = None,
        clock: Clock | None = None,
        lanes: Executor | None = None,
        rng: Random | None = None,
    ) -> None:
        self._open_outbox = open_outbox
        self._ladder = ladder
        self._tell = listener
        self._policy = policy or Policy()
        self._clock = clock or SystemClock()
        self._lanes = Lanes(lanes)
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._keeper = Keeper(ladder, listener, self._policy, self._clock, self._down)
        self._rng = rng or Random()  # noqa: S311 - jitter
        self._seeker = Seeker(ladder, self._keeper, self._lanes, self._inbox.put, self._clock)
        self._timetable = Timetable(
            self._keeper, listener, self._clock, lambda wish, holder: self._keeper.ask(wish, holder, self._goes_at_once)
        )
        self._link_told: bool | None = None
        self._lines = {name: self._line(ladder.provider(name)) for name in ladder.providers}
        self._stopped = False
        self._thread: threading.Thread | None = None

    # -- what others may ask, from any thread --------------------------------------------------------------------

    def ask(self, request: TripRequest, holder: str | None = None) -> None:
        """Ask for a taxi. Acknowledged by `on_trip` once it is on disk, or answered by `on_lost`."""
        self._inbox.put(lambda: self._keeper.ask(request, holder, self._goes_at_once))

    def repeat(self, rule: Repeat) -> None:
        """Ask for a ride each week; another rule of the same reference takes its place. Answered by `on_repeat`."""
        self._inbox.put(lambda: self._timetable.keep(rule))

    def end_repeat(self, ref: str) -> None:
        """Ask for it no more. Answered by `on_repeat`."""
        self._inbox.put(lambda: self._timetable.end(ref))

    def cancel(self, ref: str, reason: str = "rider") -> None:
        """The rider does not want the taxi any more."""
        self._inbox.put(lambda: self._change(ref, lambda case: outcomes.cancelled(case, reason)))

    def coming(self, ref: str, *, can_see_taxi: bool = True) -> None:
        """Tell the driver that the passenger is on the way, or cannot see the taxi."""

        def said(case: Case) -> Case:
            return outcomes.said(case, self._ladder.can(case.attempt.provider), can_see_taxi=can_see_taxi)

        self._inbox.put(lambda: self._change(ref, said))

    def forget(self, holders: frozenset[str], told: Callable[[str], None]) -> None:
        """Forget all that is over, or is to be repeated, of these holders, to the last byte on the disk.

        What was to be sent later is not sent; a taxi that was asked for comes. `told` gets, on this thread, "" when
        nothing of them is left, else why something is: ask again later.
        """

        def forgotten() -> None:
            self._timetable.forget(holders)
            for live in list(self._keeper.lives.values()):
                trip = live.case.trip
                if trip.holder in holders and trip.status is TripStatus.QUEUED and trip.request.pickup_at:
                    self._change(trip.ref, lambda case: outcomes.cancelled(case, "rider"))
            told(self._keeper.forget(holders))

        self._inbox.put(forgotten)

    def still_wanted(self, ref: str) -> None:
        """The person answered the question after the deadline: yes, still wanted."""
        self._inbox.put(
            lambda: self._change(ref, lambda case: plan.still_wanted(case, self._clock.now(), self._policy))
        )

    def start(self) -> None:
        """Open the outbox and take up what was left there; returns at once."""
        self._thread = threading.Thread(target=self.run, name="courier", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5) -> None:
        """Stop within `timeout` seconds; everything acknowledged is on disk already."""
        self._inbox.put(None)
        if self._thread is not None:
            self._thread.join(timeout)
        else:
            self._keeper.close()
        self._lanes.stop()
        for line in self._lines.values():
            line.close()

    # -- the loop ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """The thread's whole life; a fault in one turn is told and the next turn goes on."""
        self._guarded(self._try_open)
        while not self._stopped:
            self.turn(self.wait_s() / self._clock.speed)
        self._keeper.close()

    def open(self) -> None:
        """Open the outbox, tell of every live trip, begin to follow pushed news. Raises OutboxError."""
        outbox = self._open_outbox()
        try:
            self._keeper.open(outbox)
            self._timetable.open(outbox)
        except BaseException:
            outbox.close()
            raise
        for line in self._lines.values():
            line.follow()

    def turn(self, timeout: float) -> None:
        """Take one message if one comes within `timeout` seconds, then start whatever is due."""
        try:
            message = self._inbox.get(timeout=timeout) if timeout > 0 else self._inbox.get_nowait()
        except queue.Empty:
            message = _nothing
        if message is None:
            self._stopped = True
            return
        self._guarded(message)
        self._guarded(self._advance)

    def wait_s(self) -> float:
        """Seconds until something is due by itself."""
        now = self._clock.now().mono
        dues = [live.ticket.until if live.ticket else live.due for live in self._keeper.lives.values()]
        dues += [line.probe_due for line in self._lines.values()]
        dues += [self._keeper.due, self._timetable.due, now + _IDLE_S]
        return max(0.0, min(dues) - now)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - this thread must outlive its own faults: people are waiting
            with suppress(Exception):
                self._tell.on_fault(f"{type(error).__name__} in the courier; it goes on")

    def _try_open(self) -> None:
        try:
            self.open()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
            self._keeper.failed(error)

    def _advance(self) -> None:
        now = self._clock.now()
        if self._keeper.outbox is None and self._keeper.due <= now.mono:
            self._guarded(self._try_open)
        for live in list(self._keeper.lives.values()):
            if (live.ticket.until if live.ticket else live.due) <= now.mono:
                # Should serving it fail, the others are served all the same, and it is not tried without a pause.
                live.due = now.mono + AGAIN_S * self._clock.speed
                self._guarded(lambda live=live: self._line_of(live.case).serve(live, now))  # type: ignore[misc]
        for line in list(self._lines.values()):
            line.probe(now)
        self._keeper.tend()
        self._timetable.tend()

    # -- the lines to the dispatchers ----------------------------------------------------------------------------

    def _line(self, provider: Provider) -> Exchanges:
        # What goes as a message needs no network: that it can be sent does not say that the network is there.
        counts = provider.capabilities.follows and provider.name in self._ladder.providers
        return Exchanges(
            provider,
            self._keeper,
            self._lanes,
            ladder=self._ladder,
            seeker=self._seeker,
            down=self._down,
            on_link=(lambda _up, sentence: self._judge_network(sentence)) if counts else (lambda _up, _sentence: None),
            listener=self._tell,
            post=self._inbox.put,
            policy=self._policy,
            clock=self._clock,
            rng=self._rng,
        )

    def _line_of(self, case: Case) -> Exchanges:
        name = case.attempt.provider
        if name not in self._lines:
            self._lines[name] = self._line(self._ladder.provider(name))
        return self._lines[name]

    def _goes_at_once(self, case: Case) -> bool:
        can, now = self._ladder.can(case.attempt.provider), self._clock.now()
        due = plan.next_job(case, can, now, self._policy) is plan.Job.CREATE
        return due and self._line_of(case).link.up is not False

    def _down(self, mono: float) -> frozenset[str]:
        """Names of the dispatchers that could not be reached for long enough to go round them."""
        since = mono - self._policy.detour_s
        lost = (name for name, line in self._lines.items() if line.link.up is False and line.link.down_since <= since)
        return frozenset(lost)

    def _judge_network(self, sentence: str) -> None:
        """The network is up when any dispatcher is reached, down when none is."""
        ups = [line.link.up for name, line in self._lines.items() if self._ladder.can(name).follows]
        up = any(ups)
        if (up or all(one is False for one in ups)) and up is not self._link_told:
            self._link_told = up
            self._tell.on_link(up, "" if up else sentence)

    # -- changes that a person wants -----------------------------------------------------------------------------

    def _change(self, ref: str, change: Callable[[Case], Case]) -> None:
        live = self._keeper.lives.get(ref)
        if live is not None and not live.case.trip.ended:
            live.due = self._clock.now().mono
            self._keeper.settle(live, change(live.case))


def _nothing() -> None:
    """No message came; the turn only advances."""
