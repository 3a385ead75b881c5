"""Every constant of protection is explained, and the page on them shows the values in force."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kohort import HOME
from kohort.disclosure.profile import load, names
from kohort.profile_listing import check_profile, constants, differences, keys, written
from kohort.trouble import Trouble

PAGE = HOME / "tests" / "language" / "profiles.md"
BEGIN, END = "<!-- constants: begin -->\n", "<!-- constants: end -->"
PROFILES = ("default", "microdata-no", "danish-5", "strict", "open")
KOHORT = (sys.executable, "-m", "kohort")


def table() -> str:
    """Give the tables of the page: each constant, what it buys and costs, its value per profile."""
    profiles = [load(name) for name in PROFILES]
    rows = [list(keys(profile)) for profile in profiles]
    lines: list[str] = []
    shown = ""
    for entries in zip(*rows, strict=True):
        section, key, _ = entries[0]
        if section != shown:
            heads = " | ".join(PROFILES)
            lines += ["", f"### {section}", "", f"| key | what it is | buys | costs | {heads} |"]
            lines += ["|---" * (4 + len(PROFILES)) + "|"]
            shown = section
        words = constants()[section, key]
        values = " | ".join(f"`{written(value)}`" for _, _, value in entries)
        lines.append(f"| `{key}` | {words.what} | {words.buys} | {words.costs} | {values} |")
    return "\n".join(lines[1:]) + "\n"


def test_every_constant_has_words_and_no_word_is_idle() -> None:
    wanted = {(section, key) for section, key, _ in keys(load("default"))}
    assert set(constants()) == wanted
    for words in constants().values():
        assert all(text.endswith(".") for text in (words.what, words.buys, words.costs))


def test_every_profile_is_on_the_page() -> None:
    assert set(PROFILES) == set(names())


def test_the_page_shows_the_values_in_force(request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    now = f"{head}{BEGIN}{table()}{END}{tail}"
    if request.config.getoption("--accept"):
        PAGE.write_text(now, "utf-8")
    else:
        assert now == text


def test_strict_is_the_stricter_in_all_that_differs() -> None:
    rows = list(differences(load("default"), load("strict")))
    assert rows
    assert {stricter for *_, stricter in rows} == {"strict"}


def test_open_is_never_the_stricter() -> None:
    rows = list(differences(load("default"), load("open")))
    assert {stricter for *_, stricter in rows} == {"default"}


def own(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    head = '[meta]\nname = "mine"\nversion = 1\nextends = "default"\nsynthetic_only = false\n'
    path.write_text(head + text, "utf-8")
    return path


def test_an_owners_profile_is_checked_as_the_start_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = own(tmp_path, "[counts]\nvariance = 9.0\n")
    assert check_profile(str(good)) == 0
    assert "looser" not in capsys.readouterr().out
    assert check_profile(str(own(tmp_path, "[counts]\nvariance = 2.0\n"))) == 0
    assert "counts.variance = 2.0: 'default' has 5.0" in capsys.readouterr().out
    for wrong in ("[counts]\nvarience = 9.0\n", "[audit]\nnear_dup_action = 'snap'\n", "[x]\n"):
        assert check_profile(str(own(tmp_path, wrong))) == 1
    assert "did you mean" in capsys.readouterr().out
    with pytest.raises(Trouble, match="there is no file"):
        check_profile(str(tmp_path / "none.toml"))


def test_the_command_line_shows_and_compares() -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*KOHORT, "profile", *words], capture_output=True, text=True, check=False
        )

    shown = run("show", "strict", "--output", "json")
    assert json.loads(shown.stdout)["counts"]["variance"] == 16.0
    compared = run("diff", "default", "strict", "--output", "json")
    first = json.loads(compared.stdout)[0]
    assert first == {"key": "counts.js", "default": "4", "strict": "9", "stricter": "strict"}
    assert run("diff", "default", "default").stdout == "the profiles are alike\n"
    assert run("diff", "default").returncode == 4
    assert "did you mean 'strict'" in run("show", "strikt").stderr
