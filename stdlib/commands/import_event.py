"""Fetch the spells of a register variable."""

from dataclasses import replace

from kohort import wording
from kohort.bank import Databank
from kohort.command import DataCommand
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.phrases import Date, Path, Word
from kohort.register import RegisterVariable
from kohort.results import Size
from kohort.scope import Kind, Labels, Scope, Shape, Type, Variable

from .import_ import check_unit_type, is_public, register_column, unit_key, unknown_key


class ImportEvent(DataCommand, name="import-event"):
    """Fetch every spell of an event variable that overlaps a period, one row each."""

    group = "data preparation"

    path: Path
    first: Date
    last: Date
    new: Word | None

    @property
    def target(self) -> Word:
        """The name of the new variable."""
        return self.path.name if self.new is None else self.new

    def check(self, scope: Scope) -> None:
        """The dataset must hold no variables, the variable spells, and the period some days."""
        shape = scope.shape(self.span)
        bank, entry = scope.register_variable(self.path)
        check_without_variables(shape, self)
        self._check_spells(entry)
        self._check_period(entry)
        check_unit_type(shape, bank, entry, self.path.span)
        scope.new_variable(self.target, shape)
        scope.update(self._filled(shape, bank, entry))

    def recover(self, scope: Scope) -> None:
        """Go on with variables of unknown type, and units of unknown type where there are none."""
        shape = scope.datasets.get(scope.active or "")
        if shape is None:
            return
        if shape.key is None:
            shape = replace(shape, kind=Kind.EVENT, key=unknown_key())
        for name in spell_names(self.target.text):
            if shape.find(name) is None:
                shape = shape.with_variables(Variable(name, Type.UNKNOWN, wording.UNKNOWN))
        scope.update(shape)

    def _check_spells(self, entry: RegisterVariable) -> None:
        if entry.temporality != "EVENT":
            dated = "" if entry.temporality == "FIXED" else " DATE"
            wrong(
                "not-an-event-variable",
                f"'{entry.name}' does not come in spells (it is {_WORDS[entry.temporality]})",
                self.path.name.span,
                f"write 'import {self.path.alias}/{entry.name}{dated}'",
            )

    def _check_period(self, entry: RegisterVariable) -> None:
        first, last = self.first, self.last
        if last.days < first.days:
            message = f"the period ends on {last.text}, before it begins"
            wrong("period-reversed", message, last.span, f"write '{last.text} to {first.text}'")
        early = entry.start is not None and last.days < entry.start
        late = entry.stop is not None and first.days > entry.stop
        if early or late:
            message = f"'{entry.name}' has no data in this period, it covers {entry.coverage}"
            wrong("date-outside", message, first.span.to(last.span))

    def _filled(self, shape: Shape, bank: Databank, entry: RegisterVariable) -> Shape:
        first, last = self.first, self.last
        value, start, stop = spell_names(self.target.text)
        pairs = entry.labels_between(first.days, last.days)
        column = replace(
            register_column(bank, entry, last, value),
            meaning=wording.spell(bank.name, entry.name, "value"),
            labels=Labels(pairs) if pairs else None,
            codes=tuple(code for code, _ in pairs) or None,
            source=f"{entry.name} {first.text} to {last.text}",
        )
        days = [
            Variable(
                name, Type.INTEGER, wording.spell(bank.name, entry.name, part),
                source=f"{entry.name}, {said}", title=said, sensitive=column.sensitive,
            )
            for name, part, said in ((start, "start", "first day"), (stop, "stop", "last day"))
        ]  # fmt: skip
        spells = wording.spells(bank.name, entry.name, first.text, last.text)
        public = is_public(entry) if shape.key is None else shape.public
        filled = replace(
            shape, kind=Kind.EVENT, unit_type=entry.unit_type, event=value, public=public,
            key=shape.key or unit_key(entry.unit_type, bank),
            population=shape.population.keep(spells),
        )  # fmt: skip
        told = filled.after(
            "spells", unit="" if shape.key else entry.unit_type, variable=entry.name,
            first=first.text, last=last.text,
        )  # fmt: skip
        return told.with_variables(column, *days)

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Read the spells."""
        bank, entry = scope.register_variable(self.path)
        return dataset.spells(bank, entry, self.first, self.last, spell_names(self.target.text))

    def registers(self, scope: Scope) -> tuple[tuple[Databank, RegisterVariable], ...]:
        """Give the register that is imported."""
        return (scope.register_variable(self.path),)

    def status(self, dataset: Dataset, before: Shape) -> Size:
        """Name variable and period, and count the units that have a spell."""
        words = {
            "variable": self.path.name.text, "alias": self.target.text,
            "dataset": dataset.shape.name, "first": self.first.text, "last": self.last.text,
        }  # fmt: skip
        return dataset.size("imported_event", words)


_WORDS = {"FIXED": "fixed", "STATUS": "cross-section", "ACCUMULATED": "accumulated"}


def spell_names(name: str) -> tuple[str, str, str]:
    """Give the names of the three columns of event data: value, first day, last day."""
    return name, f"START@{name}", f"STOP@{name}"


def check_without_variables(shape: Shape, command: DataCommand) -> None:
    """Raise `dataset-not-empty` unless a dataset holds at most units."""
    if shape.kind in (Kind.EVENT, Kind.PANEL) or shape.variables:
        event = shape.kind is Kind.EVENT
        held = "variables (the spells of one)" if event else "variables"
        message = (
            f"'{shape.name}' holds {held} already; '{command.name}' needs a dataset without any"
        )
        wrong(
            "dataset-not-empty",
            message,
            command.span,
            "'create-dataset' another one, or 'clone-units' this one, and 'use' that",
        )
