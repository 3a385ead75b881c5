"""Scripts made at random over the canary bank: valid ones, and ones with pieces gone or swapped."""

from __future__ import annotations

import random

import canary_bank
from hypothesis import strategies as st

NUMERIC = ("born", "wage", "exact", "rare")
TEXTS = ("sex", "text", "home", "ill")
CONNECT = f"require {canary_bank.NAME}:1 as db\ncreate-dataset people\n"
HEAD = CONNECT + "".join(
    f"import db/{name}{date} as {name.removeprefix('K_').lower()}\n"
    for name, date in canary_bank.SOURCES.items()
)
HEAD += "generate made = wage - born\ngenerate other = exact > 500\n"

_VOLUMES = ("mean", "std", "sum", "p25", "p50", "p75", "gini", "iqr", "freq")
_STATISTICS = (
    "mean", "min", "max", "sum", "median", "count", "sd", "semean", "sebinomial", "percent", "iqr",
    "gini",
)  # fmt: skip
_NUMBERS = ("0", "1", "2000000", "918273645", "500.5", "-1", "1e300", "1e-300", "197001", "0.5")
_CODES = ("'1'", "'2'", "'0101'", "'0130'", "'98Q8'", "'A'", "'nobody'", "''")
_FUNCTIONS = ("abs", "int", "round", "floor", "ceil", "sqrt", "exp", "ln", "log10", "sin", "atan")


def pick(*choices: str) -> st.SearchStrategy[str]:
    """Give one of the words."""
    return st.sampled_from(choices)


@st.composite
def numbers(draw: st.DrawFn, depth: int = 2) -> str:
    """Give a numeric expression."""
    kind = draw(st.integers(0, 7 if depth else 1))
    if kind == 0:
        return draw(pick(*NUMERIC, *NUMERIC, "made", "other"))
    if kind == 1:
        return draw(pick(*_NUMBERS))
    inner = numbers(depth - 1)
    if kind <= 4:
        return f"({draw(inner)} {draw(pick('+', '-', '*', '/', '^'))} {draw(inner)})"
    if kind == 5:
        return f"{draw(pick(*_FUNCTIONS))}({draw(inner)})"
    if kind == 6:
        return draw(pick("length(text)", "sysmiss(home)", "length(string(wage))", "year(born)"))
    return f"{draw(pick('rowmax', 'rowmean', 'rowtotal'))}({draw(inner)}, {draw(inner)})"


@st.composite
def conditions(draw: st.DrawFn, depth: int = 1) -> str:
    """Give a condition that anything from nobody to everybody fulfils."""
    kind = draw(st.integers(0, 6 if depth else 3))
    if kind == 0:
        return (
            f"{draw(numbers(1))} {draw(pick('<', '>', '<=', '>=', '==', '!='))} {draw(numbers(1))}"
        )
    if kind == 1:
        return f"{draw(pick(*TEXTS))} {draw(pick('==', '!='))} {draw(pick(*_CODES))}"
    if kind == 2:
        return f"sysmiss({draw(pick(*TEXTS, *NUMERIC))})"
    if kind == 3:
        return draw(pick(
            "wage == 918273645", "home == '98Q6'", "home == '98Q8'", "startswith(text, 'KANARI')",
            "inlist(home, '0128', '98Q7')", "inrange(wage, 1000000, 1500000)", "rare > 0",
        ))  # fmt: skip
    if kind == 4:
        return f"!({draw(conditions(depth - 1))})"
    return f"({draw(conditions(depth - 1))} {draw(pick('&', '|'))} {draw(conditions(depth - 1))})"


@st.composite
def limited(draw: st.DrawFn) -> str:
    """Give an `if` clause or nothing."""
    return f" if {draw(conditions())}" if draw(st.booleans()) else ""


@st.composite
def statements(draw: st.DrawFn) -> str:
    """Give one statement (or a few that belong together)."""
    made = draw(st.sampled_from(_MAKERS))
    return draw(made())


@st.composite
def _value(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 5))
    name = draw(pick("made", "third", "third", "fourth"))
    if kind == 0:
        return f"generate {name} = {draw(numbers())}{draw(limited())}"
    if kind == 1:
        return f"replace {draw(pick(*NUMERIC, 'made'))} = {draw(numbers())}{draw(limited())}"
    if kind == 2:
        expression = draw(pick(
            "text + home", "substr(text, 1, 8)", "string(wage)", "upper(text)",
            "rowconcat(text, string(exact))", "string(born)", "isoformatdate(wage)",
        ))  # fmt: skip
        return f"generate {name} = {expression}{draw(limited())}"
    if kind == 3:
        flag = draw(pick("", "'many'", "'gone' missing"))
        return f"recode {draw(pick(*NUMERIC))} (min/1500000 = 1 'low') (nonmissing = 2 {flag})"
    if kind == 4:
        return f"generate {name} = {draw(conditions())}"
    return draw(pick(
        "destring text, force", "destring text", "destring home, prefix(n_)",
        "destring text, ignore('KANARI-') prefix(id_)", "destring sex ill, prefix(n_)",
        "clone-variables wage -> copy", "rename wage salary", "drop exact", "keep wage sex",
    ))  # fmt: skip


@st.composite
def _units(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 5))
    if kind <= 1:
        return f"{draw(pick('keep', 'drop'))} if {draw(conditions())}"
    if kind == 2:
        return draw(pick("sample 0.5 1", "sample 1500 17", "sample 0.9999 3"))
    if kind == 3:
        return draw(pick(
            "import db/K_MOTHER as again, outer_join", "clone-dataset people others\nuse others",
        ))  # fmt: skip
    by = draw(pick("home", "sex", "text", "family", "mother", "born", "wage", "ill"))
    results = " ".join(
        f"({draw(pick(*_STATISTICS))}) {draw(pick(*NUMERIC, 'text', 'made'))} -> r{place}"
        for place in range(draw(st.integers(1, 3)))
    )
    after = draw(
        pick(
            "",
            "tabulate r0",
            "summarize",
            f"merge r0 into people on {by}\nuse people\nsummarize r0",
        )
    )
    return f"clone-dataset people others\nuse others\ncollapse {results}, by({by})\n{after}"


@st.composite
def _groups(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 5))
    statistic, name = draw(pick(*_STATISTICS)), draw(pick(*NUMERIC, "made", "text"))
    by = draw(pick("home", "sex", "text", "family", "mother", "doctor", "born", "wage", "other"))
    look = draw(pick(
        "tabulate of", "summarize of", "tabulate home of", "regress wage i.of", "regress of exact",
        "tabulate sex, summarize(of) mean p50", "keep if of == 918273645",
    ))  # fmt: skip
    if kind <= 2:
        return f"aggregate ({statistic}) {name} -> of, by({by})\n{look}\ndrop of"
    if kind == 3:
        key = draw(pick("doctor", "mother"))
        return (
            f"clone-dataset people source\nuse source\nclone-variables {draw(pick(*NUMERIC))} -> of"
            f"\nmerge of into people on {key}\nuse people\n{look}\ndrop of\ndelete-dataset source"
        )
    if kind == 4:
        look = draw(pick(
            "tabulate spell", "tabulate spell_start", "describe",
            "keep if spell == 'KANARI-000050'",
            "generate days = spell_stop - spell_start\nsummarize days spell_start",
            "collapse (count) spell_start -> n (max) spell_stop -> last, by(PERSONID_1)\n"
            "tabulate n last\nsummarize",
            "regress spell_stop spell_start", "tabulate spell, summarize(spell_start) mean p50 sum",
        ))  # fmt: skip
        return (
            "create-dataset spells\nimport-event db/K_SPELL 2020-01-01 to 2021-12-31 as spell\n"
            f"{look}\nuse people\ndelete-dataset spells"
        )
    return (
        "clone-dataset people long\nuse long\nkeep wage exact sex home\nclone-variables wage -> v1"
        f"\nclone-variables exact -> v2\nreshape-to-panel v\n"
        f"{draw(pick('tabulate v', 'summarize v', 'tabulate sex, summarize(v)', 'describe'))}\n"
        f"{draw(_panel_model())}"
        "reshape-from-panel\nsummarize\nuse people\ndelete-dataset long"
    )


@st.composite
def _table(draw: st.DrawFn) -> str:
    names = draw(
        st.lists(pick(*TEXTS, "born", "wage", "exact", "made", "other"), min_size=1, max_size=3)
    )
    if draw(st.booleans()):
        what = " ".join(draw(st.sets(pick(*_VOLUMES), max_size=4)))
        options = (
            f"summarize({' '.join(draw(st.sets(pick(*NUMERIC), min_size=1, max_size=2)))}) {what}"
        )
    else:
        kinds = ("freq", "rowpct", "colpct", "cellpct", "chi2", "missing", "nolabels", "flatten")
        options = " ".join(draw(st.sets(pick(*kinds), max_size=4)))
    order = draw(pick("", "", "rowsort", "rowsort('1')", "colsort", "top(3)", "bottom(5)"))
    options = f", {options} {order}" if options or order else ""
    return f"tabulate {' '.join(names)}{draw(limited())}{options}"


@st.composite
def _chart(draw: st.DrawFn) -> str:
    number, other = draw(pick(*NUMERIC, "made")), draw(pick(*NUMERIC, "made"))
    text = draw(pick(*TEXTS, "other"))
    clause = draw(limited())
    groups = draw(pick("", f"over({text})", f"by({text})", "over(sex) by(ill)"))
    statistic = draw(pick("mean", "min", "max", "median", "sum", "sd"))
    measure = draw(pick("freq", "percent", "density"))
    option = draw(pick("bin(7)", "width(250000)", "discrete", "normal", "by(sex)"))
    return draw(pick(
        f"barchart ({draw(pick('count', 'percent'))}) {text}{clause}, over(home) by(sex)",
        f"barchart (count) {text} {draw(pick('born', 'wage'))}{clause}",
        f"barchart ({statistic}) {number}{clause}, {groups or 'horizontal'}",
        f"histogram {number}{clause}, {measure} {option}",
        f"boxplot {number}{clause}, {groups or 'horizontal'}",
        f"hexbin {number} {draw(pick(other, text))}{clause}, gridsize(6)",
        f"piechart {text}{clause}", f"sankey {text} {draw(pick('born', 'sex', 'ill'))}{clause}",
    ))  # fmt: skip


@st.composite
def _model(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        names = " ".join(draw(st.sets(pick(*NUMERIC, "made"), max_size=3)))
        return f"summarize {names}{draw(limited())}{draw(pick('', ', gini iqr'))}"
    terms = " ".join(draw(st.sets(
        pick("i.sex", "i.home", "i.text", "i.ill", "born", "exact", "i.sex#i.ill", "i.sex##c.born",
             "c.exact#c.exact", "made", "rare", "i.born", "i.wage"),
        min_size=1, max_size=3,
    )))  # fmt: skip
    options = draw(pick("", ", robust", ", noconstant", ", level(90)"))
    return (
        f"regress {draw(pick('wage', 'exact', 'rare', 'made'))} {terms}{draw(limited())}{options}"
    )


@st.composite
def _panel_model(draw: st.DrawFn) -> str:
    """Give nothing, or a model of the panel `long`."""
    x = draw(pick("i.sex", "i.date@panel", "date@panel", "late", "late#c.v", "some"))
    model = draw(pick("fe", "re", "be", "pooled"))
    made = "generate late = date@panel > 1\ngenerate some = v * late\ngenerate man = sex == '1'\n"
    look = "summarize left\ntabulate sex, summarize(left) mean\n"
    return draw(pick(
        "", "",
        f"{made}regress-panel v {x}, {model}{draw(pick('', ' robust', ' noconstant'))}\n",
        f"{made}hausman v late {draw(pick('i.sex', 'some', 'exact'))}\n",
        f"{made}regress-panel-diff v {draw(pick('man', 'late'))} {draw(pick('late', 'some'))}\n",
        f"regress-panel-predict v date@panel, {model} residuals(left)\n{look}drop left\n",
    ))  # fmt: skip


@st.composite
def _grouped_model(draw: st.DrawFn) -> str:
    y, x = draw(pick("wage", "exact", "made")), draw(pick("born", "rare", "exact", "i.sex"))
    group, clause = draw(pick("home", "sex", "ill", "text", "born")), draw(limited())
    cutoff = draw(pick("197001", "198006", "190001"))
    return draw(pick(
        f"ivregress {y} i.sex ({x} = {draw(pick('rare', 'i.home', 'i.text'))}){clause}, robust",
        f"ivregress {y} (born = i.sex rare){clause}, {draw(pick('firststage overid', 'gmm'))}",
        f"regress-mml {y} {x} by {group}{draw(pick('', ' doctor', ' ill'))}{clause}",
        f"oaxaca {y} {x} by {group}{clause}{draw(pick('', ', pool', ', robust'))}",
        f"rdd {y} born{draw(pick('', ' rare', ' i.sex'))}{clause}, cutoff({cutoff})",
        f"rdd {y} born{clause}, cutoff({cutoff}) {draw(pick('fuzzy(other)', 'polynomial(2)'))}",
        f"regress-mml-predict {y} {x} by {group}{clause}, residuals(of)\nsummarize of\ndrop of",
    ))  # fmt: skip


@st.composite
def _described(draw: st.DrawFn) -> str:
    names = " ".join(draw(st.sets(pick(*NUMERIC, "made"), max_size=3)))
    clause, number = draw(limited()), draw(pick(*NUMERIC, "made"))
    factors = draw(pick("sex", "sex ill", "sex##ill", "sex#home", "text c.born", "c.exact", "made"))
    options = draw(pick("", ", obs", ", sig pairwise", ", covariance"))
    return draw(pick(
        f"correlate {names}{clause}{options}", f"ci {names}{clause}, level(90)",
        f"normaltest {names}{clause}",
        f"anova {number} {factors}{clause}{draw(pick('', ', posthoc', ', noconstant'))}",
    ))  # fmt: skip


@st.composite
def _words(draw: st.DrawFn) -> str:
    return draw(pick(
        "describe", "datasets", "history", "variables db", "variables db/K_TEXT", "search lønn",
        "help tabulate", "describe others", "let x = 1", "for i in 1 : 3\ndescribe\nend",
        "define-labels words 1 'one' 2 'two'\nassign-labels made words",
        "define-labels homes '98Q6' 'here' '0101' 'there'\nassign-labels home homes\ntabulate home",
        "textblock\nnothing\nendblock",
    ))  # fmt: skip


_MAKERS = (
    _value, _value, _units, _groups, _groups, _table, _table, _chart, _described, _model, _model,
    _grouped_model, _words,
)  # fmt: skip


@st.composite
def scripts(draw: st.DrawFn, most: int = 8) -> list[str]:
    """Give pieces of a script, without its head; in one of four scripts one piece is broken."""
    pieces = draw(st.lists(statements(), min_size=1, max_size=most))
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(pieces) - 1))
        pieces[place] = broken(pieces[place], draw(st.integers(0, 2**32)))
    return pieces


def broken(text: str, seed: int) -> str:
    """Give a script with a piece of it cut out, doubled, or replaced by nonsense."""
    chance = random.Random(seed)
    low = chance.randrange(len(text))
    high = min(len(text), low + chance.randrange(1, 12))
    piece = chance.choice(["", text[low:high] * 2, "KEEP", "((", "'", "§", ", ,", "\x00", "if if"])
    return text[:low] + piece + text[high:]
