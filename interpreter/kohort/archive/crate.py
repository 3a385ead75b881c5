"""`ro-crate-metadata.json`: the study as a Process Run Crate, for machines of archives.

Sources: RO-Crate 1.3 and the Process Run Crate profile 0.5 (researchobject.org), schema.org.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kohort.archive.front_matter import Author, Description
from kohort.archive.lock import FILE_NAME, METADATA, Lock
from kohort.provenance import BankSource

CONTEXT: Final = "https://w3id.org/ro/crate/1.3/context"
SPECIFICATION: Final = "https://w3id.org/ro/crate/1.3"
PROFILE: Final = "https://w3id.org/ro/wfrun/process/0.5"
ENGINE: Final = "https://pypi.org/project/kohort/"
LANGUAGE: Final = "https://www.microdata.no/manual"
RUN: Final = "#run"

_FORMATS: Final = {
    ".mdscript": "text/x-mdscript", ".json": "application/json", ".lock": "application/json",
    ".csv": "text/csv", ".svg": "image/svg+xml", ".png": "image/png", ".html": "text/html",
    ".cff": "application/yaml", ".md": "text/markdown", ".bib": "application/x-bibtex",
}  # fmt: skip

Json = dict[str, Any]


def crate(lock: Lock, about: Description, sizes: Mapping[str, int], time: str) -> Json:
    """Give the metadata of a study.

    `sizes` are the bytes of every file but this one; `time` is when the run ended, ISO 8601.
    """
    files = sorted({*sizes, FILE_NAME})
    graph = [
        _descriptor(),
        _root(lock, about, files, time),
        _run(lock, about, files, time),
        _profile(),
        _identity(lock),
        *_software(lock),
        *(_databank(bank) for bank in lock.made_with.databanks),
        *_people(about),
        *_licence(about),
        *(_file(name, lock, sizes) for name in files),
    ]
    return {"@context": CONTEXT, "@graph": graph}


def _descriptor() -> Json:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": SPECIFICATION},
    }


def _profile() -> Json:
    return {
        "@id": PROFILE,
        "@type": ["CreativeWork", "Profile"],
        "name": "Process Run Crate",
        "version": "0.5",
    }


def _identity(lock: Lock) -> Json:
    return {
        "@id": "#identity",
        "@type": "PropertyValue",
        "name": "identity of the script, whatever its layout",
        "propertyID": "kohort",
        "value": lock.identity,
    }


def _one_or_many(values: list[Json]) -> Json | list[Json]:
    """Give one value without a list, as the specification prefers."""
    return values[0] if len(values) == 1 else values


def _root(lock: Lock, about: Description, files: list[str], time: str) -> Json:
    title = about.title or lock.script.rpartition("/")[2]
    made: Json = {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": PROFILE},
        "name": title,
        "description": about.abstract or f"The script {title} and what it gave",
        "datePublished": about.date or time,
        "identifier": {"@id": "#identity"},
        "license": {"@id": _licence_id(about)},
        "hasPart": [{"@id": name} for name in files],
        "mentions": {"@id": RUN},
    }
    if about.authors:
        made["author"] = _one_or_many([{"@id": _person_id(a)} for a in about.authors])
    if about.keywords:
        made["keywords"] = list(about.keywords)
    if about.funding:
        made["funding"] = list(about.funding)
    if about.publisher:
        made["publisher"] = {"@id": "#publisher"}
    if about.version:
        made["version"] = about.version
    if about.language:
        made["inLanguage"] = about.language
    return made


def _run(lock: Lock, about: Description, files: list[str], time: str) -> Json:
    shown = [name for name in files if name.startswith("outputs/") or name == "report.html"]
    done = lock.exit_code == 0
    made: Json = {
        "@id": RUN,
        "@type": "CreateAction",
        "name": f"Run of {lock.script}",
        "description": "The script was run; every result passed a disclosure filter, "
        f"profile {lock.made_with.profile} ({lock.made_with.profile_hash}).",
        "endTime": time,
        "instrument": {"@id": ENGINE},
        "object": [{"@id": lock.script}, *({"@id": _bank_id(b)} for b in lock.made_with.databanks)],
        "result": _one_or_many([{"@id": name} for name in shown]),
        "actionStatus": f"http://schema.org/{'Completed' if done else 'Failed'}ActionStatus",
    }
    if about.authors:
        made["agent"] = {"@id": _person_id(about.authors[0])}
    return made


def _software(lock: Lock) -> list[Json]:
    packages = lock.made_with.packages
    others = {name: version for name, version in packages.items() if name != "kohort"}
    engine: Json = {
        "@id": ENGINE,
        "@type": "SoftwareApplication",
        "name": "kohort",
        "url": ENGINE,
        "version": packages.get("kohort", ""),
        "softwareRequirements": [f"{name} {version}" for name, version in others.items()],
    }
    language: Json = {
        "@id": LANGUAGE,
        "@type": "ComputerLanguage",
        "name": "mdscript",
        "alternateName": "the command language of microdata.no",
        "url": "https://www.microdata.no/",
        "version": packages.get("kohort", ""),
    }
    return [engine, language]


def _bank_id(bank: BankSource) -> str:
    return f"#databank-{bank.name}-{bank.version}"


def _databank(bank: BankSource) -> Json:
    kind = "synthetic databank, made-up persons" if bank.synthetic else "databank"
    return {
        "@id": _bank_id(bank),
        "@type": "CreativeWork",
        "name": bank.name,
        "version": bank.version,
        "description": f"{kind}; not part of this study",
        "keywords": [variable.name for variable in bank.variables],
    }


def _person_id(author: Author) -> str:
    return (
        f"https://orcid.org/{author.orcid}" if author.orcid else f"#{'-'.join(author.name.split())}"
    )


def _people(about: Description) -> list[Json]:
    made: list[Json] = []
    for author in about.authors:
        person: Json = {"@id": _person_id(author), "@type": "Person", "name": author.name}
        person |= {"familyName": author.family} if author.family else {}
        person |= {"givenName": author.given} if author.given else {}
        if author.affiliation:
            place = f"#{'-'.join(author.affiliation.split())}"
            person["affiliation"] = {"@id": place}
            made.append({"@id": place, "@type": "Organization", "name": author.affiliation})
        made.append(person)
    if about.publisher:
        made.append({"@id": "#publisher", "@type": "Organization", "name": about.publisher})
    return list({entity["@id"]: entity for entity in made}.values())


def _licence_id(about: Description) -> str:
    if not about.licence:
        return "#licence"
    if "://" in about.licence:
        return about.licence
    return f"https://spdx.org/licenses/{about.licence}"


def _licence(about: Description) -> list[Json]:
    said = about.licence or "none was said: all rights are the authors'"
    return [
        {
            "@id": _licence_id(about),
            "@type": "CreativeWork",
            "name": said,
            "description": f"Licence of the study: {said}",
        }
    ]


def _file(name: str, lock: Lock, sizes: Mapping[str, int]) -> Json:
    ending = "." + name.rpartition(".")[2]
    script = name == lock.script
    made: Json = {
        "@id": name,
        "@type": ["File", "SoftwareSourceCode"] if script else "File",
        "name": name.rpartition("/")[2],
        "description": _what(name, lock),
        "encodingFormat": _FORMATS.get(ending, "application/octet-stream"),
    }
    if name in sizes:
        made["contentSize"] = str(sizes[name])
    if name in lock.files:
        made["sha256"] = lock.files[name]
    if script:
        made["programmingLanguage"] = {"@id": LANGUAGE}
        made["version"] = lock.identity
    return made


def _what(name: str, lock: Lock) -> str:
    """Say what a file of the study is."""
    if name == lock.script:
        return "The script as it was written"
    if name.startswith("outputs/"):
        given = [
            e.statement
            for e in lock.entries
            if e.file.rpartition(".")[0] == name[: len(e.file) - 5]
        ]
        return f"What this statement gave: {given[0]}" if given else "A result of the script"
    return _WHAT.get(name, "Part of the study")


_WHAT: Final = {
    FILE_NAME: "What the results rest on, and a hash of each",
    "report.html": "Script and results to read",
    "CITATION.cff": "How to cite the study",
    "datacite.json": "Metadata for a deposit, DataCite schema 4.5",
    "README.md": "What is in the study",
}
