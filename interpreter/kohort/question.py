"""What a model command asks of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kohort.expression import Expression
from kohort.phrases import Terms
from kohort.scope import Variable

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator

Rule: TypeAlias = Literal["binary", "count", "positive", "not negative"]


@dataclass(frozen=True)
class Question:
    """What a model command asks for: variables by role, terms by part of the call, the estimator.

    `condition`: rows where it does not hold count as incomplete (for predictions, which stay in the
    same dataset; other commands narrow the dataset first). The rest is as in `ModelCases`.
    """

    columns: Mapping[str, Variable]
    groups: Mapping[str, Variable]
    terms: Mapping[str, Terms]
    continuous: Sequence[Variable]
    factors: Sequence[Variable]
    estimator: Estimator | None
    options: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    condition: Expression | None = None
