"""Leaves word on the disk that the box lives and how its parts are, for whoever examines it from outside.

The file holds counts and states, never a person's or a trip's data. It is written whole or not at all, at most once a
minute when nothing changes, and soon after a change; a disk that takes no more is no reason to disturb the box.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dispatch_client.clock import Clock
    from hardware.ports import Device
    from kiosk.core.state import State

SCHEMA: Final = 1
BEAT_S: Final = 60.0
LOOK_S: Final = 2.0
"""How often it looks for a change: no flapping device can have it written more often."""
STOP_S: Final = 1.0
"""How long `stop` waits for a disk that hangs."""
FILE: Final = "health.json"

Wait = Callable[[threading.Event, float], bool]


class Pulse:
    """Writes the file from a thread of its own.

    Args:
        path: the file.
        clock: real time, or a demonstration's.
        state: gives the kiosk's present state, from any thread; its clock stands still when the main loop does.
        devices: whose health is told.
        screen: what is known of the window.
        wait: waits on an event; replaced in tests so that no time passes.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        state: Callable[[], State],
        devices: Iterable[Device],
        screen: Mapping[str, int | str],
        *,
        wait: Wait = threading.Event.wait,
    ) -> None:
        self._path = path
        self._clock = clock
        self._state = state
        self._devices = tuple(devices)
        self._screen = dict(screen)
        self._wait = wait
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._program = metadata.version("one-touch-taxi")
        self._started = clock.now().wall.isoformat(timespec="seconds")

    def start(self) -> None:
        """Start the thread and return at once."""
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and leave word that the box was stopped on purpose."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_S)
            self._thread = None

    def _beat(self) -> None:
        last: dict[str, Any] = {}
        written = -BEAT_S
        while True:
            told = self._told()
            now = self._clock.now().mono
            changed = self._essence(told) != self._essence(last)
            if (changed or now - written >= BEAT_S * self._clock.speed) and self._write(told):
                last, written = told, now
            if self._wait(self._stop, LOOK_S):
                self._write({**self._told(), "stopped": True})
                return

    def _told(self) -> dict[str, Any]:
        now, state = self._clock.now(), self._state()
        return {
            "schema": SCHEMA,
            "program": self._program,
            "pid": os.getpid(),
            "boot_id": now.boot_id,
            "mono": round(now.mono, 1),
            "at": now.wall.isoformat(timespec="seconds"),
            "started": self._started,
            "stopped": False,
            "turn_age_s": round(max(0.0, now.mono - state.mono) / self._clock.speed, 1),
            "link_up": state.link_up,
            "broken": sorted(part.value for part in state.broken),
            "waiting": len(state.waiting),
            "screen": self._screen,
            "devices": [_device(device) for device in self._devices],
        }

    @staticmethod
    def _essence(told: Mapping[str, Any]) -> list[Any]:
        """What is worth a write at once when it changes."""
        return [
            told.get("link_up"),
            told.get("broken"),
            [[finding["health"] for finding in device["findings"]] for device in told.get("devices", [])],
        ]

    def _write(self, told: Mapping[str, Any]) -> bool:
        fresh = self._path.with_name(f".{self._path.name}.new")
        try:
            fresh.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
            fresh.replace(self._path)
        except OSError:
            return False
        return True


def _device(device: Device) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": device.name,
        "findings": [
            {"id": one.id, "health": one.health.value, "sentence": one.sentence, "cure": one.cure}
            for one in device.health()
        ],
    }
    counters = getattr(device, "counters", None)
    if callable(counters):
        told["counters"] = dict(counters())
    report = getattr(device, "report", None)
    if callable(report):
        told["faults"] = report().faults
    return told
