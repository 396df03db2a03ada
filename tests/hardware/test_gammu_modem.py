"""The real gammu, driven against a modem that misbehaves: one message a job, and nothing told that is not known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from modem_bench import NUMBER, TEXT, Bench, Lives
from modem_lives import CUTS, LIVES, LONG

from hardware.events import DeviceDown, SmsResult
from hardware.modems.gammu_answers import send_answer
from hardware.transport import open_port
from hardware.virtual.modem import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

SENT, FAILED, UNKNOWN = SmsResult.SENT, SmsResult.FAILED, SmsResult.UNKNOWN


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    lives = Lives(tmp_path_factory.mktemp("lives"), LIVES)
    yield lives
    lives.end()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_chinese_arrives_as_it_was_written_and_nobody_reads_it_in_the_list_of_processes(lives: Lives) -> None:
    done, messages, lists, modes, findings = lives("chinese")
    assert (done.job_id, done.result, done.submitted) == ("job-1", SENT, True)
    assert messages == [Message(NUMBER, TEXT + "～")]
    assert not any(NUMBER[1:].encode() in line or "叫车".encode() in line for line in lists)
    assert modes == {0o600, 0o700}
    assert findings["modem.link"] == "ok: It answers."
    assert findings["modem.network"] == "ok: It is in its home network (Test network)."
    assert findings["modem.signal"].startswith("ok: It hears the network with 60 of 100")
    assert findings["modem.message"] == "ok: The last message: The network took it."


def test_a_long_text_goes_out_in_parts_and_arrives_as_one(lives: Lives) -> None:
    done, messages, parts = lives("long")
    assert done.result is SENT
    assert messages == [Message(NUMBER, LONG.strip())]
    assert parts == 2


def test_a_job_is_sent_once_whoever_asks_again_and_after_a_restart(lives: Lives) -> None:
    told, arrived = lives("twice")
    assert [done.result for done in told] == [SENT, SENT, SENT]
    assert arrived == 1


def test_a_message_that_went_out_unconfirmed_is_unknown_and_never_sent_again(lives: Lives) -> None:
    told, arrived = lives("lost_answer")
    assert [(done.result, done.submitted) for done in told] == [(UNKNOWN, True), (UNKNOWN, True)]
    assert arrived == 1


def test_a_message_that_the_network_refused_has_failed_and_its_id_is_spent(lives: Lives) -> None:
    told, arrived, given = lives("refused")
    assert [(done.result, done.submitted) for done in told] == [(FAILED, True), (FAILED, True)]
    assert told[0].sentence == "The network refused it with error 38."
    assert (arrived, given) == (0, 1)


def test_a_network_that_timed_out_may_have_it(lives: Lives) -> None:
    done = lives("network_timeout")
    assert (done.result, done.submitted) == (UNKNOWN, True)


def test_a_message_that_was_never_given_to_the_modem_may_be_tried_again(lives: Lives) -> None:
    told, arrived = lives("refused_before")
    assert [(done.result, done.submitted) for done in told] == [(FAILED, False), (SENT, True)]
    assert told[0].sentence == "The modem did not want it: error 331."
    assert arrived == 1


def test_a_modem_that_falls_silent_at_the_prompt_leaves_it_open(lives: Lives) -> None:
    done, messages = lives("silent_prompt")
    assert (done.result, done.submitted) == (UNKNOWN, True)
    assert messages == []


def test_a_mute_modem_fails_its_messages_and_says_what_to_look_at(lives: Lives) -> None:
    done, down = lives("mute")
    assert (done.result, done.submitted) == (FAILED, False)
    assert down.sentence.endswith("the modem does not answer")
    assert "baud rate" in down.cure
    assert not down.permanent


def test_stopping_in_the_middle_of_a_message_is_quick_and_leaves_it_open(lives: Lives) -> None:
    done, took, off, status, again = lives("stopped")
    assert (done.result, done.submitted) == (UNKNOWN, True)
    assert took < 1.0, "gammu and the thread are gone"
    assert (off.result, off.submitted) == (FAILED, False)
    assert status.well, "the next life finds a modem that works"
    assert again.result is UNKNOWN


def test_killed_with_half_a_message_typed_nothing_of_it_goes_out_with_the_next(lives: Lives) -> None:
    killed, after, messages, traced = lives("half_typed")
    assert killed.code is None
    assert send_answer(killed).submitted, "how far it got cannot be told"
    assert send_answer(after).result is SENT
    assert messages == [Message(NUMBER, "Two")]
    assert traced[0] == "> sendsms"
    assert traced[1].startswith("< ended by a signal after")


def test_killed_in_the_middle_of_a_message_the_next_start_does_not_send_it_again(lives: Lives) -> None:
    done, arrived = lives("killed")
    assert (done.result, done.submitted) == (UNKNOWN, True)
    assert arrived == 1


def test_without_a_sim_card_it_says_so_and_nothing_is_given_to_the_modem(lives: Lives) -> None:
    findings, done = lives("no_sim")
    assert findings["modem.sim"] == "fail: There is no SIM card, or it cannot be read."
    assert (done.result, done.submitted) == (FAILED, False)


def test_without_a_network_it_says_so(lives: Lives) -> None:
    findings = lives("searching")
    assert findings["modem.sim"] == "ok: The SIM card is ready."
    assert findings["modem.network"] == "fail: It has found no network yet."
    assert findings["modem.signal"].startswith("warn: It hears the network with")


def test_the_right_pin_opens_the_sim_card(lives: Lives) -> None:
    findings, tries_left = lives("right_pin")
    assert findings["modem.sim"] == "ok: The SIM card is ready."
    assert tries_left == 3


def test_a_wrong_pin_is_tried_once_in_any_number_of_starts(lives: Lives) -> None:
    findings, tries_left = lives("wrong_pin")
    assert tries_left == 2
    assert "it is not tried again" in findings["modem.sim"]


@pytest.mark.parametrize("cut", CUTS)
def test_whenever_the_plug_is_pulled_the_answer_is_true(lives: Lives, cut: int) -> None:
    done, arrived, given = lives(f"cut-{cut}")
    assert done.result is not SENT or arrived == 1
    assert done.submitted or arrived == 0
    assert done.result is not FAILED or arrived == 0
    assert given <= 1


def test_a_missing_port_fails_a_message_at_once_and_is_found_when_it_comes_and_missed_when_it_goes(
    lives: Lives,
) -> None:
    down, done, took, given, path, gone = lives("missing")
    assert gone.sentence == down.sentence
    assert down.sentence == f"{path}: there is no such port"
    assert (done.result, done.submitted, given) == (FAILED, False, 0)
    assert took < 1.0


def test_a_port_that_another_program_holds_is_left_to_it(bench: Bench) -> None:
    port = open_port(bench.modem.path)
    try:
        bench.driver().start()
        down = bench.listener.wait(DeviceDown)
    finally:
        port.close()
    assert "the port is in use by" in down.sentence
    assert bench.modem.received == b""


def test_a_missing_program_is_named_with_its_cure(bench: Bench) -> None:
    bench.driver(program="gammu-that-is-not-there").start()
    down = bench.listener.wait(DeviceDown)
    assert down.sentence == "The program gammu-that-is-not-there is not installed."
    assert down.cure == "Run `sudo apt-get install gammu`."


def test_a_port_on_another_machine_is_refused_for_good(bench: Bench) -> None:
    bench.driver()
    bench.device._port_name = "socket://127.0.0.1:1"  # noqa: SLF001 - the bench names its own
    bench.device.start()
    down = bench.listener.wait(DeviceDown)
    assert "gammu opens ports of this computer alone" in down.sentence
    assert down.permanent


@pytest.mark.parametrize(
    ("number", "text", "why"),
    [
        ("12; AT+CFUN=0", "hello", "The number is none"),
        ("+1202555012\n3", "hello", "The number is none"),
        (NUMBER, " \n", "There is no text to send."),
        (NUMBER, "车" * 202, "The text takes 4 messages: expected 3 at most."),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_is_done(bench: Bench, number: str, text: str, why: str) -> None:
    bench.driver()
    done = bench.send(number=number, text=text)
    assert (done.result, done.submitted) == (FAILED, False)
    assert done.sentence.startswith(why)
    assert number not in done.sentence


def test_a_folder_that_cannot_be_written_keeps_everything_in_the_box(bench: Bench) -> None:
    bench.folder = Path("/proc/no-such-folder")
    bench.driver().start()
    down = bench.listener.wait(DeviceDown)
    assert "cannot be read or written" in down.sentence
    assert bench.send().result is FAILED
    assert bench.given() == 0


def test_a_message_that_waited_too_long_for_its_turn_is_not_sent_late(lives: Lives) -> None:
    first, second, arrived = lives("waited")
    assert (first.result, second.result, second.submitted) == (SENT, FAILED, False)
    assert second.sentence == "It waited too long for its turn."
    assert arrived == 1


def test_a_pin_that_is_none_is_refused_without_being_repeated(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    with pytest.raises(ValueError, match="expected 4 to 8 digits") as error:
        bench.driver(pin="12a4")
    assert "12a4" not in str(error.value)
    bench.modem.close()
