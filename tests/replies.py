"""What a script replied, in forms that tests compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import banks
import random_scripts

from kohort.assembly import new_session
from kohort.diagnostic import Diagnostic
from kohort.disclosure.released import (
    Cell,
    Content,
    Figure,
    Key,
    Listing,
    Model,
    Note,
    Released,
    Several,
    Status,
    Table,
    Text,
)
from kohort.event import Event, Finished, Result, Told
from kohort.session import Session

Labels = tuple[object, ...]


class Reply:
    """The events of one script."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = list(events)

    @property
    def released(self) -> list[Released]:
        """What was released, in order."""
        return [event.released for event in self.events if isinstance(event, Result)]

    @property
    def told(self) -> list[Diagnostic]:
        """The diagnostics, notices left out."""
        told = [event.diagnostic for event in self.events if isinstance(event, Told)]
        return [diagnostic for diagnostic in told if diagnostic.severity != "notice"]

    @property
    def codes(self) -> list[str]:
        """The codes of the diagnostics."""
        return [diagnostic.code for diagnostic in self.told]

    @property
    def exit_code(self) -> int:
        """How the script ended."""
        last = self.events[-1]
        assert isinstance(last, Finished)
        return last.exit_code

    @property
    def tables(self) -> list[Table]:
        """The tables, those of models included."""
        return [table for released in self.released for table in tables_of(released)]

    @property
    def table(self) -> Table:
        """The last table."""
        return self.tables[-1]

    @property
    def models(self) -> list[Model]:
        """The models."""
        return [r.content for r in self.released if isinstance(r.content, Model)]

    @property
    def sizes(self) -> list[float]:
        """The numbers of units in the status lines."""
        return [
            0 if (cell := content.numbers["units"]).v is None else cell.v or 0
            for content in (released.content for released in self.released)
            if isinstance(content, Status) and "units" in content.numbers
        ]


def session_of(root: Path, profile: str | None = None, head: str = random_scripts.HEAD) -> Session:
    """Give a session in which the head has run without a mistake."""
    session = new_session(banks.catalogue(root), profile)
    reply = Reply(list(session.run(head)))
    assert reply.codes == [], reply.told
    return session


def asked(session: Session, script: str) -> Reply:
    """Give the reply to one more script."""
    return Reply(list(session.run(script, batch=False)))


def tables_of(released: Released) -> list[Table]:
    """Give the tables of a result."""
    match released.content:
        case Table() as table:
            return [table]
        case Model(table=table):
            return [table]
        case Figure(table=table, further=further):
            return [table, *further]
        case _:
            return []


def key_word(key: Key) -> object:
    """Give what tells a heading from others: the code, or the kind of heading."""
    return key.kind if key.code is None else key.code


def cells_of(table: Table) -> dict[tuple[Labels, Labels], Cell]:
    """Give the cells by the words of their row and column."""
    return {
        (tuple(map(key_word, row)), tuple(map(key_word, column))): cell
        for row, line in zip(table.rows, table.cells, strict=True)
        for column, cell in zip(table.columns, line, strict=True)
    }


def number(table: Table, row: object, column: object = "freq") -> float:
    """Give the number where a row's first heading and a column's last heading have these words."""
    (found,) = (
        cell
        for (labels, heads), cell in cells_of(table).items()
        if labels[0] == row and heads[-1] == column
    )
    assert found.v is not None, found
    return found.v


def counts_of(released: Released) -> Iterator[Cell]:
    """Give every cell that is a number of units: in tables, status lines and headers of models."""
    content = released.content
    if isinstance(content, Status):
        yield from content.numbers.values()
    if isinstance(content, Model):
        yield from (cell for name, cell in content.header if name == "nobs" and _is_cell(cell))  # type: ignore[misc]
    for table in tables_of(released):
        for row, line in zip(table.rows, table.cells, strict=True):
            for column, cell in zip(table.columns, line, strict=True):
                kinds = [k.code for k in (*row, *column) if k.kind == "statistic" and k.code]
                if not kinds or kinds[-1] in ("freq", "n"):
                    yield cell


def _is_cell(value: Cell | str) -> bool:
    return isinstance(value, Cell)


def form(reply: Reply) -> list[object]:
    """Give everything of a reply but its numbers: diagnostics, headings, states, notes."""
    found: list[object] = []
    for event in reply.events:
        match event:
            case Told(diagnostic):
                found.append((diagnostic.code, diagnostic.message, diagnostic.hint))
            case Result(released, _):
                found.append(_form(released))
            case Finished(code):
                found.append(code)
            case _:
                pass
    return found


def _form(released: Released) -> object:
    return _form_of_content(released.content)


def _form_of_content(content: Content) -> object:
    match content:
        case Several():
            return [_form_of_content(part) for part in content.parts]
        case Status():
            return content.message, dict(content.words), _states(content.numbers.values())
        case Table():
            return _form_of(content)
        case Model():
            header = [
                (name, cell.state if isinstance(cell, Cell) else "words")
                for name, cell in content.header
            ]
            title = content.title.partition(" if ")[0]
            return title, header, _form_of(content.table), _notes(content.notes)
        case Figure():
            parts = (content.table, *content.further)
            title = content.title.partition(" if ")[0]
            return title, content.kind, content.drawn, [_form_of(part) for part in parts]
        case Text():
            rows = [block.rows for block in content.blocks if isinstance(block, Listing)]
            return [[[cell for cell in row if not cell.isdigit()] for row in r] for r in rows]
        case _:
            return type(content).__name__


def _form_of(table: Table) -> object:
    states = [_states(line) for line in table.cells]
    # The title quotes the script, which asks of some and of nobody.
    title = table.title.partition(" if ")[0]
    return title, table.stub, table.rows, table.columns, states, _notes(table.notes)


def _states(cells: Iterable[Cell]) -> list[str]:
    return [cell.state for cell in cells]


def _notes(notes: Sequence[Note]) -> list[object]:
    return [(note.key, sorted(note.words)) for note in notes]
