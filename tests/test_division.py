"""Quotients are the nearest doubles, whatever is divided by what."""

import numpy as np
import polars as pl
import pytest

from kohort.engine import numbers


@pytest.mark.parametrize("divisor", [3.0, 7.0, 12.0, 100_000.0])
def test_a_quotient_is_the_nearest_double(divisor: float) -> None:
    x = np.arange(1, 5000, dtype=np.float64) * 1000
    found = numbers.divide(pl.Series(x), pl.Series([divisor]))
    assert found.to_list() == (x / divisor).tolist()
    assert numbers.divide(pl.Series([divisor]), pl.Series(x)).to_list() == (divisor / x).tolist()


def test_what_cannot_be_divided_is_missing() -> None:
    by_zero = numbers.divide(pl.Series([1.0, None, 3.0]), pl.Series([0.0]))
    assert by_zero.to_list() == [None, None, None]
    missing = numbers.divide(pl.Series([6, None, 3]), pl.Series([None], dtype=pl.Int64))
    assert missing.to_list() == [None, None, None]
    assert numbers.divide(pl.Series([6, None, 3]), pl.Series([3])).to_list() == [2.0, None, 1.0]


def test_rounding_gives_the_decimal_that_is_meant() -> None:
    x = pl.Series([0.29, 0.57, 1.13, 4.349999, -2.675])
    assert numbers.round_to(x, pl.Series([0.01])).to_list() == [0.29, 0.57, 1.13, 4.35, -2.68]
