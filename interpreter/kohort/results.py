"""What commands compute: one class per kind of statistic, all unreleased, none to be shown.

Arrays are numpy arrays behind these classes; only `kohort.disclosure` looks inside. The front end
imports this module without importing numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar, runtime_checkable

from kohort import wording
from kohort.phrases import Terms
from kohort.question import Rule
from kohort.scope import Code, Shape, Variable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kohort.estimators.problem import Estimator


class UnitSet(Protocol):
    """The units that a result is about."""

    @property
    def root(self) -> Path | None:
        """The databank whose units they are."""
        ...

    @property
    def public(self) -> bool:
        """Whether they need no protection (municipalities, years)."""
        ...

    @property
    def unit_keys(self) -> NDArray[np.uint64]:
        """Record keys, uint64, one per unit."""
        ...

    def size(self) -> tuple[int, int]:
        """Give the number of units and the wrapping sum of their record keys."""
        ...


class Members(Protocol):
    """Who stands in the cells of a table."""

    def __call__(
        self, subset: tuple[int, ...], wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Give record keys of the wanted cells of some axes, and the place of each one's cell."""
        ...


@runtime_checkable
class Described(Protocol):
    """Columns that say what they hold without being made."""

    @property
    def variables(self) -> Sequence[Variable]:
        """The variables of the columns, in order."""
        ...


@dataclass(frozen=True, repr=False)
class Raw:
    """An unreleased result. It has no text form: printing it by accident shows nothing.

    `units_asked`: whom the question was about, set by the engine (`about`), for the audit alone.
    """

    units_asked: UnitSet | None = field(default=None, kw_only=True, compare=False)

    def __repr__(self) -> str:
        return "<unreleased>"

    def __str__(self) -> NoReturn:
        raise TypeError("an unreleased result has no text")

    def __format__(self, spec: str) -> NoReturn:
        raise TypeError("an unreleased result has no text")


AnyRaw = TypeVar("AnyRaw", bound=Raw)


def about(raw: AnyRaw, units: UnitSet) -> AnyRaw:
    """Give a result that remembers whom it is about."""
    return replace(raw, units_asked=units)


def units_of(raw: Raw) -> UnitSet | None:
    """Give whom a result is about, or what it is made of; None where it is about no units."""
    if raw.units_asked is not None:
        return raw.units_asked
    names = ("of", "volumes", "frequencies", "summary", "cases")
    inside = (getattr(raw, name, None) for name in names)
    return next((units_of(part) for part in inside if isinstance(part, Raw)), None)


@dataclass(frozen=True, repr=False)
class DrawnFrom:
    """What a random sample was drawn from: number of units and sum of record keys; which sample."""

    n: int
    sums: int
    sample: str

    def __repr__(self) -> str:
        return "<unreleased>"


@dataclass(frozen=True, repr=False)
class Size(Raw):
    """How many units a dataset holds after a command.

    `n` is the true number of distinct units, `sums` the wrapping uint64 sum of their record keys.
    `population` is the normalised history. `change` says whether the unit set changed (then the
    population floor applies).
    `message` and `words` are the status line's key and its names (never numbers). `root` is the
    databank whose units they are, here and in the other classes; None without units. `drawn`: of a
    random sample, what it was drawn from.
    """

    dataset: str
    unit_type: str | None
    n: int
    sums: int
    population: wording.Population
    public: bool
    message: str
    words: Mapping[str, str]
    change: bool = True
    root: Path | None = None
    drawn: DrawnFrom | None = None


@dataclass(frozen=True, repr=False)
class Done(Raw):
    """A status line of names only: `message` is its key, `words` are names of the script."""

    message: str
    words: Mapping[str, str]


@dataclass(frozen=True, repr=False)
class Inventory(Raw):
    """Datasets with their sizes, and the variables of each where `variables` is set."""

    shapes: tuple[Shape, ...]
    sizes: tuple[Size, ...]
    active: str | None
    variables: bool = False


@dataclass(frozen=True, repr=False)
class Axis:
    """One variable of a table and its codes found in the data, ascending; None (missing) last."""

    variable: Variable
    codes: tuple[Code | None, ...]

    def __repr__(self) -> str:
        return "<unreleased>"


@dataclass(frozen=True, repr=False)
class Cells(Raw):
    """The occurring combinations of some axes.

    `axes`: which axes (positions), ascending. `index`: int32 (k, len(axes)), positions in
    `Axis.codes`, sorted lexicographically. `n`: int64 (k), distinct units. `sums`: uint64 (k),
    wrapping sums of their record keys.
    """

    axes: tuple[int, ...]
    index: NDArray[np.int32]
    n: NDArray[np.int64]
    sums: NDArray[np.uint64]


@dataclass(frozen=True, repr=False)
class Frequencies(Raw):
    """Counts of units in each combination of values, with every margin counted on its own.

    `cells` maps each subset of axis positions to its cells; `()` is the grand total (one row, index
    of width 0). Without `missing`, rows where any axis is missing are left out of all of them.
    `members`: who stands in the cells, for the audit alone.
    """

    shape: Shape
    axes: tuple[Axis, ...]
    cells: Mapping[tuple[int, ...], Cells]
    missing: bool
    statistics: tuple[str, ...] = ("freq",)
    options: Mapping[str, Any] = field(default_factory=dict)
    root: Path | None = None
    members: Members | None = field(default=None, compare=False)


@dataclass(frozen=True, repr=False)
class Column(Raw):
    """The values of one numeric variable, row by row in unit order, without missing values.

    `x`: float64 (N). `keys`: uint64 (N), record keys. `row`: int64 (N), row numbers in the
    (narrowed) dataset, for looking up cells; None means every row. `units`: int64 (N), unit numbers
    where units have several rows, else None. `base`: the same variable over the whole active
    dataset of `base_population`, from which winsorising limits come; None where this is it.
    `known`: what the filter found out about these very values; later results share it.
    """

    variable: Variable
    x: NDArray[np.float64]
    keys: NDArray[np.uint64]
    row: NDArray[np.int64] | None = None
    units: NDArray[np.int64] | None = None
    base: Column | None = None
    base_population: wording.Population | None = None
    known: dict[Any, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, repr=False)
class Magnitudes(Raw):
    """A volume table: numeric variables by the cells of a frequency table.

    `frequencies` counts the units of each cell. `positions` maps each subset of axes to int32 (rows
    of the dataset), the position of the row's cell in `frequencies.cells[subset]`, -1 for rows that
    are left out. `columns` are the summarised variables.
    """

    frequencies: Frequencies
    positions: Mapping[tuple[int, ...], NDArray[np.int32]]
    columns: tuple[Column, ...]
    statistics: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Summary(Raw):
    """Descriptive statistics of numeric variables, one row each.

    `statistics` beyond the fixed ones: gini, iqr.
    """

    shape: Shape
    columns: Sequence[Column]
    statistics: tuple[str, ...] = ()
    root: Path | None = None
    title: str = ""


@dataclass(frozen=True, repr=False)
class Chart(Raw):
    """What a chart is drawn from: a table of counts or of numeric values, and how it is read.

    `kind`: which chart. The axes of the table are first `panels` variables of charts of their own,
    then `groups` variables of places on the axis, then the variables that are counted. `counts`:
    a table of counts to be drawn beside the values. `options` are those of the command.
    """

    kind: str
    of: Frequencies | Magnitudes
    panels: int = 0
    groups: int = 0
    counts: Frequencies | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class FactorLevels:
    """A categorical column of a model: `codes` ascending, `index` int32 (N) in `codes`."""

    variable: Variable
    codes: tuple[Code, ...]
    index: NDArray[np.int32]

    def __repr__(self) -> str:
        return "<unreleased>"


@dataclass(frozen=True, repr=False)
class ModelCases(Raw):
    """The complete cases of a model, and the estimator that the command chose for them.

    `columns`: float64 (N) by role (`outcome`, `exposure`, `time` ...); `groups`: by role, variables
    taken by their codes (`cluster`, an `outcome` of categories ...). `terms`: by part of the call
    (`terms`, `control`, `instruments` ...), as written; which names in them are factors is decided
    by the command (option `factor_names`). `continuous`: variable name -> float64 (N); `factors`:
    variable name -> levels. `keys`: uint64 (N). `units`: int64 (N) or None where each row is a unit
    of its own. `row`: int64 (N), row numbers in the dataset; None means every row.
    `rules`: what the values of a role must be where metadata does not say so; the filter sees to
    it. `known`: by variable, what the filter found out about its values in all rows.
    """

    shape: Shape
    columns: Mapping[str, tuple[Variable, NDArray[np.float64]]]
    groups: Mapping[str, FactorLevels]
    terms: Mapping[str, Terms]
    continuous: Mapping[str, tuple[Variable, NDArray[np.float64]]]
    factors: Mapping[str, FactorLevels]
    keys: NDArray[np.uint64]
    units: NDArray[np.int64] | None
    row: NDArray[np.int64] | None
    estimator: Estimator | None
    options: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    root: Path | None = None
    known: Mapping[str, dict[Any, Any]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, repr=False)
class SurvivalCases(ModelCases):
    """Times and events (roles `time`, `event`, perhaps a group `by`) to be shown as curves.

    `method`: `kaplan-meier` or `weibull`.
    """

    method: str = "kaplan-meier"

    @classmethod
    def of(cls, cases: ModelCases, method: str) -> SurvivalCases:
        """Give complete cases of times and events."""
        return cls(**{f.name: getattr(cases, f.name) for f in fields(cases)}, method=method)


@dataclass(frozen=True, repr=False)
class CoefficientCases(ModelCases):
    """A model whose coefficients are to be drawn with their intervals."""

    @classmethod
    def of(cls, cases: ModelCases) -> CoefficientCases:
        """Give the complete cases of a model."""
        return cls(**{f.name: getattr(cases, f.name) for f in fields(cases)})


@dataclass(frozen=True, repr=False)
class Document(Raw):
    """Metadata and the user's own words: help, catalogue entries, history, text blocks. No data.

    `blocks` are made with the functions of `kohort.disclosure.released`.
    """

    blocks: Sequence[Any]
