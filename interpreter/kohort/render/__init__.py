"""Draws released results and diagnostics as text, JSON or HTML, and nothing else."""

from __future__ import annotations

from typing import Literal

from kohort.diagnostic import Diagnostic, Span
from kohort.disclosure.released import Released
from kohort.render.look import Look

__all__ = ["Form", "Look", "render"]

Form = Literal["text", "json", "html"]

PLAIN = Look()


def render(
    item: Released | Diagnostic,
    look: Look = PLAIN,
    *,
    form: Form = "text",
    source: str = "",
    span: Span | None = None,
) -> str:
    """Draw one result or diagnostic, without a line end after the last line.

    `source`: the script's text, in which a diagnostic is placed. `span`: the statement that gave a
    result (JSON only). `text`: lines; `json`: one line, see `kohort.render.json`; `html`: a
    fragment of a page, see `kohort.render.html`. Raises `TypeError` for anything but a released
    result or a diagnostic.
    """
    # by identity: a subclass of Diagnostic could carry what no filter has seen
    if type(item) is not Released and type(item) is not Diagnostic:
        name = type(item).__name__
        raise TypeError(f"only released results and diagnostics are drawn, not {name}")
    match form:
        case "text":
            return _text(item, look, source)
        case "json":
            from kohort.render.json import line

            return line(item, look, source, span)
        case "html":
            from kohort.render.html import fragment

            return fragment(item, look, source)


def _text(item: Released | Diagnostic, look: Look, source: str) -> str:
    if isinstance(item, Diagnostic):
        from kohort.render.diagnostics import diagnostic_text

        return diagnostic_text(item, look, source)
    from kohort.render.text import result_text

    return result_text(item, look)
