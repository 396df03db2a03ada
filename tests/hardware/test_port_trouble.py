"""Why a port does not open, with real processes, real locks and real permissions."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardware.faults import PortUnavailable, Trouble
from hardware.port_owner import Holder, cure_for, cure_for_forbidden, holders, program
from hardware.transport import open_port
from hardware.virtual.pty_port import PtyPort

if TYPE_CHECKING:
    from collections.abc import Iterator

CHILD = Path(__file__).with_name("port_child.py")
NOBODY = "65534"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def path() -> Iterator[str]:
    port = PtyPort(lambda _data: None)
    Path(port.path).parent.chmod(0o711)  # other users may pass
    yield port.path
    port.close()


@contextmanager
def child(act: str, path: str, uid: str = "", gid: str = "") -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, str(CHILD), act, path, uid, gid]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        assert process.stdin
        yield process, process.stdout.readline().strip()
        process.stdin.close()


def refused(path: str) -> PortUnavailable:
    with pytest.raises(PortUnavailable) as caught:
        open_port(path).close()
    return caught.value


def test_a_port_that_another_process_holds_is_told_with_its_number_and_program(path: str) -> None:
    with child("hold", path) as (process, said):
        assert said == "open"
        error = refused(path)
        assert error.trouble is Trouble.BUSY
        assert error.sentence == f"{path}: the port is in use by {program(process.pid)} (process {process.pid})"
        assert "End that program" in error.cure
    open_port(path).close()


@needs_root
def test_the_holder_is_named_even_to_a_user_who_may_not_look_into_it(path: str) -> None:
    Path(path).chmod(0o666)
    port = open_port(path)
    with child("open", path, NOBODY, NOBODY) as (_, said):
        trouble, sentence, _ = json.loads(said)
    port.close()
    assert trouble == Trouble.BUSY
    assert f"(process {os.getpid()})" in sentence


@needs_root
def test_a_port_of_another_group_is_told_with_the_group_and_how_to_join_it(path: str) -> None:
    os.chown(Path(path).resolve(), 0, 20)
    Path(path).chmod(0o660)
    with child("open", path, NOBODY, NOBODY) as (_, said):
        trouble, sentence, cure = json.loads(said)
    assert trouble == Trouble.FORBIDDEN
    assert sentence == f"{path}: this user may not open the port; it belongs to the group dialout"
    assert cure == "Run `sudo usermod -aG dialout $USER` and log in again."
    with child("open", path, NOBODY, "20") as (_, said):
        assert said == "open"


@needs_root
def test_nobody_is_told_to_join_a_group_that_may_not_open_it_either(path: str) -> None:
    os.chown(Path(path).resolve(), 0, 20)
    Path(path).chmod(0o600)
    assert "udev rule" in cure_for_forbidden(path, "dialout")
    Path(path).chmod(0o660)
    assert "udev rule" in cure_for_forbidden(path, "root")
    assert "usermod -aG dialout" in cure_for_forbidden(path, "dialout")


@needs_root
def test_a_folder_that_may_not_be_entered_is_no_missing_port(path: str) -> None:
    Path(path).parent.chmod(0o700)
    with child("open", path, NOBODY, NOBODY) as (_, said):
        trouble, sentence, _ = json.loads(said)
    assert trouble == Trouble.FORBIDDEN
    assert "its folder is closed to this user" in sentence


def test_a_missing_port_says_what_to_do() -> None:
    error = refused("/dev/no-such-port")
    assert error.trouble is Trouble.MISSING
    assert error.sentence == "/dev/no-such-port: there is no such port"
    assert "Plug the device in" in error.cure


def test_what_is_no_serial_port_is_refused(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"x")
    assert refused(str(plain)).trouble is Trouble.REFUSED
    assert plain.read_bytes() == b"x"


def test_each_way_in_which_a_far_port_can_be_absent_has_its_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    error = refused(f"socket://127.0.0.1:{closed}")
    assert error.trouble is Trouble.MISSING
    assert "nothing listens at this port number" in error.sentence
    assert "no machine has this name" in refused("socket://no-such-machine.invalid:9100").sentence


@needs_root
def test_nobody_else_can_open_a_port_that_we_hold_even_without_asking_for_a_lock() -> None:
    terminal = Path("/dev/tty41")  # a console that nobody looks at: a terminal of the kernel's, as a serial port is
    if not terminal.exists():
        pytest.skip("this machine has no virtual consoles")
    before = terminal.stat().st_mode
    try:
        port = open_port(str(terminal))
    except PortUnavailable:
        pytest.skip("this machine lets nobody open a virtual console")
    terminal.chmod(0o666)
    try:
        with child("raw", str(terminal), NOBODY, NOBODY) as (_, said):
            assert said == os.strerror(16)
        port.close()
        with child("raw", str(terminal), NOBODY, NOBODY) as (_, said):
            assert said == "opened"
    finally:
        port.close()
        terminal.chmod(before & 0o777)


def test_known_thieves_have_cures_of_their_own(path: str) -> None:
    assert "systemctl disable --now ModemManager" in cure_for(Holder(7, "ModemManager"), path)
    assert "brltty" in cure_for(Holder(7, "brltty"), path)
    assert f"serial-getty@{Path(path).resolve().name}" in cure_for(Holder(7, "agetty"), path)
    assert str(Holder(7, "")) == "process 7"


def test_holders_are_read_from_locks_and_from_open_files(path: str, tmp_path: Path) -> None:
    assert holders("/dev/no-such-port") == ()
    seen = Path(path).stat()
    proc = tmp_path / "proc"
    for pid, name in (("812", "ModemManager"), ("90", "cat"), ("91", "other")):
        (proc / pid / "fd").mkdir(parents=True)
        (proc / pid / "comm").write_text(name + "\n", encoding="ascii")
    (proc / "90" / "fd" / "3").symlink_to(Path(path).resolve())
    (proc / "91" / "fd" / "3").symlink_to("/dev/null")
    device = f"{os.major(seen.st_dev):02x}:{os.minor(seen.st_dev):02x}"
    (proc / "locks").write_text(
        f"1: FLOCK  ADVISORY  WRITE 812 {device}:{seen.st_ino} 0 EOF\n"
        f"2: POSIX  ADVISORY  WRITE 91 {device}:{seen.st_ino + 1} 0 EOF\n"
        f"1: -> FLOCK  ADVISORY  WRITE 90 {device}:{seen.st_ino} 0 EOF\n",
        encoding="ascii",
    )
    assert holders(path, proc) == (Holder(90, "cat"), Holder(812, "ModemManager", locks=True))
