"""What an answer of a TOMP-API operator that is no success means: its status, and the error code if it gives one."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from dispatch_client.errors import DispatchError, Down, Refusal, Refused
from dispatch_client.http import Senseless, json_object, retry_after_s
from dispatch_client.providers import _answers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_client.http import Reply


class Step(StrEnum):
    """What was asked: the same status means different things."""

    PLAN = "asking for offers"
    BOOK = "booking an offer"
    READ = "reading a booking"
    LIST = "looking for our bookings"
    CHANGE = "changing a booking"
    SAY = "passing on a message"
    LOOK = "asking whether it is there"


_CODE_MAX: Final = 9999
_CURES: Final = {
    Refusal.AUTH: "check the token, its kind (option auth) and the maas_id",
    Refusal.RIDER_BLOCKED: "this customer is blocked there",
    Refusal.CONFLICT: "the booking has another state by now",
    Refusal.DRIVER_TAKEN: "that offer has expired or was taken",
}
_UNSUPPORTED_VERSION: Final = 8


def code(body: bytes) -> int:
    """Give the last three digits of the TOMP error code; the first one only repeats the module. 0: there is none."""
    answer = json_object(body) or {}
    found = answer.get("errorcode", answer.get("errorCode"))  # the schema writes it one way, the examples another
    if isinstance(found, str) and found.isascii() and found.isdigit():
        found = int(found[:5])
    return (_answers.whole(found, _CODE_MAX) or 0) % 1000


def judged(reply: Reply, step: Step) -> DispatchError:
    """Give the error that says what this answer means. Its text never repeats what the operator wrote."""
    status, number = reply.status, code(reply.body)
    sentence = f"TOMP: {step.value} was answered {status}" + (f" (error x{number:03})" if number else "")
    if status == HTTPStatus.NOT_IMPLEMENTED:
        return Refused(Refusal.INVALID_REQUEST, f"{sentence}: this operator does not offer that")
    if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Down(sentence)
    if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Senseless(f"{sentence} with something that is not what the API describes")
    if status == HTTPStatus.NOT_FOUND and reply.body.strip() and json_object(reply.body) is None:
        return Senseless(f"{sentence} by something that does not speak this API: is the URL right?")
    refusal = _BY_CODE.get(number) or _BY_STATUS.get(status, Refusal.INVALID_REQUEST)
    if step is Step.CHANGE and status == HTTPStatus.FORBIDDEN and not number:
        refusal = Refusal.CONFLICT  # what is committed, cancelled or expired already takes no commit (1.5.0)
    refusal = _IN_STEP.get((step, refusal), refusal)
    cure = _CURES.get(refusal, "")
    if number == _UNSUPPORTED_VERSION:
        cure = "it does not speak version 1.5 of the API"
    wait_s = retry_after_s(reply.headers.get("Retry-After"))
    return Refused(refusal, sentence + (f": {cure}" if cure else ""), retry_after_s=wait_s)


_BY_CODE: Final[Mapping[int, Refusal]] = {
    1: Refusal.INVALID_REQUEST,
    2: Refusal.INVALID_REQUEST,
    3: Refusal.DRIVER_TAKEN,
    4: Refusal.CONFLICT,
    6: Refusal.AUTH,
    7: Refusal.RATE_LIMITED,
    8: Refusal.INVALID_REQUEST,
    201: Refusal.NO_DRIVERS,
    202: Refusal.DRIVER_TAKEN,
    203: Refusal.CONFLICT,
    204: Refusal.NOT_FOUND,
    209: Refusal.RIDER_BLOCKED,
}
"""The error table of the TOMP-API wiki, without the module's digit. 3 is what 202 (expired) once was."""

_BY_STATUS: Final[Mapping[int, Refusal]] = {
    HTTPStatus.UNAUTHORIZED: Refusal.AUTH,
    HTTPStatus.FORBIDDEN: Refusal.AUTH,
    HTTPStatus.NOT_FOUND: Refusal.NOT_FOUND,
    HTTPStatus.NOT_ACCEPTABLE: Refusal.NO_DRIVERS,
    HTTPStatus.CONFLICT: Refusal.CONFLICT,
    HTTPStatus.GONE: Refusal.DRIVER_TAKEN,
    HTTPStatus.TOO_MANY_REQUESTS: Refusal.RATE_LIMITED,
}

_IN_STEP: Final[Mapping[tuple[Step, Refusal], Refusal]] = {
    (Step.PLAN, Refusal.NOT_FOUND): Refusal.INVALID_REQUEST,
    (Step.PLAN, Refusal.CONFLICT): Refusal.INVALID_REQUEST,
    (Step.BOOK, Refusal.NOT_FOUND): Refusal.DRIVER_TAKEN,
    (Step.READ, Refusal.DRIVER_TAKEN): Refusal.NOT_FOUND,
    (Step.CHANGE, Refusal.DRIVER_TAKEN): Refusal.CONFLICT,
}
