"""Whether a population or an edit is large enough, decided on published counts alone (2.5, 3.2)."""

from __future__ import annotations

from kohort.disclosure.limits import PopulationLimits, SampleLimits


def large_enough(limits: PopulationLimits, published_n: int) -> bool:
    """Tell whether a dataset with this published number of units may be made."""
    return published_n >= limits.min_units + limits.margin


def edit_allowed(limits: PopulationLimits, touched: int, spared: int) -> bool:
    """Tell whether values may be changed for `touched` units and not for `spared`, both published.

    The spared ones have a published number of their own, so that a change and its opposite are
    judged alike.
    """
    return all(n == 0 or n >= limits.edit_floor for n in (touched, spared))


def sample_large_enough(limits: SampleLimits, published_n: int) -> bool:
    """Tell whether a random sample with this published number of units may be made."""
    return published_n >= limits.min_units
