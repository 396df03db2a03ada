"""The three 125 kHz readers that are sold, each as it speaks, through the driver that the configuration names."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest
from device_fakes import QUICK, Listener

from hardware.events import CardRemoved, CardSeen, DeviceUp
from hardware.readers.cards import card_hash
from hardware.readers.em125k import Em18Reader, Em125kReader
from hardware.virtual.reader import Style, VirtualReader, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Device = tuple[Style, type[Em125kReader], int]
    Start = Callable[[type[Em125kReader], VirtualReader], Em125kReader]
    Sold = Callable[[Style], VirtualReader]

KEY = b"a key of this box alone"
FIRST, SECOND = "62E3086CED", "5100A6F0C0"
SOLD = [
    (Style.RDM6300, Em125kReader, 5),  # says it again ten times a second while the card is there
    (Style.ID12, Em125kReader, 1),  # says it once a tap
    (Style.EM18_BARE, Em18Reader, 1),
    (Style.RDM6300, Em18Reader, 3),  # an EM-18 that is set to send whole frames
]


@pytest.fixture
def start(listener: Listener) -> Iterator[Start]:
    made: list[Em125kReader] = []

    def build(driver: type[Em125kReader], virtual: VirtualReader) -> Em125kReader:
        reader = driver("card", virtual.path, listener, key=KEY, backoff=QUICK, removal_s=0.1, holdoff_s=0.0)
        made.append(reader)
        reader.start()
        listener.wait(DeviceUp)
        return reader

    yield build
    for reader in made:
        reader.stop()


@pytest.fixture
def sold() -> Iterator[Sold]:
    made: list[VirtualReader] = []

    def build(style: Style) -> VirtualReader:
        made.append(VirtualReader(style))
        return made[-1]

    yield build
    for virtual in made:
        virtual.close()


@pytest.mark.parametrize("device", SOLD)
def test_each_reader_as_it_is_sold(device: Device, start: Start, sold: Sold, listener: Listener) -> None:
    style, driver, times = device
    virtual = sold(style)
    reader = start(driver, virtual)
    for count, number in enumerate((FIRST, SECOND, FIRST), start=1):
        virtual.tap(number, times=times, split=count == 2 and driver is Em125kReader)  # a gap ends a bare one
        assert listener.wait(CardSeen, count).card_hash == card_hash(KEY, number)
        assert listener.wait(CardRemoved, count).card_hash == card_hash(KEY, number)
    assert len(listener.all(CardSeen)) == 3
    assert reader.counters() == {"frames": 3 * times, "bad_frames": 0, "noise_bytes": 0}


@pytest.mark.parametrize("device", SOLD)
def test_each_reader_with_noise_around_and_its_bits_turned_over(
    device: Device, start: Start, sold: Sold, listener: Listener
) -> None:
    style, driver, times = device
    virtual = sold(style)
    reader = start(driver, virtual)
    for bit in range(0, len(frame(FIRST, style)) * 8, 1 if times > 1 else 9):
        virtual.tap(FIRST, flip_bit=bit)
        virtual.noise(b"\xfe\r\n")  # ends a bare number as a gap does
    virtual.tap(SECOND)
    assert listener.wait(CardSeen).card_hash == card_hash(KEY, SECOND)
    assert len(listener.all(CardSeen)) == 1
    assert reader.counters()["frames"] == 1


def test_all_three_are_found_by_their_names_in_the_configuration() -> None:
    found = {point.name: point.load() for point in entry_points(group="taxikiosk.card")}
    assert found["em125k"] is Em125kReader
    assert found["em18"] is Em18Reader


def test_a_virtual_reader_can_be_told_which_of_them_to_be(
    start: Start,
    sold: Sold,
    listener: Listener,
) -> None:
    virtual = sold(Style.RDM6300)
    start(Em18Reader, virtual)
    virtual.speaks("em18_bare")
    virtual.tap(FIRST)
    assert listener.wait(CardSeen).card_hash == card_hash(KEY, FIRST)
    with pytest.raises(ValueError, match="'em4100' is not a valid Style"):
        virtual.speaks("em4100")
