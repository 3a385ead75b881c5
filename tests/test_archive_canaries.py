"""Nothing of one person is in a study: not in results, lock, report or metadata."""

from __future__ import annotations

import re
from pathlib import Path

import canary_bank
import random_scripts
from test_archive import studied
from test_canaries import found_beyond

from kohort.databank.manifest import Manifest

SCRIPT = f"""{random_scripts.HEAD}
tabulate home
tabulate sex home, missing
tabulate wage, bottom(5)
summarize wage exact
tabulate sex, summarize(wage) mean std p50
regress wage i.sex exact
keep if wage > 918000000
tabulate text
list-labels db/K_SEX
describe
history
"""
_HASH = re.compile(r"\b[0-9a-f]{40,}\b")


def contents(root: Path, profile: str) -> str:
    """Give all text of a study made of the script, without hashes."""
    files = studied(root, SCRIPT, profile)
    texts = [
        content.decode("utf-8", "strict") for name, content in files.items() if ".png" not in name
    ]
    return _HASH.sub("", "\n".join([*files, *texts]))


def test_a_study_holds_no_canary(tmp_path: Path) -> None:
    root = canary_bank.canary_bank(tmp_path)
    text = contents(root, "default")
    assert "tabulate home" in text
    assert found_beyond(text, SCRIPT) == []


def test_without_protection_it_would(tmp_path: Path) -> None:
    root = tmp_path / "open"
    manifest = Manifest(
        name=canary_bank.NAME, synthetic=True, seed=1, profiles=("open",), profile="open"
    )
    canary_bank.build(root, manifest)
    assert "98Q6" in found_beyond(contents(root, "open"), SCRIPT)
