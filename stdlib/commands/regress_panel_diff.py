"""Difference in differences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.diagnostic import wrong
from kohort.model_command import (
    CLUSTER,
    LEVEL,
    ModelCommand,
    check_terms,
    numeric_variable,
)
from kohort.phrases import Condition, Factor, Options, Term, Terms, Word
from kohort.question import Rule
from kohort.scope import Scope, Variable

from .regress_panel import ROBUST, check_panel

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class RegressPanelDiff(ModelCommand, name="regress-panel-diff"):
    """Tell the effect of a treatment: how much more the treated group changes than the others."""

    options_table = {"level": LEVEL, "robust": ROBUST, "cluster": CLUSTER}

    outcome: Word
    treatment_group: Word
    treated: Word
    terms: Terms
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The data must be a panel, and group and treatment numeric."""
        check_panel(scope, self.span, self.name)
        super().check(scope)

    def check_terms(self, scope: Scope) -> None:
        """Group and treatment must be different numbers; they are no terms of their own."""
        for word in (self.treatment_group, self.treated):
            numeric_variable(scope, word, self.name)
        if self.treatment_group.text == self.treated.text:
            message = f"'{self.treated.text}' is group and treatment at once"
            wrong("outcome-as-term", message, self.treated.span)
        check_terms(scope, self.parts().values(), self.outcome)

    def parts(self) -> dict[str, Terms]:
        """Group, treatment and their product come first."""
        words = (self.treatment_group, self.treated)
        span = self.treatment_group.span.to(self.treated.span)
        product = Term(tuple(Factor("c", word, word.span) for word in words), "##", span)
        # Without further terms the sentence leaves nothing in their place.
        return {"terms": Terms((product, *(self.terms or ())), span)}

    def columns(self, scope: Scope) -> dict[str, Variable]:
        """Group and treatment are columns too, so that their values can be checked."""
        return {
            **super().columns(scope),
            "group": scope.find(self.treatment_group),
            "treated": scope.find(self.treated),
        }

    def rules(self) -> dict[str, Rule]:
        """Both are 0 or 1."""
        return {"group": "binary", "treated": "binary"}

    def settings(self) -> dict[str, Any]:
        """Name the product."""
        product = f"c.{self.treatment_group}#c.{self.treated}"
        return {**super().settings(), "product": product}

    def estimator(self) -> Estimator:
        """Give the pooled model."""
        from kohort.estimators.panel_model import DifferenceInDifferences

        return DifferenceInDifferences()
