"""When to try again, from the error and the count of tries alone."""

from __future__ import annotations

from random import Random

import pytest

from dispatch_client.errors import Ambiguous, Refusal, Refused, Unreachable
from dispatch_client.retry import BUSY_S, LOOK_UP_S, UNREACHABLE_S, delay_s, patience_s


def chance(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - jitter


FINAL = [r for r in Refusal if r not in {Refusal.RATE_LIMITED, Refusal.UNAVAILABLE}]


@pytest.mark.parametrize(
    ("error", "ladder"),
    [
        (Ambiguous("?"), LOOK_UP_S),
        (Unreachable("no"), UNREACHABLE_S),
        (Refused(Refusal.RATE_LIMITED, "slow"), BUSY_S),
        (Refused(Refusal.UNAVAILABLE, "busy"), BUSY_S),
    ],
)
def test_each_error_climbs_its_own_ladder_and_stays_on_the_last_rung(
    error: Ambiguous, ladder: tuple[float, ...]
) -> None:
    for tries in range(1, 40):
        rung = ladder[min(tries, len(ladder)) - 1]
        pause = delay_s(error, tries, chance(tries))
        assert pause is not None
        assert rung * 0.8 <= pause <= rung * 1.2


def test_a_hundred_boxes_do_not_come_back_in_one_moment() -> None:
    pauses = {delay_s(Unreachable("no"), 3, chance(seed)) for seed in range(100)}
    assert len(pauses) > 90


@pytest.mark.parametrize("refusal", FINAL)
def test_a_final_no_is_not_tried_again(refusal: Refusal) -> None:
    assert delay_s(Refused(refusal, "no"), 1, chance(1)) is None
    assert patience_s(Refused(refusal, "no"), 1, chance(1)) >= 0.8, "where giving up is no choice there is a pause"
    assert patience_s(Refused(refusal, "no"), 50, chance(1)) >= 24


@pytest.mark.parametrize(("asked", "given"), [(7.0, 7.0), (0.0, 0.0), (3600.0, 60.0), (-5.0, 0.0)])
def test_the_dispatcher_may_say_when_within_reason(asked: float, given: float) -> None:
    assert delay_s(Refused(Refusal.RATE_LIMITED, "slow", retry_after_s=asked), 9, chance(1)) == given


@pytest.mark.parametrize("tries", [-3, 0, 1])
def test_counts_below_one_are_the_first(tries: int) -> None:
    assert delay_s(Ambiguous("?"), tries, chance(5)) == delay_s(Ambiguous("?"), 1, chance(5))
