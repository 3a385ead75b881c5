"""What generates the wages of the synthetic country is found again, without protection and with it.

The talent that the simulation draws is in no register; here it is a column like the others, so that
nothing is left out of the model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from asked_models import DEFAULT, OPEN, SECRET, asked, category, measure, shown

from kohort.databank.synthetic import coefficients as c
from kohort.databank.synthetic import curve, education, income, places, simulation, work
from kohort.databank.synthetic.population import WOMAN
from kohort.databank.synthetic.simulation import Country, Numbers
from kohort.databank.synthetic.streams import Streams
from kohort.disclosure.keys import record_keys
from kohort.disclosure.model_evidence import ModelEvidence
from kohort.disclosure.model_numbers import ModelNumbers
from kohort.disclosure.models import release_model
from kohort.disclosure.profile import Profile
from kohort.estimators.linear_model import LinearRegression
from kohort.estimators.mixed_model import MixedRegression
from kohort.estimators.panel_model import PanelRegression
from kohort.estimators.panel_solution import Effects

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


# Hardly anybody passes to the others within five years.
USUAL = (2, 4, 6, 7)
FORMULA = "i.level age squared woman oslo city immigrant talent manager"


class Wages:
    """Log wages of a full-time year of employees, and what generates them, of one year."""

    def __init__(self, country: Country, seen: work.WorkYear, money: income.Incomes) -> None:
        people = country.people
        who = np.flatnonzero(
            (seen.status == work.EMPLOYEE)
            & (seen.present == 1)
            & (money.part == 1)
            & (seen.age >= 16)
            & (seen.age <= 70)
        )
        size = places.load().sizes[seen.workplace[who]]
        years = seen.age[who] - 20.0
        hours = np.minimum(seen.hours[who] / 37.5, 1.1)
        index = curve.at(c.WAGE_INDEX, seen.year)
        self.who = who
        self.columns: dict[str, Any] = {
            "wage": np.log(money.wages[who] / hours / index),
            # Without any schooling counts as with compulsory school; unknown is a level of its own.
            "level": np.where(seen.level[who] < 2, 2, seen.level[who]),
            "age": years,
            "squared": years**2,
            "woman": people.sex[who] == WOMAN,
            "oslo": size > 400_000,
            "city": (size > 70_000) & (size <= 400_000),
            "immigrant": people.origin[who] > 0,
            "talent": people.talent[who],
            "manager": seen.manager[who] == 1,
        }


@pytest.fixture(scope="module")
def years() -> list[Wages]:
    """Five years of one country, the last one first."""
    country = simulation.simulate(20_000, Streams(12), lambda share: None, Numbers())
    schooling = education.educate(country.people, country.streams)
    labour, purse = work.Labour(country, schooling), income.Purse(country)
    nothing = np.zeros(country.people.size)
    found = []
    for seen in labour.years():
        if YEAR - 5 < seen.year <= YEAR:
            found.append(Wages(country, seen, purse.year(seen, nothing, nothing, nothing)))
        if seen.year == YEAR:
            break
    return found[::-1]


def question(columns: dict[str, Any], **settings: Any) -> ModelEvidence:
    """The wage equation."""
    binary = {"woman", "oslo", "city", "immigrant", "manager"}
    measures = [
        measure(name, x, binary=name in binary)
        for name, x in columns.items()
        if name not in {"wage", "level"}
    ]
    level = category("level", columns["level"])
    return asked(FORMULA, measure("wage", columns["wage"]), level, *measures, **settings)


@pytest.fixture(scope="module")
def evidence(years: list[Wages]) -> ModelEvidence:
    last = years[0]
    keys = record_keys(SECRET, "PERSON", range(1, len(last.who) + 1))
    return question(last.columns, keys=keys)


@pytest.fixture(scope="module")
def panel(years: list[Wages]) -> ModelEvidence:
    """The rows of all years, person by person, with levels of education that people pass to."""
    who = np.concatenate([one.who for one in years])
    level = np.concatenate([one.columns["level"] for one in years])
    used = np.flatnonzero(np.isin(level, USUAL))
    order = used[np.argsort(who[used], kind="stable")]
    rows = {
        name: np.concatenate([one.columns[name] for one in years])[order]
        for name in years[0].columns
    }
    persons, unit = np.unique(who[order], return_inverse=True)
    keys = record_keys(SECRET, "PERSON", persons.tolist())
    steady = frozenset({"woman", "immigrant", "talent"})
    return question(rows, keys=keys[unit], units=unit, options={"steady": steady})


@pytest.mark.parametrize("profile", [OPEN, DEFAULT], ids=["open", "default"])
def test_generating_coefficients_are_found_again(profile: Profile, evidence: ModelEvidence) -> None:
    found = shown(release_model(SECRET, profile, evidence, LinearRegression()))
    compared(found, set(TRUE))


def compared(found: ModelNumbers, wanted: set[str]) -> None:
    names = set(found.names) & wanted
    # The constant may be withheld for want of units in some combination.
    assert names >= wanted - {"_cons"}
    for name, b, error in zip(found.names, found.coefficients, found.errors, strict=True):
        if name in wanted:
            assert abs(b - TRUE[name]) <= 3 * error, (name, b, error)
            # The test could fail: effects are known well.
            assert error < max(abs(TRUE[name]) / 2, 0.12), name


STEADY = {"woman", "immigrant", "talent", "_cons"}


@pytest.mark.parametrize("effects", ["fe", "re", "be", "pooled"])
@pytest.mark.parametrize("profile", [OPEN, DEFAULT], ids=["open", "default"])
def test_panel_models_find_them_too(
    profile: Profile, effects: Effects, panel: ModelEvidence
) -> None:
    """Luck for life is the same in all years, and goes with nothing: all four models are right."""
    if effects == "pooled":
        panel = replace(panel, covariance="robust")
    found = shown(release_model(SECRET, profile, panel, PanelRegression(effects)))
    wanted = {n for n in TRUE if not n.startswith("i.")} | {f"i.level[{n}]" for n in USUAL[1:]}
    compared(found, wanted - (STEADY if effects == "fe" else set()))
    if effects == "re":
        # The floor blurs persons by a part of the range of wages.
        rel = 0.05 if profile is OPEN else 0.15
        assert found.figure("sigma_u") == pytest.approx(c.WAGE_PERSON, rel=rel)
        assert found.figure("sigma_e") == pytest.approx(c.WAGE_YEARLY, rel=0.05)
    if effects == "fe":
        assert found.figure("sigma_e") == pytest.approx(c.WAGE_YEARLY, rel=0.05)


@pytest.mark.parametrize("profile", [OPEN, DEFAULT], ids=["open", "default"])
def test_mixed_models_find_what_generates_groups(profile: Profile) -> None:
    """Wages of the country know no groups: here are 150 made-up schools of 40 pupils each."""
    rng = np.random.default_rng(31)
    school = np.repeat(np.arange(150), 40)
    x, girl = rng.normal(size=6000), rng.integers(0, 2, 6000)
    y = 3.0 + 0.5 * x - 0.2 * girl + 0.6 * rng.normal(size=150)[school] + rng.normal(size=6000)
    evidence = asked(
        "x girl",
        measure("grade", y),
        measure("x", x),
        measure("girl", girl, binary=True),
        keys=record_keys(SECRET, "PERSON", range(1, 6001)),
        groups={"upper": category("school", school, tuple(range(150)))},
        printed=frozenset({"upper"}),
    )
    found = shown(release_model(SECRET, profile, evidence, MixedRegression()))
    for name, truth in (("x", 0.5), ("girl", -0.2), ("_cons", 3.0)):
        if name in found.names:
            place = found.names.index(name)
            assert abs(found.coefficients[place] - truth) <= 3 * found.errors[place]
            assert found.errors[place] < 0.06
    variances = dict(zip(found.tables[0].rows, found.tables[0].cells, strict=True))
    # The error of a variance is about sqrt(2 / groups), and sqrt(2 / rows), of it.
    assert variances["variance_upper"][0] == pytest.approx(0.36, rel=3 * (2 / 149) ** 0.5)
    assert variances["variance_residual"][0] == pytest.approx(1.0, rel=3 * (2 / 6000) ** 0.5)
