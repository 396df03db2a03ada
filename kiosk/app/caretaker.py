"""Writes to whoever looks after this box that somebody waits here in vain, once for each reason."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dispatch_client.text_messages import SmsOutcome
from kiosk.core.events import Event, StaffTold
from kiosk.core.words import words
from kiosk.log import get_logger

if TYPE_CHECKING:
    from dispatch_client.text_messages import TextSender
    from kiosk.core.state import Box
    from kiosk.inbox import Inbox

log = get_logger()

_PLACE_CHARS: Final = 24
"""So that the whole fits into one message of 70 Chinese characters."""


@dataclass(frozen=True, slots=True)
class _Call:
    what: str
    ref: str
    number: int | None


class Caretaker:
    """One telephone that messages go to.

    The screen says that a person was asked only after the network has taken the message: `StaffTold`.

    Args:
        sender: sends text messages, each job once.
        phone: E.164 number of the caretaker.
        box: where they must come.
        inbox: where `StaffTold` goes.
    """

    def __init__(self, sender: TextSender, phone: str, box: Box, inbox: Inbox[Event]) -> None:
        self._sender = sender
        self._phone = phone
        self._box = box
        self._inbox = inbox
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="caretaker", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write no more; a message that is under way ends by itself."""
        self._calls.put(None)

    def tell(self, what: str, ref: str, number: int | None) -> None:
        """Somebody should come. Returns at once; `what` is one of the flow's fixed words."""
        self._calls.put(_Call(what, ref, number))

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            text = self._text(call)
            if not text:
                continue
            job = f"staff.{call.ref}.{call.what}".replace(" ", "-").replace(":", "")
            try:
                answer = self._sender.send_sms(job, self._phone, text)
            except Exception as error:  # noqa: BLE001 - the next one must still be told
                log.warning("the caretaker could not be written to", why=type(error).__name__)
                continue
            if answer.outcome is SmsOutcome.SENT:
                self._inbox.put(StaffTold(call.ref))
            else:
                log.warning("the caretaker could not be written to", outcome=answer.outcome.value, why=answer.sentence)

    def _text(self, call: _Call) -> str:
        """The message; empty for what a message would not help."""
        say, language = words(self._box.languages[0]), self._box.languages[0]
        place = f"{self._box.place_in(language)}{self._box.gate_in(language)}"[:_PLACE_CHARS]
        reason = {
            "still searching": say("no taxi was found for number {number} so far", number=call.number),
            "taxi not found": say("number {number} does not see the taxi", number=call.number),
            "not served": say("number {number} got no taxi", number=call.number),
        }.get(call.what.split(":")[0])
        if reason is None or call.number is None:
            return ""
        return say("Taxi box {code}, {place}: {reason}. Please help.", code=self._box.code, place=place, reason=reason)
