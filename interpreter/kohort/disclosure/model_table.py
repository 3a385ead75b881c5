"""The printed form of a model, from its published numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kohort.diagnostic import Span
from kohort.disclosure.counts import unprotected
from kohort.disclosure.keys import Secret
from kohort.disclosure.model_numbers import Coefficients, FurtherTable, ModelNumbers
from kohort.disclosure.model_reading import evidence_of
from kohort.disclosure.model_support import OTHER, Grouping
from kohort.disclosure.models import Refusal, release_model
from kohort.disclosure.profile import Profile
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released import Cell, Key, Model, Note, Several, Table
from kohort.estimators.design import CONSTANT, DesignTooWideError
from kohort.estimators.problem import NotEstimableError
from kohort.results import ModelCases
from kohort.scope import Code, Type, Variable

_LEVEL = re.compile(r"^i\.(.+)\[(.*)\]$", re.DOTALL)
# Rows beside those of columns that are named by a heading key.
_TOLD = frozenset({"at_means", "mean_vif"})
_REASONS = {
    "SDC-M1": "SDC-M1",
    "constant outcome": "no-variation",
    "no regressor": "no-regressor",
}


def model(secret: Secret, profile: Profile, raw: ModelCases, span: Span) -> Model | Several:
    """Give what may be shown of a model. Raises `RefusedError`."""
    numbers = model_numbers(secret, profile, raw, span)
    names = Names(raw)
    heads = str(raw.options.get("coefficients", "coef"))
    notes = _notes(profile, raw, names, numbers)
    title = str(raw.options.get("title", ""))
    shown = Model(title, _header(raw, names, numbers), _table(names, numbers, heads), notes)
    if not numbers.tables:
        return shown
    return Several((shown, *(_further(names, table, numbers) for table in numbers.tables)))


def model_numbers(secret: Secret, profile: Profile, raw: ModelCases, span: Span) -> ModelNumbers:
    """Give the published numbers of a model. Raises `RefusedError`."""
    protected = not unprotected(profile.counts)
    assert raw.estimator is not None
    name = ""
    try:
        evidence, _ = evidence_of(raw, protected)
        numbers = release_model(secret, profile, evidence, raw.estimator)
    except DesignTooWideError as error:
        raise RefusedError("too-wide", _span_of(raw, error.operands) or span) from None
    except NotEstimableError as error:
        numbers = Refusal("SDC-M1" if protected else error.reason)
        name = "" if protected else error.name
    if isinstance(numbers, Refusal):
        # Without protection the only guard is that there be more units than parameters.
        plain = not protected and numbers.reason == "SDC-M1"
        reason = "too few rows" if plain else numbers.reason
        raise RefusedError(_REASONS.get(reason, reason.replace(" ", "-")), span, name)
    return numbers


def _span_of(raw: ModelCases, operands: tuple[str, ...]) -> Span | None:
    """Give the place of the first term in which all operands stand."""
    for terms in raw.terms.values():
        for term in terms:
            if operands and set(operands) <= {factor.name.text for factor in term.factors}:
                return term.span
    return None


# ---- names


class Names:
    """Printed names of the columns of a model."""

    def __init__(self, raw: ModelCases) -> None:
        self.factors: dict[str, Variable] = {
            **{name: levels.variable for name, levels in raw.factors.items()},
            **{f"@{role}": levels.variable for role, levels in raw.groups.items()},
        }

    def printed(self, name: str) -> str:
        """Give `a = 2 (label) # b = 1` for `i.a[2]#i.b[1]`; `@role` stands for its variable."""
        parts = name.split("#")
        if not any(_LEVEL.match(part) for part in parts):
            return name
        return " # ".join(self._part(part) for part in parts)

    def _part(self, part: str) -> str:
        level = _LEVEL.match(part)
        if level is None:
            return part.removeprefix("c.")
        return f"{self.factors[level[1]].name} = {self.code(level[1], level[2])}"

    def code(self, factor: str, code: Code) -> str:
        """Give a code of a factor, or of the variable of a role, with its label."""
        if code == OTHER:
            return OTHER
        variable = self.factors[factor]
        decimal = variable.type is Type.DECIMAL
        # What became a number without a list of codes is decimal: its 2 is no 2.0 to a reader.
        written = str(code).removesuffix(".0") if decimal else str(code)
        pairs = () if variable.labels is None else variable.labels.pairs
        known = {str(c).removesuffix(".0") if decimal else str(c): label for c, label in pairs}
        label = known.get(written)
        return written if label in {None, written} else f"{written} ({label})"


# ---- tables


def _table(names: Names, numbers: ModelNumbers, heads: str) -> Table:
    test = numbers.tests
    first = numbers.equations[0]
    wanted = [heads, *(() if first.errors is None else ("se",))]
    wanted += [] if first.t is None else [test, "p"]
    wanted += ["lower", "upper"]
    columns = tuple(_column(name, numbers.level) for name in wanted)
    rows: list[tuple[Key, ...]] = []
    cells: list[tuple[Cell, ...]] = []
    blank = tuple(Cell(None, "missing") for _ in columns)
    for equation in numbers.equations:
        if equation.heading is not None:
            rows.append((Key("equation", equation.heading, names.printed(equation.heading)),))
            cells.append(blank)
        _add_terms(names, numbers, equation, rows, cells)
        if numbers.constant == "hidden":
            rows.append((Key("term", CONSTANT),))
            cells.append(tuple(Cell(None, "hidden") for _ in columns))
    return Table("", (Key("statistic", "term"),), tuple(rows), columns, tuple(cells))


def _column(name: str, level: float) -> tuple[Key, ...]:
    return (Key("statistic", name, f"{level:g}" if name in {"lower", "upper"} else None),)


def _add_terms(
    names: Names,
    numbers: ModelNumbers,
    equation: Coefficients,
    rows: list[tuple[Key, ...]],
    cells: list[tuple[Cell, ...]],
) -> None:
    arrays = [
        a
        for a in (
            equation.coefficients, equation.errors, equation.t, equation.p, equation.lower,
            equation.upper,
        )
        if a is not None
    ]  # fmt: skip
    headed: set[str] = set()
    for place, name in enumerate(equation.names):
        factor = _main_effect(name)
        if factor is not None and factor not in headed:
            headed.add(factor)
            rows.append((_reference(names, numbers.groupings[factor], factor),))
            cells.append(tuple(Cell(None, "missing") for _ in arrays))
        rows.append((_term(names, name),))
        cells.append(tuple(_number(float(array[place])) for array in arrays))


def _term(names: Names, name: str) -> Key:
    if name.startswith("@"):
        return Key("term", name[1:])
    return Key("term", name, None if name == CONSTANT else names.printed(name))


def _main_effect(name: str) -> str | None:
    level = _LEVEL.match(name)
    return level[1] if level is not None and "#i." not in name and "#c." not in name else None


def _reference(names: Names, grouping: Grouping, factor: str) -> Key:
    reference = OTHER if grouping.reference is None else names.code(factor, grouping.reference)
    return Key("reference", factor, reference)


def _number(value: float | None) -> Cell:
    if value is None or value != value or abs(value) == float("inf"):
        return Cell(None, "missing")
    return Cell(value)


def _further(names: Names, table: FurtherTable, numbers: ModelNumbers) -> Table:
    columns = tuple(_column(name, numbers.level) for name in table.columns)
    starts = {}
    first = 0
    for heading, size in table.headings:
        starts[first] = heading
        first += size
    rows: list[tuple[Key, ...]] = []
    cells: list[tuple[Cell, ...]] = []
    for place, (name, line) in enumerate(zip(table.rows, table.cells, strict=True)):
        if place in starts:
            rows.append((Key("equation", starts[place], names.printed(starts[place])),))
            cells.append(tuple(Cell(None, "missing") for _ in columns))
        told = table.stub == "statistic" or name in _TOLD
        rows.append((Key("equation", name) if told else _term(names, name),))
        shown = [Cell(None, "hidden") if table.hidden else _number(value) for value in line]
        cells.append(tuple(shown))
    return Table("", (Key("statistic", table.title),), tuple(rows), columns, tuple(cells))


# ---- header and notes


def _header(
    raw: ModelCases, names: Names, numbers: ModelNumbers
) -> tuple[tuple[str, Cell | str], ...]:
    lines: list[tuple[str, Cell | str]] = []
    outcome = raw.columns.get("outcome")
    if outcome is not None:
        lines.append(("outcome", outcome[0].name))
    elif "outcome" in raw.groups:
        lines.append(("outcome", raw.groups["outcome"].variable.name))
    lines.append(("nobs", _number(numbers.observations)))
    for name, value in numbers.header:
        shown = names.printed(value) if isinstance(value, str) else _number(value)
        lines.append((name, shown))
    covariance = raw.options.get("covariance")
    if covariance is not None:
        lines.append(("errors", covariance))
    return tuple(lines)


def _notes(
    profile: Profile, raw: ModelCases, names: Names, numbers: ModelNumbers
) -> tuple[Note, ...]:
    notes = []
    for key, gone in (
        ("dropped_terms", numbers.dropped),
        ("unsupported_terms", numbers.unsupported),
    ):
        if gone:
            notes.append(Note(key, {"names": ", ".join(gone)}))
    notes.extend(_merged(numbers.groupings))
    notes.extend(_merged({names.factors[f"@{r}"].name: g for r, g in numbers.printed.items()}))
    if numbers.controls:
        names_of = str(raw.options.get("controls", ""))
        notes.append(Note("controls", {"n": numbers.controls, "names": names_of}))
    if numbers.constant == "hidden":
        notes.append(Note("constant_hidden"))
    notes.extend(Note(key, dict(words)) for key, words in numbers.notes)
    if profile.models.eta > 0:
        notes.append(Note("noisy_estimates"))
    return tuple(notes)


def _merged(groupings: Mapping[str, Grouping]) -> list[Note]:
    return [
        Note("merged_levels", {"variable": name, "names": grouping.merged})
        for name, grouping in groupings.items()
        if grouping.merged is not None
    ]


__all__ = ["Names", "model", "model_numbers"]
