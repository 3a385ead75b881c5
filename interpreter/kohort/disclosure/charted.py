"""The cells of a table as the marks of a chart: only what the table itself would display."""

from __future__ import annotations

from collections.abc import Iterable

from kohort.diagnostic import Span
from kohort.disclosure.alike import Spot, spot, withheld
from kohort.disclosure.cell_numbers import CellNumbers, as_cell
from kohort.disclosure.columns import CellStatistics, active, base_of
from kohort.disclosure.counted import Counted, Place, Subset
from kohort.disclosure.frequencies import judged, refuse_large
from kohort.disclosure.keys import Master
from kohort.disclosure.layout import Layout, Line, key_of_code, key_of_variable
from kohort.disclosure.profile import Profile
from kohort.disclosure.publication import statistics_of
from kohort.disclosure.quantiles import Quantiles, published_quantiles
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released_figure import Role
from kohort.disclosure.released_table import Cell, Key, Note
from kohort.results import Column, Frequencies, Magnitudes

MOST_CATEGORIES = 200
"""Places on an axis, or entries of a legend, that can still be told apart."""


_OUTER = {"p0": 0, "p10": 10, "p90": 90, "p100": 100}


class Charted:
    """A table of counts whose displayed cells become marks, with what of it is withheld."""

    def __init__(self, secret: Master, profile: Profile, raw: Frequencies, span: Span) -> None:
        self.secret, self.profile, self.raw, self.span = secret, profile, raw, span
        self.counted = Counted(secret, profile, raw)
        self.layout: Layout = judged(self.counted, span) if raw.axes else _whole()
        if raw.axes:
            refuse_large(self.counted, self.layout, span)
        self.gone: frozenset[Spot] = (
            withheld(self.counted, self.layout) if raw.axes else frozenset()
        )

    @property
    def notes(self) -> list[Note]:
        """What the table would say of what it does not display."""
        return list(self.layout.notes)

    def places(self) -> list[Place]:
        """Give the cells that are no totals, ascending by the codes of all axes in order."""
        rows = [line.place for line in self.layout.rows if not line.total]
        columns = [line.place for line in self.layout.columns if not line.total]
        found = [{**row, **column} for row in rows for column in columns]
        return sorted(found, key=lambda place: [place[axis] for axis in sorted(place)])

    def keys(self, place: Place) -> tuple[Key, ...]:
        """Give the headings of a cell, in the order of the axes."""
        axes = self.raw.axes
        return tuple(key_of_code(axes[axis], place[axis], False) for axis in sorted(place))

    def stub(self) -> tuple[Key, ...]:
        """Give the headings of the axes."""
        return tuple(map(key_of_variable, self.raw.axes))

    def hidden(self, place: Place) -> bool:
        """Tell whether the rule of groups that are alike withholds a cell."""
        return bool(self.gone) and spot(place) in self.gone

    def few(self, axes: Iterable[int], most: int = MOST_CATEGORIES) -> None:
        """Refuse a chart with more combinations of codes than can be told apart.

        Raises `RefusedError`.
        """
        chosen = sorted(axes)
        seen = {tuple(place[axis] for axis in chosen) for place in self.places()}
        if len(seen) > most:
            raise RefusedError("chart-too-large", self.span)

    def with_enough(self, numbers: Numbers, notes: list[Note]) -> list[Place]:
        """Give the cells with enough units for a chart of their own; adds a note on the others.

        Raises `RefusedError` where there is none.
        """
        limit = self.profile.magnitudes.desc_min
        every = self.places()
        kept = [p for p in every if (numbers.at("n", p).v or 0) >= max(limit, 1)]
        if not kept:
            raise RefusedError("too-few-units", self.span)
        if len(kept) < len(every) and self.counted.protected:
            notes.append(Note("groups_left_out", {"groups": len(every) - len(kept)}))
        return kept


def roles(panels: int, categories: int, series: int = 0) -> tuple[Role, ...]:
    """Give what the keys of a mark are for, in order."""
    return (*_times("panel", panels), *_times("category", categories), *_times("series", series))


def _times(role: Role, count: int) -> tuple[Role, ...]:
    return (role,) * count


_ALL = Line((), {})


def least_drawn(profile: Profile) -> int:
    """Give the published count from which a bar, hexagon or link is drawn."""
    return max(1, profile.counts.low_cell)


def _whole() -> Layout:
    return Layout((), (_ALL,), None, (_ALL,), ())


class Numbers:
    """The published statistics of one numeric variable in the cells of a table."""

    def __init__(self, charted: Charted, raw: Magnitudes, column: Column) -> None:
        self.charted, self.raw, self.column = charted, raw, column
        population = column.base_population or raw.frequencies.shape.population
        whole = active(column)
        self.base = base_of(charted.secret, charted.profile, column, population, whole)
        self.whole = whole if column.base is None else None
        self._made: dict[Subset, CellStatistics] = {}
        self._numbers: dict[tuple[Subset, str], CellNumbers] = {}
        self._outer: dict[Subset, Quantiles] = {}

    def made(self, subset: Subset) -> CellStatistics:
        """Give the statistics of all cells of some axes."""
        if subset not in self._made:
            charted = self.charted
            self._made[subset] = statistics_of(
                charted.secret, charted.profile, self.raw, charted.counted, self.column,
                self.base, subset, self.whole,
            )  # fmt: skip
        return self._made[subset]

    def row(self, place: Place) -> int:
        """Give the row of a cell among those of its axes, -1 where it is empty."""
        subset, where = self.charted.counted.at(place)
        return int(self.charted.counted.cells(subset).row[where])

    def at(self, statistic: str, place: Place) -> Cell:
        """Give a statistic of a cell: `n`, `mean`, `std`, `sum`, or a percentile `p0` to `p100`."""
        subset, row = tuple(sorted(place)), self.row(place)
        if row < 0:
            return Cell(0, "zero") if statistic == "n" else Cell(None, "missing")
        if statistic in _OUTER:
            return self._percentile(_OUTER[statistic], subset, row)
        if (subset, statistic) not in self._numbers:
            self._numbers[subset, statistic] = CellNumbers(self.made(subset), (statistic,))
        return self._numbers[subset, statistic].at(statistic, row)

    def _percentile(self, percent: int, subset: Subset, row: int) -> Cell:
        """Give a percentile that tables have not; smallest and largest only where allowed."""
        made = self.made(subset)
        if subset not in self._outer:
            profile = self.charted.profile
            self._outer[subset] = published_quantiles(
                self.charted.secret, profile.quantiles, profile.magnitudes, made.group,
                made.magnitude_wordings, made.n, tuple(_OUTER.values()),
            )  # fmt: skip
        if self.column.variable.sensitive and made.alike[row]:
            return Cell(None, "hidden")
        found = self._outer[subset].column(percent)
        return as_cell(float(found.values[row]), found.words[row])
