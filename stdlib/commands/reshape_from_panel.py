"""Turn a panel into one row per unit."""

from dataclasses import replace

from kohort import wording
from kohort.command import DataCommand
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.results import Size
from kohort.scope import Kind, Scope, Shape, Variable

from .clone_units import units_population
from .import_panel import TIME


class ReshapeFromPanel(DataCommand, name="reshape-from-panel"):
    """Turn every variable of a panel into one for each time, with one row per unit."""

    group = "datasets"

    def check(self, scope: Scope) -> None:
        """The dataset must be a panel whose times are known, and no two names may be the same."""
        shape = scope.filled(self.span)
        if shape.kind is not Kind.PANEL:
            wrong(
                "not-a-panel",
                f"'{shape.name}' holds {shape.kind} data, not a panel",
                self.span,
                "'import-panel' and 'reshape-to-panel' make panels",
            )
        time = time_of(shape)
        if time is None:
            wrong(
                "times-unknown",
                f"the times of the panel '{shape.name}' are not in it any more",
                self.span,
                f"leave '{TIME}' as it is, and change a copy of it",
            )
        wide: dict[str, Variable] = {}
        for variable in _spread(shape, time):
            for value, suffix in time.times:
                made = _at(shape, variable, value, suffix)
                self._check_name(shape, wide, made)
                wide[made.name] = made
        population = units_population(shape)
        apart = replace(shape, kind=Kind.CROSS_SECTION, variables=wide, population=population)
        scope.update(apart.after("one_row"))

    def recover(self, scope: Scope) -> None:
        """Go on with a dataset of one row per unit."""
        shape = scope.datasets.get(scope.active or "")
        if shape is not None and shape.kind is Kind.PANEL:
            scope.update(replace(shape, kind=Kind.CROSS_SECTION))

    def _check_name(self, shape: Shape, wide: dict[str, Variable], made: Variable) -> None:
        is_key = shape.key is not None and made.name == shape.key.name
        if made.name in wide or is_key:
            wrong(
                "variable-exists",
                f"two variables would be called '{made.name}'",
                self.span,
                "'rename' one of the variables that its name is made from first",
            )
        if not made.name.isidentifier():
            wrong(
                "not-a-name",
                f"'{made.name}' cannot be the name of a variable",
                self.span,
                "days before 1970 have negative numbers, which no name can hold",
            )

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Take the values of each time."""
        shape = dataset.shape
        time = time_of(shape)
        assert time is not None
        names = {
            variable.name: [f"{variable.name}{suffix}" for _, suffix in time.times]
            for variable in _spread(shape, time)
        }
        return dataset.widened(time.name, [value for value, _ in time.times], names)

    def status(self, dataset: Dataset, before: Shape) -> Size:
        """Name the times, and count the units."""
        time = time_of(before)
        assert time is not None
        words = {
            "times": ", ".join(suffix for _, suffix in time.times),
            "dataset": dataset.shape.name,
        }
        return dataset.size("reshaped_from_panel", words, change=False)


def time_of(shape: Shape) -> Variable | None:
    """Give the variable that holds the times as they were made: `date@panel`, or a copy of it."""
    named = shape.variables.get(TIME)
    holding = [v for v in (named, *shape.variables.values()) if v is not None and v.times]
    return holding[0] if holding else None


def _spread(shape: Shape, time: Variable) -> list[Variable]:
    return [v for v in shape.variables.values() if v.name not in (TIME, time.name)]


def _at(shape: Shape, variable: Variable, value: int | str, suffix: str) -> Variable:
    meaning = wording.when(variable.meaning, repr(value), shape.population)
    name = f"{variable.name}{suffix}"
    return replace(variable, name=name, meaning=meaning, source=None, times=())
