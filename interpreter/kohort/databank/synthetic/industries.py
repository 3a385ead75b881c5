"""Industries: codes in SN2007's form by occupation; invented assignments."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kohort.databank.synthetic import occupations

# By the first two digits of the occupation, else by the first.
_BY_OCCUPATION: Final = {
    "11": "84.110 70.100", "12": "70.220 62.010 84.110", "13": "86.101 85.100 41.200 62.020",
    "14": "47.111 55.101", "21": "71.121 72.190 62.010", "22": "86.101 86.902 86.211 87.102",
    "23": "85.201 85.100 85.310 85.421", "24": "69.201 70.220 64.190 84.110", "25": "62.010 62.020",
    "26": "69.100 88.991 90.031 58.130", "31": "71.121 35.111 09.101", "32": "86.101 86.230",
    "33": "64.190 84.130 68.310 46.900", "34": "88.999 93.110", "35": "62.030 61.100 59.110",
    "41": "84.110 69.201", "43": "52.100 49.410", "51": "56.101 96.020",
    "52": "47.111 47.710 47.521",
    "53": "88.911 87.102 88.101 86.101", "54": "84.240 80.100", "61": "01.410 01.130",
    "62": "03.211 02.100", "71": "41.200 43.221 43.320", "72": "25.620 33.120 45.200",
    "74": "43.210 61.200", "75": "10.710 10.200", "81": "10.200 24.420 20.130",
    "83": "49.410 49.310", "91": "81.210", "93": "42.110 52.100 43.120", "94": "56.101",
}  # fmt: skip
_ELSEWHERE: Final = "82.990 94.991 47.190"

CODES: Final[tuple[str, ...]] = tuple(
    dict.fromkeys(" ".join([*_BY_OCCUPATION.values(), _ELSEWHERE]).split())
)
_LISTS: Final = [_BY_OCCUPATION.get(code[:2], _ELSEWHERE).split() for code in occupations.CODES]
_LENGTHS: Final = np.array([len(listed) for listed in _LISTS])
_TABLE: Final = np.array([
    [CODES.index(listed[n % len(listed)]) for n in range(int(_LENGTHS.max()))] for listed in _LISTS
])


def of(occupation: NDArray[np.int64], draw: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the industry (place in `CODES`) of jobs by occupation and what was drawn for the job."""
    which = (draw * 997 % 1 * _LENGTHS[occupation]).astype(np.int64)
    return np.asarray(_TABLE[occupation, which])
