"""Hausman's test of fixed against random effects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kohort.command import Option
from kohort.model_command import LEVEL, NOCONSTANT, ModelCommand
from kohort.question import Question
from kohort.scope import Scope

from .regress_panel import check_panel, steady_names

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class HausmanTest(ModelCommand, name="hausman"):
    """Compare fixed and random effects of a panel: do their coefficients agree?"""

    options_table = {
        "noconstant": NOCONSTANT,
        "level": LEVEL,
        "sigmamore": Option(
            "base both covariances on the residual variance of random effects",
            excludes=("sigmaless",),
        ),
        "sigmaless": Option(
            "base both covariances on the residual variance of fixed effects",
            excludes=("sigmamore",),
        ),
        "include_constant": Option("compare the constants too", excludes=("noconstant",)),
    }

    def check(self, scope: Scope) -> None:
        """The data must be a panel; the rest is as in `regress`."""
        check_panel(scope, self.span, self.name)
        super().check(scope)

    def question(self, scope: Scope) -> Question:
        """Tell what is the same in all rows of a unit: effects absorb it, which is no secret."""
        question = super().question(scope)
        steady = {"steady": steady_names(scope, self.parts().values())}
        return replace(question, options={**question.options, **steady})

    def settings(self) -> dict[str, Any]:
        """The table shows differences."""
        options = ("sigmamore", "sigmaless", "include_constant")
        asked = {name: name in self.options for name in options}
        return {**super().settings(), **asked, "covariance": None, "coefficients": "fe_less_re"}

    def estimator(self) -> Estimator:
        """Give the test."""
        from kohort.estimators.panel_model import Hausman

        return Hausman()
