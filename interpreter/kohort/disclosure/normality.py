"""Tests of normality from clipped, jittered and floored moments, rounded before they are tested.

Source: the disclosure reference, 2.3. Shapiro and Wilk's test depends on the extreme values and is
left out under protection.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np

from kohort.described import Normality
from kohort.disclosure.columns import CellStatistics, base_of
from kohort.disclosure.complete_cases import ALL_DIGITS, one_cell, population_of, rows_told
from kohort.disclosure.counts import unprotected
from kohort.disclosure.jitter import normals
from kohort.disclosure.keys import Master, Secret, sealed
from kohort.disclosure.model_evidence import Measure, ModelEvidence
from kohort.disclosure.model_guards import published_support
from kohort.disclosure.model_noise import ModelNoise
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import decimals, significant
from kohort.disclosure.released import Cell, Key, Note, Table
from kohort.estimators.design import Floats
from kohort.estimators.normality import FEWEST, NormalTests
from kohort.results import Column

_TESTS = ("skewness", "kurtosis", "s_k", "jarque_bera", "shapiro_wilk")
_MOST_SORTED = 5_000_000
_APPROXIMATE = 5_000
_DIGITS = 3
_HIDDEN, _MISSING = Cell(None, "hidden"), Cell(None, "missing")
_Pair = tuple[Cell, Cell]


def normality_table(secret: Master, profile: Profile, raw: Normality) -> Table:
    """Give what may be shown of `normaltest`: a block of tests per variable."""
    open_ = unprotected(profile.counts)
    tests = _TESTS if open_ else _TESTS[:-1]
    rows, cells, still, many = [], [], [], False
    for column in raw.summary.columns:
        key = Key("variable", column.variable.name, column.variable.title)
        found = _Tested(sealed(secret), profile, raw, column).tests()
        rows += [(key, Key("term", test)) for test in tests]
        cells += [found[test] for test in tests]
        if open_ and len(column.x) and float(column.x.min()) == float(column.x.max()):
            still.append(column.variable.name)
        many |= len(column.x) > _APPROXIMATE
    notes = []
    if still:
        notes.append(Note("no_variation", {"names": ", ".join(still)}))
    if open_ and many:
        notes.append(Note("shapiro_approximate", {"n": _APPROXIMATE}))
    if not open_:
        notes += [Note("shapiro_left_out"), Note("noisy_estimates")]
    stub = (Key("statistic"), Key("statistic", "test"))
    heads = ((Key("statistic", "value"),), (Key("statistic", "p"),))
    return Table(raw.title, stub, tuple(rows), heads, tuple(cells), tuple(notes))


@dataclass(frozen=True, eq=False)
class _Tested:
    """The tests of one variable."""

    secret: Secret
    profile: Profile
    raw: Normality
    column: Column

    def tests(self) -> dict[str, _Pair]:
        """Give value and P of each test."""
        column, shape = self.column, self.raw.summary.shape
        base = base_of(
            self.secret, self.profile, column, column.base_population or shape.population
        )
        made = CellStatistics(
            self.secret, self.profile, column, base, None, 1, [shape.population.wording()],
            column.variable.meaning, (), one_cell(column),
        )  # fmt: skip
        n, limits = int(made.n[0]), self.profile.magnitudes
        if not n:
            return dict.fromkeys(_TESTS, (_MISSING, _MISSING))
        if n < limits.desc_min or int(made.group.n[0]) < limits.hard_floor:
            return dict.fromkeys(_TESTS, (_HIDDEN, _HIDDEN))
        if column.variable.binary:
            mean = made.published("mean")
            if mean is None or mean.words[0] != "shown":
                return dict.fromkeys(_TESTS, (_HIDDEN, _HIDDEN))
            return self._told(_of_share(float(mean.values[0])), rows_told(limits, n, made.group))
        evidence = self._evidence()
        noise = ModelNoise(self.secret, self.profile.models, limits, evidence)
        x = noise.read(evidence.columns["tested"])
        keys = noise.keys()
        eta = self.profile.models.eta
        weights = keys.weights(evidence, eta) if eta > 0 else np.ones(len(x))
        if self.profile.models.eff_support_min > 0:
            words = published_support(
                self.secret, self.profile.counts, evidence, keys, self._effective(x)
            )
            if words < self.profile.models.eff_support_min:
                return dict.fromkeys(_TESTS, (_HIDDEN, _HIDDEN))
        share = self._shape_of(x, weights, keys.by_set, keys.by_text)
        return self._told(share, rows_told(limits, n, made.group, weights))

    def _evidence(self) -> ModelEvidence:
        column, shape = self.column, self.raw.summary.shape
        variable = column.variable
        return ModelEvidence(
            columns={"tested": Measure(variable.name, variable.meaning, column.x)},
            parts={}, measures={}, categories={}, keys=column.keys,
            population=population_of(shape, [column]), units=column.units,
        )  # fmt: skip

    def _effective(self, x: Floats) -> int:
        """One over the largest share of a unit in the fourth powers about the mean."""
        powers = (x - x.mean()) ** 4
        whole = float(powers.sum())
        if self.column.units is not None:
            _, unit = np.unique(self.column.units, return_inverse=True)
            powers = np.bincount(unit, weights=powers)
        return round(whole / float(powers.max())) if 0 < whole < math.inf else 0

    def _shape_of(
        self, x: Floats, weights: Floats, by_set: int, by_text: int | None
    ) -> tuple[float, float]:
        """Give skewness and excess kurtosis of weighted moments; each has its influence floor."""
        limits = self.profile.magnitudes
        # Numbers of numpy overflow to infinity; Python's own would raise.
        half = (x.max() - x.min()) / 2
        n = len(np.unique(self.column.units)) if self.column.units is not None else len(x)
        with np.errstate(all="ignore"):
            whole = weights.sum()
            apart = x - (weights @ x) / whole
            moments = [weights @ apart**power / whole for power in (2, 3, 4)]
            if limits.floor_c:
                text = None if by_text is None else np.array([by_text], dtype=np.uint64)
                for place, power in enumerate((2, 3, 4)):
                    drawn = normals(
                        self.secret, f"moment{power}/v1", np.array([by_set], dtype=np.uint64), text,
                        limits.wording_share,
                    )  # fmt: skip
                    moments[place] += limits.floor_c * half**power / n * drawn[0]
            second, third, fourth = moments
            if not second > 0:
                return math.nan, math.nan
            return float(third / second**1.5), float(fourth / second**2 - 3)

    def _told(self, found: tuple[float, float], rows: int) -> dict[str, _Pair]:
        """Give the tests of rounded numbers."""
        exact = self.profile.models.coef_digits >= ALL_DIGITS
        skewness, kurtosis = found
        if not (math.isfinite(skewness) and math.isfinite(kurtosis)):
            return dict.fromkeys(_TESTS, (_MISSING, _MISSING))
        if not exact:
            skewness, kurtosis = _rounded(skewness), _rounded(kurtosis)
        tests = NormalTests(rows, skewness, kurtosis, 1 + self.profile.models.eta**2)
        pairs = {
            "skewness": (tests.skewness, tests.skewness_p),
            "kurtosis": (tests.kurtosis, tests.kurtosis_p),
            "s_k": (tests.together, tests.together_p),
            "jarque_bera": (tests.jarque_bera, tests.jarque_bera_p),
        }
        if rows < FEWEST:
            pairs |= dict.fromkeys(("skewness", "kurtosis", "s_k"), (math.nan, math.nan))
        if rows < 3:
            pairs["jarque_bera"] = (math.nan, math.nan)
        told = {
            name: (_cell(value, exact, False), _cell(p, exact, True))
            for name, (value, p) in pairs.items()
        }
        return {**told, "shapiro_wilk": self._shapiro()}

    def _shapiro(self) -> _Pair:
        x = self.column.x
        if not unprotected(self.profile.counts) or len(x) < 3:
            return (_MISSING, _MISSING)
        # A second to load, and of use to made-up data only.
        from scipy.stats import shapiro

        if len(x) > _MOST_SORTED:
            chosen = np.random.default_rng(0).choice(len(x), _MOST_SORTED, replace=False)
            x = x[chosen]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = shapiro(x)
        return _cell(float(found.statistic), True, False), _cell(float(found.pvalue), True, True)


def _of_share(p: float) -> tuple[float, float]:
    """Give skewness and excess kurtosis of a variable that is 1 with a share p, else 0."""
    spread = p * (1 - p)
    if spread <= 0:
        return math.nan, math.nan
    return (1 - 2 * p) / math.sqrt(spread), (1 - 6 * spread) / spread


def _rounded(value: float) -> float:
    return float(significant(np.array([value]), _DIGITS)[0])


def _cell(value: float, exact: bool, probability: bool) -> Cell:
    if not math.isfinite(value):
        return _MISSING
    if exact:
        return Cell(value)
    if probability:
        return Cell(float(decimals(np.array([value]), 3)[0]))
    return Cell(_rounded(value))
