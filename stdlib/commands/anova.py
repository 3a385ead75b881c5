"""Analysis of variance and covariance."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

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


Products: TypeAlias = tuple[tuple[tuple[str, str], ...], ...]
"""Terms as operands: kind (`i` by categories, `c` as a number) and name of a variable."""


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
        rows = selected(dataset, self.condition)
        products = self._products()
        (column,) = rows.summary([scope.find(self.outcome)], ()).columns
        main = tuple(p[0][1] for p in products if len(p) == 1 and p[0][0] == "i")
        compared = main if "posthoc" in self.options else ()
        return Anova(rows.model_cases(self._question(scope, products)), column, compared)

    def _question(self, scope: Scope, products: Products) -> Question:
        """Give what the analysis needs: all products that its terms hold."""
        from kohort.estimators.variance_table import VarianceTable, within

        parts = dict.fromkeys(part for product in products for part in within(product))
        factors = {f.name.text: f for term in self.terms for f in term.factors}
        span = self.terms.span
        terms = [Term(tuple(factors[name] for _, name in part), "#", span) for part in parts]
        by_category = tuple(dict.fromkeys(n for part in parts for k, n in part if k == "i"))
        by_number = tuple(dict.fromkeys(n for part in parts for k, n in part if k == "c"))
        constant = "noconstant" not in self.options
        names = (self.outcome, *map(spelled, self.terms))
        return Question(
            columns={"outcome": scope.find(self.outcome)},
            groups={},
            terms={"terms": Terms(tuple(terms), span)},
            continuous=found(scope, by_number),
            factors=found(scope, by_category),
            estimator=VarianceTable(products, constant),
            options={
                "title": titled(self.name, names, self.condition),
                "factor_names": frozenset(by_category),
                "constant": constant,
                "spelled": tuple(" # ".join(name for _, name in p) for p in products),
            },
        )

    def _products(self) -> Products:
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
