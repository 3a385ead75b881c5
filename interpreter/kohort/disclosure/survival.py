"""Survival curves for release: Kaplan-Meier and Weibull, a figure and key figures by group.

Source: the disclosure reference, 2.3 and 4.11. Under protection a Kaplan-Meier curve is a life
table of published counts, and a Weibull curve follows from published estimates; elsewhere both are
plain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kohort.diagnostic import Span
from kohort.disclosure.bins import rounded
from kohort.disclosure.charted import MOST_CATEGORIES, roles
from kohort.disclosure.counts import unprotected
from kohort.disclosure.keys import Secret
from kohort.disclosure.life_table import fine_edges, life_table
from kohort.disclosure.model_reading import evidence_of
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import decimals, significant
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released import Several
from kohort.disclosure.released_figure import Drawing, Figure
from kohort.disclosure.released_table import Cell, Key, Note, Table
from kohort.disclosure.survival_fit import WeibullNumbers, published_fit
from kohort.disclosure.survival_groups import Group, Survivors
from kohort.estimators.design import Floats
from kohort.estimators.kaplan_meier import SurvivalCurve, kaplan_meier
from kohort.estimators.problem import NotEstimableError
from kohort.results import SurvivalCases
from kohort.scope import Type, Variable

LEVEL = 95.0
MOST_POINTS = 2_000
"""Points of one curve."""
_PARTS = 100
_MARKS = 5
_SHARE_DECIMALS = 3
_REASONS = {"constant outcome": "no-variation"}


def survival(secret: Secret, profile: Profile, raw: SurvivalCases, span: Span) -> Several:
    """Give what may be shown of survival curves. Raises `RefusedError`."""
    protected = not unprotected(profile.counts)
    try:
        # Where numbers overflow depends on the data; no warning may say so.
        with np.errstate(all="ignore"):
            evidence, _ = evidence_of(raw, protected)
            # A group's condition says that there is one: its counts are then those of any table.
            apart, _ = evidence_of(replace(raw, groups={}), protected)
            survivors = Survivors(secret, profile, evidence, apart.population)
            return _Curves(survivors, raw, span).run()
    except NotEstimableError as error:
        code = "SDC-M1" if protected else _REASONS.get(error.reason, error.reason.replace(" ", "-"))
        raise RefusedError(code, span, "" if protected else error.name) from None


@dataclass(frozen=True, eq=False)
class _Drawn:
    """One group's curve (x, S, lower, upper from 0 on) and its line of key figures."""

    group: Group
    points: tuple[Floats, Floats, Floats, Floats]
    figures: tuple[Cell, ...]


class _Curves:
    def __init__(self, survivors: Survivors, raw: SurvivalCases, span: Span) -> None:
        self.survivors = survivors
        self.raw = raw
        self.span = span
        self.notes: list[Note] = []
        self.time: Variable = raw.columns["time"][0]
        self.levels = raw.groups.get("by")

    @property
    def protected(self) -> bool:
        return self.survivors.protected

    def run(self) -> Several:
        weibull = self.raw.method == "weibull"
        if weibull:
            self.survivors, gone = self.survivors.after_zero()
            if gone:
                self.notes.append(Note("times_of_zero"))
        self._demand_some()
        groups, others = self.survivors.groups(self.levels)
        if len(groups) > MOST_CATEGORIES:
            raise RefusedError("chart-too-large", self.span)
        end = self._end()
        drawn = [self._weibull(g, end) if weibull else self._kaplan_meier(g, end) for g in groups]
        kept = [one for one in drawn if one is not None]
        others += len(groups) - len(kept)
        if not kept:
            raise RefusedError("SDC-M1" if self.protected else "no-variation", self.span)
        if others:
            self.notes.append(Note("groups_left_out", {"groups": others}))
        if self.protected:
            self.notes.append(Note("life_table" if not weibull else "noisy_estimates"))
        parts = (self._figure(kept), self._key_figures(kept), self._at_risk(kept, end))
        return Several(parts[: 2 if weibull else 3])

    def _demand_some(self) -> None:
        """Raise `RefusedError` where there is nobody; under protection, nearly nobody.

        By the published number and before any work, so that nobody takes as long as one person.
        """
        evidence = self.survivors.evidence
        if self.protected:
            total = self.survivors.support(evidence).total()
            if total < max(self.survivors.profile.magnitudes.desc_min, 1):
                raise RefusedError("SDC-M1", self.span)
        if not evidence.rows:
            raise RefusedError("SDC-M1" if self.protected else "too-few-rows", self.span)

    def _end(self) -> float:
        """Where the axis ends: the largest time, or a published percentile of it."""
        time = self.survivors.evidence.columns["time"].x
        if not self.protected:
            return float(time.max())
        evidence = self.survivors.evidence
        end = self.survivors.end(self.survivors.support(evidence).total())
        if end is None:
            raise RefusedError("SDC-M1", self.span)
        return float(rounded(0.0, end, _MARKS, self.time.type is Type.INTEGER).edges[-1])

    # ---- Kaplan-Meier

    def _kaplan_meier(self, group: Group, end: float) -> _Drawn:
        counts = group.counts
        if not self.protected:
            curve = kaplan_meier(counts, LEVEL)
            last = float(counts.times[-1])
            mean = curve.mean_until(last)
            middle = curve.quantile()
        else:
            edges = fine_edges(end, self.time.type is Type.INTEGER)
            table = life_table(self.survivors, group, edges)
            each = self.survivors.rows(group) / group.units
            noise = self.survivors.profile.counts.variance * each**2
            curve = _in_thousandths(table.curve(LEVEL, noise))
            last = float(curve.times[-1])
            middle, mean = _between(curve)
        points = _points(curve, last, steps=not self.protected)
        rows = self.survivors.rows(group)
        events, censored = (self.survivors.with_event(group, value) for value in (1, 0))
        sig, digits = self.survivors.profile.quantiles.sig, self._digits
        figures = (
            _count(rows), _count(events), _count(censored), _cell(last, digits),
            *(_cell(value, sig) for value in middle), _cell(mean, digits),
        )  # fmt: skip
        return _Drawn(group, points, figures)

    def _at_risk(self, kept: Sequence[_Drawn], end: float) -> Table:
        """How many of each group are watched at a few round times, or longer."""
        marks = _marks(end)
        columns = tuple((Key("code", edge),) for edge in marks)
        cells = []
        for one in kept:
            counts = self.survivors.watched(one.group, marks)
            last = float(one.points[0][-1])
            pairs = zip(marks, counts, strict=True)
            cells.append(tuple(_count(n) if mark <= last else _NONE for mark, n in pairs))
        name = Key("variable", self.time.name, self.time.title)
        stub, rows = self._stub(kept, Key("statistic", "at_risk"))
        return Table("", stub, rows, columns, tuple(cells), heads=(name,))

    # ---- Weibull

    def _weibull(self, group: Group, end: float) -> _Drawn | None:
        found = published_fit(self.survivors, group, LEVEL)
        if found is None:
            return None
        last = end if self.protected else float(group.time.max())
        x = last * np.arange(1, _PARTS + 1) / _PARTS
        s = found.survival(x)
        none = np.full(_PARTS + 1, np.nan)
        points = np.append(0.0, x), np.append(1.0, self._share(s)), none, none
        if found.few_events:
            self.notes.append(Note("few_events"))
        return _Drawn(group, points, _weibull_figures(found))

    def _share(self, values: Floats) -> Floats:
        return decimals(values, _SHARE_DECIMALS) if self.protected else values

    @property
    def _digits(self) -> int:
        return self.survivors.profile.magnitudes.digits

    # ---- output

    def _figure(self, kept: Sequence[_Drawn]) -> Figure:
        rows: list[tuple[Key, ...]] = []
        cells: list[tuple[Cell, ...]] = []
        for one in kept:
            for line in zip(*(part.tolist() for part in one.points), strict=True):
                rows.append(() if one.group.key is None else (one.group.key,))
                cells.append(tuple(_cell(value) for value in line))
        stub = () if self.levels is None else (_named(self.levels.variable),)
        names = ("time", "survival", "lower", "upper")
        columns = tuple((Key("statistic", name),) for name in names)
        table = Table("", stub, tuple(rows), columns, tuple(cells), tuple(self.notes), flatten=True)
        drawn: tuple[Drawing, ...] = ()
        if self.raw.method == "kaplan-meier" and not self.protected:
            drawn = ("step",)
        return Figure(
            "curve", str(self.raw.options.get("title", "")), table,
            roles(0, 0, len(stub)), (_named(self.time),), (Key("statistic", "survival"),),
            drawn=drawn,
        )  # fmt: skip

    def _key_figures(self, kept: Sequence[_Drawn]) -> Table:
        names = _WEIBULL if self.raw.method == "weibull" else _KAPLAN_MEIER
        stub, rows = self._stub(kept, Key("total"))
        columns = tuple((Key("statistic", name),) for name in names)
        return Table("", stub, rows, columns, tuple(one.figures for one in kept))

    def _stub(
        self, kept: Sequence[_Drawn], alone: Key
    ) -> tuple[tuple[Key, ...], tuple[tuple[Key, ...], ...]]:
        if self.levels is None:
            return (Key("statistic"),), ((alone,),)
        rows = tuple((one.group.key,) for one in kept if one.group.key is not None)
        return (_named(self.levels.variable),), rows


_KAPLAN_MEIER = (
    "n", "events", "censored", "max_time", "median", "lower", "upper", "restricted_mean",
)  # fmt: skip
_WEIBULL = (
    "n", "events", "scale", "lower", "upper", "shape", "lower", "upper", "median", "mean", "loglik",
)  # fmt: skip
_NONE = Cell(None, "missing")


def _marks(end: float) -> list[float]:
    """A few round numbers from 0 to the end of the axis."""
    least = end / _MARKS if end > 0 else 1.0
    power = 10.0 ** np.floor(np.log10(least))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= least)
    return [float(f"{step * place:.6g}") for place in range(int(end / step * (1 + 1e-9)) + 1)]


def _named(variable: Variable) -> Key:
    return Key("variable", variable.name, variable.title)


def _count(n: int) -> Cell:
    return Cell(int(n)) if n else Cell(0, "zero")


def _cell(value: float, digits: int | None = None) -> Cell:
    if not np.isfinite(value):
        return _NONE
    rounded_value = value if digits is None else significant(np.array([value]), digits)[0]
    return Cell(float(rounded_value))


def _points(
    curve: SurvivalCurve, last: float, steps: bool
) -> tuple[Floats, Floats, Floats, Floats]:
    """The curve from (0, 1) to the last time, thinned where it has very many steps."""
    parts = [curve.times, curve.survival, curve.lower, curve.upper]
    if len(curve.times) > MOST_POINTS:
        places = np.linspace(0, len(curve.times) - 1, MOST_POINTS).astype(np.int64)
        parts = [part[places] for part in parts]
    x, s, lower, upper = (
        np.append(one, part) for one, part in zip((0.0, 1.0, 1.0, 1.0), parts, strict=True)
    )
    if steps and x[-1] < last:
        x, s, lower, upper = (np.append(p, q) for p, q in (
            (x, last), (s, s[-1]), (lower, lower[-1]), (upper, upper[-1]),
        ))  # fmt: skip
    return x, s, lower, upper


def _in_thousandths(curve: SurvivalCurve) -> SurvivalCurve:
    """A curve as it is published: what follows from it follows from these numbers."""
    parts = (decimals(p, _SHARE_DECIMALS) for p in (curve.survival, curve.lower, curve.upper))
    return SurvivalCurve(curve.times, *parts)


def _between(curve: SurvivalCurve) -> tuple[tuple[float, float, float], float]:
    """The median with limits, and the restricted mean, of a curve of straight lines."""
    x = np.append(0.0, curve.times)
    heights = [np.append(1.0, part) for part in (curve.survival, curve.lower, curve.upper)]
    middle, lower, upper = (_crossing(x, y) for y in heights)
    s = heights[0]
    mean = float(((s[1:] + s[:-1]) / 2) @ np.diff(x))
    return (middle, lower, upper), mean


def _crossing(x: Floats, y: Floats) -> float:
    """Where a falling curve comes down to a half; NaN where it does not."""
    below = np.flatnonzero(y <= 0.5)
    if not len(below):
        return float("nan")
    place = int(below[0])
    x0, x1, y0, y1 = x[place - 1], x[place], y[place - 1], y[place]
    return float(x0 + (y0 - 0.5) / (y0 - y1) * (x1 - x0))


def _weibull_figures(found: WeibullNumbers) -> tuple[Cell, ...]:
    numbers = (
        found.scale, *found.scale_limits, found.shape, *found.shape_limits, found.median,
        found.mean, found.log_likelihood,
    )  # fmt: skip
    return (_count(found.units), _count(found.events), *(_cell(value) for value in numbers))
