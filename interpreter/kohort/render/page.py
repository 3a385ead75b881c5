"""One self-contained HTML page for a script: its lines, and beside them what they gave.

The page's policy lets nothing load, and nothing run but the two scripts that kohort itself put in,
named by their hashes: what an escape might ever have forgotten stays inert.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kohort.diagnostic import Diagnostic
from kohort.disclosure.released import Figure, Paragraph, Released, Several, Text
from kohort.messages import find
from kohort.render import render
from kohort.render.context import concerns
from kohort.render.html_text import escaped
from kohort.render.look import Look
from kohort.render.report_context import context_element, foot
from kohort.render.report_script import script_element

FOLDER: Final = Path(__file__).parent
_WORDS: Final = ("sort", "copy", "copied", "save", "svg", "png")


@dataclass(frozen=True)
class Section:
    """A part of a page: lines of the script from number `line` on, and what they gave."""

    script: str
    items: tuple[Released | Diagnostic, ...]
    line: int = 1


def page(
    sections: Iterable[Section], look: Look, *, source: str = "", title: str | None = None
) -> str:
    """Give a whole page: title, each section with its results, where they come from.

    `source`: the text of the script, in which diagnostics are placed. Raises `TypeError` for an
    item that `render` refuses.
    """
    parts = list(sections)
    look = replace(look, context=True, grouped=True)
    items = [item for part in parts for item in part.items]
    results = [item for item in items if isinstance(item, Released)]
    body = "\n".join(_section(part, look, source) for part in parts)
    scripts = [(FOLDER / "report.js").read_text(encoding="utf-8")]
    if any(_drawn(result) for result in results):
        from kohort.render.report_vega import bundle

        scripts.insert(0, bundle())
    words = escaped(json.dumps({key: _told(key, look) for key in _WORDS}, ensure_ascii=False))
    return (
        f'<!doctype html>\n<html lang="{escaped(look.language)}">\n'
        f"{_head(title or _told('title', look), scripts)}\n"
        f'<body data-words="{words}">\n<header>{_heading(title, results, look)}</header>\n'
        f"<main>\n{body}\n</main>\n{foot([result.context for result in results], look)}\n"
        + "".join(f"<script>{script}</script>\n" for script in scripts)
        + "</body>\n</html>\n"
    )


def _head(title: str, scripts: Iterable[str]) -> str:
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; script-src {hashes}; "
        "base-uri 'none'; form-action 'none'"
    )
    style = (FOLDER / "report.css").read_text(encoding="utf-8")
    return (
        '<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escaped(title)}</title>\n<style>{style}</style>\n</head>"
    )


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _heading(title: str | None, results: Iterable[Released], look: Look) -> str:
    """Give the title, and below it which databanks were asked under which profile."""
    contexts = [result.context for result in results]
    banks = dict.fromkeys(bank for context in contexts for bank in context.databanks)
    profiles = dict.fromkeys(context.profile for context in contexts if context.profile)
    told = [f"{_told('databanks', look)}: {', '.join(banks)}"] if banks else []
    told += [f"{_told('profile', look)}: {', '.join(profiles)}"] if profiles else []
    below = f"\n<p>{escaped(' · '.join(told))}</p>" if told else ""
    return f"<h1>{escaped(title or _told('title', look))}</h1>{below}"


def _section(section: Section, look: Look, source: str) -> str:
    """Give a step of the script beside its results; a text block is prose, and its own source."""
    from kohort.syntax import raw_blocks

    script, made = section.script, "\n".join(_item(item, look, source) for item in section.items)
    openers = "|".join(map(re.escape, raw_blocks()))
    block = re.search(rf"^[ \t]*(?:{openers})[ \t]*$", script, re.MULTILINE)
    if block is not None and any(map(_prose, section.items)):
        before = script[: block.start()].strip("\n")
        lines = f"{script_element(before, section.line)}\n" if before.strip() else ""
        return f"<section class=text>\n{lines}{made}\n</section>"
    lines = script_element(script, section.line) if script.strip() else ""
    results = f"<div class=results>\n{made}\n</div>" if made else ""
    return f"<section class=step>\n{lines or '<div></div>'}\n{results}\n</section>"


def _item(item: Released | Diagnostic, look: Look, source: str) -> str:
    drawn = render(item, look, form="html", source=source)
    if not isinstance(item, Released) or not concerns(item.content):
        return drawn
    about = context_element(item.context, look)
    return f"<div>{drawn}\n{about}</div>" if about else drawn


def _prose(item: Released | Diagnostic) -> bool:
    content = item.content if isinstance(item, Released) else None
    return isinstance(content, Text) and any(isinstance(b, Paragraph) for b in content.blocks)


def _drawn(result: Released) -> bool:
    content = result.content
    parts = content.parts if isinstance(content, Several) else (content,)
    return any(isinstance(part, Figure) for part in parts)


def _told(key: str, look: Look) -> str:
    return find("report", key, look.language) or ""
