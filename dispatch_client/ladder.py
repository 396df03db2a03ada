"""Who is asked and when, so that nobody has to press twice: the rungs of one search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NoReturn

from dispatch_client.errors import Unreachable
from dispatch_client.provider import Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from dispatch_client.provider import Estimate, Provider
    from dispatch_client.trips import Booking, TripRequest

NOBODY_DOWN: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Rung:
    """One dispatcher to ask, and from when on."""

    provider: Provider
    after_s: float = 0.0
    """Seconds of searching after which it is asked."""
    wider: bool = False
    """It is told to look further away, where it can be."""


class Ladder:
    """The rungs of a search, in the order in which they are climbed.

    Args:
        rungs: at least one; the first is asked at once. The same provider may stand on several, for instance first
            near and then further away.

    Raises:
        ValueError: there is none, the first is not asked at once, the times go back, or two providers share a name.
    """

    def __init__(self, rungs: Sequence[Rung]) -> None:
        if not rungs or rungs[0].after_s != 0:
            raise ValueError("a search needs a first dispatcher that is asked at once (after_s = 0)")
        for below, above in pairwise(rungs):
            if above.after_s < below.after_s:
                raise ValueError(
                    f"{above.provider.name} is asked after {above.after_s:g} s, "
                    f"before {below.provider.name} ({below.after_s:g} s): expected times that grow"
                )
        self.rungs = tuple(rungs)
        self.providers: dict[str, Provider] = {}
        for rung in self.rungs:
            if self.providers.setdefault(rung.provider.name, rung.provider) is not rung.provider:
                raise ValueError(f"two dispatchers are called {rung.provider.name!r}: expected a name for each")

    @classmethod
    def of(cls, provider: Provider) -> Ladder:
        """One dispatcher and nobody else."""
        return cls([Rung(provider)])

    def provider(self, name: str) -> Provider:
        """The dispatcher of that name; one that is not configured any more cannot be reached."""
        return self.providers.get(name) or Absent(name)

    def can(self, name: str) -> Capabilities:
        """What that dispatcher can do."""
        return self.provider(name).capabilities

    def rung(
        self,
        request: TripRequest,
        searched_s: float,
        *,
        down: frozenset[str] = NOBODY_DOWN,
        spent: frozenset[str] = NOBODY_DOWN,
    ) -> Rung | None:
        """Whom to ask for this trip now.

        The highest rung whose time has come. One that cannot be reached (`down`) is passed over for as long as any
        other can; one that has refused this trip for good (`spent`), or cannot serve it, always.

        Args:
            request: the wish to ride.
            searched_s: how long it has been looked for.
            down: names of those that cannot be reached.
            spent: names of those that need not be asked again.

        Returns:
            None when nobody is left.
        """
        left = [rung for rung in self.rungs if rung.provider.name not in spent and _serves(rung, request)]
        open_ = [rung for rung in left if rung.provider.name not in down] or left
        reached = [rung for rung in open_ if rung.after_s <= searched_s]
        return reached[-1] if reached else next(iter(open_), None)

    def next_s(self, searched_s: float) -> float | None:
        """Seconds until the time of the next rung comes; None above the last."""
        return next((rung.after_s - searched_s for rung in self.rungs if rung.after_s > searched_s), None)


def _serves(rung: Rung, request: TripRequest) -> bool:
    return request.dropoff is not None or not rung.provider.capabilities.requires_dropoff


class Absent:
    """A dispatcher that had a trip and is not in the configuration any more: nothing can be asked of it."""

    capabilities = Capabilities(find_by_ref=True)

    def __init__(self, name: str) -> None:
        self.name = name

    def prepare(self, request: TripRequest, ref: str) -> bytes:  # noqa: ARG002 - the port's
        """Nothing is ever asked of it."""
        return b""

    def create(self, ref: str, payload: bytes) -> NoReturn:  # noqa: ARG002 - the port's
        """Nobody is there."""
        self.health()

    def get(self, native_id: str) -> NoReturn:  # noqa: ARG002 - the port's
        """Nobody is there."""
        self.health()

    def find_by_ref(self, ref: str) -> NoReturn:  # noqa: ARG002 - the port's
        """Nobody is there."""
        self.health()

    def cancel(self, native_id: str, reason: str) -> NoReturn:  # noqa: ARG002 - the port's
        """Nobody is there."""
        self.health()

    def confirm(self, native_id: str) -> NoReturn:  # noqa: ARG002 - the port's
        """Nobody is there."""
        self.health()

    def passenger_coming(self, native_id: str, *, can_see_taxi: bool = True) -> NoReturn:  # noqa: ARG002 - the port's
        """Nobody is there."""
        self.health()

    def widen(self, native_id: str) -> NoReturn:  # noqa: ARG002 - the port's
        """Nobody is there."""
        self.health()

    def estimate(self, request: TripRequest) -> Estimate:  # noqa: ARG002 - the port's
        """Nobody is there."""
        self.health()

    def follow(self, on_booking: Callable[[str, Booking], None], stop: Event) -> None:  # noqa: ARG002 - the port's
        """Nobody is there."""
        self.health()

    def health(self) -> NoReturn:
        """Say that it is not configured."""
        raise Unreachable(f"dispatcher {self.name!r} has a trip of ours and is not in the configuration any more")

    def close(self) -> None:
        """Nothing is held."""
