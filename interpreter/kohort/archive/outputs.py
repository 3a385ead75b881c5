"""The files that a study holds of one result: its JSON, and what people open it with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kohort import wire
from kohort.archive.canonical import canonical, readable, result_digest, sha256
from kohort.diagnostic import Diagnostic
from kohort.disclosure.released import Released, WireError, from_wire, to_wire
from kohort.render import Look
from kohort.trouble import Trouble

DIAGNOSTIC = "diagnostic"


def kind_of(item: Released | Diagnostic) -> str:
    """Give the kind of a result, or `diagnostic`."""
    return DIAGNOSTIC if isinstance(item, Diagnostic) else str(to_wire(item)["kind"])


def digest_of(item: Released | Diagnostic) -> str:
    """Give the hash of what is shown; of a diagnostic only its code and severity count."""
    if isinstance(item, Diagnostic):
        return sha256(canonical({"code": item.code, "severity": item.severity}))
    return result_digest(item)


def files_of(item: Released | Diagnostic, look: Look) -> dict[str, bytes]:
    """Give the files by ending: `.json` always, and others by what the result holds."""
    if isinstance(item, Diagnostic):
        return {".json": readable({"kind": DIAGNOSTIC, **wire.of_diagnostic(item)})}
    return {".json": readable(to_wire(item))}


def item_of(raw: bytes) -> Released | Diagnostic:
    """Read a result's JSON back. Raises `Trouble` for anything that is not one."""
    try:
        given: Mapping[str, Any] = wire.mapping(json.loads(raw))
        if given.get("kind") == DIAGNOSTIC:
            return wire.to_diagnostic(given)
        return from_wire(given)
    except (ValueError, RecursionError, WireError, wire.FrameError):
        raise Trouble("a result in the study is damaged") from None
