"""Somebody who sends text messages, and a dispatcher that reads them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from dispatch_client.text_messages import SmsAnswer, SmsOutcome

SENT = SmsAnswer(SmsOutcome.SENT)
UNKNOWN = SmsAnswer(SmsOutcome.UNKNOWN, "The modem took it and does not say that it was sent.")
REFUSED = SmsAnswer(SmsOutcome.FAILED, "The network refused it with error 38.")
NOT_SENT = SmsAnswer(SmsOutcome.FAILED, "There is no such port.", submitted=False)


@dataclass
class FakeSender:
    """Sends each job once, as the port wants it, and meets the fates that are told beforehand."""

    fates: deque[SmsAnswer | Exception] = field(default_factory=deque)
    read: list[tuple[str, str, str]] = field(default_factory=list)
    """What arrived: job, number, text."""
    spent: dict[str, SmsAnswer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    in_the_way: str = ""

    def next(self, *fates: SmsAnswer | Exception) -> None:
        """What becomes of the next messages. One that is UNKNOWN, or breaks off, arrives all the same."""
        self.fates.extend(fates)

    def send_sms(self, job_id: str, number: str, text: str) -> SmsAnswer:
        self.asked.append(job_id)
        if self.in_the_way:
            return SmsAnswer(SmsOutcome.FAILED, self.in_the_way, submitted=False)
        if job_id in self.spent:
            return self.spent[job_id]
        fate = self.fates.popleft() if self.fates else SENT
        if isinstance(fate, Exception) or fate.outcome is not SmsOutcome.FAILED:
            self.read.append((job_id, number, text))
        if isinstance(fate, Exception):
            raise fate
        if fate.submitted:
            self.spent[job_id] = fate
        return fate

    def trouble(self) -> str:
        return self.in_the_way

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text in self.read]
