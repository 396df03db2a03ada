"""The modem behind the port that orders are written through: every call gets its own answer, in time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from dispatch_client.text_messages import SmsAnswer, SmsOutcome
from hardware.events import SmsDone, SmsResult
from hardware.health import Finding, Health
from kiosk.app.text_messages import TextMessages

if TYPE_CHECKING:
    from collections.abc import Sequence


class FakeModem:
    """Takes messages and says what became of them when it is told to."""

    at_serial_port = True
    name = "modem"

    def __init__(self) -> None:
        self.given: list[tuple[str, str, str]] = []
        self.found: Sequence[Finding] = ()
        self.on_send: Callable[[str], None] = lambda _job: None
        self.came = threading.Condition()

    def send_sms(self, job_id: str, number: str, text: str) -> None:
        with self.came:
            self.given.append((job_id, number, text))
            self.came.notify_all()
        self.on_send(job_id)

    def health(self) -> tuple[Finding, ...]:
        return tuple(self.found)

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def nudge(self) -> None: ...


def done(job: str, result: SmsResult = SmsResult.SENT, *, submitted: bool = True) -> SmsDone:
    return SmsDone("modem", job, result, submitted, f"It is {result}.")


@pytest.fixture
def modem() -> FakeModem:
    return FakeModem()


@pytest.mark.parametrize(
    ("result", "submitted", "outcome"),
    [
        (SmsResult.SENT, True, SmsOutcome.SENT),
        (SmsResult.FAILED, False, SmsOutcome.FAILED),
        (SmsResult.FAILED, True, SmsOutcome.FAILED),
        (SmsResult.UNKNOWN, True, SmsOutcome.UNKNOWN),
    ],
)
def test_what_the_modem_says_is_what_the_caller_hears(
    modem: FakeModem, result: SmsResult, submitted: bool, outcome: SmsOutcome
) -> None:
    messages = TextMessages(modem)
    modem.on_send = lambda job: messages.take(done(job, result, submitted=submitted))
    assert messages.send_sms("job-1", "95128", "hello") == SmsAnswer(outcome, f"It is {result}.", submitted)
    assert modem.given == [("job-1", "95128", "hello")]


def test_a_modem_that_never_answers_leaves_it_open_and_its_late_word_harms_nobody(modem: FakeModem) -> None:
    messages = TextMessages(modem, limit_s=0.05)
    assert messages.send_sms("job-1", "95128", "hello").outcome is SmsOutcome.UNKNOWN
    messages.take(done("job-1"))
    modem.on_send = lambda job: messages.take(done(job, SmsResult.UNKNOWN))
    assert messages.send_sms("job-1", "95128", "hello").outcome is SmsOutcome.UNKNOWN


def test_callers_at_once_each_hear_of_their_own(modem: FakeModem) -> None:
    messages = TextMessages(modem, limit_s=20)
    with ThreadPoolExecutor(3) as pool:
        calls = {job: pool.submit(messages.send_sms, job, "95128", job) for job in ("a", "b", "c")}
        with modem.came:
            assert modem.came.wait_for(lambda: len(modem.given) == 3, 20)
        for job, result in (("c", SmsResult.FAILED), ("a", SmsResult.SENT), ("b", SmsResult.UNKNOWN)):
            messages.take(done(job, result))
        told = {job: call.result(20).outcome.value for job, call in calls.items()}
    assert told == {"a": "sent", "b": "unknown", "c": "failed"}


def test_what_fails_at_the_modem_is_told_as_trouble_and_nothing_else(modem: FakeModem) -> None:
    messages = TextMessages(modem)
    modem.found = [Finding("modem.link", Health.UNKNOWN, "It is being opened."), Finding("m.s", Health.WARN, "Weak.")]
    assert messages.trouble() == ""
    modem.found = [Finding("modem.link", Health.OK, "It answers."), Finding("modem.sim", Health.FAIL, "No SIM card.")]
    assert messages.trouble() == "No SIM card."
