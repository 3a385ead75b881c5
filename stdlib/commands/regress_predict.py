"""Predictions of a linear regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.model_command import NOCONSTANT
from kohort.model_prediction import PredictCommand, output

if TYPE_CHECKING:
    from kohort.estimators.problem import Predictor


class RegressPredict(PredictCommand, name="regress-predict"):
    """Add the predictions of a linear regression to the dataset."""

    kinds = {"predicted": "predicted", "residuals": "residuals", "cooksd": "cooksd"}
    options_table = {
        "predicted": output("the fitted values, and their name"),
        "residuals": output("what is left of the outcome, and its name"),
        "cooksd": output("Cook's distance: how much a row moves the fit, and its name"),
        "noconstant": NOCONSTANT,
    }

    def predictor(self) -> Predictor:
        """Give least squares."""
        from kohort.estimators.linear_model import LinearRegression

        return LinearRegression()
