"""Rows of units that have several: published units times a blurred number of rows per unit.

Spells and panels have rows, and a curve is one of rows; what is counted and perturbed are units
(the disclosure reference, 2.1: event counts). Rows per unit are a mean, so that they are those of
jittered weights, few digits, and of enough units only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kohort.disclosure.keys import Secret
from kohort.disclosure.model_evidence import ModelEvidence
from kohort.disclosure.model_noise import ModelNoise
from kohort.disclosure.model_support import Support
from kohort.disclosure.profile import Profile
from kohort.disclosure.published import significant
from kohort.estimators.design import Codes, Floats, Integers

_ALL_DIGITS = 15


@dataclass(frozen=True, eq=False, repr=False)
class RowsOfUnits:
    """How many rows some units have.

    `unit`: int (N), 0..U-1; `weights`: float64 (U); `least`: published units that a mean of their
    own needs; `digits`: of that mean.
    """

    unit: Codes | Integers
    weights: Floats
    least: int
    digits: int

    def rows(self, units: Integers, cell: Codes | Integers, nested: bool = False) -> Integers:
        """Published rows of cells from their published units, int64 (k).

        `cell` numbers rows, -1 for none. `nested`: a count is of a cell and all before it.
        """
        size = len(units)
        rows = np.where((cell >= 0) & (cell < size), cell, size)
        mass = np.bincount(rows, self.weights[self.unit], size + 1)[:size]
        holders = self._holders(rows, size, nested)
        if nested:
            mass, holders = np.cumsum(mass), np.cumsum(holders)
        everybody = float(self.weights[self.unit].sum() / self.weights.sum())
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where((units >= self.least) & (holders > 0), mass / holders, everybody)
        if self.digits < _ALL_DIGITS:
            each = significant(each, self.digits)
        return np.rint(units * np.maximum(each, 1.0)).astype(np.int64)

    def _holders(self, rows: NDArray[np.integer], size: int, nested: bool) -> Floats:
        """The weight of the units of each cell; `nested`: of those that are in none before it."""
        if nested:
            first = np.full(len(self.weights), size, dtype=np.int64)
            np.minimum.at(first, self.unit, rows)
            return np.bincount(first, self.weights, size + 1)[:size].astype(np.float64)
        count = len(self.weights)
        pairs = np.unique(rows.astype(np.int64) * count + self.unit)
        found = np.bincount(pairs // count, self.weights[pairs % count], size + 1)[:size]
        return found.astype(np.float64)


def rows_of_units(secret: Secret, profile: Profile, evidence: ModelEvidence) -> RowsOfUnits | None:
    """Give what rows are worked out with, None where each row is a unit of its own."""
    split = evidence.unit_rows
    if split is None:
        return None
    unit, keys = split
    weights = np.ones(len(keys))
    if profile.magnitudes.kwj_eta > 0:
        noise = ModelNoise(secret, profile.models, profile.magnitudes, evidence)
        for role in ("time", "event"):
            noise.read(evidence.columns[role])
        weights[unit] = noise.keys().weights(evidence, profile.magnitudes.kwj_eta)
    return RowsOfUnits(unit, weights, profile.magnitudes.desc_min, profile.magnitudes.digits)


def published_events(secret: Secret, profile: Profile, evidence: ModelEvidence) -> int:
    """The published number of rows with the event."""
    event = evidence.columns["event"]
    cell = np.where(event.x != 0, np.int32(0), np.int32(-1))
    units = Support(secret, profile.counts, evidence).events()
    several = rows_of_units(secret, profile, evidence)
    if several is None:
        return units
    return int(several.rows(np.array([units], dtype=np.int64), cell)[0])
