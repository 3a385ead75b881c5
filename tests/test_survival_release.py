"""Survival under protection: published steps, what follows from them, and what may not be told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from asked_models import (
    DEFAULT,
    KEYS,
    OPEN,
    SECRET,
    category,
    measure,
    secrets,
    shown,
    source,
    terms,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from replies import Reply, asked, session_of
from scipy import special

from kohort import wording
from kohort.disclosure.counts import published_count
from kohort.disclosure.keys import Secret
from kohort.disclosure.life_table import LifeTable, fine_edges, life_table
from kohort.disclosure.model_evidence import ModelEvidence
from kohort.disclosure.model_numbers import ModelNumbers
from kohort.disclosure.models import Refusal, release_model
from kohort.disclosure.profile import Profile
from kohort.disclosure.released import Cell, Figure, Several, Table
from kohort.disclosure.survival_fit import published_fit
from kohort.disclosure.survival_groups import Group, Survivors
from kohort.estimators import weibull
from kohort.estimators.cox_model import ProportionalHazards
from kohort.estimators.event_times import counted
from kohort.estimators.kaplan_meier import kaplan_meier
from kohort.meaning import TRUE, at_most, both, less, number
from kohort.results import FactorLevels
from kohort.scope import Type, Variable
from kohort.session import Session
from kohort.wording import Population

LIMITS = DEFAULT.survival


def lives(
    n: int, seed: int, shape: float = 1.3, months: float = 60.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Whole months of life, some of which are not seen to their end."""
    rng = np.random.default_rng(seed)
    life = np.ceil(months * rng.weibull(shape, n))
    end = np.ceil(rng.uniform(0, 2 * months, n))
    return np.minimum(life, end), (life <= end).astype(float)


def survivors(
    time: NDArray[np.float64],
    event: NDArray[np.float64],
    profile: Profile = DEFAULT,
    secret: Secret = SECRET,
) -> tuple[Survivors, Group]:
    evidence = ModelEvidence(
        columns={"time": measure("months", time), "event": measure("died", event, binary=True)},
        parts={"terms": ()},
        measures={},
        categories={},
        keys=KEYS[: len(time)],
        population=Population(),
    )
    found = Survivors(secret, profile, evidence, evidence.population)
    (group,), _ = found.groups(None)
    return found, group


def table_of(
    time: NDArray[np.float64], event: NDArray[np.float64], secret: Secret = SECRET
) -> tuple[LifeTable, Group]:
    found, group = survivors(time, event, secret=secret)
    end = found.end(group.units)
    assert end is not None
    return life_table(found, group, fine_edges(end, whole=True)), group


def counted_by_hand(
    evidence: ModelEvidence, rows: NDArray[np.bool_], *parts: wording.Meaning
) -> int:
    total = int(np.add.reduce(evidence.keys[rows]))
    words = evidence.population.wording(both(parts))
    return published_count(SECRET, DEFAULT.counts, total, int(rows.sum()), words)


@given(st.integers(0, 10**6), st.integers(60, 3000), st.sampled_from([0.5, 1.0, 3.0]))
@settings(max_examples=25, deadline=None)
def test_steps_hold_enough_events_and_units(seed: int, n: int, shape: float) -> None:
    time, event = lives(n, seed, shape)
    found, _ = table_of(time, event)
    steps = len(found.ends)
    assert 1 <= steps <= LIMITS.max_steps
    assert np.all(np.diff(found.ends) > 0)
    assert np.all(found.events >= LIMITS.min_events) or (steps == 1 and found.events[0] == 0)
    assert np.all(found.at_risk[1:] >= LIMITS.min_risk)
    assert np.all(np.diff(found.at_risk) <= 0)
    curve = found.curve(95.0, DEFAULT.counts.variance)
    assert np.all(np.diff(np.append(1.0, curve.survival)) <= 0)
    assert np.all(curve.survival >= 0)
    assert np.all((curve.lower <= curve.survival) & (curve.survival <= curve.upper))


def test_each_number_is_a_published_count() -> None:
    """Every number of the table is what the count of the same units in the same words prints."""
    time, event = lives(1500, 3)
    found, group = table_of(time, event)
    months, evidence = source("months"), group.evidence
    dead, alive = (wording.code_cell(source("died"), value) for value in (1, 0))
    low = -1.0
    for place, high in enumerate(found.ends.tolist()):
        after = TRUE if place == 0 else less(number(low), months)
        beyond = time > low
        here = beyond & (time <= high) & (event == 1)
        inside = beyond & (time < high) & (event == 0)
        upto = at_most(months, number(high))
        assert found.events[place] == counted_by_hand(evidence, here, dead, after, upto)
        left = counted_by_hand(evidence, inside, alive, after, less(months, number(high)))
        assert found.censored[place] == left
        at_risk = counted_by_hand(evidence, beyond, after)
        assert found.at_risk[place] == min(at_risk, found.at_risk[max(place - 1, 0)])
        low = high


@pytest.mark.parametrize("shape", [0.6, 1.3, 4.0])
def test_the_curve_is_near_the_true_one(shape: float) -> None:
    """The gate of the disclosure reference, section 7: 0.04 from 2000 units on."""
    time, event = lives(2000, 4, shape)
    plain = kaplan_meier(counted(time, event))
    for secret in secrets(8):
        found, _ = table_of(time, event, secret)
        curve = found.curve(95.0, DEFAULT.counts.variance)
        places = np.searchsorted(plain.times, curve.times, side="right")
        truth = np.append(1.0, plain.survival)[places]
        assert float(np.abs(curve.survival - truth).max()) <= 0.04
        assert np.mean((curve.lower <= truth) & (truth <= curve.upper)) >= 0.75


def test_those_censored_at_the_end_of_a_step_count_as_watched() -> None:
    """A study that ends for everybody at once: half of the censored would be far off."""
    time = np.full(3000, 12.0)
    time[:600] = 1 + np.arange(600) % 12
    event = (np.arange(3000) < 600).astype(float)
    found, _ = table_of(time, event)
    curve = found.curve(95.0, DEFAULT.counts.variance)
    assert found.ends[-1] == 12
    assert curve.survival[-1] == pytest.approx(0.8, abs=0.02)


def test_hardly_any_event_looks_like_none() -> None:
    time = np.arange(2000, dtype=np.float64) % 40 + 1
    tables = []
    for events in (0, 1, 2):
        event = np.zeros(2000)
        event[:events] = 1
        found, group = table_of(time, event)
        tables.append((found.ends.tolist(), found.events.tolist()))
        support = survivors(time, event)[0].support(group.evidence)
        assert support.events() == 0
    assert tables[0] == tables[1] == tables[2]


def test_small_groups_are_left_out_by_published_counts() -> None:
    time, event = lives(1200, 5)
    region = np.where(np.arange(1200) < 7, 3, 1 + np.arange(1200) % 2)
    evidence = survivors(time, event)[0].evidence
    listed = replace(evidence, groups={"by": category("region", region, (1, 2, 3, 4))})
    unlisted = replace(evidence, groups={"by": category("region", region)})
    for one, others in ((listed, 1), (unlisted, 1)):
        by = one.groups["by"]
        variable = Variable("region", Type.INTEGER, source("region"))
        levels = FactorLevels(variable, by.codes, by.index)
        found, left = Survivors(SECRET, DEFAULT, one, one.population).groups(levels)
        assert [group.key.code for group in found if group.key is not None] == [1, 2]
        assert left <= others
        tabulated = [wording.code_cell(source("region"), code) for code in (1, 2)]
        for group, meaning in zip(found, tabulated, strict=True):
            words = one.population.wording(meaning)
            keys = group.evidence.keys
            total = published_count(
                SECRET, DEFAULT.counts, int(np.add.reduce(keys)), len(keys), words
            )
            assert group.units == total


def test_rows_of_units_are_counted_by_units_times_rows_each() -> None:
    """Spells: under `open` each row counts; elsewhere what is published is near it."""
    time, event = lives(6000, 11)
    unit = np.arange(6000) // 3
    plain = kaplan_meier(counted(time, event))
    for profile in (OPEN, DEFAULT):
        group = survivors(time, event, profile)[1]
        evidence = replace(group.evidence, units=unit.astype(np.int64), keys=KEYS[unit])
        spells = Survivors(SECRET, profile, evidence, evidence.population)
        (several,), _ = spells.groups(None)
        rows, dead = spells.rows(several), spells.with_event(several, 1)
        if profile is OPEN:
            assert (rows, dead) == (6000, int(event.sum()))
            marks = [0.0, 12.0, 48.0]
            assert spells.watched(several, marks) == [int((time >= m).sum()) for m in marks]
            continue
        assert rows == pytest.approx(6000, rel=0.02)
        assert dead == pytest.approx(event.sum(), rel=0.05)
        end = spells.end(several.units)
        assert end is not None
        curve = life_table(spells, several, fine_edges(end, whole=True)).curve(95.0, 5.0)
        places = np.searchsorted(plain.times, curve.times, side="right")
        truth = np.append(1.0, plain.survival)[places]
        assert float(np.abs(curve.survival - truth).max()) <= 0.04


# ---- Weibull


def test_weibull_is_near_the_plain_fit_and_follows_from_two_numbers() -> None:
    time, event = lives(2500, 6)
    plain = weibull.fit(counted(time, event))
    away = []
    for secret in secrets(20):
        found, group = survivors(time, event, secret=secret)
        numbers = published_fit(found, group, 95.0)
        assert numbers is not None
        away.append((numbers.scale - plain.scale) / plain.errors[0])
        assert numbers.median == pytest.approx(
            numbers.scale * np.log(2) ** (1 / numbers.shape), rel=1e-3
        )
        assert numbers.mean == pytest.approx(
            numbers.scale * special.gamma(1 + 1 / numbers.shape), rel=1e-3
        )
        low, high = numbers.shape_limits
        assert (low + high) / 2 == pytest.approx(numbers.shape, rel=1e-3)
    assert float(np.median(np.abs(away))) <= 0.6
    assert float(np.std(away)) > 0.05


def test_weibull_of_few_events_or_of_one_who_decides_is_not_told() -> None:
    time, event = lives(400, 7)
    few = np.zeros(400)
    few[:3] = 1
    found, group = survivors(time, few)
    assert published_fit(found, group, 95.0) is None
    assert published_fit(*survivors(time[:14], event[:14]), 95.0) is None
    plain = survivors(time, event, OPEN)
    numbers = published_fit(*plain, 95.0)
    exact = weibull.fit(counted(time, event))
    assert numbers is not None
    assert (numbers.scale, numbers.shape) == (exact.scale, exact.shape)


def test_the_prior_gives_every_fit_a_maximum() -> None:
    steep = counted(np.array([1.0, 5.0, 5.0, 5.0]), np.array([0.0, 1.0, 1.0, 1.0]))
    found = weibull.fit(weibull.with_prior(steep, 2.0))
    assert 0 < found.shape < 20
    time, event = lives(3000, 8)
    counts = counted(time, event)
    plain, pulled = weibull.fit(counts), weibull.fit(weibull.with_prior(counts, 2.0))
    assert abs(pulled.scale - plain.scale) < 0.1 * plain.errors[0]
    assert weibull.with_prior(counts, 0.0) is counts


# ---- Cox


@pytest.mark.parametrize("profile", [OPEN, DEFAULT], ids=["open", "default"])
def test_the_hazards_that_lives_were_made_with_are_found_again(profile: Profile) -> None:
    """Within 3 standard errors, and the noise of protection is part of the errors."""
    rng = np.random.default_rng(9)
    n, true = 5000, np.array([0.4, -0.03, 0.3])
    sex, age, place = rng.integers(0, 2, n), rng.integers(20, 70, n), rng.integers(1, 3, n)
    x = np.column_stack([sex, age, place == 2]).astype(float)
    life = rng.exponential(size=n) * np.exp(-(x - x.mean(axis=0)) @ true) * 50
    end = rng.uniform(0, 120, n)
    event = measure("died", life <= end, binary=True)
    evidence = ModelEvidence(
        columns={"time": measure("months", np.ceil(np.minimum(life, end))), "event": event},
        parts={"terms": terms("sex age i.place")},
        measures={"sex": measure("sex", sex, binary=True), "age": measure("age", age)},
        categories={"place": category("place", place, (1, 2))},
        keys=KEYS[:n],
        population=Population(),
    )
    worst = []
    for secret in secrets(1 if profile is OPEN else 12):
        found = shown(release_model(secret, profile, evidence, ProportionalHazards()))
        assert found.names == ("sex", "age", "i.place[2]")
        worst.append(float(np.abs((found.coefficients - true) / found.errors).max()))
        died = int(event.x.sum())
        assert abs(found.figure("events") - died) <= (0 if profile is OPEN else 10)
    assert max(worst) <= 3
    assert np.ptp(worst) > 0 or profile is OPEN


def test_cox_needs_events_in_each_category_and_no_censored() -> None:
    rng = np.random.default_rng(10)
    n = 2000
    time, sex = rng.integers(1, 40, n).astype(float), rng.integers(0, 2, n)

    def asked_of(event: NDArray[np.bool_]) -> ModelNumbers | Refusal:
        evidence = ModelEvidence(
            columns={
                "time": measure("months", time),
                "event": measure("died", event, binary=True),
            },
            parts={"terms": terms("sex")},
            measures={"sex": measure("sex", sex, binary=True)},
            categories={},
            keys=KEYS[:n],
            population=Population(),
        )
        return release_model(SECRET, DEFAULT, evidence, ProportionalHazards())

    assert isinstance(asked_of(np.ones(n, dtype=np.bool_)), ModelNumbers)
    assert isinstance(asked_of(rng.random(n) < 0.3), ModelNumbers)
    few = (sex == 1) & (rng.random(n) < 0.3)
    assert asked_of(few) == Refusal()
    few[np.flatnonzero(sex == 0)[:2]] = True
    assert asked_of(few) == Refusal()
    assert asked_of(np.zeros(n, dtype=np.bool_)) == Refusal()


# ---- whole commands

HEAD = """require no.ssb.fdb:45 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_FOEDSELS_AAR_MND as born
generate age = 2010 - int(born / 100)
generate years = abs(age - 40) / 2
generate gone = age > 30 & age < 90
"""


@pytest.fixture(scope="module")
def session(norway_root: Path) -> Session:
    return session_of(norway_root, "default", HEAD)


def parts(reply: Reply) -> tuple[Figure, list[Table]]:
    (released,) = reply.released
    assert isinstance(released.content, Several)
    figure, *tables = released.content.parts
    assert isinstance(figure, Figure)
    return figure, [table for table in tables if isinstance(table, Table)]


def number_of(cell: Cell) -> float:
    return float("nan") if cell.v is None else float(cell.v)


def test_key_figures_follow_from_the_drawn_curve(session: Session) -> None:
    figure, (figures, at_risk) = parts(asked(session, "kaplan-meier gone years, by(sex)"))
    codes = [row[0].code for row in figures.rows]
    assert codes == ["1", "2"]
    for code, line in zip(codes, figures.cells, strict=True):
        drawn = [
            [number_of(cell) for cell in cells]
            for row, cells in zip(figure.table.rows, figure.table.cells, strict=True)
            if row[0].code == code
        ]
        x, s = np.array(drawn)[:, 0], np.array(drawn)[:, 1]
        assert len(x) <= LIMITS.max_steps + 1
        assert np.all(s == np.round(s, 3))
        names = [column[0].code for column in figures.columns]
        told = dict(zip(names, (number_of(cell) for cell in line), strict=False))
        assert told["max_time"] == x[-1]
        area = float(((s[1:] + s[:-1]) / 2) @ np.diff(x))
        assert told["restricted_mean"] == pytest.approx(area, rel=1e-3)
        middle = float(np.interp(-0.5, -s, x)) if s[-1] <= 0.5 else float("nan")
        assert told["median"] == pytest.approx(middle, rel=1e-2, nan_ok=True)
    first = [number_of(line[0]) for line in at_risk.cells]
    assert first == [number_of(line[0]) for line in figures.cells]


def test_numbers_of_units_are_those_of_tabulate(session: Session) -> None:
    _, (figures, _) = parts(asked(session, "kaplan-meier gone years, by(sex)"))
    table = asked(session, "tabulate sex gone if sysmiss(years) == 0 & years >= 0").tables[0]
    columns = [column[0] for column in table.columns]
    for row, line in zip(table.rows, table.cells, strict=True):
        told = {
            "total" if key.kind == "total" else key.code: number_of(cell)
            for key, cell in zip(columns, line, strict=True)
        }
        if row[0].kind == "code":
            place = [keys[0].code for keys in figures.rows].index(row[0].code)
            counts = [number_of(cell) for cell in figures.cells[place][:3]]
            assert counts == [told["total"], told[1], told[0]]


def test_weibull_curves_follow_from_the_printed_numbers(session: Session) -> None:
    figure, (figures,) = parts(asked(session, "weibull gone years"))
    names = [column[0].code for column in figures.columns]
    line = [number_of(cell) for cell in figures.cells[0]]
    scale, shape = line[names.index("scale")], line[names.index("shape")]
    points = np.array([[number_of(cell) for cell in cells[:2]] for cells in figure.table.cells])
    expected = np.round(weibull.survival(scale, shape, points[:, 0]), 3)
    assert points[:, 1].tolist() == expected.tolist()


@pytest.mark.parametrize("command", ["kaplan-meier", "weibull", "cox"])
def test_few_units_are_refused_with_one_sentence(session: Session, command: str) -> None:
    terms = " i.sex" if command == "cox" else ""
    for clause in ("born == 195003", "born == 195003 & sex == '1'", "born < 0"):
        reply = asked(session, f"{command} gone years{terms} if {clause}")
        assert reply.codes == ["SDC-M1"], clause
