"""Counts below the limit in a table, and blanked ones that follow from what is left.

What follows is found by linear programming: each blanked cell is a number of at least 0, each row
and column adds up to its total, and a cell whose smallest and largest possible value lie below the
limit, or are the same, is told by the table (the "feasibility interval" of Willenborg and de Waal,
Elements of Statistical Disclosure Control, 2001, chapter 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kohort.release_check.finding import Finding
from kohort.release_check.table import BLANK, SMALL_TEXT, TOTAL, Sheet, count, number

_SHARE: Final = re.compile(r"(?i)%|per ?cent|prosent|procent|share|andel|pct")
_COUNT: Final = re.compile(
    r"(?i)^\s*(n|nobs|obs|count|freq(uency)?|antal?l?|frekvens|units|enheter|personer|persons)\b"
)
_NOT_COUNTS: Final = re.compile(
    r"(?i)(?<![^\W\d_])(mean|median|gjennomsnitt|middel|std|sd|se|coef\w*|p|p-?val\w*|t|z|beta|"
    r"lower|upper|ci|min|max|kvartil|quartile|percentile|sum|year|år|age|alder|code|kode|dato|date|"
    r"id)(?![^\W\d_])|r²|r2|%|[pt]>"
)
_MOST_UNKNOWN: Final = 200


@dataclass(frozen=True)
class Grid:
    """The counts of a table: `values[r][c]` is a count, None where it is blanked.

    `rows`, `columns`: their positions in the sheet; totals are the last of each where `totals`
    (row total, column total) say so.
    """

    values: tuple[tuple[int | None, ...], ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    totals: tuple[bool, bool]


def small_cells(file: str, sheet: Sheet, limit: int) -> Iterator[Finding]:
    """Find counts from 1 to below the limit, blanked ones that can be worked out, and shares."""
    for grid in grids(sheet):
        told = False
        for r, line in enumerate(grid.values):
            for c, value in enumerate(line):
                if value is not None and 0 < value < limit:
                    told = True
                    place = sheet.place(grid.rows[r], grid.columns[c])
                    yield Finding(file, place, "small-cell", f"a count from 1 to {limit - 1}")
        if not told:
            yield from _recovered(file, sheet, grid, limit)
    yield from _shares(file, sheet, limit)


def grids(sheet: Sheet) -> Iterator[Grid]:
    """Find the tables of counts: blocks of rows below a heading whose cells are counts."""
    start: int | None = None
    for row in range(len(sheet.rows) + 1):
        body = row < len(sheet.rows) and _is_body(sheet.rows[row])
        if body and start is None:
            start = row
        if not body and start is not None:
            yield from _grid(sheet, start, row)
            start = None


def _is_body(row: Sequence[str]) -> bool:
    cells = [text for text in row[1:] if text.strip().lower() not in BLANK]
    numbers = [text for text in cells if number(text) is not None or SMALL_TEXT.match(text)]
    return bool(numbers) and 2 * len(numbers) >= len(cells)


def _grid(sheet: Sheet, start: int, end: int) -> Iterator[Grid]:
    width = max(len(sheet.rows[row]) for row in range(start, end))
    columns = [c for c in range(1, width) if _counts(sheet, start, end, c)]
    rows = [row for row in range(start, end) if not _NOT_COUNTS.search(_stubs(sheet.rows[row]))]
    if not columns or not rows:
        return
    values = tuple(tuple(_value(sheet.rows[row], c) for c in columns) for row in rows)
    heads = _heads(sheet, start)
    totals = (
        len(columns) > 1 and bool(TOTAL.match(_at(heads, columns[-1]))),
        len(rows) > 1 and bool(TOTAL.match(_stub(sheet.rows[rows[-1]]))),
    )
    yield Grid(values, tuple(rows), tuple(columns), totals)


def _counts(sheet: Sheet, start: int, end: int, column: int) -> bool:
    """Whether a column holds counts: whole numbers, under a heading that says nothing else."""
    head = _at(_heads(sheet, start), column)
    if _COUNT.search(head):
        return True
    if _NOT_COUNTS.search(head) or _SHARE.search(head):
        return False
    texts = [_at(sheet.rows[row], column) for row in range(start, end)]
    said = [t for t in texts if t.strip().lower() not in BLANK and not SMALL_TEXT.match(t)]
    return bool(said) and all(count(text) is not None for text in said)


def _heads(sheet: Sheet, start: int) -> Sequence[str]:
    return sheet.rows[start - 1] if start else ()


def _at(row: Sequence[str], column: int) -> str:
    return row[column].strip() if column < len(row) else ""


def _stub(row: Sequence[str]) -> str:
    return row[0].strip() if row else ""


def _stubs(row: Sequence[str]) -> str:
    """Give all words that head a row: those before its first number."""
    words: list[str] = []
    for text in row:
        if number(text) is not None:
            break
        words.append(text.strip())
    return " ".join(words)


def _value(row: Sequence[str], column: int) -> int | None:
    return count(_at(row, column))


def _recovered(file: str, sheet: Sheet, grid: Grid, limit: int) -> Iterator[Finding]:
    """Find blanked cells whose possible values lie below the limit, or are one value."""
    inner = [
        (r, c)
        for r in range(len(grid.values) - grid.totals[1])
        for c in range(len(grid.columns) - grid.totals[0])
    ]
    unknown = [place for place in inner if grid.values[place[0]][place[1]] is None]
    if not unknown or not any(grid.totals) or len(unknown) > _MOST_UNKNOWN:
        return
    if not _adds_up(grid, inner):
        return  # noise keeps totals from adding up, so that nothing follows from them
    for (r, c), (low, high) in zip(unknown, _intervals(grid, inner, unknown), strict=True):
        if high < 1:
            continue  # nobody: an empty cell tells nothing of anybody
        if high < limit or high - low < 1:
            place = sheet.place(grid.rows[r], grid.columns[c])
            yield Finding(file, place, "recoverable-cell", "totals tell what was blanked")


def _lines(
    grid: Grid, inner: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Give each total that is there, with the places of the cells that make it up."""
    for across in (0, 1):
        if not grid.totals[across]:
            continue
        for line in sorted({place[across] for place in inner}):
            total = grid.values[line][-1] if across == 0 else grid.values[-1][line]
            if total is not None:
                yield total, [place for place in inner if place[across] == line]


def _adds_up(grid: Grid, inner: Sequence[tuple[int, int]]) -> bool:
    """Whether every total without blanked parts is their sum, and none is below what is known."""
    for total, places in _lines(grid, inner):
        parts = [grid.values[r][c] for r, c in places]
        known = sum(part or 0 for part in parts)
        if known > total or (None not in parts and known != total):
            return False
    return True


def _intervals(
    grid: Grid, inner: Sequence[tuple[int, int]], unknown: Sequence[tuple[int, int]]
) -> list[tuple[float, float]]:
    """Give the smallest and largest possible value of each blanked cell."""
    import numpy as np
    from scipy.optimize import linprog

    lines, sums = [], []
    index = {place: n for n, place in enumerate(unknown)}
    for total, places in _lines(grid, inner):
        row = np.zeros(len(unknown))
        for place in places:
            if place in index:
                row[index[place]] = 1.0
        lines.append(row)
        sums.append(total - sum(grid.values[r][c] or 0 for r, c in places))
    found = []
    for n in range(len(unknown)):
        goal = np.zeros(len(unknown))
        goal[n] = 1.0
        ends = []
        for sign in (1.0, -1.0):
            solved = linprog(sign * goal, A_eq=np.array(lines), b_eq=np.array(sums))
            # Totals that contradict one another tell nothing.
            ends.append(sign * float(solved.fun) if solved.success else (0.0, 1e9)[sign < 0])
        found.append((ends[0], ends[1]))
    return found


def _shares(file: str, sheet: Sheet, limit: int) -> Iterator[Finding]:
    """Find shares that, with the row's or column's count, tell a count below the limit."""
    for grid in grids(sheet):
        heads = _heads(sheet, grid.rows[0])
        shares = [c for c in range(len(heads)) if _SHARE.search(heads[c]) and c not in grid.columns]
        bases = [c for c in grid.columns if _COUNT.search(_at(heads, c))]
        if not shares or len(bases) != 1:
            continue
        for row in grid.rows:
            base = count(_at(sheet.rows[row], bases[0]))
            for column in shares:
                share = number(_at(sheet.rows[row], column))
                if base is None or share is None or not 0 < share < 100:
                    continue
                part = round(base * share / 100)
                near = abs(base * share / 100 - part) <= 0.005 * base + 0.05
                if near and (0 < part < limit or 0 < base - part < limit) and base >= limit:
                    yield Finding(
                        file, sheet.place(row, column), "small-share",
                        f"the share of this total is a count from 1 to {limit - 1}",
                    )  # fmt: skip
