"""Results and diagnostics as JSON lines, one object each.

Every object has `type` (`result` or `diagnostic`) and `format` (1; it rises when a key changes its
meaning or goes; new keys may come). Names and order of keys are stable.

A result has `kind` (`table`, `model`, `figure`, `status`, `text`, `several`),
`span` (offsets [start, end] of the statement in the script, or null), `context` (`profile`,
`profile_hash`, `databanks`, `dataset`,
`unit_type`, `population` (sentences), `zero_display`, `sources` (each variable of the result, and
the register variables with dates that it is made of), `missing` (`left_out`, `shown` or nothing),
`protection` (what the filter did, as notes), `formats` (kinds of files it may leave in)) and, by
kind:

- table: `title`, `stub` (keys that head the row keys), `heads` (keys that head the levels of
  columns), `rows` and `columns` (lists of lists of keys), `cells` (a list of cells for each row),
  `notes`, `flatten`.
- model: `title`, `header` (list of `{name, heading, value}`; `value` is a cell or a text), `table`
  (as above), `notes`.
- figure: `figure` (its kind: `bar`, `bins`, `box`, `hexagon`, `pie`, `flow`, `curve`,
  `interval`), `title`, `table` (a row for each mark), `further` (tables of what is drawn besides),
  `spec` (Vega-Lite, or Vega for flows), `notes`.
- status: `message` (its key), `words`, `numbers` (cells by name), `text` (the sentence).
- several: `parts`, each a table, a model or a figure as above with its `kind`.
- text: `blocks`, each `{block: "paragraph", text}`, `{block: "listing", headings, rows, title}` or
  `{block: "lines", lines}`.

A key is `{kind, code, label, heading}`, where `heading` is its text in the reader's language. A
cell is `{v, state}`: `state` is `shown`, `zero`, `hidden`, `missing`, `folded`, `low`, `high`; `v`
is a number in a shown cell, 0 in a zero cell where `zero_display` is `0`, else null. A note is
`{key, words, text}`.

A diagnostic has `severity`, `code`, `message`, `hint`, `span`, `line`, `column`, `end_line`,
`end_column` (from 1; null without a place).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, assert_never

from kohort.diagnostic import NOWHERE, Diagnostic, Span
from kohort.disclosure.released import (
    Cell,
    Content,
    Figure,
    Key,
    Model,
    Note,
    Released,
    Several,
    Status,
    Table,
    Text,
    to_wire,
)
from kohort.render.chart_spec import vega_spec
from kohort.render.context import context_object
from kohort.render.diagnostics import hint_text, message_text, place
from kohort.render.headings import heading, status_line, word
from kohort.render.look import Look
from kohort.render.notes import note_text

FORMAT: Final = 1


def line(
    item: Released | Diagnostic, look: Look, source: str = "", span: Span | None = None
) -> str:
    """Give the object as one line of JSON, not ASCII only, without a line end."""
    if isinstance(item, Diagnostic):
        made = {"type": "diagnostic", "format": FORMAT, **_diagnostic(item, look, source)}
    else:
        made = {"type": "result", "format": FORMAT, **_result(item, look, span)}
    text = json.dumps(made, ensure_ascii=False, allow_nan=False, separators=(", ", ": "))
    # readers of lines may break at these too; a lone surrogate cannot be written as UTF-8
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")
    return text.encode("utf-8", "replace").decode("utf-8")


def _result(released: Released, look: Look, span: Span | None) -> dict[str, Any]:
    wire = to_wire(released)
    content = released.content
    zero = released.context.zero_display
    return {
        "kind": wire["kind"],
        "span": None if span is None else [span.start, span.end],
        "context": context_object(released.context, look),
        **_content(content, wire["content"], look, zero),
    }


def _content(content: Content, wire: dict[str, Any], look: Look, zero: str) -> dict[str, Any]:
    match content:
        case Table():
            return _table(content, look, zero)
        case Model():
            return {
                "title": content.title,
                "header": [
                    {"name": name, "heading": word(name, look), "value": _value(value, zero)}
                    for name, value in content.header
                ],
                "table": _table(content.table, look, zero),
                "notes": _notes(content.notes, look),
            }
        case Figure():
            return {
                "figure": content.kind,
                "title": content.title,
                "table": _table(content.table, look, zero),
                "further": [_table(table, look, zero) for table in content.further],
                "spec": vega_spec(content, look.language),
                "notes": _notes(content.notes, look),
            }
        case Status():
            return {
                "message": content.message,
                "words": dict(content.words),
                "numbers": {name: _cell(cell, zero) for name, cell in content.numbers.items()},
                "text": status_line(content, look, zero),
            }
        case Text():
            return {"blocks": [{"block": block.pop("block"), **block} for block in wire["blocks"]]}
        case Several():
            return {"parts": [_part(part, look, zero) for part in content.parts]}
        case _:
            assert_never(content)


def _part(part: Table | Model | Figure, look: Look, zero: str) -> dict[str, Any]:
    return {"kind": type(part).__name__.lower(), **_content(part, {}, look, zero)}


def _table(table: Table, look: Look, zero: str) -> dict[str, Any]:
    return {
        "title": table.title,
        "stub": _keys(table.stub, look),
        "heads": _keys(table.heads, look),
        "rows": [_keys(row, look) for row in table.rows],
        "columns": [_keys(column, look) for column in table.columns],
        "cells": [[_cell(cell, zero) for cell in cells] for cells in table.cells],
        "notes": _notes(table.notes, look),
        "flatten": table.flatten,
    }


def _keys(keys: Sequence[Key], look: Look) -> list[dict[str, Any]]:
    return [
        {"kind": key.kind, "code": key.code, "label": key.label, "heading": heading(key, look)}
        for key in keys
    ]


def _value(value: Cell | str, zero: str) -> dict[str, Any] | str:
    return value if isinstance(value, str) else _cell(value, zero)


def _cell(cell: Cell, zero: str) -> dict[str, Any]:
    if cell.state == "zero":
        return {"v": 0 if zero == "0" else None, "state": "zero"}
    return {"v": cell.v, "state": cell.state}


def _notes(notes: Sequence[Note], look: Look) -> list[dict[str, Any]]:
    return [
        {"key": note.key, "words": dict(note.words), "text": note_text(note, look)}
        for note in notes
    ]


def _diagnostic(diagnostic: Diagnostic, look: Look, source: str) -> dict[str, Any]:
    span = diagnostic.span
    placed = span != NOWHERE
    ends = (place(source, span.start), place(source, span.end)) if placed and source else None
    (line, column), (end_line, end_column) = ends or ((None, None), (None, None))
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": message_text(diagnostic, look),
        "hint": hint_text(diagnostic, look),
        "span": [span.start, span.end] if placed else None,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }
