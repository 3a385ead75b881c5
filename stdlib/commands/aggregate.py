"""Add statistics of groups to the rows of the groups."""

from kohort import wording
from kohort.command import Option, SteerCommand
from kohort.diagnostic import wrong
from kohort.phrases import Aggregates, Options, Word
from kohort.results import Done, Raw
from kohort.scope import Kind, Scope, Shape, Type, Variable
from kohort.session import Session

from .collapse import STATISTICS, group_statistic, grouping_variable


class AggregateRows(SteerCommand, name="aggregate"):
    """Add variables that hold, in each row, a statistic of the row's group."""

    group = "data preparation"
    offers = {"STATISTIC": STATISTICS}
    options_table = {"by": Option("the variable whose values form the groups", "words")}

    aggregates: Aggregates
    options: Options

    def check(self, scope: Scope) -> None:
        """Statistics and variables must be right; every result needs a new name."""
        shape = scope.filled(self.span)
        by = scope.find(self._by(), shape)
        for item in self.aggregates:
            if item.new is None:
                wrong(
                    "no-new-name",
                    f"the result for '{item.variable}' has no name",
                    item.span,
                    f"write '{item.variable} -> NAME'",
                )
            made = group_statistic(scope, shape, by, item)
            scope.new_variable(item.new, scope.shape(self.span))
            scope.update(scope.shape(self.span).with_variables(made))

    def _by(self) -> Word:
        return grouping_variable(self.options, self.name, self.span, "form the groups")

    def recover(self, scope: Scope) -> None:
        """Go on with results of unknown type."""
        shape = scope.datasets.get(scope.active or "")
        for item in self.aggregates:
            if shape is not None and item.new is not None and shape.find(item.new.text) is None:
                unknown = Variable(item.new.text, Type.UNKNOWN, wording.UNKNOWN)
                shape = shape.with_variables(unknown)
                scope.update(shape)

    def run(self, session: Session) -> Raw:
        """Group the rows and give each its group's value.

        Under protection the values of groups of ten or more are published ones, as in a collapse:
        what so many rows share is no secret of theirs, and tables and filters would tell it. In
        groups that are not protected units a smaller one has none at all.
        """
        shape = session.scope.shape(self.span)
        dataset = session.datasets[shape.name]
        by = session.scope.find(self._by(), dataset.shape)
        statistics = [
            (a.statistic.text, session.scope.find(a.variable, dataset.shape).name, a.new.text)
            for a in self.aggregates
            if a.new is not None
        ]
        published = None
        if session.gate.protected and not dataset.shape.public:
            told = session.gate.publish(dataset.collapse_evidence(by.name, statistics), self.span)
            made = {new: shape.variables[new] for _, _, new in statistics}
            groups = Shape("", Kind.AGGREGATED, by.unit_type, by, made, public=True)
            published = dataset.from_published(groups, told.codes, told.columns)
        changed = dataset.aggregated(by.name, statistics, published, by.type is Type.KEY)
        names = " ".join(new for _, _, new in statistics)
        words = {"names": names, "by": self._by().text, "dataset": shape.name}
        done = Done("aggregated", words)
        session.put(changed.described(shape), done, self.span)
        return done
