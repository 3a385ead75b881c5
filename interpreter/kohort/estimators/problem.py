"""What an estimator gets and gives: the rows of a model, and its estimates before any rounding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from kohort.estimators.design import Absorbed, Codes, Design, Floats

Covariance: TypeAlias = Literal["classical", "robust", "cluster"]

Reason: TypeAlias = Literal[
    "constant outcome",
    "too few rows",
    "no regressor",
    "separation",
    "no convergence",
    "not binary",
    "not a count",
    "not positive",
    "negative time",
    "too few categories",
    "too many categories",
    "too few groups",
    "collinear",
    "under-identified",
    "no test",
    "outside the cutoff",
]

REGRESSORS = ("terms", "control")


class NotEstimableError(Exception):
    """No fit exists; `reason` says why, `name` which variable is to blame, if it is one.

    Only an open profile tells them.
    """

    def __init__(self, reason: Reason, name: str = "") -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.name = name


@dataclass(frozen=True, eq=False)
class Problem:
    """The rows of a model as they are fitted: categories merged, columns clipped, weights drawn.

    `designs`: by part of the call (`terms`, `control`, `instruments` ...), without the constant.
    `columns`: float64 (N) by role, the `outcome` among them; `groups`: int32 (N) by role, positions
    in `levels[role]` (codes as text; only of roles that are printed). `unit`: int (N), 0..U-1, None
    where each row is a unit. `weights`: float64 (N), mean about 1, None for ones. `prior`: how many
    observations the prior of a likelihood model is worth. `options`: those of the command.
    """

    designs: Mapping[str, Design]
    rows: int
    columns: Mapping[str, Floats]
    groups: Mapping[str, Codes] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unit: Any = None
    weights: Floats | None = None
    constant: bool = True
    covariance: Covariance = "classical"
    level: float = 95.0
    prior: float = 0.0
    options: Mapping[str, Any] = field(default_factory=dict)
    absorbed: tuple[Absorbed, ...] = ()
    """Factors of too many levels to be columns of a design, with a constant."""
    known: dict[Any, Any] = field(default_factory=dict)
    """What was found out about these very arrays, for whoever asks next."""

    @property
    def outcome(self) -> Floats:
        return self.columns["outcome"]

    def design(self, *parts: str) -> Design:
        """One design of the blocks of some parts; without names, of the terms and the controls."""
        found = [self.designs[part] for part in parts or REGRESSORS if part in self.designs]
        return Design(tuple(block for design in found for block in design.blocks), self.rows)


StatisticKind: TypeAlias = Literal[
    "share", "adjusted", "figure", "f", "chi2", "count", "events", "units", "open"
]

# Degrees of freedom of a test that all unit effects are zero: the published units less one.
UNITS = -1


@dataclass(frozen=True, slots=True)
class Statistic:
    """One number of a header or of a table of tests.

    How it is published follows from `kind`: `share` (R2 and the like) by decimals; `adjusted` is
    worked out anew from the published share before it, N and `parameters` k (`df` 1 with a
    constant); `figure` by digits; `f` and `chi2` as a test with `df` (and, for F, residual degrees
    of freedom that follow from N and `parameters`, unless `df2` gives them) and a new P; `count` as
    a perturbed count of groups; `events` as the published number of units with the role `event`;
    `units` as the published units; `open` under an open profile only. `noisy`: whether the
    jitter adds
    to it as to a classical covariance (a test of all coefficients does). `clustered`: whether the
    residual degrees of freedom are those of the clusters, if there are any.
    """

    name: str
    value: float
    kind: StatisticKind
    df: int = 0
    parameters: int = 0
    df2: int | None = None
    noisy: bool = True
    clustered: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """The coefficients of one equation: ids of the design's columns, the constant (`_cons`) last.

    `heading`: the printed name of the equation (a code of the outcome, a variable), None where
    there is but one. `coefficients` and `errors` float64 (k). `plain` are ids whose coefficients
    are never exponentiated.
    """

    names: tuple[str, ...]
    coefficients: Floats
    errors: Floats
    heading: str | None = None
    plain: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class TableOfEffects:
    """A further table of estimates with errors, tests and intervals (margins, marginal effects).

    `title`: key of a heading. `names`: ids of columns, or any words. `tests`: whether z and P stand
    in it. `statistic`: heading key of the first column. `headings` parts the rows into blocks:
    (printed name, number of rows).
    """

    title: str
    names: tuple[str, ...]
    estimates: Floats
    errors: Floats
    tests: bool = True
    statistic: str = "coef"
    headings: tuple[tuple[str, int], ...] = ()
    telling: bool = False
    """Whether the constant could be worked out from it: it is withheld with the constant."""


@dataclass(frozen=True, slots=True, eq=False)
class TableOfTests:
    """A further table of tests: one row each, named by a heading key (or an id: `term`)."""

    title: str
    statistics: tuple[Statistic, ...]
    stub: Literal["term", "statistic"] = "statistic"


@dataclass(frozen=True, slots=True, eq=False)
class TableOfFigures:
    """A further table of numbers: `columns` are (heading key, kind, float64 (rows)).

    Kinds are those of `Statistic`, `error` for standard errors, and `units:role` for the published
    units of the first categories of a printed role; columns of the kind `open` are not there under
    protection. `rows` are ids of design
    columns (`stub` = `term`) or heading keys (`stub` = `statistic`).
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[tuple[str, str, Floats], ...]
    stub: Literal["term", "statistic"] = "statistic"


@dataclass(frozen=True, eq=False)
class Estimate:
    """A fitted model before any rounding.

    `parameters`: k, how many coefficients were estimated, for degrees of freedom. `tests`: `t`
    (with N - k, or `clusters` - 1 degrees of freedom) or `z`. `clusters`: number of groups of a
    cluster covariance. `jittered`: whether the errors hold the noise of the weights already
    (sandwich forms do, since squared weights average 1 + eta^2). `share`: explained variation, for
    the guard. `exponentiated`: coefficients are printed as exp(b). `errors_shown`: whether errors
    are printed. `constant_shown`: False where the form of the table has none. `fitted` is for
    predictions.
    """

    equations: tuple[Equation, ...]
    parameters: int
    statistics: tuple[Statistic, ...] = ()
    dropped: tuple[str, ...] = ()
    tests: Literal["t", "z"] = "t"
    clusters: int | None = None
    jittered: bool = False
    share: float | None = None
    exponentiated: bool = False
    degrees: Literal["rows", "within", "between"] = "rows"
    """What parameters are taken from: rows, rows less units (unit effects), or units."""
    errors_shown: bool = True
    constant_shown: bool = True
    words: tuple[tuple[str, str], ...] = ()
    """Further lines of the header that follow from the script: (heading key, printed word)."""
    tables: tuple[TableOfEffects | TableOfTests | TableOfFigures, ...] = ()
    notes: tuple[tuple[str, Mapping[str, str | int]], ...] = ()
    """Notes that follow from the script; `open_notes` depend on data."""
    open_notes: tuple[tuple[str, Mapping[str, str]], ...] = ()
    fitted: Any = None


class Estimator(Protocol):
    """Fits one kind of model."""

    def fit(self, problem: Problem) -> Estimate:
        """Fit the problem. Raises `NotEstimableError`, whose reason only open profiles tell."""
        ...


class Predictor(Protocol):
    """Fits a model and gives numbers for its rows."""

    def values(self, problem: Problem, wanted: tuple[str, ...]) -> Mapping[str, Floats]:
        """Fit the problem and give each wanted kind of number, float64 (N).

        Kinds are those of the options (`predicted`, `residuals` ...); one that makes several
        variables gives them as `kind_code`.
        """
        ...
