"""Which factors of a protected model are absorbed instead of being columns, and how they merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from kohort.disclosure.limits import ModelLimits
from kohort.disclosure.model_evidence import ModelEvidence, Operand
from kohort.estimators.design import MAX_COLUMNS, DesignTooWideError
from kohort.estimators.problem import Estimator, Predictor

# Categories of one factor: the wordings of so many take some ten seconds.
MAX_ABSORBED = 250_000
_SUPPORT = 3


@dataclass(frozen=True)
class Absorbing:
    """How many products of indicators may be absorbed. All decisions are on published numbers."""

    most: int

    def able(self, operands: Sequence[Operand]) -> bool:
        """Whether a product can be absorbed: its columns are indicators of categories."""
        return self.most > 0 and all(operand.kind == "i" for operand in operands)

    def of(self, widths: Mapping[tuple[Operand, ...], int]) -> list[tuple[Operand, ...]]:
        """The widest products, until the rest fits. Raises `DesignTooWideError`."""
        width = sum(widths.values())
        taken: list[tuple[Operand, ...]] = []
        for widest in sorted(widths, key=lambda operands: -widths[operands]):
            if width <= MAX_COLUMNS:
                break
            if not self.able(widest) or len(taken) == self.most:
                too_wide(widest)
            taken.append(widest)
            width -= widths[widest]
        return taken


def too_wide(operands: Sequence[Operand]) -> NoReturn:
    """Raise the error that names the term."""
    names = tuple(operand.name for operand in operands)
    raise DesignTooWideError(f"more than {MAX_COLUMNS} columns", names)


def most_absorbed(
    estimator: Estimator | Predictor, limits: ModelLimits, evidence: ModelEvidence
) -> int:
    """How many factors an estimator can absorb in this model; the constant goes with them."""
    able = getattr(estimator, "absorbs", None)
    if able is None or not evidence.constant:
        return 0
    return int(able(evidence.options, limits.eff_support_min > 0))


def many(columns: int) -> bool:
    """Whether a factor of so many columns alone makes a design too wide."""
    return columns > MAX_COLUMNS


def stricter(limits: ModelLimits) -> ModelLimits:
    """The limits by which the categories of an absorbed factor are merged.

    A unit's leverage is at least one over the units of its category. Of thousands of categories
    that are as small as those of a printed factor may be, many would stand out.
    """
    return replace(limits, support_min=max(limits.support_min, _SUPPORT * limits.eff_support_min))
