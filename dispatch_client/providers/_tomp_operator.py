"""The operator's endpoints, each of which gives what TOMP-API 1.5 describes or raises what its answer means."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from dispatch_client.http import Http, Limits, Senseless, json_object
from dispatch_client.providers import _tomp_answers as answers
from dispatch_client.providers._canonical import canonical
from dispatch_client.providers._tomp_answers import Told
from dispatch_client.providers._tomp_refusals import Step, judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_client.http import Reply
    from dispatch_client.providers._tomp_answers import Row

API_VERSION: Final = "1.5.0"
_NO_WORDS: Final = frozenset({HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT})


class Operator:
    """Speaks with one operator. Every method raises Refused, Unreachable, and Ambiguous with its kinds.

    `Senseless` is an answer that the API does not describe, `Down` one that says that the server cannot work.
    """

    def __init__(self, url: str, headers: Mapping[str, str], *, ca_file: str | None, limits: Limits | None) -> None:
        common = {
            # English, because colours and messages are read and written in it.
            "Accept-Language": "en",
            "Api": "TOMP",
            "Api-Version": API_VERSION,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self._http = Http(url, headers={**common, **headers}, limits=limits, ca_file=ca_file)

    def plan(self, request: Mapping[str, object], *, to_book: bool) -> Told:
        """Ask what could be had, and hold it for a booking if it is meant to be booked."""
        reply = self._sent("POST", "/planning/offers" if to_book else "/planning/inquiries", Step.PLAN, request)
        row = json_object(reply.body)
        if row is None or not isinstance(row.get("options"), list):
            raise Senseless("TOMP: asking for offers was answered without a list of options")
        return Told(row, answers.clock(reply))

    def book(self, members: Mapping[str, object]) -> Told:
        """Book an offer. Whatever it raises but Refused and Unreachable, there may be a booking."""
        return self._booking(str(members["id"]), self._sent("POST", "/bookings", Step.BOOK, members), Step.BOOK)

    def read(self, native_id: str) -> Told:
        """Read a booking."""
        return self._booking(native_id, self._sent("GET", _path("bookings", native_id), Step.READ), Step.READ)

    def change(self, native_id: str, operation: str, **members: str) -> Told | None:
        """Do an operation on a booking; None when it was done and nothing was said about the booking."""
        path, body = f"{_path('bookings', native_id)}/events", {"operation": operation, **members}
        reply = self._sent("POST", path, Step.CHANGE, body)
        return None if reply.status in _NO_WORDS else self._booking(native_id, reply, Step.CHANGE)

    def leg(self, leg_id: str) -> Row:
        """Read a leg, which is a ride as it happens."""
        row = json_object(self._sent("GET", _path("legs", leg_id), Step.READ).body)
        if row is None or row.get("id", leg_id) != leg_id:
            raise Senseless("TOMP: reading a leg was answered with something else")
        return row

    def bookings(self, state: str) -> list[Told]:
        """Give all our bookings in one state; operators need not offer that."""
        return self._list("/bookings", Step.LIST, {"state": state})

    def notifications(self, native_id: str) -> list[Row]:
        """Give what was told about a booking, oldest first as far as anybody knows: none has a time."""
        return [told.row for told in self._list(f"{_path('bookings', native_id)}/notifications", Step.READ)]

    def notify(self, native_id: str, **members: str) -> None:
        """Tell something about a booking."""
        self._sent("POST", f"{_path('bookings', native_id)}/notifications", Step.SAY, members)

    def ask_support(self, **members: str) -> None:
        """Ask somebody at the operator's to help."""
        self._sent("POST", "/support/", Step.SAY, members)

    def ping(self) -> None:
        """Return when the operator answers."""
        self._sent("GET", "/operator/ping", Step.LOOK)

    def meta(self) -> list[Row]:
        """Give what the operator says of itself, one description for each version that it speaks."""
        return [told.row for told in self._list("/operator/meta", Step.LOOK)]

    def close(self) -> None:
        """Give connections back."""
        self._http.close()

    def _list(self, path: str, step: Step, query: Mapping[str, str] | None = None) -> list[Told]:
        reply = self._sent("GET", path, step, query=query)
        found = answers.rows(reply.body)
        if found is None:
            raise Senseless(f"TOMP: {step.value} was answered without a list")
        now = answers.clock(reply)
        return [Told(row, now) for row in found]

    def _booking(self, native_id: str, reply: Reply, step: Step) -> Told:
        if reply.status in _NO_WORDS:  # taken, and not looked at yet
            return Told({"id": native_id, "state": "NEW"}, answers.clock(reply))
        row = json_object(reply.body)
        if row is None or row.get("id") != native_id or not answers.word(row):
            raise Senseless(f"TOMP: {step.value} was answered with something that is not that booking")
        return Told(row, answers.clock(reply))

    def _sent(
        self,
        method: str,
        path: str,
        step: Step,
        members: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
    ) -> Reply:
        body = None if members is None else canonical(members)
        reply = self._http.exchange(method, path, query=query, body=body)
        if reply.status not in _DONE:
            raise judged(reply, step)
        return reply


_DONE: Final = frozenset({HTTPStatus.OK, HTTPStatus.CREATED}) | _NO_WORDS


def _path(kind: str, identity: str) -> str:
    return f"/{kind}/{quote(identity, safe='')}"
