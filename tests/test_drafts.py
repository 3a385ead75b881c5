"""Drafts answer their owner as version 0.0.0.0, and nobody else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from owned_banks import NOW, Owner
from owner_files import code, described
from pages import run

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.configuration import KEY_FILE
from kohort.databank.releases import drafts
from kohort.session import Session

SEX = {"codeList": [code("1", "Mann", "1900-01-01"), code("2", "Kvinne", "1900-01-01")]}
IDS = [f"{10**10 + i}" for i in range(1300)]
MANY = [f"{unit};{1 + i % 2};;;" for i, unit in enumerate(IDS)]
TEXT = "require my.bank:0.0.0.0 as b\ncreate-dataset people\n"


@pytest.fixture
def owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Owner:
    made = Owner(tmp_path)
    made.found()
    made.put("SEX", described("FIXED", "STRING", SEX), MANY)
    monkeypatch.setenv(KEY_FILE, str(made.key))
    return made


def session(owner: Owner) -> Session:
    return new_session(Catalogue([(None, owner.bank.root)]))


def test_a_draft_before_the_first_release(owner: Owner) -> None:
    shown = run(session(owner), f"{TEXT}import b/SEX as sex\ntabulate sex\n")
    assert "this is the draft of 'my.bank'" in shown
    assert "Kvinne" in shown
    shown = run(session(owner), "require my.bank:1 as b\n")
    assert "lists no released version" in shown


def test_a_draft_is_what_the_next_release_would_be(owner: Owner) -> None:
    owner.put("OLD", described("FIXED", "STRING", SEX), MANY)
    owner.release()
    owner.put("SEX", described("FIXED", "STRING", SEX), [f"{unit};2;;;" for unit in IDS],
              {"controller": "x", "purpose": "y", "sensitivity": "special"})  # fmt: skip
    drafts.remove(owner.bank, ["OLD"], "ut", NOW)
    now = session(owner)
    shown = run(now, f"{TEXT}import b/SEX as sex\ntabulate sex\n")
    assert "disclosure profile: default+strict" in shown
    # Everybody has the other code now, and `strict` rounds to five.
    assert "Mann " not in shown
    assert re.search(r"^Kvinne +\| +1 [23][0-9][05]$", shown, re.MULTILINE)
    assert "unknown-register-variable" in run(now, "import b/OLD as old\n")
    # The release is another version of the same bank, with its own data and governance.
    released = session(owner)
    shown = run(released, f"{TEXT.replace('0.0.0.0', '1')}import b/SEX as sex\nimport b/OLD as o\n")
    assert "strict" not in shown
    assert "unknown" not in shown


def test_nobody_else_sees_a_draft(owner: Owner) -> None:
    owner.release()
    owner.put("NEW", described("FIXED", "STRING", SEX), MANY)
    shutil.move(owner.key.with_name("own.key.units"), owner.key.with_name("elsewhere"))
    shown = run(session(owner), TEXT)
    assert "unknown-version" in shown
    assert "there is: 1.0.0" in shown
    # The released data are there for those who have the key and nothing more.
    assert "1.0.0.0" in run(session(owner), TEXT.replace("0.0.0.0", "1"))
