"""The files that a study holds of one result: its JSON, and what people open it with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kohort import wire
from kohort.archive.canonical import canonical, readable, result_digest, sha256
from kohort.diagnostic import Diagnostic
from kohort.disclosure.released import Released, WireError, from_wire, to_wire
from kohort.disclosure.released_figure import Figure
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
    return {".json": readable(to_wire(item)), **_tables(item, look), **_charts(item, look)}


def _tables(released: Released, look: Look) -> dict[str, bytes]:
    """Give each table as CSV; the first has no number in its name."""
    from kohort.render.files_csv import csv_text
    from kohort.render.files_grid import grids

    made = list(grids(released.content, released.context, look))
    return {f"{_mark(n)}.csv": csv_text(grid, look).encode() for n, grid in enumerate(made)}


def _charts(released: Released, look: Look) -> dict[str, bytes]:
    """Give each chart as SVG and PNG."""
    found = figures(released.content)
    if not found:
        return {}
    # it loads a renderer of 80 MB
    from kohort.render.chart_file import drawn

    return {
        f"{_mark(n)}{ending}": drawn(figure, ending, look.language)
        for n, figure in enumerate(found)
        for ending in (".svg", ".png")
    }


def figures(content: object) -> list[Figure]:
    """Give the charts of a result."""
    if isinstance(content, Figure):
        return [content]
    return [part for part in getattr(content, "parts", ()) if isinstance(part, Figure)]


def _mark(place: int) -> str:
    return f"-{place + 1}" if place else ""


def item_of(raw: bytes) -> Released | Diagnostic:
    """Read a result's JSON back. Raises `Trouble` for anything that is not one."""
    try:
        given: Mapping[str, Any] = wire.mapping(json.loads(raw))
        if given.get("kind") == DIAGNOSTIC:
            return wire.to_diagnostic(given)
        return from_wire(given)
    except (ValueError, RecursionError, WireError, wire.FrameError):
        raise Trouble("a result in the study is damaged") from None
