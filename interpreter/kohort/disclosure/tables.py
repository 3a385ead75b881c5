"""What of a table of counts is displayed, decided on published counts and code lists alone.

Source: the disclosure reference, 2.1, and decisions 16 and 17.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure import counts as count_rules
from kohort.disclosure.limits import CountLimits, GroupLimits


@dataclass(frozen=True)
class TableVerdict:
    """`folded`: per axis, bool (levels): told in a note only; `sparse`: the table is withheld."""

    folded: tuple[NDArray[np.bool_], ...]
    sparse: bool


def folded_levels(limits: CountLimits, margin: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which levels of an axis go into the note: those whose published margin is low."""
    return margin < limits.low_cell


def judged_table(
    limits: CountLimits, cells: NDArray[np.int64], margins: Sequence[NDArray[np.int64]]
) -> TableVerdict:
    """Fold levels with a low margin, then judge whether too many of the cells that remain are low.

    `cells`: int64, published counts of every combination that could exist, one axis per variable;
    `margins`: per axis, published counts of its levels. A table whose levels are all folded is not
    sparse: its note says so.
    """
    folded = tuple(folded_levels(limits, margin) for margin in margins)
    remaining = cells[np.ix_(*(~gone for gone in folded))] if folded else cells
    if count_rules.unprotected(limits) or not remaining.size:
        return TableVerdict(folded, sparse=False)
    low = float((remaining < limits.low_cell).mean())
    return TableVerdict(folded, sparse=low > limits.sparse_share)


def too_large(limits: CountLimits, levels: Sequence[int], cells: int | None = None) -> bool:
    """Tell whether what would be displayed, in published levels per axis, exceeds the limits.

    `cells`: how many are displayed where not every combination of levels is.
    """
    if cells is None:
        cells = prod(levels)
    return (
        len(levels) > limits.max_dims
        or cells > limits.max_cells
        or any(count > limits.max_categories for count in levels)
    )


def disclosive_rows(
    limits: GroupLimits,
    cells: NDArray[np.int64],
    totals: NDArray[np.int64],
    sensitive: bool,
) -> NDArray[np.bool_]:
    """Tell which rows show that nearly everyone shares one category: bool (rows).

    `cells`: int64 (rows, columns) and `totals`: int64 (rows), published; `sensitive`: the variable
    of the columns is flagged so.
    """
    if not limits.on or (limits.only_sensitive and not sensitive) or not cells.shape[1]:
        return np.zeros(len(totals), dtype=np.bool_)
    small = (totals > 0) & (totals < limits.n_max)
    return np.asarray(small & (cells.max(axis=1) >= limits.share * totals))


def noise_chi_square(limits: CountLimits, expected: NDArray[np.float64]) -> float:
    """Give what the cells' noise adds to a chi-square on average: sum of variance / expected."""
    if count_rules.unprotected(limits):
        return 0.0
    return float((limits.variance / expected[expected > 0]).sum())
