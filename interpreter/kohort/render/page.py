"""One self-contained HTML page for a script: its lines, and under them what they gave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kohort.diagnostic import Diagnostic
from kohort.disclosure.released import Context, Released
from kohort.messages import find
from kohort.render import render
from kohort.render.context import steps
from kohort.render.html import escaped, escaped_lines
from kohort.render.look import Look
from kohort.render.page_style import STYLE

HEAD: Final = """<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">"""
"""The policy lets nothing load and nothing run, should an escape ever be forgotten."""


@dataclass(frozen=True)
class Section:
    """A part of a page: lines of the script, and what they gave."""

    script: str
    items: tuple[Released | Diagnostic, ...]


def page(
    sections: Iterable[Section], look: Look, *, source: str = "", title: str | None = None
) -> str:
    """Give a whole page: title, where the results come from, each section with its results.

    `source`: the text of the script, in which diagnostics are placed. Raises `TypeError` for an
    item that `render` refuses.
    """
    parts = list(sections)
    name = escaped(title or find("report", "title", look.language) or "")
    items = [item for part in parts for item in part.items]
    body = "\n".join(_section(part, look, source) for part in parts)
    return (
        f'<!doctype html>\n<html lang="{escaped(look.language)}">\n<head>\n{HEAD}\n'
        f"<title>{name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{name}</h1>\n"
        f"{_origin(items, look)}\n{body}\n</body>\n</html>\n"
    )


def _section(section: Section, look: Look, source: str) -> str:
    made = [render(item, look, form="html", source=source) for item in section.items]
    if section.script:
        made.insert(0, f"<pre class=script>{escaped_lines(section.script)}</pre>")
    body = "\n".join(made)
    return f"<section>\n{body}\n</section>"


def _origin(items: Sequence[Released | Diagnostic], look: Look) -> str:
    """Name once each the databanks, profiles, datasets and populations of the results."""
    contexts = [item.context for item in items if isinstance(item, Released)]
    pairs = []
    for name in ("databanks", "profile", "dataset", "unit_type", "population"):
        values = dict.fromkeys(
            value for context in contexts for value in _values(context, name, look)
        )
        if values:
            heading = find("report", name, look.language) or name
            told = "; ".join(map(escaped, values))
            pairs.append(f"<dt>{escaped(heading)}</dt><dd>{told}</dd>")
    return f"<dl>{''.join(pairs)}</dl>" if pairs else ""


def _values(context: Context, name: str, look: Look) -> tuple[str, ...]:
    if name == "population":
        return tuple(steps(context, look))
    value = getattr(context, name)
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()
