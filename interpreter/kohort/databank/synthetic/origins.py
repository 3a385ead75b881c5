"""Countries of birth: the codes in use and how arrivals are spread over them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kohort.databank.synthetic import coefficients as c

# Index 0 is Norway; `origin` of a person is a place in this list.
CODES: Final[tuple[str, ...]] = (c.NORWAY, *c.ORIGINS)
_PERIODS: Final = (1979, 1999)


def draw_origin(rng: np.random.Generator, year: int, count: int) -> NDArray[np.int16]:
    """Draw foreign countries of birth of those who arrive in a year, as places in `CODES`."""
    period = sum(year > last for last in _PERIODS)
    weights = np.array([shares[period] for shares in c.ORIGINS.values()])
    drawn = rng.choice(len(weights), size=count, p=weights / weights.sum())
    return (drawn + 1).astype(np.int16)
