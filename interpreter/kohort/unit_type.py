"""The kinds of units that registers describe, and the names of their keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kohort import HOME

MUNICIPALITY = "KOMMUNE"
PERSON = "PERSON"


@dataclass(frozen=True)
class UnitType:
    """One kind of unit: persons, jobs, municipalities ...

    `key` is the column that users see (`PERSONID_1`), `domain` the kind of identifier in it
    (`FNR`): keys of one domain can be matched, whatever their unit type. `pseudonymised` is False
    for keys that are public codes.
    """

    name: str
    key: str
    title: str
    title_en: str
    pseudonymised: bool
    domain: str


def unit_type(name: str) -> UnitType:
    """Give the unit type of this name.

    One that the library does not know, in a bank with units of its own, counts as pseudonymised
    and has a domain of its own.
    """
    found = unit_types().get(name)
    return UnitType(name, f"{name}_ID", name, name, True, name) if found is None else found


@lru_cache(maxsize=1)
def unit_types() -> Mapping[str, UnitType]:
    """Give the unit types of stdlib/registers/catalogue.json by name."""
    facts: dict[str, dict[str, Any]] = _facts()["unit_types"]
    return {
        name: UnitType(
            name=name,
            key=fact["column"],
            title=fact["no"],
            title_en=fact["en"],
            pseudonymised=fact["pseudonymised"],
            domain=fact["key_type"] or name,
        )
        for name, fact in facts.items()
    }


@lru_cache(maxsize=1)
def english_titles() -> Mapping[str, str]:
    """Give the known English titles by variable name; stored metadata have one language only."""
    variables: dict[str, dict[str, Any]] = _facts()["variables"]
    return {name: fact["en"] for name, fact in variables.items() if "en" in fact}


@lru_cache(maxsize=1)
def catalogued() -> frozenset[str]:
    """Give the names of all variables that the catalogue knows, whichever bank has them."""
    return frozenset(_facts()["variables"])


@lru_cache(maxsize=1)
def _facts() -> dict[str, Any]:
    text = (HOME / "stdlib" / "registers" / "catalogue.json").read_text(encoding="utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts
