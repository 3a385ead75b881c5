"""How a table is laid out: what stands down and across, which rows and columns are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kohort.disclosure.counted import Counted, Place
from kohort.disclosure.released import Cell, Key, Note, Table
from kohort.results import Axis, Frequencies

CellOf = Callable[[str, str, Place], Cell]
"""(variable or "", statistic, place) to the published cell."""

_BLANK = Key("statistic")


@dataclass(frozen=True)
class Line:
    """A row or column: its headings, and the codes it fixes."""

    keys: tuple[Key, ...]
    place: Place
    total: bool = False


@dataclass(frozen=True)
class Layout:
    """Rows and columns of a table. The second variable goes across, the others are nested down."""

    stub: tuple[Key, ...]
    rows: tuple[Line, ...]
    head: Key | None
    columns: tuple[Line, ...]
    notes: tuple[Note, ...]


def key_of_variable(axis: Axis) -> Key:
    """Give the heading of a variable."""
    return Key("variable", axis.variable.name, axis.variable.title)


def key_of_code(axis: Axis, position: int, nolabels: bool, flat: bool = False) -> Key:
    """Give the heading of a code, with its label unless codes are asked for.

    In a plain grid, and where codes are asked for, the code of a date is the date, not its number.
    """
    code = axis.codes[position]
    if code is None:
        return Key("missing")
    labels = axis.variable.labels
    label = None if labels is None else labels.label(code)
    if (nolabels or flat) and label is not None and axis.variable.times:
        return Key("code", label)
    return Key("code", code, None if nolabels else label)


def laid_out(counted: Counted) -> Layout:
    """Choose rows and columns by published counts only."""
    raw = counted.raw
    nolabels = bool(raw.options.get("nolabels"))
    flat = bool(raw.options.get("flatten"))
    down = (0, *range(2, len(raw.axes)))
    combinations = counted.shown_combinations(down)
    rows = [
        Line(
            tuple(key_of_code(raw.axes[a], i, nolabels) for a, i in zip(down, line, strict=True)),
            dict(zip(down, line, strict=True)),
        )
        for line in combinations
    ]
    total = Line((Key("total"), *(_BLANK for _ in down[1:])), {}, total=True)
    head, columns = None, [Line((), {})]
    if len(raw.axes) > 1:
        head = key_of_variable(raw.axes[1])
        columns = [
            Line((key_of_code(raw.axes[1], i, nolabels, flat),), {1: i}) for i in counted.shown[1]
        ]
        columns.append(Line((Key("total"),), {}, total=True))
    stub = tuple(key_of_variable(raw.axes[axis]) for axis in down)
    return Layout(stub, (*rows, total), head, tuple(columns), folding(counted))


def folding(counted: Counted) -> tuple[Note, ...]:
    """Say what is not shown: in numbers for public code lists, else always and without."""
    raw: Frequencies = counted.raw
    limit = counted.limits.low_cell
    if not counted.protected or limit <= 1:
        return ()
    notes: list[Note] = []
    # Where limits differ, each belongs to a variable; else one sentence speaks of them all.
    differing = len({counted.least_of(axis) for axis in range(len(raw.axes))}) > 1
    for axis in range(len(raw.axes)):
        known = raw.axes[axis].variable.codes
        shown = {raw.axes[axis].codes[i] for i in counted.shown[axis]}
        if known is None:
            least: dict[str, str | int] = {"limit": counted.least_of(axis)}
            if differing:
                least["variable"] = raw.axes[axis].variable.name
            notes.append(Note("folded_values" if differing else "folded_cells", least))
        elif gone := len([code for code in known if code not in shown]):
            across = axis == 1
            words = {"columns" if across else "rows": gone, "limit": limit}
            notes.append(Note("folded_columns" if across else "folded_rows", words))
    if len(raw.axes) > 2:
        notes.append(Note("folded_cells", {"limit": limit}))
    return tuple(note for place, note in enumerate(notes) if note not in notes[:place])


def assembled(
    layout: Layout,
    title: str,
    variables: Sequence[str],
    statistics: Sequence[str],
    cell: CellOf,
    flatten: bool = False,
    notes: Sequence[Note] = (),
) -> Table:
    """Fill the layout: a column per statistic in one-way tables, else a line per statistic.

    With `flatten` there is one line per row, and a column per code and statistic.
    """
    kinds = [(variable, statistic) for variable in variables for statistic in statistics]
    several = len(variables) > 1
    every_note = (*layout.notes, *notes)
    if layout.head is None:
        return Table(
            title,
            layout.stub,
            tuple(row.keys for row in layout.rows),
            tuple(_statistic_keys(v, s, several) for v, s in kinds),
            tuple(tuple(cell(v, s, row.place) for v, s in kinds) for row in layout.rows),
            every_note,
            flatten,
        )
    marked = several or tuple(statistics) != ("freq",)
    if flatten:
        return _flat(layout, title, kinds if marked else [], cell, every_note)
    rows = [
        (*row.keys, *_statistic_keys(v, s, several)) if marked else row.keys
        for row in layout.rows
        for v, s in kinds
    ]
    cells = [
        tuple(cell(v, s, {**row.place, **column.place}) for column in layout.columns)
        for row in layout.rows
        for v, s in kinds
    ]
    extra = (_BLANK,) * (len(rows[0]) - len(layout.stub)) if rows else ()
    return Table(
        title,
        (*layout.stub, *extra),
        tuple(rows),
        tuple(column.keys for column in layout.columns),
        tuple(cells),
        every_note,
        flatten,
        (layout.head,),
    )


def _flat(
    layout: Layout,
    title: str,
    kinds: Sequence[tuple[str, str]],
    cell: CellOf,
    notes: tuple[Note, ...],
) -> Table:
    """Give a plain grid: a line per row, and a column per code or per code and statistic."""
    several = len({variable for variable, _ in kinds}) > 1
    asked = kinds or [("", "freq")]
    columns = [(line, v, s) for line in layout.columns for v, s in asked]
    return Table(
        title,
        layout.stub,
        tuple(row.keys for row in layout.rows),
        tuple(
            (*line.keys, *(_statistic_keys(v, s, several) if kinds else ()))
            for line, v, s in columns
        ),
        tuple(
            tuple(cell(v, s, {**row.place, **line.place}) for line, v, s in columns)
            for row in layout.rows
        ),
        notes,
        flatten=True,
    )


def _statistic_keys(variable: str, statistic: str, several: bool) -> tuple[Key, ...]:
    key = Key("statistic", statistic)
    return (Key("variable", variable), key) if several else (key,)
