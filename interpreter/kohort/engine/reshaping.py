"""Datasets with several rows per unit: spells, panels, and the ways between long and wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.engine import collapsing, register
from kohort.engine.failure import guarded
from kohort.engine.matching import places
from kohort.engine.node import Node, value_of
from kohort.engine.rows import Keys, Rows
from kohort.engine.table import Table
from kohort.engine.values import concatenated, distinct, gathered, narrow_dtype
from kohort.engine.vector import Vector
from kohort.phrases import Date
from kohort.scope import Code

if TYPE_CHECKING:
    from kohort.catalogue import Databank, RegisterVariable


class Reshaping(Table):
    """A dataset that can hold several rows per unit."""

    @guarded
    def units_only(self) -> Self:
        """Give the distinct units without variables."""
        return replace(self, rows=_units(self.rows), columns={}, base=None)

    @guarded
    def spells(
        self,
        bank: Databank,
        entry: RegisterVariable,
        first: Date,
        last: Date,
        names: tuple[str, str, str],
    ) -> Self:
        """One row per spell that overlaps a period, of the units that are there (if any are)."""
        found = register.spells(
            entry, first.days, last.days, register.files(entry, None), self.ring
        )
        if self.rows.root is None:
            rows = Rows(found.ids, entry.unit_type, bank.root, self.ring, repeated=True)
        else:
            found, rows = self._known(found)
        parts = zip(names, (found.values, found.starts, found.stops), strict=True)
        columns = {name: Node(rows, values=values) for name, values in parts}
        return replace(self, rows=rows, columns=columns, base=None)

    def _known(self, found: register.Spells) -> tuple[register.Spells, Rows]:
        """Leave out the spells of units that are not in the dataset."""
        old = self.rows
        spots = places(old.ids, found.ids)
        keys = old.key_series
        if spots is not None:
            inside = spots.is_not_null()
            found = found.of(inside)
            keys = keys.gather(spots.filter(inside))
        rows = Rows(found.ids, old.unit_type, old.root, self.ring, repeated=True, known=keys)
        return found, rows

    @guarded
    def panel(
        self,
        variables: Sequence[tuple[Databank, RegisterVariable, str]],
        dates: Sequence[Date],
        time: str,
    ) -> Self:
        """One row per unit and date; the first variable gives the units where there are none."""
        units = self.rows
        days = [date.days for date in dates]
        first: Sequence[register.Records] | None = None
        if units.root is None:
            bank, entry, _ = variables[0]
            first = _records(entry, days, self.ring)
            ids = distinct(pl.concat([records.ids for records in first]))
            units = Rows(ids, entry.unit_type, bank.root, self.ring)
        rows, _, index = _grid(units, len(days))
        columns = {time: _time(rows, index, days)}
        for _, entry, name in variables:
            recipe = partial(_measured, entry, days, self.ring, first)
            columns[name] = Node(rows, recipe, (index,))
            first = None
        return replace(self, rows=rows, columns=columns, base=None)

    @guarded
    def lengthened(
        self,
        times: Sequence[Code],
        stems: Mapping[str, Sequence[str | None]],
        constants: Sequence[str],
        time: str,
    ) -> Self:
        """One row per unit and time; a stem takes the value of its column for the row's time."""
        rows, spot, index = _grid(self.rows, len(times))
        columns = {time: _time(rows, index, times)}
        for stem, names in stems.items():
            present = [name for name in names if name is not None]
            order = np.cumsum([name is not None for name in names]) - 1
            which = np.where([name is not None for name in names], order, -1)
            recipe = partial(_of_time, which, len(self.rows))
            foreign = [self.columns[name] for name in present]
            columns[stem] = Node(rows, recipe, (spot, index), foreign)
        for name in constants:
            columns[name] = Node(rows, fetched, (spot,), (self.columns[name],))
        return replace(self, rows=rows, columns=columns, base=None)

    @guarded
    def widened(self, time: str, times: Sequence[Code], names: Mapping[str, Sequence[str]]) -> Self:
        """One row per unit; a column becomes one for each time, missing where there is no row."""
        old = self.rows
        units = _units(old)
        place = _places_of_times(self.vector(time), times)
        number = np.arange(len(old)) if old.units is None else old.units
        columns: dict[str, Node] = {}
        for k in range(len(times)):
            at = np.flatnonzero(place == k)
            spots = np.full(len(units), -1, dtype=np.int64)
            spots[number[at]] = at
            spot = Node(units, values=Vector(_or_missing(spots)))
            for name, made in names.items():
                columns[made[k]] = Node(units, fetched, (spot,), (self.columns[name],))
        return replace(self, rows=units, columns=columns, base=None)

    @guarded
    def aggregated(
        self,
        by: str,
        statistics: Sequence[tuple[str, str, str]],
        published: Self | None = None,
        private: bool = True,
    ) -> Self:
        """Add group statistics to every row of the group; rows without a group get missing."""
        ids, groups = collapsing.groups_of(self.vector(by).spread())
        spots = _or_missing(groups.place)
        known = None if published is None else _spots(published.rows.ids, ids)
        grouped: dict[str, collapsing.Grouped] = {}
        result = self
        for statistic, name, new in statistics:
            if name not in grouped:
                grouped[name] = collapsing.grouped(groups, self.vector(name))
            values = grouped[name].statistic(statistic)
            if published is not None and known is not None:
                told = published.vector(new).spread().gather(known).cast(values.dtype)
                own = values if private else values.clear(len(values))
                values = own.zip_with(known.is_null(), told)
            result = result.with_node(new, Node(self.rows, values=Vector(values.gather(spots))))
        return result


# ---- rows


def _spots(known: pl.Series, ids: pl.Series) -> pl.Series:
    """Give the place of each id among the known ones, null where it is not there."""
    if not len(known):
        return pl.Series([None] * len(ids), dtype=pl.UInt32)
    found = places(known, ids)
    return pl.Series(np.arange(len(ids), dtype=np.uint32)) if found is None else found


def _units(rows: Rows) -> Rows:
    """Give one row per unit."""
    if rows.firsts is None:
        return rows
    first = pl.Series(rows.firsts)
    return Rows(
        rows.ids.filter(first), rows.unit_type, rows.root, rows.ring,
        known=rows.key_series.filter(first),
    )  # fmt: skip


def _grid(units: Rows, times: int) -> tuple[Rows, Node, Node]:
    """Repeat each unit for every time; give also each row's unit place and time place.

    Both are columns without a name: what is made from them outlives a change of the named ones.
    """
    place = pl.Series(np.repeat(np.arange(len(units), dtype=np.uint32), times))
    rows = Rows(
        units.ids.gather(place), units.unit_type, units.root, units.ring, repeated=True,
        known=units.key_series.gather(place),
    )  # fmt: skip
    numbers = np.arange(times, dtype=narrow_dtype(times))
    index = Node(rows, values=Vector(pl.Series(np.tile(numbers, len(units)))))
    return rows, Node(rows, values=Vector(place)), index


def _time(rows: Rows, index: Node, times: Sequence[Code]) -> Node:
    series = pl.Series(list(times)).extend_constant(None, 1)
    return Node(rows, values=Vector(series, value_of(index).series))


def _places_of_times(vector: Vector, times: Sequence[Code]) -> NDArray[np.int64]:
    """Give each row's place among the times, -1 where its time is none of them."""
    spots = places(pl.Series(list(times)), vector.series)
    found = np.arange(len(vector.series)) if spots is None else _numbers(spots)
    return found if vector.codes is None else found[vector.codes.to_numpy()]


def _numbers(spots: pl.Series) -> NDArray[np.int64]:
    return spots.cast(pl.Int64).fill_null(-1).to_numpy()


def _or_missing(spots: NDArray[np.int64]) -> pl.Series:
    """Give places as a series, null where they are negative."""
    found = pl.Series(spots)
    if not len(spots) or spots.min() >= 0:
        return found.cast(pl.UInt32)
    return pl.select(pl.when(found >= 0).then(found).cast(pl.UInt32).alias("")).to_series()


# ---- values


def _records(entry: RegisterVariable, days: Sequence[int], ring: Keys) -> list[register.Records]:
    """Give the records of each day; a fixed variable has one set for all days."""
    if entry.temporality == "FIXED" or len(days) == 1:
        day = None if entry.temporality == "FIXED" else days[0]
        return [register.read(entry, day, register.files(entry, day), ring)]
    return register.read_all(entry, days, ring)


def _measured(
    entry: RegisterVariable,
    days: Sequence[int],
    ring: Keys,
    known: Sequence[register.Records] | None,
    rows: Rows,
    inputs: Sequence[Vector],
    _: Sequence[Vector],
) -> Vector:
    """Give a register variable at each row's date: date by date, then in the order of the rows."""
    by_day = _records(entry, days, ring) if known is None else known
    if len(by_day) == 1:
        (records,) = by_day
        return gathered(records.values, places(records.ids, rows.ids))
    index = inputs[0].series.to_numpy()
    parts, where = [], []
    for number, records in enumerate(by_day):
        at = np.flatnonzero(index == number)
        spots = places(records.ids, rows.ids.gather(at))
        parts.append(gathered(records.values, spots))
        where.append(at)
    order = np.empty(len(rows), dtype=np.uint32)
    order[np.concatenate(where)] = np.arange(len(rows), dtype=np.uint32)
    return gathered(concatenated(parts), pl.Series(order))


def _of_time(
    which: NDArray[np.int64],
    height: int,
    _: Rows,
    inputs: Sequence[Vector],
    foreign: Sequence[Vector],
) -> Vector:
    """Give the value of the column for each row's time; -1 in `which` is a time without one."""
    spot, index = (vector.series.to_numpy() for vector in inputs)
    # Places are as wide as polars counts rows: half the memory of whole numbers.
    spots = (np.maximum(which, 0) * height).astype(np.uint32)[index]
    spots += spot
    where = pl.Series(spots)
    if (which < 0).any():
        where = where.set(pl.Series((which < 0)[index]), None)
    return gathered(concatenated(foreign), where)


def fetched(_: Rows, inputs: Sequence[Vector], foreign: Sequence[Vector]) -> Vector:
    """Give the values of another dataset's column at the where in the first input."""
    return gathered(foreign[0], inputs[0].series)
