"""Arrays of published numbers with the state of each, and the rounding that they go through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class State(IntEnum):
    """What a cell shows; the names in lower case are the words on the wire."""

    SHOWN = 0
    ZERO = 1  # a published zero, printed as `0` or `<5`
    HIDDEN = 2  # withheld
    MISSING = 3  # no value exists
    FOLDED = 4  # told in a note only
    LOW = 5  # a share printed as `<5 %`
    HIGH = 6  # a share printed as `>95 %`


STATE_WORDS = tuple(state.name.lower() for state in State)


@dataclass(frozen=True)
class Published:
    """Numbers fit to be shown. `values`: float64, NaN where withheld; `state`: uint8 of `State`."""

    values: NDArray[np.float64]
    state: NDArray[np.uint8]

    def __post_init__(self) -> None:
        # A withheld number must not travel on by mistake.
        blank = np.isin(self.state, (State.HIDDEN, State.MISSING, State.FOLDED))
        object.__setattr__(self, "values", np.where(blank, np.nan, self.values))

    @property
    def words(self) -> list[str]:
        """The states as words."""
        return [STATE_WORDS[code] for code in self.state.ravel().tolist()]


def judged(
    values: NDArray[np.float64], shown: NDArray[np.bool_], there: NDArray[np.bool_]
) -> Published:
    """Give values with their states: missing where nothing is there or no number came out.

    `shown` and `there` (bool, like `values`) must have been decided on published numbers.
    """
    state = np.where(shown, State.SHOWN, State.HIDDEN)
    state = np.where(there & (np.isfinite(values) | ~shown), state, State.MISSING)
    return Published(values, state.astype(np.uint8))


def significant(values: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """Round to significant digits, as decimal rounding of the exact binary value; float64."""
    # Scaling by powers of ten would round twice; writing the number out does not.
    written = [float(f"{value:.{digits - 1}e}") for value in values.ravel().tolist()]
    return np.array(written, dtype=np.float64).reshape(values.shape)


def decimals(values: NDArray[np.float64], places: int) -> NDArray[np.float64]:
    """Round to decimal places, as decimal rounding of the exact binary value; float64."""
    written = [float(f"{value:.{places}f}") for value in values.ravel().tolist()]
    return np.array(written, dtype=np.float64).reshape(values.shape)
