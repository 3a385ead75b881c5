"""From the complete cases of a model to the evidence that its release works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from kohort import wording
from kohort.disclosure.model_evidence import Category, Measure, ModelEvidence, Operand, Products
from kohort.estimators.problem import NotEstimableError, Reason
from kohort.meaning import at_most, less
from kohort.phrases import Term, Terms
from kohort.question import Rule
from kohort.results import FactorLevels, ModelCases
from kohort.scope import Variable
from kohort.wording import Meaning

_BROKEN: Mapping[Rule, Reason] = {
    "binary": "not binary",
    "count": "not a count",
    "positive": "not positive",
    "not negative": "negative time",
}


def evidence_of(raw: ModelCases, protected: bool) -> tuple[ModelEvidence, NDArray[np.int64] | None]:
    """Give the model's complete cases in the form that its release works on, and their rows.

    Rows that break a rule of a role are left out under protection, as if the value were missing:
    that they exist is not told. Elsewhere raises `NotEstimableError`.
    """
    raw, conditions = _ruled(raw, protected)
    used = [v for v, _ in (*raw.columns.values(), *raw.continuous.values())]
    used += [levels.variable for levels in (*raw.groups.values(), *raw.factors.values())]
    population = raw.shape.population
    for variable in used:
        population = population.keep(wording.observed(variable))
    for condition in conditions:
        population = population.keep(condition)
    evidence = ModelEvidence(
        columns={
            role: _measure(role, v, x, raw, raw.rules.get(role))
            for role, (v, x) in raw.columns.items()
        },
        groups={role: _category(role, levels, raw) for role, levels in raw.groups.items()},
        printed=raw.options.get("printed", frozenset()),
        parts=_parts(raw),
        measures={
            name: _measure(name, variable, x, raw) for name, (variable, x) in raw.continuous.items()
        },
        categories={name: _category(name, levels, raw) for name, levels in raw.factors.items()},
        keys=raw.keys,
        population=population,
        units=raw.units,
        constant=not raw.options.get("noconstant"),
        covariance=raw.options.get("covariance") or "classical",
        level=float(raw.options.get("level", 95.0)),
        lists={v.meaning: v.codes for v in raw.shape.variables.values() if v.codes is not None},
        count=raw.rules.get("outcome") == "count",
        options=raw.options,
    )
    return evidence, raw.row


def _measure(
    role: str,
    variable: Variable,
    x: NDArray[np.float64],
    raw: ModelCases,
    rule: Rule | None = None,
) -> Measure:
    binary = variable.binary or rule == "binary"
    return Measure(role, variable.meaning, x, binary, raw.known.get(variable.name, {}))


def _category(name: str, levels: FactorLevels, raw: ModelCases) -> Category:
    variable = levels.variable
    # The codes of a condition are no news, any more than those of a published list.
    listed = (0, 1) if variable.binary else variable.codes
    known = raw.known.get(variable.name, {})
    return Category(name, variable.meaning, levels.codes, levels.index, listed, known)


# ---- rules


def _ruled(raw: ModelCases, protected: bool) -> tuple[ModelCases, list[Meaning]]:
    """Leave out the rows that break a rule, and give the conditions that do so."""
    conditions: list[Meaning] = []
    kept: NDArray[np.bool_] | None = None
    for role, rule in raw.rules.items():
        variable, x = raw.columns[role]
        if rule == "binary" and variable.binary:
            continue
        fits = _fitting(rule, x)
        if not protected:
            if not fits.all():
                raise NotEstimableError(_BROKEN[rule], variable.name)
            continue
        conditions.append(_condition(rule, variable.meaning))
        kept = fits if kept is None else kept & fits
    if kept is None or kept.all():
        return raw, conditions
    return _narrowed(raw, kept), conditions


def _fitting(rule: Rule, x: NDArray[np.float64]) -> NDArray[np.bool_]:
    if rule == "binary":
        fits = (x == 0) | (x == 1)
    elif rule == "positive":
        fits = x > 0
    elif rule == "not negative":
        fits = x >= 0
    else:
        fits = (x >= 0) & (x == np.rint(x))
    return np.asarray(fits, dtype=np.bool_)


def _condition(rule: Rule, meaning: Meaning) -> Meaning:
    if rule == "binary":
        return wording.either((wording.code_cell(meaning, 0), wording.code_cell(meaning, 1)))
    if rule == "positive":
        return less(wording.number(0), meaning)
    if rule == "not negative":
        return at_most(wording.number(0), meaning)
    return Meaning("flag", "count", (meaning,))


def _narrowed(raw: ModelCases, kept: NDArray[np.bool_]) -> ModelCases:
    rows = np.flatnonzero(kept)
    return replace(
        raw,
        columns={role: (v, x[rows]) for role, (v, x) in raw.columns.items()},
        continuous={name: (v, x[rows]) for name, (v, x) in raw.continuous.items()},
        groups={role: _levels(levels, rows) for role, levels in raw.groups.items()},
        factors={name: _levels(levels, rows) for name, levels in raw.factors.items()},
        keys=raw.keys[rows],
        units=None if raw.units is None else raw.units[rows],
        row=rows if raw.row is None else raw.row[rows],
        known={},
    )


def _levels(levels: FactorLevels, rows: NDArray[np.int64]) -> FactorLevels:
    index = levels.index[rows]
    found = np.flatnonzero(np.bincount(index, minlength=len(levels.codes)))
    table = np.zeros(len(levels.codes), dtype=np.int32)
    table[found] = np.arange(len(found))
    codes = tuple(levels.codes[place] for place in found)
    return FactorLevels(levels.variable, codes, table[index])


# ---- terms


def _parts(raw: ModelCases) -> dict[str, Products]:
    factors = raw.options.get("factor_names", frozenset())
    parts: dict[str, Products] = {}
    for part, terms in raw.terms.items():
        parts[part] = products(terms, factors)
    return parts or {"terms": ()}


def products(terms: Terms, factors: frozenset[str]) -> Products:
    """Give the regressors of `Terms` in printing order: `##` spelled out, nothing twice."""
    found: dict[tuple[Operand, ...], None] = {}
    for term in terms:
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
