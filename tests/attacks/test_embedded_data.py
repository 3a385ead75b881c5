"""Chart files: what is in a picture beside what is drawn.

The attacker reads each picture as a file: its specification, every number in the texts and
attributes of its SVG, the blocks of its PNG, the strings of its PDF. Measure: how many values that
belong to one person are found, and how many blocks, comments or scripts that draw nothing. Bound:
none. Defence off (`open`): a box plot's ends are two persons' values, and a histogram of narrow
bins ends at them.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import canary_bank
import pytest
import worlds
from guesses import LARGE
from replies import asked, session_of

from kohort.disclosure.released import Figure
from kohort.render.chart_file import drawn, svg
from kohort.render.chart_spec import vega_spec
from kohort.session import Session

CANARIES = canary_bank.Canaries()
CHARTS = [
    "boxplot wage, over(sex)", "histogram exact, bin(20) freq", "hexbin wage exact, gridsize(6)",
]  # fmt: skip
if LARGE:
    CHARTS += [
        "barchart (mean) wage exact, over(sex)", "barchart (max) wage", "histogram wage, normal",
        "hexbin wage exact", "piechart sex", "sankey sex ill", "kaplan-meier other exact, by(sex)",
        "coefplot regress wage exact born",
    ]  # fmt: skip
DRAWING = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"pHYs", b"sRGB", b"gAMA"}
_HIDDEN = re.compile(r"<!--|<metadata|<desc|<script|<foreignObject|\bdata-|\bon\w+=")


def figures(session: Session, scripts: list[str]) -> Iterator[tuple[str, Figure]]:
    """Give each chart's figure with the script that made it."""
    for script in scripts:
        for released in asked(session, script).released:
            if isinstance(released.content, Figure):
                yield script, released.content


def blocks(png: bytes) -> list[bytes]:
    """Give the names of a PNG's blocks."""
    found, place = [], 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        found.append(png[place + 4 : place + 8])
        place += 12 + size
    return found


def readable(pdf: bytes) -> str:
    """Give what a PDF says: its own text, and that of its packed streams."""
    texts = [pdf.decode("latin-1")]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            texts.append(zlib.decompress(packed).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(texts)


def leaks(figure: Figure) -> list[str]:
    """Give the values of single persons in the files of a figure, and what draws nothing."""
    picture, png = svg(figure), drawn(figure, ".png")
    texts = [json.dumps(vega_spec(figure)), picture, readable(drawn(figure, ".pdf"))]
    found = [canary for text in texts for canary in CANARIES.within(text)]
    found += _HIDDEN.findall(picture)
    return found + [name.decode() for name in blocks(png) if name not in DRAWING]


def test_pictures_hold_nothing_of_one_person_and_nothing_hidden(tmp_path: Path) -> None:
    seen = dict(figures(session_of(canary_bank.canary_bank(tmp_path), "default"), CHARTS))
    assert len(seen) >= len(CHARTS) - 1
    assert [script for script, figure in seen.items() if leaks(figure)] == []


def test_without_protection_pictures_hold_values(tmp_path: Path) -> None:
    seen = figures(session_of(worlds.world(tmp_path, "", "open"), "open"), CHARTS[:1])
    assert all(leaks(figure) for _, figure in seen)


@pytest.mark.parametrize("planted", ["<!-- KANARI-000050 -->", "<metadata>x</metadata>"])
def test_what_is_hidden_would_be_found(planted: str) -> None:
    assert _HIDDEN.findall(f"<svg>{planted}</svg>")
