"""Every function on missing, zero, negative, empty and wrong arguments, against hand-worked values.

Probabilities are compared with `scipy.stats`, dates with Python's, inverses with what they invert.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from written import expression

from kohort import expression as tree
from kohort.diagnostic import NOWHERE, ScriptError
from kohort.engine.evaluation import calculated, expression_of
from kohort.engine.vector import Vector
from kohort.expression_types import typed
from kohort.function import functions
from kohort.scalar import Value, evaluate
from kohort.scope import Type

E, PI = math.e, math.pi
NOTHING = {"none": None, "nothing": None}

# Each function called with sound arguments: (call, value). Then, by position, what a missing
# argument gives where it does not give missing.
SOUND: dict[str, tuple[str, Value, tuple[Value, ...]]] = {
    "abs": ("abs(-3)", 3, ()),
    "int": ("int(-2.7)", -2, ()),
    "round": ("round(7.35, 0.1)", 7.4, ()),
    "floor": ("floor(-2.5)", -3, ()),
    "ceil": ("ceil(-2.5)", -2, ()),
    "sqrt": ("sqrt(9)", 3.0, ()),
    "exp": ("exp(1)", E, ()),
    "ln": ("ln(exp(2))", 2.0, ()),
    "log10": ("log10(1000)", 3.0, ()),
    "logit": ("logit(0.75)", math.log(3), ()),
    "sin": ("sin(pi() / 6)", 0.5, ()),
    "cos": ("cos(pi() / 3)", 0.5, ()),
    "tan": ("tan(pi() / 4)", 1.0, ()),
    "asin": ("asin(1)", PI / 2, ()),
    "acos": ("acos(-1)", PI, ()),
    "atan": ("atan(1)", PI / 4, ()),
    "pi": ("pi()", PI, ()),
    "lnfactorial": ("lnfactorial(5)", math.log(120), ()),
    "comb": ("comb(6, 2)", 15.0, ()),
    "date": ("date(2000, 3, 1)", 11017, ()),
    "isoformatdate": ("isoformatdate(11017)", "2000-03-01", ()),
    "year": ("year(11016)", 2000, ()),
    "month": ("month(11016)", 2, ()),
    "day": ("day(11016)", 29, ()),
    "quarter": ("quarter(11016)", 1, ()),
    "halfyear": ("halfyear(11200)", 2, ()),
    "week": ("week(11016)", 9, ()),
    "dow": ("dow(11016)", 2, ()),
    "doy": ("doy(11016)", 60, ()),
    "date_fmt": ("date_fmt(2000, 2, 29)", "2000-02-29", ()),
    "to_int": ("to_int('12')", 12, ()),
    "to_str": ("to_str(12)", "12", ()),
    "string": ("string(-0.25)", "-0.25", ()),
    "length": ("length('æøå')", 3, ()),
    "substr": ("substr('abcdef', 2, 3)", "bcd", ()),
    "lower": ("lower('ABÆ')", "abÆ", ()),
    "upper": ("upper('abæ')", "ABæ", ()),
    "trim": ("trim(' a ')", "a", ()),
    "ltrim": ("ltrim(' a ')", "a ", ()),
    "rtrim": ("rtrim(' a ')", " a", ()),
    "startswith": ("startswith('abc', 'ab')", 1, (0, 0)),
    "endswith": ("endswith('abc', 'bc')", 1, (0, 0)),
    "inlist": ("inlist(2, 1, 2)", 1, (0, 1, 0)),
    "inrange": ("inrange(2, 1, 3)", 1, (0, 0, 0)),
    "sysmiss": ("sysmiss(0)", 0, (1,)),
    "rowmin": ("rowmin(3, 1, 2)", 1, (1, 2, 1)),
    "rowmax": ("rowmax(3, 1, 2)", 3, (2, 3, 3)),
    "rowmean": ("rowmean(3, 1, 5)", 3.0, (3.0, 4.0, 2.0)),
    "rowmedian": ("rowmedian(3, 1, 8)", 3.0, (4.5, 5.5, 2.0)),
    "rowtotal": ("rowtotal(3, 1, 5)", 9, (6, 8, 4)),
    "rowstd": ("rowstd(2, 4, 6)", 2.0, (math.sqrt(2), math.sqrt(8), math.sqrt(2))),
    "rowmissing": ("rowmissing(3, 1)", 0, (1, 1)),
    "rowvalid": ("rowvalid(3, 1)", 2, (1, 1)),
    "rowconcat": ("rowconcat('a', 'b')", "ab", ("b", "a")),
}

# Zero, negative and empty arguments, and the edges of what a function can answer.
EDGES: list[tuple[str, Value]] = [
    ("abs(0)", 0), ("abs(-0.5)", 0.5), ("int(0)", 0), ("int(-0.9)", 0), ("floor(0)", 0),
    ("floor(-0.1)", -1), ("ceil(0.1)", 1), ("ceil(-0.1)", 0), ("round(0)", 0),
    ("round(-0.5)", -1.0),
    ("round(-7, 5)", -5), ("round(8, 0)", None), ("round(8, -1)", None),
    ("round(2.675, 0.01)", 2.68),
    ("sqrt(0)", 0.0), ("sqrt(-0.1)", None), ("exp(0)", 1.0), ("exp(-1)", 1 / E), ("exp(710)", None),
    ("ln(1)", 0.0), ("ln(0)", None), ("ln(-1)", None), ("log10(0)", None), ("log10(-10)", None),
    ("log10(0.01)", -2.0), ("logit(0)", None), ("logit(1)", None), ("logit(-1)", None),
    ("logit(2)", None), ("sin(0)", 0.0), ("sin(-pi() / 2)", -1.0), ("cos(0)", 1.0),
    ("cos(-pi())", -1.0), ("tan(0)", 0.0), ("tan(-pi() / 4)", -1.0), ("asin(0)", 0.0),
    ("asin(-1)", -PI / 2), ("asin(1.5)", None), ("acos(0)", PI / 2), ("acos(-2)", None),
    ("atan(0)", 0.0), ("atan(-1)", -PI / 4), ("lnfactorial(0)", 0.0), ("lnfactorial(-1)", None),
    ("lnfactorial(2.5)", None), ("comb(0, 0)", 1.0), ("comb(5, 0)", 1.0), ("comb(-1, 0)", None),
    ("comb(5, -1)", None), ("comb(5, 2.5)", None),
    ("date(2001, 2, 29)", None), ("date(2001, 0, 1)", None), ("date(2001, 1, 0)", None),
    ("date(2001, -1, 1)", None), ("date(0, 1, 1)", None), ("date(-5, 1, 1)", None),
    ("date(1969, 12, 31)", -1), ("isoformatdate(-1)", "1969-12-31"), ("year(0)", 1970),
    ("year(-1)", 1969), ("month(0)", 1), ("month(-1)", 12), ("day(0)", 1), ("day(-1)", 31),
    ("quarter(0)", 1), ("quarter(-1)", 4), ("halfyear(0)", 1), ("halfyear(-1)", 2),
    ("week(-1)", 1), ("dow(-1)", 3), ("dow(-4)", 7), ("doy(0)", 1), ("doy(-1)", 365),
    ("date_fmt(2000)", "2000-01-01"), ("date_fmt(2000, 5)", "2000-05-01"),
    ("to_str(0)", "0"), ("to_str(-1.5)", "-1.5"),
    ("string(0)", "0"), ("string(-7)", "-7"), ("string('')", ""), ("length('')", 0),
    ("substr('', 1, 2)", ""), ("substr('abc', 1, 0)", ""), ("substr('abc', 0, 1)", None),
    ("substr('abc', 1, -1)", None), ("substr('abc', -1, 5)", "c"), ("substr('abc', -9, 2)", ""),
    ("lower('')", ""), ("upper('')", ""), ("trim('')", ""), ("trim('   ')", ""),
    ("ltrim('')", ""), ("rtrim('')", ""), ("startswith('', '')", 1), ("startswith('a', '')", 1),
    ("startswith('', 'a')", 0), ("startswith('Ab', 'a')", 0), ("endswith('a', '')", 1),
    ("endswith('', 'a')", 0), ("endswith('a.b', '.')", 0), ("startswith('a.b', 'a.')", 1),
    ("inlist('', '')", 1), ("inlist(0, -0.0)", 1), ("inlist(-1, 1)", 0), ("inrange(0, 0, 0)", 1),
    ("inrange(-1, -2, 0)", 1), ("inrange(1, 2, 0)", 0), ("sysmiss('')", 0), ("sysmiss(0)", 0),
    ("rowmin(0, -1)", -1), ("rowmax(0, -1)", 0), ("rowmean(0, -1)", -0.5),
    ("rowmedian(0, -1)", -0.5),
    ("rowtotal(0, -1)", -1), ("rowstd(0, 0)", 0.0), ("rowmissing(0, '')", 0),
    ("rowvalid(0, '')", 2),
    ("rowconcat('', '')", ""), ("rowconcat(nothing, nothing)", ""), ("rowmin(none, none)", None),
    ("rowmean(none, none)", None), ("rowmedian(none, none)", None), ("rowstd(none, 1)", None),
    ("rowmissing(none, nothing)", 2), ("rowvalid(none, nothing)", 0), ("rowtotal(none, none)", 0),
]  # fmt: skip

# scipy.stats' name for what each function says, with the arguments in the language's order.
PROBABILITIES: dict[str, Any] = {
    "normal": stats.norm.cdf,
    "normalden": stats.norm.pdf,
    "binomial": lambda n, k, p: stats.binom.cdf(k, n, p),
    "binomialp": lambda n, k, p: stats.binom.pmf(k, n, p),
    "binomialtail": lambda n, k, p: stats.binom.sf(k - 1, n, p),
    "chi2": stats.chi2.cdf, "chi2den": stats.chi2.pdf, "chi2tail": stats.chi2.sf,
    "invchi2": stats.chi2.ppf, "invchi2tail": stats.chi2.isf,
    "nchi2": stats.ncx2.cdf, "nchi2den": stats.ncx2.pdf, "nchi2tail": stats.ncx2.sf,
    "t": stats.t.cdf, "tden": stats.t.pdf, "ttail": stats.t.sf,
    "invt": stats.t.ppf, "invttail": stats.t.isf,
    "nt": stats.nct.cdf, "ntden": stats.nct.pdf, "nttail": stats.nct.sf,
    "invnttail": stats.nct.isf,
    "F": stats.f.cdf, "Fden": stats.f.pdf, "Ftail": stats.f.sf,
    "invF": stats.f.ppf, "invFtail": stats.f.isf,
    "nF": stats.ncf.cdf,
    # At 0 and for no noncentrality scipy's own are wrong: density 0, and a negative upper tail.
    "nFden": lambda x, v1, v2, c: stats.ncf.pdf(x, v1, v2, c)
    if x else stats.f.pdf(x, v1, v2) * math.exp(-c / 2),
    "nFtail": lambda x, v1, v2, c: (stats.ncf if c else stats.f).sf(x, v1, v2, *[c] * bool(c)),
    "betaden": stats.beta.pdf, "ibeta": stats.beta.cdf, "ibetatail": stats.beta.sf,
    "invibeta": stats.beta.ppf, "invibetatail": stats.beta.isf,
}  # fmt: skip
PARAMETERS = {
    "x": [-2.5, -1.0, 0.0, 0.25, 1.0, 3.0, 40.0],
    "p": [0.0, 1e-8, 0.2, 0.5, 0.975, 1.0],
    "k": [-1.0, 0.0, 1.0, 7.0, 20.0, 21.0],
    "n": [0.0, 1.0, 20.0],
    "v": [0.5, 1.0, 2.0, 7.5, 30.0],
    "v1": [1.0, 2.0, 5.5], "v2": [1.0, 4.0, 60.0],
    "l": [0.0, 0.5, 3.0],
    "a": [0.5, 1.0, 3.0], "b": [0.5, 2.0],
    "mu": [0.0, -1.0], "sigma": [1.0, 2.5],
}  # fmt: skip
REPLACED = sorted(name for name, made in functions().items() if made.rewritten)


def test_no_function_is_left_out() -> None:
    """The tables speak of all 96 functions."""
    assert len(functions()) == 96
    elsewhere = {"quantile", "invnFtail"}
    assert {*SOUND, *PROBABILITIES, *REPLACED, *elsewhere} == set(functions())
    edged = {text.split("(")[0] for text, _ in EDGES}
    assert set(SOUND) - edged == {"pi", "to_int"}


def both(text: str) -> tuple[Value, Value]:
    """Give the value of an expression of constants on its own and in a column."""
    written = expression(text)
    columns = {
        "none": Vector(pl.Series([None], dtype=pl.Int64)),
        "nothing": Vector(pl.Series([None], dtype=pl.String)),
    }
    answer = calculated(expression_of(written), columns, 1).spread().to_list()[0]
    return evaluate(written, NOTHING), int(answer) if isinstance(answer, bool) else answer


def same(found: Value, wanted: Value) -> bool:
    """Tell whether two values are equal up to rounding, and of one type."""
    if isinstance(found, (int, float)) and isinstance(wanted, (int, float)):
        return math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)
    return type(found) is type(wanted) and found == wanted


@pytest.mark.parametrize("name", sorted(SOUND))
def test_sound_arguments(name: str) -> None:
    text, wanted, _ = SOUND[name]
    assert all(same(found, wanted) for found in both(text)), both(text)


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_missing_argument(name: str) -> None:
    """Missing in, missing out, but for the functions that say otherwise; at every position."""
    text, _, instead = SOUND[name]
    call = expression(text)
    assert isinstance(call, tree.Call)
    for position, argument in enumerate(call.arguments):
        textual = typed(argument, NO_SCOPE).type is Type.TEXT
        empty = tree.Name("nothing" if textual else "none", NOWHERE)
        given_ = (*call.arguments[:position], empty, *call.arguments[position + 1 :])
        changed = tree.Call(name, given_, NOWHERE, NOWHERE)
        wanted = instead[position] if instead else None
        columns = {
            "none": Vector(pl.Series([None], dtype=pl.Int64)),
            "nothing": Vector(pl.Series([None], dtype=pl.String)),
        }
        (found,) = calculated(expression_of(changed), columns, 1).spread().to_list()
        found = int(found) if isinstance(found, bool) else found
        assert same(found, wanted), (position, found)
        assert same(evaluate(changed, NOTHING), wanted), position


@pytest.mark.parametrize(("text", "wanted"), EDGES)
def test_edges(text: str, wanted: Value) -> None:
    assert all(same(found, wanted) for found in both(text)), both(text)


# ---- wrong types, found before any data is read

NO_SCOPE: Any = None
TEXTUAL = {
    "to_int", "length", "substr", "lower", "upper", "trim", "ltrim", "rtrim", "startswith",
    "endswith", "rowconcat",
}  # fmt: skip
ANYTHING = {"sysmiss", "rowmissing", "rowvalid", "string", "to_str"}


@pytest.mark.parametrize("name", sorted({*SOUND, *PROBABILITIES} - ANYTHING - {"pi"}))
def test_a_wrong_type_is_an_error(name: str) -> None:
    count = functions()[name].least
    sound, wrong = ("'a'", "1") if name in TEXTUAL else ("1", "'a'")
    given_ = [wrong, *[sound] * (count - 1)]
    with pytest.raises(ScriptError) as error:
        typed(expression(f"{name}({', '.join(given_)})"), NO_SCOPE)
    wanted = "text-and-number" if name == "inlist" else "argument-type"
    assert error.value.diagnostic.code == wanted


@pytest.mark.parametrize("name", sorted({*SOUND, *PROBABILITIES}))
def test_a_wrong_number_of_arguments_is_an_error(name: str) -> None:
    made = functions()[name]
    counts = [made.least - 1] if made.least else []
    for count in counts if made.most is None else [*counts, made.most + 1]:
        with pytest.raises(ScriptError) as error:
            typed(expression(f"{name}({', '.join(['1'] * count)})"), NO_SCOPE)
        assert error.value.diagnostic.code == "argument-count"


@pytest.mark.parametrize("name", ["year", "month", "day", "week", "dow", "doy", "isoformatdate"])
def test_a_day_number_is_whole(name: str) -> None:
    with pytest.raises(ScriptError) as error:
        typed(expression(f"{name}(1.5)"), NO_SCOPE)
    assert error.value.diagnostic.code == "argument-type"


# ---- probabilities


def arguments(name: str) -> list[Any]:
    """Give arrays of all combinations of arguments of a probability function."""
    made = [PARAMETERS[parameter.name] for parameter in functions()[name].parameters]
    required = made if name == "normalden" else made[: functions()[name].least]
    if name == "ntden":
        required = made
    return [grid.ravel() for grid in np.meshgrid(*required, indexing="ij")]


def reference(name: str, asked: list[float]) -> float:
    """Give what scipy says, NaN where it overflows."""
    try:
        with np.errstate(all="ignore"):
            return float(PROBABILITIES[name](*asked))
    except ArithmeticError:
        return math.nan


@pytest.mark.parametrize("name", sorted(PROBABILITIES))
def test_probabilities_are_those_of_scipy(name: str) -> None:
    given_ = arguments(name)
    words = [f"a{position}" for position in range(len(given_))]
    call = expression(f"{name}({', '.join(words)})")
    columns = {word: Vector(pl.Series(values)) for word, values in zip(words, given_, strict=True)}
    found = calculated(expression_of(call), columns, len(given_[0])).spread().to_list()
    for row, here in enumerate(found):
        asked = [float(values[row]) for values in given_]
        there = reference(name, asked)
        if not math.isfinite(there):
            assert here is None, (asked, here)
        else:
            assert here is not None, asked
            # scipy's own noncentral t keeps eight digits.
            assert math.isclose(here, there, rel_tol=3e-8, abs_tol=1e-15), (asked, here, there)
        alone = evaluate(call, dict(zip(words, asked, strict=True)))
        assert alone is None if here is None else math.isclose(alone, here, rel_tol=1e-9), asked  # type: ignore[arg-type]


@pytest.mark.parametrize("v2", [1.0, 4.0, 60.0])
@pytest.mark.parametrize("noncentrality", [0.0, 0.5, 3.0])
def test_the_inverse_of_noncentral_f(v2: float, noncentrality: float) -> None:
    """Against the tail, since the inverse of `scipy.stats` keeps four digits only."""
    for v1 in (1.0, 2.0, 5.5):
        for p in (0.0001, 0.2, 0.5, 0.975):
            more = f"{v1!r}, {v2!r}, {noncentrality!r}"
            found = evaluate(expression(f"invnFtail({p!r}, {more})"), {})
            assert isinstance(found, float)
            given_ = [found, v1, v2, noncentrality]
            assert math.isclose(reference("nFtail", given_), p, rel_tol=1e-6), given_
    assert both(f"invnFtail(0, 2, {v2!r}, {noncentrality!r})") == (None, None)
    assert both(f"invnFtail(1, 2, {v2!r}, {noncentrality!r})") == (0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("chi2(-1, 3)", 0.0), ("chi2den(-1, 3)", 0.0), ("chi2tail(-1, 3)", 1.0),
        ("nchi2(-1, 3, 1)", 0.0), ("nchi2den(-1, 3, 1)", 0.0), ("nchi2tail(-1, 3, 1)", 1.0),
        ("F(-1, 3, 4)", 0.0), ("Fden(-1, 3, 4)", 0.0), ("Ftail(-1, 3, 4)", 1.0),
        ("F(-1, 3, 4, 1)", 0.0), ("nFden(-1, 3, 4, 1)", 0.0), ("nFtail(-1, 3, 4, 1)", 1.0),
        ("ibeta(-1, 3, 4)", 0.0), ("betaden(-1, 3, 4)", 0.0), ("ibetatail(-1, 3, 4)", 1.0),
        ("ibeta(2, 3, 4)", 1.0), ("betaden(2, 3, 4)", 0.0), ("ibetatail(2, 3, 4)", 0.0),
        ("binomial(5, -1, 0.5)", 0.0), ("binomialp(5, -1, 0.5)", 0.0),
        ("binomialtail(5, -1, 0.5)", 1.0), ("binomial(5, 5, 0.5)", 1.0),
        ("binomialtail(5, 6, 0.5)", 0.0), ("binomial(5.9, 2.9, 0.5)", 0.5),
        ("binomialp(2, 1, 0)", 0.0), ("binomialp(2, 0, 0)", 1.0), ("binomialp(2, 2, 1)", 1.0),
        ("chi2(1, 0)", None), ("chi2(1, -1)", None), ("t(1, 0)", None), ("F(1, 0, 1)", None),
        ("F(1, 1, -1)", None), ("ibeta(0.5, 0, 1)", None), ("normalden(0, 0, 0)", None),
        ("normalden(0, 0, -1)", None), ("binomial(5, 2, 1.5)", None),
        ("binomial(-1, 0, 0.5)", None),
        ("invchi2(-0.1, 1)", None), ("invchi2(1.1, 1)", None), ("invt(0, 3)", None),
        ("invchi2(0, 3)", 0.0), ("invchi2(1, 3)", None), ("nchi2(1, 2, -1)", None),
        ("nF(1, 2, 3, -1)", None), ("invF(0, 2, 3)", 0.0), ("invF(2, 2, 3)", None),
        ("invibeta(0, 2, 3)", 0.0), ("invibeta(1, 2, 3)", 1.0), ("invibeta(2, 2, 3)", None),
    ],
)  # fmt: skip
def test_outside_the_support_and_the_parameters(text: str, wanted: Value) -> None:
    assert all(same(found, wanted) for found in both(text)), both(text)


@pytest.mark.parametrize("name", sorted(PROBABILITIES))
def test_a_missing_argument_of_a_probability(name: str) -> None:
    count = functions()[name].most
    assert count is not None
    for position in range(count):
        given_ = ["0.5"] * count
        given_[position] = "none"
        assert both(f"{name}({', '.join(given_)})") == (None, None)


INVERSES = [
    ("invchi2", "chi2", ("v",)), ("invchi2tail", "chi2tail", ("v",)), ("invt", "t", ("v",)),
    ("invttail", "ttail", ("v",)), ("invnttail", "nttail", ("v", "l")),
    ("invF", "F", ("v1", "v2")), ("invFtail", "Ftail", ("v1", "v2")),
    ("invnFtail", "nFtail", ("v1", "v2", "l")), ("invibeta", "ibeta", ("a", "b")),
    ("invibetatail", "ibetatail", ("a", "b")),
]  # fmt: skip


@given(st.floats(0.001, 0.999), st.lists(st.floats(0.5, 50), min_size=3, max_size=3))
@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize(("inverse", "forward", "takes"), INVERSES)
def test_inverses(
    inverse: str, forward: str, takes: tuple[str, ...], p: float, parameters: list[float]
) -> None:
    """The probability of the value that has a probability is that probability."""
    rest = "".join(f", {value!r}" for value, _ in zip(parameters, takes, strict=False))
    found = evaluate(expression(f"{forward}({inverse}({p!r}{rest}){rest})"), {})
    assert isinstance(found, float)
    assert math.isclose(found, p, rel_tol=1e-6)


@given(st.floats(-8, 8), st.floats(0.5, 200), st.floats(0, 10))
@settings(max_examples=50, deadline=None)
def test_tails_add_up(x: float, v: float, noncentrality: float) -> None:
    """What is not above is below."""
    for lower, upper, more in (
        ("chi2", "chi2tail", f"{v!r}"),
        ("t", "ttail", f"{v!r}"),
        ("F", "Ftail", f"{v!r}, 3"),
        ("ibeta", "ibetatail", f"{v!r}, 3"),
        ("nchi2", "nchi2tail", f"{v!r}, {noncentrality!r}"),
        ("nt", "nttail", f"{v!r}, {noncentrality!r}"),
        ("nF", "nFtail", f"{v!r}, 3, {noncentrality!r}"),
    ):
        found = evaluate(expression(f"{lower}({x!r}, {more}) + {upper}({x!r}, {more})"), {})
        assert isinstance(found, float)
        assert math.isclose(found, 1, abs_tol=1e-9), lower


@pytest.mark.parametrize("v", [45.0, 350.0, 5000.0])
def test_the_density_of_noncentral_t_is_the_slope_of_its_tail(v: float) -> None:
    """Where `scipy.stats` overflows, against differences of the distribution function."""
    for x in (-3.0, -0.5, 0.0, 1.0, 4.0):
        for noncentrality in (-2.0, 0.0, 1.5):
            h = 1e-3
            high, low = stats.nct.cdf([x + h, x - h], v, noncentrality)
            slope = (high - low) / (2 * h)
            found = evaluate(expression(f"ntden({x!r}, {v!r}, {noncentrality!r})"), {})
            assert isinstance(found, float)
            assert math.isclose(found, slope, rel_tol=2e-5, abs_tol=1e-7), (x, noncentrality)


# ---- dates


@given(st.dates())
@settings(max_examples=50, deadline=None)
def test_dates_are_those_of_the_calendar(day: date) -> None:
    number = (day - date(1970, 1, 1)).days
    week = day.isocalendar().week
    wanted = {
        f"date({day.year}, {day.month}, {day.day})": number,
        f"isoformatdate({number})": day.isoformat(),
        f"year({number})": day.year,
        f"month({number})": day.month,
        f"day({number})": day.day,
        f"quarter({number})": math.ceil(day.month / 3),
        f"halfyear({number})": 1 if day.month <= 6 else 2,
        f"week({number})": week,
        f"dow({number})": day.isoweekday(),
        f"doy({number})": day.timetuple().tm_yday,
        f"date(year({number}), month({number}), day({number}))": number,
        f"date_fmt({day.year}, {day.month}, {day.day})": day.isoformat(),
    }
    for text, value in wanted.items():
        assert both(text) == (value, value), text


def test_days_outside_four_digits_have_no_date() -> None:
    for day in (date.min, date.max):
        number = (day - date(1970, 1, 1)).days
        beyond = number - 1 if day == date.min else number + 1
        assert both(f"year({number})") == (day.year, day.year)
        assert both(f"year({beyond})") == (None, None)
