"""What F1 shows about the word under the cursor: a command, function, variable, or the keys."""

from __future__ import annotations

from typing import Final

from kohort.command import commands
from kohort.completion.candidates import gloss
from kohort.function import functions
from kohort.messages import sentence as told_in
from kohort.scope import Scope
from kohort.sentence import sentence

_MOST_LABELS: Final = 12


def assistance(line: str, word: str, scope: Scope, language: str) -> str:
    """Explain the word, else the command of the line, else the keys."""
    first = (line.split() or [""])[0]
    for asked in (word, first):
        told = _function(asked) or _variable(asked, scope) or _command(asked)
        if told and asked:
            return told
    return told_in("prompt", "keys", {}, language)


def _command(name: str) -> str:
    command = commands().get(name)
    if command is None:
        return ""
    table = {about.written(option): about.help for option, about in command.options_table.items()}
    width = max(map(len, table), default=0)
    options = [f"  {written:{width}}  {told}" for written, told in table.items()]
    lines = [sentence(name), *(command.__doc__ or "").strip().splitlines(), *options]
    return "\n".join(line.rstrip() for line in lines)


def _function(name: str) -> str:
    function = functions().get(name)
    return "" if function is None else f"{function.signature}\n{function.doc}"


def _variable(name: str, scope: Scope) -> str:
    shape = scope.datasets.get(scope.active or "")
    variable = None if shape is None else shape.find(name)
    if variable is None:
        return ""
    lines = [f"{name}: {gloss(variable)}"]
    pairs = () if variable.labels is None else variable.labels.pairs
    lines += [f"  {code}  {label}" for code, label in pairs[:_MOST_LABELS]]
    if len(pairs) > _MOST_LABELS:
        lines.append(f"  and {len(pairs) - _MOST_LABELS} more codes")
    return "\n".join(lines)
