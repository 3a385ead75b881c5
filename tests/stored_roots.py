"""Small databank roots by hand, in the platform's own dialect of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kohort import phrases
from kohort.catalogue import Databank, RegisterVariable
from kohort.diagnostic import Diagnostic, ScriptError, Span

SPAN = Span(7, 20)
Json = dict[str, Any]


def day(text: str) -> int:
    """Days since 1970-01-01."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def at(text: str) -> phrases.Date:
    return phrases.Date(day(text), text, Span(30, 40))


def bank(name: str, version: str) -> phrases.Bank:
    return phrases.Bank(name, version, SPAN)


def refused(act: Callable[[], object]) -> Diagnostic:
    """Give the diagnostic with which an act is refused."""
    with pytest.raises(ScriptError) as caught:
        act()
    return caught.value.diagnostic


def codes(start: str, stop: str | None, pairs: Json, missing: tuple[str, ...] = ()) -> Json:
    period = {"start": day(start)} | ({} if stop is None else {"stop": day(stop)})
    listed = [{"code": code, "category": label} for code, label in pairs.items()]
    return {
        "description": "En beskrivelse",
        "validPeriod": period,
        "valueDomain": {"codeList": listed, "missingValues": list(missing)},
    }


def structure(
    name: str,
    title: str,
    temporality: str = "FIXED",
    data_type: str = "String",
    represented: tuple[Json, ...] = (),
    key: str | None = None,
    coverage: tuple[str, str | None] = ("1900-01-01", None),
    dates: tuple[str, ...] = (),
    unit: str = "PERSON",
) -> Json:
    described = {"description": "Målt", "valueDomain": {"description": "N/A"}}
    measure: Json = {
        "name": name,
        "label": title,
        "dataType": data_type,
        "notPseudonym": key is None or key == "KOMMUNE",
        "variableRole": "Measure",
        "representedVariables": list(represented) or [described],
    }
    if key is not None:
        measure["keyType"] = {"name": key, "label": key, "description": key}
    start, stop = coverage
    covered = {"start": day(start)} | ({} if stop is None else {"stop": day(stop)})
    return {
        "name": name,
        "temporality": temporality,
        "languageCode": "no",
        "sensitivityLevel": "PERSON_GENERAL",
        "populationDescription": "Alle",
        "subjectFields": [],
        "temporalCoverage": covered,
        "temporalStatusDates": [day(d) for d in dates],
        "identifierVariables": [{"name": "PERSONID_1", "keyType": {"name": unit}}],
        "measureVariable": measure,
        "attributeVariables": [],
    }


SEX = structure(
    "KJOENN", "Kjønn", represented=(codes("1900-01-01", None, {"1": "Mann", "2": "Kvinne"}),)
)
MUNICIPALITY = structure(
    "BOSTED",
    "Bostedskommune",
    "EVENT",
    represented=(
        codes("2020-01-01", "2023-12-31", {"4601": "Bergen", "9": "Uoppgitt"}, ("9",)),
        codes("1990-01-01", "2019-12-31", {"1201": "Bergen", "9": "Uoppgitt"}, ("9",)),
    ),
    key="KOMMUNE",
    coverage=("1990-01-01", "2023-12-31"),
)
WAGE = structure(
    "LOENN", "Lønnsinntekt", "ACCUMULATED", "Long", coverage=("2010-01-01", "2023-12-31")
)
STATUS = structure(
    "STATUSKODE",
    "Status",
    "STATUS",
    represented=(codes("2015-01-01", None, {"1": "Bosatt", "3": "Utvandret"}),),
    coverage=("2015-01-01", "2017-01-01"),
    dates=("2017-01-01", "2015-01-01", "2016-01-01"),
)
MOTHER = structure("MOR_FNR", "Mor", data_type="Long", key="PERSON")
ALL = (SEX, MUNICIPALITY, WAGE, STATUS, MOTHER)


def write(folder: Path, name: str, content: object) -> None:
    (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def make_root(
    root: Path,
    name: str = "no.ssb.fdb",
    versions: tuple[str, ...] = ("1.0.0.0",),
    structures: tuple[Json, ...] = ALL,
    manifest: str | None = None,
) -> Path:
    folder = root / "datastore"
    folder.mkdir(parents=True)
    releases = [{"version": v, "description": "", "releaseTime": 0} for v in versions]
    write(folder, "datastore_versions", {"name": name, "label": "Bank", "versions": releases})
    for version in versions:
        major, minor, patch, _ = version.split(".")
        write(folder, f"metadata_all__{major}_{minor}_{patch}", {"dataStructures": structures})
        files = {
            s["name"]: f"{s['name']}__1_0"
            + ("" if s["temporality"] in {"STATUS", "ACCUMULATED"} else ".parquet")
            for s in structures
        }
        write(folder, f"data_versions__{major}_{minor}", files)
    if manifest is not None:
        (root / "kohort.toml").write_text(manifest, encoding="utf-8")
    return root


SYNTHETIC = """
[databank]
name = "no.kohort.syntetisk"
synthetic = true
seed = 1
answers_to = ["no.ssb.fdb"]
[labels]
unverified = ["STATUSKODE"]
"""


def entry(register: Databank, name: str) -> RegisterVariable:
    found = register.find(name)
    assert found is not None
    return found
