"""Analysis of variance and covariance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.command import Option, ShowCommand, selected
from kohort.described import Anova
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.model_command import check_continuous, found, model_variable, numeric_variable, spelled
from kohort.phrases import Condition, Factor, Options, Term, Terms, Word
from kohort.question import Question
from kohort.scope import Scope
from kohort.writing import titled

if TYPE_CHECKING:
    from kohort.dataset import Dataset


class AnalysisOfVariance(ShowCommand, name="anova"):
    """Analysis of variance: does the mean of a variable differ between categories of others?"""

    group = "statistics"
    options_table = {
        "noconstant": Option("leave out the constant"),
        "posthoc": Option("compare all pairs of categories (Tukey)"),
    }

    outcome: Word
    terms: Terms
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The outcome must be numeric; bare names are categories, `c.x` enters as a number."""
        numeric_variable(scope, self.outcome, self.name)
        kinds: dict[str, str] = {}
        for term in self.terms:
            for factor in term.factors:
                variable = model_variable(scope, factor.name)
                if factor.prefix == "c":
                    check_continuous(variable, factor.name)
                name = factor.name.text
                if name == self.outcome.text:
                    wrong("outcome-as-term", f"'{name}' stands on both sides", factor.span)
                if kinds.setdefault(name, _kind(factor)) != _kind(factor):
                    message = f"'{name}' stands both for categories and for a number"
                    wrong("options-exclude", message, factor.span)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)

    def run(self, dataset: Dataset, scope: Scope) -> Anova:
        """Ask for the complete cases, and for the values of the outcome before the `if` clause."""
        from kohort.estimators.variance_table import VarianceTable, within

        rows = selected(dataset, self.condition)
        products = self._products()
        spelt = {product: _spelled(product) for product in products}
        parts = dict.fromkeys(part for product in products for part in within(product))
        factors = {f.name.text: f for term in self.terms for f in term.factors}
        terms = Terms(
            tuple(
                Term(tuple(factors[name] for _, name in part), "#", self.terms.span)
                for part in parts
            ),
            self.terms.span,
        )
        by_category = tuple(dict.fromkeys(n for part in parts for k, n in part if k == "i"))
        by_number = tuple(dict.fromkeys(n for part in parts for k, n in part if k == "c"))
        outcome = scope.find(self.outcome)
        constant = "noconstant" not in self.options
        question = Question(
            columns={"outcome": outcome},
            groups={},
            terms={"terms": terms},
            continuous=found(scope, by_number),
            factors=found(scope, by_category),
            estimator=VarianceTable(products, constant),
            options={
                "title": titled(
                    self.name, (self.outcome, *map(spelled, self.terms)), self.condition
                ),
                "factor_names": frozenset(by_category),
                "constant": constant,
                "spelled": tuple(spelt[product] for product in products),
            },
        )
        main = tuple(p[0][1] for p in products if len(p) == 1 and p[0][0] == "i")
        compared = main if "posthoc" in self.options else ()
        (column,) = rows.summary([outcome], ()).columns
        return Anova(rows.model_cases(question), column, compared)

    def _products(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Give the terms as products of operands, `##` spelled out, nothing twice."""
        found: dict[frozenset[tuple[str, str]], tuple[tuple[str, str], ...]] = {}
        for term in self.terms:
            operands = tuple(dict.fromkeys((_kind(f), f.name.text) for f in term.factors))
            subsets = [operands]
            if term.operator == "##":
                subsets = [
                    tuple(o for place, o in enumerate(operands) if bits >> place & 1)
                    for bits in range(1, 2 ** len(operands))
                ]
                subsets.sort(key=len)
            for subset in subsets:
                found.setdefault(frozenset(subset), subset)
        return tuple(found.values())


def _kind(factor: Factor) -> str:
    return "c" if factor.prefix == "c" else "i"


def _spelled(product: tuple[tuple[str, str], ...]) -> str:
    return " # ".join(name for _, name in product)
