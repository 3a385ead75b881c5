"""Finds the data structures in a metadata file without parsing all of it.

A bank of 700 variables has megabytes of code lists, of which a script needs a few. The text is cut
where structures begin; each piece is parsed when it is asked for. Cutting is safe because a quote
inside a JSON text is always escaped, so that the pattern matches keys only; and it is checked: what
remains without the pieces must be the whole file with an empty list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from kohort.stored import Node, parse_json, read_text

_BEGINS = re.compile(r'\{\s*"name"\s*:\s*"([A-Z][A-Z0-9_]*)"\s*,\s*"temporality"\s*:', re.ASCII)
_MEASURE = re.compile(r'"measureVariable"\s*:')
_LIST = "dataStructures"

Piece = Callable[[], Node]


def read_structures(path: Path) -> Mapping[str, Piece]:
    """Give, by name, what reads each data structure of `metadata_all__X_Y_Z.json`.

    Raises CatalogueError where the file as a whole is damaged; a piece raises it for itself.
    """
    text = read_text(path)
    cut = _cut(text)
    if cut is None:
        top = Node(parse_json(text, str(path)), str(path))
        return {node.text("name"): partial(_same, node) for node in top.nodes(_LIST)}
    return {
        name: partial(_parsed, text, start, stop, f"'{name}' in {path}")
        for name, start, stop in cut
    }


def _cut(text: str) -> list[tuple[str, int, int]] | None:
    """Give name, start and stop of each structure, or None where the file is written otherwise."""
    begins = list(_BEGINS.finditer(text))
    if not begins or len(begins) != len(_MEASURE.findall(text)):
        return None
    starts = [found.start() for found in begins]
    try:
        _, end = json.JSONDecoder().raw_decode(text, starts[-1])
        frame = json.loads(text[: starts[0]] + text[end:])
    except (ValueError, RecursionError):
        return None
    if not isinstance(frame, dict) or frame.get(_LIST) != []:
        return None
    names = (found[1] for found in begins)
    return list(zip(names, starts, [*starts[1:], end], strict=True))


def _same(node: Node) -> Node:
    return node


def _parsed(text: str, start: int, stop: int, where: str) -> Node:
    piece = text[start:stop].rstrip().removesuffix(",")
    return Node(parse_json(piece, where), where)
