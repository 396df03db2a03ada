"""The word that the kiosk leaves on the disk, and what is made of it from outside."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from doctor_fakes import BOOT, NOON, moment, one, told

from dispatch_client.trips import Place
from hardware.events import DeviceUp
from hardware.readers.em125k import Em125kReader
from hardware.virtual.reader import VirtualReader
from kiosk.app.pulse import BEAT_S, LOOK_S, Pulse
from kiosk.core.events import Part
from kiosk.core.state import Box, State
from kiosk.doctor.app import look, read
from kiosk.doctor.machine import Machine

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_client.clock import Moment
    from hardware.ports import Device

BOX = Box("0412", MappingProxyType({"en": "Test"}), MappingProxyType({"en": "gate"}), Place("x", 31.2, 121.4), "95128")


class Life:
    """A kiosk whose time passes only when its pulse waits; it is stopped after so many waits."""

    speed = 1.0

    def __init__(self, path: Path, devices: tuple[Device, ...] = ()) -> None:
        self.path = path
        self.mono = 1000.0
        self.state = State(BOX, "en", mono=1000.0)
        self.written: list[dict[str, object]] = []
        self.waits = 0
        self.last = 0
        self._seen = ""
        self.pulse = Pulse(path, self, lambda: self.state, devices, {"width": 1080}, wait=self.wait)

    def now(self) -> Moment:
        return moment(mono=self.mono, wall=NOON)

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        self.collect()
        self.mono += seconds
        self.turn(self.waits)
        self.waits += 1
        return stop.wait() if self.waits == self.last else False

    def turn(self, waits: int) -> None:
        """What happens to the kiosk after so many waits; its main loop turns."""
        self.state = replace(self.state, mono=self.mono)

    def collect(self) -> None:
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        if text != self._seen:
            self._seen = text
            self.written.append(json.loads(text))

    def live(self, waits: int) -> None:
        self.last = waits
        self.pulse.start()
        self.pulse.stop()
        self.collect()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "health.json"


def test_a_quiet_hour_is_written_once_a_minute_and_the_end_is_told(path: Path) -> None:
    life = Life(path)
    life.live(waits=int(3600 / LOOK_S))
    beats = life.written[:-1]
    assert len(beats) == 3600 / BEAT_S
    assert [beat["stopped"] for beat in beats] == [False] * len(beats)
    assert life.written[-1]["stopped"] is True
    assert list(path.parent.iterdir()) == [path], "nothing half written is left"


def test_a_change_is_written_at_the_next_look(path: Path) -> None:
    class Breaking(Life):
        def turn(self, waits: int) -> None:
            super().turn(waits)
            if waits == 3:
                self.state = replace(self.state, broken=frozenset({Part.VOICE}), link_up=False)

    life = Breaking(path)
    life.live(waits=6)
    assert [(beat["broken"], beat["link_up"]) for beat in life.written] == [
        ([], True),
        (["voice"], False),
        (["voice"], False),
    ]


def test_a_disk_that_takes_nothing_disturbs_nobody_and_the_word_comes_when_it_can(tmp_path: Path) -> None:
    class Mounting(Life):
        def turn(self, waits: int) -> None:
            if waits == 3:
                self.path.parent.mkdir()

    life = Mounting(tmp_path / "later" / "health.json")
    life.live(waits=6)
    assert len(life.written) == 2


def test_devices_tell_their_findings_and_counts_and_no_card(path: Path) -> None:
    up, virtual = threading.Event(), VirtualReader()
    device = Em125kReader(
        "reader", virtual.path, lambda event: up.set() if isinstance(event, DeviceUp) else None, key=bytes(32)
    )
    device.start()
    assert up.wait(20)
    life = Life(path, (device,))
    life.live(waits=1)
    device.stop()
    virtual.close()
    [told_of] = life.written[0]["devices"]  # type: ignore[misc]
    assert told_of["name"] == "reader"
    assert [finding["id"] for finding in told_of["findings"]] == ["reader.link", "reader.frames"]
    assert told_of["counters"]["frames"] == 0


def left(path: Path, **said: object) -> None:
    word = {"pid": os.getpid(), "boot_id": BOOT, "mono": 990.0, "at": "2026-03-04T12:00:00+00:00", "stopped": False}
    word |= {"turn_age_s": 0.2, "link_up": True, "broken": [], "waiting": 2, "devices": []}
    path.write_text(json.dumps({**word, **said}), encoding="utf-8")


def looked(path: Path, now: Moment | None = None) -> dict[str, str]:
    word = read(path, Machine(), now or moment(mono=1000))
    return {result.id: f"{result.health.value}: {result.sentence}" for result in look(word)}


def test_a_kiosk_that_lives(path: Path) -> None:
    left(path)
    assert looked(path) == {
        "app.alive": "ok: The kiosk runs, last heard of 10 s ago.",
        "app.parts": "ok: The box says that all its parts work.",
    }


def test_what_it_misses_is_told_part_by_part(path: Path) -> None:
    left(path, broken=["voice", "new_part"], link_up=False)
    results = list(look(read(path, Machine(), moment(mono=1000))))
    assert told(results) == {"app.alive": "ok", "app.voice": "fail", "app.new_part": "fail", "app.link": "fail"}
    assert all(result.cure for result in results[1:])


def test_one_that_never_ran_was_stopped_or_died_are_three_things(path: Path) -> None:
    assert looked(path)["app.alive"].startswith("warn: The kiosk has not run here")
    left(path, stopped=True)
    assert looked(path)["app.alive"] == "warn: The kiosk was stopped at 2026-03-04T12:00:00+00:00."
    left(path, pid=2**22 + 1)
    assert looked(path)["app.alive"].startswith("fail: The kiosk is not running; it ended without a word")
    left(path)
    other_boot = moment(mono=1000, boot_id="2f1e0c1e-0000-4000-8000-000000000008")
    assert looked(path, other_boot)["app.alive"].startswith("fail: The kiosk is not running")


def test_one_that_hangs_is_not_called_alive(path: Path) -> None:
    left(path, turn_age_s=81.2)
    assert looked(path)["app.alive"] == "fail: The kiosk runs, and its screen has stood still for 81 s."
    left(path, mono=700.0)
    assert looked(path)["app.alive"] == "fail: The kiosk runs and has not said a word for 300 s."


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}', "null"])
def test_a_word_that_makes_no_sense_is_none(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    assert one(look(read(path, Machine(), moment())), "app.alive").health == "warn"


def test_a_standing_main_loop_shows_in_the_word(path: Path) -> None:
    class Standing(Life):
        def turn(self, waits: int) -> None:
            pass

    life = Standing(path)
    life.live(waits=int(2 * BEAT_S / LOOK_S))
    assert life.written[1]["turn_age_s"] == BEAT_S
