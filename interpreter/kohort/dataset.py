"""What commands see of the engine: a dataset with its operations and statistics requests.

A dataset is never changed in place: every operation gives a new one that shares columns with the
old. Units are settled at once, values are computed when a request needs them. The static
description (`shape`) comes from the checker; the session attaches the new one after each data
command, so operations here deal with rows and columns only. Whatever goes wrong in the engine
comes out as one error with a code and no text of its own (`kohort.engine.failure`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

from kohort.described import Transitions
from kohort.expression import Expression
from kohort.phrases import Date, Rules
from kohort.question import Question
from kohort.results import Frequencies, Magnitudes, ModelCases, Size, Summary
from kohort.scope import Code, Shape, Type, Variable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kohort.catalogue import Databank, RegisterVariable


class Dataset(Protocol):
    """A table of the session, as commands see it."""

    @property
    def shape(self) -> Shape:
        """The checked description that the rows belong to."""
        ...

    def described(self, shape: Shape) -> Self:
        """Give the same rows under a new description (set by the session, and by `if` clauses)."""
        ...

    # ---- units and rows

    def imported(
        self, bank: Databank, entry: RegisterVariable, day: Date | None, name: str, outer: bool
    ) -> Self:
        """Left join a register variable at a date; `outer` adds unknown units.

        The first import defines the units. The files must be there, values are read when needed.
        """
        ...

    def units_only(self) -> Self:
        """Give the distinct units without variables."""
        ...

    def spells(
        self,
        bank: Databank,
        entry: RegisterVariable,
        first: Date,
        last: Date,
        names: tuple[str, str, str],
    ) -> Self:
        """One row per spell that overlaps a period, of the units that are there (if any are).

        `names` are those of value, first day and last day.
        """
        ...

    def panel(
        self,
        variables: Sequence[tuple[Databank, RegisterVariable, str]],
        dates: Sequence[Date],
        time: str,
    ) -> Self:
        """One row per unit and date, with the dates (ascending) as day numbers in column `time`.

        Where there are no units, they are those that have a record of the first variable at any
        of the dates.
        """
        ...

    def lengthened(
        self,
        times: Sequence[Code],
        stems: Mapping[str, Sequence[str | None]],
        constants: Sequence[str],
        time: str,
    ) -> Self:
        """One row per unit and time.

        `stems` maps each new column to the old one of each time (None: there is none, missing).
        Constants are repeated; other columns are gone.
        """
        ...

    def widened(self, time: str, times: Sequence[Code], names: Mapping[str, Sequence[str]]) -> Self:
        """One row per unit; each column becomes one per time, missing where there is no row.

        `names` maps each old column to its new names in the order of the times.
        """
        ...

    def narrowed(self, condition: Expression) -> Self:
        """Keep the rows where the condition is 1; everything else (0 or missing) goes.

        The result has this dataset (or its base) as the base of winsorising limits.
        """
        ...

    def sampled(self, fraction: float, bucket: int) -> Self:
        """Keep the units whose keyed hash for the bucket, in [0, 1), is below `fraction`.

        Samples of the same bucket are nested in one another.
        """
        ...

    def rebased(self) -> Self:
        """Make this the base of winsorising limits, and forget rows taken away before.

        The session calls it after each command that changes data.
        """
        ...

    def collapsed(
        self, by: str, statistics: Sequence[tuple[str, str, str]], unit_type: str
    ) -> Self:
        """Give one row per value of `by`, units of a protected type with keys of their own.

        `statistics` are (statistic, variable, new name).
        """
        ...

    def aggregated(
        self,
        by: str,
        statistics: Sequence[tuple[str, str, str]],
        published: Self | None = None,
        private: bool = True,
    ) -> Self:
        """Add group statistics to every row of the group; rows without a group get missing.

        `statistics` are (statistic, variable, new name). Groups that are in `published` (a dataset
        of groups with the new names as columns) take their values from there; the others keep
        their own only with `private`.
        """
        ...

    def collapse_evidence(self, by: str, statistics: Sequence[tuple[str, str, str]]) -> Magnitudes:
        """Give what is needed to publish a collapse to public units (disclosure 4.12).

        A table by the one variable without missing values. `columns` holds each variable of the
        statistics once; the statistics stand in `frequencies.options["specification"]` as
        (statistic, variable, new name). The column of a text or a key, which can only be counted,
        holds ones.
        """
        ...

    def from_published(
        self, shape: Shape, codes: Sequence[Code], columns: Mapping[str, NDArray[np.float64]]
    ) -> Self:
        """Give a dataset of published numbers: one row per code of the shape's key.

        `columns` hold the values in the order of the codes (NaN: missing). The rows need no
        protection; their record keys are 0.
        """
        ...

    # ---- columns

    def with_column(
        self,
        name: str,
        expression: Expression,
        type_: Type,
        condition: Expression | None = None,
        keep_old: bool = False,
    ) -> Self:
        """Add or replace a column.

        Where the condition is not 1 it is missing, or has the old value with `keep_old`.
        """
        ...

    def recoded(self, name: str, rules: Rules, condition: Expression | None, new: str) -> Self:
        """Add or replace column `new`: the value of the first rule that fits the one of `name`."""
        ...

    def parsed(self, name: str, new: str, ignore: str, comma: bool, type_: Type) -> Self:
        """Add or replace column `new`: the numbers that the texts of `name` say, else missing."""
        ...

    def unparsable(self, name: str, ignore: str, comma: bool, most: int) -> list[str]:
        """Give the first `most` different texts that `parsed` would make missing, empty ones apart.

        These are values of the data, ascending: to be asked for only where the gate `names_values`.
        """
        ...

    def renamed(self, old: str, new: str) -> Self:
        """Rename a column."""
        ...

    def copied(self, old: str, new: str) -> Self:
        """Add a copy of a column."""
        ...

    def with_values(
        self, columns: Mapping[str, NDArray[np.float64] | None], row: NDArray[np.int64] | None
    ) -> Self:
        """Add decimal columns: float64 (n) for the rows `row` (None: all), missing elsewhere.

        NaN and infinity become missing; None is a column without values.
        """
        ...

    def without(self, names: Sequence[str]) -> Self:
        """Remove columns."""
        ...

    def joined(self, source: Self, names: Sequence[str], on: str | None, most: int = 0) -> Self:
        """Left join columns of `source` by its unit key.

        It is matched with column `on` of this dataset, or with its key (None). Values
        that more than `most` rows here would share are left out (0: none is).
        """
        ...

    # ---- statistics requests; all answers are unreleased

    def size(self, message: str, words: Mapping[str, str], change: bool = True) -> Size:
        """Count the distinct units."""
        ...

    def counts(
        self,
        by: Sequence[Variable],
        missing: bool,
        statistics: tuple[str, ...],
        options: Mapping[str, Any],
    ) -> Frequencies:
        """Count units by the codes of variables, with every margin.

        Codes that the labels flag as missing count as missing, here and in all requests.
        """
        ...

    def magnitudes(
        self,
        by: Sequence[Variable],
        of: Sequence[Variable],
        missing: bool,
        statistics: tuple[str, ...],
        options: Mapping[str, Any],
    ) -> Magnitudes:
        """Give the values of numeric variables by the cells of a table."""
        ...

    def summary(self, of: Sequence[Variable], statistics: tuple[str, ...]) -> Summary:
        """Give the values of numeric variables for descriptive statistics."""
        ...

    def transitions(
        self, of: Sequence[Variable], time: Variable, titles: Sequence[str]
    ) -> Transitions:
        """Count the units that pass from code to code between successive times of a panel.

        Rows whose unit is absent at the next time of `time.times`, or has no code there, give no
        pair. `titles` are those of the variables' tables.
        """
        ...

    def model_cases(self, question: Question) -> ModelCases:
        """Give the rows that have every variable of a model."""
        ...
