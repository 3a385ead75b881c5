"""Expressions for tests, parsed by the real grammar, and what some must give."""

from __future__ import annotations

import math
from functools import cache

from kohort import expression as tree
from kohort.diagnostic import Diagnostic
from kohort.scalar import Value
from kohort.syntax import parse


@cache
def expression(text: str) -> tree.Expression:
    """Give the expression that a text says, as `generate` reads it."""
    (statement,) = parse(f"generate x = {text}")
    assert not isinstance(statement, Diagnostic), statement.message
    found: tree.Expression = statement.phrases[1]
    return found


EXAMPLES: list[tuple[str, Value]] = [
    # Dates and mathematics as section 4 of the language reference gives them.
    ("date(2015, 12, 31)", 16800),
    ("date(2015, 2, 29)", None),
    ("date(2016, 2, 29)", 16860),
    ("date(0, 1, 1)", None),
    ("isoformatdate(0)", "1970-01-01"),
    ("year(16800)", 2015),
    ("month(16800)", 12),
    ("day(16800)", 31),
    ("quarter(-950)", 2),
    ("halfyear(-950)", 1),
    ("week(16800)", 53),
    ("week(0)", 1),
    ("dow(0)", 4),
    ("doy(-950)", 147),
    ("int(-17.6)", -17),
    ("round(7.321, 0.01)", 7.32),
    ("round(2.5)", 3.0),
    ("round(-2.5)", -3.0),
    ("round(17, 5)", 15),
    ("round(3, 2)", 4),
    ("round(1, 0)", None),
    ("floor(-8.6)", -9),
    ("ceil(-17.3)", -17),
    ("comb(5, 2)", 10.0),
    ("comb(2, 5)", None),
    ("lnfactorial(4)", math.log(24)),
    ("logit(0.5)", 0.0),
    ("logit(1)", None),
    ("ln(0)", None),
    ("sqrt(-1)", None),
    ("exp(1000)", None),
    ("pi()", math.pi),
    # Texts.
    ("string(301)", "301"),
    ("string(301.0)", "301"),
    ("string(0.5)", "0.5"),
    ("substr('0301', 1, 2)", "03"),
    ("substr('0301', -2, 2)", "01"),
    ("substr('0301', 3, 9)", "01"),
    ("substr('0301', 9, 2)", ""),
    ("substr('0301', -6, 3)", "0"),
    ("length('blåbær')", 6),
    ("upper('blåbær')", "BLåBæR"),
    ("trim('  a b ')", "a b"),
    ("startswith('0301', '03')", 1),
    ("endswith('0301', '03')", 0),
    ("rowconcat('a', '_', 'b')", "a_b"),
    # Logic, and what missing values do to it.
    ("inlist(2, 1, 2)", 1),
    ("inlist('0', 'a', '0')", 1),
    ("inrange(5, 5, 6)", 1),
    ("1 == 1.0", 1),
    ("none == none", 0),
    ("none != 1", 1),
    ("none < 1", 0),
    ("!none", 1),
    ("none & 1", 0),
    ("none | 1", 1),
    ("sysmiss(none)", 1),
    ("inlist(none, 1)", 0),
    ("!inlist(none, 1)", 1),
    ("inrange(1, none, 2)", 0),
    ("none + 1", None),
    ("1 / 0", None),
    ("2 ^ 3 ^ 2", 512.0),
    ("-2 ^ 2", -4.0),
    ("1 + 2 * 3", 7),
    ("9223372036854775807 + 1", None),
    ("3000000000 * 4000000000", None),
    # Rows.
    ("rowmean(1, none, 4)", 2.5),
    ("rowtotal(none, none)", 0),
    ("rowmax(none, none)", None),
    ("rowmin(3, none, 2)", 2),
    ("rowmedian(4, 1, none, 2)", 2.0),
    ("rowstd(1, 3)", math.sqrt(2)),
    ("rowstd(1, none)", None),
    ("rowmissing(none, 1, none)", 2),
    ("rowvalid(none, 1, none)", 1),
    ("date_fmt(2020)", "2020-01-01"),
    ("date_fmt(2020, 11, 16)", "2020-11-16"),
    ("to_int('100')", 100),
    ("to_int('x')", None),
    ("to_str(20)", "20"),
]
