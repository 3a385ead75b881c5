"""Statements of models on pages: what each showed, by place, and the rows that it saw."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pages import Page
from peer_statement import Numbers

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.disclosure.released import Cell, Figure, Model, Released, Several, Table
from kohort.event import Result
from kohort.session import Session

PAGES = Path(__file__).parent / "commands"
_WHOLE = re.compile(r"(?<=\d)\.0(?=\])")
"""A code of a decimal variable that is a whole number: `i.x[46.0]` is `i.x[46]`."""

FENCE = re.compile(r"^```mdscript[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Ran:
    """A statement of a page, what it showed, and the rows that it saw."""

    text: str
    command: str
    released: Released
    frame: pd.DataFrame


def frame(session: Session) -> pd.DataFrame:
    """Give the active dataset as the engine holds it."""
    dataset: Any = session.datasets[str(session.scope.active)]
    columns = {n: dataset.vector(n).spread().to_list() for n in dataset.shape.variables}
    made = pd.DataFrame({"unit": dataset.rows.ids.to_list(), **columns})
    return made.astype(dict.fromkeys(made.select_dtypes("bool"), float))


def ran(name: str, root: Path, wanted: Collection[str], profile: str = "open") -> Iterator[Ran]:
    """Run a page, and give the statements of the wanted commands that showed or made something."""
    page = Page.read(PAGES / f"{name}.md")
    session = new_session(Catalogue([(None, root)]), profile)
    for script in FENCE.findall(page.text):
        for event in session.run(script, batch=False):
            if not isinstance(event, Result):
                continue
            text = script[event.span.start : event.span.end].strip()
            command = text.split()[0]
            if command in wanted:
                yield Ran(text, command, event.released, frame(session))


# ---- what was shown, by table, block, row and statistic


def shown(released: Released) -> Numbers:
    """Give all numbers of a result; what is not there is None."""
    content = released.content
    parts = content.parts if isinstance(content, Several) else (content,)
    found: Numbers = {}
    for number, part in enumerate(parts):
        if isinstance(part, Model):
            found |= _header(part)
            found |= _table(part.table, str(number))
        elif isinstance(part, Table):
            found |= _table(part, str(number))
        elif isinstance(part, Figure):
            found |= _table(part.table, "0") if part.kind == "interval" else _curve(part)
    return found


def _header(model: Model) -> Numbers:
    found: Numbers = {}
    before = ""
    for name, value in model.header:
        key = name
        if name == "df":
            key = f"{before}_df"
        elif name.startswith("prob_"):
            key = f"{before}_p"
        else:
            before = name
        found["header", "", "", key] = value.v if isinstance(value, Cell) else value
    return found


def _table(table: Table, number: str) -> Numbers:
    found: Numbers = {}
    block = ""
    for row, line in zip(table.rows, table.cells, strict=True):
        names = [_WHOLE.sub("", str(key.code)) for key in row if key.code is not None]
        if all(cell.state == "missing" for cell in line) and row[-1].kind != "statistic":
            if names and names[0].startswith("i.@outcome"):
                block = names[0]
            continue
        if len(names) > 1 and names[0].startswith("i.@outcome"):
            block = names.pop(0)
        for column, cell in zip(table.columns, line, strict=True):
            codes = [str(key.code) for key in column if key.kind != "statistic"]
            statistic = [str(k.code) for k in column if k.kind == "statistic" and k.code]
            key = (number, block, *names, *codes, *(statistic or ["freq"]))
            if len(key) == 3:
                key = (number, block, "", key[-1])
            value = cell.v
            found[key] = (*_several(found[key]), value) if key in found else value
    return found


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _curve(figure: Figure) -> Numbers:
    found: Numbers = {}
    counts: dict[str, int] = {}
    for row, line in zip(figure.table.rows, figure.table.cells, strict=True):
        code = str(row[0].code or "") if row else ""
        place = counts[code] = counts.get(code, -1) + 1
        for column, cell in zip(figure.table.columns, line, strict=True):
            found["curve", code, str(place), str(column[0].code)] = cell.v
    return found
