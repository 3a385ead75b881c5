"""The page about what is built: every command and function of the language, and whether it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kohort.command import commands
from kohort.function import functions
from kohort.parser import language

FOLDER = Path(__file__).parent
PAGE = FOLDER / "language" / "state.md"
# The language's own list of functions, written down apart from what is built.
_NAMES = """
    date isoformatdate year month day quarter halfyear week dow doy
    abs sqrt exp ln log10 sin cos tan asin acos atan pi comb lnfactorial logit int floor ceil round
    quantile length string lower upper substr trim ltrim rtrim startswith endswith
    inlist inrange sysmiss label_to_code inlabels labelcontains
    rowmin rowmax rowmean rowmedian rowtotal rowstd rowmissing rowvalid rowconcat
    normal normalden binomial binomialp binomialtail
    chi2 chi2den chi2tail invchi2 invchi2tail nchi2 nchi2den nchi2tail
    t tden ttail invt invttail nt ntden nttail invnttail
    F Fden Ftail invF invFtail nF nFden nFtail invnFtail
    betaden ibeta ibetatail invibeta invibetatail
    date_fmt to_int to_str to_symbol bind
"""
FUNCTIONS = frozenset(_NAMES.split())

INTRODUCTION = """# What is built

All commands and functions of the language, and the commands that kohort has besides. Each name
leads to its page, where every example is a test; [decisions](decisions.md) tells how kohort reads
the language where it can be read in two ways.

"""


def page() -> str:
    """Give the page as it must be."""
    built = sum(name in commands() for name in language())
    known = sum(name in functions() for name in FUNCTIONS)
    counts = f"Built: {built} of {len(language())} commands, {known} of {len(FUNCTIONS)} functions."
    rows = [f"{INTRODUCTION}{counts}\n\n## Commands\n", "| command | state |", "|---|---|"]
    rows += [_command(name) for name in sorted(language())]
    own = sorted(set(commands()) - language())
    rows += ["\n## Commands of kohort's own\n", "| command | state |", "|---|---|"]
    rows += [_command(name) for name in own]
    rows += ["\n## Functions\n", "| function | state |", "|---|---|"]
    rows += [_function(name) for name in sorted(FUNCTIONS | set(functions()), key=str.casefold)]
    return "\n".join(rows) + "\n"


def _command(name: str) -> str:
    if name not in commands():
        return f"| `{name}` | not built yet |"
    return f"| [`{name}`](../commands/{name.replace('-', '_')}.md) | built |"


def _function(name: str) -> str:
    if name not in functions():
        return f"| `{name}` | not built yet |"
    found = functions()[name]
    return f"| [`{found.signature}`](../functions/{found.subject}.md) | built |"


def test_the_language_has_82_commands_and_96_functions() -> None:
    assert len(language()) == 82
    assert len(FUNCTIONS) == 96
    assert set(functions()) - FUNCTIONS == set()


def test_the_page_says_what_is_built(request: pytest.FixtureRequest) -> None:
    now = page()
    if request.config.getoption("--accept"):
        PAGE.write_text(now, encoding="utf-8")
    assert PAGE.read_text("utf-8") == now


def test_each_link_leads_to_a_page() -> None:
    links = re.findall(r"\]\(\.\./(\S+\.md)\)", page())
    assert len(links) > 100
    assert all((FOLDER / link).is_file() for link in set(links))
