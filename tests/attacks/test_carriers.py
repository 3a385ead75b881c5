"""Labels, names, bindings and code lists as carriers of data; code lists tried out code by code.

Two attacks. Probing: the attacker names 60 values that one person each has, and 60 like them that
nobody has, in every way in which a script can put codes, labels, categories or units before a
table. Measure: how often a row that is there, or a count in it, tells rightly which values exist.
Bound: one half, the chance of a single person to be shown (0.37 %, reference, 8), and three
standard errors: one in 740 innocent measurements exceeds it. Carrying: scripts that try to make
names, types, labels, bindings or numbers of groups out of what one person has; what a session knows
afterwards must be the same in twin worlds. Defence off: `open`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import canary_bank
import pytest
import worlds
from measured import held
from replies import Reply, asked, cells_of, session_of

from kohort.disclosure.released import Text
from kohort.session import Session

THERE = [canary_bank.text_of(place) for place in range(0, canary_bank.PERSONS, 50)]
ELSEWHERE = [f"KANARI-{place + 1:06d}" for place in range(0, canary_bank.PERSONS, 50)]
EITHER = [code for pair in zip(THERE, ELSEWHERE, strict=True) for code in pair]

_CODE = re.compile(r"KANARI-\d{6}")
SINGLE = 0.0037
"""The chance of a count of one to be shown."""

ME = f"wage == {canary_bank.wages()[worlds.TARGET]}"


def quoted(codes: list[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


LABELLED = " ".join(f"'{code}' 'called {code}'" for code in EITHER)
SOME, FEW = quoted(EITHER[:90]), quoted([*EITHER[:12], "A", "B"])
PROBES = {
    "codes": "tabulate text",
    "missing": "tabulate text, missing",
    "labels": f"define-labels l {LABELLED}\nassign-labels text l\ntabulate text",
    "no labels": f"define-labels l {LABELLED}\nassign-labels text l\ntabulate text, nolabels",
    "some codes": f"tabulate text if inlist(text, {SOME})",
    "a copy": f"generate y = text if inlist(text, {SOME})\ntabulate y",
    "another value": "generate y = 'Z'\nreplace y = text if startswith(text, 'K')\ntabulate y",
    "bars": "barchart (count) text",
    "slices": f"piechart text if inlist(text, {FEW})",
    "flows": f"sankey text sex if inlist(text, {FEW})",
    "means": "tabulate text, summarize(exact) mean freq",
    "least": "tabulate text, bottom(40)",
    "a factor": f"generate y = text if inlist(text, {FEW})\nregress exact i.y",
    "groups": "collapse (count) exact -> n, by(text)\ntabulate text, summarize(n) mean freq",
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return session_of(worlds.world(tmp_path_factory.mktemp("carriers")), "default")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Session:
    root = worlds.world(tmp_path_factory.mktemp("bare"), "", "open")
    return session_of(root, "open")


def kept(session: Session, script: str) -> Reply:
    """Give the reply to a script; the session is afterwards as it was before."""
    scope, datasets = session.scope.copy(), dict(session.datasets)
    reply = asked(session, script)
    session.scope.restore(scope)
    session.datasets = datasets
    return reply


def told(reply: Reply) -> tuple[set[str], set[str]]:
    """Give the codes that have a row, and those of which a number is shown."""
    rows, shown = set(), set()
    for table in reply.tables:
        for (row, column), cell in cells_of(table).items():
            codes = set(_CODE.findall(repr((row, column))))
            rows |= codes
            shown |= codes if cell.v else set()
    return rows, shown


def right(found: set[str], script: str) -> float:
    """Give how often it is right that just these exist, of the codes that a script asks about."""
    asked_for = [code for code in EITHER if code in script] or EITHER
    return sum((code in found) == (code in THERE) for code in asked_for) / len(asked_for)


@pytest.mark.parametrize("probe", PROBES)
def test_no_list_of_codes_tells_which_exist(session: Session, probe: str) -> None:
    script = PROBES[probe]
    reply = kept(session, script)
    assert set(reply.codes) <= {"table-too-sparse", "SDC-M1"}, reply.told
    for found in told(reply):
        held(right(found, script), 0.5 + SINGLE / 2, len(EITHER))
        # Sharper than the share of right guesses: nearly nobody is shown at all.
        assert len(found & set(THERE)) <= len(found & set(ELSEWHERE)) + 3


@pytest.mark.parametrize("probe", PROBES)
def test_without_protection_lists_tell_all(bare: Session, probe: str) -> None:
    reply = kept(bare, PROBES[probe])
    best = max(right(found, PROBES[probe]) for found in told(reply))
    assert best > (0.7 if probe == "least" else 0.95)


# ---- what a session knows


CARRIERS = [
    f"generate y = text if {ME}\ndestring y", f"generate y = text if {ME}\ndestring y, force",
    f"generate y = text if {ME}\ndestring y, prefix(n_)",
    f"generate y = home if {ME}\nrecode y ('0101' = 1 'first') (nonmissing = 2 'other')",
    "collapse (max) exact, by(text)", "collapse (count) exact -> n, by(home)",
    "collapse (max) wage, by(rare)", f"generate y = ill if {ME}\ncollapse (count) exact, by(y)",
    "define-labels l 'ZEBRA' 'striped' 'KANARI-000250' 'yellow'\nassign-labels text l",
    f"generate y = text if {ME}\ndefine-labels l 'ZEBRA' 'striped'\nassign-labels y l\n"
    "generate z = inlabels(y, 'striped')", "let x = text\ngenerate copy ++ $x = wage",
    f"generate y = wage if {ME}\nlet n = length('ZEBRA')\ngenerate y ++ $n = y + $n",
    f"clone-dataset people mine\nuse mine\nkeep if {ME}", "drop if text == 'ZEBRA'",
    f"generate y = 1 if {ME}\nfor i in 1 : 3\ngenerate y ++ $i = y + $i\nend",
    f"clone-dataset people mine\nuse mine\ngenerate y = text if {ME}\nmerge y into people",
    "clone-variables text -> copy\nrename copy kept", f"sample 1500 3\ngenerate y = text if {ME}",
]  # fmt: skip


def known(session: Session, script: str) -> list[object]:
    """Give what a session knows after a script: all that names, labels and lists are made of."""
    scope, datasets = session.scope.copy(), dict(session.datasets)
    asked(session, script)
    found = session.scope
    shapes = [repr(shape) for _, shape in sorted(found.datasets.items())]
    state = [shapes, found.code_lists, found.bindings, found.settings, session.statements]
    listed = [list(sizes(asked(session, "describe\ndatasets")))]
    session.scope.restore(scope)
    session.datasets = datasets
    return [*state, listed]


def sizes(reply: Reply) -> Iterator[object]:
    """Give the lists of datasets and variables, the sizes of protected units put out of sight."""
    for released in reply.released:
        if isinstance(released.content, Text):
            for block in released.content.blocks:
                rows = getattr(block, "rows", ())
                yield [row if "aggregated" in row else row[:4] + row[5:] for row in rows]


def unlike(folder: Path, secret: str, profile: str) -> list[str]:
    """Give the scripts after which a session knows something else in the other world."""
    first = session_of(worlds.world(folder / "a", "", profile), profile)
    second = session_of(worlds.world(folder / "b", secret, profile), profile)
    return [script for script in CARRIERS if known(first, script) != known(second, script)]


@pytest.mark.parametrize("secret", [worlds.ALL, worlds.ABSENT])
def test_nothing_of_a_person_gets_into_names_labels_and_lists(secret: str, tmp_path: Path) -> None:
    assert unlike(tmp_path, secret, "default") == []


@pytest.mark.parametrize("secret", [worlds.ALL, worlds.ABSENT])
def test_without_protection_types_and_numbers_of_groups_tell(secret: str, tmp_path: Path) -> None:
    found = unlike(tmp_path, secret, "open")
    expected = {worlds.ALL: CARRIERS[6], worlds.ABSENT: CARRIERS[0]}
    assert expected[secret] in found
