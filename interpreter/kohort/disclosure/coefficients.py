"""A model's coefficients with their intervals, drawn from its released table and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection

from kohort.diagnostic import Span
from kohort.disclosure.charted import roles
from kohort.disclosure.keys import Secret
from kohort.disclosure.model_table import model
from kohort.disclosure.profile import Profile
from kohort.disclosure.released import Model, Several
from kohort.disclosure.released_figure import Drawing, Figure
from kohort.disclosure.released_table import Cell, Key, Table
from kohort.results import CoefficientCases

_ENDS = ("lower", "upper")
_NAME = re.compile(r"^(?:[ic]\.)?(.+?)(?:\[.*\])?$", re.DOTALL)


def coefficients(secret: Secret, profile: Profile, raw: CoefficientCases, span: Span) -> Figure:
    """Give the rows of the model's table, the constant left out. Raises `RefusedError`."""
    released = model(secret, profile, raw, span)
    shown = released.parts[0] if isinstance(released, Several) else released
    assert isinstance(shown, Model)
    table = shown.table
    heads = table.columns[0][0]
    names = [column[0].code for column in table.columns]
    places = (0, *(names.index(end) for end in _ENDS))
    rows, several = _rows(table, {*raw.continuous, *raw.factors})
    marks = Table(
        "",
        (*((Key("statistic"),) if several else ()), Key("statistic", "term")),
        tuple(keys for keys, _ in rows),
        tuple(table.columns[place] for place in places),
        tuple(tuple(cells[place] for place in places) for _, cells in rows),
        shown.notes,
        flatten=True,
    )
    # No effect is a ratio of 1.
    ratio = str(heads.code).endswith("_ratio")
    drawn: tuple[Drawing, ...] = ("one",) if ratio else ()
    title = f"coefplot {shown.title}"
    return Figure("interval", title, marks, roles(int(several), 1), (), (heads,), drawn=drawn)


def _rows(
    table: Table, variables: Collection[str]
) -> tuple[list[tuple[tuple[Key, ...], tuple[Cell, ...]]], bool]:
    """The rows of terms of some variables with their equation, and whether there are several.

    A constant is of no variable, nor is a parameter of the distribution.
    """
    several = any(row[0].kind == "equation" for row in table.rows)
    found: list[tuple[tuple[Key, ...], tuple[Cell, ...]]] = []
    panel = Key("statistic")
    for (key,), cells in zip(table.rows, table.cells, strict=True):
        if key.kind == "equation":
            panel = key
        keys = (panel, key) if several else (key,)
        # A variable may be called as a parameter is, which stands below it.
        if key.kind == "term" and _of(str(key.code), variables) and keys not in dict(found):
            found.append((keys, cells))
    return found, several


def _of(name: str, variables: Collection[str]) -> bool:
    """Whether an id such as `i.a[2]#c.x` is made of these variables."""
    return all(_NAME.sub(r"\1", part) in variables for part in name.split("#"))
