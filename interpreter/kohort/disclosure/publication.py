"""A collapse to units that are not protected is a publication: it is blurred here (4.12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.columns import CellStatistics, base_of
from kohort.disclosure.counted import CellWordings, Counted
from kohort.disclosure.keys import Master
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import Published, State
from kohort.results import Column, Magnitudes
from kohort.scope import Code


@dataclass(frozen=True)
class Publication:
    """One row per group that is published.

    `columns`: new name -> float64 (k), NaN where withheld.
    """

    codes: tuple[Code, ...]
    columns: Mapping[str, NDArray[np.float64]]


def published_groups(secret: Master, profile: Profile, raw: Magnitudes) -> Publication:
    """Give the published statistics of each group.

    Groups published below the limit of rows are left out (`low_cell`), so that the units say
    nothing of rare codes; statistics follow the rules of volume tables, min and max become the 5th
    and 95th percentile.
    """
    frequencies = raw.frequencies
    counted = Counted(secret, profile.counts, frequencies)
    subset = (0,)
    cells = frequencies.cells[subset]
    shown = set(counted.shown_codes(0))
    keep = [row for row, i in enumerate(cells.index[:, 0].tolist()) if i in shown]
    words = CellWordings(frequencies).of(cells)
    made: dict[str, CellStatistics] = {}
    columns: dict[str, NDArray[np.float64]] = {}
    specification: Sequence[tuple[str, str, str]] = frequencies.options["specification"]
    for statistic, name, new in specification:
        if name not in made:
            column = next(c for c in raw.columns if c.variable.name == name)
            made[name] = _statistics(secret, profile, raw, column, words)
        values = _values(profile, made[name], statistic)
        columns[new] = values[keep]
    codes = [frequencies.axes[0].codes[int(cells.index[row, 0])] for row in keep]
    return Publication(tuple(code for code in codes if code is not None), columns)


def _statistics(
    secret: Master, profile: Profile, raw: Magnitudes, column: Column, words: list[str]
) -> CellStatistics:
    population = column.base_population or raw.frequencies.shape.population
    base = base_of(secret, profile, column, population)
    positions = raw.positions[(0,)]
    if column.row is not None:
        positions = positions[column.row]
    k = len(raw.frequencies.cells[(0,)].n)
    return CellStatistics(
        secret, profile, column, base, positions, k, words, column.variable.meaning
    )


def _values(profile: Profile, made: CellStatistics, statistic: str) -> NDArray[np.float64]:
    n = made.n.astype(np.float64)
    with np.errstate(all="ignore"):
        match statistic:
            case "count":
                return n
            case "percent":
                return np.asarray(100 * n / n.sum())
            case "sd":
                return _plain(made.published("std"))
            case "semean":
                return np.asarray(_plain(made.published("std")) / np.sqrt(n))
            case "sebinomial":
                p = _plain(made.published("mean"))
                return np.asarray(np.sqrt(p * (1 - p) / n))
            case "median":
                return _plain(made.published("p50"))
            case "min" | "max":
                return _extreme(profile, made, statistic)
            case _:
                return _plain(made.published(statistic))


def _extreme(profile: Profile, made: CellStatistics, statistic: str) -> NDArray[np.float64]:
    if profile.quantiles.extremes == "minmax":
        reach = np.minimum if statistic == "min" else np.maximum
        result = np.full(made.k, np.inf if statistic == "min" else -np.inf)
        reach.at(result, made.group.cell, made.group.x)
        return np.where(np.isfinite(result), result, np.nan)
    return _plain(made.published("p5" if statistic == "min" else "p95"))


def _plain(published: Published | None) -> NDArray[np.float64]:
    if published is None:
        raise ValueError("a statistic that magnitudes do not have")
    values = published.values.astype(np.float64).copy()
    # A share told as `<5 %` or `>95 %` has no number; the edge stands for it.
    values[published.state == State.LOW] = 0.0
    values[published.state == State.HIGH] = 1.0
    return np.where(published.state == State.ZERO, 0.0, values)
