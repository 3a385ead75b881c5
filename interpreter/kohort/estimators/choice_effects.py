"""Marginal effects of a multinomial logit: how much the share of each outcome moves."""

from __future__ import annotations

import numpy as np

from kohort.estimators.cross_products import Columns
from kohort.estimators.design import CONSTANT, Floats
from kohort.estimators.marginal_effects import At, Kind, point_of
from kohort.estimators.margins import places, user_columns
from kohort.estimators.multinomial import ChoiceFit, shares_of
from kohort.estimators.problem import TableOfEffects


def choice_effects(
    found: ChoiceFit, kind: Kind, at: At, headings: tuple[str, ...]
) -> TableOfEffects:
    """Effects of every column but the constant on every outcome, the base first.

    The effect of column j on outcome m is P_m (b_mj - sum_q P_q b_qj), times x_j (`..ex`), over P_m
    (`ey..`). `headings` name the outcomes.
    """
    names, k = found.names, len(found.names)
    columns = user_columns(found.ground.patterns.design, found.ground.constant)
    order = places(names, columns)
    weights = found.ground.weights / found.ground.weights.sum()
    shares = found.shares
    if at != "overall":
        point = point_of(columns, order, names, weights, at)
        eta = np.concatenate([[0.0], found.coefficients @ point])
        shares = shares_of(eta[None, :])
        weights = np.ones(1)
        moments = _Moments(None, order, weights, kind, point)
    else:
        moments = _Moments(columns, order, weights, kind, None)
    outcomes = shares.shape[1]
    b = np.vstack([np.zeros(k), found.coefficients])
    effects = np.empty((outcomes, k))
    gradient = np.zeros((outcomes, k, outcomes - 1, k))
    proportional = kind in {"eyex", "eydx"}
    for m in range(outcomes):
        lead = np.ones(len(weights)) if proportional else shares[:, m]
        # lead * (b_m - sum_q P_q b_q), each mean over the rows with x_j where asked.
        own = moments.level(lead)
        by = np.array([moments.level(lead * shares[:, q]) for q in range(outcomes)])
        effects[m] = own * b[m] - (by * b).sum(axis=0)
        for i in range(1, outcomes):
            lift = np.zeros(len(weights)) if proportional else lead * ((m == i) - shares[:, i])
            part = gradient[m, :, i - 1, :]
            part += b[m][:, None] * moments.cross(lift)
            for q in range(outcomes):
                # d(lead P_q) / d eta_i
                bend = lift * shares[:, q] + lead * shares[:, q] * ((q == i) - shares[:, i])
                part -= b[q][:, None] * moments.cross(bend)
            part[np.arange(k), np.arange(k)] += (own if m == i else 0.0) - by[i]
    flat = gradient.reshape(outcomes * k, (outcomes - 1) * k)
    variance = np.einsum("ij,jk,ik->i", flat, found.covariance, flat)
    errors = np.sqrt(np.maximum(variance, 0.0)).reshape(outcomes, k)
    shown = [j for j, name in enumerate(names) if name != CONSTANT]
    kept = tuple(names[j] for j in shown)
    return TableOfEffects(
        kind,
        kept * outcomes,
        effects[:, shown].ravel(),
        errors[:, shown].ravel(),
        True,
        "effect",
        tuple((heading, len(kept)) for heading in headings),
    )


class _Moments:
    """Weighted means of z (x_j) and of z (x_j) x_l over the patterns, or at one point."""

    def __init__(
        self,
        columns: Columns | None,
        order: list[int],
        weights: Floats,
        kind: Kind,
        point: Floats | None,
    ) -> None:
        self.columns = columns
        self.order = order
        self.weights = weights
        self.scaled = kind in {"eyex", "dyex"}
        self.point = point

    def level(self, z: Floats) -> Floats:
        """Means of z, or of z x_j: float64 (k)."""
        if self.columns is None:
            assert self.point is not None
            own = self.point if self.scaled else np.ones(len(self.order))
            return own * float(z[0])
        if not self.scaled:
            return np.full(len(self.order), float(self.weights @ z))
        return self.columns.against(self.weights * z)[self.order]

    def cross(self, z: Floats) -> Floats:
        """Means of z x_l, or of z x_j x_l: float64 (k, k)."""
        k = len(self.order)
        if self.columns is None:
            assert self.point is not None
            own = self.point if self.scaled else np.ones(k)
            return np.outer(own, self.point) * float(z[0])
        if not self.scaled:
            return np.tile(self.columns.against(self.weights * z)[self.order], (k, 1))
        return self.columns.weighted(self.weights * z).gram()[np.ix_(self.order, self.order)]
