from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest
from device_fakes import QUICK, Listener
from hypothesis import given
from hypothesis import strategies as st

from hardware.events import DeviceDown, DeviceUp, Key, KeyPressed
from hardware.health import Health, worst
from hardware.inputs.byte_keys import ByteKeys
from hardware.inputs.key_bytes import LONGEST, KeyBytesParser
from hardware.inputs.signals import Meaning, meanings
from hardware.virtual.keys import VirtualKeys

if TYPE_CHECKING:
    from collections.abc import Iterator

PAD = {Key.NEXT: "4e", Key.BACK: "42", Key.OK: "4B"}
KNOWN = meanings(PAD)
BOTH = {Key.BIG: "50/72"}

bursts = st.lists(st.lists(st.sampled_from(sorted(KNOWN)), min_size=1, max_size=LONGEST - 1), max_size=5)


def said(parser: KeyBytesParser, data: bytes) -> list[Meaning]:
    return parser.feed(data) + parser.idle()


@given(bursts, st.integers(1, 5))
def test_what_is_said_between_gaps_is_heard_however_it_is_cut(keys: list[list[int]], size: int) -> None:
    parser = KeyBytesParser(KNOWN)
    for burst in keys:
        pieces = [bytes(burst)[at : at + size] for at in range(0, len(burst), size)]
        found = [one for piece in pieces for one in parser.feed(piece)] + parser.idle()
        assert found == [KNOWN[byte] for byte in burst]
    assert parser.counters.frames == len(keys)
    assert parser.counters.bad_frames == parser.counters.noise_bytes == 0


@given(st.sampled_from(sorted(KNOWN)), st.integers(0, 7))
def test_one_flipped_bit_is_never_another_key(byte: int, bit: int) -> None:
    parser = KeyBytesParser(KNOWN)
    assert said(parser, bytes([byte ^ 1 << bit])) == []
    assert said(parser, bytes([byte])) == [KNOWN[byte]]


@given(st.binary(min_size=1, max_size=30), st.binary(max_size=30), st.sampled_from(sorted(KNOWN)))
def test_noise_right_before_or_after_spoils_the_press_and_a_gap_heals_it(before: bytes, after: bytes, key: int) -> None:
    parser = KeyBytesParser(KNOWN)
    noise = bytes(byte for byte in before if byte not in KNOWN) or b"\xff"
    assert said(parser, noise + bytes([key]) + after) == []
    assert said(parser, bytes([key])) == [KNOWN[key]]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_garbage_is_no_exception_and_no_growth(pieces: list[bytes]) -> None:
    parser = KeyBytesParser(KNOWN)
    for piece in pieces:
        parser.feed(piece)
        assert len(parser._held) <= LONGEST  # noqa: SLF001 - its promise is about this buffer
    parser.idle()
    assert parser.counters.noise_bytes <= sum(map(len, pieces))


def test_a_key_that_repeats_without_a_pause_is_heard_before_it_ends() -> None:
    parser = KeyBytesParser(KNOWN)
    assert parser.feed(b"N" * 7) == []
    assert set(parser.feed(b"N" * 50)) == {Meaning(Key.NEXT, down=True)}
    assert parser.feed(b"\xff" * 50 + b"N") + parser.idle() == []


@pytest.mark.parametrize(
    ("signals", "sentence"),
    [
        ({Key.BIG: "cts"}, "'cts' is no byte: expected what it sends in hex"),
        ({Key.BIG: "4"}, "'4' is no byte"),
        ({Key.BIG: "00"}, "00: a broken line says this by itself"),
        ({Key.BIG: "42/ff"}, "ff: a broken line says this by itself"),
        ({Key.NEXT: "6e", Key.OK: "6f"}, "6E and 6F are one bit apart"),
        ({Key.NEXT: "31", Key.OK: "31"}, "31 and 31 are one bit apart"),
        ({Key.BIG: "42/62"}, "42 and 62 are one bit apart"),
    ],
)
def test_a_signal_that_cannot_be_told_apart_is_one_sentence(signals: dict[Key, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        meanings(signals)


@pytest.fixture
def virtual() -> Iterator[VirtualKeys]:
    keys = VirtualKeys()
    yield keys
    keys.close()


class Make(Protocol):
    def __call__(self, signals: dict[Key, str], **options: Any) -> ByteKeys: ...  # noqa: ANN401 - of many types


@pytest.fixture
def make(virtual: VirtualKeys, listener: Listener) -> Iterator[Make]:
    made: list[ByteKeys] = []

    def build(signals: dict[Key, str], **options: Any) -> ByteKeys:  # noqa: ANN401 - of many types
        keys = ByteKeys("keypad", virtual.path, listener, signals=signals, backoff=QUICK, **options)
        made.append(keys)
        keys.start()
        listener.wait(DeviceUp)
        return keys

    yield build
    for keys in made:
        keys.stop()


def pressed(listener: Listener) -> list[Key]:
    return [event.key for event in listener.all(KeyPressed)]


def test_keys_behind_a_controller_are_told_apart_and_a_bounce_is_one_press(
    make: Make, virtual: VirtualKeys, listener: Listener
) -> None:
    keys = make(PAD)
    assert worst(keys.health()) is Health.UNKNOWN
    for count, (key, byte) in enumerate(((Key.NEXT, b"N"), (Key.OK, b"K"), (Key.BACK, b"B")), start=1):
        virtual.press(byte, times=3)
        assert listener.wait(KeyPressed, count) == KeyPressed("keypad", key)
    assert worst(keys.health()) is Health.OK
    assert keys.counters()["presses"] == 3


def test_a_key_that_says_when_it_goes_up_can_be_pressed_again_soon(
    make: Make, virtual: VirtualKeys, listener: Listener
) -> None:
    now = [100.0]
    keys = make(BOTH, clock=lambda: now[0])
    for count in (1, 2):
        virtual.click(b"P", b"r", seconds=0.1)
        while keys.counters()["frames"] < 2 * count:
            keys.pause(0.01)
        now[0] += 0.3
    assert pressed(listener) == [Key.BIG, Key.BIG]


def test_a_key_that_hangs_is_one_press_and_a_warning(make: Make, virtual: VirtualKeys, listener: Listener) -> None:
    keys = make(PAD, stuck_s=0.5)
    virtual.hangs(b"N", times=25)
    assert keys.health()[-1].health is Health.WARN
    assert "next" in keys.health()[-1].sentence
    assert pressed(listener) == [Key.NEXT]
    while keys.health()[-1].health is Health.WARN:
        keys.pause(0.02)
    virtual.press(b"N")
    listener.wait(KeyPressed, 2)


def test_noise_is_counted_and_is_no_press_and_half_a_press_is_none_after_an_unplug(
    make: Make, virtual: VirtualKeys, listener: Listener
) -> None:
    keys = make(PAD)
    virtual.noise(b"\xfeN\x01K")
    while not keys.counters()["bad_frames"]:
        keys.pause(0.01)
    virtual.press(b"N")
    virtual.unplug()
    listener.wait(DeviceDown)
    virtual.replug()
    listener.wait(DeviceUp, 2)
    virtual.press(b"K")
    listener.wait(KeyPressed, such=lambda event: event.key is Key.OK)
    assert set(pressed(listener)) <= {Key.NEXT, Key.OK}
    assert keys.counters()["noise_bytes"] >= 4
