"""Scores summed by cluster, for covariances that allow for dependence within clusters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kohort.estimators.cross_products import Columns
from kohort.estimators.design import Codes, Floats, Integers
from kohort.estimators.problem import NotEstimableError


def cluster_sums(
    columns: Columns, groups: Codes | Integers, factor: Floats, place: Integers | None = None
) -> Floats:
    """Sums of columns times `factor` by group, float64 (G, k), groups without rows left out.

    `groups` int (N), `factor` float64 (N); `place` int (N): the row of `columns` that each row is
    (None: its own).
    """
    if place is None:
        order = np.argsort(groups, kind="stable")
        group, rows, values = groups[order].astype(np.int64), order, factor[order]
    else:
        # Sums by group and row of the columns first: there are fewer of those than rows.
        joint, inverse = np.unique(
            groups.astype(np.int64) * columns.rows + place, return_inverse=True
        )
        values = np.asarray(np.bincount(inverse, weights=factor), dtype=np.float64)
        group, rows = np.divmod(joint, columns.rows)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    number = np.cumsum(np.diff(group, prepend=-1) != 0) - 1
    result = np.zeros((len(starts), columns.width))
    taken = _taken(columns, rows)
    for chunk in taken.chunks():
        inside = number[chunk.rows]
        low, high = int(inside[0]), int(inside[-1]) + 1
        result[low:high] += chunk.by_cell(inside - low, high - low, values[chunk.rows])
    return result


def group_sums(groups: Codes | Integers, factor: Floats) -> Floats:
    """Sums of a factor (float64 (N)) by group, in the order of `cluster_sums`: float64 (G)."""
    there = np.bincount(groups) > 0
    return np.asarray(np.bincount(groups, weights=factor)[there], dtype=np.float64)


def cluster_factor(clusters: int, n: int, k: int) -> float:
    """The small-sample factor G/(G - 1) (n - 1)/(n - k). Raises `NotEstimableError`."""
    if clusters < 2:
        raise NotEstimableError("too few groups")
    return clusters / (clusters - 1) * (n - 1) / (n - k)


def _taken(columns: Columns, rows: Integers) -> Columns:
    blocks = tuple(
        replace(
            block,
            codes=None if block.codes is None else block.codes[rows],
            x=None if block.x is None else block.x[rows],
        )
        for block in columns.blocks
    )
    return Columns(blocks, columns.centres, len(rows))
