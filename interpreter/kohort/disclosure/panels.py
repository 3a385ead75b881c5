"""What is shown of panels: descriptive statistics at each time, and steps between categories."""

from __future__ import annotations

import numpy as np

from kohort import wording
from kohort.described import PanelSummary, Transition, Transitions
from kohort.diagnostic import Span
from kohort.disclosure.alike import spot, withheld
from kohort.disclosure.cell_numbers import CellNumbers, as_cell
from kohort.disclosure.columns import base_of
from kohort.disclosure.contributors import gathered
from kohort.disclosure.counted import Counted, Place, Subset
from kohort.disclosure.frequencies import count_cell, judged, refuse_large
from kohort.disclosure.keys import Master
from kohort.disclosure.layout import assembled, folding, key_of_code, key_of_variable
from kohort.disclosure.magnitudes import published_moments
from kohort.disclosure.ordering import chosen_rows
from kohort.disclosure.profile import Profile
from kohort.disclosure.publication import statistics_of
from kohort.disclosure.released import Cell, Key, Note, Several, Table
from kohort.disclosure.volumes import DESCRIBED, described_names, magnitude_notes
from kohort.disclosure.winsor import WinsorLimits


def panel_summary(secret: Master, profile: Profile, raw: PanelSummary) -> Table:
    """Give what may be shown of `summarize` at each time: a block of rows per variable.

    A row is what `summarize ... if` that time shows: winsor limits are those of the active dataset.
    """
    volumes = raw.volumes
    counted = Counted(secret, profile, volumes.frequencies)
    axis, shown = volumes.frequencies.axes[0], counted.shown[0]
    made = [_at_each_time(secret, profile, raw, counted, place) for place in range(_width(raw))]
    smallest = min((n for numbers in made for n in numbers.n), default=0)
    names = described_names(profile, smallest, volumes.statistics)
    rows, cells = [], []
    for column, numbers in zip(volumes.columns, made, strict=True):
        variable = Key("variable", column.variable.name, column.variable.title)
        for row, code in enumerate(shown):
            rows.append((variable, key_of_code(axis, code, nolabels=False)))
            cells.append(tuple(numbers.at(name, row) for name in names))
    stub = (Key("statistic"), key_of_variable(axis))
    heads = tuple((Key("statistic", name),) for name in names)
    notes = (*folding(counted), *magnitude_notes(profile))
    return Table(raw.title, stub, tuple(rows), heads, tuple(cells), notes)


def _width(raw: PanelSummary) -> int:
    return len(raw.volumes.columns)


def _at_each_time(
    secret: Master, profile: Profile, raw: PanelSummary, counted: Counted, place: int
) -> CellNumbers:
    """Give the statistics of one variable at the times that are shown."""
    volumes, column = raw.volumes, raw.volumes.columns[place]
    population = column.base_population or volumes.frequencies.shape.population
    base = base_of(secret, profile, column, population)
    asked = (*DESCRIBED, *volumes.statistics)
    made = statistics_of(secret, profile, volumes, counted, column, base, (0,), asked=asked)
    return CellNumbers(made, asked)


# ---- transitions


def transition_tables(
    secret: Master, profile: Profile, raw: Transitions, span: Span
) -> Table | Several:
    """Give what may be shown of steps between categories. Raises `RefusedError`."""
    tables = [_Passage(secret, profile, one).table(span) for one in raw.tables]
    return tables[0] if len(tables) == 1 else Several(tuple(tables))


class _Passage:
    """The table of one variable: steps, their share of the row's, and the units behind them.

    A unit passes once between two times, so that with these two alone steps are units. With more
    of them steps are published like any sum: units times the mean number of steps of each.
    """

    def __init__(self, secret: Master, profile: Profile, raw: Transition) -> None:
        self.secret, self.profile, self.raw = secret, profile, raw
        self.counted = Counted(secret, profile, raw.frequencies)
        self.once = raw.most == 1
        self.made: dict[Subset, tuple[list[float], list[str]]] = {}

    def table(self, span: Span) -> Table:
        """Give the table. Raises `RefusedError`."""
        counted, frequencies = self.counted, self.raw.frequencies
        whole = judged(counted, span)
        gone = withheld(counted, whole)

        def cell(variable: str, statistic: str, place: Place) -> Cell:
            if gone and spot(place) in gone:
                return Cell(None, "hidden")
            return self.at(statistic, place)

        statistics = ("freq", "rowpct") if self.once else ("freq", "rowpct", "units")
        layout, notes = chosen_rows(whole, frequencies, cell, ("", "freq"), span)
        refuse_large(counted, layout, span)
        if counted.protected:
            notes.append(Note("parts_may_not_add"))
        if counted.protected and not self.once and self.profile.magnitudes.desc_min > 1:
            notes.append(Note("fewer_than", {"limit": self.profile.magnitudes.desc_min}))
        title = str(frequencies.options.get("title", ""))
        return assembled(layout, title, ("",), statistics, cell, notes=notes)

    def at(self, statistic: str, place: Place) -> Cell:
        """Give a statistic at a place of the table."""
        if self.once or statistic == "units":
            return count_cell(
                self.profile, self.counted, "freq" if statistic == "units" else statistic, place
            )
        if statistic == "freq":
            return self._steps(place)
        row = {axis: code for axis, code in place.items() if axis == 0}
        steps, whole = self._steps(place), self._steps(row)
        if whole.state == "zero" or not whole.v:
            return Cell(None, "missing" if whole.state == "zero" else whole.state)
        if steps.state != "shown" or steps.v is None:
            told = steps.state != "zero" or self.profile.counts.zero_display == "0"
            return steps if told else Cell(None, "missing")
        share = min(100.0, 100 * steps.v / whole.v)
        return Cell(round(share, self.profile.counts.percent_decimals))

    def _steps(self, place: Place) -> Cell:
        subset, where = self.counted.at(place)
        row = int(self.counted.cells(subset).row[where])
        if row < 0:
            return Cell(0, "zero")
        if subset not in self.made:
            self.made[subset] = self._summed(subset)
        values, states = self.made[subset]
        cell = as_cell(values[row], states[row])
        return Cell(round(cell.v)) if cell.state == "shown" and cell.v is not None else cell

    def _summed(self, subset: Subset) -> tuple[list[float], list[str]]:
        """Give the published sums of steps of the cells of a subset of axes."""
        cells, steps = self.counted.cells(subset), self.raw.steps[subset]
        place = np.full(len(self.raw.frequencies.cells[subset].n), -1, dtype=np.int64)
        place[cells.kept] = np.arange(len(cells.kept))
        group = gathered(place[steps.cell], len(cells.kept), steps.times, steps.keys)
        meaning = wording.passed(self.raw.frequencies.axes[0].variable.meaning, "often")
        words = [wording.magnitude(w, meaning) for w in self.counted.words.of(cells.cells)]
        # How often a unit can pass follows from the script, so that nothing need be clipped.
        bounds = WinsorLimits(1.0, float(self.raw.most))
        found = published_moments(
            self.secret, self.profile.magnitudes, group, bounds, words, cells.published,
            ("mean", "sum"),
        )  # fmt: skip
        assert found.sum is not None
        least = cells.published.astype(np.float64)
        sums = np.clip(found.sum.values, least, least * self.raw.most)
        states = found.sum.words
        states = ["zero" if n == 0 else s for n, s in zip(cells.published, states, strict=True)]
        return sums.tolist(), states
