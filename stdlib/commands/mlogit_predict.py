"""Predictions of a multinomial logit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kohort.diagnostic import wrong
from kohort.model_command import NOCONSTANT, check_terms
from kohort.model_prediction import PredictCommand, output
from kohort.phrases import Word
from kohort.scope import Code, Scope, Variable

from .mlogit import several_categories

if TYPE_CHECKING:
    from kohort.estimators.problem import Predictor


class MlogitPredict(PredictCommand, name="mlogit-predict"):
    """Add the predictions of a multinomial logit to the dataset, a variable for each category."""

    kinds = {"probabilities": "probabilities", "predicted": "predicted"}
    options_table = {
        "probabilities": output("the probability of each category, and the prefix of its names"),
        "predicted": output("the linear predictions, and the prefix of their names"),
        "noconstant": NOCONSTANT,
    }

    def check_model(self, scope: Scope) -> None:
        """The categories of the outcome must be known before the data is read."""
        check_terms(scope, self.parts().values(), self.outcome)

    def columns(self, scope: Scope) -> dict[str, Variable]:
        """The outcome is none of them."""
        return {}

    def groups(self, scope: Scope) -> dict[str, Variable]:
        """The outcome."""
        return {"outcome": scope.find(self.outcome)}

    def settings(self) -> dict[str, Any]:
        """The categories of the outcome are named."""
        return super().settings() | {"printed": frozenset({"outcome"})}

    def variables_of(self, kind: str, word: Word, scope: Scope) -> Iterator[tuple[str, Word]]:
        """One variable for each code: prefix, `_`, code."""
        for code in self._codes(scope):
            name = re.sub(r"\W", "_", f"{word.text}_{code}")
            yield f"{kind}_{code}", Word(name, word.span)

    def _codes(self, scope: Scope) -> tuple[Code, ...]:
        variable = several_categories(scope, self.outcome, "logit-predict")
        labels = variable.labels
        codes = variable.codes
        if labels is not None:
            listed = (code for code, _ in labels.pairs) if codes is None else codes
            codes = tuple(code for code in listed if code not in labels.missing)
        if codes is None:
            wrong(
                "codes-unknown",
                f"the categories of '{self.outcome}' are not known before the data is read",
                self.outcome.span,
                "give it labels with 'define-labels' and 'assign-labels'",
            )
        return codes

    def predictor(self) -> Predictor:
        """Give the likelihood."""
        from kohort.estimators.likelihood_models import ChoiceRegression

        return ChoiceRegression()
