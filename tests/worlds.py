"""Worlds that differ in one secret of one person, and all that leaves the program in them.

Both worlds are the canary bank with the same keys; in one of them the target has another value, or
is nobody. What leaves is compared letter by letter, published numbers put out of sight.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import canary_bank
import polars as pl
from test_canaries import leaving

from kohort.databank.manifest import Manifest
from kohort.disclosure.released import Figure, Released
from kohort.event import Event, Result
from kohort.render import Look
from kohort.render.chart_file import svg
from kohort.render.files_csv import csv_text, notes_text
from kohort.render.files_excel import excel_bytes
from kohort.render.files_grid import grids
from kohort.render.files_latex import latex_text
from kohort.render.files_markdown import markdown_text

TARGET = 250
"""The place of the target among the persons; one with a wage and a text of nobody else."""

VALUES: dict[str, object] = {
    "K_TEXT": "ZEBRA", "K_HOME": "98Q9", "K_WAGE": 7_777_777_771, "K_ILL": "1",
    "K_RARE": 3_333_331,
}  # fmt: skip
"""What the target may have that differs from the plain world."""

ALL, ABSENT = "all", "absent"
SECRETS = (ALL, ABSENT, *VALUES)
"""What is different about the target: all values, being there at all, or one value alone."""

_LOOK = Look("en")
_NUMBER = re.compile(r"[-\u2212]?\d[\d.,]*(?:e[-+]?\d+)?(?:[ \u00a0\u202f]\d{3})*")
_ADDRESS = re.compile(r" at 0x[0-9a-f]+|#[0-9a-f]{6}\b")
_HASH = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b")
_SEVERAL = re.compile(r"#[#,]*")
_BAR = re.compile(r"[\u2580-\u259f]+")
_BLANK = re.compile(r"[\s\u00a0\u202f]+|-{2,}")


def target_id() -> int:
    """Give the target's id."""
    return int(canary_bank.ids()[TARGET])


def world(folder: Path, secret: str = "", profile: str = "default") -> Path:
    """Build the world where the target has a secret, or the plain one; `profile` may be `open`."""
    root = folder / "kanari"
    manifest = Manifest(
        name=canary_bank.NAME, synthetic=True, seed=77, profile=profile, profiles=(profile,),
        key_id="kanari",
    )  # fmt: skip
    canary_bank.build(root, manifest)
    if secret == ABSENT:
        _rewrite(root, "", pl.col("unit_id") != target_id())
    for variable, value in VALUES.items():
        if secret in (ALL, variable):
            _rewrite(root, variable, True, value)
    return root


def _rewrite(root: Path, variable: str, kept: pl.Expr | bool, value: object = None) -> None:
    mine = pl.col("unit_id") == target_id()
    for file in (root / "data" / variable).rglob("*.parquet"):
        frame = pl.read_parquet(file).filter(kept)
        if value is not None:
            put = pl.when(mine).then(pl.lit(value, frame.schema["value"]))
            frame = frame.with_columns(put.otherwise(pl.col("value")).alias("value"))
        frame.write_parquet(file)


def without_numbers(text: str) -> str:
    """Give a text whose numbers, hashes, bars and widths of columns are all alike."""
    for pattern, sign in (
        (_ADDRESS, " "),
        (_HASH, "#"),
        (_NUMBER, "#"),
        (_BAR, "="),
        (_SEVERAL, "#"),
        (_BLANK, " "),
    ):
        text = pattern.sub(sign, text)
    return text


def everything(events: Iterable[Event], script: str) -> str:
    """Give all that leaves with events, and each file that can be made of them."""
    events = list(events)
    files = [f for e in events if isinstance(e, Result) for f in files_of(e.released)]
    return "\n".join([leaving(events, script), *files])


def files_of(released: Released) -> Iterator[str]:
    """Give the texts of the files of a result: tables in each form, pictures."""
    for grid in grids(released.content, released.context, _LOOK):
        yield csv_text(grid, _LOOK) + notes_text(grid)
        yield latex_text(grid)
        yield markdown_text(grid, _LOOK)
        yield unpacked(excel_bytes([grid]))
    if isinstance(released.content, Figure):
        yield svg(released.content)


def unpacked(raw: bytes) -> str:
    """Give the texts of a workbook's files, with their names; without the styles of its numbers."""
    with zipfile.ZipFile(io.BytesIO(raw)) as files:
        names = [name for name in files.namelist() if not name.endswith("styles.xml")]
        return "\n".join(f"{name}\n{files.read(name).decode()}" for name in names)
