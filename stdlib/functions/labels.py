"""Functions of labels: they ask a variable's current labels for codes and speak of those."""

from kohort import limits
from kohort.expression import Binary, Call, Expression, Literal
from kohort.function import First, Flag, Label, WithLabels, function
from kohort.rewriting import Coded


@function(rewritten=True)
def label_to_code(variable: WithLabels, label: Label) -> First:
    """The code that has a label; the label must exist and belong to one code only."""
    return variable.code(label)  # type: ignore[return-value]


@function(rewritten=True)
def inlabels(variable: WithLabels, label: Label, *labels: Label) -> Flag:
    """Whether the label of the value is one of these, which must exist; 0 where it is missing."""
    codes = [code for wanted in (label, *labels) for code in variable.codes(wanted)]
    return _among(variable, codes)  # type: ignore[return-value]


@function(rewritten=True)
def labelcontains(variable: WithLabels, part: Label) -> Flag:
    """Whether the label of the value contains a text (capitals count); 0 where it is missing."""
    codes = variable.codes_with(part)
    return _among(variable, codes) if codes else Literal(0, part.span)  # type: ignore[return-value]


def _among(variable: Coded, codes: list[Literal]) -> Expression:
    """Say that a variable has one of some codes: as few `inlist` as their limit lets be."""
    span = variable.name.span
    calls = [
        Call("inlist", (variable.name, *codes[start : start + limits.LIST]), span, span)
        for start in range(0, len(codes), limits.LIST)
    ]
    said: Expression = calls[0]
    for call in calls[1:]:
        said = Binary("|", said, call, span)
    return said
