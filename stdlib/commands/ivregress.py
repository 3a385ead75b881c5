"""Linear regression with instrumental variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kohort.command import Option
from kohort.diagnostic import wrong
from kohort.model_command import (
    CLUSTER,
    LEVEL,
    NOCONSTANT,
    ROBUST,
    ModelCommand,
    operands,
    spelled,
)
from kohort.phrases import Condition, Options, Terms, Word
from kohort.scope import Scope

if TYPE_CHECKING:
    from kohort.estimators.instruments import Method
    from kohort.estimators.problem import Estimator

METHODS: tuple[Method, ...] = ("tsls", "liml", "gmm")


def _method(name: str, help_: str, *more: str) -> Option:
    others = tuple(other for other in METHODS if other != name)
    return Option(help_, excludes=(*others, *more))


METHODS_TABLE = {
    "tsls": _method("tsls", "two-stage least squares, the usual choice"),
    "liml": _method("liml", "limited information maximum likelihood"),
    "gmm": _method("gmm", "the generalised method of moments in two steps"),
}


def method_of(options: Options) -> Method:
    """Give the estimator that is asked for."""
    for name in METHODS:
        if name in options:
            return name
    return "tsls"


def instrument_parts(
    before: Terms | None, endogenous: Terms, instruments: Terms, after: Terms | None
) -> dict[str, Terms]:
    """Give the terms by part of the call; what stands before and after the parentheses is one."""
    exogenous = (*(before or ()), *(after or ()))
    return {
        "endogenous": endogenous,
        "terms": Terms(exogenous, endogenous.span),
        "instruments": instruments,
    }


def check_instruments(parts: dict[str, Terms]) -> None:
    """Check that no variable has two parts to play. Raises `two-roles`."""
    first = {factor.name.text for _, factor in operands([parts["endogenous"]])}
    for part in ("terms", "instruments"):
        for _, factor in operands([parts[part]]):
            if factor.name.text in first:
                wrong(
                    "two-roles",
                    f"'{factor.name.text}' is among the endogenous variables too",
                    factor.span,
                    "what stands before '=' can be neither an instrument nor a term of its own",
                )


class Ivregress(ModelCommand, name="ivregress"):
    """Explain a numeric variable by others, some of them through instruments."""

    options_table = {
        **METHODS_TABLE,
        "noconstant": NOCONSTANT,
        "endog": Option(
            "test whether the instrumented variables are endogenous", excludes=("liml", "gmm")
        ),
        "firststage": Option("tell how well the instruments explain the instrumented variables"),
        "overid": Option("test whether the instruments agree", excludes=("gmm",)),
        "level": LEVEL,
        "robust": ROBUST,
        "cluster": CLUSTER,
    }

    outcome: Word
    terms: Terms
    endogenous: Terms
    instruments: Terms
    further: Terms
    condition: Condition | None
    options: Options

    def check_terms(self, scope: Scope) -> None:
        """Terms must fit their use, and each variable have one part to play."""
        super().check_terms(scope)
        check_instruments(self.parts())

    def parts(self) -> dict[str, Terms]:
        """Endogenous terms come first, then exogenous ones; instruments are not printed."""
        return instrument_parts(self.terms, self.endogenous, self.instruments, self.further)

    def settings(self) -> dict[str, Any]:
        """Name the instrumented variables and all their instruments."""
        parts, settings = self.parts(), super().settings()
        if method_of(self.options) == "gmm" and settings["covariance"] == "classical":
            # Its weights allow for unequal variance, and so do its errors.
            settings["covariance"] = "robust"
        told = (*parts["instruments"], *parts["terms"])
        return {
            **settings,
            **{name: name in self.options for name in ("endog", "firststage", "overid")},
            "method": method_of(self.options),
            "instrumented": " ".join(spelled(term) for term in parts["endogenous"]),
            "instruments": " ".join(spelled(term) for term in told),
        }

    def estimator(self) -> Estimator:
        """Give the chosen method."""
        from kohort.estimators.instrument_model import InstrumentRegression

        return InstrumentRegression(method_of(self.options))
