"""What the `-predict` commands of count models share."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from kohort.likelihood_command import EXPOSURE, count_rules, exposure_of
from kohort.model_command import NOCONSTANT
from kohort.model_prediction import PredictCommand, output
from kohort.question import Rule
from kohort.scope import Scope, Variable

if TYPE_CHECKING:
    from kohort.estimators.problem import Predictor


class CountPredict(PredictCommand):
    """Predictions of a count; `dispersed` where it varies more than Poisson's."""

    dispersed: ClassVar[bool] = False
    kinds = {"predicted": "predicted", "residuals": "residuals"}
    options_table = {
        "predicted": output("the expected count, and its name"),
        "residuals": output("count less expectation, and its name"),
        "noconstant": NOCONSTANT,
        "exposure": EXPOSURE,
    }

    def columns(self, scope: Scope) -> dict[str, Variable]:
        """Outcome and exposure."""
        return super().columns(scope) | exposure_of(scope, self.options)

    def rules(self) -> dict[str, Rule]:
        """The outcome holds counts, the exposure is positive."""
        return count_rules(self.options)

    def predictor(self) -> Predictor:
        """Give the likelihood."""
        from kohort.estimators.likelihood_models import CountRegression

        return CountRegression(dispersed=self.dispersed)
