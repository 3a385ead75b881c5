"""Refusals: what is not shown, in fixed sentences that tell nothing of the data."""

from __future__ import annotations

from kohort.diagnostic import Diagnostic, Span

SENTENCES = {
    "population-too-small": (
        "the population would be too small",
        "widen the conditions; the dataset is unchanged",
    ),
    "edit-too-small": (
        "the change would touch too few units, or all but a few",
        "widen the condition; the variable is unchanged",
    ),
    "label-too-long": (
        "a label is longer than the disclosure profile allows",
        "shorten it",
    ),
    "too-many-values": (
        "the expressions name more values than the disclosure profile allows",
        "group the values with 'recode' first",
    ),
    "table-too-sparse": (
        "too many cells of the table have few units",
        "merge categories or widen the population",
    ),
    "table-too-large": (
        "the table is too large to be shown",
        "use fewer variables or coarser categories, or 'bottom(n)'",
    ),
    "chart-too-large": (
        "the chart has more bars, colours or parts than can be told apart",
        "use fewer variables or coarser categories",
    ),
    "too-few-units": ("there are too few units for this chart", "widen the conditions"),
    "single-value": ("the variable has a single value in the units used", None),
    "SDC-M1": ("model not available under disclosure rules", None),
    "no-key": (
        "there is no key for the databank, and nothing is released without one",
        "name the owner's key file in KOHORT_KEY_FILE, or in [keys] of config.toml",
    ),
    "wrong-key": (
        "the record keys beside the databank were made with another key than its own",
        "the owner must make them anew, or name the right key in the manifest",
    ),
    "profile-unusable": (
        "the databank's disclosure profile is not complete, and nothing is released without one",
        "the owner finds out more with 'kohort profile show'",
    ),
    "profile-not-allowed": ("the databank does not allow this disclosure profile", None),
    "audit-unavailable": (
        "the audit log cannot be written, and nothing is released without it",
        "tell the owner of the data; the session is as it was",
    ),
    "quota-used": (
        "today's quota of outputs is used up",
        "it begins anew at midnight UTC; 'quota' shows what is left",
    ),
    "access-paused": (
        "nothing more is answered until the owner of the data has looked at this project",
        "ask the owner of the data",
    ),
    "no-variation": ("the outcome has a single value in the rows used", None),
    "too-few-rows": ("there are too few rows for the model's terms", None),
    "not-binary": ("a variable that must be 0 or 1 has other values", None),
    "negative-time": ("a time is below 0", "keep times from 0 on with 'if'"),
    "no-regressor": ("no term is left after collinear ones are dropped", None),
    "separation": (
        "the outcome is perfectly predicted",
        "leave out terms, or use coarser categories",
    ),
    "no-convergence": ("the likelihood has no maximum that can be found", "use fewer terms"),
    "not-a-count": ("a variable holds other values than 0, 1, 2 ...", None),
    "not-positive": ("a variable holds values that are not positive", None),
    "too-few-categories": ("the outcome has two categories only", "use 'logit'"),
    "too-many-categories": (
        "the outcome has more categories than can be modelled",
        "use coarser categories",
    ),
    "too-few-groups": ("there are too few groups", None),
    "under-identified": (
        "there are fewer instruments than instrumented columns",
        "name further instruments",
    ),
    "outside-the-cutoff": (
        "there are too few rows on one side of the cutoff",
        "the cutoff must lie inside the running variable, with 20 rows on either side",
    ),
    "collinear": ("the columns are collinear", None),
    "numeric-factor": (
        "a numeric variable has more than 50 categories here",
        "'c.NAME' takes it as a number",
    ),
    "too-wide": ("the model has more columns than can be estimated", "use coarser categories"),
}


NAMED = {
    "not-binary": "'{name}' must be 0 or 1, and has other values",
    "negative-time": "'{name}' must not be below 0, and is",
    "not-a-count": "'{name}' holds other values than 0, 1, 2 ...",
    "not-positive": "'{name}' holds values that are not positive",
}
"""What is said of made-up data, where it may be known which variable is to blame."""


class RefusedError(Exception):
    """Disclosure control said no; the diagnostic names the rule and nothing else.

    `name` is of a variable of made-up data, to be named in the sentence.
    """

    def __init__(self, code: str, span: Span, name: str = "") -> None:
        super().__init__(code)
        message, hint = SENTENCES[code]
        if name and code in NAMED:
            message = NAMED[code].format(name=name)
        self.diagnostic = Diagnostic(code, message, span, hint, "refusal")
