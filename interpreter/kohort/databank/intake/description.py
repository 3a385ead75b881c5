"""Reads `NAME.json` as microdata-tools wants it, of either generation, into a definition."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

from kohort.databank.definition import Category, VariableDefinition, epoch_day, facts, unit_types
from kohort.databank.intake.fields import Fields
from kohort.databank.intake.problems import Findings, shown
from kohort.register import DATA_TYPES, TEMPORALITIES, DataType, Temporality

SENSITIVITIES: Final = ("PERSON_GENERAL", "PERSON_SPECIAL", "PUBLIC", "NONPUBLIC")

_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]*\Z", re.ASCII)
_LARGEST: Final = 64 * 1024 * 1024
_ROOT: Final = (
    "temporalityType", "sensitivityLevel", "populationDescription", "spatialCoverageDescription",
    "subjectFields", "dataRevision", "identifierVariables", "measureVariables", "shortName",
)  # fmt: skip
_MEASURE: Final = (
    "name", "description", "dataType", "valueDomain", "unitType", "format", "uriDefinition",
    "shortName",
)  # fmt: skip
_DOMAIN: Final = (
    "description", "measurementType", "measurementUnitDescription", "uriDefinition", "codeList",
    "sentinelAndMissingValues",
)  # fmt: skip
_DESCRIBED: Final = ("description", "measurementType", "measurementUnitDescription")
_MUNICIPALITY: Final = "KOMMUNE"


@dataclass(frozen=True)
class Ending:
    """A register that has come to its end: why, and the registers that go on in its place."""

    description: str
    successors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Description:
    """What an owner says of a register: its definition, the note of this revision, its end.

    `notices` tell what was read but is not kept.
    """

    definition: VariableDefinition
    note: str
    ending: Ending | None = None
    notices: tuple[str, ...] = ()


def name_problem(name: str) -> str | None:
    """Give what is wrong with the name of a register, or None (rule 1)."""
    if _NAME.match(name):
        return None
    return f"{shown(name)} is no name: capital letters A-Z, digits and _, a letter first"


def read(path: Path, name: str) -> Description:
    """Read a description. Raises `IntakeError` with everything that is wrong with it."""
    findings = Findings(name)
    problem = name_problem(name)
    if problem is not None:
        findings.add(problem)
    given = _parsed(path, findings)
    findings.raise_if_any()
    described = described_by(given, name, findings)
    findings.raise_if_any()
    return described


def _parsed(path: Path, findings: Findings) -> object:
    try:
        if path.stat().st_size > _LARGEST:
            findings.add(f"{path.name} is too large to be a description")
            return None
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        findings.add(f"{path.name} cannot be read: {(error.strerror or 'not there').lower()}")
    except UnicodeDecodeError:
        findings.add(f"{path.name} is not text in UTF-8")
    except json.JSONDecodeError as error:
        findings.add(f"{path.name} is not JSON: line {error.lineno}, column {error.colno}")
    except RecursionError:
        findings.add(f"{path.name} is not JSON: too deep")
    return None


def described_by(given: object, name: str, findings: Findings) -> Description:
    """Give the description that JSON holds; complaints go to `findings` (rules 3 and 4)."""
    root = Fields(given, "", findings)
    temporality = cast(Temporality, root.word("temporalityType", TEMPORALITIES))
    sensitivity = root.word("sensitivityLevel", SENSITIVITIES)
    population = root.text("populationDescription")
    root.text("spatialCoverageDescription", required=False)
    subjects = root.text_lists("subjectFields")
    note, ending = _revision(root.inner("dataRevision"))
    identifier = root.one("identifierVariables")
    identifier.only(("unitType",))
    unit_type = identifier.word("unitType", _units())
    measure = root.one("measureVariables")
    definition = _measured(
        measure, name=name, unit_type=unit_type, temporality=temporality, population=population,
        subjects=subjects, sensitivity=sensitivity,
    )  # fmt: skip
    lost = [*root.unknown(_ROOT), *measure.unknown(_MEASURE)]
    notices = tuple(f"{name}: '{key}' of the description is not kept" for key in lost)
    return Description(definition, note, ending, notices)


def _units() -> tuple[str, ...]:
    return ("PERSON", *(name for name in unit_types() if name != "PERSON"))


def _revision(revision: Fields) -> tuple[str, Ending | None]:
    revision.only(("description", "temporalEnd"))
    note = revision.text("description")
    if "temporalEnd" not in revision:
        return note, None
    end = revision.inner("temporalEnd")
    given = end.given.get("successors")
    # The first generation of the documentation shows one text, the model a list.
    successors = [given] if isinstance(given, str) else given
    if successors is not None and not (
        isinstance(successors, list) and successors and all(isinstance(s, str) for s in successors)
    ):
        end.wrong("successors", "is not a list of names")
        successors = None
    return note, Ending(end.text("description"), tuple(successors or ()))


def _measured(measure: Fields, **about: Any) -> VariableDefinition:
    about["title"] = measure.text("name")
    about["description"] = measure.text("description")
    if "unitType" in measure:
        for key in ("dataType", "valueDomain"):
            if key in measure:
                measure.wrong(key, "cannot stand beside unitType: the value is a unit's key")
        unit = measure.word("unitType", _units())
        kept = _municipalities() if unit == _MUNICIPALITY else ()
        return VariableDefinition(
            **about, data_type="STRING", value_unit_type=unit, categories=kept
        )
    about["format"] = measure.plain("format")
    data_type = cast(DataType, measure.word("dataType", DATA_TYPES))
    domain = measure.inner("valueDomain")
    domain.only(_DOMAIN)
    if "codeList" in domain:
        categories = _categories(domain, data_type)
        return VariableDefinition(**about, data_type=data_type, categories=categories)
    if "description" not in domain:
        domain.wrong("description", "is missing, and there is no codeList either")
    if "sentinelAndMissingValues" in domain:
        domain.wrong("sentinelAndMissingValues", "can only stand beside a codeList")
    unit_words = domain.text("measurementUnitDescription", required=False)
    return VariableDefinition(
        **about,
        data_type=data_type,
        domain=domain.text("description", required=False),
        unit_of_measure=unit_words or domain.plain("measurementType") or "",
    )


def _categories(domain: Fields, data_type: DataType) -> tuple[Category, ...]:
    for key in _DESCRIBED:
        if key in domain:
            domain.wrong(key, "cannot stand beside a codeList")
    codes: list[Category] = []
    for item in domain.each("codeList"):
        item.only(("code", "categoryTitle", "validFrom", "validUntil"))
        code, title = _code(item, data_type), item.text("categoryTitle")
        start, stop = item.day("validFrom", required=True), item.day("validUntil")
        if start is not None and stop is not None and stop < start:
            item.wrong("validUntil", "lies before validFrom")
        codes.append(Category(code, title, start, stop))
    if not codes:
        domain.wrong("codeList", "is empty")
    _check_twice(domain, codes)
    for item in domain.each("sentinelAndMissingValues"):
        item.only(("code", "categoryTitle"))
        codes.append(Category(_code(item, data_type), item.text("categoryTitle"), missing=True))
    return tuple(codes)


def _code(item: Fields, data_type: DataType) -> str:
    value = item.given.get("code")
    if value is None or value == "":
        item.wrong("code", "is missing")
        return ""
    if type(value) not in (str, int):
        item.wrong("code", "is neither a text nor a whole number")
        return ""
    whole = re.fullmatch(r"-?[0-9]+", str(value)) is not None
    fits = type(value) is str if data_type in {"STRING", "DATE"} else whole
    if not fits:
        item.wrong("code", f"{shown(value)} does not have the type {data_type} of the values")
    return str(value)


def _check_twice(domain: Fields, codes: Sequence[Category]) -> None:
    """Complain of a code that stands twice at one time."""
    ordered = sorted(codes, key=lambda c: (c.code, -(10**9) if c.start is None else c.start))
    for first, second in pairwise(ordered):
        begins = -(10**9) if second.start is None else second.start
        if first.code == second.code and (first.stop is None or first.stop >= begins):
            domain.wrong("codeList", f"has the code {shown(first.code)} twice at the same time")


def _municipalities() -> tuple[Category, ...]:
    """Give the official municipalities: the key of a municipality is its code."""
    return tuple(
        Category(code, title, epoch_day(start), None if stop is None else epoch_day(stop))
        for code, title, start, stop in facts()["code_systems"][_MUNICIPALITY]["codes"]
    )
