"""Lists of datasets and of their variables; the only numbers in them are published sizes."""

from __future__ import annotations

from collections.abc import Sequence

from kohort.disclosure.released import Listing, Text
from kohort.results import Inventory
from kohort.scope import Shape, Variable

_MOST_LABELS = 4


def inventory(raw: Inventory, counts: Sequence[int], sized: bool) -> Text:
    """Give the datasets with their sizes, and the variables where they are asked for."""
    rows = tuple(
        (
            shape.name,
            "*" if shape.name == raw.active else "",
            str(shape.kind),
            shape.unit_type or "",
            str(count) if sized else "",
            str(len(shape.variables)),
        )
        for shape, count in zip(raw.shapes, counts, strict=True)
    )
    blocks = [Listing(("dataset", "active", "kind", "unit_type", "size", "variables"), rows)]
    if raw.variables:
        blocks += [_variables(shape) for shape in raw.shapes]
    return Text(tuple(blocks))


def _variables(shape: Shape) -> Listing:
    known = () if shape.key is None else (shape.key,)
    rows = tuple(_row(variable) for variable in (*known, *shape.variables.values()))
    return Listing(("variable", "type", "unit_type", "labels", "from", "title"), rows)


def _row(variable: Variable) -> tuple[str, ...]:
    return (
        variable.name,
        variable.type.value,
        variable.unit_type or "",
        _labels(variable),
        variable.source or "",
        variable.title or "",
    )


def _labels(variable: Variable) -> str:
    if variable.labels is None:
        return ""
    pairs = variable.labels.pairs
    if len(pairs) > _MOST_LABELS:
        return f"{len(pairs)} codes"
    return ", ".join(f"{code} {label}" for code, label in pairs)
