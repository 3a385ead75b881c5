"""Dwellings: what the household of a person lives in on 1 January."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import places
from kohort.databank.synthetic.days import Floats, Index, day
from kohort.databank.synthetic.families import Snapshot
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Tables, Values, at, coded, years

_NAMES: Final = {
    "BOFORHOLD_BRUKSAREAL": "Boligens bruksareal, kvadratmeter.",
    "BOFORHOLD_ANTALL_ROM": "Antall rom i boligen.",
    "BOFORHOLD_BYGGEAAR": "Byggeår.",
    "BOFORHOLD_BYGNINGSTYPE": "Bygningstype.",
    "BOFORHOLD_BRUKSENHETSTYPE": "Bruksenhetstype.",
    "BOFORHOLD_HUSHTYPE": "Husholdningstype.",
    "BOFORHOLD_TRANGBODD": "Om husholdningen bor trangt; 1 ja, 0 nei.",
}
NAMES: Final = tuple(_NAMES)
DETACHED: Final = 0
# Codes of building types by kind: detached, semi-detached, rows, flats, others.
_BUILDINGS: Final = (
    ("111", "112", "113"), ("121", "122", "123"), ("131", "133", "135", "136"),
    ("141", "142", "143", "144", "145", "146"), ("152", "159", "199", "212"),
)  # fmt: skip
_CODES: Final = tuple(code for codes in _BUILDINGS for code in codes)
_FIRST: Final = np.cumsum([0, *(len(codes) for codes in _BUILDINGS)])[:-1]
_COUNTS: Final = np.array([len(codes) for codes in _BUILDINGS])


@dataclass(frozen=True)
class Dwellings:
    """The dwelling of each household, whose head stands in `heads`; arrays are parallel to it."""

    heads: Index
    members: Index
    kind: Index
    area: Index
    rooms: Index
    built: Index


def of_households(country: Country, seen: Snapshot) -> Dwellings:
    """Give every household's dwelling: the same as long as its head lives at the same place."""
    household = seen.household.astype(np.int64)
    members = np.bincount(household[household >= 0], minlength=len(household))
    heads = np.flatnonzero(members)
    place = seen.place[heads].astype(np.int64)
    lots = [country.streams.lots(f"dwelling {n}", country.ids[heads], place) for n in range(4)]
    size = places.load().sizes[place]
    table = np.array([np.cumsum(shares)[:-1] for shares in c.DWELLINGS.values()])
    edges = table[np.select([size > 150_000, size > 25_000], [0, 1], 2)]
    # Families with more members live in houses more often.
    draw = lots[0] ** (1 + 0.35 * np.minimum(members[heads] - 1, 3))
    kind: Index = (draw[:, None] > edges).sum(axis=1)
    normal = np.sqrt(-2 * np.log(1 - lots[1])) * np.cos(2 * np.pi * lots[2])
    log = np.array(c.DWELLING_AREA)[kind] + c.DWELLING_SPREAD * normal
    log = log + c.DWELLING_PER_PERSON * np.minimum(members[heads] - 1, 4)
    area = np.clip(np.rint(np.exp(log)), 18, 450).astype(np.int64)
    rooms = np.clip(np.rint(area / 27 + lots[3]), 1, 12).astype(np.int64)
    built = _built(lots[3], seen.year)
    return Dwellings(heads, members[heads], kind, area, rooms, built)


def _built(draw: Floats, year: int) -> Index:
    known = (1870, 1920, 1945, 1960, 1975, 1990, 2005, 2015)
    shares = (0.0, 0.09, 0.18, 0.33, 0.56, 0.77, 0.92, 1.0)
    # A dwelling must stand by the time somebody lives there.
    return np.minimum(np.interp(draw, shares, known).astype(np.int64), year - 1)


def tables(country: Country, scope: Scope) -> Tables:
    """Give the dwelling of everybody who lives in the country, year by year."""
    wanted = [name for name in NAMES if name in scope]
    for year in years(NAMES[0]) if wanted else ():
        seen = country.snapshots[year]
        home = of_households(country, seen)
        row = np.full(len(seen.household), -1)
        row[home.heads] = np.arange(len(home.heads))
        persons = seen.residents
        which = row[seen.household[persons]]
        ids = country.ids[persons]
        for name, values in _values(country, home).items():
            if name in scope:
                gathered = values.gather(which) if isinstance(values, pl.Series) else values[which]
                unit = "Kvadratmeter" if name.endswith("AREAL") else ""
                yield at(name, _NAMES[name], ids, gathered, day(year), unit_of_measure=unit)


def _values(country: Country, home: Dwellings) -> dict[str, Values]:
    lot = country.streams.lots("dwelling unit", country.ids[home.heads])
    unit: NDArray[np.int64] = np.searchsorted([0.985, 0.991, 0.995], lot)
    household: NDArray[np.int64] = (lot * 31 % 1 > 0.993).astype(np.int64)
    building = _FIRST[home.kind] + ((lot * 997 % 1) ** 2 * _COUNTS[home.kind]).astype(np.int64)
    single = (home.members == 1) & (home.rooms == 1)
    few = (home.rooms < home.members) | single
    crowded = few & (home.area / home.members < c.CROWDED_AREA)
    return {
        "BOFORHOLD_BRUKSAREAL": home.area,
        "BOFORHOLD_ANTALL_ROM": home.rooms,
        "BOFORHOLD_BYGGEAAR": home.built,
        "BOFORHOLD_BYGNINGSTYPE": coded(_CODES, building),
        "BOFORHOLD_BRUKSENHETSTYPE": coded(["B", "S", "F", "I"], unit),
        "BOFORHOLD_HUSHTYPE": coded(["P", "A"], household),
        "BOFORHOLD_TRANGBODD": coded(["0", "1"], crowded.astype(np.int64)),
    }
