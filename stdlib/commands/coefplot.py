"""A model's coefficients as a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kohort.command import ShowCommand, check_options
from kohort.model_command import ModelCommand
from kohort.results import CoefficientCases
from kohort.scope import Scope

if TYPE_CHECKING:
    from kohort.dataset import Dataset


class Coefplot(ShowCommand, name="coefplot"):
    """Draw the coefficients of a model with their intervals."""

    group = "charts"

    model: ModelCommand

    def check(self, scope: Scope) -> None:
        """The model must be one that could stand by itself."""
        check_options(type(self.model), self.model.options)
        self.model.check(scope)

    def run(self, dataset: Dataset, scope: Scope) -> CoefficientCases:
        """Ask for what the model asks for."""
        return CoefficientCases.of(self.model.run(dataset, scope))
