from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hardware.readers.pn532 import card_number
from hardware.readers.pn532_frames import ACK, LONGEST, NACK, Frame, Kind, Pn532Parser, frame

FIRMWARE = bytes.fromhex("d50332010607")
CARD = bytes.fromhex("04a1b2c3d4e5f6")
NAMES_A_CARD = bytes.fromhex("d54b0101004400" + "07") + CARD
TRANSIT = bytes.fromhex("d54b010100082004a1b2c3d40578807002")

bodies = st.binary(min_size=1, max_size=LONGEST).filter(lambda body: body != b"\x7f")


def data(found: list[Frame]) -> list[bytes]:
    return [got.body for got in found if got.kind is Kind.DATA]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        ("0000ff02fed4022a00", Frame(Kind.DATA, bytes.fromhex("d402"))),
        ("0000ff06fad50332010607e800", Frame(Kind.DATA, FIRMWARE)),
        ("0000ffffff0006fad50332010607e800", Frame(Kind.DATA, FIRMWARE)),
        ("0000ff00ff00", Frame(Kind.ACK)),
        ("0000ffff0000", Frame(Kind.NACK)),
        ("0000ff01ff7f8100", Frame(Kind.ERROR)),
    ],
)
def test_the_frames_of_the_manual(wire: str, expected: Frame) -> None:
    parser = Pn532Parser()
    assert parser.feed(bytes.fromhex(wire)) == [expected]
    assert (parser.counters.bad_frames, parser.counters.noise_bytes) == (0, 0)


def test_what_is_written_is_what_the_manual_says() -> None:
    assert frame(FIRMWARE).hex() == "0000ff06fad50332010607e800"
    assert frame(FIRMWARE, extended=True).hex() == "0000ffffff0006fad50332010607e800"
    assert frame(bytes(255))[:5].hex() == "0000ffff01"
    assert frame(bytes(256))[:8].hex() == "0000ffffff0100ff"
    for size in (0, LONGEST + 1):
        with pytest.raises(ValueError, match=f"{size} bytes in it: expected 1 to 265"):
            frame(bytes(size))


@given(st.lists(st.tuples(bodies, st.booleans()), max_size=5), st.integers(1, 400))
def test_frames_cut_anywhere_are_whole_again(sent: list[tuple[bytes, bool]], size: int) -> None:
    wire = b"".join(frame(body, extended=extended) for body, extended in sent)
    parser = Pn532Parser()
    found = [got for at in range(0, len(wire), size) for got in parser.feed(wire[at : at + size])]
    assert found == [Frame(Kind.DATA, body) for body, _ in sent]
    assert (parser.counters.bad_frames, parser.counters.noise_bytes) == (0, 0)


@pytest.mark.parametrize("extended", [False, True])
def test_a_frame_split_at_every_byte_with_noise_around(extended: bool) -> None:
    wire = frame(NAMES_A_CARD, extended=extended)
    for at in range(len(wire) + 1):
        parser = Pn532Parser()
        found = parser.feed(b"\x55\x55\xff" + wire[:at]) + parser.feed(wire[at:] + b"99\x00") + parser.idle()
        assert found == [Frame(Kind.DATA, NAMES_A_CARD)]
        assert (parser.counters.bad_frames, parser.counters.noise_bytes) == (0, 5)


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("answer", [NAMES_A_CARD, TRANSIT])
def test_one_flipped_bit_is_never_another_card_and_the_next_frame_is_read(answer: bytes, extended: bool) -> None:
    wire = frame(answer, extended=extended)
    filling = range(8)
    for bit in range(len(wire) * 8):
        broken = bytearray(wire)
        broken[bit // 8] ^= 0x80 >> bit % 8
        parser = Pn532Parser()
        assert data(parser.feed(bytes(broken)) + parser.idle()) == ([answer] if bit in filling else [])
        assert data(parser.feed(frame(FIRMWARE))) == [FIRMWARE]
        if bit not in filling and bit // 8 > 2:
            assert parser.counters.bad_frames or parser.counters.noise_bytes


def test_a_lost_byte_costs_one_frame() -> None:
    zeros = bytes.fromhex("d54b01010004080400123456")
    for answer in (NAMES_A_CARD, TRANSIT, zeros):
        wire = frame(answer)
        for lost in range(2, len(wire)):
            parser = Pn532Parser()
            assert parser.feed(wire[:lost] + wire[lost + 1 :]) + parser.idle() == [], lost
            assert parser.feed(frame(FIRMWARE)) == [Frame(Kind.DATA, FIRMWARE)]


def test_a_doubled_byte_costs_one_frame() -> None:
    wire = frame(NAMES_A_CARD)
    for twice in range(4, len(wire)):
        parser = Pn532Parser()
        assert parser.feed(wire[:twice] + wire[twice - 1 :]) + parser.idle() == [], twice
        assert parser.feed(frame(FIRMWARE)) == [Frame(Kind.DATA, FIRMWARE)]


def test_what_claims_to_be_long_hides_a_frame_only_until_the_line_is_silent() -> None:
    parser = Pn532Parser()
    assert parser.feed(b"\x00\xff\x80\x80" + frame(FIRMWARE)) == []
    assert parser.idle() == [Frame(Kind.DATA, FIRMWARE)]
    assert parser.idle() == []
    assert parser.counters.bad_frames == 1


def test_a_longer_frame_than_there_is_is_not_waited_for() -> None:
    parser = Pn532Parser()
    assert parser.feed(bytes.fromhex("00ffffff010af5")) == []
    assert parser.feed(frame(FIRMWARE)) == [Frame(Kind.DATA, FIRMWARE)]


@settings(max_examples=300)
@example([b"\x00", b"\xff", b"\x00\xff\xff\xff\x01\x08\xf7"])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=80),
            st.sampled_from(
                [b"\x00\xff", ACK, NACK, b"\x00\xff\xff\xff\x01\x08\xf7", b"\x00\xff\xfe\x02", b"\x00" * 9]
            ),
            bodies.map(frame),
            bodies.map(lambda body: frame(body)[:-3]),
        )
    )
)
def test_garbage_is_no_exception_no_false_frame_and_no_growth(pieces: list[bytes]) -> None:
    parser = Pn532Parser()
    found: list[Frame] = []
    for piece in pieces:
        found += parser.feed(piece)
        assert len(parser._held) <= 273  # noqa: SLF001 - its promise is about this buffer
    found += parser.idle()
    wire = b"".join(pieces)
    assert all(body + bytes([-sum(body) & 0xFF, 0]) in wire for body in data(found))
    assert parser.counters.frames == sum(got.kind in {Kind.DATA, Kind.ERROR} for got in found)
    assert parser.counters.noise_bytes + 2 * parser.counters.bad_frames <= len(wire)


def test_the_number_in_an_answer() -> None:
    assert card_number(NAMES_A_CARD[2:]) == CARD
    assert card_number(TRANSIT[2:]) == bytes.fromhex("a1b2c3d4")
    four = bytes.fromhex("01010004080412345678")
    assert card_number(four) == bytes.fromhex("12345678")
    ten = bytes.fromhex("0101008408" + "0a" + "0102030405060708090a")
    assert card_number(ten) == bytes(range(1, 11))


@pytest.mark.parametrize(
    "found",
    [
        "",
        "00",
        "0101000408",
        "010100040804123456",  # a byte is missing
        "0101000408041234567899",  # one too many
        "01010004080512345678ab",  # no such size
        "010100040800",
        "02010004080412345678",  # it speaks of two
        "01010004080400000000",
        "010100040804ffffffff",
        "01010004080488123456",  # the first part of a longer number
        "0101000820041234567806788070",  # its answer to select is cut off
    ],
)
def test_what_holds_no_number(found: str) -> None:
    assert card_number(bytes.fromhex(found)) is None


@given(st.binary(max_size=40))
def test_any_answer_gives_a_number_that_stands_in_it_or_none(found: bytes) -> None:
    number = card_number(found)
    assert number is None or (len(number) in {4, 7, 10} and number in found)
