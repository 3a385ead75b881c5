"""Bars of counts, percentages or statistics."""

from dataclasses import replace
from functools import reduce
from typing import Final

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.diagnostic import suggestion, wrong
from kohort.expression import Binary, Call, Expression, Name, Unary
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, OptionCall, Options, Term, Word, Words
from kohort.results import Chart
from kohort.scope import Scope, Variable
from kohort.writing import titled

from .tabulate import numeric_variable, table_variable

COUNTED: Final = ("count", "percent")
STATISTICS: Final = (*COUNTED, "mean", "min", "max", "median", "sum", "sd")
MOST_AXES: Final = 6


class Barchart(ShowCommand, name="barchart"):
    """Draw bars: units by categories, or statistics of numeric variables."""

    group = "charts"
    offers = {"STATISTIC": STATISTICS}
    options_table = {
        "over": Option("variables whose values stand along the axis", "words"),
        "by": Option("variables whose values get charts of their own", "words"),
        "stack": Option("the bars of a group on top of one another (count and percent)"),
        "horizontal": Option("lying bars"),
    }

    statistic: Word
    variables: Words
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """The statistic must be known, the variables of its kind, and `stack` have groups."""
        wanted = self.statistic.text
        if wanted not in STATISTICS:
            hint = suggestion(wanted, STATISTICS) or f"one of: {', '.join(STATISTICS)}"
            wrong(
                "unknown-statistic", f"there is no statistic '{wanted}'", self.statistic.span, hint
            )
        for word in self.variables:
            if wanted in COUNTED:
                table_variable(scope, word)
            else:
                numeric_variable(scope, word, f"{self.name}({wanted})")
        check_groups(scope, self.options, self.variables, wanted in COUNTED)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)
        stack = self.options.call("stack")
        if stack is not None and wanted not in COUNTED:
            wrong("options-exclude", "'stack' goes with count and percent only", stack.span)
        if stack is not None and "over" not in self.options:
            wrong("options-exclude", "'stack' needs over()", stack.span, "write 'over(VARIABLE)'")

    def run(self, dataset: Dataset, scope: Scope) -> Chart:
        """Ask for the counts, or for the values in each cell."""
        panels, groups = found(scope, self.options, "by"), found(scope, self.options, "over")
        variables = [scope.find(word) for word in self.variables]
        called = f"{self.name} ({self.statistic})"
        settings = {
            "title": title(called, self.variables, self.condition, self.options),
            "statistic": self.statistic.text,
            "stack": "stack" in self.options,
            "horizontal": "horizontal" in self.options,
        }
        rows = selected(dataset, self.condition)
        outer = (len(panels), len(groups))
        if self.statistic.text in COUNTED:
            axes = [*panels, *groups, *variables]
            return Chart(
                "bar", rows.counts(axes, False, ("freq",), settings), *outer, options=settings
            )
        rows = complete(rows, self.variables)
        axes = [*panels, *groups]
        values = rows.magnitudes(axes, variables, False, (self.statistic.text,), settings)
        return Chart("bar", values, *outer, options=settings)


def check_groups(scope: Scope, options: Options, variables: Words, counted: bool) -> None:
    """Check the variables of by() and over(): each may stand in a table, and only once."""
    words = [*options.words("by"), *options.words("over")]
    for word in words:
        table_variable(scope, word)
    names = [word.text for word in (*words, *variables)]
    twice = [word for word in words if names.count(word.text) > 1]
    if twice and (counted or len({word.text for word in words}) < len(words)):
        wrong("duplicate-variable", "a variable is named twice", twice[0].span)
    if len({word.text for word in variables}) < len(list(variables)):
        wrong("duplicate-variable", "a variable is named twice", variables.span)
    axes = len(words) + (len(list(variables)) if counted else 0)
    if axes > MOST_AXES:
        wrong("too-many-variables", f"a chart takes at most {MOST_AXES} variables", variables.span)


def found(scope: Scope, options: Options, option: str) -> list[Variable]:
    """Give the variables in the parentheses of an option."""
    return [scope.find(word) for word in options.words(option)]


def complete(dataset: Dataset, words: Words) -> Dataset:
    """Give the rows that have all of several variables; of one alone the statistics see to it."""
    names = [Name(word.text, word.span) for word in words]
    if len(names) < 2:
        return dataset
    tests: list[Expression] = [
        Unary("!", Call("sysmiss", (name,), name.span, name.span), name.span) for name in names
    ]
    whole = reduce(lambda a, b: Binary("&", a, b, words.span), tests)
    rows = selected(dataset, Condition(whole, words.span))
    # Left out as missing, which every result says anyway, not by a filter of the script.
    return rows.described(replace(rows.shape, history=dataset.shape.history))


def title(command: str, words: Words, condition: Condition | None, options: Options) -> str:
    """Give the title of a chart: the call that made it."""
    written = titled(command, words, condition)
    told = " ".join(_option(call) for call in options)
    return f"{written}, {told}" if told else written


def _option(call: OptionCall) -> str:
    if call.arguments is None:
        return call.name.text
    parts = [
        a.factors[0].name.text if isinstance(a, Term) else f"{a.value}" for a in call.arguments
    ]
    return f"{call.name}({', '.join(parts)})"
