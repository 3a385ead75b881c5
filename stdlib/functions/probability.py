"""Probability distributions: densities, lower and upper tails, and their inverses."""

from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any

from kohort.function import Decimal, Number, function


@dataclass(frozen=True)
class _Row:
    """One function: its name, its arguments in their order, how it is calculated, its help.

    `takes` is the order of the arguments in the language; those in brackets may be left out. `how`
    names a function of `kohort.distributions` and its arguments, `more` one that is used where all
    arguments are given.
    """

    name: str
    takes: str
    how: str
    help: str
    more: str = ""


_CENTRAL, _NONCENTRAL = "kohort.distributions.", "kohort.noncentral."

# The one place that says in which order arguments are written. Stata has the value of continuous
# distributions last; the help of microdata.no describes it first, as here.
_ROWS = (
    _Row("normalden", "x [mu] [sigma]", "normal_density x mu sigma",
         "The density of the normal distribution with mean mu and deviation sigma (0 and 1)."),
    _Row("binomial", "n k p", "binomial_lower k n p",
         "The probability of at most k successes in n trials that succeed with probability p."),
    _Row("binomialp", "n k p", "binomial_probability k n p",
         "The probability of exactly k successes in n trials that succeed with probability p."),
    _Row("binomialtail", "n k p", "binomial_upper k n p",
         "The probability of at least k successes in n trials that succeed with probability p."),
    _Row("chi2", "x v", "chi2_lower x v",
         "The lower tail of chi-squared with v degrees of freedom."),
    _Row("chi2den", "x v", "chi2_density x v",
         "The density of chi-squared with v degrees of freedom."),
    _Row("chi2tail", "x v", "chi2_upper x v",
         "The upper tail of chi-squared with v degrees of freedom."),
    _Row("invchi2", "p v", "chi2_lower_inverse p v",
         "The value whose lower tail of chi-squared is p: the inverse of chi2."),
    _Row("invchi2tail", "p v", "chi2_upper_inverse p v",
         "The value whose upper tail of chi-squared is p: the inverse of chi2tail."),
    _Row("nchi2", "x v l", "chi2_lower x v l",
         "The lower tail of noncentral chi-squared with noncentrality l."),
    _Row("nchi2den", "x v l", "chi2_density x v l",
         "The density of noncentral chi-squared with noncentrality l."),
    _Row("nchi2tail", "x v l", "chi2_upper x v l",
         "The upper tail of noncentral chi-squared with noncentrality l."),
    _Row("t", "x v", "t_lower x v",
         "The lower tail of Student's t with v degrees of freedom."),
    _Row("tden", "x v", "t_density x v",
         "The density of Student's t with v degrees of freedom."),
    _Row("ttail", "x v", "t_upper x v",
         "The upper tail of Student's t with v degrees of freedom."),
    _Row("invt", "p v", "t_lower_inverse p v",
         "The value whose lower tail of Student's t is p: the inverse of t."),
    _Row("invttail", "p v", "t_upper_inverse p v",
         "The value whose upper tail of Student's t is p: the inverse of ttail."),
    _Row("nt", "x v l", "t_lower x v l",
         "The lower tail of noncentral t with noncentrality l."),
    _Row("ntden", "x v [l]", "t_density x v",
         "The density of noncentral t with noncentrality l (0 where it is left out).",
         more="t_density x v l"),
    _Row("nttail", "x v l", "t_upper x v l",
         "The upper tail of noncentral t with noncentrality l."),
    _Row("invnttail", "p v l", "t_upper_inverse p v l",
         "The value whose upper tail of noncentral t is p: the inverse of nttail."),
    _Row("F", "x v1 v2 [l]", "f_lower x v1 v2",
         "The lower tail of F with v1 and v2 degrees of freedom (noncentral where l is given).",
         more="f_lower x v1 v2 l"),
    _Row("Fden", "x v1 v2", "f_density x v1 v2",
         "The density of F with v1 and v2 degrees of freedom."),
    _Row("Ftail", "x v1 v2 [l]", "f_upper x v1 v2",
         "The upper tail of F with v1 and v2 degrees of freedom (noncentral where l is given).",
         more="f_upper x v1 v2 l"),
    _Row("invF", "p v1 v2", "f_lower_inverse p v1 v2",
         "The value whose lower tail of F is p: the inverse of F."),
    _Row("invFtail", "p v1 v2", "f_upper_inverse p v1 v2",
         "The value whose upper tail of F is p: the inverse of Ftail."),
    _Row("nF", "x v1 v2 l", "f_lower x v1 v2 l",
         "The lower tail of noncentral F with noncentrality l."),
    _Row("nFden", "x v1 v2 l", "f_density x v1 v2 l",
         "The density of noncentral F with noncentrality l."),
    _Row("nFtail", "x v1 v2 l", "f_upper x v1 v2 l",
         "The upper tail of noncentral F with noncentrality l."),
    _Row("invnFtail", "p v1 v2 l", "f_upper_inverse p v1 v2 l",
         "The value whose upper tail of noncentral F is p: the inverse of nFtail."),
    _Row("betaden", "x a b", "beta_density x a b",
         "The density of the beta distribution with shapes a and b."),
    _Row("ibeta", "x a b", "beta_lower x a b",
         "The lower tail of the beta distribution with shapes a and b."),
    _Row("ibetatail", "x a b", "beta_upper x a b",
         "The upper tail of the beta distribution with shapes a and b."),
    _Row("invibeta", "p a b", "beta_lower_inverse p a b",
         "The value whose lower tail of the beta distribution is p: the inverse of ibeta."),
    _Row("invibetatail", "p a b", "beta_upper_inverse p a b",
         "The value whose upper tail of the beta distribution is p: the inverse of ibetatail."),
)  # fmt: skip


@function
def normal(x: Number) -> Decimal:
    """The lower tail of the standard normal distribution."""
    return x.elementwise("scipy.special.ndtr")


def _define(row: _Row) -> None:
    """Register the function of a row, which gets its signature from it."""
    order = [word.strip("[]") for word in row.takes.split()]

    def body(*given: Any) -> Any:
        arguments = dict(zip(order, given, strict=False))
        how = row.more if row.more and len(given) == len(order) else row.how
        name, value, *others = how.split()
        # Noncentral distributions are those that take a noncentrality.
        path = (_NONCENTRAL if others[-1] == "l" else _CENTRAL) + name
        present = [arguments[word] for word in others if word in arguments]
        return arguments[value].elementwise(path, *present)

    parameters = [
        Parameter(
            name,
            Parameter.POSITIONAL_OR_KEYWORD,
            annotation=Number,
            default=None if "[" in word else Parameter.empty,
        )
        for name, word in zip(order, row.takes.split(), strict=True)
    ]
    vars(body)["__signature__"] = Signature(parameters, return_annotation=Decimal)
    body.__doc__ = row.help
    function(name=row.name)(body)


for _row in _ROWS:
    _define(_row)
