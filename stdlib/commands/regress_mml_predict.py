"""Predictions of a linear regression with random intercepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.model_command import NOCONSTANT
from kohort.model_prediction import PredictCommand, output
from kohort.phrases import Condition, Options, Terms, Word
from kohort.scope import Scope, Variable

from .regress_mml import check_groups, group_roles

if TYPE_CHECKING:
    from kohort.estimators.problem import Predictor


class RegressMmlPredict(PredictCommand, name="regress-mml-predict"):
    """Add the predictions of a regression with random intercepts to the dataset."""

    kinds = {"predicted": "predicted", "residuals": "residuals"}
    options_table = {
        "predicted": output("the fitted values with effects of groups, and their name"),
        "residuals": output("what is left of the outcome, and its name"),
        "noconstant": NOCONSTANT,
    }

    outcome: Word
    terms: Terms
    upper: Word
    lower: Word | None
    condition: Condition | None
    options: Options

    def check_model(self, scope: Scope) -> None:
        """Groups stand in no other part of the model."""
        super().check_model(scope)
        check_groups(scope, (self.upper, self.lower), self.parts().values(), self.outcome)

    def groups(self, scope: Scope) -> dict[str, Variable]:
        """Give the groups, the highest level first."""
        return group_roles(scope, self.upper, self.lower)

    def predictor(self) -> Predictor:
        """Give the mixed model."""
        from kohort.estimators.mixed_model import MixedRegression

        return MixedRegression()
