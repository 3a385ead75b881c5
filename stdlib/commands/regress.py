"""Linear regression."""

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.diagnostic import NOWHERE, wrong
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Term, Terms, Word
from kohort.results import LinearModel
from kohort.scope import Scope, Type, Variable

from .tabulate import numeric_variable, table_variable


class Regress(ShowCommand, name="regress"):
    """Explain a numeric variable by others: ordinary least squares."""

    group = "regression"
    options_table = {
        "noconstant": Option("leave out the constant"),
        "robust": Option("standard errors that allow for unequal variance (HC1)"),
        "level": Option("confidence level in per cent, 95 unless given", "number", low=0, high=100),
    }

    outcome: Word
    terms: Terms
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The outcome and plain terms must be numeric; categories are written `i.x`."""
        numeric_variable(scope, self.outcome, "regress")
        factors = factor_names(self.terms)
        for term in self.terms:
            for factor in term.factors:
                variable = table_variable(scope, factor.name)
                if variable.name not in factors or factor.prefix == "c":
                    check_continuous(variable, factor.name)
                if factor.name.text == self.outcome.text:
                    message = f"'{self.outcome.text}' stands on both sides"
                    wrong("outcome-as-term", message, factor.span)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)

    def run(self, dataset: Dataset, scope: Scope) -> LinearModel:
        """Ask for the complete cases."""
        factors = factor_names(self.terms)
        names = dict.fromkeys(f.name.text for term in self.terms for f in term.factors)
        used_plainly = continuous_names(self.terms, factors)
        settings = {
            "title": f"{self.name} {self.outcome}",
            "noconstant": "noconstant" in self.options,
            "robust": "robust" in self.options,
            "level": self.options.number("level", 95.0),
            "factor_names": factors,
        }
        return selected(dataset, self.condition).linear_model(
            scope.find(self.outcome),
            self.terms,
            [_found(scope, name) for name in names if name in used_plainly],
            [_found(scope, name) for name in names if name in factors],
            settings,
        )


def factor_names(terms: Terms) -> frozenset[str]:
    """Give the variables that stand for categories: `i.x`, and bare names inside an interaction."""
    return frozenset(
        factor.name.text
        for term in terms
        for factor in term.factors
        if factor.prefix == "i" or (not factor.prefix and len(term.factors) > 1)
    )


def continuous_names(terms: Terms, factors: frozenset[str]) -> frozenset[str]:
    """Give the variables that enter as numbers."""
    return frozenset(
        factor.name.text
        for term in terms
        for factor in term.factors
        if factor.prefix == "c" or factor.name.text not in factors
    )


def is_factor(term: Term, position: int, factors: frozenset[str]) -> bool:
    """Whether an operand of a term stands for categories."""
    factor = term.factors[position]
    return factor.prefix != "c" and factor.name.text in factors


def check_continuous(variable: Variable, word: Word) -> None:
    """Raise unless the variable can enter as a number."""
    if variable.type is Type.TEXT:
        wrong(
            "needs-a-number",
            f"'{word.text}' is alphanumeric; it cannot enter as a number",
            word.span,
            f"write 'i.{word.text}' for its categories",
        )


def _found(scope: Scope, name: str) -> Variable:
    variable = scope.shape(NOWHERE).find(name)
    assert variable is not None
    return variable
