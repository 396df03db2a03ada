"""The virtual modem as a terminal program finds it, and its reading of messages that others encoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.faults import DeviceFault, Disconnected
from hardware.modems.alphabet import fits_7bit, parts
from hardware.transport import Port, open_port
from hardware.virtual.at_machine import AtMachine, Radio
from hardware.virtual.modem import Message, VirtualModem
from hardware.virtual.sms_pdu import Part, read_submit

if TYPE_CHECKING:
    from collections.abc import Iterator

HELLO = "0001000B912120550521F300000AE8329BFD4697D9EC37"
"""SMS-SUBMIT of "hellohello", the sample text of TS 23.040's many explanations, to a number nobody has."""


@pytest.fixture
def modem() -> Iterator[VirtualModem]:
    modem = VirtualModem()
    yield modem
    modem.close()


@pytest.fixture
def port(modem: VirtualModem) -> Iterator[Port]:
    port = open_port(modem.path, 115200)
    port.write(b"ATE0\r")
    heard = b""
    while not heard.endswith(b"OK\r\n"):
        heard += port.read(1)
    yield port
    port.close()


def ask(port: Port, line: bytes, until: bytes = b"\r\n") -> str:
    port.write(line)
    heard = b""
    for _ in range(50):
        heard += port.read(0.2)
        if heard.endswith((b"OK\r\n", b"> ")) or b"ERROR" in heard:
            break
    return heard.decode().strip()


def typed(port: Port, pdu: str) -> str:
    return ask(port, f"AT+CMGS={len(pdu) // 2 - 1}\r".encode()) + ask(port, pdu.encode() + b"\x1a")


def test_a_message_typed_by_hand_arrives(modem: VirtualModem, port: Port) -> None:
    assert typed(port, HELLO) == ">\r\n+CMGS: 1\r\n\r\nOK".replace("\r\n+", "+", 1)
    assert modem.messages == [Message("+12025550123", "hellohello")]


def test_escape_ends_a_message_that_is_not_wanted(modem: VirtualModem, port: Port) -> None:
    assert ask(port, b"AT+CMGS=20\r") == ">"
    assert ask(port, HELLO[:20].encode() + b"\x1b") == "OK"
    assert ask(port, b"AT\r") == "OK"
    assert modem.messages == []


@pytest.mark.parametrize(
    ("state", "line", "answer"),
    [
        ("ready", b"AT+CPIN?\r", "+CPIN: READY\r\n\r\nOK"),
        ("absent", b"AT+CPIN?\r", "+CME ERROR: 10"),
        ("puk", b"AT+CPIN?\r", "+CPIN: SIM PUK\r\n\r\nOK"),
        ("absent", b"AT+CMGS=20\r", "+CMS ERROR: 310"),
        ("absent", b"AT+CREG?\r", "+CME ERROR: 10"),
        ("ready", b"AT+CREG?\r", '+CREG: 0,1,"18B1","2A3C"\r\n\r\nOK'),
        ("ready", b"AT+NOSUCH\r", "+CME ERROR: 4"),
    ],
)
def test_the_sim_card_decides_what_it_says(
    modem: VirtualModem, port: Port, state: str, line: bytes, answer: str
) -> None:
    modem.sim(state)
    ask(port, b"AT+CMEE=1\r")
    assert ask(port, line) == answer


def test_three_wrong_pins_lock_the_card(modem: VirtualModem, port: Port) -> None:
    modem.lock("1234")
    for _ in range(3):
        ask(port, b'AT+CPIN="0000"\r')
    assert ask(port, b"AT+CPIN?\r") == "+CPIN: SIM PUK\r\n\r\nOK"
    assert ask(port, b'AT+CPIN="1234"\r') == "ERROR"


def test_a_message_of_another_length_than_announced_is_refused(modem: VirtualModem, port: Port) -> None:
    assert ask(port, b"AT+CMGS=99\r") == ">"
    assert ask(port, HELLO.encode() + b"\x1a") == "+CMS ERROR: 304"
    assert modem.messages == []


def test_outside_the_network_a_message_is_refused_by_its_number(modem: VirtualModem, port: Port) -> None:
    modem.network("searching")
    assert typed(port, HELLO).endswith("+CMS ERROR: 331")


def test_pulled_out_in_the_middle_of_a_line_the_driver_hears_of_it(modem: VirtualModem, port: Port) -> None:
    modem.unplug(after=4)

    def talk() -> None:
        for _ in range(50):
            port.write(b"AT+CSQ\r")
            port.read(0.1)

    with pytest.raises(Disconnected):
        talk()
    with pytest.raises(DeviceFault):
        open_port(modem.path)
    modem.replug()
    open_port(modem.path).close()


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda modem: modem.sim("wet"), "expected ready, absent or puk"),
        (lambda modem: modem.network("moon"), "expected one of off, home"),
        (lambda modem: modem.signal(40), "expected 0 to 31, or 99"),
    ],
)
def test_a_state_that_there_is_not_is_named(modem: VirtualModem, act: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        act(modem)  # type: ignore[operator]


def test_parts_that_come_in_any_order_are_one_text(modem: VirtualModem) -> None:
    for place, text in ((2, "world"), (1, "hello ")):
        modem._went_out(Part("+12025550123", text, row=9, total=2, place=place))  # noqa: SLF001 - as the air would
    assert modem.messages == [Message("+12025550123", "hello world")]


@given(st.binary(max_size=200), st.integers(0, 255))
def test_no_bytes_break_the_reading_of_a_message(data: bytes, length: int) -> None:
    try:
        read_submit(data, length)
    except ValueError:
        return


@given(
    st.lists(st.one_of(st.binary(max_size=30), st.sampled_from([b"AT+CMGS=22\r", HELLO.encode(), b"\x1a", b"\x1b"])))
)
def test_no_bytes_break_the_modem(pieces: list[bytes]) -> None:
    said: list[bytes] = []
    machine = AtMachine(Radio(), said.append, lambda _part: None)
    for piece in pieces:
        machine.feed(piece)
    said.clear()
    machine.feed(b"\x1b\r\x1b\rAT\r")
    assert b"OK" in b"".join(said)


@pytest.mark.parametrize(
    ("text", "plain", "count"),
    [
        ("a" * 160, True, 1),
        ("a" * 161, True, 2),
        ("€" * 80, True, 1),
        ("€" * 81, True, 2),
        ("车" * 70, False, 1),
        ("车" * 71, False, 2),
        ("𠮷" * 35, False, 1),
        ("𠮷" * 36, False, 2),
        ("车" * 201, False, 3),
        ("naïve", False, 1),
        ("é[~]", True, 1),
        ("`", False, 1),
    ],
)
def test_how_many_messages_a_text_takes(text: str, plain: bool, count: int) -> None:
    assert (fits_7bit(text), parts(text)) == (plain, count)
