"""A small, safe part of Markdown as HTML: all is escaped first, then marked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import Final

_HEADING: Final = re.compile(r"(#{1,6})\s+(.*)")
_BULLET: Final = re.compile(r"\s*[-*+]\s+(.*)")
_NUMBERED: Final = re.compile(r"\s*\d{1,9}[.)]\s+(.*)")
_FENCE: Final = "```"

_CODE: Final = re.compile(r"`([^`]+)`")
_LINK: Final = re.compile(r"!?\[([^\[\]]*)\]\(([^()\s]*)\)")
_STRONG: Final = re.compile(r"\*\*(\S(?:[^*]*[^*\s])?)\*\*")
_EMPHASIS: Final = re.compile(r"(?<![\w*])([*_])([^\s*_](?:[^*_]*[^\s*_])?)\1(?![\w*])")


def html_of_markdown(text: str, top: int = 3) -> str:
    """Give HTML for a document; its highest headings become `<h{top}>`.

    Knows headings, paragraphs, lists of one level, fenced code, `code`, *emphasis*, **strong**.
    Links and images are written out as text. Tags and entities in the text are shown as they are
    written.
    """
    return "\n".join(_block(kind, list(lines), top) for kind, lines in _blocks(text))


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Give runs of lines that belong together, by kind; blank lines fall away."""
    fenced = False
    kinds: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.strip().startswith(_FENCE):
            fenced = not fenced
            kinds.append(("blank", ""))
        else:
            kinds.append(("code", line) if fenced else (_kind(line), line))
    for kind, run in groupby(kinds, key=lambda pair: pair[0]):
        lines = [line for _, line in run]
        if kind == "heading":
            yield from ((kind, [line]) for line in lines)
        elif kind != "blank":
            yield kind, lines


def _kind(line: str) -> str:
    if not line.strip():
        return "blank"
    if _HEADING.fullmatch(line.strip()):
        return "heading"
    if _BULLET.fullmatch(line):
        return "bullet"
    return "numbered" if _NUMBERED.fullmatch(line) else "paragraph"


def _block(kind: str, lines: list[str], top: int) -> str:
    if kind == "code":
        return f"<pre>{escape(chr(10).join(lines))}</pre>"
    if kind == "heading":
        found = _HEADING.fullmatch(lines[0].strip())
        marks, text = found.groups() if found else ("#", lines[0])
        level = min(top + len(marks) - 1, 6)
        return f"<h{level}>{_inline(text)}</h{level}>"
    if kind == "paragraph":
        return f"<p>{_inline(chr(10).join(lines))}</p>"
    pattern, tag = (_BULLET, "ul") if kind == "bullet" else (_NUMBERED, "ol")
    items = "".join(f"<li>{_inline(_text(pattern, line))}</li>" for line in lines)
    return f"<{tag}>{items}</{tag}>"


def _text(pattern: re.Pattern[str], line: str) -> str:
    """Give what follows the mark of a list's item."""
    found = pattern.fullmatch(line)
    return found[1] if found else line


def _inline(text: str) -> str:
    """Mark up one run of text; what stands between backquotes stays as it is."""
    parts = _CODE.split(text)
    return "".join(
        f"<code>{escape(part)}</code>" if place % 2 else _emphasis(escape(part))
        for place, part in enumerate(parts)
    )


def _emphasis(escaped: str) -> str:
    text = _LINK.sub(_written_out, escaped)
    return _EMPHASIS.sub(r"<em>\2</em>", _STRONG.sub(r"<strong>\1</strong>", text))


def _written_out(link: re.Match[str]) -> str:
    return f"{link[1]} ({link[2]})" if link[1] else link[2]
