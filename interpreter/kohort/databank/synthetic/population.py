"""The people as arrays: who they are, where and with whom they live now, and what happened when."""

from __future__ import annotations

from typing import Final

import numpy as np

from kohort.databank.synthetic.days import NEVER, Days, Index, Mask
from kohort.databank.synthetic.streams import Streams

# States. A person who is not born or has not arrived is ABSENT from the register.
ABSENT: Final = 0
RESIDENT: Final = 1
ABROAD: Final = 3
DEAD: Final = 5

# Marital status, official codes of SIVSTANDFDT_SIVSTAND.
UNMARRIED, MARRIED, WIDOWED, DIVORCED, SEPARATED = 1, 2, 3, 4, 5
PARTNERED, PARTNER_SEPARATED, PARTNER_DIVORCED, PARTNER_WIDOWED = 6, 7, 8, 9
LIVING_MARRIED: Final = (MARRIED, PARTNERED)
FREE_TO_MARRY: Final = (UNMARRIED, WIDOWED, DIVORCED, PARTNER_DIVORCED, PARTNER_WIDOWED)

NOBODY: Final = -1
NOWHERE: Final = -1
MAN, WOMAN = 1, 2


class Log:
    """Changes of one characteristic: person, day, new value; later read as spells."""

    def __init__(self) -> None:
        self._parts: list[tuple[Index, Days, Days]] = []

    def add(self, persons: Index, days: Days, values: np.ndarray) -> None:
        """Note that each person got the value on the day (arrays of equal length)."""
        if len(persons):
            self._parts.append((persons.copy(), days.astype(np.int32), values.astype(np.int32)))

    def read(self) -> tuple[Index, Days, Days]:
        """Give persons, days and values by person and day; of one day the last noted stays."""
        persons = np.concatenate([part[0] for part in self._parts])
        days = np.concatenate([part[1] for part in self._parts])
        values = np.concatenate([part[2] for part in self._parts])
        order = np.lexsort((np.arange(len(persons)), days, persons))
        persons, days, values = persons[order], days[order], values[order]
        final = np.ones(len(persons), dtype=np.bool_)
        final[:-1] = (persons[1:] != persons[:-1]) | (days[1:] != days[:-1])
        return persons[final], days[final], values[final]


class Population:
    """Everybody who is ever in the register; all arrays have one element per person.

    Index = order of entry while they live, a shuffle of it afterwards (see `numbering`).
    `custodian` is the parent (or foster parent) whose family a person lives in as a child; a
    custodian has none. `partner` is who one lives with as a couple, `spouse` who one is legally
    bound to, separated spouses included.
    """

    def __init__(self, size: int, streams: Streams) -> None:
        self.size = size
        self.streams = streams
        self.filled = 0
        self.people = np.arange(size, dtype=np.int64)
        self.sex = np.zeros(size, dtype=np.int8)
        self.same_sex = np.zeros(size, dtype=np.bool_)
        self.birth = np.full(size, NEVER, dtype=np.int32)
        self.death = np.full(size, NEVER, dtype=np.int32)
        self.entry = np.full(size, NEVER, dtype=np.int32)
        self.origin = np.zeros(size, dtype=np.int16)
        self.mother = np.full(size, NOBODY, dtype=np.int64)
        self.father = np.full(size, NOBODY, dtype=np.int64)
        self.talent = np.zeros(size)
        self.state = np.full(size, ABSENT, dtype=np.int8)
        self.place = np.full(size, NOWHERE, dtype=np.int64)
        self.custodian = np.full(size, NOBODY, dtype=np.int64)
        self.leave_age = np.zeros(size, dtype=np.int8)
        self.partner = np.full(size, NOBODY, dtype=np.int64)
        self.spouse = np.full(size, NOBODY, dtype=np.int64)
        self.marital = np.full(size, UNMARRIED, dtype=np.int8)
        self.union_day = np.full(size, NEVER, dtype=np.int32)
        self.moved_in_together = np.zeros(size, dtype=np.bool_)
        self.divorce_day = np.full(size, NEVER, dtype=np.int32)
        self.last_birth = np.full(size, -NEVER, dtype=np.int32)
        self.children = np.zeros(size, dtype=np.int16)
        self.due = np.full(size, NEVER, dtype=np.int32)
        self.residence_log = Log()
        self.marital_log = Log()
        self.begin_year()

    def begin_year(self) -> None:
        """Forget what happened to whom in the year before."""
        self.moved = np.zeros(self.size, dtype=np.bool_)
        self.wed = np.zeros(self.size, dtype=np.bool_)
        self.move_day = np.full(self.size, -NEVER, dtype=np.int32)
        self.place_before = self.place.copy()

    def claim(self, count: int) -> Index:
        """Give the next `count` unused indices."""
        first, self.filled = self.filled, self.filled + count
        return self.people[first : self.filled]

    def age(self, at_first_of_year: int) -> np.ndarray:
        """Give everybody's age on 1 January in completed years (day 1 of `at_first_of_year`)."""
        return np.floor((at_first_of_year - self.birth) / 365.25).astype(np.int32)

    def references(self) -> Index:
        """Give each person's reference person: the elder of the couple whose family it is.

        Persons who are not alive in the register refer to themselves.
        """
        reference = self.people.copy()
        paired = np.flatnonzero(self.partner >= 0)
        other = self.partner[paired]
        younger = (self.birth[other] < self.birth[paired]) | (
            (self.birth[other] == self.birth[paired]) & (other < paired)
        )
        reference[paired[younger]] = other[younger]
        kept = np.flatnonzero(self.custodian >= 0)
        reference[kept] = reference[self.custodian[kept]]
        return reference

    def touched_families(self, reference: Index) -> Mask:
        """Whether any member of each person's family has already moved this year."""
        marked = np.zeros(self.size, dtype=np.bool_)
        marked[reference[self.moved]] = True
        return marked[reference]

    def free(self) -> Mask:
        """Who lives in the country, in no couple, and has neither moved nor wed this year."""
        return np.asarray((self.state == RESIDENT) & (self.partner < 0) & ~self.moved & ~self.wed)

    # ---- what happens

    def enter(self, who: Index, days: Days, place: Index) -> None:
        """Let persons come into the country for the first time."""
        self.state[who] = RESIDENT
        self.entry[who] = days
        self.place[who] = self.place_before[who] = place
        self.residence_log.add(who, days, place)

    def move(self, who: Index, days: Days, place: Index) -> None:
        """Let persons move to a place on a day; who lives there already stays unmentioned."""
        real = self.place[who] != place
        who, days, place = who[real], days[real], place[real]
        self.place[who] = place
        self.move_day[who] = days
        self.moved[who] = True
        self.residence_log.add(who, days, place)

    def leave(self, who: Index, days: Days, state: int) -> None:
        """End residence: `days` are the first days on which the persons are no longer here."""
        here = self.state[who] == RESIDENT
        self.residence_log.add(who[here], days[here], np.full(int(here.sum()), NOWHERE))
        self.state[who] = state

    def marry_to(self, who: Index, days: Days, status: np.ndarray | int) -> None:
        """Give persons a new marital status from a day on."""
        self.marital[who] = status
        self.wed[who] = True
        self.marital_log.add(who, days, np.broadcast_to(np.asarray(status), who.shape))
