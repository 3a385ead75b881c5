"""Histories as spells: who was what from which day to which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kohort.databank.synthetic.days import NEVER, Days, Index
from kohort.databank.synthetic.population import NOWHERE, Log


@dataclass(frozen=True)
class Spells:
    """Spells of one characteristic: person, first day, last day (or NEVER), value."""

    persons: Index
    start: Days
    stop: Days
    value: Days


def from_log(log: Log) -> Spells:
    """Read a log as spells: each change ends the one before; negative values only end."""
    persons, days, values = log.read()
    stop = np.full(len(persons), NEVER, dtype=np.int32)
    same = persons[1:] == persons[:-1]
    stop[:-1][same] = days[1:][same] - 1
    live = values > NOWHERE
    return Spells(persons[live], days[live], stop[live], values[live])
