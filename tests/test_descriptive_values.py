"""Descriptive statistics without protection, against scipy and pandas on the synthetic country."""

from __future__ import annotations

import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from replies import asked, session_of
from scipy import stats

from kohort.disclosure.released import Key, Several, Table
from kohort.session import Session

SCRIPT = """require no.ssb.fdb:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_FOEDSELS_AAR_MND as born
import db/SIVSTANDFDT_SIVSTAND 2019-12-31 as civil
import db/INNTEKT_WLONN 2019-12-31 as wage
import db/INNTEKT_WLONN 2020-12-31 as later
generate age = 2020 - floor(born / 100)
generate man = sex == '1'
"""


def near(value: Any) -> object:
    """Stand for numbers that differ by a billionth at most."""
    return pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.fixture(scope="module")
def session(norway_root: Path) -> Session:
    return session_of(norway_root, "open", SCRIPT)


@pytest.fixture(scope="module")
def people(session: Session) -> pd.DataFrame:
    """The true values, straight from the engine."""
    return frame(session, "people")


def frame(session: Session, name: str) -> pd.DataFrame:
    dataset = session.datasets[name]
    columns = {n: dataset.vector(n).spread().to_list() for n in dataset.shape.variables}  # type: ignore[attr-defined]
    return pd.DataFrame({"unit": dataset.rows.ids.to_list(), **columns})  # type: ignore[attr-defined]


def told(table: Table) -> dict[tuple[object, ...], float | int | None]:
    """Give the numbers of a table by the codes of their row and column."""

    def name(keys: tuple[Key, ...]) -> tuple[object, ...]:
        return tuple(
            k.kind if k.kind in ("total", "missing") else k.code
            for k in keys
            if k.code or k.kind != "statistic"
        )

    return {
        (*name(row), *name(column)): cell.v
        for row, line in zip(table.rows, table.cells, strict=True)
        for column, cell in zip(table.columns, line, strict=True)
    }


NAMES = ["wage", "later", "age", "man"]


def test_correlations_of_complete_cases(session: Session, people: pd.DataFrame) -> None:
    whole = people[NAMES].dropna()
    found = told(asked(session, "correlate wage later age man, obs sig").table)
    for a in NAMES:
        for b in NAMES:
            assert found[a, "n", b] == len(whole)
            if a == b:
                assert found[a, "r", b] == 1
                continue
            r, p = stats.pearsonr(whole[a], whole[b])
            assert found[a, "r", b] == near(r)
            assert found[a, "p", b] == pytest.approx(p, rel=1e-7, abs=1e-300)


def test_covariances_and_pairs(session: Session, people: pd.DataFrame) -> None:
    cov = pd.DataFrame(people[NAMES].dropna()).cov()
    found = told(asked(session, "correlate wage later age man, covariance").table)
    assert all(found[a, "cov", b] == near(cov.loc[a, b]) for a in NAMES for b in NAMES)
    pairs = pd.DataFrame(people[NAMES]).corr()
    found = told(asked(session, "correlate wage later age man, pairwise obs").table)
    for a in NAMES:
        for b in NAMES:
            assert found[a, "r", b] == near(pairs.loc[a, b])
            assert found[a, "n", b] == len(people[list({a, b})].dropna())


@pytest.mark.parametrize("level", [90, 95, 99.5])
def test_intervals(session: Session, people: pd.DataFrame, level: float) -> None:
    found = told(asked(session, f"ci wage age man, level({level:g})").table)
    for name in ("wage", "age", "man"):
        x = people[name].dropna().astype(float)
        error = stats.sem(x)
        low, high = stats.t.interval(level / 100, len(x) - 1, x.mean(), error)
        wanted = {"n": len(x), "mean": x.mean(), "se": error, "lower": low, "upper": high}
        for statistic, value in wanted.items():
            assert found[name, statistic] == near(value)


@pytest.mark.parametrize("name", ["wage", "age", "man"])
def test_normality(session: Session, people: pd.DataFrame, name: str) -> None:
    x = people[name].dropna().astype(float)
    found = told(asked(session, f"normaltest {name}").table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = {
            "skewness": (stats.skew(x), stats.skewtest(x).pvalue),
            "kurtosis": (stats.kurtosis(x), stats.kurtosistest(x).pvalue),
            "s_k": tuple(stats.normaltest(x)),
            "jarque_bera": tuple(stats.jarque_bera(x)),
            "shapiro_wilk": tuple(stats.shapiro(x)),
        }
    for test, (value, p) in wanted.items():
        assert found[name, test, "value"] == near(value)
        assert found[name, test, "p"] == pytest.approx(p, rel=1e-6, abs=1e-300)


PANEL = """clone-units people panel
use panel
import-panel db/SIVSTANDFDT_SIVSTAND db/INNTEKT_WLONN 2016-12-31 2018-12-31 2019-12-31 2020-12-31
rename SIVSTANDFDT_SIVSTAND civil
rename INNTEKT_WLONN wage
"""


@pytest.fixture(scope="module")
def panel(norway_root: Path) -> Session:
    return session_of(norway_root, "open", SCRIPT + PANEL)


def test_descriptions_at_each_time(panel: Session) -> None:
    rows = frame(panel, "panel")
    found = told(asked(panel, "summarize-panel wage, gini iqr").table)
    for day, part in rows.dropna(subset="wage").groupby("date@panel"):
        x = np.sort(part["wage"].to_numpy(dtype=float))
        n, rank = len(x), np.arange(1, len(x) + 1)
        wanted = {
            "mean": x.mean(), "std": x.std(ddof=1), "n": n, "p1": np.quantile(x, 0.01),
            "p50": np.median(x), "iqr": np.quantile(x, 0.75) - np.quantile(x, 0.25),
            "gini": 2 * (rank * x).sum() / (n * x.sum()) - (n + 1) / n,
        }  # fmt: skip
        for statistic, value in wanted.items():
            assert found["wage", day, statistic] == near(value)


def test_panel_tables_are_tables_with_the_time_across(panel: Session) -> None:
    plain = asked(panel, "tabulate civil date@panel, freq rowpct missing").table
    timed = asked(panel, "tabulate-panel civil, freq rowpct missing").table
    assert told(plain) == told(timed)
    rows = frame(panel, "panel").fillna({"civil": "-"})
    counts = rows.groupby(["civil", "date@panel"])["unit"].nunique()
    found = told(timed)
    for (civil, day), n in counts.to_dict().items():
        assert found["missing" if civil == "-" else civil, "freq", day] == n


def test_steps_between_categories(panel: Session) -> None:
    rows = frame(panel, "panel")
    days = sorted(rows["date@panel"].unique())
    wide = rows.pivot(index="unit", columns="date@panel", values="civil")
    steps = pd.concat([
        pd.DataFrame({"a": wide[x], "b": wide[y]}).dropna() for x, y in pairwise(days)
    ])
    found = told(asked(panel, "transitions-panel civil").table)
    counts = steps.groupby(["a", "b"]).size()
    totals = steps.groupby("a").size()
    units = steps.reset_index().groupby(["a", "b"])["unit"].nunique()
    assert len(counts) > 8
    for (a, b), n in counts.to_dict().items():
        assert found[a, "freq", b] == n
        assert found[a, "units", b] == units[a, b]
        assert found[a, "rowpct", b] == near(100 * n / totals[a])
    assert found["total", "freq", "total"] == len(steps)


def test_several_transitions_come_together(panel: Session) -> None:
    content = (
        asked(panel, "generate rich = wage > 500000\ntransitions-panel civil rich")
        .released[-1]
        .content
    )
    assert isinstance(content, Several)
    assert [part.title for part in content.parts] == [
        "transitions-panel civil",
        "transitions-panel rich",
    ]
