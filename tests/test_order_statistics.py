"""Single ranks of a long column are what sorting gives, whatever the values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort.disclosure import order_statistics
from kohort.disclosure.order_statistics import OrderStatistics

ROWS = 60_000
DRAW = np.random.default_rng(5)
COLUMNS = {
    "wages": np.rint(DRAW.lognormal(12.9, 0.5, ROWS)),
    "both signs": DRAW.standard_normal(ROWS),
    "mostly zero": np.where(DRAW.random(ROWS) < 0.7, 0, DRAW.lognormal(9, 2, ROWS)),
    "negative zeros": np.where(DRAW.random(ROWS) < 0.3, -0.0, DRAW.standard_normal(ROWS)),
    "ages": DRAW.integers(0, 90, ROWS).astype(np.float64),
    "one value": np.full(ROWS, -3.0),
    "two values": DRAW.choice([-1.0, 1.0], ROWS),
    "huge": DRAW.standard_normal(ROWS) * 1e300,
    "at the ends": DRAW.choice([-1.7e308, 0.0, 1.0, 1.7e308], ROWS),
    "tiny": DRAW.standard_normal(ROWS) * 1e-310,
    "a giant": np.append(DRAW.random(ROWS - 1), 1e200),
    "a giant below": np.append(DRAW.random(ROWS - 1), -1e200),
    "close together": 1e15 + DRAW.integers(0, 50, ROWS),
    "far apart": DRAW.choice([-1.0, 1.0], ROWS) * 2.0 ** DRAW.integers(-1000, 1000, ROWS),
}
RANKS = (0, 1, 10, 599, 15_000, 30_000, 44_999, 59_990, ROWS - 1)


@pytest.mark.parametrize("name", COLUMNS)
def test_ranks_are_those_of_sorting(name: str) -> None:
    x = COLUMNS[name].copy()
    found = OrderStatistics(x)
    expected = np.sort(x)
    assert found.at(RANKS).tolist() == expected[list(RANKS)].tolist()
    assert found.at((ROWS // 3, 30_000)).tolist() == expected[[ROWS // 3, 30_000]].tolist()
    assert np.array_equal(x, COLUMNS[name])


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=1, max_size=40),
    st.integers(1, 30),
)
def test_any_values(values: list[float], copies: int) -> None:
    x = np.repeat(np.array(values), copies)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order_statistics, "_FEW", 2)
        found = OrderStatistics(x).at(range(len(x)))
    assert found.tolist() == np.sort(x).tolist()


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(6).lognormal(12.9, 0.5, 600_000)
    found = []
    for cores in (1, 2, 3):
        monkeypatch.setattr("kohort.stretches.cores", lambda many=cores: many)
        found.append(OrderStatistics(x).at((5, 300_000, 599_990)).tolist())
    assert found[0] == found[1] == found[2] == np.sort(x)[[5, 300_000, 599_990]].tolist()


def test_values_have_no_text_form() -> None:
    assert "1" not in repr(OrderStatistics(np.array([1.0])))
