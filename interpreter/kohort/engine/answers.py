"""The statistics requests of a dataset; every answer is unreleased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, overload

from kohort.described import Transitions
from kohort.engine import requests
from kohort.engine.cells import grid
from kohort.engine.failure import guarded
from kohort.engine.members import CellMembers
from kohort.engine.model_rows import complete_cases
from kohort.engine.passages import transitions
from kohort.engine.table import Table
from kohort.question import Question
from kohort.results import AnyRaw, Column, Frequencies, Magnitudes, ModelCases, Size, Summary, about
from kohort.scope import Variable


class Answers(Table):
    """A dataset that answers statistics requests."""

    @guarded
    def size(self, message: str, words: Mapping[str, str], change: bool = True) -> Size:
        """Count the distinct units."""
        n, sums = self.rows.size()
        shape = self.shape
        found = Size(
            shape.name,
            shape.unit_type,
            n,
            sums,
            shape.population,
            shape.public,
            message,
            words,
            change,
            self.rows.root,
        )
        return self._about(found)

    def _about(self, raw: AnyRaw) -> AnyRaw:
        """Let a result remember whom it is about."""
        return about(raw, self.rows)

    @guarded
    def counts(
        self,
        by: Sequence[Variable],
        missing: bool,
        statistics: tuple[str, ...],
        options: Mapping[str, Any],
    ) -> Frequencies:
        """Count units by the codes of variables, with every margin."""
        counted = grid(by, [self.codes(v.name) for v in by], self.rows, missing)
        counts = requests.frequencies(self.shape, counted, missing, statistics, options)
        counts = replace(counts, root=self.rows.root, members=CellMembers(counted, self.rows))
        return self._about(counts)

    @guarded
    def magnitudes(
        self,
        by: Sequence[Variable],
        of: Sequence[Variable],
        missing: bool,
        statistics: tuple[str, ...],
        options: Mapping[str, Any],
    ) -> Magnitudes:
        """Give the values of numeric variables by the cells of a table."""
        counted = grid(by, [self.codes(v.name) for v in by], self.rows, missing)
        counts = requests.frequencies(self.shape, counted, missing, statistics, options)
        counts = replace(counts, root=self.rows.root, members=CellMembers(counted, self.rows))
        columns = [self.measurements(v) for v in of]
        return self._about(requests.magnitudes(counts, counted, columns, statistics))

    @guarded
    def summary(self, of: Sequence[Variable], statistics: tuple[str, ...]) -> Summary:
        """Give the values of numeric variables."""
        for variable in of:
            self.vector(variable.name)
        measured = _Measurements(self, of)
        return self._about(Summary(self.shape, measured, statistics, self.rows.root))

    @guarded
    def transitions(
        self, of: Sequence[Variable], time: Variable, titles: Sequence[str]
    ) -> Transitions:
        """Count the units that pass from code to code between successive times of a panel."""
        return self._about(transitions(self, of, time, titles))

    @guarded
    def model_cases(self, question: Question) -> ModelCases:
        """Give the rows that have every variable of a model."""
        return self._about(complete_cases(self, question))


class _Measurements(Sequence[Column]):
    """Numeric columns for a result, each made when it is looked at: many need not lie in memory."""

    def __init__(self, table: Table, of: Sequence[Variable]) -> None:
        self._table = table
        self._of = tuple(of)

    def __repr__(self) -> str:
        return "<unreleased>"

    def __len__(self) -> int:
        return len(self._of)

    @property
    def variables(self) -> Sequence[Variable]:
        """The variables of the columns, in order."""
        return self._of

    @overload
    def __getitem__(self, place: int) -> Column: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Column]: ...

    def __getitem__(self, place: int | slice) -> Column | Sequence[Column]:
        if isinstance(place, slice):
            return _Measurements(self._table, self._of[place])
        return self._table.measurements(self._of[place])
