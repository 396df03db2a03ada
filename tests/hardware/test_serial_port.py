from __future__ import annotations

import contextlib
import os
import socket
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from serial import serial_for_url
from serial.rfc2217 import PortManager
from serial.tools import list_ports

from hardware.faults import Disconnected, PortMisnamed, PortUnavailable, Trouble, WriteStalled
from hardware.transport import Port, open_port, resolve, trace_line, usb_ports
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


def test_a_missing_port_says_what_to_do() -> None:
    with pytest.raises(PortUnavailable) as caught:
        open_port("/dev/no-such-port")
    assert caught.value.trouble is Trouble.MISSING
    assert caught.value.sentence == "/dev/no-such-port: there is no such port"
    assert "Plug the device in" in caught.value.cure


def test_a_busy_port_names_its_holder(far: Far) -> None:
    port = opened(far)
    with pytest.raises(PortUnavailable) as caught:
        opened(far)
    assert caught.value.trouble is Trouble.BUSY
    assert f"in use by process {os.getpid()}" in caught.value.sentence
    port.close()
    opened(far).close()


def test_a_forbidden_port_names_its_group(far: Far) -> None:
    link = Path(far.port.path)
    real, mode = link.resolve(), link.stat().st_mode & 0o777
    link.parent.chmod(0o711)
    real.chmod(0)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        with pytest.raises(PortUnavailable) as caught:
            opened(far)
    finally:
        if root:
            os.seteuid(0)
        real.chmod(mode)
    assert caught.value.trouble is Trouble.FORBIDDEN
    assert "usermod -aG" in caught.value.cure


def test_what_is_no_serial_port_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    plain = tmp_path_factory.mktemp("port") / "plain"
    plain.write_bytes(b"x")
    with pytest.raises(PortUnavailable) as caught:
        open_port(str(plain))
    assert caught.value.trouble is Trouble.REFUSED
    assert plain.read_bytes() == b"x"


@pytest.mark.parametrize("name", ["", "  ", "usb:zz:1", "usb:1a86", "tcp://box:9100"])
def test_a_senseless_name_is_a_permanent_fault(name: str) -> None:
    with pytest.raises(PortMisnamed) as caught:
        open_port(name)
    assert caught.value.cure


def test_usb_names_find_the_one_device(monkeypatch: pytest.MonkeyPatch) -> None:
    plugged = [
        SimpleNamespace(device="/dev/ttyUSB3", vid=0x1A86, pid=0x7523, serial_number=None),
        SimpleNamespace(device="/dev/ttyUSB4", vid=0x10C4, pid=0xEA60, serial_number="0001"),
        SimpleNamespace(device="/dev/ttyUSB5", vid=0x10C4, pid=0xEA60, serial_number="0002"),
        SimpleNamespace(device="/dev/ttyAMA0", vid=None, pid=None, serial_number=None),
    ]
    monkeypatch.setattr(list_ports, "comports", lambda: plugged)
    assert resolve("usb:1a86:7523") == "/dev/ttyUSB3"
    assert resolve("USB:10C4:EA60:0002") == "/dev/ttyUSB5"
    with pytest.raises(PortUnavailable) as several:
        resolve("usb:10c4:ea60")
    assert several.value.trouble is Trouble.SEVERAL
    assert "/dev/ttyUSB4, /dev/ttyUSB5" in several.value.sentence
    assert "by-path" in several.value.cure
    with pytest.raises(PortUnavailable) as missing:
        resolve("usb:0403:6001")
    assert missing.value.trouble is Trouble.MISSING
    assert dict(usb_ports())["/dev/ttyUSB3"] == "usb:1a86:7523"
    assert "/dev/ttyAMA0" not in dict(usb_ports())


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
            target=lambda: opened_port.append(open_port(f"rfc2217://127.0.0.1:{server.getsockname()[1]}", 9600))
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
            port.write(b"there and \xff back")
            got = b""
            while len(got) < 16:
                piece = port.read(5)
                assert piece
                got += piece
            assert got == b"there and \xff back"
            port.close()
            assert ended.wait(20)
