"""Functions that are a way of writing: before a check, their calls give way to what they say.

So labels become codes where a script names labels, and whatever looks at a checked expression, its
canonical wording and the engine among others, meets codes only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeAlias

from kohort import expression as tree
from kohort.command import Command
from kohort.diagnostic import ScriptError, suggestion, wrong
from kohort.expression_types import typed
from kohort.function import Function, functions
from kohort.phrases import Condition, Word
from kohort.scope import Code, Scope, Type, Variable

Words: TypeAlias = tree.Literal
"""A text of the script and its place."""


@dataclass(frozen=True)
class Coded:
    """A bare variable of an expression with the codes that its labels stand for."""

    name: tree.Name
    variable: Variable

    def code(self, label: Words) -> tree.Literal:
        """Give the one code that has a label. Raises `unknown-label` and `ambiguous-label`."""
        first, *others = self.codes(label)
        if others:
            message = f"more than one code of '{self.name.text}' has the label '{label.value}'"
            hint = f"write one of the codes: {', '.join(repr(c.value) for c in (first, *others))}"
            wrong("ambiguous-label", message, label.span, hint)
        return first

    def codes(self, label: Words) -> list[tree.Literal]:
        """Give the codes that have exactly this label. Raises `unknown-label`."""
        found = [code for code, known in self._pairs(label) if known == label.value]
        if not found:
            message = f"'{self.name.text}' has no label '{label.value}'"
            wrong("unknown-label", message, label.span, self._hint(str(label.value)))
        return self._literals(found, label)

    def codes_with(self, part: Words) -> list[tree.Literal]:
        """Give the codes whose label contains a text."""
        found = [code for code, known in self._pairs(part) if str(part.value) in known]
        return self._literals(found, part)

    def _pairs(self, label: Words) -> tuple[tuple[Code, str], ...]:
        labels = self.variable.labels
        if self.variable.type is Type.UNKNOWN and labels is None:
            # Already reported; any code keeps the call going.
            return ((0, str(label.value)),)
        if labels is None or not labels.pairs:
            message = f"the values of '{self.name.text}' have no labels"
            hint = "'assign-labels' gives a variable those of a code list"
            wrong("unknown-label", message, self.name.span, hint)
        return labels.pairs

    def _hint(self, label: str) -> str | None:
        labels = self.variable.labels
        assert labels is not None
        meant = next((known for code, known in labels.pairs if str(code) == label), None)
        if meant is not None:
            return f"this is a code, its label is '{meant}'"
        return suggestion(label, [known for _, known in labels.pairs])

    def _literals(self, codes: Iterable[Code], label: Words) -> list[tree.Literal]:
        decimal = self.variable.type is Type.DECIMAL
        return [
            tree.Literal(float(code) if decimal and isinstance(code, int) else code, label.span)
            for code in codes
        ]


def rewritten(call: tree.Call, function: Function, scope: Scope) -> tree.Expression:
    """Give what a call of a rewritten function says.

    Its arguments have been checked: bare variables and constant texts. Raises what the body does.
    """
    from kohort.scalar import evaluate

    given: list[Coded | Words] = []
    for position, argument in enumerate(call.arguments):
        parameter = function.parameter(position)
        if parameter is not None and parameter.takes.variable and isinstance(argument, tree.Name):
            given.append(Coded(argument, scope.find(Word(argument.text, argument.span))))
        else:
            given.append(tree.Literal(str(evaluate(argument, {})), argument.span))
    said = function.body(*given)
    assert isinstance(said, _EXPRESSION)
    return replace(said, span=call.span)


def plain(command: Command, scope: Scope) -> Command:
    """Give the command with the calls of rewritten functions replaced in its expressions.

    What is wrong stays as it was written, for the command's own check to find.
    """
    changed: dict[str, Any] = {}
    for field in fields(command):
        old = getattr(command, field.name)
        if isinstance(old, Condition):
            inside = _replaced(old.expression, scope)
            if inside is not old.expression:
                changed[field.name] = replace(old, expression=inside)
        elif isinstance(old, _EXPRESSION):
            new = _replaced(old, scope)
            if new is not old:
                changed[field.name] = new
        elif isinstance(old, Command):
            changed[field.name] = plain(old, scope)
    return replace(command, **changed) if changed else command


_EXPRESSION: Final = (
    tree.Literal, tree.Missing, tree.Name, tree.Unary, tree.Binary, tree.Call,
)  # fmt: skip


def _replaced(node: tree.Expression, scope: Scope) -> tree.Expression:
    match node:
        case tree.Unary(operand=operand):
            inside = _replaced(operand, scope)
            return node if inside is operand else replace(node, operand=inside)
        case tree.Binary():
            left, right = _replaced(node.left, scope), _replaced(node.right, scope)
            same = left is node.left and right is node.right
            return node if same else replace(node, left=left, right=right)
        case tree.Call():
            return _call(node, scope)
        case _:
            return node


def _call(node: tree.Call, scope: Scope) -> tree.Expression:
    arguments = tuple(_replaced(argument, scope) for argument in node.arguments)
    if any(new is not old for new, old in zip(arguments, node.arguments, strict=True)):
        node = replace(node, arguments=arguments)
    function = functions().get(node.function)
    if function is None or not function.rewritten:
        return node
    try:
        typed(node, scope)
        return rewritten(node, function, scope)
    except ScriptError:
        return node
