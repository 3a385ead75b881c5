"""Count units, or describe numeric variables, by categories."""

from kohort.command import Option, ShowCommand, selected
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.expression_types import condition_typed
from kohort.phrases import Condition, Options, Word, Words
from kohort.results import Frequencies, Magnitudes
from kohort.scope import Scope, Type, Variable

COUNTS = ("freq", "rowpct", "colpct", "cellpct")
VOLUMES = ("mean", "std", "sum", "p25", "p50", "p75", "gini", "iqr")
_MOST_AXES = 8


class Tabulate(ShowCommand, name="tabulate"):
    """Count units in each combination of values; with summarize() describe variables there."""

    group = "statistics"
    options_table = {
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
        "rowsort": Option(
            "rows ascending by a column (its code), or by the total", "optional-code"
        ),
        "top": Option("the first rows only", "number", excludes=("bottom",), low=0, whole=True),
        "bottom": Option("the last rows only", "number", low=0, whole=True),
        "flatten": Option("a plain grid with every heading on every line"),
        "chi2": Option("Pearson's test of independence"),
    }

    variables: Words
    condition: Condition | None
    options: Options

    def check(self, scope: Scope) -> None:
        """Axes must be categories, summarized variables numeric, and options fit together."""
        axes = [table_variable(scope, word) for word in self.variables]
        if len({v.name for v in axes}) < len(axes):
            wrong("duplicate-variable", "a variable is named twice", self.variables.span)
        if len(axes) > _MOST_AXES:
            wrong("too-many-variables", f"a table takes at most {_MOST_AXES} variables", self.span)
        if self.condition is not None:
            condition_typed(self.condition.expression, scope)
        for word in self.options.words("summarize"):
            numeric_variable(scope, word, "summarize()")
        self._check_statistics(len(axes))

    def _check_statistics(self, axes: int) -> None:
        volumes = "summarize" in self.options
        for call in self.options:
            name = call.name.text
            if volumes and name in ("rowpct", "colpct", "cellpct", "chi2"):
                wrong("options-exclude", f"'{name}' cannot be combined with summarize()", call.span)
            if not volumes and name in VOLUMES:
                hint = f"write 'summarize(VARIABLE) {name}'"
                wrong("options-exclude", f"'{name}' needs summarize()", call.span, hint)
            if axes < 2 and name in ("rowpct", "colpct", "chi2"):
                wrong("needs-two-variables", f"'{name}' needs two variables", call.span)

    def _statistics(self) -> tuple[str, ...]:
        known = (*COUNTS, *VOLUMES)
        written = tuple(c.name.text for c in self.options if c.name.text in known)
        if "summarize" not in self.options:
            return written or ("freq",)
        return written if any(name in VOLUMES for name in written) else ("mean", *written)

    def _title(self) -> str:
        written = "tabulate " + " ".join(word.text for word in self.variables)
        summarized = " ".join(word.text for word in self.options.words("summarize"))
        return f"{written}, summarize({summarized})" if summarized else written

    def run(self, dataset: Dataset, scope: Scope) -> Frequencies | Magnitudes:
        """Ask for the counts, or for the values in each cell."""
        axes = [scope.find(word) for word in self.variables]
        rows = selected(dataset, self.condition)
        settings = {
            "title": self._title(),
            "nolabels": "nolabels" in self.options,
            "flatten": "flatten" in self.options,
            "chi2": "chi2" in self.options,
            "rowsort": self.options.codes("rowsort") if "rowsort" in self.options else None,
            "top": int(self.options.number("top", 0)),
            "bottom": int(self.options.number("bottom", 0)),
        }
        missing = "missing" in self.options
        if "summarize" not in self.options:
            return rows.counts(axes, missing, self._statistics(), settings)
        of = [scope.find(word) for word in self.options.words("summarize")]
        return rows.magnitudes(axes, of, missing, self._statistics(), settings)


def table_variable(scope: Scope, word: Word) -> Variable:
    """Give a variable that may stand in a table: any but identifiers of units."""
    variable = scope.find(word)
    if variable.type is Type.KEY:
        wrong(
            "pseudonym-used",
            f"'{word.text}' identifies units and cannot stand in a table",
            word.span,
            "identifiers can be used in 'by' and 'on' only",
        )
    return variable


def numeric_variable(scope: Scope, word: Word, user: str) -> Variable:
    """Give a numeric variable, or raise `needs-a-number`."""
    variable = table_variable(scope, word)
    if variable.type is Type.TEXT:
        wrong(
            "needs-a-number",
            f"'{word.text}' is alphanumeric; {user} needs a numeric variable",
            word.span,
            f"'destring {word.text}' first",
        )
    return variable
