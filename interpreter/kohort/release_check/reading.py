"""Reads whatever a researcher wants to take home, by what it is, and gives what is found in it."""

from __future__ import annotations

import csv
import io
import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kohort.release_check import documents, figures, texts
from kohort.release_check.counts import small_cells
from kohort.release_check.documents import UnreadableError
from kohort.release_check.finding import Finding
from kohort.release_check.rows import no_results
from kohort.release_check.table import Sheet
from kohort.script_file import reason
from kohort.trouble import Trouble

MOST_BYTES: Final = 256 * 1024 * 1024
_MOST_FILES: Final = 5_000
_DELIMITED: Final = frozenset({".csv", ".tsv", ".tab"})
_PICTURES: Final = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".webp", ".bmp"})
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})
_LOGS: Final = frozenset({".txt", ".log", ".md", ".tex", ".out", ".lst", ".smcl", ".rtf", ""})
_PAGES: Final = frozenset({".html", ".htm", ".xhtml"})


def checked(given: Path, limit: int) -> Iterator[Finding]:
    """Check a file, a folder or a zip. Raises `Trouble` where it is not there."""
    if given.is_dir():
        for path in sorted(given.rglob("*"))[:_MOST_FILES]:
            if path.is_file() and not path.is_symlink():
                yield from _file(str(path), path, limit)
        return
    if not given.exists():
        raise Trouble(f"there is no {given}")
    yield from _file(str(given), given, limit)


def _file(name: str, path: Path, limit: int) -> Iterator[Finding]:
    try:
        if path.stat().st_size > MOST_BYTES:
            yield _unread(name, f"more than {MOST_BYTES >> 20} MB")
            return
        raw = path.read_bytes()
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {reason(error)}") from None
    yield from content(name, raw, limit)


def content(name: str, raw: bytes, limit: int) -> Iterator[Finding]:
    """Check the content of a file by its name's ending. Whatever is wrong with it is a finding."""
    ending = Path(name).suffix.lower()
    try:
        if ending == ".zip":
            yield from _zip(name, raw, limit)
        elif ending in _WORKBOOKS:
            found, sheets = documents.workbook(name, raw)
            yield from found
            yield from _sheets(name, sheets, limit)
        elif ending == ".pdf":
            found, text = documents.pdf(name, raw)
            yield from found
            yield from _text(name, text, limit)
        elif ending in _PICTURES:
            found, text = documents.picture(name, raw)
            yield from found
            yield from texts.identifiers_in(name, text, "metadata")
        else:
            yield from _written(name, ending, _decoded(raw), limit)
    except UnreadableError:
        yield _unread(name, "damaged, or not what its name says")


def _written(name: str, ending: str, text: str, limit: int) -> Iterator[Finding]:
    if ending in _DELIMITED:
        yield from texts.identifiers_in(name, text)
        yield from _sheets(name, [_delimited(text)], limit)
    elif ending == ".svg":
        yield from texts.identifiers_in(name, text)
        yield from figures.svg(name, text)
    elif ending in _PAGES:
        found, sheets, said = figures.page(name, text)
        yield from found
        yield from texts.identifiers_in(name, said)
        yield from _sheets(name, sheets, limit)
    elif ending == ".json":
        yield from texts.identifiers_in(name, text)
        yield from figures.json_data(name, text)
    elif ending in texts.PROGRAMS:
        yield from texts.identifiers_in(name, text)
        yield from texts.program(name, text)
        if ending == ".ipynb":
            yield from _notebook(name, text, limit)
    elif ending in _LOGS:
        yield from _text(name, text, limit)
    else:
        yield _unread(name, f"files ending in '{ending}' are not known")


def _text(name: str, text: str, limit: int) -> Iterator[Finding]:
    yield from texts.identifiers_in(name, text)
    yield from texts.listed(name, text)
    for sheet in texts.tables(text):
        yield from small_cells(name, sheet, limit)


def _sheets(name: str, sheets: list[Sheet], limit: int) -> Iterator[Finding]:
    for sheet in sheets:
        told = list(no_results(name, sheet))
        yield from told
        joined = "\n".join("\t".join(row) for row in sheet.rows)
        if sheet.name:
            yield from texts.identifiers_in(name, joined, sheet.name)
        # Rows of persons are one breach, not as many as they have small numbers.
        if not any(finding.rule == "row-per-person" for finding in told):
            yield from small_cells(name, sheet, limit)


def _delimited(text: str) -> Sheet:
    sample = text[:64_000]
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(sample, ",;\t|")
    except csv.Error:
        dialect = csv.excel
    csv.field_size_limit(1 << 20)
    try:
        rows = list(csv.reader(io.StringIO(text), dialect))
    except csv.Error:
        raise UnreadableError from None
    return Sheet("", rows)


def _notebook(name: str, text: str, limit: int) -> Iterator[Finding]:
    try:
        cells = json.loads(text).get("cells", [])
        outputs = [o for cell in cells for o in cell.get("outputs", [])]
        plain = ["".join(o.get("text", o.get("data", {}).get("text/plain", ""))) for o in outputs]
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise UnreadableError from None
    for output in plain:
        yield from _text(name, output, limit)


def _zip(name: str, raw: bytes, limit: int) -> Iterator[Finding]:
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as opened:
            for entry in opened.infolist()[:_MOST_FILES]:
                if entry.is_dir() or stat.S_ISLNK(entry.external_attr >> 16):
                    continue
                with opened.open(entry) as stream:
                    inside = stream.read(left + 1)
                left -= len(inside)
                if left < 0:
                    yield _unread(name, f"more than {MOST_BYTES >> 20} MB when unpacked")
                    return
                yield from content(f"{name}/{entry.filename}", inside, limit)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError, EOFError):
        yield _unread(name, "damaged, encrypted, or no zip file")


def _decoded(raw: bytes) -> str:
    if b"\0" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _unread(name: str, about: str) -> Finding:
    return Finding(name, "file", "unreadable", about)
