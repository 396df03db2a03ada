"""What gammu writes, word by word: only what is certain is told as certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.events import SmsResult
from hardware.health import Health
from hardware.modems.gammu_answers import Run, send_answer, status
from hardware.modems.status import ModemStatus, Registration, Sim, status_findings

SENT, FAILED, UNKNOWN = SmsResult.SENT, SmsResult.FAILED, SmsResult.UNKNOWN
HEAD = 'Executing batch "/dev/fd/5" - command 1: sendsms TEXT +12025550123 -autolen 500\n500 / 0\n'
ONE = HEAD + "Sending SMS 1/1"
TWO = HEAD + "Sending SMS 1/2…waiting for network answer..OK, message reference=1\nSending SMS 2/2"
WAITS = "…waiting for network answer"
GOOD = "..OK, message reference=7\n"


def bad(number: int) -> str:
    return f"..error {number}, message reference=-1\nUnknown error.\n"


@pytest.mark.parametrize(
    ("code", "output", "result", "submitted"),
    [
        (0, ONE + WAITS + GOOD, SENT, True),
        (0, TWO + WAITS + GOOD, SENT, True),
        (None, ONE + WAITS, UNKNOWN, True),
        (None, ONE, UNKNOWN, True),
        (111, ONE + "Error writing to the device.\n", UNKNOWN, True),
        (114, ONE + "No response in specified timeout.\n", FAILED, False),
        (173, ONE + bad(331), FAILED, False),
        (127, ONE + WAITS + bad(38), FAILED, True),
        (127, ONE + WAITS + bad(210), FAILED, True),
        (127, ONE + WAITS + bad(332), UNKNOWN, True),
        (127, ONE + WAITS + bad(500), UNKNOWN, True),
        (127, ONE + WAITS + bad(-1), UNKNOWN, True),
        (127, TWO + WAITS + bad(38), UNKNOWN, True),
        (None, TWO, UNKNOWN, True),
        (169, HEAD + "Failed to get SMSC number from phone.\n", FAILED, False),
        (None, HEAD, FAILED, False),
        (114, "", FAILED, False),
        (0, "", FAILED, False),
    ],
)
def test_what_became_of_a_message(code: int | None, output: str, result: SmsResult, submitted: bool) -> None:
    answer = send_answer(Run(code, output))
    assert (answer.result, answer.submitted) == (result, submitted)
    assert "2025550123" not in answer.sentence


def test_more_words_than_were_read_leave_it_open() -> None:
    assert send_answer(Run(0, ONE + WAITS + GOOD, whole=False)).result is UNKNOWN


@given(
    st.one_of(st.none(), st.integers(0, 200)),
    st.integers(1, 3),
    st.integers(0, 3),
    st.sampled_from(["", WAITS, WAITS + bad(38), WAITS + bad(500), bad(331), "Error writing to the device.\n"]),
)
def test_nothing_is_sent_without_the_networks_word_for_each_part(
    code: int | None, total: int, good: int, end: str
) -> None:
    good = min(good, total)
    done = "".join(f"Sending SMS {place}/{total}{WAITS}{GOOD}" for place in range(1, good + 1))
    answer = send_answer(Run(code, HEAD + done + (f"Sending SMS {good + 1}/{total}{end}" if good < total else "")))
    assert (answer.result is SENT) == (good == total)
    assert answer.submitted or (good == 0 and WAITS not in end)
    assert answer.result is not FAILED or good == 0


@given(st.text(), st.one_of(st.none(), st.integers(0, 200)))
def test_no_words_break_the_reading(output: str, code: int | None) -> None:
    send_answer(Run(code, output))
    seen = status(Run(code, output))
    assert all(char.isprintable() for char in seen.network + seen.maker + seen.model + seen.firmware)


def test_a_look_is_read_without_the_numbers_that_name_modem_and_sim_card() -> None:
    look = """Device               : /dev/ttyUSB0
Manufacturer         : Virtual
Model                : unknown (Modem 1)
Firmware             : 1.0
IMEI                 : 001010123456789
SIM IMSI             : 001010123456789
Nothing to enter.
Signal strength      : -73 dBm
Network level        : 60 percent
Network state        : roaming network
Network              : 001 01 (TEST, unknown), LAC 18B1, CID 2A3C
Name in phone        : "Test network"
Packet network state : requesting network
"""
    seen = status(Run(0, look))
    assert seen == ModemStatus(
        Sim.READY, Registration.ROAMING, "Test network", 60, -73, maker="Virtual", model="Modem 1", firmware="1.0"
    )
    assert "0010101" not in repr(seen)


@pytest.mark.parametrize(
    ("code", "words", "sim"),
    [
        (149, "Can not access SIM card.", Sim.ABSENT),
        (123, "Waiting for PIN.", Sim.PIN),
        (123, "Security status      : Waiting for PUK.", Sim.PUK),
        (0, "", Sim.UNKNOWN),
    ],
)
def test_how_the_sim_card_is(code: int, words: str, sim: Sim) -> None:
    assert status(Run(code, words)).sim is sim


def test_every_state_has_its_finding_and_what_is_wrong_its_cure() -> None:
    for sim in Sim:
        for registration in Registration:
            for finding in status_findings("modem", ModemStatus(sim, registration, signal_percent=5)):
                assert finding.sentence.endswith(".")
                assert finding.cure or finding.health in {Health.OK, Health.UNKNOWN}
