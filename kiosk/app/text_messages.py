"""Lets whoever writes to a dispatcher wait for the modem's answer, and never longer than it may take."""

from __future__ import annotations

import queue
import threading
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Final

from dispatch_client.text_messages import SmsAnswer, SmsOutcome
from hardware.health import Health

if TYPE_CHECKING:
    from hardware.events import SmsDone
    from hardware.ports import Modem

LIMIT_S: Final = 85.0
"""A modem answers within 80 s, its waiting line included; the courier gives an exchange up after 90."""


class TextMessages:
    """A `TextSender` by the modem: each call waits for the `SmsDone` that is handed in by `take`.

    Args:
        modem: sends them; its messages in line are answered when it is stopped, so nobody waits for what is gone.
        limit_s: how long one call waits at most.
    """

    def __init__(self, modem: Modem, limit_s: float = LIMIT_S) -> None:
        self._modem = modem
        self._limit_s = limit_s
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, deque[queue.SimpleQueue[SmsDone]]] = defaultdict(deque)

    def send_sms(self, job_id: str, number: str, text: str) -> SmsAnswer:
        """Send one message and wait for its end."""
        answer: queue.SimpleQueue[SmsDone] = queue.SimpleQueue()
        with self._lock:
            self._waiting[job_id].append(answer)
        self._modem.send_sms(job_id, number, text)
        try:
            done = answer.get(timeout=self._limit_s)
        except queue.Empty:
            return SmsAnswer(SmsOutcome.UNKNOWN, "The modem gives no answer.")
        finally:
            with self._lock:
                line = self._waiting[job_id]
                if answer in line:
                    line.remove(answer)
                if not line:
                    del self._waiting[job_id]
        return SmsAnswer(SmsOutcome(done.result.value), done.sentence, done.submitted)

    def take(self, done: SmsDone) -> None:
        """Hand an answer to whoever waits for it longest; one that nobody waits for any more is dropped."""
        with self._lock:
            line = self._waiting.get(done.job_id)
            if line:
                line.popleft().put(done)

    def trouble(self) -> str:
        """Say why no message can be sent, as far as the modem knows."""
        return next((one.sentence for one in self._modem.health() if one.health is Health.FAIL), "")
