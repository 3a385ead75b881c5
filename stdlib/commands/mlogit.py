"""Multinomial logit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.diagnostic import wrong
from kohort.likelihood_command import COVARIANCE, MFX, MFX_AT, check_effects, effects_of
from kohort.model_command import ModelCommand, model_variable
from kohort.phrases import Word
from kohort.scope import Scope, Variable

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class Mlogit(ModelCommand, name="mlogit"):
    """Explain which of several categories holds: multinomial logit."""

    options_table = {**COVARIANCE, "mfx": MFX, "mfx_at": MFX_AT}

    def check_outcome(self, scope: Scope) -> None:
        """The outcome must have more than two categories, as far as the script tells."""
        several_categories(scope, self.outcome, "logit")

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


def several_categories(scope: Scope, word: Word, instead: str) -> Variable:
    """Give a variable that has more than two categories as far as metadata tells.

    Raises `pseudonym-used`, `two-categories`.
    """
    variable = model_variable(scope, word)
    if variable.binary or (variable.codes is not None and len(variable.codes) < 3):
        message = f"'{word.text}' has no more than two categories"
        wrong("two-categories", message, word.span, f"use '{instead}'")
    return variable
