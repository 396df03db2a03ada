"""Schemathesis, with every check that it has, finds nothing between the description and the sandbox."""

from __future__ import annotations

import itertools
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from dispatch_client.sandbox import Behaviour, Sandbox
from dispatch_client.sandbox.contract import document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis.core.transport import Response


schema = schemathesis.openapi.from_dict(document())
load_all_checks()
fresh = itertools.count(1)
moving: list[Sandbox] = []


@schemathesis.hook
def before_call(_context: object, case: schemathesis.Case, _kwargs: dict[str, Any]) -> None:
    """Give each sound NewTrip a key of its own: the described example again and again would only be a conflict."""
    for sandbox in moving:
        sandbox.advance(1)
    sound = case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE
    if sound and case.operation.label == "POST /v1/trips" and isinstance(case.body, dict):
        case.headers["Idempotency-Key"] = case.body["client_ref"] = str(uuid.UUID(int=next(fresh)))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    # Each stream ends soon, or schemathesis would read the endless answer for ever. Time moves with the calls alone,
    # so that two runs see the same.
    with Sandbox(speed=0, behaviour=Behaviour.OFFERS, stream_for_s=0.02) as running:
        moving.append(running)
        yield running
        moving.clear()


@schema.parametrize()
@settings(max_examples=20, derandomize=True, deadline=None, database=None)
def test_each_operation_keeps_to_its_description(case: schemathesis.Case, sandbox: Sandbox) -> None:
    case.call_and_validate(
        base_url=sandbox.url, headers={"Authorization": f"Bearer {sandbox.token}"}, checks=CHECKS.get_all()
    )


def test_a_chain_of_operations_keeps_to_the_description(sandbox: Sandbox) -> None:
    schema.config.update(base_url=sandbox.url)

    class Chain(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {sandbox.token}"}}

        def validate_response(self, response: Response, case: schemathesis.Case, **kwargs: bool) -> None:
            case.validate_response(response, checks=CHECKS.get_all(), **kwargs)

    run_state_machine_as_test(
        Chain,
        settings=settings(max_examples=12, stateful_step_count=8, derandomize=True, deadline=None, database=None),
    )
