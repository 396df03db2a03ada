"""Looks at the road to a dispatcher and at what stands at its end: name, connection, certificate, answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from dispatch_client.errors import DispatchError, Refusal, Refused, Unreachable
from dispatch_client.road import Certificate, Road, RoadError
from kiosk.doctor.result import Result, fail, ok, warn

if TYPE_CHECKING:
    from dispatch_client.provider import Provider

LIMIT_S: Final = 5.0
"""For the whole road; an exchange alone may take up to 15 s before a provider gives up."""
LATE_CURE: Final = "The dispatcher takes connections and does not answer: ask the dispatcher whether its service runs."
SLOW_S: Final = 2.0
SOON_DAYS: Final = 14
"""Certificates are renewed 30 days before their end; two weeks before it somebody has forgotten."""


def look(url: str, ca_file: str | None, provider: Callable[[], Provider], *, subject: str) -> Iterator[Result]:
    """Walk from the name to the answer; the first step that fails is the last result.

    Args:
        url: where the dispatcher is.
        ca_file: of a private authority.
        provider: makes its adapter, which is asked for its health and closed.
        subject: what the results' ids begin with.
    """
    try:
        yield from _walk(Road(url, ca_file), subject)
    except ValueError as error:
        yield fail(f"{subject}.address", f"{error}", "Write dispatch.url as the dispatcher gave it to you.")
        return
    except _Ended as end:
        yield end.result
        return
    yield answer(provider, subject)


class _Ended(Exception):
    def __init__(self, result: Result) -> None:
        super().__init__(result.id)
        self.result = result


def _walk(road: Road, subject: str) -> Iterator[Result]:
    step = "name"
    try:
        began = time.monotonic()
        addresses = road.addresses()
        took = _ms(time.monotonic() - began)
        yield ok(f"{subject}.name", f"{road.host} is known ({took} ms).", addresses=len(addresses), ms=took)
        step = "connection"
        opened, seconds = road.connect(addresses)
        with opened:
            took = _ms(seconds)
            yield ok(f"{subject}.connection", f"Port {road.port} takes connections ({took} ms).", ms=took)
            step = "certificate"
            if road.is_tls:
                yield certificate(road.certificate(opened), datetime.now(UTC), f"{subject}.certificate")
    except RoadError as error:
        raise _Ended(fail(f"{subject}.{step}", error.sentence, error.cure)) from None


def certificate(found: Certificate, now: datetime, name: str) -> Result:
    """Judge how long a certificate that was accepted is still good."""
    days = (found.until - now).days
    sentence = f"Its certificate is good until {found.until:%Y-%m-%d} ({days} days)."
    if days < SOON_DAYS:
        return warn(name, sentence, "Tell the dispatcher to renew it.", days=days, issuer=found.issuer)
    return ok(name, sentence, days=days, issuer=found.issuer)


def answer(provider: Callable[[], Provider], subject: str) -> Result:
    """Ask the dispatcher whether it is well and accepts this box."""
    name = f"{subject}.answer"
    began = time.monotonic()
    try:
        asked = provider()
        try:
            asked.health()
        finally:
            asked.close()
    except DispatchError as error:
        return _refused(error, name) if isinstance(error, Refused) else _lost(error, name)
    took = _ms(time.monotonic() - began)
    if took > SLOW_S * 1000:
        cure = "Compare with the network's own speed; if that is good, ask the dispatcher."
        return warn(name, f"The dispatcher accepts this box, slowly ({took} ms).", cure, ms=took)
    return ok(name, f"The dispatcher answers and accepts this box ({took} ms).", ms=took)


def _refused(error: Refused, name: str) -> Result:
    if error.refusal is Refusal.AUTH:
        cure = "Compare the token in dispatch.token_file with the one that the dispatcher gave you."
        return fail(name, "The dispatcher does not accept this box's token.", cure)
    if error.refusal in {Refusal.RATE_LIMITED, Refusal.UNAVAILABLE}:
        return warn(
            name, f"The dispatcher is too busy: {error}.", "Wait some minutes; if it goes on, ask the dispatcher."
        )
    return fail(name, f"The dispatcher refuses: {error}.", "Compare dispatch.url and dispatch.provider with its guide.")


def _lost(error: DispatchError, name: str) -> Result:
    if isinstance(error, Unreachable):
        return fail(name, f"The dispatcher was not reached: {error}.", "See the results above; run the doctor again.")
    cure = "Is dispatch.url the right one? If so, tell the dispatcher what this says."
    return fail(name, f"The dispatcher answers, but not in its senses: {error}.", cure)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
