"""What a patch may change of a released register: words, never what the data mean."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

from kohort.databank import stored
from kohort.databank.intake.description import Description, Ending
from kohort.databank.releases.owned import BankError, Json

_WORDS: Final = frozenset({
    "label", "description", "category", "populationDescription", "subjectFields", "temporalEnd",
    "unitOfMeasure",
})  # fmt: skip
"""Fields that hold words for readers."""


def patched(released: Json, description: Description) -> Json:
    """Give a released data structure with the words of a new description.

    Raises `BankError` where the description differs in more than words, naming the field.
    """
    definition, coverage = description.definition, released["temporalCoverage"]
    entry = stored.Entry(
        definition, coverage["start"], coverage["stop"], "",
        tuple(released.get("temporalStatusDates", ())),
    )  # fmt: skip
    new = with_ending(stored.data_structure(entry), description.ending)
    for path in _differences(_bare(released), _bare(new), ""):
        more = "a patch changes words only; give the rows too for a new major version"
        raise BankError(f"{definition.name}: '{path}' is not what is released: {more}")
    return new


def with_ending(structure: Json, ending: Ending | None) -> Json:
    """Give a data structure that says how the register has ended."""
    if ending is None:
        return structure
    end: Json = {"description": ending.description}
    if ending.successors:
        end["successors"] = list(ending.successors)
    return {**structure, "temporalEnd": end}


def _bare(value: Any) -> Any:
    """Give JSON without the fields that hold words."""
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if key not in _WORDS}
    return [_bare(inner) for inner in value] if isinstance(value, list) else copy.copy(value)


def _differences(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            yield from _differences(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differences(left, right, f"{path}[{place}]")
    elif one != other:
        yield path
