"""Fetch a register variable into the active dataset."""

from dataclasses import replace

from kohort import wording
from kohort.bank import Databank
from kohort.command import DataCommand, Option
from kohort.dataset import Dataset
from kohort.diagnostic import Span, wrong
from kohort.phrases import Date, Options, Path, Word
from kohort.register import RegisterVariable
from kohort.results import Size
from kohort.scope import Kind, Labels, Scope, Shape, Type, Variable
from kohort.unit_type import MUNICIPALITY
from kohort.unit_type import unit_type as find_unit_type


class Import(DataCommand, name="import"):
    """Fetch a register variable; the first import decides which units the dataset holds."""

    group = "data preparation"
    options_table = {"outer_join": Option("also add the units that only the new variable has")}

    path: Path
    date: Date | None
    new: Word | None
    options: Options

    @property
    def target(self) -> Word:
        """The name of the new variable."""
        return self.path.name if self.new is None else self.new

    def check(self, scope: Scope) -> None:
        """Bank, variable, date, unit type and name must fit the dataset."""
        shape = scope.shape(self.span)
        bank, entry = scope.register_variable(self.path)
        entry.check_date(self.date, self.path.name.span if self.date is None else self.date.span)
        self._check_kind(shape)
        check_unit_type(shape, bank, entry, self.path.span)
        scope.new_variable(self.target, shape)
        variable = register_column(bank, entry, self.date, self.target.text)
        scope.update(self._joined(shape, bank, entry, variable))

    def recover(self, scope: Scope) -> None:
        """Go on with a variable of unknown type, and units of unknown type where there are none."""
        shape = scope.datasets.get(scope.active or "")
        if shape is None:
            return
        if shape.key is None:
            shape = replace(shape, kind=Kind.CROSS_SECTION, key=unknown_key())
        if shape.find(self.target.text) is None:
            variable = Variable(self.target.text, Type.UNKNOWN, wording.UNKNOWN)
            shape = shape.with_variables(variable)
        scope.update(shape)

    def _check_kind(self, shape: Shape) -> None:
        if shape.kind in (Kind.EVENT, Kind.PANEL):
            wrong(
                "wrong-kind",
                f"'{shape.name}' holds {shape.kind} data; nothing can be imported into it",
                self.span,
                "import into another dataset and use 'merge'",
            )

    def _joined(
        self, shape: Shape, bank: Databank, entry: RegisterVariable, variable: Variable
    ) -> Shape:
        present = wording.present(variable.meaning)
        said = {"variable": entry.name, "date": None if self.date is None else self.date.text}
        if shape.key is None:
            key = unit_key(entry.unit_type, bank)
            population = wording.EVERYBODY.keep(present)
            shape = replace(
                shape, kind=Kind.CROSS_SECTION, unit_type=entry.unit_type, key=key,
                population=population, public=is_public(entry),
            ).after("found", unit=entry.unit_type, **said)  # fmt: skip
        elif "outer_join" in self.options:
            either = wording.either((wording.both(shape.population.atoms), present))
            widened = replace(shape, population=wording.EVERYBODY.keep(either))
            shape = widened.after("joined", **said)
        if shape.kind in (Kind.UNITS, Kind.EMPTY):
            shape = replace(shape, kind=Kind.CROSS_SECTION)
        return shape.with_variables(variable)

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Join the records of the date on the unit key."""
        bank, entry = scope.register_variable(self.path)
        outer = "outer_join" in self.options
        return dataset.imported(bank, entry, self.date, self.target.text, outer)

    def registers(self, scope: Scope) -> tuple[tuple[Databank, RegisterVariable], ...]:
        """Give the register that is imported."""
        return (scope.register_variable(self.path),)

    def status(self, dataset: Dataset, before: Shape) -> Size:
        """Name variable and date, and count the units; they may be new."""
        words = {
            "variable": self.path.name.text,
            "alias": self.target.text,
            "dataset": dataset.shape.name,
        }
        if self.date is not None:
            words["date"] = self.date.text
        changed = before.key is None or "outer_join" in self.options
        return dataset.size("imported", words, change=changed)


def check_unit_type(shape: Shape, bank: Databank, entry: RegisterVariable, span: Span) -> None:
    """Raise unless a register describes the units of a dataset, if it has any.

    Raises `wrong-unit-type`, `not-public`, or `other-databank` where the units have other numbers.
    """
    if shape.kind is Kind.EMPTY or shape.key is None or shape.key.type is Type.UNKNOWN:
        return
    if shape.unit_type == entry.unit_type:
        if shape.public and not is_public(entry):
            wrong(
                "not-public",
                f"the rows of '{shape.name}' are published, those of '{entry.name}' are not",
                span,
                "import it into a dataset of its own",
            )
        _check_numbers(shape, bank, entry, span)
        return
    units = shape.unit_type or f"values of '{shape.key.name}'"
    wrong(
        "wrong-unit-type",
        f"'{entry.name}' describes {entry.unit_type}, but '{shape.name}' holds {units}",
        span,
        "import it into a dataset of its own, 'collapse' it, and 'merge' it here",
    )


def _check_numbers(shape: Shape, bank: Databank, entry: RegisterVariable, span: Span) -> None:
    assert shape.key is not None
    if shape.key.domain not in {None, unit_key(entry.unit_type, bank).domain}:
        wrong(
            "other-databank",
            f"'{bank.name}' gives units other numbers than the databank of '{shape.name}'",
            span,
            "units can be matched where one owner's key numbers them",
        )


def is_public(entry: RegisterVariable) -> bool:
    """Tell whether a register's rows are published: those of municipalities, unless it denies."""
    return entry.unit_type == MUNICIPALITY and entry.published


def unit_key(unit_type: str, bank: Databank) -> Variable:
    """Give the key variable of a unit type (`PERSONID_1` of PERSON) in a databank."""
    unit = find_unit_type(unit_type)
    domain = bank.numbered(unit.domain) if unit.pseudonymised else unit.domain
    return Variable(
        unit.key, Type.KEY if unit.pseudonymised else Type.TEXT, wording.key(unit_type),
        domain=domain, unit_type=unit_type, title=unit.title,
    )  # fmt: skip


def unknown_key() -> Variable:
    """Give a key that stands for units of which nothing is known, after a mistake."""
    unit = find_unit_type("PERSON")
    return Variable(unit.key, Type.UNKNOWN, wording.UNKNOWN)


def register_column(
    bank: Databank, entry: RegisterVariable, date: Date | None, name: str
) -> Variable:
    """Give the variable that a register entry becomes when it is imported at a date."""
    day = None if date is None else date.days
    pairs = entry.labels_at(day)
    codes = tuple(code for code, _ in pairs)
    at = None if date is None else date.text
    return Variable(
        name,
        entry.type,
        wording.source(bank.name, entry.name, at),
        labels=Labels(pairs) if pairs else None,
        codes=codes or None,
        domain=bank.numbered(entry.domain) if entry.pseudonym else entry.domain,
        unit_type=entry.value_unit_type,
        binary=entry.type.numeric and set(codes) == {0, 1},
        sensitive=entry.sensitive,
        source=entry.name if at is None else f"{entry.name} {at}",
        title=entry.title,
    )
