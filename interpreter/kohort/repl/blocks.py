"""Whether what was typed is whole: Enter runs it, or goes on to the next line."""

from __future__ import annotations

from kohort import program
from kohort.diagnostic import Diagnostic

_INDENT = "  "


def unfinished(text: str) -> bool:
    """Tell whether a block is open or the last line ends with a backslash."""
    if text.rstrip(" \t").endswith("\\"):
        return True
    nodes = program.read(text).nodes
    return any(isinstance(node, Diagnostic) and node.code == "block-open" for node in nodes)


def indent(text: str) -> str:
    """Give the blanks with which the next line of an unfinished text begins."""
    last = text.rsplit("\n", 1)[-1]
    own = last[: len(last) - len(last.lstrip())]
    opens = last.split()[:1] == ["for"]
    return own + _INDENT if opens else own
