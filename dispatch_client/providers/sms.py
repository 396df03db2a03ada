"""A dispatcher that is written to: the order goes out as a text message, once, and nobody hears what comes of it."""

from __future__ import annotations

import re
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NoReturn

from dispatch_client.errors import Ambiguous, Refusal, Refused, Unreachable
from dispatch_client.http import json_object
from dispatch_client.provider import Capabilities
from dispatch_client.providers._canonical import canonical
from dispatch_client.providers._phones import phone
from dispatch_client.providers._sms_text import CANCELS, ORDERS, Words, reference
from dispatch_client.text_messages import SmsAnswer, SmsOutcome
from dispatch_client.trips import Booking, TripStatus
from dispatch_client.unoffered import Unoffered

if TYPE_CHECKING:
    from dispatch_client.text_messages import TextSender
    from dispatch_client.trips import TripRequest

_SHORT: Final = re.compile(r"[0-9]{3,20}")
"""Numbers that are valid in their country alone, as 95128."""


class SmsProvider(Unoffered):
    """An order as text through any sender of text messages.

    A message that was sent counts as delivered, and stays so: capabilities say that nothing can be followed, looked
    up or read. It can be taken back by another message, where there are words for that. One of which nobody knows
    whether it went out is never sent again; one that the network refused for certain is, as another job.

    Args:
        sender: sends text messages.
        number: the dispatcher's: `+` and its country, or a short number of this country.
        language: `zh_CN` or `en`, in which the dispatcher reads.
        template: words of an order instead of those in `ORDERS`; [ ] around what may be left out.
        cancel: words of a cancel instead of those in `CANCELS`; "": nothing is written when somebody cancels.
        name: how this dispatcher is called in the configuration and the log.

    Raises:
        ValueError: a setting that cannot be used; the sentence says why.
    """

    def __init__(
        self,
        sender: TextSender,
        number: str,
        language: str = "zh_CN",
        *,
        template: str = "",
        cancel: str | None = None,
        name: str = "sms",
    ) -> None:
        self._number = number if _SHORT.fullmatch(number) else phone(number)
        if not self._number:
            raise ValueError(
                f"dispatcher {name!r}: the number for text messages is none: expected a telephone number with its "
                "country, such as +86..., or a short number such as 95128"
            )
        self.name = name
        order = template or ORDERS.get(language, "")
        self._words = Words(language, order, CANCELS.get(language, "") if cancel is None else cancel)
        self.capabilities = Capabilities(
            arrived_state=False, note_to_driver=True, follows=False, cancels=bool(self._words.cancel)
        )
        self._sender = sender
        self._refusals: Counter[str] = Counter()
        """How often the network refused each message for certain; the next try is another job."""
        self._lock = threading.Lock()

    def prepare(self, request: TripRequest, ref: str) -> bytes:
        """Give the text with the names of the job and of the trip, always the same for the same request."""
        return canonical({"job": ref, "ref": reference(request), "text": self._words.ordered(request)})

    def create(self, ref: str, payload: bytes) -> Booking:
        """Send the order.

        Raises:
            Unreachable: nothing left this box.
            Refused: UNAVAILABLE, the network refused it for certain.
            Ambiguous: it may have gone out.
        """
        stored: Any = json_object(payload)
        match stored:
            case {"job": str(job), "ref": str(called), "text": str(text)} if job == ref and text:
                self._send(ref, text)
                return Booking(f"{ref} {called}", TripStatus.REQUESTED, SmsOutcome.SENT.value)
        raise Refused(Refusal.INVALID_REQUEST, f"{self.name}: the stored trip is not one that this version wrote")

    def get(self, native_id: str) -> NoReturn:  # noqa: ARG002 - the port's
        """Not offered: what comes of a message is never heard."""
        self._no("cannot be asked what became of an order")

    def cancel(self, native_id: str, reason: str) -> Booking:  # noqa: ARG002 - the port's
        """Take an order back by another message; raises as `create`."""
        job, _, called = native_id.partition(" ")
        if not self._words.cancel:
            self._no("takes no cancels")
        self._send(f"{job}.cancel", self._words.cancelled(called))
        return Booking(native_id, TripStatus.CANCELLED_BY_RIDER, SmsOutcome.SENT.value)

    def health(self) -> None:
        """Return while messages can be sent, as far as anybody knows. Raises Unreachable."""
        trouble = self._sender.trouble()
        if trouble:
            raise Unreachable(f"{self.name}: {trouble}")

    def _send(self, job: str, text: str) -> None:
        with self._lock:
            tries = self._refusals[job]
        answer = self._answered(f"{job}.{tries + 1}" if tries else job, text)
        if answer.outcome is SmsOutcome.SENT:
            return
        sentence = f"{self.name}: {answer.sentence or f'the message is {answer.outcome}'}"
        if answer.outcome is SmsOutcome.UNKNOWN:
            raise Ambiguous(sentence)
        if not answer.submitted:
            raise Unreachable(sentence)
        with self._lock:
            self._refusals[job] = tries + 1
        raise Refused(Refusal.UNAVAILABLE, sentence)

    def _answered(self, job: str, text: str) -> SmsAnswer:
        try:
            return self._sender.send_sms(job, self._number, text)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message may have gone out
            raise Ambiguous(f"{self.name}: {type(error).__name__} while a message was sent") from None
