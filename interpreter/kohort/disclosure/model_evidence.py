"""What the release of a model is decided on: complete cases, before anything is merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, NoReturn, TypeAlias

import numpy as np

from kohort.estimators.design import Codes, Floats, Integers
from kohort.estimators.problem import Covariance
from kohort.estimators.sums import Keys
from kohort.scope import Code
from kohort.wording import Meaning, Population


class Operand(NamedTuple):
    """One factor of a product: a variable as it is (`c`) or by its categories (`i`)."""

    kind: Literal["c", "i"]
    name: str


class Unreleased:
    """Raw values without a text form: printing them by accident shows nothing."""

    def __repr__(self) -> str:
        return "<unreleased>"

    def __format__(self, spec: str) -> NoReturn:
        raise TypeError("unreleased values have no text")


@dataclass(frozen=True, repr=False, eq=False)
class Measure(Unreleased):
    """A numeric column, float64 (N). `binary` follows from metadata or expression, never data.

    `known`: what was found out about these very values, for the next result that has them.
    """

    name: str
    meaning: Meaning
    x: Floats
    binary: bool = False
    known: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True, repr=False, eq=False)
class Category(Unreleased):
    """A factor: `codes` found in the data, ascending; `index` int32 (N), positions in `codes`.

    `listed` is the variable's published code list, or 0 and 1 for a condition; None for what is
    derived otherwise, and for open domains.
    """

    name: str
    meaning: Meaning
    codes: tuple[Code, ...]
    index: Codes
    listed: tuple[Code, ...] | None = None
    known: dict[Any, Any] = field(default_factory=dict)


Products: TypeAlias = tuple[tuple[Operand, ...], ...]


@dataclass(frozen=True, repr=False, eq=False)
class ModelEvidence(Unreleased):
    """The complete cases of a model and what is asked of them.

    `columns`: numeric columns by role, the `outcome` first; `groups`: categorical ones by role (an
    `outcome` of categories, `cluster` ...); those of `printed` show their categories, which are
    then merged as those of factors are. `parts`: by part of the call, the regressors in printing
    order, `##` expanded and without repetition; their operands name `measures` (kind `c`) and
    `categories` (kind `i`). `keys`: uint64 (N), record keys. `units`: int64 (N), any numbering of
    units with several rows, None where each row is a unit of its own.
    `population`: the conditions of the call, those that its variables are present included.
    `lists`: code lists of variables that derived dummies compare, by the variables' meanings.
    `count`: the outcome is a count, of which zero and more are classes.
    """

    columns: Mapping[str, Measure]
    parts: Mapping[str, Products]
    measures: Mapping[str, Measure]
    categories: Mapping[str, Category]
    keys: Keys
    population: Population
    groups: Mapping[str, Category] = field(default_factory=dict)
    printed: frozenset[str] = frozenset()
    units: Integers | None = None
    constant: bool = True
    covariance: Covariance = "classical"
    level: float = 95.0
    lists: Mapping[Meaning, tuple[Code, ...]] = field(default_factory=dict)
    count: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.keys)

    @property
    def fitted_groups(self) -> Mapping[str, Category]:
        """The groups that the estimates depend on.

        Clusters are not among them: with noise of their own for each variable that forms clusters,
        the same coefficients could be asked for again and again.
        """
        return {role: one for role, one in self.groups.items() if role != "cluster"}

    @property
    def outcome(self) -> Measure | None:
        """The numeric outcome, None where it is a category (or there is none)."""
        return self.columns.get("outcome")

    @property
    def products(self) -> Products:
        """All regressors, in the order of the parts and without repetition."""
        return tuple(dict.fromkeys(p for products in self.parts.values() for p in products))

    @cached_property
    def unit_rows(self) -> tuple[Codes | Integers, Keys] | None:
        """The unit of every row as 0..U-1, and the record keys of the U units; None as `units`."""
        if self.units is None:
            return None
        units = self.units
        if len(units) and (units[1:] >= units[:-1]).all():
            # Rows unit by unit, as panels are: nothing needs to be sorted.
            starts = np.flatnonzero(np.diff(units, prepend=units[0] - 1))
            sizes = np.diff(starts, append=len(units))
            return np.repeat(np.arange(len(starts)), sizes), self.keys[starts]
        _, first, inverse = np.unique(units, return_index=True, return_inverse=True)
        return inverse, self.keys[first]

    def used(self, kind: Literal["c", "i"]) -> tuple[str, ...]:
        """The names of measures or categories that occur in a product, in order."""
        names = [o.name for product in self.products for o in product if o.kind == kind]
        return tuple(dict.fromkeys(names))
