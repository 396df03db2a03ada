from __future__ import annotations

import logging
import threading
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from device_fakes import QUICK, WAIT_S, Listener

from hardware.events import CardRemoved, CardSeen, DeviceDown, DeviceUp
from hardware.health import Health, worst
from hardware.ports import CardReader
from hardware.readers.cards import card_hash
from hardware.readers.pn532 import Pn532Reader
from hardware.readers.pn532_frames import frame
from hardware.service import Report, State
from hardware.virtual.pn532 import VirtualPn532

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = b"a key of this box alone"
FIRST, SECOND, LONG = "04A1B2C3D4E5F6", "A1B20013", "10112233445566778899"
LOOK = 0x4A


@pytest.fixture
def virtual() -> Iterator[VirtualPn532]:
    reader = VirtualPn532()
    yield reader
    reader.close()


class Make(Protocol):
    def __call__(self, **options: Any) -> Pn532Reader: ...  # noqa: ANN401 - options of many types


@pytest.fixture
def make(virtual: VirtualPn532, listener: Listener) -> Iterator[Make]:
    made: list[Pn532Reader] = []

    def build(**options: Any) -> Pn532Reader:  # noqa: ANN401 - options of many types
        given: dict[str, Any] = {"key": KEY, "backoff": QUICK, "poll_s": 0.005, "removal_s": 0.1, "holdoff_s": 0.0}
        reader = Pn532Reader("card", virtual.path, listener, **(given | options))
        made.append(reader)
        reader.start()
        listener.wait(DeviceUp)
        return reader

    yield build
    for reader in made:
        reader.stop()


def looks(virtual: VirtualPn532, more: int) -> None:
    """Wait until the driver has looked for a card so many times more."""
    before = sum(command[0] == LOOK for command in virtual.commands)
    assert virtual.wait_for(lambda all_: sum(c[0] == LOOK for c in all_) >= before + more, WAIT_S)


def until(true: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _ in range(int(WAIT_S / 0.01)):
        if true():
            return
        waited.wait(0.01)
    raise AssertionError("it did not come true")


def hashes(listener: Listener) -> list[str]:
    return [event.card_hash for event in listener.all(CardSeen)]


def test_a_card_is_seen_and_removed_and_only_its_hash_leaves(
    make: Make, virtual: VirtualPn532, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[str] = []
    with caplog.at_level(logging.DEBUG):
        reader = make(trace=lines.append)
        assert isinstance(reader, CardReader)
        assert worst(reader.health()) is Health.OK
        assert "PN532 firmware 1.6" in reader.health()[1].sentence
        virtual.tap(FIRST)
        assert listener.wait(CardSeen) == CardSeen("card", card_hash(KEY, FIRST))
        looks(virtual, 5)
        virtual.remove()
        assert listener.wait(CardRemoved) == CardRemoved("card", card_hash(KEY, FIRST))
        virtual.tap(SECOND, applications=True)
        listener.wait(CardSeen, 2)
        virtual.tap(LONG)
        listener.wait(CardSeen, 3)
    assert hashes(listener) == [card_hash(KEY, number) for number in (FIRST, SECOND, LONG)]
    assert (reader.counters()["bad_frames"], reader.counters()["noise_bytes"]) == (0, 0)
    assert lines.count("> 00 00 ff 05 fb d4 14 01 00 00 17 00") == 1, "it was not awake"
    assert "> 00 00 ff 04 fc d4 4a 01 00 e1 00" in lines
    assert "< d5 03 32 01 06 07" in lines
    said = caplog.text + repr(listener.events) + "".join(lines) + repr(reader.health())
    for number in (FIRST, SECOND, LONG):
        assert number not in said
        assert bytes.fromhex(number).hex(" ")[:8] not in said


def test_a_card_that_lies_there_is_seen_once_and_the_field_rests_between_looks(
    make: Make, virtual: VirtualPn532, listener: Listener
) -> None:
    make()
    virtual.tap(FIRST, applications=True)
    looks(virtual, 30)
    assert len(listener.all(CardSeen)) == 1
    assert listener.all(CardRemoved) == []
    commands = [command for command in virtual.commands if command[0] in {LOOK, 0x32}][-20:]
    assert set(pairwise(commands)) == {
        (b"\x4a\x01\x00", b"\x32\x01\x00"),
        (b"\x32\x01\x00", b"\x4a\x01\x00"),
    }


def test_a_trembling_hand_is_one_tap(make: Make, virtual: VirtualPn532, listener: Listener) -> None:
    make(removal_s=0.05, holdoff_s=600)
    for _ in range(3):
        virtual.tap(FIRST)
        looks(virtual, 3)
        virtual.remove()
        listener.wait(CardRemoved)
    assert len(listener.all(CardSeen)) == 1


def test_a_number_that_is_made_up_at_each_tap_is_no_card(make: Make, virtual: VirtualPn532, listener: Listener) -> None:
    reader = make()
    for number in ("08A1B2C3", "08C3D4E5"):
        virtual.tap(number)
        looks(virtual, 3)
        virtual.remove()
        looks(virtual, 3)
    virtual.tap(SECOND)
    listener.wait(CardSeen)
    assert hashes(listener) == [card_hash(KEY, SECOND)]
    assert reader.counters()["random_numbers"] == 2


def test_an_answer_that_nobody_asked_for_is_no_card(make: Make, virtual: VirtualPn532, listener: Listener) -> None:
    make(poll_s=0.2)
    field_off = b"\x32\x01\x00"
    looks(virtual, 1)
    assert virtual.wait_for(lambda commands: commands[-1] == field_off, WAIT_S)
    virtual.noise(frame(bytes.fromhex("d54b01010004080412345678")))
    looks(virtual, 2)
    virtual.tap(FIRST)
    listener.wait(CardSeen)
    assert hashes(listener) == [card_hash(KEY, FIRST)]


@pytest.mark.parametrize("bit", [24 + 2, 40 + 7, 8 * 14 + 3, 8 * 17])
def test_a_flipped_bit_is_asked_for_again_and_never_a_card(
    make: Make, virtual: VirtualPn532, listener: Listener, bit: int
) -> None:
    reader = make()
    virtual.flip_bit(bit)
    virtual.tap(FIRST)
    until(lambda: reader.counters()["bad_frames"] >= 3)
    assert listener.all(CardSeen) == []
    virtual.flip_bit(None)
    listener.wait(CardSeen)
    assert hashes(listener) == [card_hash(KEY, FIRST)]
    assert listener.all(DeviceDown) == []
    assert worst(reader.health()) is Health.OK


def test_split_frames_noise_and_slow_answers_are_read_through(
    make: Make, virtual: VirtualPn532, listener: Listener
) -> None:
    virtual.split()
    virtual.noise_around(b"\x55\xff\x00\xff\x80", b"\x00\xff\x03")
    virtual.slow(0.02)
    reader = make()
    virtual.noise(b"\x00\xff\x10\xf0" * 5)
    virtual.tap(FIRST)
    listener.wait(CardSeen)
    virtual.tap(SECOND)
    listener.wait(CardSeen, 2)
    assert hashes(listener) == [card_hash(KEY, FIRST), card_hash(KEY, SECOND)]
    assert listener.all(DeviceDown) == []
    assert reader.counters()["noise_bytes"] > 10


def test_wrong_sums_alone_are_a_broken_reader_and_it_comes_back(
    make: Make, virtual: VirtualPn532, listener: Listener
) -> None:
    make()
    virtual.wrong_checksum()
    virtual.tap(FIRST)
    assert "did not answer" in listener.wait(DeviceDown).sentence
    assert listener.all(CardSeen) == []
    virtual.wrong_checksum(on=False)
    listener.wait(DeviceUp, 2)
    assert listener.wait(CardSeen).card_hash == card_hash(KEY, FIRST)


def test_a_reader_that_falls_silent_is_told_within_two_seconds_and_comes_back(
    make: Make, virtual: VirtualPn532, listener: Listener
) -> None:
    reader = make()
    began = reader.report().last_up
    virtual.mute()
    down = listener.wait(DeviceDown)
    assert down.sentence == "card: the reader does not answer"
    assert "HSU" in down.cure
    assert worst(reader.health()) is Health.FAIL
    report: Report = reader.report()
    assert report.state is State.DOWN
    assert report.since is not None
    assert began is not None
    assert report.since - began < 2
    virtual.mute(on=False)
    virtual.tap(FIRST)
    listener.wait(DeviceUp, 2)
    assert listener.wait(CardSeen).card_hash == card_hash(KEY, FIRST)


def test_a_reader_whose_power_failed_for_a_moment_is_set_up_again_without_a_word(
    make: Make, virtual: VirtualPn532, listener: Listener
) -> None:
    make()
    virtual.power_cycle()
    looks(virtual, 3)
    virtual.tap(FIRST)
    assert listener.wait(CardSeen).card_hash == card_hash(KEY, FIRST)
    assert listener.all(DeviceDown) == []


def test_a_reader_comes_back_after_the_plug_was_pulled_with_a_card_on_it(
    make: Make, virtual: VirtualPn532, listener: Listener
) -> None:
    make()
    virtual.tap(FIRST)
    listener.wait(CardSeen)
    virtual.unplug()
    assert "went away" in listener.wait(DeviceDown, such=lambda event: "went" in event.sentence).sentence
    virtual.tap(SECOND)
    virtual.replug()
    listener.wait(CardSeen, 2)
    assert hashes(listener) == [card_hash(KEY, FIRST), card_hash(KEY, SECOND)]
    assert [event.card_hash for event in listener.all(CardRemoved)] == [card_hash(KEY, FIRST)]


def test_stopping_does_not_wait_for_a_silent_reader(virtual: VirtualPn532, listener: Listener) -> None:
    virtual.mute()
    reader = Pn532Reader("card", virtual.path, listener, key=KEY)
    reader.start()
    assert virtual.wait_for(lambda commands: commands != [], WAIT_S)
    reader.stop()
    assert reader.report().state is State.STOPPED
    assert listener.events == []


def test_a_short_key_is_refused_before_anything_is_read(virtual: VirtualPn532, listener: Listener) -> None:
    with pytest.raises(ValueError, match="expected at least 16"):
        Pn532Reader("card", virtual.path, listener, key=b"short")


@pytest.mark.parametrize("number", ["123456", "0102030405", "zz112233"])
def test_the_virtual_reader_refuses_cards_that_cannot_be(virtual: VirtualPn532, number: str) -> None:
    with pytest.raises(ValueError, match=r"expected 4, 7 or 10|non-hexadecimal"):
        virtual.tap(number)
