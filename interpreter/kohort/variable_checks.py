"""What a command asks of a variable before it takes it: no identifier, a number."""

from __future__ import annotations

from kohort.diagnostic import wrong
from kohort.phrases import Word
from kohort.scope import Scope, Type, Variable


def shown_variable(scope: Scope, word: Word, place: str) -> Variable:
    """Give a variable that may stand in a `place` (a table, a model): no identifier of units.

    Raises `ScriptError` (`unknown-variable`, `pseudonym-used`).
    """
    variable = scope.find(word)
    if variable.type is Type.KEY:
        wrong(
            "pseudonym-used",
            f"'{word.text}' identifies units and cannot stand in a {place}",
            word.span,
            "identifiers can be used in 'by' and 'on' only",
        )
    return variable


def number_variable(scope: Scope, word: Word, user: str, place: str) -> Variable:
    """Give a numeric variable for its `user` (a command or an option).

    Raises `ScriptError` (as `shown_variable`, and `needs-a-number`).
    """
    variable = shown_variable(scope, word, place)
    if variable.type is Type.TEXT:
        wrong(
            "needs-a-number",
            f"'{word.text}' is alphanumeric; {user} needs a numeric variable",
            word.span,
            f"'destring {word.text}' first",
        )
    return variable
