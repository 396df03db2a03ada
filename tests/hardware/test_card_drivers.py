"""Every card driver by its name in the configuration: one shape, one event, also through the kiosk's own wiring."""

from __future__ import annotations

import os
import termios
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest
from device_fakes import Listener

from hardware.events import CardSeen, DeviceUp
from hardware.ports import CardReader
from hardware.readers.cards import card_hash
from hardware.virtual.pn532 import VirtualPn532
from hardware.virtual.wiegand import VirtualWiegand
from kiosk.app.faults import WiringError
from kiosk.app.fittings import fittings
from kiosk.config import Config
from kiosk.config.readers import ReaderSection

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = b"a key of this box alone"
CARD = "04A1B2C3D4E5F6"
DRIVERS = sorted(point.name for point in entry_points(group="taxikiosk.card"))


def box(driver: str, port: str, **options: object) -> Config:
    names = {"zh_CN": "社区", "en": "community"}
    point = {"place": names, "gate": names, "lat": 31.2366, "lon": 121.4297}
    return Config.model_validate(
        {
            "box": {"code": "0412", "phone": "021-6258 0017", **point},
            "dispatch": {"url": "https://dispatch.invalid/", "token": "no secret"},
            "reader": {"driver": driver, "port": port, "options": options},
        }
    )


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_is_made_from_the_configuration_without_looking_for_its_device(name: str, listener: Listener) -> None:
    (reader,) = fittings(box(name, "/nowhere"), KEY)
    device = reader.make(listener)
    assert isinstance(device, CardReader)
    assert {"frames", "bad_frames", "noise_bytes"} <= set(device.counters())
    assert listener.events == []


def test_the_configuration_names_every_driver_there_is() -> None:
    told = ReaderSection.model_fields["driver"].description or ""
    assert DRIVERS == ["em125k", "em18", "hid", "pcsc", "pn532", "resident_id", "wiegand"]
    assert all(name in told for name in DRIVERS)


@pytest.fixture
def virtual() -> Iterator[VirtualPn532]:
    reader = VirtualPn532()
    yield reader
    reader.close()


def speed(path: str) -> int:
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        return int(termios.tcgetattr(line)[5])
    finally:
        os.close(line)


def test_a_pn532_of_the_configuration_reads_cards_at_the_speed_that_is_its_own(
    virtual: VirtualPn532, listener: Listener
) -> None:
    (reader,) = fittings(box("pn532", virtual.path), KEY)
    device = reader.make(listener)
    device.start()
    try:
        virtual.tap(CARD)
        assert listener.wait(CardSeen) == CardSeen("reader", card_hash(KEY, CARD))
        assert speed(virtual.path) == termios.B115200
    finally:
        device.stop()


def test_a_bridge_of_the_configuration_is_read_in_the_form_that_is_its_own(listener: Listener) -> None:
    bridge = VirtualWiegand("W26:{hex26}*{xor}")
    (reader,) = fittings(box("wiegand", bridge.path, form="W26:{hex26}*{xor}"), KEY)
    device = reader.make(listener)
    device.start()
    try:
        listener.wait(DeviceUp)
        bridge.tap("7BB26E")
        assert listener.wait(CardSeen) == CardSeen("reader", card_hash(KEY, "7BB26E"))
    finally:
        device.stop()
        bridge.close()


@pytest.mark.parametrize(
    ("driver", "options", "sentence"),
    [
        ("wiegand", {"form": "{number}"}, r"\[reader\] \{number\} is no field"),
        ("wiegand", {"ends": "tab"}, r"\[reader\] 'tab' is not a valid Ends"),
        ("em125k", {"colour": "red"}, r"\[reader\] .*unexpected keyword argument 'colour'"),
        ("pn532", {"key": "another"}, r"\[reader\] .*multiple values for keyword argument 'key'"),
    ],
)
def test_settings_that_a_driver_does_not_take_are_one_sentence(
    driver: str, options: dict[str, object], sentence: str, listener: Listener
) -> None:
    (reader,) = fittings(box(driver, "/nowhere", **options), KEY)
    with pytest.raises(WiringError, match=sentence):
        reader.make(listener)
