"""Bind a name to a constant."""

from kohort.binding import evaluate, text_of
from kohort.command import SteerCommand
from kohort.expression import Expression
from kohort.phrases import Word
from kohort.results import Done, Raw
from kohort.scope import BindingValue, Scope
from kohort.session import Session


class Let(SteerCommand, name="let"):
    """Bind a name to a number, a text or a symbol; `$name` reads it."""

    group = "bindings"

    binding: Word
    value: Expression

    def check(self, scope: Scope) -> None:
        """Work the value out at once."""
        scope.bindings[self.binding.text] = evaluate(self.value, scope.bindings)

    def run(self, session: Session) -> Raw:
        """Say what the name stands for."""
        value = session.scope.bindings[self.binding.text]
        return Done("bound", {"name": self.binding.text, "value": shown(value)})


def shown(value: BindingValue) -> str:
    """Write a value as a script would: texts in quotes, numbers as `++` joins them."""
    if not isinstance(value, str):
        return text_of(value)
    return f'"{value}"' if "'" in value else f"'{value}'"
