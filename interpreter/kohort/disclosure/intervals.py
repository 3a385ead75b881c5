"""Confidence intervals of means, worked out from published numbers alone."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import stdtrit

from kohort.described import Intervals
from kohort.disclosure.cell_numbers import as_cell
from kohort.disclosure.columns import CellStatistics, base_of
from kohort.disclosure.complete_cases import ALL_DIGITS, one_cell, rows_told
from kohort.disclosure.counts import unprotected
from kohort.disclosure.keys import Master
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import Published, significant
from kohort.disclosure.released import Cell, Key, Note, Table
from kohort.disclosure.volumes import magnitude_notes
from kohort.results import Column

_NAMES = ("n", "mean", "se", "lower", "upper")


def interval_table(secret: Master, profile: Profile, raw: Intervals) -> Table:
    """Give what may be shown of `ci`: one row per variable; the mean is that of `summarize`.

    The standard error is the published standard deviation over the root of the published number,
    and tells of the noise too.
    """
    rows, cells = [], []
    for column in raw.summary.columns:
        rows.append((Key("variable", column.variable.name, column.variable.title),))
        cells.append(_line(secret, profile, raw, column))
    level = f"{raw.level:g}"
    heads = tuple(
        (Key("statistic", name, level if name in ("lower", "upper") else None),) for name in _NAMES
    )
    notes = [*magnitude_notes(profile)]
    if profile.magnitudes.kwj_eta:
        notes.append(Note("noisy_estimates"))
    return Table(raw.title, (Key("statistic"),), tuple(rows), heads, tuple(cells), tuple(notes))


def _line(secret: Master, profile: Profile, raw: Intervals, column: Column) -> tuple[Cell, ...]:
    shape = raw.summary.shape
    base = base_of(secret, profile, column, column.base_population or shape.population)
    group = one_cell(column)
    made = CellStatistics(
        secret, profile, column, base, None, 1, [shape.population.wording()],
        column.variable.meaning, (), group,
    )  # fmt: skip
    n = int(made.n[0])
    rows = rows_told(profile.magnitudes, n, group)
    told = Cell(rows) if n else Cell(0, "zero")
    mean, deviation = made.published("mean"), made.published("std")
    shown = _shown(mean)
    if _state(mean) != "shown" or _state(deviation) != "shown" or rows < 2:
        state = "hidden" if "hidden" in (_state(mean), _state(deviation)) else "missing"
        state = "hidden" if _state(mean) in ("low", "high") else state
        blank = Cell(None, "hidden" if state == "hidden" else "missing")
        return (told, shown, blank, blank, blank)
    assert mean is not None
    assert deviation is not None
    middle = float(mean.values[0])
    error = _error(profile, column, middle, float(deviation.values[0]), n, rows)
    width = float(-stdtrit(rows - 1, (1 - raw.level / 100) / 2)) * error
    limits = [_rounded(profile, value) for value in (middle - width, middle + width)]
    return (told, shown, *(_number(value) for value in (error, *limits)))


def _error(
    profile: Profile, column: Column, mean: float, deviation: float, n: int, rows: int
) -> float:
    """Give the standard error of a published mean, its own noise included."""
    limits = profile.magnitudes
    # By multiplying: a power of Python numbers raises where this gives infinity.
    variance = deviation * deviation / rows
    if column.variable.binary and not unprotected(profile.counts):
        # A share of published counts: each of the two has its own noise.
        variance += profile.counts.variance * (1 + mean * mean) / n**2
    else:
        variance *= 1 + limits.kwj_eta**2
    error = math.sqrt(variance)
    digits = profile.models.se_digits
    return _significant(error, digits)


def _rounded(profile: Profile, value: float) -> float:
    return _significant(value, profile.magnitudes.digits)


def _significant(value: float, digits: int) -> float:
    if digits >= ALL_DIGITS or not math.isfinite(value):
        return value
    return float(significant(np.array([value]), digits)[0])


def _number(value: float) -> Cell:
    return Cell(value) if math.isfinite(value) else Cell(None, "missing")


def _state(found: Published | None) -> str:
    return "hidden" if found is None else found.words[0]


def _shown(found: Published | None) -> Cell:
    if found is None:
        return Cell(None, "hidden")
    return as_cell(float(found.values[0]), found.words[0])
