from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest
from device_fakes import QUICK, Listener

from hardware.events import DeviceDown, DeviceUp, Presence
from hardware.health import Health, worst
from hardware.inputs.presence import PresenceSensor
from hardware.virtual.keys import VirtualWires

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial's own


@pytest.fixture
def virtual() -> Iterator[VirtualWires]:
    sensor = VirtualWires()
    yield sensor
    sensor.close()


class Make(Protocol):
    def __call__(self, **options: Any) -> PresenceSensor: ...  # noqa: ANN401 - of many types


@pytest.fixture
def make(virtual: VirtualWires, listener: Listener) -> Iterator[Make]:
    made: list[PresenceSensor] = []

    def build(**options: Any) -> PresenceSensor:  # noqa: ANN401 - of many types
        quick: dict[str, Any] = {"near_s": 0.0, "away_s": 0.3, "signal": "cts", "backoff": QUICK} | options
        made.append(PresenceSensor("presence", virtual.path, listener, **quick))
        made[-1].start()
        listener.wait(DeviceUp)
        return made[-1]

    yield build
    for sensor in made:
        sensor.stop()


def test_somebody_comes_near_and_goes_away_once_although_the_sensor_blinks(
    make: Make, virtual: VirtualWires, listener: Listener
) -> None:
    sensor = make(away_s=1.0)
    assert worst(sensor.health()) is Health.UNKNOWN
    virtual.hold("cts")
    assert listener.wait(Presence) == Presence("presence", near=True)
    virtual.press("!cts", seconds=0.35)  # not seen for a moment
    virtual.press("!cts", seconds=0.35)
    virtual.let_go("cts")
    assert listener.wait(Presence, 2) == Presence("presence", near=False)
    assert len(listener.all(Presence)) == 2
    assert sensor.counters() == {"visits": 1}
    assert worst(sensor.health()) is Health.OK


def test_who_stands_there_when_it_starts_or_is_plugged_in_is_no_news(
    make: Make, virtual: VirtualWires, listener: Listener
) -> None:
    virtual.hold("cts")
    sensor = make(stuck_s=0.4)
    while worst(sensor.health()) is not Health.WARN:
        sensor.pause(0.02)
    assert "without a pause" in sensor.health()[-1].sentence
    virtual.unplug()
    listener.wait(DeviceDown)
    virtual.replug()
    listener.wait(DeviceUp, 2)
    virtual.let_go("cts")
    while sensor.health()[-1].health is Health.WARN or sensor._since is not None:  # noqa: SLF001 - nothing else tells it
        sensor.pause(0.02)
    virtual.hold("cts")
    assert listener.wait(Presence) == Presence("presence", near=True)
    assert len(listener.all(Presence)) == 1


def test_a_signal_that_is_no_wire_is_refused(listener: Listener) -> None:
    with pytest.raises(ValueError, match="'42' is no wire"):
        PresenceSensor("presence", "/nowhere", listener, signal="42")
