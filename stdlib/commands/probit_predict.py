"""Predictions of a probit regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.model_command import NOCONSTANT
from kohort.model_prediction import PredictCommand, output
from kohort.question import Rule

if TYPE_CHECKING:
    from kohort.estimators.problem import Predictor


class ProbitPredict(PredictCommand, name="probit-predict"):
    """Add the predictions of a probit regression to the dataset."""

    kinds = {"probabilities": "probabilities", "predicted": "predicted"}
    options_table = {
        "probabilities": output("the probability of 1, and its name"),
        "predicted": output("the linear prediction, and its name"),
        "noconstant": NOCONSTANT,
    }

    def rules(self) -> dict[str, Rule]:
        """The outcome holds 0 and 1."""
        return {"outcome": "binary"}

    def predictor(self) -> Predictor:
        """Give the likelihood."""
        from kohort.estimators import families
        from kohort.estimators.likelihood_models import BinaryRegression

        return BinaryRegression(families.Probit())
