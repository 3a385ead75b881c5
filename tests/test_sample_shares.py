"""Round shares of random samples, and how many samples of each there are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort.sample_shares import buckets, rounded

SHARES = st.floats(1e-7, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("given_share", "round_share"),
    [
        (0.1, 0.1), (0.25, 0.25), (0.5, 0.5), (0.75, 0.75), (0.9, 0.9), (0.05, 0.05),
        (0.99, 0.9), (0.95, 0.9), (0.7, 0.75), (0.55, 0.6), (0.35, 0.4), (0.333, 0.3),
        (0.0123, 0.0125), (0.00017, 0.00015), (0.02, 0.02), (0.11, 0.1),
    ],
)  # fmt: skip
def test_shares_go_to_the_nearest_by_ratio(given_share: float, round_share: float) -> None:
    assert rounded(given_share) == round_share


@given(SHARES)
def test_what_is_round_stays_and_nothing_moves_far(share: float) -> None:
    found = rounded(share)
    assert rounded(found) == found
    assert 0 < found < 1
    assert abs(math.log(found / share)) <= math.log(1.2)


@given(SHARES, SHARES)
def test_larger_shares_have_fewer_samples(one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert 16 >= buckets(small, 16) >= buckets(large, 16) >= 2
    assert buckets(one, 1) == 1


def test_how_many_samples_there_are() -> None:
    found = {share: buckets(share, 16) for share in (0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.9)}
    assert found == {0.01: 16, 0.05: 16, 0.1: 8, 0.2: 4, 0.25: 3, 0.3: 2, 0.9: 2}
