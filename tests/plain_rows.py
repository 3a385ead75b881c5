"""The data commands on rows of plain Python: slow, obvious, written from the language reference.

`sequences` makes scripts at random, and the rows that they must give.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from hypothesis import strategies as st

Value = int | float | str | None
Row = dict[str, Value]
Test = Callable[[Row], bool]
NUMBERS = (-1, 0, 1, 2, 3, 5, 8, 14, 0.5)
CODES = ("1", "2", "0301", "4601", "x")
FAMILY = "family"
"""An identifier: it can be grouped by, and nothing else."""
STATISTICS = ("sum", "min", "max", "mean", "count", "median")


def people() -> list[Row]:
    """Give the twenty people of the small bank as `HEAD` imports them."""
    return [
        {
            "i": i,
            "w": i if i <= 15 else None,
            "s": "1" if i % 2 else "2",
            "h": "0301" if i <= 10 else "4601" if i <= 18 else None,
            FAMILY: i - 1 + i % 2,
        }
        for i in range(1, 21)
    ]


HEAD = """require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_FOEDSELS_AAR_MND as born
import db/INNTEKT_WLONN 2020-12-31 as wage
import db/BEFOLKNING_KJOENN as s
import db/BEFOLKNING_KOMMNR_FORMELL 2021-01-01 as h
import db/BEFOLKNING_REGSTAT_FAMNR 2021-01-01 as family
generate i = int((int(born / 100) - 1940) / 4)
generate w = int(wage / 100000)
drop born wage
"""


class Condition(NamedTuple):
    """An `if` clause: how it is written, and which rows it holds for."""

    text: str
    holds: Test


@dataclass
class World:
    """What a script has made so far: the lines, the rows, and the type of each variable."""

    rows: list[Row] = field(default_factory=people)
    types: dict[str, type] = field(
        default_factory=lambda: {"i": int, "w": float, "s": str, "h": str}
    )
    lines: list[str] = field(default_factory=list)
    fresh: count[int] = field(default_factory=count)

    def new(self) -> str:
        """Give a name that no variable has."""
        return f"v{next(self.fresh)}"

    def names(self, *types: type) -> list[str]:
        """Give the variables of these types; `i` tells the rows apart and stays as it is."""
        return [name for name, of in self.types.items() if of in types and name != "i"]


# ---- conditions and values


def comparison(value: Value, operator: str, other: Value) -> bool:
    """Compare as the language does: false with a missing side, only `!=` is true (1.7)."""
    if value is None or other is None:
        return operator == "!="
    match operator:
        case "==":
            return value == other
        case "!=":
            return value != other
        case "<":
            return value < other  # type: ignore[operator]
        case "<=":
            return value <= other  # type: ignore[operator]
        case ">":
            return value > other  # type: ignore[operator]
        case _:
            return value >= other  # type: ignore[operator]


def written(value: Value) -> str:
    """Give a constant as a script writes it."""
    return "." if value is None else f"'{value}'" if isinstance(value, str) else str(value)


@st.composite
def conditions(draw: st.DrawFn, world: World, depth: int = 1) -> Condition:
    """Give a condition on the variables of a world."""
    if depth and draw(st.booleans()):
        a, b = draw(conditions(world, depth - 1)), draw(conditions(world, depth - 1))
        joined = draw(st.sampled_from(("&", "|", "!")))
        if joined == "&":
            return Condition(f"({a.text}) & ({b.text})", lambda r: a.holds(r) and b.holds(r))
        if joined == "|":
            return Condition(f"({a.text}) | ({b.text})", lambda r: a.holds(r) or b.holds(r))
        return Condition(f"!({a.text})", lambda r: not a.holds(r))
    name = draw(st.sampled_from(sorted(world.types)))
    text = world.types[name] is str
    possible: tuple[Value, ...] = CODES if text else NUMBERS
    constant = draw(st.sampled_from(possible))
    operator = draw(st.sampled_from(("==", "!=") if text else ("==", "!=", "<", "<=", ">", ">=")))
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return Condition(f"sysmiss({name})", lambda r: r[name] is None)
    if kind == 1:
        listed = draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3))
        items = ", ".join(map(written, listed))
        return Condition(f"inlist({name}, {items})", lambda r: r[name] in listed)
    return Condition(
        f"{name} {operator} {written(constant)}", lambda r: comparison(r[name], operator, constant)
    )


class Calculation(NamedTuple):
    """An expression: how it is written, its value in a row, and its type."""

    text: str
    value: Callable[[Row], Value]
    type: type


@st.composite
def calculations(draw: st.DrawFn, world: World) -> Calculation:
    """Give an expression: a constant, a variable, an operation, a condition as 1 or 0."""
    kind = draw(st.integers(0, 4))
    if kind == 0:
        possible: tuple[float | str, ...] = (*NUMBERS, *CODES)
        said = draw(st.sampled_from(possible))
        return Calculation(written(said), lambda _: said, type(said))
    if kind == 1:
        held = draw(conditions(world))
        return Calculation(held.text, lambda r: int(held.holds(r)), int)
    if kind == 2:
        name = draw(st.sampled_from(sorted(world.types)))
        return Calculation(name, lambda r: r[name], world.types[name])
    name = draw(st.sampled_from([*world.names(int, float), "i"]))
    constant = draw(st.sampled_from(NUMBERS))
    operator = draw(st.sampled_from("+-*/"))
    whole = world.types[name] is int and isinstance(constant, int) and operator != "/"
    return Calculation(
        f"{name} {operator} {constant}" if constant >= 0 else f"{name} {operator} ({constant})",
        lambda r: _operation(r[name], operator, constant),
        int if whole else float,
    )


def _operation(value: Value, operator: str, constant: float) -> Value:
    if value is None or (operator == "/" and constant == 0):
        return None
    assert not isinstance(value, str)
    match operator:
        case "+":
            return value + constant
        case "-":
            return value - constant
        case "*":
            return value * constant
        case _:
            return value / constant


# ---- statements


@st.composite
def sequences(draw: st.DrawFn) -> World:
    """Give a world after one to six random statements, with the lines that made it."""
    world = World()
    steps = (_generate, _replace, _recode, _select, _rename, _clone, _destring, _group, _drop)
    for _ in range(draw(st.integers(1, 6))):
        step = draw(st.sampled_from(steps))
        step(draw, world)
    return world


def _clause(draw: st.DrawFn, world: World) -> Condition:
    if draw(st.booleans()):
        return Condition("", lambda _: True)
    found = draw(conditions(world))
    return Condition(f" if {found.text}", found.holds)


def _generate(draw: st.DrawFn, world: World) -> None:
    new, what, when = world.new(), draw(calculations(world)), _clause(draw, world)
    world.lines.append(f"generate {new} = {what.text}{when.text}")
    for row in world.rows:
        row[new] = what.value(row) if when.holds(row) else None
    world.types[new] = what.type


def _replace(draw: st.DrawFn, world: World) -> None:
    name = draw(st.sampled_from(world.names(int, float, str) or [""]))
    if not name:
        return
    what, when = draw(calculations(world)), _clause(draw, world)
    if when.text and (world.types[name] is str) != (what.type is str):
        return
    world.lines.append(f"replace {name} = {what.text}{when.text}")
    for row, value in [(row, what.value(row)) for row in world.rows if when.holds(row)]:
        row[name] = value
    both = {world.types[name], what.type} if when.text else {what.type}
    world.types[name] = float if len(both) > 1 else both.pop()


def _recode(draw: st.DrawFn, world: World) -> None:
    name = draw(st.sampled_from(world.names(int, float, str) or [""]))
    if not name:
        return
    texts = world.types[name] is str
    rules = draw(st.lists(_text_rules() if texts else _number_rules(), min_size=1, max_size=3))
    prefix, when = draw(st.sampled_from(("", "p"))), _clause(draw, world)
    target = prefix + name
    if prefix and target in world.types:
        return
    written_rules = " ".join(f"({left} = {written(value)})" for left, _, value in rules)
    option = f", prefix({prefix})" if prefix else ""
    world.lines.append(f"recode {name} {written_rules}{when.text}{option}")
    for row in world.rows:
        fitting = [value for _, fits, value in rules if fits(row[name])]
        row[target] = fitting[0] if fitting and when.holds(row) else row[name]
    decimal = any(isinstance(value, float) for _, _, value in rules)
    world.types[target] = float if decimal and not texts else world.types[name]


class _Rule(NamedTuple):
    left: str
    fits: Callable[[Value], bool]
    value: Value


@st.composite
def _number_rules(draw: st.DrawFn) -> _Rule:
    value = draw(st.sampled_from(NUMBERS))
    low, high = sorted(draw(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))))
    return draw(
        st.sampled_from((
            _Rule(f"{low}/{high}", lambda v: v is not None and low <= v <= high, value),  # type: ignore[operator]
            _Rule(f"min/{high}", lambda v: v is not None and v <= high, value),  # type: ignore[operator]
            _Rule(f"{low}/max", lambda v: v is not None and v >= low, value),  # type: ignore[operator]
            _Rule(f"{low} {high}", lambda v: v in {low, high}, value),
            *_groups(value),
        ))
    )


@st.composite
def _text_rules(draw: st.DrawFn) -> _Rule:
    value, a, b = (draw(st.sampled_from(CODES)) for _ in range(3))
    return draw(
        st.sampled_from((_Rule(f"'{a}' '{b}'", lambda v: v in {a, b}, value), *_groups(value)))
    )


def _groups(value: Value) -> tuple[_Rule, ...]:
    return (
        _Rule("missing", lambda v: v is None, value),
        _Rule(".", lambda v: v is None, value),
        _Rule("nonmissing", lambda v: v is not None, value),
        _Rule("*", lambda _: True, value),
    )


def _select(draw: st.DrawFn, world: World) -> None:
    word, when = draw(st.sampled_from(("keep", "drop"))), draw(conditions(world))
    world.lines.append(f"{word} if {when.text}")
    world.rows = [row for row in world.rows if when.holds(row) == (word == "keep")]


def _rename(draw: st.DrawFn, world: World) -> None:
    name = draw(st.sampled_from(world.names(int, float, str) or [""]))
    if not name:
        return
    new = world.new()
    world.lines.append(f"rename {name} {new}")
    world.types[new] = world.types.pop(name)
    for row in world.rows:
        row[new] = row.pop(name)


def _clone(draw: st.DrawFn, world: World) -> None:
    name, new = draw(st.sampled_from(sorted(world.types))), world.new()
    world.lines.append(f"clone-variables {name} -> {new}")
    world.types[new] = world.types[name]
    for row in world.rows:
        row[new] = row[name]


def _drop(draw: st.DrawFn, world: World) -> None:
    names = world.names(int, float, str)
    if len(names) < 2:
        return
    gone = draw(st.sampled_from(names))
    others = [name for name in (*world.types, FAMILY) if name != gone]
    by_name = f"drop {gone}"
    world.lines.append(draw(st.sampled_from((by_name, f"keep {' '.join(others)}"))))
    del world.types[gone]
    for row in world.rows:
        del row[gone]


def _destring(draw: st.DrawFn, world: World) -> None:
    name, new = draw(st.sampled_from(world.names(str) or [""])), f"n{next(world.fresh)}"
    if not name:
        return
    world.lines.append(f"destring {name}, prefix({new}_) force")
    target = f"{new}_{name}"
    world.types[target] = float
    for row in world.rows:
        text = row[name]
        row[target] = float(text) if isinstance(text, str) and text.isdigit() else None


def _group(draw: st.DrawFn, world: World) -> None:
    """Collapse a copy of the dataset, and merge the results back."""
    of = draw(st.sampled_from([*world.names(int, float), "i"]))
    statistic = draw(st.sampled_from(STATISTICS))
    by = draw(st.sampled_from([*sorted(world.types), FAMILY]))
    new, dataset = world.new(), world.new()
    world.lines += [
        f"clone-dataset people {dataset}",
        f"use {dataset}",
        f"collapse ({statistic}) {of} -> {new}, by({by})",
        f"merge {new} into people on {by}",
        "use people",
    ]
    groups: dict[Value, list[float]] = {}
    for row in world.rows:
        values = groups.setdefault(row[by], [])
        value = row[of]
        if value is not None:
            assert not isinstance(value, str)
            values.append(value)
    for row in world.rows:
        row[new] = None if row[by] is None else _statistic(statistic, groups[row[by]])
    keeps = statistic in ("sum", "min", "max")
    world.types[new] = int if statistic == "count" else world.types[of] if keeps else float


def _statistic(name: str, values: list[float]) -> Value:
    if name in ("sum", "count"):
        return sum(values) if name == "sum" else len(values)
    if not values:
        return None
    ordered, middle = sorted(values), len(values) // 2
    match name:
        case "min":
            return ordered[0]
        case "max":
            return ordered[-1]
        case "mean":
            return sum(values) / len(values)
        case _:
            odd = len(values) % 2
            return ordered[middle] if odd else (ordered[middle - 1] + ordered[middle]) / 2
