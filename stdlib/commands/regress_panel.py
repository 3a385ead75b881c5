"""Linear regression of panel data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kohort.command import Option
from kohort.diagnostic import Span, wrong
from kohort.model_command import CLUSTER, LEVEL, NOCONSTANT, ModelCommand, found, operands
from kohort.phrases import Options, Terms
from kohort.question import Question
from kohort.scope import Kind, Scope

if TYPE_CHECKING:
    from kohort.estimators.panel_solution import Effects
    from kohort.estimators.problem import Estimator

EFFECTS: tuple[Effects, ...] = ("fe", "re", "be", "pooled")


def effects_option(name: str, help_: str) -> Option:
    """Give the option of one estimator, which excludes the others."""
    return Option(help_, excludes=tuple(other for other in EFFECTS if other != name))


EFFECTS_TABLE = {
    "fe": effects_option("fe", "fixed effects of units, the usual choice"),
    "re": effects_option("re", "random effects of units"),
    "be": effects_option("be", "the means of units"),
    "pooled": effects_option("pooled", "all rows alike"),
}
ROBUST = Option("standard errors that allow for dependence within units", excludes=("cluster",))


def effects_of(options: Options) -> Effects:
    """Give the estimator that is asked for."""
    for name in EFFECTS:
        if name in options:
            return name
    return "fe"


def check_panel(scope: Scope, span: Span, command: str) -> None:
    """Raise `not-a-panel` unless the active dataset is a panel."""
    shape = scope.filled(span)
    if shape.kind is not Kind.PANEL:
        wrong(
            "not-a-panel",
            f"'{shape.name}' holds {shape.kind} data; {command} needs a panel",
            span,
            "'import-panel' and 'reshape-to-panel' make panels",
        )


def steady_names(scope: Scope, parts: Iterable[Terms]) -> frozenset[str]:
    """Give the variables of terms that are the same in all rows of a unit by their definition."""
    names = {factor.name.text for _, factor in operands(parts)}
    return frozenset(v.name for v in found(scope, sorted(names)) if not v.meaning.rowwise)


class RegressPanel(ModelCommand, name="regress-panel"):
    """Explain a numeric variable of a panel by others: fixed, random or no effects of units."""

    options_table = {
        "noconstant": NOCONSTANT,
        "level": LEVEL,
        **EFFECTS_TABLE,
        "robust": ROBUST,
        "cluster": CLUSTER,
    }

    def check(self, scope: Scope) -> None:
        """The data must be a panel; the rest is as in `regress`."""
        check_panel(scope, self.span, self.name)
        super().check(scope)

    def question(self, scope: Scope) -> Question:
        """Tell what is the same in all rows of a unit: effects absorb it, which is no secret."""
        question = super().question(scope)
        steady = {"steady": steady_names(scope, self.parts().values())}
        return replace(question, options={**question.options, **steady})

    def settings(self) -> dict[str, Any]:
        """Name the estimator in the title."""
        settings = super().settings()
        return {**settings, "title": f"{settings['title']}, {effects_of(self.options)}"}

    def estimator(self) -> Estimator:
        """Give the estimator of the chosen effects."""
        from kohort.estimators.panel_model import PanelRegression

        return PanelRegression(effects_of(self.options))
