"""Predictions of a model for its rows: the fit that would be shown, whose numbers stay private.

Everybody's prediction rests on everybody: with a plain fit, an outcome that is zero for all but one
person would make thousands of predictions out of that person's value, and their mean tell it. So
the fit is the protected one (merged, clipped, weighted), under the guards of a model that is shown,
and its numbers then leave only through the rules for values. Whether the model can be fitted is
not told: where it cannot, they are missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.keys import Secret
from kohort.disclosure.model_reading import evidence_of
from kohort.disclosure.models import fitted_problem
from kohort.disclosure.profile import Profile
from kohort.estimators.design import DesignTooWideError, Floats
from kohort.estimators.problem import NotEstimableError, Predictor
from kohort.results import ModelCases


@dataclass(frozen=True, repr=False, eq=False)
class Predictions:
    """Numbers by key, float64 (n), of the rows `row`: int64 (n), None for all of the dataset."""

    numbers: Mapping[str, Floats]
    row: NDArray[np.int64] | None

    def __repr__(self) -> str:
        return "<unreleased>"

    def get(self, key: str) -> Floats | None:
        """Give the numbers of a key, or None where there are none."""
        return self.numbers.get(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)


def predictions(
    secret: Secret,
    profile: Profile,
    raw: ModelCases,
    predictor: Predictor,
    wanted: tuple[str, ...],
) -> Predictions:
    """Fit a model as it would be shown and give the wanted numbers for its rows."""
    try:
        with np.errstate(all="ignore"):
            # Rows that break a rule are left out, whatever the profile: no message may tell.
            evidence, row = evidence_of(raw, protected=True)
            fitted = fitted_problem(secret, profile, evidence, predictor)
            if fitted.rows is not None:
                row = fitted.rows if row is None else row[fitted.rows]
            return Predictions(fitted.values(predictor, wanted), row)
    except (NotEstimableError, DesignTooWideError):
        return Predictions({}, raw.row)
