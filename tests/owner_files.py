"""Registers as an owner has them: folders of `NAME/NAME.json` and `NAME.csv`, made up for tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def said(text: str, language: str = "no") -> list[Json]:
    """Give a text as a description holds it."""
    return [{"languageCode": language, "value": text}]


def code(value: str | int, title: str, start: str = "1970-01-01", stop: str | None = None) -> Json:
    """Give an entry of a code list."""
    item: Json = {"code": value, "categoryTitle": said(title), "validFrom": start}
    return item if stop is None else {**item, "validUntil": stop}


CODES = {
    "codeList": [code("1", "Ugift"), code("2", "Gift"), code("4", "Skilt")],
    "sentinelAndMissingValues": [{"code": "9", "categoryTitle": said("Ukjent")}],
}
NUMBERS = {"description": said("Hele kroner")}


def described(
    temporality: str = "EVENT", data_type: str = "STRING", domain: Json | None = None, **more: Any
) -> Json:
    """Give a description that is right."""
    measure: Json = {"name": said("Sivilstand"), "description": said("Syntetisk sivilstand")}
    if "unitType" in more:
        measure["unitType"] = more.pop("unitType")
    else:
        measure |= {"dataType": data_type, "valueDomain": domain or CODES}
    return {
        "temporalityType": temporality,
        "sensitivityLevel": "PERSON_GENERAL",
        "populationDescription": said("Syntetiske personer"),
        "subjectFields": [said("Befolkning")],
        "dataRevision": {"description": said("Første utgave")},
        "identifierVariables": [{"unitType": "PERSON"}],
        "measureVariables": [measure],
        **more,
    }


def register(
    folder: Path,
    name: str,
    description: Json,
    rows: Iterable[str] | None,
    governance: Json | None = None,
) -> Path:
    """Write a register and give its folder."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.json").write_text(json.dumps(description), encoding="utf-8")
    if rows is not None:
        text = "".join(f"{row}\n" for row in rows)
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
    if governance is not None:
        side = place / f"{name}.governance.json"
        side.write_text(json.dumps(governance), encoding="utf-8")
    return place


SOUND = (
    "01010112345;1;2001-01-01;2010-05-31;",
    "01010112345;2;2010-06-01;;",
    "02020223456;1;2003-02-02;;",
    "03030334567;9;2004-03-03;2004-12-31;",
)
"""The worked example of the data-store reference, section 7."""
