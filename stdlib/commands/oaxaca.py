"""Decomposition of the difference between two groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.command import Option
from kohort.model_command import NOCONSTANT, ModelCommand, apart, model_variable
from kohort.phrases import Condition, Options, Terms, Word
from kohort.scope import Scope, Variable
from kohort.writing import titled

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class Oaxaca(ModelCommand, name="oaxaca"):
    """Take the difference of two groups' means apart: what the terms explain, and what not."""

    options_table = {
        "robust": Option("standard errors that allow for unequal variance (HC1)"),
        "noconstant": NOCONSTANT,
        "pool": Option("two parts, by the coefficients of both groups together"),
    }

    outcome: Word
    terms: Terms
    by: Word
    condition: Condition | None
    options: Options

    def check_terms(self, scope: Scope) -> None:
        """The groups stand in no other part of the model."""
        super().check_terms(scope)
        model_variable(scope, self.by)
        apart(self.by, self.parts().values(), self.outcome)

    def groups(self, scope: Scope) -> dict[str, Variable]:
        """Give the groups: the two lowest codes count."""
        return {"by": scope.find(self.by)}

    def title(self) -> str:
        """Give the line over the table."""
        words = (self.outcome, "by", self.by)
        return titled(self.name, words, self.condition)

    def settings(self) -> dict[str, Any]:
        """The codes of the groups are printed."""
        asked = {"pool": "pool" in self.options, "printed": frozenset({"by"})}
        return {**super().settings(), **asked}

    def estimator(self) -> Estimator:
        """Give the decomposition."""
        from kohort.estimators.decomposition_model import OaxacaBlinder

        return OaxacaBlinder()
