"""Predictions at means of the regressors, with errors by the delta method."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kohort.estimators.cross_products import Columns, weighted_sum
from kohort.estimators.design import CONSTANT, Design, Floats, constant_block
from kohort.estimators.families import Family
from kohort.estimators.problem import NotEstimableError, TableOfEffects


def user_columns(design: Design, constant: bool) -> Columns:
    """The columns of a design as they are, the constant (if any) last."""
    blocks = (*design.blocks, constant_block()) if constant else design.blocks
    return Columns(blocks, (0.0,) * len(blocks), design.rows)


def places(names: Sequence[str], columns: Columns) -> list[int]:
    """Where columns of some names stand."""
    known = {name: j for j, name in enumerate(n for block in columns.blocks for n in block.names)}
    return [known[name] for name in names]


def column_means(
    design: Design, constant: bool, names: Sequence[str], weights: Floats | None
) -> Floats:
    """Weighted means of the named columns, float64 (k)."""
    columns = user_columns(design, constant)
    ones = np.ones(design.rows) if weights is None else weights
    return columns.against(ones)[places(names, columns)] / weighted_sum(ones, None)


def margins(
    names: Sequence[str],
    b: Floats,
    v: Floats,
    means: Floats,
    moved: str | None,
    family: Family | None = None,
) -> TableOfEffects:
    """Predictions with every column at its mean, or (`moved`) with one 0/1 variable at 0 and at 1.

    `family` None: the linear predictor itself. Raises `NotEstimableError` where `moved` is not a
    0/1 column of the model.
    """
    if moved is None:
        points, labels = [means], ["at_means"]
    else:
        column = next((n for n in (moved, f"i.{moved}[1]") if n in names), None)
        if column is None:
            raise NotEstimableError("not binary")
        points, labels = [], []
        for value in (0, 1):
            point = means.copy()
            point[list(names).index(column)] = value
            points.append(point)
            labels.append(f"{moved} = {value}")
    at = np.array(points)
    eta = at @ b
    errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", at, v, at), 0.0))
    if family is not None:
        errors = errors * family.slope(eta)[0]
        eta = family.mean(eta)
    telling = CONSTANT in names
    return TableOfEffects("margins", tuple(labels), eta, errors, False, "prediction", (), telling)
