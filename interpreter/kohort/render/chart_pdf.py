"""The same PDF for the same picture: what a hash table put in any order is brought into one."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

_NAMES: Final = re.compile(rb"(<<\n)((?: +/[A-Za-z]+\d+ \d+ 0 R\n)+)")
_START: Final = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_TABLE: Final = re.compile(rb"xref\s+0 \d+\s+((?:\d{10} \d{5} [fn][ \r\n]{2})+)")
_NUMBER: Final = re.compile(rb"\b(\d+) 0 (R|obj)\b")
_FREE: Final = b"0000000000 65535 f\r\n"


def ordered(pdf: bytes) -> bytes:
    """Give a PDF with its objects numbered as they are referred to, and the names in order.

    Anything that does not look as expected stays as it is.
    """
    start = _START.search(pdf)
    table = None if start is None else _TABLE.match(pdf, int(start[1]))
    if start is None or table is None:
        return pdf
    trailer = pdf[table.end() : start.start()]
    objects = _objects(pdf, table)
    order = _order(objects, trailer)
    if order.keys() != objects.keys():
        return pdf
    body = pdf[: min(int(line[:10]) for line in table[1].splitlines() if line[17:18] == b"n")]
    rows = [_FREE]
    for number in order:
        rows.append(b"%010d 00000 n\r\n" % len(body))
        head, stream, rest = objects[number]
        body += _renumbered(head, order) + stream + rest
    heading = b"xref\n0 %d\n" % len(rows)
    end = b"startxref\n%d\n%%%%EOF" % len(body)
    return body + heading + b"".join(rows) + _renumbered(trailer, order) + end


def _objects(pdf: bytes, table: re.Match[bytes]) -> dict[int, tuple[bytes, bytes, bytes]]:
    """Give each object by its number: up to its stream, the word itself, the rest."""
    lines = [table[1][place : place + 20] for place in range(0, len(table[1]), 20)]
    used = {number: int(line[:10]) for number, line in enumerate(lines) if line[17:18] == b"n"}
    ends = dict(pairwise(sorted([*used.values(), table.start()])))
    found = {}
    for number, place in used.items():
        head, stream, rest = pdf[place : ends[place]].partition(b"\nstream\n")
        names = _NAMES.sub(lambda m: m[1] + b"".join(sorted(m[2].splitlines(True))), head)
        found[number] = (names, stream, rest)
    return found


def _order(objects: dict[int, tuple[bytes, bytes, bytes]], trailer: bytes) -> dict[int, int]:
    """Give each object's new number, in the order in which they are first referred to."""
    order: dict[int, int] = {}
    waiting = [int(number) for number, kind in _NUMBER.findall(trailer) if kind == b"R"]
    while waiting:
        number = waiting.pop(0)
        if number in order or number not in objects:
            continue
        order[number] = len(order) + 1
        waiting += [int(n) for n, kind in _NUMBER.findall(objects[number][0]) if kind == b"R"]
    return order


def _renumbered(part: bytes, order: dict[int, int]) -> bytes:
    return _NUMBER.sub(lambda found: b"%d 0 %s" % (order[int(found[1])], found[2]), part)
