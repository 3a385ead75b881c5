"""`kohort databank info` tells what is inside, and of a real bank no number of rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import banks
import pytest

from kohort.__main__ import main
from kohort.databank.manifest import Manifest


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return banks.small(tmp_path)


def told(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert main(["databank", "info", *more, str(root)]) == 0
    return capsys.readouterr().out


def test_a_synthetic_bank(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(small, capsys)
    lines = text.splitlines()
    assert lines[:2] == ["no.test.small", "synthetic: all data are made up, seed 7"]
    assert f"folder     {small}" in lines
    assert "versions   1.0.0" in lines
    assert "profile    open; also default, microdata-no, danish-5, strict" in lines
    assert "units      PERSON 9, JOBB 2, KURS 2" in lines
    row = next(line.split() for line in lines if line.startswith("INNTEKT_WLONN"))
    assert row[:2] == ["INNTEKT_WLONN", "PERSON"]
    assert row[6] == "30"
    assert row[-2:] == ["kB", "1.0.0"]
    sex = next(line.split() for line in lines if line.startswith("BEFOLKNING_KJOENN"))
    assert sex[3] == "20"


def test_in_norwegian(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(small, capsys, "--language", "nb")
    assert "syntetisk: alle data er oppdiktet, frø 7" in text
    assert "Størrelse" in text


def test_a_real_bank_tells_no_number_of_rows(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real = Manifest.read(small)
    real = replace(real, synthetic=False, seed=None, profile="default", profiles=("default",))
    real.write(small)
    text = told(small, capsys)
    assert "real data" in text
    assert "Rows" not in text
    row = next(line.split() for line in text.splitlines() if line.startswith("BEFOLKNING_KJOENN"))
    # Whole megabytes: the size of a small file would tell how many units there are.
    assert row == ["BEFOLKNING_KJOENN", "PERSON", "FIXED", "1", "MB", "1.0.0"]


def test_no_bank_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["databank", "info", str(tmp_path / "nothing")]) == 4
    assert main(["databank", "info", str(tmp_path)]) == 4
    assert "datastore_versions.json" in capsys.readouterr().err


def test_make_refuses_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make = ["databank", "make", "--persons", "1000", str(tmp_path / "bank")]
    assert main([*make, "--variables", "BEFOLKNING_KJOENN,NOTHING"]) == 4
    assert "the catalogue has no variable 'NOTHING'" in capsys.readouterr().err
    assert main([*make, "--months", "last"]) == 4
    assert "'last' is no year" in capsys.readouterr().err
    assert main([*make, "--months", "2021-2030"]) == 4
    assert "monthly series lie between 2010 and 2024" in capsys.readouterr().err
    assert not (tmp_path / "bank").exists()
    chosen = ["--variables", "BEFOLKNING_KJOENN, INNTEKT_WLONN", "--months", "none"]
    assert main([*make, *chosen]) == 0
    written = sorted(folder.name for folder in (tmp_path / "bank" / "data").iterdir())
    assert written == ["BEFOLKNING_KJOENN", "INNTEKT_WLONN"]
