"""Give codes new values by rules."""

from dataclasses import replace

from kohort import wording
from kohort.command import DataCommand, Option
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.phrases import (
    Condition,
    Group,
    Interval,
    Number,
    Options,
    Rule,
    Rules,
    Text,
    Word,
    Words,
)
from kohort.results import Done
from kohort.scope import Code, Labels, Scope, Shape, Type, Variable

from .replace import ordinary_variable, used_names


class Recode(DataCommand, name="recode"):
    """Give values new codes by rules; the first rule that fits an old value decides."""

    group = "data preparation"
    edits_values = True
    options_table = {
        "prefix": Option(
            "keep the old variables, write the new ones with this text before the name", "text"
        ),
        "generate": Option("the same as prefix()", "text", excludes=("prefix",)),
    }

    variables: Words
    rules: Rules
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """Rules must fit the types of all variables, and new names must be free."""
        shape = scope.shape(self.span)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)
        for word in self.variables:
            variable = ordinary_variable(scope, word, "recoded")
            for rule in self.rules:
                _check_rule(variable, rule)
            target = self._target(word)
            if target.text != word.text:
                scope.new_variable(target, scope.shape(self.span))
            changed = self._recoded(shape, variable, target)
            scope.update(scope.shape(self.span).with_variables(changed))

    def _target(self, word: Word) -> Word:
        prefix = self.options.text("prefix") or self.options.text("generate") or ""
        return Word(prefix + word.text, word.span)

    def _recoded(self, shape: Shape, variable: Variable, target: Word) -> Variable:
        meaning = wording.recoded([_canonical(rule) for rule in self.rules], variable.meaning)
        if self.condition is not None:
            clause = wording.of_condition(self.condition.expression, shape)
            meaning = wording.conditional(clause, meaning, variable.meaning)
        labels = variable.labels or Labels()
        named = [(rule.value.value, rule.label) for rule in self.rules if rule.label is not None]
        flagged = [rule.value.value for rule in self.rules if rule.flagged_missing]
        labels = labels.extended(named, flagged)
        return replace(
            variable, name=target.text, type=_type(variable, self.rules), meaning=meaning,
            labels=labels if labels.pairs or labels.missing else None, codes=None, binary=False,
            domain=None, unit_type=None, source=None, times=(),
            sensitive=variable.sensitive or shape.sensitive(used_names(None, self.condition)),
        )  # fmt: skip

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Recode the columns, each from its old values."""
        condition = None if self.condition is None else self.condition.expression
        for word in self.variables:
            dataset = dataset.recoded(word.text, self.rules, condition, self._target(word).text)
        return dataset

    def status(self, dataset: Dataset, before: Shape) -> Done:
        """Name the recoded variables."""
        names = " ".join(self._target(word).text for word in self.variables)
        return Done("recoded", {"names": names, "dataset": dataset.shape.name})


def _check_rule(variable: Variable, rule: Rule) -> None:
    if variable.type is Type.UNKNOWN:
        return
    for item in (*rule.left, rule.value):
        if isinstance(item, Group):
            continue
        if isinstance(item, Interval) and variable.type is Type.TEXT:
            wrong(
                "interval-on-text",
                f"'{variable.name}' is text; an interval needs numbers",
                item.span,
                f"'destring {variable.name}' first",
            )
        if isinstance(item, Text) and variable.type.numeric:
            wrong(
                "type-clash",
                f"'{variable.name}' is {variable.type.value}; its codes stand without quotes",
                item.span,
                _bare(item, rule),
            )
        if isinstance(item, Number) and variable.type is Type.TEXT:
            hint = f"write '{item.value}'"
            wrong(
                "type-clash",
                f"'{variable.name}' is text; its codes stand in quotes",
                item.span,
                hint,
            )
        if isinstance(item, Interval):
            _check_interval(item)


def _bare(item: Text, rule: Rule) -> str | None:
    if item.value.lstrip("-").isdigit():
        return f"write {item.value}"
    label = f"a label stands behind the new value: (... = 1 '{item.value}')"
    return label if item is rule.value else None


def _check_interval(item: Interval) -> None:
    low, high = item.low, item.high
    if low is not None and high is not None and high.value < low.value:
        wrong("empty-interval", "the interval ends before it begins", item.span)


def _type(variable: Variable, rules: Rules) -> Type:
    decimal = any(isinstance(rule.value.value, float) for rule in rules)
    return Type.DECIMAL if decimal and variable.type is Type.INTEGER else variable.type


def _canonical(rule: Rule) -> str:
    left = " ".join(sorted(_item(item) for item in rule.left))
    return f"{left}={_code(rule.value.value)}"


def _item(item: Number | Text | Interval | Group) -> str:
    match item:
        case Interval(low=low, high=high):
            ends = (None if end is None else end.value for end in (low, high))
            return "/".join("" if end is None else _code(end) for end in ends)
        case Group(kind=kind):
            return f"<{kind}>"
        case _:
            return _code(item.value)


def _code(value: Code) -> str:
    return wording.constant(value).digest
