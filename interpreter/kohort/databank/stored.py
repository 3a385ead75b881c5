"""The platform's stored dialect of metadata: definitions -> the JSON of a datastore root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kohort.databank.definition import Category, VariableDefinition, unit_types

Json = dict[str, Any]

LANGUAGE: Final = "no"
VERSION: Final = "1.0.0.0"
# A fixed variable is said to hold from 1900 on, as the platform does.
FIXED_START: Final = -25567
_NONE: Final = "N/A"
_STORED_TYPES: Final = {"STRING": "String", "LONG": "Long", "DOUBLE": "Double", "DATE": "Instant"}
_ATTRIBUTES: Final = (
    ("START", "Startdato", "Startdato eller måletidspunkt", "Start"),
    ("STOP", "Stoppdato", "Stoppdato", "Stop"),
)


@dataclass(frozen=True)
class Entry:
    """A data set as written: definition, days covered (inclusive), status dates and file name."""

    definition: VariableDefinition
    start: int
    stop: int
    file: str
    status_dates: tuple[int, ...] = field(default=())


def data_structure(entry: Entry) -> Json:
    """Give the stored description of one data set."""
    definition = entry.definition
    coverage = {"start": entry.start, "stop": entry.stop}
    structure: Json = {
        "name": definition.name,
        "temporality": definition.temporality,
        "languageCode": LANGUAGE,
        "sensitivityLevel": definition.sensitivity,
        "populationDescription": definition.population,
        "subjectFields": list(definition.subjects),
        "temporalCoverage": coverage,
    }
    if definition.temporality == "STATUS":
        structure["temporalStatusDates"] = list(entry.status_dates)
    structure["identifierVariables"] = [_key(definition.unit_type, coverage)]
    structure["measureVariable"] = _measure(entry)
    structure["attributeVariables"] = [
        {
            "name": name,
            "label": label,
            "dataType": "Instant",
            "variableRole": role,
            "representedVariables": [_described(description, coverage, _NONE, _NONE)],
        }
        for name, label, description, role in _ATTRIBUTES
    ]
    return structure


def represented(
    categories: Sequence[Category], description: str, start: int, stop: int
) -> list[Json]:
    """Cut a code list into the stretches of `start` .. `stop` in which the codes are constant.

    Sentinel codes are repeated in each stretch and named as missing.
    """
    cuts = {start}
    for item in categories:
        if item.start is not None and start < item.start <= stop:
            cuts.add(item.start)
        if item.stop is not None and start <= item.stop < stop:
            cuts.add(item.stop + 1)
    firsts = sorted(cuts)
    lasts = [first - 1 for first in firsts[1:]] + [stop]
    missing = [item.code for item in categories if item.missing]
    return [
        {
            "description": description,
            "validPeriod": {"start": first, "stop": last},
            "valueDomain": {
                "codeList": [
                    {"code": item.code, "category": item.title}
                    for item in categories
                    if (item.start is None or item.start <= first)
                    and (item.stop is None or item.stop >= last)
                ],
                "missingValues": missing,
            },
        }
        for first, last in zip(firsts, lasts, strict=True)
    ]


def _described(description: str, period: Json, domain: str, unit_of_measure: str) -> Json:
    value_domain = {"description": domain, "unitOfMeasure": unit_of_measure}
    return {"description": description, "validPeriod": period, "valueDomain": value_domain}


def _key_type(unit_type: str) -> Json:
    title = unit_types()[unit_type]["no"]
    return {"name": unit_type, "label": title, "description": f"Statistisk enhet: {title}"}


def _key(unit_type: str, coverage: Json) -> Json:
    unit = unit_types()[unit_type]
    secret = bool(unit["pseudonymised"])
    variable: Json = {
        "name": unit["column"],
        "label": unit["no"],
        "dataType": "Long" if secret else "String",
        "notPseudonym": not secret,
        "variableRole": "Identifier",
        "keyType": _key_type(unit_type),
        "representedVariables": [_described(f"Nøkkel: {unit['no']}", coverage, _NONE, _NONE)],
    }
    if secret:
        variable["format"] = "RandomUInt48"
    return variable


def _measure(entry: Entry) -> Json:
    definition = entry.definition
    coverage = {"start": entry.start, "stop": entry.stop}
    variable: Json = {
        "name": definition.name,
        "label": definition.title,
        "dataType": _STORED_TYPES["LONG" if definition.pseudonym else definition.data_type],
        "notPseudonym": not definition.pseudonym,
        "variableRole": "Measure",
    }
    if definition.pseudonym:
        variable["format"] = "RandomUInt48"
    elif definition.format is not None:
        variable["format"] = definition.format
    if definition.value_unit_type is not None:
        variable["keyType"] = _key_type(definition.value_unit_type)
    if definition.categories:
        variable["representedVariables"] = represented(
            definition.categories, definition.description, entry.start, entry.stop
        )
    else:
        domain, unit = definition.domain or _NONE, definition.unit_of_measure or _NONE
        variable["representedVariables"] = [
            _described(definition.description, coverage, domain, unit)
        ]
    return variable


def metadata_all(name: str, label: str, description: str, entries: Sequence[Entry]) -> Json:
    """Give the complete metadata of a release, data sets by name."""
    store = {"name": name, "label": label, "description": description, "languageCode": LANGUAGE}
    return {
        "dataStore": store,
        "languages": [{"code": LANGUAGE, "label": "Norsk"}],
        "dataStructures": [data_structure(entry) for entry in entries],
    }


def datastore_versions(
    name: str, label: str, description: str, entries: Sequence[Entry], note: str, time: int
) -> Json:
    """Give the list of releases with its one release, 1.0.0; `time` is seconds since 1970."""
    updates = [
        {
            "name": entry.definition.name,
            "description": note,
            "operation": "ADD",
            "releaseStatus": "RELEASED",
        }
        for entry in entries
    ]
    version = _version(VERSION, note, time, "MAJOR", updates)
    return {"name": name, "label": label, "description": description, "versions": [version]}


def draft_version(time: int) -> Json:
    """Give the draft in which nothing waits; its version ends in `time`, seconds since 1970."""
    return _version(f"0.0.0.{time}", "Utkast", time, "", [])


def _version(version: str, note: str, time: int, update_type: str, updates: list[Json]) -> Json:
    return {
        "version": version,
        "description": note,
        "releaseTime": time,
        "languageCode": LANGUAGE,
        "updateType": update_type,
        "dataStructureUpdates": updates,
    }
