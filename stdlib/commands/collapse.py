"""Turn rows into groups."""

from dataclasses import replace

from kohort import wording
from kohort.command import Option, SteerCommand
from kohort.diagnostic import Span, suggestion, wrong
from kohort.phrases import Aggregate, Aggregates, Options, Word
from kohort.results import Raw
from kohort.scope import Kind, Scope, Shape, Type, Variable
from kohort.session import Session

STATISTICS = (
    "mean", "min", "max", "sum", "median", "count", "sd", "semean", "sebinomial", "percent", "iqr",
    "gini",
)  # fmt: skip
_KEEPS_TYPE = ("min", "max", "sum")
_KEEPS_LABELS = ("min", "max")


class Collapse(SteerCommand, name="collapse"):
    """Replace the dataset by one row per value of a variable, with statistics of the others."""

    group = "data preparation"
    offers = {"STATISTIC": STATISTICS}
    options_table = {"by": Option("the variable whose values become the new units", "words")}

    aggregates: Aggregates
    options: Options

    def check(self, scope: Scope) -> None:
        """Statistics, variables and names must be right, and the new unit type known or public."""
        shape = scope.shape(self.span)
        by = scope.find(grouping_variable(self.options, self.name, self.span), shape)
        results: dict[str, Variable] = {}
        for item in self.aggregates:
            variable = group_statistic(scope, shape, by, item)
            if variable.name in results or variable.name == by.name:
                twice = f"two results are called '{variable.name}'"
                taken = f"'{by.name}' is the name of the by-variable"
                wrong(
                    "duplicate-result",
                    taken if variable.name == by.name else twice,
                    (item.new or item.variable).span,
                    f"write '{item.variable} -> NAME'",
                )
            results[variable.name] = variable
        scope.update(self._collapsed(shape, by, results))

    def _collapsed(self, shape: Shape, by: Variable, results: dict[str, Variable]) -> Shape:
        units = wording.units_of(by.meaning, shape.population)
        population = wording.EVERYBODY.keep(units).keep(wording.present(by.meaning))
        return Shape(
            shape.name, Kind.AGGREGATED, by.unit_type, by, results,
            population, public=by.type is not Type.KEY, history=shape.history,
        ).after("grouped", by=by.name)  # fmt: skip

    def recover(self, scope: Scope) -> None:
        """Go on with results of unknown type."""
        shape = scope.datasets.get(scope.active or "")
        if shape is None:
            return
        found = {
            _name(item): Variable(_name(item), Type.UNKNOWN, wording.UNKNOWN)
            for item in self.aggregates
        }
        words = self.options.words("by")
        key = shape.find(words[0].text) if words else shape.key
        scope.update(replace(shape, kind=Kind.AGGREGATED, key=key, variables=found))

    def run(self, session: Session) -> Raw:
        """Group the rows; groups that are not protected units become published numbers."""
        assert session.scope.active is not None
        dataset = session.datasets[session.scope.active]
        shape = session.scope.datasets[session.scope.active]
        by = grouping_variable(self.options, self.name, self.span).text
        specification = [(a.statistic.text, a.variable.text, _name(a)) for a in self.aggregates]
        if shape.public:
            published = session.gate.publish(
                dataset.collapse_evidence(by, specification), self.span
            )
            collapsed = dataset.from_published(shape, published.codes, published.columns)
        else:
            assert shape.unit_type is not None
            collapsed = dataset.collapsed(by, specification, shape.unit_type).described(shape)
        status = collapsed.size("collapsed", {"dataset": shape.name, "by": by}, not shape.public)
        session.put(collapsed, status, self.span)
        return status


def grouping_variable(
    options: Options, command: str, span: Span, become: str = "become the new units"
) -> Word:
    """Give the one variable in `by()`, or raise `by-missing` or `one-by-variable`."""
    words = options.words("by")
    if not words:
        hint = f"write '..., by(VARIABLE)': its values {become}"
        wrong("by-missing", f"'{command}' needs a by-variable", span, hint)
    if len(words) > 1:
        wrong(
            "one-by-variable",
            "by() takes one variable",
            words[1].span,
            "join two first: generate k = rowconcat(string(a), '_', string(b))",
        )
    return next(iter(words))


def group_statistic(scope: Scope, shape: Shape, by: Variable, item: Aggregate) -> Variable:
    """Give the variable that a statistic of a group becomes, or raise what is wrong with it."""
    check_statistic(item.statistic)
    variable = scope.find(item.variable, shape)
    statistic = item.statistic.text
    if variable.type is Type.KEY and statistic != "count":
        message = f"'{variable.name}' identifies units; only (count) takes it"
        wrong("pseudonym-used", message, item.variable.span)
    if variable.type is Type.TEXT and statistic != "count":
        wrong(
            "needs-a-number",
            f"'{variable.name}' is text; ({statistic}) needs a numeric variable",
            item.variable.span,
            f"'destring {variable.name}' first, or use (count)",
        )
    meaning = wording.aggregated(statistic, variable.meaning, by.meaning, shape.population)
    type_ = variable.type if statistic in _KEEPS_TYPE else Type.DECIMAL
    if statistic == "count":
        type_ = Type.INTEGER
    labels = variable.labels if statistic in _KEEPS_LABELS else None
    return Variable(
        _name(item), type_, meaning, labels=labels, sensitive=variable.sensitive or by.sensitive
    )


def check_statistic(word: Word) -> None:
    """Raise unless the word is a statistic of `collapse`."""
    if word.text not in STATISTICS:
        hint = suggestion(word.text, STATISTICS) or f"there are: {', '.join(STATISTICS)}"
        wrong("unknown-statistic", f"there is no statistic '{word.text}'", word.span, hint)


def _name(item: Aggregate) -> str:
    return item.variable.text if item.new is None else item.new.text
