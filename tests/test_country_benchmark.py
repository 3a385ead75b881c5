"""The benchmark of the synthetic country builds what it says and removes it."""

from __future__ import annotations

from pathlib import Path

import country
import pytest


def test_a_row_tells_time_memory_and_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["--persons", "1000", "--variables", "BEFOLKNING_KJOENN"]
    monkeypatch.setitem(country.BUILDS, "tiny", ("1 000, one variable", options))
    cells = [cell.strip() for cell in country.row("tiny", tmp_path).strip("|").split("|")]
    assert cells[0] == "1 000, one variable"
    wall, cpu, peak, size = (float(cell) for cell in cells[1:])
    assert 0 <= cpu <= wall * 4 + 1
    assert 0.05 < peak < 2
    assert size < 1
    assert list(tmp_path.iterdir()) == []


def test_the_table_replaces_the_one_before() -> None:
    page = "a\n<!-- measured: country -->\n\nold\n\n<!-- end: country -->\nb\n"
    once = country.between(page, "new")
    assert "old" not in once
    assert country.between(once, "new") == once
    assert once.startswith("a\n")
    assert once.endswith("\nb\n")
