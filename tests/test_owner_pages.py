"""The owner's page and the README show what the owner's commands print."""

from __future__ import annotations

from pathlib import Path

import pytest
from owner_console import Console

from kohort import HOME, exit_code

PAGES = ("README.md", "tests/language/owner.md")


@pytest.mark.parametrize("name", PAGES)
def test_consoles_of_pages(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    path = HOME / name
    text = path.read_text(encoding="utf-8")
    assert "```shell" in text
    now = Console(tmp_path, monkeypatch).rewritten(text)
    if request.config.getoption("--accept"):
        path.write_text(now, encoding="utf-8")
    else:
        assert text == now


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    return Console(tmp_path, monkeypatch)


def test_commands_that_cannot_be_done(console: Console) -> None:
    unstarted = f"(exit code {exit_code.UNSTARTED})\n"
    said = console.run("kohort databank status bank")
    assert said == f"kohort: bank holds no databank\n{unstarted}"
    said = console.run("kohort databank add 7 registers")
    assert said.startswith("kohort: '7' is no name for a databank")
    said = console.run("kohort databank add bank registers --profile open")
    assert said.startswith("kohort: profile 'open' is for synthetic databanks only")
    said = console.run("kohort databank add bank registers --profile none")
    assert "there is no profile 'none'" in said
    assert not (console.folder / "bank").exists()
    assert "is not there" in console.run("kohort databank check nowhere")


def test_an_existing_databank_needs_its_own_key(console: Console) -> None:
    assert "a draft" in console.run("kohort databank add my.bank registers --key own.key")
    said = console.run("kohort databank add my.bank registers")
    assert "name its file with --key" in said
    (console.folder / "other.key").touch(0o600)
    (console.folder / "other.key").write_bytes(bytes(range(9, 41)))
    said = console.run("kohort databank add my.bank registers --key other.key")
    assert "belong" in said
    (console.folder / "own.key").chmod(0o644)
    said = console.run("kohort databank add my.bank registers --key own.key")
    assert "mode of a key file must be 0600" in said


def test_a_synthetic_databank_is_read_only(console: Console, small_root: Path) -> None:
    said = console.run(f"kohort databank remove {small_root} BEFOLKNING_KJOENN")
    assert "is a synthetic databank" in said
    assert "1.0.0" in console.run(f"kohort databank versions {small_root}")
    assert "13 registers" in console.run(f"kohort databank export {small_root} out")


def test_two_commands_at_once(console: Console) -> None:
    from kohort.databank.releases.owned import OwnedBank

    console.run("kohort databank add my.bank registers")
    with OwnedBank(console.folder / "my.bank").locked():
        said = console.run('kohort databank release my.bank "x"')
    assert "another command is changing" in said
