"""Linear regression with random intercepts of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.diagnostic import wrong
from kohort.model_command import CONTROL, LEVEL, NOCONSTANT, ModelCommand, apart, model_variable
from kohort.phrases import Condition, Options, Terms, Word
from kohort.scope import Scope, Variable
from kohort.writing import titled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kohort.estimators.problem import Estimator


def group_roles(scope: Scope, upper: Word, lower: Word | None) -> dict[str, Variable]:
    """Give the variables of groups by role."""
    roles = {"upper": scope.find(upper)}
    return roles if lower is None else {**roles, "lower": scope.find(lower)}


def check_groups(
    scope: Scope, words: Iterable[Word | None], parts: Iterable[Terms], outcome: Word
) -> None:
    """Check the variables of groups: in no part of the model, and different."""
    seen: set[str] = set()
    parts = tuple(parts)
    for word in words:
        if word is None:
            continue
        model_variable(scope, word)
        apart(word, parts, outcome)
        if word.text in seen:
            wrong("duplicate-variable", f"'{word.text}' stands here twice", word.span)
        seen.add(word.text)


class RegressMml(ModelCommand, name="regress-mml"):
    """Explain a numeric variable by others, with random intercepts of groups."""

    options_table = {"control": CONTROL, "noconstant": NOCONSTANT, "level": LEVEL}

    outcome: Word
    terms: Terms
    upper: Word
    lower: Word | None
    condition: Condition | None
    options: Options

    def check_terms(self, scope: Scope) -> None:
        """Groups stand in no other part of the model."""
        super().check_terms(scope)
        check_groups(scope, (self.upper, self.lower), self.parts().values(), self.outcome)

    def groups(self, scope: Scope) -> dict[str, Variable]:
        """Give the groups, the highest level first."""
        return group_roles(scope, self.upper, self.lower)

    def title(self) -> str:
        """Give the line over the table."""
        words: list[object] = [self.outcome, "by", self.upper]
        words += [] if self.lower is None else [self.lower]
        return titled(self.name, words, self.condition)

    def settings(self) -> dict[str, Any]:
        """Groups with few units are put together, as categories of a term are."""
        printed = {"upper"} if self.lower is None else {"upper", "lower"}
        return {**super().settings(), "printed": frozenset(printed), "covariance": None}

    def estimator(self) -> Estimator:
        """Give the mixed model."""
        from kohort.estimators.mixed_model import MixedRegression

        return MixedRegression()
