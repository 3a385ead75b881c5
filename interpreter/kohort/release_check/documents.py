"""Workbooks, PDF and pictures: read with libraries, within limits, what is not seen included."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

from kohort.release_check.finding import Finding
from kohort.release_check.table import Sheet
from kohort.trouble import Trouble

_MISSING: Final = "the release check needs the extra 'owner': pip install 'kohort[owner]'"
_MOST_ROWS: Final = 200_000
_MOST_PAGES: Final = 500
_MOST_PIXELS: Final = 200_000_000
_PLAIN_KEYS: Final = frozenset({
    "dpi", "gamma", "chromaticity", "srgb", "jfif", "jfif_version", "jfif_unit", "jfif_density",
    "transparency", "progressive", "progression", "compression", "interlace", "Software", "aspect",
    "background", "version", "duration", "loop", "icc_profile", "adobe", "adobe_transform",
})  # fmt: skip
_LONG: Final = 200


class UnreadableError(Exception):
    """A file is damaged, or not what its name says."""


def workbook(file: str, raw: bytes) -> tuple[list[Finding], list[Sheet]]:
    """Read an Excel file: its tables, hidden sheets, comments. Raises `UnreadableError`."""
    try:
        import openpyxl
    except ImportError:
        raise Trouble(_MISSING) from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
    except Exception:
        raise UnreadableError from None
    found: list[Finding] = []
    sheets: list[Sheet] = []
    for sheet in book.worksheets:
        name = str(sheet.title)
        if sheet.sheet_state != "visible":
            found.append(Finding(file, name, "hidden-content", "a hidden sheet"))
        rows, comments = _rows(sheet)
        if comments:
            found.append(Finding(file, f"{name}!{comments[0]}", "hidden-content", "a comment"))
        if getattr(sheet, "_pivots", None):
            found.append(Finding(file, name, "hidden-content", "a pivot table with its source"))
        sheets.append(Sheet(name, rows))
    if book.defined_names:
        hidden = [n for n, d in book.defined_names.items() if getattr(d, "hidden", False)]
        if hidden:
            found.append(Finding(file, "names", "hidden-content", "hidden names"))
    return found, sheets


def _rows(sheet: Any) -> tuple[list[list[str]], list[str]]:
    rows: list[list[str]] = []
    comments: list[str] = []
    for row in sheet.iter_rows(max_row=min(sheet.max_row or 0, _MOST_ROWS)):
        rows.append([_text(cell.value, cell.number_format) for cell in row])
        comments += [cell.coordinate for cell in row if cell.comment is not None]
    return rows, comments


def _text(value: object, form: str) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        percent = "%" if "%" in form else ""
        return f"{value * 100 if percent else value:.10g}{percent}"
    return str(value)


def pdf(file: str, raw: bytes) -> tuple[list[Finding], str]:
    """Read a PDF: its text, attachments and metadata. Raises `UnreadableError`."""
    try:
        import pypdf
    except ImportError:
        raise Trouble(_MISSING) from None
    import logging

    # What the library says of a damaged file is said by the finding.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        read = pypdf.PdfReader(io.BytesIO(raw))
        pages = list(read.pages[:_MOST_PAGES])
        text = "\n".join(page.extract_text() or "" for page in pages)
        attached = list(read.attachments)
        described = {k: str(v) for k, v in (read.metadata or {}).items()}
    except Exception:
        raise UnreadableError from None
    found = []
    if attached:
        found.append(Finding(file, "attachments", "hidden-content", f"{len(attached)} attached"))
    if any(len(value) > _LONG for value in described.values()):
        found.append(Finding(file, "metadata", "hidden-content", "long metadata"))
    return found, "\n".join([text, *described.values()])


def picture(file: str, raw: bytes) -> tuple[list[Finding], str]:
    """Read a picture's metadata. Raises `UnreadableError`."""
    try:
        from PIL import Image
    except ImportError:
        raise Trouble(_MISSING) from None
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(raw)) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    raise UnreadableError
                written = dict(opened.info)
                exif = opened.getexif()
    except Exception:
        raise UnreadableError from None
    return list(_said(file, written, len(exif))), "\n".join(map(str, written.values()))


def _said(file: str, written: dict[Any, Any], exif: int) -> Iterator[Finding]:
    for key, value in written.items():
        size = len(value) if isinstance(value, (str, bytes)) else 0
        if str(key) not in _PLAIN_KEYS and size > _LONG:
            about = f"{size} characters of metadata"
            yield Finding(file, "metadata", "hidden-content", about)
            return
    if exif > 10:
        yield Finding(file, "metadata", "hidden-content", f"{exif} fields of a camera or program")
