"""The gammu program as we run it: what it is told stays private, and it ends whenever we want."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hardware.faults import PortUnavailable, TemporaryFault
from hardware.modems.gammu_process import Gammu
from hardware.virtual.modem import VirtualModem

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def modem() -> Iterator[VirtualModem]:
    modem = VirtualModem()
    yield modem
    modem.close()


def test_once_ended_it_starts_nothing_any_more(modem: VirtualModem) -> None:
    gammu = Gammu(modem.path, 115200)
    gammu.end()
    with pytest.raises(TemporaryFault, match="switched off"):
        gammu.run(["identify"], limit_s=1)
    gammu.remove()
    assert modem.received == b""


def test_a_port_that_went_away_is_told_before_gammu_is_started(modem: VirtualModem) -> None:
    gammu = Gammu(modem.path, 115200)
    modem.unplug()
    began = time.monotonic()
    with pytest.raises(PortUnavailable, match="there is no such port"):
        gammu.run(["identify"], limit_s=10)
    assert time.monotonic() - began < 1
    gammu.remove()
