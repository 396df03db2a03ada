"""Nobody found a taxi: the caretaker gets one message, and only then the screen says that a person was asked."""

from __future__ import annotations

import threading

from dispatch_client.text_messages import SmsAnswer, SmsOutcome
from kiosk.app.caretaker import Caretaker
from kiosk.core.events import Event, StaffTold
from kiosk.inbox import Inbox
from kiosk.samples import SAMPLE_BOX

PHONE = "+12025550155"


class Sender:
    """Notes what is sent, and answers as it is told."""

    def __init__(self, *outcomes: SmsOutcome) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[tuple[str, str, str]] = []
        self.all = threading.Event()

    def send_sms(self, job_id: str, number: str, text: str) -> SmsAnswer:
        self.sent.append((job_id, number, text))
        outcome = self.outcomes.pop(0)
        if not self.outcomes:
            self.all.set()
        return SmsAnswer(outcome)

    def trouble(self) -> str:
        return ""


def told(sender: Sender, *calls: tuple[str, str, int | None]) -> list[Event]:
    inbox: Inbox[Event] = Inbox()
    caretaker = Caretaker(sender, PHONE, SAMPLE_BOX, inbox)
    for call in calls:
        caretaker.tell(*call)
    caretaker.start()
    assert sender.all.wait(5)
    caretaker.stop()
    caretaker._thread.join(5)  # noqa: SLF001 - what it put into the inbox last
    return list(inbox.take())


def test_the_message_says_where_and_who_and_nothing_personal() -> None:
    sender = Sender(SmsOutcome.SENT)
    events = told(sender, ("not served: no_drivers", "ref-1", 7))
    assert events == [StaffTold("ref-1")]
    ((job, number, text),) = sender.sent
    assert (job, number) == ("staff.ref-1.not-served-no_drivers", PHONE)
    assert text == "叫车机 0412（曹家渡社区北门）：7 号没有叫到车，请去帮忙。"
    assert len(text) <= 70


def test_nobody_is_said_to_have_been_asked_while_that_is_not_known() -> None:
    sender = Sender(SmsOutcome.UNKNOWN, SmsOutcome.FAILED)
    assert told(sender, ("still searching", "a", 7), ("taxi not found", "b", 8)) == []


def test_what_no_message_helps_is_not_written() -> None:
    sender = Sender(SmsOutcome.SENT)
    events = told(sender, ("trip store damaged", "", None), ("still searching", "a", 7))
    assert [job for job, _, _ in sender.sent] == ["staff.a.still-searching"]
    assert events == [StaffTold("a")]
