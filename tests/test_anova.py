"""Analyses of variance against statsmodels, and Tukey's range against scipy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from replies import asked, session_of
from scipy import stats
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.multicomp import pairwise_tukeyhsd
from test_descriptive_values import SCRIPT, frame, near, told

from kohort.disclosure.released import Model, Several
from kohort.estimators.studentized_range import range_limit, range_tail
from kohort.session import Session

WIDER = """generate wide = wage / 1000
generate then = later / 1000
generate decade = floor(age / 10)
keep if age >= 20 & age < 70
"""


@pytest.fixture(scope="module")
def session(norway_root: Path) -> Session:
    return session_of(norway_root, "open", SCRIPT + WIDER)


@pytest.fixture(scope="module")
def people(session: Session) -> pd.DataFrame:
    return frame(session, "people")


CASES = {
    "decade": "C(decade)",
    "decade sex": "C(decade) + C(sex)",
    "decade##sex": "C(decade) * C(sex)",
    "decade sex c.then": "C(decade) + C(sex) + then",
    "sex##c.then decade": "C(sex) * then + C(decade)",
    "sex decade#sex": "C(sex) + C(decade):C(sex)",
    "c.then c.age": "then + age",
}


@pytest.mark.parametrize("terms", CASES)
def test_sums_of_squares(session: Session, people: pd.DataFrame, terms: str) -> None:
    used = people[
        ["wide", *{t.removeprefix("c.") for t in terms.replace("#", " ").split()}]
    ].dropna()
    fitted = smf.ols(f"wide ~ {CASES[terms]}", used).fit()
    wanted = anova_lm(fitted, typ=2)
    content = asked(session, f"anova wide {terms}").released[-1].content
    assert isinstance(content, Model)
    found = told(content.table)
    for name, line in wanted.iterrows():
        kinds = [part.removeprefix("C(").removesuffix(")") for part in str(name).split(":")]
        keys = {
            frozenset(str(k[0]).replace("i.", "").replace("c.", "").split("#")): k[0] for k in found
        }
        key = "residual" if name == "Residual" else keys[frozenset(kinds)]
        assert found[key, "ss"] == near(line["sum_sq"])
        assert found[key, "df"] == line["df"]
        if name != "Residual":
            assert found[key, "f"] == near(line["F"])
            assert found[key, "p"] == pytest.approx(line["PR(>F)"], rel=1e-6, abs=1e-300)
    header = {name: getattr(cell, "v", cell) for name, cell in content.header}
    assert header["nobs"] == len(used)
    assert header["r2"] == near(fitted.rsquared)
    assert header["r2_adj"] == near(fitted.rsquared_adj)
    assert header["rmse"] == near(np.sqrt(fitted.mse_resid))


def test_without_a_constant_the_first_factor_holds_the_mean(
    session: Session, people: pd.DataFrame
) -> None:
    used = people[["wide", "decade", "sex"]].dropna()
    fitted = smf.ols("wide ~ C(decade) + C(sex) - 1", used).fit()
    content = asked(session, "anova wide decade sex, noconstant").released[-1].content
    assert isinstance(content, Model)
    found = told(content.table)
    assert found["residual", "ss"] == near(fitted.ssr)
    assert found["residual", "df"] == fitted.df_resid
    assert found["total", "ss"] == near((used["wide"] ** 2).sum())
    assert found["total", "df"] == len(used)
    plain = told(asked(session, "anova wide decade sex").released[-1].content.table)  # type: ignore[union-attr]
    assert found["i.sex", "ss"] == near(plain["i.sex", "ss"])


def test_comparisons_of_all_pairs(session: Session, people: pd.DataFrame) -> None:
    used = people[["wide", "decade", "sex"]].dropna()
    content = asked(session, "anova wide decade sex, posthoc").released[-1].content
    assert isinstance(content, Several)
    assert len(content.parts) == 3
    for table, name in zip(content.parts[1:], ("decade", "sex"), strict=True):
        wanted: Any = pairwise_tukeyhsd(used["wide"], used[name])
        found = told(table)  # type: ignore[arg-type]
        pairs = [
            (a, b) for i, a in enumerate(wanted.groupsunique) for b in wanted.groupsunique[i + 1 :]
        ]
        for place, (a, b) in enumerate(pairs):
            assert found[a, b, "difference"] == near(wanted.meandiffs[place])
            assert found[a, b, "p"] == pytest.approx(wanted.pvalues[place], abs=1e-9)
            assert found[a, b, "lower"] == pytest.approx(wanted.confint[place, 0], rel=1e-8)
            assert found[a, b, "upper"] == pytest.approx(wanted.confint[place, 1], rel=1e-8)
            assert found[a, b, "differs"] == wanted.reject[place]


@pytest.mark.parametrize(("groups", "df"), [(2, 1), (3, 5), (5, 1000), (20, 200), (10, 3000)])
def test_the_studentized_range(groups: int, df: int) -> None:
    q = np.array([0.5, 2.1, 3.5, 6.0, 9.0])
    assert range_tail(q, groups, df) == pytest.approx(
        stats.studentized_range.sf(q, groups, df), abs=1e-10
    )
    assert range_tail(np.array([range_limit(0.05, groups, df)]), groups, df)[0] == near(0.05)
    two = range_tail(np.sqrt(2) * q, 2, df)
    assert two == pytest.approx(2 * stats.t.sf(q, df), rel=1e-9)
