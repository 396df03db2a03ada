from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from serial import serial_for_url
from serial.rfc2217 import PortManager

from hardware.faults import Disconnected, PortUnavailable, Trouble, WriteStalled
from hardware.transport import Port, open_port, trace_line
from hardware.virtual.pty_port import PtyPort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Far:
    """The far end of a pty: keeps what came."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._came = threading.Condition()
        self.port = PtyPort(self._take)

    def _take(self, data: bytes) -> None:
        with self._came:
            self.data += data
            self._came.notify_all()

    def wait(self, count: int) -> bytes:
        with self._came:
            assert self._came.wait_for(lambda: len(self.data) >= count, 20)
            return bytes(self.data)


@pytest.fixture
def far() -> Iterator[Far]:
    end = Far()
    yield end
    end.port.close()


def opened(far: Far, write_timeout_s: float = 3.0) -> Port:
    return open_port(far.port.path, write_timeout_s=write_timeout_s)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_bytes_go_both_ways(far: Far) -> None:
    port = opened(far)
    every_byte = bytes(range(256)) * 20
    port.write(every_byte)
    assert far.wait(len(every_byte)) == every_byte
    far.port.send(every_byte[:1000])
    got = b""
    while len(got) < 1000:
        piece = port.read(5, limit=300)
        assert 0 < len(piece) <= 300
        got += piece
    assert got == every_byte[:1000]
    assert port.read(0) == b""
    assert port.read_waiting() == b""
    port.close()


def test_discarded_input_is_gone(far: Far) -> None:
    port = opened(far)
    far.port.send(b"old")
    assert port.read(5, limit=1) == b"o"
    port.discard_input()
    far.port.send(b"new")
    assert port.read(5) == b"new"
    port.close()


@pytest.mark.parametrize("act", ["read", "write", "read_waiting", "discard_input", "discard_output"])
def test_an_unplugged_port_is_disconnected_whatever_is_done(far: Far, act: str) -> None:
    port = opened(far)
    far.port.unplug()
    acts: dict[str, Callable[[], object]] = {
        "read": lambda: port.read(5),
        "write": lambda: port.write(b"x" * 5000),
        "read_waiting": port.read_waiting,
        "discard_input": port.discard_input,
        "discard_output": port.discard_output,
    }
    with pytest.raises(Disconnected) as caught:
        acts[act]()
    assert caught.value.sentence.startswith(far.port.path)
    port.close()
    port.close()


def test_a_read_that_waits_ends_when_the_plug_is_pulled(far: Far) -> None:
    port = opened(far)
    threading.Timer(0.05, far.port.unplug).start()
    with pytest.raises(Disconnected):
        port.read(20)
    port.close()


def test_a_read_that_waits_ends_when_another_thread_closes_or_cancels(far: Far) -> None:
    for end in ("close", "cancel"):
        port = opened(far)
        threading.Timer(0.05, getattr(port, end)).start()
        try:
            assert port.read(20) == b""
        except Disconnected:
            assert end == "close"
        assert port.read(20) == b"" if end == "cancel" else True
        port.close()


def test_a_device_that_takes_nothing_stalls_the_write(far: Far) -> None:
    far.port.hold()
    port = opened(far, write_timeout_s=0.1)
    with pytest.raises(WriteStalled) as caught:
        port.write(bytes(300_000))
    assert 0 < caught.value.sent < 300_000
    port.discard_output()
    port.close()


def test_a_device_that_says_stop_in_the_data_is_waited_for_until_it_says_go_on(far: Far) -> None:
    port = open_port(far.port.path, xonxoff=True, write_timeout_s=0.1)
    far.port.send(b"\x13.")
    assert port.read(20) == b"."  # and what came before it was obeyed
    with pytest.raises(WriteStalled) as caught:
        port.write(b"too early")
    assert caught.value.sent == 0
    port.discard_output()
    far.port.send(b"\x11")
    port.write(b"now")
    assert far.wait(3) == b"now"
    port.close()


def test_a_stalled_write_ends_when_cancelled(far: Far) -> None:
    far.port.hold()
    port = opened(far, write_timeout_s=60)
    threading.Timer(0.1, port.cancel).start()
    with pytest.raises(WriteStalled):
        port.write(bytes(300_000))
    port.close()


def test_the_same_path_works_after_each_plug_and_nothing_is_left_open(far: Far) -> None:
    opened(far).close()
    before = descriptors()
    for number in range(50):
        port = opened(far)
        far.port.unplug()
        with pytest.raises(Disconnected):
            port.read(5)
        port.close()
        with pytest.raises(PortUnavailable):
            opened(far)
        far.port.replug()
        port = opened(far)
        port.write(bytes([number]))
        assert far.wait(number + 1)[-1] == number
        port.close()
    assert descriptors() == before


def test_a_port_on_the_network(far: Far) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = f"socket://127.0.0.1:{server.getsockname()[1]}"
        port = open_port(name)
        peer, _ = server.accept()
        with peer:
            port.write(b"out")
            assert peer.recv(10) == b"out"
            peer.sendall(b"in")
            got = port.read(5)
            assert got + (port.read(5) if len(got) < 2 else b"") == b"in"
        with pytest.raises(Disconnected):
            port.read(5)
        port.close()
    with pytest.raises(PortUnavailable) as caught:
        open_port(name)
    assert caught.value.trouble is Trouble.MISSING


def test_the_trace_shows_hex_and_hides_numbers_when_masked(far: Far) -> None:
    lines: list[str] = []
    port = open_port(far.port.path, trace=lines.append, masked=True)
    port.write(b"\x1b@")
    far.port.send(b"\x0262E3\x03")
    got = b""
    while len(got) < 6:
        got += port.read(5)
    assert lines[0] == "> 1b 40"
    heard = "".join(line.removeprefix("<") for line in lines[1:])
    assert heard.split() == ["02", "··", "··", "··", "··", "03"]
    port.close()
    assert trace_line("<", bytes(40)).endswith(" … 40 bytes")


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own
def test_a_port_behind_a_terminal_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, serial_for_url("loop://", timeout=0.05) as looped:
        opened_port: list[Port] = []
        client = threading.Thread(
            target=lambda: opened_port.append(
                open_port(f"rfc2217://127.0.0.1:{server.getsockname()[1]}", 19200, rtscts=True)
            )
        )
        client.start()
        peer, _ = server.accept()
        with peer:
            manager = PortManager(cast("Any", looped), cast("Any", SimpleNamespace(write=peer.sendall)))
            ended = threading.Event()

            def serve() -> None:
                with contextlib.suppress(OSError):
                    while data := peer.recv(1024):
                        looped.write(b"".join(manager.filter(data)))
                        peer.sendall(b"".join(manager.escape(looped.read(looped.in_waiting))))
                ended.set()

            threading.Thread(target=serve, daemon=True).start()
            client.join(20)
            (port,) = opened_port
            assert (looped.baudrate, looped.rtscts) == (19200, True)
            port.write(b"there and \xff back")
            got = b""
            while len(got) < 16:
                piece = port.read(5)
                assert piece
                got += piece
            assert got == b"there and \xff back"
            port.close()
            assert ended.wait(20)
