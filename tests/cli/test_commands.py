"""The command line as a person meets it: real processes, real files, real exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from hardware.virtual.escpos_machine import decode

ENVIRONMENT = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}


def kiosk(*words: str | Path, cwd: Path | None = None, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kiosk.cli", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, cwd=cwd, env=ENVIRONMENT, check=False
    )


@pytest.mark.parametrize(
    ("script", "size", "language"), [("one-press", "1080x1920", "zh_CN"), ("offline", "1280x800", "en")]
)
def test_a_scripted_visit_leaves_its_pictures_its_paper_and_its_words(
    tmp_path: Path, script: str, size: str, language: str
) -> None:
    out = tmp_path / "demo"
    done = kiosk(
        "demo", "--script", script, "--headless", "--speed", "25", "--size", size, "--lang", language, "--out", out
    )
    assert done.returncode == 0, done.stderr
    moments = [json.loads(line)["moment"] for line in done.stdout.splitlines()]
    road = ["pressed", "saved", "delivered", "assigned", "slip_printed", "arrived", "gone", "completed"]
    assert [m for m in moments if m in road] == road
    assert ("network_down" in moments) == (script == "offline")
    pictures = sorted(p.name for p in out.glob("*.png") if p.name != "slip.png")
    for scene in ("home", "found", "arrived", "gone", *(["offline"] if script == "offline" else [])):
        assert any(name.endswith(f"-{scene}.png") for name in pictures), pictures
    width, height = map(int, size.split("x"))
    with Image.open(out / pictures[0]) as first:
        assert first.size == (width, height)
    [paper] = decode((out / "slip.bin").read_bytes())
    with Image.open(out / "slip.png") as shown:
        assert ImageChops.difference(shown.convert("L"), paper.convert("L")).getbbox() is None
    spoken = [json.loads(line) for line in (out / "spoken.jsonl").read_text(encoding="utf-8").splitlines()]
    text = " ".join(entry["text"] for entry in spoken)
    assert ("车找到了" if language == "zh_CN" else "We found a taxi") in text
    with wave.open(str(out / spoken[0]["wav"])) as sound:
        assert sound.getnframes() / sound.getframerate() > 0.4


def test_a_wrong_size_is_one_sentence() -> None:
    done = kiosk("demo", "--size", "huge")
    assert done.returncode == 2
    assert "1080x1920" in done.stderr


def test_the_example_configuration_is_right_once_the_token_is_there(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    assert kiosk("config", "init", file).returncode == 0
    again = kiosk("config", "init", file)
    assert again.returncode == 2
    assert "exists already" in again.stderr
    (tmp_path / "dispatch.token").write_text("t0ken-canary", encoding="ascii")
    checked = kiosk("config", "check", "--config", file)
    assert checked.returncode == 0, checked.stderr
    shown = kiosk("config", "show", "--config", file)
    assert shown.returncode == 0
    assert "canary" not in shown.stdout
    assert "[dispatch]" in shown.stdout


@pytest.mark.parametrize("verb", ["run", "hail", "trips"])
def test_a_wrong_key_is_named_in_one_line(tmp_path: Path, verb: str) -> None:
    file = tmp_path / "kiosk.toml"
    kiosk("config", "init", file)
    (tmp_path / "dispatch.token").write_text("t0ken", encoding="ascii")
    file.write_text(file.read_text(encoding="utf-8") + "\n[prnter]\nport = 'x'\n", encoding="utf-8")
    done = kiosk(verb, "--config", file)
    assert done.returncode == 2
    assert "prnter" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.fixture
def sandbox() -> Iterator[str]:
    command = [sys.executable, "-m", "kiosk.cli", "sandbox", "--port", "0", "--speed", "60", "--behaviour", "normal"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stdout
        yield process.stdout.readline().split()[0]
        process.terminate()


def _configured(folder: Path, url: str) -> Path:
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
[store]
folder = "store"
""",
        encoding="utf-8",
    )
    return file


def test_one_trip_from_the_terminal(tmp_path: Path, sandbox: str) -> None:
    file = _configured(tmp_path, sandbox)
    done = kiosk("hail", "--config", file, "--json")
    assert done.returncode == 0, done.stderr
    statuses = [json.loads(line)["status"] for line in done.stdout.splitlines()]
    assert statuses[-1] == "completed"
    assert "driver_assigned" in statuses
    listed = kiosk("trips", "--config", file, "--json")
    [trip] = [json.loads(line) for line in listed.stdout.splitlines()]
    assert trip["status"] == "completed"
    assert trip["reference"].startswith("0412-")
    plate = next(json.loads(line)["plate"] for line in done.stdout.splitlines() if json.loads(line)["plate"])
    raw = b"".join(part.read_bytes() for part in (tmp_path / "store").glob("trips.db*"))
    assert plate.encode() not in raw, "the store is encrypted"


def test_no_wait_returns_once_it_is_delivered_and_the_next_run_goes_on(tmp_path: Path, sandbox: str) -> None:
    file = _configured(tmp_path, sandbox)
    done = kiosk("hail", "--config", file, "--json", "--no-wait")
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["native_id"]
    assert last["status"] not in {"queued", "submitting"}


def test_the_gallery_draws_every_scene(tmp_path: Path) -> None:
    done = kiosk("gallery", "--out", tmp_path, "--layout", "landscape")
    assert done.returncode == 0, done.stderr
    pictures = list(tmp_path.glob("landscape/*/*/*.png"))
    assert len(pictures) >= 100
    assert len({p.read_bytes() for p in pictures}) > 0.9 * len(pictures), "pictures that differ"


def test_no_display_is_said_instead_of_running_unseen(tmp_path: Path) -> None:
    file = _configured(tmp_path, "http://127.0.0.1:9")
    blind = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"}}
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.cli", "run", "--config", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        env=blind,
        check=False,
    )
    assert done.returncode == 2
    assert "no display" in done.stderr
    assert "Traceback" not in done.stderr
