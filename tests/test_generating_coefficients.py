"""What generates the wages of the synthetic country is found again, without protection and with it.

The talent that the simulation draws is in no register; here it is a column like the others, so that
nothing is left out of the model.
"""

from __future__ import annotations

import numpy as np
import pytest
from asked_models import DEFAULT, OPEN, SECRET, asked, category, measure, shown

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import curve, education, income, places, simulation, work
from kohort.databank.synthetic.population import WOMAN
from kohort.databank.synthetic.simulation import Numbers
from kohort.databank.synthetic.streams import Streams
from kohort.disclosure.keys import record_keys
from kohort.disclosure.model_evidence import ModelEvidence
from kohort.disclosure.models import release_model
from kohort.disclosure.profile import Profile
from kohort.estimators.linear_model import LinearRegression

YEAR = 2019
TRUE = {
    **{f"i.level[{d}]": effect for d, effect in c.WAGE_EDUCATION.items() if d > "2"},
    "age": c.WAGE_AGE,
    "squared": c.WAGE_AGE_SQUARED,
    "woman": c.WAGE_WOMAN,
    "oslo": c.WAGE_OSLO,
    "city": c.WAGE_CITY,
    "immigrant": c.WAGE_IMMIGRANT,
    "talent": c.WAGE_TALENT,
    "manager": c.WAGE_MANAGER,
    "_cons": c.WAGE_LEVEL,
}


@pytest.fixture(scope="module")
def evidence() -> ModelEvidence:
    country = simulation.simulate(20_000, Streams(12), lambda share: None, Numbers())
    schooling = education.educate(country.people, country.streams)
    labour, purse = work.Labour(country, schooling), income.Purse(country)
    seen = next(year for year in labour.years() if year.year == YEAR)
    nothing = np.zeros(country.people.size)
    money = purse.year(seen, nothing, nothing, nothing)
    people, index = country.people, curve.at(c.WAGE_INDEX, YEAR)
    who = np.flatnonzero(
        (seen.status == work.EMPLOYEE)
        & (seen.present == 1)
        & (money.part == 1)
        & (seen.age >= 16)
        & (seen.age <= 70)
    )
    size = places.load().sizes[seen.workplace[who]]
    years = seen.age[who] - 20.0
    # Without any schooling counts as with compulsory school; unknown is a level of its own.
    level = np.where(seen.level[who] < 2, 2, seen.level[who])
    hours = np.minimum(seen.hours[who] / 37.5, 1.1)

    return asked(
        "i.level age squared woman oslo city immigrant talent manager",
        measure("wage", np.log(money.wages[who] / hours / index)),
        category("level", level),
        measure("age", years),
        measure("squared", years**2),
        measure("woman", people.sex[who] == WOMAN, binary=True),
        measure("oslo", size > 400_000, binary=True),
        measure("city", (size > 70_000) & (size <= 400_000), binary=True),
        measure("immigrant", people.origin[who] > 0, binary=True),
        measure("talent", people.talent[who]),
        measure("manager", seen.manager[who] == 1, binary=True),
        keys=record_keys(SECRET, "PERSON", range(1, len(who) + 1)),
    )


@pytest.mark.parametrize("profile", [OPEN, DEFAULT], ids=["open", "default"])
def test_generating_coefficients_are_found_again(profile: Profile, evidence: ModelEvidence) -> None:
    found = shown(release_model(SECRET, profile, evidence, LinearRegression()))
    names = set(found.names) & set(TRUE)
    # The constant may be withheld for want of units in some combination.
    assert names >= set(TRUE) - {"_cons"}
    for name, b, error in zip(found.names, found.coefficients, found.errors, strict=True):
        if name in TRUE:
            assert abs(b - TRUE[name]) <= 3 * error, (name, b, error)
            # The test could fail: effects are known well.
            assert error < max(abs(TRUE[name]) / 2, 0.07), name
