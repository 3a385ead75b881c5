"""Occupations: codes in STYRK08's form by level and field of education; invented assignments."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

# By field of education, the eight of `coefficients.FIELDS`.
_SCHOOL: Final = (
    "5223 4110 5141 3435 5131", "5311 5312 5223 4110", "4110 5311 5223 3343",
    "5223 4311 4110 3313 3322 1420", "7115 7411 7231 7233 7212 7126 8160 3512 3513 3115 7119",
    "5321 5322 5311 3258 5329", "6111 6121 6221 6130 6210", "8332 8331 5419 5414 8343 8350",
)  # fmt: skip
_UNSKILLED: Final = "5223 9112 8332 5131 9321 5322 9412 9329 8322 7119 5152 9333 4321"
_DEGREE: Final = (
    "2432 2642 2651 2330 2341", "2341 2342 2330 2356 2355", "2635 3412 2635 3355 2422",
    "2411 3313 2431 3322 3332 2421",
    "2511 2512 2513 2514 2519 2521 2522 2523 2529 3511 3514 3112 3115",
    "2223 2223 2223 2224 2264 2221", "2132 6130 2133", "3153 5412 3152 3351",
)  # fmt: skip
_MASTER: Final = (
    "2330 2310 2643 2621 2341", "2330 2310 2351 2341", "2611 2310 2422 2632 2634",
    "2412 2413 2411 2421 2631", "2511 2512 2142 2151 2146 2310 2519 2522",
    "2211 2212 2211 2212 2310 2261 2262", "2132 2250 2310", "2422 2310 3351",
)  # fmt: skip
_MANAGERS: Final = "1211 1221 1330 1420 1323 1349 1120 1345 1342"

_LISTS: Final = [group.split() for group in (_UNSKILLED, *_SCHOOL, *_DEGREE, *_MASTER, _MANAGERS)]
CODES: Final[tuple[str, ...]] = tuple(code for group in _LISTS for code in group)
_FIRST: Final = np.cumsum([0, *(len(group) for group in _LISTS)])
_LENGTHS: Final = np.array([len(group) for group in _LISTS])
_MANAGER_LIST: Final = len(_LISTS) - 1


def choose(
    level: NDArray[np.integer],
    field: NDArray[np.integer],
    manager: NDArray[np.bool_],
    draw: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Give an occupation (place in `CODES`) by level digit, field, leading position and a draw."""
    skilled = np.select([level >= 7, level >= 6, level >= 4], [17, 9, 1], default=0)
    # Level 9 is unknown: whoever has it works where no schooling is asked for.
    which = np.where((skilled == 0) | (level == 9), 0, skilled + field)
    which = np.where(manager, _MANAGER_LIST, which)
    return np.asarray(_FIRST[which] + (draw * _LENGTHS[which]).astype(np.int64))
