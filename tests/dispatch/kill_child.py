"""A box that can be killed at any named point of its work, and says on its output what it told the people before it.

The process started here only forks: each line on its input is one life of a box. Nothing in the library knows of the
points; they lie where its parts meet: around each call of the store and of the provider, and before each piece of news.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import uuid
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dispatch_client.clock import FastClock, SystemClock
from dispatch_client.courier import Courier, Listener
from dispatch_client.errors import Unreachable
from dispatch_client.http import Limits
from dispatch_client.ladder import Ladder
from dispatch_client.outbox import Outbox, load_key, open_outbox
from dispatch_client.plan import Policy
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.providers.letaxi import LeTaxiProvider
from dispatch_client.providers.tomp import TompProvider
from dispatch_client.trips import WITH_TAXI, Place, TripRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_client.cases import Case
    from dispatch_client.clock import Moment
    from dispatch_client.provider import Provider
    from dispatch_client.trips import Trip

SPEED = 200.0
POLICY = Policy(deadline_s=50_000, search_s=50_000, again_s=2)
LIMITS = Limits(connect_s=0.5, read_s=0.3, total_s=0.6)
OPERATIONS = {
    "create": "create",
    "get": "get",
    "find_by_ref": "look_up",
    "confirm": "confirm",
    "passenger_coming": "coming",
    "cancel": "cancel",
    "health": "health",
}
IN_END = {"BEGIN": "begins", "INSERT": "inserts", "DELETE": "deletes", "COMMIT": "commits"}


def say(*words: object) -> None:
    """One write, so that a kill leaves no half of a line."""
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


class Knife:
    """Kills the process when the named point is passed for the n-th time; counts all of them."""

    def __init__(self, name: str, time: int) -> None:
        self._where = (name, time)
        self.passed: Counter[str] = Counter()

    def at(self, name: str) -> None:
        self.passed[name] += 1
        if (name, self.passed[name]) == self._where:
            os.kill(os.getpid(), signal.SIGKILL)


class NamedStore:
    """The store, with a point before and behind each write."""

    def __init__(self, store: Outbox, knife: Knife) -> None:
        self._store, self._knife = store, knife

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the store has
        return getattr(self._store, name)

    def add(self, case: Case) -> bool:
        return self._around("add", lambda: self._store.add(case))

    def save(self, case: Case) -> None:
        self._around(f"save {label(case.trip)}", lambda: self._store.save(case))

    def purge(self, before: float) -> int:
        return self._around("purge", lambda: self._store.purge(before))

    def end(self, case: Case, ended_at: float) -> None:
        connection = self._store._connection  # noqa: SLF001 - the points lie inside one transaction
        connection.set_trace_callback(lambda sql: self._knife.at(f"end {IN_END[sql.split()[0]]}"))
        self._store.end(case, ended_at)
        connection.set_trace_callback(None)
        self._knife.at("end is on disk")

    def _around(self, name: str, write: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the store gives
        self._knife.at(f"{name} begins")
        done = write()
        self._knife.at(f"{name} is on disk")
        return done


class NamedProvider:
    """The provider, with a point before and behind each exchange, on the lane that carries it.

    `offline`: its first creates and probes find no network.
    """

    def __init__(self, provider: Provider, knife: Knife, offline: int) -> None:
        self._provider, self._knife = provider, knife
        self._offline = {"create": offline, "health": offline}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the provider has
        found = getattr(self._provider, name)
        operation = OPERATIONS.get(name)
        if operation is None:
            return found

        def around(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the port's own
            self._knife.at(f"{operation} begins")
            try:
                self._need_network(operation)
                answer = found(*args, **kwargs)
            except Exception:
                self._knife.at(f"{operation} has failed")
                raise
            self._knife.at(f"{operation} is answered")
            return answer

        return around

    def _need_network(self, operation: str) -> None:
        if self._offline.get(operation, 0) > 0:
            self._offline[operation] -= 1
            raise Unreachable("no network yet")


def label(trip: Trip) -> str:
    """How a trip stands, in a word."""
    return "cancelling" if trip.cancelling else trip.status.value


class KeptClock(SystemClock):
    """The machine's clock, kept by a time source: only then is anything forgotten, and a test machine may have none."""

    def now(self) -> Moment:
        return replace(super().now(), trusted=True)


class Life:
    """Presses twice: the first is cancelled once it has a taxi, the second at once. So is what an earlier life left."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.folder = Path(order["folder"])
        self.presses = order["presses"]
        self.knife = Knife(*order["at"])
        self.settled = threading.Event()
        self._live: dict[str, Trip] = {}
        self._ready = False
        provider = cast("Provider", NamedProvider(provider_of(order), self.knife, order["offline"]))
        self.courier = Courier(
            self._open,
            Ladder.of(provider),
            Listener(self._on_trip, on_ready=self._on_ready, on_fault=lambda sentence: say("fault", sentence)),
            policy=POLICY,
            clock=FastClock(KeptClock(), SPEED),
        )

    def _open(self) -> Outbox:
        self.knife.at("store opens")
        store, _ = open_outbox(self.folder, load_key(self.folder / "key"))
        self.knife.at("store is open")
        return cast("Outbox", NamedStore(store, self.knife))

    def _on_trip(self, trip: Trip) -> None:
        self.knife.at(f"{label(trip)} is told")
        say("told", trip.ref, trip.request.boarding_number, label(trip))
        self._live[trip.ref] = trip
        if trip.status in WITH_TAXI and not trip.coming:
            self.courier.coming(trip.ref)
        if not trip.cancelling and (trip.status in WITH_TAXI or trip.request.boarding_number == 2):
            self.courier.cancel(trip.ref)
        self._look()

    def _on_ready(self, _last: int) -> None:
        self._ready = True
        for number in range(1, self.presses + 1):
            now = datetime.now(UTC).astimezone()
            place = Place("East gate", 48.8566, 2.3522)
            request = TripRequest(str(uuid.uuid4()), place, now, number, contact_phone="+33199001234")
            say("pressed", request.client_ref)
            self.courier.ask(request)
        self._look()

    def _look(self) -> None:
        """All is settled when everything that was told has ended; what was left is told before the first press is."""
        pressed = sum(1 for trip in self._live.values() if trip.ended)
        if self._ready and pressed == len(self._live) and pressed >= self.presses:
            self.settled.set()

    def live(self) -> None:
        self.courier.start()
        say("settled" if self.settled.wait(20) else "stuck")
        self.courier.stop()
        for name, times in self.knife.passed.items():
            say("passed", times, name)


def provider_of(order: dict[str, Any]) -> Provider:
    if order["town"] == "letaxi":
        return LeTaxiProvider(order["url"], order["token"], limits=LIMITS)
    if order["town"] == "tomp":
        return TompProvider(order["url"], order["token"], maas_id=order["maas_id"], limits=LIMITS)
    provider = HailApiProvider(order["url"], order["token"], limits=LIMITS, quiet_s=5)
    provider.capabilities = replace(provider.capabilities, push=order["push"])
    return provider


def main() -> None:
    for line in sys.stdin:
        born = os.fork()
        if not born:
            say("born", os.getpid())
            Life(json.loads(line)).live()
            os._exit(0)
        os.waitpid(born, 0)
        say("dead")


if __name__ == "__main__":
    main()
