"""What an answer of le.taxi that is no success means: it has no error codes, so the field it names decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from dispatch_client.errors import DispatchError, Down, Refusal, Refused
from dispatch_client.http import Senseless, json_object, retry_after_s

if TYPE_CHECKING:
    from dispatch_client.http import Reply


class Step(StrEnum):
    """What was asked: the same status means different things."""

    SEARCH = "looking for taxis"
    CREATE = "hailing a taxi"
    LOOK_UP = "looking up a hail by our reference"
    READ = "reading a hail"
    CHANGE = "changing a hail"


class RefusedSession(Refused):
    """The hail is refused for its `session_id` alone: without one it may be taken."""


@dataclass(frozen=True, slots=True)
class Said:
    """The fields that an error names, and its words in lower case."""

    fields: frozenset[str]
    words: str


_NAME: Final = re.compile(r"[a-z_]{1,40}")
_WORDS_MOST: Final = 2000
_CURES: Final = {
    Refusal.AUTH: "check the API key, and that its account may search and hail (role moteur)",
    Refusal.RIDER_BLOCKED: "a driver has reported this customer; the register lifts it after 24 h",
    Refusal.OUT_OF_AREA: "taxis may not be hailed in the street there; use a rank or the telephone",
    Refusal.DRIVER_TAKEN: "that taxi is busy or gone",
    Refusal.CONFLICT: "the hail has another status by now",
}


def said(body: bytes) -> Said | None:
    """Read `{"errors": {...}}`; None when there is no such object."""
    answer = json_object(body)
    errors = answer.get("errors") if answer else None
    if not isinstance(errors, dict):
        return None
    data = errors.get("data")
    first = data.get("0") if isinstance(data, dict) else None
    about = first if isinstance(first, dict) else errors
    # Only names that look like fields: what else is said may repeat what was sent.
    names = frozenset(name for name in about if isinstance(name, str) and _NAME.fullmatch(name))
    words = " ".join(
        one for value in about.values() if isinstance(value, list) for one in value if isinstance(one, str)
    )
    return Said(names, words[:_WORDS_MOST].lower())


def judged(reply: Reply, step: Step) -> DispatchError:
    """Give the error that says what this answer means. Its text never repeats what the register wrote."""
    status, words = reply.status, said(reply.body)
    sentence = f"le.taxi: {step.value} was answered {status}"
    if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Down(sentence)
    if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Senseless(f"{sentence} with something that is not what its API describes")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Refused(Refusal.RATE_LIMITED, sentence, retry_after_s=retry_after_s(reply.headers.get("Retry-After")))
    if words is None and status == HTTPStatus.NOT_FOUND:
        return Senseless(f"{sentence} by something that does not speak this API: is the URL right?")
    words = words or Said(frozenset(), "")
    if step is Step.CREATE and words.fields == {"session_id"}:
        return RefusedSession(Refusal.INVALID_REQUEST, f"{sentence}: it does not take the session_id")
    refusal = _refusal(status, words, step)
    named = f" about {', '.join(sorted(words.fields))}" if words.fields else ""
    cure = _CURES.get(refusal, "")
    return Refused(refusal, f"{sentence}{named}" + (f": {cure}" if cure else ""))


def _refusal(status: int, words: Said, step: Step) -> Refusal:
    if status == HTTPStatus.UNAUTHORIZED:
        return Refusal.AUTH
    if status == HTTPStatus.FORBIDDEN:
        banned = step is Step.CREATE and ("customer_id" in words.fields or "banned" in words.words)
        return Refusal.RIDER_BLOCKED if banned else Refusal.AUTH
    if status == HTTPStatus.NOT_FOUND and "endpoint" not in words.words:
        return _NOT_FOUND[step]
    if step is Step.CREATE and words.fields and words.fields <= {"taxi_id", "operateur"}:
        return Refusal.DRIVER_TAKEN
    if step is Step.CHANGE and (status == HTTPStatus.CONFLICT or words.fields == {"status"}):
        return Refusal.CONFLICT
    return Refusal.INVALID_REQUEST


_NOT_FOUND: Final = {
    Step.SEARCH: Refusal.OUT_OF_AREA,
    Step.CREATE: Refusal.DRIVER_TAKEN,
    Step.LOOK_UP: Refusal.INVALID_REQUEST,
    Step.READ: Refusal.NOT_FOUND,
    Step.CHANGE: Refusal.NOT_FOUND,
}
