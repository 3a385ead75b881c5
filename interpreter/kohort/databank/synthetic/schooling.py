"""How school went: first completions of each kind, semesters, grades, tests, place at 16."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import places
from kohort.databank.synthetic.courses import month_number
from kohort.databank.synthetic.days import (
    NEVER,
    Days,
    Floats,
    Index,
    birthday,
    day,
    year_of,
)
from kohort.databank.synthetic.education import FIRST_RECORD, SCHOOL_AGE, Education
from kohort.databank.synthetic.population import ABSENT
from kohort.databank.synthetic.scope import Scope
from kohort.databank.synthetic.simulation import Country
from kohort.databank.synthetic.tables import LAST_DAY, Table, Tables, coded, fixed

# The right to upper secondary school came with the reform of 1994, for those born from 1978.
_RIGHT_FROM: Final = 1978
_RIGHT_UNTIL_AGE: Final = 24
_DEGREES_SINCE: Final = 2003
_UNKNOWN_PLACE_BEFORE: Final = 1958
_GRADES_FROM: Final = 1986
_COMPLETIONS: Final = {
    "HOY": "toårig høyskoleutdanning", "CMG": "cand.mag.-grad", "BACH": "bachelorgrad",
    "HOV": "mastergrad eller hovedfag", "DOK": "doktorgrad",
}  # fmt: skip
_GRADES: Final = {
    "NUDB_GS_STP_NOH": "norsk hovedmål skriftlig", "NUDB_GS_STP_NOM": "norsk muntlig",
    "NUDB_GS_STP_ENS": "engelsk skriftlig", "NUDB_GS_STP_MAT": "matematikk",
}  # fmt: skip
# Subject and year of each national test, and the first cohort that took it.
_TESTS: Final = {
    "NPENG05": 1997, "NPLES05": 1997, "NPREG05": 1997, "NPENG08": 1994, "NPLES08": 1994,
    "NPREG08": 1994, "NPLES09": 1997, "NPREG09": 1997,
}  # fmt: skip


class School:
    """The days on which people pass through school and beyond, as registered; NEVER for not."""

    def __init__(self, country: Country, education: Education) -> None:
        self.country = country
        people = country.people
        draw = country.streams.of("schooling").random((3, people.size))
        level = {digit: education.completed[c.LEVELS.index(digit)] for digit in c.LEVELS}
        known = ~education.unknown
        self.born = year_of(people.birth)
        later = np.full(people.size, NEVER, dtype=np.int32)
        for digit in reversed(c.LEVELS):
            done = level[digit]
            # Of two levels that arrive from abroad in one month the higher is registered.
            told = known & (done >= FIRST_RECORD) & (done + 31 <= later)
            level[digit] = np.where(told, done, NEVER)
            later = np.minimum(later, level[digit])
        self.compulsory, self.upper = level["2"], level["4"]
        goes_on = (level["5"] < NEVER) | (level["6"] < NEVER)
        general = np.where(goes_on, draw[0] < 0.88, education.field < 4)
        self.general = np.where(general, self.upper, NEVER)
        self.vocational = np.where(general, NEVER, self.upper)
        right = (self.born >= _RIGHT_FROM) & (year_of(self.upper) - self.born <= _RIGHT_UNTIL_AGE)
        self.right = right & (self.upper < NEVER)
        begins = (self.compulsory < NEVER) & ((self.upper < NEVER) | (draw[1] < 0.93))
        year = year_of(np.where(begins, self.compulsory, 0))
        augusts = np.array([day(number, 8, 15) for number in range(1840, 2100)], dtype=np.int32)
        self.begun = np.where(begins, augusts[year - 1840], NEVER)
        self.begun = np.where(self.begun <= LAST_DAY, self.begun, NEVER)
        self.begun = np.where(self.begun < people.death, self.begun, NEVER)
        self.degrees = _degrees(level, draw[2])


def _degrees(level: dict[str, Days], draw: Floats) -> dict[str, Days]:
    """Give the days of the first degree of each kind: the reform of 2003 brought the bachelor."""
    first = level["6"]
    recent = (first < NEVER) & (first >= day(_DEGREES_SINCE))
    old = (first < NEVER) & ~recent
    kinds = {
        "HOY": (recent & (draw < 0.1)) | (old & (draw < 0.55)),
        "CMG": old & (draw >= 0.55),
        "BACH": recent & (draw >= 0.1),
    }
    days = {kind: np.where(which, first, NEVER) for kind, which in kinds.items()}
    return days | {"HOV": level["7"], "DOK": level["8"]}


def tables(country: Country, education: Education, scope: Scope) -> Tables:
    """Give the variables of school and degrees."""
    if scope.names is not None and not scope.any(_written()):
        return
    school = School(country, education)
    begin, told = "NUDB_AAR_FORSTE_FULLF", "Første gang fullført"
    done = np.flatnonzero(school.compulsory < NEVER)
    year = year_of(school.compulsory[done]).astype(np.int64)
    yield fixed(f"{begin}_GS", f"{told} grunnskole, år.", country.ids[done], year)
    kinds: dict[str, tuple[Days, str]] = {
        "VS": (school.upper, "videregående skole"),
        "VS_LOV": (_with(school, school.upper), "videregående skole etter retten"),
        "VSA_LOV": (_with(school, school.general), "studieforberedende etter retten"),
        "VSY_LOV": (_with(school, school.vocational), "yrkesfag etter retten"),
        **{kind: (school.degrees[kind], words) for kind, words in _COMPLETIONS.items()},
    }
    for kind, (days, words) in kinds.items():
        yield _month(country, f"{begin}_{kind}", f"{told} {words}.", days)
    started = "Første gang registrert i videregående skole"
    yield _month(country, "NUDB_AAR_NY_I_VID_UTD", f"{started}.", school.begun)
    righted = np.where(school.born >= _RIGHT_FROM, school.begun, NEVER)
    yield _month(country, "NUDB_AAR_NY_I_VID_UTD_LOV", f"{started} med rett.", righted)
    for kind in ("VS", "VS_LOV", "VSA_LOV", "VSY_LOV"):
        days, words = kinds[kind]
        both = np.flatnonzero((days < NEVER) & (school.begun < NEVER))
        semesters = np.rint((days[both] - school.begun[both]) / 182.6).astype(np.int64)
        yield fixed(
            f"NUDB_SEMESTER_FFF_{kind}", f"Semestre til første gang fullført {words}.",
            country.ids[both], semesters,
        )  # fmt: skip
    yield from _results(country, school)
    yield from _place_at_16(country, scope)


def _written() -> tuple[str, ...]:
    started = ("NUDB_AAR_NY_I_VID_UTD", "NUDB_AAR_NY_I_VID_UTD_LOV")
    begin = "NUDB_AAR_FORSTE_FULLF_"
    upper = ("VS", "VS_LOV", "VSA_LOV", "VSY_LOV")
    completed = (f"{begin}{kind}" for kind in ("GS", *upper, *_COMPLETIONS))
    semesters = (f"NUDB_SEMESTER_FFF_{kind}" for kind in upper)
    tests = (f"NUDB_NP_SKALAPOENG_{test}" for test in _TESTS)
    others = ("NUDB_KURS_GRPOENG", "NUDB_VGS_STP_NOR1231", "NUDB_KOMM_16", *_GRADES)
    return (*started, *completed, *semesters, *tests, *others)


def _with(school: School, days: Days) -> Days:
    return np.where(school.right, days, NEVER)


def _month(country: Country, name: str, told: str, days: Days) -> Table:
    who = np.flatnonzero(days < NEVER)
    return fixed(name, told, country.ids[who], month_number(days[who]))


def _results(country: Country, school: School) -> Tables:
    """Give grades and test scores: talent, and luck in each subject."""
    people, size = country.people, country.people.size
    rng = country.streams.of("results")
    graded = (school.compulsory < NEVER) & (school.born >= _GRADES_FROM)
    who = np.flatnonzero(graded & (people.entry == people.birth))
    subjects = c.GRADE_TALENT * people.talent + c.GRADE_DILIGENCE * rng.standard_normal(size)
    marks = []
    for name, subject in _GRADES.items():
        own = c.GRADE_MEAN + subjects + c.GRADE_LUCK * rng.standard_normal(size)
        mark = np.clip(np.rint(own), 1, 6).astype(np.int64)
        marks.append(mark)
        yield fixed(
            name, f"Standpunktkarakter i {subject}.", country.ids[who],
            coded([*"123456"], mark[who] - 1),
        )  # fmt: skip
    # Points are ten times the mean of these four and of the subjects that are not published.
    others = np.clip(c.GRADE_MEAN + subjects + 0.2 * rng.standard_normal(size), 1, 6)
    points = np.round(10 * (sum(marks) + 6 * others) / 10, 1)
    yield fixed("NUDB_KURS_GRPOENG", "Grunnskolepoeng.", country.ids[who], points[who])
    since = 2009
    upper = np.flatnonzero((school.upper < NEVER) & (school.upper >= day(since)))
    own = c.GRADE_MEAN + 0.2 + subjects + c.GRADE_LUCK * rng.standard_normal(size)
    mark = np.clip(np.rint(own), 1, 6).astype(np.int64)
    yield fixed(
        "NUDB_VGS_STP_NOR1231", "Standpunktkarakter i norsk på videregående.", country.ids[upper],
        coded([*"123456"], mark[upper] - 1),
    )  # fmt: skip
    for test, cohort in _TESTS.items():
        taken = birthday(people.birth, 5 + int(test[-2:])) + 60
        fit = (school.born >= cohort) & (taken <= LAST_DAY) & (people.entry < taken)
        pupils = np.flatnonzero(fit & (people.death > taken) & (people.state != ABSENT))
        ability = c.TEST_TALENT * people.talent
        ability = ability + np.sqrt(1 - c.TEST_TALENT**2) * rng.standard_normal(size)
        score = np.round(np.clip(50 + 10 * ability, 15, 85), 1)
        yield fixed(
            f"NUDB_NP_SKALAPOENG_{test}", "Skalapoeng på nasjonal prøve.", country.ids[pupils],
            score[pupils],
        )  # fmt: skip


def _place_at_16(country: Country, scope: Scope) -> Tables:
    """Give the municipality at 16, in the code of that time.

    Histories begin in 1990: for who was 16 before, the first known home of the mother counts,
    else the own one. Who was born before 1958 has the code of the unknown; who came later none.
    """
    name = "NUDB_KOMM_16"
    if name not in scope:
        return
    people, where = country.people, places.load()
    sixteen = birthday(people.birth, SCHOOL_AGE)
    home = np.full(people.size, -1, dtype=np.int64)
    live = country.residence
    first = np.full(people.size, -1, dtype=np.int64)
    early = live.start <= day(c.DATA)
    first[live.persons[early]] = live.value[early]
    mother = np.where(people.mother >= 0, first[people.mother], -1)
    home = np.where(sixteen < day(c.DATA), np.where(mother >= 0, mother, first), home)
    then = (live.start <= sixteen[live.persons]) & (live.stop >= sixteen[live.persons])
    home[live.persons[then]] = live.value[then]
    old = year_of(people.birth) < _UNKNOWN_PLACE_BEFORE
    unknown = old & (people.death >= FIRST_RECORD) & (people.entry < NEVER)
    fit = (people.entry <= sixteen) & (sixteen < people.death) & (sixteen <= LAST_DAY)
    codes = ["9999"]
    which = np.where(unknown, 0, -1).astype(np.int64)
    steps = [-NEVER, *(since for since, _ in where.changes()), NEVER]
    for since, until in pairwise(steps):
        rows = ~old & fit & (home >= 0) & (sixteen >= since) & (sixteen < until)
        which = np.where(rows, home + len(codes), which)
        codes += where.codes_on(max(since, day(c.DATA)))
    who: Index = np.flatnonzero(which >= 0)
    yield fixed(name, "Bostedskommune ved 16 år.", country.ids[who], coded(codes, which[who]))
