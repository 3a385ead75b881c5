"""Regression discontinuity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.command import Option
from kohort.diagnostic import wrong
from kohort.model_command import CLUSTER, LEVEL, ModelCommand, apart, check_terms, numeric_variable
from kohort.phrases import Condition, Options, Terms, Word
from kohort.question import Rule
from kohort.scope import Scope, Variable
from kohort.writing import titled

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator


class Rdd(ModelCommand, name="rdd"):
    """Tell how much a variable jumps where another one passes a cutoff."""

    options_table = {
        "cutoff": Option("where the treatment begins, 0 unless given", "number"),
        "polynomial": Option(
            "order of the local polynomial, 1 unless given", "number", low=-1, high=5, whole=True
        ),
        "fuzzy": Option("the treatment, where the cutoff does not decide it alone", "word"),
        "derivate": Option(
            "order of the derivative that jumps, 0 unless given", "number", low=-1, whole=True
        ),
        "level": LEVEL,
        "cluster": CLUSTER,
    }

    outcome: Word
    running: Word
    terms: Terms
    condition: Condition | None
    options: Options

    def check_terms(self, scope: Scope) -> None:
        """The running variable and the treatment must be numbers, and no terms."""
        numeric_variable(scope, self.running, self.name)
        if self.running.text == self.outcome.text:
            wrong(
                "outcome-as-term", f"'{self.running.text}' stands on both sides", self.running.span
            )
        check_terms(scope, self.parts().values(), self.outcome, self.running)
        for word in self.options.words("fuzzy"):
            numeric_variable(scope, word, "fuzzy()")
            apart(word, self.parts().values(), self.outcome, self.running)

    def check_options(self, scope: Scope) -> None:
        """The derivative is of the polynomial's order at most."""
        super().check_options(scope)
        for word in self.options.words("cluster"):
            apart(word, (), self.running, *self.options.words("fuzzy"))
        order, derivative = self._order()
        if derivative > order:
            call = next(call for call in self.options if call.name.text == "derivate")
            message = f"'derivate' cannot be above the polynomial's order, {order}"
            wrong("option-argument", message, call.span)

    def _order(self) -> tuple[int, int]:
        order, derivative = (
            self.options.number(n, d) for n, d in (("polynomial", 1), ("derivate", 0))
        )
        return int(order), int(derivative)

    def parts(self) -> dict[str, Terms]:
        """Covariates, if any."""
        # Without terms the sentence leaves nothing in their place.
        return {"terms": Terms(tuple(self.terms or ()), self.outcome.span)}

    def columns(self, scope: Scope) -> dict[str, Variable]:
        """Give outcome, running variable and treatment."""
        found = {**super().columns(scope), "running": scope.find(self.running)}
        for word in self.options.words("fuzzy"):
            found["treatment"] = scope.find(word)
        return found

    def rules(self) -> dict[str, Rule]:
        """A treatment is 0 or 1."""
        return {"treatment": "binary"} if "fuzzy" in self.options else {}

    def title(self) -> str:
        """Give the line over the table."""
        return titled(self.name, (self.outcome, self.running), self.condition)

    def settings(self) -> dict[str, Any]:
        """Tell cutoff, orders and covariates; there is no constant."""
        settings = super().settings()
        order, derivative = self._order()
        kind = "cluster" if "cluster" in self.options else None
        return {
            **settings,
            "noconstant": True,
            "covariance": kind,
            "cutoff": float(self.options.number("cutoff", 0.0)),
            "order": order,
            "derivative": derivative,
        }

    def estimator(self) -> Estimator:
        """Give the local polynomials."""
        from kohort.estimators.discontinuity_model import Discontinuity

        return Discontinuity()
