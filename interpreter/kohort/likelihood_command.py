"""What the commands of binary and count models share: their options, and what they ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from kohort.command import Option
from kohort.diagnostic import wrong
from kohort.model_command import (
    CLUSTER,
    CONTROL,
    LEVEL,
    NOCONSTANT,
    ROBUST,
    ModelCommand,
    apart,
    numeric_variable,
    operands,
)
from kohort.phrases import Options, Terms
from kohort.question import Question, Rule
from kohort.scope import Scope, Variable

EFFECTS = ("dydx", "eyex", "dyex", "eydx")
POINTS = ("overall", "mean", "median", "zero")

MARGINS = Option("predictions at the means, or with a 0/1 variable at 0 and at 1", "optional-word")
MFX = Option("marginal effects: dydx, eyex, dyex or eydx", "word")
MFX_AT = Option("where they are taken: overall, mean, median or zero", "word")
EXPOSURE = Option("the positive variable that the mean is proportional to", "word")
COVARIANCE = {
    "noconstant": NOCONSTANT,
    "level": LEVEL,
    "robust": ROBUST,
    "cluster": CLUSTER,
    "control": CONTROL,
}


class BinaryCommand(ModelCommand):
    """A model of a 0/1 outcome."""

    def check_options(self, scope: Scope) -> None:
        """Effects must be known ones, and margins be of a variable of the model."""
        super().check_options(scope)
        check_effects(self.options)
        check_margins(self.options, self.parts().values())

    def rules(self) -> dict[str, Rule]:
        """The outcome holds 0 and 1."""
        return {"outcome": "binary"}

    def question(self, scope: Scope) -> Question:
        """Margins are of a 0/1 variable."""
        return binary_margins(super().question(scope), self.options, scope)

    def settings(self) -> dict[str, Any]:
        """Marginal effects, margins, odds ratios."""
        found = super().settings() | effects_of(self.options) | margins_of(self.options)
        if "or" in self.options:
            found |= {"exponentiated": True, "coefficients": "odds_ratio"}
        return found


class CountCommand(ModelCommand):
    """A model of counts."""

    def check_options(self, scope: Scope) -> None:
        """The exposure must be numeric and no part of the model."""
        super().check_options(scope)
        for word in self.options.words("exposure"):
            numeric_variable(scope, word, "exposure()")
            apart(word, self.parts().values(), self.outcome)

    def columns(self, scope: Scope) -> dict[str, Variable]:
        """Outcome and exposure."""
        return super().columns(scope) | exposure_of(scope, self.options)

    def rules(self) -> dict[str, Rule]:
        """The outcome holds counts, the exposure is positive."""
        return count_rules(self.options)

    def settings(self) -> dict[str, Any]:
        """Rate ratios."""
        found = super().settings()
        if "irr" in self.options:
            found |= {"exponentiated": True, "coefficients": "rate_ratio"}
        return found


def exposure_of(scope: Scope, options: Options) -> dict[str, Variable]:
    """Give the exposure by its role, if there is one."""
    words = options.words("exposure")
    return {"exposure": scope.find(words[0])} if words else {}


def count_rules(options: Options) -> dict[str, Rule]:
    """Give what outcome and exposure must be."""
    rules: dict[str, Rule] = {"outcome": "count"}
    if "exposure" in options:
        rules["exposure"] = "positive"
    return rules


def check_effects(options: Options) -> None:
    """Check the words of `mfx()` and `mfx_at()`. Raises `option-argument`."""
    for name, known in (("mfx", EFFECTS), ("mfx_at", POINTS)):
        for word in options.words(name):
            if word.text not in known:
                message = f"'{name}' is one of {', '.join(known)}"
                wrong("option-argument", message, word.span)


def effects_of(options: Options) -> dict[str, Any]:
    """Give the options of marginal effects; either implies the other's default."""
    if "mfx" not in options and "mfx_at" not in options:
        return {}
    return {
        "mfx": options.text("mfx") or EFFECTS[0],
        "mfx_at": options.text("mfx_at") or POINTS[0],
    }


def check_margins(options: Options, parts: Iterable[Terms]) -> None:
    """Check that the variable of `margins()` is in the model. Raises `not-in-the-model`."""
    known = {factor.name.text for _, factor in operands(parts)}
    for word in options.words("margins"):
        if word.text not in known:
            wrong("not-in-the-model", f"'{word.text}' is not in the model", word.span)


def binary_margins(question: Question, options: Options, scope: Scope) -> Question:
    """Ask that what `margins()` moves be 0 or 1, where metadata does not say so already."""
    for word in options.words("margins"):
        variable = scope.find(word)
        if variable.binary or variable in question.factors:
            return question
        return replace(
            question,
            columns={**question.columns, "margins": variable},
            rules={**question.rules, "margins": "binary"},
        )
    return question


def margins_of(options: Options) -> dict[str, Any]:
    """Give what `margins()` moves: a variable, or None for predictions at the means."""
    return {"margins": options.text("margins")} if "margins" in options else {}
