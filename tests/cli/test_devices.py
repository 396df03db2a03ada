"""`taxi-kiosk devices` as a technician types it: real processes, real ptys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardware.faults import Disconnected
from hardware.transport import open_port

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = [sys.executable, "-m", "kiosk.cli", "devices"]


@contextmanager
def virtual(*words: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, "virtual", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        yield process
        if process.poll() is None:
            process.terminate()


def told(process: subprocess.Popen[str], line: str) -> str:
    assert process.stdin
    assert process.stdout
    process.stdin.write(line + "\n")
    return process.stdout.readline().strip()


def test_virtual_devices_speak_misbehave_and_leave_nothing_behind(tmp_path: Path) -> None:
    with virtual("printer", "reader", "--folder", str(tmp_path)) as process:
        assert process.stdout
        paths = dict(process.stdout.readline().split() for _ in range(2))
        assert paths == {kind: str(tmp_path / kind) for kind in ("printer", "reader")}
        printer, reader = open_port(paths["printer"]), open_port(paths["reader"])
        printer.write(b"\x10\x04\x04")
        assert printer.read(20)[0] == 0x12
        assert told(process, "printer paper_out") == "printer: paper_out: done"
        printer.write(b"\x10\x04\x04")
        assert printer.read(20)[0] & 0x60
        assert "10 hex digits" in told(process, "reader tap 12")
        assert told(process, "reader tap 0F0012AB34") == "reader: tap 0F0012AB34: done"
        assert reader.read(20).startswith(b"\x020F0012AB34")
        assert "first, then a command" in told(process, "unplug")
        assert told(process, "printer unplug") == "printer: unplug: done"
        with pytest.raises(Disconnected):
            printer.read(20)
        assert process.stdin
        process.stdin.write("quit\n")
        assert process.wait(20) == 0
        printer.close()
        reader.close()
    assert list(tmp_path.iterdir()) == []


def test_a_kind_that_does_not_exist_is_one_sentence() -> None:
    done = subprocess.run([*COMMAND, "virtual", "toaster"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "'toaster' is no virtual device: expected printer" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_kinds_are_listed_with_what_they_can_do() -> None:
    done = subprocess.run([*COMMAND, "virtual"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "paper_out [on|off]" in done.stdout


def test_the_list_of_ports_is_json_or_a_table() -> None:
    done = subprocess.run([*COMMAND, "list", "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all({"port", "path", "probably", "held_by", "used_as"} <= set(row) for row in rows)
    shown = subprocess.run([*COMMAND, "list"], capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert all(row["path"] in shown.stdout for row in rows)
    assert rows or "no serial port" in shown.stderr
