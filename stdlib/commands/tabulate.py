"""Count units, or describe numeric variables, by categories."""

from collections.abc import Mapping, Sequence

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Word, Words
from kohort.results import Frequencies, Magnitudes
from kohort.scope import Scope, Variable
from kohort.variable_checks import number_variable, shown_variable
from kohort.writing import titled

COUNTS = ("freq", "rowpct", "colpct", "cellpct")
VOLUMES = ("mean", "std", "sum", "p25", "p50", "p75", "gini", "iqr")
_MOST_AXES = 8


def table_options(chosen: tuple[str, ...] = ()) -> dict[str, Option]:
    """Give the options of all tables, or those chosen."""
    options = {
        "freq": Option("counts of units (the default)"),
        "rowpct": Option("per cent of the row total"),
        "colpct": Option("per cent of the column total"),
        "cellpct": Option("per cent of the grand total"),
        "missing": Option("missing values form a category of their own"),
        "nolabels": Option("codes instead of labels"),
        "summarize": Option("numeric variables to describe in each cell", "words"),
        "mean": Option("mean of the summarized variables (the default beside summarize())"),
        "std": Option("standard deviation"),
        "sum": Option("sum"),
        "p25": Option("lower quartile"),
        "p50": Option("median"),
        "p75": Option("upper quartile"),
        "gini": Option("Gini coefficient"),
        "iqr": Option("interquartile range"),
        "chi2": Option("Pearson's test of independence"),
    }
    return {name: options[name] for name in chosen or options}


class Tabulate(ShowCommand, name="tabulate"):
    """Count units in each combination of values; with summarize() describe variables there."""

    group = "statistics"
    options_table = {
        **table_options(),
        "rowsort": Option(
            "rows ascending by a column (its code), or by the total; implies flatten",
            "optional-code",
        ),
        "colsort": Option(
            "columns ascending by a row (its codes), or by the total; implies flatten",
            "optional-codes",
        ),
        "top": Option("the first rows only", "number", excludes=("bottom",), low=0, whole=True),
        "bottom": Option("the last rows only", "number", low=0, whole=True),
        "flatten": Option("a plain grid with every heading on every line"),
    }

    variables: Words
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """Axes must be categories, summarized variables numeric, and options fit together."""
        axes = check_table(scope, self.variables, self.condition, self.options)
        check_statistics(self.options, axes)
        call = self.options.call("colsort")
        if call is not None and axes < 2:
            wrong("needs-two-variables", "'colsort' needs two variables", call.span)
        codes = self.options.codes("colsort")
        if call is not None and codes and len(codes) != axes - 1:
            message = f"a row has {axes - 1} {'code' if axes == 2 else 'codes'}, not {len(codes)}"
            hint = "one code for each variable that goes down"
            wrong("option-argument", message, call.span, hint)

    def run(self, dataset: Dataset, scope: Scope) -> Frequencies | Magnitudes:
        """Ask for the counts, or for the values in each cell."""
        axes = [scope.find(word) for word in self.variables]
        title = table_title(self.name, self.variables, self.condition, self.options)
        sorting = {
            name: self.options.codes(name) if name in self.options else None
            for name in ("rowsort", "colsort")
        }
        spans = {call.name.text: call.span for call in self.options}
        settings = {
            "title": title,
            "flatten": any(name in self.options for name in ("flatten", *sorting)),
            "top": int(self.options.number("top", 0)),
            "bottom": int(self.options.number("bottom", 0)),
            **sorting,
            "spans": spans,
        }
        rows = selected(dataset, self.condition)
        return asked(rows, axes, scope, self.options, settings)


def check_table(
    scope: Scope,
    variables: Words,
    condition: Condition | None,
    options: Options,
    most: int = _MOST_AXES,
) -> int:
    """Check what stands in a table, and give how many variables make its cells."""
    axes = [table_variable(scope, word) for word in variables]
    if len({v.name for v in axes}) < len(axes):
        wrong("duplicate-variable", "a variable is named twice", variables.span)
    if len(axes) > most:
        wrong("too-many-variables", f"a table takes at most {most} variables", variables.span)
    if condition is not None:
        condition_typed(condition.expression, scope)
    for word in options.words("summarize"):
        numeric_variable(scope, word, "summarize()")
    return len(axes)


def check_statistics(options: Options, axes: int) -> None:
    """Check that the statistics fit with one another and with the number of variables."""
    volumes = "summarize" in options
    for call in options:
        name = call.name.text
        if volumes and name in ("rowpct", "colpct", "cellpct", "chi2"):
            wrong("options-exclude", f"'{name}' cannot be combined with summarize()", call.span)
        if not volumes and name in VOLUMES:
            hint = f"write 'summarize(VARIABLE) {name}'"
            wrong("options-exclude", f"'{name}' needs summarize()", call.span, hint)
        if axes < 2 and name in ("rowpct", "colpct", "chi2"):
            wrong("needs-two-variables", f"'{name}' needs two variables", call.span)


def table_title(
    command: str, variables: Words, condition: Condition | None, options: Options
) -> str:
    """Give the title of a table: what it counts, of whom, and what it describes."""
    title = titled(command, variables, condition)
    summarized = " ".join(word.text for word in options.words("summarize"))
    return f"{title}, summarize({summarized})" if summarized else title


def asked(
    rows: Dataset,
    axes: Sequence[Variable],
    scope: Scope,
    options: Options,
    settings: Mapping[str, object],
) -> Frequencies | Magnitudes:
    """Ask for the counts, or for the values in each cell, that options call for."""
    settings = {"nolabels": "nolabels" in options, "chi2": "chi2" in options, **settings}
    missing, statistics = "missing" in options, _statistics(options)
    if "summarize" not in options:
        return rows.counts(axes, missing, statistics, settings)
    of = [scope.find(word) for word in options.words("summarize")]
    return rows.magnitudes(axes, of, missing, statistics, settings)


def _statistics(options: Options) -> tuple[str, ...]:
    known = (*COUNTS, *VOLUMES)
    written = tuple(c.name.text for c in options if c.name.text in known)
    if "summarize" not in options:
        return written or ("freq",)
    return written if any(name in VOLUMES for name in written) else ("mean", *written)


def table_variable(scope: Scope, word: Word) -> Variable:
    """Give a variable that may stand in a table: any but identifiers of units."""
    return shown_variable(scope, word, "table")


def numeric_variable(scope: Scope, word: Word, user: str) -> Variable:
    """Give a numeric variable, or raise `needs-a-number`."""
    return number_variable(scope, word, user, "table")
