"""A slip from the effect to the wire, and its size, each way: the real driver at a printer on a pty."""

from __future__ import annotations

import queue
import shutil
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from escpos.printer import Dummy
from figures import Figure, Samples
from network import NoNewsError, tables

from dispatch_client.sandbox import Behaviour, Sandbox
from hardware.printers.composer import composer
from hardware.printers.profiles import PROFILES, Mode
from hardware.printers.raster import RasterRenderer
from hardware.transport import open_port
from hardware.virtual.printer import VirtualPrinter
from kiosk.app.devices import Devices
from kiosk.config import checked
from kiosk.core.events import PartChanged, SlipDone, SlipResult
from kiosk.inbox import Inbox
from kiosk.paper import document, fonts
from kiosk.samples import slips

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from figures import Progress

    from kiosk.core.events import Event
    from kiosk.core.slip import Slip

ROUNDS: Final = 25
_MS: Final = 1000.0
_TAIL: Final = 0.95
_PATIENCE_S: Final = 20.0
_MOST_MS: Final = 50.0
_PROFILE: Final = PROFILES["generic-80"]
_RESET: Final = b"\x1b@"
_FIRST_INK: Final = {Mode.RASTER: b"\x1dv0", Mode.NATIVE: b"\n"}
"""The first dots are on their way; the first line of letters is complete."""
_NAMES: Final = {Mode.RASTER: "a picture", Mode.NATIVE: "text"}
_MOST_BYTES: Final = {Mode.RASTER: 30_000, Mode.NATIVE: 600}


def measure(folder: Path, tell: Progress, rounds: int = ROUNDS) -> list[Figure]:
    """Print the slips of the samples, and weigh them; what stands in `folder` goes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    bare = _bare(rounds).at(_TAIL)
    figures = []
    for mode, name in _NAMES.items():
        tell(f"a slip as {name} until its first ink is there, {rounds} times")
        first, others = _waits(folder / mode, mode, rounds)
        figures += [
            Figure(
                f"slip asked for → first ink of {name}, p95",
                "ms",
                others.at(_TAIL),
                bare,
                most=_MOST_MS,
            ),
            Figure("  the same, first slip after the start", "ms", first, bare, most=_MOST_MS),
        ]
    return figures + [_size(mode) for mode in _NAMES]


def _waits(folder: Path, mode: Mode, rounds: int) -> tuple[float, Samples]:
    """Print slips one after the other: milliseconds until the printer gets ink of the first one, and of the others."""
    first, samples = 0.0, Samples()
    with _box(folder, mode) as (devices, virtual, answers):
        for number, (_, slip) in zip(range(-1, rounds), _again(), strict=False):
            before = len(virtual.received)
            began = time.perf_counter()
            devices.print(f"job-{number}", slip)
            if not virtual.wait_for(lambda before=before: _FIRST_INK[mode] in virtual.received[before:], _PATIENCE_S):
                raise NoNewsError("a slip of which nothing came")
            took = (time.perf_counter() - began) * _MS
            if number < 0:
                first = took
            else:
                samples.add(took)
            done = answers.get(timeout=_PATIENCE_S)
            if done.result is not SlipResult.PRINTED:
                raise NoNewsError(f"a slip was {done.result}")
    return first, samples


def _again() -> Iterator[tuple[str, Slip]]:
    """Give the sample slips again and again, in each language in turn."""
    while True:
        for both in zip(slips("zh_CN"), slips("en"), strict=True):
            yield from both


@contextmanager
def _box(folder: Path, mode: Mode) -> Iterator[tuple[Devices, VirtualPrinter, queue.SimpleQueue[SlipDone]]]:
    """Start the devices of a box whose only one is a printer, and wait until it is up."""
    answers: queue.SimpleQueue[SlipDone] = queue.SimpleQueue()
    up = threading.Event()

    def sort() -> None:
        for event in inbox.take():
            if isinstance(event, SlipDone):
                answers.put(event)
            elif isinstance(event, PartChanged) and event.works:
                up.set()

    virtual = VirtualPrinter(fonts=fonts())
    inbox: Inbox[Event] = Inbox(sort)
    sandbox = Sandbox(behaviour=Behaviour.NORMAL)
    box = tables(sandbox, folder) | {"printer": {"port": virtual.path, "mode": str(mode), "baudrate": 921_600}}
    devices = Devices(checked(box, name="bench", folder=folder), None, inbox)
    devices.start()
    try:
        if not up.wait(_PATIENCE_S):
            raise NoNewsError("the printer's driver did not come up")
        yield devices, virtual, answers
    finally:
        devices.stop()
        virtual.close()


def _bare(rounds: int) -> Samples:
    """Write to such a port by hand: milliseconds until two bytes are there."""
    samples = Samples()
    virtual = VirtualPrinter()
    port = open_port(virtual.path, 921_600)
    try:
        for number in range(rounds):
            began = time.perf_counter()
            port.write(_RESET)
            if not virtual.wait_for_bytes(2 * (number + 1), _PATIENCE_S):
                raise NoNewsError("a bare write that did not arrive")
            samples.add((time.perf_counter() - began) * _MS)
    finally:
        port.close()
        virtual.close()
    return samples


def _size(mode: Mode) -> Figure:
    """Weigh the heaviest slip of the samples; bare is its whole picture by python-escpos, or its words alone."""
    made = composer(mode, fonts(), _PROFILE)
    both = [slip for language in ("zh_CN", "en") for _, slip in slips(language)]
    heaviest = max(both, key=lambda slip: sum(map(len, made.pieces(document(slip)))))
    ours = sum(map(len, made.pieces(document(heaviest))))
    if mode is Mode.RASTER:
        library = Dummy(profile="TM-T20II")
        library.image(RasterRenderer(fonts(), _PROFILE.width).render(document(heaviest)), impl="bitImageRaster")
        bare = len(library.output)
    else:
        words = [getattr(heaviest, name) for name in type(heaviest).__slots__]
        bare = sum(len(str(word).encode("gb18030")) for word in words)
    return Figure(f"heaviest sample slip as {_NAMES[mode]}", "bytes", ours, bare, most=_MOST_BYTES[mode])
