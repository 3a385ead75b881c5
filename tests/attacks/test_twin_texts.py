"""Texts, files and forms: everything that leaves but published numbers is alike in twin worlds.

Two worlds differ in one secret of one person: a text, a home or an income that nobody else has, an
illness, or whether the person is there at all. Each script runs in both; what is drawn in any form,
sent by the worker, written as a table, workbook, picture, report or archive, told by the checker,
the formatter, completion or `save` is compared letter by letter, numbers put out of sight. Measure:
the number of scripts whose rest differs. Bound: none (keys are fixed, so nothing is left to
chance). Defence off (`open`): each secret shows in what remains when numbers are taken away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import canary_bank
import pytest
import random_scripts
import worlds
from guesses import LARGE
from replies import asked, session_of
from test_archive import studied

from kohort.completion import complete
from kohort.formatting import formatted
from kohort.session import Session

HEAD = random_scripts.HEAD + "generate decade = int(born / 1000)\n"
ME = f"wage == {canary_bank.wages()[worlds.TARGET]}"

NARROW = [
    f"tabulate ill if {ME}", f"tabulate sex if {ME}", f"tabulate home if {ME}, missing",
    f"tabulate text if {ME}", "tabulate home if home == '98Q9'", "tabulate text if text == 'ZEBRA'",
    "tabulate sex if wage > 7000000000", "tabulate text if text == 'KANARI-000250'",
    "tabulate rare if rare == 3333331",
    f"generate y = home if {ME}\ntabulate y\ndrop y",
    f"generate y = text if {ME}\ndestring y, force\nsummarize y\ntabulate y\ndrop y",
    "generate big = wage > 7000000000\ntabulate big\nregress exact big\nsummarize big\ndrop big",
    f"generate y = ill if {ME}\ntabulate decade y, missing\nregress exact i.y\ndrop y",
    f"keep if {ME}", f"keep if {ME} & ill == '1'", f"sample 2999 3\nkeep if {ME}",
    "generate y = 1 / (wage - 7777777771)\nsummarize y\ndrop y",
    f"generate y = exact\nreplace y = ln(rare - 3333330) if {ME}\nsummarize y if {ME}\ndrop y",
    "generate y = text\ndestring y, ignore('KANARI-')\ndescribe\ndrop y",
    f"recode decade (min/1 = 1 'a') if {ME} & ill == '1'\ntabulate decade",
    "clone-dataset people mine\nuse mine\ncollapse (max) wage, by(home)\nsummarize\nuse people",
    f"kaplan-meier other exact if {ME}", f"ci wage if {ME}", f"anova exact sex if {ME}",
    f"histogram wage if {ME}", f"hexbin wage exact if {ME}", f"sankey sex home if {ME}",
]  # fmt: skip
WIDE = [
    "tabulate text\ntabulate sex text, missing", "tabulate decade home, top(3)", "tabulate ill sex",
    "summarize wage exact, gini iqr", "tabulate sex, summarize(wage) mean std p50",
    "regress exact i.sex c.born", "barchart (mean) exact, over(sex)", "piechart sex",
    "histogram exact, bin(5) freq", "boxplot exact, over(sex)",
    "sankey sex decade", "describe\ndatasets\nhistory", "list-labels db/K_HOME", "variables K_",
    "summarize nothing", "tabulate text home sex ill decade", "search Kommune",
]  # fmt: skip
HALF = ("tabulate home if home == '", "keep if text == '", "import db/K_WAGE ", "recode home ('")
SHOWING = {
    worlds.ALL: [
        "tabulate text", "tabulate home if home == '98Q9'", NARROW[11], f"tabulate ill if {ME}",
        "tabulate rare if rare == 3333331", f"generate y = text if {ME}\ndestring y",
    ],
    worlds.ABSENT: [
        f"tabulate sex if {ME}", "tabulate text", f"generate y = text if {ME}\ndestring y",
    ],
}  # fmt: skip
"""What tells a secret where nothing is protected, numbers put out of sight."""

AXES = ("boxplot exact, over(sex)",)
"""Whose axis follows published percentiles: without the target it may have another tick."""

CHOSEN = worlds.SECRETS if LARGE else (worlds.ALL, worlds.ABSENT)
SCRIPTS = NARROW + WIDE if LARGE else NARROW[::3] + WIDE[1::3]
SOME = (10, 6) if LARGE else (4, 2)
STUDY = "\n".join([
    HEAD, *NARROW[: SOME[0]], *WIDE[: SOME[1]], "barchart (mean) exact, over(sex)", "history",
])  # fmt: skip


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return worlds.world(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def told(plain: Path) -> dict[str, str]:
    return replies(plain, SCRIPTS)


def replies(root: Path, scripts: Sequence[str], profile: str = "default") -> dict[str, str]:
    """Give what remains of the reply to each script, and of the side doors after it."""
    session = session_of(root, profile, HEAD)
    found = {}
    for script in scripts:
        scope, datasets = session.scope.copy(), dict(session.datasets)
        events = asked(session, script).events
        found[script] = worlds.without_numbers(worlds.everything(events, script))
        found[f"side doors of {script}"] = side_doors(session, script)
        session.scope.restore(scope)
        session.datasets = datasets
    return found


def side_doors(session: Session, script: str) -> str:
    """Give what completion offers, what `save` would write, and what the formatter says."""
    offered = [complete(half, session.scope) for half in HALF]
    return repr([offered, session.statements, formatted(script)])


def unlike(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Give the names of what differs."""
    return [name for name in first.keys() | second.keys() if first.get(name) != second.get(name)]


@pytest.mark.parametrize("secret", CHOSEN)
def test_all_but_numbers_is_alike_in_both_worlds(
    told: dict[str, str], secret: str, tmp_path: Path
) -> None:
    found = unlike(told, replies(worlds.world(tmp_path, secret), SCRIPTS))
    # Whoever changes, the numbers of others stay as they are; whoever goes is missed in counts.
    assert set(found) <= (set(AXES) if secret == worlds.ABSENT else set())


@pytest.mark.parametrize("secret", SHOWING)
def test_without_protection_each_of_some_scripts_tells(secret: str, tmp_path: Path) -> None:
    first = replies(worlds.world(tmp_path / "a", "", "open"), SHOWING[secret], "open")
    second = replies(worlds.world(tmp_path / "b", secret, "open"), SHOWING[secret], "open")
    assert set(SHOWING[secret]) <= set(unlike(first, second))


def study(root: Path, profile: str = "default") -> dict[str, str]:
    """Give what remains of the files of a study, pictures of dots left out."""
    files = studied(root, STUDY, profile)
    return {
        name: worlds.without_numbers(content.decode())
        for name, content in files.items()
        if not name.endswith(".png")
    }


@pytest.mark.parametrize("secret", CHOSEN if LARGE else CHOSEN[:1])
def test_a_study_is_alike_in_both_worlds(plain: Path, secret: str, tmp_path: Path) -> None:
    """Its lock names the data by keyed hashes, which differ and tell nothing without the key."""
    assert unlike(study(plain), study(worlds.world(tmp_path, secret))) == []


def test_a_study_without_protection_tells(tmp_path: Path) -> None:
    first = study(worlds.world(tmp_path / "a", "", "open"), "open")
    second = study(worlds.world(tmp_path / "b", worlds.ALL, "open"), "open")
    found = unlike(first, second)
    assert {"report.html"} < set(found)
    assert sum(name.startswith("outputs/") for name in found) > 3


def test_no_statement_of_another_variable_changes_in_a_digit(plain: Path, tmp_path: Path) -> None:
    """Noise depends on the people asked about, and on nothing else of them."""
    scripts = ["tabulate sex decade", "summarize exact", "regress exact i.sex c.born", "describe"]
    prints = []
    for root in (plain, worlds.world(tmp_path, worlds.ALL)):
        session = session_of(root, "default", HEAD)
        prints.append([asked(session, script).released for script in scripts])
    contents = [[[r.content for r in released] for released in each] for each in prints]
    assert contents[0] == contents[1]
