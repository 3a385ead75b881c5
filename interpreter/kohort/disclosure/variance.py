"""Analyses of variance as they are shown, and comparisons of means from published numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import numpy as np

from kohort import wording
from kohort.described import Anova
from kohort.diagnostic import Span
from kohort.disclosure.columns import CellStatistics, base_of
from kohort.disclosure.complete_cases import ALL_DIGITS
from kohort.disclosure.counts import unprotected
from kohort.disclosure.keys import Secret
from kohort.disclosure.layout import key_of_code
from kohort.disclosure.model_numbers import ModelNumbers
from kohort.disclosure.model_table import Names, model_numbers
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import decimals, significant
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released import Cell, Key, Model, Note, Several, Table
from kohort.estimators.inference import f_tail
from kohort.estimators.studentized_range import range_limit, range_tail
from kohort.results import Axis, FactorLevels
from kohort.scope import Type

_COLUMNS = ("ss", "df", "ms", "f", "p")
_MOST_LEVELS = 50
_MISSING = Cell(None, "missing")
_FAMILY = 0.05


def variance_tables(secret: Secret, profile: Profile, raw: Anova, span: Span) -> Model | Several:
    """Give what may be shown of an analysis of variance. Raises `RefusedError`."""
    numbers = model_numbers(secret, profile, raw.cases, span)
    for name, grouping in numbers.groupings.items():
        numeric = raw.cases.factors[name].variable.type is not Type.TEXT
        if numeric and len(grouping.kept) > _MOST_LEVELS:
            raise RefusedError("numeric-factor", span)
    model = _Analysis(profile, raw, numbers).model()
    compared = [_Comparison(secret, profile, raw, name).table() for name in raw.compared]
    return Several((model, *compared)) if compared else model


class _Analysis:
    """The table of one analysis; all of it follows from published sums of squares and N."""

    def __init__(self, profile: Profile, raw: Anova, numbers: ModelNumbers) -> None:
        self.profile, self.raw, self.numbers = profile, raw, numbers
        self.constant = bool(raw.cases.options.get("constant", True))

    def model(self) -> Model:
        """Give header and table."""
        (found,) = self.numbers.tables
        n = self.numbers.observations
        squares = [self._figure(n * (line[0] or 0.0)) for line in found.cells]
        degrees = [int(line[1] or 0) for line in found.cells]
        degrees[-2:] = [n - degrees[-2], n - degrees[-1]]
        left = squares[-2] / degrees[-2] if degrees[-2] > 0 else math.nan
        rows: list[tuple[Key, ...]] = []
        cells: list[tuple[Cell, ...]] = []
        spelled = self.raw.cases.options["spelled"]
        for place, (ss, df) in enumerate(zip(squares[:-2], degrees[:-2], strict=True)):
            f = self._figure(ss / df / left / self._inflation) if df and left else math.nan
            p = self._thousandths(f_tail(f, df, degrees[-2]))
            rows.append((Key("term", found.rows[place], spelled[place]),))
            cells.append((_cell(ss), Cell(df), _cell(self._figure(ss / df)), _cell(f), _cell(p)))
        rows += [(Key("term", "residual"),), (Key("total"),)]
        cells.append((
            _cell(squares[-2]),
            Cell(degrees[-2]),
            _cell(self._figure(left)),
            _MISSING,
            _MISSING,
        ))
        cells.append((_cell(squares[-1]), Cell(degrees[-1]), _MISSING, _MISSING, _MISSING))
        table = Table(
            "", (Key("statistic", "term"),), tuple(rows),
            tuple((Key("statistic", name),) for name in _COLUMNS), tuple(cells),
        )  # fmt: skip
        title = str(self.raw.cases.options.get("title", ""))
        return Model(title, self._header(squares, degrees, left), table, self._notes())

    def _header(
        self, squares: list[float], degrees: list[int], left: float
    ) -> tuple[tuple[str, Cell | str], ...]:
        n, whole = self.numbers.observations, squares[-1]
        r2 = self._share(1 - squares[-2] / whole) if whole > 0 else math.nan
        adjusted = self._share(1 - (1 - r2) * (n - int(self.constant)) / degrees[-2])
        root = self._figure(math.sqrt(left)) if left > 0 else math.nan
        outcome = self.raw.cases.columns["outcome"][0].name
        return (
            ("outcome", outcome), ("nobs", Cell(n)), ("r2", _cell(r2)), ("r2_adj", _cell(adjusted)),
            ("rmse", _cell(root)),
        )  # fmt: skip

    def _notes(self) -> tuple[Note, ...]:
        numbers, notes = self.numbers, []
        names = Names(self.raw.cases)
        gone = [names.printed(name) for name in numbers.unsupported]
        if gone:
            notes.append(Note("unsupported_terms", {"names": ", ".join(gone)}))
        for name, grouping in numbers.groupings.items():
            if grouping.merged is not None:
                notes.append(Note("merged_levels", {"variable": name, "names": grouping.merged}))
        if not self.constant:
            notes.append(Note("uncentred_r2"))
        if self.profile.models.eta > 0:
            notes.append(Note("noisy_estimates"))
        return tuple(notes)

    @property
    def _inflation(self) -> float:
        """How much the jitter adds to the mean squares of terms on average."""
        return 1 + self.profile.models.eta**2

    def _figure(self, value: float) -> float:
        return _rounded(value, self.profile.models.coef_digits)

    def _share(self, value: float) -> float:
        places = self.profile.models.r2_decimals
        return value if places >= ALL_DIGITS else float(decimals(np.array([value]), places)[0])

    def _thousandths(self, value: float) -> float:
        exact = self.profile.models.coef_digits >= ALL_DIGITS
        return value if exact else float(decimals(np.array([value]), 3)[0])


class _Comparison:
    """Tukey's comparisons of all pairs of categories of one factor.

    They follow from the published number, mean and standard deviation of each category: what a
    volume table of the same people prints.
    """

    def __init__(self, secret: Secret, profile: Profile, raw: Anova, name: str) -> None:
        self.profile, self.raw = profile, raw
        self.levels: FactorLevels = raw.cases.factors[name]
        variable, y = raw.cases.columns["outcome"]
        shape = raw.cases.shape
        whole = raw.outcome if raw.outcome.base is None else raw.outcome.base
        column = replace(
            raw.outcome, x=y, keys=raw.cases.keys, row=None, units=raw.cases.units, base=whole,
            known={},
        )  # fmt: skip
        population = _population(raw, name)
        words = [
            population.wording(wording.cell_of(self.levels.variable, code))
            for code in self.levels.codes
        ]
        base = base_of(secret, profile, column, raw.outcome.base_population or shape.population)
        self.made = CellStatistics(
            secret, profile, column, base, self.levels.index, len(words), words, variable.meaning
        )

    def table(self) -> Table:
        """Give the pairs of categories that are shown."""
        axis = Axis(self.levels.variable, self.levels.codes)
        rows, cells = [], []
        for (i, j), line in self._pairs():
            rows.append(tuple(key_of_code(axis, place, nolabels=False) for place in (i, j)))
            cells.append(tuple(_cell(value) for value in line))
        name = Key("variable", self.levels.variable.name, self.levels.variable.title)
        heads = tuple(
            (Key("statistic", name, "95" if name in {"lower", "upper"} else None),)
            for name in ("difference", "p", "lower", "upper", "differs")
        )
        least = self.profile.magnitudes.desc_min
        notes = (Note("fewer_than", {"limit": least}),) if least > 1 else ()
        title = f"Tukey: {self.levels.variable.name}"
        return Table(title, (name, Key("statistic")), tuple(rows), heads, tuple(cells), notes)

    def _pairs(self) -> list[tuple[tuple[int, int], tuple[float, ...]]]:
        """Give difference, P, its limits, and whether it is significant, for each pair."""
        n, means, spreads = self._groups()
        k, df = len(means), sum(n.values()) - len(means)
        pairs = list(combinations(sorted(means), 2))
        if not pairs or df <= 0:
            return []
        squares = sum((n[i] - 1) * spreads[i] * spreads[i] for i in means)
        variance = squares / df * (1 + self.profile.magnitudes.kwj_eta**2)
        limit = range_limit(_FAMILY, k, df)
        errors = [math.sqrt(variance / 2 * (1 / n[i] + 1 / n[j])) for i, j in pairs]
        apart = [means[j] - means[i] for i, j in pairs]
        with np.errstate(all="ignore"):
            tails = range_tail(np.abs(np.array(apart)) / np.array(errors), k, df)
        lines = []
        for difference, error, p in zip(apart, errors, tails.tolist(), strict=True):
            told = p if self._exact else float(decimals(np.array([p]), 3)[0])
            reach = limit * error
            figures = (difference, difference - reach, difference + reach)
            first, low, high = (self._figure(value) for value in figures)
            lines.append((first, told, low, high, float(p < _FAMILY) if p == p else math.nan))
        return list(zip(pairs, lines, strict=True))

    def _groups(self) -> tuple[dict[int, int], dict[int, float], dict[int, float]]:
        """Give published number, mean and standard deviation of the categories that have them."""
        mean, deviation = self.made.published("mean"), self.made.published("std")
        n: dict[int, int] = {}
        means: dict[int, float] = {}
        spreads: dict[int, float] = {}
        rows = self.made.group.rows if unprotected(self.profile.counts) else self.made.n
        for place in range(self.made.k):
            if mean is None or mean.words[place] != "shown":
                continue
            known = deviation is not None and deviation.words[place] == "shown"
            if not known and int(rows[place]) > 1:
                continue
            n[place] = int(rows[place])
            means[place] = float(mean.values[place])
            spreads[place] = float(deviation.values[place]) if known and deviation else 0.0
        return n, means, spreads

    @property
    def _exact(self) -> bool:
        return self.profile.magnitudes.digits >= ALL_DIGITS

    def _figure(self, value: float) -> float:
        return _rounded(value, self.profile.magnitudes.digits)


def _population(raw: Anova, factor: str) -> wording.Population:
    """Give the population of the complete cases, one factor apart.

    Its cells are worded like those of a table, which do not say that it is there besides.
    """
    cases, population = raw.cases, raw.cases.shape.population
    used = [v for v, _ in (*cases.columns.values(), *cases.continuous.values())]
    used += [levels.variable for name, levels in cases.factors.items() if name != factor]
    for variable in used:
        population = population.keep(wording.observed(variable))
    return population


def _rounded(value: float, digits: int) -> float:
    if digits >= ALL_DIGITS or not math.isfinite(value):
        return value
    return float(significant(np.array([value]), digits)[0])


def _cell(value: float) -> Cell:
    return Cell(value) if math.isfinite(value) else _MISSING
