"""Multinomial logit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.diagnostic import wrong
from kohort.likelihood_command import COVARIANCE, MFX, MFX_AT, check_effects, effects_of
from kohort.model_command import ModelCommand, model_variable
from kohort.scope import Scope, Variable

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class Mlogit(ModelCommand, name="mlogit"):
    """Explain which of several categories holds: multinomial logit."""

    options_table = {**COVARIANCE, "mfx": MFX, "mfx_at": MFX_AT}

    def check_outcome(self, scope: Scope) -> None:
        """Any variable but an identifier or a 0/1 variable has categories to choose from."""
        variable = model_variable(scope, self.outcome)
        if variable.binary:
            message = f"'{self.outcome}' has two categories only"
            wrong("two-categories", message, self.outcome.span, "use 'logit'")

    def check_options(self, scope: Scope) -> None:
        """Effects must be known ones."""
        super().check_options(scope)
        check_effects(self.options)

    def columns(self, scope: Scope) -> dict[str, Variable]:
        """The outcome is none of them."""
        return {}

    def groups(self, scope: Scope) -> dict[str, Variable]:
        """Outcome and clusters."""
        return {"outcome": scope.find(self.outcome), **super().groups(scope)}

    def settings(self) -> dict[str, Any]:
        """Marginal effects; the categories of the outcome are printed."""
        printed = {"printed": frozenset({"outcome"})}
        return super().settings() | printed | effects_of(self.options)

    def estimator(self) -> Estimator:
        """Give the likelihood."""
        from kohort.estimators.likelihood_models import ChoiceRegression

        return ChoiceRegression()
