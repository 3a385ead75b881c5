"""Linear panel models: fixed and random effects, regression of unit means, pooled rows.

Source of the formulas: Wooldridge, Econometric Analysis of Cross Section and Panel Data, chapter
10; variances of the components after Swamy and Arora as in linearmodels.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from kohort.estimators.cross_products import weighted_squares, weighted_sum
from kohort.estimators.design import CONSTANT, Design, Floats
from kohort.estimators.group_sums import Clusters
from kohort.estimators.linear_figures import Estimated
from kohort.estimators.panel_columns import PanelColumns
from kohort.estimators.panel_solution import Components, Effects, Panel, Solution
from kohort.estimators.panel_units import Units
from kohort.estimators.problem import NotEstimableError


@dataclass(frozen=True, slots=True, eq=False)
class PanelFit(Estimated):
    """A fitted panel model.

    `names`, `coefficients` float64[k], `covariance` float64[k, k]: of the kept columns, the
    constant last. `df_residual`: n - k less what the effects take. `s2`: residual variance.
    `components` of fe and re. `f`: test of all slopes, with `df_model`; `f_effects`: that all unit
    effects are zero (fe), with `df_effects`. `residuals`: y - xb by row less the unit's mean of it,
    float64[N]; `unit_residuals`: that mean, float64[U].
    """

    effects: Effects
    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    dropped: tuple[str, ...]
    constant: bool
    n: int
    units: Units
    df_residual: int
    s2: float
    f: float
    r2_within: float
    r2_between: float
    r2_overall: float
    components: Components | None
    f_effects: float
    df_effects: int
    residuals: Floats
    unit_residuals: Floats

    @property
    def rho(self) -> float:
        """The share of the variance that lies between units."""
        parts = self.components
        total = 0.0 if parts is None else parts.sigma_u**2 + parts.sigma_e**2
        return parts.sigma_u**2 / total if parts is not None and total > 0 else float("nan")


def fit_panel(
    design: Design,
    y: Floats,
    units: Units,
    effects: Effects = "fe",
    *,
    constant: bool = True,
    weighted: bool = False,
    clusters: Clusters | None = None,
    robust: bool = False,
    known: dict[Any, Any] | None = None,
) -> PanelFit:
    """Fit a panel model of y (float64[N]).

    `clusters` give a sandwich of score sums with G/(G-1) (n-1)/(n-k); under `fe` degrees of freedom
    of the effects count where units are spread over clusters. `robust` is for `be`: HC1 of the unit
    means. `known`: as for `Panel`. Raises `NotEstimableError`.
    """
    panel = Panel(design, y, units, constant, weighted, known)
    return _Fitter(panel, effects, clusters, robust).run()


class _Fitter:
    def __init__(
        self, panel: Panel, effects: Effects, clusters: Clusters | None, robust: bool
    ) -> None:
        self.panel = panel
        self.effects: Effects = effects
        self.clusters, self.robust = clusters, robust

    def run(self) -> PanelFit:
        solution = self.panel.solution(self.effects)
        n, k = self._rows(), solution.rank
        taken = self._taken(solution)
        if k <= self.panel.constant:
            raise NotEstimableError("no regressor")
        df = n - k - taken
        if df <= 0:
            raise NotEstimableError("too few rows")
        s2 = solution.rss / df
        v = self._covariance(solution, s2)
        f = self._f(solution, v, df)
        b, v = solution.elimination.restore(solution.b, v)
        b, v = self._uncentred(solution, b, v)
        return self._named(solution, b, v, df, s2, f)

    def _rows(self) -> int:
        return self.panel.units.count if self.effects == "be" else self.panel.design.rows

    def _taken(self, solution: Solution) -> int:
        """Degrees of freedom that the unit effects take."""
        if self.effects != "fe":
            return 0
        return self.panel.units.count - self.panel.constant

    # ---- covariance

    def _covariance(self, solution: Solution, s2: float) -> Floats:
        inverse = solution.elimination.inverse
        units = self.panel.units
        if self.effects == "be" and self.robust:
            n, k = units.count, solution.rank
            return n / (n - k) * self._sandwich(solution, Clusters(units.row, units.count))
        if self.clusters is None:
            return inverse * s2
        n, size = self._rows(), self.clusters.size
        if size < 2:
            raise NotEstimableError("too few groups")
        taken = 0 if self._nested() else self._taken(solution)
        factor = (n - 1) / (n - solution.rank - taken) * size / (size - 1)
        return factor * self._sandwich(solution, self.clusters)

    def _nested(self) -> bool:
        """Whether each unit lies in one cluster."""
        assert self.clusters is not None
        row, units = self.clusters.row, self.panel.units
        last = np.zeros(units.count, dtype=np.int64)
        last[units.row] = row
        return bool((last[units.row] == row).all())

    def _sandwich(self, solution: Solution, clusters: Clusters) -> Floats:
        elimination = solution.elimination
        working = _working(solution)
        places = elimination.slots[elimination.kept]
        scores = working.scores(solution.residuals, clusters.row, clusters.size)
        meat = scores.gram()[np.ix_(places, places)]
        return elimination.inverse @ meat @ elimination.inverse

    # ---- what is told of the fit

    def _f(self, solution: Solution, v: Floats, df: int) -> float:
        """F of all slopes: of sums of squares, or (with a sandwich) of Wald's form."""
        slopes = self._slopes(solution)
        q = int(slopes.sum())
        if self.clusters is None and not self.robust:
            return (self._null(solution) - solution.rss) / q / (solution.rss / df)
        if self.clusters is not None and q >= self.clusters.size:
            return float("nan")
        b, v = solution.b[slopes], v[np.ix_(slopes, slopes)]
        scale = np.sqrt(np.diagonal(v))
        if not np.all(scale > 0):
            return float("nan")
        return float(b / scale @ np.linalg.solve(v / np.outer(scale, scale), b / scale)) / q

    def _slopes(self, solution: Solution) -> np.ndarray:
        names = self._column_names(solution)
        return np.array([names[j] != CONSTANT for j in solution.elimination.kept])

    def _null(self, solution: Solution) -> float:
        """The sum of squares that the constant alone leaves in the transformed outcome."""
        if not self.panel.constant or self.effects == "fe":
            return solution.tss
        units, columns = self.panel.units, _working(solution)
        share = units.weight * columns.keep**2
        ones = float(share @ units.times)
        cross = float(share @ (units.means(self.panel.y) * units.times))
        return solution.tss - cross**2 / ones

    def _column_names(self, solution: Solution) -> list[str]:
        blocks = solution.elimination.columns.blocks
        return [name for block in blocks for name in block.names]

    def _uncentred(self, solution: Solution, b: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Move the means of the columns and of y into the constant."""
        panel, kept = self.panel, solution.elimination.kept
        if not panel.constant:
            return b, v
        shift = panel.columns.shift.copy()
        if self.effects == "fe":
            shift += panel.columns.sums.against(panel.units.weight) / panel.units.mass
            shift = np.append(shift, 0.0)
            shift[0] = 0.0
        place = int(np.flatnonzero(~self._slopes(solution))[0])
        moved = shift[kept]
        b[place] += panel.centre - float(moved @ b)
        v[place, :] -= moved @ v
        v[:, place] -= v @ moved
        return b, v

    def _named(
        self, solution: Solution, b: Floats, v: Floats, df: int, s2: float, f: float
    ) -> PanelFit:
        kept = solution.elimination.kept
        names = self._column_names(solution)
        slopes = self._slopes(solution)
        order = np.concatenate([np.flatnonzero(slopes), np.flatnonzero(~slopes)])
        here = {names[j] for j in kept}
        inside, outside, r2 = self._fit_of(solution)
        f_effects, df_effects = self._effects_test(solution, df)
        parts = None
        if self.effects == "fe":
            parts = self._fixed_components(s2, outside)
        elif self.effects == "re":
            parts = self.panel.components()
        return PanelFit(
            effects=self.effects,
            names=tuple(names[kept[i]] for i in order),
            coefficients=b[order],
            covariance=v[np.ix_(order, order)],
            dropped=tuple(name for name in self.panel.design.names if name not in here),
            constant=self.panel.constant,
            n=self.panel.design.rows,
            units=self.panel.units,
            df_residual=df,
            s2=s2,
            f=f,
            r2_within=r2[0],
            r2_between=r2[1],
            r2_overall=r2[2],
            components=parts,
            f_effects=f_effects,
            df_effects=df_effects,
            residuals=inside,
            unit_residuals=outside,
        )

    def _fixed_components(self, s2: float, outside: Floats) -> Components:
        """Under fixed effects: the spread of the unit effects, one each, and of the residuals."""
        weight = self.panel.units.weight
        mass = float(weight.sum())
        centre = float(weight @ outside) / mass
        spread = float(weight @ (outside - centre) ** 2) / mass
        count = self.panel.units.count
        between = spread * count / max(count - 1, 1)
        return Components(float(np.sqrt(between)), float(np.sqrt(s2)), np.ones(count))

    def _fit_of(self, solution: Solution) -> tuple[Floats, Floats, tuple[float, float, float]]:
        """Residuals within units, their unit means, and R2 within, between and overall."""
        panel, units, fixed = self.panel, self.panel.units, self.panel.fixed()
        b = self._centred(solution)
        weights, w = fixed.weights, units.weight
        y_within, y_mean = units.within(panel.y), units.means(panel.y)
        # The constant is nothing within units.
        inside = solution.residuals
        if self.effects != "fe" or solution.elimination.replaced:
            inside = y_within - fixed.combine(b)
        outside = y_mean - panel.columns.sums.combine(b) / units.times
        if panel.constant and self.effects == "fe":
            outside = outside - float(w @ (outside * units.times)) / units.mass
        rss, tss = weighted_squares(inside, weights), weighted_squares(y_within, weights)
        rest = float(w @ (outside**2 * units.times))
        middle = float(w @ y_mean) / float(w.sum()) if panel.constant else 0.0
        between = float(w @ (y_mean - middle) ** 2)
        return (
            inside,
            outside,
            (
                _share(rss, tss),
                _share(float(w @ outside**2), between),
                _share(rss + rest, panel.overall),
            ),
        )

    def _centred(self, solution: Solution) -> Floats:
        """Coefficients of the design's (centred) columns, zero where dropped."""
        b, _ = solution.elimination.restore(solution.b, np.zeros((solution.rank, solution.rank)))
        kept = solution.elimination.kept
        result = np.zeros(self.panel.columns.width)
        own = kept < self.panel.columns.width
        result[kept[own]] = b[own]
        return result

    def _effects_test(self, solution: Solution, df: int) -> tuple[float, int]:
        """F that all unit effects are zero, against a pooled model of the same columns."""
        count = self.panel.units.count - 1
        if self.effects != "fe" or count < 1 or solution.rss <= 0:
            return float("nan"), count
        kept = solution.elimination.kept
        own = kept[kept < self.panel.columns.width]
        columns, units = self.panel.columns, self.panel.units
        totals = columns.sums.against(units.weight)[own]
        level = weighted_sum(self.panel.y, columns.weights)
        gram = columns.gram()[np.ix_(own, own)] - np.outer(totals, totals) / units.mass
        cross = columns.against(self.panel.y)[own] - totals * level / units.mass
        scale = np.sqrt(np.diagonal(gram))
        b = np.linalg.solve(gram / np.outer(scale, scale), cross / scale)
        pooled = self.panel.overall - level**2 / units.mass - float(b @ (cross / scale))
        return (pooled - solution.rss) / count / (solution.rss / df), count


def _working(solution: Solution) -> PanelColumns:
    columns = solution.elimination.columns
    assert isinstance(columns, PanelColumns)
    return columns


def _share(rss: float, tss: float) -> float:
    return 1.0 - rss / tss if tss > 0 else float("nan")
