"""What all `-predict` commands share: a model is fitted, and its numbers become private columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from kohort import wording
from kohort.command import DataCommand, Option
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.model_command import (
    check_terms,
    continuous_names,
    factor_names,
    factor_order,
    found,
    numeric_variable,
    operands,
)
from kohort.phrases import Condition, Options, Terms, Word
from kohort.question import Question, Rule
from kohort.results import Done
from kohort.scope import Scope, Shape, Type, Variable
from kohort.wording import Meaning

if TYPE_CHECKING:
    from kohort.disclosure.release import Gate
    from kohort.estimators.problem import Predictor


def output(help_: str) -> Option:
    """Give the option that asks for a kind of number and names its variable."""
    return Option(help_, "optional-word")


class PredictCommand(DataCommand):
    """Fits a model and adds its predictions to the dataset; nothing of it is shown.

    `kinds` maps the options that ask for numbers to the names of their variables where none is
    given; the first is made where no such option is written.
    """

    group = "regression"
    edits_values = True
    kinds: ClassVar[Mapping[str, str]] = {"predicted": "predicted"}

    outcome: Word
    terms: Terms
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """Names must be new; the rest is as in the model."""
        shape = scope.filled(self.span)
        made = list(self.made(scope))
        seen: set[str] = set()
        for variable, word in made:
            scope.new_variable(word, shape)
            if variable.name in seen:
                message = f"'{variable.name}' would be made twice"
                wrong("duplicate-variable", message, word.span)
            seen.add(variable.name)
        self.check_model(scope)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)
        meaning = self.meaning(scope)
        sensitive = shape.sensitive(v.name for v in self.used(scope))
        variables = [
            replace(v, meaning=Meaning("fitted", v.meaning.text, (meaning,)), sensitive=sensitive)
            for v, _ in made
        ]
        scope.update(shape.with_variables(*variables))

    def recover(self, scope: Scope) -> None:
        """Go on with variables of unknown type."""
        shape = scope.datasets.get(scope.active or "")
        for _, word in self.wanted():
            if shape is not None and shape.find(word.text) is None:
                unknown = Variable(word.text, Type.UNKNOWN, wording.UNKNOWN)
                shape = shape.with_variables(unknown)
                scope.update(shape)

    # ---- what a kind of model says itself

    def check_model(self, scope: Scope) -> None:
        """Check outcome and terms."""
        numeric_variable(scope, self.outcome, self.name)
        check_terms(scope, self.parts().values(), self.outcome)

    def parts(self) -> dict[str, Terms]:
        """Give the terms by part of the call."""
        return {"terms": self.terms}

    def columns(self, scope: Scope) -> dict[str, Variable]:
        """Give the numeric variables by role."""
        return {"outcome": scope.find(self.outcome)}

    def groups(self, scope: Scope) -> dict[str, Variable]:
        """Give the categorical variables by role."""
        return {}

    def rules(self) -> dict[str, Rule]:
        """Give what the values of a role must be."""
        return {}

    def settings(self) -> dict[str, Any]:
        """Give the options that the estimator needs."""
        return {"noconstant": "noconstant" in self.options}

    def predictor(self) -> Predictor:
        """Give the estimator (imported here, since it needs numpy)."""
        raise NotImplementedError

    def variables_of(self, kind: str, word: Word, scope: Scope) -> Iterator[tuple[str, Word]]:
        """Give the variables that a kind of number makes: key of its values, and name."""
        yield kind, word

    # ---- how it goes

    def wanted(self) -> list[tuple[str, Word]]:
        """Give the kinds that are asked for, each with the name written or the usual one."""
        asked = [call for call in self.options if call.name.text in self.kinds]
        if not asked:
            kind = next(iter(self.kinds))
            return [(kind, Word(self.kinds[kind], self.span))]
        found_: list[tuple[str, Word]] = []
        for call in asked:
            names = self.options.words(call.name.text)
            name = names[0] if names else Word(self.kinds[call.name.text], call.span)
            found_.append((call.name.text, name))
        return found_

    def made(self, scope: Scope) -> Iterator[tuple[Variable, Word]]:
        """Give the new variables; the text of each meaning is the key of its values."""
        for kind, word in self.wanted():
            for key, name in self.variables_of(kind, word, scope):
                yield Variable(name.text, Type.DECIMAL, Meaning("fitted", key)), name

    def used(self, scope: Scope) -> list[Variable]:
        """Give the variables of the model."""
        names = dict.fromkeys(factor.name.text for _, factor in operands(self.parts().values()))
        roles = (*self.columns(scope).values(), *self.groups(scope).values())
        return [*roles, *found(scope, names)]

    def meaning(self, scope: Scope) -> Meaning:
        """Give the definition of the fit: kind, population, and all that stands in it."""
        shape = scope.shape(self.span)
        population = shape.population
        if self.condition is not None:
            clause = wording.of_condition(self.condition.expression, shape)
            population = population.keep(clause)
        written = [
            f"{part}:{term.operator}:" + ",".join(factor.prefix for factor in term.factors)
            for part, terms in self.parts().items()
            for term in terms
        ]
        settings = sorted((k, repr(v)) for k, v in self.settings().items())
        text = "\x1e".join((self.name, population.wording(), *written, repr(settings)))
        meanings = [
            v.meaning for v in (*self.columns(scope).values(), *self.groups(scope).values())
        ]
        for _, factor in operands(self.parts().values()):
            meanings.append(scope.find(factor.name).meaning)
        return Meaning("model", text, tuple(meanings))

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
            estimator=None,
            options={**self.settings(), "factor_names": factors},
            rules=self.rules(),
            condition=None if self.condition is None else self.condition.expression,
        )

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Raise `TypeError`: without the filter nothing is fitted."""
        raise TypeError("a prediction needs the filter")

    def change(self, dataset: Dataset, scope: Scope, gate: Gate) -> Dataset:
        """Fit, and add the columns; where nothing can be fitted they are missing."""
        names = {v.meaning.text: v.name for v, _ in self.made(scope)}
        cases = dataset.model_cases(self.question(scope))
        wanted = tuple(kind for kind, _ in self.wanted())
        values = gate.predict(cases, self.predictor(), wanted)
        columns = {name: values.get(key) for key, name in names.items()}
        return dataset.with_values(columns, values.row)

    def status(self, dataset: Dataset, before: Shape) -> Done:
        """Name the new variables."""
        new = [name for name in dataset.shape.variables if name not in before.variables]
        return Done("predicted", {"names": " ".join(new), "dataset": dataset.shape.name})
