"""Joins all checks to one examination of a box, from its configuration or without one."""

from __future__ import annotations

import secrets as random_bytes
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dispatch_client.clock import SystemClock
from hardware.health import Health
from kiosk.app.faults import WiringError
from kiosk.app.fittings import fittings
from kiosk.app.pulse import FILE
from kiosk.app.wiring import provider_of
from kiosk.config import ConfigError, load
from kiosk.doctor import app, clock, condition, dispatcher, network, screen, serial, settings, sound, store, system
from kiosk.doctor.machine import Machine
from kiosk.doctor.result import Result, exit_code, unknown
from kiosk.doctor.runner import BUDGET_S, Check, run
from kiosk.voice.players import AplayPlayer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_client.clock import Clock, Moment
    from kiosk.config import Config
    from kiosk.config.dispatchers import DispatcherSection

SCHEMA: Final = 1
_DEVICE_LIMIT_S: Final = 6.0
_LANGUAGES: Final = ("zh_CN", "en")
_UNSEEN: Final = "the configuration cannot be used, so this was not looked at"


@dataclass(frozen=True, slots=True)
class Report:
    """A whole examination."""

    box: str
    """The box's code; "" when there is no configuration."""
    at: str
    program: str
    took_s: float
    results: Sequence[Result] = field(default_factory=tuple)

    @property
    def exit_code(self) -> int:
        """0 all is OK, 1 something is WARN or UNKNOWN, 2 something is FAIL."""
        return exit_code(self.results)

    def of(self, health: Health) -> list[Result]:
        """Give the results of that value."""
        return [result for result in self.results if result.health is health]

    @property
    def summary(self) -> str:
        """All that matters in one line of ASCII, short enough for a QR code or a telephone."""
        told = [f"{one.name}: {' '.join(result.id for result in self.of(one))}" for one in _BAD if self.of(one)]
        box = self.box.encode("ascii", "replace").decode() or "?"
        return " | ".join([f"taxi-kiosk {self.program}", f"box {box}", self.at, *(told or ["all OK"])])

    def plain(self) -> dict[str, object]:
        """Give it as JSON has it; see report.schema.json."""
        return {
            "schema": SCHEMA,
            "box": self.box,
            "at": self.at,
            "program": self.program,
            "took_s": self.took_s,
            "exit_code": self.exit_code,
            "summary": self.summary,
            "counts": {health.value: len(self.of(health)) for health in Health},
            "results": [result.plain() for result in self.results],
        }


_BAD: Final = (Health.FAIL, Health.UNKNOWN, Health.WARN)


def examine(
    path: Path, *, machine: Machine | None = None, clock_: Clock | None = None, budget_s: float = BUDGET_S
) -> Report:
    """Examine the box whose configuration is at `path`. Writes nothing and never raises for what it finds.

    Args:
        path: of the configuration, which may be missing or wrong.
        machine: where to look.
        clock_: the time.
        budget_s: seconds for all checks together.
    """
    time = clock_ or SystemClock()
    machine = machine or Machine()
    began = time.now()
    path = path.absolute()
    outcome = loaded(path)
    checks = general(machine, began)
    checks += of_box(path, outcome, machine, time) if not isinstance(outcome, ConfigError) else without_box(machine)
    first = Check("config", lambda: settings.configuration(path, outcome))
    results = run([first, *checks], budget_s=budget_s)
    return Report(
        "" if isinstance(outcome, ConfigError) else outcome.box.code,
        began.wall.isoformat(timespec="seconds"),
        metadata.version("one-touch-taxi"),
        round(time.now().mono - began.mono, 2),
        results,
    )


def loaded(path: Path) -> Config | ConfigError:
    """Give the configuration, or what is wrong with it."""
    try:
        return load(path)
    except ConfigError as error:
        return error


def general(machine: Machine, now: Moment) -> list[Check]:
    """What needs no configuration."""
    return [
        Check("clock", lambda: clock.look(machine, now)),
        Check("network", lambda: network.look(machine)),
        Check("machine", lambda: condition.look(machine)),
        Check("system", lambda: system.look(machine)),
        Check("serial", lambda: serial.thieves(machine)),
    ]


def without_box(machine: Machine) -> list[Check]:
    """What can be looked at where there is no configuration, and that the rest was not."""

    def not_seen() -> Iterator[Result]:
        for subject in ("secrets", "outbox", "dispatcher", "app"):
            yield unknown(f"{subject}.skipped", f"{subject}: {_UNSEEN}.", "Mend the configuration first.")

    return [
        Check("config", not_seen),
        Check("screen", lambda: screen.look(machine, None)),
        Check("sound", lambda: sound.look(machine, _LANGUAGES, AplayPlayer().check)),
    ]


def of_box(path: Path, config: Config, machine: Machine, time: Clock) -> list[Check]:
    """What the configuration names."""
    folder = config.store.folder
    now = time.now()
    word = app.read(folder / FILE, machine, now)
    checks = [
        Check("app", lambda: app.look(word)),
        Check("secrets", lambda: settings.secrets(path, config)),
        Check("outbox", lambda: store.look(folder, config.store.key_file, now.wall)),
        *(_dispatcher(subject, section, account) for subject, section, account in _dispatchers(config)),
        Check("screen", lambda: screen.look(machine, (config.screen.width, config.screen.height))),
    ]
    if config.voice.enabled:
        checks.append(Check("sound", lambda: sound.look(machine, config.language.offered, AplayPlayer().check)))
    wanted = fittings(config, random_bytes.token_bytes(32), looks_only=True)
    return checks + [Check(one.name, partial(serial.look, one, word), _DEVICE_LIMIT_S) for one in wanted]


def _dispatchers(config: Config) -> list[tuple[str, str, DispatcherSection]]:
    found: list[tuple[str, str, DispatcherSection]] = [("dispatcher", "dispatch", config.dispatch)]
    if config.second.provider:
        found.append(("dispatcher2", "second", config.second))
    return found


def _dispatcher(subject: str, section: str, account: DispatcherSection) -> Check:
    def look() -> Iterator[Result]:
        ca_file = account.options.get("ca_file")
        try:
            yield from dispatcher.look(
                account.url,
                ca_file if isinstance(ca_file, str) else None,
                lambda: provider_of(account, section),
                subject=subject,
            )
        except WiringError as error:
            cure = f"Mend [{section}] in the configuration, or install the adapter that it names."
            yield Result(f"{subject}.adapter", Health.FAIL, f"{error}.", cure)

    return Check(subject, look, dispatcher.LIMIT_S, late=Health.FAIL, late_cure=dispatcher.LATE_CURE)
