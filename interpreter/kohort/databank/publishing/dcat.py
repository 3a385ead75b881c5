"""The catalogue as DCAT-AP in JSON-LD; the context stands in the file, no network is needed."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

from kohort import HOME
from kohort.databank.governance import Governance
from kohort.databank.publishing.listing import LANGUAGE, Listed, Listing

_AUTHORITY: Final = "http://publications.europa.eu/resource/authority"
_ACCESS: Final = {
    "public": "PUBLIC", "internal": "NON_PUBLIC", "personal": "RESTRICTED", "special": "RESTRICTED",
}  # fmt: skip
Node = dict[str, Any]


def catalogue(found: Listing, base: str) -> str:
    """Give the JSON-LD of a listing; `base` is the address under which it will be published."""
    base = base.rstrip("/")
    path = HOME / "stdlib" / "registers" / "dcat_context.json"
    node: Node = {
        "@context": json.loads(path.read_text(encoding="utf-8")),
        "id": f"{base}/{quote(found.name)}",
        "type": "Catalog",
        "title": _said(found.label),
        "description": _said(found.description),
        "publisher": _agent(found.publisher),
        "language": f"{_AUTHORITY}/language/NOB",
        "issued": found.issued,
        "modified": found.modified,
        "version": found.version,
        "versionNotes": _said(found.note),
    }
    node["dataset"] = [_dataset(listed, found, node["id"]) for listed in found.registers]
    return json.dumps(node, ensure_ascii=False, indent=2) + "\n"


def _dataset(listed: Listed, found: Listing, base: str) -> Node:
    entry = listed.entry
    node: Node = {
        "id": f"{base}/{entry.name}",
        "type": "Dataset",
        "identifier": entry.name,
        "title": _said(entry.title),
        "description": _said(_described(listed)),
        "language": f"{_AUTHORITY}/language/NOB",
        "accessRights": f"{_AUTHORITY}/access-right/{_access(listed)}",
        "version": found.version,
        "modified": found.modified,
    }
    if listed.subjects:
        node["keyword"] = {LANGUAGE: list(listed.subjects)}
    first, last = listed.period
    if first is not None:
        node["temporal"] = {"type": "PeriodOfTime", "startDate": first}
        if last is not None:
            node["temporal"]["endDate"] = last
    return {**node, **_governed(entry.governance, found.publisher)}


def _described(listed: Listed) -> str:
    parts = (listed.entry.description, listed.population)
    return "\n".join(dict.fromkeys(part for part in parts if part)) or listed.entry.title


def _access(listed: Listed) -> str:
    if listed.entry.governance is not None:
        return _ACCESS[listed.entry.governance.sensitivity]
    return {"PUBLIC": "PUBLIC", "NONPUBLIC": "NON_PUBLIC"}.get(
        listed.entry.sensitivity or "", "RESTRICTED"
    )


def _governed(governance: Governance | None, publisher: str) -> Node:
    if governance is None:
        return {"publisher": _agent(publisher)}
    node: Node = {"publisher": _agent(governance.controller)}
    node["purpose"] = {"type": "Purpose", "description": _said(governance.purpose)}
    if governance.legal_basis:
        node["legalBasis"] = {"type": "LegalBasis", "description": _said(governance.legal_basis)}
    if governance.source:
        node["provenance"] = {"type": "ProvenanceStatement", "label": _said(governance.source)}
    if governance.contact:
        node["contactPoint"] = {"type": "Kind", "formattedName": governance.contact}
        if "@" in governance.contact:
            node["contactPoint"]["email"] = f"mailto:{quote(governance.contact, safe='@')}"
    told = [
        ("classification", governance.classification),
        ("retention", governance.retention),
        ("allowed roles", ", ".join(governance.allowed_roles)),
        ("minimisation", governance.minimisation),
    ]
    stated = "; ".join(f"{name}: {text}" for name, text in told if text)
    if stated:
        node["rights"] = {"type": "RightsStatement", "label": {"en": stated}}
    return node


def _agent(name: str) -> Node:
    return {"type": "Agent", "name": name}


def _said(text: str) -> Node:
    return {LANGUAGE: text}
