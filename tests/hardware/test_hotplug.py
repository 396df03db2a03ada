"""Plugging and unplugging, seen by whoever waits for it: over ptys by looking, and by the kernel's own messages."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from device_fakes import WAIT_S, Listener

from hardware.events import CardSeen, DeviceDown, DeviceUp
from hardware.hotplug import HotPlug, PortsChanged, difference, snapshot
from hardware.readers.em125k import Em125kReader
from hardware.service import Backoff
from hardware.virtual.reader import VirtualReader

if TYPE_CHECKING:
    from collections.abc import Iterator

CYCLES = 200
UEVENT = Path("/sys/class/tty/ttyS0/uevent")


class Changes:
    """Collects what a watch tells."""

    def __init__(self) -> None:
        self.all: list[PortsChanged] = []
        self._came = threading.Condition()

    def __call__(self, changed: PortsChanged) -> None:
        with self._came:
            self.all.append(changed)
            self._came.notify_all()

    def wait(self, count: int = 1) -> PortsChanged:
        with self._came:
            assert self._came.wait_for(lambda: len(self.all) >= count, WAIT_S)
            return self.all[count - 1]


@pytest.fixture
def reader() -> Iterator[VirtualReader]:
    virtual = VirtualReader()
    yield virtual
    virtual.close()


def things() -> tuple[set[str], int]:
    return {thread.name for thread in threading.enumerate()}, len(list(Path("/proc/self/fd").iterdir()))


def test_two_snapshots_tell_what_came_and_what_went() -> None:
    assert difference({"/dev/a": (1, 1)}, {"/dev/a": (1, 1)}) is None
    assert difference({"/dev/a": (1, 1)}, {"/dev/b": (2, 2)}) == PortsChanged(
        frozenset({"/dev/b"}), frozenset({"/dev/a"})
    )
    another = difference({"/dev/a": (1, 1)}, {"/dev/a": (1, 9)})
    assert another == PortsChanged(frozenset({"/dev/a"}), frozenset({"/dev/a"})), "another device under an old name"


def test_a_snapshot_has_serial_ports_and_what_is_watched_and_nothing_else(tmp_path: Path) -> None:
    for name in ("ttyUSB0", "ttyACM1", "tty7", "null"):
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "null")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    found = snapshot([str(tmp_path / "link"), str(tmp_path / "dangling"), "socket://x:1"], tmp_path)
    assert {Path(path).name for path in found} == {"ttyUSB0", "ttyACM1", "link"}
    assert snapshot([], tmp_path / "none") == {}


def test_a_port_that_comes_and_goes_is_told(reader: VirtualReader) -> None:
    changes = Changes()
    watch = HotPlug(changes, [reader.path], poll_s=0.005, source="")
    watch.start()
    watch.start()
    reader.unplug()
    assert changes.wait(1) == PortsChanged(frozenset(), frozenset({reader.path}))
    reader.replug()
    assert changes.wait(2) == PortsChanged(frozenset({reader.path}), frozenset())
    watch.stop()
    watch.stop()


def test_a_listener_that_fails_does_not_end_the_watch(reader: VirtualReader) -> None:
    changes = Changes()

    def fail(changed: PortsChanged) -> None:
        changes(changed)
        raise ValueError

    watch = HotPlug(fail, [reader.path], poll_s=0.005, source="")
    watch.start()
    reader.unplug()
    changes.wait(1)
    reader.replug()
    changes.wait(2)
    watch.stop()


def test_two_hundred_plug_cycles_leave_no_thread_and_no_descriptor_and_the_reader_reads(
    reader: VirtualReader, listener: Listener
) -> None:
    patient = Backoff(first_s=60, cap_s=60)  # without the watch, nobody would look again before the test is over
    driver = Em125kReader("reader", reader.path, listener, key=b"0123456789abcdef", backoff=patient, holdoff_s=0)
    watch = HotPlug(lambda _changed: driver.nudge(), [reader.path], poll_s=0.002, source="")
    driver.start()
    watch.start()
    listener.wait(DeviceUp)
    before = things()
    for cycle in range(1, CYCLES + 1):
        reader.unplug()
        listener.wait(DeviceDown, cycle)
        reader.replug()
        listener.wait(DeviceUp, cycle + 1)
    assert things() == before
    reader.tap("0F0012AB34")
    listener.wait(CardSeen)
    watch.stop()
    driver.stop()


def test_stopping_gives_everything_back(reader: VirtualReader) -> None:
    before = things()
    for _ in range(20):
        watch = HotPlug(lambda _changed: None, [reader.path])
        watch.start()
        watch.stop()
    assert things() == before


@pytest.mark.skipif(not os.access(UEVENT, os.W_OK), reason="only root can have the kernel repeat a message")
def test_the_kernel_s_word_is_heard_long_before_the_next_look() -> None:
    changes = Changes()
    watch = HotPlug(changes, poll_s=1000, source="kernel")
    watch.start()
    for _ in range(1000):  # the watch may not have begun to listen yet
        UEVENT.write_text("add", encoding="ascii")
        if threading.Event().wait(0.02) or changes.all:
            break
    assert changes.wait().came == {"/dev/ttyS0"}
    watch.stop()


def test_where_nobody_sends_messages_it_looks(reader: VirtualReader, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyudev

    def refuse(*_: object) -> None:
        raise OSError(93, "no netlink here")

    monkeypatch.setattr(pyudev.Monitor, "from_netlink", refuse)
    changes = Changes()
    watch = HotPlug(changes, [reader.path], poll_s=0.005, source="udev")
    watch.start()
    reader.unplug()
    assert changes.wait().went == {reader.path}
    watch.stop()
