"""Metering points: one for the household at its place; whose it is, power used and produced."""

from __future__ import annotations

from typing import Final

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import curve, dwellings, places
from kohort.databank.synthetic.days import Days, Floats, Index, day
from kohort.databank.synthetic.families import Snapshot
from kohort.databank.synthetic.scope import ALL_MONTHS, Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Tables, at, coded

_HOLDER, _PLACE, _AREA = (
    "ELHUB_PERS_MALEPUNKTID_FNR", "ELHUB_PERS_MALEPUNKT_ADR_KOMMUNE", "ELHUB_PERS_PRISOMRADE",
)  # fmt: skip
_USE, _PRODUCTION = "ELHUB_PERS_STROMFORBRUK", "ELHUB_PERS_KRAFTPRODUKSJON"
NAMES: Final = (_HOLDER, _PLACE, _AREA, _USE, _PRODUCTION)
_FIRST_YEAR: Final = 2020
# Price area by the part of the country (`places`); counties that belong elsewhere by their number.
_AREAS: Final = ("NO1", "NO2", "NO3", "NO4", "NO5")
_BY_REGION: Final = np.array([0, 0, 0, 1, 4, 2, 3])
_BY_COUNTY: Final = {8: 1, 7: 1, 15: 2}


class Points:
    """Carries from year to year which point stands where, and gives keys to new ones."""

    def __init__(self, country: Country) -> None:
        self.country = country
        size = country.people.size
        self.key = np.full(size, -1, dtype=np.int64)
        self.place = np.full(size, -1, dtype=np.int64)

    def year(self, seen: Snapshot, home: dwellings.Dwellings) -> Index:
        """Give the points of a year by head of household; a move ends one and begins another."""
        place = seen.place.astype(np.int64)
        stays = (self.key >= 0) & (self.place == place) & (seen.household >= 0)
        new = home.heads[~stays[home.heads]]
        self.key[new] = self.country.numbers.claim("MALEPUNKT", len(new))
        self.place[new] = place[new]
        return self.key[home.heads]


def tables(country: Country, scope: Scope) -> Tables:
    """Give the metering points of each year, month by month.

    State is told on the first and on the last day of a month: which of them is asked for is open.
    """
    if not scope.any(NAMES):
        return
    points = Points(country)
    # Points come and go in the years that are not asked for too: keys must not depend on it.
    for year in range(_FIRST_YEAR, ALL_MONTHS[-1] + 1):
        seen = country.snapshots[year]
        home = dwellings.of_households(country, seen)
        keys = points.year(seen, home)
        if year in scope.months:
            yield from _year(country, scope, seen, home, keys)


def _year(
    country: Country, scope: Scope, seen: Snapshot, home: dwellings.Dwellings, keys: Index
) -> Tables:
    order = np.argsort(keys, kind="stable")
    firsts = np.array([day(seen.year, month) for month in range(1, 13)], dtype=np.int32)
    ends: Days = np.array([*(firsts[1:] - 1), day(seen.year + 1) - 1], dtype=np.int32)
    days = np.stack([firsts, ends], axis=1).ravel()
    point = np.repeat(order, len(days))
    on = np.tile(days, len(order))
    place = seen.place[home.heads].astype(np.int64)
    if _HOLDER in scope:
        holders = country.ids[home.heads][point]
        yield at(_HOLDER, "Nøkkelen til den som har målepunktet.", keys[point], holders, on)
    if _PLACE in scope:
        codes = coded(places.load().codes_on(int(firsts[0])), place[point])
        yield at(_PLACE, "Kommunen der målepunktet ligger.", keys[point], codes, on)
    if _AREA in scope:
        area = coded(_AREAS, _price_areas()[place][point])
        yield at(_AREA, "Prisområde; grovt etter fylke.", keys[point], area, on)
    yield from _power(country, scope, seen, home, keys, order, firsts, ends)


def _power(
    country: Country,
    scope: Scope,
    seen: Snapshot,
    home: dwellings.Dwellings,
    keys: Index,
    order: Index,
    firsts: Days,
    ends: Days,
) -> Tables:
    lot = country.streams.lots("solar", keys)
    draw = country.streams.lots("power", keys)
    base: Floats = np.array(c.POWER_LEVEL)[home.kind] * (home.area / 100) ** 0.5
    base = (base + c.POWER_PER_PERSON * home.members) * np.exp(c.POWER_SPREAD * (2 * draw - 1))
    rng = country.streams.of("weather", seen.year)
    season = np.array(c.POWER_SEASON) * (1 + 0.05 * rng.standard_normal(12))
    use = base[order][:, None] * season
    use *= 1 + 0.12 * (rng.random(use.shape) - 0.5)
    solar = lot < curve.at(c.SOLAR, seen.year)
    producing = order[(solar & (home.kind == dwellings.DETACHED))[order]]
    made = (0.6 + draw[producing])[:, None] * np.array(c.SOLAR_SEASON)
    for name, told, rows, values in (
        (_USE, "Strømforbruk i måneden.", order, use),
        (_PRODUCTION, "Kraftproduksjon i måneden.", producing, made),
    ):
        if name in scope:
            yield at(
                name, told, np.repeat(keys[rows], 12), np.round(values, 1).ravel(),
                np.tile(firsts, len(rows)), np.tile(ends, len(rows)),
                unit_of_measure="Kilowattimer",
            )  # fmt: skip


def _price_areas() -> Index:
    where = places.load()
    area = _BY_REGION[where.region]
    for county, number in _BY_COUNTY.items():
        area = np.where(where.county == county, number, area)
    return area
