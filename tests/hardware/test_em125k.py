from __future__ import annotations

import logging
import random
import threading
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from device_fakes import QUICK, Listener
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.events import CardRemoved, CardSeen, DeviceDown, DeviceUp
from hardware.health import Health, worst
from hardware.ports import CardReader
from hardware.readers.cards import Presence, card_hash
from hardware.readers.em125k import Em125kReader
from hardware.readers.em125k_frames import Em125kParser, checksum
from hardware.virtual.reader import Style, VirtualReader, frame

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = b"a key of this box alone"
FIRST, SECOND = "62E3086CED", "5100A6F0C0"

numbers = st.binary(min_size=5, max_size=5).map(lambda raw: raw.hex().upper())
numbers = numbers.filter(lambda number: number not in ("0000000000", "FFFFFFFFFF"))
wrapped = st.sampled_from([Style.RDM6300, Style.ID12])


@pytest.mark.parametrize(("number", "digits"), [(FIRST, "08"), (SECOND, "C7")])
def test_the_sums_of_real_cards(number: str, digits: str) -> None:
    assert checksum(number) == digits
    assert Em125kParser().feed(b"\x02" + (number + digits).encode() + b"\x03") == [number]
    assert Em125kParser().feed(b"\x02" + (number + digits).encode() + b"\r\n\x03") == [number]


@given(st.lists(st.tuples(numbers, wrapped), max_size=5), st.integers(1, 40))
def test_frames_cut_anywhere_are_whole_again(cards: list[tuple[str, Style]], size: int) -> None:
    data = b"".join(frame(number, style) for number, style in cards)
    parser = Em125kParser()
    found = [number for at in range(0, len(data), size) for number in parser.feed(data[at : at + size])]
    assert found == [number for number, _ in cards]
    assert parser.counters.bad_frames == parser.counters.noise_bytes == 0


@pytest.mark.parametrize("style", [Style.RDM6300, Style.ID12])
def test_a_frame_split_at_every_byte_with_noise_around(style: Style) -> None:
    data = frame(FIRST, style)
    for at in range(len(data) + 1):
        parser = Em125kParser()
        assert parser.feed(b"\xff0123" + data[:at]) + parser.feed(data[at:] + b"99\x00") == [FIRST]
        assert parser.counters.noise_bytes == 8


@given(numbers, wrapped, st.integers(0, 127))
def test_one_flipped_bit_is_never_a_card_and_the_next_frame_is_read(number: str, style: Style, bit: int) -> None:
    data = bytearray(frame(number, style))
    bit %= len(data) * 8
    data[bit // 8] ^= 1 << bit % 8
    parser = Em125kParser()
    assert parser.feed(bytes(data)) == []
    assert parser.feed(frame(number, style)) == [number]


@given(numbers, st.integers(0, 95))
def test_one_flipped_bit_is_never_a_card_when_bare(number: str, bit: int) -> None:
    data = bytearray(frame(number, Style.EM18_BARE))
    data[bit // 8] ^= 1 << bit % 8
    parser = Em125kParser(bare=True)
    assert parser.feed(bytes(data)) + parser.idle() == []
    assert parser.feed(bytes(frame(number, Style.EM18_BARE))) + parser.idle() == [number]


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([b"\x02", b"\x03", b"A" * 12, b"\r\n", b"62E3086CED08"]))
    ),
    st.booleans(),
)
def test_garbage_is_no_exception_no_card_and_no_growth(pieces: list[bytes], bare: bool) -> None:
    parser = Em125kParser(bare=bare)
    found: list[str] = []
    for piece in pieces:
        found += parser.feed(piece)
        assert len(parser._held) <= 120  # noqa: SLF001 - its promise is about this buffer
    found += parser.idle()
    data = b"".join(pieces)
    assert all(number.encode() in data for number in found)
    assert parser.counters.frames == len(found)
    counted = parser.counters
    assert counted.noise_bytes <= len(data)
    assert counted.bad_frames <= len(data)


def test_a_long_stream_of_noise_holds_nothing_and_hides_no_card() -> None:
    noise = random.Random(7).randbytes(200_000)  # noqa: S311 - noise
    parser = Em125kParser()
    assert parser.feed(noise) == []
    parser.idle()
    assert parser.feed(frame(FIRST)) == [FIRST]
    assert parser.counters.noise_bytes > 100_000


def test_a_frame_that_stops_half_way_is_dropped_and_spoils_nothing() -> None:
    parser = Em125kParser()
    assert parser.feed(frame(FIRST)[:7]) == []
    assert parser.idle() == []
    assert parser.feed(frame(FIRST)[7:]) == []
    assert parser.feed(frame(FIRST)[:7] + frame(SECOND)) == [SECOND]
    assert parser.counters.bad_frames == 2


@pytest.mark.parametrize("senseless", ["0000000000", "FFFFFFFFFF"])
def test_what_a_broken_coil_says_is_no_card(senseless: str) -> None:
    parser = Em125kParser(bare=True)
    assert parser.feed(frame(senseless)) == []
    assert parser.feed(frame(senseless, Style.EM18_BARE)) + parser.idle() == []
    assert parser.counters.bad_frames == 2


def test_bare_numbers_count_only_between_gaps() -> None:
    bare = frame(FIRST, Style.EM18_BARE)
    assert Em125kParser().feed(bare) == []
    parser = Em125kParser(bare=True)
    assert parser.feed(bare[:5]) + parser.feed(bare[5:]) == []
    assert parser.idle() == [FIRST]
    assert parser.feed(bare + b"\r\n") == [FIRST]
    assert parser.feed(bare + bare) + parser.idle() == [FIRST, FIRST]
    assert parser.feed(b"7" + bare) + parser.idle() == []
    assert parser.feed(b"x" * 500) + parser.feed(bare) + parser.idle() == []
    assert parser.feed(frame(SECOND)) == [SECOND]


def test_the_hash_needs_a_key_and_tells_nothing_without_it() -> None:
    assert card_hash(KEY, FIRST) == card_hash(KEY, FIRST)
    assert len(card_hash(KEY, FIRST)) == 64
    assert len({card_hash(KEY, FIRST), card_hash(KEY, SECOND), card_hash(KEY + b"!", FIRST)}) == 3
    with pytest.raises(ValueError, match="15 bytes: expected at least 16"):
        card_hash(b"x" * 15, FIRST)


def test_a_card_that_lies_there_is_seen_once() -> None:
    presence = Presence(holdoff_s=1.5, removal_s=0.8)
    assert presence.frame("a", 0.0) == (None, True)
    for tenth in range(1, 100):
        assert presence.frame("a", tenth / 10) == (None, False)
        assert presence.tick(tenth / 10) is None
    assert presence.tick(10.6) is None
    assert presence.tick(10.75) == "a"
    assert presence.tick(10.8) is None


def test_a_trembling_hand_is_one_tap_and_a_new_tap_is_seen() -> None:
    presence = Presence(holdoff_s=1.5, removal_s=0.8)
    presence.frame("a", 0.0)
    assert presence.tick(0.8) == "a"
    assert presence.frame("a", 1.4) == (None, False)
    assert presence.frame("a", 1.6) == (None, True)


def test_another_card_is_seen_at_once_and_removes_the_first() -> None:
    presence = Presence()
    presence.frame("a", 0.0)
    assert presence.frame("b", 0.1) == ("a", True)
    assert presence.frame("a", 0.2) == ("b", True)


@pytest.fixture
def virtual() -> Iterator[VirtualReader]:
    reader = VirtualReader()
    yield reader
    reader.close()


class Make(Protocol):
    def __call__(self, **options: Any) -> Em125kReader: ...  # noqa: ANN401 - options of many types


@pytest.fixture
def make(virtual: VirtualReader, listener: Listener) -> Iterator[Make]:
    made: list[Em125kReader] = []

    def build(**options: Any) -> Em125kReader:  # noqa: ANN401 - options of many types
        settings: dict[str, Any] = {"key": KEY, "backoff": QUICK, "removal_s": 0.1, "holdoff_s": 0.0} | options
        reader = Em125kReader("card", virtual.path, listener, **settings)
        made.append(reader)
        reader.start()
        listener.wait(DeviceUp)
        return reader

    yield build
    for reader in made:
        reader.stop()


def test_a_tap_is_seen_and_removed_and_only_its_hash_leaves(
    make: Make, virtual: VirtualReader, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[str] = []
    with caplog.at_level(logging.DEBUG):
        reader = make(trace=lines.append)
        assert worst(reader.health()) is Health.UNKNOWN
        virtual.tap(FIRST, times=3)
        assert listener.wait(CardSeen) == CardSeen("card", card_hash(KEY, FIRST))
        assert listener.wait(CardRemoved) == CardRemoved("card", card_hash(KEY, FIRST))
        virtual.tap(SECOND, split=True)
        assert listener.wait(CardSeen, 2).card_hash == card_hash(KEY, SECOND)
    assert len(listener.all(CardSeen)) == 2
    assert reader.counters() == {"frames": 4, "bad_frames": 0, "noise_bytes": 0}
    assert worst(reader.health()) is Health.OK
    assert isinstance(reader, CardReader)
    said = caplog.text + repr(listener.events) + "".join(lines)
    assert FIRST not in said
    assert FIRST.encode().hex(" ") not in said


def test_flipped_bits_and_noise_are_counted_and_reported(
    make: Make, virtual: VirtualReader, listener: Listener
) -> None:
    reader = make()
    for bit in range(8, 8 + 25):
        virtual.tap(FIRST, flip_bit=bit)
    virtual.noise(b"\xfe" * 10)
    virtual.tap(SECOND)
    listener.wait(CardSeen)
    assert [event.card_hash for event in listener.all(CardSeen)] == [card_hash(KEY, SECOND)]
    assert reader.counters()["frames"] == 1
    assert reader.counters()["bad_frames"] >= 20
    assert reader.counters()["noise_bytes"] >= 10
    assert worst(reader.health()) is Health.OK


def test_broken_frames_alone_are_a_warning(make: Make, virtual: VirtualReader, listener: Listener) -> None:
    reader = make(removal_s=0.01)
    for _ in range(25):
        virtual.tap(FIRST, flip_bit=8)
    virtual.port.send(b"\x02")
    waited = threading.Event()
    for _ in range(2000):
        if reader.counters()["bad_frames"] >= 26:
            break
        waited.wait(0.01)
    assert worst(reader.health()) is Health.WARN
    assert listener.all(CardSeen) == []
    virtual.tap(SECOND)
    listener.wait(CardSeen)
    assert worst(reader.health()) is Health.OK


def test_a_reader_comes_back_after_the_plug_was_pulled_in_the_middle_of_a_frame(
    make: Make, virtual: VirtualReader, listener: Listener
) -> None:
    make()
    virtual.noise(frame(FIRST)[:6])
    virtual.unplug()
    assert "went away" in listener.wait(DeviceDown, such=lambda event: "went" in event.sentence).sentence
    virtual.replug()
    listener.wait(DeviceUp, 2)
    virtual.noise(frame(FIRST)[6:])
    virtual.tap(SECOND)
    listener.wait(CardSeen)
    assert [event.card_hash for event in listener.all(CardSeen)] == [card_hash(KEY, SECOND)]


def test_bare_frames_need_the_option(virtual: VirtualReader, make: Make, listener: Listener) -> None:
    make(bare=True)
    virtual.noise(frame(FIRST, Style.EM18_BARE))
    assert listener.wait(CardSeen).card_hash == card_hash(KEY, FIRST)


def test_a_short_key_is_refused_before_anything_is_read(virtual: VirtualReader, listener: Listener) -> None:
    with pytest.raises(ValueError, match="expected at least 16"):
        Em125kReader("card", virtual.path, listener, key=b"short")


@pytest.mark.parametrize(("number", "bit"), [("123", None), ("zz00000000", None), (FIRST, 500)])
def test_the_virtual_reader_refuses_what_no_reader_could_say(
    virtual: VirtualReader, number: str, bit: int | None
) -> None:
    with pytest.raises(ValueError, match=r"expected 10 hex digits|no such bit|non-hexadecimal"):
        virtual.tap(number, flip_bit=bit)
