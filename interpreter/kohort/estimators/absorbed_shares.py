"""How much of a linear fit with absorbed factors each unit is."""

from __future__ import annotations

import numpy as np

from kohort.estimators.absorbed_least_squares import fit_absorbed
from kohort.estimators.problem import NotEstimableError, Problem
from kohort.estimators.unit_shares import UnitShares, per_unit


def absorbed_shares(problem: Problem) -> UnitShares:
    """Shares as `linear_shares` gives them, the levels of the absorbed factor being columns too.

    Raises `NotEstimableError`, and for more than one absorbed factor, too.
    """
    design = problem.design(*problem.designs)
    found = fit_absorbed(design, problem.outcome, problem.absorbed)
    if found.residuals is None:
        raise NotEstimableError("collinear")
    moving = found.own_leverage()
    own, leverage = per_unit(problem, moving), per_unit(problem, moving + found.absorbed_leverage())
    sound = found.rss > 0 and bool(np.isfinite(leverage).all())
    share = per_unit(problem, found.residuals**2) / found.rss if found.rss > 0 else 0 * leverage
    return UnitShares(
        leverage,
        share,
        sound,
        whole=not found.dropped and found.connected,
        fit=found,
        own=own,
    )
