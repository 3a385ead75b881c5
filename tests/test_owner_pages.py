"""The owner's page and the README show what the owner's commands print."""

from __future__ import annotations

import shutil
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


def test_a_patch_and_its_mistakes(console: Console) -> None:
    console.run("kohort databank add my.bank registers")
    assert "nothing to patch" in console.run("kohort databank add my.bank registers --patch")
    console.run('kohort databank release my.bank "x"')
    path = console.folder / "registers" / "DELTAKER_KJONN" / "DELTAKER_KJONN.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Mann", "Menn"), encoding="utf-8")
    said = console.run("kohort databank add my.bank registers/DELTAKER_KJONN --patch")
    assert said == "DELTAKER_KJONN: words changed (Første utgave), a draft\n"
    assert "is released" in console.run('kohort databank release my.bank "y"')
    assert "1.0.1" in console.run("kohort databank status my.bank")
    path.write_text(text.replace('"1"', '"3"'), encoding="utf-8")
    said = console.run("kohort databank add my.bank registers/DELTAKER_KJONN --patch")
    assert "a patch changes words only" in said


def test_sound_registers_are_added_beside_others(console: Console) -> None:
    file = console.folder / "registers" / "DELTAKER_TIMER" / "DELTAKER_TIMER.csv"
    file.write_text("1;many;2024-01-01;2024-12-31;\n", encoding="utf-8")
    said = console.run("kohort databank add my.bank registers")
    assert "DELTAKER_KJONN: new" in said
    assert "DELTAKER_TIMER, row 1: 'many' is not a whole number\n" in said
    assert said.endswith("DELTAKER_TIMER: not added, 1 mistake\n(exit code 1)\n")
    assert "DELTAKER_TIMER" not in console.run("kohort databank status my.bank")


def test_a_code_for_some_registers_only(console: Console) -> None:
    console.run("kohort databank add my.bank registers")
    one = console.run("kohort databank status my.bank DELTAKER_KJONN")
    assert "DELTAKER_TIMER" not in one
    assert "nothing is pending for OTHER" in console.run("kohort databank status my.bank OTHER")


def test_a_databank_of_another_program_is_not_added_to(console: Console, small_root: Path) -> None:
    place = console.folder / "theirs"
    shutil.copytree(small_root, place)
    (place / "kohort.toml").write_text('[disclosure]\nkey_id = "k"\n', encoding="utf-8")
    said = console.run("kohort databank add theirs registers --key k.key")
    assert "was made by another program" in said


def test_words_for_a_new_databank_only(console: Console) -> None:
    console.run("kohort databank add my.bank registers")
    said = console.run("kohort databank add my.bank registers --encrypt")
    assert "are for a new databank" in said
