"""Tables as LaTeX: a float with a booktabs table, its caption above and its notes below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from kohort.render.files_grid import Entry, Grid

_SIGNS: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "^": r"\textasciicircum{}", "_": r"\_", "~": r"\textasciitilde{}", "%": r"\%",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}", "-": "{-}", "`": r"\textasciigrave{}", "²": r"\textsuperscript{2}",
    "±": r"\textpm{}",
}  # fmt: skip
"""Signs that mean something to LaTeX, or that its usual fonts lack."""
_PLAIN: Final = re.compile(r"-?[\d ]+(\.\d+)?", re.ASCII)


def latex_text(grid: Grid) -> str:
    """Give a table for `\\input` in a document that uses `booktabs` and `[T1]{fontenc}`."""
    depth = max(map(len, grid.columns), default=1)
    lines = [r"\begin{table}", r"  \centering"]
    lines += [rf"  \caption{{{quoted(grid.title)}}}"] if grid.title else []
    if grid.pairs:
        lines += [
            r"  \begin{tabular}{lr}",
            *(f"    {quoted(name)} & {_number(entry)} \\\\" for name, entry in grid.pairs),
            r"  \end{tabular}",
            r"  \par\medskip",
        ]
    lines += [rf"  \begin{{tabular}}{{{'l' * len(grid.stub)}{'r' * len(grid.columns)}}}"]
    lines += [r"    \toprule", *_heads(grid, depth), r"    \midrule", *_rows(grid)]
    lines += [r"    \bottomrule", r"  \end{tabular}"]
    for notes in (grid.notes, grid.origin):
        lines += [rf"  \par{{\footnotesize {quoted(note)}\par}}" for note in notes]
    return "\n".join([*lines, r"\end{table}"]) + "\n"


def quoted(text: str) -> str:
    """Give a text in which no sign is a command."""
    return "".join(_SIGNS.get(sign, sign) for sign in text)


def _heads(grid: Grid, depth: int) -> Iterator[str]:
    for level in range(depth):
        last = level == depth - 1
        stub = [quoted(text) if last else "" for text in grid.stub]
        if last:
            body = [quoted(column[level]) for column in grid.columns]
        else:
            body = [_spanning(texts, level) for texts in _together(grid.columns, level)]
        yield f"    {' & '.join([*stub, *body])} \\\\"


def _together(columns: Sequence[tuple[str, ...]], level: int) -> Iterator[list[tuple[str, ...]]]:
    """Give the columns that share their heading down to a level."""
    for _, found in groupby(columns, key=lambda column: column[: level + 1]):
        yield list(found)


def _spanning(columns: Sequence[tuple[str, ...]], level: int) -> str:
    return rf"\multicolumn{{{len(columns)}}}{{c}}{{{quoted(columns[0][level])}}}"


def _rows(grid: Grid) -> Iterator[str]:
    """Give the rows; a heading that the row above has too is not repeated."""
    before: tuple[str, ...] = ()
    for words, entries in zip(grid.rows, grid.cells, strict=True):
        told = [
            "" if words[: place + 1] == before[: place + 1] and place + 1 < len(words) else text
            for place, text in enumerate(words)
        ]
        yield f"    {' & '.join([*map(quoted, told), *map(_number, entries)])} \\\\"
        before = words


def _number(entry: Entry) -> str:
    """Give a number with its sign as a minus and its thousands apart."""
    if entry.value is None or not _PLAIN.fullmatch(entry.text):
        return quoted(entry.text)
    sign = "$-$" if entry.text.startswith("-") else ""
    return sign + entry.text.removeprefix("-").replace(" ", r"\,")
