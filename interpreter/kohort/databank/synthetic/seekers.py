"""Month by month who is out of work or on a measure, from the spells of job seeking."""

from __future__ import annotations

from typing import Final

import numpy as np

from kohort.databank.synthetic.days import day
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.support import Support
from kohort.databank.synthetic.tables import LAST_DAY, Tables, at, coded

NAMES: Final = ("ARBEIDSSOKER_TILTAK",)
# Which code a main group of job seekers has at the end of a month; no code, no row.
_CODE_OF_GROUP: Final = {
    1: "0", 3: "1", 4: "5", 10: "6", 11: "6", 12: "6", 13: "6", 14: "7", 15: "6",
}  # fmt: skip


def tables(country: Country, support: Support, scope: Scope) -> Tables:
    """Give the state at the end of each month, a year at a time."""
    if not scope.any(NAMES):
        return
    who, start, stop, group = (
        np.concatenate(column) for column in zip(*support.seeking, strict=True)
    )
    codes = sorted(set(_CODE_OF_GROUP.values()))
    place = np.full(16, -1)
    for number, code in _CODE_OF_GROUP.items():
        place[number] = codes.index(code)
    listed = place[group] >= 0
    who, start, stop, which = (
        who[listed], start[listed], stop[listed], place[group[listed]],
    )  # fmt: skip
    for year in scope.months:
        ends = [day(year + month // 12, month % 12 + 1) - 1 for month in range(1, 13)]
        near = np.flatnonzero((start <= ends[-1]) & (stop >= ends[0]))
        persons, days, values = [], [], []
        for end in ends:
            live = near[(start[near] <= end) & (stop[near] >= end)] if end <= LAST_DAY else near[:0]
            persons.append(who[live])
            days.append(np.full(len(live), end))
            values.append(which[live])
        told = "Ledig eller på tiltak ved utgangen av måneden."
        yield at(
            NAMES[0], told, country.ids[np.concatenate(persons)],
            coded(codes, np.concatenate(values)), np.concatenate(days),
        )  # fmt: skip
