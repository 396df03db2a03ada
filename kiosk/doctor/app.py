"""Looks at whether the kiosk itself lives, by the word that it leaves on the disk, and at what it says of its parts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hardware.health import Health
from kiosk.doctor.result import Fact, Result, fail, ok, warn

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_client.clock import Moment
    from kiosk.doctor.machine import Machine

SILENT_S: Final = 150.0
"""The word is left every minute: after two and a half something holds the box."""
STUCK_S: Final = 20.0
"""The main loop turns at least twice a second; everything is usable again 20 s after any fault."""
_PARTS: Final = {
    "voice": ("The box cannot speak.", "See what is said of sound."),
    "printer": ("The box cannot print.", "See what is said of the printer."),
    "reader": ("Cards cannot be read.", "See what is said of the reader."),
    "scanner": ("Codes cannot be read.", "See what is said of the scanner."),
    "button": ("The button beside the screen does not work.", "See what is said of the button."),
    "keypad": ("The three keys do not work.", "See what is said of the keypad."),
    "store": ("No press can be stored: the screen says that it is out of service.", "See what is said of the outbox."),
}


@dataclass(frozen=True, slots=True)
class Word:
    """What the kiosk last said of itself; empty when it never did."""

    said: Mapping[str, Any] = field(default_factory=dict)
    alive: bool = False
    """Its process is there and speaks, on this very boot."""
    age_s: float = 0.0

    @property
    def pid(self) -> int | None:
        """The number of its process while it lives."""
        pid = self.said.get("pid")
        return pid if self.alive and isinstance(pid, int) else None

    def findings(self, device: str) -> list[Result]:
        """What it says of one device; nothing when it does not live."""
        found = []
        for one in self.said.get("devices", []) if self.alive else []:
            with suppress(KeyError, TypeError, ValueError, AttributeError):
                if one["name"] == device:
                    counters = {str(k): v for k, v in one.get("counters", {}).items() if isinstance(v, int)}
                    found += [_finding(told, counters) for told in one["findings"]]
        return found


def _finding(told: Mapping[str, Any], counters: Mapping[str, Fact]) -> Result:
    return Result(str(told["id"]), Health(told["health"]), str(told["sentence"]), str(told["cure"]), counters)


def read(path: Path, machine: Machine, now: Moment) -> Word:
    """Read the word that the kiosk left; one that makes no sense is none."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        pid, boot_id, mono = int(said["pid"]), str(said["boot_id"]), float(said["mono"])
        stopped = bool(said["stopped"])
    except (OSError, ValueError, KeyError, TypeError):
        return Word()
    there = (
        not stopped and boot_id == now.boot_id and "python" in machine.text(f"proc/{pid}/comm") + _command(machine, pid)
    )
    return Word(said, there, now.mono - mono)


def _command(machine: Machine, pid: int) -> str:
    return machine.text(f"proc/{pid}/cmdline").replace("\0", " ")


def look(word: Word) -> Iterator[Result]:
    """Tell whether it lives, and which of its parts it misses."""
    yield alive(word)
    if not word.alive:
        return
    broken = [str(part) for part in word.said.get("broken", [])]
    for part in broken:
        sentence, cure = _PARTS.get(part, (f"The box misses its {part}.", "See what is said of it."))
        yield fail(f"app.{part}", sentence, cure)
    if word.said.get("link_up") is False:
        yield fail("app.link", "The box does not reach the dispatcher.", "See what is said of network and dispatcher.")
    if not broken and word.said.get("link_up"):
        yield ok("app.parts", "The box says that all its parts work.")


def alive(word: Word) -> Result:
    """Judge whether it runs, and whether its screen still moves."""
    name, said = "app.alive", word.said
    if not said:
        cure = "Start it: `sudo systemctl start taxi-kiosk`, or `taxi-kiosk run` by hand."
        return warn(name, "The kiosk has not run here, or this user may not see its word.", cure)
    at = str(said.get("at", ""))
    facts: dict[str, Fact] = {"at": at, "age_s": round(word.age_s), "waiting": said.get("waiting")}
    if not word.alive:
        cure = "Start it: `sudo systemctl start taxi-kiosk`, or `taxi-kiosk run` by hand."
        if said.get("stopped"):
            return warn(name, f"The kiosk was stopped at {at}.", cure, **facts)
        return fail(name, f"The kiosk is not running; it ended without a word, after {at}.", cure, **facts)
    turned = said.get("turn_age_s")
    cure = "Send a support bundle, then start it again: `sudo systemctl restart taxi-kiosk`."
    if word.age_s > SILENT_S:
        return fail(name, f"The kiosk runs and has not said a word for {round(word.age_s)} s.", cure, **facts)
    if isinstance(turned, int | float) and turned > STUCK_S:
        return fail(name, f"The kiosk runs, and its screen has stood still for {round(turned)} s.", cure, **facts)
    return ok(name, f"The kiosk runs, last heard of {round(word.age_s)} s ago.", **facts)
