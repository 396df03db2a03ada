"""What tests do at a TOMP-API operator's: book, commit, let the driver move, and hear a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fake_operator import KEY, MAAS_ID, FakeOperator, wish

from dispatch_client.attempts import attempt_ref
from dispatch_client.errors import DispatchError, Refusal, Refused
from dispatch_client.http import Limits
from dispatch_client.providers.tomp import TompProvider

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_operator_world import Ride

    from dispatch_client.trips import Booking, TripRequest


def made_for(operator: FakeOperator, **settings: Any) -> TompProvider:  # noqa: ANN401 - its settings
    """An adapter for it, which remembers nothing."""
    return TompProvider(operator.url, KEY, maas_id=MAAS_ID, limits=Limits(read_s=2), **settings)


def press(tomp: TompProvider, request: TripRequest | None = None, attempt: int = 1) -> Booking:
    request = request or wish()
    ref = attempt_ref(request.client_ref, attempt)
    return tomp.create(ref, tomp.prepare(request, ref))


def ridden(operator: FakeOperator, tomp: TompProvider, *moves: str) -> tuple[Ride, Booking]:
    """Book, commit and let the driver move."""
    native_id = press(tomp).native_id
    tomp.confirm(native_id)
    ride = operator.rides[-1]
    operator.does(ride, *moves)
    return ride, tomp.get(native_id)


def found(tomp: TompProvider, ref: str) -> Booking:
    booking = tomp.find_by_ref(ref)
    assert booking is not None
    return booking


def error_of(call: Callable[[], object]) -> DispatchError:
    with pytest.raises(DispatchError) as caught:
        call()
    return caught.value


def refused(call: Callable[[], object]) -> Refused:
    error = error_of(call)
    assert isinstance(error, Refused), error
    return error


def refusal_of(call: Callable[[], object]) -> Refusal:
    return refused(call).refusal


def posted(operator: FakeOperator, path: str) -> list[dict[str, Any]]:
    """The bodies that were posted there."""
    return [members for method, where, members in operator.log if (method, where) == ("POST", path)]
