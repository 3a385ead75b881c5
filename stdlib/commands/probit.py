"""Probit regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.likelihood_command import COVARIANCE, MARGINS, MFX, MFX_AT, BinaryCommand

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class Probit(BinaryCommand, name="probit"):
    """Explain a 0/1 variable by others: probit regression."""

    options_table = {
        **COVARIANCE,
        "mfx": MFX,
        "mfx_at": MFX_AT,
        "margins": MARGINS,
    }

    def estimator(self) -> Estimator:
        """Give the likelihood."""
        from kohort.estimators import families
        from kohort.estimators.likelihood_models import BinaryRegression

        return BinaryRegression(families.Probit())
