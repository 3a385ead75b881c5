"""Units that stand out have no part in a model: left out silently, at limits drawn from the key.

Source: the disclosure reference, 4.11 (effective support) and 6.5. Were a model refused because one
unit carries a coefficient, a giant value given to somebody who has a secret would make the refusal
tell it. So such units are left out, again and again until nobody stands out, and what remains is
the model that it is without them. Leverage can only grow when others go, so that which units
remain does not depend on the order, and one who is left out has no influence on who else is.

A unit may be as much as one part in T of a fit, T about `eff_support_min`. A fixed T would be an
oracle (T - 1 known giants and the target: are they left out?), so it is random and has tails: the
logarithm is Laplace. It is drawn anew for each column and each round: with one draw for the whole
model, giants known to be at various limits would show what it is. Drawn for each unit, it would
average out over a group of known ones.
A column that nobody is left in is left out as well, and named, as those with too few units are. So
is one that nobody was in from the start: that somebody was may not show.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kohort.disclosure.counts import joint
from kohort.disclosure.keys import Secret, packed
from kohort.disclosure.model_noise import ModelKeys
from kohort.disclosure.winsor import laplace
from kohort.estimators.design import Floats, Integers
from kohort.estimators.problem import NotEstimableError, Problem
from kohort.estimators.selection import finite_rows, scaled, selected, varying
from kohort.estimators.unit_shares import UnitShares, leading_columns

SPREAD = 0.25
_FARTHEST = 8.0  # times the centre: beyond it, a share in ten thousand, nobody is left out
_LEAST = 2.0
_RESIDUALS = -2
"""The limit of shares of squared residuals is drawn for this number instead of a column's."""
_REST = -3


class Limits:
    """The limits of one model: which share of the fit one unit may be, by column and round."""

    def __init__(self, secret: Secret, keys: ModelKeys, least: int) -> None:
        self._secret = secret
        self._keys = keys
        # Of whole numbers, m >= least is what 1 / h > least - 1/2 rounds to.
        self._centre = least - 0.5

    @property
    def smallest(self) -> float:
        """The share that no limit is below."""
        return 1.0 / (_FARTHEST * self._centre)

    def drawn(self, number: int, columns: Integers) -> Floats:
        """The largest share in a round by column, float64 as many as columns."""
        distinct, place = np.unique(columns, return_inverse=True)
        uniform = self._uniforms(number, distinct)
        found = []
        for one in uniform.tolist():
            parts = self._centre * math.exp(SPREAD * laplace(one))
            found.append(1.0 / min(max(parts, _LEAST), _FARTHEST * self._centre))
        return np.array(found)[place]

    def unexplained(self, share: float) -> float:
        """A share of variation, times a random number with tails: for a guard, not to be shown."""
        (uniform,) = self._uniforms(0, np.array([_REST])).tolist()
        return share * math.exp(SPREAD * laplace(uniform))

    def _uniforms(self, number: int, columns: Integers) -> Floats:
        """Two halves, as of all noise: of the set and its content, and of the wording."""
        keys = self._keys
        by_set = self._half("limit/v1", keys.by_set, number, columns)
        if keys.by_text is None:
            return by_set
        by_text = self._half("limittext/v1", keys.by_text, number, columns)
        return np.clip(joint(by_set, by_text, keys.share), 1e-15, 1 - 1e-15)

    def _half(self, label: str, key: int, number: int, columns: Integers) -> Floats:
        prf = self._secret.prf(label)
        return prf.uniforms(packed(key, number, column) for column in columns.tolist())


@dataclass(frozen=True, slots=True, eq=False)
class Trimmed:
    """What is left of a model: `rows`, None for all; `gone` names columns that nobody is left in.

    `sound`: whether it can be fitted. `shares`: those of the units that are left.
    """

    rows: Integers | None
    gone: tuple[str, ...] = ()
    sound: bool = True
    shares: UnitShares | None = None

    def of(self, problem: Problem) -> Problem:
        """The problem of what is left."""
        left = problem if self.rows is None else selected(problem, self.rows)
        return varying(left)[0] if self.gone else left


def trimmed(problem: Problem, shares: Callable[[Problem], UnitShares], limits: Limits) -> Trimmed:
    """Leave out who stands out, until nobody does.

    The first round is all there is where nobody stands out; each further one costs as much. There
    is no last one: whether it was reached would tell. Raises `NotEstimableError`.
    """
    rows = finite_rows(problem)
    here = problem if rows is None else selected(problem, rows)
    gone: tuple[str, ...] = ()
    for number in itertools.count():
        here = scaled(here)
        found = _found(here, shares)
        units = _outstanding(here, found, limits, number)
        if len(units):
            left = _without(here, units)
            rows = left if rows is None else rows[left]
            here = selected(here, left)
            continue
        here, empty = (here, ()) if found.whole else varying(here)
        gone += empty
        if not empty:
            return Trimmed(rows, gone, found.sound, found)
    raise AssertionError("rounds end")


def _found(problem: Problem, shares: Callable[[Problem], UnitShares]) -> UnitShares:
    if not problem.rows:
        raise NotEstimableError("too few rows")
    try:
        return shares(problem)
    except np.linalg.LinAlgError:
        raise NotEstimableError("collinear") from None


def _outstanding(problem: Problem, found: UnitShares, limits: Limits, number: int) -> Integers:
    """Those with too much leverage; with none, those with too much of the squared residuals."""
    units = found.above(limits.smallest)
    if not len(units):
        return units
    leverage, residual = found.of(units)
    # Columns are looked at only where there is somebody to be judged.
    over = leverage > limits.drawn(number, _columns(problem, units))
    if over.any() or not found.sound:
        return units[over]
    return units[residual > limits.drawn(number, np.array([_RESIDUALS]))]


def _columns(problem: Problem, units: Integers) -> Integers:
    """The column in which each unit is most."""
    design = problem.design(*problem.designs)
    if problem.unit is None:
        return leading_columns(design, units)[1]
    unit = np.asarray(problem.unit)
    rows = np.flatnonzero(np.isin(unit, units))
    share, column = leading_columns(design, rows)
    order = np.lexsort((share, unit[rows]))
    last = np.flatnonzero(np.diff(unit[rows][order], append=-1))
    return column[order[last]]


def _without(problem: Problem, units: Integers) -> Integers:
    """The rows of all others."""
    out = np.zeros(problem.rows if problem.unit is None else int(problem.unit.max()) + 1, bool)
    out[units] = True
    return np.flatnonzero(~(out if problem.unit is None else out[problem.unit]))
