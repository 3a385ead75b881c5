"""Published correlations and covariances: clipped, jittered, moved by an influence floor, rounded.

Source: the disclosure reference, 2.2, 4.4 to 4.6. Two variables that are 1 or 0 by their definition
get the coefficient of their published table instead, so that the two cannot be played against each
other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import stdtr

from kohort import wording
from kohort.described import Correlations
from kohort.disclosure.columns import CellStatistics, base_of, clip_limits
from kohort.disclosure.complete_cases import (
    ALL_DIGITS,
    complete,
    one_cell,
    population_of,
    rows_told,
)
from kohort.disclosure.content import content_fingerprints, content_keys, wording_keys
from kohort.disclosure.counts import published_count, unprotected
from kohort.disclosure.jitter import cell_weights, normals
from kohort.disclosure.keys import Master
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import significant
from kohort.disclosure.released import Cell, Key, Note, Table
from kohort.disclosure.winsor import WinsorLimits
from kohort.estimators.design import Floats
from kohort.estimators.sums import Keys
from kohort.results import Column
from kohort.scope import Shape

_HIDDEN, _MISSING = Cell(None, "hidden"), Cell(None, "missing")
_SHARE = WinsorLimits(0.0, 1.0)


def correlation_table(secret: Master, profile: Profile, raw: Correlations) -> Table:
    """Give what may be shown of `correlate`: a symmetric matrix with one line per statistic."""
    columns = list(raw.summary.columns)
    if not raw.pairwise:
        columns = list(complete(columns))
    table = _Matrix(secret, profile, raw, columns)
    lines = ["cov" if raw.covariance else "r", *(["n"] if raw.obs else [])]
    lines += ["p"] if raw.sig else []
    rows, cells = [], []
    keys = [Key("variable", c.variable.name, c.variable.title) for c in columns]
    for i, key in enumerate(keys):
        for statistic in lines:
            rows.append((key, Key("statistic", statistic)))
            cells.append(tuple(table.at(statistic, i, j) for j in range(len(columns))))
    stub = (Key("statistic"), Key("statistic"))
    heads = tuple((key,) for key in keys)
    return Table(raw.title, stub, tuple(rows), heads, tuple(cells), tuple(table.notes()))


class _Matrix:
    """The published coefficients of all pairs, each worked out once."""

    def __init__(
        self, secret: Master, profile: Profile, raw: Correlations, columns: Sequence[Column]
    ) -> None:
        self.secret, self.profile, self.raw, self.columns = secret, profile, raw, columns
        self._sides: dict[int, _Side] = {}
        self._pairs: dict[tuple[int, int], _Pair] = {}

    def at(self, statistic: str, i: int, j: int) -> Cell:
        """Give a statistic of two variables."""
        pair = self._pair(min(i, j), max(i, j))
        match statistic:
            case "n":
                return pair.told
            case "p":
                return _MISSING if i == j else pair.p
            case "cov":
                return pair.covariance
            case _:
                return pair.r

    def _pair(self, i: int, j: int) -> _Pair:
        if (i, j) not in self._pairs:
            self._pairs[i, j] = self._made(i, j)
        return self._pairs[i, j]

    def _made(self, i: int, j: int) -> _Pair:
        both = (self.columns[i], self.columns[j])
        shape = self.raw.summary.shape
        if self.raw.pairwise:
            if i != j:
                first, second = complete(both)
                both = (first, second)
            asked = self.raw.summary.columns
            population = population_of(shape, [asked[i], asked[j]])
            sides = [_Side(self.secret, self.profile, shape, c, population) for c in both]
            return _Pair(self.secret, self.profile, sides[0], sides[1], population)
        population = population_of(shape, self.columns)
        for place in (i, j):
            if place not in self._sides:
                self._sides[place] = _Side(
                    self.secret, self.profile, shape, self.columns[place], population
                )
        return _Pair(self.secret, self.profile, self._sides[i], self._sides[j], population)

    def notes(self) -> list[Note]:
        """Give the notes under the matrix."""
        notes = []
        first = self._pair(0, 0)
        if not self.raw.pairwise and first.told.state == "shown" and first.told.v is not None:
            notes.append(Note("complete_cases", {"n": int(first.told.v)}))
        pairs = [self._pair(i, i) for i in range(len(self.columns))]
        still = [p.first.column.variable.name for p in pairs if p.r.state == "missing"]
        if still and unprotected(self.profile.counts):
            notes.append(Note("no_variation", {"names": ", ".join(still)}))
        low, high = self.profile.magnitudes.winsor
        if low > 0 or high < 1:
            notes.append(Note("winsorised_both"))
        if self.profile.magnitudes.desc_min > 1:
            notes.append(Note("fewer_than", {"limit": self.profile.magnitudes.desc_min}))
        return notes


class _Side:
    """One variable of a matrix in the cases that are used."""

    def __init__(
        self,
        secret: Master,
        profile: Profile,
        shape: Shape,
        column: Column,
        population: wording.Population,
    ) -> None:
        self.secret, self.profile, self.column = secret, profile, column
        self.population = population
        self.group = one_cell(column)
        self.base_population = column.base_population or shape.population

    @cached_property
    def statistics(self) -> CellStatistics:
        """Published number, mean and standard deviation of the cases."""
        base = base_of(self.secret, self.profile, self.column, self.base_population)
        return CellStatistics(
            self.secret, self.profile, self.column, base, None, 1, [self.population.wording()],
            self.column.variable.meaning, (), self.group,
        )  # fmt: skip

    @cached_property
    def content(self) -> Keys:
        """The fingerprint of the values, uint64 (1)."""
        return content_fingerprints(self.group, self.profile.magnitudes.content_bits)

    @cached_property
    def clipped(self) -> tuple[Floats, WinsorLimits]:
        """The values within the limits of the active dataset, and these."""
        x = self.group.x
        if self.column.variable.binary:
            return x, _SHARE
        limits = clip_limits(self.secret, self.profile, self.column, self.statistics.base)
        return np.clip(x, limits.low, limits.high), limits

    @cached_property
    def supported(self) -> bool:
        """Whether enough units make the variation, by published numbers (2.3)."""
        limits = self.profile.models
        if self.column.variable.binary:
            ones, n = int(self.statistics.ones[0]), int(self.statistics.n[0])
            return min(ones, n - ones) >= limits.support_min
        if limits.eff_support_min == 0:
            return True
        key = content_keys(self.secret, "support/v1", self.group.sums, self.group.n, self.content)
        words = wording.magnitude(self.population.wording(), self.column.variable.meaning)
        told = published_count(
            self.secret, self.profile.counts, int(key[0]), self._effective(),
            f"effective support | {words}",
        )  # fmt: skip
        return told >= limits.eff_support_min

    def _effective(self) -> int:
        """One over the largest share of a unit in the squares about the mean; a true number."""
        x, _ = self.clipped
        if not len(x):
            return 0
        squares = (x - x.mean()) ** 2
        whole = float(squares.sum())
        if self.group.units is not None:
            _, unit = np.unique(self.group.units, return_inverse=True)
            squares = np.bincount(unit, weights=squares)
        return round(whole / float(squares.max())) if 0 < whole < math.inf else 0


@dataclass(frozen=True, eq=False)
class _Pair:
    """What is published of two variables (or of one with itself)."""

    secret: Master
    profile: Profile
    first: _Side
    second: _Side
    population: wording.Population

    @property
    def same(self) -> bool:
        """Whether it is one variable with itself."""
        return self.first.column is self.second.column

    @cached_property
    def n(self) -> int:
        """The published number of units."""
        return int(self.first.statistics.n[0])

    @cached_property
    def observations(self) -> int:
        """The published number of rows."""
        return rows_told(self.profile.magnitudes, self.n, self.first.group, self._weights)

    @cached_property
    def told(self) -> Cell:
        """The number of rows behind the coefficient."""
        return Cell(self.observations) if self.n else Cell(0, "zero")

    @cached_property
    def r(self) -> Cell:
        """The correlation coefficient."""
        if not self.n:
            return _MISSING
        if not self._enough:
            return _HIDDEN
        if self.same:
            return Cell(1.0) if self._varies else _MISSING
        binary = self.first.column.variable.binary and self.second.column.variable.binary
        value = self._of_table() if binary and not self._exact else self._of_values()
        if not math.isfinite(value):
            return _MISSING
        decimals = self.profile.models.corr_decimals
        value = value if decimals >= ALL_DIGITS else round(value, decimals)
        return Cell(min(1.0, max(-1.0, value)))

    @cached_property
    def covariance(self) -> Cell:
        """The covariance: the coefficient times the published standard deviations."""
        r = self.r
        deviations = [side.statistics.published("std") for side in (self.first, self.second)]
        if r.state != "shown" or r.v is None:
            return r
        product = float(r.v)
        for found in deviations:
            if found is None or found.words[0] != "shown":
                return _HIDDEN
            product *= float(found.values[0])
        if not math.isfinite(product):
            return _MISSING
        return Cell(float(significant(np.array([product]), self.profile.magnitudes.digits)[0]))

    @cached_property
    def p(self) -> Cell:
        """The two-sided P of the coefficient, from published numbers; jitter widens its spread."""
        r, df = self.r, self.observations - 2
        if r.state != "shown" or r.v is None:
            return r
        if df < 1:
            return _MISSING
        spread = math.sqrt(1 + self.profile.magnitudes.kwj_eta**2)
        rest = 1 - float(r.v) ** 2
        t = float(r.v) * math.sqrt(df / rest) / spread if rest > 0 else math.inf
        p = float(2 * stdtr(df, -abs(t)))
        return Cell(p if self._exact else round(p, 3))

    @property
    def _exact(self) -> bool:
        return self.profile.models.corr_decimals >= ALL_DIGITS

    @property
    def _varies(self) -> bool:
        x, _ = self.first.clipped
        return bool(len(x)) and float(x.min()) < float(x.max())

    @cached_property
    def _enough(self) -> bool:
        """Whether it is shown, by published numbers, and the floor on the true number of units."""
        limits = self.profile.magnitudes
        enough = self.n >= limits.desc_min and int(self.first.group.n[0]) >= limits.hard_floor
        return enough and self.first.supported and self.second.supported

    @cached_property
    def _keys(self) -> tuple[Keys, Keys | None]:
        """The keys of the noise, uint64 (1): by units and contents, and by wording."""
        group, limits = self.first.group, self.profile.magnitudes
        contents = (self.first.content, self.second.content)
        by_set = content_keys(self.secret, "pair/v1", group.sums, group.n, *contents)
        sides = (self.first.column.variable, self.second.column.variable)
        words = wording.magnitude(self.population.wording(), *(v.meaning for v in sides))
        asked = [words] if limits.wording_share > 0 else None
        return by_set, wording_keys(self.secret, "pairtext/v1", asked)

    @cached_property
    def _weights(self) -> Floats | None:
        limits = self.profile.magnitudes
        if limits.kwj_eta == 0:
            return None
        return cell_weights(self.first.group, *self._keys, limits.kwj_eta, limits.wording_share)

    def _of_values(self) -> float:
        """Give the weighted coefficient of clipped values, its covariance moved by the floor."""
        (x, of_x), (y, of_y) = self.first.clipped, self.second.clipped
        weights = np.ones(len(x)) if self._weights is None else self._weights
        with np.errstate(all="ignore"):
            whole = weights.sum()
            centres = np.array([weights @ x, weights @ y]) / whole
            x, y = x - centres[0], y - centres[1]
            moments = np.array([weights @ (x * y), weights @ (x * x), weights @ (y * y)]) / whole
            floor = self.profile.magnitudes.floor_c
            if floor:
                drawn = normals(
                    self.secret, "pairfloor/v1", *self._keys, self.profile.magnitudes.wording_share
                )
                # As much as one unit can add that is far from both means.
                far = of_x.farthest(centres)[0] * of_y.farthest(centres)[1]
                moments[0] += floor * far * self.first.group.largest_share[0] * float(drawn[0])
            return float(moments[0] / np.sqrt(moments[1] * moments[2]))

    def _of_table(self) -> float:
        """Give phi of the published table of two variables that are 1 or 0."""
        first, second = self.first.column, self.second.column
        one, other = (
            wording.equals(c.variable.meaning, wording.number(1)) for c in (first, second)
        )
        both = _counted(self.secret, self.profile, first, (first.x == 1) & (second.x == 1),
                        self.population.wording(one, other))  # fmt: skip
        a = _counted(self.secret, self.profile, first, first.x == 1, self.population.wording(one))
        b = _counted(
            self.secret, self.profile, first, second.x == 1, self.population.wording(other)
        )
        square = float(a * (self.n - a)) * float(b * (self.n - b))
        return (self.n * both - a * b) / math.sqrt(square) if square > 0 else math.nan


def _counted(
    secret: Master, profile: Profile, column: Column, chosen: np.ndarray, words: str
) -> int:
    """Give the published number of units with some rows."""
    keys = column.keys[chosen]
    if column.units is not None:
        _, first = np.unique(column.units[chosen], return_index=True)
        keys = keys[first]
    return published_count(secret, profile.counts, int(np.add.reduce(keys)), len(keys), words)
