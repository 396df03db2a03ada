"""A port with wires: what is read off it, and what is left when it goes away."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from typing import TYPE_CHECKING

import pytest

from hardware.faults import Disconnected, NoSuchLine
from hardware.transport import Port, open_port
from hardware.virtual.line_port import LinePort
from hardware.virtual.talker import Talker
from hardware.wires import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own


@pytest.fixture
def far() -> Iterator[LinePort]:
    port = LinePort()
    yield port
    port.unplug()


def wait_until(port: Port, line: Line, *, on: bool) -> None:
    while port.is_on(line) != on:
        port.read(0.01)


def read_for_ever(port: Port) -> None:
    while True:
        port.read(0.02)


def test_each_wire_is_read_for_itself_and_bytes_come_through(far: LinePort) -> None:
    port = open_port(far.path)
    for line in Line:
        far.set(line, on=True)
        wait_until(port, line, on=True)
        assert [other for other in Line if port.is_on(other)] == [line]
        far.set(line, on=False)
        wait_until(port, line, on=False)
    far.send(b"\x01\xff\x02")
    got = b""
    while len(got) < 3:
        got += port.read(5)
    assert got == b"\x01\xff\x02"
    for line in Line:
        far.set(line, on=True)  # all of them: a state of 240, and 255 would have to be doubled
    wait_until(port, Line.RI, on=True)
    port.close()


def test_a_server_that_goes_away_is_noticed_and_leaves_nothing_behind(far: LinePort) -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names are enough
    kept: list[Port] = []  # nothing is closed only because nobody has it any more
    for _ in range(3):
        port = open_port(far.path, read_timeout_s=0.02)
        kept.append(port)
        far.unplug()
        with pytest.raises(Disconnected, match="went away"):
            read_for_ever(port)
        with contextlib.suppress(Disconnected):
            for _ in range(20):
                port.write(b"is anybody there?")
        began = time.monotonic()
        port.close()
        assert time.monotonic() - began < 2  # and not the three seconds for which nobody answers a question
        far.replug()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - same


def test_a_port_that_cannot_tell_says_so_in_one_sentence() -> None:
    no_wires = Talker()
    port = open_port(no_wires.path)
    with pytest.raises(NoSuchLine, match="does not tell how its DSR wire is"):
        port.is_on(Line.DSR)
    port.close()
    no_wires.close()
    with socket.create_server(("127.0.0.1", 0)) as server:
        raw = open_port(f"socket://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises(NoSuchLine, match="CTS"):
            raw.is_on(Line.CTS)
        raw.close()
