"""The published numbers of a model: estimates rounded, errors inflated, tests worked out anew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from kohort.disclosure.keys import Secret
from kohort.disclosure.model_columns import ModelColumns
from kohort.disclosure.model_evidence import ModelEvidence
from kohort.disclosure.model_groups import published_groups
from kohort.disclosure.model_shown import (
    Coefficients,
    Constant,
    Figure,
    FurtherTable,
    ModelNumbers,
)
from kohort.disclosure.model_support import Grouping, Support
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import decimals, significant
from kohort.disclosure.survival_rows import published_events
from kohort.estimators.design import CONSTANT, Floats
from kohort.estimators.inference import chi2_tail, f_tail, infer
from kohort.estimators.problem import (
    UNITS,
    Equation,
    Estimate,
    Problem,
    Statistic,
    TableOfEffects,
    TableOfFigures,
    TableOfTests,
)

# Profiles write "all digits" so; a double holds no more.
_ALL_DIGITS = 15
_P_DECIMALS = 3


class Publisher:
    """Rounds and inflates what a model estimated, as the profile says."""

    def __init__(
        self,
        secret: Secret,
        profile: Profile,
        evidence: ModelEvidence,
        variances: Mapping[str, float],
    ) -> None:
        self._secret = secret
        self._profile = profile
        self._limits = profile.models
        self._evidence = evidence
        # Of coefficients by name: what the blur of the outcome adds and errors do not show.
        self._variances = variances

    # ---- single numbers

    @property
    def exact(self) -> bool:
        """Whether nothing is rounded."""
        return self._limits.coef_digits >= _ALL_DIGITS

    def share(self, value: float) -> float:
        """A share of explained variation."""
        if self._limits.r2_decimals >= _ALL_DIGITS:
            return value
        return float(decimals(np.array([value]), self._limits.r2_decimals)[0])

    def figure(self, value: float) -> float:
        """A number of the size of a coefficient."""
        return float(_rounded(np.array([value]), self._limits.coef_digits)[0])

    def thousandths(self, value: float) -> float:
        """A P."""
        return value if self.exact else float(decimals(np.array([value]), _P_DECIMALS)[0])

    def clusters(self) -> int:
        """The published number of groups that errors are clustered by: units without such groups.

        Those of all complete cases, whoever has a part in the fit.
        """
        category = self._evidence.groups.get("cluster")
        if category is None:
            return self._units
        return published_groups(self._secret, self._profile.counts, self._evidence, category)

    # ---- the model

    def numbers(
        self,
        estimate: Estimate,
        problem: Problem,
        columns: ModelColumns,
        printed: Mapping[str, Grouping],
        shown: Constant,
        units: int,
        observations: int,
    ) -> ModelNumbers:
        """Everything that is published; tests and limits follow from the rounded numbers."""
        self._observations, self._units = observations, units
        self._printed = printed
        self._base = _base(estimate, observations, units)
        self._inflation = 1.0 if estimate.jittered else 1 + self._limits.eta**2
        clusters = None if estimate.clusters is None else self.clusters()
        self._clusters = clusters
        self._classical = (
            estimate.tests == "t" and clusters is None and self._evidence.covariance == "classical"
        )
        # Of the rows that were fitted: those who stand out are not among them.
        true_units = problem.rows if problem.unit is None else int(problem.unit.max()) + 1
        self._true_base = _base(estimate, problem.rows, true_units)
        self._lessened = self._freedom(estimate.parameters)
        controls = frozenset(
            columns.designs["control"].names if "control" in columns.designs else ()
        )
        gone = set(controls)
        if shown == "hidden" or not estimate.constant_shown:
            gone.add(CONSTANT)
        df: float | None = None
        if estimate.tests == "t":
            df = self._base - estimate.parameters if clusters is None else clusters - 1
        header = list(self._header(estimate.statistics))
        if clusters is not None:
            header.append(("clusters", clusters))
        header += estimate.words
        return ModelNumbers(
            n=units,
            observations=observations,
            equations=tuple(self._equation(e, estimate, gone, df) for e in estimate.equations),
            header=tuple(header),
            tables=tuple(
                table
                for one in estimate.tables
                if (table := self._table(one, df, gone, shown)) is not None
            ),
            constant=shown if estimate.constant_shown else "none",
            controls=len(controls & {n for e in estimate.equations for n in e.names}),
            level=self._evidence.level,
            tests=estimate.tests,
            dropped=columns.redundant + estimate.dropped,
            unsupported=columns.unsupported,
            groupings=columns.groupings,
            printed=printed,
            notes=estimate.notes + (estimate.open_notes if self.exact else ()),
            exponentiated=estimate.exponentiated,
        )

    def _freedom(self, parameters: int) -> float:
        """True over published residual degrees of freedom; 1 where errors do not rest on them.

        Were a published variance a sum of squares over the true ones, R2 beside F, or beside a
        coefficient and its error, would give the true number of units to the last one.
        """
        true, told = self._true_base - parameters, self._base - parameters
        return true / told if self._classical and true > 0 and told > 0 else 1.0

    def _equation(
        self, equation: Equation, estimate: Estimate, gone: set[str], df: float | None
    ) -> Coefficients:
        rows = [i for i, name in enumerate(equation.names) if name not in gone]
        b = _rounded(equation.coefficients[rows], self._limits.coef_digits)
        names = tuple(equation.names[i] for i in rows)
        errors = self._errors(equation.errors[rows], names)
        found = self._tested(names, b, errors, df, equation.heading)
        if estimate.exponentiated:
            raised = np.array([name not in equation.plain for name in names], dtype=bool)
            found = self._raised(found, raised)
        if not estimate.errors_shown:
            found = Coefficients(
                found.names, found.coefficients, None, found.t, found.p, found.lower, found.upper,
                found.heading,
            )  # fmt: skip
        return found

    def _errors(self, errors: Floats, names: Sequence[str] = ()) -> Floats:
        inflation = self._inflation * self._lessened
        squares = errors**2 * inflation
        beta = self._evidence.options.get("standardize")
        if names and self._evidence.covariance == "classical" and not beta:
            squares += np.array([self._variances.get(name, 0.0) for name in names])
        return _rounded(np.sqrt(squares), self._limits.se_digits)

    def _tested(
        self,
        names: tuple[str, ...],
        b: Floats,
        errors: Floats,
        df: float | None,
        heading: str | None = None,
    ) -> Coefficients:
        """Tests and intervals from published numbers, rounded as well."""
        test = infer(b, errors, df, self._evidence.level)
        t, p, lower, upper = test.t, test.p, test.lower, test.upper
        if not self.exact:
            digits = self._limits.coef_digits
            t, p = decimals(t, _P_DECIMALS), decimals(p, _P_DECIMALS)
            lower, upper = significant(lower, digits), significant(upper, digits)
        return Coefficients(names, b, errors, t, p, lower, upper, heading)

    def _raised(self, found: Coefficients, raised: Floats) -> Coefficients:
        """exp(b) with errors exp(b) se and limits exp(limits); tests stay as they are."""
        digits, errors = self._limits.coef_digits, found.errors
        assert errors is not None
        b = np.where(raised, np.exp(found.coefficients), found.coefficients)
        errors = np.where(raised, b * errors, errors)
        lower = np.where(raised, np.exp(found.lower), found.lower)
        upper = np.where(raised, np.exp(found.upper), found.upper)
        return Coefficients(
            found.names, _rounded(b, digits), _rounded(errors, self._limits.se_digits), found.t,
            found.p, _rounded(lower, digits), _rounded(upper, digits), found.heading,
        )  # fmt: skip

    # ---- header and further tables

    def _header(self, statistics: Sequence[Statistic]) -> list[tuple[str, Figure]]:
        lines: list[tuple[str, Figure]] = []
        share = math.nan
        for one in statistics:
            if one.kind == "open" and not self.exact:
                continue
            value = self._statistic(one, share)
            if one.kind == "share":
                share = value
            lines.append((one.name, value))
            if one.kind in {"f", "chi2"}:
                df2 = self._df2(one)
                df = self._df(one)
                lines.append(("df", f"{df}" if one.kind == "chi2" else f"{df}, {df2}"))
                lines.append((f"prob_{one.kind}", self._p(one, value)))
        return lines

    def _statistic(self, one: Statistic, share: float = math.nan) -> float:
        match one.kind:
            case "share":
                return self.share(one.value)
            case "adjusted":
                n = self._observations
                return self.share(1 - (1 - share) * (n - one.df) / (n - one.parameters))
            case "f" | "chi2":
                return self.figure(self._deflated(one))
            case "units":
                return self._units
            case "count":
                return self.clusters()
            case "events":
                return published_events(self._secret, self._profile, self._evidence)
            case _:
                spread = math.sqrt(self._lessened) if one.name == "rmse" else 1.0
                return self.figure(one.value * spread)

    def _deflated(self, one: Statistic) -> float:
        """A test's statistic over what the jitter adds; F with published degrees of freedom."""
        freedom = self._freedom(one.parameters) if one.kind == "f" and one.df2 is None else 1.0
        return one.value / (self._inflation if one.noisy else 1.0) / freedom

    def _tested_value(self, one: Statistic) -> float:
        """The statistic of a test beside the model: one digit less than a coefficient has."""
        value = self._deflated(one)
        return float(_rounded(np.array([value]), self._limits.se_digits)[0])

    def _df2(self, one: Statistic) -> int:
        if one.df2 is not None:
            return one.df2
        if self._clusters is not None and one.clustered:
            return self._clusters - 1
        return self._base - one.parameters

    def _df(self, one: Statistic) -> int:
        return self._units - 1 if one.df == UNITS else one.df

    def _p(self, one: Statistic, value: float) -> float:
        if one.kind == "f":
            return self.thousandths(f_tail(value, self._df(one), self._df2(one)))
        return self.thousandths(chi2_tail(value, self._df(one)))

    def _table(
        self,
        table: TableOfEffects | TableOfTests | TableOfFigures,
        df: float | None,
        gone: set[str],
        shown: Constant,
    ) -> FurtherTable | None:
        match table:
            case TableOfEffects():
                return self._effects(table, df, gone, shown)
            case TableOfTests():
                return self._trials(table)
            case TableOfFigures():
                return self._figures(table, gone)

    def _effects(
        self, table: TableOfEffects, df: float | None, gone: set[str], shown: Constant
    ) -> FurtherTable:
        kept = np.array([name not in gone for name in table.names], dtype=bool)
        names = tuple(name for name in table.names if name not in gone)
        b = _rounded(table.estimates[kept], self._limits.coef_digits)
        found = self._tested(names, b, self._errors(table.errors[kept]), df)
        assert found.errors is not None
        assert found.t is not None
        assert found.p is not None
        arrays = [found.coefficients, found.errors]
        columns = [table.statistic, "se"]
        if table.tests:
            arrays += [found.t, found.p]
            columns += ["t" if df is not None else "z", "p"]
        arrays += [found.lower, found.upper]
        columns += ["lower", "upper"]
        headings, first = [], 0
        for heading, size in table.headings:
            headings.append((heading, int(kept[first : first + size].sum())))
            first += size
        return FurtherTable(
            table.title,
            "term",
            names,
            tuple(columns),
            tuple(tuple(float(a[i]) for a in arrays) for i in range(len(names))),
            tuple(headings),
            hidden=table.telling and shown == "hidden",
        )

    def _trials(self, table: TableOfTests) -> FurtherTable:
        """One test a row: F or chi2, its degrees of freedom, P."""
        kinds = {one.kind for one in table.statistics}
        columns = [kind for kind in ("f", "chi2") if kind in kinds]
        names = (*columns, "df", *(("df2",) if "f" in kinds else ()), "p")
        cells = []
        for one in table.statistics:
            value = self._tested_value(one)
            line: list[float | None] = [value if one.kind == kind else None for kind in columns]
            line.append(self._df(one))
            if "f" in kinds:
                line.append(self._df2(one) if one.kind == "f" else None)
            line.append(self._p(one, value))
            cells.append(tuple(line))
        rows = tuple(one.name for one in table.statistics)
        return FurtherTable(table.title, table.stub, rows, names, tuple(cells))

    def _figures(self, table: TableOfFigures, gone: set[str]) -> FurtherTable | None:
        kinds = [column for column in table.columns if self.exact or column[1] != "open"]
        if not kinds:
            return None
        rows = [i for i, name in enumerate(table.rows) if name not in gone]
        published = [self._published(kind, values[rows]) for _, kind, values in kinds]
        return FurtherTable(
            table.title,
            table.stub,
            tuple(table.rows[i] for i in rows),
            tuple(name for name, _, _ in kinds),
            tuple(tuple(float(a[i]) for a in published) for i in range(len(rows))),
        )

    def _published(self, kind: str, values: Floats) -> Floats:
        if kind == "error":
            return self._errors(values)
        if kind.startswith("units:"):
            return self._sizes(kind.removeprefix("units:"), len(values))
        if kind == "share":
            return np.array([self.share(value) for value in values.tolist()])
        return _rounded(values, self._limits.coef_digits)

    def _sizes(self, role: str, count: int) -> Floats:
        """The published units of the first categories of a role."""
        grouping, category = self._printed[role], self._evidence.groups[role]
        support = Support(self._secret, self._profile.counts, self._evidence)
        cells = support.cells(grouping.table[category.index], grouping.conditions)
        return np.asarray(cells[:count], dtype=np.float64)


def _rounded(values: Floats, digits: int) -> Floats:
    return values if digits >= _ALL_DIGITS else significant(values, digits)


__all__ = ["Coefficients", "FurtherTable", "ModelNumbers", "Publisher"]


def _base(estimate: Estimate, rows: int, units: int) -> int:
    """What residual degrees of freedom are counted from: rows, rows within units, or units."""
    return {"rows": rows, "within": rows - units, "between": units}[estimate.degrees]
