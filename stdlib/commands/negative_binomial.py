"""Negative binomial regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.command import Option
from kohort.likelihood_command import COVARIANCE, EXPOSURE, CountCommand

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class NegativeBinomial(CountCommand, name="negative-binomial"):
    """Explain a count that varies more than Poisson's: negative binomial regression."""

    options_table = {
        **COVARIANCE,
        "irr": Option("rate ratios instead of coefficients"),
        "exposure": EXPOSURE,
    }

    def estimator(self) -> Estimator:
        """Give the likelihood."""
        from kohort.estimators.likelihood_models import CountRegression

        return CountRegression(dispersed=True)
