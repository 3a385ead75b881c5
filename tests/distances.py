"""Twin worlds of one person's secret: everything that a reply prints, and how far two are apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import canary_bank
import numpy as np
from guesses import Bools, Floats, crossed, numbers
from numpy.typing import NDArray
from replies import Reply

from kohort.disclosure.released import Content, Figure, Model, Several, Status, Table

REFUSED = 1e6
"""The distance of an answer from a refusal."""


def balanced(count: int, seed: int) -> NDArray[np.int64]:
    """Give so many places of people with a wage, in random order, half with `exact` above 500."""
    chance = np.random.default_rng(seed)
    places = np.arange(200, canary_bank.PERSONS)
    places = places[places % 10 != 3]
    high = canary_bank.exact()[places] > 500
    parts = [chance.choice(places[part], count // 2, replace=False) for part in (high, ~high)]
    return chance.permutation(np.concatenate(parts))


def high(places: NDArray[np.int64]) -> Bools:
    """Tell who has `exact` above 500, the secret of these worlds."""
    return canary_bank.exact()[places] > 500


def prints(reply: Reply) -> Floats | None:
    """Give every number that a reply shows, float64 (n), hidden ones NaN; None where it refuses."""
    found = [part for released in reply.released for part in _numbers(released.content)]
    return None if reply.codes or not found else np.concatenate(found)


def _numbers(content: Content) -> Iterator[Floats]:
    match content:
        case Several(parts=parts):
            for part in parts:
                yield from _numbers(part)
        case Table():
            yield numbers(content).ravel()
        case Model(table=table):
            yield numbers(table).ravel()
        case Figure(table=table, further=further):
            for one in (table, *further):
                yield numbers(one).ravel()
        case Status(numbers=sizes):
            yield np.array([np.nan if cell.v is None else cell.v for cell in sizes.values()])
        case _:
            pass


def apart(one: Floats | None, other: Floats | None) -> float:
    """Give how far two replies are apart: the middle relative difference of their numbers."""
    if one is None or other is None or one.shape != other.shape:
        return 0.0 if one is other else REFUSED
    differences = np.abs(one - other) / (np.abs(other) + 1e-9)
    shown = differences[np.isfinite(differences)]
    return float(np.median(shown)) if len(shown) else 0.0


def told(distances: Sequence[float], secret: Bools) -> tuple[Floats, Bools]:
    """Give distances in units of their middle one, to be judged with those of other questions."""
    d = np.asarray(distances)
    usual = np.median(d[d < REFUSED]) if (d < REFUSED).any() else 1.0
    return np.where(d < REFUSED, d / (usual or 1.0), REFUSED), secret


def pooled(parts: Sequence[tuple[Floats, Bools]]) -> tuple[float, int]:
    """Give how often the distances of all questions tell the secret, and of how many trials."""
    scores, secret = (np.concatenate(one) for one in zip(*parts, strict=True))
    return crossed(scores, secret.astype(bool)), len(secret)
