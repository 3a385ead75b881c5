"""Predictions of a regression with instrumental variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.model_command import NOCONSTANT
from kohort.model_prediction import PredictCommand, output
from kohort.phrases import Condition, Options, Terms, Word
from kohort.scope import Scope

from .ivregress import METHODS_TABLE, check_instruments, instrument_parts, method_of

if TYPE_CHECKING:
    from kohort.estimators.problem import Predictor


class IvregressPredict(PredictCommand, name="ivregress-predict"):
    """Add the predictions of a regression with instrumental variables to the dataset."""

    kinds = {"predicted": "predicted", "residuals": "residuals"}
    options_table = {
        "predicted": output("the fitted values, and their name"),
        "residuals": output("what is left of the outcome, and its name"),
        "noconstant": NOCONSTANT,
        **METHODS_TABLE,
    }

    outcome: Word
    terms: Terms
    endogenous: Terms
    instruments: Terms
    further: Terms
    condition: Condition | None
    options: Options

    def check_model(self, scope: Scope) -> None:
        """Terms must fit their use, and each variable have one part to play."""
        super().check_model(scope)
        check_instruments(self.parts())

    def parts(self) -> dict[str, Terms]:
        """Give the terms by part of the call."""
        return instrument_parts(self.terms, self.endogenous, self.instruments, self.further)

    def settings(self) -> dict[str, Any]:
        """Tell the method, which the meaning of the new variables depends on."""
        return {**super().settings(), "method": method_of(self.options)}

    def predictor(self) -> Predictor:
        """Give the chosen method."""
        from kohort.estimators.instrument_model import InstrumentRegression

        return InstrumentRegression(method_of(self.options))
