"""A collapse to units that are not protected is a publication: it is blurred here (4.12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort import wording
from kohort.disclosure.columns import Base, CellStatistics, base_of
from kohort.disclosure.contributors import Contributors
from kohort.disclosure.counted import Counted, Subset
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

    Groups that a table would not show are left out, so that the units say nothing of rare codes;
    statistics follow the rules of volume tables, those of groups published below the limit are
    missing, and min and max become the 5th and 95th percentile.
    """
    frequencies = raw.frequencies
    counted = Counted(secret, profile, frequencies)
    enough = counted.cells((0,)).published >= profile.magnitudes.desc_min
    made: dict[str, tuple[CellStatistics, CellStatistics]] = {}
    columns: dict[str, NDArray[np.float64]] = {}
    specification: Sequence[tuple[str, str, str]] = frequencies.options["specification"]
    for statistic, name, new in specification:
        if name not in made:
            column = next(c for c in raw.columns if c.variable.name == name)
            base = base_of(secret, profile, column, _base_population(raw, column))
            made[name] = (
                statistics_of(secret, profile, raw, counted, column, base, (0,)),
                statistics_of(secret, profile, raw, counted, column, base, ()),
            )
        columns[new] = np.where(enough, _values(profile, *made[name], statistic), np.nan)
    codes = [frequencies.axes[0].codes[i] for i in counted.shown[0]]
    return Publication(tuple(code for code in codes if code is not None), columns)


def _base_population(raw: Magnitudes, column: Column) -> wording.Population:
    return column.base_population or raw.frequencies.shape.population


def statistics_of(
    secret: Master,
    profile: Profile,
    raw: Magnitudes,
    counted: Counted,
    column: Column,
    base: Base,
    subset: Subset,
    whole: Contributors | None = None,
    asked: Sequence[str] = (),
) -> CellStatistics:
    """Give the statistics of a column in the cells that are shown of a subset of axes.

    `whole`: all values of the column, where they have been gathered before; `asked`: what is to be
    shown, the result's own statistics unless given.
    """
    found = counted.cells(subset)
    positions = raw.positions[subset]
    if column.row is not None:
        positions = positions[column.row]
    every = len(raw.frequencies.cells[subset].n)
    if len(found.kept) < every:
        place = np.full(every + 1, -1, dtype=np.int32)
        place[found.kept] = np.arange(len(found.kept))
        positions = place[positions]
    words = counted.words.of(found.cells)
    everyone = not subset and len(positions) and positions.min() >= 0
    return CellStatistics(
        secret, profile, column, base, positions, len(found.kept), words, column.variable.meaning,
        asked or raw.statistics, whole if everyone else None,
    )  # fmt: skip


def _values(
    profile: Profile, made: CellStatistics, total: CellStatistics, statistic: str
) -> NDArray[np.float64]:
    n = made.n.astype(np.float64)
    with np.errstate(all="ignore"):
        match statistic:
            case "count":
                return _of_enough(profile, made, n)
            case "percent":
                return _of_enough(profile, made, 100 * n / total.n[0])
            case "sd":
                return _plain(made.published("std"), made.k)
            case "semean":
                return np.asarray(_plain(made.published("std"), made.k) / np.sqrt(n))
            case "sebinomial":
                p = _plain(made.published("mean"), made.k)
                return np.asarray(np.sqrt(p * (1 - p) / n))
            case "median":
                return _plain(made.published("p50"), made.k)
            case "sum":
                # The sum of nothing is 0, where it may be said that there is nothing.
                nothing = _of_enough(profile, made, made.group.n == 0) == 1
                return np.where(nothing, 0.0, _plain(made.published("sum"), made.k))
            case "min" | "max":
                return _extreme(profile, made, statistic)
            case _:
                return _plain(made.published(statistic), made.k)


def _of_enough(
    profile: Profile, made: CellStatistics, values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Blank the groups that have too few contributors for a statistic of any kind."""
    limits = profile.magnitudes
    enough = (made.n >= limits.desc_min) & (made.group.n >= limits.hard_floor)
    return np.where(enough, values, np.nan)


def _extreme(profile: Profile, made: CellStatistics, statistic: str) -> NDArray[np.float64]:
    if profile.quantiles.extremes == "minmax":
        reach = np.minimum if statistic == "min" else np.maximum
        result = np.full(made.k, np.inf if statistic == "min" else -np.inf)
        reach.at(result, made.group.cell, made.group.x)
        return np.where(np.isfinite(result), result, np.nan)
    return _plain(made.published("p5" if statistic == "min" else "p95"), made.k)


def _plain(published: Published | None, k: int) -> NDArray[np.float64]:
    if published is None:
        return np.full(k, np.nan)
    values = published.values.astype(np.float64).copy()
    # A share told as `<5 %` or `>95 %` has no number; the edge stands for it.
    values[published.state == State.LOW] = 0.0
    values[published.state == State.HIGH] = 1.0
    return np.where(published.state == State.ZERO, 0.0, values)
