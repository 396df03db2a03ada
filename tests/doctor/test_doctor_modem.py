"""A modem under examination: asked by gammu where the kiosk is dead, by the kiosk's own word where it lives."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from doctor_fakes import one, told

from hardware.modems.gammu import GammuModem
from hardware.port_owner import holders
from hardware.virtual.modem import VirtualModem
from kiosk.app.fittings import Fitting
from kiosk.doctor.app import Word
from kiosk.doctor.serial import look

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def modem() -> Iterator[VirtualModem]:
    virtual = VirtualModem()
    yield virtual
    virtual.close()


def fitted(path: str) -> Fitting:
    return Fitting("modem", path, lambda emit: GammuModem("modem", path, emit))


def test_a_modem_is_asked_for_its_sim_card_its_network_and_its_signal(modem: VirtualModem) -> None:
    modem.network("denied")
    results = list(look(fitted(modem.path), Word()))
    assert told(results) == {
        "modem.port": "ok",
        "modem.link": "ok",
        "modem.sim": "ok",
        "modem.network": "fail",
        "modem.signal": "ok",
    }
    assert "active and paid for" in one(results, "modem.network").cure


def test_gammu_at_work_for_the_kiosk_is_no_stranger(modem: VirtualModem, tmp_path: Path) -> None:
    modem.mute()
    settings = tmp_path / "gammurc"
    settings.write_text(f"[gammu]\ndevice = {modem.path}\nconnection = at\n")
    finding = {"id": "modem.link", "health": "ok", "sentence": "It answers.", "cure": ""}
    word = Word({"pid": 1, "devices": [{"name": "modem", "findings": [finding]}]}, alive=True)
    with subprocess.Popen(["gammu", "-c", str(settings), "identify"], stdout=subprocess.DEVNULL) as gammu:
        until = time.monotonic() + 20
        while not any(holder.pid == gammu.pid for holder in holders(modem.path)):
            assert time.monotonic() < until
        alive = told(look(fitted(modem.path), word))
        dead = list(look(fitted(modem.path), Word()))
        gammu.kill()
    assert alive == {"modem.port": "ok", "modem.link": "ok"}
    assert told(dead) == {"modem.port": "fail"}
    assert f"gammu (process {gammu.pid})" in dead[0].sentence
