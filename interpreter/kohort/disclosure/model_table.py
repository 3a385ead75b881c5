"""The printed form of a linear model, from its published numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

from kohort import wording
from kohort.diagnostic import Span
from kohort.disclosure.keys import Secret
from kohort.disclosure.model_evidence import Category, LinearEvidence, Measure, Operand
from kohort.disclosure.model_support import OTHER, Grouping
from kohort.disclosure.models import ModelNumbers, Refusal, release_linear
from kohort.disclosure.profile import Profile
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released import Cell, Key, Model, Note, Table
from kohort.estimators.design import DesignTooWideError
from kohort.phrases import Term
from kohort.results import LinearModel
from kohort.scope import Code, Variable

_COLUMNS = ("coef", "se", "t", "p", "lower", "upper")
_LEVEL = re.compile(r"^i\.(.+)\[(.*)\]$", re.DOTALL)
_REASONS = {
    "SDC-M1": "SDC-M1",
    "constant outcome": "no-variation",
    "too few rows": "too-few-rows",
    "no regressor": "no-regressor",
}


def model(secret: Secret, profile: Profile, raw: LinearModel, span: Span) -> Model:
    """Give what may be shown of a linear model. Raises `RefusedError`."""
    try:
        numbers = release_linear(secret, profile, evidence_of(raw))
    except DesignTooWideError:
        raise RefusedError("too-wide", span) from None
    if isinstance(numbers, Refusal):
        raise RefusedError(_REASONS[numbers.reason], span)
    names = _Names(raw)
    title = str(raw.options.get("title", ""))
    notes = _notes(profile, raw, numbers)
    return Model(title, _header(raw, numbers), _table(names, numbers), notes)


# ---- evidence


def evidence_of(raw: LinearModel) -> LinearEvidence:
    """Give the model's complete cases in the form that its release works on."""
    used = [raw.outcome, *(v for v, _ in raw.continuous.values())]
    used += [levels.variable for levels in raw.factors.values()]
    population = raw.shape.population
    for variable in used:
        population = population.keep(wording.observed(variable))
    outcome = Measure(raw.outcome.name, raw.outcome.meaning, raw.y, raw.outcome.binary)
    return LinearEvidence(
        outcome=outcome,
        products=products(raw),
        measures={
            name: Measure(name, variable.meaning, x, variable.binary)
            for name, (variable, x) in raw.continuous.items()
        },
        categories={
            name: Category(
                name, levels.variable.meaning, levels.codes, levels.index, levels.variable.codes
            )
            for name, levels in raw.factors.items()
        },
        keys=raw.keys,
        population=population,
        units=raw.units,
        constant=not raw.options.get("noconstant"),
        robust=bool(raw.options.get("robust")),
        level=float(raw.options.get("level", 95.0)),
        lists={v.meaning: v.codes for v in raw.shape.variables.values() if v.codes is not None},
    )


def products(raw: LinearModel) -> tuple[tuple[Operand, ...], ...]:
    """Give the regressors in printing order: `##` spelled out, nothing twice."""
    factors = raw.options.get("factor_names", frozenset())
    found: dict[tuple[Operand, ...], None] = {}
    for term in raw.terms:
        operands = _operands(term, factors)
        if term.operator == "##":
            for size in range(1, len(operands) + 1):
                for chosen in combinations(operands, size):
                    found.setdefault(chosen)
        else:
            found.setdefault(operands)
    return tuple(found)


def _operands(term: Term, factors: frozenset[str]) -> tuple[Operand, ...]:
    return tuple(
        Operand("i" if f.prefix != "c" and f.name.text in factors else "c", f.name.text)
        for f in term.factors
    )


# ---- names


class _Names:
    """Printed names of the columns of a model."""

    def __init__(self, raw: LinearModel) -> None:
        self.factors: dict[str, Variable] = {
            name: levels.variable for name, levels in raw.factors.items()
        }

    def printed(self, name: str) -> str:
        """Give `a = 2 (label) # b = 1` for `i.a[2]#i.b[1]`."""
        parts = name.split("#")
        if not any(_LEVEL.match(part) for part in parts):
            return name
        return " # ".join(self._part(part) for part in parts)

    def _part(self, part: str) -> str:
        level = _LEVEL.match(part)
        if level is None:
            return part.removeprefix("c.")
        return f"{level[1]} = {self.code(level[1], level[2])}"

    def code(self, factor: str, code: Code) -> str:
        """Give a code with its label."""
        if code == OTHER:
            return OTHER
        labels = self.factors[factor].labels
        known = {} if labels is None else {str(c): label for c, label in labels.pairs}
        label = known.get(str(code))
        return str(code) if label is None else f"{code} ({label})"


# ---- output


def _table(names: _Names, numbers: ModelNumbers) -> Table:
    columns = tuple(
        (Key("statistic", name, f"{numbers.level:g}" if name in ("lower", "upper") else None),)
        for name in _COLUMNS
    )
    rows: list[tuple[Key, ...]] = []
    cells: list[tuple[Cell, ...]] = []
    headed: set[str] = set()
    arrays = (
        numbers.coefficients, numbers.errors, numbers.t, numbers.p, numbers.lower, numbers.upper,
    )  # fmt: skip
    for place, name in enumerate(numbers.names):
        factor = _main_effect(name)
        if factor is not None and factor not in headed:
            headed.add(factor)
            rows.append((_reference(names, numbers.groupings[factor], factor),))
            cells.append(tuple(Cell(None, "missing") for _ in _COLUMNS))
        rows.append((Key("term", name, None if name == "_cons" else names.printed(name)),))
        cells.append(tuple(_number(float(array[place])) for array in arrays))
    if numbers.constant == "hidden":
        rows.append((Key("term", "_cons"),))
        cells.append(tuple(Cell(None, "hidden") for _ in _COLUMNS))
    return Table("", (Key("statistic", "term"),), tuple(rows), columns, tuple(cells))


def _main_effect(name: str) -> str | None:
    level = _LEVEL.match(name)
    return level[1] if level is not None and "#i." not in name and "#c." not in name else None


def _reference(names: _Names, grouping: Grouping, factor: str) -> Key:
    reference = OTHER if grouping.reference is None else names.code(factor, grouping.reference)
    return Key("reference", factor, reference)


def _number(value: float) -> Cell:
    return Cell(value) if value == value and abs(value) != float("inf") else Cell(None, "missing")


def _header(raw: LinearModel, numbers: ModelNumbers) -> tuple[tuple[str, Cell | str], ...]:
    return (
        ("outcome", raw.outcome.name),
        ("nobs", _number(numbers.observations)),
        ("r2", _number(numbers.r2)),
        ("r2_adj", _number(numbers.adjusted_r2)),
        ("f", _number(numbers.f)),
        ("df", f"{numbers.df_model}, {numbers.df_residual}"),
        ("prob_f", _number(numbers.f_p)),
        ("rmse", _number(numbers.root_mse)),
        ("errors", "robust" if numbers.robust else "classical"),
    )


def _notes(profile: Profile, raw: LinearModel, numbers: ModelNumbers) -> tuple[Note, ...]:
    notes = []
    gone = (*numbers.dropped, *numbers.unsupported)
    if gone:
        notes.append(Note("dropped_terms", {"names": ", ".join(gone)}))
    notes.extend(_merged(numbers.groupings))
    if numbers.constant == "hidden":
        notes.append(Note("constant_hidden"))
    if numbers.constant == "none":
        notes.append(Note("uncentred_r2"))
    if profile.models.eta > 0:
        notes.append(Note("noisy_estimates"))
    return tuple(notes)


def _merged(groupings: Mapping[str, Grouping]) -> list[Note]:
    return [
        Note("merged_levels", {"variable": name, "names": grouping.merged})
        for name, grouping in groupings.items()
        if grouping.merged is not None
    ]
