"""The user's settings: databanks, folders, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from stored_roots import SYNTHETIC, bank, make_root

from kohort import configuration
from kohort.catalogue import Catalogue, CatalogueError


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(configuration.CONFIG_VARIABLE, str(tmp_path / "config"))
    monkeypatch.setenv(configuration.CACHE_VARIABLE, str(tmp_path / "cache"))
    (tmp_path / "config").mkdir()
    return tmp_path


def configure(folders: Path, text: str) -> None:
    (folders / "config" / "config.toml").write_text(text, encoding="utf-8")


def test_without_configuration_the_synthetic_bank_serves(folders: Path) -> None:
    catalogue = Catalogue.configured()
    default = folders / "cache" / "databank" / "synthetic-10000-1-2"
    assert catalogue.roots == ((None, default),)
    assert catalogue.needs_building() == default
    make_root(default, name="no.kohort.syntetisk", manifest=SYNTHETIC)
    assert catalogue.needs_building() is None
    assert catalogue.require(bank("no.ssb.fdb", "45"))[0].root == default


def test_configured_banks_and_additions(folders: Path) -> None:
    configure(folders, '[databanks]\nno.ssb.fdb = "/data/fdb"\nother = "beside"\n')
    catalogue = Catalogue.configured(["/more", f"x.y={folders}/z"])
    assert catalogue.roots == (
        ("no.ssb.fdb", Path("/data/fdb")),
        ("other", folders / "config" / "beside"),
        (None, Path("/more")),
        ("x.y", folders / "z"),
    )
    assert catalogue.needs_building() is None


def test_a_folder_with_an_equals_sign_is_a_folder(folders: Path) -> None:
    odd = folders / "a=b"
    odd.mkdir()
    assert configuration.addition(str(odd)) == (None, odd)
    assert configuration.addition("a=b") == ("a", Path("b").absolute())


def test_other_settings_are_read(folders: Path) -> None:
    configure(folders, 'profile = "strict"\nlanguage = "nb"\n[keys]\nfdb-1 = "/k"\n')
    settings = configuration.read_configuration()
    assert (settings.profile, settings.language) == ("strict", "nb")
    assert dict(settings.keys) == {"fdb-1": Path("/k")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[databank]\nx = '/x'", "unknown key 'databank'"),
        ("[databanks", "not TOML"),
        ("databanks = 3", "not a table"),
        ("[databanks]\nx = 3", "not a path"),
        ("[databanks]\nx = ''", "not a path"),
        ("profile = 3", "not a text"),
        ("x = " + "[" * 5000, "not TOML"),
    ],
)
def test_a_wrong_configuration_is_one_clear_error(folders: Path, text: str, says: str) -> None:
    configure(folders, text)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.configured()
    assert says in caught.value.diagnostic.message
