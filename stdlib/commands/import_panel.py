"""Fetch register variables at several dates."""

from collections.abc import Sequence
from dataclasses import replace

from kohort import wording
from kohort.bank import Databank
from kohort.command import DataCommand
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.phrases import Date, Dates, Path, Paths
from kohort.register import RegisterVariable
from kohort.results import Size
from kohort.scope import Code, Kind, Labels, Scope, Shape, Type, Variable

from .import_ import check_unit_type, is_public, register_column, unit_key, unknown_key
from .import_event import check_without_variables

TIME = "date@panel"
Found = tuple[Path, Databank, RegisterVariable]


class ImportPanel(DataCommand, name="import-panel"):
    """Fetch register variables at several dates: one row per unit and date."""

    group = "data preparation"

    paths: Paths
    dates: Dates | None

    def check(self, scope: Scope) -> None:
        """The dataset must hold no variables; every variable must have data at every date."""
        shape = scope.shape(self.span)
        found = [(path, *scope.register_variable(path)) for path in self.paths]
        check_without_variables(shape, self)
        dates = self._dates()
        for item in found:
            self._check_entry(shape, found[0], item)
            _, _, entry = item
            for date in dates if entry.temporality != "FIXED" else ():
                entry.check_date(date, date.span)
        self._check_names(found)
        scope.update(self._filled(shape, found, dates))

    def recover(self, scope: Scope) -> None:
        """Go on with variables of unknown type, and units of unknown type where there are none."""
        shape = scope.datasets.get(scope.active or "")
        if shape is None:
            return
        if shape.key is None:
            key = unknown_key()
            shape = replace(shape, key=key)
        if not shape.variables:
            shape = replace(shape, kind=Kind.PANEL)
        for name in (TIME, *(path.name.text for path in self.paths)):
            if shape.find(name) is None:
                shape = shape.with_variables(Variable(name, Type.UNKNOWN, wording.UNKNOWN))
        scope.update(shape)

    def _dates(self) -> list[Date]:
        if self.dates is None:
            hint = "write them after the variables, YYYY-MM-DD"
            wrong("date-missing", "'import-panel' needs one or more dates", self.span, hint)
        ordered: dict[int, Date] = {}
        for date in self.dates:
            if date.days in ordered:
                wrong("duplicate-date", f"the date {date.text} stands twice", date.span)
            ordered[date.days] = date
        return [ordered[days] for days in sorted(ordered)]

    def _check_entry(self, shape: Shape, leading: Found, item: Found) -> None:
        _, first_bank, first = leading
        path, bank, entry = item
        if entry.unit_type != first.unit_type and shape.key is None:
            wrong(
                "wrong-unit-type",
                f"'{entry.name}' describes {entry.unit_type}, '{first.name}' {first.unit_type}",
                path.span,
                "the variables of a panel describe one kind of unit",
            )
        if shape.key is None:
            key = unit_key(first.unit_type, first_bank)
            shape = replace(shape, kind=Kind.PANEL, unit_type=first.unit_type, key=key)
        check_unit_type(shape, bank, entry, path.span)

    def _check_names(self, found: Sequence[Found]) -> None:
        names: set[str] = set()
        for path, _, entry in found:
            if entry.name in names:
                wrong("duplicate-variable", f"'{entry.name}' is named twice", path.span)
            names.add(entry.name)

    def _filled(self, shape: Shape, found: Sequence[Found], dates: Sequence[Date]) -> Shape:
        _, bank, first = found[0]
        population, texts = shape.population, [date.text for date in dates]
        if shape.key is None:
            present = [
                wording.present(register_column(bank, first, date, first.name).meaning)
                for date in _asked(first, dates)
            ]
            population = population.keep(wording.either(present))
            public = all(is_public(entry) for _, _, entry in found)
            units = {"unit": first.unit_type, "variable": first.name}
            shape = replace(shape, public=public).after("found", date=None, **units)
        filled = replace(
            shape, kind=Kind.PANEL, unit_type=first.unit_type,
            key=shape.key or unit_key(first.unit_type, bank),
            population=population.keep(wording.grid(texts)),
        ).after("at_dates", dates=", ".join(texts))  # fmt: skip
        columns = [_column(bank, entry, dates) for _, bank, entry in found]
        return filled.with_variables(_day(dates), *columns)

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Lay out the grid of units and dates; values are read when somebody asks."""
        found = [scope.register_variable(path) for path in self.paths]
        variables = [(bank, entry, entry.name) for bank, entry in found]
        return dataset.panel(variables, self._dates(), TIME)

    def registers(self, scope: Scope) -> tuple[tuple[Databank, RegisterVariable], ...]:
        """Give the registers that are imported."""
        return tuple(scope.register_variable(path) for path in self.paths)

    def status(self, dataset: Dataset, before: Shape) -> Size:
        """Name variables and dates, and count the units."""
        words = {
            "variables": " ".join(path.name.text for path in self.paths),
            "dates": ", ".join(date.text for date in self._dates()),
            "dataset": dataset.shape.name,
        }
        return dataset.size("imported_panel", words, change=before.key is None)


def _asked(entry: RegisterVariable, dates: Sequence[Date]) -> Sequence[Date | None]:
    """Give the dates that a variable is asked at: a fixed one has none."""
    return (None,) if entry.temporality == "FIXED" else dates


def _day(dates: Sequence[Date]) -> Variable:
    pairs = tuple((date.days, date.text) for date in dates)
    return Variable(
        TIME, Type.INTEGER, wording.time("day"), labels=Labels(pairs),
        codes=tuple(date.days for date in dates),
        times=tuple((date.days, str(date.days)) for date in dates), title="Date",
    )  # fmt: skip


def _column(bank: Databank, entry: RegisterVariable, dates: Sequence[Date]) -> Variable:
    if entry.temporality == "FIXED":
        return register_column(bank, entry, None, entry.name)
    # Where the name of a code changed between the dates, the later name stands.
    dated = [register_column(bank, entry, date, entry.name) for date in reversed(dates)]
    text = ", ".join(date.text for date in dates)
    joined = together(entry.name, dated, wording.in_panel(bank.name, entry.name))
    return replace(joined, source=f"{entry.name} {text}")


def together(name: str, variables: Sequence[Variable], meaning: wording.Meaning) -> Variable:
    """Give the description of one variable that holds the values of several.

    Labels and codes are those of the first, with what the others have besides.
    """
    first = variables[0]
    pairs: dict[Code, str] = {}
    codes: dict[Code, None] = {}
    missing: frozenset[Code] = frozenset()
    for variable in variables:
        labels = variable.labels or Labels()
        pairs = {**labels.mapping, **pairs}
        codes |= dict.fromkeys(variable.codes or ())
        missing |= labels.missing
    ordered = {code: pairs[code] for v in variables for code in (v.labels or Labels()).mapping}
    decimal = any(v.type is Type.DECIMAL for v in variables)
    return replace(
        first, name=name, meaning=meaning, source=None,
        type=Type.DECIMAL if decimal else first.type,
        labels=Labels(tuple(ordered.items()), missing) if ordered or missing else None,
        codes=tuple(codes) if all(v.codes is not None for v in variables) else None,
        binary=all(v.binary for v in variables),
        sensitive=any(v.sensitive for v in variables),
        domain=first.domain if len({v.domain for v in variables}) == 1 else None,
        unit_type=first.unit_type if len({v.unit_type for v in variables}) == 1 else None,
    )  # fmt: skip
