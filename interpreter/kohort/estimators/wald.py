"""Wald tests of several coefficients at once."""

from __future__ import annotations

import numpy as np

from kohort.estimators.design import Floats

_SINGULAR = 1e-12


def wald(b: Floats, v: Floats) -> float:
    """b' V^-1 b, missing (NaN) where V cannot be inverted; b float64 (k), V float64 (k, k)."""
    scale = np.sqrt(np.maximum(np.diagonal(v), 0.0))
    if not len(b) or not np.all(scale > 0):
        return float("nan")
    standard = b / scale
    unit = v / np.outer(scale, scale)
    # Fewer clusters than coefficients leave V singular; rounding may hide that.
    values = np.linalg.eigvalsh(unit) if np.isfinite(unit).all() else np.zeros(1)
    if values.min() <= len(b) * _SINGULAR:
        return float("nan")
    return float(standard @ np.linalg.solve(unit, standard))
