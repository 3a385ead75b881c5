"""What a register variable is: unit, type, temporality, codes; by hand or from the catalogue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from kohort import HOME
from kohort.register import DATA_TYPES, TEMPORALITIES, DataType, Temporality

_EPOCH: Final = date(1970, 1, 1).toordinal()
# Lists that somebody read from an official page; everything else is somebody's guess.
_OFFICIAL: Final = "verified"
_SYSTEM_LISTS: Final = ("KOMMUNE",)


class DefinitionError(ValueError):
    """A variable cannot be defined so; the text names the variable."""


def epoch_day(text: str) -> int:
    """Give `YYYY-MM-DD` (or `YYYY`, its first day) as days since 1970-01-01."""
    return date.fromisoformat(text if len(text) > 4 else f"{text}-01-01").toordinal() - _EPOCH


@dataclass(frozen=True)
class Category:
    """One code and its label, valid from `start` to `stop` (days since 1970, inclusive; None open).

    A `missing` category says that the value is unknown; it has no period.
    """

    code: str
    title: str
    start: int | None = None
    stop: int | None = None
    missing: bool = False


@dataclass(frozen=True)
class VariableDefinition:
    """One register variable as its owner defines it.

    `unit_type` and `value_unit_type` are names of `catalogue.json`; `categories` empty is a
    described domain. `coverage` is (first, last) day since 1970, inclusive; None takes it from the
    rows. `official_labels` False puts the variable among the manifest's unverified labels.
    Raises `DefinitionError` for an unknown type or unit type.
    """

    name: str
    title: str
    unit_type: str
    temporality: Temporality
    data_type: DataType
    value_unit_type: str | None = None
    categories: tuple[Category, ...] = ()
    description: str = ""
    population: str = ""
    subjects: tuple[str, ...] = ()
    sensitivity: str = "PERSON_GENERAL"
    format: str | None = None
    domain: str = ""
    unit_of_measure: str = ""
    official_labels: bool = True
    coverage: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.temporality not in TEMPORALITIES or self.data_type not in DATA_TYPES:
            raise DefinitionError(f"{self.name}: no such temporality or data type")
        for unit in (self.unit_type, self.value_unit_type):
            if unit is not None and unit not in unit_types():
                raise DefinitionError(f"{self.name}: there is no unit type '{unit}'")

    @property
    def pseudonym(self) -> bool:
        """Whether the value is itself a pseudonymised key."""
        unit = self.value_unit_type
        return unit is not None and bool(unit_types()[unit]["pseudonymised"])


@cache
def facts() -> dict[str, Any]:
    """Give the program's own register facts, `stdlib/registers/catalogue.json`, as read."""
    path = HOME / "stdlib" / "registers" / "catalogue.json"
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def unit_types() -> dict[str, dict[str, Any]]:
    """Give the unit types: name -> column, titles, whether its ids are pseudonyms, key type."""
    types: dict[str, dict[str, Any]] = facts()["unit_types"]
    return types


def catalogued(
    name: str,
    *,
    description: str,
    population: str,
    domain: str = "",
    unit_of_measure: str = "",
    coverage: tuple[int, int] | None = None,
) -> VariableDefinition:
    """Give the definition of a variable that the catalogue knows, with its codes and labels.

    Raises `DefinitionError` when the catalogue does not know the name.
    """
    fact = facts()["variables"].get(name)
    if fact is None:
        raise DefinitionError(f"{name}: the catalogue has no such variable")
    system = fact.get("code_system")
    return VariableDefinition(
        name=name,
        title=fact["no"],
        unit_type=fact["unit"],
        temporality=fact["temp"],
        data_type=fact["type"],
        value_unit_type=fact.get("value_unit"),
        categories=_system_list(system) if system in _SYSTEM_LISTS else _own_list(fact),
        description=description,
        population=population,
        subjects=tuple(part.strip() for part in fact.get("topic", "").split("→") if part.strip()),
        format=fact.get("format"),
        domain=domain or facts()["code_systems"].get(system, {}).get("name", system or ""),
        unit_of_measure=unit_of_measure,
        official_labels="codes" not in fact or fact.get("codes_trust") == _OFFICIAL,
        coverage=coverage,
    )


def validity(name: str) -> tuple[int | None, int | None]:
    """Give the catalogue's (from, to) of a variable as days since 1970, None where unlimited."""
    fact = facts()["variables"][name]
    start, stop = fact.get("from"), fact.get("to")
    last = None if stop is None else epoch_day(stop if len(stop) > 4 else f"{stop}-12-31")
    return None if start is None else epoch_day(start), last


def _own_list(fact: dict[str, Any]) -> tuple[Category, ...]:
    missing = "0" if "sentinel" in fact.get("codes_note", "") else None
    return tuple(
        Category(code, title, missing=code == missing)
        for code, title in fact.get("codes", {}).items()
    )


def _system_list(system: str) -> tuple[Category, ...]:
    return tuple(
        Category(code, title, epoch_day(start), None if stop is None else epoch_day(stop))
        for code, title, start, stop in facts()["code_systems"][system]["codes"]
    )
