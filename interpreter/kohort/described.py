"""What commands compute of descriptive statistics beyond tables and summaries, all unreleased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kohort.results import Column, Frequencies, Magnitudes, ModelCases, Raw, Summary
from kohort.scope import Shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, repr=False)
class PanelSummary(Raw):
    """Descriptive statistics of numeric variables at each time of a panel.

    `volumes`: the variables by the time, its statistics those beyond the fixed ones.
    """

    volumes: Magnitudes
    title: str = ""

    @property
    def shape(self) -> Shape:
        """The dataset that is described."""
        return self.volumes.frequencies.shape

    @property
    def root(self) -> Path | None:
        """The databank of its units."""
        return self.volumes.frequencies.root


@dataclass(frozen=True, repr=False)
class Steps(Raw):
    """How often each unit is in each cell, one row per unit and cell.

    `cell`: int64 (M), positions in the cells. `times`: float64 (M). `keys`: uint64 (M).
    """

    cell: NDArray[np.int64]
    times: NDArray[np.float64]
    keys: NDArray[np.uint64]


@dataclass(frozen=True, repr=False)
class Transition(Raw):
    """Pairs of categories of one variable at two successive times.

    `frequencies`: units by the category they come from (axis 0) and go to (axis 1); `steps`: for
    each subset of the axes, how often. `most`: how many pairs of times there are.
    """

    frequencies: Frequencies
    steps: Mapping[tuple[int, ...], Steps]
    most: int


@dataclass(frozen=True, repr=False)
class Transitions(Raw):
    """Changes of categories in a panel, one table per variable."""

    shape: Shape
    tables: tuple[Transition, ...]
    root: Path | None = None


@dataclass(frozen=True, repr=False)
class Correlations(Raw):
    """Correlations of all pairs of the summarized variables.

    `covariance`: covariances instead; `pairwise`: each pair over the rows that have both; `obs`,
    `sig`: also numbers of rows, and P.
    """

    summary: Summary
    covariance: bool = False
    pairwise: bool = False
    obs: bool = False
    sig: bool = False
    title: str = ""

    @property
    def shape(self) -> Shape:
        """The dataset that is described."""
        return self.summary.shape

    @property
    def root(self) -> Path | None:
        """The databank of its units."""
        return self.summary.root


@dataclass(frozen=True, repr=False)
class Intervals(Raw):
    """Confidence intervals, at `level` per cent, of the means of the summarized variables."""

    summary: Summary
    level: float = 95.0
    title: str = ""

    @property
    def shape(self) -> Shape:
        """The dataset that is described."""
        return self.summary.shape

    @property
    def root(self) -> Path | None:
        """The databank of its units."""
        return self.summary.root


@dataclass(frozen=True, repr=False)
class Normality(Raw):
    """Tests of whether the summarized variables are normally distributed."""

    summary: Summary
    title: str = ""

    @property
    def shape(self) -> Shape:
        """The dataset that is described."""
        return self.summary.shape

    @property
    def root(self) -> Path | None:
        """The databank of its units."""
        return self.summary.root


@dataclass(frozen=True, repr=False)
class Anova(Raw):
    """An analysis of variance: its complete cases, and what comparisons of means need besides.

    `outcome`: the outcome's values, from which winsor limits come; `compared`: the factors whose
    categories are compared two by two.
    """

    cases: ModelCases
    outcome: Column
    compared: tuple[str, ...] = ()

    @property
    def shape(self) -> Shape:
        """The dataset that is described."""
        return self.cases.shape

    @property
    def root(self) -> Path | None:
        """The databank of its units."""
        return self.cases.root
