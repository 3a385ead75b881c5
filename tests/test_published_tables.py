"""Shares, tables and populations: decisions that see published numbers only."""

from collections.abc import Callable
from dataclasses import replace
from typing import get_type_hints

import numpy as np
import pytest

from kohort.disclosure import limits, magnitudes, population, profile, quantiles, shares, tables
from kohort.disclosure.contributors import Contributors
from kohort.disclosure.magnitudes import Moments
from kohort.disclosure.published import Published, State

DEFAULT = profile.load("default")
DANISH = profile.load("danish-5")
OPEN = profile.load("open")
MICRODATA = profile.load("microdata-no")


def values_of(found: Published | None) -> list[float]:
    assert found is not None
    return [round(value, 6) for value in found.values.tolist()]


def words_of(found: Published | None) -> list[str]:
    assert found is not None
    return found.words


def test_percentages_come_from_published_counts() -> None:
    found = shares.percentages(DEFAULT.counts, np.array([1, 20, 0, 5]), np.array([3, 30, 30, 0]))
    assert found.words == ["shown", "shown", "zero", "missing"]
    assert found.values[:3].tolist() == [33.3, 66.7, 0.0]
    danish = shares.percentages(DANISH.counts, np.array([0, 6]), np.array([30, 30]))
    assert danish.words == ["missing", "shown"]
    plain = shares.percentages(OPEN.counts, np.array([1]), np.array([3]))
    assert plain.values[0] == pytest.approx(100 / 3, rel=1e-14)


def test_percentages_of_a_table_by_its_row_totals() -> None:
    cells = np.array([[10, 30], [5, 15]])
    found = shares.percentages(DEFAULT.counts, cells, np.array([[40], [20]]))
    assert found.values.tolist() == [[25.0, 75.0], [25.0, 75.0]]


def test_ratios_keep_their_ends_to_themselves() -> None:
    n = np.array([100, 100, 100, 100, 9, 0])
    ones = np.array([40, 0, 100, 103, 5, 0])
    found = shares.ratios(DEFAULT.counts, DEFAULT.magnitudes, ones, n)
    assert found.words == ["shown", "low", "high", "high", "hidden", "missing"]
    assert found.values[0] == 0.4
    assert np.isnan(found.values[1:]).all()
    plain = shares.ratios(OPEN.counts, OPEN.magnitudes, ones[:3], n[:3])
    assert plain.words == ["shown"] * 3
    assert plain.values.tolist() == [0.4, 0.0, 1.0]


def test_moments_of_a_binary_variable_agree_with_its_table() -> None:
    n, ones = np.array([200, 200, 200]), np.array([50, 0, 200])
    found = shares.binary_moments(DEFAULT.counts, DEFAULT.magnitudes, ones, n)
    assert words_of(found.mean) == ["shown", "low", "high"]
    assert words_of(found.sd) == ["shown", "hidden", "hidden"]
    assert words_of(found.sum) == ["shown", "zero", "hidden"]
    assert values_of(found.mean)[0] == 0.25
    assert values_of(found.sum)[:2] == [50, 0]
    plain = np.repeat([1.0, 0.0], [50, 150])
    assert values_of(found.sd)[0] == pytest.approx(plain.std(ddof=1), rel=1e-3)


def test_moments_of_codes_one_and_two() -> None:
    found = shares.binary_moments(
        OPEN.counts, OPEN.magnitudes, np.array([3, 0, 1]), np.array([4, 4, 1]), low=1, high=2
    )
    assert values_of(found.mean) == [1.75, 1, 2]
    assert values_of(found.sum) == [7, 4, 2]
    assert values_of(found.sd)[:2] == [0.5, 0]
    assert words_of(found.sd) == ["shown", "shown", "missing"]


def test_rare_is_decided_on_published_numbers() -> None:
    default = DEFAULT.magnitudes
    # One per cent of 2000 is 20; the random rank averages 30; the bound is 60.
    assert shares.rare(default, 59, 2000)
    assert not shares.rare(default, 60, 2000)
    assert shares.rare(default, 14, 100)
    assert not shares.rare(default, 15, 100)
    # A fixed rank of 20 leaves a variable that is non-zero for 21.
    assert shares.rare(MICRODATA.magnitudes, 20, 2000)
    assert not shares.rare(MICRODATA.magnitudes, 21, 2000)
    assert not shares.rare(OPEN.magnitudes, 1, 2000)


def test_rare_variables_are_share_times_mean_among_the_non_zero() -> None:
    n, nonzero = np.array([1000, 1000, 1000, 9, 0]), np.array([20, 0, 6, 9, 0])
    among = Moments(
        mean=Published(
            np.array([5000.0, np.nan, np.nan, np.nan, np.nan]),
            np.array(
                [State.SHOWN, State.MISSING, State.HIDDEN, State.HIDDEN, State.MISSING],
                dtype=np.uint8,
            ),
        )
    )
    found = shares.rare_moments(DEFAULT.magnitudes, among, nonzero, n)
    assert words_of(found.mean) == ["shown", "zero", "hidden", "hidden", "missing"]
    assert values_of(found.mean)[:2] == [100, 0]
    assert values_of(found.sum)[:2] == [100_000, 0]
    assert words_of(found.sd) == ["hidden", "hidden", "hidden", "hidden", "missing"]


def test_low_margins_are_folded_before_sparsity_is_judged() -> None:
    # Two rows and two columns are full, the third row and column are nearly empty.
    cells = np.array([[50, 40, 0], [30, 0, 0], [0, 0, 0]])
    margins = [np.array([90, 30, 0]), np.array([80, 40, 0])]
    found = tables.judged_table(DEFAULT.counts, cells, margins)
    assert [gone.tolist() for gone in found.folded] == [[False, False, True]] * 2
    assert not found.sparse  # one of four, not six of nine
    spread = np.array([[9, 0, 0], [0, 9, 0], [0, 0, 9]])
    nines = [np.array([9, 9, 9])] * 2
    assert tables.judged_table(DEFAULT.counts, spread, nines).sparse
    assert not tables.judged_table(OPEN.counts, spread, nines).sparse


def test_half_low_is_not_yet_sparse() -> None:
    cells = np.array([[9, 0], [0, 9]])
    margins = [np.array([9, 9])] * 2
    assert not tables.judged_table(DEFAULT.counts, cells, margins).sparse
    assert tables.judged_table(replace(DEFAULT.counts, sparse_share=0.49), cells, margins).sparse


def test_a_table_of_one_variable_folds_and_is_never_sparse() -> None:
    cells = np.array([0, 0, 0, 12])
    found = tables.judged_table(DEFAULT.counts, cells, [cells])
    assert found.folded[0].tolist() == [True, True, True, False]
    assert not found.sparse
    nothing = tables.judged_table(DEFAULT.counts, np.array([0, 0]), [np.array([0, 0])])
    assert nothing.folded[0].all()
    assert not nothing.sparse


def test_sizes_of_what_is_displayed() -> None:
    counts = DEFAULT.counts
    assert not tables.too_large(counts, [])
    assert not tables.too_large(counts, [500, 10])
    assert tables.too_large(counts, [501])
    assert tables.too_large(counts, [500, 11])
    assert tables.too_large(counts, [2] * 5)


def test_rows_in_which_nearly_all_are_alike() -> None:
    cells = np.array([[95, 5], [94, 6], [200, 0], [0, 0]])
    totals = np.array([100, 100, 200, 0])
    group = DEFAULT.group_disclosure
    found = tables.disclosive_rows(group, cells, totals, sensitive=True)
    assert found.tolist() == [True, False, False, False]
    assert not tables.disclosive_rows(group, cells, totals, sensitive=False).any()
    every = replace(group, only_sensitive=False)
    assert tables.disclosive_rows(every, cells, totals, sensitive=False).any()
    assert not tables.disclosive_rows(OPEN.group_disclosure, cells, totals, sensitive=True).any()


def test_what_noise_adds_to_a_chi_square() -> None:
    expected = np.array([[10.0, 20.0], [0.0, 50.0]])
    # 5 / 10 + 5 / 20 + 5 / 50
    assert tables.noise_chi_square(DEFAULT.counts, expected) == pytest.approx(0.85)
    assert tables.noise_chi_square(OPEN.counts, expected) == 0


def test_populations() -> None:
    default = DEFAULT.population
    assert not population.large_enough(default, 1009)
    assert population.large_enough(default, 1010)
    assert population.large_enough(OPEN.population, 0)
    assert population.edit_allowed(default, 1, 4999)
    floor = MICRODATA.population
    touched = (0, 9, 10, 4990, 4991, 5000)
    answers = [population.edit_allowed(floor, n, 5000 - n) for n in touched]
    assert answers == [True, False, True, True, False, True]
    assert not population.sample_large_enough(DEFAULT.sample, 999)
    assert population.sample_large_enough(DEFAULT.sample, 1000)


DECISIONS = (
    magnitudes.shown_cells,
    population.edit_allowed,
    population.large_enough,
    population.sample_large_enough,
    quantiles.extreme_percents,
    quantiles.shown_quantiles,
    shares.percentages,
    shares.rare,
    shares.ratios,
    tables.disclosive_rows,
    tables.folded_levels,
    tables.judged_table,
    tables.too_large,
)
PUBLISHED = {
    "cells", "levels", "margin", "margins", "nonzero", "numerators", "ones", "published_n",
    "spared", "totals", "touched",
}  # fmt: skip
METADATA = {"sensitive", "percent"}


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.__name__)
def test_decisions_see_published_numbers_metadata_and_limits_only(
    decision: Callable[..., object],
) -> None:
    for name, hint in get_type_hints(decision).items():
        if name == "return":
            continue
        if isinstance(hint, type) and hint.__module__ == limits.__name__:
            continue
        assert name in PUBLISHED | METADATA, name
        assert hint is not Contributors
