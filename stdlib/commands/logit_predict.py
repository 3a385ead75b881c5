"""Predictions of a logistic regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.model_command import NOCONSTANT
from kohort.model_prediction import PredictCommand, output
from kohort.question import Rule

if TYPE_CHECKING:
    from kohort.estimators.problem import Predictor


class LogitPredict(PredictCommand, name="logit-predict"):
    """Add the predictions of a logistic regression to the dataset."""

    kinds = {"probabilities": "probabilities", "predicted": "predicted", "residuals": "residuals"}
    options_table = {
        "probabilities": output("the probability of 1, and its name"),
        "predicted": output("the linear prediction, and its name"),
        "residuals": output("outcome less probability, and its name"),
        "noconstant": NOCONSTANT,
    }

    def rules(self) -> dict[str, Rule]:
        """The outcome holds 0 and 1."""
        return {"outcome": "binary"}

    def predictor(self) -> Predictor:
        """Give the likelihood."""
        from kohort.estimators import families
        from kohort.estimators.likelihood_models import BinaryRegression

        return BinaryRegression(families.Logit())
