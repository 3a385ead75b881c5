"""Predictions of a linear regression of panel data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.diagnostic import wrong
from kohort.model_command import NOCONSTANT
from kohort.model_prediction import PredictCommand, output
from kohort.scope import Scope

from .regress_panel import EFFECTS_TABLE, check_panel, effects_of

if TYPE_CHECKING:
    from kohort.estimators.problem import Predictor


class RegressPanelPredict(PredictCommand, name="regress-panel-predict"):
    """Add the predictions of a panel regression, and effects of units, to the dataset."""

    kinds = {"predicted": "predicted", "residuals": "residuals", "effects": "effects"}
    options_table = {
        "predicted": output("the fitted values without effects of units, and their name"),
        "residuals": output("what is left of the outcome, and its name"),
        "effects": output("the effects of units, and their name"),
        **EFFECTS_TABLE,
        "noconstant": NOCONSTANT,
    }

    def check_model(self, scope: Scope) -> None:
        """The data must be a panel, and effects are there under `fe` and `re` only."""
        check_panel(scope, self.span, self.name)
        effects = effects_of(self.options)
        if "effects" in self.options and effects in {"be", "pooled"}:
            call = next(call for call in self.options if call.name.text == "effects")
            wrong("options-exclude", f"'effects' and '{effects}' cannot be combined", call.span)
        super().check_model(scope)

    def settings(self) -> dict[str, Any]:
        """Tell the effects, which the meaning of the new variables depends on."""
        return {**super().settings(), "effects": effects_of(self.options)}

    def predictor(self) -> Predictor:
        """Give the estimator of the chosen effects."""
        from kohort.estimators.panel_model import PanelRegression

        return PanelRegression(effects_of(self.options))
