"""Volume tables and descriptive statistics: numeric variables, published cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

from kohort.diagnostic import Span
from kohort.disclosure.cell_numbers import CellNumbers
from kohort.disclosure.columns import CellStatistics, active, base_of
from kohort.disclosure.counted import Counted, Place, Subset
from kohort.disclosure.frequencies import judged, refuse_large
from kohort.disclosure.keys import Master
from kohort.disclosure.layout import assembled
from kohort.disclosure.ordering import chosen_rows
from kohort.disclosure.profile import Profile
from kohort.disclosure.publication import statistics_of
from kohort.disclosure.quantiles import extreme_percents
from kohort.disclosure.released import Cell, Key, Note, Table
from kohort.results import Column, Magnitudes, Summary

# Either pair of outer percentiles may be shown, depending on the smallest number of units.
DESCRIBED = ("mean", "std", "p1", "p5", "p25", "p50", "p75", "p95", "p99")


def volume_table(secret: Master, profile: Profile, raw: Magnitudes, span: Span) -> Table:
    """Give what may be shown of a volume table. Raises `RefusedError`."""
    frequencies = raw.frequencies
    counted = Counted(secret, profile, frequencies)
    layout = judged(counted, span)
    volumes = {
        column.variable.name: _Volume(secret, profile, raw, counted, column)
        for column in raw.columns
    }

    def cell(variable: str, statistic: str, place: Place) -> Cell:
        return volumes[variable].at(statistic, place)

    first = (raw.columns[0].variable.name, raw.statistics[0])
    options = frequencies.options
    layout, notes = chosen_rows(layout, frequencies, cell, first, span)
    refuse_large(counted, layout, span)
    title = str(options.get("title", ""))
    notes.extend(magnitude_notes(profile))
    flatten = bool(options.get("flatten"))
    return assembled(layout, title, tuple(volumes), raw.statistics, cell, flatten, notes)


class _Volume:
    """One summarized variable: its statistics in each subset of axes, made on first use."""

    def __init__(
        self, secret: Master, profile: Profile, raw: Magnitudes, counted: Counted, column: Column
    ) -> None:
        self.secret, self.profile, self.raw = secret, profile, raw
        self.counted, self.column = counted, column
        population = column.base_population or raw.frequencies.shape.population
        whole = active(column)
        self.base = base_of(secret, profile, column, population, whole)
        self.whole = whole if column.base is None else None
        self.made: dict[Subset, CellNumbers] = {}

    def at(self, statistic: str, place: Place) -> Cell:
        """Give a statistic of the cell at a place."""
        subset, where = self.counted.at(place)
        row = int(self.counted.cells(subset).row[where])
        if row < 0:
            return Cell(0, "zero") if statistic == "freq" else Cell(None, "missing")
        return self._numbers(subset).at(statistic, row)

    def _numbers(self, subset: Subset) -> CellNumbers:
        if subset not in self.made:
            statistics = statistics_of(
                self.secret, self.profile, self.raw, self.counted, self.column, self.base, subset,
                self.whole,
            )  # fmt: skip
            self.made[subset] = CellNumbers(statistics, self.raw.statistics)
        return self.made[subset]


def magnitude_notes(profile: Profile) -> list[Note]:
    """Give the notes that every table of magnitudes carries under this profile."""
    notes = []
    low, high = profile.magnitudes.winsor
    if low > 0 or high < 1:
        notes.append(Note("winsorised"))
    if profile.magnitudes.desc_min > 1:
        notes.append(Note("fewer_than", {"limit": profile.magnitudes.desc_min}))
    return notes


def summary_table(secret: Master, profile: Profile, raw: Summary) -> Table:
    """Give what may be shown of `summarize`: one row per variable."""
    made, rows = [], []
    for column in raw.columns:
        rows.append((Key("variable", column.variable.name, column.variable.title),))
        made.append(_described(secret, profile, raw, column))
    smallest = min((numbers.n[0] for numbers in made), default=0)
    names = described_names(profile, smallest, raw.statistics)
    columns = tuple((Key("statistic", name),) for name in names)
    cells = tuple(tuple(s.at(name, 0) for name in names) for s in made)
    stub = (Key("statistic"),)
    return Table(raw.title, stub, tuple(rows), columns, cells, tuple(magnitude_notes(profile)))


def described_names(profile: Profile, smallest: int, further: Sequence[str]) -> list[str]:
    """Give the statistics that a summary shows; `smallest` is the least published count in it."""
    extremes = extreme_percents(profile.quantiles, smallest)
    if extremes == (0, 100):
        extremes = (1, 99)
    names = ["mean", "std", "n"]
    names += [f"p{extremes[0]}"] if extremes else []
    names += ["p25", "p50", "p75"]
    names += [f"p{extremes[1]}"] if extremes else []
    return [*names, *further]


def _described(secret: Master, profile: Profile, raw: Summary, column: Column) -> CellNumbers:
    """Give the statistics of all values of a variable."""
    whole = active(column)
    described = whole if column.base is None else None
    if described is not None:
        # Sorted for the percentiles anyway: the limits then need no order of their own.
        _ = described.ordered
    population = column.base_population or raw.shape.population
    base = base_of(secret, profile, column, population, whole)
    made = CellStatistics(
        secret, profile, column, base, None, 1, [raw.shape.population.wording()],
        column.variable.meaning, (*DESCRIBED, *raw.statistics), described,
    )  # fmt: skip
    return CellNumbers(made, (*DESCRIBED, *raw.statistics))
