"""Units of measurement change nothing: columns in billionths or in hundreds of millions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kohort.estimators import cox
from kohort.estimators.decomposition import decompose
from kohort.estimators.design import Block, Design, Floats
from kohort.estimators.families import Logit, Poisson, Probit
from kohort.estimators.group_sums import Clusters
from kohort.estimators.instruments import fit_instruments
from kohort.estimators.least_squares import fit
from kohort.estimators.mixed import Nesting, fit_mixed
from kohort.estimators.multinomial import fit_choices
from kohort.estimators.negative_binomial import fit_negative_binomial
from kohort.estimators.panel import fit_panel
from kohort.estimators.panel_units import Units
from kohort.estimators.problem import Problem
from kohort.estimators.single_index import fit_index

N = 400
RNG = np.random.default_rng(17)
X, Z = RNG.normal(3, 1, N), RNG.normal(-1, 1, N)
LEVEL = RNG.integers(0, 3, N)
GROUP = RNG.integers(0, 40, N)
NOISE = RNG.normal(size=N)
INSTRUMENTS = Design(tuple(Block((f"z{i}",), x=X + Z + RNG.normal(size=N)) for i in range(3)), N)
ETA = 0.4 * (X - 3) - 0.3 * Z + 0.3 * LEVEL
Y = ETA + NOISE + 0.5 * RNG.normal(size=40)[GROUP]
RARE = (RNG.random(N) < 0.06 * np.exp(ETA - 0.3)).astype(float)
COUNT = RNG.negative_binomial(2, 2 / (2 + np.exp(ETA))).astype(float)
CHOICE = np.argmax(np.column_stack([0 * ETA, 0.7 * ETA, -0.2 * X]) + RNG.gumbel(size=(N, 3)), 1)
TIME = np.ceil(RNG.exponential(size=N) * np.exp(-ETA) * 4)


def terms(first: float, second: float) -> Design:
    """X and Z in other units, and a factor between them."""
    levels = Block(("level1", "level2"), codes=(LEVEL - 1).astype(np.int32))
    return Design((Block(("x",), x=X * first), levels, Block(("z",), x=Z * second)), N)


def problem(design: Design, y: Floats) -> Problem:
    groups = {"cluster": GROUP.astype(np.int32)}
    return Problem(
        {"terms": design}, N, {"outcome": y}, groups, covariance="cluster"
    )  # fmt: skip


def instrumented(method: Any) -> Callable[[Design], Any]:
    def found(design: Design) -> Any:
        outside = Design(design.blocks[:2], N)
        inside = Design(design.blocks[2:], N)
        clusters = Clusters(GROUP, 40)
        return fit_instruments(
            outside, inside, INSTRUMENTS, Y, method=method, covariance="cluster", clusters=clusters
        )

    return found


def panel(effects: Any) -> Callable[[Design], Any]:
    return lambda design: fit_panel(design, Y, Units(GROUP, np.ones(40)), effects)


MODELS: dict[str, Callable[[Design], Any]] = {
    "least squares": lambda d: fit(d, Y, covariance="robust"),
    **{f"instruments {method}": instrumented(method) for method in ("tsls", "liml", "gmm")},
    **{f"panel {effects}": panel(effects) for effects in ("fe", "re", "be", "pooled")},
    "random intercepts": lambda d: fit_mixed(d, Y, Nesting(GROUP, np.arange(40) // 5)),
    "logit": lambda d: fit_index(problem(d, RARE), Logit()),
    "probit": lambda d: fit_index(problem(d, RARE), Probit()),
    "poisson": lambda d: fit_index(problem(d, COUNT), Poisson()),
    "negative binomial": lambda d: fit_negative_binomial(problem(d, COUNT)),
    "choices": lambda d: fit_choices(problem(d, CHOICE.astype(float)), CHOICE, 3),
    "cox": lambda d: cox.fit(d, TIME, (NOISE > -1).astype(float)),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(("first", "second"), [(1e8, 1e-8), (1e-8, 1e8)])
def test_units_of_columns(name: str, first: float, second: float) -> None:
    plain, scaled = MODELS[name](terms(1.0, 1.0)), MODELS[name](terms(first, second))
    if name == "choices":
        factors = np.array([first, 1, 1, second, 1])
    else:
        units = {"x": first, "z": second}
        factors = np.array([units.get(one, 1.0) for one in plain.names])
        assert scaled.names == plain.names
    for one in ("coefficients", "errors"):
        np.testing.assert_allclose(getattr(scaled, one) * factors, getattr(plain, one), rtol=1e-6)


def test_units_of_a_decomposition() -> None:
    second = GROUP > 20
    plain = decompose(terms(1.0, 1.0), Y, second)
    scaled = decompose(terms(1e8, 1e-8), Y * 1e6, second)
    np.testing.assert_allclose(scaled.components, plain.components * 1e6, rtol=1e-6)
    np.testing.assert_allclose(scaled.errors, plain.errors * 1e6, rtol=1e-6)
