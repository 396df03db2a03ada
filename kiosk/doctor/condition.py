"""Looks at the machine itself: what runs on it, how hot it is, whether its power is enough, how much memory is left."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import TYPE_CHECKING, Final

from kiosk.doctor.result import Fact, Result, fail, ok, warn

if TYPE_CHECKING:
    from kiosk.doctor.machine import Machine

HOT_C: Final = 80.0
"""A Raspberry Pi slows down from 80 °C on, and at 85 °C hard; fanless PCs slow down between 85 and 100 °C."""
TOO_HOT_C: Final = 95.0
LEAST_MEMORY_MB: Final = 100
_LIBRARIES: Final = ("kivy", "pyserial", "python-escpos", "requests", "urllib3", "sqlcipher3-wheels", "pillow")


def look(machine: Machine) -> Iterator[Result]:
    """Tell versions and memory, and what the machine's sensors say where it has any."""
    yield versions(machine)
    memory = enough_memory(machine.text("proc/meminfo"))
    if memory is not None:
        yield memory
    degrees = [
        value / 1000
        for zone in machine.glob("sys/class/thermal/thermal_zone*")
        if (value := machine.number(f"sys/class/thermal/{zone.name}/temp")) is not None and value > 0
    ]
    if degrees:
        yield temperature(max(degrees))
    for sensor in machine.glob("sys/class/hwmon/hwmon*"):
        base = f"sys/class/hwmon/{sensor.name}"
        if machine.text(f"{base}/name") == "rpi_volt":
            yield power(undervoltage=bool(machine.number(f"{base}/in0_lcrit_alarm")))


def versions(machine: Machine) -> Result:
    """Tell which versions of everything are there."""
    system = dict(line.partition("=")[::2] for line in machine.text("etc/os-release").splitlines())
    name = system.get("PRETTY_NAME", "").strip('"') or platform.system()
    facts: dict[str, Fact] = {
        "program": _version("one-touch-taxi"),
        "python": platform.python_version(),
        "system": name,
        "kernel": platform.release(),
        "machine": platform.machine(),
        "model": machine.text("proc/device-tree/model") or machine.text("sys/class/dmi/id/product_name"),
    }
    facts |= {library: _version(library) for library in _LIBRARIES}
    sentence = f"one-touch-taxi {facts['program']} on Python {facts['python']}, {name}."
    if sys.version_info >= (3, 14):
        return warn("machine.versions", sentence, "Use Python 3.11, 3.12 or 3.13: Kivy has none for this one.", **facts)
    return ok("machine.versions", sentence, **facts)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def enough_memory(meminfo: str) -> Result | None:
    """Judge how much memory is left; None where the kernel does not tell."""
    values = {line.partition(":")[0]: line.split()[1] for line in meminfo.splitlines() if len(line.split()) > 1}
    if not values.get("MemAvailable", "").isdigit():
        return None
    left = int(values["MemAvailable"]) // 1024
    if left < LEAST_MEMORY_MB:
        cure = "End what else runs on this machine; give it 1 GB or more."
        return warn("machine.memory", f"Only {left} MB of memory are left.", cure, available_mb=left)
    return ok("machine.memory", f"{left} MB of memory are left.", available_mb=left)


def temperature(degrees: float) -> Result:
    """Judge the hottest place that has a sensor, in °C."""
    said, facts = f"{degrees:.0f} °C inside", {"celsius": degrees}
    if degrees >= TOO_HOT_C:
        return fail(
            "machine.heat", f"{said}: it may switch itself off.", "Shade it, free its vents, add a fan.", **facts
        )
    if degrees >= HOT_C:
        return warn("machine.heat", f"{said}: it is slowed down.", "Shade it, free its vents, add a fan.", **facts)
    return ok("machine.heat", f"{said}.", **facts)


def power(*, undervoltage: bool) -> Result:
    """Judge what a Raspberry Pi says of its supply."""
    if undervoltage:
        cure = "Use the maker's power supply and a short, thick cable; feed printer and screen from their own supply."
        return fail("machine.power", "The power supply is too weak: the voltage has dropped.", cure)
    return ok("machine.power", "The power supply is strong enough.")
