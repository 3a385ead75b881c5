"""Text files: logs that list observations, tables, identifiers, programs with data inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kohort.release_check.finding import Finding
from kohort.release_check.identifiers import Kind, identifiers
from kohort.release_check.table import Sheet

PROGRAMS: Final = frozenset({
    ".mdscript", ".py", ".r", ".rmd", ".qmd", ".do", ".ado", ".sas", ".sps", ".sql", ".jl",
    ".ipynb",
})  # fmt: skip
_NAMES: Final[dict[Kind, str]] = {
    "norwegian": "a Norwegian birth number",
    "danish": "a Danish CPR number",
    "swedish": "a Swedish personal number",
}
_COLUMNS: Final = re.compile(r"\s*[|│]\s*|\t|\s{2,}")
_RULE: Final = re.compile(r"^[\s|+=─━┼│_-]+$")

# How programs write a list of rows into their logs.
_STATA_LIST: Final = re.compile(r"^\s*\|?\s*\d+\.\s*\|")
_STATA_BROWSE: Final = re.compile(r"^\s*\.\s*(list|browse|li)\b", re.MULTILINE)
_SAS_PRINT: Final = re.compile(r"^[ \t]*Obs(?:[ \t]+\S+){2,}[ \t]*$", re.MULTILINE)
_R_ROW: Final = re.compile(r"^\s*(?:\[?\d+[,\]]?|\d+)\s+\S+(?:\s+\S+){2,}\s*$")
_FRAME_SHAPE: Final = re.compile(
    r"\[\d+ rows x \d+ columns\]|# A tibble: [\d,]+ [x×] \d+|shape: \("
)

_LONG_NUMBER: Final = re.compile(r"(?<![\w.])\d{6,}(?![\w.])")
_EQUALITY: Final = re.compile(r"([A-Za-z_][\w.$]*)\s*(?:==?|=\s)\s*(?:'[^']*'|\"[^\"]*\"|\d)")
_DATA_BLOCK: Final = re.compile(
    r"(?im)^\s*(datalines|cards|begin data|input\s+\w+(\s+\w+)+)\s*[;.]?\s*$|read\.table\(text\s*="
)
_MOST_LONG: Final = 10
_BACKGROUND: Final = 4


def identifiers_in(file: str, text: str, place: str = "") -> Iterator[Finding]:
    """Find numbers of persons; each line is named once."""
    told: set[int] = set()
    for found in identifiers(text):
        line = text.count("\n", 0, found.start) + 1
        if line not in told:
            told.add(line)
            yield Finding(file, place or f"line {line}", "identifier", _NAMES[found.kind])


def program(file: str, text: str) -> Iterator[Finding]:
    """Find what a program holds of data: lists of long numbers, data blocks, narrow conditions."""
    for number, line in enumerate(text.split("\n"), 1):
        if len({*_LONG_NUMBER.findall(line)}) > _MOST_LONG:
            about = f"more than {_MOST_LONG} long numbers in one line"
            yield Finding(file, f"line {number}", "literal-data", about)
        named = {match[1] for match in _EQUALITY.finditer(line)}
        if len(named) > _BACKGROUND and re.search(
            r"(?i)\b(if|keep|drop|where|filter|subset)\b", line
        ):
            about = f"equality with {len(named)} variables"
            yield Finding(file, f"line {number}", "singled-out", about)
    for match in _DATA_BLOCK.finditer(text):
        yield Finding(file, _place(text, match), "literal-data", "a block of data")


def _place(text: str, match: re.Match[str]) -> str:
    return f"line {text.count(chr(10), 0, match.start()) + 1}"


def listed(file: str, text: str) -> Iterator[Finding]:
    """Find lists of observations in a log: as Stata, SAS, R, pandas, polars and SPSS write them."""
    lines = text.split("\n")
    runs = _longest_run([bool(_STATA_LIST.match(line)) for line in lines])
    if runs:
        yield Finding(file, f"line {runs[0] + 1}", "listed-rows", "numbered observations")
    for match in _SAS_PRINT.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if _numbered(lines[line : line + 12]):
            yield Finding(file, f"line {line}", "listed-rows", "observations under 'Obs'")
    shape = _FRAME_SHAPE.search(text)
    if shape:
        yield Finding(file, _place(text, shape), "listed-rows", "a printed data frame")
    for place in _frames(lines):
        yield Finding(file, f"line {place + 1}", "listed-rows", "rows numbered from the first")


def _longest_run(flags: Sequence[bool], least: int = 3) -> tuple[int, int] | None:
    start = 0
    for place, flag in enumerate([*flags, False]):
        if not flag:
            if place - start >= least:
                return start, place
            start = place + 1
    return None


def _numbered(lines: Sequence[str]) -> bool:
    """Whether lines begin with 1, 2, 3 ..."""
    firsts = [line.split()[0] for line in lines if line.split()]
    return len(firsts) >= 3 and firsts[:3] == ["1", "2", "3"]


def _frames(lines: Sequence[str]) -> Iterator[int]:
    """Find rows as `head()` and `print(df)` write them: a heading, then rows numbered 0 or 1 on."""
    place = 0
    while place < len(lines) - 3:
        firsts = [line.split(maxsplit=1)[:1] for line in lines[place + 1 : place + 4]]
        rows = [bool(_R_ROW.match(line)) for line in lines[place + 1 : place + 4]]
        head = lines[place].split()
        named = len(head) >= 2 and not any(word.replace(".", "").isdigit() for word in head)
        if all(rows) and named and firsts in ([["0"], ["1"], ["2"]], [["1"], ["2"], ["3"]]):
            yield place
            place += 4
        place += 1


def tables(text: str) -> Iterator[Sheet]:
    """Find tables in a text: runs of lines that fall into the same number of columns."""
    rows: list[list[str]] = []
    first = 1
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if _RULE.match(line) and line.strip():
            continue
        # A blank beginning is an empty first cell: the heading of the row above goes on.
        cells = [cell.strip() for cell in _COLUMNS.split(line.rstrip().strip("|│"))]
        if len([cell for cell in cells if cell]) >= 2:
            first = first if rows else number
            rows.append(cells)
            continue
        if len(rows) >= 2:
            yield Sheet("", rows, first)
        rows = []
