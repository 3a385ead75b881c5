"""Studies made with earlier versions: every later one must still read and verify them.

A study is added with each release (`python tests/test_archives.py`), and none is ever made again.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import banks
import pytest
from test_archive import LOOK, steps

from kohort.archive import bundle, lock, making
from kohort.archive.comparison import Study
from kohort.archive.showing import events
from kohort.archive.verification import fitting, intact, re_run
from kohort.assembly import new_session
from kohort.client import InProcess
from kohort.event import Result
from kohort.opening import Opening
from kohort.render import render
from kohort.script_file import ScriptFile

FOLDER = Path(__file__).parent / "archives"
STUDIES = sorted(FOLDER.glob("*.zip"))

SCRIPT = """textblock
---
title: Twenty people
author: Kari Nordmann <https://orcid.org/0000-0002-1825-0097>, Universitetet i Oslo
licence: CC0-1.0
---
Everybody of the test bank, whose every value can be worked out by hand.
endblock
require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_FOEDSELS_AAR_MND as birth
import db/INNTEKT_WLONN 2020-12-31 as wage
import db/BEFOLKNING_KOMMNR_FORMELL 2021-01-01 as home
generate age = 2020 - int(birth / 100)
recode age (min/45 = 1 'younger') (nonmissing = 2 'older'), prefix(group_)
tabulate sex group_age, freq rowpct
tabulate sex, summarize(wage) mean std p50
summarize wage age, gini iqr
regress wage age i.sex
barchart (count) home
keep if wage > 300000
tabulate home
"""


def test_there_are_studies() -> None:
    assert STUDIES


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_an_old_study_still_verifies(path: Path, small_root: Path) -> None:
    files = bundle.read(path)
    kept = lock.from_files(files)
    script = files[kept.script].decode()
    found = fitting(intact(kept, files), script, banks.catalogue(small_root))
    assert found.problems == ()
    client = InProcess(new_session(banks.catalogue(small_root), kept.choice or None))
    verdict = re_run(found, kept, files, client, LOOK)
    changed = [c for c in verdict.compared if c.outcome not in {"identical", "equivalent"}]
    assert changed == []


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_an_old_study_is_still_shown(path: Path) -> None:
    drawn = [render(e.released) for e in events(Study(path)) if isinstance(e, Result)]
    assert any("Mann" in text for text in drawn)


def make() -> None:
    """Make a study with this version, under a name of its own."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = banks.small(Path(folder))
        client = InProcess(new_session(banks.catalogue(root), "open"))
        record = making.run(client, SCRIPT, None, steps())
        file = ScriptFile("twenty.mdscript", SCRIPT, SCRIPT.encode())
        files = making.study(file, record, Opening((), "open", "en"), (), datetime.now(UTC))
    target = FOLDER / f"twenty-{version('kohort')}.zip"
    if target.exists():
        sys.exit(f"{target} is there already: raise the version first")
    bundle.write(target, files)


if __name__ == "__main__":
    make()
