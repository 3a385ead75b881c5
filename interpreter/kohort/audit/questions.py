"""What an output asks of its units: variables, and how many different numbers about each set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kohort.described import (
    Anova,
    Correlations,
    Intervals,
    Normality,
    PanelSummary,
    Transitions,
)
from kohort.results import (
    Chart,
    Column,
    Described,
    Frequencies,
    Magnitudes,
    ModelCases,
    Raw,
    Size,
    Summary,
)
from kohort.scope import Variable

_DESCRIBED: Final = ("mean", "std", "n", "low", "p25", "p50", "p75", "high")
_INTERVAL: Final = ("mean", "std")


def population_of(raw: Raw) -> str:
    """Give the canonical wording of the population; empty where there is none."""
    if isinstance(raw, Size):
        return raw.population.wording()
    for table in tables_of(raw):
        return table.shape.population.wording()
    shape = getattr(raw, "shape", None)
    return "" if shape is None else str(shape.population.wording())


def tables_of(raw: Raw) -> Iterator[Frequencies]:
    """Give the tables that an output consists of."""
    match raw:
        case Frequencies():
            yield raw
        case Magnitudes():
            yield raw.frequencies
        case PanelSummary():
            yield raw.volumes.frequencies
        case Transitions():
            yield from (table.frequencies for table in raw.tables)
        case Chart():
            yield from tables_of(raw.of)
        case _:
            return


def axes_of(raw: Raw) -> Iterator[Variable]:
    """Give the variables by which tables divide."""
    for table in tables_of(raw):
        yield from (axis.variable for axis in table.axes)


def columns_of(raw: Raw) -> Iterator[Variable]:
    """Give the variables whose values are summarised."""
    columns: Sequence[Column] = ()
    match raw:
        case Magnitudes():
            columns = raw.columns
        case Summary():
            columns = raw.columns
        case Correlations() | Intervals() | Normality():
            columns = raw.summary.columns
        case Anova():
            yield from columns_of(raw.cases)
        case PanelSummary():
            columns = raw.volumes.columns
        case Chart() if isinstance(raw.of, Magnitudes):
            columns = raw.of.columns
        case ModelCases():
            yield from (variable for variable, _ in raw.columns.values())
            yield from (variable for variable, _ in raw.continuous.values())
            yield from (levels.variable for levels in raw.factors.values())
        case _:
            pass
    # Columns that are made whenever somebody looks at them say beforehand what they hold.
    if isinstance(columns, Described):
        yield from columns.variables
    else:
        yield from (column.variable for column in columns)


def questions(raw: Raw, columns: Sequence[Variable]) -> Iterator[str]:
    """Give a text for each number that is told of a set: thirty statistics are thirty.

    Percentages follow from counts and are no questions of their own; a model tells at least one
    number of each of its variables.
    """
    digests = [variable.meaning.digest for variable in columns]
    match raw:
        case Chart():
            yield from questions(raw.of, columns)
        case Magnitudes():
            yield from _each(digests, raw.statistics)
        case Summary():
            yield from _each(digests, (*_DESCRIBED, *raw.statistics))
        case PanelSummary():
            yield from _each(digests, (*_DESCRIBED, *raw.volumes.statistics))
        case Intervals():
            yield from _each(digests, _INTERVAL)
        case Correlations():
            pairs = (f"{a}|{b}" for n, a in enumerate(digests) for b in digests[n + 1 :])
            yield from _each(pairs, ("correlation",))
        case Frequencies() | Transitions():
            yield "freq"
        case Size():
            yield "units"
        case _:
            together = "|".join((type(raw).__name__, *sorted(digests)))
            yield from _each(digests or [""], (together,))


def _each(digests: Sequence[str] | Iterator[str], statistics: Sequence[str]) -> Iterator[str]:
    for digest in digests:
        yield from (f"{digest}\x1e{statistic}" for statistic in statistics)
