"""A press until a dispatcher has it, and its news until the kiosk has them: the real courier beside bare requests."""

from __future__ import annotations

import json
import shutil
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import requests
from contenders import example
from figures import Figure, Samples
from store import BareTable

from dispatch_client import plan
from dispatch_client.attempts import new_case
from dispatch_client.clock import SystemClock
from dispatch_client.ladder import Ladder
from dispatch_client.providers.hail_api import HailApiProvider
from dispatch_client.sandbox import Behaviour, Sandbox
from dispatch_client.trips import ENDS, TripStatus
from kiosk.app.wiring import courier_of
from kiosk.config import checked
from kiosk.core.events import Resumed, TripChanged
from kiosk.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Any, Self

    from figures import Progress

    from dispatch_client.courier import Courier
    from dispatch_client.trips import TripRequest
    from kiosk.core.events import Event

ROUNDS: Final = 150
NEWS_ROUNDS: Final = 25
_MS: Final = 1000.0
_TAIL: Final = 0.99
_PATIENCE_S: Final = 15.0
_SEARCH_S: Final = 60
"""Of the sandbox's time: in its normal story a driver accepts within 20 s."""
_STREAM: Final = 120.0


class NoNewsError(Exception):
    """What was waited for did not come. One sentence."""


class Street:
    """A dispatcher on loopback whose time moves on when a taxi is to be found."""

    def __init__(self) -> None:
        self._found = threading.Event()
        self.sandbox = Sandbox(behaviour=Behaviour.NORMAL, on_change=self._changed)

    def __enter__(self) -> Self:
        self.sandbox.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sandbox.stop()

    def find_taxi(self) -> float:
        """Let time pass until a driver has accepted: `time.perf_counter()` just before that."""
        self._found.clear()
        for _ in range(_SEARCH_S):
            before = time.perf_counter()
            self.sandbox.advance(1.0)
            if self._found.is_set():
                return before
        raise NoNewsError("no driver of the sandbox accepted")

    def _changed(self, trip: dict[str, Any]) -> None:
        if trip["status"] == TripStatus.DRIVER_ASSIGNED:
            self._found.set()


class Desk:
    """Stands where the kiosk stands: takes events out of the inbox, with the time at which each was there."""

    def __init__(self) -> None:
        self._rings = threading.Semaphore(0)
        self.inbox: Inbox[Event] = Inbox(self._rings.release)

    def wait(self, wanted: Callable[[Event], bool], what: str) -> float:
        """Take events until a wanted one is there: `time.perf_counter()` of that moment."""
        until = time.perf_counter() + _PATIENCE_S
        while self._rings.acquire(timeout=max(0.0, until - time.perf_counter())):
            for event in self.inbox.take(1):
                if wanted(event):
                    return time.perf_counter()
        raise NoNewsError(f"{what}: nothing came within {_PATIENCE_S:g} s")

    def trip(self, ref: str, status: TripStatus | None = None) -> float:
        """Wait for this trip, in this status or in any."""
        return self.wait(
            lambda e: isinstance(e, TripChanged) and e.trip.ref == ref and status in {None, e.trip.status},
            f"the trip as {status or 'kept'}",
        )

    def ended(self, ref: str) -> None:
        """Wait until this trip is over."""
        self.wait(lambda e: isinstance(e, TripChanged) and e.trip.ref == ref and e.trip.status in ENDS, "the end")


def measure(folder: Path, tell: Progress, rounds: int = ROUNDS, news_rounds: int = NEWS_ROUNDS) -> list[Figure]:
    """Ask for taxis and cancel them, at a dispatcher on loopback; what stands in `folder` goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with Street() as street, _courier(street.sandbox, folder / "presses") as (courier, desk):
        tell(f"a press until the dispatcher has it, {rounds} times")
        presses = _presses(street.sandbox, courier, desk, folder, rounds)
    # Another dispatcher: the trips of the bare requests would take taxis, too.
    with Street() as street, _courier(street.sandbox, folder / "news") as (courier, desk):
        tell(f"a taxi found until the kiosk has the news, {news_rounds} times")
        return presses + _news(street, courier, desk, news_rounds)


def tables(sandbox: Sandbox, folder: Path) -> dict[str, dict[str, Any]]:
    """Give the configuration of a box that asks this dispatcher and has no devices."""
    return {
        "box": {
            "code": "0412",
            "place": {"zh_CN": "曹家渡社区", "en": "Caojiadu"},
            "gate": {"zh_CN": "北门", "en": "the north gate"},
            "lat": 31.2366,
            "lon": 121.4297,
            "phone": "95128",
        },
        "screen": {"theme": "day"},
        "dispatch": {"url": sandbox.url, "token": sandbox.token},
        "store": {"folder": str(folder / "store")},
    }


@contextmanager
def _courier(sandbox: Sandbox, folder: Path) -> Iterator[tuple[Courier, Desk]]:
    config = checked(tables(sandbox, folder), name="bench", folder=folder)
    desk = Desk()
    dispatch = config.dispatch
    provider = HailApiProvider(url=dispatch.url, token=dispatch.token.reveal())
    courier = courier_of(config, Ladder.of(provider), desk.inbox, SystemClock())
    courier.start()
    try:
        desk.wait(lambda event: isinstance(event, Resumed), "the courier")
        yield courier, desk
    finally:
        courier.stop()


def _presses(sandbox: Sandbox, courier: Courier, desk: Desk, folder: Path, rounds: int) -> list[Figure]:
    kept, accepted, bare_kept, bare_accepted, reused = Samples(), Samples(), Samples(), Samples(), Samples()
    table = BareTable(folder / "bare.db")
    provider = HailApiProvider(url=sandbox.url, token=sandbox.token)
    with closing(provider), closing(table.connection), requests.Session() as session:
        for number in range(rounds):
            request = example(number)
            began = time.perf_counter()
            courier.ask(request)
            kept.add((desk.trip(request.client_ref) - began) * _MS)
            accepted.add((desk.trip(request.client_ref, TripStatus.REQUESTED) - began) * _MS)
            courier.cancel(request.client_ref)
            desk.ended(request.client_ref)
            other = example(number)
            case = new_case(other, None, Ladder.of(provider), SystemClock().now(), plan.Policy())
            bare_kept.add(table.insert(other.client_ref, case.errands[0].payload.decode()) * _MS)
            bare_accepted.add(_post(requests.post, sandbox, provider, other) * _MS)
            reused.add(_post(session.post, sandbox, provider, example(number)) * _MS)
    return [
        Figure("press → kept, through the courier's thread, p50", "ms", kept.at(0.5), bare_kept.at(0.5)),
        Figure(
            "press → kept, through the courier's thread, p99", "ms", kept.at(_TAIL), bare_kept.at(_TAIL), most_ratio=2
        ),
        Figure("press → accepted by the dispatcher, p50", "ms", accepted.at(0.5), bare_accepted.at(0.5), most_ratio=2),
        Figure("  the same, beside a connection kept open, p50", "ms", accepted.at(0.5), reused.at(0.5)),
    ]


def _post(
    post: Callable[..., requests.Response], sandbox: Sandbox, provider: HailApiProvider, request: TripRequest
) -> float:
    """Send the same bytes as the provider sends: seconds until the answer is there."""
    body = provider.prepare(request, request.client_ref)
    headers = {
        "Authorization": f"Bearer {sandbox.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": request.client_ref,
    }
    began = time.perf_counter()
    answer = post(f"{sandbox.url}/v1/trips", data=body, headers=headers, timeout=10)
    seconds = time.perf_counter() - began
    answer.raise_for_status()
    return seconds


class BareStream:
    """Follows the dispatcher's stream with bare requests, and notes when a taxi was found for which trip."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._answer = requests.get(
            f"{sandbox.url}/v1/events",
            headers={"Authorization": f"Bearer {sandbox.token}"},
            stream=True,
            timeout=_STREAM,
        )
        self._answer.raise_for_status()
        self.found: dict[str, float] = {}
        self.heard = threading.Condition()
        threading.Thread(target=self._read, name="bare-stream", daemon=True).start()

    def wait(self, ref: str) -> float:
        """Wait until a taxi was found for that trip: `time.perf_counter()` of that moment."""
        with self.heard:
            if not self.heard.wait_for(lambda: ref in self.found, _PATIENCE_S):
                raise NoNewsError("the bare stream said nothing of a taxi")
            return self.found[ref]

    def _read(self) -> None:
        try:
            for line in self._answer.iter_lines(chunk_size=None):
                if line.startswith(b"data:"):
                    trip, now = json.loads(line[5:]), time.perf_counter()
                    if trip.get("status") == TripStatus.DRIVER_ASSIGNED:
                        with self.heard:
                            self.found[trip["client_ref"]] = now
                            self.heard.notify_all()
        except (requests.RequestException, AttributeError, ValueError):
            return  # the dispatcher went home


def _news(street: Street, courier: Courier, desk: Desk, rounds: int) -> list[Figure]:
    ours, bare = Samples(), Samples()
    stream = BareStream(street.sandbox)
    for number in range(rounds):
        request = example(number)
        ref = request.client_ref
        courier.ask(request)
        desk.trip(ref, TripStatus.REQUESTED)
        assigned = street.find_taxi()
        shown = desk.trip(ref, TripStatus.DRIVER_ASSIGNED)
        bare_shown = stream.wait(ref)
        ours.add((shown - assigned) * _MS)
        bare.add((bare_shown - assigned) * _MS)
        courier.cancel(ref)
        desk.ended(ref)
    return [Figure("assigned → in the kiosk's inbox, p50, by push", "ms", ours.at(0.5), bare.at(0.5), most=150)]
