"""Figures that follow from the sums of any linear fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kohort.estimators.design import Floats


class Estimated:
    """Coefficients with their covariance, float64 (k, k), the constant included if there is one."""

    if TYPE_CHECKING:
        names: tuple[str, ...]
        covariance: Floats
        constant: bool

    @property
    def k(self) -> int:
        """The number of coefficients."""
        return len(self.names)

    @property
    def df_model(self) -> int:
        """The number of slopes."""
        return self.k - self.constant

    @property
    def errors(self) -> Floats:
        """Standard errors, float64[k]."""
        return np.sqrt(np.maximum(np.diagonal(self.covariance), 0.0))


class LinearFigures(Estimated):
    """Fit of a line: `rss` and `tss` are the sums of squares left and in all, of `n` rows."""

    if TYPE_CHECKING:
        rss: float
        tss: float

        @property
        def n(self) -> int:
            """The number of rows."""
            ...

    @property
    def df_residual(self) -> int:
        """Rows beyond coefficients."""
        return self.n - self.k

    @property
    def r2(self) -> float:
        """The share of the squares that is explained."""
        return 1.0 - self.rss / self.tss if self.tss > 0 else float("nan")

    @property
    def adjusted_r2(self) -> float:
        """The same, allowing for the number of coefficients."""
        return 1.0 - (1.0 - self.r2) * (self.n - self.constant) / self.df_residual

    @property
    def root_mse(self) -> float:
        """The standard deviation of what is left."""
        return float(np.sqrt(self.rss / self.df_residual))
