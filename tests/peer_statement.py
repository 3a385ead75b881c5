"""A model statement of a page read in the plainest way, and its rows as pandas has them.

Nothing of kohort's own parser or design is used, so that what is computed from this is a check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy import stats

Frame: TypeAlias = Any
"""A table of pandas, whose stubs take a column for a number as often as not."""

Numbers = dict[tuple[str, ...], Any]
"""What a result shows: (table, block, row, statistic) -> number; a header's rows are ``header``."""

_OPTION = re.compile(r"(\w+)(?:\(([^()]*)\))?")
_INSTRUMENTS = re.compile(r"(.*)\((.*)=(.*)\)(.*)")
_CONS = "_cons"


@dataclass(frozen=True)
class Statement:
    """Words of a statement: names in front, terms by part, `by`, options as texts."""

    command: str
    names: tuple[str, ...]
    terms: str
    by: tuple[str, ...]
    condition: str
    options: dict[str, str]
    endogenous: str = ""
    instruments: str = ""

    @property
    def outcome(self) -> str:
        return self.names[0]

    @property
    def level(self) -> float:
        return float(self.options.get("level", "95"))

    @property
    def constant(self) -> bool:
        return "noconstant" not in self.options

    @property
    def control(self) -> str:
        return self.options.get("control", "").replace(",", " ")

    def columns(self) -> set[str]:
        """Give the variables of the call."""
        words = (*self.names, self.terms, *self.by, self.endogenous, self.instruments, self.control)
        found = set(re.findall(r"(?<![\w.])(?:[ic]\.)?([^\W\d]\w*)", " ".join(words)))
        named = ("cluster", "exposure", "fuzzy", "by")
        return found | {self.options[name] for name in named if self.options.get(name)}


IN_FRONT = {"cox": 2, "kaplan-meier": 2, "weibull": 2, "regress-panel-diff": 3, "rdd": 2}


def read(text: str) -> Statement:
    """Read a statement; `coefplot` before a model is left out."""
    text = text.strip().removeprefix("coefplot ")
    body, _, options = _parted(text)
    body, _, condition = body.partition(" if ")
    command, _, rest = body.strip().partition(" ")
    rest, _, by = rest.partition(" by ")
    endogenous = instruments = ""
    if found := _INSTRUMENTS.fullmatch(rest):
        rest, endogenous, instruments = f"{found[1]} {found[4]}", found[2], found[3]
    words = rest.split()
    front = IN_FRONT.get(command.removesuffix("-predict"), 1)
    given = dict(_OPTION.findall(options))
    return Statement(
        command, tuple(words[:front]), " ".join(words[front:]), tuple(by.split()),
        condition.strip(), given, endogenous, instruments,
    )  # fmt: skip


def _parted(text: str) -> tuple[str, str, str]:
    """Part a statement at the first comma outside parentheses."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            return text[:place], ",", text[place + 1 :]
    return text, "", ""


def complete(statement: Statement, frame: Frame) -> Frame:
    """Give the rows that the condition keeps and that miss nothing of the call."""
    rows = frame.query(statement.condition) if statement.condition else frame
    return rows.dropna(subset=sorted(statement.columns() & set(frame.columns)))


# ---- columns of terms


def design(frame: Frame, terms: str, constant: bool = False) -> Frame:
    """Give the columns of terms, what earlier ones determine left out; the constant comes last."""
    columns: dict[str, Any] = {}
    found = [term for text in terms.split() for term in _spread(text)]
    bare = {name for term in found if "#" in term for name in _categories(term)}
    for term in found:
        single = f"i.{term}" if term in bare else term
        columns |= _columns(frame, single)
    kept: dict[str, Any] = {_CONS: np.ones(len(frame))} if constant else {}
    for name, x in columns.items():
        tried = np.column_stack([*kept.values(), x]).astype(float)
        norms = np.linalg.norm(tried, axis=0)
        if np.all(norms > 0) and np.linalg.matrix_rank(tried / norms) == tried.shape[1]:
            kept[name] = x
    if constant:
        kept[_CONS] = kept.pop(_CONS)
    return pd.DataFrame(kept, index=frame.index).astype(float)


def _spread(term: str) -> list[str]:
    """Write `a##b` as `i.a i.b a#b`."""
    if "##" not in term:
        return [term]
    factors = [f if "." in f else f"i.{f}" for f in term.split("##")]
    some = product([False, True], repeat=len(factors))
    parts = [[f for f, chosen in zip(factors, picked, strict=True) if chosen] for picked in some]
    return ["#".join(part).removeprefix("c.") if len(part) == 1 else "#".join(part)
            for part in sorted((p for p in parts if p), key=len)]  # fmt: skip


def _categories(term: str) -> set[str]:
    return {f.removeprefix("i.") for f in term.split("#") if not f.startswith("c.")}


def _columns(frame: Frame, term: str) -> dict[str, Any]:
    if "#" not in term and not term.startswith("i."):
        name = term.removeprefix("c.")
        return {name: frame[name].astype(float)}
    made: dict[str, Any] = {"": np.ones(len(frame))}
    for factor in term.split("#"):
        kind, _, name = factor.rpartition(".")
        if kind == "c":
            parts = {f"c.{name}": frame[name].astype(float)}
        else:
            codes = sorted(frame[name].unique())[1:]
            parts = {f"i.{name}[{_code(code)}]": frame[name] == code for code in codes}
        made = {
            f"{a}#{b}".removeprefix("#"): x * z for a, x in made.items() for b, z in parts.items()
        }
    return made


def _code(code: Any) -> str:
    return code if isinstance(code, str) else f"{float(code):g}"


# ---- what is worked out from estimates


def estimates(
    names: Any, b: Any, se: Any, *, df: float | None, level: float, table: str = "0",
    block: str = "", word: str = "coef", ratio: bool = False, tests: bool = True,
    errors: bool = True, plain: frozenset[str] = frozenset(),
) -> Numbers:  # fmt: skip
    """Give estimates with errors, tests and limits; with `ratio` as exp(b)."""
    law: Any = stats.norm if df is None else stats.t(df)
    b, se = np.asarray(b, dtype=float), np.asarray(se, dtype=float)
    score = b / se
    width = law.ppf(0.5 + level / 200) * se
    found: Numbers = {}
    for i, name in enumerate(names):
        raised = ratio and name not in plain
        shown = {word: np.exp(b[i]) if raised else b[i]}
        if errors:
            shown["se"] = shown[word] * se[i] if raised else se[i]
        if tests:
            shown |= {"z" if df is None else "t": score[i], "p": 2 * law.sf(abs(score[i]))}
        limits = {"lower": b[i] - width[i], "upper": b[i] + width[i]}
        shown |= {key: np.exp(v) if raised else v for key, v in limits.items()}
        found |= {(table, block, name, key): v for key, v in shown.items()}
    return found


def header(**numbers: Any) -> Numbers:
    """Give lines of the header; `f_df` and `f_p` stand for what follows `f`."""
    return {("header", "", "", name): value for name, value in numbers.items()}


def tested(table: str, name: str, kind: str, value: float, df: int, df2: int | None) -> Numbers:
    """Give one row of a table of tests: `kind` is `f` or `chi2`."""
    p = stats.chi2.sf(value, df) if df2 is None else stats.f.sf(value, df, df2)
    shown = {kind: value, "df": df, "p": p} | ({} if df2 is None else {"df2": df2})
    return {(table, "", name, key): v for key, v in shown.items()}
