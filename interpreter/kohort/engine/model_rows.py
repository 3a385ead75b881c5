"""The complete cases of a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort import vocabulary, wording
from kohort.engine import requests
from kohort.engine.cells import unflagged
from kohort.engine.evaluation import holding
from kohort.engine.node import value_of
from kohort.engine.table import Table
from kohort.engine.values import Codes
from kohort.engine.vector import Vector
from kohort.estimators.sums import occurrences
from kohort.expression import Expression
from kohort.question import Question
from kohort.results import FactorLevels, ModelCases
from kohort.scope import Shape, Variable

_T = TypeVar("_T", bound=np.generic)


def complete_cases(table: Table, question: Question) -> ModelCases:
    """Give the rows that have every variable, and where the question's condition holds."""
    named = {v.name: v for v in (*question.columns.values(), *question.continuous)}
    coded = {v.name: v for v in (*question.groups.values(), *question.factors)}
    numbers = {n: requests.unmarked(v, table.vector(n)) for n, v in named.items()}
    codes = {name: unflagged(v, table.codes(name)) for name, v in coded.items()}
    kept = np.ones(len(table.rows), dtype=np.bool_)
    if question.condition is not None:
        kept &= _holding(table, question.condition)
    for x in numbers.values():
        _leave_out_missing(kept, x)
    for one in codes.values():
        kept &= one.places != one.missing
    # None where nothing is left out, so that nothing need be copied.
    row = None if bool(kept.all()) else np.flatnonzero(kept)
    mask = None if row is None else pl.Series(kept)
    values = {name: _decimals(x, mask) for name, x in numbers.items()}
    levels = {name: _levels(coded[name], one, row) for name, one in codes.items()}
    units = table.rows.units
    return ModelCases(
        shape=_about(table.shape, question.condition),
        columns={role: (v, values[v.name]) for role, v in question.columns.items()},
        groups={role: levels[v.name] for role, v in question.groups.items()},
        terms=question.terms,
        continuous={v.name: (v, values[v.name]) for v in question.continuous},
        factors={v.name: levels[v.name] for v in question.factors},
        keys=_picked(table.rows.keys, row),
        units=None if units is None else _picked(units, row),
        row=row,
        estimator=question.estimator,
        options=question.options,
        rules=question.rules,
        root=table.rows.root,
        known=_known(table, (*named.values(), *coded.values())) if row is None else {},
    )


def _known(table: Table, variables: Iterable[Variable]) -> dict[str, dict[Any, Any]]:
    """By name, what is known of the values of whole columns, shared with other results."""
    found = {v.name: requests.known_of(v, table.node(v.name).known) for v in variables}
    for known in found.values():
        known["rows"] = len(table.rows)
    return found


def _leave_out_missing(kept: NDArray[np.bool_], x: Vector) -> None:
    """Set the rows to False that have no value."""
    if not x.series.null_count():
        return
    there = x.series.is_not_null().to_numpy()
    if x.codes is None:
        kept &= there
    else:
        kept &= there[x.codes.to_numpy()]


def _decimals(x: Vector, mask: pl.Series | None) -> NDArray[np.float64]:
    """Give the values of the rows that stay: float64, made in one go, as new room costs most."""
    if x.codes is not None:
        table = x.series.cast(pl.Float64).to_numpy()
        codes = x.codes if mask is None else x.codes.filter(mask)
        return np.asarray(table[codes.to_numpy()])
    series = x.series if mask is None else x.series.filter(mask)
    if series.dtype == pl.Float64 and series.n_chunks() == 1:
        return series.to_numpy()
    values, first = np.empty(len(series)), 0
    for part in series.get_chunks():
        values[first : first + len(part)] = part.to_numpy()
        first += len(part)
    return values


def _about(shape: Shape, condition: Expression | None) -> Shape:
    """Give the description of the rows where a condition holds."""
    if condition is None:
        return shape
    return replace(shape, population=shape.population.keep(wording.of_condition(condition, shape)))


def _holding(table: Table, condition: Expression) -> NDArray[np.bool_]:
    """Where a condition is 1."""
    nodes = table.inputs(vocabulary.names(condition))
    columns = {name: value_of(node) for name, node in nodes.items()}
    return holding(condition, table.shape, table.rows, columns).to_numpy()


def _picked(values: NDArray[_T], row: NDArray[np.int64] | None) -> NDArray[_T]:
    return values if row is None else values[row]


def _levels(variable: Variable, codes: Codes, row: NDArray[np.int64] | None) -> FactorLevels:
    places = _picked(codes.places, row)
    found = np.flatnonzero(occurrences(places, codes.missing))
    if len(found) == codes.missing:
        return FactorLevels(variable, tuple(codes.values.to_list()), places.astype(np.int32))
    table = np.zeros(codes.missing + 1, dtype=np.int32)
    table[found] = np.arange(len(found))
    return FactorLevels(variable, tuple(codes.values.gather(found).to_list()), table[places])
