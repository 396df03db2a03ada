"""Makes single trips of repeated rides, a day ahead and each of them once, while the clock can be trusted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from dispatch_client.repeats import Repeat, dump_repeat, load_repeat, trips
from dispatch_client.store import OutboxError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_client.clock import Clock
    from dispatch_client.keeper import Keeper
    from dispatch_client.listener import Listener
    from dispatch_client.store import Outbox
    from dispatch_client.trips import TripRequest

AHEAD: Final = timedelta(hours=26)
"""Long enough that a box which is off for a night still knows of the morning."""
_LOOK_S: Final = 300.0
_NOT_A_RULE: Final = (ValueError, KeyError, TypeError)


class Timetable:
    """The repeated rides of one box. Lives on the courier's thread.

    `ask` takes in one trip, and takes it in once however often it is given.
    """

    def __init__(
        self, keeper: Keeper, listener: Listener, clock: Clock, ask: Callable[[TripRequest, str | None], None]
    ) -> None:
        self.due = 0.0
        """Monotonic second at which `tend` has something to do."""
        self._keeper = keeper
        self._tell = listener
        self._clock = clock
        self._ask = ask
        self._rules: dict[str, Repeat] = {}

    def open(self, outbox: Outbox) -> None:
        """Read the rules."""
        self._rules.clear()
        for ref, document in outbox.repeats():
            try:
                self._rules[ref] = load_repeat(document)
            except _NOT_A_RULE:
                self._tell.on_fault(f"repeated ride {ref} cannot be understood; it stays in the store, unserved")
        self.due = self._clock.now().mono

    def keep(self, rule: Repeat) -> None:
        """Take in a rule, or another version of it; told by `on_repeat` when it is on disk."""
        if self._saved(lambda store: store.save_repeat(rule.ref, dump_repeat(rule))):
            self._rules[rule.ref] = rule
            self._tell.on_repeat(rule.ref, rule)
            self.due = self._clock.now().mono

    def end(self, ref: str) -> None:
        """Forget a rule; trips that were made of it stay until they are cancelled."""
        if self._saved(lambda store: store.drop_repeat(ref)):
            self._rules.pop(ref, None)
            self._tell.on_repeat(ref, None)

    def forget(self, holders: frozenset[str]) -> None:
        """Make no more trips of these holders' rules; the store forgets them by itself."""
        self._rules = {ref: rule for ref, rule in self._rules.items() if rule.holder not in holders}

    def tend(self) -> None:
        """Make the trips of the next day."""
        now = self._clock.now()
        if now.mono < self.due:
            return
        self.due = now.mono + _LOOK_S
        if self._keeper.outbox is None or not now.trusted:
            return
        for rule in list(self._rules.values()):
            for request in trips(rule, now.wall, AHEAD):
                if not self._known(request.client_ref):
                    self._ask(request, rule.holder)

    def _known(self, ref: str) -> bool:
        return ref in self._keeper.lives or (self._keeper.outbox is not None and self._keeper.outbox.holds(ref))

    def _saved(self, write: Callable[[Outbox], object]) -> bool:
        if self._keeper.outbox is None:
            self._tell.on_fault("the trip store is not open: the repeated ride was not kept")
            return False
        try:
            write(self._keeper.outbox)
        except OutboxError as error:
            self._tell.on_fault(str(error))
            return False
        return True
