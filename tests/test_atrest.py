"""Rows at rest: encrypted under the owner's key, read by the engine, closed to everybody else."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from owned_banks import Owner, key_file
from owner_files import NUMBERS, code, described
from pages import run

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.databank import atrest
from kohort.databank.manifest import Manifest
from kohort.databank.releases.examining import examined
from kohort.disclosure.keys import Secret
from kohort.disclosure.policy import KEY_FILE

PEOPLE = 1400
SEX = {"codeList": [code("1", "Mann", "1900-01-01"), code("2", "Kvinne", "1900-01-01")]}
SCRIPT = """
require my.bank:1 as b
create-dataset people
import b/SEX as sex
import b/WAGE 2020-12-31 as wage
tabulate sex
summarize wage
create-dataset spells
import-event b/WORK 2020-01-01 to 2020-12-31 as work
create-dataset panel
import-panel b/WAGE 2020-12-31 2021-12-31
"""


def made(folder: Path, encrypted: bool) -> Owner:
    """Give a released bank, all of whose rows are encrypted or none."""
    owner = Owner(folder)
    owner.found(encrypted=encrypted)
    ids = [f"{10**10 + i}" for i in range(PEOPLE)]
    owner.put("SEX", described("FIXED", "STRING", SEX), [f"{u};{1 + i % 2};;;" for i, u in
                                                         enumerate(ids)])  # fmt: skip
    wages = [f"{u};{1000 + i % 300};{y}-01-01;{y}-12-31;" for y in (2020, 2021)
             for i, u in enumerate(ids)]  # fmt: skip
    owner.put("WAGE", described("ACCUMULATED", "LONG", NUMBERS), wages)
    work = [f"{u};{1 + i % 2};2019-01-01;2020-06-30;" for i, u in enumerate(ids)]
    owner.put("WORK", described("EVENT", "STRING", SEX), work)
    owner.release()
    return owner


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Owner:
    return made(tmp_path_factory.mktemp("sealed"), True)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Owner:
    return made(tmp_path_factory.mktemp("plain"), False)


def printed(owner: Owner) -> str:
    return run(new_session(Catalogue([(None, owner.bank.root)])), SCRIPT)


def test_results_are_the_same(sealed: Owner, plain: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_FILE, str(sealed.key))
    shown = printed(sealed)
    assert shown == printed(plain)
    assert "Kvinne" in shown
    assert "spells: " in shown
    assert "panel: " in shown


def test_every_file_of_rows_is_encrypted(sealed: Owner, plain: Owner) -> None:
    for owner, expected in ((sealed, True), (plain, False)):
        files = sorted((owner.bank.root / "data").rglob("*.parquet"))
        assert len(files) == 4
        assert {atrest.is_sealed(file) for file in files} == {expected}


def test_without_the_key_nothing_is_read(
    sealed: Owner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = next((sealed.bank.root / "data" / "SEX").glob("*.parquet"))
    with pytest.raises(pl.exceptions.PolarsError):
        pl.scan_parquet(file.read_bytes()).collect()
    other = key_file(tmp_path, bytes(range(3, 35)))
    monkeypatch.setenv(KEY_FILE, str(other))
    shown = printed(sealed)
    assert "wrong-key" in shown
    assert "Kvinne" not in shown


def test_a_file_cannot_take_another_register_s_place(sealed: Owner, tmp_path: Path) -> None:
    file = next((sealed.bank.root / "data" / "SEX").glob("*.parquet"))
    secret = Secret(sealed.key.read_bytes())
    right = pl.scan_parquet(file, decryption=atrest.opening(secret, "SEX"))
    assert right.collect().height == PEOPLE
    with pytest.raises(pl.exceptions.PolarsError):
        pl.scan_parquet(file.read_bytes(), decryption=atrest.opening(secret, "WAGE")).collect()


def test_versions_may_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner turns encryption on for what comes: older versions stay as they are."""
    owner = made(tmp_path, False)
    Manifest(name="my.bank", key_id="own", encrypted=True).write(owner.bank.root)
    ids = [f"{10**10 + i}" for i in range(PEOPLE)]
    owner.put("SEX", described("FIXED", "STRING", SEX), [f"{u};1;;;" for u in ids])
    assert owner.release() == (2, 0, 0)
    monkeypatch.setenv(KEY_FILE, str(owner.key))
    text = "require my.bank:{} as b\ncreate-dataset d\nimport b/SEX as sex\ntabulate sex\n"
    for version in (1, 2):
        session = new_session(Catalogue([(None, owner.bank.root)]))
        assert "Mann" in run(session, text.format(version))
    assert examined(owner.bank, Secret(owner.key.read_bytes())) == []
    assert examined(owner.bank) == []
