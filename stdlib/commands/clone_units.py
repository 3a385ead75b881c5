"""Make a dataset of the units of another."""

from dataclasses import replace

from kohort import wording
from kohort.command import SteerCommand
from kohort.diagnostic import wrong
from kohort.phrases import Word
from kohort.results import Raw
from kohort.scope import Kind, Scope, Shape
from kohort.session import Session


class CloneUnits(SteerCommand, name="clone-units"):
    """Make a dataset of the units of another, without variables; the active one stays the same."""

    group = "datasets"

    source: Word
    new: Word

    def check(self, scope: Scope) -> None:
        """The source must exist and hold units, the new name must be free."""
        shape = scope.dataset(self.source)
        if shape.key is None:
            hint = f"'use {shape.name}' and 'import' something first"
            wrong("empty-dataset", f"'{shape.name}' is empty", self.source.span, hint)
        scope.new_dataset(self.new)
        scope.update(self._made(shape))

    def recover(self, scope: Scope) -> None:
        """Go on with the units where the source exists, with an empty dataset where not."""
        if self.new.text not in scope.datasets:
            shape = scope.datasets.get(self.source.text, Shape(self.new.text))
            scope.update(self._made(shape))

    def _made(self, shape: Shape) -> Shape:
        kind = Kind.EMPTY if shape.key is None else Kind.UNITS
        population = units_population(shape)
        return replace(
            shape, name=self.new.text, kind=kind, variables={}, population=population, event=None
        ).after("units", dataset=shape.name)

    def run(self, session: Session) -> Raw:
        """Give every unit one row."""
        shape = session.scope.datasets[self.new.text]
        made = session.datasets[self.source.text].units_only().described(shape)
        session.datasets[self.new.text] = made.rebased()
        words = {"source": self.source.text, "new": self.new.text}
        return made.size("cloned_units", words, change=False)


def units_population(shape: Shape) -> wording.Population:
    """Give the population of a dataset's distinct units: those that have a row in it."""
    if shape.kind not in (Kind.EVENT, Kind.PANEL) or shape.key is None:
        return shape.population
    having_rows = wording.units_of(shape.key.meaning, shape.population)
    return shape.population.of_units or wording.EVERYBODY.keep(having_rows)
