"""Panels, instruments, groups and cutoffs under protection: noise, guards, what is published."""

from typing import Any

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
    terms,
    unblurred,
    varied,
)

from kohort.disclosure.model_evidence import Category, ModelEvidence
from kohort.disclosure.models import Refusal, release_model
from kohort.estimators.decomposition_model import OaxacaBlinder
from kohort.estimators.discontinuity_model import Discontinuity
from kohort.estimators.instrument_model import InstrumentRegression
from kohort.estimators.mixed_model import MixedRegression
from kohort.estimators.panel_model import DifferenceInDifferences, Hausman, PanelRegression
from kohort.estimators.problem import Estimator
from kohort.wording import Population

UNITS, TIMES = 500, 4
UNIT = np.repeat(np.arange(UNITS), TIMES)


def question(
    parts: dict[str, str],
    columns: dict[str, Any],
    *,
    groups: dict[str, Category] | None = None,
    units: Any = None,
    **more: Any,
) -> ModelEvidence:
    """Evidence of continuous columns: the outcome `y`, other roles, and all names in `parts`."""
    names = {o.name for text in parts.values() for t in terms(text) for o in t if o.kind == "c"}
    roles = [name for name in columns if name not in names and name != "y"]
    outcome = {"outcome": measure("y", columns["y"])}
    n = len(columns["y"])
    return ModelEvidence(
        columns=outcome | {role: measure(role, columns[role]) for role in roles},
        parts={part: terms(text) for part, text in parts.items()},
        measures={name: measure(name, columns[name]) for name in names},
        categories=more.pop("categories", {}),
        keys=KEYS[:n] if units is None else KEYS[:UNITS][units],
        population=Population(),
        groups=groups or {},
        units=units,
        **more,
    )


def panel(seed: int = 4) -> dict[str, Any]:
    """y = 2 x - z + effects that go with x."""
    rng = np.random.default_rng(seed)
    effect = rng.normal(size=UNITS)[UNIT]
    x, z = rng.normal(size=len(UNIT)) + 0.5 * effect, rng.normal(size=len(UNIT))
    return {"y": 2 * x - z + effect + rng.normal(size=len(UNIT)), "x": x, "z": z}


def instrumented(seed: int = 5, n: int = 2000) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    u, z, w = rng.normal(size=(3, n))
    x = z + 0.5 * w + u + rng.normal(size=n)
    return {"y": 1.5 * x + w + 2 * u + rng.normal(size=n), "x": x, "w": w, "z": z}


def grouped(seed: int = 6, n: int = 2000) -> tuple[dict[str, Any], dict[str, Category]]:
    rng = np.random.default_rng(seed)
    school = rng.integers(0, 40, n)
    x = rng.normal(size=n)
    y = 2 * x + rng.normal(size=40)[school] + rng.normal(size=n)
    return {"y": y, "x": x}, {"upper": category("school", school)}


def jumping(seed: int = 7, n: int = 3000) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n)
    return {"y": 3.0 * (x >= 0) + x + x**2 + rng.normal(size=n), "running": x}


def cases() -> dict[str, tuple[ModelEvidence, Estimator, float]]:
    """Question, estimator, and the true value of the first coefficient."""
    two, groups = grouped()
    pairs = {**two, "y": two["y"] + 1.0 * (np.arange(2000) % 2)}
    sides = {"by": category("half", np.arange(2000) % 2, (0, 1))}
    jump = {"cutoff": 0.0, "order": 1, "derivative": 0}
    moved = instrumented()
    late = np.tile([0.0, 0.0, 1.0, 1.0], UNITS)
    treated = (UNIT % 2).astype(float)
    change = {**panel(), "group": treated, "treated": late}
    change["y"] = change["y"] + 1.5 * late * treated
    product = {"product": "c.group#c.treated"}
    parts = {"terms": "group treated group#treated x z"}
    within, iv = {"terms": "x z"}, {"endogenous": "x", "terms": "w", "instruments": "z"}
    told = {"instrumented": "x", "instruments": "z w", "endog": True, "firststage": True}
    return {
        "fe": (question(within, panel(), units=UNIT), PanelRegression("fe"), 2.0),
        "fe robust": (
            question(within, panel(), units=UNIT, covariance="robust"), PanelRegression("fe"), 2.0,
        ),
        "pooled": (
            question(within, panel(), units=UNIT, covariance="robust"),
            PanelRegression("pooled"), 2.0 + 0.5 / 1.25,
        ),
        "diff": (
            question(parts, change, units=UNIT, options=product, covariance="robust"),
            DifferenceInDifferences(), 0.0,
        ),
        "iv": (question(iv, moved, options=told), InstrumentRegression(), 1.5),
        "gmm": (
            question(iv, moved, options={**told, "endog": False}, covariance="robust"),
            InstrumentRegression("gmm"), 1.5,
        ),
        "mixed": (
            question(within | {"terms": "x"}, two, groups=groups, printed=frozenset({"upper"})),
            MixedRegression(), 2.0,
        ),
        "oaxaca": (
            question({"terms": "x"}, pairs, groups=sides, printed=frozenset({"by"})),
            OaxacaBlinder(), -1.0,
        ),
        "rdd": (
            question({"terms": ""}, jumping(), options=jump, constant=False), Discontinuity(), 3.0,
        ),
    }  # fmt: skip


CASES = cases()


@pytest.mark.parametrize("case", CASES)
def test_recovered(case: str) -> None:
    """The generating coefficient lies within three standard errors, with and without noise."""
    evidence, estimator, truth = CASES[case]
    for profile in (OPEN, DEFAULT):
        found = shown(release_model(SECRET, profile, evidence, estimator))
        assert abs(found.coefficients[0] - truth) < 3 * found.errors[0], profile.name


@pytest.mark.parametrize("case", CASES)
def test_noise_is_a_share_of_the_error(case: str) -> None:
    """Over secrets the published estimate moves by about 0.3 of its standard error, and the
    published error holds that noise. (Clipping, which has a bias of its own, is left out, and so is
    the floor.)"""
    evidence, estimator, _ = CASES[case]
    plain = shown(release_model(SECRET, OPEN, evidence, estimator))
    moved, errors = [], []
    for secret in secrets(10):
        found = release_model(secret, unblurred(varied(clip_units=0)), evidence, estimator)
        if isinstance(found, Refusal):
            continue
        moved.append((found.coefficients[0] - plain.coefficients[0]) / plain.errors[0])
        errors.append(found.errors[0] / plain.errors[0])
    assert len(moved) >= 8
    # A root of 10 squares: 22 per cent standard error of its own. Bandwidths of rdd move too.
    size = float(np.sqrt(np.mean(np.square(moved))))
    assert 0.15 < size < (1.0 if case == "rdd" else 0.5)
    assert np.mean(errors) == pytest.approx(1.044, abs=0.08 if case == "rdd" else 0.05)


@pytest.mark.parametrize("case", CASES)
def test_open_is_the_plain_fit(case: str) -> None:
    """Nothing is rounded or moved without protection, and the same twice under it."""
    evidence, estimator, _ = CASES[case]
    first, again = (release_model(SECRET, DEFAULT, evidence, estimator) for _ in range(2))
    assert not isinstance(first, Refusal)
    np.testing.assert_array_equal(first.coefficients, shown(again).coefficients)
    open_ = shown(release_model(SECRET, OPEN, evidence, estimator))
    digits = [
        len(f"{b:.17g}".replace("-", "").replace(".", "").strip("0")) for b in open_.coefficients
    ]
    assert max(digits) > 10
    assert all(float(f"{b:.4g}") == b for b in first.coefficients)


def test_a_unit_that_decides_alone() -> None:
    """A column that varies within one unit only, or for no unit at all, gives the one refusal."""
    data = panel()
    steady = np.random.default_rng(2).normal(size=UNITS)[UNIT]
    for changed in (0, 1):
        x = steady + (changed > UNIT) * np.arange(len(UNIT))
        evidence = question({"terms": "x z"}, {**data, "x": x}, units=UNIT)
        for estimator in (PanelRegression("fe"), Hausman()):
            assert release_model(SECRET, DEFAULT, evidence, estimator) == Refusal()
        assert not isinstance(
            release_model(SECRET, DEFAULT, evidence, PanelRegression("be")), Refusal
        )


def test_what_cannot_vary_within_units_is_named() -> None:
    """That fixed effects absorb a column follows from the script where its definition says so."""
    data = panel() | {"w": np.random.default_rng(2).normal(size=UNITS)[UNIT]}
    for steady, refused in ((frozenset({"w"}), False), (frozenset(), True)):
        evidence = question({"terms": "x w z"}, data, units=UNIT, options={"steady": steady})
        for estimator in (PanelRegression("fe"), Hausman()):
            found = release_model(SECRET, DEFAULT, evidence, estimator)
            assert isinstance(found, Refusal) == refused
            if not refused:
                assert shown(found).names[:2] == ("x", "z")
                assert shown(found).notes[0] == ("absorbed", {"names": "w"})


def test_a_unit_with_all_of_the_residual() -> None:
    """Where the outcome follows from the terms for all units but one, nothing is told."""
    data = panel()
    exact = 2 * data["x"]
    for changed in (0, 1):
        y = exact + 5.0 * (changed > UNIT) * np.tile([1, -1, 1, -1], UNITS)
        evidence = question({"terms": "x z"}, {**data, "y": y}, units=UNIT)
        assert release_model(SECRET, DEFAULT, evidence, PanelRegression("fe")) == Refusal()


def test_a_treatment_that_one_unit_breaks() -> None:
    """A fuzzy design in which none, or one, goes against the cutoff is refused all the same."""
    data = jumping()
    treated = (data["running"] >= 0).astype(float)
    near = int(np.argmin(np.abs(data["running"])))
    for changed in (False, True):
        treatment = treated.copy()
        if changed:
            treatment[near] = 1 - treatment[near]
        options = {"cutoff": 0.0, "order": 1, "derivative": 0}
        evidence = question(
            {"terms": ""}, {**data, "treatment": treatment}, options=options, constant=False
        )
        assert release_model(SECRET, DEFAULT, evidence, Discontinuity()) == Refusal()


def test_few_near_the_cutoff() -> None:
    """A bandwidth that holds a handful of units on a side shows nothing."""
    data = jumping()
    options = {"cutoff": float(np.sort(data["running"])[-25]), "order": 1, "derivative": 0}
    evidence = question({"terms": ""}, data, options=options, constant=False)
    assert release_model(SECRET, DEFAULT, evidence, Discontinuity()) == Refusal()


def test_every_failure_is_the_same_refusal() -> None:
    """What cannot be estimated is told under `open` only."""
    data, unit = panel(), UNIT
    steady = {**data, "x": data["x"][unit * TIMES]}
    one = {"upper": category("one", np.zeros(len(unit), int))}
    mixed = question({"terms": "x"}, data, groups=one, printed=frozenset({"upper"}), units=unit)
    alone = question({"terms": "x"}, steady, units=unit)
    for evidence, estimator, told in (
        (alone, PanelRegression("fe"), Refusal("no regressor")),
        (mixed, MixedRegression(), Refusal("too few groups")),
    ):
        assert release_model(SECRET, OPEN, evidence, estimator) == told
        assert release_model(SECRET, DEFAULT, evidence, estimator) == Refusal()


def test_degrees_of_freedom_are_published_numbers() -> None:
    """N, units and what follows from them are perturbed alike; times per unit are not told."""
    evidence, estimator, _ = CASES["fe"]
    found = shown(release_model(SECRET, DEFAULT, evidence, estimator))
    header = dict(found.header)
    names = [name for name, _ in found.header]
    assert header["units"] == found.n
    assert {"t_min", "t_max"} & set(names) == set()
    residual = found.observations - found.n - 2
    degrees = [value for name, value in found.header if name == "df"]
    assert degrees == [f"2, {residual}", f"{found.n - 1}, {residual}"]
    robust = shown(release_model(SECRET, DEFAULT, *CASES["fe robust"][:2]))
    assert dict(robust.header)["df"] == f"2, {robust.n - 1}"


def test_small_groups_are_together() -> None:
    """Groups with few units are merged before random intercepts are estimated."""
    columns, groups = grouped()
    rng = np.random.default_rng(1)
    index = groups["upper"].index.copy()
    index[rng.choice(len(index), 60, replace=False)] = 40 + np.arange(60) // 2
    many = {"upper": category("school", index)}
    evidence = question({"terms": "x"}, columns, groups=many, printed=frozenset({"upper"}))
    found = shown(release_model(SECRET, DEFAULT, evidence, MixedRegression()))
    assert found.printed["upper"].merged == "other"
    assert dict(found.header)["groups"] == f"{len(found.printed['upper'].kept) + 1}"
    assert "size_min" not in dict(found.header)


def test_sizes_of_groups_are_published_counts() -> None:
    """The groups of a decomposition have the sizes that tables give them, not the true ones."""
    evidence, estimator, _ = CASES["oaxaca"]
    counts = []
    for secret in secrets(6):
        found = shown(release_model(secret, DEFAULT, evidence, estimator))
        table = found.tables[0]
        assert table.rows == ("i.@by[0]", "i.@by[1]")
        counts += [line[0] for line in table.cells]
    assert any(count != 1000 for count in counts)
    assert all(count is not None and abs(count - 1000) < 20 for count in counts)
