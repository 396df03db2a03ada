"""The driver of readers that type. No kernel here can make an input device, so evdev's class of them is a fake that
answers its ioctls by hand; the events are real bytes through a pty, and evdev itself reads them."""

from __future__ import annotations

import errno
import os
import sys
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from device_fakes import QUICK, Listener
from hid_fakes import ENTER, KEYPAD, Fakes, FakeWedge, Info, input_device, stroke, strokes
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.events import CardRemoved, CardSeen, DeviceDown, DeviceUp
from hardware.health import Health, worst
from hardware.ports import CardReader
from hardware.readers.cards import card_hash
from hardware.readers.hid import HidReader
from hardware.readers.hid_keys import HidParser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_mock import MockerFixture

KEY = b"a key of this box alone"
FIRST, SECOND = "0012345678", "04A1B2C3D4E5F6"

numbers = st.text("0123456789ABCDEF", min_size=8, max_size=20)


def test_lines_of_both_rows_of_digits_are_numbers() -> None:
    parser = HidParser()
    assert parser.feed(strokes(f"{FIRST}\n{SECOND}\n\n")) == [FIRST, SECOND]
    assert parser.feed(strokes("1234567890\n", KEYPAD)) == ["1234567890"]
    assert parser.feed(strokes("^A^1^2^3^4^5^6^7\n")) == ["A1234567"]
    assert (parser.counters.frames, parser.counters.bad_frames, parser.counters.noise_bytes) == (4, 0, 0)


@given(st.lists(numbers, max_size=4), st.integers(1, 50))
def test_lines_cut_anywhere_are_whole_again(lines: list[str], size: int) -> None:
    events = strokes("".join(f"{line}\n" for line in lines))
    parser = HidParser()
    assert [got for at in range(0, len(events), size) for got in parser.feed(events[at : at + size])] == lines


@pytest.mark.parametrize("line", ["1234567", "1" * 21, "12345,678", ",", "123456789012,", "12345678\x00"])
def test_a_line_that_is_no_number_is_none_and_the_next_one_is_read(line: str) -> None:
    codes = dict(zip(set(line), range(100, 120), strict=False)) if "\x00" in line else None
    parser = HidParser()
    events = strokes(line[:-1]) + stroke(codes["\x00"]) if codes else strokes(line)
    assert parser.feed(events + stroke(ENTER)) == []
    assert parser.counters.bad_frames == 1
    assert parser.feed(strokes(f"{FIRST}\n")) == [FIRST]


def test_a_line_that_stops_half_way_or_lost_keys_is_no_number() -> None:
    parser = HidParser()
    assert parser.feed(strokes("99")) == []
    parser.idle()
    assert parser.feed(strokes(f"{FIRST}\n")) == [FIRST]
    dropped = (0, 3, 0)
    assert parser.feed([*strokes(FIRST[:4]), dropped, *strokes(f"{FIRST[4:]}\n")]) == []
    assert parser.counters.bad_frames == 2
    parser.idle()
    assert parser.counters.bad_frames == 2


def test_a_key_that_is_held_down_counts_once() -> None:
    parser = HidParser()
    held = [(1, 2, 1), *[(1, 2, 2)] * 30, (1, 2, 0)]
    assert parser.feed(held * 9 + stroke(ENTER)) == ["1" * 9]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([*range(2, 12), 28, 30, 42, 57, 96]), st.integers(0, 2))))
def test_any_keys_are_no_exception_no_false_number_and_no_growth(events: list[tuple[int, int, int]]) -> None:
    parser = HidParser()
    found = []
    for event in events:
        found += parser.feed([event])
        assert len(parser._line) <= 20  # noqa: SLF001 - its promise is about this line
    typed = "".join("_1234567890"[code - 1] if code < 12 else " A"[code == 30] for _, code, _ in events)
    assert all(8 <= len(number) <= 20 for number in found)
    assert all(set(number) <= set(typed) for number in found)
    assert parser.counters.frames == len(found)


@pytest.fixture
def fakes(mocker: MockerFixture) -> Iterator[Fakes]:
    pytest.importorskip("evdev", reason="evdev is not installed: make test does it")
    mocker.patch("evdev.InputDevice", input_device())
    mocker.patch("evdev.list_devices", side_effect=lambda: list(FakeWedge.there))
    plugged = Fakes()
    yield plugged
    for wedge in plugged.made:
        wedge.close()


class Make(Protocol):
    def __call__(self, port: str, **options: Any) -> HidReader: ...  # noqa: ANN401 - options of many types


@pytest.fixture
def make(listener: Listener) -> Iterator[Make]:
    made: list[HidReader] = []

    def build(port: str, **options: Any) -> HidReader:  # noqa: ANN401 - options of many types
        given_: dict[str, Any] = {"key": KEY, "backoff": QUICK, "removal_s": 0.05, "holdoff_s": 0.0}
        reader = HidReader("card", port, listener, **(given_ | options))
        made.append(reader)
        reader.start()
        return reader

    yield build
    for reader in made:
        reader.stop()


def test_a_tap_is_seen_and_only_its_hash_leaves(fakes: Fakes, make: Make, listener: Listener) -> None:
    wedge, lines = fakes.plug(), []
    reader = make("usb:ffff:0035", trace=lines.append)
    assert isinstance(reader, CardReader)
    listener.wait(DeviceUp)
    assert wedge.grabbed
    assert worst(reader.health()) is Health.UNKNOWN
    wedge.type(f"{FIRST}\n")
    assert listener.wait(CardSeen) == CardSeen("card", card_hash(KEY, FIRST))
    assert listener.wait(CardRemoved) == CardRemoved("card", card_hash(KEY, FIRST))
    wedge.type(f"{SECOND}\n")
    assert listener.wait(CardSeen, 2).card_hash == card_hash(KEY, SECOND)
    assert worst(reader.health()) is Health.OK
    assert lines
    assert FIRST not in repr(listener.events) + "".join(lines) + repr(reader.health())
    reader.stop()
    assert not wedge.grabbed


def test_half_a_number_times_out(fakes: Fakes, make: Make, listener: Listener) -> None:
    wedge = fakes.plug()
    reader = make(wedge.path, gap_s=0.02)
    listener.wait(DeviceUp)
    wedge.type("99999999")
    waited = Event()
    while not reader.counters()["bad_frames"]:
        waited.wait(0.01)
    wedge.type(f"{FIRST}\n")
    listener.wait(CardSeen)
    assert [event.card_hash for event in listener.all(CardSeen)] == [card_hash(KEY, FIRST)]


def test_it_comes_back_after_the_plug_was_pulled_in_the_middle_of_a_line(
    fakes: Fakes, make: Make, listener: Listener
) -> None:
    wedge = fakes.plug()
    make(wedge.path)
    listener.wait(DeviceUp)
    wedge.type("9999")
    wedge.port.unplug()
    assert "went away" in listener.wait(DeviceDown).sentence
    wedge.port.replug()
    listener.wait(DeviceUp, 2)
    wedge.type(f"{FIRST}\n")
    listener.wait(CardSeen)
    assert [event.card_hash for event in listener.all(CardSeen)] == [card_hash(KEY, FIRST)]


def test_of_two_devices_of_one_reader_the_one_that_types_is_taken(fakes: Fakes, make: Make, listener: Listener) -> None:
    fakes.plug(keys=(113, 114))
    typing = fakes.plug()
    make("usb:FFFF:0035")
    listener.wait(DeviceUp)
    assert typing.grabbed


def test_two_readers_of_one_name_are_named_by_their_paths(fakes: Fakes, make: Make, listener: Listener) -> None:
    paths = sorted(fakes.plug().path for _ in range(2))
    make("usb:ffff:0035")
    down = listener.wait(DeviceDown)
    assert down.sentence == f"usb:ffff:0035: 2 devices have this name ({paths[0]}, {paths[1]})"
    assert "/dev/input/by-id" in down.cure


def test_what_another_program_has_taken_is_busy(fakes: Fakes, make: Make, listener: Listener) -> None:
    wedge = fakes.plug()
    wedge.grabbed = True
    make(wedge.path)
    assert "what is typed there goes to" in listener.wait(DeviceDown).sentence


@pytest.mark.parametrize(
    ("port", "sentence"),
    [
        ("usb:1234:5678", "no such device that types is plugged in, or this user may not open it"),
        ("/dev/input/by-id/usb-none-event-kbd", "there is no such device"),
        ("/dev/null", "cannot be opened as a device that types"),
        ("keyboard", "no name of a device that types: expected /dev/input/by-id/"),
    ],
)
def test_a_device_that_cannot_be_opened_is_one_sentence(
    fakes: Fakes, make: Make, listener: Listener, port: str, sentence: str
) -> None:
    fakes.plug(info=Info(vendor=0x1234, product=0x0001))
    make(port)
    down = listener.wait(DeviceDown)
    assert down.sentence.startswith(f"{port}: {sentence}")
    assert down.permanent is (port == "keyboard")


def test_a_user_who_may_not_is_told_which_group_to_join(
    fakes: Fakes, make: Make, listener: Listener, mocker: MockerFixture
) -> None:
    mocker.patch("evdev.InputDevice", side_effect=PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    make("/dev/null")
    down = listener.wait(DeviceDown)
    assert "this user may not read what is typed there" in down.sentence
    assert "usermod -aG" in down.cure


def test_without_the_extra_one_sentence_says_so_and_it_is_not_tried_again(
    make: Make, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "evdev", None)
    make("usb:ffff:0035")
    down = listener.wait(DeviceDown)
    assert down.sentence == "usb:ffff:0035: devices that type need the extra 'hid', and it is not installed here"
    assert "pip install 'one-touch-taxi[hid]'" in down.cure
    assert down.permanent
