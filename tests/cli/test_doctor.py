"""`taxi-kiosk doctor` as a technician types it: at a box that lives, at one that was killed, at one that hangs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from dispatch_client.sandbox import Sandbox
from hardware.virtual.printer import VirtualPrinter
from hardware.virtual.reader import VirtualReader
from kiosk.doctor import examination

if TYPE_CHECKING:
    from collections.abc import Iterator

KIOSK = [sys.executable, "-m", "kiosk.cli"]
ENVIRONMENT = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
SCHEMA = json.loads(Path(examination.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))


def configured(folder: Path, url: str, more: str = "") -> Path:
    file = folder / "kiosk.toml"
    file.write_text(
        f"""
[box]
code = "0412"
place = {{ zh_CN = "测试", en = "Test" }}
gate = {{ zh_CN = "北门", en = "the gate" }}
lat = 31.2
lon = 121.4
phone = "95128"
[dispatch]
url = "{url}"
token = "sandbox"
[voice]
enabled = false
[store]
folder = "store"
{more}
""",
        encoding="utf-8",
    )
    file.chmod(0o600)
    return file


def examined(file: Path, *words: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Run the doctor; its report, which is as the schema says, and its results by their ids."""
    done = subprocess.run(
        [*KIOSK, "doctor", "--config", str(file), "--json", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env=ENVIRONMENT,
        check=False,
    )
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    assert done.returncode == report["exit_code"]
    assert all(bool(result["cure"]) == (result["health"] != "ok") for result in report["results"])
    return report, {result["id"]: result for result in report["results"]}


@contextmanager
def running(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [*KIOSK, "run", "--headless", "--config", str(file)], stderr=subprocess.DEVNULL, env=ENVIRONMENT
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


def wait_for_word(file: Path, devices: int) -> None:
    """Wait until the kiosk says that all its devices are up."""
    word = file.parent / "store" / "health.json"
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if word.exists():
            said = json.loads(word.read_text(encoding="utf-8"))["devices"]
            if [device["findings"][0]["health"] for device in said] == ["ok"] * devices:
                return
    pytest.fail("the kiosk left no word")


def test_a_box_is_examined_while_it_lives_and_after_it_was_killed(tmp_path: Path) -> None:
    printer, reader = VirtualPrinter(), VirtualReader()
    more = f'[printer]\nport = "{printer.path}"\n[reader]\nport = "{reader.path}"'
    with Sandbox(token="sandbox") as city:
        file = configured(tmp_path, city.url, more)
        with running(file) as process:
            wait_for_word(file, devices=2)
            _, alive = examined(file)
            process.kill()
            process.wait()
        report, dead = examined(file, "--bundle", str(tmp_path / "support.zip"))
    printer.close()
    reader.close()
    assert alive["app.alive"]["health"] == "ok"
    assert "held by the kiosk" in alive["printer.port"]["sentence"]
    assert "held by the kiosk" in alive["reader.port"]["sentence"]
    assert alive["printer.paper"]["health"] == "ok"
    assert alive["outbox.whole"]["health"] == "ok"
    assert alive["dispatcher.answer"]["health"] == "ok"
    assert dead["app.alive"]["health"] == "fail"
    assert "is there and free" in dead["printer.port"]["sentence"]
    assert dead["printer.answers"]["health"] == "ok", "asked by the doctor itself"
    assert dead["outbox.whole"]["health"] == "ok"
    assert report["exit_code"] == 2
    assert "app.alive" in report["summary"]
    with zipfile.ZipFile(tmp_path / "support.zip") as packed:
        assert json.loads(packed.read("doctor.json"))["exit_code"] == 2


def test_everything_that_hangs_at_once_takes_less_than_ten_seconds(tmp_path: Path) -> None:
    printer = VirtualPrinter()
    printer.mute()
    printer.block()
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes connections, and never answers
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        file = configured(tmp_path, url, f'[printer]\nport = "{printer.path}"')
        began = time.monotonic()
        report, results = examined(file)
        took = time.monotonic() - began
    printer.close()
    assert took < 10
    assert results["dispatcher.connection"]["health"] == "ok"
    assert results["dispatcher.time"]["health"] == "fail"
    assert "ask the dispatcher" in results["dispatcher.time"]["cure"]
    assert results["printer.answers"]["health"] == "unknown"
    assert report["exit_code"] == 2


def test_without_a_configuration_the_rest_is_examined_all_the_same(tmp_path: Path) -> None:
    _, results = examined(tmp_path / "none.toml")
    assert "config init" in results["config.file"]["sentence"]
    assert results["dispatcher.skipped"]["health"] == "unknown"
    assert {"clock.sync", "network.link", "machine.versions", "screen.fonts"} <= set(results)


def test_the_text_tells_each_result_with_its_cure_and_needs_no_kivy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    file = configured(tmp_path, f"http://127.0.0.1:{closed}")
    script = (
        "import sys, atexit; from kiosk.cli import main; "
        "atexit.register(lambda: print('KIVY' if 'kivy' in sys.modules else 'NONE')); "
        f"main(['doctor', '--config', {str(file)!r}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env={**ENVIRONMENT, "COLUMNS": "160"},
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout.endswith("NONE\n")
    lines = done.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if "dispatcher.connection" in line)
    assert lines[at].startswith("FAIL")
    assert lines[at + 1].strip().startswith("→ Ask the dispatcher")
    assert any(line.startswith("taxi-kiosk ") and "FAIL: " in line for line in lines)
