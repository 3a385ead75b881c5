"""Figures and pages: data that stands inside, more points than a result has, what is not seen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

from kohort.release_check.finding import Finding
from kohort.release_check.table import Sheet

_MARKS: Final = re.compile(r"<(?:\w+:)?(circle|ellipse|use|path|rect|polygon)\b", re.IGNORECASE)
_MANY_MARKS: Final = 2_000
_SAME_MARKS: Final = 500
_POINTS: Final = re.compile(r"[MmLl]\s*-?\d")
_RASTER: Final = re.compile(r"(?:href|src)\s*=\s*[\"']data:image/", re.IGNORECASE)
_SCRIPTED: Final = re.compile(
    r"<(?:\w+:)?script\b|<(?:\w+:)?metadata\b[^>]*>\s*[\[{]", re.IGNORECASE
)
_LONGEST: Final = 200
"""The most numbers that stand in a row in a result."""


def svg(file: str, text: str) -> Iterator[Finding]:
    """Find more marks than a result has, and data beside what is drawn."""
    counts: dict[str, int] = {}
    for match in _MARKS.finditer(text):
        counts[match[1].lower()] = counts.get(match[1].lower(), 0) + 1
    dots = counts.get("circle", 0) + counts.get("ellipse", 0) + counts.get("use", 0)
    if dots > _SAME_MARKS or sum(counts.values()) > _MANY_MARKS:
        most = max(dots, sum(counts.values()))
        yield Finding(file, "figure", "embedded-data", f"{most} marks, as of single observations")
    if _SCRIPTED.search(text):
        yield Finding(file, "figure", "embedded-data", "a script or data inside the picture")
    if _RASTER.search(text):
        yield Finding(file, "figure", "hidden-content", "a picture inside that cannot be judged")


def json_data(file: str, text: str, place: str = "JSON") -> Iterator[Finding]:
    """Find arrays that are longer than a result, in specifications of charts and in notebooks."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    longest = _longest(found)
    if longest > _LONGEST:
        yield Finding(file, place, "embedded-data", f"an array of {longest} values or rows")


def _longest(value: Any) -> int:
    """Give the length of the longest array that holds numbers or objects."""
    longest, waiting = 0, [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            data = [item for item in part if isinstance(item, (int, float, dict, list))]
            longest = max(longest, len(data))
            waiting += part[:10_000]
    return longest


class _Page(HTMLParser):
    """Takes the tables, scripts, pictures and the text out of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self.comments: list[str] = []
        self.svg_marks = 0
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1]:
            span = dict(attrs).get("colspan") or "1"
            self.tables[-1][-1] += [""] * (min(int(span), 100) if span.isdigit() else 1)
        elif tag in {"circle", "ellipse", "use"}:
            self.svg_marks += 1
        if tag in {"script", "style", "td", "th"}:
            self._open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open and self._open.pop() != tag:
                pass

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside == "script":
            self.scripts[-1] += data
        elif inside == "style":
            return
        elif inside in {"td", "th"} and self.tables and self.tables[-1] and self.tables[-1][-1]:
            row = self.tables[-1][-1]
            row[-1] = f"{row[-1]} {data.strip()}".strip()
            self.text.append(data)
        else:
            self.text.append(data)


_ARRAY: Final = re.compile(r"\[\s*-?\d[^\[\]{}]{400,}?\]")
_OBJECTS: Final = re.compile(r"(?:\{[^{}]{5,}\}\s*,\s*){200}")


def page(file: str, text: str) -> tuple[list[Finding], list[Sheet], str]:
    """Give findings in a page, its tables, and its text."""
    read = _Page()
    read.feed(text)
    read.close()
    found: list[Finding] = []
    for script in read.scripts:
        longest = max((match[0].count(",") + 1 for match in _ARRAY.finditer(script)), default=0)
        if longest > _LONGEST or _OBJECTS.search(script):
            about = "a script with a long array of values"
            found.append(Finding(file, "script", "embedded-data", about))
            break
    if read.svg_marks > _SAME_MARKS:
        about = f"{read.svg_marks} marks, as of single observations"
        found.append(Finding(file, "figure", "embedded-data", about))
    if any(len(comment) > 2_000 for comment in read.comments):
        found.append(Finding(file, "comment", "hidden-content", "a long comment"))
    sheets = [Sheet("", table) for table in read.tables if len(table) > 1]
    return found, sheets, "\n".join(read.text)
