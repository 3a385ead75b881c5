"""Where results come from, as HTML: unfolded under each result, and the foot of a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kohort.disclosure.released import Context
from kohort.messages import find
from kohort.package_version import version_of
from kohort.render.context import context_lines, effect_texts, steps
from kohort.render.html_text import BLANK, escaped
from kohort.render.look import Look


def context_element(context: Context, look: Look) -> str:
    """Give the line under a result with everything about its origin to unfold, or nothing."""
    line = " ".join(context_lines(context, replace(look, width=None)))
    if not line:
        return ""
    pairs = [
        ("population", _listed("ol", steps(context, look))),
        ("variables", _sources(context)),
        ("missing", escaped(_told(f"missing_{context.missing}", look))),
        ("protection", _listed("ul", effect_texts(context, look, BLANK))),
    ]
    told = _pairs(pairs, look)
    return f"<details class=context><summary>{escaped(line)}</summary>\n<dl>{told}</dl></details>"


def foot(contexts: Sequence[Context], look: Look) -> str:
    """Give the foot of a page: databanks and kohort with versions, profiles with hashes."""
    banks = _each(bank for context in contexts for bank in context.databanks)
    profiles = _each(f"{context.profile} {context.profile_hash}".strip() for context in contexts)
    pairs = [
        ("databanks", "<br>".join(map(escaped, banks))),
        ("profile", "<br>".join(_profile(text) for text in profiles)),
        ("program", escaped(f"kohort {version_of('kohort')}")),
    ]
    return f"<footer><dl>{_pairs(pairs, look)}</dl></footer>"


def _profile(text: str) -> str:
    name, _, digest = text.partition(" ")
    return f"{escaped(name)} <code>{escaped(digest)}</code>" if digest else escaped(name)


def _sources(context: Context) -> str:
    """Give each variable with the register variables that it is made of."""
    told = [
        f"<code>{escaped(name)}</code>: {escaped(', '.join(origins))}"
        for name, origins in context.sources
        if origins
    ]
    return "<br>".join(told)


def _listed(tag: str, texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(map(escaped, texts))
    items = "".join(f"<li>{escaped(text)}</li>" for text in texts)
    return f"<{tag}>{items}</{tag}>"


def _pairs(pairs: Iterable[tuple[str, str]], look: Look) -> str:
    """Give headings with what stands beside them, already escaped; empty ones fall away."""
    return "".join(
        f"<dt>{escaped(_told(key, look))}</dt><dd>{told}</dd>" for key, told in pairs if told
    )


def _told(key: str, look: Look) -> str:
    return find("report", key, look.language) or ""


def _each(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]
