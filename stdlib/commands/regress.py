"""Linear regression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.command import Option
from kohort.likelihood_command import (
    COVARIANCE,
    MARGINS,
    binary_margins,
    check_margins,
    margins_of,
)
from kohort.model_command import ModelCommand
from kohort.question import Question
from kohort.scope import Scope

if TYPE_CHECKING:
    from kohort.estimators.problem import Estimator

_TESTS = {
    "ov": Option("Ramsey's test of omitted powers (RESET)"),
    "het_bp": Option("Breusch and Pagan's test of unequal variance, for normal errors"),
    "het_iid": Option("the same without assuming normal errors"),
    "het_fstat": Option("the same as an F test"),
}


class Regress(ModelCommand, name="regress"):
    """Explain a numeric variable by others: ordinary least squares."""

    options_table = {
        **COVARIANCE,
        "standardize": Option("coefficients in standard deviations"),
        "vif": Option("variance inflation factors"),
        **_TESTS,
        "margins": MARGINS,
    }

    def check_options(self, scope: Scope) -> None:
        """Margins must be of a variable of the model."""
        super().check_options(scope)
        check_margins(self.options, self.parts().values())

    def question(self, scope: Scope) -> Question:
        """Margins are of a 0/1 variable."""
        return binary_margins(super().question(scope), self.options, scope)

    def settings(self) -> dict[str, Any]:
        """Tests and tables that are asked for."""
        flags = ("standardize", "vif", *_TESTS)
        found = super().settings() | {name: name in self.options for name in flags}
        if "standardize" in self.options:
            found["coefficients"] = "beta"
        return found | margins_of(self.options)

    def estimator(self) -> Estimator:
        """Give least squares."""
        from kohort.estimators.linear_model import LinearRegression

        return LinearRegression()
