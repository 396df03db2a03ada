"""Looks at each serial device: is its port there and ours to open, who else holds it, and how is what hangs on it."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from hardware.faults import DeviceFault
from hardware.health import Health
from hardware.port_names import URL
from hardware.port_owner import Holder, cure_for, holders
from hardware.port_trouble import unavailable
from hardware.transport import resolve
from kiosk.app.faults import WiringError
from kiosk.doctor.result import Fact, Result, fail, of_finding, ok, unknown, warn

if TYPE_CHECKING:
    from hardware.ports import Device
    from kiosk.app.fittings import Fitting
    from kiosk.doctor.app import Word
    from kiosk.doctor.machine import Machine

UP_S: Final = 2.0
"""For opening a port and a driver's first questions: a printer answers its four within 0.1 s, or is mute after 0.5."""
TELL_S: Final = 1.0
"""For what a device tells only a moment after it is up."""
_STEP_S: Final = 0.05
_THIEVES: Final = {
    "ModemManager": "Run `sudo systemctl disable --now ModemManager`, or tell it by a udev rule to leave our ports be.",
    "brltty": "Run `sudo apt-get remove brltty`: it takes CH340 and CP210x adapters for Braille displays.",
}


def look(fitting: Fitting, word: Word) -> Iterator[Result]:
    """Examine one device: by what the kiosk says of it while that lives, else by a question of our own."""
    name, news = f"{fitting.name}.port", threading.Event()
    try:
        device = fitting.make(lambda _event: news.set())
        path = resolve(fitting.port) if device.at_serial_port else ""
    except DeviceFault as error:
        yield fail(name, f"{error.sentence}.", error.cure)
        return
    except (WiringError, ValueError) as error:
        cure = f"Mend [{fitting.name}] in the configuration, or install the driver that it names."
        yield fail(f"{fitting.name}.driver", f"{error}.", cure)
        return
    if path:
        free = yield from port(fitting, path, word, getattr(device, "helper", ""))
        if not free:
            return
    yield from word.findings(fitting.name) or examine(device, news)


def port(fitting: Fitting, path: str, word: Word, helper: str = "") -> Generator[Result, None, bool]:
    """Judge a serial port; the value that is returned says whether its device is still to be looked at.

    `helper` names a program that may hold the port in the kiosk's place.
    """
    name = f"{fitting.name}.port"
    facts: dict[str, Fact] = {"configured": fitting.port, "path": path}
    if URL.match(path):
        yield ok(name, f"{path} is an address: whether something is there, opening it shows.", **facts)
        return True
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises where a folder is closed to us
        try:
            os.close(os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
        except OSError as error:
            trouble = unavailable(fitting.port, path, error)
            yield fail(name, f"{trouble.sentence}.", trouble.cure, **facts)
            return False
    found = holders(path)
    ours = [one for one in found if one.pid == word.pid or (word.alive and helper and one.program == helper)]
    if ours:
        yield ok(name, f"{path} is held by the kiosk, as it should be.", **facts)
        yield from strangers([holder for holder in found if holder not in ours], path, name)
        yield from word.findings(fitting.name)
        return False
    lockers = [holder for holder in found if holder.locks]
    if lockers:
        who = ", ".join(map(str, lockers))
        yield fail(name, f"{fitting.port}: the port is in use by {who}.", cure_for(lockers[0], path), **facts)
        return False
    yield from tuple(strangers(found, path, name)) or [ok(name, f"{path} is there and free.", **facts)]
    return True


def strangers(found: Iterable[Holder], path: str, name: str) -> Iterator[Result]:
    """Tell of each program that reads along and takes bytes away."""
    for holder in found:
        yield warn(f"{name}.shared", f"{path} is also open in {holder}: it takes bytes away.", cure_for(holder, path))


def examine(device: Device, news: threading.Event) -> Iterator[Result]:
    """Let a device's own driver look at it for a moment, and give what it finds; `news` is set at each event of it."""
    device.start()
    try:
        news.wait(getattr(device, "first_look_s", UP_S))
        waited = 0.0
        while waited < TELL_S and _undecided(device):
            news.clear()
            news.wait(_STEP_S)
            waited += _STEP_S
        findings = device.health()
    finally:
        device.stop()
    for finding in findings:
        yield of_finding(finding)
    if not findings:
        yield unknown(f"{device.name}.driver", "Its driver says nothing about it.", "Try it by hand.")


def _undecided(device: Device) -> bool:
    return any(finding.health is Health.UNKNOWN for finding in device.health())


def thieves(machine: Machine) -> Iterator[Result]:
    """Tell of programs and modules that take serial devices nobody gave them."""
    running = set(machine.processes().values())
    found = [(name, cure) for name, cure in _THIEVES.items() if name in running]
    for name, cure in found:
        yield warn(f"serial.{name.lower()}", f"{name} runs on this machine and tries every serial port.", cure)
    modules = {line.split()[0] for line in machine.text("proc/modules").splitlines() if line}
    if "pn533_usb" in modules:
        cure = "Run `echo 'blacklist pn533_usb' | sudo tee /etc/modprobe.d/pn533.conf`, then restart."
        yield warn("serial.pn533", "The kernel takes PN532 card readers on USB for itself.", cure)
    if not found and "pn533_usb" not in modules:
        yield ok("serial.thieves", "No known program takes serial ports away.")
