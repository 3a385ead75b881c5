"""The canonical wording of spells and panels: what is asked of rows is told apart from units."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import banks
import pytest

from kohort import program, wording
from kohort.scope import Scope

CONNECT = "require no.test.small:1 as db\n"
PEOPLE = "create-dataset a\nimport db/BEFOLKNING_KJOENN as sex\n"
WAGES = (
    "create-dataset a\nimport db/INNTEKT_WLONN 2020-12-31 as wage1\n"
    "import db/INNTEKT_WLONN 2021-12-31 as wage2\n"
)
TWO = "import-panel db/INNTEKT_WLONN 2020-12-31 2021-12-31\nrename INNTEKT_WLONN wage\n"
SPELLS = "import-event db/SIVSTANDFDT_SIVSTAND 2015-01-01 to 2016-12-31 as civil\n"


def asked(root: Path, script: str) -> str:
    """Give the wording of counting the active dataset, and of the mean of each of its variables."""
    scope = Scope(banks.catalogue(root))
    report = program.check(program.read(CONNECT + script), scope)
    assert not report.wrong, [found.message for found in report.diagnostics]
    assert scope.active is not None
    shape = scope.datasets[scope.active]
    counted = shape.population.wording()
    means = [wording.magnitude(counted, v.meaning) for v in shape.variables.values()]
    return "\n".join((counted, *means))


# Scripts whose last active datasets hold something else, though some hold the same people.
DIFFERENT = (
    PEOPLE,
    "create-dataset a\nimport db/SIVSTANDFDT_SIVSTAND 2016-12-31 as civil\n",
    f"create-dataset a\n{SPELLS}",
    f"create-dataset a\n{SPELLS}keep if civil == '4'\n",
    f"create-dataset a\n{SPELLS}keep if START@civil > 5\n",
    f"create-dataset a\n{SPELLS}keep if STOP@civil > 5\n",
    f"create-dataset a\n{SPELLS}keep if sysmiss(STOP@civil)\n",
    "create-dataset a\nimport-event db/SIVSTANDFDT_SIVSTAND 2015-01-01 to 2016-12-30 as civil\n",
    "create-dataset a\nimport-event db/SIVSTANDFDT_SIVSTAND 2015-01-02 to 2016-12-31 as civil\n",
    f"{PEOPLE}clone-units a b\nuse b\n{SPELLS}",
    f"create-dataset a\n{SPELLS}clone-units a b\nuse b\n",
    f"create-dataset a\n{SPELLS}keep if civil == '4'\nclone-units a b\nuse b\n",
    f"create-dataset a\n{SPELLS}keep if civil == '4'\nclone-units a b\nuse b\n{SPELLS}",
    f"create-dataset a\n{SPELLS}collapse (count) civil -> n, by(PERSONID_1)\n",
    f"create-dataset a\n{SPELLS}keep if civil == '4'\ncollapse (count) civil -> n, "
    "by(PERSONID_1)\n",
    f"create-dataset a\n{TWO}",
    "create-dataset a\nimport-panel db/INNTEKT_WLONN 2020-12-31\nrename INNTEKT_WLONN wage\n",
    f"{PEOPLE}clone-units a b\nuse b\n{TWO}",
    f"create-dataset a\n{TWO}keep if wage > 5\n",
    f"create-dataset a\n{TWO}keep if date@panel == 18627\n",
    f"create-dataset a\n{TWO}keep if wage > 5 & date@panel == 18627\n",
    f"create-dataset a\n{TWO}keep if wage > 5\nclone-units a b\nuse b\n{TWO}keep if wage < 9\n",
    f"create-dataset a\n{TWO}keep if wage > 5\nkeep if wage < 9\n",
    f"create-dataset a\n{TWO}reshape-from-panel\n",
    f"create-dataset a\n{TWO}keep if wage > 5\nreshape-from-panel\n",
    f"create-dataset a\n{TWO}keep if wage > 6\nreshape-from-panel\n",
    f"create-dataset a\n{TWO}aggregate (mean) wage -> m, by(PERSONID_1)\n",
    f"create-dataset a\n{TWO}aggregate (mean) wage -> m, by(date@panel)\n",
    f"create-dataset a\n{TWO}aggregate (max) wage -> m, by(PERSONID_1)\n",
    f"create-dataset a\n{TWO}keep if wage > 7\naggregate (mean) wage -> m, by(PERSONID_1)\n",
    WAGES,
    f"{WAGES}keep if wage1 > 5\n",
    f"{WAGES}reshape-to-panel wage\n",
    f"{WAGES}keep if wage1 > 5\nreshape-to-panel wage\n",
    f"{WAGES}reshape-to-panel wage\nkeep if wage > 5\n",
    f"{WAGES}reshape-to-panel wage\nkeep if date@panel == 1\n",
    f"{WAGES}rename wage2 wage3\nreshape-to-panel wage\n",
    f"{WAGES}rename wage1 wage_1\nrename wage2 wage_2\nreshape-to-panel wage\n",
    f"{WAGES}drop wage2\nreshape-to-panel wage\n",
    f"{WAGES}rename wage1 wage3\nreshape-to-panel wage\n",
)

# The same questions in other words.
ALIKE = {
    "names": (
        f"create-dataset a\n{SPELLS}keep if civil == '4'\n",
        "create-dataset other\nimport-event db/SIVSTANDFDT_SIVSTAND 2015-01-01 to 2016-12-31\n"
        "drop if SIVSTANDFDT_SIVSTAND != '4'\n",
    ),
    "the order of dates": (
        f"create-dataset a\n{TWO}",
        "create-dataset a\nimport-panel db/INNTEKT_WLONN 2021-12-31 2020-12-31\n",
    ),
    "the other spelling of the time": (
        f"create-dataset a\n{TWO}keep if date@panel == 18627\n",
        f"create-dataset a\n{TWO}keep if panel@date == 18627\n",
    ),
    "units of a table with one row each": (
        "create-dataset a\nimport db/BEFOLKNING_KJOENN as sex\nkeep if sex == '1'\ndrop sex\n",
        f"{PEOPLE}keep if sex == '1'\nclone-units a b\nuse b\n",
    ),
    "units of a panel without a row gone": (
        f"{PEOPLE}clone-units a b\nuse b\n",
        f"{PEOPLE}clone-units a b\nuse b\n{TWO}clone-units b c\nuse c\n",
    ),
}


def test_other_questions_have_other_wordings(small_root: Path) -> None:
    worded = [asked(small_root, script) for script in DIFFERENT]
    for (a, one), (b, other) in combinations(enumerate(worded), 2):
        assert one != other, (DIFFERENT[a], DIFFERENT[b])


def test_magnitudes_of_other_questions_differ(small_root: Path) -> None:
    """No mean of one dataset is worded like a mean of another with other rows."""
    seen: dict[str, str] = {}
    for script in DIFFERENT:
        if "aggregate" in script and "keep" not in script:
            continue  # one variable more, and the old ones are what they were
        for mean in set(asked(small_root, script).splitlines()[1:]):
            assert seen.setdefault(mean, script) == script, (mean, script, seen[mean])


@pytest.mark.parametrize("case", sorted(ALIKE))
def test_the_same_question_has_one_wording(small_root: Path, case: str) -> None:
    one, other = (asked(small_root, script) for script in ALIKE[case])
    assert one == other
