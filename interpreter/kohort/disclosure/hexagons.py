"""Hexagons over two variables: where many units are, in classes of published counts (2.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.diagnostic import Span
from kohort.disclosure.charted import Charted, Numbers, least_drawn
from kohort.disclosure.columns import narrowed
from kohort.disclosure.contributors import gathered
from kohort.disclosure.counts import published_counts
from kohort.disclosure.histograms import limits_of
from kohort.disclosure.keys import Master
from kohort.disclosure.layout import key_of_code
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import significant
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released_figure import Figure
from kohort.disclosure.released_table import Cell, Key, Note, Table
from kohort.disclosure.tables import disclosive_rows
from kohort.meaning import Meaning
from kohort.results import Chart, Column, Magnitudes
from kohort.scope import Variable

_PADDING = 1e-9  # of the range: the highest value is inside, as in matplotlib's hexbin
_DIGITS = 6


@dataclass(frozen=True)
class Grid:
    """Two interleaved lattices of `across` cells each way, between published limits.

    The first has its points on the corners of the cells, the second in their middles; a place
    belongs to the nearest point, vertical distances counting three times (as matplotlib does it).
    """

    across: int
    x: tuple[float, float]
    y: tuple[float, float]

    def place(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Give the number of the hexagon of each pair of values: int64 (N)."""
        along, up = self._steps(x, self.x), self._steps(y, self.y)
        corner = np.round(along).astype(np.int64), np.round(up).astype(np.int64)
        middle = np.floor(along).astype(np.int64), np.floor(up).astype(np.int64)
        to_corner = (along - corner[0]) ** 2 + 3 * (up - corner[1]) ** 2
        to_middle = (along - middle[0] - 0.5) ** 2 + 3 * (up - middle[1] - 0.5) ** 2
        first = corner[0] * (self.across + 1) + corner[1]
        second = self._corners + middle[0] * self.across + middle[1]
        return np.where(to_corner < to_middle, first, second)

    def _steps(
        self, values: NDArray[np.float64], limits: tuple[float, float]
    ) -> NDArray[np.float64]:
        low, high = limits
        padding = _PADDING * (high - low)
        size = (high - low + 2 * padding) / self.across
        return np.asarray((np.clip(values, low, high) - low + padding) / size)

    @property
    def _corners(self) -> int:
        return (self.across + 1) ** 2

    @property
    def count(self) -> int:
        """How many hexagons there are."""
        return self._corners + self.across**2

    def middle(self, number: int) -> tuple[float, float]:
        """Give the middle of a hexagon, to six digits."""
        if number < self._corners:
            column, row = divmod(number, self.across + 1)
            along, up = float(column), float(row)
        else:
            column, row = divmod(number - self._corners, self.across)
            along, up = column + 0.5, row + 0.5
        return _on(self.x, along / self.across), _on(self.y, up / self.across)


def _on(limits: tuple[float, float], share: float) -> float:
    low, high = limits
    place = low + share * (high - low)
    step = abs(high - low) * 10.0**-_DIGITS
    return 0.0 if abs(place) < step else float(f"{place:.{_DIGITS}g}")


def hexagons(secret: Master, profile: Profile, raw: Chart, span: Span) -> Figure:
    """Give the hexagons that hold enough units. Raises `RefusedError`."""
    table = raw.of
    assert isinstance(table, Magnitudes)
    charted = Charted(secret, profile, table.frequencies, span)
    notes = charted.notes
    up = Numbers(charted, table, table.columns[0])
    high = limits_of(charted, up, notes)
    if charted.raw.axes:
        wide, further = _codes(charted)
        found = _paired(table.columns[0], _positions(charted, table))
    else:
        along = Numbers(charted, table, table.columns[1])
        wide, further = limits_of(charted, along, notes), ()
        found = _joined(table.columns[0], table.columns[1])
    if wide[0] == wide[1] or high[0] == high[1]:
        raise RefusedError("single-value", span)
    limits = profile.graphics
    grid = Grid(min(int(raw.options["gridsize"]), limits.hex_across), wide, high)
    numbers, counts = _counted(charted, table, grid, found)
    least = max(least_drawn(profile), limits.hex_min)
    shown = counts >= least
    variables = table.columns[0].variable, _second(table)
    sensitive = any(v.sensitive for v in variables)
    alike = disclosive_rows(profile.group_disclosure, counts[None, :], up.made(()).n, sensitive)
    if not shown.any() or alike.any():
        raise RefusedError("too-few-units", span)
    if charted.counted.protected:
        notes.append(Note("hexagons_left_out", {"limit": least}))
    classes = count_classes(counts[shown], min(int(raw.options["groups"]), limits.hex_classes))
    cells = tuple(
        (*map(Cell, grid.middle(number)), *_class(count, classes))
        for number, count in zip(numbers[shown].tolist(), counts[shown].tolist(), strict=True)
    )
    names = ("x", "y", "at_least", "at_most")
    columns = tuple((Key("statistic", name),) for name in names)
    marks = Table("", (), ((),) * len(cells), columns, cells, tuple(notes), flatten=True)
    headings = [Key("variable", v.name, v.title) for v in variables]
    title = str(raw.options["title"])
    return Figure("hexagon", title, marks, (), (headings[1],), (headings[0],), further)


def _second(table: Magnitudes) -> Variable:
    axes = table.frequencies.axes
    return axes[0].variable if axes else table.columns[1].variable


@dataclass(frozen=True, repr=False)
class _Pairs:
    """Both values of the units that have both, with their keys."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    keys: NDArray[np.uint64]
    units: NDArray[np.int64] | None

    def __repr__(self) -> str:
        return "<pairs>"


def _joined(up: Column, along: Column) -> _Pairs:
    if up.row is None and along.row is None:
        return _Pairs(along.x, up.x, up.keys, up.units)
    height = max(_height(up), _height(along))
    here, there = (np.arange(height) if c.row is None else c.row for c in (up, along))
    _, first, second = np.intersect1d(here, there, assume_unique=True, return_indices=True)
    units = None if up.units is None else up.units[first]
    return _Pairs(along.x[second], up.x[first], up.keys[first], units)


def _height(column: Column) -> int:
    if column.row is None:
        return len(column.x)
    return int(column.row[-1]) + 1 if len(column.row) else 0


def _paired(up: Column, positions: NDArray[np.int64]) -> _Pairs:
    there = positions >= 0
    units = None if up.units is None else up.units[there]
    x = positions[there].astype(np.float64)
    return _Pairs(x, up.x[there], up.keys[there], units)


def _codes(charted: Charted) -> tuple[tuple[float, float], tuple[Table, ...]]:
    """Give the places 0, 1, 2 ... of the published codes of a text, and which codes they are."""
    shown = charted.counted.shown[0]
    if not shown:
        raise RefusedError("too-few-units", charted.span)
    axis = charted.raw.axes[0]
    rows = tuple((key_of_code(axis, code, False),) for code in shown)
    cells = tuple((Cell(place),) for place in range(len(shown)))
    column = ((Key("statistic", "x"),),)
    return (0.0, float(len(shown) - 1)), (Table("", charted.stub(), rows, column, cells),)


def _positions(charted: Charted, table: Magnitudes) -> NDArray[np.int64]:
    """Give the place of each value's code among the published ones, -1 for others: int64 (N)."""
    column = table.columns[0]
    cell = table.positions[(0,)]
    cell = cell if column.row is None else cell[column.row]
    codes = table.frequencies.cells[(0,)].index[:, 0]
    places = np.full(len(charted.raw.axes[0].codes) + 1, -1, dtype=np.int64)
    places[list(charted.counted.shown[0])] = np.arange(len(charted.counted.shown[0]))
    code = np.where(cell >= 0, np.append(codes, -1)[cell], -1)
    return places[code]


def _counted(
    charted: Charted, table: Magnitudes, grid: Grid, pairs: _Pairs
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the numbers of the hexagons that occur and their published counts: int64 each."""
    place = grid.place(pairs.x, pairs.y)
    group = gathered(place, grid.count, pairs.y, pairs.keys, pairs.units)
    numbers = np.flatnonzero(group.rows)
    values = (_second(table).meaning, table.columns[0].variable.meaning)
    told = f"hexagon\x1e{grid.across}\x1e{grid.x!r}\x1e{grid.y!r}"
    population = charted.raw.shape.population.wording()
    words = [
        narrowed([population], Meaning("flag", f"{told}\x1e{number}", values))[0]
        for number in numbers.tolist()
    ]
    counts = published_counts(
        charted.secret, charted.profile.counts, group.sums[numbers], group.n[numbers], words
    )
    return numbers, counts


def count_classes(counts: NDArray[np.int64], most: int) -> list[int]:
    """Give the first count of each class: at most so many, of equal width on a log scale."""
    low, high = int(counts.min()), int(counts.max())
    edges = low * ((high + 1) / low) ** (np.arange(most) / most)
    found = {int(edge) for edge in np.ceil(significant(edges, 12)).tolist()}
    return sorted(edge for edge in found if edge <= high)


def _class(count: int, classes: list[int]) -> tuple[Cell, Cell]:
    """Give the first and last count of the class that a count is in; the last has no end."""
    place = int(np.searchsorted(classes, count, side="right")) - 1
    last = place + 1 == len(classes)
    return Cell(classes[place]), Cell(None, "missing") if last else Cell(classes[place + 1] - 1)
