"""Studies from the command line: made, verified on another machine, signed, shown, begun."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from kohort.archive import bundle

KOHORT = (sys.executable, "-m", "kohort")
SCRIPT = """require no.ssb.fdb:23 as db
create-dataset people
import db/BEFOLKNING_KJOENN as kjonn
import db/INNTEKT_WLONN 2020-12-31 as lonn
generate log = ln(lonn)
tabulate kjonn, summarize(lonn) mean std p50
summarize lonn log
regress log i.kjonn
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def kohort(
    home: Path, *arguments: str, folder: Path | None = None, given: str = "", **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder, with configuration of its own."""
    own = {"KOHORT_CONFIG": home / "c", "KOHORT_CACHE": home / "k", "KOHORT_STATE": home / "s"}
    return subprocess.run(
        [*KOHORT, *arguments],
        input=given, capture_output=True, text=True, encoding="utf-8", cwd=folder or home,
        env={**os.environ, **{name: str(path) for name, path in own.items()}, **extra},
        timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def study(home: Path, demo_root: Path) -> Path:
    (home / "s.mdscript").write_text(SCRIPT, "utf-8")
    made = kohort(home, "archive", "s.mdscript", "--databank", str(demo_root), "--title", "T")
    assert made.returncode == 0, made.stderr
    assert made.stdout.endswith("s.zip written\n")
    return home / "s.zip"


ELSEWHERE = [
    {"POLARS_MAX_THREADS": "1", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
    {"POLARS_MAX_THREADS": "2", "LC_ALL": "C.UTF-8", "LANG": "nb_NO.UTF-8", "PYTHONHASHSEED": "7"},
]


@pytest.mark.parametrize("surroundings", ELSEWHERE, ids=["one thread", "two threads"])
def test_another_machine_gives_the_same(
    surroundings: dict[str, str], study: Path, demo_root: Path, home: Path, tmp_path: Path
) -> None:
    found = kohort(
        home, "verify", str(study), "--databank", str(demo_root), folder=tmp_path, **surroundings
    )
    assert found.stdout.splitlines()[-1] == "verdict: identical", found.stdout + found.stderr
    assert found.returncode == 0


def test_the_order_of_rows_in_a_file_changes_no_digit(
    study: Path, demo_root: Path, home: Path, tmp_path: Path
) -> None:
    """Files whose rows stand in another order: other files, which is said, the same results."""
    root = tmp_path / "demo"
    shutil.copytree(demo_root, root)
    shutil.copytree(demo_root.with_name("demo_keys"), tmp_path / "demo_keys")
    shuffled = 0
    for path in (root / "data").rglob("*.parquet"):
        if "INNTEKT_WLONN" in path.as_posix():
            rows = pl.read_parquet(path, hive_partitioning=False)
            rows.sample(fraction=1.0, shuffle=True, seed=3).write_parquet(path)
            shuffled += 1
    assert shuffled
    found = kohort(home, "verify", str(study), "--databank", str(root), folder=tmp_path)
    assert found.stdout.splitlines()[-1] == "verdict: identical", found.stdout + found.stderr
    assert "data: no.kohort.syntetisk/INNTEKT_WLONN: files" in found.stdout


def test_a_changed_value_is_found_and_its_variable_named(
    study: Path, demo_root: Path, home: Path, tmp_path: Path
) -> None:
    root = tmp_path / "demo"
    shutil.copytree(demo_root, root)
    shutil.copytree(demo_root.with_name("demo_keys"), tmp_path / "demo_keys")
    for path in (root / "data").rglob("*.parquet"):
        if "INNTEKT_WLONN" in path.as_posix():
            rows = pl.read_parquet(path, hive_partitioning=False)
            rows.with_columns(pl.col("value") * 2).write_parquet(path)
    found = kohort(home, "verify", str(study), "--databank", str(root), folder=tmp_path)
    assert found.returncode == 11
    lines = found.stdout.splitlines()
    assert lines[-1] == "verdict: different because of the data"
    assert any(line.split()[1:3] == ["identical", "import"] for line in lines)
    assert any(line.split()[1:3] == ["different", "regress"] for line in lines)
    assert any("no.kohort.syntetisk/INNTEKT_WLONN" in line for line in lines)


def test_without_a_databank_only_the_study_is_checked(study: Path, home: Path) -> None:
    found = kohort(home, "verify", str(study), "--output", "json")
    verdict = json.loads(found.stdout)
    assert (found.returncode, verdict["outcome"], verdict["level"]) == (0, "intact", "integrity")
    assert not (home / "s").exists() or not list((home / "s").rglob("*.parquet"))


def test_an_owner_signs_a_verdict(study: Path, demo_root: Path, home: Path) -> None:
    assert kohort(home, "signing-key", "owner.pem").returncode == 0
    assert stat.S_IMODE((home / "owner.pem").stat().st_mode) == 0o600
    kohort(
        home, "verify", str(study), "--databank", str(demo_root), "-o", "verdict.json",
        "--sign", "owner.pem",
    )  # fmt: skip
    check = ("verify", str(study), "--verdict", "verdict.json", "--signed-by")
    good = kohort(home, *check, "owner.pem.pub")
    assert (good.returncode, good.stdout) == (0, "signed: identical\n")
    verdict = json.loads((home / "verdict.json").read_bytes())
    (home / "verdict.json").write_text(json.dumps({**verdict, "outcome": "different"}), "utf-8")
    bad = kohort(home, *check, "owner.pem.pub")
    assert (bad.returncode, bad.stdout) == (14, "verdict.json is not signed by this key\n")
    (home / "verdict.json").write_text(json.dumps(verdict), "utf-8")
    kohort(home, "signing-key", "other.pem")
    assert kohort(home, *check, "other.pem.pub").returncode == 14


def test_a_study_is_shown_and_cited_without_a_databank(study: Path, home: Path) -> None:
    shown = kohort(home, "show", str(study))
    assert shown.returncode == 0
    assert "regress log i.kjonn" in shown.stdout
    assert "Frequency" not in shown.stderr
    page = kohort(home, "show", str(study), "-o", "shown.html")
    assert page.returncode == 0
    assert (home / "shown.html").read_text("utf-8").startswith("<!doctype html>")
    assert kohort(home, "cite", str(study)).stdout.startswith("Anonymous (")
    assert kohort(home, "diff", str(study), str(study)).stdout == "the studies say the same\n"


def test_a_wrong_script_makes_no_study(home: Path, demo_root: Path, tmp_path: Path) -> None:
    (tmp_path / "w.mdscript").write_text(SCRIPT.replace("summarize lonn", "summarize lon"), "utf-8")
    made = kohort(home, "archive", "w.mdscript", "--databank", str(demo_root), folder=tmp_path)
    assert made.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["w.mdscript"]


def test_the_script_stays_as_it_was_written(home: Path, demo_root: Path, tmp_path: Path) -> None:
    raw = b"\xef\xbb\xbf" + SCRIPT.replace("\n", "\r\n").encode()
    (tmp_path / "w.mdscript").write_bytes(raw)
    kohort(home, "archive", "w.mdscript", "--databank", str(demo_root), folder=tmp_path)
    assert bundle.read(tmp_path / "w.zip")["script/w.mdscript"] == raw
    assert kohort(home, "verify", "w.zip", folder=tmp_path).returncode == 0


# ---- kohort new


def test_a_new_study_runs_and_its_hook_checks(home: Path, demo_root: Path, tmp_path: Path) -> None:
    assert kohort(home, "new", "min-studie", folder=tmp_path).returncode == 0
    folder = tmp_path / "min-studie"
    script = folder / "min-studie.mdscript"
    assert kohort(home, "fmt", "--check", str(script)).returncode == 0
    made = kohort(home, "archive", str(script), "--databank", str(demo_root), folder=folder)
    assert made.returncode == 0, made.stderr
    assert kohort(home, "new", "min-studie", folder=tmp_path).returncode == 4

    # The hook finds `kohort` where a user has it: on the path.
    (tmp_path / "bin").mkdir()
    own = tmp_path / "bin" / "kohort"
    own.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kohort "$@"\n', "utf-8")
    own.chmod(0o755)
    environment = {
        **os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "KOHORT_CONFIG": str(tmp_path / "c"), "KOHORT_CACHE": str(home / "k"),
        "KOHORT_STATE": str(home / "s"), "GIT_CONFIG_GLOBAL": os.devnull,
    }  # fmt: skip
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "config.toml").write_text(f"[databanks]\n'b' = '{demo_root}'\n", "utf-8")

    def git(*words: str) -> subprocess.CompletedProcess[str]:
        identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
        return subprocess.run(
            ["git", *identity, *words],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    git("init")
    git("config", "core.hooksPath", "hooks")
    git("add", ".")
    first = git("commit", "-m", "first")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "min-studie.zip" not in git("ls-files").stdout
    script.write_text(script.read_text("utf-8") + "tabulate   gender\n", "utf-8")
    git("add", ".")
    second = git("commit", "-m", "second")
    assert second.returncode != 0
    assert "is not formatted" in second.stdout + second.stderr
    script.write_text(
        script.read_text("utf-8").replace("tabulate   gender", "tabulate gendr"), "utf-8"
    )
    git("add", ".")
    third = git("commit", "-m", "third")
    assert third.returncode != 0
    assert "gendr" in third.stdout + third.stderr
