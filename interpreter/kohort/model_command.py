"""What all model commands share: terms and their kinds, checks, options, questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kohort.command import Option, ShowCommand, selected
from kohort.diagnostic import NOWHERE, wrong
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Factor, Options, Term, Terms, Word
from kohort.question import Question, Rule
from kohort.results import ModelCases
from kohort.scope import Scope, Type, Variable
from kohort.variable_checks import number_variable, shown_variable
from kohort.writing import titled

if TYPE_CHECKING:
    from kohort.dataset import Dataset
    from kohort.estimators.problem import Estimator

NOCONSTANT = Option("leave out the constant")
LEVEL = Option("confidence level in per cent, 95 unless given", "number", low=0, high=100)
ROBUST = Option("standard errors that allow for unequal variance", excludes=("cluster",))
CLUSTER = Option("standard errors that allow for groups: their numeric variable", "word")
CONTROL = Option("further terms that are estimated but not shown", "terms")


class ModelCommand(ShowCommand):
    """A model: outcome, terms, `if` clause, options; `question` says what it needs of the data."""

    group = "regression"

    outcome: Word
    terms: Terms
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The outcome and plain terms must be numeric; categories are written `i.x`."""
        self.check_outcome(scope)
        self.check_terms(scope)
        self.check_options(scope)

    def check_outcome(self, scope: Scope) -> None:
        """The outcome must be numeric."""
        numeric_variable(scope, self.outcome, self.name)

    def check_terms(self, scope: Scope) -> None:
        """Terms must fit their use; the outcome is none of them."""
        check_terms(scope, self.parts().values(), self.outcome)

    def check_options(self, scope: Scope) -> None:
        """The `if` clause must be a condition, and `cluster()` a variable outside the model."""
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)
        for word in self.options.words("cluster"):
            numeric_variable(scope, word, "cluster()")
            apart(word, self.parts().values(), self.outcome)

    def parts(self) -> dict[str, Terms]:
        """Give the terms by part of the call; their order is that of the design."""
        return parts_of(self.terms, self.options)

    def estimator(self) -> Estimator:
        """Give the estimator (imported here, since it needs numpy)."""
        raise NotImplementedError

    def columns(self, scope: Scope) -> dict[str, Variable]:
        """Give the numeric variables by role."""
        return {"outcome": scope.find(self.outcome)}

    def groups(self, scope: Scope) -> dict[str, Variable]:
        """Give the categorical variables by role."""
        words = self.options.words("cluster")
        return {"cluster": scope.find(words[0])} if words else {}

    def rules(self) -> dict[str, Rule]:
        """Give what the values of a role must be."""
        return {}

    def settings(self) -> dict[str, Any]:
        """Give the options that the estimator and the table need."""
        return settings_of(self.title(), self.parts(), self.options)

    def title(self) -> str:
        """Give the line over the table: what was asked, without options."""
        return titled(self.name, (self.outcome,), self.condition)

    def question(self, scope: Scope) -> Question:
        """Give what the model needs of the data."""
        parts = self.parts()
        factors = factor_names(parts.values())
        return Question(
            columns=self.columns(scope),
            groups=self.groups(scope),
            terms=parts,
            continuous=found(scope, continuous_names(parts.values(), factors)),
            factors=found(scope, factor_order(parts.values(), factors)),
            estimator=self.estimator(),
            options={**self.settings(), "factor_names": factors},
            rules=self.rules(),
        )

    def run(self, dataset: Dataset, scope: Scope) -> ModelCases:
        """Ask for the complete cases."""
        return selected(dataset, self.condition).model_cases(self.question(scope))


# ---- terms


def parts_of(terms: Terms, options: Options) -> dict[str, Terms]:
    """Give terms and controls, by part of the call."""
    parts = {"terms": terms}
    if "control" in options:
        parts["control"] = Terms(options.terms("control"), NOWHERE)
    return parts


def operands(parts: Iterable[Terms]) -> list[tuple[Term, Factor]]:
    """Give the operands of all terms, each with its term."""
    return [(term, factor) for terms in parts for term in terms for factor in term.factors]


def factor_names(parts: Iterable[Terms]) -> frozenset[str]:
    """Give the variables that stand for categories: `i.x`, and bare names inside an interaction."""
    return frozenset(
        factor.name.text
        for term, factor in operands(parts)
        if factor.prefix == "i" or (not factor.prefix and len(term.factors) > 1)
    )


def continuous_names(parts: Iterable[Terms], factors: frozenset[str]) -> tuple[str, ...]:
    """Give the variables that enter as numbers, in the order written."""
    names = (
        factor.name.text
        for _, factor in operands(parts)
        if factor.prefix == "c" or factor.name.text not in factors
    )
    return tuple(dict.fromkeys(names))


def factor_order(parts: Iterable[Terms], factors: frozenset[str]) -> tuple[str, ...]:
    """Give the variables that stand for categories, in the order written."""
    names = (factor.name.text for _, factor in operands(parts))
    return tuple(dict.fromkeys(name for name in names if name in factors))


def check_terms(scope: Scope, parts: Iterable[Terms], *outcomes: Word) -> None:
    """Check that terms exist and fit their use, and that no outcome is among them.

    Raises `unknown-variable`, `pseudonym-used`, `needs-a-number`, `outcome-as-term`.
    """
    parts = tuple(parts)
    factors = factor_names(parts)
    for _, factor in operands(parts):
        variable = model_variable(scope, factor.name)
        if variable.name not in factors or factor.prefix == "c":
            check_continuous(variable, factor.name)
        if any(factor.name.text == outcome.text for outcome in outcomes):
            message = f"'{factor.name.text}' stands on both sides"
            wrong("outcome-as-term", message, factor.span)


def apart(word: Word, parts: Iterable[Terms], *outcomes: Word) -> None:
    """Check that the variable of an option is not in the model. Raises `also-in-the-model`."""
    inside = {factor.name.text for _, factor in operands(parts)} | {o.text for o in outcomes}
    if word.text in inside:
        message = f"'{word.text}' stands in the model too"
        wrong("also-in-the-model", message, word.span)


def check_continuous(variable: Variable, word: Word) -> None:
    """Raise unless the variable can enter as a number."""
    if variable.type is Type.TEXT:
        wrong(
            "needs-a-number",
            f"'{word.text}' is alphanumeric; it cannot enter as a number",
            word.span,
            f"write 'i.{word.text}' for its categories",
        )


def model_variable(scope: Scope, word: Word) -> Variable:
    """Give a variable that may stand in a model: any but identifiers of units."""
    return shown_variable(scope, word, "model")


def numeric_variable(scope: Scope, word: Word, user: str) -> Variable:
    """Give a numeric variable, or raise `needs-a-number`."""
    return number_variable(scope, word, user, "model")


def found(scope: Scope, names: Iterable[str]) -> list[Variable]:
    """Give the checked variables of some names."""
    shape = scope.shape(NOWHERE)
    variables = [shape.find(name) for name in names]
    return [variable for variable in variables if variable is not None]


# ---- options and titles


def settings_of(title: str, parts: Mapping[str, Terms], options: Options) -> dict[str, Any]:
    """Give the options that have one meaning everywhere, as `ModelCases` carries them."""
    covariance = "cluster" if "cluster" in options else "robust" if "robust" in options else None
    return {
        "title": title,
        "noconstant": "noconstant" in options,
        "covariance": covariance or "classical",
        "level": options.number("level", 95.0),
        "controls": " ".join(spelled(term) for term in parts.get("control", ())),
    }


def spelled(term: Term) -> str:
    """Give a term as it is written."""
    return term.operator.join(
        f"{factor.prefix}{'.' if factor.prefix else ''}{factor.name.text}"
        for factor in term.factors
    )
