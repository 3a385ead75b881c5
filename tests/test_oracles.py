"""Whether a condition is met by one person or by nobody cannot be told from the kind of reply."""

from __future__ import annotations

import canary_bank
import pytest
import random_scripts
from replies import Reply, asked, form, session_of

from kohort.session import Session

ONE, NOBODY = "text == 'KANARI-000050'", "text == 'KANARI-000051'"
THREE, NONE = "home == '98Q7'", "home == '98Q9'"
PAIRS = {"one": (ONE, NOBODY), "three": (THREE, NONE)}
"""Conditions that a few persons meet, each with one like it that nobody does."""

COARSE = "generate decade = int(born / 1000)\n"
"""Six groups of hundreds: which rows are shown must not depend on noise."""

SHOWN = [
    "tabulate decade if C", "tabulate sex home if C", "tabulate sex text if C, missing",
    "tabulate sex if C, cellpct", "tabulate sex ill if C, chi2 rowpct colpct",
    "tabulate decade text if C, top(3)", "tabulate home if C, bottom(2)",
    "tabulate home sex if C, rowsort('1')", "tabulate home sex if C, rowsort",
    "tabulate sex if C, summarize(wage exact) mean std sum p25 p50 p75 gini iqr freq",
    "tabulate sex ill decade if C, summarize(rare)", "summarize if C",
    "summarize wage if C, gini iqr", "regress wage born if C",
    "regress wage i.sex i.home if C, robust", "regress wage exact if !(C)",
    "regress exact born if C, noconstant level(90)",
    "barchart (count) sex if C, over(ill)", "barchart (percent) decade if C",
    "barchart (mean) wage exact if C, over(sex)", "barchart (max) wage if C",
    "histogram wage if C, bin(5) freq by(sex)", "histogram decade if C, discrete percent normal",
    "boxplot wage if C, over(sex)", "hexbin wage born if C, gridsize(5)", "piechart decade if C",
    "sankey sex ill decade if C", "histogram born if !(C), bin(5) normal",
    "correlate wage exact born if C, obs sig", "correlate wage exact if C, covariance pairwise",
    "ci wage exact rare if C", "normaltest wage exact if C", "anova wage decade c.born if C",
    "anova wage sex if C, posthoc", "tabulate home sex if C, colsort('1')",
]  # fmt: skip
UNITS = [
    "keep if C", "drop if !(C)", "drop if C\ntabulate decade", "keep if !(C)\nsummarize\ndescribe",
    "keep if !(C)\nregress wage born i.sex", "keep if !(C)\nsample 0.5 3\ntabulate sex",
    "drop if C | born > 197001\ntabulate sex ill, summarize(wage)",
]  # fmt: skip
FLAGS = [
    "tabulate flag", "tabulate decade flag", "tabulate flag sex, rowpct colpct cellpct chi2",
    "summarize flag", "tabulate decade, summarize(flag) mean std sum freq", "regress wage flag",
    "regress flag wage", "regress wage i.flag", "regress wage i.flag##i.sex",
    "regress wage i.flag#c.born", "tabulate flag, summarize(wage) mean p50",
    "collapse (mean) flag (count) flag -> n, by(decade)\nsummarize",
    "collapse (sum) wage (max) flag -> most, by(family)\ntabulate most\nsummarize",
    "collapse (mean) wage, by(flag)\ntabulate flag\nsummarize\ndescribe",
    "keep if flag\ntabulate sex", "tabulate flag, missing nolabels", "tabulate decade flag sex",
    "define-labels yes 0 'no' 1 'yes'\nassign-labels flag yes\ntabulate flag",
    "kaplan-meier flag wage", "kaplan-meier flag wage, by(sex)", "weibull flag wage, by(sex)",
    "cox flag wage i.sex", "generate gone = born > 197001\ncox gone exact i.flag i.sex",
    "generate gone = born > 197001\nkaplan-meier gone exact, by(flag)",
    "generate gone = born > 197001\nweibull gone exact, by(flag)", "coefplot regress wage i.flag",
]  # fmt: skip
SINGLE = [
    "generate y = wage if C", "generate y = born if C", "generate y = 1 if C",
    "generate y = decade\nreplace y = . if !(C)", "generate y = sex if C",
    "generate y = exact > 500\nreplace y = 900000000 if C", "generate y = 1 / (C)",
    "generate y = wage\nreplace y = 0 if !(C)", "generate y = sex if !(C)",
    "generate y = decade\nreplace y = 9999 if C", "generate y = ln(C) + decade",
    "generate y = decade ^ (400 * (C))", "generate y = sqrt(0.5 - (C))",
    "generate y = sex\nreplace y = 'elsewhere' if C",
    "generate y = decade\nrecode y (min/1 = 1 'a') if C",
    "generate y = 5 + (C)\nrecode y (6 = 7 'six' missing)",
    "generate y = sex\nfor i in 1 : 45\nreplace y = rowconcat(y, y) if C\nend",
    "generate y = text if C\ndestring y", "generate y = text if C\ndestring y, force",
    "clone-dataset people others\nuse others\nkeep if !(C)\ngenerate y = 2\n"
    "merge y into people\nuse people",
    "clone-dataset people others\nuse others\ncollapse (max) born -> y, by(family)\n"
    "merge y into people on family\nuse people\nreplace y = . if !(C)",
]  # fmt: skip
LOOKS = [
    "tabulate y", "tabulate decade y", "tabulate y, missing", "tabulate sex y, top(1) rowpct",
    "summarize y, gini iqr", "summarize", "regress y born", "regress wage y", "regress wage i.y",
    "tabulate sex, summarize(y) mean std sum p50 iqr gini freq", "regress wage i.y#i.sex",
    "collapse (mean) y (count) y -> n (median) y -> m, by(sex)\nsummarize",
    "collapse (sum) y (sd) y -> s, by(family)\nsummarize",
    "collapse (count) wage, by(y)\ndescribe\nsummarize", "destring y, force\nsummarize y",
    "destring y", "generate z = y + 1\nsummarize z", "keep if y == 1\nsummarize",
    "drop if sysmiss(y)\ndatasets", "keep if sysmiss(y)\nsummarize wage\ntabulate sex",
]  # fmt: skip


@pytest.fixture(scope="module", params=["default", "danish-5"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Session:
    root = canary_bank.canary_bank(tmp_path_factory.mktemp("one"))
    return session_of(root, str(request.param), random_scripts.HEAD + COARSE)


def replied(session: Session, script: str, condition: str) -> Reply:
    """Give the reply to a script about a condition; the session is afterwards as it was before."""
    scope, datasets = session.scope.copy(), dict(session.datasets)
    try:
        return asked(session, script.replace("C", "(" + condition + ")"))
    finally:
        session.scope.restore(scope)
        session.datasets = datasets


def compared(session: Session, script: str, pair: str = "one") -> None:
    some, nobody = (replied(session, script, condition) for condition in PAIRS[pair])
    assert form(some) == form(nobody), script
    assert "internal" not in some.codes + nobody.codes


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("script", SHOWN)
def test_a_table_or_model_of_few_people_looks_like_that_of_nobody(
    session: Session, script: str, pair: str
) -> None:
    compared(session, script, pair)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("script", UNITS)
def test_taking_out_few_people_looks_like_taking_out_nobody(
    session: Session, script: str, pair: str
) -> None:
    compared(session, script, pair)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("script", FLAGS)
def test_a_flag_of_few_people_looks_like_a_flag_of_nobody(
    session: Session, script: str, pair: str
) -> None:
    compared(session, f"generate flag = C\n{script}", pair)


@pytest.mark.parametrize("first", SINGLE)
def test_a_value_of_one_person_looks_like_no_value(session: Session, first: str) -> None:
    for script in LOOKS:
        compared(session, f"{first}\n{script}")


def test_a_code_flagged_as_missing_is_another_question(session: Session) -> None:
    """Were it the same, an unchanged total would prove that nobody has the code."""
    same = []
    for code in range(12):
        totals = []
        for flag in ("", " missing"):
            first = f"generate y = decade\nrecode y ({code} = {code + 100} 'code'{flag})"
            table = replied(session, f"{first}\ntabulate y sex\nregress wage i.y", "1").tables[0]
            totals.append(table.cells[-1])
        same.append(totals[0] == totals[1])
    # Nobody has any of the codes, so all that differs is the wording; three prints, each alike
    # with a probability of about one in five.
    assert sum(same) <= 3


def test_the_conditions_are_met_as_they_should() -> None:
    texts = [canary_bank.text_of(place) for place in range(canary_bank.PERSONS)]
    assert texts.count("KANARI-000050") == 1
    assert texts.count("KANARI-000051") == 0
    assert canary_bank.OUTSIDE[1] in THREE
