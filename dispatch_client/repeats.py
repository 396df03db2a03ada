"""Rides that come back each week, as single trips: the same ones, however often they are made."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch_client.documents import dump_request, load_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_client.trips import TripRequest


@dataclass(frozen=True, slots=True)
class Repeat:
    """One ride on the same days of each week, at the same time by the clock on the wall.

    Raises:
        ValueError: no day, a day that is none, a time with a zone of its own, a zone that nobody knows, or a
            reference that is no UUID.
    """

    wish: TripRequest
    """What is asked for each time; its `client_ref` (a UUID) names the rule."""
    weekdays: frozenset[int]
    """Monday is 0, Sunday is 6."""
    at: time
    """Local time of the pickup."""
    zone: str
    """IANA name of the zone that this time is meant in, such as `Asia/Shanghai`."""
    first: date
    last: date | None = None
    """The last day that it may fall on; None: until it is ended."""
    holder: str | None = None
    """As of a trip."""

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError(f"weekdays {sorted(self.weekdays)} of a repeated ride: expected some of 0 (Monday) to 6")
        if self.at.tzinfo is not None:
            raise ValueError("the time of a repeated ride is local: expected it without a zone, the zone beside it")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"zone {self.zone!r} of a repeated ride: expected a name such as Asia/Shanghai") from None
        uuid.UUID(self.ref)

    @property
    def ref(self) -> str:
        """The rule's own name."""
        return self.wish.client_ref


def trips(rule: Repeat, now: datetime, horizon: timedelta) -> Iterator[TripRequest]:
    """Give the single trips of a rule whose pickup lies after `now` and within the horizon.

    The reference of each is derived from rule and day, so that asking for it again is asking for the same trip. An
    hour that a clock change leaves out is taken at the next moment that exists; of an hour that comes twice, the first.
    """
    zone = ZoneInfo(rule.zone)
    today, until = now.astimezone(zone).date(), now + horizon
    day = max(rule.first, today - timedelta(days=1))
    while day <= until.astimezone(zone).date() and (rule.last is None or day <= rule.last):
        if day.weekday() in rule.weekdays:
            # There and back again through UTC: a time that does not exist becomes one that does.
            at = datetime.combine(day, rule.at, zone).astimezone(UTC).astimezone(zone)
            if now < at <= until:
                ref = str(uuid.uuid5(uuid.UUID(rule.ref), day.isoformat()))
                yield replace(rule.wish, client_ref=ref, requested_at=now, pickup_at=at)
        day += timedelta(days=1)


def dump_repeat(rule: Repeat) -> str:
    """Write a rule as one line of JSON, in ASCII."""
    return json.dumps(
        {
            "wish": dump_request(rule.wish),
            "weekdays": sorted(rule.weekdays),
            "at": rule.at.isoformat(),
            "zone": rule.zone,
            "first": rule.first.isoformat(),
            "last": rule.last and rule.last.isoformat(),
            "holder": rule.holder,
        },
        separators=(",", ":"),
    )


def load_repeat(text: str) -> Repeat:
    """Read what `dump_repeat` wrote. Raises ValueError, KeyError or TypeError when it did not."""
    raw: dict[str, Any] = json.loads(text)
    return Repeat(
        wish=load_request(raw["wish"]),
        weekdays=frozenset(raw["weekdays"]),
        at=time.fromisoformat(raw["at"]),
        zone=raw["zone"],
        first=date.fromisoformat(raw["first"]),
        last=date.fromisoformat(raw["last"]) if raw["last"] else None,
        holder=raw["holder"],
    )
