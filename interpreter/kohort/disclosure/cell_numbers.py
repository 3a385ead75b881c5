"""The published numbers of cells, freed from the rows that they were worked out from."""

from __future__ import annotations

from collections.abc import Collection

from kohort.disclosure.columns import CellStatistics
from kohort.disclosure.released import Cell

_COUNTS = ("freq", "n")


class CellNumbers:
    """Some statistics of all cells. A table of many margins holds these, not all their rows."""

    def __init__(self, made: CellStatistics, statistics: Collection[str]) -> None:
        self.n: list[int] = made.n.tolist()
        self._numbers: dict[str, tuple[list[float], list[str]] | None] = {}
        for statistic in statistics:
            if statistic not in _COUNTS:
                found = made.published(statistic)
                values = None if found is None else (found.values.ravel().tolist(), found.words)
                self._numbers[statistic] = values

    def at(self, statistic: str, row: int) -> Cell:
        """Give the published cell of a statistic."""
        if statistic in _COUNTS:
            return Cell(self.n[row]) if self.n[row] else Cell(0, "zero")
        numbers = self._numbers[statistic]
        if numbers is None:
            return Cell(None, "hidden")
        values, words = numbers
        return as_cell(values[row], words[row])


def as_cell(value: float, state: str) -> Cell:
    """Give the cell of a published number in a state."""
    match state:
        case "shown":
            return Cell(value)
        case "zero":
            return Cell(0, "zero")
        case "low":
            return Cell(None, "low")
        case "high":
            return Cell(None, "high")
        case "missing":
            return Cell(None, "missing")
        case _:
            return Cell(None, "hidden")
