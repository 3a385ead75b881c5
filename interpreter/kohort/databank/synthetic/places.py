"""The places people live in: municipality codes over time, counties, regions and sizes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kohort import HOME
from kohort.databank.definition import epoch_day
from kohort.databank.synthetic.days import Floats, Index

# Parts of the country by the first two digits of the code of 1990.
_REGIONS: Final = {
    **dict.fromkeys(("02", "03"), 0),
    **dict.fromkeys(("04", "05"), 1),
    **dict.fromkeys(("01", "06", "07", "08"), 2),
    **dict.fromkeys(("09", "10", "11"), 3),
    **dict.fromkeys(("12", "14", "15"), 4),
    **dict.fromkeys(("16", "17"), 5),
    **dict.fromkeys(("18", "19", "20"), 6),
}
# Where students live, and how many study there (thousands, rough), by the code of 1990.
_STUDENT_TOWNS: Final = {
    "0301": 75, "1201": 36, "1601": 37, "1902": 15, "1103": 11, "1001": 12,
    "0401": 8, "0501": 5, "0214": 6, "1804": 6, "0806": 5, "0704": 5, "0602": 5, "1519": 4,
}  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Places as arrays of equal length: index -> relative size, county and region.

    `chains` holds for each place its (code, first day) pairs in order, days since 1970.
    """

    sizes: Floats
    county: NDArray[np.int16]
    region: NDArray[np.int16]
    chains: tuple[tuple[tuple[str, int], ...], ...]
    student_towns: Index
    student_weights: Floats

    def __len__(self) -> int:
        return len(self.chains)

    def codes_on(self, at: int) -> list[str]:
        """Give every place's municipality code in force on a day."""
        return [
            next(code for code, first in reversed(chain) if first <= at or first == chain[0][1])
            for chain in self.chains
        ]

    def changes(self) -> list[tuple[int, list[int]]]:
        """Give the days on which codes change, each with the places whose code does."""
        changed: dict[int, list[int]] = {}
        for place, chain in enumerate(self.chains):
            for _, first in chain[1:]:
                changed.setdefault(first, []).append(place)
        return sorted(changed.items())

    def draw(self, rng: np.random.Generator, count: int) -> Index:
        """Draw places by size: int64, shape (count,)."""
        edges = np.cumsum(self.sizes)
        drawn: Index = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
        return drawn

    def draw_near(self, rng: np.random.Generator, origin: Index, share: float) -> Index:
        """Draw a place by size: in the origin's county for about `share` of them, else anywhere."""
        order = np.argsort(self.county, kind="stable")
        edges = np.concatenate([[0.0], np.cumsum(self.sizes[order])])
        counties = self.county[order]
        low = edges[np.searchsorted(counties, self.county[origin], side="left")]
        high = edges[np.searchsorted(counties, self.county[origin], side="right")]
        near = low + rng.random(len(origin)) * (high - low)
        found = order[np.clip(np.searchsorted(edges, near, side="right") - 1, 0, len(order) - 1)]
        return np.where(rng.random(len(origin)) < share, found, self.draw(rng, len(origin)))


@cache
def load() -> Places:
    """Read `stdlib/registers/municipalities.json`."""
    path = HOME / "stdlib" / "registers" / "municipalities.json"
    listed = json.loads(path.read_text(encoding="utf-8"))["places"]
    first = [place[0] for place in listed]
    return Places(
        sizes=np.array([place[2] for place in listed], dtype=np.float64),
        county=np.array([int(code[:2]) for code in first], dtype=np.int16),
        region=np.array([_REGIONS[code[:2]] for code in first], dtype=np.int16),
        chains=tuple(
            tuple((code, epoch_day(since)) for code, since in place[3]) for place in listed
        ),
        student_towns=np.array([first.index(code) for code in _STUDENT_TOWNS], dtype=np.int64),
        student_weights=np.array(list(_STUDENT_TOWNS.values()), dtype=np.float64),
    )
