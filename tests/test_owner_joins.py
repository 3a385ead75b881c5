"""Databanks of one owner's key can be joined, person by person; a stranger's cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from owned_banks import Owner
from owner_files import NUMBERS, code, described
from pages import run

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.configuration import KEY_FILE

SEX = {"codeList": [code("1", "Mann", "1900-01-01"), code("2", "Kvinne", "1900-01-01")]}
IDS = [f"{10**10 + 7 * i}" for i in range(1300)]
TEXT = """
require first.bank:1 as a
require second.bank:1 as b
create-dataset people
import a/SEX as sex
import b/WAGE as wage
"""


def first(folder: Path) -> Owner:
    """Give a bank with everybody's sex: even places are men."""
    made = Owner(folder, "first.bank")
    made.found()
    made.put("SEX", described("FIXED", "STRING", SEX),
             [f"{unit};{1 + i % 2};;;" for i, unit in enumerate(IDS)])  # fmt: skip
    made.release()
    return made


def second(folder: Path, **more: Any) -> Owner:
    """Give a bank with wages, in another order: a man's wage is even."""
    made = Owner(folder, "second.bank", **more)
    made.found()
    rows = [f"{unit};{1000 + 2 * (i % 50) + i % 2};;;" for i, unit in enumerate(IDS)]
    made.put("WAGE", described("FIXED", "LONG", NUMBERS), rows[::-1])
    made.release()
    return made


def test_banks_of_one_key_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    banks = first(tmp_path), second(tmp_path)
    monkeypatch.setenv(KEY_FILE, str(banks[0].key))
    session = new_session(Catalogue([(None, owner.bank.root) for owner in banks]))
    assert "imported from WAGE" in run(session, TEXT)
    people: Any = session.datasets["people"]
    sexes = people.vector("sex").spread().cast(str).to_list()
    wages = people.vector("wage").spread().to_list()
    assert len(wages) == len(IDS)
    assert all((wage % 2 == 0) == (sex == "1") for sex, wage in zip(sexes, wages, strict=True))
    # The same person has the same record key in both.
    names = ("first.bank_keys", "second.bank_keys")
    files = [tmp_path / name / "PERSON.parquet" for name in names]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_stranger_s_bank_is_not_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither under the name of the owner's key, nor for somebody who has both keys."""
    mine, other = first(tmp_path), bytes(range(5, 37))
    liar = second(tmp_path / "liar", key=other)
    monkeypatch.setenv(KEY_FILE, str(mine.key))
    catalogue = Catalogue([(None, owner.bank.root) for owner in (mine, liar)])
    assert "wrong-key" in run(new_session(catalogue), TEXT)
    stranger = second(tmp_path / "stranger", key_id="other", key=other)
    monkeypatch.delenv(KEY_FILE)
    monkeypatch.setenv("KOHORT_CONFIG", str(tmp_path))
    keys = f"[keys]\nown = '{mine.key}'\nother = '{stranger.key}'\n"
    (tmp_path / "config.toml").write_text(keys, encoding="utf-8")
    catalogue = Catalogue([(None, owner.bank.root) for owner in (mine, stranger)])
    shown = run(new_session(catalogue), TEXT)
    assert "sex imported from SEX" in shown
    assert "other-databank" in shown
