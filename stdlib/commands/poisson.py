"""Poisson regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.command import Option
from kohort.likelihood_command import COVARIANCE, EXPOSURE, CountCommand

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class Poisson(CountCommand, name="poisson"):
    """Explain a count by other variables: Poisson regression."""

    options_table = {
        **COVARIANCE,
        "irr": Option("rate ratios instead of coefficients"),
        "exposure": EXPOSURE,
    }

    def estimator(self) -> Estimator:
        """Give the likelihood."""
        from kohort.estimators.likelihood_models import CountRegression

        return CountRegression()
