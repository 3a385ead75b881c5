"""Flows between stages as a Vega specification: every place is worked out here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kohort.disclosure.released_table import Key
from kohort.render.chart_marks import NARROW, Marks, said, value_of
from kohort.render.chart_style import FONT, categories
from kohort.render.headings import heading
from kohort.render.numbers import number

VEGA: Final = "https://vega.github.io/schema/vega/v5.json"
"""Names the language of the specification; nothing is fetched from there."""

_THICK, _GAP, _STAGE, _HEIGHT, _TOP = 14, 12, 240, 340, 26
_LETTER = 6.4


@dataclass(frozen=True)
class Node:
    """A code of a stage: where it stands, in pixels, and its published count if there is one."""

    stage: int
    text: str
    count: float | None
    top: float
    high: float
    colour: str


def flow(marks: Marks) -> dict[str, Any]:
    """Give the part of a specification that draws stages, codes and the links between them."""
    stages, nodes, scale = arranged(marks)
    longest = max((len(node.text) for node in nodes.values() if node.stage), default=0)
    width = _STAGE * (len(stages) - 1) + _THICK
    room = round(longest * _LETTER) + 60
    height = max((node.top + node.high for node in nodes.values()), default=_HEIGHT)
    data = [
        {"name": "links", "values": _links(marks, nodes, scale)},
        {"name": "codes", "values": [_node(node) for node in nodes.values()]},
        {"name": "stages", "values": [
            {"x": place * _STAGE, "text": text} for place, text in enumerate(stages)
        ]},
    ]  # fmt: skip
    return {
        "width": width + room,
        "height": round(height),
        "autosize": {"type": "pad", "contains": "padding"},
        "data": data,
        "marks": [_path(), _rectangle(), _name(), _stage()],
    }


def arranged(marks: Marks) -> tuple[list[str], dict[tuple[str, str], Node], float]:
    """Give the stages, the codes by stage and text, and how many pixels a unit takes."""
    table = marks.figure.further[0]
    stages: list[str] = []
    found: dict[int, list[tuple[Key, Key, float | None]]] = {}
    for row, cells in zip(table.rows, table.cells, strict=True):
        key = str(row[0].code)
        if key not in stages:
            stages.append(key)
        found.setdefault(stages.index(key), []).append((row[0], row[1], value_of(cells[0])))
    scale = min(
        (_HEIGHT - _GAP * (len(codes) - 1)) / max(sum(count or 0.0 for *_, count in codes), 1.0)
        for codes in found.values()
    )
    scale = max(scale, 1e-9)
    texts = list(dict.fromkeys(
        heading(code, marks.look) for codes in found.values() for _, code, _ in codes
    ))  # fmt: skip
    colours = dict(zip(texts, categories(len(texts)), strict=True))
    nodes: dict[tuple[str, str], Node] = {}
    for stage, codes in found.items():
        top = float(_TOP)
        for variable, code, count in codes:
            text, high = heading(code, marks.look), max((count or 0.0) * scale, 1.0)
            nodes[str(variable.code), text] = Node(stage, text, count, top, high, colours[text])
            top += high + _GAP
    titles = [said([row], marks.look) for row in dict.fromkeys(r[0] for r in table.rows)]
    return titles, nodes, scale


def _links(
    marks: Marks, nodes: Mapping[tuple[str, str], Node], scale: float
) -> list[dict[str, Any]]:
    """Give each link as the outline of a band, put below those before it at both its ends."""
    names = list(dict.fromkeys(stage for stage, _ in nodes))
    left = {key: node.top for key, node in nodes.items()}
    right = dict(left)
    made = []
    for mark in marks.every:
        stage = str(mark.keys[0].code)
        start, end = (stage, mark.category), (names[names.index(stage) + 1], mark.series)
        count = mark.numbers[0] or 0.0
        thick = max(count * scale, 0.5)
        begin, finish = nodes[start].stage * _STAGE + _THICK, nodes[end].stage * _STAGE
        path = _band(begin, finish, left[start], right[end], thick)
        left[start] += thick
        right[end] += thick
        told = f"{mark.category} \u2192 {mark.series}: {mark.told[0]}"
        made.append({
            "path": path,
            "colour": nodes[start].colour,
            "count": mark.numbers[0],
            "told": told,
        })
    return made


def _band(x0: float, x1: float, y0: float, y1: float, thick: float) -> str:
    middle = (x0 + x1) / 2
    a, b, c, d = (round(y, 2) for y in (y0, y1, y1 + thick, y0 + thick))
    return (
        f"M{x0},{a}C{middle},{a} {middle},{b} {x1},{b}L{x1},{c}C{middle},{c} {middle},{d} {x0},{d}Z"
    )


def _node(node: Node) -> dict[str, Any]:
    told = "" if node.count is None else number(node.count, "freq", NARROW)
    return {
        "x": node.stage * _STAGE,
        "y": round(node.top, 2),
        "high": round(node.high, 2),
        "middle": round(node.top + node.high / 2, 2),
        "colour": node.colour,
        "count": node.count,
        "text": node.text if node.count is None else f"{node.text} ({told})",
    }


def _path() -> dict[str, Any]:
    enter = {
        "path": {"field": "path"},
        "fill": {"field": "colour"},
        "fillOpacity": {"value": 0.4},
        "tooltip": {"field": "told"},
    }
    return {"type": "path", "from": {"data": "links"}, "encode": {"enter": enter}}


def _rectangle() -> dict[str, Any]:
    enter = {
        "x": {"field": "x"},
        "y": {"field": "y"},
        "width": {"value": _THICK},
        "height": {"field": "high"},
        "fill": {"field": "colour"},
        "tooltip": {"field": "text"},
    }
    return {"type": "rect", "from": {"data": "codes"}, "encode": {"enter": enter}}


def _name() -> dict[str, Any]:
    enter = {
        "x": {"field": "x", "offset": _THICK + 6},
        "y": {"field": "middle"},
        "baseline": {"value": "middle"},
        "text": {"field": "text"},
        "font": {"value": FONT},
        "fontSize": {"value": 12},
        "fill": {"value": "INK"},
    }
    return {"type": "text", "from": {"data": "codes"}, "encode": {"enter": enter}}


def _stage() -> dict[str, Any]:
    enter = {
        "x": {"field": "x"},
        "y": {"value": 12},
        "text": {"field": "text"},
        "font": {"value": FONT},
        "fontSize": {"value": 12},
        "fontWeight": {"value": "bold"},
        "fill": {"value": "INK"},
        "limit": {"value": _STAGE - 10},
    }
    return {"type": "text", "from": {"data": "stages"}, "encode": {"enter": enter}}
