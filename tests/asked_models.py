"""Questions for models: evidence made by hand for the tests of their release."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from kohort import wording
from kohort.disclosure import profile as profiles
from kohort.disclosure.keys import Secret, record_keys
from kohort.disclosure.model_evidence import Category, Measure, ModelEvidence, Operand
from kohort.disclosure.model_numbers import ModelNumbers
from kohort.disclosure.models import Refusal, release_model
from kohort.disclosure.profile import Profile
from kohort.estimators.linear_model import LinearRegression
from kohort.wording import Meaning, Population

OPEN = profiles.load("open")
DEFAULT = profiles.load("default")
PLATFORM = profiles.load("microdata-no")
SECRET = Secret(b"secret for the tests of models, 32 bytes and more")
KEYS = record_keys(SECRET, "PERSON", range(1, 6001))


def source(name: str) -> Meaning:
    return wording.source("db", name, "2020-01-01")


def measure(name: str, x: Any, binary: bool = False, meaning: Meaning | None = None) -> Measure:
    return Measure(name, meaning or source(name), np.asarray(x, dtype=np.float64), binary)


def category(name: str, values: Any, listed: tuple[int, ...] | None = None) -> Category:
    codes, index = np.unique(values, return_inverse=True)
    return Category(name, source(name), tuple(codes.tolist()), index.astype(np.int32), listed)


def terms(text: str) -> tuple[tuple[Operand, ...], ...]:
    """`x i.a i.a#c.x`: bare names are measures."""
    found = []
    for term in text.split():
        parts = [part.split(".") if "." in part else ["c", part] for part in term.split("#")]
        found.append(tuple(Operand("i" if kind == "i" else "c", name) for kind, name in parts))
    return tuple(found)


def asked(
    formula: str, y: Measure, *columns: Measure | Category, **settings_: Any
) -> ModelEvidence:
    n = len(y.x)
    return ModelEvidence(
        columns={"outcome": y},
        parts={"terms": terms(formula)},
        measures={c.name: c for c in columns if isinstance(c, Measure)},
        categories={c.name: c for c in columns if isinstance(c, Category)},
        keys=settings_.pop("keys", KEYS[:n]),
        population=settings_.pop("population", Population()),
        **settings_,
    )


def incomes(n: int, seed: int = 3) -> tuple[Measure, Measure, Category]:
    rng = np.random.default_rng(seed)
    sex, age = rng.integers(1, 3, n), rng.integers(20, 70, n).astype(float)
    y = np.rint(np.exp(rng.normal(12.5, 0.5, n)) * (1 + 0.005 * age) * (1 + 0.1 * (sex == 1)))
    return measure("income", y), measure("age", age), category("sex", sex, (1, 2))


def release_linear(
    secret: Secret, profile: Profile, evidence: ModelEvidence
) -> ModelNumbers | Refusal:
    return release_model(secret, profile, evidence, LinearRegression())


def shown(found: ModelNumbers | Refusal) -> ModelNumbers:
    assert isinstance(found, ModelNumbers)
    return found


def varied(**limits: Any) -> Profile:
    return replace(DEFAULT, models=replace(DEFAULT.models, **limits))


def unblurred(profile: Profile) -> Profile:
    """Without the floor that blurs the outcomes of linear models."""
    return replace(profile, magnitudes=replace(profile.magnitudes, floor_c=0.0))


def secrets(count: int) -> Iterator[Secret]:
    return (Secret(f"secret number {i} of at least 32 bytes ....".encode()) for i in range(count))
