from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from device_fakes import QUICK, Listener

from hardware.events import CardRemoved, CardSeen, DeviceDown, DeviceUp
from hardware.health import Health, worst
from hardware.ports import CardReader
from hardware.readers.cards import card_hash
from hardware.readers.resident_id import ResidentIdReader
from hardware.readers.resident_id_frames import frame
from hardware.virtual.resident_id import VirtualResidentId, card_text, number_of_nobody

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = b"a key of this box alone"
FIRST, SECOND = number_of_nobody(1), number_of_nobody(2)


@pytest.fixture
def virtual() -> Iterator[VirtualResidentId]:
    reader = VirtualResidentId()
    yield reader
    reader.close()


@pytest.fixture
def trace() -> list[str]:
    return []


@pytest.fixture
def reader(virtual: VirtualResidentId, listener: Listener, trace: list[str]) -> Iterator[ResidentIdReader]:
    made = ResidentIdReader(
        "card",
        virtual.path,
        listener,
        key=KEY,
        backoff=QUICK,
        removal_s=0.1,
        holdoff_s=0.0,
        poll_s=0.01,
        trace=trace.append,
    )
    made.start()
    yield made
    made.stop()


def test_a_card_is_seen_once_and_only_the_hash_of_its_number_leaves(
    reader: ResidentIdReader,
    virtual: VirtualResidentId,
    listener: Listener,
    trace: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        listener.wait(DeviceUp)
        virtual.tap(FIRST)
        assert listener.wait(CardSeen) == CardSeen("card", card_hash(KEY, FIRST))
        assert listener.wait(CardRemoved) == CardRemoved("card", card_hash(KEY, FIRST))
        virtual.split()
        virtual.tap("ZZZ999900000000", foreigner=True)
        assert listener.wait(CardSeen, 2).card_hash == card_hash(KEY, "ZZZ999900000000")
    assert len(listener.all(CardSeen)) == virtual.reads == 2
    assert isinstance(reader, CardReader)
    assert worst(reader.health()) is Health.OK
    assert "> aa aa aa 96 69 00 03 30 01 32" in trace
    assert "< 90 … 1288 bytes" in trace
    said = caplog.text + repr(listener.events) + "".join(trace)
    for secret in (FIRST, "无名氏", "19000101", FIRST[:6].encode("utf-16-le").hex(" "), "31 00 39 00"):
        assert secret not in said


def test_a_card_that_cannot_be_read_is_counted_and_the_next_one_is_seen(
    reader: ResidentIdReader, virtual: VirtualResidentId, listener: Listener
) -> None:
    listener.wait(DeviceUp)
    virtual.unreadable()
    virtual.tap(FIRST)
    while not reader.counters()["unread_cards"]:
        reader.pause(0.01)
    virtual.unreadable(on=False)
    virtual.tap(SECOND)
    assert listener.wait(CardSeen).card_hash == card_hash(KEY, SECOND)
    assert len(listener.all(CardSeen)) == 1


def test_a_wrong_sum_is_no_card_and_neither_is_noise(
    virtual: VirtualResidentId, reader: ResidentIdReader, listener: Listener
) -> None:
    listener.wait(DeviceUp)
    virtual.noise(b"\xaa\xaa\x96\x69\x00\xff")
    virtual.wrong_sum()
    virtual.tap(FIRST)
    while not reader.counters()["bad_frames"]:
        reader.pause(0.01)
    virtual.wrong_sum(on=False)
    virtual.tap(SECOND)
    assert listener.wait(CardSeen).card_hash == card_hash(KEY, SECOND)
    assert len(listener.all(CardSeen)) == 1
    assert reader.counters()["noise_bytes"] >= 6


def test_a_module_that_fails_its_test_is_said_in_one_sentence_and_taken_up_when_it_is_well(
    virtual: VirtualResidentId, listener: Listener, reader: ResidentIdReader
) -> None:
    listener.wait(DeviceUp)
    virtual.module_fails()
    down = listener.wait(DeviceDown)
    assert "security module does not work (state 60)" in down.sentence
    assert not down.permanent
    virtual.module_fails(b"\x90")
    listener.wait(DeviceUp, 2)
    virtual.tap(FIRST)
    listener.wait(CardSeen)
    assert worst(reader.health()) is Health.OK


def test_pulling_the_plug_in_the_middle_and_a_mute_reader_are_survived(
    virtual: VirtualResidentId, listener: Listener, reader: ResidentIdReader
) -> None:
    listener.wait(DeviceUp)
    virtual.split()
    virtual.tap(FIRST)
    virtual.unplug()
    listener.wait(DeviceDown, such=lambda event: "went away" in event.sentence)
    virtual.mute()
    virtual.replug()
    listener.wait(DeviceDown, such=lambda event: "does not answer" in event.sentence)
    virtual.mute(on=False)
    listener.wait(DeviceUp, 2)
    virtual.tap(SECOND)
    listener.wait(CardSeen, such=lambda event: event.card_hash == card_hash(KEY, SECOND))
    assert {event.card_hash for event in listener.all(CardSeen)} <= {card_hash(KEY, FIRST), card_hash(KEY, SECOND)}
    assert reader.counters()["frames"]


def test_what_comes_unasked_or_too_late_is_no_answer_to_the_next_question(
    virtual: VirtualResidentId, listener: Listener, reader: ResidentIdReader
) -> None:
    listener.wait(DeviceUp)
    late = frame(bytes.fromhex("00009001000400") + card_text(SECOND) + bytes(1024))
    virtual.port.send(late + late[:9])
    while not reader.counters()["bad_frames"]:
        reader.pause(0.01)
    virtual.tap(FIRST)
    assert listener.wait(CardSeen).card_hash == card_hash(KEY, FIRST)
    assert listener.all(DeviceDown) == []
