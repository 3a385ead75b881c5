"""Vehicles: who owns which on 31 December; a vehicle that changes hands gets another key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import places
from kohort.databank.synthetic.days import Birthdays, Floats, Index, Mask, day
from kohort.databank.synthetic.population import RESIDENT
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import Tables, Values, at, coded, years

OWNER: Final = "KJORETOY_KJORETOYID_FNR"
_NAMES: Final = {
    OWNER: "Nøkkelen til eieren.",
    "KJORETOY_KJT_GRUP": "Kjøretøygruppe; oppdiktet fordeling.",
    "KJORETOY_DRIVSTOFF_OMK": "Drivstoff.",
    "KJORETOY_BRUKTIMP": "Om kjøretøyet er bruktimportert.",
    "KJORETOY_EG_VEKT": "Egenvekt.",
    "KJORETOY_FREG_AR": "År for første registrering.",
    "KJORETOY_KJ_ART": "Bruk av kjøretøyet; oppdiktet fordeling.",
    "KJORETOY_TEKN_CO2_UTSLIPP": "Utslipp av CO2.",
    "KJORETOY_TEKN_DRIVSTOFF_FORBRUK": "Forbruk av drivstoff.",
}
NAMES: Final = tuple(_NAMES)
_UNITS: Final = {
    "KJORETOY_EG_VEKT": "Kilogram",
    "KJORETOY_TEKN_CO2_UTSLIPP": "Gram per kilometer",
    "KJORETOY_TEKN_DRIVSTOFF_FORBRUK": "Liter per 100 kilometer",
}
_CAR, _SECOND, _OTHER = range(3)
# Groups with shares among what is no car, mean weight and its spread.
_GROUPS: Final = ("101", "316", "630", "401", "340", "350")
_OTHER_SHARES: Final = (0.0, 0.45, 0.33, 0.15, 0.05, 0.02)
_WEIGHT: Final = ((1430, 190), (1900, 220), (205, 40), (4300, 1500), (9500, 2500), (12_000, 2500))
_FUELS: Final = ("01", "02", "05", "07", "08")
_PETROL, _DIESEL, _ELECTRIC, _HYBRID, _PLUG_IN = range(5)
_MEASURED_SINCE: Final = 1998


@dataclass
class Fleet:
    """What each vehicle is, for ever; parallel arrays, one row per vehicle."""

    group: Index
    fuel: Index
    imported: Mask
    weight: Index
    built: Index
    use: Index
    emission: Floats

    def add(self, more: Fleet) -> Index:
        """Add vehicles; give their rows."""
        first = len(self.group)
        for field in fields(self):
            joined = np.concatenate([getattr(self, field.name), getattr(more, field.name)])
            setattr(self, field.name, joined)
        return np.arange(first, len(self.group))


class Owners:
    """Carries from year to year who owns what: up to three vehicles a person."""

    def __init__(self, country: Country) -> None:
        self.country = country
        size = country.people.size
        self.births = Birthdays(country.people.birth)
        self.wish = country.streams.of("vehicles").random((3, size))
        self.fleet = _made(country.streams.of("vehicles", 1), np.zeros(0, dtype=np.int64), _CAR)
        self.vehicle = np.full((3, size), -1, dtype=np.int64)
        self.key = np.full((3, size), -1, dtype=np.int64)

    def year(self, year: int, first: bool) -> None:
        """Let a year pass until its 31 December."""
        rng = self.country.streams.of("vehicles", year)
        wanted = self._wanted(year)
        for slot in (_CAR, _SECOND, _OTHER):
            has = self.vehicle[slot] >= 0
            draw = rng.random(len(has))
            scrapped = has & (draw < c.VEHICLE_SCRAPPED)
            leaves = has & ~scrapped & (draw < c.VEHICLE_SCRAPPED + c.VEHICLE_SOLD)
            sold = np.flatnonzero(leaves | (has & ~wanted[slot] & ~scrapped))
            offered = rng.permutation(self.vehicle[slot, sold])
            self.vehicle[slot, sold] = self.vehicle[slot, scrapped] = -1
            buyers = rng.permutation(np.flatnonzero(wanted[slot] & (self.vehicle[slot] < 0)))
            used = min(len(offered), len(buyers))
            built = self._built(rng, year, len(buyers) - used, first)
            new = self.fleet.add(_made(rng, built, slot, None if first else year))
            self.vehicle[slot, buyers] = np.concatenate([offered[:used], new])
            self.key[slot, np.sort(buyers)] = self.country.numbers.claim("KJORETOY", len(buyers))

    def _wanted(self, year: int) -> NDArray[np.bool_]:
        seen = self.country.snapshots[year + 1]
        age = self.births.age_at(day(year, 12, 31))
        share = np.interp(age, list(c.CAR_OWNERS), list(c.CAR_OWNERS.values()))
        oslo = places.load().sizes[seen.place] > 400_000
        share = np.where(oslo, c.CAR_OSLO * share, share)
        # Who lives alone needs the car; of a couple the second one often does without.
        has = (seen.state == RESIDENT) & (age >= 18) & (self.wish[_CAR] < share)
        others = np.array([[1.0], [c.SECOND_CAR], [c.OTHER_VEHICLE]])
        return np.asarray(has & ((self.wish < others) | (np.arange(3)[:, None] == _CAR)))

    def _built(self, rng: np.random.Generator, year: int, count: int, first: bool) -> Index:
        if first:
            back = rng.gamma(1.7, 5.5, count).astype(np.int64)
            return np.maximum(year - back, 1965)
        used = rng.random(count) < c.USED_IMPORT
        return np.where(used, year - 1 - rng.integers(1, 7, count), year)

    def rows(self) -> tuple[Index, Index, Index]:
        """Give keys in order, with the owner (place in the people) and the vehicle's row."""
        slot, owner = np.nonzero(self.vehicle >= 0)
        key = self.key[slot, owner]
        order = np.argsort(key, kind="stable")
        return key[order], owner[order], self.vehicle[slot, owner][order]


def _made(rng: np.random.Generator, built: Index, slot: int, year: int | None = None) -> Fleet:
    """Make vehicles first registered in given years; older ones of a year were imported."""
    count = len(built)
    draw, use = rng.random(count), rng.random(count)
    group = np.zeros(count, dtype=np.int64)
    if slot == _OTHER:
        group = np.searchsorted(np.cumsum(_OTHER_SHARES)[:-1], draw, side="right")
    known = list(c.FUELS)
    shares = np.array([
        np.interp(built, known, part) for part in zip(*c.FUELS.values(), strict=True)
    ])
    edges = np.cumsum(shares, axis=0)
    lot = rng.random(count)
    fuel = np.select(
        [lot < edges[0], lot < edges[1], lot < edges[2]],
        [_DIESEL, _ELECTRIC, np.where(use < 0.45, _HYBRID, _PLUG_IN)],
        _PETROL,
    )
    # Machines run on diesel, motorcycles on petrol, whatever the cars of the year do.
    fuel = np.where(group >= 3, _DIESEL, np.where(group == 2, _PETROL, fuel))
    mean, spread = np.array(_WEIGHT, dtype=np.float64)[group].T
    heavy = 350.0 * (fuel == _ELECTRIC) * (group < 2) + 8.0 * np.clip(built - 1995, 0, 25)
    weight = mean + heavy * (group < 2) + spread * rng.standard_normal(count)
    emission = 165 + 22 * rng.standard_normal(count) - 2.2 * np.clip(built - 2000, 0, 22)
    factor = np.array([1.0, 0.92, 0.0, 0.55, 0.3])[fuel]
    emission = np.round(np.clip(emission, 70, 320) * factor)
    imported = np.zeros(count, np.bool_) if year is None else built < year
    return Fleet(
        group, fuel, imported, np.maximum(np.rint(weight), 90).astype(np.int64), built,
        np.searchsorted([0.975, 0.98, 0.985], use), emission,
    )  # fmt: skip


def tables(country: Country, scope: Scope) -> Tables:
    """Give the vehicles of persons on each 31 December."""
    if not scope.any(NAMES):
        return
    owners = Owners(country)
    covered = years(OWNER, 12, 31)
    for year in covered:
        owners.year(year, first=year == covered[0])
        key, owner, row = owners.rows()
        date = day(year, 12, 31)
        yield at(OWNER, _NAMES[OWNER], key, country.ids[owner], date)
        for name, (fit, values) in _columns(owners.fleet, row).items():
            if name in scope:
                told, unit = _NAMES[name], _UNITS.get(name, "")
                yield at(name, told, key[fit], values(row[fit]), date, unit_of_measure=unit)


def _columns(fleet: Fleet, row: Index) -> dict[str, tuple[Mask, Callable[[Index], Values]]]:
    """Give for each variable which of the vehicles have it, and what gives the values of rows."""
    measured = (fleet.built[row] >= _MEASURED_SINCE) & (fleet.group[row] < 2)
    burning = measured & (fleet.fuel[row] != _ELECTRIC)
    litre = np.where(fleet.fuel == _DIESEL, 26.5, 23.2)
    every = np.ones(len(row), dtype=np.bool_)
    return {
        "KJORETOY_KJT_GRUP": (every, lambda r: coded(_GROUPS, fleet.group[r])),
        "KJORETOY_DRIVSTOFF_OMK": (every, lambda r: coded(_FUELS, fleet.fuel[r])),
        "KJORETOY_BRUKTIMP": (every, lambda r: coded(["0", "1"], fleet.imported[r] * 1)),
        "KJORETOY_EG_VEKT": (every, lambda r: fleet.weight[r]),
        "KJORETOY_FREG_AR": (every, lambda r: fleet.built[r]),
        "KJORETOY_KJ_ART": (every, lambda r: coded(["01", "02", "03", "04"], fleet.use[r])),
        "KJORETOY_TEKN_CO2_UTSLIPP": (measured, lambda r: fleet.emission[r]),
        "KJORETOY_TEKN_DRIVSTOFF_FORBRUK": (
            burning,
            lambda r: np.round(fleet.emission[r] / litre[r], 1),
        ),
    }
