"""Whatever the network or the server does to an exchange: one taxi for each press, no promise lost, none kept too late.

Every fault is met at every operation of each provider, with the dispatcher having got the request and not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes_courier import Rig
from fakes_dispatcher import S
from fault_proxy import FAULTS, TEN_MB, Fault
from town_tomp import TompTown
from towns import HailTown, RegisterTown, Town

from dispatch_client.attempts import attempt_ref
from dispatch_client.ladder import Ladder
from dispatch_client.plan import Policy
from dispatch_client.trips import WITH_TAXI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dispatch_client.trips import TripStatus

POLICY = Policy(deadline_s=100, answer_s=50, again_s=3)
TOWNS = {"hail_api": HailTown, "letaxi": RegisterTown, "tomp": TompTown}
LOST = next(fault for fault in FAULTS if fault.name == "close" and fault.carried_out)


class Box(Rig):
    """A courier before a town, driven by hand."""

    def __init__(self, folder: Path, town: Town) -> None:
        self.town = town
        super().__init__(folder, policy=POLICY, clock=town.clock)
        self.ladder = Ladder.of(town.provider())
        self.courier = self.made()

    def until(self, ref: str, *statuses: TripStatus, seconds: float = 120) -> None:
        """Let time pass until that is told."""
        for _ in range(int(seconds)):
            if self.status(ref) in statuses:
                return
            self.pass_s(1)
        raise AssertionError(f"{self.status(ref)} after {seconds} s, and none of {statuses}; {self.told.faults}")

    def check(self, ref: str, *, alive: int) -> None:
        """What the dispatcher's own record says of one press."""
        keys = {attempt_ref(ref, number) for number in range(1, 20)}
        rows = [row for row in self.town.rows() if row[0] in keys]
        assert len(rows) == len({key for key, _ in rows}), "one attempt was booked twice"
        assert sum(living for _, living in rows) == alive
        kept = self.on_disk(ref)
        assert kept is not None
        assert kept.status is self.status(ref)
        assert [fault for fault in self.told.faults if "in the courier" in fault] == []

    def call_off(self, ref: str) -> None:
        """Every trip can be cancelled, whatever was done to it."""
        self.cancel(ref)
        self.until(ref, S.CANCELLED_BY_RIDER)
        self.check(ref, alive=0)


@pytest.fixture
def town(request: pytest.FixtureRequest) -> Iterator[Town]:
    with TOWNS[request.param]() as town:
        yield town


@pytest.fixture
def box(tmp_path: Path, town: Town) -> Iterator[Box]:
    with Box(tmp_path, town) as box:
        yield box


def before(operation: str) -> Callable[[Box, Fault], str]:
    """Met by the first exchange of this kind after the press."""

    def met(box: Box, fault: Fault) -> str:
        box.town.proxy.next(operation, fault)
        ref = box.press(box.town.wish())
        box.until(ref, *WITH_TAXI)
        return ref

    return met


def at_get(box: Box, fault: Fault) -> str:
    ref = box.press(box.town.wish())
    box.town.proxy.next("get", fault, 2)
    box.until(ref, *WITH_TAXI)
    return ref


def at_cancel(box: Box, fault: Fault) -> str:
    ref = box.press(box.town.wish())
    box.until(ref, *WITH_TAXI)
    box.town.proxy.next("cancel", fault, 2)
    return ref


def at_look_up(box: Box, fault: Fault) -> str:
    """Cancelled while nobody knows whether it was booked: it is looked for until that is known."""
    box.town.proxy.next("create", LOST)
    ref = box.press(box.town.wish())
    box.town.proxy.next("look_up", fault, 2)
    box.cancel(ref)
    box.until(ref, S.CANCELLED_BY_RIDER)
    return ref


AT: dict[str, Callable[[Box, Fault], str]] = {
    "create": before("create"),
    "search": before("search"),
    "get": at_get,
    "confirm": before("confirm"),
    "cancel": at_cancel,
    "look_up": at_look_up,
}


@pytest.mark.parametrize(
    ("town", "operation"),
    [(name, operation) for name in TOWNS for operation in TOWNS[name].operations],
    indirect=["town"],
)
def test_no_fault_at_any_operation_costs_a_taxi_or_sends_two(
    box: Box, operation: str, count: Callable[[str, int], None]
) -> None:
    town = box.town
    faults = [fault for fault in FAULTS if operation in town.changing or not fault.carried_out]
    for fault in faults:
        tries, met = 0, town.proxy.met[operation]
        while town.proxy.met[operation] == met:  # a busy machine may be a fault of its own, and go another way
            assert tries < 5, f"{fault} was not met"
            tries += 1
            try:
                ref = AT[operation](box, fault)
                box.check(ref, alive=int(operation != "look_up"))
                box.call_off(ref)
            except AssertionError as error:
                error.add_note(f"the fault was: {fault}")
                raise
            town.proxy.forget()
    assert 0 < town.proxy.most_taken < TEN_MB / 5, "what is far too large is refused early"
    count("faults of the network or the server at each operation: one taxi for each press", len(faults))


@pytest.mark.parametrize("town", TOWNS, indirect=True)
@pytest.mark.parametrize("name", ["reset", "half a reply", "500", "429", "web page", "other types", "10 MB"])
def test_what_goes_wrong_until_the_deadline_is_not_sent_after_it(
    box: Box, name: str, count: Callable[[str, int], None]
) -> None:
    town = box.town
    town.proxy.always("create", next(fault for fault in FAULTS if fault.name == name and not fault.carried_out))
    ref = box.press(town.wish())
    box.pass_s(POLICY.deadline_s + 1)
    tried = town.proxy.met["create"]
    assert tried > 1
    town.proxy.always("create", None)
    box.pass_s(POLICY.answer_s - 3)
    assert (box.trip(ref).asks_again, box.trip(ref).ended) == (True, False)
    assert "create" not in town.proxy.carried_out, "a taxi that nobody may be waiting for any more"
    box.courier.still_wanted(ref)
    box.until(ref, *WITH_TAXI)
    box.check(ref, alive=1)
    count("faults until after the deadline: nothing sent late", tried)
