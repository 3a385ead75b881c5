"""Whether a population or an edit is large enough, decided on published counts alone (2.5, 3.2)."""

from __future__ import annotations

from kohort.disclosure.limits import PopulationLimits, SampleLimits


def large_enough(limits: PopulationLimits, published_n: int) -> bool:
    """Tell whether a dataset with this published number of units may be made."""
    return published_n >= limits.min_units + limits.margin


def edit_allowed(limits: PopulationLimits, touched: int, published_n: int) -> bool:
    """Tell whether values may be changed for `touched` of `published_n` units, both published."""
    floor = limits.edit_floor
    return floor == 0 or floor <= touched <= published_n - floor or touched in {0, published_n}


def sample_large_enough(limits: SampleLimits, published_n: int) -> bool:
    """Tell whether a random sample with this published number of units may be made."""
    return published_n >= limits.min_units
