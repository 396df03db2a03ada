"""Whom to ask and when, as pure arithmetic."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes_dispatcher import FULL, GATE, FakeClock, FakeDispatcher, wish

from dispatch_client.errors import Unreachable
from dispatch_client.ladder import Absent, Ladder, Rung
from dispatch_client.provider import Capabilities

CLOCK = FakeClock()


def dispatcher(name: str, capabilities: Capabilities = FULL) -> FakeDispatcher:
    made = FakeDispatcher(CLOCK, capabilities)
    made.name = name
    return made


NEAR, OTHER, MESSAGE = dispatcher("near"), dispatcher("other"), dispatcher("message")
LADDER = Ladder([Rung(NEAR), Rung(NEAR, 90, wider=True), Rung(OTHER, 180), Rung(MESSAGE, 240)])


def asked(searched_s: float, *, down: tuple[str, ...] = (), spent: tuple[str, ...] = ()) -> tuple[str, bool] | None:
    rung = LADDER.rung(wish(), searched_s, down=frozenset(down), spent=frozenset(spent))
    return (rung.provider.name, rung.wider) if rung else None


def test_each_is_asked_in_its_time() -> None:
    assert [asked(s) for s in (0, 89, 90, 179, 180, 240, 9999)] == [
        ("near", False),
        ("near", False),
        ("near", True),
        ("near", True),
        ("other", False),
        ("message", False),
        ("message", False),
    ]


def test_who_cannot_be_reached_is_gone_round_while_anybody_can() -> None:
    assert asked(0, down=("near",)) == ("other", False)
    assert asked(0, down=("near", "other")) == ("message", False)
    assert asked(200, down=("other",)) == ("near", True)
    assert asked(100, down=("near", "other", "message")) == ("near", True)


def test_who_has_refused_for_good_is_not_asked_again() -> None:
    assert asked(0, spent=("near",)) == ("other", False)
    assert asked(300, spent=("near", "other", "message")) is None
    assert asked(0, down=("other",), spent=("near",)) == ("message", False)


def test_who_must_know_where_to_is_asked_only_when_that_is_known() -> None:
    picky = dispatcher("picky", replace(FULL, requires_dropoff=True))
    ladder = Ladder([Rung(picky), Rung(OTHER, 60)])
    aimless, aimed = ladder.rung(wish(), 0), ladder.rung(wish(dropoff=GATE), 0)
    assert (aimless and aimless.provider, aimed and aimed.provider) == (OTHER, picky)


def test_the_next_rung_is_waited_for() -> None:
    assert [LADDER.next_s(s) for s in (0, 90, 200, 240)] == [90, 90, 40, None]


@pytest.mark.parametrize(
    ("rungs", "word"),
    [
        ([], "at once"),
        ([Rung(NEAR, 5)], "at once"),
        ([Rung(NEAR), Rung(OTHER, 90), Rung(MESSAGE, 60)], "message is asked after 60 s"),
        ([Rung(NEAR), Rung(dispatcher("near"), 90)], "'near'"),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused_in_a_sentence(rungs: list[Rung], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Ladder(rungs)


def test_a_dispatcher_that_was_taken_out_of_the_configuration_is_out_of_reach() -> None:
    gone = LADDER.provider("gone")
    assert isinstance(gone, Absent)
    with pytest.raises(Unreachable, match="'gone'"):
        gone.get("n1")
