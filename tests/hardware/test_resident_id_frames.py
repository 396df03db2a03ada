from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.readers.resident_id_frames import (
    CARD_BODY,
    FIND,
    READ,
    SELECT,
    Answer,
    ResidentIdParser,
    check_digit,
    frame,
)
from hardware.virtual.resident_id import card_text, number_of_nobody

NUMBER = number_of_nobody(7)
PHOTO = bytes(random.Random(1).randbytes(1024))  # noqa: S311 - a picture of nobody


def card(number: str = NUMBER, **what: str) -> bytes:
    return frame(bytes.fromhex("00009001000400") + card_text(number, **what) + PHOTO)


@pytest.mark.parametrize(
    ("command", "whole"),
    [
        (FIND, "AAAAAA96690003200122"),
        (SELECT, "AAAAAA96690003200221"),
        (READ, "AAAAAA96690003300132"),
    ],
)
def test_commands_are_those_of_the_manual(command: bytes, whole: str) -> None:
    assert frame(command) == bytes.fromhex(whole)


@pytest.mark.parametrize(
    ("whole", "answer"),
    [
        ("AAAAAA9669000800009F0000000097", Answer(0x9F, 8)),
        ("AAAAAA9669000C00009000000000000000009C", Answer(0x90, 12)),
        ("AAAAAA96690004000080" + "84", Answer(0x80, 4)),
    ],
)
def test_answers_of_the_manual(whole: str, answer: Answer) -> None:
    assert ResidentIdParser().feed(bytes.fromhex(whole)) == [answer]


def test_a_card_is_1295_bytes_and_only_its_number_comes_out() -> None:
    whole = card()
    assert len(whole) == 1295
    (answer,) = ResidentIdParser().feed(whole)
    assert (answer.number, answer.size) == (NUMBER, CARD_BODY)
    assert NUMBER not in repr(answer)


def test_the_check_of_a_number_is_that_of_the_standard() -> None:
    assert check_digit("11010519491231002") == "X"  # the example in GB 11643
    assert ResidentIdParser().feed(card(NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")))[0].number == ""


def test_a_foreigners_card_has_a_number_of_its_own() -> None:
    assert ResidentIdParser().feed(card("ZZZ999900000000", kind="I"))[0].number == "ZZZ999900000000"
    assert ResidentIdParser().feed(card("ZZ9999900000000", kind="I"))[0].number == ""
    assert ResidentIdParser().feed(card("ZZZ999900000000"))[0].number == ""


def test_name_address_and_photograph_are_never_held() -> None:
    whole = card(name="测试姓名")
    parser = ResidentIdParser()
    secrets = [word.encode("utf-16-le") for word in ("测试", "姓名", "街道")] + [PHOTO[:4], PHOTO[-4:]]
    for byte in whole:
        parser.feed(bytes([byte]))
        held = parser._tail + bytes(parser._kept)  # noqa: SLF001 - its promise is about these
        assert len(held) <= 51
        assert not any(secret in held for secret in secrets)
    assert not parser._kept  # noqa: SLF001 - same


def test_an_answer_split_at_every_byte_with_noise_around() -> None:
    for whole, count in ((card(), 40), (frame(b"\0\0\x9f\0\0\0\0"), 1)):
        for at in range(0, len(whole) + 1, count):
            parser = ResidentIdParser()
            noise = b"\xaa\xaa\xaa\xaa"
            found = parser.feed(b"\x00\xff" + noise + whole[:at]) + parser.feed(whole[at:] + b"\xaa\xaa\x96")
            assert [answer.number for answer in found] == [NUMBER if len(whole) > 99 else ""]
            parser.idle()
            assert parser.counters.noise_bytes == 9
            assert parser.counters.bad_frames == 0


@given(st.integers(0, 1295 * 8 - 1))
@settings(max_examples=300)
def test_one_flipped_bit_is_never_another_number(bit: int) -> None:
    spoilt = bytearray(card())
    spoilt[bit // 8] ^= 1 << bit % 8
    parser = ResidentIdParser()
    assert not any(answer.number for answer in parser.feed(bytes(spoilt)) + parser.idle())
    assert [answer.number for answer in parser.feed(card())] == [NUMBER]


@given(st.lists(st.binary(min_size=3, max_size=20), max_size=5), st.integers(1, 30))
def test_answers_cut_anywhere_are_whole_again(bodies: list[bytes], size: int) -> None:
    data = b"".join(frame(body) for body in bodies)
    parser = ResidentIdParser()
    found = [answer for at in range(0, len(data), size) for answer in parser.feed(data[at : at + size])]
    assert found == [Answer(body[2], len(body) + 1) for body in bodies]


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from([b"\xaa", b"\xaa\xaa\xaa\x96\x69", b"\x05\x08", b"\0\4", frame(FIND), card()[:300]]),
        ),
        max_size=30,
    )
)
def test_garbage_is_no_exception_no_number_and_no_growth(pieces: list[bytes]) -> None:
    parser = ResidentIdParser()
    for piece in pieces:
        assert not any(answer.number for answer in parser.feed(piece))
        assert len(parser._tail) + len(parser._kept) <= 51  # noqa: SLF001 - its promise is about these
    parser.idle()
    assert parser.counters.noise_bytes <= sum(map(len, pieces))
