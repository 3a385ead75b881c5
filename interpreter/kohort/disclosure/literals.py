"""The user's own words in a statement: its labels, and the values its expressions name (2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from kohort.disclosure.limits import LanguageLimits
from kohort.expression import Literal
from kohort.phrases import LabelPair, Rule


def too_long(limits: LanguageLimits, statement: object) -> bool:
    """Tell whether a label that the statement gives is longer than the profile allows."""
    labels = (
        node.label
        for node in _nodes(statement)
        if isinstance(node, LabelPair | Rule) and node.label is not None
    )
    return any(len(label) > limits.label_max_chars for label in labels)


def too_many(limits: LanguageLimits, statement: object) -> bool:
    """Tell whether the statement's expressions name more values than the profile allows.

    All constants count, not only those of one `inlist`, which can be written as comparisons.
    """
    return sum(isinstance(node, Literal) for node in _nodes(statement)) > limits.inlist_max


def _nodes(statement: object) -> Iterator[object]:
    """Walk the phrases of a statement."""
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(node)
        elif is_dataclass(node):
            yield node
            waiting.extend(getattr(node, field.name) for field in fields(node))
