"""Linear regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.command import Option
from kohort.model_command import LEVEL, NOCONSTANT, ModelCommand

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class Regress(ModelCommand, name="regress"):
    """Explain a numeric variable by others: ordinary least squares."""

    options_table = {
        "noconstant": NOCONSTANT,
        "robust": Option("standard errors that allow for unequal variance (HC1)"),
        "level": LEVEL,
    }

    def estimator(self) -> Estimator:
        """Give least squares."""
        from kohort.estimators.linear_model import LinearRegression

        return LinearRegression()
