"""Proportional hazards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.command import Option
from kohort.model_command import LEVEL, ModelCommand, check_terms, numeric_variable
from kohort.phrases import Condition, Options, Terms, Word
from kohort.question import Rule
from kohort.scope import Scope, Variable
from kohort.writing import titled

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class Cox(ModelCommand, name="cox"):
    """Explain how soon an event happens: Cox's proportional hazards, Efron's ties."""

    group = "survival"
    options_table = {
        "hazard": Option("ratios of hazards instead of coefficients, without standard errors"),
        "level": LEVEL,
    }

    outcome: Word
    time: Word
    terms: Terms
    condition: Condition | None
    options: Options

    def check_outcome(self, scope: Scope) -> None:
        """Event and time must be numeric."""
        for word in (self.outcome, self.time):
            numeric_variable(scope, word, "cox")

    def check_terms(self, scope: Scope) -> None:
        """Terms must fit their use; event and time are none of them."""
        check_terms(scope, self.parts().values(), self.outcome, self.time)

    def columns(self, scope: Scope) -> dict[str, Variable]:
        """Give the time and the event."""
        return {"time": scope.find(self.time), "event": scope.find(self.outcome)}

    def rules(self) -> dict[str, Rule]:
        """An event is 0 or 1, a time is no less than 0."""
        return {"event": "binary", "time": "not negative"}

    def title(self) -> str:
        """Give the line over the table."""
        return titled(self.name, (self.outcome, self.time), self.condition)

    def settings(self) -> dict[str, Any]:
        """Give the options; there is one kind of errors, so that none is named."""
        heads = {"coefficients": "hazard_ratio"} if "hazard" in self.options else {}
        return {**super().settings(), "covariance": None, **heads}

    def estimator(self) -> Estimator:
        """Give the partial likelihood."""
        from kohort.estimators.cox_model import ProportionalHazards

        return ProportionalHazards("hazard" in self.options)
