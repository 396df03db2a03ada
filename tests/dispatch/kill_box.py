"""Lives of a box before a town, each ended by SIGKILL at a named point, and what the box told in them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Self

from fake_operator import MAAS_ID
from fault_proxy import FAULTS, Fault
from town_tomp import TompTown
from towns import HailTown, RegisterTown

from dispatch_client.trips import ENDS, WITH_TAXI

if TYPE_CHECKING:
    from types import TracebackType

    from http_faults import Caller
    from towns import Town

CHILD = Path(__file__).with_name("kill_child.py")
LOST = next(fault for fault in FAULTS if fault.name == "close" and fault.carried_out)
TICK_S = 4
"""What passes in the hail town whenever a box looks at a trip."""


class KillHailTown(HailTown):
    """The second press's create is always carried out, and its reply always lost."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.proxy.always("create of the second", LOST)
        return self

    def name_of(self, method: str, path: str, body: bytes) -> str:
        name = super().name_of(method, path, body)
        return "create of the second" if name == "create" and b'"boarding_number":2' in body else name


class KillTompTown(TompTown):
    """Every other create is carried out, and its reply lost: a booking says nothing of a boarding number."""

    creates = 0

    def __enter__(self) -> Self:
        super().__enter__()
        self.proxy.always("create of the second", LOST)
        return self

    def name_of(self, method: str, path: str, body: bytes) -> str:
        name = super().name_of(method, path, body)
        self.creates += name == "create"
        return "create of the second" if name == "create" and self.creates % 2 == 0 else name


TOWNS: dict[str, type[Town]] = {"hail_api": KillHailTown, "letaxi": RegisterTown, "tomp": KillTompTown}


class Box:
    """A folder in which one life follows the other."""

    def __init__(self, folder: Path, name: str, town: Town) -> None:
        self.town = town
        self.told: dict[str, set[str]] = {}
        """All that was ever told of each trip, by reference."""
        self.firsts: set[str] = set()
        """Presses that are not cancelled before they have a taxi."""
        self.pressed: set[str] = set()
        self.passed: Counter[str] = Counter()
        self.faults: list[str] = []
        self.outcome = ""
        self._order = {"folder": str(folder), "town": name, "url": town.proxy.url, "token": town.token, "push": False}
        self._order["maas_id"] = MAAS_ID
        self._born = threading.Event()
        self._pid = 0
        self._wire = ("", 0)
        self._on_wire: Counter[str] = Counter()
        town.proxy.before = lambda operation: self._wire_point(f"{operation} on its way")
        town.proxy.after = self._after
        self._mother = subprocess.Popen(
            [sys.executable, str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._mother:
            assert self._mother.stdin is not None
            self._mother.stdin.close()

    def live(self, point: str = "", time: int = 1, *, presses: int = 2, after_s: float | None = None) -> bool:
        """One life, killed when it passes the point for the n-th time, or after so long; whether it was killed."""
        offline = 1 if point.endswith(OFFLINE) else 0
        self.town.more_taxis()
        self._wire, self._on_wire = (point, time), Counter()
        self._born.clear()
        self.outcome = ""
        if point == HALF:
            self.town.proxy.next("create", Fault(HALF, carried_out=True, spoil=self._half))
        order = {**self._order, "presses": presses, "at": [point.removesuffix(OFFLINE), time], "offline": offline}
        assert self._mother.stdin is not None
        self._mother.stdin.write(f"{json.dumps(order)}\n")
        self._mother.stdin.flush()
        timer = threading.Timer(after_s, self.kill) if after_s is not None else None
        if timer:
            timer.start()
        self._listen()
        if timer:
            timer.cancel()
        return not self.outcome

    def kill(self) -> None:
        self._born.wait(10)
        os.kill(self._pid, signal.SIGKILL)

    def _listen(self) -> None:
        assert self._mother.stdout is not None
        for line in self._mother.stdout:
            match line.split():
                case ["born", pid]:
                    self._pid = int(pid)
                    self._born.set()
                case ["pressed", ref]:
                    self.pressed.add(ref)
                case ["told", ref, number, label]:
                    self.told.setdefault(ref, set()).add(label)
                    if number == "1":
                        self.firsts.add(ref)
                case ["passed", times, *name]:
                    self.passed[" ".join(name)] += int(times)
                case ["fault", *words]:
                    self.faults.append(" ".join(words))
                case ["dead"]:
                    return
                case [outcome]:
                    self.outcome = outcome

    def _after(self, operation: str) -> None:
        if operation == "get":
            self.town.passes(TICK_S)
        self._wire_point(f"{operation} carried out")

    def _wire_point(self, name: str) -> None:
        self._on_wire[name] += 1
        self.passed[name] += 1
        if (name, self._on_wire[name]) == self._wire:
            self.kill()

    def _half(self, caller: Caller, reply: bytes) -> None:
        caller.send(reply[: len(reply) // 2])
        self.kill()

    # -- what was told -----------------------------------------------------------------------------------------------

    def served(self) -> set[str]:
        """Those that were told to have a taxi."""
        return {ref for ref, labels in self.told.items() if labels & set(WITH_TAXI)}

    def left(self) -> int:
        """How many trips were not told to have ended yet."""
        return sum(1 for ends in self.ended().values() if not ends)

    def ended(self) -> dict[str, set[str]]:
        """How each trip was told to have ended."""
        return {ref: labels & set(ENDS) for ref, labels in self.told.items()}


OFFLINE = ", after no network"
HALF = "half of the reply to a create"
_AROUND = ("begins", "is on disk")
_STORE = [
    "store opens",
    "store is open",
    *(f"{what} {when}" for what in ("add", "save requested", "save cancelling", "purge") for when in _AROUND),
    *(f"end {what}" for what in ("begins", "inserts", "deletes", "commits", "is on disk")),
    *(f"save {what} {when}{OFFLINE}" for what in ("queued", "submitting") for when in _AROUND),
]
_TOLD = [
    f"{what} is told" for what in ("submitting", "requested", "driver_assigned", "cancelling", "cancelled_by_rider")
]
POINTS = {
    "hail_api": [
        *_STORE,
        *_TOLD,
        "create has failed",
        HALF,
        *(f"save {what} {when}" for what in ("offered", "driver_assigned") for when in _AROUND),
        *(
            f"{operation} {when}"
            for operation in ("create", "get", "look_up", "confirm", "coming", "cancel")
            for when in ("begins", "on its way", "carried out", "is answered")
        ),
    ],
    "letaxi": [
        *_STORE,
        *_TOLD,
        HALF,
        "search on its way",
        "search carried out",
        "look_up on its way",
        "look_up carried out",
        *(f"save {what} {when}" for what in ("offered", "driver_assigned") for when in _AROUND),
        *(
            f"{operation} {when}"
            for operation in ("create", "get", "confirm", "cancel")
            for when in ("begins", "on its way", "carried out", "is answered")
        ),
    ],
    "tomp": [
        *_STORE,
        *_TOLD,
        HALF,
        "search on its way",
        "search carried out",
        *(f"save {what} {when}" for what in ("offered", "requested", "driver_assigned") for when in _AROUND),
        *(
            f"{operation} {when}"
            for operation in ("create", "get", "look_up", "confirm", "coming", "cancel")
            for when in ("begins", "on its way", "carried out", "is answered")
        ),
    ],
}
"""Every step between a press and its end at which a box can die."""
